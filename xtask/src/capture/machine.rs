//! Which files make a machine, and how they get into the fixture.

use std::path::{Path, PathBuf};

use super::Wish;
use super::blank::Blank;
use crate::{Result, sh};

/// Files of the whole system.
const SYSTEM: &[&str] = &[
    "etc/debian_version",
    "etc/group",
    "etc/hostname",
    "etc/os-release",
    "etc/passwd",
    "proc/cmdline",
    "proc/cpuinfo",
    "proc/diskstats",
    "proc/filesystems",
    "proc/loadavg",
    "proc/meminfo",
    "proc/net/dev",
    "proc/net/if_inet6",
    "proc/net/netlink",
    "proc/net/netstat",
    "proc/net/packet",
    "proc/net/raw",
    "proc/net/raw6",
    "proc/net/snmp",
    "proc/net/snmp6",
    "proc/net/sockstat",
    "proc/net/tcp",
    "proc/net/tcp6",
    "proc/net/udp",
    "proc/net/udp6",
    "proc/net/udplite",
    "proc/net/udplite6",
    "proc/net/unix",
    "proc/partitions",
    "proc/pressure/cpu",
    "proc/pressure/io",
    "proc/pressure/memory",
    "proc/stat",
    "proc/swaps",
    "proc/sys/fs/file-nr",
    "proc/sys/kernel/arch",
    "proc/sys/kernel/hostname",
    "proc/sys/kernel/osrelease",
    "proc/sys/kernel/ostype",
    "proc/sys/kernel/pid_max",
    "proc/sys/kernel/version",
    "proc/tty/drivers",
    "proc/uptime",
    "proc/version",
    "proc/vmstat",
    "proc/zoneinfo",
    "run/utmp",
    "usr/lib/os-release",
    "var/run/utmp",
    // What a virtual machine is known by; serial numbers stand in other files.
    "sys/class/dmi/id/bios_vendor",
    "sys/class/dmi/id/board_name",
    "sys/class/dmi/id/board_vendor",
    "sys/class/dmi/id/product_name",
    "sys/class/dmi/id/sys_vendor",
];

/// Files of one process.
const PROCESS: &[&str] = &[
    "cgroup",
    "cmdline",
    "comm",
    "io",
    "limits",
    "loginuid",
    "oom_score",
    "oom_score_adj",
    "sessionid",
    "smaps_rollup",
    "stat",
    "statm",
    "status",
    "wchan",
];

/// Files of one thread.
const THREAD: &[&str] = &["children", "comm", "schedstat", "stat", "status"];

/// Folders of `/sys`, each saved with its files and so many levels of folders below.
const FOLDERS: &[(&str, usize)] = &[
    ("run/systemd/sessions", 0),
    ("run/systemd/users", 0),
    ("sys/class/hwmon", 1),
    ("sys/class/net", 2),
    ("sys/class/power_supply", 1),
    ("sys/class/thermal", 1),
    ("sys/devices/system/cpu", 2),
];

/// Names in those folders that are not worth keeping, or that must not be read.
const LEFT_OUT: &[&str] = &[
    "async",
    "autosuspend_delay_ms",
    "cache",
    "control",
    "cpuidle",
    "crash_notes",
    "firmware_node",
    "hotplug",
    "microcode",
    "node0",
    "power",
    "queues",
    "subsystem",
    "vulnerabilities",
    "brport",
    "bridge",
    "phydev",
    "smt",
    "intel_pstate",
];

/// Files of a disk or a partition.
const DISK: &[&str] = &[
    "dev",
    "device/model",
    "dm/name",
    "partition",
    "queue/hw_sector_size",
    "queue/iostats",
    "queue/rotational",
    "removable",
    "ro",
    "size",
    "start",
    "stat",
    "uevent",
];

/// No file of a kernel that psight reads is longer.
const LONGEST: usize = 1 << 20;

pub(super) fn save(wish: &Wish, blank: &Blank) -> Result {
    let saver = Saver { from: &wish.root, into: &wish.into, blank };
    for path in SYSTEM {
        saver.file(Path::new(path))?;
    }
    for (folder, levels) in FOLDERS {
        saver.folder(Path::new(folder), *levels)?;
    }
    saver.disks()?;
    for pid in pids(wish) {
        saver.process(Path::new("proc").join(pid.to_string()).as_path())?;
    }
    // The mounts as the first process sees them; whoever runs this may be in a container.
    for name in ["mountinfo", "mounts"] {
        let first = Path::new("proc/1").join(name);
        if !wish.into.join(&first).exists() {
            saver.file_as(&Path::new("proc/self").join(name), &first)?;
        }
    }
    saver.link_to(Path::new("proc/self"), Path::new("1"))?;
    saver.link_to(Path::new("proc/mounts"), Path::new("self/mounts"))?;
    saver.link_to(Path::new("etc/mtab"), Path::new("../proc/self/mounts"))
}

fn pids(wish: &Wish) -> Vec<u32> {
    let mut pids: Vec<u32> = names(&wish.root.join("proc"))
        .iter()
        .filter_map(|name| name.parse().ok())
        .filter(|pid| wish.pids.is_empty() || *pid == 1 || wish.pids.contains(pid))
        .collect();
    pids.sort_unstable();
    pids
}

