//! The memory that a process holds, and what it reads and writes.

use std::fmt;
use std::path::PathBuf;

use crate::record::{Field, Kind, Os, Record, ToValue, Unit, Value};
use crate::sys::process::Raw;
use crate::{Error, Process, Result};

/// Memory held by one process.
#[derive(Debug, Clone, PartialEq, Record)]
#[non_exhaustive]
pub struct MemoryInfo {
    /// Physical memory the process holds now, that which it shares with others included.
    #[field(unit = bytes)]
    pub rss: u64,
    /// Address space the process has, in use or not.
    #[field(unit = bytes)]
    pub vms: u64,
    /// The part of `rss` that is backed by files or shared memory, and so may be shared.
    #[field(unit = bytes, on(linux))]
    pub shared: Option<u64>,
    /// Code of the program.
    #[field(unit = bytes, on(linux, bsd))]
    pub text: Option<u64>,
    /// Address space for data and stacks.
    #[field(unit = bytes, on(linux, bsd))]
    pub data: Option<u64>,
    /// Stack.
    #[field(unit = bytes, on(bsd))]
    pub stack: Option<u64>,
    /// Largest `rss` so far.
    #[field(unit = bytes, on(bsd, windows))]
    pub peak_rss: Option<u64>,
    /// Largest `vms` so far.
    #[field(unit = bytes, on(windows))]
    pub peak_vms: Option<u64>,
}

/// Memory held by one process, in more detail.
#[derive(Debug, Clone, PartialEq, Record)]
#[non_exhaustive]
pub struct MemoryInfoEx {
    /// Physical memory the process holds now, that which it shares with others included.
    #[field(unit = bytes)]
    pub rss: u64,
    /// Address space the process has, in use or not.
    #[field(unit = bytes)]
    pub vms: u64,
    /// The part of `rss` that is backed by files or shared memory, and so may be shared.
    #[field(unit = bytes, on(linux))]
    pub shared: Option<u64>,
    /// Code of the program.
    #[field(unit = bytes, on(linux, bsd))]
    pub text: Option<u64>,
    /// Address space for data and stacks.
    #[field(unit = bytes, on(linux, bsd))]
    pub data: Option<u64>,
    /// Stack.
    #[field(unit = bytes, on(bsd))]
    pub stack: Option<u64>,
    /// Largest `rss` so far.
    #[field(unit = bytes, on(linux, macos, bsd, windows))]
    pub peak_rss: Option<u64>,
    /// Largest `vms` so far.
    #[field(unit = bytes, on(linux, windows))]
    pub peak_vms: Option<u64>,
    /// The part of `rss` that no file backs: heap, stacks. Linux since 4.5.
    #[field(unit = bytes, on(linux, macos))]
    pub rss_anon: Option<u64>,
    /// The part of `rss` that files back. Linux since 4.5.
    #[field(unit = bytes, on(linux, macos))]
    pub rss_file: Option<u64>,
    /// The part of `rss` that is shared memory: tmpfs, System V. Linux since 4.5.
    #[field(unit = bytes, on(linux))]
    pub rss_shmem: Option<u64>,
    /// Memory that is swapped out, shared memory apart. Linux since 2.6.34.
    #[field(unit = bytes, on(linux))]
    pub swap: Option<u64>,
    /// Memory in huge pages of `hugetlbfs`, which `rss` does not count. Linux since 4.4.
    #[field(unit = bytes, on(linux))]
    pub hugetlb: Option<u64>,
    /// Memory that may not be paged out.
    #[field(unit = bytes, on(macos))]
    pub wired: Option<u64>,
    /// Memory that is compressed.
    #[field(unit = bytes, on(macos))]
    pub compressed: Option<u64>,
    /// What the system charges the process for.
    #[field(unit = bytes, on(macos))]
    pub phys_footprint: Option<u64>,
    /// Address space in use.
    #[field(unit = bytes, on(windows), name = "virtual")]
    pub virtual_size: Option<u64>,
    /// Largest `virtual` so far.
    #[field(unit = bytes, on(windows))]
    pub peak_virtual: Option<u64>,
    /// Kernel memory that may be paged out.
    #[field(unit = bytes, on(windows))]
    pub paged_pool: Option<u64>,
    /// Kernel memory that may not be paged out.
    #[field(unit = bytes, on(windows))]
    pub nonpaged_pool: Option<u64>,
    /// Largest `paged_pool` so far.
    #[field(unit = bytes, on(windows))]
    pub peak_paged_pool: Option<u64>,
    /// Largest `nonpaged_pool` so far.
    #[field(unit = bytes, on(windows))]
    pub peak_nonpaged_pool: Option<u64>,
}

