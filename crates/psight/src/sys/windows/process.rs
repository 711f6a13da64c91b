//! One process: what a handle of it tells, and where no handle is to be had, what the list of all processes does.

mod ffi;
mod memory;
mod peb;
mod user;

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::{Instant, SystemTime};

use psight_parse::windows::io_counters;
use psight_parse::windows::kernel_user_times::KernelUserTimes;
use psight_parse::windows::vm_counters::{self, VmCounters};

use super::kernel::{Snapshot, here, moment};
use super::opened::Opened;
use super::paths::Drives;
use super::{ffi as calls, records, text};
use crate::os::windows::memory::MappedFile;
use crate::process::{
    ContextSwitches, CpuSample, IoCounters, MemoryFootprint, MemoryInfo, MemoryInfoEx, MemoryMap,
    MemoryRegion, PageFaults, ProcessCpuTimes, Status, Thread,
};
use crate::{Error, Host, Pid, Result};

pub(super) use user::{account, owner};

/// What one process says about itself, each of its sources read once.
#[derive(Debug, Clone)]
pub(crate) struct Raw {
    host: Host,
    pid: Pid,
    /// With the moment they were read.
    times: OnceLock<(KernelUserTimes, Instant)>,
    vm: OnceLock<VmCounters>,
    /// Shared by clones, as it is large.
    everybody: OnceLock<Arc<Snapshot>>,
}

const PROCESS_IO_COUNTERS: i32 = 2;
const PROCESS_VM_COUNTERS: i32 = 3;

/// The process that is there when no other has anything to do.
const IDLE: u32 = 0;
/// The process whose threads are the kernel's own.
const SYSTEM: u32 = 4;

// GetCurrentProcessId
pub(crate) fn current_pid(host: &Host) -> Result<Pid> {
    here(host, "the process that asks")?;
    Ok(Pid::new(std::process::id()))
}

/// Refuses questions to a process that this system has no answer to.
macro_rules! refuse {
    (unsupported::process::{$($question:ident: $answer:ty),* $(,)?}) => {
        impl process::Raw {
            $(pub(crate) fn $question(&self) -> $crate::Result<$answer> {
                self.lacks(stringify!($question))
            })*
        }
    };
}
pub(super) use refuse;

impl Raw {
    pub(crate) fn new(host: &Host, pid: Pid) -> Self {
        Self {
            host: host.clone(),
            pid,
            times: OnceLock::new(),
            vm: OnceLock::new(),
            everybody: OnceLock::new(),
        }
    }

    /// One that answers questions of several moments, with what was asked for the first.
    pub(crate) fn lasting(host: &Host, pid: Pid) -> Self {
        Self::new(host, pid)
    }

    /// The moment the process started, in units of 100 ns from 1601. It is noted once and never moved with the clock.
    // NtQueryInformationProcess ProcessTimes
    pub(crate) fn start(&self) -> Result<u64> {
        Ok(self.times()?.0.create_time)
    }

    // NtQueryInformationProcess ProcessBasicInformation
    pub(crate) fn ppid(&self) -> Result<Pid> {
        self.here()?;
        let ppid = match Opened::new(self.pid, 0) {
            Ok(opened) => opened.basic.inherited_from_unique_process_id,
            Err(error) if error.is_denied() => {
                self.everybody()?.process(self.pid)?.inherited_from_unique_process_id
            }
            Err(error) => return Err(error),
        };
        Ok(Pid::new(ppid))
    }

    /// The end of the program's path; the two processes without a program are called as Windows calls them.
    // NtQuerySystemInformation SystemProcessIdInformation
    pub(crate) fn name(&self) -> Result<OsString> {
        self.here()?;
        if let Some(name) = name_of(self.pid) {
            return Ok(name);
        }
        let path = self.image_path()?;
        let name = path.rsplit(|unit| *unit == u16::from(b'\\')).next().unwrap_or_default();
        if name.is_empty() {
            return Ok(text::os(self.everybody()?.process(self.pid)?.name()));
        }
        Ok(text::os(name.iter().copied()))
    }

    // SystemProcessInformation ImageName, the same
    pub(crate) fn short_name(&self) -> Result<OsString> {
        self.name()
    }

    pub(crate) fn exe(&self) -> Result<Option<PathBuf>> {
        self.exe_on(&Drives::default())
    }

