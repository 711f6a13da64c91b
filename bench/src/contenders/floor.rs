//! The floor: the system calls that a question needs, in a loop that looks at nothing they answer.

use std::collections::HashSet;
use std::ffi::{CStr, CString};
use std::io::Write as _;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use rustix::fs::{
    AtFlags, CWD, FileType, Mode, OFlags, RawDir, SeekFrom, fstat, openat, readlinkat_raw, seek,
    statat,
};
use rustix::io::pread;
use rustix::process::{Pid, PidfdFlags, getpriority_process, pidfd_open};
use rustix::thread::sched_getaffinity;

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
    Plan { case: "churn", reads: &[b"stat\0", b"cmdline\0"], links: &[], sizes: &[], pidfd: true },
    // From Python, whose `memory_info` has what only `statm` tells.
    Plan {
        case: "cold",
        reads: &[b"stat\0", b"statm\0", b"cmdline\0"],
        links: &[],
        sizes: &[],
        pidfd: true,
    },
    // Who is whose child, and when each began.
    Plan { case: "descendants", reads: &[b"stat\0"], links: &[], sizes: &[], pidfd: false },
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
    let mut raw = Raw::open()?;
    let pid = Pid::from_raw(i32::try_from(subject)?).ok_or("pid 0")?;
    let of_process = |name: &str| CString::new(format!("{subject}/{name}"));
    let mut pieces = Vec::new();
    match case {
        "connections" | "command_netstat" => return Ok(Some(Box::new(move || raw.descriptors()))),
        "open_files" => {
            let numbers = raw.regular_files(subject)?;
            return Ok(Some(Box::new(move || raw.open_files(subject, &numbers))));
        }
        "threads" => return Ok(Some(Box::new(move || raw.threads(subject)))),
        "memory_maps" | "command_pmap" => {
            let path = of_process("smaps")?;
            return Ok(Some(Box::new(move || raw.whole(&path))));
        }
        "process_uids" | "process_username" => {
            return Ok(Some(Box::new(move || Ok(usize::from(ids(pid))))));
        }
        "process_nice" => {
            return Ok(Some(Box::new(move || {
                Ok(usize::from(getpriority_process(Some(pid)).is_ok()))
            })));
        }
        "process_cpu_affinity" => {
            return Ok(Some(Box::new(move || {
                Ok(usize::from(sched_getaffinity(Some(pid)).is_ok()))
            })));
        }
        "process_ionice" => {
            return Ok(Some(Box::new(move || Ok(usize::from(ffi::io_priority(pid))))));
        }
        "cpu_times" | "cpu_times_each" | "cpu_percent" | "cpu_stats" | "boot_time" => {
            pieces.push(c"stat".to_owned());
        }
        "virtual_memory" => pieces.push(c"meminfo".to_owned()),
        "swap_memory" => pieces.extend([c"meminfo".to_owned(), c"vmstat".to_owned()]),
        "disk_io_counters" => pieces.push(c"diskstats".to_owned()),
        "net_io_counters" => pieces.push(c"self/net/dev".to_owned()),
        "process"
        | "process_name"
        | "process_ppid"
        | "process_status"
        | "process_cpu_times"
        | "process_cpu_percent"
        | "process_num_threads"
        | "process_is_running" => {
            pieces.push(of_process("stat")?);
        }
        "process_memory_info" => pieces.push(of_process("statm")?),
        "process_num_ctx_switches" => pieces.push(of_process("status")?),
        "process_io_counters" => pieces.push(of_process("io")?),
        "process_cmdline" => pieces.push(of_process("cmdline")?),
        _ => return Ok(None),
    }
    Ok(Some(Box::new(move || pieces.iter().map(|path| raw.piece(path)).sum())))
}

/// Asks for the ids of a process, as a pidfd tells them.
fn ids(pid: Pid) -> bool {
    pidfd_open(pid, PidfdFlags::empty()).is_ok_and(|pidfd| ffi::pidfd_info(pidfd.as_fd()))
}

