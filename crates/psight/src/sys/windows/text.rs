//! Text of Windows: UTF-16 that need not be valid, and so `OsString`s, which hold any of it.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::windows::ffi::{OsStrExt, OsStringExt};
use std::path::{Component, Path, PathBuf, Prefix};

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

/// The path as calls take it that do not know long ones: absolute, and with `\\?\` before it, which lifts the limit of 260
/// units. A backslash at the end is kept or added, as a folder has it.
pub(super) fn verbatim(path: &Path) -> io::Result<PathBuf> {
    let absolute = std::path::absolute(path)?;
    let mut whole = match absolute.components().next() {
        Some(Component::Prefix(prefix)) => match prefix.kind() {
            Prefix::Disk(_) => {
                let mut whole = OsString::from(r"\\?\");
                whole.push(&absolute);
                whole
            }
            Prefix::UNC(..) => {
                let mut whole = OsString::from(r"\\?\UNC\");
                let rest: Vec<u16> = absolute.as_os_str().encode_wide().skip(2).collect();
                whole.push(OsString::from_wide(&rest));
                whole
            }
            _ => absolute.into_os_string(),
        },
        _ => absolute.into_os_string(),
    };
    if whole.encode_wide().last() != Some(u16::from(b'\\')) {
        whole.push("\\");
    }
    Ok(whole.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_for_a_call_is_absolute_and_of_any_length() {
        let verbatim = |path: &str| verbatim(Path::new(path)).unwrap().into_os_string();
        assert_eq!(verbatim(r"C:\"), r"\\?\C:\");
        assert_eq!(verbatim(r"C:\a\..\b"), r"\\?\C:\b\");
        assert_eq!(verbatim(r"\\server\share\a"), r"\\?\UNC\server\share\a\");
        assert_eq!(verbatim(r"\\?\C:\a"), r"\\?\C:\a\");
        let long = format!(r"C:\{}", "a".repeat(300));
        assert_eq!(verbatim(&long), OsString::from(format!(r"\\?\{long}\")));
    }
}
