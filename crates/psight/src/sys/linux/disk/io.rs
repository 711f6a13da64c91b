//! What disks have done: `/proc/diskstats`, else `/sys/block/*/stat`.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ffi::{OsStr, OsString};
use std::io::{self, ErrorKind};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use psight_parse::linux::diskstats::{Counters, block_stat, diskstats};
use psight_parse::linux::vmstat::{Vmstat, vmstat as decode};

use super::read;
use crate::disk::{DiskIo, DiskTraffic, Disks};
use crate::sys::linux::open_files::{self, Shape, SystemFile};
use crate::sys::seen::Seen;
use crate::{Error, Host, Result};

/// In what the kernel counts, whatever the disk's own sectors are.
pub(super) const SECTOR: u64 = 512;

// diskstats, else /sys/block/*/stat
pub(crate) fn disk_io_counters(host: &Host, which: Disks) -> Result<BTreeMap<OsString, DiskIo>> {
    Ok(io_changes(host, which, &mut Seen::default())?.into_iter().flatten().collect())
}

/// The same in the order of the kernel; `None` if it is what was seen last.
pub(crate) fn io_changes(
    host: &Host,
    which: Disks,
    seen: &mut Seen,
) -> Result<Option<Vec<(OsString, DiskIo)>>> {
    let path = host.proc().join("diskstats");
    if open_files::text(host, SystemFile::Diskstats, &path, Shape::List, seen.room()) {
        return seen.decoded(|text| decoded(host, &path, text, which));
    }
    match read::short_list_into(&path, seen.room()) {
        Ok(()) => seen.decoded(|text| decoded(host, &path, text, which)),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            seen.forget();
            from_sys(host, which).map(|disks| Some(disks.into_iter().collect()))
        }
        Err(error) => Err(Error::system(path, error)),
    }
}

fn decoded(host: &Host, path: &Path, text: &[u8], which: Disks) -> Result<Vec<(OsString, DiskIo)>> {
    let mut disks = Vec::new();
    let read = diskstats(text, |disk| {
        disks.push((OsStr::from_bytes(disk.name).to_owned(), disk_io(&disk.counters)));
    });
    read.map_err(|error| Error::malformed(path, &error))?;
    // Without a row that could be a partition there is nothing to sort out. Otherwise nobody else knows, and no disk would
    // be a wrong answer.
    if which == Disks::Whole && has_parts(&disks) {
        let whole = whole_disks(host)?;
        disks.retain(|(name, _)| whole.contains(name));
    }
    Ok(disks)
}

// /sys/block/*/queue/iostats
pub(crate) fn disks_not_counted(host: &Host) -> Result<Vec<OsString>> {
    let block = host.sys().join("block");
    let mut disks = Vec::new();
    for entry in std::fs::read_dir(&block).map_err(|error| Error::system(&block, error))?.flatten()
    {
        let path = entry.path().join("queue/iostats");
        match read::row(&path)? {
            Some(switch) if switch.trim_ascii() == b"0" => {
                disks.push(plain_name(entry.file_name()));
            }
            _ => {}
        }
    }
    disks.sort_unstable();
    Ok(disks)
}

// vmstat
pub(crate) fn disk_traffic(host: &Host) -> Result<DiskTraffic> {
    let path = host.proc().join("vmstat");
    let stat = moved(&path).map_err(|error| Error::system(path, error))?;
    let (Some(read), Some(written)) = (stat.pgpgin_kib, stat.pgpgout_kib) else {
        return Err(Error::unsupported("disk_traffic"));
    };
    Ok(DiskTraffic {
        read_bytes: read.saturating_mul(1024),
        write_bytes: written.saturating_mul(1024),
    })
}

/// What was moved between disks and memory. All of it stands in the first half of the file, of which every part that is
/// read costs the kernel as much as the whole.
pub(in super::super) fn moved(vmstat: &Path) -> io::Result<Vmstat> {
    let mut stat = Vmstat::default();
    let bytes = read::until(vmstat, |bytes, _| {
        let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
        stat = decode(bytes.get(..end).unwrap_or_default());
        stat.pswpout_pages.is_some()
    })?;
    Ok(if stat.pswpout_pages.is_some() { stat } else { decode(&bytes) })
}

/// The name as `/proc` and `/dev` have it: a slash in it is a `!` in `/sys`, which has directories for slashes.
pub(super) fn plain_name(name: OsString) -> OsString {
    let mut bytes = name.into_vec();
    bytes.iter_mut().filter(|byte| **byte == b'!').for_each(|byte| *byte = b'/');
    OsString::from_vec(bytes)
}

