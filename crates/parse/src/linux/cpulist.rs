//! Lists of processors as `/sys` and `status` write them: `0-3,8,10-11`.

use crate::{Error, text};

/// Numbers of processors, as ranges: a list may name more than fit a mask of fixed size.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CpuList {
    ranges: Vec<(u32, u32)>,
}

impl CpuList {
    /// How many processors the list names.
    pub fn count(&self) -> u64 {
        self.ranges.iter().map(|(first, last)| u64::from(last - first) + 1).sum()
    }

    /// Whether the list names the processor.
    pub fn contains(&self, cpu: u32) -> bool {
        self.ranges.iter().any(|(first, last)| (*first..=*last).contains(&cpu))
    }

    /// The numbers in the order of the list, which ascends where the kernel wrote it.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.ranges.iter().flat_map(|(first, last)| *first..=*last)
    }
}

/// Decodes the list. An empty one names no processor.
pub fn cpulist(bytes: &[u8]) -> Result<CpuList, Error> {
    let mut ranges = Vec::new();
    for part in bytes.trim_ascii().split(|byte| *byte == b',').filter(|part| !part.is_empty()) {
        ranges.push(range(part).ok_or(Error::garbled("cpulist"))?);
    }
    Ok(CpuList { ranges })
}

fn range(part: &[u8]) -> Option<(u32, u32)> {
    let Some(dash) = part.iter().position(|byte| *byte == b'-') else {
        return text::u32(part).map(|cpu| (cpu, cpu));
    };
    let first = text::u32(part.get(..dash)?)?;
    let last = text::u32(part.get(dash + 1..)?)?;
    (first <= last).then_some((first, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_and_single_numbers_mix() {
        let list = cpulist(b"0-2,5,8-9\n").unwrap();
        assert_eq!(list.iter().collect::<Vec<_>>(), [0, 1, 2, 5, 8, 9]);
        assert_eq!(list.count(), 6);
        assert!(list.contains(5) && !list.contains(6));
    }

    #[test]
    fn an_empty_list_names_nobody() {
        assert_eq!(cpulist(b"\n").unwrap().count(), 0);
    }

    #[test]
    fn t36_a_list_may_name_more_processors_than_a_mask_holds() {
        let list = cpulist(b"0-1023,1100,2000-4095\n").unwrap();
        assert_eq!(list.count(), 1024 + 1 + 2096);
        assert!(list.contains(4095));
        // An absurd list costs no memory.
        assert_eq!(cpulist(b"0-4294967295").unwrap().count(), 1 << 32);
    }

    #[test]
    fn what_is_no_list_is_an_error() {
        for bytes in [&b"3-1"[..], b"a", b"1-", b"-1", b"1-2-3"] {
            assert_eq!(cpulist(bytes), Err(Error::garbled("cpulist")), "{bytes:?}");
        }
    }
}
