//! The controlling terminal: the device number in `stat`, and the file of `/dev` that has it.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::super::read;
use super::Raw;
use crate::{Error, Host, Pid, Result};

impl Raw {
    // stat, tty_nr
    pub(crate) fn has_terminal(&self) -> Result<bool> {
        Ok(self.stat()?.tty_nr != 0)
    }

    // stat, tpgid
    pub(crate) fn foreground_pgid(&self) -> Result<Option<Pid>> {
        let stat = self.stat()?;
        // Without a terminal it is -1, and 0 where the group is outside the pid namespace.
        let known = i32::try_from(stat.tpgid).is_ok_and(|group| group > 0);
        Ok((stat.tty_nr != 0 && known).then(|| Pid::new(stat.tpgid)))
    }

    // stat, tty_nr; /dev
    pub(crate) fn terminal(&self) -> Result<Option<PathBuf>> {
        let device = Device::from_tty_nr(self.stat()?.tty_nr);
        if device.is_none() {
            return Ok(None);
        }
        let path = find(self.host(), device).ok_or_else(|| {
            let missing = std::io::Error::from(std::io::ErrorKind::NotFound);
            let what = format!("terminal {}:{}", device.major, device.minor);
            Error::system(what, missing).with_pid(self.pid())
        })?;
        Ok(Some(path))
    }
}

/// The numbers of a device file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Device {
    major: u32,
    minor: u32,
}

impl Device {
    /// include/linux/kdev_t.h, `new_encode_dev`: the minor number is in two pieces.
    pub(crate) fn from_tty_nr(tty_nr: u32) -> Self {
        Self { major: tty_nr >> 8 & 0xfff, minor: tty_nr & 0xff | tty_nr >> 12 & 0xf_ff00 }
    }

    fn is_none(self) -> bool {
        self == Self { major: 0, minor: 0 }
    }

    /// Its usual name. Terminals come and go while a program runs, so that no list of them is kept (psutil#2830); most
    /// are found by this name at once.
    fn usual(self) -> Option<String> {
        let Self { major, minor } = self;
        Some(match major {
            4 if minor < 64 => format!("tty{minor}"),
            4 => format!("ttyS{}", minor - 64),
            5 if minor == 1 => "console".to_owned(),
            136..=143 => format!("pts/{}", (major - 136) * 256 + minor),
            204 if minor >= 64 => format!("ttyAMA{}", minor - 64),
            229 => format!("hvc{minor}"),
            _ => return None,
        })
    }
}

/// The file of `host` with these numbers, as that machine calls it.
pub(crate) fn find(host: &Host, device: Device) -> Option<PathBuf> {
    if host.is_captured() {
        // Device files are not captured, their names are known.
        let name = device.usual().or_else(|| by_driver(host, device))?;
        return Some(Path::new("/dev").join(name));
    }
    let named = |name: String| {
        let path = host.dev().join(name);
        is(&path, device).then_some(path)
    };
    let path = device
        .usual()
        .and_then(named)
        .or_else(|| by_driver(host, device).and_then(named))
        .or_else(|| search(&host.dev().join("pts"), device))
        .or_else(|| search(host.dev(), device))?;
    Some(as_the_machine_says(host, path))
}

/// `/proc/tty/drivers` has lines such as `serial  /dev/ttyS  4 64-95 serial`: the name, and the numbers counted on.
fn by_driver(host: &Host, device: Device) -> Option<String> {
    let bytes = read::file(&host.proc().join("tty/drivers")).ok()?;
    psight_parse::text::lines(&bytes).find_map(|line| {
        let mut words = psight_parse::text::words(line).skip(1);
        let (stem, major, minors) = (words.next()?, words.next()?, words.next()?);
        let mut ends = minors.splitn(2, |byte| *byte == b'-').map(psight_parse::text::u32);
        let first = ends.next()??;
        let last = ends.next().unwrap_or(Some(first))?;
        let fits = psight_parse::text::u32(major)? == device.major
            && (first..=last).contains(&device.minor);
        let stem = std::str::from_utf8(stem.strip_prefix(b"/dev/")?).ok()?;
        // A driver of one device has the whole name there.
        let one = first == last;
        fits.then(|| if one { stem.to_owned() } else { format!("{stem}{}", device.minor - first) })
    })
}

fn search(dir: &Path, device: Device) -> Option<PathBuf> {
    let entries = std::fs::read_dir(dir).ok()?;
    entries.flatten().map(|entry| entry.path()).find(|path| is(path, device))
}

/// Whether the file is that device, and not a link to it: `/dev/stdin` is no name of a terminal.
fn is(path: &Path, device: Device) -> bool {
    use std::os::unix::fs::FileTypeExt;

    path.symlink_metadata().is_ok_and(|file| {
        file.file_type().is_char_device()
            && rustix::fs::major(file.rdev()) == device.major
            && rustix::fs::minor(file.rdev()) == device.minor
    })
}

/// Without the place where that machine's files are mounted here.
fn as_the_machine_says(host: &Host, path: PathBuf) -> PathBuf {
    match path.strip_prefix(host.file("")) {
        Ok(inside) => Path::new("/").join(inside),
        Err(_) => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_pieces_of_the_minor_number_count() {
        assert_eq!(Device::from_tty_nr(34_816), Device { major: 136, minor: 0 });
        assert_eq!(Device::from_tty_nr(1025), Device { major: 4, minor: 1 });
        // pts/300: 300 = 0x12c, of which 0x1 stands at bit 20.
        assert_eq!(Device::from_tty_nr(0x10_882c), Device { major: 136, minor: 300 });
        assert_eq!(Device { major: 136, minor: 300 }.usual().unwrap(), "pts/300");
        assert_eq!(Device { major: 4, minor: 65 }.usual().unwrap(), "ttyS1");
        assert!(Device::from_tty_nr(0).is_none());
    }
}
