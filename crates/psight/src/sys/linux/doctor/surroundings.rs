//! How procfs is mounted, which namespaces this process is in, and what its control groups leave to it.

use std::collections::HashMap;
use std::path::Path;

use super::{CAP_SYS_PTRACE, Rights, finding, known, refused};
use crate::disk::Mounts;
use crate::doctor::Finding;
use crate::limits::LimitedBy;
use crate::sys::linux::host::container;
use crate::{Host, Result};

/// proc(5), "Mount options".
pub(super) fn procfs(host: &Host, rights: &Rights) -> Result<Vec<Finding>> {
    let mut found = Vec::new();
    let proc = host.proc();
    if !proc.join("self/stat").exists() {
        let why = format!("{} is no procfs, or one of another pid namespace", proc.display());
        let how = "mount -t proc proc /proc";
        found.push(refused("procfs", "no process is shown as it is here", why, how));
    }
    let place = if host.is_captured() { Path::new("/proc") } else { proc };
    let mounts = known(host.partitions(Mounts::All))?.unwrap_or_default();
    let Some(mount) = mounts.iter().rev().find(|mount| mount.mountpoint == place) else {
        return Ok(found);
    };
    let options = mount.opts.to_string_lossy();
    let options: HashMap<&str, &str> =
        options.split(',').map(|option| option.split_once('=').unwrap_or((option, ""))).collect();
    let hidden = match options.get("hidepid").copied() {
        Some("1" | "noaccess") => Some("of other users' processes, only the numbers may be known"),
        Some("2" | "invisible") => Some("other users' processes are not there"),
        Some("4" | "ptraceable") => Some("only processes that could be traced are there"),
        _ => None,
    };
    if let Some(what) = hidden.filter(|_| rights.lack(CAP_SYS_PTRACE)) {
        let hidepid = options.get("hidepid").copied().unwrap_or_default();
        let why = format!("{} is mounted with hidepid={hidepid}", place.display());
        let how = match options.get("gid") {
            Some(group) => format!("join group {group}, which is exempt, or run it as root"),
            None => "run it as root, or mount -o remount,hidepid=0 /proc".to_owned(),
        };
        found.push(refused("procfs", what, why, &how));
    }
    if options.get("subset") == Some(&"pid") {
        let what = "nothing about the machine itself is there";
        let why = format!("{} is mounted with subset=pid", place.display());
        found.push(refused("procfs", what, why, "mount another procfs without that option"));
    }
    Ok(found)
}

/// `/proc/self/ns/*`. The first namespaces of users and of pids have fixed numbers: linux/proc_ns.h.
pub(super) fn namespaces(host: &Host) -> Vec<Finding> {
    const FIRST_PID: &str = "pid:[4026531836]";
    const FIRST_USER: &str = "user:[4026531837]";
    let mut found = Vec::new();
    if let Some(name) = container(host) {
        let what = "memory, processors and load are those of the whole machine, unless its limits show below";
        let why = format!("this looks like a container ({name})");
        found.push(finding("container", what, why, ""));
    }
    let space = |process: &str, kind: &str| {
        let link = std::fs::read_link(host.proc().join(process).join("ns").join(kind)).ok()?;
        Some(link.to_string_lossy().into_owned())
    };
    if space("self", "pid").is_some_and(|own| own != FIRST_PID) {
        let what = "processes outside are not there, and numbers mean others there";
        let why = "this process is in a pid namespace of its own";
        found.push(refused("container", what, why, "start the container with --pid=host"));
    }
    if space("self", "user").is_some_and(|own| own != FIRST_USER) {
        let what = "its rights, even root's, end at what belongs to its namespace";
        let why = "this process is in a user namespace of its own";
        found.push(refused("container", what, why, "run it outside of rootless containers"));
    }
    let (own, first) = (space("self", "net"), space("1", "net"));
    if own.is_some() && first.is_some() && own != first {
        let what = "interfaces, sockets and their counters are those of another network than process 1 has";
        let why = "this process is in a network namespace of its own";
        found.push(finding("network", what, why, "nsenter --net=/proc/1/ns/net"));
    }
    found
}

/// What control groups leave of the machine.
pub(super) fn groups(host: &Host) -> Result<Vec<Finding>> {
    let mut found = Vec::new();
    if let Some(memory) = known(host.effective_memory())?
        && let LimitedBy::Group(file) = &memory.limited_by
    {
        let what =
            format!("{} bytes of memory may be used, and not all that there is", memory.limit);
        found.push(finding(
            "cgroup",
            what,
            format!("{} says so", file.display()),
            "raise it there",
        ));
    }
    if let Some(cpus) = known(host.effective_cpus())?
        && cpus.limited_by != LimitedBy::Host
    {
        let what = format!("{} of {} processors may be used", cpus.cpus, cpus.online);
        let why = match &cpus.limited_by {
            LimitedBy::Group(file) => format!("{} says so", file.display()),
            _ => "the affinity of this process allows no more".to_owned(),
        };
        found.push(finding("cgroup", what, why, "raise the quota, or widen the affinity"));
    }
    Ok(found)
}
