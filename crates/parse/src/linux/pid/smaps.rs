//! `/proc/<pid>/smaps` and `smaps_rollup`: what of each piece of an address space is in memory, in KiB.

use super::maps::{Region, region};
use crate::{Error, text};

/// One piece. A line that the kernel did not write is `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping<'a> {
    /// The line at its head.
    pub region: Region<'a>,
    /// `Size`.
    pub size_kib: Option<u64>,
    /// `Rss`.
    pub rss_kib: Option<u64>,
    /// `Pss`.
    pub pss_kib: Option<u64>,
    /// `Shared_Clean`.
    pub shared_clean_kib: Option<u64>,
    /// `Shared_Dirty`.
    pub shared_dirty_kib: Option<u64>,
    /// `Private_Clean`.
    pub private_clean_kib: Option<u64>,
    /// `Private_Dirty`.
    pub private_dirty_kib: Option<u64>,
    /// `Referenced`. Since 2.6.22.
    pub referenced_kib: Option<u64>,
    /// `Anonymous`. Since 2.6.34.
    pub anonymous_kib: Option<u64>,
    /// `Swap`, not `SwapPss`. Since 2.6.26.
    pub swap_kib: Option<u64>,
}

/// Sums over all pieces.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Footprint {
    /// `Private_Clean`, `Private_Dirty` and `Private_Hugetlb`: what is this process's alone.
    pub private_kib: u64,
    /// `Pss`; `None` if no line says it.
    pub pss_kib: Option<u64>,
    /// `Swap`; `None` if no line says it.
    pub swap_kib: Option<u64>,
}

/// Decodes `smaps`. Lines that are not known or garbled are skipped, a head that is garbled with all that follows it.
pub fn smaps(bytes: &[u8]) -> impl Iterator<Item = Mapping<'_>> {
    let mut lines = text::lines(bytes);
    let mut current: Option<Mapping<'_>> = None;
    std::iter::from_fn(move || {
        for line in lines.by_ref() {
            if is_head(line) {
                let whole = std::mem::replace(&mut current, region(line).map(Mapping::new));
                if whole.is_some() {
                    return whole;
                }
            } else if let Some(mapping) = &mut current {
                mapping.fill(line);
            }
        }
        current.take()
    })
}

/// How many bytes at the beginning of a `smaps` of which more is to come are pieces that are there as a whole: all before
/// the last head, because nothing but the next head says that a piece has ended. It is enough to see that head begin.
pub fn whole(bytes: &[u8]) -> usize {
    let mut seen = bytes;
    while let Some(end) = seen.iter().rposition(|byte| *byte == b'\n') {
        let (before, line) = bytes.split_at_checked(end + 1).unwrap_or((bytes, &[]));
        if is_head(line) {
            return before.len();
        }
        seen = seen.get(..end).unwrap_or_default();
    }
    0
}

/// Sums the pieces of `smaps`, or reads the sum in `smaps_rollup` (since 4.14). An empty file is a process without memory;
/// one that says nothing of private memory is an error and not a process without any.
pub fn footprint(bytes: &[u8]) -> Result<Footprint, Error> {
    let mut sum = Footprint::default();
    let mut told = bytes.is_empty();
    for line in text::lines(bytes) {
        match line.first() {
            Some(b'P') => {}
            Some(b'S') => {
                if let Some(kib) = value(line, b"Swap:") {
                    sum.swap_kib = Some(sum.swap_kib.unwrap_or(0).saturating_add(kib));
                }
                continue;
            }
            _ => continue,
        }
        if let Some(kib) = value(line, b"Pss:") {
            sum.pss_kib = Some(sum.pss_kib.unwrap_or(0).saturating_add(kib));
        } else if line.starts_with(b"Private_")
            && let Some(kib) = text::pair(line).and_then(|(_, value)| kib(value))
        {
            sum.private_kib = sum.private_kib.saturating_add(kib);
            // The kernel always writes it, after the clean part.
            told |= line.starts_with(b"Private_Dirty");
        }
    }
    if told { Ok(sum) } else { Err(Error::missing("Private_Dirty")) }
}

impl<'a> Mapping<'a> {
    fn new(region: Region<'a>) -> Self {
        Self {
            region,
            size_kib: None,
            rss_kib: None,
            pss_kib: None,
            shared_clean_kib: None,
            shared_dirty_kib: None,
            private_clean_kib: None,
            private_dirty_kib: None,
            referenced_kib: None,
            anonymous_kib: None,
            swap_kib: None,
        }
    }

    fn fill(&mut self, line: &[u8]) {
        // Half of all lines begin with another letter, and of each piece there are two dozen.
        let fields: &mut [(&[u8], &mut Option<u64>)] = match line.first() {
            Some(b'S') => &mut [
                (b"Size:", &mut self.size_kib),
                (b"Shared_Clean:", &mut self.shared_clean_kib),
                (b"Shared_Dirty:", &mut self.shared_dirty_kib),
                (b"Swap:", &mut self.swap_kib),
            ],
            Some(b'R') => {
                &mut [(b"Rss:", &mut self.rss_kib), (b"Referenced:", &mut self.referenced_kib)]
            }
            Some(b'P') => &mut [
                (b"Pss:", &mut self.pss_kib),
                (b"Private_Clean:", &mut self.private_clean_kib),
                (b"Private_Dirty:", &mut self.private_dirty_kib),
            ],
            Some(b'A') => &mut [(b"Anonymous:", &mut self.anonymous_kib)],
            _ => return,
        };
        for (key, field) in fields {
            if let Some(kib) = line.strip_prefix(*key).map(kib) {
                **field = kib;
                return;
            }
        }
    }
}

