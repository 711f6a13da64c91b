//! Switches of the kernel that keep things to those with more rights, and filters between a process and the kernel.

use rustix::process::getpid;

use super::{
    CAP_BPF, CAP_PERFMON, CAP_SYS_PTRACE, CAP_SYSLOG, Rights, finding, is_exhausted, line, refused,
};
use crate::doctor::Finding;
use crate::sys::linux::pidfd;
use crate::{Error, Host, Result};

/// `/proc/sys/kernel/*`, those that bind this process.
pub(super) fn switches(host: &Host, rights: &Rights) -> Result<Vec<Finding>> {
    let folder = host.proc().join("sys/kernel");
    let number = |name: &str| -> Result<Option<i64>> {
        Ok(line(&folder.join(name))?.and_then(|text| text.parse().ok()))
    };
    let mut found = Vec::new();
    if !folder.exists() && host.proc().join("self").exists() {
        let why = format!("{} is not there, as where procfs has subset=pid", folder.display());
        found.push(refused("sysctl", "the kernel's settings may not be read", why, ""));
    }
    found.extend(ptrace_scope(number("yama/ptrace_scope")?, rights));
    let pointers = number("kptr_restrict")?.unwrap_or(0);
    if pointers >= 2 || pointers == 1 && rights.lack(CAP_SYSLOG) {
        let what = "addresses in the kernel are shown as zeros";
        let why = format!("kernel.kptr_restrict is {pointers}");
        found.push(refused("kernel", what, why, "sysctl kernel.kptr_restrict=0"));
    }
    if number("dmesg_restrict")? == Some(1) && rights.lack(CAP_SYSLOG) {
        let (what, why) = ("the kernel's log may not be read", "kernel.dmesg_restrict is 1");
        found.push(refused("kernel", what, why, "sysctl kernel.dmesg_restrict=0"));
    }
    let paranoia = number("perf_event_paranoid")?.unwrap_or(-1);
    if paranoia >= 2 && rights.lack_both(CAP_PERFMON) {
        let what = if paranoia >= 3 {
            "performance counters may not be read"
        } else {
            "performance counters count this process outside the kernel alone"
        };
        let why = format!("kernel.perf_event_paranoid is {paranoia}, and CAP_PERFMON is missing");
        found.push(refused("perf", what, why, "sysctl kernel.perf_event_paranoid=1"));
    }
    let bpf = number("unprivileged_bpf_disabled")?.unwrap_or(0);
    if bpf >= 1 && rights.lack_both(CAP_BPF) {
        let why = format!("kernel.unprivileged_bpf_disabled is {bpf}, and CAP_BPF is missing");
        let how = "run it as root, or give it CAP_BPF and CAP_PERFMON";
        found.push(refused("bpf", "no program may be loaded into the kernel", why, how));
    }
    Ok(found)
}

/// Yama's rule about who may attach to whom. What procfs tells is not bound by it.
fn ptrace_scope(scope: Option<i64>, rights: &Rights) -> Option<Finding> {
    let what = match scope? {
        1 if rights.lack(CAP_SYS_PTRACE) => {
            "of this user's processes, only descendants may be traced; what procfs tells is not affected"
        }
        2 if rights.lack(CAP_SYS_PTRACE) => {
            "no process may be traced; what procfs tells is not affected"
        }
        3 => "no process may be traced by anybody; what procfs tells is not affected",
        _ => return None,
    };
    let how = if scope == Some(3) {
        "it stays so until the machine starts again"
    } else {
        "sysctl kernel.yama.ptrace_scope=0"
    };
    Some(refused("ptrace", what, format!("kernel.yama.ptrace_scope is {}", scope?), how))
}

/// Filters of system calls, and security modules that confine this process.
pub(super) fn filters(host: &Host, rights: &Rights) -> Result<Vec<Finding>> {
    let mut found = Vec::new();
    if rights.0.seccomp.is_some_and(|mode| mode != 0) {
        let what = "system calls may be refused whatever this process's rights";
        let how = "in a container, start that with --security-opt seccomp=unconfined";
        found.push(finding("seccomp", what, "a filter stands between it and the kernel", how));
    }
    if host.is_local()
        && let Err(error) = pidfd::open(getpid().as_raw_pid())
    {
        if is_exhausted(Some(error.raw_os_error())) {
            return Err(Error::system("pidfd_open", error.into()));
        }
        let what = "waiting looks again and again, and signals go by number";
        let why = format!("pidfd_open is refused ({error})");
        found.push(finding(
            "pidfd",
            what,
            why,
            "Linux 5.3 or later, and a filter that lets it through",
        ));
    }
    let modules = line(&host.sys().join("kernel/security/lsm"))?.unwrap_or_default();
    for module in ["selinux", "apparmor"] {
        let profile = line(&host.proc().join("self/attr/current"))?.unwrap_or_default();
        let profile = profile.trim_end_matches('\0');
        let free = profile.is_empty() || profile.starts_with("unconfined");
        if !free && modules.split(',').any(|known| known == module) {
            let what = "some questions may be refused whatever this process's rights";
            let why = format!("{module} confines it as {profile}");
            found.push(finding(module, what, why, ""));
        }
    }
    Ok(found)
}
