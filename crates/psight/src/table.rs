//! The table of all processes, read in one go.
//!
//! A table of all processes is one question, not one for each process: say which columns you want, and psight works out
//! which of the kernel's sources they need, reads each of those once per process, and decodes what was asked for.
//!
//! ```
//! use psight::Host;
//! use psight::table::Columns;
//!
//! for row in Host::local().processes(Columns::PID | Columns::NAME | Columns::RSS)? {
//!     println!("{} {:?} {:?}", row.pid, row.name, row.rss);
//! }
//! # Ok::<(), psight::Error>(())
//! ```

mod by_column;
mod columns;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::SystemTime;

pub use by_column::{Column, ProcessTable, Values};
pub use columns::{Columns, UnknownColumn};

use crate::process::{
    ContextSwitches, CpuSample, GroupIds, IoCounters, MemoryFootprint, MemoryInfo, PageFaults,
    ProcessCpuTimes, SchedulingPolicy, Status, UserIds,
};
use crate::record::Record;
use crate::{Error, Host, Pid, Process, Result, sys};

/// One process in a table: the columns that were asked for.
///
/// A column that was not asked for is `None`, and so is one that has no answer; [`absence`](Self::absence) says why.
#[derive(Debug, Clone, Record)]
#[non_exhaustive]
pub struct ProcessRow {
    /// The number of the process.
    #[field(label)]
    pub pid: Pid,
    /// The number of its parent; 0 where it has none or where that is outside the pid namespace.
    pub ppid: Option<Pid>,
    /// The name, as [`Process::name`](crate::Process::name).
    #[field(label)]
    pub name: Option<OsString>,
    /// What the process is doing.
    pub status: Option<Status>,
    /// What the real user is called; the number where the user has no name.
    pub username: Option<OsString>,
    /// The user ids.
    pub uids: Option<UserIds>,
    /// The group ids.
    pub gids: Option<GroupIds>,
    /// The effective user, as in `uids`; alone it is cheaper.
    #[field(on(linux))]
    pub euid: Option<u32>,
    /// What the effective user is called, whose rights the process has; the number where the user has no name. Without
    /// `username` it is cheaper.
    pub euser: Option<OsString>,
    /// The process group.
    pub pgid: Option<Pid>,
    /// The session.
    pub sid: Option<Pid>,
    /// The controlling terminal; `None` for a process without one.
    pub terminal: Option<PathBuf>,
    /// When the process started, by the wall clock.
    #[field(unit = seconds)]
    pub create_time: Option<SystemTime>,
    /// The nice value, -20 to 19, the lower the more processor time.
    pub nice: Option<i32>,
    /// Its rank as the kernel counts, the lower the sooner: 20 and the nice value, or for a real-time process -1 and its
    /// `rt_priority` below that.
    #[field(on(linux))]
    pub priority: Option<i32>,
    /// Its rank among real-time processes, 1 to 99, the higher the sooner; 0 for others.
    #[field(on(linux))]
    pub rt_priority: Option<u32>,
    /// Among whom its main thread gets its turn.
    #[field(on(linux))]
    pub policy: Option<SchedulingPolicy>,
    /// The kernel's flags of its main thread, `PF_*` of include/linux/sched.h: 0x40 if it has not begun another program
    /// since it was forked, 0x100 if it has used rights that only root has.
    #[field(on(linux))]
    pub flags: Option<u32>,
    /// How many threads the process has.
    pub num_threads: Option<u32>,
    /// The processor that it ran on last.
    pub cpu_num: Option<u32>,
    /// The time spent on processors.
    pub cpu_times: Option<ProcessCpuTimes>,
    /// The share of one processor that it had since the same [`Scanner`] saw it last; above 100 when several threads
    /// run. `None` at the first sight, as there is nothing to compare with.
    #[field(unit = percent)]
    pub cpu_percent: Option<f64>,
    /// The memory that the process holds.
    pub memory_info: Option<MemoryInfo>,
    /// Physical memory that the process holds. From a cheaper source than `memory_info` and up to a few pages per
    /// processor off; exact where both are asked for, or `locked_memory` is.
    #[field(unit = bytes)]
    pub rss: Option<u64>,
    /// Address space that the process has reserved.
    #[field(unit = bytes)]
    pub vms: Option<u64>,
    /// Address space that is locked into memory; `None` also for a thread of the kernel. From a dear source, which is
    /// worth its while only where [`Host::locked_memory`](crate::Host::locked_memory) is not 0.
    #[field(unit = bytes, on(linux))]
    pub locked_memory: Option<u64>,
    /// `rss` of the machine's physical memory.
    #[field(unit = percent)]
    pub memory_percent: Option<f64>,
    /// What the process costs. The kernel looks at each of its pages for that: ten times dearer than all else together.
    pub memory_footprint: Option<MemoryFootprint>,
    /// How often memory had to be found for it.
    pub page_faults: Option<PageFaults>,
    /// How often its main thread gave up a processor.
    pub num_ctx_switches: Option<ContextSwitches>,
    /// What it has read and written.
    pub io_counters: Option<IoCounters>,
    /// How many descriptors it has open.
    pub num_fds: Option<u64>,
    /// The program's file; `None` for a thread of the kernel.
    pub exe: Option<PathBuf>,
    /// The working directory.
    pub cwd: Option<PathBuf>,
    /// The arguments; empty for a thread of the kernel.
    pub cmdline: Option<Vec<OsString>>,
    pub(crate) asked: Columns,
    pub(crate) denied: Columns,
    pub(crate) zombie: Columns,
    pub(crate) start_ticks: Option<u64>,
    pub(crate) sample: Option<CpuSample>,
}

