//! Filling rows from the records of the BPF program of the table, and from `/proc` what those do not have.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use psight_parse::linux::bpf::task::{self, Slot, Sums, Task, Times};
use psight_parse::linux::bpf::{HEAD, records};
use psight_parse::linux::cpulist::cpulist;

use super::super::bpf::{Bpf, Parts, Program};
use super::super::{read, records as convert};
use super::fill::{Machine, ids, text, words};
use super::plan::{Answers, IDS, Plan, SIZES};
use super::{Engine, Life, Nature, Refusal};
use crate::process::{ContextSwitches, CpuSample};
use crate::table::{Columns, ProcessRow};
use crate::{Error, Host, Pid, Result};

/// The program, and what is kept from one reading to the next.
#[derive(Debug, Default)]
pub(super) struct Records {
    /// Whether a program has been asked for: only a whole table needs one.
    is_asked: bool,
    /// The program, and what its records do not have of a process.
    program: Option<(Arc<Program>, Plan)>,
    /// Why there is no program, where one was asked for.
    refusal: Option<Arc<Error>>,
    /// Whether the last reading was of records.
    used: bool,
    bytes: Vec<u8>,
    /// How much of that had been read by when.
    pieces: Vec<(usize, Instant)>,
    /// What the threads beside the main one add to their process.
    sums: HashMap<u32, Sums>,
    /// The times that were said at the last reading and at this one, in the order of the pids: the kernel remembers what
    /// `/proc` said, so that times never fall, and of these nobody has told it.
    said: Vec<Said>,
    saying: Vec<Said>,
    /// How far this reading has come in `said`.
    compared: usize,
}

#[derive(Debug, Clone, Copy)]
struct Said {
    pid: u32,
    start: u64,
    times: Times,
}

/// More processors than these are dearer to ask one by one than the kernel's own sum.
const MOST_PROCESSORS: u64 = 16;

impl Records {
    fn new(host: &Host, bpf: &Bpf, columns: Columns) -> Self {
        let none = || Self { is_asked: true, ..Self::default() };
        if columns == Columns::PID {
            // To list a folder is quicker than to visit every thread.
            return none();
        }
        let wants = |column| columns.intersects(column);
        let exact = wants(Columns::MEMORY_INFO | Columns::LOCKED_MEMORY);
        let processors = if exact { processors(host) } else { 0 };
        let parts = Parts {
            cmdline: wants(Columns::CMDLINE),
            io: wants(Columns::IO_COUNTERS),
            fds: wants(Columns::NUM_FDS),
            processors,
        };
        match bpf.table(host, parts) {
            Ok(program) => {
                let rest = rest(columns, processors > 0);
                Self { program: Some((program, rest)), ..none() }
            }
            Err(refusal) => Self { refusal: Some(refusal), ..none() },
        }
    }

    /// Reads all records, and notes what there is to be summed.
    fn read(&mut self, host: &Host, bpf: &Bpf, program: &Program) -> std::io::Result<()> {
        let pieces = &mut self.pieces;
        pieces.clear();
        let piece = |end| pieces.push((end, Instant::now()));
        bpf.read_table(host, program, &mut self.bytes, piece)?;
        self.sums.clear();
        for record in records(&self.bytes).filter(|record| record.kind == task::THREAD) {
            if let Some((tgid, sums)) = task::sums(record.bytes) {
                self.sums.entry(tgid).or_default().add(&sums);
            }
        }
        std::mem::swap(&mut self.said, &mut self.saying);
        self.saying.clear();
        self.compared = 0;
        Ok(())
    }

    /// The times of the process that were said at the last reading.
    fn before(&mut self, task: &Task<'_>) -> Times {
        let (pid, start) = (task.tgid(), task.number(Slot::Start));
        let left = self.said.get(self.compared..).unwrap_or_default();
        self.compared += left.iter().take_while(|said| said.pid < pid).count();
        let before = self.said.get(self.compared);
        let before = before.filter(|said| said.pid == pid && said.start == start);
        before.map_or(Times::default(), |said| said.times)
    }

    fn say(&mut self, task: &Task<'_>, times: Times) {
        self.saying.push(Said { pid: task.tgid(), start: task.number(Slot::Start), times });
    }

    /// The times of the process, which are never less than they were at the last reading.
    fn times(&mut self, task: &Task<'_>, sums: &Sums) -> Times {
        let times = task.times(sums, self.before(task));
        self.say(task, times);
        times
    }

