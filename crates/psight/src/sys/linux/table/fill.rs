//! Filling a row from one source after the other.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;
use std::time::{Instant, SystemTime};

use psight_parse::linux::pid::stat::Stat;
use psight_parse::linux::pid::statm::Statm;
use psight_parse::linux::pid::status::{Status, Wanted};
use psight_parse::linux::pid::{cmdline, io, smaps, stat, statm, status};

use super::super::process::scheduling::policy_of;
use super::super::process::{Device, Raw, find_terminal, status_of};
use super::super::records;
use super::clock::processor_time;
use super::plan::{IDS, SIZES};
use super::sources::{Read, Refusal};
use super::{Engine, Nature, Seen};
use crate::memory::percent;
use crate::process::{ContextSwitches, CpuSample, GroupIds, UserIds};
use crate::table::{Columns, ProcessRow, Spare};
use crate::users::UserNames;
use crate::{ErrorKind, Host, Pid};

/// What sort of process a `stat` is of.
pub(super) fn nature(bytes: &[u8]) -> Nature {
    stat::stat(bytes).map_or(Nature::Ordinary, |stat| Nature::of(&stat))
}

impl Nature {
    pub(super) fn of(stat: &Stat<'_>) -> Self {
        match (stat.is_zombie(), stat.is_kernel_thread()) {
            (true, _) => Self::Zombie,
            (false, true) => Self::KernelThread,
            (false, false) => Self::Ordinary,
        }
    }
}

/// What is the same for all processes of one reading.
pub(super) struct Machine<'a> {
    pub(super) host: &'a Host,
    pub(super) boot: Option<SystemTime>,
    pub(super) memory: Option<u64>,
}

impl Machine<'_> {
    /// Fills the columns that come from `stat`, which was read at this moment.
    pub(super) fn stat(
        &self,
        spare: &mut Spare,
        row: &mut ProcessRow,
        columns: Columns,
        stat: &Stat<'_>,
        at: Instant,
    ) {
        let constants = self.host.constants();
        let wants = |column| columns.intersects(column);
        row.start_ticks = Some(stat.starttime_ticks);
        row.ppid = wants(Columns::PPID).then(|| Pid::new(stat.ppid));
        row.status = wants(Columns::STATUS).then(|| status_of(stat.state));
        row.pgid = wants(Columns::PGID).then(|| Pid::new(stat.pgrp));
        row.sid = wants(Columns::SID).then(|| Pid::new(stat.session));
        row.nice = wants(Columns::NICE).then_some(stat.nice);
        row.priority = wants(Columns::PRIORITY).then_some(stat.priority);
        row.rt_priority = stat.rt_priority.filter(|_| wants(Columns::RT_PRIORITY));
        row.policy = stat.policy.filter(|_| wants(Columns::POLICY)).map(policy_of);
        row.flags = wants(Columns::FLAGS).then_some(stat.flags);
        row.num_threads = wants(Columns::NUM_THREADS).then_some(stat.num_threads);
        row.cpu_num = stat.processor.filter(|_| wants(Columns::CPU_NUM));
        row.page_faults = wants(Columns::PAGE_FAULTS).then(|| records::page_faults(stat));
        if wants(Columns::CREATE_TIME) {
            row.create_time =
                self.boot.and_then(|boot| records::create_time(constants, boot, stat));
        }
        let rss = stat.rss_pages.saturating_mul(constants.page_size);
        sizes(row, columns, rss, stat.vsize, self.memory);
        if wants(Columns::CPU_TIMES | Columns::CPU_PERCENT) {
            let times = records::cpu_times(constants, stat);
            row.cpu_times = wants(Columns::CPU_TIMES).then_some(times);
            row.sample = Some(CpuSample::new(at, times));
        }
        if wants(Columns::NAME) {
            row.name = Some(text(spare, stat.comm));
        }
    }

    /// Fills the columns that come from `statm`.
    pub(super) fn statm(&self, row: &mut ProcessRow, columns: Columns, statm: &Statm) {
        let info = records::memory_info(self.host.constants(), statm);
        sizes(row, columns, info.rss, info.vms, self.memory);
        row.memory_info = columns.intersects(Columns::MEMORY_INFO).then_some(info);
    }
}

