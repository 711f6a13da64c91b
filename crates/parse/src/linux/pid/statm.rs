//! `/proc/<pid>/statm`: seven counts of pages in one line.

use super::stat::Columns;
use crate::Error;

/// The line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Statm {
    /// Address space.
    pub size_pages: u64,
    /// Pages in physical memory.
    pub resident_pages: u64,
    /// Those that files or shared memory back.
    pub shared_pages: u64,
    /// Code.
    pub text_pages: u64,
    /// Data and stacks.
    pub data_pages: u64,
}

/// Decodes the line. The fifth and the seventh column are 0 since 2.6 and not read.
pub fn statm(bytes: &[u8]) -> Result<Statm, Error> {
    let mut line = Columns(bytes);
    let size_pages = line.count("size")?;
    let resident_pages = line.count("resident")?;
    let shared_pages = line.count("shared")?;
    let text_pages = line.count("text")?;
    line.skip(1);
    let data_pages = line.count("data")?;
    Ok(Statm { size_pages, resident_pages, shared_pages, text_pages, data_pages })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_is_where_proc_5_says() {
        assert_eq!(
            statm(b"5534 1286 1028 226 0 402 0\n").unwrap(),
            Statm {
                size_pages: 5534,
                resident_pages: 1286,
                shared_pages: 1028,
                text_pages: 226,
                data_pages: 402
            }
        );
    }

    #[test]
    fn a_line_that_is_cut_names_the_column() {
        assert_eq!(statm(b"5534 1286 1028").unwrap_err(), Error::missing("text"));
        assert_eq!(statm(b"5534 -1 1028 1 0 1 0").unwrap_err(), Error::garbled("resident"));
        assert_eq!(statm(b"").unwrap_err(), Error::missing("size"));
    }
}
