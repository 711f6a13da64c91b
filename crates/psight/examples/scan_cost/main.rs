//! What reading the table of all processes costs, against a loop that makes the same system calls and looks at nothing.
//!
//! `cargo run --release -p psight --example scan_cost -- [ROUNDS] [SLEEPERS]` starts the sleepers, reads the table so
//! many times in turn with the loop, and prints user and system time of both, with their ratio.
#![allow(clippy::print_stdout, reason = "that is what it is for")]

mod ffi;

use std::error::Error;
use std::ffi::CStr;
use std::io::Write as _;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::process::{Child, Command, Stdio};

use psight::Host;
use psight::table::{Columns, Scanner};
use rustix::fs::{
    AtFlags, CWD, Mode, OFlags, RawDir, SeekFrom, openat, readlinkat_raw, seek, statat,
};
use rustix::process::{Pid, PidfdFlags, pidfd_open};

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |index: usize, default| match arguments.get(index) {
        Some(text) => text.parse(),
        None => Ok(default),
    };
    let (rounds, sleepers) = (number(0, 40)?, number(1, 0)?);
    let _sleepers = Sleepers::start(sleepers)?;
    for plan in PLANS {
        compare(plan, rounds)?;
    }
    Ok(())
}

/// A table, and the files that it needs.
struct Plan {
    name: &'static str,
    columns: &'static str,
    reads: &'static [&'static [u8]],
    links: &'static [&'static [u8]],
    sizes: &'static [&'static [u8]],
    pidfd: bool,
}

const PLANS: &[Plan] = &[
    Plan {
        name: "full",
        columns: "pid,ppid,name,status,uids,username,cpu_times,rss,vms,create_time,num_threads,cmdline",
        reads: &[b"stat\0", b"cmdline\0"],
        links: &[],
        sizes: &[],
        pidfd: true,
    },
    Plan {
        name: "stat",
        columns: "pid,ppid,name,status,cpu_times,rss,num_threads",
        reads: &[b"stat\0"],
        links: &[],
        sizes: &[],
        pidfd: false,
    },
    Plan {
        name: "wide",
        columns: "pid,ppid,name,status,uids,username,cpu_times,rss,vms,create_time,num_threads,cmdline,\
                  exe,cwd,num_fds,io_counters",
        reads: &[b"stat\0", b"cmdline\0", b"io\0"],
        links: &[b"exe\0", b"cwd\0"],
        sizes: &[b"fd\0"],
        pidfd: true,
    },
    Plan { name: "pids", columns: "pid", reads: &[], links: &[], sizes: &[], pidfd: false },
];

/// Reads in turn, each first as often as the other, and prints what that took.
fn compare(plan: &Plan, rounds: u32) -> Outcome<()> {
    let mut scanner = Host::local().scanner(plan.columns.parse::<Columns>()?)?;
    let mut raw = Raw::open()?;
    let rows = scan(&mut scanner)?;
    let pids = raw.scan(plan)?;
    let (mut ours, mut floor) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        let mut one = || timed(&mut ours, || scan(&mut scanner));
        let mut other = || timed(&mut floor, || raw.scan(plan));
        if round % 2 == 0 {
            one()?;
            other()?;
        } else {
            other()?;
            one()?;
        }
    }
    let (ours, floor) = (median(ours), median(floor));
    println!(
        "{:5} {rows} rows: {ours:8.3} ms; {pids} pids with the same calls: {floor:8.3} ms; ratio {:.3}",
        plan.name,
        ours / floor
    );
    Ok(())
}

fn scan(scanner: &mut Scanner) -> Outcome<usize> {
    let mut rows = 0;
    scanner.scan(|row| {
        std::hint::black_box(row);
        rows += 1;
    })?;
    Ok(rows)
}

/// Does it, and adds the processor time in milliseconds.
fn timed(times: &mut Vec<f64>, what: impl FnOnce() -> Outcome<usize>) -> Outcome<usize> {
    let before = processor_time();
    let result = what();
    times.push((processor_time() - before) * 1e3);
    result
}

/// User and system time of this program, in seconds.
fn processor_time() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The loop that makes the calls.
struct Raw {
    proc: OwnedFd,
    entries: Vec<u8>,
    pids: Vec<u32>,
    path: Vec<u8>,
    bytes: Vec<u8>,
}

impl Raw {
    fn open() -> Outcome<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(Self {
            proc: openat(CWD, "/proc", flags, Mode::empty())?,
            entries: Vec::with_capacity(32 * 1024),
            pids: Vec::new(),
            path: Vec::with_capacity(64),
            bytes: Vec::with_capacity(8192),
        })
    }

    fn scan(&mut self, plan: &Plan) -> Outcome<usize> {
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
        for pid in std::mem::take(&mut self.pids) {
            self.process(plan, pid)?;
            self.pids.push(pid);
        }
        Ok(self.pids.len())
    }

    fn process(&mut self, plan: &Plan, pid: u32) -> Outcome<()> {
        self.path.clear();
        write!(self.path, "{pid}/")?;
        let folder = self.path.len();
        for name in plan.reads {
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
}

fn join<'a>(path: &'a mut Vec<u8>, folder: usize, name: &[u8]) -> Outcome<&'a CStr> {
    path.truncate(folder);
    path.extend_from_slice(name);
    Ok(CStr::from_bytes_until_nul(path)?)
}

/// Children that sleep, and that do not outlive the program.
struct Sleepers(Vec<Child>);

impl Sleepers {
    fn start(count: u32) -> Outcome<Self> {
        let mut children = Self(Vec::new());
        for _ in 0..count {
            let mut command = Command::new("sleep");
            let quiet = command.arg("600").stdin(Stdio::null()).stdout(Stdio::null());
            children.0.push(quiet.stderr(Stdio::null()).spawn()?);
        }
        Ok(children)
    }
}

impl Drop for Sleepers {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
        }
        for child in &mut self.0 {
            let _ = child.wait();
        }
    }
}
