//! The machines in `fixtures/`, with the answers that they must give. Every value was taken from the machine's files by
//! hand: where a number is converted, the conversion is written out.
#![cfg(target_os = "linux")]
#![allow(clippy::expect_used, clippy::panic, reason = "it is test code")]

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use psight::disk::{Disks, Mounts};
use psight::net::{ConnectionKind, Routes};
use psight::{ErrorKind, Host, Pid, Process, Result};
use serde_json::{Value, json};

const LAPTOP: &str = "6.8-laptop";
const OLD: &str = "2.6.24-server";
const VM: &str = "6.18-vm";

fn host(machine: &str) -> Host {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/linux");
    Host::at(fixtures.join(machine)).expect("a captured machine")
}

fn process(machine: &str, pid: u32) -> Process {
    host(machine).process(pid).expect("a process")
}

/// What a record says, by the names of its fields.
#[track_caller]
fn said<T: serde::Serialize>(answer: Result<T>) -> Value {
    serde_json::to_value(answer.expect("an answer")).expect("JSON")
}

/// The same for records with names.
#[track_caller]
fn named<T: serde::Serialize>(answer: Result<BTreeMap<OsString, T>>) -> BTreeMap<String, Value> {
    let records = answer.expect("an answer").into_iter();
    records.map(|(name, record)| (name.display().to_string(), said(Ok(record)))).collect()
}

/// Each of `expected`'s fields, and no others, of `found`: a few facts of a long record.
#[track_caller]
fn has(found: &Value, expected: &Value) {
    for (name, value) in expected.as_object().expect("fields") {
        assert_eq!(found.get(name), Some(value), "{name} of {found}");
    }
}

fn at(seconds: u64, millis: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds) + Duration::from_millis(millis)
}

mod laptop {
    use super::*;

    #[test]
    fn processors() {
        let host = host(LAPTOP);
        // user and nice without guest and guest_nice, which the kernel counts twice.
        let ticks = [285_100, 620, 63_470, 9_540_800, 4300, 0, 976, 0, 1200, 10];
        assert_eq!(
            said(host.cpu_times()),
            json!({
                "user": 2851.0, "nice": 6.2, "system": 634.7, "idle": f64::from(ticks[3]) / 100.0,
                "iowait": 43.0, "irq": 0.0, "softirq": 9.76, "steal": 0.0, "guest": 12.0, "guest_nice": 0.1,
            })
        );
        let each = host.per_cpu_times().expect("times");
        assert_eq!(each.len(), 7);
        assert_eq!(host.cpu_count().expect("a count"), 7);
        assert_eq!(host.cpu_count_physical().expect("a count"), Some(4));
        assert_eq!(
            said(host.cpu_stats()),
            json!({"ctx_switches": 40_213_377, "interrupts": 18_234_567, "soft_interrupts": 9_120_033, "syscalls": null})
        );
        assert_eq!(
            said(host.task_counts()),
            json!({"total": 1187, "running": 2, "blocked": 1, "started": 28_411})
        );
        assert_eq!(said(host.load_average()), json!({"one": 0.52, "five": 0.58, "fifteen": 0.59}));
    }

    /// Two threads share a policy, and the one that is offline has none.
    #[test]
    fn t37_frequencies_by_policy() {
        let host = host(LAPTOP);
        let freq = said(host.cpu_freq());
        has(&freq, &json!({"min": 400.0, "max": (3500.0 + 3.0 * 4200.0) / 4.0}));
        let each = host.per_cpu_freq().expect("frequencies");
        assert_eq!(each.len(), 4);
        has(
            &said(Ok(&each[2])),
            &json!({"freq": {"current": 3104.556, "min": 400.0, "max": 4200.0}}),
        );
    }

    #[test]
    fn memory() {
        let host = host(LAPTOP);
        let kib = 1024u64;
        assert_eq!(
            said(host.virtual_memory()),
            json!({
                "total": 16_122_540 * kib, "available": 9_214_028 * kib,
                "percent": (16_122_540.0 - 9_214_028.0) / 16_122_540.0 * 100.0,
                "used": (16_122_540 - 9_214_028) * kib, "free": 2_310_412 * kib,
                "active": 5_312_008 * kib, "inactive": 6_920_116 * kib, "buffers": 402_116 * kib,
                "cached": (6_701_244 + 410_112) * kib, "shared": 713_420 * kib, "slab": 740_224 * kib,
            })
        );
        assert_eq!(
            said(host.swap_memory()),
            json!({
                "total": 4_194_300 * kib, "used": (4_194_300 - 4_063_228) * kib, "free": 4_063_228 * kib,
                "percent": 131_072.0 / 4_194_300.0 * 100.0, "sin": 1021 * 4096, "sout": 33_790 * 4096,
            })
        );
    }

