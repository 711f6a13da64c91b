//! The machine itself on fake machines, with exact answers: processors, memory, boot, users.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "it is test code")]

mod common;

use std::ffi::OsString;
use std::time::{Duration, UNIX_EPOCH};

use common::Machine;
use psight::cpu::{CpuPercents, CpuSample};
use psight::record::Record;
use psight::{Error, ErrorKind};

const CPU: &str = "sys/devices/system/cpu";

/// The times of a machine whose `/proc/stat` is this.
fn sample(stat: &str) -> CpuSample {
    Machine::captured().file("proc/stat", stat).host().cpu_sample().unwrap()
}

fn shown(error: &Error) -> (ErrorKind, String) {
    let text = error.to_string();
    let place = text.find("/proc/").unwrap_or(0);
    (error.kind(), text[place..].to_owned())
}

fn sum(percents: &CpuPercents) -> f64 {
    let parts = [percents.nice, percents.iowait, percents.irq, percents.softirq, percents.steal];
    percents.user + percents.system + percents.idle + parts.iter().flatten().sum::<f64>()
}

#[test]
fn every_part_of_the_times_is_in_seconds() {
    let stat = "cpu  100 200 300 400 500 600 700 800 90 10\ncpu0 100 0 0 0 0 0 0 0 0 0\n";
    let sample = sample(stat);
    let times = sample.total;
    assert_eq!((times.user, times.nice, times.system, times.idle), (1.0, Some(2.0), 3.0, 4.0));
    assert_eq!((times.iowait, times.irq, times.softirq), (Some(5.0), Some(6.0), Some(7.0)));
    assert_eq!((times.steal, times.guest, times.guest_nice), (Some(8.0), Some(0.9), Some(0.1)));
    assert_eq!((times.dpc, times.lock_spin), (None, None));
    assert_eq!((sample.cpus[0].cpu, sample.cpus[0].times.user), (0, 1.0));
}

#[test]
fn t43_the_ticks_of_the_machine_count_not_ours() {
    let machine = Machine::captured()
        .file("facts.toml", "page_size = 4096\nticks_per_second = 1000\ncaptured_at = 1\n")
        .file("proc/stat", "cpu  1500 0 250 4000\n");
    let times = machine.host().cpu_times().unwrap();
    assert_eq!((times.user, times.system, times.idle), (1.5, 0.25, 4.0));
}

