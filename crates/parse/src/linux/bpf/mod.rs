//! What psight's BPF programs write: records, one behind the other, in the byte order of this machine.
//!
//! A record is its length and its kind, 32 bits each, and what it holds. The places of that are declared here, for the
//! decoder and for whoever makes the program.

pub mod file;
pub mod task;
pub mod thread;

use super::Endian;

/// What stands before the contents of a record.
pub const HEAD: usize = 8;

/// A record: its kind, and what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record<'a> {
    /// Which program wrote it about what.
    pub kind: u32,
    /// What it holds, without the head.
    pub bytes: &'a [u8],
}

/// The records, up to the first that is not whole.
pub fn records(bytes: &[u8]) -> impl Iterator<Item = Record<'_>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let length = Endian::NATIVE.u32(rest, 0)? as usize;
        let kind = Endian::NATIVE.u32(rest, 4)?;
        let (whole, behind) = rest.split_at_checked(length)?;
        let bytes = whole.get(HEAD..)?;
        rest = behind;
        Some(Record { kind, bytes })
    })
}

/// The name in a field that is longer: up to the first NUL.
fn name(field: &[u8]) -> &[u8] {
    field.split(|byte| *byte == 0).next().unwrap_or_default()
}

/// The number at `index`, all numbers being 64 bits long; 0 behind the end, which a checked length makes impossible.
fn number(words: &[[u8; 8]], index: usize) -> u64 {
    words.get(index).map_or(0, |word| u64::from_ne_bytes(*word))
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn record(kind: u32, contents: &[u8]) -> Vec<u8> {
        let length = (HEAD + contents.len()) as u32;
        [&length.to_ne_bytes(), &kind.to_ne_bytes(), contents].concat()
    }

    #[test]
    fn records_follow_one_another() {
        let bytes = [record(1, b"one"), record(2, b""), record(3, b"three")].concat();
        let found: Vec<_> = records(&bytes).map(|record| (record.kind, record.bytes)).collect();
        assert_eq!(found, [(1, &b"one"[..]), (2, b""), (3, b"three")]);
    }

    #[test]
    fn what_is_cut_short_ends_the_list() {
        let bytes = [record(1, b"one"), record(2, b"two")].concat();
        assert_eq!(records(&bytes[..bytes.len() - 1]).count(), 1);
        // A length that does not reach over the head itself would never end.
        assert_eq!(records(&[0; 64]).count(), 0);
    }
}