impl Engine {
    pub(super) fn stat(&mut self, row: &mut ProcessRow, columns: Columns) -> Read<()> {
        let bytes = self.sources.read(b"stat\0")?;
        let at = Instant::now();
        let Ok(stat) = stat::stat(bytes) else { return Ok(()) };
        let machine = Machine { host: &self.host, boot: self.boot, memory: self.memory };
        machine.stat(&mut self.spare, row, columns, &stat, at);
        let (terminal, nature) = (stat.tty_nr, Nature::of(&stat));
        self.nature = Some(nature);
        self.note_start(row);
        if columns.intersects(Columns::CPU_PERCENT)
            && let Some(times) = row.sample.map(|sample| *sample.times())
        {
            // Both readings by the same watch, even if the process is read by another way the next time.
            let exact = if self.plan.clock { processor_time(row.pid.as_u32()) } else { None };
            self.compare(row, at, exact.unwrap_or(times.total()));
        }
        self.complete(row, columns, terminal, nature)
    }

    /// What a row has that `stat` alone does not say.
    pub(super) fn complete(
        &mut self,
        row: &mut ProcessRow,
        columns: Columns,
        terminal: u32,
        nature: Nature,
    ) -> Read<()> {
        if columns.intersects(Columns::TERMINAL) && terminal != 0 {
            row.terminal = self.terminal(terminal);
        }
        let long = row.name.as_ref().is_some_and(is_cut);
        // Zombies and threads of the kernel have no command line.
        if long && nature == Nature::Ordinary && !self.plan.wants(Columns::CMDLINE) {
            self.extend_name(row)?;
        }
        Ok(())
    }

    pub(super) fn statm(&mut self, row: &mut ProcessRow, columns: Columns) -> Read<()> {
        let statm = match self.nature {
            // It has no memory of its own (fs/proc/array.c, `proc_pid_statm`), and half of a small machine is such.
            Some(Nature::KernelThread) => Statm::default(),
            _ => match statm::statm(self.sources.read(b"statm\0")?) {
                Ok(statm) => statm,
                Err(_) => return Ok(()),
            },
        };
        let machine = Machine { host: &self.host, boot: self.boot, memory: self.memory };
        machine.statm(row, columns, &statm);
        Ok(())
    }

    pub(super) fn pidfd(&mut self, row: &mut ProcessRow, columns: Columns) -> Read<()> {
        let info = match self.sources.pidfd_info(row.pid.as_u32()) {
            Ok(info) => info,
            Err(refusal @ (Refusal::Missing | Refusal::Exhausted(_))) => return Err(refusal),
            Err(_) => return self.status(row, columns),
        };
        let users = [info.ruid, info.euid, info.suid];
        let groups = [info.rgid, info.egid, info.sgid];
        ids(row, columns, Some(users), Some(groups), &mut self.names, &mut self.spare);
        Ok(())
    }

    pub(super) fn folder(&mut self, row: &mut ProcessRow, columns: Columns) -> Read<()> {
        let uid = self.sources.owner()?;
        effective(row, columns, Some(uid), &mut self.names, &mut self.spare);
        Ok(())
    }

    pub(super) fn status(&mut self, row: &mut ProcessRow, columns: Columns) -> Read<()> {
        let mut wanted = Wanted::NONE;
        if columns.intersects(IDS.minus(Columns::GIDS)) {
            wanted = wanted | Wanted::UID;
        }
        if columns.intersects(Columns::GIDS) {
            wanted = wanted | Wanted::GID;
        }
        if columns.intersects(Columns::NUM_CTX_SWITCHES) {
            wanted = wanted | Wanted::VOLUNTARY | Wanted::NONVOLUNTARY;
        }
        if columns.intersects(Columns::LOCKED_MEMORY) {
            wanted = wanted | Wanted::VM_LCK;
        }
        if columns.intersects(SIZES) {
            wanted = wanted | Wanted::VM_SIZE | Wanted::VM_RSS;
        }
        let status = status::wanted(self.sources.read(b"status\0")?, wanted);
        let Status { uid, gid, vm_lck_kib, vm_size_kib, vm_rss_kib, .. } = status;
        let Status { voluntary_ctxt_switches, nonvoluntary_ctxt_switches, .. } = status;
        // What has no memory of its own has no such lines, and `stat` has said so.
        if let Some((rss, size)) = vm_rss_kib.zip(vm_size_kib).map(both_bytes) {
            sizes(row, columns, rss, size, self.memory);
        }
        if columns.intersects(Columns::LOCKED_MEMORY) {
            row.locked_memory = vm_lck_kib.map(records::bytes);
        }
        let three = |[real, effective, saved, _]: [u32; 4]| [real, effective, saved];
        let (users, groups) = (uid.map(three), gid.map(three));
        ids(row, columns, users, groups, &mut self.names, &mut self.spare);
        row.num_ctx_switches = voluntary_ctxt_switches
            .zip(nonvoluntary_ctxt_switches)
            .map(|(voluntary, involuntary)| ContextSwitches { voluntary, involuntary });
        Ok(())
    }

