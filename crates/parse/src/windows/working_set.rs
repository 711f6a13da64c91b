//! `PSAPI_WORKING_SET_INFORMATION`: each page of a process that is in physical memory.

use super::fields::u64_at;
use crate::Error;

/// One page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Page(u64);

impl Page {
    /// Where it is in the process's address space: that of a page of 4096 bytes.
    pub fn address(self) -> u64 {
        self.0 & !0xfff
    }

    /// Whether the process alone has it. A page that could be shared has a count of those that do, which stops at 7.
    pub fn is_private(self) -> bool {
        const SHARED: u64 = 1 << 8;
        self.0 & SHARED == 0 || self.0 >> 5 & 0b111 <= 1
    }
}

/// Decodes the pages, in the kernel's order.
pub fn working_set(bytes: &[u8]) -> Result<impl Iterator<Item = Page>, Error> {
    let count = usize::try_from(u64_at(bytes, 0, "NumberOfEntries")?).ok();
    let length = count.and_then(|count| count.checked_mul(8));
    let pages = length.and_then(|length| bytes.get(8..)?.get(..length));
    let pages = pages.ok_or(Error::garbled("NumberOfEntries"))?;
    let pages = pages.chunks_exact(8).filter_map(<[u8]>::first_chunk);
    Ok(pages.map(|page| Page(u64::from_le_bytes(*page))))
}

#[cfg(test)]
mod tests {
    use super::super::fields::Sample;
    use super::*;

    #[test]
    fn a_page_is_private_unless_it_is_shared_with_somebody() {
        let (shared, twice, once) = (1 << 8, 2 << 5, 1 << 5);
        let pages = [0x7ff0_1000, 0x7ff0_2000 | shared | twice, 0x7ff0_3000 | shared | once];
        let sample = (0..).zip(pages).fold(Sample::new(32).u64(0, 3), |sample, (place, page)| {
            sample.u64(8 + 8 * place, page)
        });
        let found: Vec<_> = working_set(&sample.0).unwrap().collect();
        let addresses: Vec<_> = found.iter().map(|page| page.address()).collect();
        assert_eq!(addresses, [0x7ff0_1000, 0x7ff0_2000, 0x7ff0_3000]);
        let private: Vec<_> = found.iter().map(|page| page.is_private()).collect();
        assert_eq!(private, [true, false, true]);
    }

    #[test]
    fn fewer_pages_than_are_promised_are_an_error() {
        let sample = Sample::new(16).u64(0, 2);
        assert_eq!(working_set(&sample.0).err(), Some(Error::garbled("NumberOfEntries")));
    }
}
