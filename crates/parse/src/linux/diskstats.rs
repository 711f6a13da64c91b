//! `/proc/diskstats` and `/sys/block/<disk>/stat`: what each disk has done.

use crate::{Error, text};

/// What a disk has done. A sector is 512 bytes here, whatever it is on the disk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Reads completed.
    pub reads: u64,
    /// Sectors read.
    pub read_sectors: u64,
    /// Writes completed.
    pub writes: u64,
    /// Sectors written.
    pub written_sectors: u64,
    /// What partitions did not have before 2.6.25.
    pub more: Option<More>,
    /// Since 4.18.
    pub discards: Option<Discards>,
    /// Since 5.5.
    pub flushes: Option<Flushes>,
}

/// Merges and times.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct More {
    /// Reads joined with a neighbour's.
    pub reads_merged: u64,
    /// Time spent reading.
    pub read_ms: u64,
    /// Writes joined with a neighbour's.
    pub writes_merged: u64,
    /// Time spent writing.
    pub write_ms: u64,
    /// Requests under way now.
    pub in_progress: u64,
    /// Time with a request under way.
    pub busy_ms: u64,
    /// Time that requests waited, added up.
    pub weighted_ms: u64,
}

/// Discards (TRIM).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Discards {
    /// Discards completed.
    pub count: u64,
    /// Discards that were joined with a neighbour's.
    pub merged: u64,
    /// Sectors discarded.
    pub sectors: u64,
    /// Time spent discarding.
    pub ms: u64,
}

/// Flushes of the disk's cache.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flushes {
    /// Flushes completed.
    pub count: u64,
    /// Time spent flushing.
    pub ms: u64,
}

/// A disk, or a partition, and what it has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Diskstat<'a> {
    /// The kernel's name of it.
    pub name: &'a [u8],
    /// What it has done.
    pub counters: Counters,
}

/// Decodes `/proc/diskstats` and shows each disk. A line that is not understood is skipped; an error says that none was.
pub fn diskstats<'a>(bytes: &'a [u8], mut see: impl FnMut(Diskstat<'a>)) -> Result<(), Error> {
    let (mut understood, mut strange) = (false, false);
    for line in text::lines(bytes).filter(|line| !line.trim_ascii().is_empty()) {
        match diskstat(line) {
            Ok(disk) => {
                understood = true;
                disk.into_iter().for_each(&mut see);
            }
            Err(_) => strange = true,
        }
    }
    if strange && !understood { Err(Error::garbled("reads")) } else { Ok(()) }
}

/// Decodes the one line of `/sys/block/<disk>/stat`.
pub fn block_stat(bytes: &[u8]) -> Result<Counters, Error> {
    let mut row = Row::default();
    row.fill(bytes.trim_ascii())?;
    row.counters()
}

/// One line; `None` for a device that is listed without any counters.
fn diskstat(line: &[u8]) -> Result<Option<Diskstat<'_>>, Error> {
    let mut rest = line;
    let mut next = || {
        let (word, behind) = text::word(rest)?;
        rest = behind;
        Some(word)
    };
    let _major = next().and_then(text::u32).ok_or(Error::garbled("major"))?;
    let _minor = next().and_then(text::u32).ok_or(Error::garbled("minor"))?;
    let third = next().ok_or(Error::missing("name"))?;
    let mut row = Row::default();
    // Linux 2.4 puts the number of reads before the name, and ends after 15 columns: no other line has so many.
    let first = text::u64(third).filter(|_| text::words(line).count() == 15);
    let name = if first.is_some() { next().ok_or(Error::missing("name"))? } else { third };
    if let (Some(number), [slot, ..]) = (first, &mut row.numbers) {
        (*slot, row.len) = (number, 1);
    }
    row.fill(rest)?;
    if row.len == 0 {
        return Ok(None);
    }
    Ok(Some(Diskstat { name, counters: row.counters()? }))
}

/// The numbers of a line, as many as are known to mean something.
#[derive(Default)]
struct Row {
    numbers: [u64; 17],
    len: usize,
}

