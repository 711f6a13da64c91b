//! The table of all processes: one question to the kernel for nearly every column, and a handle of each process for the
//! rest.

use std::collections::HashMap;
use std::ffi::OsString;
use std::time::Instant;

use psight_parse::windows::system_process_information::SystemProcess;

use super::kernel::{Snapshot, here, moment};
use super::paths::Drives;
use super::process::{Raw, account, name_of, owner};
use super::{records, text};
use crate::memory::percent;
use crate::process::CpuSample;
use crate::table::{Columns, ProcessRow};
use crate::{Error, ErrorKind, Host, Pid, Result};

/// What reads the table, with what it keeps from one reading to the next.
#[derive(Debug)]
pub(crate) struct Engine {
    host: Host,
    columns: Columns,
    everybody: Snapshot,
    /// Accounts by SID: to look one up can be a question to another machine.
    accounts: HashMap<Vec<u8>, OsString>,
    memory: Option<u64>,
    /// As they were when the reading began.
    drives: Drives,
    /// How busy each process was at the last reading, by pid and start.
    before: HashMap<(u32, u64), CpuSample>,
}

impl Engine {
    pub(crate) fn new(host: &Host, columns: Columns) -> Result<Self> {
        here(host, "processes")?;
        Ok(Self {
            host: host.clone(),
            columns,
            everybody: Snapshot::take()?,
            accounts: HashMap::new(),
            memory: None,
            drives: Drives::default(),
            before: HashMap::new(),
        })
    }

    /// One call lists all processes: there is nothing to keep open.
    pub(crate) fn keep_open(&mut self, _most: usize) {}

    /// Fills `row` with one process after the other and shows it.
    pub(crate) fn scan(
        &mut self,
        row: &mut ProcessRow,
        visit: &mut dyn FnMut(&mut ProcessRow),
    ) -> Result<()> {
        let mut now = HashMap::new();
        let everybody = self.begin()?;
        let at = Instant::now();
        let mut processes = everybody.processes()?;
        processes.sort_unstable_by_key(|process| process.unique_process_id);
        for process in &processes {
            if self.fill(row, process, at) {
                if let Some(sample) = row.sample {
                    now.insert((process.unique_process_id, process.times.create_time), sample);
                }
                visit(row);
            }
        }
        self.everybody = everybody;
        self.before = now;
        Ok(())
    }

    /// Fills `row` with one process.
    pub(crate) fn one(&mut self, pid: Pid, row: &mut ProcessRow) -> Result<()> {
        let everybody = self.begin()?;
        let process = everybody.process(pid)?;
        let is_there = self.fill(row, &process, Instant::now());
        self.everybody = everybody;
        if is_there { Ok(()) } else { Err(Error::no_such_process(pid)) }
    }

    /// Fills `row` with one thread of a process after the other and shows it: its times are all that is told of it.
    pub(crate) fn threads(
        &mut self,
        of: &ProcessRow,
        row: &mut ProcessRow,
        visit: &mut dyn FnMut(&ProcessRow),
    ) -> Result<()> {
        row.clone_from(of);
        (row.status, row.cpu_percent, row.create_time) = (None, None, None);
        (row.page_faults, row.num_ctx_switches, row.io_counters) = (None, None, None);
        for thread in Raw::new(&self.host, of.pid).threads()? {
            row.pid = Pid::new(thread.id);
            if let Some(times) = &mut row.cpu_times {
                (times.user, times.system) = (thread.user_time, thread.system_time);
                row.sample = Some(CpuSample::new(Instant::now(), *times));
            }
            visit(row);
        }
        Ok(())
    }

    /// All processes of now, and what is the same for all of them.
    fn begin(&mut self) -> Result<Snapshot> {
        let mut everybody = std::mem::take(&mut self.everybody);
        everybody.take_again()?;
        self.drives = Drives::default();
        if self.columns.intersects(Columns::MEMORY_PERCENT) {
            self.memory = self.host.virtual_memory().ok().map(|memory| memory.total);
        }
        Ok(everybody)
    }

