//! `SYSTEM_PROCESS_INFORMATION`: every process with its threads, in one answer. Each entry says where the next begins.

use super::fields::{Width, id_at, u32_at, u64_at, units};
use super::io_counters::{IoCounters, io_counters};
use super::kernel_user_times::KernelUserTimes;
use super::unicode_string::string_at;
use super::vm_counters::{VmCounters, vm_counters};
use crate::Error;

/// One process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SystemProcess<'a> {
    /// Its number; 0 for the time in which processors have nothing to do.
    pub unique_process_id: u32,
    /// The number of the process that started it, which another may have by now.
    pub inherited_from_unique_process_id: u32,
    /// When it began, and its time on processors. The kernel says nothing of an end.
    pub times: KernelUserTimes,
    /// The name of its program without the folder, in UTF-16; empty for the process 0.
    pub image_name: &'a [u8],
    /// How many threads it has.
    pub number_of_threads: u32,
    /// How many handles it has open.
    pub handle_count: u32,
    /// Page faults that had to wait for a disk; wraps at 2³². Since Windows 7.
    pub hard_fault_count: u32,
    /// The session that it belongs to.
    pub session_id: u32,
    /// The memory that it holds.
    pub vm: VmCounters,
    /// What it has read and written.
    pub io: IoCounters,
    threads: &'a [u8],
}

/// One thread of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SystemThread {
    /// The number of the thread.
    pub unique_thread: u32,
    /// When it began, and its time on processors.
    pub times: KernelUserTimes,
    /// How often it was given a processor; wraps at 2³².
    pub context_switches: u32,
    /// What it is doing (`KTHREAD_STATE`).
    pub thread_state: u32,
    /// What it waits for (`KWAIT_REASON`); says something while `thread_state` is waiting.
    pub wait_reason: u32,
}

// KTHREAD_STATE
const READY: u32 = 1;
const RUNNING: u32 = 2;
const STANDBY: u32 = 3;
const WAITING: u32 = 5;
const DEFERRED_READY: u32 = 7;
/// `Suspended` of `KWAIT_REASON`.
const SUSPENDED: u32 = 5;

impl SystemThread {
    /// Whether it is on a processor.
    pub fn is_running(&self) -> bool {
        self.thread_state == RUNNING
    }

    /// Whether it is on a processor, or waits for nothing else.
    pub fn is_runnable(&self) -> bool {
        matches!(self.thread_state, READY | RUNNING | STANDBY | DEFERRED_READY)
    }

    /// Whether it was suspended, and goes on when somebody resumes it.
    pub fn is_suspended(&self) -> bool {
        self.thread_state == WAITING && self.wait_reason == SUSPENDED
    }
}

const THREADS_AT: usize = 0x100;
const THREAD_LENGTH: usize = 0x50;

/// Decodes the answer entry by entry; the first byte of `bytes` has the address `base`. An entry that is not understood is
/// the last one.
pub fn system_processes(
    bytes: &[u8],
    base: u64,
) -> impl Iterator<Item = Result<SystemProcess<'_>, Error>> {
    let mut next = Some(0_usize);
    std::iter::from_fn(move || {
        let at = next.take()?;
        let entry = bytes.get(at..).unwrap_or_default();
        let (process, length) = match u32_at(entry, 0, "NextEntryOffset") {
            Ok(offset) => {
                let length = usize::try_from(offset).ok().filter(|length| *length > 0);
                (system_process(entry, length, bytes, base), length)
            }
            Err(error) => return Some(Err(error)),
        };
        if process.is_ok() {
            next = length.and_then(|length| at.checked_add(length));
        }
        Some(process)
    })
}