    #[test]
    fn t44_mounts_with_blanks_tabs_and_backslashes() {
        let host = host(LAPTOP);
        let all = host.partitions(Mounts::All).expect("mounts");
        assert_eq!(all.len(), 20);
        let places: Vec<_> =
            all.iter().map(|mount| mount.mountpoint.display().to_string()).collect();
        assert!(places.contains(&"/media/ada/USB STICK".to_owned()));
        assert!(places.contains(&"/mnt/tab\tand\\slash".to_owned()));
        let physical = host.partitions(Mounts::Physical).expect("mounts");
        let places: Vec<_> =
            physical.iter().map(|mount| mount.mountpoint.display().to_string()).collect();
        let expected = [
            "/",
            "/snap/core22/1380",
            "/boot/efi",
            "/home",
            "/home/.snapshots",
            "/media/ada/USB STICK",
        ];
        assert_eq!(places, expected);
    }

    /// Blocks that are reserved for root count neither as used nor as free.
    #[test]
    fn t48_usage_as_df_says_it() {
        let host = host(LAPTOP);
        let gib = 1u64 << 30;
        assert_eq!(
            said(host.disk_usage("/")),
            json!({
                "total": 233 * gib, "used": 113 * gib, "free": 108 * gib, "percent": 113.0 / (113.0 + 108.0) * 100.0,
                "files": 15_564_800, "files_free": 14_201_331,
            })
        );
        has(
            &said(host.disk_usage("/snap/core22/1380")),
            &json!({"total": 595 * 131_072, "free": 0, "percent": 100.0}),
        );
        has(
            &said(host.disk_usage("/home/ada/notes.txt")),
            &json!({"total": 239 * gib, "files": null}),
        );
    }

    #[test]
    fn what_memory_is_used_for_and_what_was_done_for_it() {
        let host = host(LAPTOP);
        has(
            &said(host.memory_details()),
            &json!({
                "anonymous": 5_390_012u64 * 1024, "mapped": 1_301_220u64 * 1024, "dirty": 1_204u64 * 1024,
                "slab_unreclaimable": 330_112u64 * 1024, "kernel_stacks": 21_008u64 * 1024,
                "page_tables": 61_220u64 * 1024, "per_cpu": 11_264u64 * 1024, "vmalloc": 81_204u64 * 1024,
                "huge_page_size": 2048 * 1024, "huge_pages": 0, "zswap": 0,
            }),
        );
        assert_eq!(
            said(host.memory_events()),
            json!({
                "page_faults": 60_231_177, "major_faults": 12_033, "direct_reclaims": null, "oom_kills": 0,
            })
        );
    }

    #[test]
    fn devices_with_what_is_mounted_on_them() {
        let devices = host(LAPTOP).disk_devices().expect("devices");
        let device = |name: &str| {
            let found = devices.iter().find(|device| device.name == name);
            said(found.cloned().ok_or_else(|| Host::at("/no/such/root").expect_err("no root")))
        };
        has(
            &device("nvme0n1"),
            &json!({
                "parent": null, "rotational": false, "removable": false, "members": [],
                "model": "SAMSUNG MZVLB512HAJQ-000L7", "mountpoints": [], "dev": 259 << 8,
            }),
        );
        has(
            &device("nvme0n1p2"),
            &json!({ "parent": "nvme0n1", "rotational": false, "mountpoints": ["/"] }),
        );
        // Btrfs gives its files a number of their own.
        has(
            &device("dm-0"),
            &json!({ "mapped_name": "home", "mountpoints": ["/home", "/home/.snapshots"] }),
        );
    }

