//! The machine itself, this one, against other programs: psutil, `free`, `getconf`, `nproc`, `getent`, `who`.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "it is test code")]

mod common;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use common::{Machine, eventually, output, psutil};
use psight::memory::{heap_info, heap_trim};
use psight::record::{Record, Value};
use psight::{ErrorKind, Host};

/// The numbers of a record by name; what is not known is 0, as psutil has it.
fn numbers<R: Record>(record: &R) -> Vec<(&'static str, f64)> {
    let values = record.values();
    let number = |value: &Value<'_>| match value {
        Value::Uint(number) => *number as f64,
        Value::Int(number) => *number as f64,
        Value::Float(number) => *number,
        _ => 0.0,
    };
    R::FIELDS.iter().map(|field| field.name).zip(values.iter().map(number)).collect()
}

/// Whether every number that psutil has is between ours of before and of after.
fn between<R: Record>(before: &R, theirs: &serde_json::Value, after: &R) -> Result<(), String> {
    let (before, after) = (numbers(before), numbers(after));
    for (name, number) in theirs.as_object().unwrap() {
        let place = before.iter().position(|(known, _)| known == name);
        let place = place.ok_or_else(|| format!("no field {name}"))?;
        let (low, high, number) = (before[place].1, after[place].1, number.as_f64().unwrap());
        // psutil rounds to hundredths.
        if !(low - 0.006..=high + 0.006).contains(&number) {
            return Err(format!("{name}: {low} <= {number} <= {high}"));
        }
    }
    Ok(())
}

fn seconds_since_1970(time: SystemTime) -> f64 {
    time.duration_since(UNIX_EPOCH).unwrap().as_secs_f64()
}

fn about(ours: u64, theirs: u64, slack: u64) -> Result<(), String> {
    if ours.abs_diff(theirs) <= slack { Ok(()) } else { Err(format!("{ours} is not {theirs}")) }
}

#[test]
fn processors_are_counted_as_psutil_and_getconf_count_them() {
    let host = Host::local();
    if let Some(theirs) = psutil("print(json.dumps([psutil.cpu_count(), psutil.cpu_count(False)]))")
    {
        assert_eq!(theirs[0].as_u64(), Some(host.cpu_count().unwrap().into()));
        assert_eq!(theirs[1].as_u64(), host.cpu_count_physical().unwrap().map(Into::into));
    }
    if let Some(theirs) = output("getconf", &["_NPROCESSORS_ONLN"]) {
        assert_eq!(theirs.trim(), host.cpu_count().unwrap().to_string());
    }
    // nproc counts those that it may use.
    if let Some(theirs) = output("nproc", &[]) {
        assert!(theirs.trim().parse::<u32>().unwrap() <= host.cpu_count().unwrap());
    }
}

#[test]
fn times_are_those_of_psutil() {
    let host = Host::local();
    let script = "print(json.dumps([psutil.cpu_times()._asdict(), [t._asdict() for t in psutil.cpu_times(True)]]))";
    eventually(|| {
        let before = host.cpu_sample().unwrap();
        let Some(theirs) = psutil(script) else { return Ok(()) };
        let after = host.cpu_sample().unwrap();
        between(&before.total, &theirs[0], &after.total)?;
        let each = theirs[1].as_array().unwrap();
        assert_eq!(each.len(), before.cpus.len());
        for (place, theirs) in each.iter().enumerate() {
            between(&before.cpus[place].times, theirs, &after.cpus[place].times)?;
        }
        Ok(())
    });
}

#[test]
fn processor_statistics_are_those_of_psutil() {
    let host = Host::local();
    let script = "print(json.dumps({k: v for k, v in psutil.cpu_stats()._asdict().items()}))";
    eventually(|| {
        let before = host.cpu_stats().unwrap();
        let Some(theirs) = psutil(script) else { return Ok(()) };
        between(&before, &theirs, &host.cpu_stats().unwrap())
    });
}

#[test]
fn frequencies_are_those_of_psutil() {
    let host = Host::local();
    let script = "print(json.dumps([f._asdict() for f in psutil.cpu_freq(percpu=True)]))";
    let Some(theirs) = psutil(script) else { return };
    let theirs = theirs.as_array().unwrap();
    match host.per_cpu_freq() {
        Ok(ours) => {
            assert_eq!(ours.len(), theirs.len());
            for (ours, theirs) in ours.iter().zip(theirs) {
                let number = |name: &str| theirs[name].as_f64().unwrap();
                assert_eq!(ours.freq.min.unwrap_or(0.0), number("min"));
                assert_eq!(ours.freq.max.unwrap_or(0.0), number("max"));
                // It changes all the time where it changes at all.
                let ratio = ours.freq.current / number("current");
                assert!((0.05..=20.0).contains(&ratio), "{} MHz: {theirs}", ours.freq.current);
            }
        }
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Unsupported);
            assert!(theirs.is_empty(), "{theirs:?}");
        }
    }
}