#[test]
fn a_stat_file_without_processors_is_malformed_and_a_missing_one_is_not_found() {
    let machine = Machine::captured().file("proc/stat", "btime 1\n");
    let error = machine.host().cpu_times().unwrap_err();
    let expected = "/proc/stat: no field \"cpu\"".to_owned();
    assert_eq!(shown(&error), (ErrorKind::Malformed, expected));
    let error = Machine::captured().host().cpu_times().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[test]
fn utilisation_is_what_was_neither_idle_nor_waiting() {
    let before = sample("cpu  100 100 100 1000 100 0 0 0 0 0\n");
    let now = sample("cpu  120 110 110 1040 110 5 3 2 0 0\n");
    // 100 ticks passed: 20 user, 10 nice, 10 system, 40 idle, 10 iowait, 5 + 3 interrupts, 2 stolen.
    assert!((now.percent_since(&before) - 50.0).abs() < 1e-9);
    let percents = now.percents_since(&before);
    assert!((percents.user - 20.0).abs() < 1e-9);
    assert!((percents.idle - 40.0).abs() < 1e-9);
    assert!((percents.iowait.unwrap() - 10.0).abs() < 1e-9);
    assert!((percents.softirq.unwrap() - 3.0).abs() < 1e-9);
    assert!((sum(&percents) - 100.0).abs() < 1e-9);
    assert_eq!(percents.dpc, None);
}

#[test]
fn t33_guest_time_is_part_of_user_time_and_counts_once() {
    let before = sample("cpu  0 0 0 0 0 0 0 0 0 0\n");
    // The kernel adds a guest's time to user (nice) and to guest (guest_nice).
    let now = sample("cpu  40 20 0 40 0 0 0 0 40 20\n");
    assert!((now.percent_since(&before) - 60.0).abs() < 1e-9);
    assert!((now.total.total() - 1.0).abs() < 1e-9);
    assert!((now.total.busy() - 0.6).abs() < 1e-9);
    let percents = now.percents_since(&before);
    assert!((percents.user - 40.0).abs() < 1e-9);
    assert!((percents.guest.unwrap() - 40.0).abs() < 1e-9);
    assert!((sum(&percents) - 100.0).abs() < 1e-9);
}

#[test]
fn t33_a_counter_that_decreases_counts_as_nothing() {
    // iowait, idle (after a resume) and steal go back; only user and system grow.
    let before = sample("cpu  100 0 100 1000 500 0 0 300 0 0\n");
    let now = sample("cpu  130 0 110 900 400 0 0 200 0 0\n");
    assert_eq!(now.percent_since(&before), 100.0);
    let percents = now.percents_since(&before);
    assert!((percents.user - 75.0).abs() < 1e-9);
    assert_eq!((percents.idle, percents.iowait, percents.steal), (0.0, Some(0.0), Some(0.0)));
    // A guest's time that runs ahead of the user time it belongs to.
    let ahead = sample("cpu  100 0 100 1010 500 0 0 300 90 0\n");
    let percent = ahead.percent_since(&before);
    assert!((0.0..=100.0).contains(&percent), "{percent}");
}

#[test]
fn t34_no_time_and_time_that_runs_backwards_give_zero() {
    let early = sample("cpu  100 0 100 1000 0 0 0 0 0 0\ncpu0 100 0 100 1000 0 0 0 0 0 0\n");
    let late = sample("cpu  200 0 200 2000 9 0 0 0 0 0\ncpu0 200 0 200 2000 9 0 0 0 0 0\n");
    for (now, before) in [(&early, &early), (&early, &late)] {
        assert_eq!(now.percent_since(before), 0.0);
        assert_eq!(sum(&now.percents_since(before)), 0.0);
        assert_eq!(now.per_cpu_percent_since(before)[0].percent, 0.0);
    }
}

#[test]
fn t83_the_first_sample_of_a_sampler_is_not_since_boot() {
    let machine = Machine::captured().file("proc/stat", "cpu  9000 0 0 1000\ncpu0 9000 0 0 1000\n");
    let mut sampler = machine.host().cpu_sampler().unwrap();
    assert_eq!(sampler.percent().unwrap(), 0.0);
    assert_eq!(sum(&sampler.times_percent().unwrap()), 0.0);
    machine.write("proc/stat", "cpu  9025 0 0 1075\ncpu0 9025 0 0 1075\n");
    assert!((sampler.percent().unwrap() - 25.0).abs() < 1e-9);
    // Each question has its own span: that one was asked does not shorten the others'.
    assert!((sampler.times_percent().unwrap().user - 25.0).abs() < 1e-9);
    assert!((sampler.per_cpu_percent().unwrap()[0].percent - 25.0).abs() < 1e-9);
    assert!((sampler.per_cpu_times_percent().unwrap()[0].percents.idle - 75.0).abs() < 1e-9);
    assert_eq!(sampler.percent().unwrap(), 0.0);
}

#[test]
fn a_sampler_survives_a_stat_file_that_is_away_for_a_moment() {
    let machine = Machine::captured().file("proc/stat", "cpu  0 0 0 0\n");
    let mut sampler = machine.host().cpu_sampler().unwrap();
    std::fs::remove_file(machine.path("proc/stat")).unwrap();
    assert_eq!(sampler.percent().unwrap_err().kind(), ErrorKind::NotFound);
    machine.write("proc/stat", "cpu  30 0 0 70\n");
    assert!((sampler.percent().unwrap() - 30.0).abs() < 1e-9);
}

#[test]
fn a_captured_machine_is_not_waited_for() {
    let host = Machine::captured().file("proc/stat", "cpu  9 0 0 9\ncpu0 9 0 0 9\n");
    let host = host.host();
    let year = Duration::from_secs(365 * 86_400);
    assert_eq!(host.cpu_percent(year).unwrap(), 0.0);
    assert_eq!(host.per_cpu_percent(year).unwrap().len(), 1);
    assert_eq!(sum(&host.cpu_times_percent(year).unwrap()), 0.0);
    assert_eq!(host.per_cpu_times_percent(year).unwrap()[0].cpu, 0);
}

#[test]
fn t35_processors_are_compared_by_number_when_some_come_or_go() {
    let before = sample("cpu  0 0 0 0\ncpu1 50 0 0 50\ncpu2 0 0 0 0\ncpu7 10 0 0 0\n");
    // CPU 2 was switched off, CPU 4 on; CPU 0 is off all the time.
    let now = sample("cpu  0 0 0 0\ncpu1 60 0 0 140\ncpu4 99 0 0 1\ncpu7 20 0 0 0\n");
    let busy = now.per_cpu_percent_since(&before);
    let busy: Vec<_> = busy.iter().map(|each| (each.cpu, each.percent)).collect();
    assert_eq!(busy, [(1, 10.0), (4, 0.0), (7, 100.0)]);
    let idle = now.per_cpu_percents_since(&before);
    assert_eq!(idle.iter().map(|each| each.cpu).collect::<Vec<_>>(), [1, 4, 7]);
}

#[test]
fn t35_the_processors_that_are_on_are_counted() {
    let machine = Machine::captured()
        .file(&format!("{CPU}/online"), "1-3,6\n")
        .file("proc/stat", "cpu  1 1 1 1\ncpu0 1 1 1 1\n");
    assert_eq!(machine.host().cpu_count().unwrap(), 4);
}

#[test]
fn t35_without_sysfs_the_processors_of_stat_and_then_of_cpuinfo_are_counted() {
    let machine = Machine::captured().file("proc/cpuinfo", "processor\t: 0\n\nprocessor\t: 2\n\n");
    assert_eq!(machine.host().cpu_count().unwrap(), 2);
    machine.write("proc/stat", "cpu  1 1 1 1\ncpu0 1 1 1 1\ncpu5 1 1 1 1\ncpu6 1 1 1 1\n");
    assert_eq!(machine.host().cpu_count().unwrap(), 3);
    let error = Machine::captured().host().cpu_count().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[test]
fn t36_more_processors_than_a_mask_of_fixed_size_holds() {
    let lines: String = (0..2048).map(|cpu| format!("cpu{cpu} 1 0 0 {cpu}\n")).collect();
    let machine = Machine::captured()
        .file(&format!("{CPU}/online"), "0-2047\n")
        .file("proc/stat", format!("cpu  1 1 1 1\n{lines}"));
    let host = machine.host();
    assert_eq!(host.cpu_count().unwrap(), 2048);
    let cpus = host.per_cpu_times().unwrap();
    assert_eq!((cpus.len(), cpus[2047].cpu, cpus[2047].times.idle), (2048, 2047, 20.47));
}

/// A processor's folder with frequencies in kHz: now, lowest, highest.
fn with_freq(machine: Machine, dir: &str, khz: [&str; 3]) -> Machine {
    machine
        .file(&format!("{CPU}/{dir}/scaling_cur_freq"), khz[0])
        .file(&format!("{CPU}/{dir}/scaling_min_freq"), khz[1])
        .file(&format!("{CPU}/{dir}/scaling_max_freq"), khz[2])
}

#[test]
fn t37_kilohertz_become_megahertz_and_policies_are_in_numeric_order() {
    let machine = Machine::captured();
    let machine = with_freq(machine, "cpufreq/policy10", ["1500000\n", "500000\n", "3000000\n"]);
    let machine = with_freq(machine, "cpufreq/policy4", ["2500123\n", "700000\n", "4000000\n"]);
    let host = machine.host();
    let found = host.per_cpu_freq().unwrap();
    let found: Vec<_> = found
        .iter()
        .map(|each| (each.cpu, each.freq.current, each.freq.min, each.freq.max))
        .collect();
    assert_eq!(
        found,
        [(4, 2500.123, Some(700.0), Some(4000.0)), (10, 1500.0, Some(500.0), Some(3000.0))]
    );
    let mean = host.cpu_freq().unwrap();
    assert!((mean.current - 2000.0615).abs() < 1e-9);
    assert_eq!((mean.min, mean.max), (Some(600.0), Some(3500.0)));
}

#[test]
fn t37_what_cpuinfo_measures_is_preferred_where_it_has_as_many() {
    let machine = Machine::captured()
        .file("proc/cpuinfo", "processor : 0\ncpu MHz : 800.5\n\nprocessor : 1\ncpu MHz : 900\n\n");
    let machine = with_freq(machine, "cpufreq/policy0", ["1\n", "400000\n", "5000000\n"]);
    let found = machine.host().per_cpu_freq().unwrap();
    // One policy for two processors: sysfs it is.
    assert_eq!((found.len(), found[0].freq.current), (1, 0.001));
    let machine = with_freq(machine, "cpufreq/policy1", ["2\n", "400000\n", "5000000\n"]);
    let found = machine.host().per_cpu_freq().unwrap();
    assert_eq!((found[0].freq.current, found[1].freq.current), (800.5, 900.0));
    assert_eq!(found[1].freq.max, Some(5000.0));
}

#[test]
fn t37_the_folders_of_single_processors_and_the_second_file_are_tried() {
    let machine = Machine::captured()
        .file(&format!("{CPU}/cpu1/cpufreq/cpuinfo_cur_freq"), "1200000\n")
        .file(&format!("{CPU}/cpu1/cpufreq/scaling_max_freq"), "<unknown>\n");
    let found = machine.host().per_cpu_freq().unwrap();
    assert_eq!((found.len(), found[0].cpu, found[0].freq.current), (1, 1, 1200.0));
    assert_eq!((found[0].freq.min, found[0].freq.max), (None, None));
}

#[test]
fn t35_a_processor_that_is_off_has_a_folder_without_files_and_is_left_out() {
    let machine = Machine::captured()
        .file(&format!("{CPU}/cpufreq/policy0/affected_cpus"), "\n")
        .file(&format!("{CPU}/cpu0/online"), "0\n");
    let machine = with_freq(machine, "cpufreq/policy1", ["1000000\n", "1\n", "2\n"]);
    let found = machine.host().per_cpu_freq().unwrap();
    assert_eq!(found.iter().map(|each| each.cpu).collect::<Vec<_>>(), [1]);
}

#[test]
fn t35_a_frequency_is_not_taken_for_that_of_a_processor_that_is_off() {
    // Two policies for two processors each; the first two are off, so that as many are on as there are policies.
    let machine = Machine::captured()
        .file("proc/cpuinfo", "processor : 2\ncpu MHz : 700\n\nprocessor : 3\ncpu MHz : 900\n\n")
        .file(&format!("{CPU}/cpufreq/policy0/scaling_max_freq"), "2000000\n");
    let machine = with_freq(machine, "cpufreq/policy2", ["1\n", "2\n", "3000000\n"]);
    let found = machine.host().per_cpu_freq().unwrap();
    let found: Vec<_> = found.iter().map(|each| (each.cpu, each.freq.current)).collect();
    assert_eq!(found, [(2, 700.0)]);
}

#[test]
fn t37_a_virtual_machine_without_sysfs_has_cpuinfo_and_one_without_that_has_nothing() {
    let machine = Machine::captured()
        .file("proc/cpuinfo", "processor : 0\ncpu MHz : 2599.998\n\nprocessor : 1\ncpu MHz : 0\n");
    let found = machine.host().per_cpu_freq().unwrap();
    assert_eq!((found.len(), found[0].freq.current, found[0].freq.min), (1, 2599.998, None));
    let error = Machine::captured().file("proc/cpuinfo", "processor : 0\n").host().cpu_freq();
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Unsupported);
}

#[test]
fn t37_an_s390x_machine_runs_at_its_dynamic_frequency() {
    let machine = Machine::captured().file(
        "proc/cpuinfo",
        "vendor_id : IBM/S390\nprocessor 0: version = FF\n\n\
         cpu number : 0\ncpu MHz dynamic : 5000\ncpu MHz static : 5200\n\n\
         cpu number : 1\ncpu MHz dynamic : 4000\ncpu MHz static : 5200\n",
    );
    assert_eq!(machine.host().cpu_freq().unwrap().current, 4500.0);
    assert_eq!(machine.host().cpu_count().unwrap(), 2);
}

#[test]
fn t38_threads_of_one_core_are_one_core() {
    let mut machine = Machine::captured();
    for (cpu, siblings) in [(0, "0,4"), (1, "1,5"), (4, "0,4"), (5, "1,5"), (9, "9")] {
        let path = format!("{CPU}/cpu{cpu}/topology/core_cpus_list");
        machine = machine.file(&path, format!("{siblings}\n"));
    }
    // Switched off: no topology. And not a processor at all.
    let machine = machine
        .file(&format!("{CPU}/cpu2/online"), "0\n")
        .file(&format!("{CPU}/cpuidle/topology/core_cpus_list"), "77\n");
    assert_eq!(machine.host().cpu_count_physical().unwrap(), Some(3));
}

#[test]
fn t38_an_older_kernel_has_another_file() {
    let machine = Machine::captured()
        .file(&format!("{CPU}/cpu0/topology/thread_siblings_list"), "0-1\n")
        .file(&format!("{CPU}/cpu1/topology/thread_siblings_list"), "0-1\n");
    assert_eq!(machine.host().cpu_count_physical().unwrap(), Some(1));
}

#[test]
fn t38_without_topology_the_cores_of_every_socket_add_up() {
    let cpu = |number, socket| {
        format!("processor\t: {number}\nphysical id\t: {socket}\ncpu cores\t: 4\n\n")
    };
    let cpuinfo = [cpu(0, 0), cpu(1, 1), cpu(2, 0), cpu(3, 1)].concat();
    let machine = Machine::captured().file("proc/cpuinfo", cpuinfo);
    assert_eq!(machine.host().cpu_count_physical().unwrap(), Some(8));
}

#[test]
fn t38_an_arm_board_without_topology_does_not_tell() {
    let cpuinfo = "processor\t: 0\nBogoMIPS\t: 38.40\n\nprocessor\t: 1\nBogoMIPS\t: 38.40\n";
    let machine = Machine::captured().file("proc/cpuinfo", cpuinfo);
    assert_eq!(machine.host().cpu_count_physical().unwrap(), None);
    assert_eq!(Machine::captured().host().cpu_count_physical().unwrap(), None);
}

#[test]
fn details_of_memory_that_are_not_counted_are_unknown() {
    let meminfo = "MemTotal: 4 kB\nDirty: 0 kB\nVmallocUsed: 0 kB\nHugePages_Free: 3\n";
    let machine = Machine::captured().file("proc/meminfo", meminfo);
    let details = machine.host().memory_details().unwrap();
    // There is always some: Linux 4.4 to 5.2 write 0 and do not count.
    assert_eq!((details.dirty, details.vmalloc), (Some(0), None));
    assert_eq!((details.huge_pages_free, details.huge_pages), (Some(3), None));
    let error = machine.host().memory_events().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    machine.write("proc/meminfo", "MemTotal: 4 kB\n");
    machine.write("proc/vmstat", "nr_dirty 7\n");
    assert_eq!(machine.host().memory_details().unwrap_err().kind(), ErrorKind::Unsupported);
    assert_eq!(machine.host().memory_events().unwrap_err().kind(), ErrorKind::Unsupported);
}

#[test]
fn what_was_done_for_memory_is_what_came_since() {
    let vmstat = "pgfault 100\npgmajfault 7\nallocstall_normal 1\noom_kill 2\n";
    let machine = Machine::captured().file("proc/vmstat", vmstat);
    let before = machine.host().memory_events().unwrap();
    machine.write("proc/vmstat", "pgfault 160\npgmajfault 7\nallocstall_normal 4\noom_kill 3\n");
    let since = machine.host().memory_events().unwrap().since(&before);
    assert_eq!((since.page_faults, since.major_faults), (Some(60), Some(0)));
    assert_eq!((since.direct_reclaims, since.oom_kills), (Some(3), Some(1)));
}

#[test]
fn tasks_are_counted_as_far_as_the_kernel_tells() {
    let stat = "cpu  1 1 1 1\nprocesses 17086\nprocs_running 2\nprocs_blocked 0\n";
    let machine = Machine::captured().file("proc/stat", stat);
    let counts = machine.host().task_counts().unwrap();
    assert_eq!((counts.running, counts.blocked, counts.started), (Some(2), Some(0), Some(17_086)));
    assert_eq!(counts.total, None);
    machine.write("proc/loadavg", "0.00 0.15 0.29 1/95 17086\n");
    assert_eq!(machine.host().task_counts().unwrap().total, Some(95));
    let error = Machine::captured().file("proc/stat", "cpu  1 1 1 1\n").host().task_counts();
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Malformed);
}