    #[test]
    fn t49_disks_with_20_columns() {
        let disks = named(host(LAPTOP).disk_io_counters(Disks::All));
        assert_eq!(disks.len(), 9);
        assert_eq!(
            disks["nvme0n1"],
            json!({
                "read_count": 402_113, "write_count": 310_211, "read_bytes": 41_203_312u64 * 512,
                "write_bytes": 50_331_208u64 * 512, "read_time": 91_022, "write_time": 310_221,
                "read_merged_count": 120_331, "write_merged_count": 402_113, "busy_time": 201_133,
                "in_progress": 0, "weighted_time": 455_020, "discard_count": 9120,
                "discard_bytes": 812_033_112u64 * 512, "discard_time": 4011, "flush_count": 31_022,
                "flush_time": 49_766, "discard_merged_count": 0,
            })
        );
    }

    #[test]
    fn interfaces() {
        let host = host(LAPTOP);
        let traffic = named(host.net_io_counters());
        assert_eq!(traffic.len(), 5);
        assert_eq!(
            traffic["wlp0s20f3"],
            json!({
                "bytes_sent": 512_033_112, "bytes_recv": 8_123_310_221u64, "packets_sent": 2_101_133,
                "packets_recv": 6_120_331, "errin": 0, "errout": 0, "dropin": 14, "dropout": 3,
                "overrunin": 0, "overrunout": 0, "framein": 0, "carrierout": 0, "collisions": 0,
            })
        );
        has(&traffic["wg0"], &json!({"errin": 2, "errout": 7, "dropin": 0, "dropout": 1}));
        let stats = named(host.interface_stats());
        has(&stats["wlp0s20f3"], &json!({"isup": true, "speed": null, "mtu": 1500}));
        has(&stats["enp0s31f6"], &json!({"isup": false, "speed": null}));
        has(&stats["wg0"], &json!({"isup": true, "mtu": 1420}));
        let addresses = host.interface_addresses().expect("addresses");
        let of = |name: &str| -> Value { said(Ok(&addresses[std::ffi::OsStr::new(name)])) };
        has(
            &of("wlp0s20f3")[0],
            &json!({"address": "192.0.2.17", "netmask": "255.255.255.0", "broadcast": "192.0.2.255", "ptp": null}),
        );
        has(&of("wg0")[0], &json!({"address": "10.8.0.2", "ptp": "10.8.0.1", "broadcast": null}));
        assert_eq!(
            addresses[std::ffi::OsStr::new("enp0s31f6")].len(),
            1,
            "a MAC and no more (T-64)"
        );
    }

    #[test]
    fn routes_of_the_main_table_and_of_the_others() {
        let host = host(LAPTOP);
        let main = said(host.routes(Routes::Main));
        let main = main.as_array().expect("rows");
        assert_eq!(main.len(), 16, "two of them are shared by two ways");
        has(
            &main[0],
            &json!({
                "family": "AF_INET", "destination": "0.0.0.0", "prefix_length": 0, "gateway": "192.0.2.1",
                "interface": "wlp0s20f3", "metric": 600, "source": "192.0.2.17", "type": "unicast",
                "table": 254, "protocol": "dhcp", "scope": "global", "weight": null, "flags": "",
                "mtu": null, "mss": null, "window": null, "rtt": null,
            }),
        );
        let to = |network: &str| main.iter().filter(|row| row["destination"] == network).collect();
        let vpn: Vec<&Value> = to("10.20.0.0");
        let remembered = json!({"mtu": 1380, "mss": 1340, "window": 65000, "rtt": 80});
        has(vpn[0], &remembered);
        has(vpn[0], &json!({"flags": "onlink", "protocol": "static", "interface": "wg0"}));
        let shared: Vec<&Value> = to("10.30.0.0");
        has(shared[0], &json!({"gateway": "10.8.0.1", "weight": 3, "flags": "onlink"}));
        has(shared[1], &json!({"gateway": "192.0.2.9", "weight": 1, "interface": "wlp0s20f3"}));
        let refused: Vec<&Value> = to("10.0.0.0");
        has(refused[0], &json!({"type": "unreachable", "interface": null, "gateway": null}));
        let by_six: Vec<&Value> = to("198.51.100.0");
        has(by_six[0], &json!({"gateway": "fe80::1", "family": "AF_INET", "protocol": "bird"}));
        let six: Vec<&Value> = to("2001:db8:66::");
        has(six[0], &json!({"type": "prohibit", "interface": "lo", "scope": null, "metric": 1024}));
        let all = said(host.routes(Routes::All));
        let tables: BTreeSet<_> =
            all.as_array().expect("rows").iter().map(|row| row["table"].as_u64()).collect();
        assert_eq!(tables, [Some(254), Some(255), Some(51820)].into());
    }

