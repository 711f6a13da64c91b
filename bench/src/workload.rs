//! The machine that is measured: a crowd of processes, and processes that have a lot of one thing.
//!
//! All of them read from one pipe that nobody writes to, and end when it is closed: that happens when the workload is
//! dropped, and also when this program ends in any other way, be it by a signal that cannot be caught.

pub(crate) mod hold;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, PipeReader, PipeWriter};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::process::{Resource, getrlimit, setrlimit};

use crate::Outcome;

/// Something that there is a lot of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Load {
    /// 3,000 processes with various programs, arguments, users and directories, all children of this one.
    Crowd,
    /// One process with 10,000 TCP and 500 Unix sockets.
    Sockets,
    /// One process with nearly 20,000 descriptors, half of them of files.
    Descriptors,
    /// One process with 5,000 mappings.
    Mappings,
    /// One process with 2,000 threads.
    Threads,
    /// The crowd, but it is their parent that is asked about.
    Parent,
    /// The crowd, and one of it that is asked about.
    Call,
    /// Machines of 300, 3,000 and 30,000 processes, each in a folder.
    Folders,
    /// Twenty processes a second that end at once.
    Churn,
    /// Nothing.
    None,
}

/// The variable in which contenders find the folder of the workload.
pub(crate) const FOLDER: &str = "PSIGHT_BENCH_FOLDER";

pub(crate) const CROWD: usize = 3000;

/// What runs, until it is dropped.
pub(crate) struct Workload {
    subjects: BTreeMap<Load, u32>,
    children: Vec<Child>,
    churn: Option<(Arc<AtomicBool>, JoinHandle<()>)>,
    folder: PathBuf,
    /// Nobody writes to it; that it is open keeps everything running.
    end: Option<PipeWriter>,
    start: PipeReader,
}

/// Starts loads by name, as `Crowd Sockets`, prints who has them, and keeps them until the input ends: something to profile.
pub(crate) fn kept(names: &[&str]) -> Outcome {
    let mut workload = Workload::new()?;
    for name in names {
        let load = Load::NAMED.iter().find(|load| format!("{load:?}") == **name);
        let load = load.ok_or_else(|| format!("{name}: one of {:?}", Load::NAMED))?;
        println!("{name} {}", workload.provide(*load)?);
    }
    until_the_end()
}

impl Load {
    const NAMED: [Self; 6] =
        [Self::Crowd, Self::Sockets, Self::Descriptors, Self::Mappings, Self::Threads, Self::Churn];
}

impl Workload {
    /// Where what belongs to it lies.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn new() -> Outcome<Self> {
        let (start, end) = std::io::pipe()?;
        let folder = std::env::temp_dir().join(format!("psight-bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        Ok(Self {
            subjects: BTreeMap::new(),
            children: Vec::new(),
            churn: None,
            folder,
            end: Some(end),
            start,
        })
    }

    /// Starts what does not run yet, and returns the process that has it; for the crowd it is one of them.
    pub(crate) fn provide(&mut self, load: Load) -> Outcome<u32> {
        if let Some(pid) = self.subjects.get(&load) {
            return Ok(*pid);
        }
        let pid = match load {
            Load::None => 0,
            Load::Crowd => self.crowd()?,
            Load::Call => self.provide(Load::Crowd)?,
            Load::Folders => {
                for processes in [300, 3000, 30_000] {
                    write_machine(&self.folder.join(processes.to_string()), processes)?;
                }
                0
            }
            Load::Parent => {
                self.provide(Load::Crowd)?;
                std::process::id()
            }
            Load::Churn => {
                self.provide(Load::Crowd)?;
                self.begin_churn()
            }
            other => self.holder(other)?,
        };
        self.subjects.insert(load, pid);
        Ok(pid)
    }

    fn crowd(&mut self) -> Outcome<u32> {
        let long = self.folder.join("a-program-with-a-long-name");
        std::os::unix::fs::symlink("/bin/cat", &long)?;
        let mut last = 0;
        for number in 0..CROWD {
            let mut command = member(number, &long);
            if number % 4 == 0 && rustix::process::geteuid().is_root() {
                command.uid(65534).gid(65534);
            }
            command.stdin(self.start.try_clone()?).stdout(Stdio::null()).stderr(Stdio::null());
            let child = command.spawn()?;
            last = child.id();
            self.children.push(child);
        }
        Ok(last)
    }

    fn holder(&mut self, load: Load) -> Outcome<u32> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("hold").arg(format!("{load:?}")).arg(&self.folder);
        command.stdin(self.start.try_clone()?).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let output = child.stdout.take();
        let pid = child.id();
        self.children.push(child);
        let mut line = String::new();
        BufReader::new(output.ok_or("no output")?).read_line(&mut line)?;
        if line.trim() == "ready" { Ok(pid) } else { Err(format!("{load:?}: {line}").into()) }
    }

    fn begin_churn(&mut self) -> u32 {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                let _ = Command::new("true").status();
                std::thread::sleep(Duration::from_millis(50));
            }
        });
        self.churn = Some((stop, thread));
        std::process::id()
    }
}

/// A machine in a folder, with the files that a table needs.
fn write_machine(root: &Path, processes: u32) -> Outcome {
    let numbers = "0 -1 0 10 0 1 0 5 6 0 0 20 0 3 0 900 8192000 512";
    for pid in 1..=processes {
        let dir = root.join(format!("proc/{pid}"));
        std::fs::create_dir_all(&dir)?;
        std::fs::write(dir.join("stat"), format!("{pid} (worker) S 1 {pid} {pid} 0 {numbers}\n"))?;
        std::fs::write(dir.join("status"), "Name:\tworker\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\n")?;
        std::fs::write(dir.join("cmdline"), format!("worker\0--number\0{pid}\0"))?;
    }
    std::fs::create_dir_all(root.join("etc"))?;
    std::fs::write(root.join("etc/passwd"), "root:x:0:0::/root:/bin/sh\n")?;
    Ok(std::fs::write(root.join("proc/stat"), "cpu  1 2 3 4\nbtime 1700000000\n")?)
}

/// One of the crowd: each of these programs ends when its input does.
fn member(number: usize, long: &Path) -> Command {
    let mut command = match number % 5 {
        0 => Command::new("cat"),
        1 => Command::new(long),
        2 => Command::new("sh"),
        3 => Command::new("tr"),
        _ => Command::new("wc"),
    };
    match number % 5 {
        2 => command
            .args(["-c", "read line", "worker", "--config", "/etc/worker.d/main.toml"])
            .arg(number.to_string()),
        3 => command.args(["a-z", "A-Z"]),
        4 => command.arg("-l"),
        _ => &mut command,
    };
    command.current_dir(if number.is_multiple_of(3) { "/" } else { "/usr" });
    command
}

impl Drop for Workload {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.churn.take() {
            stop.store(true, Ordering::Relaxed);
            let _ = thread.join();
        }
        drop(self.end.take());
        for child in &mut self.children {
            let _ = child.wait();
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Lets this program have as many descriptors as it may.
pub(crate) fn raise_limit() -> Outcome {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    Ok(setrlimit(Resource::Nofile, limit)?)
}

/// Waits until the other end of the input is closed.
pub(crate) fn until_the_end() -> Outcome {
    std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink())?;
    Ok(())
}
