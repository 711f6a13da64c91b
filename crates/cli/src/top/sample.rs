//! What is read of the machine at one moment, and what that says compared with the moment before.
//!
//! The processes of a sample are plain values, and all their text lies in one buffer: the next but one sample is read
//! into the same memory.

mod machine;
mod reader;

use std::time::{Instant, SystemTime};

use psight::process::Status;

pub(crate) use machine::{Machine, Rates};
pub(crate) use reader::Sampler;

/// Text that is kept in the buffer of its sample.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Text {
    at: usize,
    len: usize,
}

/// Which row it is, in whatever sample: the pid, the thread (the pid for the process itself), and the start of the
/// process, so that nobody who has the number later is taken for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Identity {
    pub(crate) pid: u32,
    pub(crate) thread: u32,
    pub(crate) start: Option<u64>,
}

/// One row: a process, or one of its threads. What was not asked for or is not known is `None`, or no text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) id: Identity,
    /// When its times were read.
    pub(crate) at: Instant,
    pub(crate) parent: Option<u32>,
    pub(crate) group: Option<u32>,
    pub(crate) session: Option<u32>,
    pub(crate) uid: Option<u32>,
    pub(crate) real_uid: Option<u32>,
    pub(crate) user: Text,
    pub(crate) status: Option<Status>,
    pub(crate) priority: Option<i32>,
    pub(crate) nice: Option<i32>,
    pub(crate) threads: Option<u32>,
    pub(crate) cpu_num: Option<u32>,
    /// Percent of one processor since the sample before.
    pub(crate) cpu: Option<f64>,
    /// Seconds on processors.
    pub(crate) cpu_time: Option<f64>,
    /// Percent of the machine's memory.
    pub(crate) memory: Option<f64>,
    pub(crate) rss: Option<u64>,
    pub(crate) vms: Option<u64>,
    pub(crate) shared: Option<u64>,
    pub(crate) started: Option<SystemTime>,
    pub(crate) terminal: Text,
    pub(crate) read: Option<u64>,
    pub(crate) written: Option<u64>,
    /// Bytes per second since the sample before.
    pub(crate) read_rate: Option<f64>,
    pub(crate) write_rate: Option<f64>,
    pub(crate) fds: Option<u64>,
    pub(crate) minor_faults: Option<u64>,
    pub(crate) major_faults: Option<u64>,
    pub(crate) name: Text,
    /// The arguments with blanks between them; nothing for a thread of the kernel.
    pub(crate) command: Text,
    /// How much of `command` is the first argument.
    pub(crate) program: usize,
}

/// The machine at one moment.
#[derive(Debug, Clone)]
pub(crate) struct Sample {
    /// When it was read.
    pub(crate) at: Instant,
    /// What time it was there.
    pub(crate) now: SystemTime,
    pub(crate) machine: Machine,
    /// By pid, and by thread within each.
    pub(crate) entries: Vec<Entry>,
    texts: Vec<u8>,
}

/// How many processes do what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tasks {
    pub(crate) total: usize,
    pub(crate) running: usize,
    pub(crate) sleeping: usize,
    pub(crate) stopped: usize,
    pub(crate) zombie: usize,
    /// Threads of all of them; `None` where a process does not say.
    pub(crate) threads: Option<u64>,
}

impl Entry {
    /// Whether the row is a thread besides the first.
    pub(crate) fn is_thread(&self) -> bool {
        self.id.thread != self.id.pid
    }

    /// Whether it is a thread of the kernel, which has no memory of its own; neither has a zombie, which is none.
    pub(crate) fn is_kernel(&self) -> bool {
        self.vms == Some(0) && self.command.len == 0 && self.status != Some(Status::Zombie)
    }
}

impl Sample {
    /// Nothing yet.
    pub(crate) fn empty() -> Self {
        Self {
            at: Instant::now(),
            now: SystemTime::UNIX_EPOCH,
            machine: Machine::default(),
            entries: Vec::new(),
            texts: Vec::new(),
        }
    }

    /// The bytes of a text of this sample.
    pub(crate) fn text(&self, text: Text) -> &[u8] {
        self.texts.get(text.at..text.at + text.len).unwrap_or_default()
    }

    /// The row of this identity.
    pub(crate) fn find(&self, id: Identity) -> Option<&Entry> {
        let key = |entry: &Entry| (entry.id.pid, entry.id.thread);
        let at = self.entries.binary_search_by_key(&(id.pid, id.thread), key).ok()?;
        self.entries.get(at).filter(|entry| entry.id.start == id.start)
    }

    /// What the processes are doing. With threads as rows, these are counted.
    pub(crate) fn tasks(&self) -> Tasks {
        let mut tasks = Tasks { threads: Some(0), ..Tasks::default() };
        for entry in &self.entries {
            tasks.total += 1;
            match entry.status {
                Some(Status::Running) => tasks.running += 1,
                Some(Status::Stopped | Status::TracingStop) => tasks.stopped += 1,
                Some(Status::Zombie) => tasks.zombie += 1,
                _ => tasks.sleeping += 1,
            }
            if !entry.is_thread() {
                let threads = entry.threads.map(u64::from);
                tasks.threads = tasks.threads.zip(threads).map(|(all, some)| all + some);
            }
        }
        tasks
    }

    /// Keeps `text`.
    fn keep(&mut self, text: &[u8]) -> Text {
        let at = self.texts.len();
        self.texts.extend_from_slice(text);
        Text { at, len: text.len() }
    }
}