/// Memory of rows that were read before, for the next ones.
#[derive(Debug, Default)]
#[allow(dead_code, reason = "only an engine that reads rows one by one has a use for it")]
pub(crate) struct Spare {
    pub(crate) texts: Vec<Vec<u8>>,
    pub(crate) lists: Vec<Vec<OsString>>,
}

/// Why a column that was asked for is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Absence {
    /// The column was not asked for.
    NotAsked,
    /// The caller may not know.
    Denied,
    /// The process has exited, and the answer went with it.
    Zombie,
    /// There is no answer: a process without a terminal, a percentage without an earlier sample, or something that this
    /// kernel does not tell.
    Unknown,
}

/// Reads the table again and again, keeping what may be kept: buffers, names of users, and for `cpu_percent` how busy
/// each process was.
///
/// ```
/// use psight::Host;
/// use psight::table::Columns;
///
/// let mut scanner = Host::local().scanner(Columns::PID | Columns::CPU_PERCENT)?;
/// scanner.scan(|_| {})?;
/// scanner.scan(|row| println!("{} {:?}", row.pid, row.cpu_percent))?;
/// # Ok::<(), psight::Error>(())
/// ```
#[derive(Debug)]
pub struct Scanner {
    engine: sys::table::Engine,
    row: ProcessRow,
}

impl Scanner {
    #[cfg(feature = "bpf")]
    #[allow(dead_code, reason = "only a system with BPF asks")]
    pub(crate) fn engine(&self) -> &sys::table::Engine {
        &self.engine
    }

    /// Reads the table and shows it row by row, in the order of the pids. The row is valid during the call: its buffers
    /// are used again for the next one, so that a scan needs no memory for each process. Clone it to keep it.
    ///
    /// A process that ends while the table is read is not in it.
    ///
    /// # Errors
    ///
    /// `NotFound` or `AccessDenied` where the processes cannot be listed; `Io` when this process may open no more files.
    /// What cannot be read of one process is no error: see [`ProcessRow::absence`].
    pub fn scan(&mut self, mut visit: impl FnMut(&ProcessRow)) -> Result<()> {
        self.engine.scan(&mut self.row, &mut |row| visit(row))
    }