    /// The program, for who knows the drives already.
    // NtQuerySystemInformation SystemProcessIdInformation
    pub(super) fn exe_on(&self, drives: &Drives) -> Result<Option<PathBuf>> {
        self.here()?;
        if matches!(self.pid.as_u32(), IDLE | SYSTEM) {
            return Ok(None);
        }
        let path = self.image_path()?;
        // Processes of the kernel have a name (`Registry`) and no program.
        let is_path = path.first() == Some(&u16::from(b'\\'));
        Ok(is_path.then(|| drives.path(&path)))
    }

    pub(crate) fn exe_guess(&self) -> Result<Option<PathBuf>> {
        // The path needs no right, so that there is nothing to guess.
        self.exe()
    }

    // ProcessCommandLineInformation, since 8.1; else the PEB
    pub(crate) fn cmdline(&self) -> Result<Vec<OsString>> {
        self.here()?;
        if matches!(self.pid.as_u32(), IDLE | SYSTEM) {
            return Ok(Vec::new());
        }
        peb::command_line(self.pid)
    }

    // PEB, RTL_USER_PROCESS_PARAMETERS Environment
    pub(crate) fn environ(&self) -> Result<Vec<(OsString, OsString)>> {
        self.here()?;
        if matches!(self.pid.as_u32(), IDLE | SYSTEM) {
            return Ok(Vec::new());
        }
        peb::environment(self.pid)
    }

    // ProcessTimes CreateTime
    pub(crate) fn create_time(&self) -> Result<SystemTime> {
        match self.start()? {
            // The idle process began with the machine.
            0 => self.host.boot_time(),
            units => Ok(moment(units)),
        }
    }

    // SystemProcessInformation ThreadState, WaitReason
    pub(crate) fn status(&self) -> Result<Status> {
        Ok(records::status(&self.everybody()?.process(self.pid)?))
    }

    // PEB, RTL_USER_PROCESS_PARAMETERS CurrentDirectory
    pub(crate) fn cwd(&self) -> Result<Option<PathBuf>> {
        self.here()?;
        peb::directory(self.pid)
    }

    // OpenProcessToken, TokenUser, LookupAccountSid
    pub(crate) fn username(&self) -> Result<OsString> {
        self.here()?;
        user::account(&user::owner(self.pid)?)
    }

    // ProcessTimes
    pub(crate) fn cpu_times(&self) -> Result<ProcessCpuTimes> {
        Ok(records::cpu_times(&self.times()?.0))
    }

    // ProcessTimes
    pub(crate) fn cpu_sample(&self) -> Result<CpuSample> {
        let (times, at) = self.times()?;
        Ok(CpuSample::new(at, records::cpu_times(&times)))
    }

    // SystemProcessInformation NumberOfThreads
    pub(crate) fn num_threads(&self) -> Result<u32> {
        Ok(self.everybody()?.process(self.pid)?.number_of_threads)
    }

    // SystemProcessInformation Threads
    pub(crate) fn threads(&self) -> Result<Vec<Thread>> {
        let everybody = self.everybody()?;
        let threads = everybody.process(self.pid)?.threads();
        let mut threads: Vec<_> = threads.map(|thread| records::thread(&thread)).collect();
        threads.sort_by_key(|thread| thread.id);
        Ok(threads)
    }

    // SystemProcessInformation ContextSwitches of each thread
    pub(crate) fn num_ctx_switches(&self) -> Result<ContextSwitches> {
        Ok(records::ctx_switches(&self.everybody()?.process(self.pid)?))
    }

    // ProcessVmCounters
    pub(crate) fn memory_info(&self) -> Result<MemoryInfo> {
        Ok(records::memory_info(&self.vm()?))
    }

    // ProcessVmCounters
    pub(crate) fn memory_info_ex(&self) -> Result<MemoryInfoEx> {
        Ok(records::memory_info_ex(&self.vm()?))
    }

    // QueryWorkingSet
    pub(crate) fn memory_footprint(&self) -> Result<MemoryFootprint> {
        self.here()?;
        memory::footprint(self.pid)
    }

    // VirtualQueryEx, GetMappedFileName, QueryWorkingSet
    pub(crate) fn memory_maps(&self) -> Result<Vec<MemoryMap>> {
        self.here()?;
        memory::maps(self.pid)
    }

    // VirtualQueryEx, GetMappedFileName, QueryWorkingSet
    pub(crate) fn each_memory_map(&self, visit: &mut dyn FnMut(&MemoryMap)) -> Result<()> {
        self.memory_maps()?.iter().for_each(visit);
        Ok(())
    }