    /// Raises the times of a row from `/proc` to what was said of the process before: the kernel has another memory of
    /// how it divided them.
    fn raise(&mut self, task: &Task<'_>, row: &mut ProcessRow, ticks_per_second: u64) {
        let Some(sample) = row.sample else { return };
        let unit = 1_000_000_000 / ticks_per_second.clamp(1, 1_000_000_000);
        let (before, mut times) = (self.before(task), *sample.times());
        let raised = |seconds: &mut f64, nanos: u64| {
            let ticks = (*seconds * ticks_per_second as f64).round() as u64;
            if ticks < nanos / unit {
                *seconds = (nanos / unit) as f64 / ticks_per_second as f64;
            }
            nanos.max(ticks.saturating_mul(unit))
        };
        let utime = raised(&mut times.user, before.utime);
        let stime = raised(&mut times.system, before.stime);
        self.say(task, Times { utime, stime });
        row.sample = Some(CpuSample::new(sample.at(), times));
        row.cpu_times = row.cpu_times.map(|_| times);
    }
}

/// What the records do not have: links, what the kernel counts page by page, and with too many processors exact memory.
fn rest(columns: Columns, exact: bool) -> Plan {
    let links = Columns::EXE | Columns::CWD | Columns::MEMORY_FOOTPRINT;
    let memory = if exact { Columns::NONE } else { Columns::MEMORY_INFO };
    let mut plan = Plan::new(columns.common(links | memory), Answers::Kernel);
    if !plan.statm.is_empty() {
        plan.statm = Plan::new(columns, Answers::Kernel).statm;
    }
    if !exact {
        plan.status = Plan::new(columns, Answers::Kernel).status.common(SIZES);
    }
    plan
}

/// How many processors there may ever be; 0 where they are too many to ask, or not known.
fn processors(host: &Host) -> u16 {
    let path = host.sys().join("devices/system/cpu/possible");
    let list = read::file(&path).ok().and_then(|bytes| cpulist(&bytes).ok());
    let last = list.and_then(|list| list.iter().max()).map(|last| u64::from(last) + 1);
    let count = last.filter(|count| *count <= MOST_PROCESSORS);
    count.and_then(|count| u16::try_from(count).ok()).unwrap_or(0)
}

impl Engine {
    /// Whether the last reading was of records.
    pub(crate) fn used_bpf(&self) -> bool {
        self.bpf.used
    }

    /// Why no records can be read, if that is so and was asked for.
    pub(crate) fn bpf_refusal(&self) -> Option<&Error> {
        self.bpf.refusal.as_deref()
    }

    /// The table through BPF; `None` where `/proc` must do.
    pub(super) fn scan_bpf(
        &mut self,
        row: &mut ProcessRow,
        visit: &mut dyn FnMut(&mut ProcessRow),
    ) -> Option<Result<()>> {
        let host = self.host.clone();
        let bpf = host.bpf()?;
        let mut kept = std::mem::take(&mut self.bpf);
        if !kept.is_asked {
            kept = Records::new(&host, bpf, row.columns());
        }
        // Nothing has been shown yet, so that whatever fails here is a reason to read /proc and no more.
        let ready = kept.program.clone().filter(|(program, _)| {
            kept.read(&host, bpf, program).map_err(|error| bpf.failed(error)).is_ok()
        });
        kept.used = ready.is_some();
        let bytes = std::mem::take(&mut kept.bytes);
        let result =
            ready.map(|(_, rest)| self.show(&mut kept, bpf.hidden(), &bytes, &rest, row, visit));
        kept.bytes = bytes;
        if kept.used {
            self.end();
            bpf.count_answer();
        }
        self.bpf = kept;
        result
    }

    /// Shows a row for each record, and one for each process of which there is none.
    fn show(
        &mut self,
        kept: &mut Records,
        hidden: &[u32],
        bytes: &[u8],
        rest: &Plan,
        row: &mut ProcessRow,
        visit: &mut dyn FnMut(&mut ProcessRow),
    ) -> Result<()> {
        self.begin();
        let mut left = hidden.iter().peekable();
        let (mut end, mut piece) = (0, 0);
        for record in records(bytes) {
            end += HEAD + record.bytes.len();
            piece += usize::from(kept.pieces.get(piece).is_some_and(|(known, _)| *known < end));
            if record.kind != task::PROCESS {
                continue;
            }
            let Some(task) = task::task(record.bytes) else { continue };
            while let Some(pid) = left.next_if(|hidden| **hidden <= task.tgid()) {
                // If it has ended, a process that is shown may have its pid.
                if *pid < task.tgid() && self.read(*pid, row)? == Life::There {
                    visit(row);
                }
            }
            let at = kept.pieces.get(piece).map_or_else(Instant::now, |(_, at)| *at);
            if self.show_one(kept, &task, rest, at, row)? == Life::There {
                visit(row);
            }
        }
        for pid in left {
            if self.read(*pid, row)? == Life::There {
                visit(row);
            }
        }
        Ok(())
    }

