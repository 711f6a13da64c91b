//! Reading through BPF: programs that the kernel runs over its own tasks and files, and whose records are read like a file.
//!
//! The programs are written at run time for the kernel that runs, because where its structures have their members differs
//! from one to the next. Whatever is refused on the way (no types, no right, a program that the checker does not like,
//! records that do not agree with `/proc`) is kept as the reason why `/proc` is read instead.

mod code;
mod descriptors;
mod ffi;
mod kernel;
mod program;
mod table;
mod threads;
mod writer;

use std::collections::HashSet;
use std::io;
use std::os::fd::AsFd;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

pub(crate) use program::{Program, Whom};
pub(crate) use table::Parts;

use psight_parse::linux::{bpf, loadavg};

use super::process::Raw;
use super::read;
use crate::{Error, Host, Pid, Result};

/// The programs of a machine that is read through BPF, each loaded when it is first needed and shared by all clones.
#[derive(Debug, Clone)]
pub(crate) struct Bpf(Arc<Loaded>);

#[derive(Debug, Default)]
struct Loaded {
    programs: Mutex<Vec<(Which, Kept)>>,
    /// The processes that the kernel does not show to programs.
    hidden: OnceLock<Vec<u32>>,
    answers: AtomicU64,
    /// Why the last answer that was to come through BPF did not.
    refusal: Mutex<Option<Arc<Error>>>,
}

/// A program, by what it tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    Table(Parts),
    Threads,
    Sockets,
    Files,
}

/// A program, or why there is none.
type Kept = std::result::Result<Arc<Program>, Arc<Error>>;

/// The number that the kernel gives to the pid namespace of the machine itself.
const FIRST_PID_NAMESPACE: &str = "pid:[4026531836]";

impl Bpf {
    /// Nothing is loaded before it is needed.
    pub(crate) fn new() -> Self {
        Self(Arc::default())
    }

    /// The program of the table with these parts.
    pub(crate) fn table(&self, host: &Host, parts: Parts) -> Kept {
        self.program(host, Which::Table(parts), || {
            let program = table::load(parts)?;
            agrees(host, &program)?;
            Ok(program)
        })
    }

    /// Puts the records of all processes in place of what `bytes` held, as [`Program::read`] does. The first time it also
    /// finds out who is hidden.
    pub(crate) fn read_table(
        &self,
        host: &Host,
        program: &Program,
        bytes: &mut Vec<u8>,
        piece: impl FnMut(usize),
    ) -> io::Result<()> {
        if self.0.hidden.get().is_some() {
            return program.read(Whom::All, bytes, piece);
        }
        let before = tasks(host);
        program.read(Whom::All, bytes, piece)?;
        let shown = Some(bpf::records(bytes).count() as u64);
        // To list what nobody has looked at lately is dear; where no thread is missing, no process is.
        let hidden = match (before, tasks(host)) == (shown, shown) {
            true => Vec::new(),
            false => hidden(host, program, bytes)?,
        };
        self.0.hidden.get_or_init(|| hidden);
        Ok(())
    }

    /// The program, as it was loaded before or is loaded now. Why there is none is noted.
    fn program(&self, host: &Host, which: Which, load: impl FnOnce() -> Result<Program>) -> Kept {
        let kept = self.kept(host, which, load);
        if let Err(refusal) = &kept {
            self.note(Arc::clone(refusal));
        }
        kept
    }

