//! `answers/statvfs` of a captured machine: what `statvfs(3)` said of each mount, which no file of the kernel does.
//!
//! One mount in a line: its directory, escaped as in `/proc/<pid>/mounts`, and six numbers: the size of a block, then
//! blocks, free blocks, blocks free for users, files and free files.

use super::mounts::unescape;
use crate::text;

/// What `statvfs(3)` said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statvfs {
    /// The directory.
    pub mountpoint: Vec<u8>,
    /// The unit of the blocks (`f_frsize`).
    pub frsize: u64,
    /// All blocks.
    pub blocks: u64,
    /// Free blocks.
    pub bfree: u64,
    /// Free blocks that root does not reserve.
    pub bavail: u64,
    /// All files.
    pub files: u64,
    /// Free files.
    pub ffree: u64,
}

/// Decodes the answers. A line that is not understood is skipped.
pub fn statvfs(bytes: &[u8]) -> Vec<Statvfs> {
    text::lines(bytes).filter_map(line).collect()
}

fn line(line: &[u8]) -> Option<Statvfs> {
    let mut words = text::words(line);
    let mountpoint = unescape(words.next()?);
    let mut number = || text::u64(words.next()?);
    Some(Statvfs {
        mountpoint,
        frsize: number()?,
        blocks: number()?,
        bfree: number()?,
        bavail: number()?,
        files: number()?,
        ffree: number()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_directory_and_six_numbers() {
        let answers = statvfs(b"/a\\040b 4096 100 50 45 20 10\nnonsense 1\n");
        let expected = Statvfs {
            mountpoint: b"/a b".to_vec(),
            frsize: 4096,
            blocks: 100,
            bfree: 50,
            bavail: 45,
            files: 20,
            ffree: 10,
        };
        assert_eq!(answers, [expected]);
    }
}