    /// Fills the row from the record, or from `/proc` where the record does not fit together.
    fn show_one(
        &mut self,
        kept: &mut Records,
        task: &Task<'_>,
        rest: &Plan,
        at: Instant,
        row: &mut ProcessRow,
    ) -> Result<Life> {
        let sums = kept.sums.get(&task.tgid()).copied().unwrap_or_default();
        if task.has(Task::CHANGED) || !task.is_complete(&sums) {
            let life = self.read(task.tgid(), row)?;
            kept.raise(task, row, self.host.constants().ticks_per_second);
            return Ok(life);
        }
        let times = kept.times(task, &sums);
        self.tell(row, task, &sums, times, rest, at)
    }

    /// Fills the row from the record, and then from `/proc`.
    fn tell(
        &mut self,
        row: &mut ProcessRow,
        task: &Task<'_>,
        sums: &Sums,
        times: Times,
        rest: &Plan,
        at: Instant,
    ) -> Result<Life> {
        row.clear(&mut self.spare);
        row.pid = Pid::new(task.tgid());
        self.sources.turn_to(task.tgid());
        let mut rest = *rest;
        let constants = *self.host.constants();
        let stat = task.stat(sums, times, constants.ticks_per_second, constants.page_size);
        let machine = Machine { host: &self.host, boot: self.boot, memory: self.memory };
        machine.stat(&mut self.spare, row, self.plan.stat, &stat, at);
        if !self.plan.statm.is_empty() && rest.statm.is_empty() {
            machine.statm(row, self.plan.statm, &task.statm(constants.page_size));
        } else if self.plan.status.intersects(SIZES) && rest.status.is_empty() {
            machine.statm(row, self.plan.status.common(SIZES), &task.statm(constants.page_size));
        }
        let nature = Nature::of(&stat);
        self.nature = Some(nature);
        if task.is_worker() {
            self.name_worker(row);
        }
        self.tell_counts(row, task, sums, &mut rest);
        self.tell_arguments(row, task, nature, &mut rest);
        if self.plan.wants(Columns::CPU_PERCENT)
            && let Some(sample) = row.sample
        {
            self.compare(row, sample.at(), sample.times().total());
        }
        match self.complete(row, self.plan.stat, stat.tty_nr, nature) {
            Err(Refusal::Missing) => return Ok(Life::Gone),
            Err(Refusal::Exhausted(error)) => {
                return Err(Error::system(self.host.proc(), error.into()));
            }
            _ => {}
        }
        self.fill(row, &rest)
    }

    /// The name of a worker says what it works at, which only `/proc` puts together.
    fn name_worker(&mut self, row: &mut ProcessRow) {
        if row.name.is_none() {
            return;
        }
        if let Ok(bytes) = self.sources.read(b"comm\0") {
            let name = bytes.strip_suffix(b"\n").unwrap_or(bytes);
            row.name = Some(text(&mut self.spare, name));
        }
    }

    /// Ids and what is counted.
    fn tell_counts(&mut self, row: &mut ProcessRow, task: &Task<'_>, sums: &Sums, rest: &mut Plan) {
        let plan = self.plan;
        let (users, groups) = (Some(task.uids()), Some(task.gids()));
        ids(row, plan.columns.common(IDS), users, groups, &mut self.names, &mut self.spare);
        if plan.wants(Columns::LOCKED_MEMORY) && task.has(Task::HAS_MEMORY) {
            let pages = task.number(Slot::LockedVm);
            row.locked_memory = Some(pages.saturating_mul(self.host.constants().page_size));
        }
        if plan.wants(Columns::NUM_CTX_SWITCHES) {
            row.num_ctx_switches = Some(ContextSwitches {
                voluntary: task.number(Slot::Nvcsw),
                involuntary: task.number(Slot::Nivcsw),
            });
        }
        if plan.wants(Columns::IO_COUNTERS) {
            row.io_counters = Some(convert::io_counters(&task.io(sums)));
        }
        if plan.wants(Columns::NUM_FDS) {
            row.num_fds = task.num_fds();
            if row.num_fds.is_none() {
                rest.columns |= Columns::NUM_FDS;
            }
        }
    }

    fn tell_arguments(
        &mut self,
        row: &mut ProcessRow,
        task: &Task<'_>,
        nature: Nature,
        rest: &mut Plan,
    ) {
        if !self.plan.wants(Columns::CMDLINE) {
            return;
        }
        // Whoever has written over the end of its arguments has written on behind it, and /proc follows.
        let whole = task.cmdline.last().is_none_or(|byte| *byte == 0);
        if task.has(Task::CMDLINE_MISSING) || !whole {
            rest.columns |= Columns::CMDLINE;
        } else if !task.cmdline.is_empty() {
            words(&mut self.spare, row, task.cmdline);
        } else {
            match nature {
                Nature::Zombie => row.zombie |= Columns::CMDLINE,
                Nature::KernelThread => {
                    row.cmdline = Some(self.spare.lists.pop().unwrap_or_default());
                }
                // It is on its way into a program, or has no arguments indeed.
                Nature::Ordinary => rest.columns |= Columns::CMDLINE,
            }
        }
    }
}