#[test]
fn load_averages_are_those_of_psutil() {
    eventually(|| {
        let Some(theirs) = psutil("print(json.dumps(psutil.getloadavg()))") else { return Ok(()) };
        let ours = Host::local().load_average().unwrap();
        for (ours, theirs) in
            [ours.one, ours.five, ours.fifteen].iter().zip(theirs.as_array().unwrap())
        {
            // The C library has more digits than the file.
            let theirs = theirs.as_f64().unwrap();
            if (ours - theirs).abs() > 0.0101 {
                return Err(format!("{ours} is not {theirs}"));
            }
        }
        Ok(())
    });
}

#[test]
fn working_shows_as_utilisation() {
    let host = Host::local();
    let before = host.cpu_sample().unwrap();
    // Asking is the work.
    eventually(|| {
        let now = host.cpu_sample().unwrap();
        let busy = now.percent_since(&before);
        assert!((0.0..=100.0).contains(&busy), "{busy}");
        let each = now.per_cpu_percent_since(&before);
        if busy > 0.0 && each.iter().any(|each| each.percent > 0.0) {
            Ok(())
        } else {
            Err("idle".into())
        }
    });
}

#[test]
fn a_short_wait_gives_percentages() {
    let host = Host::local();
    let interval = Duration::from_millis(30);
    let percent = host.cpu_percent(interval).unwrap();
    assert!((0.0..=100.0).contains(&percent), "{percent}");
    let count = host.per_cpu_times_percent(interval).unwrap().len();
    assert_eq!(count, host.per_cpu_percent(Duration::ZERO).unwrap().len());
}

#[test]
fn utilisation_of_the_same_two_moments_is_that_of_psutil() {
    let before = "cpu  1000 500 2000 90000 300 10 20 30 400 50\ncpu0 1000 500 2000 90000 300 10 20 30 400 50\n";
    // 3.3 s of work and a counter that goes back.
    let after = "cpu  1111 522 2033 90200 290 11 23 34 444 55\ncpu0 1111 522 2033 90200 290 11 23 34 444 55\n";
    let machine = Machine::live().file("proc/stat", before);
    let host = machine.host();
    let then = host.cpu_sample().unwrap();
    let script = format!(
        "psutil.PROCFS_PATH = {:?}\npsutil.cpu_percent(); psutil.cpu_times_percent()\n\
         open({:?}, 'w').write({after:?})\n\
         print(json.dumps([psutil.cpu_percent(), psutil.cpu_times_percent()._asdict()]))",
        machine.path("proc"),
        machine.path("proc/stat"),
    );
    let Some(theirs) = psutil(&script) else { return };
    let now = host.cpu_sample().unwrap();
    let rounded = |number: f64| (number * 10.0).round() / 10.0;
    assert_eq!(theirs[0].as_f64(), Some(rounded(now.percent_since(&then))));
    let ours = numbers(&now.percents_since(&then));
    for (name, theirs) in theirs[1].as_object().unwrap() {
        let ours = ours.iter().find(|(known, _)| known == name).unwrap().1;
        assert_eq!(theirs.as_f64(), Some(rounded(ours)), "{name}");
    }
}

#[test]
fn memory_is_that_of_psutil_and_free() {
    let host = Host::local();
    let script =
        "print(json.dumps([psutil.virtual_memory()._asdict(), psutil.swap_memory()._asdict()]))";
    eventually(|| {
        let Some(theirs) = psutil(script) else { return Ok(()) };
        let memory = host.virtual_memory().unwrap();
        let swap = host.swap_memory().unwrap();
        assert_eq!(theirs[0]["total"].as_u64(), Some(memory.total));
        assert_eq!(theirs[1]["total"].as_u64(), Some(swap.total));
        let slack = memory.total / 50;
        for (name, ours) in
            numbers(&memory).into_iter().skip(1).filter(|(name, _)| *name != "percent")
        {
            let Some(theirs) = theirs[0][name].as_u64() else { continue };
            about(ours as u64, theirs, slack).map_err(|error| format!("{name}: {error}"))?;
        }
        about(swap.used, theirs[1]["used"].as_u64().unwrap(), slack)
    });
    eventually(|| {
        let Some(table) = output("free", &["-b"]) else { return Ok(()) };
        let row: Vec<u64> = table
            .lines()
            .nth(1)
            .unwrap()
            .split_whitespace()
            .skip(1)
            .map(|word| word.parse().unwrap())
            .collect();
        let memory = host.virtual_memory().unwrap();
        assert_eq!(row[0], memory.total);
        about(memory.free, row[2], memory.total / 50)?;
        about(memory.available, row[5], memory.total / 50)
    });
}

