//! CPUs and threads: `stat`, and `task/<id>/stat`.

use std::ffi::OsString;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::path::Path;
use std::time::Instant;

use psight_parse::linux::cpulist::cpulist;
use psight_parse::linux::pid::stat::{Stat, stat};
use psight_parse::linux::pid::status::Wanted;

use super::super::{read, records};
use super::{Raw, status_of};
use crate::process::{ContextSwitches, CpuSample, ProcessCpuTimes, Thread};
use crate::{Error, Result};

impl Raw {
    // stat: utime, stime, cutime, cstime, delayacct_blkio_ticks
    pub(crate) fn cpu_times(&self) -> Result<ProcessCpuTimes> {
        Ok(records::cpu_times(self.host().constants(), &self.stat()?))
    }

    // stat
    pub(crate) fn cpu_sample(&self) -> Result<CpuSample> {
        let times = self.cpu_times()?;
        Ok(CpuSample::new(*self.stat_read_at.get_or_init(Instant::now), times))
    }

    // stat, processor
    pub(crate) fn cpu_num(&self) -> Result<Option<u32>> {
        Ok(self.stat()?.processor)
    }

    // status, Cpus_allowed_list
    pub(crate) fn cpus_allowed(&self) -> Result<Vec<u32>> {
        let status = self.status_lines(Wanted::CPUS_ALLOWED_LIST)?;
        let list = self.told(status.cpus_allowed_list, "Cpus_allowed_list")?;
        let list = cpulist(list).map_err(|error| self.malformed("status", &error))?;
        // No machine has as many; a garbled list may say so.
        Ok(list.iter().take(1 << 16).collect())
    }

    // stat, num_threads
    pub(crate) fn num_threads(&self) -> Result<u32> {
        Ok(self.stat()?.num_threads)
    }

    // status, voluntary_ctxt_switches nonvoluntary_ctxt_switches
    pub(crate) fn num_ctx_switches(&self) -> Result<ContextSwitches> {
        let status = self.status_lines(Wanted::VOLUNTARY | Wanted::NONVOLUNTARY)?;
        Ok(ContextSwitches {
            voluntary: self.told(status.voluntary_ctxt_switches, "voluntary_ctxt_switches")?,
            involuntary: self
                .told(status.nonvoluntary_ctxt_switches, "nonvoluntary_ctxt_switches")?,
        })
    }

    // task/<id>/stat
    pub(crate) fn threads(&self) -> Result<Vec<Thread>> {
        #[cfg(feature = "bpf")]
        if let Some(threads) = self.threads_by_bpf() {
            return Ok(threads);
        }
        let path = self.dir().join("task");
        let (task, ids) = tasks(&path).map_err(|error| self.failed(path.clone(), error))?;
        let mut threads = Vec::with_capacity(ids.len());
        let mut bytes = Vec::new();
        let mut one_is_missing = false;
        for id in ids {
            let name = format!("{id}/stat");
            match read::piece_at(task.as_fd(), name.as_str(), &mut bytes) {
                Ok(()) => {}
                Err(error) if is_absence(&error) => {
                    one_is_missing = true;
                    continue;
                }
                Err(error) => {
                    return Err(Error::system(path.join(name), error).with_pid(self.pid()));
                }
            }
            // A row that is not understood is a thread less, not a listing less.
            threads.extend(stat(&bytes).ok().map(|stat| self.thread(id, &stat)));
        }
        if one_is_missing {
            // It may be that not one thread has gone but all of them.
            self.nature()?;
        }
        Ok(threads)
    }

    /// The same through BPF: `None` where that is refused, and where it is no quicker.
    #[cfg(feature = "bpf")]
    fn threads_by_bpf(&self) -> Option<Vec<Thread>> {
        use std::os::unix::fs::MetadataExt;

        use psight_parse::linux::bpf::{records, thread};

        /// With fewer threads it takes longer to open an iterator than to read their files.
        const MANY: u64 = 16;
        let bpf = self.host().bpf()?;
        // Each thread is a folder in this one, which has two links besides.
        let folder = std::fs::metadata(self.dir().join("task")).ok()?;
        if folder.nlink() < MANY + 2 {
            return None;
        }
        bpf.threads(self.host(), self.pid().as_u32(), |bytes| {
            let found = records(bytes).filter(|record| record.kind == thread::THREAD);
            let mut threads: Vec<Thread> = found
                .filter_map(|record| thread::thread(record.bytes))
                .map(|thread| Thread {
                    id: thread.pid,
                    user_time: self.seconds(thread.times.utime),
                    system_time: self.seconds(thread.times.stime),
                    name: Some(OsString::from_vec(thread.comm.to_vec())),
                    status: Some(status_of(thread.state)),
                    cpu_num: Some(thread.cpu),
                })
                .collect();
            threads.sort_unstable_by_key(|thread| thread.id);
            Some(threads)
        })
    }

    /// Seconds in whole ticks, as `/proc` has them.
    #[cfg(feature = "bpf")]
    fn seconds(&self, nanos: u64) -> f64 {
        let per_second = self.host().constants().ticks_per_second.clamp(1, 1_000_000_000);
        (nanos / (1_000_000_000 / per_second)) as f64 / per_second as f64
    }

    fn thread(&self, id: u32, stat: &Stat<'_>) -> Thread {
        let times = records::cpu_times(self.host().constants(), stat);
        Thread {
            id,
            user_time: times.user,
            system_time: times.system,
            name: Some(OsString::from_vec(stat.comm.to_vec())),
            status: Some(status_of(stat.state)),
            cpu_num: stat.processor,
        }
    }
}

pub(super) fn tasks(path: &Path) -> io::Result<(OwnedFd, Vec<u32>)> {
    let dir = read::directory(path)?;
    let mut ids = Vec::new();
    read::numbers(dir.as_fd(), &mut ids)?;
    Ok((dir, ids))
}

pub(super) fn is_absence(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::ENOENT | libc::ESRCH))
}