#[test]
fn what_the_processors_did_is_counted_and_system_calls_are_not() {
    let stat = "cpu  1 1 1 1\nintr 398019 0 5\nctxt 586009\nbtime 1\nsoftirq 187642 0 1\n";
    let stats = Machine::captured().file("proc/stat", stat).host().cpu_stats().unwrap();
    assert_eq!((stats.ctx_switches, stats.interrupts), (586_009, 398_019));
    assert_eq!((stats.soft_interrupts, stats.syscalls), (Some(187_642), None));
    let error = Machine::captured().file("proc/stat", "intr 1\n").host().cpu_stats().unwrap_err();
    let expected = "/proc/stat: no field \"ctxt\"".to_owned();
    assert_eq!(shown(&error), (ErrorKind::Malformed, expected));
}

#[test]
fn load_averages_are_read() {
    let machine = Machine::captured().file("proc/loadavg", "0.50 0.25 12.10 1/95 17086\n");
    let load = machine.host().load_average().unwrap();
    assert_eq!((load.one, load.five, load.fifteen), (0.5, 0.25, 12.1));
}

const MEMINFO: &str = "MemTotal:  1000 kB\nMemFree:  100 kB\nMemAvailable:  600 kB\nBuffers:  50 kB\n\
    Cached:  300 kB\nActive:  400 kB\nInactive:  200 kB\nSwapTotal:  800 kB\nSwapFree:  600 kB\n\
    Shmem:  30 kB\nSlab:  40 kB\nSReclaimable:  20 kB\n";

