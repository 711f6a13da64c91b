//! What system calls tell about the processes of a machine, which is found out once.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use super::procfs::is_live;
use super::{ffi, pidfd};
use crate::Host;

/// What system calls tell about the processes of a machine. For questions only: whoever controls a process looks anew.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reach {
    /// Whether a pid means the same to system calls and to `/proc`.
    pub(super) pids: bool,
    /// Whether a pidfd tells the ids of its process.
    pub(super) pidfds: bool,
}

/// What was found out, and by whom: a process that was forked since may be in another pid namespace.
///
/// To ask who asks takes a system call, as long as many a question. So a host that is asked often keeps the answer in a
/// page that the kernel empties in every child.
#[derive(Default)]
pub(crate) struct Known {
    /// The pid of the process that found out first, and what.
    first: OnceLock<(u32, Reach)>,
    asked: AtomicU32,
    page: OnceLock<Option<ffi::Forgotten>>,
}

/// The same machine asked in another way, of which nothing is known yet.
impl Clone for Known {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Known {
    fn page(&self) -> Option<&AtomicU32> {
        /// A page costs as much as some questions.
        const OFTEN: u32 = 16;
        if self.asked.load(Ordering::Relaxed) < OFTEN {
            self.asked.fetch_add(1, Ordering::Relaxed);
            return None;
        }
        self.page.get_or_init(ffi::Forgotten::new).as_ref().map(ffi::Forgotten::number)
    }
}

impl Reach {
    /// Never 0, which stands for nothing.
    fn bits(self) -> u32 {
        1 | u32::from(self.pids) << 1 | u32::from(self.pidfds) << 2
    }

    fn from_bits(bits: u32) -> Option<Self> {
        (bits != 0).then_some(Self { pids: bits & 2 != 0, pidfds: bits & 4 != 0 })
    }

    fn find(host: &Host, asker: u32) -> Self {
        let pids = is_live(host);
        let itself = i32::try_from(asker).ok().filter(|_| pids);
        let pidfds = itself.is_some_and(|pid| pidfd::info(pid).is_ok());
        Self { pids, pidfds }
    }
}

/// What is known of `host`, or is found out now.
pub(super) fn reach(host: &Host) -> Reach {
    let known = host.known_reach();
    if let Some(page) = known.page() {
        return Reach::from_bits(page.load(Ordering::Relaxed)).unwrap_or_else(|| {
            let found = Reach::find(host, std::process::id());
            page.store(found.bits(), Ordering::Relaxed);
            found
        });
    }
    let asker = std::process::id();
    match known.first.get_or_init(|| (asker, Reach::find(host, asker))) {
        (first, found) if *first == asker => *found,
        _ => Reach::find(host, asker),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_out_is_what_is_known() {
        for (pids, pidfds) in [(false, false), (true, false), (true, true)] {
            let known = Reach::from_bits(Reach { pids, pidfds }.bits()).unwrap();
            assert_eq!((known.pids, known.pidfds), (pids, pidfds));
        }
        assert!(Reach::from_bits(0).is_none());
    }

    #[test]
    fn the_answer_is_the_same_however_often_it_is_asked_for() {
        let host = Host::local();
        let first = reach(&host);
        for _ in 0..100 {
            let again = reach(&host);
            assert_eq!((again.pids, again.pidfds), (first.pids, first.pidfds));
        }
        let root = tempfile::tempdir().unwrap();
        let elsewhere = host.with_proc(root.path());
        for _ in 0..100 {
            assert!(!reach(&elsewhere).pids);
        }
    }

    /// How much of our memory is forgotten by children, in KiB.
    fn forgotten() -> u64 {
        let smaps = std::fs::read_to_string("/proc/self/smaps").unwrap();
        let (mut size, mut sum) = (0, 0);
        for line in smaps.lines() {
            if let Some(kib) = line.strip_prefix("Size:") {
                size = kib.trim_end_matches("kB").trim().parse().unwrap();
            } else if line.starts_with("VmFlags:") && line.contains(" wf") {
                sum += size;
            }
        }
        sum
    }

    #[test]
    fn a_host_that_goes_takes_its_page_along() {
        let hosts: Vec<Host> = (0..1000).map(|_| Host::local()).collect();
        for host in &hosts {
            for _ in 0..20 {
                reach(host);
            }
        }
        let kept = forgotten();
        drop(hosts);
        assert!(kept == 0 || kept >= 4000, "{kept}");
        assert!(forgotten() < 1000, "{kept}");
    }
}
