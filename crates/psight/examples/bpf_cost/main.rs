//! What tables cost through BPF, against the same through `/proc`, and against reading the records and looking at nothing.
//!
//! `cargo run --release -p psight --features bpf --example bpf_cost -- [ROUNDS] [SLEEPERS] [FILES] [THREADS]` starts the
//! sleepers, opens the files and starts the threads, asks each question so many times in turn in each way, and prints the
//! processor time in milliseconds (the median), with what is to be compared.
#![allow(clippy::print_stdout, reason = "that is what it is for")]

mod ffi;

use std::collections::BTreeSet;
use std::error::Error;
use std::fs::File;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, mpsc};

use psight::net::ConnectionKind;
use psight::process::{Limit, Limits, Resource};
use psight::table::{Columns, Scanner};
use psight::{Host, Process};

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |index: usize, default| match arguments.get(index) {
        Some(text) => text.parse(),
        None => Ok(default),
    };
    let (rounds, sleepers) = (number(0, 20)?, number(1, 0)?);
    let (files, threads) = (number(2, 1000)?, number(3, 200)?);
    let _sleepers = Sleepers::start(sleepers)?;
    let (proc, bpf) = (Host::local(), Host::local().with_bpf());
    for (name, columns) in TABLES {
        table(name, columns.parse()?, &bpf, &proc, rounds)?;
    }
    sockets(&bpf, &proc, rounds)?;
    let me = Process::current()?;
    open_files(&me.on(&bpf), &me.on(&proc), files, rounds)?;
    all_threads(&me.on(&bpf), &me.on(&proc), threads, rounds)?;
    println!("{} answers came through BPF", bpf.bpf_answers());
    Ok(())
}

const TABLES: &[(&str, &str)] = &[
    ("full", "ppid,name,status,uids,username,cpu_times,rss,vms,create_time,num_threads,cmdline"),
    (
        "exact memory",
        "ppid,name,status,uids,username,cpu_times,memory_info,create_time,num_threads,cmdline",
    ),
    ("no arguments", "ppid,name,status,uids,username,cpu_times,rss,vms,create_time,num_threads"),
    ("for top", "name,cpu_percent,rss"),
    ("pids", "pid"),
    (
        "wide",
        "ppid,name,status,uids,username,cpu_times,rss,vms,create_time,num_threads,cmdline,exe,cwd,\
         num_fds,io_counters",
    ),
];

fn table(name: &str, columns: Columns, bpf: &Host, proc: &Host, rounds: u32) -> Outcome<()> {
    let (before, start) = (links()?, processor_time());
    let mut ours = bpf.scanner(columns)?;
    // The first table is what a program is loaded for.
    scan(&mut ours)?;
    let loading = processor_time() - start;
    if let Some(refusal) = ours.bpf_refusal() {
        println!("{name}: refused: {refusal}");
    }
    let link = links()?.difference(&before).copied().next();
    let mut theirs = proc.scanner(columns)?;
    let mut bytes = Vec::new();
    let (mut by_bpf, mut by_proc) = (|| scan(&mut ours), || scan(&mut theirs));
    let mut ways: Vec<Way<'_>> = vec![("BPF", &mut by_bpf), ("/proc", &mut by_proc)];
    let mut raw = || read(link.ok_or("no new link")?, &mut bytes);
    if link.is_some() {
        ways.push(("records", &mut raw));
    }
    println!("{name}: loaded and read within {:.1} ms", loading * 1e3);
    compare(ways, rounds)
}

fn scan(scanner: &mut Scanner) -> Outcome<usize> {
    let mut rows = 0;
    scanner.scan(|row| {
        std::hint::black_box(row);
        rows += 1;
    })?;
    Ok(rows)
}

/// Reads all records of the iterator: how many bytes they have.
fn read(link: u32, bytes: &mut Vec<u8>) -> Outcome<usize> {
    let iterator = ffi::open_iterator(link)?;
    bytes.clear();
    loop {
        bytes.reserve(64 << 10);
        if rustix::io::read(&iterator, rustix::buffer::spare_capacity(bytes))? == 0 {
            return Ok(bytes.len());
        }
    }
}