/// Whether a name could be that of a partition: the name of another row with a number behind it.
fn has_parts(disks: &[(OsString, DiskIo)]) -> bool {
    let names: HashSet<&[u8]> = disks.iter().map(|(name, _)| name.as_bytes()).collect();
    // A dozen loop devices are a dozen times the same question.
    let mut asked: &[u8] = b"";
    disks.iter().filter_map(|(name, _)| disk_of(name.as_bytes())).any(|disk| {
        let is_new = disk != asked;
        asked = disk;
        is_new && names.contains(disk)
    })
}

/// The disk that a partition of this name would be on, by the way the kernel makes names (block/partitions/core.c,
/// `add_partition`): its number, with a `p` before it if the disk's own name ends in a number.
fn disk_of(name: &[u8]) -> Option<&[u8]> {
    let digits = name.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let stem = name.get(..name.len() - digits)?;
    let numbered =
        stem.strip_suffix(b"p").filter(|disk| disk.last().is_some_and(u8::is_ascii_digit));
    (digits > 0).then_some(numbered.unwrap_or(stem))
}

fn whole_disks(host: &Host) -> Result<BTreeSet<OsString>> {
    let block = host.sys().join("block");
    let disks = std::fs::read_dir(&block).map_err(|error| Error::system(&block, error))?;
    Ok(disks.flatten().map(|disk| plain_name(disk.file_name())).collect())
}

/// Without a `/proc/diskstats`. A disk or partition that vanishes or says something odd is left out.
fn from_sys(host: &Host, which: Disks) -> Result<BTreeMap<OsString, DiskIo>> {
    let Ok(disks) = std::fs::read_dir(host.sys().join("block")) else {
        return Err(Error::unsupported("disk_io_counters"));
    };
    let mut found = BTreeMap::new();
    for disk in disks.flatten() {
        let (path, name) = (disk.path(), disk.file_name());
        found.extend(one(&path).map(|io| (plain_name(name.clone()), io)));
        if which == Disks::Whole {
            continue;
        }
        // Partitions are directories of their disk, and begin with its name.
        for part in std::fs::read_dir(&path).into_iter().flatten().flatten() {
            let part_name = part.file_name();
            if part_name.as_bytes().starts_with(name.as_bytes()) {
                found.extend(one(&part.path()).map(|io| (plain_name(part_name), io)));
            }
        }
    }
    Ok(found)
}

fn one(device: &Path) -> Option<DiskIo> {
    let bytes = read::piece(&device.join("stat")).ok()?;
    block_stat(&bytes).ok().map(|counters| disk_io(&counters))
}

fn disk_io(counters: &Counters) -> DiskIo {
    let bytes = |sectors: u64| sectors.saturating_mul(SECTOR);
    let (more, discards, flushes) = (counters.more, counters.discards, counters.flushes);
    DiskIo {
        read_count: counters.reads,
        write_count: counters.writes,
        read_bytes: bytes(counters.read_sectors),
        write_bytes: bytes(counters.written_sectors),
        read_time: more.map(|more| more.read_ms),
        write_time: more.map(|more| more.write_ms),
        read_merged_count: more.map(|more| more.reads_merged),
        write_merged_count: more.map(|more| more.writes_merged),
        busy_time: more.map(|more| more.busy_ms),
        in_progress: more.map(|more| more.in_progress),
        weighted_time: more.map(|more| more.weighted_ms),
        discard_count: discards.map(|discards| discards.count),
        discard_merged_count: discards.map(|discards| discards.merged),
        discard_bytes: discards.map(|discards| bytes(discards.sectors)),
        discard_time: discards.map(|discards| discards.ms),
        flush_count: flushes.map(|flushes| flushes.count),
        flush_time: flushes.map(|flushes| flushes.ms),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_moved_is_found_wherever_a_read_ends() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let counters = "pgpgin 11\npgpgout 222\npswpin 3333\npswpout 44444\nnr_more 5\n";
        for before in (4000..4100).chain(8100..8200).chain([0, 1]) {
            std::fs::write(file.path(), format!("{:>before$}\n{counters}", "nr_dirty 7")).unwrap();
            let stat = moved(file.path()).unwrap();
            let moved = [stat.pgpgin_kib, stat.pgpgout_kib, stat.pswpin_pages, stat.pswpout_pages];
            assert_eq!(moved, [Some(11), Some(222), Some(3333), Some(44_444)], "{before}");
        }
    }

    #[test]
    fn what_is_not_counted_is_not_moved() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "nr_dirty 7\npgpgin 11").unwrap();
        let stat = moved(file.path()).unwrap();
        assert_eq!((stat.pgpgin_kib, stat.pswpout_pages), (Some(11), None));
    }
}
