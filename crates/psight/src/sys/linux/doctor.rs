//! Why something may not be seen: rights, mounts, switches of the kernel, namespaces and control groups.

mod kernel;
mod machine;
mod surroundings;

use std::path::Path;

use psight_parse::linux::pid::privileges::{Privileges, privileges};

use super::read;
use crate::doctor::Finding;
use crate::{Host, Result};

// /proc/self/status, /proc/sys/kernel/*, /proc/self/{ns,attr}, the table of mounts, control groups, /sys/class
pub(crate) fn findings(host: &Host) -> Result<Vec<Finding>> {
    let status = read::row(&host.proc().join("self/status"))?;
    let rights = Rights(status.map(|bytes| privileges(&bytes)).unwrap_or_default());
    let mut found = capabilities(&rights);
    found.extend(surroundings::procfs(host, &rights)?);
    found.extend(kernel::switches(host, &rights)?);
    found.extend(kernel::filters(host, &rights)?);
    found.extend(surroundings::namespaces(host));
    found.extend(surroundings::groups(host)?);
    found.extend(machine::missing(host)?);
    Ok(found)
}

/// What the process that asks may do.
struct Rights(Privileges);

const CAP_DAC_READ_SEARCH: u32 = 2;
const CAP_KILL: u32 = 5;
const CAP_SYS_PTRACE: u32 = 19;
const CAP_SYS_ADMIN: u32 = 21;
const CAP_SYS_NICE: u32 = 23;
const CAP_SYS_RESOURCE: u32 = 24;
const CAP_SYSLOG: u32 = 34;
const CAP_PERFMON: u32 = 38;
const CAP_BPF: u32 = 39;

impl Rights {
    /// Whether it is known not to have this capability.
    fn lack(&self, capability: u32) -> bool {
        self.0.cap_eff.is_some_and(|all| all >> capability & 1 == 0)
    }

    /// The same of one that is contained in CAP_SYS_ADMIN.
    fn lack_both(&self, capability: u32) -> bool {
        self.lack(capability) && self.lack(CAP_SYS_ADMIN)
    }
}

fn finding(topic: &str, what: impl Into<String>, why: impl Into<String>, how: &str) -> Finding {
    Finding {
        topic: topic.to_owned(),
        what: what.into(),
        why: why.into(),
        how: (!how.is_empty()).then(|| how.to_owned()),
        refused: false,
    }
}

/// The same, where another process could.
fn refused(topic: &str, what: impl Into<String>, why: impl Into<String>, how: &str) -> Finding {
    Finding { refused: true, ..finding(topic, what, why, how) }
}

/// The first line of a file, without blanks around it; `None` of an empty one too.
fn line(path: &Path) -> Result<Option<String>> {
    let Some(bytes) = read::row(path)? else { return Ok(None) };
    let first = psight_parse::text::lines(&bytes).next().unwrap_or_default();
    let text = String::from_utf8_lossy(first.trim_ascii()).into_owned();
    Ok((!text.is_empty()).then_some(text))
}

/// The answer, if there is one. Only where this process may open no more files is that an error, because then it says
/// nothing of the machine.
fn known<T>(answer: Result<T>) -> Result<Option<T>> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if is_exhausted(error.os_code()) => Err(error),
        Err(_) => Ok(None),
    }
}

fn is_exhausted(code: Option<i32>) -> bool {
    matches!(code, Some(libc::EMFILE | libc::ENFILE))
}

fn capabilities(rights: &Rights) -> Vec<Finding> {
    let needed = [
        (
            CAP_SYS_PTRACE,
            "CAP_SYS_PTRACE",
            "files, environment, memory maps and I/O of other users' processes are not told",
        ),
        (
            CAP_DAC_READ_SEARCH,
            "CAP_DAC_READ_SEARCH",
            "files that only others may read are not read",
        ),
        (CAP_KILL, "CAP_KILL", "other users' processes get no signals"),
        (
            CAP_SYS_NICE,
            "CAP_SYS_NICE",
            "priorities cannot be raised, nor those of other users' processes changed",
        ),
        (
            CAP_SYS_RESOURCE,
            "CAP_SYS_RESOURCE",
            "limits cannot be raised, nor those of other users' processes changed",
        ),
        (CAP_SYS_ADMIN, "CAP_SYS_ADMIN", "the real-time class of I/O cannot be chosen"),
    ];
    let lacking = needed.into_iter().filter(|(capability, ..)| rights.lack(*capability));
    let found = lacking.map(|(_, name, what)| {
        let (short, file) = (name.trim_start_matches("CAP_"), name.to_ascii_lowercase());
        let how =
            format!("run it as root (in a container: --cap-add {short}), or setcap {file}+ep FILE");
        refused("capabilities", what, format!("this process does not have {name}"), &how)
    });
    found.collect()
}