/// Decodes one entry of `length`, or up to the end; its texts lie anywhere in `all`.
fn system_process<'a>(
    entry: &'a [u8],
    length: Option<usize>,
    all: &'a [u8],
    base: u64,
) -> Result<SystemProcess<'a>, Error> {
    let entry = match length {
        Some(length) => entry.get(..length).ok_or(Error::garbled("NextEntryOffset"))?,
        None => entry,
    };
    let part = |at: usize| entry.get(at..).unwrap_or_default();
    let number_of_threads = u32_at(entry, 0x04, "NumberOfThreads")?;
    let threads = usize::try_from(number_of_threads).ok();
    let threads = threads.and_then(|count| count.checked_mul(THREAD_LENGTH));
    let threads = threads.and_then(|length| part(THREADS_AT).get(..length));
    Ok(SystemProcess {
        unique_process_id: id_at(entry, 0x50, "UniqueProcessId")?,
        inherited_from_unique_process_id: id_at(entry, 0x58, "InheritedFromUniqueProcessId")?,
        times: KernelUserTimes {
            create_time: u64_at(entry, 0x20, "CreateTime")?,
            exit_time: 0,
            kernel_time: u64_at(entry, 0x30, "KernelTime")?,
            user_time: u64_at(entry, 0x28, "UserTime")?,
        },
        image_name: string_at(entry, 0x38, Width::Wide)?.text_in(all, base)?,
        number_of_threads,
        handle_count: u32_at(entry, 0x60, "HandleCount")?,
        hard_fault_count: u32_at(entry, 0x10, "HardFaultCount")?,
        session_id: u32_at(entry, 0x64, "SessionId")?,
        vm: vm_counters(part(0x70))?,
        io: io_counters(part(0xd0))?,
        threads: threads.ok_or(Error::garbled("NumberOfThreads"))?,
    })
}

impl<'a> SystemProcess<'a> {
    /// The name of the program, in UTF-16.
    pub fn name(&self) -> impl Iterator<Item = u16> + 'a {
        units(self.image_name)
    }

    /// Its threads.
    pub fn threads(&self) -> impl Iterator<Item = SystemThread> + 'a {
        self.threads.chunks_exact(THREAD_LENGTH).filter_map(|bytes| system_thread(bytes).ok())
    }

    /// Whether every thread is suspended, and there is one.
    pub fn is_suspended(&self) -> bool {
        self.number_of_threads > 0 && self.threads().all(|thread| thread.is_suspended())
    }

    /// How often its threads were given a processor, those that have ended left out.
    pub fn context_switches(&self) -> u64 {
        self.threads().map(|thread| u64::from(thread.context_switches)).sum()
    }
}

/// Decodes one `SYSTEM_THREAD_INFORMATION`.
pub fn system_thread(bytes: &[u8]) -> Result<SystemThread, Error> {
    Ok(SystemThread {
        unique_thread: id_at(bytes, 0x30, "UniqueThread")?,
        times: KernelUserTimes {
            create_time: u64_at(bytes, 0x10, "CreateTime")?,
            exit_time: 0,
            kernel_time: u64_at(bytes, 0x00, "KernelTime")?,
            user_time: u64_at(bytes, 0x08, "UserTime")?,
        },
        context_switches: u32_at(bytes, 0x40, "ContextSwitches")?,
        thread_state: u32_at(bytes, 0x44, "ThreadState")?,
        wait_reason: u32_at(bytes, 0x48, "WaitReason")?,
    })
}

#[cfg(test)]
mod tests {
    use super::super::fields::{Sample, wide};
    use super::*;

    const BASE: u64 = 0x2_0000_0000;

    fn thread(id: u64, state: u32, reason: u32) -> Vec<u8> {
        let thread = Sample::new(THREAD_LENGTH).u64(0x00, 30).u64(0x08, 20).u64(0x30, id);
        thread.u32(0x40, 9).u32(0x44, state).u32(0x48, reason).0
    }

    /// Two processes: the idle one without a name, and one with two threads whose name stands behind them.
    fn sample() -> Vec<u8> {
        let second = 0x100_u64;
        let idle = Sample::new(0x100).u32(0, 0x100).u64(0x28, 0);
        let name = wide("a b.exe");
        let name_at = BASE + second + 0x100 + 2 * THREAD_LENGTH as u64;
        let process = Sample::new(0x100)
            .u32(0x04, 2)
            .u32(0x10, 5)
            .u64(0x20, 134_396_866_418_115_840)
            .u64(0x28, 100_000)
            .u64(0x30, 200_000)
            .u16(0x38, 14)
            .u64(0x40, name_at)
            .u64(0x50, 32)
            .u64(0x58, 8)
            .u32(0x60, 77)
            .u32(0x64, 1)
            .u64(0x78, 72_642_560)
            .u64(0x90, 12_955_648)
            .u64(0xd0, 11)
            .u64(0xf8, 16);
        [idle.0, process.0, thread(36, 5, 5), thread(40, 5, 5), name].concat()
    }

