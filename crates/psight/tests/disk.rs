//! File systems and disks: of machines in folders, and of this one beside psutil, `df` and `findmnt`.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "it is test code")]

mod common;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::time::Duration;

use common::{Machine, eventually, output, psutil};
use psight::disk::{DiskDevice, DiskIo, DiskProber, DiskUsage, Disks, Mounts, Partition};
use psight::monotonic::Monotonic;
use psight::{ErrorKind, Host};
use serde_json::{Value, json};

const FILESYSTEMS: &str = "nodev\tsysfs\nnodev\ttmpfs\nnodev\tautofs\nnodev\toverlay\nnodev\tnfs\n\
                           \text4\n\tsquashfs\n\tbtrfs\n\tvfat\nnodev\tzfs\n";

fn mounts(table: &str) -> Machine {
    Machine::captured().file("proc/filesystems", FILESYSTEMS).file("proc/self/mounts", table)
}

fn partitions(machine: &Machine, which: Mounts) -> Vec<Partition> {
    machine.host().partitions(which).unwrap()
}

/// Device and mount point of each.
fn rows(machine: &Machine, which: Mounts) -> Vec<(String, String)> {
    let device = |p: &Partition| p.device.clone().unwrap_or_default().into_string().unwrap();
    let rows = partitions(machine, which);
    rows.iter().map(|p| (device(p), p.mountpoint.to_str().unwrap().to_owned())).collect()
}

fn row(device: &str, mountpoint: &str) -> (String, String) {
    (device.to_owned(), mountpoint.to_owned())
}

#[test]
fn t44_an_escaped_blank_in_a_mount_point_is_decoded() {
    let machine = mounts("/dev/sdb1 /media/My\\040Disk\\134\\011x vfat rw,uid=1000 0 0\n");
    let found = partitions(&machine, Mounts::Physical).remove(0);
    assert_eq!(found.device.as_deref(), Some(OsStr::new("/dev/sdb1")));
    assert_eq!(found.mountpoint.as_os_str(), "/media/My Disk\\\tx");
    assert_eq!(found.fstype, "vfat");
    assert_eq!(found.opts, "rw,uid=1000");
}

#[test]
fn t44_a_mount_point_need_not_be_utf8() {
    let machine = mounts("").file("proc/self/mounts", b"/dev/sdb1 /mnt/\xff vfat rw 0 0\n");
    let found = partitions(&machine, Mounts::Physical).remove(0);
    assert_eq!(found.mountpoint.as_os_str(), OsStr::from_bytes(b"/mnt/\xff"));
}

#[test]
fn t44_a_device_without_a_name_is_none() {
    let machine =
        mounts(" /run/pasta tmpfs rw 0 0\nnone /sys/fs sysfs rw 0 0\n#x /y tmpfs rw 0 0\n");
    let found = partitions(&machine, Mounts::All);
    assert_eq!(found[0].device, None);
    assert_eq!(found[0].mountpoint.as_os_str(), "/run/pasta");
    assert_eq!(found[1].device, None);
    assert_eq!(found[2].device.as_deref(), Some(OsStr::new("#x")));
    // What has no device is on no storage, whatever its type is.
    assert_eq!(partitions(&mounts("none /a ext4 rw 0 0\n /b ext4 rw 0 0\n"), Mounts::Physical), []);
}

#[test]
fn t44_mountinfo_and_mtab_stand_in_for_the_table() {
    let line = "28 1 254:0 / /mnt/a\\040b rw,relatime shared:1 - ext4 /dev/vda rw,discard\n";
    let machine = Machine::captured()
        .file("proc/filesystems", FILESYSTEMS)
        .file("etc/mtab", "# a comment\n/dev/sda1 /old ext4 rw 0 0\n");
    assert_eq!(rows(&machine, Mounts::Physical), [row("/dev/sda1", "/old")]);
    let machine = machine.file("proc/self/mountinfo", line);
    assert_eq!(rows(&machine, Mounts::Physical), [row("/dev/vda", "/mnt/a b")]);
    assert_eq!(partitions(&machine, Mounts::Physical)[0].opts, "rw,relatime,discard");
}

#[test]
fn t46_autofs_is_no_storage_and_nothing_is_asked_of_it() {
    // The directories are not there: had any been asked for anything, it would show.
    let table = "systemd-1 /proc/sys/fs/binfmt_misc autofs rw,fd=29 0 0\n\
                 /etc/auto.misc /misc autofs rw,indirect 0 0\n\
                 server:/x /net/x nfs rw 0 0\n\
                 /dev/sda1 / ext4 rw 0 0\n";
    let machine = mounts(table);
    assert_eq!(rows(&machine, Mounts::Physical), [row("/dev/sda1", "/")]);
    assert_eq!(rows(&machine, Mounts::All).len(), 4);
}

