//! Counters that never go backwards.

use std::collections::BTreeMap;

use crate::record::Record;

/// Continues counters that wrapped or started again, disk by disk or interface by interface.
///
/// A kernel counts in numbers of a fixed width: on 32-bit systems the bytes of a disk wrap after 4 GiB. A counter that is
/// lower than it was is taken to have wrapped to zero, and what it had reached is added from then on, each counter of
/// each key for itself. A key that is missing from one reading is forgotten with its history: a disk that is plugged in
/// again starts anew.
///
/// The history is this value, not the library: two of them do not know of each other.
///
/// ```
/// # use psight::{Host, monotonic::Monotonic};
/// # let host = Host::local();
/// let mut monotonic = Monotonic::default();
/// let before = monotonic.continued(host.net_io_counters()?);
/// let now = monotonic.continued(host.net_io_counters()?);
/// for (name, io) in &now {
///     assert!(before.get(name).is_none_or(|before| before.bytes_recv <= io.bytes_recv));
/// }
/// # Ok::<(), psight::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Monotonic<K> {
    seen: BTreeMap<K, Vec<Counter>>,
}

/// What one counter said last, and what it had reached before it started again.
#[derive(Debug, Clone, Copy, Default)]
struct Counter {
    last: u64,
    before: u64,
}

impl<K> Default for Monotonic<K> {
    fn default() -> Self {
        Self { seen: BTreeMap::new() }
    }
}

impl<K: Ord + Clone> Monotonic<K> {
    /// The reading `now`, with every counter that went backwards since the last one continued.
    ///
    /// The first reading comes back as it is. Fields that are not counters stay as they are.
    pub fn continued<R: Record>(&mut self, mut now: BTreeMap<K, R>) -> BTreeMap<K, R> {
        if !self.seen.keys().eq(now.keys()) {
            self.seen.retain(|key, _| now.contains_key(key));
            for key in now.keys() {
                self.seen.entry(key.clone()).or_default();
            }
        }
        for (record, seen) in now.values_mut().zip(self.seen.values_mut()) {
            let mut place = 0;
            record.each_counter(|said| {
                match (seen.get_mut(place), said) {
                    (Some(seen), Some(said)) => seen.count_on(said),
                    (Some(_), None) => {}
                    (None, said) => seen.push(Counter::first(said.copied())),
                }
                place += 1;
            });
        }
        now
    }

    /// The reading `now`, made while another was made that [`continued`](Self::continued) has seen: nobody knows which of
    /// them is older. So the greater number of each counter is told, none is taken to have gone backwards, and nothing is
    /// remembered.
    pub fn beside<R: Record>(&self, mut now: BTreeMap<K, R>) -> BTreeMap<K, R> {
        for (key, record) in &mut now {
            let mut seen = self.seen.get(key).into_iter().flatten();
            record.each_counter(|said| {
                if let (Some(seen), Some(said)) = (seen.next(), said) {
                    *said = (*said).max(seen.last).saturating_add(seen.before);
                }
            });
        }
        now
    }

    /// Forgets everything: the next reading is a first one.
    pub fn clear(&mut self) {
        self.seen.clear();
    }
}

impl Counter {
    fn first(said: Option<u64>) -> Self {
        Self { last: said.unwrap_or(0), before: 0 }
    }

    fn count_on(&mut self, said: &mut u64) {
        if *said < self.last {
            self.before = self.before.saturating_add(self.last);
        }
        self.last = *said;
        *said = said.saturating_add(self.before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Something that counts.
    #[derive(Debug, Clone, PartialEq, Record)]
    struct Io {
        /// Counts.
        #[field(counter)]
        pub read: u64,
        /// Is no counter.
        pub speed: u64,
        /// Counts on some systems.
        #[field(counter, on(linux))]
        pub merged: Option<u64>,
    }

    #[test]
    fn of_two_readings_at_once_the_greater_counts() {
        let mut monotonic = Monotonic::default();
        monotonic.continued(reading([("a", 100, Some(7))]));
        monotonic.continued(reading([("a", 40, Some(8))]));
        let beside = |io| monotonic.beside(reading(io));
        assert_eq!(beside([("a", 39, Some(9))]), reading([("a", 140, Some(9))]));
        assert_eq!(beside([("a", 41, None)]), reading([("a", 141, None)]));
        assert_eq!(beside([("b", 5, Some(1))]), reading([("b", 5, Some(1))]));
        assert_eq!(
            monotonic.continued(reading([("a", 41, Some(8))])),
            reading([("a", 141, Some(8))])
        );
    }

    fn reading<const N: usize>(
        rows: [(&'static str, u64, Option<u64>); N],
    ) -> BTreeMap<&'static str, Io> {
        rows.into_iter().map(|(key, read, merged)| (key, Io { read, speed: 7, merged })).collect()
    }

    #[test]
    fn t50_a_counter_that_wraps_is_continued() {
        let mut monotonic = Monotonic::default();
        for (said, expected) in [(100, 100), (5, 105), (8, 108), (2, 110), (2, 110), (0, 110)] {
            let now = monotonic.continued(reading([("sda", said, Some(1))]));
            assert_eq!(now, reading([("sda", expected, Some(1))]));
        }
    }

    #[test]
    fn t50_each_counter_of_each_key_wraps_for_itself() {
        let mut monotonic = Monotonic::default();
        monotonic.continued(reading([("sda", 100, Some(50)), ("sdb", 10, Some(5))]));
        let now = monotonic.continued(reading([("sda", 101, Some(1)), ("sdb", 9, Some(6))]));
        assert_eq!(now, reading([("sda", 101, Some(51)), ("sdb", 19, Some(6))]));
    }

    #[test]
    fn t50_a_disk_that_was_pulled_out_starts_anew() {
        let mut monotonic = Monotonic::default();
        monotonic.continued(reading([("sda", 100, None), ("sdb", 1, None)]));
        monotonic.continued(reading([("sda", 5, None), ("sdb", 1, None)]));
        monotonic.continued(reading([("sdb", 1, None)]));
        let now = monotonic.continued(reading([("sda", 3, None), ("sdb", 1, None)]));
        assert_eq!(now, reading([("sda", 3, None), ("sdb", 1, None)]));
    }

    #[test]
    fn t51_nothing_is_continued_to_nothing() {
        let mut monotonic = Monotonic::<&str>::default();
        assert!(monotonic.continued(reading([])).is_empty());
    }

    #[test]
    fn what_was_cleared_is_forgotten() {
        let mut monotonic = Monotonic::default();
        monotonic.continued(reading([("sda", 100, None)]));
        monotonic.clear();
        assert_eq!(monotonic.continued(reading([("sda", 5, None)])), reading([("sda", 5, None)]));
    }
}
