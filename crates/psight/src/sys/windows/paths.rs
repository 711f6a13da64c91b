//! Paths of the kernel as people write them: `\Device\HarddiskVolume2\a` is `C:\a`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::OnceLock;

use super::{disk, ffi, text};

/// What the kernel calls each drive, for as long as one answer takes: a drive may be given another letter at any time.
#[derive(Debug, Default)]
pub(super) struct Drives {
    /// Drives, once a path is the kernel's.
    letters: OnceLock<Vec<Mounted>>,
    /// Volumes that are mounted in folders, once a path is on none of the drives.
    folders: OnceLock<Vec<Mounted>>,
}

/// Where a volume is mounted, without a backslash at its end, and what the kernel calls it.
pub(super) type Mounted = (OsString, Vec<u16>);

impl Drives {
    /// The path with a drive or a server in it; as it is, where it names neither.
    pub(super) fn path(&self, kernel: &[u16]) -> PathBuf {
        // Names of objects that a drive letter links to, and what Wine gives.
        for (prefix, instead) in [(r"\??\UNC\", r"\\"), (r"\??\", ""), (r"\Device\Mup\", r"\\")] {
            if let Some(rest) = strip(kernel, prefix.encode_utf16()) {
                return joined(instead, behind_redirectors(rest));
            }
        }
        let on_drive = on(self.letters.get_or_init(letters), kernel);
        let path =
            on_drive.or_else(|| on(self.folders.get_or_init(disk::volumes_in_folders), kernel));
        path.unwrap_or_else(|| text::os(kernel.iter().copied()).into())
    }
}

// GetLogicalDrives, QueryDosDevice
fn letters() -> Vec<Mounted> {
    let letters = ffi::drive_letters();
    let drives = (b'A'..=b'Z').filter(|letter| letters >> (letter - b'A') & 1 == 1);
    let drives = drives.filter_map(|letter| {
        let drive = format!("{}:", char::from(letter));
        let device = ffi::device_of(&text::wide(&drive)).ok()?;
        Some((drive.into(), device))
    });
    drives.collect()
}

/// What is opened by a drive's letter has the redirector and the letter before the server:
/// `;LanmanRedirector\;Z:0000000000012ab4\server\share\a`.
fn behind_redirectors(mut path: &[u16]) -> &[u16] {
    while path.first() == Some(&u16::from(b';')) {
        let end = path.iter().position(|unit| *unit == u16::from(b'\\'));
        match end.and_then(|end| path.get(end + 1..)) {
            Some(rest) => path = rest,
            None => break,
        }
    }
    path
}

/// The path on that of `volumes` that it is on.
fn on(volumes: &[Mounted], kernel: &[u16]) -> Option<PathBuf> {
    volumes.iter().find_map(|(place, device)| {
        let rest = strip(kernel, device.iter().copied())?;
        let is_inside = rest.first().is_none_or(|unit| *unit == u16::from(b'\\'));
        is_inside.then(|| joined(place, rest))
    })
}

fn joined(start: impl Into<OsString>, rest: &[u16]) -> PathBuf {
    let mut path = start.into();
    path.push(text::os(rest.iter().copied()));
    path.into()
}

/// What follows `prefix`; capitals and small letters of ASCII are the same.
fn strip(text: &[u16], prefix: impl Iterator<Item = u16>) -> Option<&[u16]> {
    let mut rest = text;
    for expected in prefix {
        let (first, behind) = rest.split_first()?;
        if small(*first) != small(expected) {
            return None;
        }
        rest = behind;
    }
    Some(rest)
}

fn small(unit: u16) -> u16 {
    u8::try_from(unit).map_or(unit, |byte| byte.to_ascii_lowercase().into())
}

#[cfg(test)]
mod tests {
    use std::os::windows::ffi::OsStrExt;

    use super::*;

    fn path(kernel: &str) -> String {
        let units = |text: &str| text.encode_utf16().collect::<Vec<_>>();
        let letters = vec![
            ("C:".into(), units(r"\Device\HarddiskVolume1")),
            ("D:".into(), units(r"\Device\HarddiskVolume12")),
        ];
        let folder = (r"C:\mounted".into(), units(r"\Device\HarddiskVolume4"));
        let drives =
            Drives { letters: OnceLock::from(letters), folders: OnceLock::from(vec![folder]) };
        drives.path(&units(kernel)).to_str().unwrap().to_owned()
    }

    #[test]
    fn a_device_is_its_drive_and_not_one_whose_name_begins_so() {
        assert_eq!(path(r"\Device\HarddiskVolume1\Windows\a.exe"), r"C:\Windows\a.exe");
        assert_eq!(path(r"\device\harddiskvolume12\é"), r"D:\é");
        assert_eq!(path(r"\Device\HarddiskVolume3\a"), r"\Device\HarddiskVolume3\a");
    }

    #[test]
    fn a_volume_without_a_letter_is_the_folder_that_it_is_mounted_in() {
        assert_eq!(path(r"\Device\HarddiskVolume4\a.exe"), r"C:\mounted\a.exe");
        assert_eq!(path(r"\Device\HarddiskVolume4"), r"C:\mounted");
    }

    #[test]
    fn a_server_has_two_backslashes() {
        assert_eq!(path(r"\Device\Mup\server\share\a"), r"\\server\share\a");
        assert_eq!(path(r"\??\UNC\server\share\a"), r"\\server\share\a");
        assert_eq!(path(r"\??\C:\a"), r"C:\a");
        let mapped = r"\Device\Mup\;LanmanRedirector\;Z:0000000000012ab4\server\share\a;b";
        assert_eq!(path(mapped), r"\\server\share\a;b");
        assert_eq!(path(r"\Device\Mup\;x"), r"\\;x");
    }

    #[test]
    fn half_a_surrogate_is_kept_and_a_path_may_be_of_any_length() {
        let drives = Drives {
            letters: OnceLock::from(vec![("C:".into(), r"\Device\V1".encode_utf16().collect())]),
            folders: OnceLock::default(),
        };
        let long = [0xd83d].into_iter().chain(std::iter::repeat_n(0x61, 32_000));
        let kernel: Vec<u16> = r"\Device\V1\".encode_utf16().chain(long.clone()).collect();
        let expected: Vec<u16> = r"C:\".encode_utf16().chain(long).collect();
        let found = drives.path(&kernel).into_os_string();
        assert_eq!(found.encode_wide().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_is_no_path_stays_as_it_is() {
        assert_eq!(path("Registry"), "Registry");
    }
}