#[test]
fn every_part_of_memory_is_in_bytes() {
    let machine = Machine::captured().file("proc/meminfo", MEMINFO);
    let memory = machine.host().virtual_memory().unwrap();
    assert_eq!((memory.total, memory.available, memory.free), (1_024_000, 614_400, 102_400));
    assert_eq!((memory.percent, memory.used), (40.0, 409_600));
    assert_eq!((memory.buffers, memory.cached), (Some(51_200), Some(320 * 1024)));
    assert_eq!((memory.active, memory.inactive), (Some(409_600), Some(204_800)));
    assert_eq!((memory.shared, memory.slab, memory.wired), (Some(30_720), Some(40_960), None));
}

#[test]
fn t31_a_container_that_says_nothing_is_available_is_not_believed() {
    for said in ["MemAvailable: 0 kB\n", "MemAvailable: -36 kB\n", ""] {
        let meminfo = MEMINFO.replace("MemAvailable:  600 kB\n", said);
        let memory = Machine::captured().file("proc/meminfo", meminfo).host().virtual_memory();
        // Without Active(file) the best guess is what is free and what is cached.
        assert_eq!(memory.unwrap().available, 400 * 1024, "{said:?}");
    }
}

#[test]
fn t31_python_is_told_where_less_than_nothing_is_available() {
    for (said, doubtful) in [("0", false), ("-36", true), ("600", false)] {
        let meminfo = MEMINFO.replace("MemAvailable:  600 kB", &format!("MemAvailable: {said} kB"));
        let machine = Machine::captured().file("proc/meminfo", meminfo);
        let (_, doubt) = machine.host().virtual_memory_and_doubt().unwrap();
        assert_eq!(doubt, doubtful, "{said}");
    }
}