    #[test]
    fn sockets_and_their_owners() {
        let host = host(LAPTOP);
        let kinds = [
            (ConnectionKind::Tcp4, 6),
            (ConnectionKind::Tcp6, 3),
            (ConnectionKind::Udp4, 3),
            (ConnectionKind::Udp6, 1),
            (ConnectionKind::Unix, 8),
        ];
        for (kind, count) in kinds {
            assert_eq!(host.connections(kind).expect("sockets").len(), count, "{kind:?}");
        }
        let owned = said(host.connections_with_owners(ConnectionKind::Tcp4));
        let web = owned.as_array().expect("rows").iter().find(|row| row["inode"] == 50_102);
        has(
            web.expect("the web server's socket"),
            &json!({
                "laddr": "192.0.2.17:80", "raddr": "192.0.2.20:54321", "status": "CLOSE_WAIT",
                "pid": 2500, "fd": 9, "uid": 33,
            }),
        );
    }

    #[test]
    fn t66_temperatures_and_fans() {
        let host = host(LAPTOP);
        let found = said(host.temperatures());
        let found = found.as_array().expect("rows");
        let of = |chip: &str| found.iter().filter(|row| row["chip"] == chip).count();
        let counts = [of("acpitz"), of("nvme"), of("thinkpad"), of("coretemp"), of("iwlwifi_1")];
        assert_eq!(counts, [1, 3, 2, 5, 0]);
        assert!(found.contains(&json!({
            "chip": "nvme", "label": "Composite", "current": 38.85, "high": 84.85, "critical": 94.85,
        })));
        assert_eq!(
            said(host.fans()),
            json!([
                {"chip": "thinkpad", "label": null, "current": 3412},
                {"chip": "thinkpad", "label": "GPU fan", "current": 0},
            ])
        );
    }

    #[test]
    fn t67_two_batteries_and_two_supplies() {
        let host = host(LAPTOP);
        let power = said(host.power_supplies());
        let batteries = power["batteries"].as_array().expect("batteries");
        let names: Vec<_> = batteries.iter().map(|battery| &battery["name"]).collect();
        assert!(names.contains(&&json!("BAT0")) && names.contains(&&json!("BAT1")));
        assert_eq!(host.is_on_ac_power().expect("an answer"), Some(true));
        let battery = host.battery().expect("an answer").expect("a battery");
        assert!((battery.percent - 75.0).abs() < 0.001, "37.8 of 50.4 Wh: {battery:?}");
    }

    #[test]
    fn the_host_and_who_is_logged_in() {
        let host = host(LAPTOP);
        assert_eq!(host.boot_time().expect("a time"), at(1_717_236_000, 0));
        assert_eq!(host.time_since_boot().expect("a time"), Duration::from_millis(14_400_250));
        has(
            &said(host.info()),
            &json!({"hostname": "tern", "os": "Ubuntu 24.04 LTS", "os_id": "ubuntu", "os_version": "24.04", "kernel": "6.8.0-35-generic", "architecture": "x86_64"}),
        );
        let users = said(host.users());
        let names: Vec<_> =
            users.as_array().expect("rows").iter().map(|row| &row["name"]).collect();
        assert!(names.contains(&&json!("ada")), "{users}");
    }

    #[test]
    fn every_process_is_listed() {
        let pids: Vec<u32> =
            host(LAPTOP).pids().expect("pids").into_iter().map(Pid::as_u32).collect();
        let expected = [
            1, 2, 17, 88, 612, 701, 800, 1204, 2210, 2301, 2345, 2350, 2400, 2410, 2500, 2612,
            2790, 2961,
        ];
        assert_eq!(pids, expected);
    }