    pub(super) fn cmdline(&mut self, row: &mut ProcessRow, columns: Columns) -> Read<()> {
        // Who has no memory has no arguments in it (fs/proc/base.c, `proc_pid_cmdline_read`).
        let bytes = match self.nature {
            Some(Nature::KernelThread | Nature::Zombie) => &[],
            _ => self.sources.read(b"cmdline\0")?,
        };
        if !bytes.is_empty() {
            words(&mut self.spare, row, bytes);
            return Ok(());
        }
        match self.nature()? {
            Nature::Zombie => row.zombie |= columns,
            Nature::KernelThread => {
                row.cmdline = Some(self.spare.lists.pop().unwrap_or_default());
            }
            // It is on its way into a program, or has no arguments indeed.
            Nature::Ordinary => {
                let found = Raw::new(&self.host, row.pid).cmdline();
                row.cmdline = found_alone(row, columns, found)?;
            }
        }
        Ok(())
    }

    pub(super) fn exe(&mut self, row: &mut ProcessRow, _: Columns) -> Read<()> {
        row.exe = Some(path(&mut self.spare, self.sources.file_link(&self.host, b"exe\0")?));
        Ok(())
    }

    pub(super) fn cwd(&mut self, row: &mut ProcessRow, _: Columns) -> Read<()> {
        row.cwd = Some(path(&mut self.spare, self.sources.file_link(&self.host, b"cwd\0")?));
        Ok(())
    }

    pub(super) fn num_fds(&mut self, row: &mut ProcessRow, _: Columns) -> Read<()> {
        let count = if self.sizes_count {
            self.sources.size(b"fd\0")?
        } else {
            self.sources.entries(b"fd\0")?
        };
        row.num_fds = Some(count);
        Ok(())
    }

    pub(super) fn io(&mut self, row: &mut ProcessRow, _: Columns) -> Read<()> {
        let bytes = self.sources.read(b"io\0")?;
        row.io_counters = (!bytes.is_empty()).then(|| records::io_counters(&io::io(bytes)));
        Ok(())
    }

    pub(super) fn smaps(&mut self, row: &mut ProcessRow, columns: Columns) -> Read<()> {
        let said = self.sources.read(b"smaps_rollup\0").map(|bytes| {
            let sum = smaps::footprint(bytes).ok().filter(|_| !bytes.is_empty());
            sum.map(|sum| records::memory_footprint(&sum))
        });
        match said {
            Ok(Some(footprint)) => {
                row.memory_footprint = Some(footprint);
                return Ok(());
            }
            Ok(None) | Err(Refusal::Missing) => {}
            Err(Refusal::Denied) if self.nature()? != Nature::Ordinary => {}
            Err(refusal) => return Err(refusal),
        }
        // Threads of the kernel, zombies and old kernels: rare, and a question for those who know the cases.
        let found = Raw::new(&self.host, row.pid).memory_footprint();
        row.memory_footprint = found_alone(row, columns, found)?;
        Ok(())
    }

    /// What sort of process it is, by its `stat`.
    pub(super) fn nature(&mut self) -> Read<Nature> {
        match self.nature {
            Some(nature) => Ok(nature),
            None => Ok(*self.nature.insert(self.sources.read(b"stat\0").map(nature)?)),
        }
    }

    /// Lengthens a name that the kernel may have cut, where the command line is not read for its own sake.
    fn extend_name(&mut self, row: &mut ProcessRow) -> Read<()> {
        match self.sources.read(b"cmdline\0") {
            Ok(bytes) => {
                let first = cmdline::words(bytes).next().unwrap_or_default();
                row.name.iter_mut().for_each(|name| extend(name, first));
                Ok(())
            }
            Err(refusal @ (Refusal::Missing | Refusal::Exhausted(_))) => Err(refusal),
            Err(_) => Ok(()),
        }
    }

    /// How busy the process was since the last reading, if until `at` it has been so for `busy` seconds.
    pub(super) fn compare(&mut self, row: &mut ProcessRow, at: Instant, busy: f64) {
        let Some(start_ticks) = row.start_ticks else { return };
        let now = Seen { pid: row.pid.as_u32(), start_ticks, at, busy };
        let left = self.before.get(self.compared..).unwrap_or_default();
        self.compared += left.iter().take_while(|seen| seen.pid < now.pid).count();
        row.cpu_percent = self
            .before
            .get(self.compared)
            .filter(|seen| seen.pid == now.pid && seen.start_ticks == start_ticks)
            .map(|seen| CpuSample::percent(now.busy - seen.busy, now.at, seen.at));
        self.now.push(now);
    }