#[test]
fn t31_a_containers_own_proc_is_asked_for_everything() {
    let machine = Machine::captured()
        .file("proc/stat", "cpu  1 0 0 1\nbtime 1\n")
        .file("proc/uptime", "99999.00 1.00\n")
        .file("proc/meminfo", MEMINFO)
        .file("lxcfs/stat", "cpu  500 0 0 100\nctxt 3\nintr 4\nbtime 1600000000\n")
        .file("lxcfs/uptime", "12.5 0.0\n")
        .file("lxcfs/loadavg", "1.00 2.00 3.00 1/1 1\n")
        .file(
            "lxcfs/meminfo",
            "MemTotal: 64 kB\nMemFree: 16 kB\nSwapTotal: 8 kB\nSwapFree: 8 kB\n",
        );
    let host = machine.host().with_proc(machine.path("lxcfs"));
    assert_eq!(host.cpu_times().unwrap().user, 5.0);
    assert_eq!(host.cpu_stats().unwrap().ctx_switches, 3);
    assert_eq!(host.boot_time().unwrap(), UNIX_EPOCH + Duration::from_secs(1_600_000_000));
    assert_eq!(host.time_since_boot().unwrap(), Duration::from_millis(12_500));
    assert_eq!(host.load_average().unwrap().fifteen, 3.0);
    assert_eq!(host.virtual_memory().unwrap().total, 65_536);
    assert_eq!(host.swap_memory().unwrap().total, 8192);
}

