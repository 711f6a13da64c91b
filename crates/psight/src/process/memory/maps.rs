//! The pieces of a process's address space.

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;

use crate::record::{Kind, Record, ToValue, Value};
use crate::sys::process::Raw;
use crate::{Process, Result};

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

crate::serialized!(AddressRange);

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

crate::serialized!(Permissions);

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

/// One piece of a process's address space, without a look at its pages.
#[derive(Debug, Clone, PartialEq, Record)]
#[non_exhaustive]
pub struct MemoryRegion {
    /// Where it is.
    #[field(label)]
    pub addr: AddressRange,
    /// What may be done with it.
    #[field(label)]
    pub perms: Permissions,
    /// The file, or the kernel's word for it, as in `[heap]`; `[anon]` for memory without a name.
    #[field(label)]
    pub path: PathBuf,
    /// Address space.
    #[field(unit = bytes)]
    pub size: u64,
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

impl Process {
    /// The pieces of the process's address space, by address, without what is in memory of them: many times cheaper than
    /// [`memory_maps`](Self::memory_maps), and enough to know which files are mapped.
    ///
    /// Linux: `/proc/<pid>/maps`, which needs the right to trace.
    ///
    /// Windows: `VirtualQueryEx` and `GetMappedFileName`: the pieces that are committed.
    ///
    /// # Errors
    ///
    /// `AccessDenied` without the right to trace it; else as for [every question](Self#errors).
    pub fn memory_regions(&self) -> Result<Vec<MemoryRegion>> {
        self.ask(Raw::memory_regions)
    }

    /// The pieces of the process's address space, by address; none for a thread of the kernel.
    ///
    /// Linux: `/proc/<pid>/smaps`, which needs the right to trace. The kernel looks at each page.
    ///
    /// Windows: the same with `QueryWorkingSet`, which lists the pages in memory.
    ///
    /// # Errors
    ///
    /// `NotFound` on a kernel without that file.
    pub fn memory_maps(&self) -> Result<Vec<MemoryMap>> {
        if let Some(raw) = &self.kept {
            return raw.memory_maps();
        }
        let mut maps = Vec::new();
        self.each_memory_map(|map| maps.push(map.clone()))?;
        Ok(maps)
    }

    /// The same, shown one by one, for those who need none of them for long: a process may have a hundred thousand. The
    /// record is valid during the call, and its memory is used again for the next one. Clone it to keep it.
    ///
    /// Linux: `/proc/<pid>/smaps`, of which a few pages are in memory at a time. What [`oneshot`](Self::oneshot) returns
    /// reads and keeps all of it.
    ///
    /// Windows: as [`memory_maps`](Self::memory_maps), all of which are in memory.
    ///
    /// ```no_run
    /// # use psight::Process;
    /// let mut anonymous = 0;
    /// Process::current()?.each_memory_map(|map| anonymous += map.anonymous.unwrap_or(0))?;
    /// # Ok::<(), psight::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`memory_maps`](Self::memory_maps). What was shown before it happened was shown.
    pub fn each_memory_map(&self, mut visit: impl FnMut(&MemoryMap)) -> Result<()> {
        match &self.kept {
            Some(raw) => {
                raw.memory_maps()?.iter().for_each(visit);
                Ok(())
            }
            None => Raw::new(&self.host, self.pid).each_memory_map(&mut visit),
        }
    }

    /// The same, one row for each file or kind, in the order of their first address.
    ///
    /// Linux: `/proc/<pid>/smaps`.
    ///
    /// # Errors
    ///
    /// Those of [`memory_maps`](Self::memory_maps).
    pub fn memory_maps_grouped(&self) -> Result<Vec<GroupedMemoryMap>> {
        let mut grouped = Grouped::default();
        self.each_memory_map(|map| grouped.add(map))?;
        Ok(grouped.rows)
    }
}

/// Rows, and at which of them each path is.
#[derive(Debug, Default)]
struct Grouped {
    rows: Vec<GroupedMemoryMap>,
    known: HashMap<PathBuf, usize>,
}

impl Grouped {
    fn add(&mut self, map: &MemoryMap) {
        match self.known.get(&map.path).and_then(|at| self.rows.get_mut(*at)) {
            Some(row) => row.add(map),
            None => {
                self.known.insert(map.path.clone(), self.rows.len());
                self.rows.push(GroupedMemoryMap::from(map.clone()));
            }
        }
    }
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
