//! Numbers of 32-bit and of 64-bit kernels at their ends (T-42): a 64-bit program reads what a 32-bit kernel wrote, and a
//! 32-bit program what a 64-bit kernel wrote, so that no decoder may depend on the width of the program's own integers.
#![allow(clippy::unwrap_used, reason = "it is test code")]

use psight_parse::linux::diskstats::diskstats;
use psight_parse::linux::meminfo::meminfo;
use psight_parse::linux::net_dev::net_dev;
use psight_parse::linux::pid::limits::limits;
use psight_parse::linux::pid::maps::maps;
use psight_parse::linux::pid::stat::stat;
use psight_parse::linux::pid::statm::statm;
use psight_parse::linux::proc_stat::{cpus, totals};
use psight_parse::linux::uptime::uptime;

/// The largest `unsigned long` and `long` of both widths, and the numbers just above the smaller ones.
const ENDS: [u64; 7] = [
    i32::MAX as u64,
    i32::MAX as u64 + 1,
    u32::MAX as u64,
    u32::MAX as u64 + 1,
    i64::MAX as u64,
    i64::MAX as u64 + 1,
    u64::MAX,
];

#[test]
fn t42_counters_of_disks_and_interfaces_are_read_to_their_ends() {
    for end in ENDS {
        let line = format!("8 0 sda {end} 1 {end} 2 {end} 3 {end} 4 0 5 6\n");
        let mut rows = Vec::new();
        diskstats(line.as_bytes(), |disk| rows.push(disk)).unwrap();
        let counters = &rows.first().unwrap().counters;
        assert_eq!((counters.reads, counters.read_sectors, counters.writes), (end, end, end));
        let line = format!("a\nb\n eth0: {end} 1 2 3 4 5 6 7 {end} 9 10 11 12 13 14 15\n");
        let found = net_dev(line.as_bytes()).unwrap().next().unwrap();
        assert_eq!((found.rx_bytes, found.tx_bytes), (end, end));
    }
}

#[test]
fn t42_times_and_counters_of_the_machine_are_read_to_their_ends() {
    for end in ENDS {
        let text = format!("cpu {end} 0 0 0 0 0 0 0 0 0\nctxt {end}\nbtime {end}\nprocesses 1\n");
        assert_eq!(cpus(text.as_bytes()).all.unwrap().user_ticks, end);
        let found = totals(text.as_bytes());
        assert_eq!((found.ctxt, found.btime), (Some(end), Some(end)));
    }
    // Beyond what 32 bits of seconds hold, as a machine without a clock and a jump may say.
    assert_eq!(uptime(b"4294967296.25 1.00\n").unwrap().as_secs(), 1 << 32);
    let found = meminfo(b"MemTotal: 4294967296 kB\nMemFree: 18446744073709551615 kB\n");
    assert_eq!((found.total_kib, found.free_kib), (Some(1 << 32), Some(u64::MAX)));
}

#[test]
fn t42_a_process_of_either_width_is_read() {
    for end in ENDS {
        // utime, stime and starttime are `unsigned long long` on every kernel, vsize and rsslim as wide as a pointer.
        let line = format!(
            "7 (a) S 1 7 7 0 -1 0 {end} 0 {end} 0 {end} {end} 0 0 20 0 1 0 {end} {end} 3 {end}\n"
        );
        let found = stat(line.as_bytes()).unwrap();
        assert_eq!((found.minflt, found.majflt), (end, end));
        assert_eq!((found.utime_ticks, found.stime_ticks, found.starttime_ticks), (end, end, end));
        let found = statm(format!("{end} {end} 3 4 0 6 0\n").as_bytes()).unwrap();
        assert_eq!((found.size_pages, found.resident_pages), (end, end));
    }
    // One of 32 bits has 8 digits in its addresses, one of 64 bits up to 16, and the kernel's own page lies at the top.
    let found = maps(b"08048000-08056000 r-xp 00000000 03:0c 64593 /a\nffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]\n");
    let starts: Vec<u64> = found.iter().map(|region| region.start).collect();
    assert_eq!(starts, [0x0804_8000, 0xffff_ffff_ff60_0000]);
}

#[test]
fn t42_no_limit_of_a_32_bit_kernel_is_no_number_either() {
    // What is not unlimited may be as much as 32 bits hold.
    let text = b"Limit Soft Limit Hard Limit Units\nMax file size             4294967295           unlimited            bytes\n";
    let found = limits(text).next().unwrap();
    assert_eq!((found.soft, found.hard), (Some(u64::from(u32::MAX)), None));
}