    fn kept(&self, host: &Host, which: Which, load: impl FnOnce() -> Result<Program>) -> Kept {
        is_ours(host).map_err(Arc::new)?;
        let mut programs = self.0.programs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, kept)) = programs.iter().find(|(known, _)| *known == which) {
            return kept.clone();
        }
        let kept = load().map(Arc::new).map_err(Arc::new);
        // That we have no descriptor left for now says nothing of the next time.
        if !kept.as_ref().is_err_and(|error| is_exhaustion(error)) {
            programs.push((which, kept.clone()));
        }
        kept
    }

    /// What `make` makes of the records about the threads of a process; `None` where `/proc` must do.
    pub(crate) fn threads<T>(
        &self,
        host: &Host,
        pid: u32,
        make: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Option<T> {
        let program = self.program(host, Which::Threads, threads::load).ok()?;
        self.answer(&program, Whom::Threads(pid), make)
    }

    /// The same of the regular files that a process has open.
    pub(crate) fn files<T>(
        &self,
        host: &Host,
        pid: u32,
        make: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Option<T> {
        let program = self.program(host, Which::Files, descriptors::load_files).ok()?;
        self.answer(&program, Whom::Main(pid), make)
    }

    /// The same of the sockets of all processes, those of [`hidden`](Self::hidden) ones apart.
    pub(crate) fn sockets<T>(
        &self,
        host: &Host,
        make: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Option<T> {
        // With a table it is known that records are about whom they seem to be about, and who is hidden.
        let table = self.table(host, Parts::default()).ok()?;
        if self.0.hidden.get().is_none() {
            let read = self.read_table(host, &table, &mut Vec::new(), |_| {});
            read.map_err(|error| self.failed(error)).ok()?;
        }
        let program = self.program(host, Which::Sockets, descriptors::load_sockets).ok()?;
        self.answer(&program, Whom::All, make)
    }

    /// No records at all are no answer: a process may have ended, or be hidden.
    fn answer<T>(
        &self,
        program: &Program,
        whom: Whom,
        make: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Option<T> {
        let some = |bytes: &[u8]| if bytes.is_empty() { None } else { make(bytes) };
        let answer = program.read_with(whom, some).map_err(|error| self.failed(error)).ok()??;
        self.count_answer();
        Some(answer)
    }

    /// Notes that records could not be read.
    pub(crate) fn failed(&self, error: io::Error) {
        self.note(Arc::new(Error::system("bpf iterator", error)));
    }

    fn note(&self, refusal: Arc<Error>) {
        *self.0.refusal.lock().unwrap_or_else(PoisonError::into_inner) = Some(refusal);
    }

    /// Why the last answer that was to come through BPF did not.
    pub(crate) fn refusal(&self) -> Option<Arc<Error>> {
        self.0.refusal.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The processes that `/proc` shows and no program is shown, in order, as they were when the first table was read.
    pub(crate) fn hidden(&self) -> &[u32] {
        self.0.hidden.get().map_or(&[], Vec::as_slice)
    }

    /// How many answers came through BPF.
    pub(crate) fn answers(&self) -> u64 {
        self.0.answers.load(Ordering::Relaxed)
    }

    /// Counts one more.
    pub(crate) fn count_answer(&self) {
        self.0.answers.fetch_add(1, Ordering::Relaxed);
    }
}

fn is_exhaustion(error: &Error) -> bool {
    matches!(error.os_code(), Some(libc::EMFILE | libc::ENFILE | libc::ENOMEM | libc::EAGAIN))
}

/// The kernel's structures have its own numbers of processes, which are ours in the first pid namespace alone.
fn is_ours(host: &Host) -> Result<()> {
    let refused = |what: &str| Err(Error::unsupported(&format!("BPF for {what}")));
    if host.is_captured() || host.file("") != Path::new("/") || host.proc() != Path::new("/proc") {
        return refused("the files of a machine");
    }
    let path = Path::new("/proc/self/ns/pid");
    let namespace = std::fs::read_link(path).map_err(|error| Error::system(path, error))?;
    if namespace.as_os_str() != FIRST_PID_NAMESPACE {
        return refused("a pid namespace");
    }
    Ok(())
}

/// Whether a record about this program says what `/proc` says: structures that mean something else than they did when this
/// was written, and the clock of a time namespace, show here.
fn agrees(host: &Host, program: &Program) -> Result<()> {
    let (mut bytes, pid) = (Vec::new(), std::process::id());
    program
        .read(Whom::Main(pid), &mut bytes, |_| {})
        .map_err(|error| Error::system("bpf iterator", error))?;
    let task = bpf::records(&bytes)
        .find(|record| record.kind == bpf::task::PROCESS)
        .and_then(|record| bpf::task::task(record.bytes));
    let raw = Raw::new(host, Pid::new(pid));
    let (said, uids, gids) = (raw.stat()?, raw.uids()?, raw.gids()?);
    let constants = host.constants();
    let same = task.is_some_and(|task| {
        let (sums, times) = Default::default();
        let stat = task.stat(&sums, times, constants.ticks_per_second, constants.page_size);
        let of_stat = |stat: &psight_parse::linux::pid::stat::Stat<'_>| {
            (stat.pid, stat.ppid, stat.pgrp, stat.session, stat.tty_nr, stat.starttime_ticks)
        };
        of_stat(&stat) == of_stat(&said)
            && (stat.comm, stat.nice) == (said.comm, said.nice)
            && (stat.rt_priority, stat.policy) == (said.rt_priority, said.policy)
            && task.uids() == [uids.real, uids.effective, uids.saved]
            && task.gids() == [gids.real, gids.effective, gids.saved]
    });
    if same { Ok(()) } else { Err(Error::unsupported("BPF that agrees with /proc")) }
}

/// The processes that `/proc` lists and of which these records have none, nor a reading of them alone: a security module can
/// keep a process from BPF, and that must not take it from the table. What has just started is no such process.
fn hidden(host: &Host, program: &Program, bytes: &[u8]) -> io::Result<Vec<u32>> {
    let shown: HashSet<u32> = bpf::records(bytes)
        .filter(|record| record.kind == bpf::task::PROCESS)
        .filter_map(|record| Some(bpf::task::task(record.bytes)?.tgid()))
        .collect();
    let (mut hidden, mut listed, mut alone) = (Vec::new(), Vec::new(), Vec::new());
    read::numbers(read::directory(host.proc())?.as_fd(), &mut listed)?;
    for pid in listed.into_iter().filter(|pid| !shown.contains(pid)) {
        program.read(Whom::Main(pid), &mut alone, |_| {})?;
        if alone.is_empty() && host.proc().join(pid.to_string()).exists() {
            hidden.push(pid);
        }
    }
    Ok(hidden)
}

/// How many threads the whole system has.
fn tasks(host: &Host) -> Option<u64> {
    loadavg::tasks(&read::file(&host.proc().join("loadavg")).ok()?)
}
