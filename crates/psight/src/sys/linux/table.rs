//! The table of all processes: `/proc/<pid>/{stat,statm,status,cmdline,io,smaps_rollup}`, links, and pidfds.
//!
//! The columns decide which of them are read, each once per process and all of one process together, because two thirds
//! of what a file costs the kernel is finding the process. What is read goes through one buffer into one row.

#[cfg(feature = "bpf")]
mod bpf;
mod clock;
mod ffi;
mod fill;
mod keep;
mod plan;
mod sources;
mod threads;

use std::path::PathBuf;
use std::time::{Instant, SystemTime};

use plan::{Answers, Plan};
use sources::{Read, Refusal, Sources};

use super::host;
use super::process::Raw;
use crate::table::{Columns, ProcessRow, Spare};
use crate::users::UserNames;
use crate::{Error, Host, Pid, Result};

/// What reads the table, with what it keeps from one reading to the next.
#[derive(Debug)]
pub(crate) struct Engine {
    host: Host,
    plan: Plan,
    sources: Sources,
    /// Whether the size of `/proc/<pid>/fd` is the number of entries. Since 6.2.
    sizes_count: bool,
    pids: Vec<u32>,
    spare: Spare,
    names: UserNames,
    /// Terminals by device number, those without a file among them.
    terminals: Vec<(u32, Option<PathBuf>)>,
    /// What sort of process is being read, once that is known.
    nature: Option<Nature>,
    boot: Option<SystemTime>,
    memory: Option<u64>,
    /// How busy each process was at the last reading, and how busy they are at this one; in the order of the pids.
    before: Vec<Seen>,
    now: Vec<Seen>,
    /// How far this reading has come in `before`.
    compared: usize,
    #[cfg(feature = "bpf")]
    bpf: bpf::Records,
}

/// A process that was seen at a reading.
#[derive(Debug, Clone, Copy)]
struct Seen {
    pid: u32,
    start_ticks: u64,
    at: Instant,
    /// The seconds that it had spent on processors until then.
    busy: f64,
}

/// Whether a process that is being read is still there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Life {
    There,
    Gone,
}

/// Why a process has no answer where another process has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nature {
    Ordinary,
    /// It never had memory of its own.
    KernelThread,
    /// It has none any more.
    Zombie,
}

/// What a zombie has given back.
const OF_THE_LIVING: Columns = Columns::CMDLINE.and(Columns::EXE).and(Columns::CWD);

impl Engine {
    pub(crate) fn new(host: &Host, columns: Columns) -> Result<Self> {
        let mut sources = Sources::open(host)?;
        let answers = match (sources.is_live(), sources.are_ours()) {
            (_, true) if sources.pidfd_info(std::process::id()).is_ok() => Answers::Pidfds,
            (true, _) => Answers::Kernel,
            (false, _) => Answers::Files,
        };
        let plan = Plan::new(columns, answers);
        let sizes_count = sources.sizes_count();
        Ok(Self {
            host: host.clone(),
            plan,
            sources,
            sizes_count,
            pids: Vec::new(),
            spare: Spare::default(),
            names: UserNames::new(host),
            terminals: Vec::new(),
            nature: None,
            boot: None,
            memory: None,
            before: Vec::new(),
            now: Vec::new(),
            compared: 0,
            #[cfg(feature = "bpf")]
            bpf: bpf::Records::default(),
        })
    }

    /// Lets this many descriptors stay open from one reading to the next.
    pub(crate) fn keep_open(&mut self, most: usize) {
        self.sources.keep_open(most);
        self.plan_clock(most > 0);
    }

    /// Fills `row` with one process after the other and shows it; whatever `row` holds when it comes back is used again.
    pub(crate) fn scan(
        &mut self,
        row: &mut ProcessRow,
        visit: &mut dyn FnMut(&mut ProcessRow),
    ) -> Result<()> {
        #[cfg(feature = "bpf")]
        if let Some(result) = self.scan_bpf(row, visit) {
            return result;
        }
        let mut pids = std::mem::take(&mut self.pids);
        let result = self.sources.list(&self.host, &mut pids).and_then(|()| {
            self.begin();
            pids.iter().try_for_each(|pid| {
                self.sources.take_up(*pid);
                if self.read(*pid, row)? == Life::There {
                    visit(row);
                }
                Ok(())
            })
        });
        self.pids = pids;
        self.end();
        result
    }

    /// What this reading has seen is what the next one compares with.
    fn end(&mut self) {
        self.sources.end();
        self.before.clear();
        std::mem::swap(&mut self.before, &mut self.now);
    }

