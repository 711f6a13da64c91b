//! Processes, refused.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::SystemTime;

use crate::process::{
    Cgroup, ContextSwitches, CpuSample, GroupIds, IoCounters, MemoryFootprint, MemoryInfo,
    MemoryInfoEx, MemoryMap, MemoryRegion, PageFaults, ProcessCpuTimes, SignalMasks, Status,
    Thread, UsedFile, UserIds,
};
use crate::{Error, Host, Pid, Result};

/// What one process says about itself, each of its sources read once.
#[derive(Debug, Clone)]
pub(crate) struct Raw {
    pid: Pid,
}

/// The number of this process.
pub(crate) fn current_pid(_host: &Host) -> Result<Pid> {
    Err(Error::unsupported("current_pid"))
}

impl Raw {
    pub(crate) fn new(_host: &Host, pid: Pid) -> Self {
        Self { pid }
    }

    /// One that answers questions of several moments, with what was read for the first.
    pub(crate) fn lasting(host: &Host, pid: Pid) -> Self {
        Self::new(host, pid)
    }

    /// The moment the process started, in the kernel's own unit and on a clock that is never set.
    pub(crate) fn start(&self) -> Result<u64> {
        self.refuse("start")
    }

    pub(crate) fn ppid(&self) -> Result<Pid> {
        self.refuse("ppid")
    }

    pub(crate) fn name(&self) -> Result<OsString> {
        self.refuse("name")
    }

    pub(crate) fn short_name(&self) -> Result<OsString> {
        self.refuse("short_name")
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

    pub(crate) fn foreground_pgid(&self) -> Result<Option<Pid>> {
        self.refuse("foreground_pgid")
    }

    pub(crate) fn used_files(&self) -> Result<Vec<UsedFile>> {
        self.refuse("used_files")
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

    /// The same one by one, for those who need none of them for long.
    pub(crate) fn each_memory_map(&self, _visit: &mut dyn FnMut(&MemoryMap)) -> Result<()> {
        self.refuse("each_memory_map")
    }

    pub(crate) fn memory_regions(&self) -> Result<Vec<MemoryRegion>> {
        self.refuse("memory_regions")
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
}