/// What a process costs, as near as can be told.
#[derive(Debug, Clone, PartialEq, Record)]
#[non_exhaustive]
pub struct MemoryFootprint {
    /// Memory that is this process's alone: what would be free if it ended now.
    #[field(unit = bytes)]
    pub uss: u64,
    /// `uss`, plus its share of each page that it shares.
    #[field(unit = bytes, on(linux))]
    pub pss: Option<u64>,
    /// Memory that is swapped out.
    #[field(unit = bytes, on(linux))]
    pub swap: Option<u64>,
}

/// [`MemoryInfo`] and [`MemoryFootprint`] in one, as psutil's `memory_full_info` has it.
#[derive(Debug, Clone, PartialEq, Record)]
#[non_exhaustive]
pub struct MemoryFull {
    /// Physical memory the process holds now, that which it shares with others included.
    #[field(unit = bytes)]
    pub rss: u64,
    /// Address space the process has, in use or not.
    #[field(unit = bytes)]
    pub vms: u64,
    /// The part of `rss` that is backed by files or shared memory, and so may be shared.
    #[field(unit = bytes, on(linux))]
    pub shared: Option<u64>,
    /// Code of the program.
    #[field(unit = bytes, on(linux, bsd))]
    pub text: Option<u64>,
    /// Address space for data and stacks.
    #[field(unit = bytes, on(linux, bsd))]
    pub data: Option<u64>,
    /// Stack.
    #[field(unit = bytes, on(bsd))]
    pub stack: Option<u64>,
    /// Largest `rss` so far.
    #[field(unit = bytes, on(bsd, windows))]
    pub peak_rss: Option<u64>,
    /// Largest `vms` so far.
    #[field(unit = bytes, on(windows))]
    pub peak_vms: Option<u64>,
    /// Memory that is this process's alone.
    #[field(unit = bytes, on(linux, macos, windows))]
    pub uss: Option<u64>,
    /// `uss`, plus its share of each page that it shares.
    #[field(unit = bytes, on(linux))]
    pub pss: Option<u64>,
    /// Memory that is swapped out.
    #[field(unit = bytes, on(linux))]
    pub swap: Option<u64>,
}

/// From where to where a mapping reaches; printed as in `00400000-0048a000`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AddressRange {
    /// The first address.
    pub start: u64,
    /// The first address behind it.
    pub end: u64,
}

impl AddressRange {
    /// How many bytes there are in between.
    pub fn len(self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
}

impl fmt::Display for AddressRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}-{:08x}", self.start, self.end)
    }
}

impl ToValue for AddressRange {
    const KIND: Kind = Kind::Text;

    fn to_value(&self) -> Value<'_> {
        Value::Text(self.to_string().into())
    }
}

/// What may be done with a mapping; printed as in `r-xp`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Permissions {
    /// It can be read.
    pub read: bool,
    /// It can be written.
    pub write: bool,
    /// It can be executed.
    pub execute: bool,
    /// Writes are seen by others; the opposite of private (copy on write). `None` where the system does not say.
    pub shared: Option<bool>,
}

impl fmt::Display for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let flag = |on, letter| if on { letter } else { "-" };
        f.write_str(flag(self.read, "r"))?;
        f.write_str(flag(self.write, "w"))?;
        f.write_str(flag(self.execute, "x"))?;
        f.write_str(self.shared.map_or("", |shared| if shared { "s" } else { "p" }))
    }
}

impl ToValue for Permissions {
    const KIND: Kind = Kind::Text;

    fn to_value(&self) -> Value<'_> {
        Value::Text(self.to_string().into())
    }
}

