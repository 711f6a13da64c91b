//! The calls about this process's own heaps.
#![allow(unsafe_code)]

use std::ffi::c_void;
use std::io;
use std::ptr;

use windows_sys::Win32::Foundation::ERROR_NO_MORE_ITEMS;
use windows_sys::Win32::System::Memory::{
    GetProcessHeaps, HeapCompact, HeapLock, HeapUnlock, HeapWalk, MEM_COMMIT, MEM_PRIVATE,
    MEMORY_BASIC_INFORMATION, PROCESS_HEAP_ENTRY, VirtualQuery,
};

/// `PROCESS_HEAP_ENTRY_BUSY`: a piece that was given out.
const BUSY: u16 = 4;

/// The heaps of this process. Nobody may destroy one while it is asked, which programs do not do with those of others.
pub(super) fn heaps() -> io::Result<Vec<usize>> {
    let mut heaps = vec![ptr::null_mut::<c_void>(); 64];
    loop {
        let room = heaps.len() as u32;
        // SAFETY: the call is told how much room there is.
        let count = unsafe { GetProcessHeaps(room, heaps.as_mut_ptr()) };
        if count == 0 {
            return Err(io::Error::last_os_error());
        }
        heaps.resize(count as usize, ptr::null_mut());
        if count <= room {
            return Ok(heaps.into_iter().map(<*mut c_void>::addr).collect());
        }
    }
}

/// A heap that nobody else changes until this goes.
struct Locked(*mut c_void);

impl Drop for Locked {
    fn drop(&mut self) {
        // SAFETY: the heap was locked by this thread.
        unsafe { HeapUnlock(self.0) };
    }
}

/// How many bytes of a heap are given out.
pub(super) fn used(heap: usize) -> io::Result<u64> {
    let heap = ptr::with_exposed_provenance_mut(heap);
    // SAFETY: the heap is one of this process's.
    if unsafe { HeapLock(heap) } == 0 {
        return Err(io::Error::last_os_error());
    }
    let locked = Locked(heap);
    let mut used = 0_u64;
    let mut entry = PROCESS_HEAP_ENTRY::default();
    // SAFETY: the heap is locked, and nothing here takes memory from it while it is walked through.
    while unsafe { HeapWalk(locked.0, &raw mut entry) } != 0 {
        if entry.wFlags & BUSY != 0 {
            used = used.saturating_add(entry.cbData.into());
        }
    }
    // A heap that is broken ends the walk too.
    let error = io::Error::last_os_error();
    match error.raw_os_error().map(i32::cast_unsigned) {
        Some(ERROR_NO_MORE_ITEMS) => Ok(used),
        _ => Err(error),
    }
}

/// Joins the free pieces of a heap, and gives back what it can.
pub(super) fn compact(heap: usize) {
    // SAFETY: the heap is one of this process's, and the call locks it itself.
    unsafe { HeapCompact(ptr::with_exposed_provenance_mut(heap), 0) };
}

/// Bytes of this process's memory that no file is behind and nobody shares.
pub(super) fn private_memory() -> u64 {
    let (mut sum, mut at) = (0_u64, ptr::null::<c_void>());
    let mut region = MEMORY_BASIC_INFORMATION::default();
    // SAFETY: the call checks the address itself, and fills the structure.
    while unsafe { VirtualQuery(at, &raw mut region, size_of_val(&region)) } != 0 {
        if region.State == MEM_COMMIT && region.Type == MEM_PRIVATE {
            sum = sum.saturating_add(region.RegionSize as u64);
        }
        let next = region.BaseAddress.cast_const().wrapping_byte_add(region.RegionSize);
        if next <= at {
            break;
        }
        at = next;
    }
    sum
}
