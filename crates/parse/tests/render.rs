//! What a kernel would write of a value is decoded to the value (T-79), where writing it takes a line.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "it is test code")]

use proptest::prelude::*;
use psight_parse::linux::{cpulist, meminfo, mounts, pid};

/// A text without NUL, as names and arguments are.
fn text() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(1..=255u8, 1..40)
}

proptest! {
    #[test]
    fn t79_any_name_of_a_process_is_read_back(comm in prop::collection::vec(1..=255u8, 0..64), start: u64, ppid: u32) {
        let line = [
            b"42 (", comm.as_slice(), b") S ",
            format!("{ppid} 42 42 0 -1 4194560 1 0 0 0 3 4 0 0 20 0 1 0 {start} 4096 1 0").as_bytes(),
        ]
        .concat();
        let stat = pid::stat::stat(&line).unwrap();
        prop_assert_eq!((stat.pid, stat.comm, stat.ppid), (42, comm.as_slice(), ppid));
        prop_assert_eq!(stat.starttime_ticks, start);
    }

    #[test]
    fn t79_arguments_are_read_back(arguments in prop::collection::vec(text(), 2..12)) {
        let file: Vec<u8> = arguments.iter().flat_map(|word| [word.as_slice(), b"\0"].concat()).collect();
        prop_assert_eq!(pid::cmdline::cmdline(&file), arguments);
    }

    #[test]
    fn t79_pages_are_read_back(pages: [u64; 5]) {
        let [size, resident, shared, text, data] = pages;
        let line = format!("{size} {resident} {shared} {text} 0 {data} 0\n");
        let statm = pid::statm::statm(line.as_bytes()).unwrap();
        let found =
            [statm.size_pages, statm.resident_pages, statm.shared_pages, statm.text_pages, statm.data_pages];
        prop_assert_eq!(found, pages);
    }

    #[test]
    fn t79_memory_is_read_back(total: u64, free: u64, swap: u64) {
        let file = format!("MemTotal: {total:>14} kB\nMemFree: {free:>15} kB\nSwapTotal: {swap:>13} kB\n");
        let info = meminfo::meminfo(file.as_bytes());
        let found = (info.total_kib, info.free_kib, info.swap_total_kib);
        prop_assert_eq!(found, (Some(total), Some(free), Some(swap)));
    }

    #[test]
    fn t44_any_mount_point_is_read_back(device in text(), mountpoint in text()) {
        let line = [
            mounts::escape(&device).as_slice(), b" ", mounts::escape(&mountpoint).as_slice(), b" ext4 rw 0 0\n",
        ]
        .concat();
        let found = mounts::mounts(&line);
        prop_assert_eq!(found.len(), 1);
        prop_assert_eq!((&found[0].device, &found[0].mountpoint), (&device, &mountpoint));
    }

    #[test]
    fn t36_any_list_of_processors_is_read_back(cpus in prop::collection::btree_set(0..9000u32, 0..40)) {
        let words: Vec<_> = cpus.iter().map(ToString::to_string).collect();
        let list = cpulist::cpulist((words.join(",") + "\n").as_bytes()).unwrap();
        prop_assert_eq!(list.iter().collect::<Vec<_>>(), cpus.into_iter().collect::<Vec<_>>());
    }
}
