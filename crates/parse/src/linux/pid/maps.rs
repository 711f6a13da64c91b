//! `/proc/<pid>/maps`: the pieces of an address space, one line each; the same line heads each piece in `smaps`.

use std::borrow::Cow;

use crate::text;

/// One line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region<'a> {
    /// The first address.
    pub start: u64,
    /// The first address behind it.
    pub end: u64,
    /// `rwx` and `p` or `s`, each or `-`.
    pub perms: [u8; 4],
    /// Where in the file it begins.
    pub offset: u64,
    /// The file's device: major and minor number.
    pub dev: (u32, u32),
    /// The file's number.
    pub ino: u64,
    /// The file or the kernel's word as it is written; see [`path`].
    pub name: Option<&'a [u8]>,
}

/// Decodes the file; lines that are none are skipped.
pub fn maps(bytes: &[u8]) -> Vec<Region<'_>> {
    text::lines(bytes).filter_map(region).collect()
}

/// What one line says of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MappedFile<'a> {
    /// The file's device: major and minor number.
    pub dev: (u32, u32),
    /// The file's number.
    pub ino: u64,
    /// The file as it is written; see [`path`].
    pub name: &'a [u8],
}

/// Decodes of each line that has a file what it says of it, which is half of the work.
pub fn mapped_files(bytes: &[u8]) -> impl Iterator<Item = MappedFile<'_>> {
    text::lines(bytes).filter_map(mapped_file)
}

fn mapped_file(line: &[u8]) -> Option<MappedFile<'_>> {
    let mut rest = line;
    let (_range, _perms, _offset) = (word(&mut rest)?, word(&mut rest)?, word(&mut rest)?);
    let device = word(&mut rest)?;
    let ino = text::u64(word(&mut rest)?).filter(|ino| *ino != 0)?;
    let (major, minor) = halves(device, b':')?;
    let dev = (text::hex(major)?.try_into().ok()?, text::hex(minor)?.try_into().ok()?);
    Some(MappedFile { dev, ino, name: rest.trim_ascii_start() })
}

/// Decodes one line.
pub fn region(line: &[u8]) -> Option<Region<'_>> {
    let mut rest = line;
    let (start, end) = halves(word(&mut rest)?, b'-')?;
    let perms = word(&mut rest)?.try_into().ok()?;
    let offset = word(&mut rest)?;
    let (major, minor) = halves(word(&mut rest)?, b':')?;
    let ino = text::u64(word(&mut rest)?)?;
    // Blanks pad the line up to the name, and a name may end with some.
    let name = rest.trim_ascii_start();
    Some(Region {
        start: text::hex(start)?,
        end: text::hex(end)?,
        perms,
        offset: text::hex(offset)?,
        dev: (text::hex(major)?.try_into().ok()?, text::hex(minor)?.try_into().ok()?),
        ino,
        name: (!name.is_empty()).then_some(name),
    })
}

/// The name as the file system has it: the kernel writes a newline as `\012`, and nothing else.
pub fn path(name: &[u8]) -> Cow<'_, [u8]> {
    if !name.contains(&b'\\') {
        return Cow::Borrowed(name);
    }
    let mut path = Vec::with_capacity(name.len());
    let mut rest = name;
    while let Some((first, others)) = rest.split_first() {
        match rest.strip_prefix(br"\012") {
            Some(behind) => {
                path.push(b'\n');
                rest = behind;
            }
            None => {
                path.push(*first);
                rest = others;
            }
        }
    }
    Cow::Owned(path)
}

fn word<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let end = rest.iter().position(|byte| *byte == b' ').unwrap_or(rest.len());
    let (word, behind) = rest.split_at_checked(end)?;
    *rest = behind.get(1..).unwrap_or_default();
    (!word.is_empty()).then_some(word)
}

fn halves(word: &[u8], separator: u8) -> Option<(&[u8], &[u8])> {
    let at = word.iter().position(|byte| *byte == separator)?;
    Some((word.get(..at)?, word.get(at + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_and_memory_without_a_name() {
        let lines = b"55d1c3a4e000-55d1c3a52000 r--p 00002000 fd:01 1311008                    /usr/bin/my prog \n\
            7ffd0d9f8000-7ffd0da19000 rw-p 00000000 00:00 0 \n\
            ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]\n";
        let regions = maps(lines);
        assert_eq!(
            regions.first(),
            Some(&Region {
                start: 0x55d1_c3a4_e000,
                end: 0x55d1_c3a5_2000,
                perms: *b"r--p",
                offset: 0x2000,
                dev: (0xfd, 1),
                ino: 1_311_008,
                name: Some(b"/usr/bin/my prog "),
            })
        );
        assert_eq!(regions.get(1).unwrap().name, None);
        assert_eq!(regions.get(2).unwrap().name, Some(&b"[vsyscall]"[..]));
    }

    #[test]
    fn what_has_no_file_is_no_mapped_file() {
        let lines = b"55d1c3a4e000-55d1c3a52000 r--p 00002000 fd:01 1311008                    /usr/bin/my prog \n\
            7ffd0d9f8000-7ffd0da19000 rw-p 00000000 00:00 0 \n\
            ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]\n";
        let files: Vec<_> = mapped_files(lines).collect();
        let file = MappedFile { dev: (0xfd, 1), ino: 1_311_008, name: b"/usr/bin/my prog " };
        assert_eq!(files, [file]);
    }

    #[test]
    fn a_newline_in_a_path_is_decoded() {
        assert_eq!(path(br"/tmp/a\012b\013"), Cow::<[u8]>::Owned(b"/tmp/a\nb\\013".to_vec()));
        assert!(matches!(path(b"/tmp/a"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_line_of_something_else_is_skipped() {
        assert!(maps(b"Rss: 4 kB\n12-34 r--p\n\nzz-11 r--p 0 0:0 0\n").is_empty());
    }
}
