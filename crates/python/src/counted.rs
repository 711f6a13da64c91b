//! Counters that go on where the kernel's wrap or start again, and what they were when they were last read.

use std::ffi::OsString;
use std::sync::Arc;

use psight::disk::{DiskIo, Disks};
use psight::monotonic::Monotonic;
use psight::net::NetIo;
use psight::record::Record;
use psight::{Host, IoReader};

/// Counters that can be added up.
pub(crate) trait Summed: Record + Clone + Send + Sync {
    fn total<'a>(all: impl Iterator<Item = &'a Self>) -> Option<Self>
    where
        Self: 'a;
}

impl Summed for DiskIo {
    fn total<'a>(all: impl Iterator<Item = &'a Self>) -> Option<Self> {
        Self::total(all)
    }
}

impl Summed for NetIo {
    fn total<'a>(all: impl Iterator<Item = &'a Self>) -> Option<Self> {
        Self::total(all)
    }
}

/// What is told at one moment.
pub(crate) struct Reading<R> {
    /// In the system's order.
    pub(crate) each: Arc<[(OsString, R)]>,
    pub(crate) total: Option<R>,
}

impl<R: Summed> Reading<R> {
    pub(crate) fn of(each: Vec<(OsString, R)>) -> Self {
        Self { total: Summed::total(each.iter().map(|(_, io)| io)), each: each.into() }
    }
}

impl<R: Clone> Clone for Reading<R> {
    fn clone(&self) -> Self {
        Self { each: Arc::clone(&self.each), total: self.total.clone() }
    }
}

/// The memories of psutil's functions. A listing of all disks and one of whole disks have one each, because a disk that
/// is not listed is forgotten.
pub(crate) struct Counters {
    pub(crate) disks: Counted<DiskIo>,
    pub(crate) whole_disks: Counted<DiskIo>,
    pub(crate) nics: Counted<NetIo>,
}

impl Default for Counters {
    fn default() -> Self {
        Self {
            disks: Counted::new(|host| host.disk_io_reader(Disks::All)),
            whole_disks: Counted::new(|host| host.disk_io_reader(Disks::Whole)),
            nics: Counted::new(Host::net_io_reader),
        }
    }
}

/// What one function remembers. No lock is held while the kernel is asked, so that several threads may ask at once. Which
/// of their readings is the oldest nobody knows: of two at once, one is remembered, and neither is taken to have begun
/// anew because the other was ahead.
pub(crate) struct Counted<R> {
    open: fn(&Host) -> IoReader<R>,
    /// What made the last reading, and of which generation of the host; it is not here while it reads.
    reader: Option<(u64, IoReader<R>)>,
    history: Monotonic<OsString>,
    /// How many readings have begun.
    begun: u64,
    /// How many had begun when one was remembered last.
    remembered: u64,
    last: Option<Reading<R>>,
}

/// A reading that has begun.
pub(crate) struct Begun<R> {
    pub(crate) reader: IoReader<R>,
    generation: u64,
    number: u64,
}

impl<R: Summed> Counted<R> {
    fn new(open: fn(&Host) -> IoReader<R>) -> Self {
        let history = Monotonic::default();
        Self { open, reader: None, history, begun: 0, remembered: 0, last: None }
    }

    /// Begins a reading of the host of this generation.
    pub(crate) fn begin(&mut self, host: &Host, generation: u64) -> Begun<R> {
        self.begun += 1;
        let kept = self.reader.take().filter(|(of, _)| *of == generation);
        let reader = kept.map_or_else(|| (self.open)(host), |(_, reader)| reader);
        Begun { reader, generation, number: self.begun }
    }

    /// What is told after this reading, in which something `changed`; `None` if everything was forgotten meanwhile.
    pub(crate) fn end(
        &mut self,
        begun: Begun<R>,
        changed: Option<Vec<(OsString, R)>>,
    ) -> Option<Reading<R>> {
        let is_alone = begun.number > self.remembered;
        if is_alone {
            self.remembered = self.begun;
            self.reader = Some((begun.generation, begun.reader));
        }
        let Some(now) = changed else { return self.last.clone() };
        let order: Vec<OsString> = now.iter().map(|(name, _)| name.clone()).collect();
        let now = now.into_iter().collect();
        let mut all = if is_alone { self.history.continued(now) } else { self.history.beside(now) };
        let each = order.into_iter().filter_map(|name| all.remove_entry(&name)).collect();
        let read = Reading::of(each);
        if is_alone {
            self.last = Some(read.clone());
        }
        Some(read)
    }

    /// Forgets everything: the next reading is a first one.
    pub(crate) fn clear(&mut self) {
        self.history.clear();
        self.remembered = self.begun;
        (self.reader, self.last) = (None, None);
    }
}