    #[test]
    fn every_process_has_its_own_name_numbers_and_threads() {
        let bytes = sample();
        let found: Vec<_> = system_processes(&bytes, BASE).map(Result::unwrap).collect();
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].unique_process_id, found[0].image_name), (0, &[][..]));
        let process = found[1];
        assert_eq!(String::from_utf16(&process.name().collect::<Vec<_>>()).unwrap(), "a b.exe");
        assert_eq!((process.unique_process_id, process.inherited_from_unique_process_id), (32, 8));
        assert_eq!(process.times.create_time, 134_396_866_418_115_840);
        assert_eq!((process.times.user_time, process.times.kernel_time), (100_000, 200_000));
        assert_eq!(
            (process.handle_count, process.hard_fault_count, process.session_id),
            (77, 5, 1)
        );
        assert_eq!(
            (process.vm.virtual_size, process.vm.working_set_size),
            (72_642_560, 12_955_648)
        );
        assert_eq!((process.io.read_operation_count, process.io.other_transfer_count), (11, 16));
        let threads: Vec<u32> = process.threads().map(|thread| thread.unique_thread).collect();
        assert_eq!(threads, [36, 40]);
        assert_eq!(process.context_switches(), 18);
        let times = process.threads().next().unwrap().times;
        assert_eq!((times.kernel_time, times.user_time), (30, 20));
    }

    #[test]
    fn a_process_is_suspended_when_all_of_its_threads_are() {
        let mut bytes = sample();
        let suspended = |bytes: &[u8]| -> Vec<bool> {
            system_processes(bytes, BASE).map(|process| process.unwrap().is_suspended()).collect()
        };
        // The idle process has no thread that could be.
        assert_eq!(suspended(&bytes), [false, true]);
        let reason_of_the_first = 0x200 + 0x48;
        bytes[reason_of_the_first] = 6;
        assert_eq!(suspended(&bytes), [false, false]);
    }

    #[test]
    fn a_thread_that_waits_is_not_runnable() {
        let runnable = |state| system_thread(&thread(4, state, 0)).unwrap().is_runnable();
        let states: Vec<u32> = (0..9).filter(|state| runnable(*state)).collect();
        assert_eq!(states, [1, 2, 3, 7]);
        assert!(system_thread(&thread(4, 2, 0)).unwrap().is_running());
        assert!(!system_thread(&thread(4, 1, 0)).unwrap().is_running());
    }

    #[test]
    fn what_is_cut_or_points_outside_is_an_error_and_the_last_entry() {
        let bytes = sample();
        let found: Vec<_> = system_processes(&bytes[..0x154], BASE).collect();
        assert_eq!(found.len(), 2);
        assert!(found[0].is_ok());
        assert_eq!(found[1], Err(Error::missing("UniqueProcessId")));
        let elsewhere: Vec<_> = system_processes(&bytes, BASE + 0x1000).collect();
        assert_eq!(elsewhere[1], Err(Error::garbled("Buffer")));
    }

    #[test]
    fn more_threads_than_there_is_room_for_are_an_error() {
        let mut bytes = sample();
        bytes[0x104..0x108].copy_from_slice(&u32::MAX.to_le_bytes());
        let found: Vec<_> = system_processes(&bytes, BASE).collect();
        assert_eq!(found[1], Err(Error::garbled("NumberOfThreads")));
    }

    #[test]
    fn an_entry_without_a_successor_is_the_last_one() {
        let bytes = Sample::new(0x200).u32(0, 0);
        assert_eq!(system_processes(&bytes.0, 0).count(), 1);
    }

    #[test]
    fn what_wine_lists_is_understood() {
        let bytes =
            include_bytes!("../../../../fixtures/windows/wine-10/system_process_information.bin");
        let found: Vec<_> = system_processes(bytes, 0).map(Result::unwrap).collect();
        let named = |process: &SystemProcess<'_>| {
            let name = String::from_utf16(&process.name().collect::<Vec<_>>()).unwrap();
            (process.unique_process_id, process.inherited_from_unique_process_id, name)
        };
        assert_eq!(found.len(), 9);
        assert_eq!(named(&found[1]), (56, 40, "services.exe".to_owned()));
        assert_eq!(named(&found[6]), (248, 56, "rpcss.exe".to_owned()));
        let services = found[1];
        assert_eq!((services.number_of_threads, services.threads().count()), (9, 9));
        assert_eq!(services.vm.working_set_size, 19_423_232);
        assert_eq!(services.times.create_time, 134_401_686_073_057_010);
        // Wine does not tell what threads do.
        assert!(!found.iter().any(SystemProcess::is_suspended));
    }
}