struct Saver<'a> {
    from: &'a Path,
    into: &'a Path,
    blank: &'a Blank,
}

impl Saver<'_> {
    /// Saves a file under its own path; one that is not there or may not be read is left out.
    fn file(&self, path: &Path) -> Result {
        self.file_as(path, path)
    }

    fn file_as(&self, path: &Path, saved: &Path) -> Result {
        let from = self.from.join(path);
        if !from.is_file() {
            return Ok(());
        }
        match std::fs::read(&from) {
            Ok(bytes) if bytes.len() <= LONGEST => {
                sh::write(&self.into.join(saved), self.blank.file(path, &bytes))
            }
            _ => Ok(()),
        }
    }

    /// Saves a link, which under `/proc` points nowhere in particular.
    fn link(&self, path: &Path) -> Result {
        match std::fs::read_link(self.from.join(path)) {
            Ok(target) => self.link_to(path, &self.blank.path(&target)),
            Err(_) => Ok(()),
        }
    }

    fn link_to(&self, path: &Path, target: &Path) -> Result {
        let path = self.into.join(path);
        if let Some(dir) = path.parent() {
            sh::make_dir(dir)?;
        }
        let made = std::os::unix::fs::symlink(target, &path);
        made.map_err(|error| format!("{}: {error}", path.display()))
    }

    /// Saves the files of a folder of `/sys`, where links to folders are followed: `levels` keeps that finite.
    fn folder(&self, path: &Path, levels: usize) -> Result {
        for name in names(&self.from.join(path)) {
            if LEFT_OUT.contains(&name.as_str()) {
                continue;
            }
            let entry = path.join(&name);
            let from = self.from.join(&entry);
            if from.is_file() {
                self.file(&entry)?;
            } else if from.is_dir() && levels > 0 && (name != "device" || is_old_chip(&from)) {
                self.folder(&entry, levels - 1)?;
            }
        }
        Ok(())
    }

    fn disks(&self) -> Result {
        let block = Path::new("sys/block");
        for name in names(&self.from.join(block)) {
            let disk = block.join(&name);
            self.disk(&disk, &name)?;
            for part in names(&self.from.join(&disk)) {
                if self.from.join(&disk).join(&part).join("partition").is_file() {
                    self.disk(&disk.join(&part), &part)?;
                }
            }
        }
        Ok(())
    }

    fn disk(&self, path: &Path, name: &str) -> Result {
        for file in DISK {
            self.file(&path.join(file))?;
        }
        for member in names(&self.from.join(path).join("slaves")) {
            self.link(&path.join("slaves").join(member))?;
        }
        let below_sys = path.strip_prefix("sys").unwrap_or(path);
        let target = Path::new("../..").join(below_sys);
        self.link_to(&Path::new("sys/class/block").join(name), &target)?;
        match std::fs::read_to_string(self.from.join(path).join("dev")) {
            Ok(number) => self.link_to(&Path::new("sys/dev/block").join(number.trim()), &target),
            Err(_) => Ok(()),
        }
    }

    fn process(&self, dir: &Path) -> Result {
        for name in PROCESS {
            self.file(&dir.join(name))?;
        }
        for name in ["cwd", "exe", "root"] {
            self.link(&dir.join(name))?;
        }
        for fd in names(&self.from.join(dir).join("fd")) {
            self.link(&dir.join("fd").join(&fd))?;
            self.file(&dir.join("fdinfo").join(&fd))?;
        }
        for kind in names(&self.from.join(dir).join("ns")) {
            self.link(&dir.join("ns").join(kind))?;
        }
        // A process of the same network sees the same tables; those of other networks are not saved.
        let network = |dir: &Path| std::fs::read_link(self.from.join(dir).join("ns/net")).ok();
        if network(dir) == network(Path::new("proc/1")) {
            self.link_to(&dir.join("net"), Path::new("../net"))?;
        }
        for tid in names(&self.from.join(dir).join("task")) {
            for name in THREAD {
                self.file(&dir.join("task").join(&tid).join(name))?;
            }
        }
        if dir == Path::new("proc/1") {
            self.file(&dir.join("mountinfo"))?;
            self.file(&dir.join("mounts"))?;
        }
        Ok(())
    }
}

/// Before 2.6.3x a sensor chip kept its files one level deeper.
fn is_old_chip(device: &Path) -> bool {
    let dir = device.parent().and_then(Path::parent).and_then(Path::file_name);
    dir.is_some_and(|dir| dir == "hwmon")
        && names(device).iter().any(|name| name.starts_with("temp") || name.starts_with("fan"))
}

/// The names in a folder, sorted; none if it cannot be read.
fn names(dir: &Path) -> Vec<String> {
    let entries: Vec<PathBuf> = std::fs::read_dir(dir)
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    let mut names: Vec<String> =
        entries.iter().filter_map(|path| path.file_name()?.to_str().map(str::to_owned)).collect();
    names.sort();
    names
}