/// One piece of a process's address space.
#[derive(Debug, Clone, PartialEq, Record)]
#[non_exhaustive]
pub struct MemoryMap {
    /// Where it is.
    #[field(label)]
    pub addr: AddressRange,
    /// What may be done with it.
    #[field(label)]
    pub perms: Permissions,
    /// The file, or the kernel's word for it, as in `[heap]`; `[anon]` for memory without a name.
    #[field(label)]
    pub path: PathBuf,
    /// Physical memory in use.
    #[field(unit = bytes)]
    pub rss: u64,
    /// Address space.
    #[field(unit = bytes, on(linux))]
    pub size: Option<u64>,
    /// Physical memory, each page divided by how many processes have it.
    #[field(unit = bytes, on(linux))]
    pub pss: Option<u64>,
    /// Pages that others have too, and that are as on disk.
    #[field(unit = bytes, on(linux))]
    pub shared_clean: Option<u64>,
    /// Pages that others have too, and that were changed.
    #[field(unit = bytes, on(linux))]
    pub shared_dirty: Option<u64>,
    /// Pages that nobody else has, and that are as on disk.
    #[field(unit = bytes, on(linux))]
    pub private_clean: Option<u64>,
    /// Pages that nobody else has, and that were changed.
    #[field(unit = bytes, on(linux))]
    pub private_dirty: Option<u64>,
    /// Pages that were used recently.
    #[field(unit = bytes, on(linux))]
    pub referenced: Option<u64>,
    /// Pages that no file backs.
    #[field(unit = bytes, on(linux, sunos))]
    pub anonymous: Option<u64>,
    /// Pages that are swapped out.
    #[field(unit = bytes, on(linux))]
    pub swap: Option<u64>,
    /// Pages that stay in memory.
    #[field(unit = bytes, on(sunos))]
    pub locked: Option<u64>,
    /// Pages of this process alone.
    #[field(on(bsd))]
    pub private: Option<u64>,
    /// How many refer to the object behind it.
    #[field(on(bsd))]
    pub ref_count: Option<u64>,
    /// How many shadow objects lie behind it.
    #[field(on(bsd))]
    pub shadow_count: Option<u64>,
    /// Where in the file it begins.
    #[field(unit = bytes, on(linux, bsd))]
    pub offset: Option<u64>,
    /// The device of the file, as `stat` gives it (`st_dev`); 0 without a file.
    #[field(on(linux, bsd))]
    pub dev: Option<u64>,
    /// The file's number on that device; 0 without a file.
    #[field(on(linux, bsd))]
    pub ino: Option<u64>,
}

/// All mappings of one file, or of one kind, summed.
#[derive(Debug, Clone, PartialEq, Record)]
#[non_exhaustive]
pub struct GroupedMemoryMap {
    /// The file, or the kernel's word for it, as in `[heap]`; `[anon]` for memory without a name.
    #[field(label)]
    pub path: PathBuf,
    /// Physical memory in use.
    #[field(unit = bytes)]
    pub rss: u64,
    /// Address space.
    #[field(unit = bytes, on(linux))]
    pub size: Option<u64>,
    /// Physical memory, each page divided by how many processes have it.
    #[field(unit = bytes, on(linux))]
    pub pss: Option<u64>,
    /// Pages that others have too, and that are as on disk.
    #[field(unit = bytes, on(linux))]
    pub shared_clean: Option<u64>,
    /// Pages that others have too, and that were changed.
    #[field(unit = bytes, on(linux))]
    pub shared_dirty: Option<u64>,
    /// Pages that nobody else has, and that are as on disk.
    #[field(unit = bytes, on(linux))]
    pub private_clean: Option<u64>,
    /// Pages that nobody else has, and that were changed.
    #[field(unit = bytes, on(linux))]
    pub private_dirty: Option<u64>,
    /// Pages that were used recently.
    #[field(unit = bytes, on(linux))]
    pub referenced: Option<u64>,
    /// Pages that no file backs.
    #[field(unit = bytes, on(linux, sunos))]
    pub anonymous: Option<u64>,
    /// Pages that are swapped out.
    #[field(unit = bytes, on(linux))]
    pub swap: Option<u64>,
    /// Pages that stay in memory.
    #[field(unit = bytes, on(sunos))]
    pub locked: Option<u64>,
    /// Pages of this process alone.
    #[field(on(bsd))]
    pub private: Option<u64>,
    /// How many refer to the objects behind them.
    #[field(on(bsd))]
    pub ref_count: Option<u64>,
    /// How many shadow objects lie behind them.
    #[field(on(bsd))]
    pub shadow_count: Option<u64>,
    /// The device of the file, as `stat` gives it (`st_dev`); 0 without a file.
    #[field(on(linux, bsd))]
    pub dev: Option<u64>,
    /// The file's number on that device; 0 without a file.
    #[field(on(linux, bsd))]
    pub ino: Option<u64>,
}

/// How often memory had to be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Record)]
#[non_exhaustive]
pub struct PageFaults {
    /// Without a disk.
    #[field(counter)]
    pub minor: u64,
    /// From a disk.
    #[field(counter)]
    pub major: u64,
}