/// The descriptors of this program that are iterators.
fn links() -> Outcome<BTreeSet<u32>> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir("/proc/self/fd")? {
        let entry = entry?;
        let is_link = std::fs::read_link(entry.path())
            .is_ok_and(|target| target.to_string_lossy().contains("bpf_link"));
        if is_link {
            found.insert(entry.file_name().to_string_lossy().parse()?);
        }
    }
    Ok(found)
}

fn sockets(bpf: &Host, proc: &Host, rounds: u32) -> Outcome<()> {
    let owned = |host: &Host| Ok(host.connections_with_owners(ConnectionKind::All)?.len());
    let (mut ours, mut theirs) = (|| owned(bpf), || owned(proc));
    let mut alone = || Ok(proc.connections(ConnectionKind::All)?.len());
    println!("sockets with owners");
    compare(vec![("BPF", &mut ours), ("/proc", &mut theirs), ("no owners", &mut alone)], rounds)
}

fn open_files(bpf: &Process, proc: &Process, files: u32, rounds: u32) -> Outcome<()> {
    let limits = proc.rlimit(Resource::OpenFiles)?;
    if let Limit::Of(_) = limits.soft {
        proc.set_rlimit(Resource::OpenFiles, Limits::new(limits.hard, limits.hard))?;
    }
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("open");
    let first = File::create(&path)?;
    let mut held = Vec::new();
    for _ in 0..files {
        held.push(first.try_clone()?);
    }
    let (mut ours, mut theirs) = (|| Ok(bpf.open_files()?.len()), || Ok(proc.open_files()?.len()));
    println!("open files");
    compare(vec![("BPF", &mut ours), ("/proc", &mut theirs)], rounds)
}

fn all_threads(bpf: &Process, proc: &Process, threads: u32, rounds: u32) -> Outcome<()> {
    let (stay, wait) = mpsc::channel::<()>();
    let wait = Arc::new(Mutex::new(wait));
    for _ in 0..threads {
        let wait = wait.clone();
        let small = std::thread::Builder::new().stack_size(64 << 10);
        small.spawn(move || wait.lock().is_ok_and(|wait| wait.recv().is_ok()))?;
    }
    let (mut ours, mut theirs) = (|| Ok(bpf.threads()?.len()), || Ok(proc.threads()?.len()));
    println!("threads");
    compare(vec![("BPF", &mut ours), ("/proc", &mut theirs)], rounds)?;
    drop(stay);
    Ok(())
}

/// A name, and what asks in that way and says how much it was told.
type Way<'a> = (&'static str, &'a mut dyn FnMut() -> Outcome<usize>);

/// Asks in turn, each way first as often as the others, and prints what that took.
fn compare(mut ways: Vec<Way<'_>>, rounds: u32) -> Outcome<()> {
    let mut times = vec![Vec::new(); ways.len()];
    let mut told = vec![0; ways.len()];
    for round in 0..=rounds {
        let count = ways.len();
        for turn in 0..count {
            let at = (round as usize + turn) % count;
            let (Some((_, ask)), Some(times)) = (ways.get_mut(at), times.get_mut(at)) else {
                continue;
            };
            let before = processor_time();
            let rows = ask()?;
            // The first round warms up.
            if round > 0 {
                times.push((processor_time() - before) * 1e3);
            }
            told.get_mut(at).into_iter().for_each(|told| *told = rows);
        }
    }
    let medians: Vec<f64> = times.into_iter().map(median).collect();
    let first = medians.first().copied().unwrap_or(f64::NAN);
    for (((name, _), told), time) in ways.iter().zip(told).zip(medians) {
        println!("  {name:10} {told:9} {time:9.3} ms, {:.2} of BPF", time / first);
    }
    Ok(())
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
