//! The way to names and `cpu_percent` for who keeps files open: each process's clock and `comm` in place of `stat`, which
//! costs the kernel nearly twice as much as both. With sizes it would not pay: `statm` takes what `stat` is dearer.
//!
//! A clock goes by the pid, and tells nobody whose it is. A file that was opened before is the process's own: when it can
//! be read after the clock, the process was there, and the clock its own. So the file is opened before `stat` is read
//! for once, which tells when the process started.

use std::time::Instant;

use psight_parse::linux::pid::cmdline;

use super::fill::{extend, is_cut, text};
use super::plan::Plan;
use super::{Engine, ffi};
use crate::table::{Columns, ProcessRow};

const COMM: &[u8] = b"comm\0";

impl Engine {
    /// Plans this way if it can be gone.
    pub(super) fn plan_clock(&mut self, keeps: bool) {
        let can = keeps && self.sources.are_ours() && processor_time(std::process::id()).is_some();
        let whole = Plan { clock: false, ..self.plan };
        self.plan = Some(whole).filter(|_| can).and_then(Plan::with_clock).unwrap_or(whole);
    }

    /// Opens what the process is read by from the next time on, unless it has been read by that now: then that is the
    /// answer, and `true`.
    pub(super) fn by_clock(&mut self, row: &mut ProcessRow) -> bool {
        if !self.plan.clock {
            return false;
        }
        if self.sources.noted_start().is_some() && self.read_clock(row).is_some() {
            return true;
        }
        self.sources.note_start(None);
        self.sources.hold(COMM);
        false
    }

    /// What `stat` said of the process belongs to the files that were opened before it was read.
    pub(super) fn note_start(&mut self, row: &ProcessRow) {
        if self.plan.clock {
            self.sources.note_start(row.start_ticks);
            self.sources.release(b"stat\0");
        }
    }

    fn read_clock(&mut self, row: &mut ProcessRow) -> Option<()> {
        let busy = processor_time(row.pid.as_u32())?;
        let at = Instant::now();
        let comm = self.sources.kept(COMM)?;
        if self.plan.wants(Columns::NAME) {
            row.name = Some(text(&mut self.spare, comm.strip_suffix(b"\n").unwrap_or(comm)));
            self.lengthen(row);
        }
        row.start_ticks = self.sources.noted_start();
        self.compare(row, at, busy);
        Some(())
    }

    /// Zombies and threads of the kernel have no command line to take the rest of a name from, and need no other look.
    fn lengthen(&mut self, row: &mut ProcessRow) {
        if let Some(name) = row.name.as_mut().filter(|name| is_cut(name))
            && let Ok(bytes) = self.sources.read(b"cmdline\0")
        {
            extend(name, cmdline::words(bytes).next().unwrap_or_default());
        }
    }
}

/// The seconds that a process has spent on processors.
pub(super) fn processor_time(pid: u32) -> Option<f64> {
    ffi::process_clock(pid).map(|time| time.as_secs_f64())
}
