//! What a kernel would write of a value is decoded to the value (T-79), where writing it takes a line.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "it is test code")]

use std::net::{IpAddr, SocketAddr};

use proptest::prelude::*;
use psight_parse::linux::{
    Endian, cpulist, diskstats, meminfo, mounts, net_dev, net_inet, net_unix, pid,
};

/// A text without NUL, as names and arguments are.
fn text() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(1..=255u8, 1..40)
}

/// An end of a connection as `/proc/net/tcp` and `tcp6` have it: each 32 bits of the address as one number.
fn end(address: SocketAddr, order: Endian) -> String {
    let bytes = match address.ip() {
        IpAddr::V4(ip) => ip.octets().to_vec(),
        IpAddr::V6(ip) => ip.octets().to_vec(),
    };
    let words =
        bytes.chunks_exact(4).map(|word| word.try_into().unwrap()).map(|word| match order {
            Endian::Little => format!("{:08X}", u32::from_le_bytes(word)),
            Endian::Big => format!("{:08X}", u32::from_be_bytes(word)),
        });
    format!("{}:{:04X}", words.collect::<String>(), address.port())
}

fn socket_address() -> impl Strategy<Value = SocketAddr> {
    (any::<IpAddr>(), any::<u16>()).prop_map(SocketAddr::from)
}

proptest! {
    #[test]
    fn t79_sockets_are_read_back(
        local in socket_address(), remote in socket_address(), state in 1..13u8, queues: [u32; 2], uid: u32, inode: u64,
        kind in 0..5u8, ticks in 0..1_000_000u32, attempts: u8,
    ) {
        for order in [Endian::Little, Endian::Big] {
            let line = format!(
                "   7: {} {} {state:02X} {:08X}:{:08X} {kind:02X}:{ticks:08X} {attempts:08X} {uid:5} {attempts:8} {inode} 1 0000000000000000\n",
                end(local, order), end(remote, order), queues[0], queues[1],
            );
            let rows: Vec<_> = net_inet::net_inet(line.as_bytes(), order).unwrap().collect();
            let [tx_queue, rx_queue] = queues;
            let timer = net_inet::Timer { kind, left_ms: ticks * 10, attempts };
            let row = net_inet::Inet { local, remote, state, tx_queue, rx_queue, uid, inode, timer };
            prop_assert_eq!(rows, vec![row]);
        }
    }

    #[test]
    fn t79_unix_sockets_are_read_back(names in prop::collection::vec((1..6u16, any::<u64>(), text()), 1..8)) {
        let lines = names.iter().map(|(kind, inode, name)| {
            [format!("0000000000000000: 00000002 00000000 00010000 {kind:04} 01 {inode:5} ").as_bytes(), name, b"\n"]
                .concat()
        });
        let file = lines.collect::<Vec<_>>().concat();
        let rows = net_unix::net_unix(&file).unwrap();
        let found: Vec<_> = rows.map(|row| (row.kind, row.inode, row.path.to_vec())).collect();
        prop_assert_eq!(found, names);
    }

    #[test]
    fn t79_counters_of_an_interface_are_read_back(name in "[a-z][a-z0-9.:-]{0,13}[a-z0-9]", numbers: [u64; 16]) {
        let numbers = numbers.map(|number| number.to_string());
        // The kernel pads the name and not the first number, which may follow the colon at once.
        let line = format!("{name:>6}:{}\n", numbers.join(" "));
        let found: Vec<_> = net_dev::net_dev(line.as_bytes()).unwrap().collect();
        prop_assert_eq!(found.len(), 1);
        let row = &found[0];
        prop_assert_eq!(row.name, name.as_bytes());
        let counters = [
            row.rx_bytes, row.rx_packets, row.rx_errors, row.rx_dropped, row.tx_bytes, row.tx_packets, row.tx_errors,
            row.tx_dropped,
        ];
        let places = [0, 1, 2, 3, 8, 9, 10, 11].map(|place: usize| numbers[place].clone());
        prop_assert_eq!(counters.map(|number| number.to_string()), places);
    }

    #[test]
    fn t79_counters_of_a_disk_are_read_back(name in "[a-z][a-z0-9!/-]{0,20}", numbers: [u64; 11]) {
        let words = numbers.map(|number| number.to_string()).join(" ");
        let line = format!("   8       0 {name} {words}\n");
        let mut rows = Vec::new();
        diskstats::diskstats(line.as_bytes(), |disk| rows.push(disk)).unwrap();
        prop_assert_eq!(rows.len(), 1);
        prop_assert_eq!(rows[0].name, name.as_bytes());
        let (counters, more) = (&rows[0].counters, rows[0].counters.more.unwrap());
        let found = [
            counters.reads, more.reads_merged, counters.read_sectors, more.read_ms, counters.writes, more.writes_merged,
            counters.written_sectors, more.write_ms, more.in_progress, more.busy_ms, more.weighted_ms,
        ];
        prop_assert_eq!(found, numbers);
    }

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
