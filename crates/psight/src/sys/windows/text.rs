//! Text of Windows: UTF-16 that need not be valid, and so `OsString`s, which hold any of it.

use std::ffi::{OsStr, OsString};
use std::os::windows::ffi::{OsStrExt, OsStringExt};

use super::ffi::Wide;

/// The text as it is.
pub(super) fn os(units: impl IntoIterator<Item = u16>) -> OsString {
    OsString::from_wide(&units.into_iter().collect::<Vec<_>>())
}

/// The text up to its first NUL.
pub(super) fn up_to_nul(units: &[u16]) -> OsString {
    os(units.iter().copied().take_while(|unit| *unit != 0))
}

/// The text for a call.
pub(super) fn wide(text: impl AsRef<OsStr>) -> Wide {
    Wide::new(text.as_ref().encode_wide())
}
