//! Which processors a process may run on.
//!
//! A mask of Windows is of one group of processors. A process is in one group, unless it or Windows itself (by default since
//! Windows 11 and Server 2022) gives its threads to several: then there is no mask of its own to tell or to set, and what is
//! known is whether it is kept from anything.

use super::super::groups::Groups;
use super::{SET_INFORMATION, done, ffi, target};
use crate::{Error, Process, Result};

/// The processors, in numbers over all groups.
// GetProcessAffinityMask, GetProcessGroupAffinity
pub(crate) fn cpu_affinity(process: &Process) -> Result<Vec<u32>> {
    let opened = target(process, 0)?;
    let masks = ffi::affinity(&opened.handle)
        .map_err(|error| opened.failed("GetProcessAffinityMask", error))?;
    let groups = Groups::now()?;
    let own = own_groups(&groups, || ffi::groups(&opened.handle))
        .map_err(|error| opened.failed("GetProcessGroupAffinity", error))?;
    allowed(&groups, &own, masks).ok_or_else(|| Error::unsupported(SEVERAL).with_pid(process.pid()))
}

/// No CPU at all stands for all that the process may be given.
// SetProcessAffinityMask
pub(crate) fn set_cpu_affinity(process: &Process, cpus: &[u32]) -> Result<()> {
    let opened = target(process, SET_INFORMATION)?;
    let (_, all) = ffi::affinity(&opened.handle)
        .map_err(|error| opened.failed("GetProcessAffinityMask", error))?;
    let groups = Groups::now()?;
    let own = own_groups(&groups, || ffi::groups(&opened.handle))
        .map_err(|error| opened.failed("GetProcessGroupAffinity", error))?;
    let &[group] = own.as_slice() else {
        return Err(Error::unsupported(SEVERAL).with_pid(process.pid()));
    };
    let mask = match cpus {
        [] => all,
        cpus => {
            groups.mask(group, cpus).map_err(|cpu| Error::invalid(format!("invalid CPU {cpu}")))?
        }
    };
    done(&opened, "SetProcessAffinityMask", ffi::set_affinity(&opened.handle, mask))
}

const SEVERAL: &str = "affinity of a process that is in several groups of processors";

/// The groups that the process is in, which is asked where there is a choice.
fn own_groups(
    groups: &Groups,
    ask: impl FnOnce() -> std::io::Result<Vec<u16>>,
) -> std::io::Result<Vec<u16>> {
    if groups.are_several() { ask() } else { Ok(vec![0]) }
}

/// `None` where it is not known. `masks` are what the process may run on and what it may be given, of its own group; of
/// several, both are 0 or those of the first, depending on the release.
fn allowed(groups: &Groups, own: &[u16], masks: (u64, u64)) -> Option<Vec<u32>> {
    match own {
        [group] => Some(groups.numbers(*group, masks.0)),
        several if masks.0 == masks.1 => {
            Some(several.iter().flat_map(|group| groups.numbers(*group, u64::MAX)).collect())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_is_of_the_group_that_the_process_is_in() {
        let two = Groups::of(&[u64::MAX, 0xf]);
        assert_eq!(allowed(&two, &[0], (0b110, u64::MAX)), Some(vec![1, 2]));
        assert_eq!(allowed(&two, &[1], (0b110, 0xf)), Some(vec![65, 66]));
    }

    #[test]
    fn a_process_in_several_groups_may_run_on_all_of_them_or_it_is_not_known() {
        let two = Groups::of(&[0b11, 0b11]);
        assert_eq!(allowed(&two, &[0, 1], (0, 0)), Some(vec![0, 1, 2, 3]));
        assert_eq!(allowed(&two, &[0, 1], (0b11, 0b11)), Some(vec![0, 1, 2, 3]));
        assert_eq!(allowed(&two, &[0, 1], (0b01, 0b11)), None);
    }

    #[test]
    fn a_machine_with_one_group_is_not_asked_for_those_of_a_process() {
        let asked = || Err(std::io::ErrorKind::Unsupported.into());
        assert_eq!(own_groups(&Groups::of(&[0b11]), asked).unwrap(), [0]);
        assert!(own_groups(&Groups::of(&[0b11, 1]), asked).is_err());
    }
}