    #[test]
    fn a_shell() {
        let bash = process(LAPTOP, 2301);
        assert_eq!(bash.name().expect("a name"), "bash");
        assert_eq!(bash.ppid().expect("a pid").as_u32(), 2210);
        assert_eq!(bash.exe().expect("a path").as_deref(), Some(Path::new("/usr/bin/bash")));
        assert_eq!(bash.cwd().expect("a path").as_deref(), Some(Path::new("/home/ada/src")));
        assert_eq!(bash.terminal().expect("a path").as_deref(), Some(Path::new("/dev/pts/0")));
        assert_eq!(bash.username().expect("a name"), "ada");
        assert_eq!(bash.groups().expect("groups"), [4, 27, 1000]);
        assert_eq!(bash.umask().expect("a mask"), Some(0o002));
        // 60050 ticks after boot.
        assert_eq!(bash.create_time().expect("a time"), at(1_717_236_600, 500));
        assert_eq!(bash.environ().expect("variables").len(), 6, "NOEQUALS is no variable");
        assert_eq!(
            said(bash.memory_info()),
            json!({"rss": 1045 * 4096, "vms": 12_582_912, "shared": 634 * 4096, "text": 240 * 4096, "data": 412 * 4096})
        );
        has(
            &said(bash.cpu_times()),
            &json!({"user": 0.21, "system": 0.12, "children_user": 3.1, "children_system": 0.88}),
        );
        has(
            &said(bash.io_counters()),
            &json!({"read_count": 912, "write_count": 310, "read_bytes": 1_024_000, "write_bytes": 8192}),
        );
        assert_eq!(said(bash.num_ctx_switches()), json!({"voluntary": 812, "involuntary": 3}));
        let children: Vec<u32> =
            bash.children().expect("children").iter().map(|child| child.pid().as_u32()).collect();
        assert_eq!(children, [2345, 2350, 2400, 2410, 2961]);
    }

    /// The first libc mapping is read-only, the others are counted with it; the deleted library's name has a newline.
    #[test]
    fn t10_maps_of_a_shell() {
        let bash = process(LAPTOP, 2301);
        assert_eq!(bash.memory_maps().expect("maps").len(), 12);
        let grouped = said(bash.memory_maps_grouped());
        let libc = grouped
            .as_array()
            .expect("rows")
            .iter()
            .find(|row| row["path"].as_str().is_some_and(|path| path.ends_with("libc.so.6")));
        has(libc.expect("libc"), &json!({"rss": (160 + 1024) * 1024, "pss": (4 + 30) * 1024}));
    }

    #[test]
    fn t06_a_kernel_thread_has_no_program_and_a_long_name() {
        let thread = process(LAPTOP, 88);
        assert_eq!(thread.name().expect("a name"), "kworker/u16:3-events_unbound");
        assert_eq!(thread.exe().expect("no path"), None);
        assert!(thread.cmdline().expect("no words").is_empty());
        assert!(thread.is_kernel_thread().expect("an answer"));
    }

    #[test]
    fn t07_a_zombie_has_a_state_and_no_arguments() {
        let zombie = process(LAPTOP, 2345);
        assert_eq!(zombie.status().expect("a state").as_str(), "zombie");
        assert_eq!(zombie.name().expect("a name"), "sleep");
        assert_eq!(zombie.cmdline().expect_err("no words").kind(), ErrorKind::ZombieProcess);
    }

    #[test]
    fn t01_t02_t03_hostile_names_are_kept_whole() {
        use std::os::unix::ffi::OsStrExt;
        assert_eq!(process(LAPTOP, 2400).name().expect("a name"), "a) S 1 2\n\u{1b}[31mx");
        let odd = process(LAPTOP, 2410);
        assert_eq!(odd.name().expect("a name").as_bytes(), b"caf\xe9");
        assert_eq!(odd.cmdline().expect("words")[1].as_bytes(), b"--out=\xff\xfe");
    }

    #[test]
    fn t04_a_cut_name_is_completed_from_the_arguments() {
        assert_eq!(process(LAPTOP, 2210).name().expect("a name"), "gnome-terminal-server");
    }

    #[test]
    fn t05_empty_arguments_and_titles() {
        assert_eq!(process(LAPTOP, 2350).cmdline().expect("words"), ["vim", "", "my notes.txt"]);
        assert_eq!(process(LAPTOP, 2500).cmdline().expect("words")[0], "nginx: worker process");
    }

    #[test]
    fn threads_with_names_and_times() {
        let threads = process(LAPTOP, 1204).threads().expect("threads");
        let found: Vec<_> = threads.iter().map(|thread| said(Ok(thread))).collect();
        assert_eq!(found.len(), 4);
        has(
            &found[3],
            &json!({"id": 1222, "name": "KMS thread) R 1", "status": "running", "user_time": 410.22, "cpu_num": 6}),
        );
    }

