//! Memory, refused.

use crate::memory::{
    CommittedMemory, HeapInfo, MemoryCaches, MemoryDetails, MemoryEvents, SwapMemory, VirtualMemory,
};
use crate::{Error, Host, Result};

pub(crate) fn virtual_memory(_host: &Host) -> Result<(VirtualMemory, bool)> {
    Err(Error::unsupported("virtual_memory"))
}

pub(crate) fn committed_memory(_host: &Host) -> Result<CommittedMemory> {
    Err(Error::unsupported("committed_memory"))
}

pub(crate) fn memory_caches(_host: &Host) -> Result<MemoryCaches> {
    Err(Error::unsupported("memory_caches"))
}

pub(crate) fn memory_details(_host: &Host) -> Result<MemoryDetails> {
    Err(Error::unsupported("memory_details"))
}

pub(crate) fn memory_events(_host: &Host) -> Result<MemoryEvents> {
    Err(Error::unsupported("memory_events"))
}

pub(crate) fn swap_memory(_host: &Host) -> Result<SwapMemory> {
    Err(Error::unsupported("swap_memory"))
}

pub(crate) fn heap_info() -> Result<HeapInfo> {
    Err(Error::unsupported("heap_info"))
}

pub(crate) fn heap_trim() -> Result<bool> {
    Err(Error::unsupported("heap_trim"))
}
