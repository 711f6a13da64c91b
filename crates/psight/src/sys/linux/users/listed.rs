//! The users and groups that a machine's own files list, read no further than they are asked for: a directory service may
//! write a hundred thousand of them.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ffi::OsStr;
use std::ops::Range;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use psight_parse::linux::passwd::{Passwd, passwd};

use crate::Host;
use crate::sys::linux::read;

/// So much of the file is read at first: all of it on most machines.
const BEGINNING: usize = 32 << 10;

/// Names by number.
#[derive(Debug, Default)]
pub(crate) struct Listed {
    bytes: Vec<u8>,
    read: Part,
    /// How much of the bytes is decoded.
    decoded: usize,
    /// Where the name of each user stands. Of several names the first counts, as for getpwuid(3).
    places: HashMap<u32, Range<usize>>,
}

/// How much of the file is read.
#[derive(Debug, Default)]
enum Part {
    #[default]
    Nothing,
    Beginning,
    Whole,
}

impl Listed {
    // /etc/passwd
    pub(crate) fn name(&mut self, host: &Host, uid: u32) -> Option<&OsStr> {
        while !self.places.contains_key(&uid) && !self.decode_until(uid) && self.read_on(host) {}
        self.bytes.get(self.places.get(&uid)?.clone()).map(OsStr::from_bytes)
    }

    /// Whether that was more than before.
    fn read_on(&mut self, host: &Host) -> bool {
        let least = match self.read {
            Part::Nothing => BEGINNING,
            Part::Beginning => usize::MAX,
            Part::Whole => return false,
        };
        let bytes = read::until(&host.file("etc/passwd"), |bytes, _| bytes.len() >= least);
        let bytes = bytes.unwrap_or_default();
        let read = if bytes.len() < least { Part::Whole } else { Part::Beginning };
        // It may be another file by now: everything is decoded anew.
        *self = Self { bytes, read, ..Self::default() };
        true
    }

    /// Whether the user was found.
    fn decode_until(&mut self, uid: u32) -> bool {
        let rest = self.bytes.get(self.decoded..).unwrap_or_default();
        for line in rest.split_inclusive(|byte| *byte == b'\n') {
            if matches!(self.read, Part::Beginning) && !line.ends_with(b"\n") {
                break;
            }
            let start = self.decoded;
            self.decoded += line.len();
            let Some(user) = passwd(line).next() else { continue };
            if let Entry::Vacant(place) = self.places.entry(user.uid) {
                place.insert(start..start + user.name.len());
            }
            if user.uid == uid {
                return true;
            }
        }
        false
    }
}

/// What `tell` finds first in a file of users or of groups: a line of `group` begins with the same three fields.
pub(super) fn first<T>(file: &Path, tell: impl Fn(Passwd<'_>) -> Option<T>) -> Option<T> {
    let mut found = None;
    let mut seen = 0;
    let mut look = |bytes: &[u8], end: usize| {
        let lines = bytes.get(seen..end).unwrap_or_default();
        found = passwd(lines).find_map(&tell);
        seen = end;
        found.is_some()
    };
    let whole_lines = |bytes: &[u8]| bytes.iter().rposition(|byte| *byte == b'\n').map(|at| at + 1);
    let bytes =
        read::until(file, |bytes, _| whole_lines(bytes).is_some_and(|end| look(bytes, end)))
            .ok()?;
    // The last line may end without its sign.
    if found.is_none() {
        let rest = bytes.get(seen..).unwrap_or_default();
        return passwd(rest).find_map(tell);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A machine with so many users, each of whom is called by his number.
    fn machine(users: u32) -> (tempfile::TempDir, Host) {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("etc")).unwrap();
        let lines = (0..users).map(|uid| format!("u{uid}:x:{uid}:0::/home/u{uid}:/bin/sh\n"));
        let mut text: String = lines.collect();
        text.push_str("again:x:0:0::/:/bin/sh\nlast:x:4000000:0::/:/bin/sh");
        std::fs::write(root.path().join("etc/passwd"), text).unwrap();
        let host = Host::at(root.path()).unwrap();
        (root, host)
    }

    #[test]
    fn each_user_is_found_in_any_order() {
        for users in [1, 100, 5000] {
            let (_root, host) = machine(users);
            let mut listed = Listed::default();
            for uid in [users - 1, 0, users / 2, 0, users - 1] {
                assert_eq!(listed.name(&host, uid), Some(OsStr::new(&format!("u{uid}"))));
            }
            assert_eq!(listed.name(&host, 4_000_000), Some(OsStr::new("last")));
            assert_eq!(listed.name(&host, users), None);
            assert_eq!(listed.name(&host, 0), Some(OsStr::new("u0")));
        }
    }

    #[test]
    fn no_more_is_decoded_than_is_asked_for() {
        let (_root, host) = machine(5000);
        let mut listed = Listed::default();
        listed.name(&host, 2);
        assert_eq!(listed.places.len(), 3);
        listed.name(&host, 1);
        assert_eq!(listed.places.len(), 3);
        listed.name(&host, 10);
        assert_eq!(listed.places.len(), 11);
    }

    #[test]
    fn the_first_line_that_fits_is_found_wherever_a_read_ends() {
        let (root, _host) = machine(5000);
        let file = root.path().join("etc/passwd");
        for uid in (0..5000).step_by(7) {
            let name = first(&file, |user| (user.uid == uid).then(|| user.name.to_vec()));
            assert_eq!(name, Some(format!("u{uid}").into_bytes()));
        }
        let number = |wanted: &[u8]| first(&file, |user| (user.name == wanted).then_some(user.uid));
        assert_eq!((number(b"again"), number(b"last")), (Some(0), Some(4_000_000)));
        assert_eq!((number(b"nobody at all"), number(b"")), (None, None));
        assert_eq!(first(Path::new("/nonexistent"), |_| Some(())), None);
    }
}