    /// Reads one process, with the same columns.
    ///
    /// Its `cpu_percent` is since the last reading of the table; readings of one process are not remembered.
    ///
    /// # Errors
    ///
    /// `NoSuchProcess` if there is none; else as [`scan`](Self::scan).
    pub fn row(&mut self, pid: impl Into<Pid>) -> Result<ProcessRow> {
        let mut row = ProcessRow::empty(self.row.asked);
        self.engine.one(pid.into(), &mut row)?;
        Ok(row)
    }

    /// Shows a row for each thread of the process that `of` is a row of, by number, which is in `pid`. What each thread has
    /// of its own is read: name, status, ranks, flags, processor, times, start, page faults, context switches and what it
    /// read and wrote. The rest is taken from `of`, and so are the columns. The row is valid during the call.
    ///
    /// A thread that ends meanwhile is left out. `cpu_percent` is `None`, as readings of threads are not remembered: two
    /// of [`cpu_sample`](ProcessRow::cpu_sample) of the same thread make one, and it is the same if `pid` and
    /// [`start_ticks`](ProcessRow::start_ticks) are.
    ///
    /// Linux: `/proc/<pid>/task/<id>/{stat,status,io}`. Windows: `SystemProcessInformation`, which tells of a thread how
    /// long it was busy; the other columns of its own are `None`, but for the name, which is the process's.
    ///
    /// # Errors
    ///
    /// `NoSuchProcess` if the process has gone; else as [`scan`](Self::scan).
    pub fn threads(&mut self, of: &ProcessRow, mut visit: impl FnMut(&ProcessRow)) -> Result<()> {
        let mut row = ProcessRow::empty(of.asked);
        self.engine.threads(of, &mut row, &mut |row| visit(row))
    }

    /// Reads the table into a list, in the order of the pids.
    ///
    /// # Errors
    ///
    /// As [`scan`](Self::scan).
    pub fn rows(&mut self) -> Result<Vec<ProcessRow>> {
        let mut rows = Vec::new();
        self.rows_into(&mut rows)?;
        Ok(rows)
    }

    /// Reads the table in place of what `rows` held, whose memory is used again: that of an earlier reading makes the
    /// next one need nearly none.
    ///
    /// # Errors
    ///
    /// As [`scan`](Self::scan); `rows` is empty then.
    pub fn rows_into(&mut self, rows: &mut Vec<ProcessRow>) -> Result<()> {
        let columns = self.row.asked;
        let mut count = 0;
        let result = self.engine.scan(&mut self.row, &mut |row| {
            keep(rows, count, row, columns);
            count += 1;
        });
        rows.truncate(if result.is_ok() { count } else { 0 });
        result
    }

    /// Reads the table and shows it part by part, each of up to `most` rows: for those who are better served by many rows
    /// at a time, and want the memory of few. The rows are valid during the call.
    ///
    /// # Errors
    ///
    /// As [`scan`](Self::scan); what was shown before it happened was shown.
    pub fn parts(&mut self, most: usize, mut show: impl FnMut(&[ProcessRow])) -> Result<()> {
        let columns = self.row.asked;
        let (mut rows, mut count) = (Vec::new(), 0);
        self.engine.scan(&mut self.row, &mut |row| {
            keep(&mut rows, count, row, columns);
            count += 1;
            if count >= most {
                show(&rows);
                count = 0;
            }
        })?;
        rows.truncate(count);
        if !rows.is_empty() {
            show(&rows);
        }
        Ok(())
    }

