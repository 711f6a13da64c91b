//! Numbers in what Windows fills: always the lowest byte first, at the places where the compiler of a 64-bit Windows puts
//! them, unless a [`Width`] says otherwise.

use crate::Error;

/// How wide addresses are in a structure: those of a 32-bit program on a 64-bit Windows are narrow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// 32 bits.
    Narrow,
    /// 64 bits.
    Wide,
}

impl Width {
    /// The address, or the number as wide as one, at `at`.
    pub(super) fn address(
        self,
        bytes: &[u8],
        at: usize,
        field: &'static str,
    ) -> Result<u64, Error> {
        match self {
            Self::Narrow => u32_at(bytes, at, field).map(u64::from),
            Self::Wide => u64_at(bytes, at, field),
        }
    }
}

/// The `N` bytes at `at`; an error names `field`.
fn array<const N: usize>(bytes: &[u8], at: usize, field: &'static str) -> Result<[u8; N], Error> {
    let bytes = bytes.get(at..).and_then(<[u8]>::first_chunk);
    bytes.copied().ok_or(Error::missing(field))
}

pub(super) fn u8_at(bytes: &[u8], at: usize, field: &'static str) -> Result<u8, Error> {
    array(bytes, at, field).map(u8::from_le_bytes)
}

pub(super) fn u16_at(bytes: &[u8], at: usize, field: &'static str) -> Result<u16, Error> {
    array(bytes, at, field).map(u16::from_le_bytes)
}

pub(super) fn u32_at(bytes: &[u8], at: usize, field: &'static str) -> Result<u32, Error> {
    array(bytes, at, field).map(u32::from_le_bytes)
}

pub(super) fn u64_at(bytes: &[u8], at: usize, field: &'static str) -> Result<u64, Error> {
    array(bytes, at, field).map(u64::from_le_bytes)
}

/// A number that the kernel keeps in a `HANDLE`, as it does with pids.
pub(super) fn id_at(bytes: &[u8], at: usize, field: &'static str) -> Result<u32, Error> {
    u32::try_from(u64_at(bytes, at, field)?).map_err(|_| Error::garbled(field))
}

/// Bytes of UTF-16 as units; half a unit at the end is left out. What they mean, and whether they mean anything, is for
/// those to say who make a name of them.
pub(super) fn units(bytes: &[u8]) -> impl Iterator<Item = u16> {
    bytes.chunks_exact(2).filter_map(<[u8]>::first_chunk).map(|unit| u16::from_le_bytes(*unit))
}

/// UTF-16 as the bytes that the kernel writes, for tests.
#[cfg(test)]
pub(super) fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// A structure under construction, for tests: zero where nothing was put.
#[cfg(test)]
pub(super) struct Sample(pub(super) Vec<u8>);

#[cfg(test)]
impl Sample {
    pub(super) fn new(length: usize) -> Self {
        Self(vec![0; length])
    }

    pub(super) fn put(mut self, at: usize, bytes: &[u8]) -> Self {
        self.0[at..at + bytes.len()].copy_from_slice(bytes);
        self
    }

    pub(super) fn u16(self, at: usize, number: u16) -> Self {
        self.put(at, &number.to_le_bytes())
    }

    pub(super) fn u32(self, at: usize, number: u32) -> Self {
        self.put(at, &number.to_le_bytes())
    }

    pub(super) fn u64(self, at: usize, number: u64) -> Self {
        self.put(at, &number.to_le_bytes())
    }
}
