//! A row for each thread of a process: what it has of its own, beside what all threads share.

use std::ffi::OsString;
use std::time::Instant;

use psight_parse::linux::pid::stat;

use super::super::host;
use super::fill::Machine;
use super::plan::{SIZES, STAT};
use super::sources::{Read, Refusal};
use super::{Engine, Life};
use crate::table::{Columns, ProcessRow};
use crate::{Error, Pid, Result};

/// What `stat` says of a thread and not of its process, or of both alike.
const OF_STAT: Columns = STAT.minus(SIZES).minus(Columns::TERMINAL);

/// Fills what a source says of a thread.
type Fill = fn(&mut Engine, &mut ProcessRow, Columns) -> Read<()>;

impl Engine {
    /// Fills `row` with one thread of a process after the other and shows it.
    pub(crate) fn threads(
        &mut self,
        of: &ProcessRow,
        row: &mut ProcessRow,
        visit: &mut dyn FnMut(&ProcessRow),
    ) -> Result<()> {
        let mut ids = std::mem::take(&mut self.pids);
        let result = match self.sources.list_threads(of.pid.as_u32(), &mut ids) {
            Ok(()) => {
                if of.asked.intersects(Columns::CREATE_TIME) && self.boot.is_none() {
                    self.boot = host::boot_time(&self.host).ok();
                }
                // What the threads share is copied once for all of them.
                row.clone_from(of);
                ids.iter().try_for_each(|id| {
                    if self.thread(of, *id, row)? == Life::There {
                        visit(row);
                    }
                    Ok(())
                })
            }
            Err(Refusal::Missing) => Err(Error::no_such_process(of.pid)),
            Err(Refusal::Exhausted(error)) => Err(Error::system(self.host.proc(), error.into())),
            Err(Refusal::Denied) => {
                let denied = std::io::ErrorKind::PermissionDenied.into();
                Err(Error::system(self.host.proc(), denied).with_pid(of.pid))
            }
            Err(Refusal::Odd) => Err(Error::unsupported("threads of a table").with_pid(of.pid)),
        };
        self.pids = ids;
        result
    }

    /// Makes the row, which was one of this process, that of the thread.
    fn thread(&mut self, of: &ProcessRow, id: u32, row: &mut ProcessRow) -> Result<Life> {
        row.pid = Pid::new(id);
        row.cpu_percent = None;
        (row.denied, row.zombie) = (of.denied, of.zombie);
        (row.num_ctx_switches, row.io_counters) = (None, None);
        self.nature = None;
        self.sources.turn_to_thread(of.pid.as_u32(), id);
        let steps: [(Columns, Fill); 3] = [
            (OF_STAT, Self::stat_of_thread),
            (Columns::NUM_CTX_SWITCHES, Self::status),
            (Columns::IO_COUNTERS, Self::io),
        ];
        for (columns, fill) in steps {
            let columns = of.asked.common(columns);
            if columns.is_empty() {
                continue;
            }
            let Err(refusal) = fill(self, row, columns) else { continue };
            if self.explain(row, refusal, columns)? == Life::Gone {
                return Ok(Life::Gone);
            }
            if columns.intersects(OF_STAT) {
                // Nothing of the thread before may stand in the row.
                let refused = (row.denied, row.zombie);
                row.clone_from(of);
                row.pid = Pid::new(id);
                (row.denied, row.zombie) = refused;
            }
        }
        Ok(Life::There)
    }

    fn stat_of_thread(&mut self, row: &mut ProcessRow, columns: Columns) -> Read<()> {
        let bytes = self.sources.read(b"stat\0")?;
        let at = Instant::now();
        // The name of the thread before has room for this one's.
        self.spare.texts.extend(row.name.take().map(OsString::into_encoded_bytes));
        let Ok(stat) = stat::stat(bytes) else { return Err(Refusal::Odd) };
        let shared = (row.rss, row.vms, row.memory_percent);
        let machine = Machine { host: &self.host, boot: self.boot, memory: self.memory };
        machine.stat(&mut self.spare, row, columns, &stat, at);
        (row.rss, row.vms, row.memory_percent) = shared;
        Ok(())
    }
}