impl Row {
    /// The words of `rest`, from the next place on.
    fn fill(&mut self, mut rest: &[u8]) -> Result<(), Error> {
        // Most devices of most machines were never used: four zeros in one step.
        while self.len + 4 <= self.numbers.len()
            && let Some((b" 0 0 0 0", behind)) = rest.split_first_chunk()
            && matches!(behind, [] | [b' ', ..])
        {
            self.len += 4;
            rest = behind;
        }
        let slots = self.numbers.iter_mut().skip(self.len);
        for (place, (slot, said)) in slots.zip(text::numbers(rest)).enumerate() {
            let said = said.or_else(|| text::words(rest).nth(place).and_then(below_zero));
            *slot = said.ok_or(Error::garbled("reads"))?;
            self.len += 1;
        }
        Ok(())
    }

    fn counters(&self) -> Result<Counters, Error> {
        let [reads, reads_merged, read_sectors, read_ms, writes, rest @ ..] = self.numbers;
        let [writes_merged, written_sectors, write_ms, in_progress, busy_ms, rest @ ..] = rest;
        let [weighted_ms, discards, discards_merged, discarded, discard_ms, flushes, flush_ms] =
            rest;
        if self.len == 4 {
            // A partition before 2.6.25: reads, sectors, writes, sectors.
            return Ok(Counters {
                reads,
                read_sectors: reads_merged,
                writes: read_sectors,
                written_sectors: read_ms,
                ..Counters::default()
            });
        }
        if self.len < 11 {
            return Err(Error::missing("time_in_queue"));
        }
        let more = More {
            reads_merged,
            read_ms,
            writes_merged,
            write_ms,
            in_progress,
            busy_ms,
            weighted_ms,
        };
        let discards = Discards {
            count: discards,
            merged: discards_merged,
            sectors: discarded,
            ms: discard_ms,
        };
        Ok(Counters {
            reads,
            read_sectors,
            writes,
            written_sectors,
            more: Some(more),
            discards: (self.len >= 15).then_some(discards),
            flushes: (self.len >= 17).then_some(Flushes { count: flushes, ms: flush_ms }),
        })
    }
}

