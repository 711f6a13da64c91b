//! The CPUs that a process may run on.

use std::io;

use psight_parse::linux::cpulist::cpulist;

use super::super::process::Raw;
use super::super::{ffi, read};
use super::{failed, pid_for, reach, same, target};
use crate::{Error, Process, Result};

/// The bits of one word of a mask, which is the kernel's `unsigned long`.
const WORD: usize = usize::BITS as usize;
/// As many CPUs as any kernel may be built for, and eight times more.
const MOST: usize = 64 << 10;

// sched_getaffinity(2); status, Cpus_allowed_list
pub(crate) fn cpu_affinity(process: &Process) -> Result<Vec<u32>> {
    if !reach(process.host()).pids {
        return listed(process);
    }
    let pid = pid_for(process, "cpu_affinity", true)?.as_raw_pid();
    told(process, |mask| ffi::sched_getaffinity(pid, mask))
}

/// What `ask` says, or where a filter of system calls refuses it, the list that is for everyone.
fn told(process: &Process, ask: impl FnMut(&mut [usize]) -> io::Result<()>) -> Result<Vec<u32>> {
    filled(ask).or_else(|error| {
        let is_refused = matches!(error.raw_os_error(), Some(libc::EPERM | libc::ENOSYS));
        let error = failed(process, "sched_getaffinity", error);
        if is_refused { listed(process).map_err(|_| error) } else { Err(error) }
    })
}

// sched_setaffinity(2)
pub(crate) fn set_cpu_affinity(process: &Process, cpus: &[u32]) -> Result<()> {
    let none = || {
        let what = format!("none of the CPUs {cpus:?} exists and may be given to the process");
        Error::invalid(what).with_pid(process.pid())
    };
    // The kernel leaves out what does not exist and what the process's cpuset does not have.
    let mask = if cpus.is_empty() { vec![usize::MAX; MOST / WORD] } else { mask(cpus) };
    if mask.is_empty() {
        return Err(none());
    }
    let pid = target(process, "set_cpu_affinity")?.as_raw_pid();
    same(process)?;
    ffi::sched_setaffinity(pid, &mask).map_err(|error| match error.raw_os_error() {
        Some(libc::EINVAL) => none(),
        _ => failed(process, "sched_setaffinity", error),
    })
}

/// What `ask` fills into a mask, which grows until the kernel's own fits in.
fn filled(mut ask: impl FnMut(&mut [usize]) -> io::Result<()>) -> io::Result<Vec<u32>> {
    let mut mask = vec![0; 1024 / WORD];
    loop {
        match ask(&mut mask) {
            Ok(()) => return Ok(cpus(&mask)),
            Err(error)
                if error.raw_os_error() == Some(libc::EINVAL) && mask.len() < MOST / WORD =>
            {
                mask.resize(mask.len() * 2, 0);
            }
            Err(error) => return Err(error),
        }
    }
}

/// The CPUs whose bits are set.
fn cpus(mask: &[usize]) -> Vec<u32> {
    let set = |cpu: &u32| {
        let word = mask.get(*cpu as usize / WORD).copied().unwrap_or(0);
        word >> (*cpu as usize % WORD) & 1 == 1
    };
    // Most masks end in many words without a bit.
    let words = mask.iter().rposition(|word| *word != 0).map_or(0, |last| last + 1);
    (0..u32::try_from(words * WORD).unwrap_or(u32::MAX)).filter(set).collect()
}

/// A mask just long enough for `cpus`, without those that no kernel has.
fn mask(cpus: &[u32]) -> Vec<usize> {
    let mut mask = Vec::new();
    for cpu in cpus.iter().map(|cpu| *cpu as usize).filter(|cpu| *cpu < MOST) {
        if mask.len() <= cpu / WORD {
            mask.resize(cpu / WORD + 1, 0);
        }
        if let Some(word) = mask.get_mut(cpu / WORD) {
            *word |= 1 << (cpu % WORD);
        }
    }
    mask
}

/// The kernel lists also those that are switched off, and does not give them.
fn listed(process: &Process) -> Result<Vec<u32>> {
    let mut cpus = process.ask(Raw::cpus_allowed)?;
    let online = process.host().sys().join("devices/system/cpu/online");
    if let Some(online) = read::piece(&online).ok().and_then(|bytes| cpulist(&bytes).ok()) {
        cpus.retain(|cpu| online.contains(*cpu));
    }
    Ok(cpus)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A kernel for `known` CPUs, on which the process may run on `allowed`.
    fn kernel(known: usize, allowed: &[u32]) -> impl FnMut(&mut [usize]) -> io::Result<()> {
        let allowed = mask(allowed);
        move |buffer| {
            if buffer.len() * WORD < known {
                return Err(io::Error::from_raw_os_error(libc::EINVAL));
            }
            buffer[..allowed.len()].copy_from_slice(&allowed);
            Ok(())
        }
    }

    #[test]
    fn without_the_system_call_the_list_tells() {
        let process = Process::current().unwrap();
        for refusal in [libc::EPERM, libc::ENOSYS] {
            let refuse = |_: &mut [usize]| Err(io::Error::from_raw_os_error(refusal));
            assert_eq!(told(&process, refuse).unwrap(), cpu_affinity(&process).unwrap());
        }
        let gone = |_: &mut [usize]| Err(io::Error::from_raw_os_error(libc::ESRCH));
        assert!(told(&process, gone).unwrap_err().is_gone());
    }

    #[test]
    fn t36_a_mask_grows_for_more_than_1024_cpus() {
        assert_eq!(
            filled(kernel(8192, &[0, 63, 64, 1500, 8191])).unwrap(),
            [0, 63, 64, 1500, 8191]
        );
        assert_eq!(filled(kernel(1024, &[1023])).unwrap(), [1023]);
        assert_eq!(filled(kernel(2, &[1])).unwrap(), [1]);
    }

    #[test]
    fn t36_a_kernel_that_always_says_einval_ends_the_growth() {
        let error = filled(kernel(usize::MAX, &[])).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::EINVAL));
    }

    #[test]
    fn t36_a_mask_for_a_high_cpu_is_as_long_as_it_must_be() {
        assert_eq!(mask(&[4095]).len() * WORD, 4096);
        assert_eq!(cpus(&mask(&[4095, 7, 7])), [7, 4095]);
        assert_eq!(mask(&[u32::MAX]), Vec::<usize>::new());
    }
}