    // VirtualQueryEx, GetMappedFileName
    pub(crate) fn memory_regions(&self) -> Result<Vec<MemoryRegion>> {
        self.here()?;
        memory::regions(self.pid)
    }

    // VirtualQueryEx, GetMappedFileName
    pub(super) fn mapped_files(&self) -> Result<Vec<MappedFile>> {
        self.here()?;
        memory::mapped_files(self.pid)
    }

    // SystemProcessInformation PageFaultCount, HardFaultCount
    pub(crate) fn page_faults(&self) -> Result<PageFaults> {
        Ok(records::page_faults(&self.everybody()?.process(self.pid)?))
    }

    // ProcessIoCounters
    pub(crate) fn io_counters(&self) -> Result<IoCounters> {
        self.here()?;
        let what = "ProcessIoCounters";
        let asked = Opened::new(self.pid, 0)
            .and_then(|opened| opened.exactly(PROCESS_IO_COUNTERS, io_counters::LENGTH, what));
        let io = match asked {
            Ok(buffer) => io_counters::io_counters(buffer.bytes())
                .map_err(|error| Error::malformed(what, &error).with_pid(self.pid))?,
            Err(error) if error.is_denied() => self.everybody()?.process(self.pid)?.io,
            Err(error) => return Err(error),
        };
        Ok(records::io_counters(&io))
    }

    /// Its times and when they were read.
    fn times(&self) -> Result<(KernelUserTimes, Instant)> {
        if let Some(times) = self.times.get() {
            return Ok(*times);
        }
        self.here()?;
        let times = match Opened::new(self.pid, 0).and_then(|opened| opened.times()) {
            Ok(times) => times,
            Err(error) if error.is_denied() => self.everybody()?.process(self.pid)?.times,
            Err(error) => return Err(error),
        };
        Ok(*self.times.get_or_init(|| (times, Instant::now())))
    }

    pub(super) fn vm(&self) -> Result<VmCounters> {
        if let Some(vm) = self.vm.get() {
            return Ok(*vm);
        }
        self.here()?;
        let what = "ProcessVmCounters";
        let asked = Opened::new(self.pid, 0)
            .and_then(|opened| opened.exactly(PROCESS_VM_COUNTERS, vm_counters::LENGTH, what));
        let vm = match asked {
            Ok(buffer) => vm_counters::vm_counters(buffer.bytes())
                .map_err(|error| Error::malformed(what, &error).with_pid(self.pid))?,
            Err(error) if error.is_denied() => self.everybody()?.process(self.pid)?.vm,
            Err(error) => return Err(error),
        };
        Ok(*self.vm.get_or_init(|| vm))
    }

    /// All processes at the moment of the first question that needs them.
    fn everybody(&self) -> Result<&Snapshot> {
        if let Some(everybody) = self.everybody.get() {
            return Ok(everybody);
        }
        self.here()?;
        let everybody = Arc::new(Snapshot::take()?);
        Ok(self.everybody.get_or_init(|| everybody))
    }

    fn image_path(&self) -> Result<Vec<u16>> {
        let refused = |status: calls::Status| match status.of_process("exe", self.pid) {
            // A pid that nobody has is a parameter that makes no sense.
            error if error.is_denied() => error,
            error => match Opened::new(self.pid, 0) {
                Err(gone) if gone.is_gone() => gone,
                _ => error,
            },
        };
        let path = calls::image_path(self.pid.as_u32()).map_err(refused)?;
        // A process that has ended has a path for as long as somebody has it open.
        match Opened::new(self.pid, 0) {
            Err(gone) if gone.is_gone() => Err(gone),
            _ => Ok(path),
        }
    }

    /// The process, opened with these rights.
    pub(super) fn open(&self, access: u32) -> Result<Opened> {
        self.here()?;
        Opened::new(self.pid, access)
    }

    fn here(&self) -> Result<()> {
        here(&self.host, "processes").map_err(|error| error.with_pid(self.pid))
    }

    pub(super) fn lacks<T>(&self, question: &str) -> Result<T> {
        Err(Error::unsupported(question).with_pid(self.pid))
    }
}

/// How a process is called that has no program.
pub(super) fn name_of(pid: Pid) -> Option<OsString> {
    match pid.as_u32() {
        IDLE => Some("System Idle Process".into()),
        SYSTEM => Some("System".into()),
        _ => None,
    }
}