#[test]
fn t39_no_part_of_memory_is_more_than_the_whole() {
    // A container of 100 kB that shows the host's caches.
    let meminfo = "MemTotal: 100 kB\nMemFree: 200 kB\nMemAvailable: 9000 kB\nBuffers: 500 kB\n\
        Cached: 700 kB\nSReclaimable: 5 kB\nActive: 101 kB\nInactive: 102 kB\nShmem: 103 kB\nSlab: 104 kB\n\
        SwapTotal: 10 kB\nSwapFree: 20 kB\n";
    let host = Machine::captured().file("proc/meminfo", meminfo);
    let memory = host.host().virtual_memory().unwrap();
    for part in [memory.available, memory.used, memory.free] {
        assert!(part <= memory.total, "{memory:?}");
    }
    for part in
        [memory.active, memory.inactive, memory.buffers, memory.cached, memory.shared, memory.slab]
    {
        assert!(part.unwrap() <= memory.total, "{memory:?}");
    }
    assert!((0.0..=100.0).contains(&memory.percent));
    let swap = host.host().swap_memory().unwrap();
    assert_eq!((swap.used, swap.free, swap.percent), (0, 10_240, 0.0));
}

#[test]
fn t40_a_machine_without_swap_has_none_and_that_is_no_division_by_zero() {
    let meminfo = "MemTotal: 1 kB\nMemFree: 1 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n";
    let machine = Machine::captured().file("proc/meminfo", meminfo);
    let swap = machine.host().swap_memory().unwrap();
    assert_eq!((swap.total, swap.used, swap.free, swap.percent), (0, 0, 0, 0.0));
    // No vmstat: how much was swapped is unknown, not 0.
    assert_eq!((swap.swapped_in, swap.swapped_out), (None, None));
}

#[test]
fn t40_swapping_is_counted_in_pages_of_the_machine() {
    let machine = Machine::captured()
        .file("facts.toml", "page_size = 65536\nticks_per_second = 100\ncaptured_at = 1\n")
        .file("proc/meminfo", MEMINFO)
        .file("proc/vmstat", "nr_free_pages 1\npswpin 2\npswpout 3\n");
    let swap = machine.host().swap_memory().unwrap();
    assert_eq!((swap.total, swap.used, swap.percent), (819_200, 204_800, 25.0));
    assert_eq!((swap.swapped_in, swap.swapped_out), (Some(131_072), Some(196_608)));
}

#[test]
fn t40_a_meminfo_without_swap_asks_the_kernel_only_on_a_live_machine() {
    let meminfo = "MemTotal: 1 kB\nMemFree: 1 kB\n";
    let live = Machine::live().file("proc/meminfo", meminfo);
    assert!(live.host().swap_memory().is_ok());
    let error = Machine::captured().file("proc/meminfo", meminfo).host().swap_memory().unwrap_err();
    let expected = "/proc/meminfo: no field \"SwapTotal\"".to_owned();
    assert_eq!(shown(&error), (ErrorKind::Malformed, expected));
}

#[test]
fn t30_the_boot_time_is_what_the_kernel_says() {
    let machine = Machine::captured()
        .file("proc/stat", "cpu  1 1 1 1\nbtime 1700000042\nprocesses 7\n")
        .file("proc/uptime", "5163.07 100.00\n");
    let host = machine.host();
    assert_eq!(host.boot_time().unwrap(), UNIX_EPOCH + Duration::from_secs(1_700_000_042));
    assert_eq!(host.time_since_boot().unwrap(), Duration::from_millis(5_163_070));
}

