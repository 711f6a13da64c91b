//! One process, under `/proc/<pid>`.

use std::ffi::OsString;
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::SystemTime;

use psight_parse::linux::pid::stat::{Stat, stat};

use super::read;
use crate::process::{
    Cgroup, ContextSwitches, CpuSample, GroupIds, IoCounters, MemoryFootprint, MemoryInfo,
    MemoryInfoEx, MemoryMap, PageFaults, ProcessCpuTimes, SignalMasks, Status, Thread, UserIds,
};
use crate::{Error, Host, Pid, Result};

/// What one process says about itself, each of its files read once.
#[derive(Debug)]
pub(crate) struct Raw {
    host: Host,
    pid: Pid,
    dir: PathBuf,
    stat: OnceLock<Vec<u8>>,
}

// getpid(2)
pub(crate) fn current_pid(host: &Host) -> Result<Pid> {
    if host.is_captured() {
        return Err(Error::unsupported("current_pid"));
    }
    Ok(Pid::new(std::process::id()))
}

impl Raw {
    pub(crate) fn new(host: &Host, pid: Pid) -> Self {
        let dir = host.proc().join(pid.to_string());
        Self { host: host.clone(), pid, dir, stat: OnceLock::new() }
    }

    // stat, starttime
    pub(crate) fn start(&self) -> Result<u64> {
        Ok(self.stat()?.starttime_ticks)
    }

    // stat, comm
    pub(crate) fn name(&self) -> Result<OsString> {
        Ok(OsString::from_vec(self.stat()?.comm.to_vec()))
    }

    pub(crate) fn ppid(&self) -> Result<Pid> {
        self.refuse("ppid")
    }

    pub(crate) fn exe(&self) -> Result<Option<PathBuf>> {
        self.refuse("exe")
    }

    pub(crate) fn exe_guess(&self) -> Result<Option<PathBuf>> {
        self.refuse("exe_guess")
    }

    pub(crate) fn cmdline(&self) -> Result<Vec<OsString>> {
        self.refuse("cmdline")
    }

    pub(crate) fn environ(&self) -> Result<Vec<(OsString, OsString)>> {
        self.refuse("environ")
    }

    pub(crate) fn create_time(&self) -> Result<SystemTime> {
        self.refuse("create_time")
    }

    pub(crate) fn status(&self) -> Result<Status> {
        self.refuse("status")
    }

    pub(crate) fn cwd(&self) -> Result<Option<PathBuf>> {
        self.refuse("cwd")
    }

    pub(crate) fn root(&self) -> Result<Option<PathBuf>> {
        self.refuse("root")
    }

    pub(crate) fn terminal(&self) -> Result<Option<PathBuf>> {
        self.refuse("terminal")
    }

    pub(crate) fn has_terminal(&self) -> Result<bool> {
        self.refuse("has_terminal")
    }

    pub(crate) fn username(&self) -> Result<OsString> {
        self.refuse("username")
    }

    pub(crate) fn uids(&self) -> Result<UserIds> {
        self.refuse("uids")
    }

    pub(crate) fn gids(&self) -> Result<GroupIds> {
        self.refuse("gids")
    }

    pub(crate) fn fsuid(&self) -> Result<u32> {
        self.refuse("fsuid")
    }

    pub(crate) fn fsgid(&self) -> Result<u32> {
        self.refuse("fsgid")
    }

    pub(crate) fn groups(&self) -> Result<Vec<u32>> {
        self.refuse("groups")
    }

    pub(crate) fn pgid(&self) -> Result<Pid> {
        self.refuse("pgid")
    }

    pub(crate) fn sid(&self) -> Result<Pid> {
        self.refuse("sid")
    }

    pub(crate) fn umask(&self) -> Result<Option<u32>> {
        self.refuse("umask")
    }

    pub(crate) fn signal_masks(&self) -> Result<SignalMasks> {
        self.refuse("signal_masks")
    }

    pub(crate) fn namespace_pids(&self) -> Result<Vec<Pid>> {
        self.refuse("namespace_pids")
    }

    pub(crate) fn cgroups(&self) -> Result<Vec<Cgroup>> {
        self.refuse("cgroups")
    }

    pub(crate) fn is_kernel_thread(&self) -> Result<bool> {
        self.refuse("is_kernel_thread")
    }

    /// The nice value, -20 to 19, as the kernel lists it.
    pub(crate) fn nice(&self) -> Result<i32> {
        self.refuse("nice")
    }

    /// The CPUs that the process may run on, as the kernel lists them.
    pub(crate) fn cpus_allowed(&self) -> Result<Vec<u32>> {
        self.refuse("cpus_allowed")
    }

    pub(crate) fn cpu_times(&self) -> Result<ProcessCpuTimes> {
        self.refuse("cpu_times")
    }

    pub(crate) fn cpu_sample(&self) -> Result<CpuSample> {
        self.refuse("cpu_sample")
    }

    pub(crate) fn cpu_num(&self) -> Result<Option<u32>> {
        self.refuse("cpu_num")
    }

    pub(crate) fn num_threads(&self) -> Result<u32> {
        self.refuse("num_threads")
    }

    pub(crate) fn threads(&self) -> Result<Vec<Thread>> {
        self.refuse("threads")
    }

    pub(crate) fn num_ctx_switches(&self) -> Result<ContextSwitches> {
        self.refuse("num_ctx_switches")
    }

    pub(crate) fn memory_info(&self) -> Result<MemoryInfo> {
        self.refuse("memory_info")
    }

    pub(crate) fn memory_info_ex(&self) -> Result<MemoryInfoEx> {
        self.refuse("memory_info_ex")
    }

    pub(crate) fn memory_footprint(&self) -> Result<MemoryFootprint> {
        self.refuse("memory_footprint")
    }

    pub(crate) fn memory_maps(&self) -> Result<Vec<MemoryMap>> {
        self.refuse("memory_maps")
    }

    pub(crate) fn page_faults(&self) -> Result<PageFaults> {
        self.refuse("page_faults")
    }

    pub(crate) fn io_counters(&self) -> Result<IoCounters> {
        self.refuse("io_counters")
    }

    fn refuse<T>(&self, question: &str) -> Result<T> {
        Err(Error::unsupported(question).with_pid(self.pid))
    }

    /// The decoded `stat`.
    pub(super) fn stat(&self) -> Result<Stat<'_>> {
        let bytes = self.kept(&self.stat, "stat")?;
        stat(bytes).map_err(|e| Error::malformed(self.dir.join("stat"), &e).with_pid(self.pid))
    }

    /// The directory of the process.
    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(super) fn host(&self) -> &Host {
        &self.host
    }

    pub(super) fn pid(&self) -> Pid {
        self.pid
    }

    /// The file `name` of the process, read at the first call.
    fn kept<'a>(&self, cell: &'a OnceLock<Vec<u8>>, name: &str) -> Result<&'a [u8]> {
        if let Some(bytes) = cell.get() {
            return Ok(bytes);
        }
        let path = self.dir.join(name);
        let bytes = read::file(&path).map_err(|error| self.failed(path, error))?;
        Ok(cell.get_or_init(|| bytes))
    }

    /// What it means that a file of the process could not be read.
    pub(super) fn failed(&self, path: PathBuf, error: io::Error) -> Error {
        let gone = match error.raw_os_error() {
            Some(libc::ESRCH) => true,
            // The file may be missing from a process that is there (T-09).
            Some(libc::ENOENT) => !self.dir.join("stat").exists(),
            _ => false,
        };
        if gone {
            Error::no_such_process(self.pid)
        } else {
            Error::system(path, error).with_pid(self.pid)
        }
    }
}
