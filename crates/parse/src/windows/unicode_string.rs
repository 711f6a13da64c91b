//! `UNICODE_STRING`: where a text is, and how long.

use super::fields::{Width, u16_at, units};
use crate::Error;

/// Where the text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnicodeString {
    /// Bytes of UTF-16, without a final NUL.
    pub length: u16,
    /// The address of its first byte, in the memory of whoever wrote the structure.
    pub buffer: u64,
}

/// Decodes the structure.
pub fn unicode_string(bytes: &[u8], width: Width) -> Result<UnicodeString, Error> {
    let buffer = match width {
        Width::Narrow => 4,
        Width::Wide => 8,
    };
    Ok(UnicodeString {
        length: u16_at(bytes, 0, "Length")?,
        buffer: width.address(bytes, buffer, "Buffer")?,
    })
}

/// The structure at `at` of a larger one.
pub(super) fn string_at(bytes: &[u8], at: usize, width: Width) -> Result<UnicodeString, Error> {
    unicode_string(bytes.get(at..).unwrap_or_default(), width)
}

impl UnicodeString {
    /// The text, which lies in `bytes` too; the first of these has the address `base`.
    pub fn text_in<'a>(&self, bytes: &'a [u8], base: u64) -> Result<&'a [u8], Error> {
        if self.length == 0 {
            return Ok(&[]);
        }
        let start = self.buffer.checked_sub(base).and_then(|start| usize::try_from(start).ok());
        let text = start.and_then(|start| bytes.get(start..)?.get(..usize::from(self.length)));
        text.ok_or(Error::garbled("Buffer"))
    }
}

/// A text that the kernel put behind its own `UNICODE_STRING`: the answer to a question for a name. The first byte has the
/// address `base`.
pub fn text(bytes: &[u8], base: u64) -> Result<Vec<u16>, Error> {
    Ok(units(unicode_string(bytes, Width::Wide)?.text_in(bytes, base)?).collect())
}

#[cfg(test)]
mod tests {
    use super::super::fields::{Sample, wide};
    use super::*;

    #[test]
    fn a_text_is_found_where_its_address_says() {
        let sample = Sample::new(20).u16(0, 4).u16(2, 6).u64(8, 0x1010).put(16, &wide("né"));
        assert_eq!(text(&sample.0, 0x1000).unwrap(), [0x6e, 0xe9]);
        assert_eq!(text(&sample.0, 0x2000).unwrap_err(), Error::garbled("Buffer"));
    }

    #[test]
    fn addresses_of_32_bit_programs_are_narrow() {
        let sample = Sample::new(8).u16(0, 10).u32(4, 0x0040_1000);
        let found = unicode_string(&sample.0, Width::Narrow).unwrap();
        assert_eq!(found, UnicodeString { length: 10, buffer: 0x0040_1000 });
    }

    #[test]
    fn half_a_surrogate_is_kept_as_it_is() {
        let sample = Sample::new(18).u16(0, 2).u64(8, 16).u16(16, 0xd800);
        assert_eq!(text(&sample.0, 0).unwrap(), [0xd800]);
    }
}