    /// Keeps up to `most` descriptors open from one reading to the next: the files that the columns need, and pidfds. A
    /// reading of a file that is open costs a quarter to a third less, and is of the very process that it was opened for,
    /// whoever has the pid by then.
    ///
    /// A table of nothing but pids, names and `cpu_percent` is read in another way then, which costs little more than half:
    /// the kernel keeps a clock of what each process has spent on processors, and tells it by the nanosecond, where `stat`
    /// has ticks of (usually) 10 ms.
    ///
    /// A process needs one for each of its sources, three for the columns that `ps` shows; the first processes of the table
    /// get theirs, and the others are read as without. Each costs the kernel some memory besides the descriptor, up to
    /// 4 KiB. When this program runs out of descriptors, the kept ones are closed. 0 keeps none, which is how a scanner
    /// begins. A folder with another machine's files keeps none, and so do systems other than Linux.
    ///
    /// ```
    /// # use psight::{Host, table::Columns};
    /// let mut scanner = Host::local().scanner(Columns::NAME | Columns::CPU_PERCENT)?;
    /// scanner.keep_open(500);
    /// scanner.scan(|_| {})?;
    /// scanner.scan(|row| println!("{} {:?}", row.pid, row.cpu_percent))?;
    /// # Ok::<(), psight::Error>(())
    /// ```
    pub fn keep_open(&mut self, most: usize) {
        self.engine.keep_open(most);
    }
}

/// Puts the row into its place, and gives the old row of that place back, whose memory the engine uses again.
fn keep(rows: &mut Vec<ProcessRow>, place: usize, row: &mut ProcessRow, columns: Columns) {
    match rows.get_mut(place) {
        Some(old) => std::mem::swap(old, row),
        None => rows.push(std::mem::replace(row, ProcessRow::empty(columns))),
    }
    row.asked = columns;
}

impl ProcessRow {
    /// Why `column` is `None`; `None` where it has a value.
    ///
    /// Of several columns it is the first reason that fits one of them.
    pub fn absence(&self, column: Columns) -> Option<Absence> {
        let absent = column.minus(self.present());
        if absent.is_empty() {
            None
        } else if !self.asked.contains(absent) {
            Some(Absence::NotAsked)
        } else if self.denied.intersects(absent) {
            Some(Absence::Denied)
        } else if self.zombie.intersects(absent) {
            Some(Absence::Zombie)
        } else {
            Some(Absence::Unknown)
        }
    }

    /// The columns that the caller may not know of this process.
    pub fn denied(&self) -> Columns {
        self.denied
    }

    /// Whether one of `columns` has no value because the caller may not know it, or because the process has exited.
    pub fn is_withheld(&self, columns: Columns) -> bool {
        (self.denied | self.zombie).intersects(columns)
    }

    /// The columns that were asked for.
    pub fn columns(&self) -> Columns {
        self.asked
    }

    /// The columns that have a value.
    pub fn present(&self) -> Columns {
        let mut present = Columns::NONE;
        for (column, value) in Columns::ALL.iter().zip(self.values()) {
            if !value.is_null() {
                present |= column;
            }
        }
        present
    }

    /// When the process started, in the kernel's own unit after boot, as
    /// [`Process::start_ticks`](crate::Process::start_ticks); `None` where no column needed the source that says it.
    pub fn start_ticks(&self) -> Option<u64> {
        self.start_ticks
    }

    /// The process of this row, to be asked further or controlled: the very one that the row is about, also where its pid
    /// has gone to another meanwhile. `host` is the machine that the row was read from.
    ///
    /// ```
    /// # use psight::{Host, table::Columns};
    /// let host = Host::local();
    /// for row in host.processes(Columns::NAME | Columns::CREATE_TIME)? {
    ///     if row.name.as_ref().is_some_and(|name| name == "stuck-worker") {
    ///         row.process(&host)?.terminate()?;
    ///     }
    /// }
    /// # Ok::<(), psight::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// `NoSuchProcess` if there is no such process any more. A row whose columns did not need the start of the process
    /// (see [`start_ticks`](Self::start_ticks)) is about whoever has the pid now.
    pub fn process(&self, host: &Host) -> Result<Process> {
        if self.start_ticks.is_none() {
            return host.process(self.pid);
        }
        let process = Process::known(host, self.pid, self.start_ticks);
        if process.is_running()? { Ok(process) } else { Err(Error::no_such_process(self.pid)) }
    }