/// Requests under way can be counted below zero (until 4.20, by a race), which the kernel prints signed: that is none.
fn below_zero(word: &[u8]) -> Option<u64> {
    text::i64(word).map(|number| number.try_into().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MORE: More = More {
        reads_merged: 2,
        read_ms: 4,
        writes_merged: 6,
        write_ms: 8,
        in_progress: 9,
        busy_ms: 10,
        weighted_ms: 11,
    };
    const PLAIN: Counters = Counters {
        reads: 1,
        read_sectors: 3,
        writes: 5,
        written_sectors: 7,
        more: Some(MORE),
        discards: None,
        flushes: None,
    };

    fn all(lines: &[u8]) -> Result<Vec<Diskstat<'_>>, Error> {
        let mut disks = Vec::new();
        diskstats(lines, |disk| disks.push(disk)).map(|()| disks)
    }

    fn only(line: &[u8]) -> Diskstat<'_> {
        let [disk] = <[Diskstat<'_>; 1]>::try_from(all(line).unwrap()).unwrap();
        disk
    }

    #[test]
    fn t49_14_columns_are_a_disk_since_2_6() {
        let disk = only(b"   3    0   hda 1 2 3 4 5 6 7 8 9 10 11\n");
        assert_eq!(disk, Diskstat { name: b"hda", counters: PLAIN });
    }

    #[test]
    fn t49_15_columns_are_a_disk_of_2_4_with_the_reads_before_the_name() {
        let disk = only(b"   3     0   1 hda 2 3 4 5 6 7 8 9 10 11 12\n");
        assert_eq!(disk, Diskstat { name: b"hda", counters: PLAIN });
    }

    #[test]
    fn t49_7_columns_are_a_partition_before_2_6_25_without_times() {
        let disk = only(b"   3    1   hda1 1 2 3 4\n");
        let counters = Counters {
            reads: 1,
            read_sectors: 2,
            writes: 3,
            written_sectors: 4,
            ..Counters::default()
        };
        assert_eq!(disk, Diskstat { name: b"hda1", counters });
    }

    #[test]
    fn t49_18_columns_have_discards_since_4_18() {
        let disk = only(b"   8    0   sda 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15\n");
        let discards = Some(Discards { count: 12, merged: 13, sectors: 14, ms: 15 });
        assert_eq!(disk.counters, Counters { discards, ..PLAIN });
    }

    #[test]
    fn t49_20_columns_have_flushes_since_5_5_and_later_ones_are_skipped() {
        let expected = Counters {
            discards: Some(Discards { count: 12, merged: 13, sectors: 14, ms: 15 }),
            flushes: Some(Flushes { count: 16, ms: 17 }),
            ..PLAIN
        };
        let disk = only(b"   8    0   sda 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17\n");
        assert_eq!(disk.counters, expected);
        let disk = only(b"   8    0   sda 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 x\n");
        assert_eq!(disk.counters, expected);
    }

    #[test]
    fn zeros_are_counted_as_any_other_number() {
        let zeros = |count: usize| " 0".repeat(count);
        for (behind, count) in [("", 11), ("", 15), ("", 17), ("", 20), (" 7", 16), ("7", 17)] {
            let line = format!("   7 0 loop0{}{behind}\n", zeros(count));
            let counters = only(line.as_bytes()).counters;
            let ms = if behind.is_empty() { 0 } else { 7 };
            let flushes = (count > 15).then_some(Flushes { count: 0, ms });
            let discards = (count > 11).then(Discards::default);
            assert_eq!(
                counters,
                Counters { more: Some(More::default()), discards, flushes, ..Counters::default() }
            );
        }
        for count in 0..17 {
            let line = format!("   7 0 loop0{} 7{}\n", zeros(count), zeros(16 - count));
            let mut row = Row::default();
            row.fill(line.split_once("loop0").unwrap().1.trim_end().as_bytes()).unwrap();
            let place = row.numbers.iter().position(|number| *number == 7);
            assert_eq!((row.len, place), (17, Some(count)));
        }
    }

    #[test]
    fn t49_3_columns_are_a_device_that_counts_nothing() {
        assert_eq!(all(b"   1    0 ram0\n"), Ok(Vec::new()));
    }

    #[test]
    fn t49_a_line_that_is_not_understood_hides_no_other() {
        let text = b"   8    0   sda 1 2 3 4 5 6\n 8 1 sdb x 2 3 4 5 6 7 8 9 10 11\n   3    1   hda1 1 2 3 4\n\n";
        assert_eq!(only(text).name, b"hda1");
        assert!(all(b"   8    0   sda 1 2 3 4 5 6\n").is_err());
        assert!(all(b"no disks here\n").is_err());
    }

    #[test]
    fn t51_no_disks_are_no_error() {
        assert_eq!(all(b""), Ok(Vec::new()));
        assert_eq!(all(b"\n \n"), Ok(Vec::new()));
    }

    #[test]
    fn t49_a_name_may_have_a_slash() {
        assert_eq!(only(b" 104 0 cciss/c0d0 1 2 3 4 5 6 7 8 9 10 11\n").name, b"cciss/c0d0");
    }

    #[test]
    fn fewer_than_no_requests_under_way_are_none() {
        let disk = only(b"   8    0   sda 1 2 3 4 5 6 7 8 -3 10 11\n");
        assert_eq!(disk.counters.more, Some(More { in_progress: 0, ..MORE }));
    }

    #[test]
    fn t49_the_file_in_sys_has_the_same_numbers() {
        let stat = b"       1        2        3        4        5        6        7        8        9        10       11\n";
        assert_eq!(block_stat(stat), Ok(PLAIN));
        assert_eq!(block_stat(b"1 2 3 4\n").map(|counters| counters.more), Ok(None));
        assert!(block_stat(b"").is_err());
    }
}
