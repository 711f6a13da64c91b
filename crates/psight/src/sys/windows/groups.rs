//! Groups of processors. Windows has at most 64 processors in one, and numbers those of each from 0; psight numbers them over
//! all groups, those of one after those of the group before.

use psight_parse::windows::logical_processor_information::groups;

use super::machine::ffi;
use crate::{Error, Result};

/// The processors of each group that are switched on, as bits of a mask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Groups(Vec<u64>);

impl Groups {
    #[cfg(test)]
    pub(super) fn of(masks: &[u64]) -> Self {
        Self(masks.to_vec())
    }

    // GetLogicalProcessorInformationEx RelationGroup
    pub(super) fn now() -> Result<Self> {
        let what = "GetLogicalProcessorInformationEx";
        let buffer = ffi::groups().map_err(|error| Error::system(what, error))?;
        let masks = groups(buffer.bytes()).map_err(|error| Error::malformed(what, &error))?;
        Ok(Self(masks))
    }

    pub(super) fn are_several(&self) -> bool {
        self.0.len() > 1
    }

    /// How many processors a group has.
    pub(super) fn count(&self, group: u16) -> u32 {
        self.mask_of(group).count_ones()
    }

    /// The number of a group's first processor.
    pub(super) fn first(&self, group: u16) -> u32 {
        self.0.iter().take(group.into()).map(|mask| mask.count_ones()).sum()
    }

    /// The numbers of those processors of a group that are in `mask`.
    pub(super) fn numbers(&self, group: u16, mask: u64) -> Vec<u32> {
        let bits = bits(self.mask_of(group)).zip(self.first(group)..);
        bits.filter(|(bit, _)| mask & bit != 0).map(|(_, number)| number).collect()
    }

    /// The mask of processors by their numbers; the first that is in another group, or nowhere, is the error.
    pub(super) fn mask(&self, group: u16, numbers: &[u32]) -> std::result::Result<u64, u32> {
        let first = self.first(group);
        numbers.iter().try_fold(0, |mask, number| {
            let place = number.checked_sub(first).and_then(|place| usize::try_from(place).ok());
            let bit = place.and_then(|place| bits(self.mask_of(group)).nth(place));
            bit.map(|bit| mask | bit).ok_or(*number)
        })
    }

    fn mask_of(&self, group: u16) -> u64 {
        self.0.get(usize::from(group)).copied().unwrap_or(0)
    }
}

/// Each bit of a mask that is set, the lowest first.
fn bits(mask: u64) -> impl Iterator<Item = u64> {
    (0..u64::BITS).map(|place| 1 << place).filter(move |bit| mask & bit != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 64 processors in the first group, and 32 in the second, of which one is switched off.
    fn two() -> Groups {
        Groups(vec![u64::MAX, 0xffff_fffd])
    }

    #[test]
    fn processors_are_numbered_over_all_groups() {
        let two = two();
        assert_eq!((two.first(0), two.count(0)), (0, 64));
        assert_eq!((two.first(1), two.count(1)), (64, 31));
        assert_eq!(two.numbers(0, 0b101), [0, 2]);
        // One that is switched off has no number.
        assert_eq!(two.numbers(1, 0b111), [64, 65]);
    }

    #[test]
    fn a_mask_is_of_one_group() {
        let two = two();
        assert_eq!(two.mask(1, &[64, 65, 94]), Ok(0x8000_0005));
        assert_eq!(two.mask(1, &[64, 63]), Err(63));
        assert_eq!(two.mask(1, &[95]), Err(95));
        assert_eq!(two.mask(0, &[63]), Ok(1 << 63));
        assert_eq!(two.mask(0, &[64]), Err(64));
        assert_eq!(two.mask(2, &[0]), Err(0));
    }
}