    /// The same without a look at whether it is still there, which its own methods take: for those who want the processes
    /// of a whole table. Nothing is read where [`start_ticks`](Self::start_ticks) is known; elsewhere it is the process
    /// that has the pid when it is first asked.
    pub fn process_unchecked(&self, host: &Host) -> Process {
        match self.start_ticks {
            Some(start) => Process::known(host, self.pid, Some(start)),
            None => Process::unread(host, self.pid),
        }
    }

    /// The processor time with the moment it was read, where `cpu_times` or `cpu_percent` was asked for; not in a table
    /// that reads clocks ([`Scanner::keep_open`]), which do not tell `user` from `system`.
    ///
    /// Two of the same process (same `pid`, same [`start_ticks`](Self::start_ticks)) make a percentage.
    pub fn cpu_sample(&self) -> Option<&CpuSample> {
        self.sample.as_ref()
    }

    /// Empties the row, and keeps its memory in `spare`.
    #[allow(dead_code, reason = "only an engine that reads rows one by one has a use for it")]
    pub(crate) fn clear(&mut self, spare: &mut Spare) {
        let paths = [&mut self.terminal, &mut self.exe, &mut self.cwd];
        let paths = paths.into_iter().filter_map(|path| path.take().map(PathBuf::into_os_string));
        let texts = [&mut self.name, &mut self.username, &mut self.euser]
            .into_iter()
            .filter_map(Option::take);
        let mut list = self.cmdline.take();
        let words = list.iter_mut().flat_map(|list| list.drain(..));
        spare.texts.extend(paths.chain(texts).chain(words).map(OsString::into_encoded_bytes));
        spare.lists.extend(list);
        *self = Self::empty(self.asked);
    }

    pub(crate) fn empty(asked: Columns) -> Self {
        Self {
            pid: Pid::new(0),
            ppid: None,
            name: None,
            status: None,
            username: None,
            uids: None,
            gids: None,
            euid: None,
            euser: None,
            pgid: None,
            sid: None,
            terminal: None,
            create_time: None,
            nice: None,
            priority: None,
            rt_priority: None,
            policy: None,
            flags: None,
            num_threads: None,
            cpu_num: None,
            cpu_times: None,
            cpu_percent: None,
            memory_info: None,
            rss: None,
            vms: None,
            locked_memory: None,
            memory_percent: None,
            memory_footprint: None,
            page_faults: None,
            num_ctx_switches: None,
            io_counters: None,
            num_fds: None,
            exe: None,
            cwd: None,
            cmdline: None,
            asked,
            denied: Columns::NONE,
            zombie: Columns::NONE,
            start_ticks: None,
            sample: None,
        }
    }
}

impl Host {
    /// All processes of this machine with the columns asked for, in the order of their pids.
    ///
    /// To read the table repeatedly, or without a list of it, use a [`scanner`](Self::scanner).
    ///
    /// Linux: `/proc/<pid>`; the files that the columns need, each once per process.
    ///
    /// # Errors
    ///
    /// As [`Scanner::scan`].
    pub fn processes(&self, columns: Columns) -> Result<Vec<ProcessRow>> {
        self.scanner(columns)?.rows()
    }

    /// Shows all processes of this machine row by row: as [`processes`](Self::processes), without a list.
    ///
    /// # Errors
    ///
    /// As [`Scanner::scan`].
    pub fn scan(&self, columns: Columns, visit: impl FnMut(&ProcessRow)) -> Result<()> {
        self.scanner(columns)?.scan(visit)
    }

    /// What reads the table of all processes with these columns, again and again.
    ///
    /// # Errors
    ///
    /// `NotFound` or `AccessDenied` where the processes cannot be listed.
    pub fn scanner(&self, columns: Columns) -> Result<Scanner> {
        let columns = columns | Columns::PID;
        let engine = sys::table::Engine::new(self, columns)?;
        Ok(Scanner { engine, row: ProcessRow::empty(columns) })
    }
}