#[test]
fn memory_of_the_same_file_is_that_of_psutil() {
    let lines = "MemTotal: 16000000 kB\nMemFree: 1000000 kB\nBuffers: 300000 kB\nCached: 5000000 kB\n\
        Active: 7000000 kB\nInactive: 4000000 kB\nActive(file): 2500000 kB\nInactive(file): 2000000 kB\n\
        Shmem: 600000 kB\nSlab: 800000 kB\nSReclaimable: 500000 kB\nSwapTotal: 2000000 kB\nSwapFree: 1500000 kB\n";
    let zoneinfo =
        "Node 0, zone Normal\n  pages free 100\n        min      10000\n        low      12500\n";
    for available in ["", "MemAvailable: 0 kB\n", "MemAvailable: 6000000 kB\n"] {
        let machine = Machine::live()
            .file("proc/meminfo", format!("{lines}{available}"))
            .file("proc/zoneinfo", zoneinfo)
            .file("proc/vmstat", "pswpin 7\npswpout 9\n");
        let host = machine.host();
        let script = format!(
            "psutil.PROCFS_PATH = {:?}\n\
             print(json.dumps([psutil.virtual_memory()._asdict(), psutil.swap_memory()._asdict()]))",
            machine.path("proc"),
        );
        let Some(theirs) = psutil(&script) else { return };
        let memory = numbers(&host.virtual_memory().unwrap());
        let swap = numbers(&host.swap_memory().unwrap());
        // psutil has pages of 4 KiB for swapping, whatever the machine's.
        for (ours, theirs) in [(memory, &theirs[0]), (swap, &theirs[1])] {
            for (name, theirs) in theirs.as_object().unwrap() {
                let ours = ours.iter().find(|(known, _)| known == name).unwrap().1;
                let theirs = theirs.as_f64().unwrap();
                if name == "percent" {
                    assert!((ours - theirs).abs() < 0.051, "{name}: {ours} {theirs}");
                } else {
                    assert_eq!(ours, theirs, "{name} with {available:?}");
                }
            }
        }
    }
}

#[test]
fn t30_boot_and_the_clocks_since_then_are_those_of_python() {
    let host = Host::local();
    eventually(|| {
        let Some(theirs) = psutil("print(json.dumps(psutil.boot_time()))") else { return Ok(()) };
        let ours = seconds_since_1970(host.boot_time().unwrap());
        // It may tick over between the two.
        if Some(ours) == theirs.as_f64() { Ok(()) } else { Err(format!("{ours} is not {theirs}")) }
    });
    let script = "import time; print(json.dumps([time.clock_gettime(c) for c in (time.CLOCK_BOOTTIME, time.CLOCK_MONOTONIC)]))";
    let (since_boot, uptime) = (host.time_since_boot().unwrap(), host.uptime().unwrap());
    let Some(theirs) = psutil(script) else { return };
    let between = |before: Duration, theirs: &serde_json::Value, after: Duration| {
        let theirs = theirs.as_f64().unwrap();
        let range = before.as_secs_f64() - 0.011..=after.as_secs_f64() + 0.011;
        assert!(range.contains(&theirs), "{range:?} does not contain {theirs}");
    };
    between(since_boot, &theirs[0], host.time_since_boot().unwrap());
    between(uptime, &theirs[1], host.uptime().unwrap());
}

#[test]
fn every_login_that_psutil_finds_is_found() {
    let script = "print(json.dumps([[u.name, u.terminal, u.host, u.started, u.pid] for u in psutil.users()]))";
    eventually(|| {
        let Some(theirs) = psutil(script) else { return Ok(()) };
        let ours = Host::local().users().unwrap();
        for theirs in theirs.as_array().unwrap() {
            let alive = theirs[4]
                .as_u64()
                .is_some_and(|pid| std::path::Path::new(&format!("/proc/{pid}")).exists());
            let found = ours.iter().any(|ours| {
                theirs[0].as_str() == ours.name.to_str()
                    && theirs[1].as_str() == ours.terminal.as_deref().and_then(|text| text.to_str())
                    && theirs[2].as_str()
                        == ours.host.as_deref().map_or(Some("localhost"), |text| text.to_str())
                    && theirs[3].as_f64() == Some(seconds_since_1970(ours.started))
                    && theirs[4].as_u64() == ours.pid.map(|pid| u64::from(pid.as_u32()))
            });
            if alive && !found {
                return Err(format!("{theirs} is not in {ours:?}"));
            }
        }
        Ok(())
    });
}

