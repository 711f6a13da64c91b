//! The floor: the system calls that a question needs, in a loop that looks at nothing they answer.

use std::collections::HashSet;
use std::ffi::CStr;
use std::io::Write as _;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use rustix::fs::{
    AtFlags, CWD, Mode, OFlags, RawDir, SeekFrom, openat, readlinkat_raw, seek, statat,
};
use rustix::process::{Pid, PidfdFlags, pidfd_open};

use super::Question;
use crate::workload::FOLDER;
use crate::{Outcome, ffi};

/// A table, and the files that it needs.
struct Plan {
    case: &'static str,
    reads: &'static [&'static [u8]],
    links: &'static [&'static [u8]],
    sizes: &'static [&'static [u8]],
    pidfd: bool,
}

const PLANS: &[Plan] = &[
    Plan { case: "table", reads: &[b"stat\0", b"cmdline\0"], links: &[], sizes: &[], pidfd: true },
    Plan { case: "monitor", reads: &[b"stat\0"], links: &[], sizes: &[], pidfd: false },
    Plan {
        case: "wide",
        reads: &[b"stat\0", b"cmdline\0", b"io\0"],
        links: &[b"exe\0", b"cwd\0"],
        sizes: &[b"fd\0"],
        pidfd: true,
    },
    // What is left where nobody has locked memory; its owner is the folder's.
    Plan {
        case: "command_ps",
        reads: &[b"stat\0", b"statm\0", b"cmdline\0"],
        links: &[],
        sizes: &[b"\0"],
        pidfd: false,
    },
    Plan { case: "pids", reads: &[], links: &[], sizes: &[], pidfd: false },
    Plan { case: "footprint", reads: &[b"smaps_rollup\0"], links: &[], sizes: &[], pidfd: false },
];

pub(crate) fn question(case: &str, subject: u32) -> Outcome<Option<Question>> {
    if let Some(plan) = PLANS.iter().find(|plan| plan.case == case) {
        let mut raw = Raw::open()?;
        if case == "monitor" {
            raw.find_cut_names()?;
        }
        return Ok(Some(Box::new(move || raw.scan(plan))));
    }
    if case == "command_netstat" {
        let mut raw = Raw::open()?;
        return Ok(Some(Box::new(move || raw.descriptors())));
    }
    let path = match case {
        "memory_maps" | "command_pmap" => format!("{subject}/smaps"),
        "process_name" => format!("{subject}/stat"),
        "process_uids" => format!("{subject}/status"),
        "process_memory_info" => format!("{subject}/statm"),
        "cpu_times" => "stat".to_owned(),
        "virtual_memory" => "meminfo".to_owned(),
        "disk_io_counters" => "diskstats".to_owned(),
        "net_io_counters" => "net/dev".to_owned(),
        _ => return Ok(None),
    };
    let mut raw = Raw::open()?;
    let path = std::ffi::CString::new(path)?;
    Ok(Some(Box::new(move || raw.whole(&path))))
}

/// The files that the table needs of a machine in a folder, whose processes have no pidfds.
const FOLDER_PLAN: Plan = Plan {
    case: "scale",
    reads: &[b"stat\0", b"status\0", b"cmdline\0"],
    links: &[],
    sizes: &[],
    pidfd: false,
};

/// A machine in a folder, as often as makes 30,000 processes.
pub(crate) fn folder(who: &str) -> Outcome<Option<Question>> {
    let processes: usize = who.rsplit(' ').nth(1).unwrap_or_default().parse()?;
    let folder = std::env::var_os(FOLDER).ok_or("no folder")?;
    let mut raw = Raw::open_at(&Path::new(&folder).join(processes.to_string()).join("proc"))?;
    Ok(Some(Box::new(move || {
        let mut rows = 0;
        for _ in 0..30_000 / processes {
            rows += raw.scan(&FOLDER_PLAN)?;
        }
        Ok(rows)
    })))
}

/// The loop that makes the calls.
struct Raw {
    proc: OwnedFd,
    entries: Vec<u8>,
    pids: Vec<u32>,
    path: Vec<u8>,
    bytes: Vec<u8>,
    /// Processes whose command line is needed for their name.
    cut: HashSet<u32>,
}

impl Raw {
    fn open() -> Outcome<Self> {
        Self::open_at(Path::new("/proc"))
    }