#[test]
fn t47_what_counts_as_physical() {
    let table = "overlay / overlay rw,lowerdir=/a,upperdir=/b 0 0\n\
                 /dev/loop3 /snap/core/1 squashfs ro,nodev 0 0\n\
                 /dev/sda2 /home btrfs rw,subvolid=257,subvol=/@home 0 0\n\
                 /dev/sda2 /srv btrfs rw,subvolid=258,subvol=/@srv 0 0\n\
                 rpool/ROOT/ubuntu /pool zfs rw,xattr 0 0\n\
                 rpool/home /pool/home zfs rw,xattr 0 0\n\
                 tmpfs /run tmpfs rw 0 0\n\
                 /dev/sda1 /mnt/bind ext4 rw 0 0\n";
    let expected = [
        row("/dev/loop3", "/snap/core/1"),
        row("/dev/sda2", "/home"),
        row("/dev/sda2", "/srv"),
        row("rpool/ROOT/ubuntu", "/pool"),
        row("rpool/home", "/pool/home"),
        row("/dev/sda1", "/mnt/bind"),
    ];
    assert_eq!(rows(&mounts(table), Mounts::Physical), expected);
}

#[test]
fn without_a_type_of_file_system_it_is_not_known_which_are_on_storage() {
    for nothing in ["", "\n"] {
        let machine = mounts("/dev/sda1 / ext4 rw 0 0\n").file("proc/filesystems", nothing);
        let error = machine.host().partitions(Mounts::Physical).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Malformed);
        assert!(error.to_string().contains("proc/filesystems"), "{error}");
        // All of them are found without.
        assert_eq!(rows(&machine, Mounts::All), [row("/dev/sda1", "/")]);
    }
}

/// A machine whose root file system is on 8:2, under a name that was there before any `/dev`.
fn root_on(name: &str) -> Machine {
    mounts(&format!("{name} / ext4 rw 0 0\n"))
        .file("proc/self/mountinfo", "22 1 8:2 / / rw - ext4 /dev/root rw\n")
}

#[test]
fn t47_the_device_of_root_is_found_in_three_places() {
    for name in ["/dev/root", "rootfs"] {
        let unknown = root_on(name);
        assert_eq!(rows(&unknown, Mounts::Physical), [row(name, "/")]);
        let machine = root_on(name).file(
            "proc/partitions",
            "major minor  #blocks  name\n\n   8        1  1024 sda1\n   8        2  2048 sda2\n",
        );
        assert_eq!(rows(&machine, Mounts::Physical), [row("/dev/sda2", "/")]);
        let machine = root_on(name)
            .file("proc/partitions", "major minor  #blocks  name\n\n   8        1  1024 sda1\n")
            .file("sys/dev/block/8:2/uevent", "MAJOR=8\nMINOR=2\nDEVNAME=sdb2\nDEVTYPE=disk\n");
        assert_eq!(rows(&machine, Mounts::Physical), [row("/dev/sdb2", "/")]);
        let machine = root_on(name)
            .file("sys/class/block/sdc1/dev", "8:1\n")
            .file("sys/class/block/cciss!c0d0p2/dev", "8:2\n");
        assert_eq!(rows(&machine, Mounts::Physical), [row("/dev/cciss/c0d0p2", "/")]);
    }
}

/// Ten thousand mounts, one below the other: twice as many lines were read for each of them before, and took minutes.
#[test]
fn the_mount_table_is_read_once_for_all_of_its_mounts() {
    const MANY: usize = 10_000;
    let soon = Duration::from_secs(30);
    let start = std::time::Instant::now();
    let (mut table, mut info) = (String::new(), String::new());
    for number in 0..MANY {
        table.push_str(&format!("/dev/root /mnt/{number} ext4 rw 0 0\n"));
        info.push_str(&format!("{number} 1 8:2 / /mnt/{number} rw - ext4 /dev/root rw\n"));
    }
    let machine = mounts(&table)
        .file("proc/self/mountinfo", &info)
        .file("proc/partitions", "   8        2  2048 sda2\n");
    let found = rows(&machine, Mounts::Physical);
    assert!(found.len() == MANY && found.contains(&row("/dev/sda2", "/mnt/9999")));

    let machine = Machine::live()
        .file("proc/1/mounts", &table)
        .file("proc/1/mountinfo", &info)
        .file("mnt/7/file", "");
    let usages = DiskProber::new(&machine.host()).disk_usages(vec!["/mnt/7"; MANY], soon);
    assert!(usages.len() == MANY && usages.iter().all(|usage| usage.is_ok()));
    assert!(start.elapsed() < soon, "{:?}", start.elapsed());
}

