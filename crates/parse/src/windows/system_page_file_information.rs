//! `SYSTEM_PAGEFILE_INFORMATION`: how large each page file is, and how full. Each entry says where the next begins.

use super::fields::u32_at;
use crate::Error;

/// One page file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageFile {
    /// How large it is.
    pub total_size_pages: u32,
    /// How much of it is in use.
    pub total_in_use_pages: u32,
}

/// Decodes the answer; a machine without page files gives none.
pub fn page_files(bytes: &[u8]) -> Result<Vec<PageFile>, Error> {
    let mut files = Vec::new();
    let mut entry = bytes;
    while !entry.is_empty() {
        files.push(PageFile {
            total_size_pages: u32_at(entry, 4, "TotalSize")?,
            total_in_use_pages: u32_at(entry, 8, "TotalInUse")?,
        });
        entry = match u32_at(entry, 0, "NextEntryOffset")? {
            0 => &[],
            next => usize::try_from(next).ok().and_then(|next| entry.get(next..)).unwrap_or(&[]),
        };
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::super::fields::Sample;
    use super::*;

    #[test]
    fn two_files_are_two_entries() {
        let first = Sample::new(0x30).u32(0, 0x30).u32(4, 1000).u32(8, 10);
        let second = Sample::new(0x20).u32(4, 500).u32(8, 5);
        let file = |(total_size_pages, total_in_use_pages)| PageFile {
            total_size_pages,
            total_in_use_pages,
        };
        let bytes = [first.0, second.0].concat();
        assert_eq!(page_files(&bytes).unwrap(), [(1000, 10), (500, 5)].map(file));
        assert_eq!(page_files(&bytes[..0x34]).unwrap_err(), Error::missing("TotalSize"));
    }

    #[test]
    fn no_file_is_no_entry() {
        assert_eq!(page_files(&[]).unwrap(), []);
    }
}
