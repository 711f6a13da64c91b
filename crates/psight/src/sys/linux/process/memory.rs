//! Memory and I/O: `statm`, `status`, `smaps`, `smaps_rollup`, `maps`, `stat`, `io`.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use psight_parse::Error as Undecoded;
use psight_parse::linux::pid::io::{Io, io};
use psight_parse::linux::pid::maps::{self, Region};
use psight_parse::linux::pid::smaps::{Footprint, Mapping, footprint, smaps, whole};
use psight_parse::linux::pid::statm::{Statm, statm};
use psight_parse::linux::pid::status::Wanted;

use super::super::{read, records};
use super::{Raw, undecorated_bytes};
use crate::process::{
    AddressRange, IoCounters, MemoryFootprint, MemoryInfo, MemoryInfoEx, MemoryMap, MemoryRegion,
    PageFaults, Permissions,
};
use crate::{ErrorKind, Result};

impl Raw {
    // statm
    pub(crate) fn memory_info(&self) -> Result<MemoryInfo> {
        Ok(records::memory_info(self.host().constants(), &self.statm()?))
    }

    // statm; status, Vm* Rss* HugetlbPages
    pub(crate) fn memory_info_ex(&self) -> Result<MemoryInfoEx> {
        let info = self.memory_info()?;
        let status = self.status_lines(Wanted::MEMORY)?;
        Ok(MemoryInfoEx {
            rss: info.rss,
            vms: info.vms,
            shared: info.shared,
            text: info.text,
            data: info.data,
            stack: info.stack,
            peak_rss: status.vm_hwm_kib.map(records::bytes),
            peak_vms: status.vm_peak_kib.map(records::bytes),
            rss_anon: status.rss_anon_kib.map(records::bytes),
            rss_file: status.rss_file_kib.map(records::bytes),
            rss_shmem: status.rss_shmem_kib.map(records::bytes),
            lib: status.vm_lib_kib.map(records::bytes),
            swap: status.vm_swap_kib.map(records::bytes),
            hugetlb: status.hugetlb_kib.map(records::bytes),
            wired: None,
            compressed: None,
            phys_footprint: None,
            virtual_size: None,
            peak_virtual: None,
            paged_pool: None,
            nonpaged_pool: None,
            peak_paged_pool: None,
            peak_nonpaged_pool: None,
        })
    }

    // smaps_rollup, else smaps
    pub(crate) fn memory_footprint(&self) -> Result<MemoryFootprint> {
        let none = Footprint { private_kib: 0, pss_kib: Some(0), swap_kib: Some(0) };
        let sum = match self.of_memory(&self.smaps_rollup, "smaps_rollup") {
            Ok(None) => none,
            // It has given all back, as `statm` says too.
            Err(error) if error.kind() == ErrorKind::ZombieProcess => none,
            Ok(Some(bytes)) if !bytes.is_empty() => {
                footprint(bytes).map_err(|error| self.malformed("smaps_rollup", &error))?
            }
            // Before 4.14 there is none; and some kernels answer ESRCH for processes that are well.
            Ok(_) => self.summed()?,
            Err(error) if retry_with_smaps(error.kind()) => self.summed()?,
            Err(error) => return Err(error),
        };
        Ok(records::memory_footprint(&sum))
    }

    // smaps
    pub(crate) fn memory_maps(&self) -> Result<Vec<MemoryMap>> {
        let bytes = self.of_memory(&self.smaps, "smaps")?.unwrap_or_default();
        let maps: Vec<_> = smaps(bytes).map(|map| self.map(&map, PathBuf::new())).collect();
        self.understood("smaps", bytes.is_empty(), maps.is_empty())?;
        Ok(maps)
    }

    // smaps, piece by piece and not kept
    pub(crate) fn each_memory_map(&self, visit: &mut dyn FnMut(&MemoryMap)) -> Result<()> {
        let path = self.file("smaps");
        let (mut is_empty, mut is_without) = (true, true);
        let mut memory = PathBuf::new();
        let outcome = read::in_pieces(&path, |bytes, is_end| {
            let ready = if is_end { bytes.len() } else { whole(bytes) };
            is_empty &= bytes.is_empty();
            for mapping in smaps(bytes.get(..ready).unwrap_or_default()) {
                let map = self.map(&mapping, std::mem::take(&mut memory));
                visit(&map);
                memory = map.path;
                is_without = false;
            }
            ready
        });
        match outcome {
            Ok(()) if !is_empty => self.understood("smaps", is_empty, is_without),
            outcome => self.without_memory(self.nature()?, path, outcome).map(|_| ()),
        }
    }