    #[test]
    fn t20_a_user_without_a_name_and_t32_a_process_in_a_container() {
        let redis = process(LAPTOP, 2612);
        assert_eq!(redis.username().expect("a number"), "999");
        let inside: Vec<u32> =
            redis.namespace_pids().expect("pids").into_iter().map(Pid::as_u32).collect();
        assert_eq!(inside, [2612, 1]);
    }

    #[test]
    fn what_was_not_captured_is_not_found() {
        let closed = process(LAPTOP, 2790);
        assert_eq!(closed.io_counters().expect_err("closed").kind(), ErrorKind::NotFound);
        assert_eq!(host(LAPTOP).process(4).expect_err("nobody").kind(), ErrorKind::NoSuchProcess);
    }
}

mod old {
    use super::*;

    #[test]
    fn t12_nine_columns_for_a_processor() {
        let host = host(OLD);
        has(
            &said(host.cpu_times()),
            &json!({"user": (912_033.0 + 881_022.0) / 100.0, "guest": 0.0, "guest_nice": null, "steal": 6.0}),
        );
        has(&said(host.cpu_stats()), &json!({"interrupts": 91_022_331, "soft_interrupts": null}));
        assert_eq!(host.cpu_count().expect("a count"), 2);
        assert_eq!(host.cpu_count_physical().expect("a count"), Some(2));
        let freq = said(host.cpu_freq());
        has(&freq, &json!({"min": null, "max": null}));
        let current = freq["current"].as_f64().expect("a frequency");
        assert!((current - 2010.3105).abs() < 1e-6, "from cpuinfo: {current}");
    }

    /// Without `MemAvailable` and without `Active(file)` it is free memory and page cache.
    #[test]
    fn t31_memory_before_mem_available() {
        let kib = 1024u64;
        has(
            &said(host(OLD).virtual_memory()),
            &json!({
                "total": 2_060_136 * kib, "available": (120_332 + 912_044) * kib, "free": 120_332 * kib,
                "cached": (912_044 + 110_332) * kib, "slab": 151_220 * kib, "shared": null,
            }),
        );
        has(
            &said(host(OLD).swap_memory()),
            &json!({"total": 1_951_856 * kib, "free": 1_891_020 * kib, "sin": 2011 * 4096, "sout": 17_220 * 4096}),
        );
    }

    #[test]
    fn t49_disks_with_14_columns_and_partitions_with_7() {
        let disks = named(host(OLD).disk_io_counters(Disks::All));
        has(
            &disks["cciss/c0d0"],
            &json!({
                "read_count": 310_221, "read_bytes": 8_120_332u64 * 512, "write_bytes": 10_812_032u64 * 512,
                "busy_time": 2_011_022, "discard_count": null,
            }),
        );
        has(
            &disks["cciss/c0d0p1"],
            &json!({
                "read_count": 401_120, "read_bytes": 8_119_022u64 * 512, "write_count": 1_332_011,
                "write_bytes": 10_656_088u64 * 512, "read_time": null, "busy_time": null,
            }),
        );
    }

    #[test]
    fn mounts_without_mountinfo() {
        let all = host(OLD).partitions(Mounts::All).expect("mounts");
        assert_eq!(all.len(), 11);
        let physical = host(OLD).partitions(Mounts::Physical).expect("mounts");
        let places: Vec<_> =
            physical.iter().map(|mount| mount.mountpoint.display().to_string()).collect();
        assert_eq!(places, ["/", "/srv/old data"]);
    }

    /// The name of the interface has no blank between its colon and the first number.
    #[test]
    fn t62_an_interface_that_has_received_much() {
        let traffic = named(host(OLD).net_io_counters());
        has(
            &traffic["eth0"],
            &json!({"bytes_recv": 3_102_203_312u64, "bytes_sent": 812_033_112, "errin": 3, "dropin": 1, "framein": 2, "carrierout": 1, "collisions": 4}),
        );
    }

    #[test]
    fn t57_no_ipv6_and_no_unix_sockets_by_name() {
        let host = host(OLD);
        assert!(host.connections(ConnectionKind::Tcp6).expect("none").is_empty());
        assert_eq!(host.connections(ConnectionKind::Tcp).expect("sockets").len(), 2);
        assert_eq!(host.connections(ConnectionKind::Unix).expect("sockets").len(), 3);
    }