    fn open_at(proc: &Path) -> Outcome<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(Self {
            proc: openat(CWD, proc, flags, Mode::empty())?,
            entries: Vec::with_capacity(32 * 1024),
            pids: Vec::new(),
            path: Vec::with_capacity(64),
            bytes: Vec::with_capacity(8192),
            cut: HashSet::new(),
        })
    }

    fn scan(&mut self, plan: &Plan) -> Outcome<usize> {
        self.list()?;
        for pid in std::mem::take(&mut self.pids) {
            self.process(plan, pid)?;
            self.pids.push(pid);
        }
        Ok(self.pids.len())
    }

    /// The links of all descriptors, which say who has which socket.
    fn descriptors(&mut self) -> Outcome<usize> {
        self.list()?;
        let (mut links, mut buffer) = (0, Vec::with_capacity(32 * 1024));
        for pid in &self.pids {
            self.path.clear();
            write!(self.path, "{pid}/fd\0")?;
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
            let path = CStr::from_bytes_until_nul(&self.path)?;
            let Ok(folder) = openat(&self.proc, path, flags, Mode::empty()) else { continue };
            let room: &mut Vec<u8> = &mut buffer;
            let mut entries = RawDir::new(&folder, room.spare_capacity_mut());
            while let Some(entry) = entries.next() {
                self.bytes.clear();
                let room = rustix::buffer::spare_capacity(&mut self.bytes);
                let Ok(entry) = entry else { break };
                links += usize::from(readlinkat_raw(&folder, entry.file_name(), room).is_ok());
            }
        }
        Ok(links)
    }

    /// The pids of all processes.
    fn list(&mut self) -> Outcome {
        self.pids.clear();
        seek(&self.proc, SeekFrom::Start(0))?;
        let buffer: &mut [MaybeUninit<u8>] = self.entries.spare_capacity_mut();
        let mut entries = RawDir::new(&self.proc, buffer);
        while let Some(entry) = entries.next() {
            let entry = entry?;
            let name = entry.file_name().to_bytes();
            if name.first().is_some_and(u8::is_ascii_digit) {
                self.pids.push(std::str::from_utf8(name)?.parse()?);
            }
        }
        Ok(())
    }

    /// Remembers the processes whose names the kernel cuts, its own threads apart.
    fn find_cut_names(&mut self) -> Outcome {
        for process in procfs::process::all_processes()?.flatten() {
            let stat = process.stat()?;
            if stat.comm.len() == 15 && stat.ppid != 2 {
                self.cut.insert(u32::try_from(stat.pid)?);
            }
        }
        Ok(())
    }

    fn process(&mut self, plan: &Plan, pid: u32) -> Outcome {
        self.path.clear();
        write!(self.path, "{pid}/")?;
        let folder = self.path.len();
        let cut = self.cut.contains(&pid).then_some(b"cmdline\0".as_slice());
        for name in plan.reads.iter().copied().chain(cut) {
            let path = join(&mut self.path, folder, name)?;
            let Ok(fd) = openat(&self.proc, path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())
            else {
                continue;
            };
            self.bytes.clear();
            let _ = rustix::io::read(&fd, rustix::buffer::spare_capacity(&mut self.bytes));
        }
        for name in plan.links {
            let path = join(&mut self.path, folder, name)?;
            self.bytes.clear();
            let room = rustix::buffer::spare_capacity(&mut self.bytes);
            let _ = readlinkat_raw(&self.proc, path, room);
        }
        for name in plan.sizes {
            let path = join(&mut self.path, folder, name)?;
            let _ = std::hint::black_box(statat(&self.proc, path, AtFlags::SYMLINK_NOFOLLOW));
        }
        if plan.pidfd {
            let pid = Pid::from_raw(i32::try_from(pid)?).ok_or("pid 0")?;
            if let Ok(pidfd) = pidfd_open(pid, PidfdFlags::empty()) {
                std::hint::black_box(ffi::pidfd_info(pidfd.as_fd()));
            }
        }
        Ok(())
    }

    /// One file to its end.
    fn whole(&mut self, path: &CStr) -> Outcome<usize> {
        let fd = openat(&self.proc, path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?;
        let mut total = 0;
        loop {
            self.bytes.clear();
            match rustix::io::read(&fd, rustix::buffer::spare_capacity(&mut self.bytes))? {
                0 => return Ok(total),
                count => total += count,
            }
        }
    }
}

fn join<'a>(path: &'a mut Vec<u8>, folder: usize, name: &[u8]) -> Outcome<&'a CStr> {
    path.truncate(folder);
    path.extend_from_slice(name);
    Ok(CStr::from_bytes_until_nul(path)?)
}