/// What a process has read and written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Record)]
#[non_exhaustive]
pub struct IoCounters {
    /// Calls that read.
    #[field(counter)]
    pub read_count: Option<u64>,
    /// Calls that write.
    #[field(counter)]
    pub write_count: Option<u64>,
    /// Bytes that were fetched from disks for it.
    #[field(unit = bytes, counter)]
    pub read_bytes: Option<u64>,
    /// Bytes that it made to be written to disks, at once or later.
    #[field(unit = bytes, counter)]
    pub write_bytes: Option<u64>,
    /// Bytes that it read from anything: caches, pipes and terminals count.
    #[field(unit = bytes, counter, on(linux))]
    pub read_chars: Option<u64>,
    /// Bytes that it wrote to anything.
    #[field(unit = bytes, counter, on(linux))]
    pub write_chars: Option<u64>,
    /// Calls that neither read nor write.
    #[field(counter, on(windows))]
    pub other_count: Option<u64>,
    /// Bytes of calls that neither read nor write.
    #[field(unit = bytes, counter, on(windows))]
    pub other_bytes: Option<u64>,
    /// Bytes of `write_bytes` that never had to be written because the file was cut or deleted in time.
    #[field(unit = bytes, counter, on(linux))]
    pub cancelled_write_bytes: Option<u64>,
}

impl Process {
    /// The memory that the process holds; all 0 for a zombie and for a thread of the kernel.
    ///
    /// Linux: `/proc/<pid>/statm`, whose counts may be a few pages per thread behind.
    pub fn memory_info(&self) -> Result<MemoryInfo> {
        self.ask(Raw::memory_info)
    }

    /// The memory that the process holds, with peaks and kinds.
    ///
    /// Linux: `/proc/<pid>/statm` and `status`; what comes from `status` is `None` for a zombie and for a thread of the
    /// kernel.
    pub fn memory_info_ex(&self) -> Result<MemoryInfoEx> {
        self.ask(Raw::memory_info_ex)
    }

    /// What the process costs: the kernel looks at each page, which takes a while for a large process.
    ///
    /// Linux: `/proc/<pid>/smaps_rollup`, else `smaps`, which need the right to trace; all 0 for a zombie
    /// and for a thread of the kernel.
    ///
    /// # Errors
    ///
    /// `NotFound` on a kernel that has neither file.
    pub fn memory_footprint(&self) -> Result<MemoryFootprint> {
        self.ask(Raw::memory_footprint)
    }

    /// [`memory_info`](Self::memory_info) and [`memory_footprint`](Self::memory_footprint) in one. On a system without
    /// the second its fields are `None`.
    ///
    /// Linux: see there.
    pub fn memory_full(&self) -> Result<MemoryFull> {
        let info = self.memory_info()?;
        let cost = match self.memory_footprint() {
            Ok(cost) => Some(cost),
            Err(error) if error.kind() == crate::ErrorKind::Unsupported => None,
            Err(error) => return Err(error),
        };
        Ok(MemoryFull {
            rss: info.rss,
            vms: info.vms,
            shared: info.shared,
            text: info.text,
            data: info.data,
            stack: info.stack,
            peak_rss: info.peak_rss,
            peak_vms: info.peak_vms,
            uss: cost.as_ref().map(|cost| cost.uss),
            pss: cost.as_ref().and_then(|cost| cost.pss),
            swap: cost.as_ref().and_then(|cost| cost.swap),
        })
    }

    /// One kind of the process's memory as a part of the machine's, 0 to 100 and for `vms` more.
    ///
    /// `field` is a name of [`MemoryInfo`], [`MemoryInfoEx`] or [`MemoryFootprint`], `rss` as a rule; the cheapest
    /// source that has it is asked. Linux: see those, and `/proc/meminfo`.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for a name that is no such field, `Unsupported` for one that this system does not have.
    pub fn memory_percent(&self, field: &str) -> Result<f64> {
        let has = |fields: &[Field], here: bool| {
            fields.iter().any(|known| {
                known.name == field
                    && known.unit == Unit::Bytes
                    && (!here || known.is_on(Os::CURRENT))
            })
        };
        let part = if has(MemoryInfo::FIELDS, true) {
            bytes_of(&self.memory_info()?, field)
        } else if has(MemoryInfoEx::FIELDS, true) && field != "swap" {
            bytes_of(&self.memory_info_ex()?, field)
        } else if has(MemoryFootprint::FIELDS, true) {
            bytes_of(&self.memory_footprint()?, field)
        } else if has(MemoryInfoEx::FIELDS, false) || has(MemoryFootprint::FIELDS, false) {
            None
        } else {
            return Err(Error::invalid(format!("no kind of memory is called {field:?}")));
        };
        let part = part.ok_or_else(|| Error::unsupported(field).with_pid(self.pid()))?;
        Ok(crate::memory::percent(part, self.host().virtual_memory()?.total))
    }