    // maps
    pub(crate) fn memory_regions(&self) -> Result<Vec<MemoryRegion>> {
        let bytes = self.of_memory(&self.maps, "maps")?.unwrap_or_default();
        let regions = maps::maps(bytes);
        self.understood("maps", bytes.is_empty(), regions.is_empty())?;
        Ok(regions.iter().map(|region| self.region(region, PathBuf::new())).collect())
    }

    /// A file of which no line is understood does not say that there is nothing.
    fn understood(&self, name: &str, is_empty: bool, is_without: bool) -> Result<()> {
        match is_without && !is_empty {
            true => Err(self.malformed(name, &Undecoded::garbled("address"))),
            false => Ok(()),
        }
    }

    // stat, minflt majflt
    pub(crate) fn page_faults(&self) -> Result<PageFaults> {
        Ok(records::page_faults(&self.stat()?))
    }

    // io
    pub(crate) fn io_counters(&self) -> Result<IoCounters> {
        let io = io(self.kept(&self.io, "io")?);
        if io == Io::default() {
            return Err(self.malformed("io", &Undecoded::missing("rchar")));
        }
        Ok(records::io_counters(&io))
    }

    fn statm(&self) -> Result<Statm> {
        let bytes = self.kept(&self.statm, "statm")?;
        statm(bytes).map_err(|error| self.malformed("statm", &error))
    }

    fn summed(&self) -> Result<Footprint> {
        let bytes = self.of_memory(&self.smaps, "smaps")?.unwrap_or_default();
        footprint(bytes).map_err(|error| self.malformed("smaps", &error))
    }

    /// The record, with its path in `memory`.
    fn region(&self, region: &Region<'_>, memory: PathBuf) -> MemoryRegion {
        let [read, write, execute, shared] = region.perms;
        let (major, minor) = region.dev;
        let addr = AddressRange { start: region.start, end: region.end };
        MemoryRegion {
            addr,
            perms: Permissions {
                read: read == b'r',
                write: write == b'w',
                execute: execute == b'x',
                shared: Some(shared == b's'),
            },
            path: self.path(region.name.unwrap_or(b"[anon]"), memory),
            size: addr.len(),
            offset: Some(region.offset),
            dev: Some(rustix::fs::makedev(major, minor)),
            ino: Some(region.ino),
        }
    }

    /// The record, with its path in `memory`.
    fn map(&self, mapping: &Mapping<'_>, memory: PathBuf) -> MemoryMap {
        let region = self.region(&mapping.region, memory);
        MemoryMap {
            addr: region.addr,
            perms: region.perms,
            path: region.path,
            rss: records::bytes(mapping.rss_kib.unwrap_or(0)),
            size: mapping.size_kib.map(records::bytes),
            pss: mapping.pss_kib.map(records::bytes),
            shared_clean: mapping.shared_clean_kib.map(records::bytes),
            shared_dirty: mapping.shared_dirty_kib.map(records::bytes),
            private_clean: mapping.private_clean_kib.map(records::bytes),
            private_dirty: mapping.private_dirty_kib.map(records::bytes),
            referenced: mapping.referenced_kib.map(records::bytes),
            anonymous: mapping.anonymous_kib.map(records::bytes),
            swap: mapping.swap_kib.map(records::bytes),
            locked: None,
            private: None,
            ref_count: None,
            shadow_count: None,
            offset: region.offset,
            dev: region.dev,
            ino: region.ino,
        }
    }

    /// What is mapped, in place of what `memory` held.
    fn path(&self, name: &[u8], memory: PathBuf) -> PathBuf {
        let name = maps::path(name);
        let path = undecorated_bytes(&name, |path| self.has_file(path));
        let mut bytes = memory.into_os_string().into_vec();
        bytes.clear();
        bytes.extend_from_slice(path);
        PathBuf::from(OsString::from_vec(bytes))
    }
}

fn retry_with_smaps(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::NotFound | ErrorKind::NoSuchProcess)
}