    #[test]
    fn thermal_zones_and_no_battery() {
        let host = host(OLD);
        let found = said(host.temperatures());
        assert_eq!(found.as_array().map(Vec::len), Some(2));
        has(&found[0], &json!({"current": 48.0, "high": 85.0, "critical": 95.0}));
        assert!(host.fans().expect("none").is_empty());
        assert!(host.battery().expect("none").is_none());
        assert_eq!(host.is_on_ac_power().expect("unknown"), None);
    }

    #[test]
    fn the_host_and_who_is_logged_in() {
        let host = host(OLD);
        assert_eq!(host.boot_time().expect("a time"), at(1_204_361_521, 0));
        let users = said(host.users());
        assert_eq!(users.as_array().map(Vec::len), Some(1));
        has(&users[0], &json!({"name": "grace", "terminal": "pts/0", "host": "10.0.0.10"}));
    }

    #[test]
    fn t12_a_process_with_44_columns_and_no_newer_lines() {
        let bash = process(OLD, 28001);
        assert_eq!(bash.cmdline().expect("words"), ["-bash"]);
        // 8000010 ticks after boot.
        assert_eq!(bash.create_time().expect("a time"), at(1_204_361_521 + 80_000, 100));
        assert_eq!(bash.umask().expect("unknown"), None);
        // smaps of that time counts clean and dirty pages, but has no Pss and no Swap.
        has(
            &said(bash.memory_footprint()),
            &json!({"uss": (40 + 1200 + 24) * 1024, "pss": null, "swap": null}),
        );
        assert_eq!(process(OLD, 28050).name().expect("a name"), "perl (old");
    }
}

mod vm {
    use super::*;

    #[test]
    fn the_machine() {
        let host = host(VM);
        assert_eq!(host.cpu_count().expect("a count"), 2);
        has(
            &said(host.info()),
            &json!({"hostname": "host", "kernel": "6.18.44-vm", "architecture": "x86_64"}),
        );
        has(&said(host.virtual_memory()), &json!({"total": 24_684_084u64 * 1024}));
        has(&said(host.swap_memory()), &json!({"total": 0, "percent": 0.0}));
        assert!(host.temperatures().expect("none").is_empty());
        assert!(host.battery().expect("none").is_none());
    }

    #[test]
    fn addresses_from_the_answers_of_the_kernel() {
        let host = host(VM);
        let addresses = host.interface_addresses().expect("addresses");
        let eth0 = said(Ok(&addresses[std::ffi::OsStr::new("eth0")]));
        has(
            &eth0[0],
            &json!({"address": "192.0.2.3", "netmask": "255.255.255.0", "broadcast": "192.0.2.255"}),
        );
        has(
            &named(host.interface_stats())["eth0"],
            &json!({"isup": true, "speed": 10_000, "mtu": 1500}),
        );
    }

    #[test]
    fn every_state_of_a_process() {
        let host = host(VM);
        let mut states = BTreeMap::new();
        for process in host.process_list().expect("processes") {
            *states.entry(process.status().expect("a state").as_str()).or_insert(0) += 1;
        }
        assert_eq!(states, BTreeMap::from([("sleeping", 9), ("stopped", 1), ("zombie", 1)]));
    }

    #[test]
    fn one_of_each_kind_of_descriptor() {
        let host = host(VM);
        let python = host.process_list().expect("processes").into_iter();
        let mut python = python.filter(|process| {
            process.name().is_ok_and(|name| name == "python3")
                && process.exe().is_ok_and(|exe| exe.is_some())
        });
        let python = python.next().expect("the process with many descriptors");
        let fds = said(python.fds());
        let kinds: std::collections::BTreeSet<_> = fds
            .as_array()
            .expect("rows")
            .iter()
            .filter_map(|fd| fd["fdtype"].as_str())
            .map(str::to_owned)
            .collect();
        for kind in ["socket", "pipe", "eventfd", "epoll", "inotify", "timerfd", "pidfd", "file"] {
            assert!(kinds.contains(kind), "{kind} is not in {kinds:?}");
        }
        assert_eq!(python.threads().expect("threads").len(), 3);
        let tcp = host.connections_with_owners(ConnectionKind::Tcp4).expect("sockets");
        assert!(tcp.iter().all(|socket| socket.pid == Some(python.pid())), "{tcp:?}");
    }
}