    /// The pieces of the process's address space, by address; none for a thread of the kernel.
    ///
    /// Linux: `/proc/<pid>/smaps`, which needs the right to trace. The kernel looks at each page.
    ///
    /// # Errors
    ///
    /// `NotFound` on a kernel without that file.
    pub fn memory_maps(&self) -> Result<Vec<MemoryMap>> {
        self.ask(Raw::memory_maps)
    }

    /// The same, one row for each file or kind, in the order of their first address.
    ///
    /// Linux: `/proc/<pid>/smaps`.
    ///
    /// # Errors
    ///
    /// Those of [`memory_maps`](Self::memory_maps).
    pub fn memory_maps_grouped(&self) -> Result<Vec<GroupedMemoryMap>> {
        Ok(grouped(self.memory_maps()?))
    }

    /// How often memory had to be found for the process. Linux: `/proc/<pid>/stat`.
    pub fn page_faults(&self) -> Result<PageFaults> {
        self.ask(Raw::page_faults)
    }

    /// What the process has read and written, all threads together; children that it waited for count.
    ///
    /// Linux: `/proc/<pid>/io`, which needs the right to trace.
    ///
    /// # Errors
    ///
    /// `NotFound` on a kernel that does not count.
    pub fn io_counters(&self) -> Result<IoCounters> {
        self.ask(Raw::io_counters)
    }
}

/// The field of this name, where it is known.
fn bytes_of<R: Record>(record: &R, name: &str) -> Option<u64> {
    let index = R::FIELDS.iter().position(|field| field.name == name)?;
    match record.values().get(index) {
        Some(Value::Uint(bytes)) => Some(*bytes),
        _ => None,
    }
}

fn grouped(maps: Vec<MemoryMap>) -> Vec<GroupedMemoryMap> {
    let mut rows: Vec<GroupedMemoryMap> = Vec::new();
    let mut known = std::collections::HashMap::new();
    for map in maps {
        match known.get(&map.path).and_then(|at: &usize| rows.get_mut(*at)) {
            Some(row) => row.add(&map),
            None => {
                known.insert(map.path.clone(), rows.len());
                rows.push(GroupedMemoryMap::from(map));
            }
        }
    }
    rows
}

impl GroupedMemoryMap {
    fn add(&mut self, map: &MemoryMap) {
        self.rss = self.rss.saturating_add(map.rss);
        for (sum, part) in [
            (&mut self.size, map.size),
            (&mut self.pss, map.pss),
            (&mut self.shared_clean, map.shared_clean),
            (&mut self.shared_dirty, map.shared_dirty),
            (&mut self.private_clean, map.private_clean),
            (&mut self.private_dirty, map.private_dirty),
            (&mut self.referenced, map.referenced),
            (&mut self.anonymous, map.anonymous),
            (&mut self.swap, map.swap),
            (&mut self.locked, map.locked),
            (&mut self.private, map.private),
            (&mut self.ref_count, map.ref_count),
            (&mut self.shadow_count, map.shadow_count),
        ] {
            *sum = match (*sum, part) {
                (Some(sum), Some(part)) => Some(sum.saturating_add(part)),
                (known, None) | (None, known) => known,
            };
        }
    }
}

impl From<MemoryMap> for GroupedMemoryMap {
    fn from(map: MemoryMap) -> Self {
        Self {
            path: map.path,
            rss: map.rss,
            size: map.size,
            pss: map.pss,
            shared_clean: map.shared_clean,
            shared_dirty: map.shared_dirty,
            private_clean: map.private_clean,
            private_dirty: map.private_dirty,
            referenced: map.referenced,
            anonymous: map.anonymous,
            swap: map.swap,
            locked: map.locked,
            private: map.private,
            ref_count: map.ref_count,
            shadow_count: map.shadow_count,
            dev: map.dev,
            ino: map.ino,
        }
    }
}