/// Files that stay open: what the kernel takes for another look at each process, or at the machine.
pub(crate) fn kept(case: &str) -> Outcome<Option<Question>> {
    let file = match case {
        "table" => return kept_table().map(Some),
        "cpu_times" => "stat",
        "virtual_memory" => "meminfo",
        "disk_io_counters" => "diskstats",
        "net_io_counters" => "self/net/dev",
        _ => return Ok(None),
    };
    let mut raw = Raw::open()?;
    let file = openat(&raw.proc, file, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?;
    Ok(Some(Box::new(move || {
        raw.bytes.clear();
        Ok(pread(&file, rustix::buffer::spare_capacity(&mut raw.bytes), 0)?)
    })))
}

fn kept_table() -> Outcome<Question> {
    let mut raw = Raw::open()?;
    raw.list()?;
    let mut open = Vec::new();
    for pid in raw.pids.clone() {
        let file = |name: &str| {
            let flags = OFlags::RDONLY | OFlags::CLOEXEC;
            openat(&raw.proc, format!("{pid}/{name}"), flags, Mode::empty())
        };
        let pid = Pid::from_raw(i32::try_from(pid)?).ok_or("pid 0")?;
        let files = (file("stat"), file("cmdline"), pidfd_open(pid, PidfdFlags::empty()));
        if let (Ok(stat), Ok(cmdline), Ok(pidfd)) = files {
            open.push((stat, cmdline, pidfd));
        }
    }
    Ok(Box::new(move || {
        raw.list()?;
        for (stat, cmdline, pidfd) in &open {
            for file in [stat, cmdline] {
                raw.bytes.clear();
                let _ = pread(file, rustix::buffer::spare_capacity(&mut raw.bytes), 0);
            }
            std::hint::black_box(ffi::pidfd_info(pidfd.as_fd()));
        }
        Ok(open.len())
    }))
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
        let pids = std::mem::take(&mut self.pids);
        for pid in &pids {
            let Ok(folder) = self.folder(*pid, "fd") else { continue };
            // Many descriptors stand in a row, and to try is cheaper than to list them first.
            let size = fstat(&folder)?.st_size;
            if size >= 256 {
                for number in 0..u32::try_from(size)? {
                    links += usize::from(self.link(&folder, number)?);
                }
                continue;
            }
            let room: &mut Vec<u8> = &mut buffer;
            let mut entries = RawDir::new(&folder, room.spare_capacity_mut());
            while let Some(entry) = entries.next() {
                self.bytes.clear();
                let room = rustix::buffer::spare_capacity(&mut self.bytes);
                let Ok(entry) = entry else { break };
                links += usize::from(readlinkat_raw(&folder, entry.file_name(), room).is_ok());
            }
        }
        self.pids = pids;
        Ok(links)
    }

    /// A folder of a process.
    fn folder(&mut self, pid: u32, name: &str) -> Outcome<OwnedFd> {
        self.path.clear();
        write!(self.path, "{pid}/{name}\0")?;
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let path = CStr::from_bytes_until_nul(&self.path)?;
        Ok(openat(&self.proc, path, flags, Mode::empty())?)
    }

    /// Whether the link of this number in the folder can be read.
    fn link(&mut self, folder: &OwnedFd, number: u32) -> Outcome<bool> {
        let name = name_of(&mut self.path, number)?;
        self.bytes.clear();
        let room = rustix::buffer::spare_capacity(&mut self.bytes);
        Ok(readlinkat_raw(folder, name, room).is_ok())
    }

    /// Whether each descriptor of the process is of a regular file.
    fn regular_files(&mut self, pid: u32) -> Outcome<Vec<bool>> {
        let folder = self.folder(pid, "fd")?;
        let mut numbers = Vec::new();
        for number in 0..u32::try_from(fstat(&folder)?.st_size)? {
            let stat = statat(&folder, name_of(&mut self.path, number)?, AtFlags::empty());
            let kind = stat.map(|stat| FileType::from_raw_mode(stat.st_mode));
            numbers.push(kind == Ok(FileType::RegularFile));
        }
        Ok(numbers)
    }

    /// The link and the kind of each descriptor, and the description of each that is of a file.
    fn open_files(&mut self, pid: u32, regular: &[bool]) -> Outcome<usize> {
        let (links, descriptions) = (self.folder(pid, "fd")?, self.folder(pid, "fdinfo")?);
        for (number, regular) in (0..).zip(regular) {
            self.link(&links, number)?;
            let name = name_of(&mut self.path, number)?;
            let _ = std::hint::black_box(statat(&links, name, AtFlags::empty()));
            if *regular {
                let flags = OFlags::RDONLY | OFlags::CLOEXEC;
                let file = openat(&descriptions, name, flags, Mode::empty())?;
                self.bytes.clear();
                rustix::io::read(file, rustix::buffer::spare_capacity(&mut self.bytes))?;
            }
        }
        Ok(regular.len())
    }

    /// The `stat` of each thread of a process.
    fn threads(&mut self, pid: u32) -> Outcome<usize> {
        let folder = self.folder(pid, "task")?;
        let mut entries = std::mem::take(&mut self.entries);
        let mut threads = 0;
        let mut listed = RawDir::new(&folder, entries.spare_capacity_mut());
        while let Some(entry) = listed.next() {
            let entry = entry?;
            self.path.clear();
            write!(self.path, "{pid}/task/")?;
            self.path.extend_from_slice(entry.file_name().to_bytes());
            self.path.extend_from_slice(b"/stat\0");
            let path = std::mem::take(&mut self.path);
            threads += usize::from(self.piece(CStr::from_bytes_until_nul(&path)?).is_ok());
            self.path = path;
        }
        self.entries = entries;
        Ok(threads)
    }

    /// What one read gives of a file.
    fn piece(&mut self, path: &CStr) -> Outcome<usize> {
        let file = openat(&self.proc, path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?;
        self.bytes.clear();
        Ok(rustix::io::read(file, rustix::buffer::spare_capacity(&mut self.bytes))?)
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
            ids(Pid::from_raw(i32::try_from(pid)?).ok_or("pid 0")?);
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

/// The name of a descriptor.
fn name_of(path: &mut Vec<u8>, number: u32) -> Outcome<&CStr> {
    path.clear();
    write!(path, "{number}\0")?;
    Ok(CStr::from_bytes_until_nul(path)?)
}

fn join<'a>(path: &'a mut Vec<u8>, folder: usize, name: &[u8]) -> Outcome<&'a CStr> {
    path.truncate(folder);
    path.extend_from_slice(name);
    Ok(CStr::from_bytes_until_nul(path)?)
}