/// A login of a process that is there, in the layout of x86-64.
fn login(line: &str, user: &str, host: &str, started: u32) -> Vec<u8> {
    let mut record = vec![0; 384];
    let mut put = |at: usize, bytes: &[u8]| record[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &7u16.to_le_bytes());
    put(4, &1u32.to_le_bytes());
    put(8, line.as_bytes());
    put(44, user.as_bytes());
    put(76, host.as_bytes());
    put(340, &started.to_le_bytes());
    record
}

#[test]
#[cfg(target_arch = "x86_64")]
fn t68_login_records_of_the_same_file_are_those_of_psutil() {
    let Some(python) = std::env::var_os("PSIGHT_PSUTIL_PYTHON") else { return };
    let mut boot = login("~", "reboot", "6.1.0", 1);
    boot[0] = 2;
    let logins = [
        boot,
        login("tty1", "ada", "", 1_700_000_000),
        login("pts/0", "bob", "192.0.2.7", 1_700_000_001),
        login(":0", "eve", ":0", 1_700_000_002),
        login("pts/1", "cyd", &"h".repeat(256), 1_700_000_003),
    ];
    let machine = Machine::live().file("run/utmp", logins.concat());
    // psutil reads what the C library reads: it is given a /run of its own, where the machine allows that.
    let shell = format!(
        "mount -t tmpfs none /run && cp {:?} /run/utmp && {python:?} -c 'import json, psutil\n\
         print(json.dumps([[u.name, u.terminal, u.host, u.started, u.pid] for u in psutil.users()]))'",
        machine.path("run/utmp"),
    );
    let Some(theirs) = output("unshare", &["-Urm", "bash", "-c", &shell.replace("\\n", "\n")])
    else {
        return;
    };
    let theirs: Vec<(String, String, String, f64, u32)> = serde_json::from_str(&theirs).unwrap();
    let ours = machine.host().users().unwrap();
    let text = |text: &std::ffi::OsStr| text.to_str().unwrap().to_owned();
    let ours: Vec<_> = ours
        .iter()
        .map(|user| {
            let host = user.host.as_deref().map_or("localhost".to_owned(), text);
            let started = seconds_since_1970(user.started);
            (
                text(&user.name),
                text(user.terminal.as_deref().unwrap()),
                host,
                started,
                user.pid.unwrap().as_u32(),
            )
        })
        .collect();
    assert_eq!(ours, theirs);
    assert_eq!(ours.len(), 4);
}

#[test]
fn everyone_whom_who_lists_is_found() {
    let Some(table) = output("who", &[]) else { return };
    let ours = Host::local().users().unwrap();
    assert!(table.lines().count() <= ours.len(), "{table} {ours:?}");
}

#[test]
fn the_machine_calls_itself_as_uname_does() {
    let info = Host::local().info().unwrap();
    let said = |text: Option<String>| text.map(|text| text.trim().to_owned());
    if let Some(name) = said(output("uname", &["-n"])) {
        assert_eq!(info.hostname, Some(name));
    }
    if let Some(name) = said(output("uname", &["-r"])) {
        assert_eq!(info.kernel, Some(name));
    }
    if let Some(name) = said(output("uname", &["-m"])) {
        assert_eq!(info.architecture, Some(name));
    }
}

#[test]
fn memory_that_is_given_out_shows_in_the_heap() {
    let before = match heap_info() {
        Ok(before) => before,
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Unsupported);
            assert_eq!(heap_trim().unwrap_err().kind(), ErrorKind::Unsupported);
            return;
        }
    };
    assert!(before.heap_used > 0);
    assert_eq!(before.heap_count, None);
    // Other tests take and give at the same time, but not that much.
    let small: Vec<Vec<u8>> = (0..32_768).map(|_| vec![1; 1024]).collect();
    let large = vec![1u8; 256 << 20];
    let after = heap_info().unwrap();
    assert!(after.heap_used > before.heap_used + (16 << 20), "{before:?} {after:?}");
    assert!(after.mmap_used >= before.mmap_used + (200 << 20), "{before:?} {after:?}");
    drop((small, large));
    let end = heap_info().unwrap();
    assert!(
        end.heap_used < after.heap_used && end.mmap_used < after.mmap_used,
        "{after:?} {end:?}"
    );
    heap_trim().unwrap();
}