    /// Fills `row` with one process.
    pub(crate) fn one(&mut self, pid: Pid, row: &mut ProcessRow) -> Result<()> {
        self.begin();
        self.sources.turn_to(pid.as_u32());
        // A thread has a folder too, which no list shows (T-17); and columns may need no file at all.
        let listed = self.sources.is_process();
        let life = if listed { self.read(pid.as_u32(), row)? } else { Life::Gone };
        self.now.clear();
        if life == Life::There {
            return Ok(());
        }
        self.sources.turn_to(pid.as_u32());
        // What `/proc` does not show may be there all the same.
        let is_shown = self.sources.size(b"\0").is_ok();
        let raw = Raw::new(&self.host, pid);
        Err(if is_shown { Error::no_such_process(pid) } else { raw.absent() })
    }

    /// Asks what is the same for all processes of one reading.
    fn begin(&mut self) {
        self.compared = 0;
        // A terminal without a file may have got one, or its number another.
        self.terminals.clear();
        if self.plan.wants(Columns::CREATE_TIME) {
            self.boot = host::boot_time(&self.host).ok();
        }
        if self.plan.wants(Columns::MEMORY_PERCENT) {
            self.memory = self.host.virtual_memory().ok().map(|memory| memory.total);
        }
    }

    /// Reads one process into the row.
    fn read(&mut self, pid: u32, row: &mut ProcessRow) -> Result<Life> {
        row.clear(&mut self.spare);
        row.pid = Pid::new(pid);
        self.nature = None;
        self.sources.turn_to(pid);
        if self.by_clock(row) {
            return Ok(Life::There);
        }
        let plan = self.plan;
        self.fill(row, &plan)
    }

    /// Fills the row from the sources of the plan.
    fn fill(&mut self, row: &mut ProcessRow, plan: &Plan) -> Result<Life> {
        for source in SOURCES {
            let columns = (source.columns)(plan);
            if columns.is_empty() {
                continue;
            }
            let life = match (source.fill)(self, row, columns) {
                Ok(()) => Life::There,
                Err(refusal) => self.explain(row, refusal, columns)?,
            };
            if life == Life::Gone {
                return Ok(Life::Gone);
            }
        }
        Ok(Life::There)
    }

    /// Finds out what it means that a source gave nothing, and notes it in the row.
    fn explain(
        &mut self,
        row: &mut ProcessRow,
        refusal: Refusal,
        columns: Columns,
    ) -> Result<Life> {
        match refusal {
            // To those who may not look the kernel does not say that there is nothing to see.
            Refusal::Denied if columns.intersects(OF_THE_LIVING) => match self.nature() {
                Ok(Nature::Zombie) => row.zombie |= columns,
                Ok(Nature::KernelThread) if columns == Columns::EXE => {}
                _ => row.denied |= columns,
            },
            Refusal::Denied => row.denied |= columns,
            Refusal::Odd => {}
            Refusal::Exhausted(error) => return Err(Error::system(self.host.proc(), error.into())),
            // Some files are missing from processes that are there (T-09), and from zombies (T-07).
            Refusal::Missing => match self.sources.read(b"stat\0").map(fill::nature) {
                Ok(Nature::Zombie) => row.zombie |= columns,
                Err(Refusal::Missing) => return Ok(Life::Gone),
                _ => {}
            },
        }
        Ok(Life::There)
    }
}

/// A step of reading a process.
struct Source {
    /// The columns that the plan takes from it.
    columns: fn(&Plan) -> Columns,
    fill: fn(&mut Engine, &mut ProcessRow, Columns) -> Read<()>,
}

/// All steps, `stat` first: a name that it gives may need the command line.
const SOURCES: &[Source] = &[
    Source { columns: |plan| plan.stat, fill: Engine::stat },
    Source { columns: |plan| plan.statm, fill: Engine::statm },
    Source { columns: |plan| plan.pidfd, fill: Engine::pidfd },
    Source { columns: |plan| plan.folder, fill: Engine::folder },
    Source { columns: |plan| plan.status, fill: Engine::status },
    Source { columns: |plan| plan.columns.common(Columns::CMDLINE), fill: Engine::cmdline },
    Source { columns: |plan| plan.columns.common(Columns::EXE), fill: Engine::exe },
    Source { columns: |plan| plan.columns.common(Columns::CWD), fill: Engine::cwd },
    Source { columns: |plan| plan.columns.common(Columns::NUM_FDS), fill: Engine::num_fds },
    Source { columns: |plan| plan.columns.common(Columns::IO_COUNTERS), fill: Engine::io },
    Source { columns: |plan| plan.columns.common(Columns::MEMORY_FOOTPRINT), fill: Engine::smaps },
];
