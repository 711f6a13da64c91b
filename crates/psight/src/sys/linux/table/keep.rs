//! Descriptors that stay open from one reading to the next.
//!
//! A file of `/proc/<pid>` that is open is the process's own for ever: once that has gone, a read fails with `ESRCH`,
//! whoever has the pid by then. So a handle never has to be checked. A reading goes through the pids in ascending order,
//! and so do the handles.

use std::os::fd::OwnedFd;

/// What is worth being kept, by the names that the sources have; a name more is for the pidfd.
const FILES: [&[u8]; 6] = [b"stat\0", b"cmdline\0", b"statm\0", b"status\0", b"io\0", b"comm\0"];
/// The place of the pidfd.
pub(super) const PIDFD: usize = FILES.len();
const SLOTS: usize = FILES.len() + 1;

/// The handles of all processes.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// How many may be open.
    most: usize,
    /// How many are.
    open: usize,
    /// Those of the last reading, from `at` on; those before it were taken or have gone.
    before: Vec<Handles>,
    at: usize,
    /// Those of this reading.
    now: Vec<Handles>,
    /// Those of the process that is being read; `None` while a process is read for itself.
    current: Option<Handles>,
}

/// The handles of one process.
#[derive(Debug)]
struct Handles {
    pid: u32,
    /// When the process started, if it was read by a way that finds no more than its files.
    start_ticks: Option<u64>,
    files: [Option<OwnedFd>; SLOTS],
}

/// The place of the file `name`, if it is worth being kept.
pub(super) fn slot(name: &[u8]) -> Option<usize> {
    FILES.iter().position(|file| *file == name)
}

impl Kept {
    /// At most so many descriptors from now on; what is too much is closed.
    pub(super) fn limit(&mut self, most: usize) {
        if most < self.open {
            *self = Self::default();
        }
        self.most = most;
    }

    /// Turns to the process `pid`, which comes after those before.
    pub(super) fn turn_to(&mut self, pid: u32) {
        if self.most == 0 {
            return;
        }
        self.put_away();
        let (mut files, mut start_ticks) = ([const { None }; SLOTS], None);
        while let Some(handles) = self.before.get_mut(self.at).filter(|old| old.pid <= pid) {
            let old = std::mem::replace(&mut handles.files, [const { None }; SLOTS]);
            if handles.pid == pid {
                (files, start_ticks) = (old, handles.start_ticks);
            } else {
                self.open -= count(&old);
            }
            self.at += 1;
        }
        self.current = Some(Handles { pid, start_ticks, files });
    }

    /// Ends a reading: what it did not come across is closed.
    pub(super) fn end(&mut self) {
        self.put_away();
        let gone = self.before.get(self.at..).unwrap_or_default();
        self.open -= gone.iter().map(|handles| count(&handles.files)).sum::<usize>();
        self.before.clear();
        self.at = 0;
        std::mem::swap(&mut self.before, &mut self.now);
    }

    /// Closes everything and keeps nothing more: somebody needs the descriptors. Whether there were any.
    pub(super) fn give_up(&mut self) -> bool {
        let any = self.open > 0;
        *self = Self::default();
        any
    }

    /// The descriptor that is kept in this place for the process that is being read.
    pub(super) fn get(&self, slot: usize) -> Option<&OwnedFd> {
        self.current.as_ref()?.files.get(slot)?.as_ref()
    }

    /// Whether one more may be kept of the process that is being read.
    pub(super) fn has_room(&self) -> bool {
        self.current.is_some() && self.open < self.most
    }

    /// When the process of the handles started, if that was [noted](Self::note).
    pub(super) fn start_ticks(&self) -> Option<u64> {
        self.current.as_ref()?.start_ticks
    }

    /// Notes when the process of the handles started.
    pub(super) fn note(&mut self, start_ticks: Option<u64>) {
        if let Some(handles) = &mut self.current {
            handles.start_ticks = start_ticks;
        }
    }

    /// Closes that descriptor.
    pub(super) fn forget(&mut self, slot: usize) {
        let place = self.current.as_mut().and_then(|handles| handles.files.get_mut(slot));
        if place.and_then(Option::take).is_some() {
            self.open -= 1;
        }
    }

    /// Keeps a new one, if there may be one more; else it is closed.
    pub(super) fn put(&mut self, slot: usize, file: OwnedFd) {
        if self.open >= self.most {
            return;
        }
        if let Some(place) = self.current.as_mut().and_then(|handles| handles.files.get_mut(slot)) {
            self.open += usize::from(place.replace(file).is_none());
        }
    }

    fn put_away(&mut self) {
        self.now.extend(self.current.take().filter(|handles| count(&handles.files) > 0));
    }
}

fn count(files: &[Option<OwnedFd>]) -> usize {
    files.iter().flatten().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> OwnedFd {
        std::fs::File::open("/dev/null").unwrap().into()
    }

    /// Reads these processes, keeping their `stat` where it is not kept yet, and says of which it was.
    fn reading(kept: &mut Kept, pids: &[u32]) -> Vec<u32> {
        let mut found = Vec::new();
        for pid in pids {
            kept.turn_to(*pid);
            match kept.get(0) {
                Some(_) => found.push(*pid),
                None => kept.put(0, file()),
            }
        }
        kept.end();
        found
    }

    #[test]
    fn a_process_finds_its_own_handle_again() {
        let mut kept = Kept::default();
        kept.limit(10);
        assert_eq!(reading(&mut kept, &[1, 5, 9]), []);
        assert_eq!(reading(&mut kept, &[1, 5, 7, 9]), [1, 5, 9]);
        assert_eq!(reading(&mut kept, &[7, 8]), [7]);
        assert_eq!(kept.open, 2);
    }

    #[test]
    fn no_more_are_kept_than_may_be() {
        let mut kept = Kept::default();
        kept.limit(2);
        assert_eq!(reading(&mut kept, &[1, 2, 3]), []);
        assert_eq!(reading(&mut kept, &[1, 2, 3]), [1, 2]);
        // The place of one that has gone is another's.
        assert_eq!(reading(&mut kept, &[2, 3]), [2]);
        assert_eq!(reading(&mut kept, &[2, 3]), [2, 3]);
        assert!(kept.give_up());
        assert_eq!(reading(&mut kept, &[2, 3]), []);
        assert_eq!((kept.open, kept.give_up()), (0, false));
    }

    #[test]
    fn what_is_forgotten_makes_room() {
        let mut kept = Kept::default();
        kept.limit(1);
        assert_eq!(reading(&mut kept, &[1]), []);
        kept.turn_to(1);
        kept.forget(0);
        assert_eq!((kept.open, kept.get(0).is_some()), (0, false));
        kept.put(PIDFD, file());
        assert_eq!((kept.open, kept.get(PIDFD).is_some()), (1, true));
    }
}