    /// Fills the row; false if the process has ended meanwhile.
    fn fill(&mut self, row: &mut ProcessRow, process: &SystemProcess<'_>, at: Instant) -> bool {
        *row = ProcessRow::empty(self.columns);
        let wants = |column| self.columns.intersects(column);
        let pid = Pid::new(process.unique_process_id);
        row.pid = pid;
        row.start_ticks = Some(process.times.create_time);
        row.ppid = wants(Columns::PPID).then(|| Pid::new(process.inherited_from_unique_process_id));
        if wants(Columns::NAME) {
            row.name = Some(name_of(pid).unwrap_or_else(|| text::os(process.name())));
        }
        row.status = wants(Columns::STATUS).then(|| records::status(process));
        if wants(Columns::CREATE_TIME) {
            row.create_time = match process.times.create_time {
                0 => self.host.boot_time().ok(),
                units => Some(moment(units)),
            };
        }
        row.num_threads = wants(Columns::NUM_THREADS).then_some(process.number_of_threads);
        row.num_fds = wants(Columns::NUM_FDS).then_some(process.handle_count.into());
        row.page_faults = wants(Columns::PAGE_FAULTS).then(|| records::page_faults(process));
        row.num_ctx_switches =
            wants(Columns::NUM_CTX_SWITCHES).then(|| records::ctx_switches(process));
        row.io_counters = wants(Columns::IO_COUNTERS).then(|| records::io_counters(&process.io));
        self.times(row, process, at);
        self.sizes(row, process);
        self.ask(row)
    }

    fn times(&self, row: &mut ProcessRow, process: &SystemProcess<'_>, at: Instant) {
        if !self.columns.intersects(Columns::CPU_TIMES | Columns::CPU_PERCENT) {
            return;
        }
        let times = records::cpu_times(&process.times);
        let sample = CpuSample::new(at, times);
        row.sample = Some(sample);
        row.cpu_times = self.columns.intersects(Columns::CPU_TIMES).then_some(times);
        if self.columns.intersects(Columns::CPU_PERCENT) {
            let before = self.before.get(&(row.pid.as_u32(), process.times.create_time));
            row.cpu_percent = before.map(|before| sample.percent_since(before));
        }
    }

    fn sizes(&self, row: &mut ProcessRow, process: &SystemProcess<'_>) {
        let wants = |column| self.columns.intersects(column);
        let info = records::memory_info(&process.vm);
        row.rss = wants(Columns::RSS).then_some(info.rss);
        row.vms = wants(Columns::VMS).then_some(info.vms);
        if wants(Columns::MEMORY_PERCENT) {
            row.memory_percent = self.memory.map(|total| percent(info.rss, total));
        }
        row.memory_info = wants(Columns::MEMORY_INFO).then_some(info);
    }

    /// Fills what the process itself has to be asked for; false if it has ended meanwhile.
    fn ask(&mut self, row: &mut ProcessRow) -> bool {
        let raw = Raw::new(&self.host, row.pid);
        let pid = row.pid;
        let mut asked = Asked { columns: self.columns, denied: Columns::NONE, gone: false };
        row.exe = asked.ask(Columns::EXE, || raw.exe_on(&self.drives)).flatten();
        row.cmdline = asked.ask(Columns::CMDLINE, || raw.cmdline());
        row.cwd = asked.ask(Columns::CWD, || raw.cwd()).flatten();
        // A process has one user there.
        let users = self.columns.common(Columns::USERNAME | Columns::EUSER);
        let name = asked.ask(users, || self.username(pid));
        row.euser = name.clone().filter(|_| users.intersects(Columns::EUSER));
        row.username = name.filter(|_| users.intersects(Columns::USERNAME));
        row.nice = asked.ask(Columns::NICE, || super::control::nice_of(&raw));
        row.memory_footprint = asked.ask(Columns::MEMORY_FOOTPRINT, || raw.memory_footprint());
        row.denied = asked.denied;
        !asked.gone
    }

    fn username(&mut self, pid: Pid) -> Result<OsString> {
        let user = owner(pid)?;
        if let Some(name) = self.accounts.get(&user) {
            return Ok(name.clone());
        }
        let name = account(&user)?;
        self.accounts.insert(user, name.clone());
        Ok(name)
    }
}

/// Questions to one process, and why some had no answer.
struct Asked {
    columns: Columns,
    denied: Columns,
    gone: bool,
}

impl Asked {
    fn ask<T>(&mut self, column: Columns, question: impl FnOnce() -> Result<T>) -> Option<T> {
        if !self.columns.intersects(column) || self.gone {
            return None;
        }
        match question() {
            Ok(answer) => Some(answer),
            Err(error) => {
                match error.kind() {
                    ErrorKind::NoSuchProcess => self.gone = true,
                    ErrorKind::AccessDenied => self.denied |= column,
                    _ => {}
                }
                None
            }
        }
    }
}
