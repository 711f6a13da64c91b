//! What a process may use of each resource.

use psight_parse::linux::pid::limits::limits;
use rustix::process::Pid as RawPid;

use super::super::process::Raw;
use super::super::reach::reach;
use super::super::{ffi, read};
use super::{asked, failed, same, target};
use crate::process::{Limit, Limits, Resource};
use crate::{Error, ErrorKind, Process, Result};

#[allow(clippy::unnecessary_cast, reason = "musl has them as signed numbers")]
pub(crate) fn resource_number(resource: Resource) -> Option<u32> {
    Some(match resource {
        Resource::Cpu => libc::RLIMIT_CPU,
        Resource::FileSize => libc::RLIMIT_FSIZE,
        Resource::Data => libc::RLIMIT_DATA,
        Resource::Stack => libc::RLIMIT_STACK,
        Resource::Core => libc::RLIMIT_CORE,
        Resource::Rss => libc::RLIMIT_RSS,
        Resource::Processes => libc::RLIMIT_NPROC,
        Resource::OpenFiles => libc::RLIMIT_NOFILE,
        Resource::LockedMemory => libc::RLIMIT_MEMLOCK,
        Resource::AddressSpace => libc::RLIMIT_AS,
        Resource::Locks => libc::RLIMIT_LOCKS,
        Resource::PendingSignals => libc::RLIMIT_SIGPENDING,
        Resource::MessageQueues => libc::RLIMIT_MSGQUEUE,
        Resource::Nice => libc::RLIMIT_NICE,
        Resource::RealTimePriority => libc::RLIMIT_RTPRIO,
        // `RLIMIT_RTTIME`, which not every C library names, is this number on every processor.
        Resource::RealTime => 15,
        Resource::Swap | Resource::SocketBuffers | Resource::PseudoTerminals => return None,
    } as u32)
}

/// The kernel's name of the resource in `limits`.
fn label(resource: Resource) -> Option<&'static [u8]> {
    Some(match resource {
        Resource::Cpu => b"Max cpu time",
        Resource::FileSize => b"Max file size",
        Resource::Data => b"Max data size",
        Resource::Stack => b"Max stack size",
        Resource::Core => b"Max core file size",
        Resource::Rss => b"Max resident set",
        Resource::Processes => b"Max processes",
        Resource::OpenFiles => b"Max open files",
        Resource::LockedMemory => b"Max locked memory",
        Resource::AddressSpace => b"Max address space",
        Resource::Locks => b"Max file locks",
        Resource::PendingSignals => b"Max pending signals",
        Resource::MessageQueues => b"Max msgqueue size",
        Resource::Nice => b"Max nice priority",
        Resource::RealTimePriority => b"Max realtime priority",
        Resource::RealTime => b"Max realtime timeout",
        Resource::Swap | Resource::SocketBuffers | Resource::PseudoTerminals => return None,
    })
}

// prlimit(2); limits
pub(crate) fn rlimit(process: &Process, resource: Resource) -> Result<Limits> {
    let number = known(process, resource)?;
    if !reach(process.host()).pids {
        return listed(process, resource);
    }
    told(process, resource, call(process, asked(process, "rlimit")?, number, None))
}

/// What the system call said, or where that was refused, what the file says, which is for everyone: a filter may let the call
/// through to nobody, or only for the process itself.
fn told(process: &Process, resource: Resource, answer: Result<Limits>) -> Result<Limits> {
    match answer {
        Err(error) if matches!(error.kind(), ErrorKind::AccessDenied | ErrorKind::Unsupported) => {
            listed(process, resource).map_err(|_| error)
        }
        limits => limits,
    }
}

// prlimit(2)
pub(crate) fn set_rlimit(process: &Process, resource: Resource, to: Limits) -> Result<Limits> {
    let number = known(process, resource)?;
    if to.soft > to.hard {
        return Err(Error::invalid("the soft limit is above the hard limit"));
    }
    let pid = target(process, "set_rlimit")?;
    same(process)?;
    call(process, pid, number, Some([raw(to.soft), raw(to.hard)]))
}

fn known(process: &Process, resource: Resource) -> Result<u32> {
    resource_number(resource)
        .ok_or_else(|| Error::unsupported(&format!("RLIMIT_{resource}")).with_pid(process.pid()))
}

fn call(process: &Process, pid: RawPid, resource: u32, new: Option<[u64; 2]>) -> Result<Limits> {
    match ffi::prlimit(pid.as_raw_pid(), resource, new) {
        Ok([soft, hard]) => Ok(Limits::new(limit(soft), limit(hard))),
        // Some kernels say so of a zombie (seen by psutil on Travis CI).
        Err(error) if error.raw_os_error() == Some(libc::ENOSYS) && is_zombie(process) => {
            Err(Error::zombie(process.pid()))
        }
        Err(error) => Err(failed(process, "prlimit", error)),
    }
}

fn is_zombie(process: &Process) -> bool {
    let raw = Raw::new(process.host(), process.pid());
    raw.stat().is_ok_and(|stat| stat.state == b'Z')
}

fn listed(process: &Process, resource: Resource) -> Result<Limits> {
    let raw = Raw::new(process.host(), process.pid());
    let path = raw.dir().join("limits");
    let bytes = read::file(&path).map_err(|error| raw.failed(path, error))?;
    let number = |number: Option<u64>| number.map_or(Limit::Unlimited, Limit::Of);
    limits(&bytes)
        .find(|row| label(resource).is_some_and(|label| row.name == label))
        .map(|row| Limits::new(number(row.soft), number(row.hard)))
        .ok_or_else(|| Error::unsupported(&format!("RLIMIT_{resource}")).with_pid(process.pid()))
}

/// `RLIM64_INFINITY`.
const INFINITY: u64 = u64::MAX;

fn limit(raw: u64) -> Limit {
    if raw == INFINITY { Limit::Unlimited } else { Limit::Of(raw) }
}

fn raw(limit: Limit) -> u64 {
    match limit {
        Limit::Of(number) => number,
        Limit::Unlimited => INFINITY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t22_no_limit_is_no_number() {
        assert_eq!(limit(u64::MAX), Limit::Unlimited);
        assert_eq!(limit(u64::MAX - 1), Limit::Of(u64::MAX - 1));
        assert_eq!(limit(1 << 40), Limit::Of(1 << 40));
        assert_eq!(raw(Limit::Unlimited), u64::MAX);
        assert!(Limit::Of(u64::MAX) < Limit::Unlimited);
    }

    #[test]
    fn without_the_system_call_the_file_tells() {
        let process = Process::current().unwrap();
        for refusal in [libc::EPERM, libc::ENOSYS] {
            let error = std::io::Error::from_raw_os_error(refusal);
            let refused = Err(failed(&process, "prlimit", error));
            let told = told(&process, Resource::OpenFiles, refused).unwrap();
            assert_eq!(told, rlimit(&process, Resource::OpenFiles).unwrap());
        }
    }

    #[test]
    fn every_resource_of_linux_has_a_number_and_a_label() {
        let mut numbers: Vec<u32> =
            Resource::ALL.iter().filter_map(|resource| resource_number(*resource)).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (0..16).collect::<Vec<u32>>());
        for resource in Resource::ALL {
            assert_eq!(label(*resource).is_some(), resource_number(*resource).is_some());
        }
    }
}
