//! What the tests of machines share: a fake machine in a folder, another program to ask, patience.
#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "each test program uses a part of it"
)]
#![allow(clippy::expect_used, clippy::panic, clippy::print_stderr, reason = "it is test code")]

mod ended;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use psight::record::Value;
use psight::{Error, Host, Process, Record};
use tempfile::TempDir;

pub use ended::Ended;

/// A machine that is a folder of files, removed at the end of the test.
pub struct Machine {
    root: TempDir,
}

impl Machine {
    /// A captured machine with pages of 4096 bytes, 100 ticks a second, and the clock at 1 700 000 000.
    pub fn captured() -> Self {
        Self::live().file(
            "facts.toml",
            "page_size = 4096\nticks_per_second = 100\ncaptured_at = 1700000000\n",
        )
    }

    /// A machine whose root is a folder and whose kernel is this one, as seen from a container.
    pub fn live() -> Self {
        Self { root: tempfile::tempdir().expect("a folder for the machine") }
    }

    /// The same machine with this file.
    #[must_use]
    pub fn file(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        self.write(path, content);
        self
    }

    /// The same machine with this symbolic link.
    #[cfg(unix)]
    #[must_use]
    pub fn link(self, path: &str, target: &str) -> Self {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::os::unix::fs::symlink(target, path).expect("a link");
        self
    }

    /// Puts `content` in place of what the file has, as a kernel does between two reads.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, content).expect("a file");
    }

    /// Where the file is on this machine.
    pub fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root.path().join(path)
    }

    /// The machine, ready to be asked.
    pub fn host(&self) -> Host {
        Host::at(self.root.path()).expect("the machine's folder")
    }
}

/// What a Python script with psutil 7.2.2 and json imported prints, which must be JSON; `None`, with the reason on
/// stderr, where `PSIGHT_PSUTIL_PYTHON` does not name a Python that has psutil.
pub fn psutil(code: &str) -> Option<serde_json::Value> {
    let Some(python) = std::env::var_os("PSIGHT_PSUTIL_PYTHON") else {
        eprintln!("skipped: PSIGHT_PSUTIL_PYTHON does not name a Python with psutil");
        return None;
    };
    let script = format!("import json, psutil\n{code}");
    let output = match Command::new(&python).arg("-c").arg(script).output() {
        Ok(output) => output,
        // Another user's Python, as when the tests run as root and then as nobody.
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            eprintln!("skipped: {}: {error}", python.display());
            return None;
        }
        Err(error) => panic!("{}: {error}", python.display()),
    };
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {errors}", python.display());
    Some(serde_json::from_slice(&output.stdout).expect("the script prints JSON"))
}

/// What another program prints; `None`, with the reason on stderr, where it is not installed or fails.
pub fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let command = Command::new(program).args(arguments).env("LC_ALL", "C").output();
    match command {
        Ok(output) if output.status.success() => {
            Some(String::from_utf8_lossy(&output.stdout).into_owned())
        }
        Ok(output) => {
            eprintln!("skipped: {program} fails: {}", String::from_utf8_lossy(&output.stderr));
            None
        }
        Err(error) => {
            eprintln!("skipped: {program}: {error}");
            None
        }
    }
}

/// The whole numbers of a record, in the order of its fields.
pub fn numbers(record: &impl Record) -> Vec<u64> {
    record.values().iter().filter_map(Value::as_u64).collect()
}

/// The `stat` of a process with this parent and start, in ticks after boot.
pub fn stat(pid: u32, ppid: u32, start: u64) -> String {
    format!(
        "{pid} (x) S {ppid} 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 {start} 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 17 0"
    )
}

/// Asks until the answer is `Ok`, for what moves between two questions; panics with the last answer after ten seconds.
pub fn eventually<T>(mut question: impl FnMut() -> Result<T, String>) -> T {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        match question() {
            Ok(answer) => return answer,
            Err(last) if Instant::now() > deadline => panic!("still after ten seconds: {last}"),
            Err(_) => thread::yield_now(),
        }
    }
}

/// Every question that a process answers without being changed, and what came of it.
pub fn every_question(process: &Process) -> Vec<(&'static str, Result<(), Error>)> {
    macro_rules! ask {
        ($($question:ident),* $(,)?) => {
            vec![$((stringify!($question), process.$question().map(drop))),*]
        };
    }
    ask![
        ppid,
        name,
        exe,
        exe_guess,
        cmdline,
        environ,
        environ_map,
        create_time,
        start_ticks,
        status,
        cwd,
        root,
        terminal,
        has_terminal,
        username,
        uids,
        gids,
        fsuid,
        fsgid,
        groups,
        pgid,
        sid,
        umask,
        signal_masks,
        namespace_pids,
        cgroups,
        is_kernel_thread,
        cpu_times,
        cpu_sample,
        cpu_num,
        num_threads,
        threads,
        num_ctx_switches,
        memory_info,
        memory_info_ex,
        memory_footprint,
        memory_full,
        memory_maps,
        memory_maps_grouped,
        memory_regions,
        page_faults,
        io_counters,
        is_running,
    ]
}