#[test]
fn t30_a_machine_without_a_clock_booted_in_1970() {
    let machine = Machine::captured().file("proc/stat", "cpu  1 1 1 1\nbtime 0\n");
    assert_eq!(machine.host().boot_time().unwrap(), UNIX_EPOCH);
}

#[test]
fn t30_a_stat_file_without_a_boot_time_is_malformed() {
    let error = Machine::captured().file("proc/stat", "cpu  1 1 1 1\n").host().boot_time();
    let expected = "/proc/stat: no field \"btime\"".to_owned();
    assert_eq!(shown(&error.unwrap_err()), (ErrorKind::Malformed, expected));
}

#[test]
fn t30_a_captured_machine_is_not_asked_for_our_clocks() {
    let machine = Machine::captured();
    assert_eq!(machine.host().uptime().unwrap_err().kind(), ErrorKind::Unsupported);
    assert_eq!(machine.host().time_since_boot().unwrap_err().kind(), ErrorKind::NotFound);
    let machine = machine.file("answers/clock_monotonic", "77.25\n");
    assert_eq!(machine.host().uptime().unwrap(), Duration::from_millis(77_250));
}

#[test]
fn a_machine_says_what_it_is() {
    let machine = Machine::captured()
        .file("proc/sys/kernel/hostname", "laptop\n")
        .file("proc/sys/kernel/osrelease", "6.1.0-18-amd64\n")
        .file("proc/cpuinfo", "processor : 0\nmodel name : Fast(TM) CPU\n")
        .file(
            "usr/lib/os-release",
            "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\nVERSION_ID=\"12\"\n",
        )
        .file("answers/machine", "aarch64\n")
        .file("sys/class/dmi/id/sys_vendor", "QEMU\n");
    let info = machine.host().info().unwrap();
    assert_eq!(info.hostname.as_deref(), Some("laptop"));
    assert_eq!(info.os.as_deref(), Some("Debian GNU/Linux 12 (bookworm)"));
    assert_eq!((info.os_id.as_deref(), info.os_version.as_deref()), (Some("debian"), Some("12")));
    assert_eq!(info.kernel.as_deref(), Some("6.1.0-18-amd64"));
    assert_eq!(info.architecture.as_deref(), Some("aarch64"));
    assert_eq!(info.processor.as_deref(), Some("Fast(TM) CPU"));
    assert_eq!(info.virtualization.as_deref(), Some("qemu"));
    // The file in /etc is the administrator's, and a container in a virtual machine is first of all a container.
    let machine = machine
        .file("etc/os-release", "NAME=Arch\nVERSION=\nID=arch\n")
        .file("run/systemd/container", "lxc\n");
    let info = machine.host().info().unwrap();
    assert_eq!(info.os.as_deref(), Some("Arch"));
    assert_eq!((info.os_id, info.os_version), (Some("arch".into()), None));
    assert_eq!(info.virtualization.as_deref(), Some("lxc"));
}

#[test]
fn hardware_is_what_its_maker_wrote_down() {
    let machine = Machine::captured()
        .file("sys/class/dmi/id/sys_vendor", "LENOVO\n")
        .file("sys/class/dmi/id/product_name", "20L5CTO1WW\n")
        .file("sys/class/dmi/id/product_serial", "\n")
        .file("sys/class/dmi/id/board_asset_tag", "Not Available\n")
        .file("sys/class/dmi/id/bios_date", "09/20/2023\n");
    let said = machine.host().hardware().unwrap();
    assert_eq!((said.vendor, said.product), (Some("LENOVO".into()), Some("20L5CTO1WW".into())));
    assert_eq!((said.serial, said.uuid), (None, None));
    assert_eq!(said.asset_tag.as_deref(), Some("Not Available"));
    assert_eq!(said.firmware_date.as_deref(), Some("09/20/2023"));
    let board = Machine::captured()
        .file("proc/device-tree/model", "Raspberry Pi 4 Model B Rev 1.4\0")
        .file("proc/device-tree/serial-number", "10000000abcdef01\0");
    let said = board.host().hardware().unwrap();
    assert_eq!(said.product.as_deref(), Some("Raspberry Pi 4 Model B Rev 1.4"));
    assert_eq!((said.serial.as_deref(), said.vendor), (Some("10000000abcdef01"), None));
    let nothing = Machine::captured().host().hardware().unwrap_err();
    assert_eq!(nothing.kind(), ErrorKind::Unsupported);
}

#[test]
fn a_machine_that_says_nothing_is_unknown_and_not_this_one() {
    let info = Machine::captured().host().info().unwrap();
    assert!(info.values().iter().all(psight::record::Value::is_null), "{info:?}");
}

