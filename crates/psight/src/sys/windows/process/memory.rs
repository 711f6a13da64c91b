//! The pieces of a process's address space, and which pages of them are in memory.

mod ffi;

use std::path::PathBuf;

use psight_parse::windows::working_set::{Page, working_set};

use super::super::ffi::{self as calls, Buffer};
use super::super::opened::Opened;
use super::super::paths::Drives;
use crate::os::windows::memory::{MappedFile, Protection};
use crate::process::{AddressRange, MemoryFootprint, MemoryMap, MemoryRegion, Permissions};
use crate::{Error, Pid, Result};

/// `PROCESS_QUERY_INFORMATION` and `PROCESS_VM_READ`.
const LOOK_INSIDE: u32 = 0x0400 | 0x0010;

/// `MEM_COMMIT`: there is memory behind it, or will be when it is touched.
const COMMITTED: u32 = 0x1000;
/// `MEM_PRIVATE`: no file is behind it, and nobody shares it.
const PRIVATE: u32 = 0x2_0000;

/// The size of the pages that the kernel lists.
const PAGE: u64 = 4096;

/// Every piece that has memory behind it.
// VirtualQueryEx, GetMappedFileName
pub(super) fn regions(pid: Pid) -> Result<Vec<MemoryRegion>> {
    regions_of(&Opened::new(pid, LOOK_INSIDE)?)
}

/// Every piece that has a file behind it.
// VirtualQueryEx, GetMappedFileName
pub(super) fn mapped_files(pid: Pid) -> Result<Vec<MappedFile>> {
    let found = pieces(&Opened::new(pid, LOOK_INSIDE)?)?.into_iter();
    let mapped = found.filter_map(|piece| {
        Some(MappedFile {
            addr: piece.addr,
            perms: Protection::from_number(piece.protect),
            path: piece.path?,
            size: piece.addr.len(),
        })
    });
    Ok(mapped.collect())
}

fn regions_of(opened: &Opened) -> Result<Vec<MemoryRegion>> {
    let regions = pieces(opened)?.into_iter().map(|piece| MemoryRegion {
        addr: piece.addr,
        perms: permissions(piece.protect),
        path: piece.path.unwrap_or_else(|| PathBuf::from("[anon]")),
        size: piece.addr.len(),
        offset: None,
        dev: None,
        ino: None,
    });
    Ok(regions.collect())
}

/// A piece of the address space, as Windows tells it.
struct Piece {
    addr: AddressRange,
    protect: u32,
    /// The file behind it.
    path: Option<PathBuf>,
}

fn pieces(opened: &Opened) -> Result<Vec<Piece>> {
    let drives = Drives::default();
    let (mut found, mut at) = (Vec::new(), 0_u64);
    // The pieces of one mapping follow each other, and its name is dear: one question for all of them.
    let (mut mapping, mut file) = (0, None);
    // The first address beyond the last piece is a parameter that makes no sense.
    while let Ok(region) = calls::region(&opened.handle, at) {
        let start = region.BaseAddress.addr() as u64;
        let end = start.saturating_add(region.RegionSize as u64);
        if region.State == COMMITTED {
            let has_file = region.Type != PRIVATE;
            if has_file && mapping != region.AllocationBase.addr() {
                mapping = region.AllocationBase.addr();
                file = ffi::mapped_file(&opened.handle, start).ok().map(|name| drives.path(&name));
            }
            found.push(Piece {
                addr: AddressRange { start, end },
                protect: region.Protect,
                path: file.as_ref().filter(|_| has_file).cloned(),
            });
        }
        if end <= at {
            break;
        }
        at = end;
    }
    if found.is_empty() && !opened.is_running() {
        return Err(Error::no_such_process(opened.pid()));
    }
    Ok(found)
}

/// The same, with how much of each piece is in memory.
// QueryWorkingSet
pub(super) fn maps(pid: Pid) -> Result<Vec<MemoryMap>> {
    let opened = Opened::new(pid, LOOK_INSIDE)?;
    let mut pages: Vec<u64> = decoded(&pages(&opened)?)?.map(Page::address).collect();
    pages.sort_unstable();
    let regions = regions_of(&opened)?.into_iter();
    Ok(regions.map(|region| with_rss(region, &pages)).collect())
}

/// `pages` are in the order of their addresses.
fn with_rss(region: MemoryRegion, pages: &[u64]) -> MemoryMap {
    let before = |end| pages.partition_point(|page| *page < end) as u64;
    MemoryMap {
        addr: region.addr,
        perms: region.perms,
        path: region.path,
        rss: (before(region.addr.end) - before(region.addr.start)) * PAGE,
        size: None,
        pss: None,
        shared_clean: None,
        shared_dirty: None,
        private_clean: None,
        private_dirty: None,
        referenced: None,
        anonymous: None,
        swap: None,
        locked: None,
        private: None,
        ref_count: None,
        shadow_count: None,
        offset: None,
        dev: None,
        ino: None,
    }
}

// QueryWorkingSet
pub(super) fn footprint(pid: Pid) -> Result<MemoryFootprint> {
    let pages = pages(&Opened::new(pid, LOOK_INSIDE)?)?;
    let private = decoded(&pages)?.filter(|page| page.is_private()).count() as u64;
    Ok(MemoryFootprint { uss: private * PAGE, pss: None, swap: None })
}

const WORKING_SET: &str = "QueryWorkingSet";

fn pages(opened: &Opened) -> Result<Buffer> {
    /// What Wine says, which has no such list.
    const ERROR_INVALID_PARAMETER: i32 = 87;
    ffi::working_set(&opened.handle).map_err(|error| match error.raw_os_error() {
        Some(ERROR_INVALID_PARAMETER) if opened.is_running() => {
            Error::unsupported(WORKING_SET).with_pid(opened.pid())
        }
        _ => opened.failed(WORKING_SET, error),
    })
}

fn decoded(buffer: &Buffer) -> Result<impl Iterator<Item = Page>> {
    working_set(buffer.bytes()).map_err(|error| Error::malformed(WORKING_SET, &error))
}

/// `PAGE_READONLY` and its like. Memory that is copied when it is written to can be written.
fn permissions(protect: u32) -> Permissions {
    let kind = protect & 0xff;
    Permissions {
        read: matches!(kind, 0x02 | 0x04 | 0x08 | 0x20 | 0x40 | 0x80),
        write: matches!(kind, 0x04 | 0x08 | 0x40 | 0x80),
        execute: matches!(kind, 0x10 | 0x20 | 0x40 | 0x80),
        shared: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_done_is_in_the_lowest_byte() {
        let text = |protect| permissions(protect).to_string();
        // PAGE_NOACCESS, READONLY, READWRITE with PAGE_GUARD, EXECUTE, EXECUTE_READ, EXECUTE_WRITECOPY
        let all = [0x01, 0x02, 0x104, 0x10, 0x20, 0x80].map(text);
        assert_eq!(all, ["---", "r--", "rw-", "--x", "r-x", "rwx"]);
    }

    #[test]
    fn only_pages_inside_a_piece_are_its_own() {
        let region = MemoryRegion {
            addr: AddressRange { start: 0x2000, end: 0x5000 },
            perms: permissions(2),
            path: PathBuf::from("[anon]"),
            size: 0x3000,
            offset: None,
            dev: None,
            ino: None,
        };
        assert_eq!(with_rss(region, &[0x1000, 0x2000, 0x4000, 0x5000]).rss, 2 * PAGE);
    }
}