#[test]
fn t47_on_a_live_machine_the_device_of_root_must_be_there() {
    let table = "/dev/root / ext4 rw 0 0\n";
    let info = "22 1 8:2 / / rw - ext4 /dev/root rw\n";
    let machine = Machine::live()
        .file("proc/filesystems", FILESYSTEMS)
        .file("proc/1/mounts", table)
        .file("proc/1/mountinfo", info)
        .file("proc/partitions", "   8        2  2048 sda2\n");
    assert_eq!(rows(&machine, Mounts::Physical), [row("/dev/root", "/")]);
    let machine = machine.file("dev/sda2", "");
    assert_eq!(rows(&machine, Mounts::Physical), [row("/dev/sda2", "/")]);
}

#[test]
fn a_machine_seen_from_a_container_has_the_mounts_of_its_first_process() {
    let machine = Machine::live()
        .file("proc/filesystems", FILESYSTEMS)
        .file("proc/self/mounts", "/dev/sda1 /etc/hosts ext4 rw 0 0\n")
        .file("proc/1/mounts", "/dev/sda1 / ext4 rw 0 0\n");
    assert_eq!(rows(&machine, Mounts::Physical), [row("/dev/sda1", "/")]);
}

#[test]
fn without_a_mount_table_there_is_no_listing() {
    let machine = Machine::captured().file("proc/filesystems", FILESYSTEMS);
    let error = machine.host().partitions(Mounts::All).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    // Another procfs is not answered from this machine's mtab.
    let proc = machine.path("proc");
    let error = Host::local().with_proc(&proc).partitions(Mounts::All).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let error = mounts("").host().disk_usage("/").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[test]
fn t48_percent_is_an_ordinary_users() {
    // Half of it in use, and half of the rest kept for root.
    let machine = Machine::captured().file("answers/statvfs", "/ 4096 1000 500 250 64 16\n");
    let usage = machine.host().disk_usage("/etc/hosts").unwrap();
    assert_eq!((usage.total, usage.used, usage.free), (4_096_000, 2_048_000, 1_024_000));
    assert_eq!(usage.percent, 2.0 / 3.0 * 100.0);
    assert_eq!((usage.files, usage.files_free), (Some(64), Some(16)));
}

#[test]
fn t48_nothing_of_nothing_is_0_percent_and_no_files() {
    let machine = Machine::captured().file("answers/statvfs", "/proc 4096 0 0 0 0 0\n");
    let usage = machine.host().disk_usage("/proc").unwrap();
    assert_eq!((usage.total, usage.percent), (0, 0.0));
    assert_eq!((usage.files, usage.files_free), (None, None));
}

#[test]
fn t48_absurd_numbers_are_no_panic() {
    let answers = format!("/a 512 100 200 {0} 1 2\n/b {0} {0} 0 {0} {0} {0}\n", u64::MAX);
    let host = Machine::captured().file("answers/statvfs", answers);
    let usage = host.host().disk_usage("/a").unwrap();
    // More free than there is, and less than nothing for users.
    assert_eq!((usage.used, usage.free, usage.percent), (0, 0, 0.0));
    assert_eq!(host.host().disk_usage("/b").unwrap().percent, 100.0);
}

#[test]
fn a_captured_path_is_on_the_deepest_mount_above_it() {
    let answers = "/ 1 10 5 5 0 0\n/home 1 20 5 5 0 0\n/home/a\\040b 1 30 5 5 0 0\n";
    let machine = Machine::captured().file("answers/statvfs", answers);
    let total = |path| machine.host().disk_usage(path).unwrap().total;
    assert_eq!(
        [total("/homely"), total("/home/x"), total("/home/a b/c"), total("home")],
        [10, 20, 30, 20]
    );
    let prober = DiskProber::new(&machine.host());
    assert_eq!(prober.disk_usage("/home", Duration::ZERO).unwrap().total, 20);
}

#[test]
fn a_mount_that_was_not_captured_has_not_the_space_of_what_is_around_it() {
    let machine = mounts("/dev/sda1 / ext4 rw 0 0\nsysfs /sys sysfs rw 0 0\n")
        .file("answers/statvfs", "/ 1 10 5 5 0 0\n");
    assert_eq!(machine.host().disk_usage("/etc").unwrap().total, 10);
    let error = machine.host().disk_usage("/sys/kernel").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

const DISKSTATS: &str = "   8       0 sda 100 1 200 3 50 2 400 4 0 5 7\n\
                            8       1 sda1 90 1 180 3 40 2 300 4 0 5 7\n\
                         104       0 cciss/c0d0 1 0 2 0 3 0 4 0 0 0 0\n\
                           7       0 loop0 5 0 10 0 0 0 0 0 0 0 0\n";

#[test]
fn a_captured_mount_that_gave_no_answer_has_not_that_of_the_mount_above_it() {
    let table = "/dev/sda1 / ext4 rw 0 0\nnas:/export /mnt nfs rw 0 0\n";
    let machine = mounts(table).file("answers/statvfs", "/ 1 10 5 5 0 0\n");
    let host = machine.host();
    assert_eq!(host.disk_usage("/home").unwrap().total, 10);
    let error = host.disk_usage("/mnt/file").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

fn disks() -> Machine {
    let machine = Machine::captured().file("proc/diskstats", DISKSTATS);
    ["sda", "cciss!c0d0", "loop0"]
        .iter()
        .fold(machine, |machine, name| machine.file(&format!("sys/block/{name}/size"), "1\n"))
}

fn counters(machine: &Machine, which: Disks) -> BTreeMap<OsString, DiskIo> {
    machine.host().disk_io_counters(which).unwrap()
}

#[test]
fn t49_sectors_are_512_bytes() {
    let disks = counters(&disks(), Disks::All);
    let sda = &disks[OsStr::new("sda")];
    assert_eq!((sda.read_count, sda.write_count), (100, 50));
    assert_eq!((sda.read_bytes, sda.write_bytes), (200 * 512, 400 * 512));
    assert_eq!((sda.read_time, sda.write_time), (Some(3), Some(4)));
    assert_eq!((sda.read_merged_count, sda.write_merged_count), (Some(1), Some(2)));
    assert_eq!((sda.busy_time, sda.weighted_time, sda.in_progress), (Some(5), Some(7), Some(0)));
    assert_eq!((sda.discard_count, sda.flush_count), (None, None));
}

#[test]
fn t49_a_disk_and_its_partitions_are_not_added_up() {
    let machine = disks();
    let names: Vec<_> = counters(&machine, Disks::Whole).into_keys().collect();
    assert_eq!(names, ["cciss/c0d0", "loop0", "sda"]);
    let total = DiskIo::total(counters(&machine, Disks::Whole).values()).unwrap();
    assert_eq!((total.read_count, total.write_count), (106, 53));
    assert_eq!((total.read_bytes, total.read_time), (212 * 512, Some(3)));
}

#[test]
fn t49_without_diskstats_the_files_in_sys_are_read() {
    let machine = Machine::captured()
        .file("sys/block/sda/stat", "     100        1      200        3       50        2      400        4        0        5        7\n")
        .file("sys/block/sda/sda1/stat", "90 1 180 3 40 2 300 4 0 5 7\n")
        .file("sys/block/sda/queue/stat", "9 9 9 9 9 9 9 9 9 9 9\n")
        .file("sys/block/cciss!c0d0/stat", "1 0 2 0 3 0 4 0 0 0 0\n")
        .file("sys/block/loop0/stat", "5 0 10 0 0 0 0 0 0 0 0\n")
        .file("sys/block/sdb/stat", "garbage\n");
    assert_eq!(counters(&machine, Disks::All), counters(&disks(), Disks::All));
    assert_eq!(counters(&machine, Disks::Whole), counters(&disks(), Disks::Whole));
}

#[test]
fn t49_a_partition_of_2_6_has_no_times_and_not_the_time_0() {
    let machine = Machine::captured().file("proc/diskstats", "   3    1   hda1 1 2 3 4\n");
    let disks = counters(&machine, Disks::All);
    let hda1 = &disks[OsStr::new("hda1")];
    assert_eq!((hda1.read_count, hda1.read_bytes), (1, 1024));
    assert_eq!((hda1.write_count, hda1.write_bytes), (3, 2048));
    assert_eq!((hda1.read_time, hda1.busy_time), (None, None));
}

#[test]
fn t49_a_line_that_is_not_understood_hides_no_other_but_a_file_may() {
    let machine = disks();
    machine.write("proc/diskstats", format!("   8 16 sdb 1 2 3 4 5\n{DISKSTATS}"));
    assert_eq!(counters(&machine, Disks::All).len(), 4);
    machine.write("proc/diskstats", "no disks here\n");
    let error = machine.host().disk_io_counters(Disks::All).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed);
}

#[test]
fn whole_disks_that_nobody_names_are_not_no_disks() {
    let rows = "8 0 sda 1 2 3 4 5 6 7 8 9 10 11\n8 1 sda1 1 2 3 4 5 6 7 8 9 10 11\n";
    let host = Machine::captured().file("proc/diskstats", rows);
    assert_eq!(host.host().disk_io_counters(Disks::All).unwrap().len(), 2);
    let error = host.host().disk_io_counters(Disks::Whole).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[test]
fn a_disk_without_a_part_is_whole_whatever_sysfs_says() {
    let numbers = "1 2 3 4 5 6 7 8 9 10 11";
    let rows = format!("8 0 sda {numbers}\n7 1 loop1 {numbers}\n7 10 loop10 {numbers}\n");
    let host = Machine::captured().file("proc/diskstats", rows);
    let names: Vec<_> = counters(&host, Disks::Whole).into_keys().collect();
    assert_eq!(names, ["loop1", "loop10", "sda"]);
}

#[test]
fn a_part_of_a_numbered_disk_has_a_p_in_its_name() {
    let numbers = "1 2 3 4 5 6 7 8 9 10 11";
    for (disk, part) in [("sda", "sda12"), ("nvme0n1", "nvme0n1p2"), ("md127", "md127p1")] {
        let rows = format!("8 0 {disk} {numbers}\n8 1 {part} {numbers}\n");
        let host = Machine::captured().file("proc/diskstats", rows);
        host.write(&format!("sys/block/{disk}/size"), "8\n");
        let names: Vec<_> = counters(&host, Disks::Whole).into_keys().collect();
        assert_eq!(names, [disk]);
    }
}

#[test]
fn t51_no_disks_at_all() {
    let machine = Machine::captured().file("proc/diskstats", "");
    assert!(counters(&machine, Disks::All).is_empty());
    assert_eq!(DiskIo::total(counters(&machine, Disks::Whole).values()), None);
    let error = Machine::captured().host().disk_io_counters(Disks::All).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}

#[test]
fn t50_a_disk_that_wraps_or_is_plugged_in_again() {
    let machine = disks();
    let mut monotonic = Monotonic::default();
    let mut read = |reads: &str| {
        machine.write("proc/diskstats", reads);
        let disks = monotonic.continued(counters(&machine, Disks::All));
        disks.get(OsStr::new("sda")).map(|sda| (sda.read_count, sda.read_bytes, sda.in_progress))
    };
    let sda = "8 0 sda 100 1 200 3 50 2 400 4 6 5 7\n";
    assert_eq!(read(sda), Some((100, 200 * 512, Some(6))));
    // The sectors wrapped, and fewer requests are under way, which is no counter.
    let wrapped = "8 0 sda 101 1 3 3 50 2 400 4 2 5 7\n";
    assert_eq!(read(wrapped), Some((101, 203 * 512, Some(2))));
    assert_eq!(read(""), None);
    assert_eq!(read(wrapped), Some((101, 3 * 512, Some(2))));
}

#[test]
fn what_has_not_changed_is_not_told_again() {
    let machine = disks();
    for which in [Disks::All, Disks::Whole] {
        let mut reader = machine.host().disk_io_reader(which);
        let mut changed = |text: &str| {
            machine.write("proc/diskstats", text);
            let disks = reader.changed()?;
            let by_name = disks.map(|disks| disks.into_iter().collect::<BTreeMap<_, _>>());
            Ok::<_, psight::Error>(by_name.map(|disks| disks == counters(&machine, which)))
        };
        let sda = "8 0 sda 100 1 200 3 50 2 400 4 6 5 7\n";
        assert_eq!(
            changed("").unwrap(),
            Some(true),
            "the first is told, also where nothing is there"
        );
        assert_eq!(changed("").unwrap(), None);
        for text in [
            sda,
            "8 0 sda 101 1 200 3 50 2 400 4 6 5 7\n",
            &[sda, "8 16 sdb 1 1 1 1 1 1 1 1 1 1 1\n"].concat(),
        ] {
            assert_eq!(changed(text).unwrap(), Some(true), "{text}");
            assert_eq!(changed(text).unwrap(), None, "{text}");
        }
        assert_eq!(changed("garbled\n").unwrap_err().kind(), ErrorKind::Malformed);
        assert_eq!(
            changed("garbled\n").unwrap_err().kind(),
            ErrorKind::Malformed,
            "it was no answer"
        );
        assert_eq!(changed(sda).unwrap(), Some(true));
    }
}

#[test]
fn what_is_told_without_a_text_is_told_each_time() {
    let machine = Machine::captured().file("sys/block/sda/stat", "1 2 3 4 5 6 7 8 9 10 11\n");
    let mut reader = machine.host().disk_io_reader(Disks::All);
    for _ in 0..2 {
        let told = reader.changed().unwrap().unwrap();
        assert_eq!(told, counters(&machine, Disks::All).into_iter().collect::<Vec<_>>());
    }
}

#[test]
fn t52_a_disk_whose_accounting_is_off_is_told() {
    let machine = disks()
        .file("sys/block/sda/queue/iostats", "0\n")
        .file("sys/block/loop0/queue/iostats", "1\n")
        .file("sys/block/cciss!c0d0/queue/iostats", "0\n");
    assert_eq!(machine.host().disks_not_counted().unwrap(), ["cciss/c0d0", "sda"]);
}

#[test]
fn t52_what_all_disks_moved_is_counted_though_a_disk_is_not() {
    let machine = disks().file("proc/vmstat", "pgpgin 10\npgpgout 20\npswpin 0\npswpout 0\n");
    let traffic = machine.host().disk_traffic().unwrap();
    assert_eq!((traffic.read_bytes, traffic.write_bytes), (10 * 1024, 20 * 1024));
    let machine = disks().file("proc/vmstat", "pswpin 0\npswpout 0\n");
    assert_eq!(machine.host().disk_traffic().unwrap_err().kind(), ErrorKind::Unsupported);
}

// From here on: this machine.

#[test]
fn partitions_are_psutils() {
    for (which, all) in [(Mounts::Physical, "False"), (Mounts::All, "True")] {
        eventually(|| {
            let code = format!("print(json.dumps(psutil.disk_partitions(all={all})))");
            let Some(theirs) = psutil(&code) else { return Ok(()) };
            let ours: Vec<_> = Host::local().partitions(which).unwrap();
            let text = |text: &OsStr| text.to_str().unwrap().to_owned();
            let ours: Vec<_> = ours
                .iter()
                .map(|p| {
                    let device = p.device.as_deref().map(text).unwrap_or_default();
                    json!([device, text(p.mountpoint.as_os_str()), text(&p.fstype), text(&p.opts)])
                })
                .collect();
            same(&json!(ours), &theirs)
        });
    }
}

/// Whether two answers are of one file system that somebody may be writing to: what is in use may differ by a
/// hundredth.
fn close(ours: [u64; 3], theirs: [u64; 3]) -> Result<(), String> {
    let near = |a: u64, b: u64| a.abs_diff(b) <= ours[0] / 100;
    let same = ours[0] == theirs[0] && near(ours[1], theirs[1]) && near(ours[2], theirs[2]);
    if same { Ok(()) } else { Err(format!("ours {ours:?}, theirs {theirs:?}")) }
}

fn spaces(usage: &DiskUsage) -> [u64; 3] {
    [usage.total, usage.used, usage.free]
}

#[test]
fn usage_is_psutils() {
    for path in ["/", "/proc", "/dev/shm", "/dev"] {
        eventually(|| {
            let code = format!("print(json.dumps(psutil.disk_usage('{path}')))");
            let Some(theirs) = psutil(&code) else { return Ok(()) };
            let usage = Host::local().disk_usage(path).unwrap();
            close(spaces(&usage), [0, 1, 2].map(|field| theirs[field].as_u64().unwrap()))?;
            let percent = theirs[3].as_f64().unwrap();
            if (usage.percent - percent).abs() < 1.0 {
                Ok(())
            } else {
                Err(format!("ours {}, theirs {percent}", usage.percent))
            }
        });
    }
}

#[test]
fn t48_usage_is_dfs() {
    eventually(|| {
        let fields = "--output=size,used,avail,pcent,itotal";
        let Some(df) = output("df", &["-B1", fields, "/"]) else { return Ok(()) };
        let theirs: Vec<u64> = df
            .lines()
            .last()
            .unwrap()
            .split_whitespace()
            .map(|word| word.trim_end_matches('%').parse().unwrap())
            .collect();
        let usage = Host::local().disk_usage("/").unwrap();
        close(spaces(&usage), [theirs[0], theirs[1], theirs[2]])?;
        // `df` rounds up.
        let percent = usage.percent.ceil() as u64;
        if percent == theirs[3] && usage.files.unwrap_or(0) == theirs[4] {
            Ok(())
        } else {
            Err(format!("ours {usage:?}, theirs {theirs:?}"))
        }
    });
}

#[test]
fn the_prober_says_what_the_file_system_says() {
    let host = Host::local();
    let prober = DiskProber::new(&host);
    for path in ["/", "/proc", "/dev/shm", ".", "/etc/../usr/bin", "/proc/self/task"] {
        eventually(|| {
            let usage = host.disk_usage(path).unwrap();
            let probed = prober.disk_usage(path, Duration::from_secs(60)).unwrap();
            close(spaces(&usage), spaces(&probed))
        });
    }
}

#[test]
fn t47_the_device_of_root_is_findmnts() {
    let Some(source) = output("findmnt", &["-n", "-o", "SOURCE", "--mountpoint", "/"]) else {
        return;
    };
    let root = Host::local().partitions(Mounts::All).unwrap();
    let root = root.into_iter().rev().find(|p| p.mountpoint.as_os_str() == "/").unwrap();
    // A subvolume or a bound directory follows in brackets.
    let source = source.trim().split('[').next().unwrap_or_default().to_owned();
    if source == "none" || source == "rootfs" {
        return;
    }
    assert_eq!(root.device, Some(source.into()));
}

#[test]
fn the_device_of_root_is_psutils() {
    let machine = Machine::captured()
        .file("proc/filesystems", FILESYSTEMS)
        .file("proc/self/mounts", "/dev/root / ext4 rw 0 0\nnone /a ext4 rw 0 0\n")
        .file("proc/partitions", "major minor  #blocks  name\n\n");
    let proc = machine.path("proc");
    for (which, all) in [(Mounts::Physical, "False"), (Mounts::All, "True")] {
        let code = format!(
            "psutil.PROCFS_PATH = {:?}\n\
             print(json.dumps([p[:2] for p in psutil.disk_partitions(all={all})]))",
            proc.to_str().unwrap()
        );
        let Some(theirs) = psutil(&code) else { return };
        let ours = Host::local().with_proc(&proc).partitions(which).unwrap();
        let text = |text: &OsStr| text.to_str().unwrap().to_owned();
        let ours: Vec<_> = ours
            .iter()
            .map(|p| {
                let device = p.device.as_deref().map(text).unwrap_or_default();
                [device, text(p.mountpoint.as_os_str())]
            })
            .collect();
        assert_eq!(json!(ours), theirs);
    }
}

#[test]
fn counters_are_psutils() {
    // Counters only grow: what psutil reads in between lies in between.
    let host = Host::local();
    let all = || host.disk_io_counters(Disks::All).unwrap();
    let before = all();
    let code = "print(json.dumps(psutil.disk_io_counters(perdisk=True, nowrap=False)))";
    let Some(theirs) = psutil(code) else { return };
    let after = all();
    let theirs = theirs.as_object().unwrap();
    assert_eq!(theirs.len(), after.len());
    for (name, theirs) in theirs {
        let name = OsStr::new(name);
        between(&as_psutil(&before[name]), theirs, &as_psutil(&after[name]));
    }
    let total = || {
        let disks = host.disk_io_counters(Disks::Whole).unwrap();
        json!(DiskIo::total(disks.values()).as_ref().map(as_psutil))
    };
    let before = total();
    let Some(theirs) = psutil("print(json.dumps(psutil.disk_io_counters(nowrap=False)))") else {
        return;
    };
    between(&before, &theirs, &total());
}

fn between(before: &Value, theirs: &Value, after: &Value) {
    let numbers = |list: &Value| -> Vec<u64> {
        list.as_array().into_iter().flatten().map(|number| number.as_u64().unwrap()).collect()
    };
    let (before, theirs, after) = (numbers(before), numbers(theirs), numbers(after));
    assert_eq!(before.len(), theirs.len());
    for ((before, theirs), after) in before.iter().zip(&theirs).zip(&after) {
        assert!(before <= theirs && theirs <= after, "{before} {theirs} {after}");
    }
}

#[test]
fn old_kernels_are_read_as_psutil_reads_them() {
    let diskstats = "   3     0   1 hda 2 3 4 5 6 7 8 9 10 11 12\n\
                        8     0 sda 1 2 3 4 5 6 7 8 9 10 11\n\
                        8     1 sda1 1 2 3 4\n\
                        8    16 sdb 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15\n\
                        8    32 sdc 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17\n";
    let machine = Machine::captured().file("proc/diskstats", diskstats);
    let proc = machine.path("proc");
    let code = format!(
        "psutil.PROCFS_PATH = {:?}\n\
         print(json.dumps(psutil.disk_io_counters(perdisk=True, nowrap=False)))",
        proc.to_str().unwrap()
    );
    let Some(theirs) = psutil(&code) else { return };
    let ours = Host::local().with_proc(&proc).disk_io_counters(Disks::All).unwrap();
    let ours: BTreeMap<_, _> =
        ours.iter().map(|(name, io)| (name.to_str().unwrap(), as_psutil(io))).collect();
    assert_eq!(json!(ours), theirs);
}

/// psutil has 0 for what is not known.
fn as_psutil(io: &DiskIo) -> Value {
    let or_0 = |number: Option<u64>| number.unwrap_or(0);
    json!([
        io.read_count,
        io.write_count,
        io.read_bytes,
        io.write_bytes,
        or_0(io.read_time),
        or_0(io.write_time),
        or_0(io.read_merged_count),
        or_0(io.write_merged_count),
        or_0(io.busy_time),
    ])
}

fn same(ours: &Value, theirs: &Value) -> Result<(), String> {
    if ours == theirs { Ok(()) } else { Err(format!("ours {ours}\ntheirs {theirs}")) }
}

#[test]
fn a_capture_answers_as_the_machine_did() {
    let host = Host::local();
    let answers = psight::disk::capture_statvfs().unwrap();
    let machine = Machine::captured().file("answers/statvfs", answers);
    for path in ["/", "/proc", "/dev"] {
        let then = machine.host().disk_usage(path).unwrap();
        close(spaces(&then), spaces(&host.disk_usage(path).unwrap())).unwrap();
    }
}

/// The device of this name.
fn device(host: &Host, name: &str) -> DiskDevice {
    host.disk_devices().unwrap().into_iter().find(|device| device.name == name).unwrap()
}

#[test]
fn a_device_is_made_of_others_and_holds_what_is_mounted() {
    let table = "\
        31 1 8:2 / / rw - ext4 /dev/root rw\n\
        40 31 0:44 /@home /home rw - btrfs /dev/mapper/vg-home rw\n\
        41 31 8:2 /srv /export/a\\040b rw - ext4 /dev/root rw\n\
        42 31 0:45 / /run rw - tmpfs sda rw\n";
    let machine = Machine::captured()
        .file("proc/self/mountinfo", table)
        .file("sys/block/sda/dev", "8:0\n")
        .file("sys/block/sda/size", "1000\n")
        .file("sys/block/sda/ro", "0\n")
        .file("sys/block/sda/removable", "0\n")
        .file("sys/block/sda/queue/rotational", "1\n")
        .file("sys/block/sda/device/model", "WDC WD10    \n")
        .file("sys/block/sda/sda2/dev", "8:2\n")
        .file("sys/block/sda/sda2/size", "900\n")
        .file("sys/block/sda/sda2/ro", "1\n")
        .file("sys/block/dm-3/dev", "253:3\n")
        .file("sys/block/dm-3/dm/name", "vg-home\n")
        .file("sys/block/dm-3/queue/rotational", "0\n")
        .file("sys/block/dm-3/slaves/sda2", "")
        .file("sys/block/cciss!c0d0/size", "many\n");
    let host = machine.host();
    let names: Vec<_> = host.disk_devices().unwrap().into_iter().map(|d| d.name).collect();
    assert_eq!(names, ["cciss/c0d0", "dm-3", "sda", "sda2"]);
    let paths = |paths: &[&str]| Some(paths.iter().map(PathBuf::from).collect::<Vec<_>>());
    let disk = device(&host, "sda");
    assert_eq!((disk.parent, disk.size, disk.dev), (None, Some(512_000), Some(0x800)));
    assert_eq!(
        (disk.read_only, disk.removable, disk.rotational),
        (Some(false), Some(false), Some(true))
    );
    assert_eq!((disk.model, disk.mountpoints), (Some("WDC WD10".into()), paths(&[])));
    let part = device(&host, "sda2");
    assert_eq!((part.parent, part.model), (Some("sda".into()), Some("WDC WD10".into())));
    assert_eq!(
        (part.read_only, part.removable, part.rotational),
        (Some(true), Some(false), Some(true))
    );
    assert_eq!(part.mountpoints, paths(&["/", "/export/a b"]));
    let mapped = device(&host, "dm-3");
    assert_eq!((mapped.mapped_name, mapped.members), (Some("vg-home".into()), vec!["sda2".into()]));
    assert_eq!((mapped.mountpoints, mapped.removable), (paths(&["/home"]), None));
    let silent = device(&host, "cciss/c0d0");
    assert_eq!((silent.size, silent.dev, silent.rotational), (None, None, None));
}

#[test]
fn without_a_table_of_mounts_it_is_not_known_what_a_device_holds() {
    let machine = Machine::captured().file("sys/block/sda/dev", "8:0\n");
    assert_eq!(device(&machine.host(), "sda").mountpoints, None);
    let none = Machine::captured().host().disk_devices().unwrap_err();
    assert_eq!(none.kind(), ErrorKind::NotFound);
}

#[test]
fn devices_are_what_lsblk_says() {
    let list = ["--json", "--list", "--all", "--bytes", "-o", "NAME,SIZE,ROTA,RO,RM"];
    // It says so in other words where it is older.
    let yes = |value: &Value| value == &json!(true) || value == &json!("1");
    eventually(|| {
        let Some(theirs) = output("lsblk", &list) else { return Ok(()) };
        let theirs: Value = serde_json::from_str(&theirs).unwrap();
        let ours = Host::local().disk_devices().unwrap();
        for theirs in theirs["blockdevices"].as_array().unwrap() {
            let name = theirs["name"].as_str().unwrap();
            // By another name than the kernel's where it was given one.
            let is_it = |d: &&DiskDevice| {
                d.name == name || d.mapped_name.as_deref() == Some(OsStr::new(name))
            };
            let ours = ours.iter().find(is_it).ok_or_else(|| format!("no {name}"))?;
            let size = theirs["size"].as_u64().or_else(|| theirs["size"].as_str()?.parse().ok());
            let flags = ["rota", "ro", "rm"].map(|flag| Some(yes(&theirs[flag])));
            let same = [ours.rotational, ours.read_only, ours.removable] == flags;
            if !same || size.is_some_and(|size| ours.size != Some(size)) {
                return Err(format!("{ours:?} is not {theirs}"));
            }
        }
        Ok(())
    });
}

#[test]
fn the_device_of_a_file_system_is_that_of_its_files() {
    use std::os::unix::fs::MetadataExt;
    let host = Host::local();
    let Ok(devices) = host.disk_devices() else { return };
    let holds = |device: &&DiskDevice| {
        device.mountpoints.iter().flatten().any(|path| path.as_os_str() == "/")
    };
    let root = std::fs::metadata("/").unwrap().dev();
    // In a container it may be no device's, and of btrfs it has a number of its own.
    if let Some(device) = devices.iter().find(|device| device.dev == Some(root)) {
        assert_eq!(devices.iter().find(holds), Some(device));
    }
}