/// A login record in the layout of x86-64.
fn login(pid: u32, line: &str, user: &str, host: &str, started: u32) -> Vec<u8> {
    let mut record = vec![0; 384];
    let mut put = |at: usize, bytes: &[u8]| record[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &7u16.to_le_bytes());
    put(4, &pid.to_le_bytes());
    put(8, line.as_bytes());
    put(44, user.as_bytes());
    put(76, host.as_bytes());
    put(340, &started.to_le_bytes());
    record
}

#[test]
fn t68_nobody_is_logged_in_where_nothing_is_recorded() {
    assert_eq!(Machine::captured().host().users().unwrap(), []);
    let machine = Machine::captured().file("run/utmp", "");
    assert_eq!(machine.host().users().unwrap(), []);
}

#[test]
fn t68_logins_have_a_name_a_terminal_an_origin_and_a_start() {
    let mut boot = login(0, "~", "reboot", "6.1.0", 1);
    boot[0] = 2;
    let full_host = "h".repeat(256);
    let utmp = [
        boot,
        login(41, "tty1", "ada", "", 1_700_000_000),
        login(42, "pts/0", "bob", "192.0.2.7", 1_700_000_001),
        login(43, ":0", "eve", ":0", 1_700_000_002),
        login(44, "", "max", &full_host, 1_700_000_003),
    ];
    let machine = Machine::captured().file("var/run/utmp", utmp.concat());
    let users = machine.host().users().unwrap();
    let text = |text: &str| Some(OsString::from(text));
    let found: Vec<_> =
        users.iter().map(|u| (&u.name, &u.terminal, &u.host, u.pid.map(u32::from))).collect();
    assert_eq!(
        found,
        [
            (&"ada".into(), &text("tty1"), &None, Some(41)),
            (&"bob".into(), &text("pts/0"), &text("192.0.2.7"), Some(42)),
            (&"eve".into(), &text(":0"), &None, Some(43)),
            (&"max".into(), &None, &text(&full_host), Some(44)),
        ]
    );
    assert_eq!(users[3].started, UNIX_EPOCH + Duration::from_secs(1_700_000_003));
}

#[test]
fn t68_a_record_whose_process_is_gone_is_stale() {
    // No kernel gives out the first number.
    let utmp =
        [login(0x7fff_fff0, "pts/8", "gone", "", 1), login(1, "tty1", "init", "", 2)].concat();
    let live = Machine::live().file("run/utmp", &utmp);
    let names: Vec<_> = live.host().users().unwrap().into_iter().map(|user| user.name).collect();
    assert_eq!(names, ["init"]);
    // On a captured machine all are what they were.
    assert_eq!(Machine::captured().file("run/utmp", utmp).host().users().unwrap().len(), 2);
}

/// A session as systemd-logind writes it.
fn session(user: &str, class: &str, tty: &str, leader: u32, state: &str) -> String {
    format!(
        "# This is private data. Do not parse.\nUID=1000\nUSER={user}\nACTIVE=1\nSTATE={state}\nREMOTE=0\n\
         TYPE=tty\nCLASS={class}\nSCOPE=session-1.scope\nTTY={tty}\nREMOTE_HOST=\nSERVICE=login\n\
         LEADER={leader}\nREALTIME=1700000000500000\nMONOTONIC=7\n"
    )
}

#[test]
fn t68_sessions_of_logind_are_added_to_the_login_records_but_once() {
    let machine = Machine::captured()
        .file(
            "run/utmp",
            [login(41, "tty1", "ada", "", 5), login(42, "pts/0", "bob", "far", 6)].concat(),
        )
        .file("run/systemd/sessions/1", session("ada", "user", "tty1", 40, "active"))
        .file("run/systemd/sessions/2", session("bob", "user", "", 42, "active"))
        .file("run/systemd/sessions/3", session("cyd", "user", "tty3", 50, "online"))
        .file("run/systemd/sessions/3.ref", "")
        .file("run/systemd/sessions/4", session("gdm", "greeter", "tty4", 51, "active"))
        .file("run/systemd/sessions/5", session("ada", "manager", "", 52, "active"))
        .file("run/systemd/sessions/6", session("old", "user", "tty6", 53, "closing"))
        .file("run/systemd/sessions/7", session("", "user-light", "", 54, "active"))
        .file("run/systemd/users/1000", "NAME=dan\nSTATE=active\n");
    let users = machine.host().users().unwrap();
    let found: Vec<_> =
        users.iter().map(|u| (u.name.to_str().unwrap(), u.pid.map(u32::from))).collect();
    assert_eq!(found, [("ada", Some(41)), ("bob", Some(42)), ("cyd", Some(50)), ("dan", Some(54))]);
    assert_eq!((&users[2].terminal, &users[2].host), (&Some("tty3".into()), &None));
    assert_eq!(users[2].started, UNIX_EPOCH + Duration::from_micros(1_700_000_000_500_000));
    assert_eq!(users[3].terminal, None);
}