    /// The file of the terminal with this device number.
    fn terminal(&mut self, number: u32) -> Option<PathBuf> {
        if let Some((_, file)) = self.terminals.iter().find(|(known, _)| *known == number) {
            return file.as_ref().map(|file| path(&mut self.spare, file.as_os_str().as_bytes()));
        }
        let file = find_terminal(&self.host, Device::from_tty_nr(number));
        self.terminals.push((number, file.clone()));
        file
    }
}

/// What was found out about one process outside of the table, and what it means for the row if that failed.
fn found_alone<T>(
    row: &mut ProcessRow,
    columns: Columns,
    found: crate::Result<T>,
) -> Read<Option<T>> {
    found.map(Some).or_else(|error| {
        match error.kind() {
            ErrorKind::NoSuchProcess => return Err(Refusal::Missing),
            ErrorKind::ZombieProcess => row.zombie |= columns,
            ErrorKind::AccessDenied => row.denied |= columns,
            _ => {}
        }
        Ok(None)
    })
}

/// The kernel keeps this many bytes of a name.
const LONGEST_COMM: usize = 15;

/// Fills the arguments, and what the name has of them. There is at least one.
pub(super) fn words(spare: &mut Spare, row: &mut ProcessRow, bytes: &[u8]) {
    let mut list = spare.lists.pop().unwrap_or_default();
    for word in cmdline::words(bytes) {
        list.push(text(spare, word));
    }
    if let Some(name) = &mut row.name {
        let first = list.first().map_or(&[][..], |word| word.as_bytes());
        extend(name, first);
    }
    row.cmdline = Some(list);
}

/// Whether the kernel may have cut the name.
pub(super) fn is_cut(name: &OsString) -> bool {
    name.len() >= LONGEST_COMM
}

/// Lengthens `name` to that of the program `first`, if it is its beginning (T-04).
pub(super) fn extend(name: &mut OsString, first: &[u8]) {
    let program = first.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    if is_cut(name) && program.starts_with(name.as_bytes()) {
        name.clear();
        name.push(OsStr::from_bytes(program));
    }
}

fn both_bytes((one, other): (u64, u64)) -> (u64, u64) {
    (records::bytes(one), records::bytes(other))
}

fn sizes(row: &mut ProcessRow, columns: Columns, rss: u64, vms: u64, total: Option<u64>) {
    row.rss = columns.intersects(Columns::RSS).then_some(rss);
    row.vms = columns.intersects(Columns::VMS).then_some(vms);
    if columns.intersects(Columns::MEMORY_PERCENT) {
        row.memory_percent = total.map(|total| percent(rss, total));
    }
}

pub(super) fn ids(
    row: &mut ProcessRow,
    columns: Columns,
    users: Option<[u32; 3]>,
    groups: Option<[u32; 3]>,
    names: &mut UserNames,
    spare: &mut Spare,
) {
    if columns.intersects(Columns::UIDS) {
        row.uids = users.map(|[real, effective, saved]| UserIds { real, effective, saved });
    }
    if columns.intersects(Columns::GIDS) {
        row.gids = groups.map(|[real, effective, saved]| GroupIds { real, effective, saved });
    }
    if columns.intersects(Columns::USERNAME) {
        row.username = users.map(|[real, ..]| name(real, names, spare));
    }
    effective(row, columns, users.map(|[_, effective, _]| effective), names, spare);
}

fn effective(
    row: &mut ProcessRow,
    columns: Columns,
    user: Option<u32>,
    names: &mut UserNames,
    spare: &mut Spare,
) {
    row.euid = user.filter(|_| columns.intersects(Columns::EUID));
    if columns.intersects(Columns::EUSER) {
        row.euser = user.map(|user| name(user, names, spare));
    }
}

/// What a user is called; the number of one that has no name.
fn name(uid: u32, names: &mut UserNames, spare: &mut Spare) -> OsString {
    match names.name(uid) {
        Some(name) => text(spare, name.as_bytes()),
        None => uid.to_string().into(),
    }
}

/// The bytes in a string of their own, whose memory an earlier row has used.
pub(super) fn text(spare: &mut Spare, bytes: &[u8]) -> OsString {
    let mut buffer = spare.texts.pop().unwrap_or_default();
    buffer.clear();
    buffer.extend_from_slice(bytes);
    OsString::from_vec(buffer)
}

fn path(spare: &mut Spare, bytes: &[u8]) -> PathBuf {
    PathBuf::from(text(spare, bytes))
}