/// Addresses are written in small letters, and every key begins with a capital one.
fn is_head(line: &[u8]) -> bool {
    matches!(line.first(), Some(b'0'..=b'9' | b'a'..=b'f'))
}

fn value(line: &[u8], key: &[u8]) -> Option<u64> {
    kib(line.strip_prefix(key)?)
}

fn kib(value: &[u8]) -> Option<u64> {
    text::u64(value.trim_ascii_end().strip_suffix(b"kB").unwrap_or(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &[u8] = b"\
fffff0-fffff1 r-xp 00000000 00:00 0                  mapped\n\
Size:                  1 kB\n\
KernelPageSize:        4 kB\n\
Rss:                   2 kB\n\
Pss:                   3 kB\n\
Pss_Dirty:            99 kB\n\
Shared_Clean:          4 kB\n\
Shared_Dirty:          5 kB\n\
Private_Clean:         6 kB\n\
Private_Dirty:         7 kB\n\
Referenced:            8 kB\n\
Anonymous:             9 kB\n\
LazyFree:             10 kB\n\
Private_Hugetlb:      13 kB\n\
Swap:                 14 kB\n\
SwapPss:              15 kB\n\
VmFlags: rd ex mr mw\n\
ffffff0-ffffff1 rw-s 00001000 08:02 17 /dev/shm/a b\n\
Size:         314572800 kB\n\
Rss:                   2 kB\n\
Pss:                   1 kB\n\
Private_Dirty:         1 kB\n\
Swap:                  1 kB\n";

    #[test]
    fn every_line_finds_its_field() {
        let mappings: Vec<_> = smaps(TWO).collect();
        let first = mappings.first().unwrap();
        assert_eq!(first.region.name, Some(&b"mapped"[..]));
        let sizes = [first.size_kib, first.rss_kib, first.pss_kib, first.shared_clean_kib];
        assert_eq!(sizes, [Some(1), Some(2), Some(3), Some(4)]);
        let sizes = [first.shared_dirty_kib, first.private_clean_kib, first.private_dirty_kib];
        assert_eq!(sizes, [Some(5), Some(6), Some(7)]);
        let sizes = [first.referenced_kib, first.anonymous_kib, first.swap_kib];
        assert_eq!(sizes, [Some(8), Some(9), Some(14)]);
        let second = mappings.get(1).unwrap();
        assert_eq!((second.region.ino, second.region.perms), (17, *b"rw-s"));
        assert_eq!((second.size_kib, second.anonymous_kib), (Some(314_572_800), None));
    }

    #[test]
    fn t13_swap_is_not_swap_pss_and_pss_is_not_pss_dirty() {
        let sum = Footprint { private_kib: 27, pss_kib: Some(4), swap_kib: Some(15) };
        assert_eq!(footprint(TWO), Ok(sum));
    }

    #[test]
    fn t13_a_malformed_line_hides_no_other() {
        let mappings: Vec<_> = smaps(
            b"Rss: 1 kB\n10-20 r--p 0 0:0 0\nRss: 2\nPss\nSwap: x kB\nSize:4 kB\n\
            2-- garbage\nRss: 9 kB\n30-40 r--p 0 0:0 0\n",
        )
        .collect();
        assert_eq!(mappings.len(), 2);
        let first = mappings.first().unwrap();
        assert_eq!((first.rss_kib, first.size_kib), (Some(2), Some(4)));
        assert_eq!((first.pss_kib, first.swap_kib), (None, None));
        let sum = Footprint { private_kib: 2, ..Footprint::default() };
        assert_eq!(footprint(b"Pss: x\nPrivate_Dirty: 2 kB\nPrivate_Clean: x\n"), Ok(sum));
    }

    #[test]
    fn wherever_a_file_is_cut_its_pieces_are_read_as_a_whole() {
        let laptop = include_bytes!("../../../../../fixtures/linux/6.8-laptop/proc/2301/smaps");
        // A path with the kernel's newline, bytes that are no text, and words that look like lines of their own.
        let odd = b"30-40 r--p 0 0:0 1 /a\\012Rss: 7 kB\xff\n\nRss: 1 kB\nabc garbage\nRss: 2 kB\n\
            50-60 r--p 0 0:0 1 /10-20 r--p 0 0:0 1 \nRss: 3 kB\nSwap: 4 kB\n";
        for bytes in [laptop, TWO, &odd[..]] {
            let all: Vec<_> = smaps(bytes).collect();
            for cut in 0..=bytes.len() {
                let (early, late) = bytes.split_at(whole(&bytes[..cut]));
                assert!(early.len() <= cut);
                let pieces: Vec<_> = smaps(early).chain(smaps(late)).collect();
                assert_eq!(pieces, all, "cut at {cut}");
            }
        }
    }

    #[test]
    fn a_piece_is_whole_as_soon_as_the_next_begins() {
        let first = TWO.windows(2).position(|pair| pair == b"\nf").unwrap() + 1;
        assert_eq!(whole(&TWO[..first]), 0);
        assert_eq!(whole(&TWO[..=first]), first);
        assert_eq!(whole(TWO), first, "the last may go on");
        assert_eq!((whole(b""), whole(b"10-20"), whole(b"\n\n"), whole(b"x\n1")), (0, 0, 0, 2));
    }

    #[test]
    fn a_file_that_does_not_tell_is_no_process_without_memory() {
        assert_eq!(footprint(b"Pss: 1 kB\n"), Err(Error::missing("Private_Dirty")));
        assert_eq!(footprint(b""), Ok(Footprint::default()));
    }
}
