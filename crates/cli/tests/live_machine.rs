//! What psight shows of the machine beside net-tools, iproute2, sysstat, procps and coreutils.
#![allow(clippy::panic, clippy::print_stderr, clippy::unwrap_used, reason = "it is test code")]

mod common;

use std::collections::BTreeSet;
use std::fs;

use common::beside::{eventually, json, told, words};
use common::{printed, run};

/// What follows `word` in the text, up to the next blank.
fn after<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    text.split_once(word)?.1.split_whitespace().next()
}

#[test]
fn ifconfig_has_the_addresses_and_counters_that_net_tools_has() {
    if told("ifconfig", &["-a"]).is_none() {
        return;
    }
    // Less what psight leaves out (queue length, scope) and what each writes in its own way (the flags' number, sizes).
    let kept = |text: String| -> BTreeSet<String> {
        let lines = text.lines().filter_map(|line| {
            let line = line.trim();
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.first().copied() {
                Some("inet") => Some(words.join(" ")),
                Some("inet6") => {
                    let address = words.get(1)?.split('%').next()?;
                    Some(format!("inet6 {address} {}", words.get(2..4)?.join(" ")))
                }
                Some("ether") => Some(words.get(..2)?.join(" ")),
                Some("RX" | "TX") if words.get(1) == Some(&"packets") => {
                    Some(words.get(..5)?.join(" "))
                }
                Some("RX" | "TX") => Some(words.join(" ")),
                _ => Some(format!("{} {}", words.first()?, after(line, "mtu ")?)),
            }
        });
        lines.collect()
    };
    eventually(|| kept(printed(&["ifconfig", "-a"])), || kept(told("ifconfig", &["-a"]).unwrap()));
}

/// Addresses with and without one for the whole network, as both programs show them.
const ADDRESSES: &str = "
    ip link add nic0 type veth peer name nic1 || ip link add nic0 type dummy
    ip link set nic0 up
    ip addr add 192.0.2.2/24 dev nic0
    ip addr add 192.0.2.130/25 brd + dev nic0 label nic0:1
    ip addr add 198.51.100.7/32 dev nic0 label nic0:2
    for program in ifconfig \"$0 ifconfig\"; do
        $program -a | grep 'inet '
        echo the next
    done
";

#[test]
fn an_address_has_the_broadcast_that_net_tools_shows() {
    let Some(_) = told("ifconfig", &["-a"]) else { return };
    let is_root = told("id", &["-u"]).is_some_and(|uid| uid.trim() == "0");
    let unshare = if is_root { "-n" } else { "-rn" };
    let program = env!("CARGO_BIN_EXE_psight");
    let Some(both) = told("unshare", &[unshare, "sh", "-c", ADDRESSES, program]) else { return };
    let Some((theirs, ours)) = both.split_once("the next") else {
        eprintln!("skipped: no network namespace can be made with unshare");
        return;
    };
    let rows = |text: &str| -> BTreeSet<Vec<String>> {
        words(text).into_iter().filter(|row| row.first().is_some_and(|it| it == "inet")).collect()
    };
    assert_eq!(rows(ours), rows(theirs), "{both}");
}

#[test]
fn the_short_table_is_net_tools_table_under_both_its_names() {
    for (program, arguments) in [("ifconfig", ["-s", "-a"]), ("netstat", ["-i", "-a"])] {
        let Some(_) = told(program, &arguments) else { continue };
        let rows = |text: String| -> Vec<Vec<String>> {
            let rows = words(&text);
            rows.into_iter()
                .filter(|row| row.first().is_some_and(|first| first != "Kernel"))
                .collect()
        };
        let ours = || rows(printed(&[&[program], arguments.as_slice()].concat()));
        eventually(ours, || rows(told(program, &arguments).unwrap()));
    }
}

#[test]
fn netstat_has_the_sockets_and_states_of_net_tools() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    for options in ["-tulpn", "-tuanp", "-tun"] {
        let Some(_) = told("netstat", &[options]) else { return };
        // Protocol, the two ends and the state of IPv4; IPv6 ends have brackets here, and the rest moves.
        let kept = |text: String| -> BTreeSet<Vec<String>> {
            let lines = words(&text).into_iter();
            let ours = lines.filter(|row| matches!(row[0].as_str(), "tcp" | "udp"));
            ours.map(|row| {
                let state = row.get(5).filter(|state| {
                    state.bytes().all(|b| b.is_ascii_uppercase() || b"_12".contains(&b))
                });
                [Some(&row[0]), Some(&row[3]), Some(&row[4]), state]
                    .into_iter()
                    .flatten()
                    .cloned()
                    .collect()
            })
            .collect()
        };
        let ours = || kept(printed(&["netstat", options]));
        eventually(ours, || kept(told("netstat", &[options]).unwrap()));
    }
    let address = listener.local_addr().unwrap().to_string();
    assert!(printed(&["netstat", "-tulpn"]).contains(&address));
}

#[test]
fn an_interface_that_is_not_there_fails_and_is_named() {
    let output = run(&["ifconfig", "no-such-0"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no-such-0"), "{output:?}");
    assert_eq!(run(&["ifconfig", "-s"]).status.code(), Some(0));
}

#[test]
fn nettop_looks_once_where_nobody_watches_and_gives_rates() {
    let rows = json(&["nettop", "--json", "-d", "0.05"]);
    for row in rows.as_array().unwrap() {
        assert!(row["bytes_recv_per_sec"].as_f64().is_some_and(|rate| rate >= 0.0), "{row}");
        assert!(row["bytes_recv"].is_u64(), "{row}");
    }
    let text = printed(&["nettop", "-d", "0.05"]);
    assert_eq!(text.matches("INTERFACE").count(), 1, "{text}");
    let twice = printed(&["nettop", "-d", "0.05", "-n", "2"]);
    assert_eq!(twice.matches("INTERFACE").count(), 2, "{twice}");
}

/// The lines from the one that begins with `head` up to the next empty one.
fn section(text: &str, head: &str) -> Vec<Vec<String>> {
    let lines = text.lines().skip_while(|line| !line.starts_with(head));
    words(&lines.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join("\n"))
}

#[test]
fn iostat_has_the_columns_and_devices_of_sysstat() {
    if told("iostat", &["-V"]).is_none() {
        return;
    }
    for arguments in
        [&["-d"][..], &["-d", "-m"], &["-d", "-p", "ALL"], &["-d", "ALL"], &["-dx"], &["-dxm"]]
    {
        let kept = |text: String| -> Vec<Vec<String>> {
            let mut rows = section(&text, "Device");
            // Heads whole; of a device what hardly moves: its name, and what was ever read and discarded.
            for row in rows.iter_mut().skip(1) {
                *row =
                    [row.first(), row.get(5), row.get(7)].into_iter().flatten().cloned().collect();
                if arguments.iter().any(|option| option.contains('x')) {
                    row.truncate(1);
                }
            }
            rows.sort();
            rows
        };
        let ours = || kept(printed(&[&["iostat"], arguments].concat()));
        eventually(ours, || kept(told("iostat", arguments).unwrap()));
    }
}

#[test]
fn amounts_of_disks_are_not_cut_on_an_ordinary_terminal() {
    for root in ["fixtures/linux/6.8-laptop", "fixtures/linux/2.6.24-server"] {
        let whole = words(&printed(&["--root", root, "iostat", "-d"]));
        let narrow = printed(&["--root", root, "--width", "76", "iostat", "-d"]);
        assert!(narrow.lines().skip(1).all(|line| line.len() <= 76), "{narrow}");
        assert_eq!(words(&narrow)[1..], whole[1..], "{root}");
    }
}

#[test]
fn iostat_counts_processor_time_since_boot_as_sysstat_does() {
    let Some(theirs) = told("iostat", &["-c"]) else { return };
    let (ours, theirs) = (section(&printed(&["iostat", "-c"]), "avg"), section(&theirs, "avg"));
    assert_eq!(ours[0], theirs[0]);
    for (one, other) in ours[1].iter().zip(&theirs[1]) {
        let [one, other]: [f64; 2] = [one, other].map(|share| share.parse().unwrap());
        assert!((one - other).abs() < 1.0, "{ours:?} is not {theirs:?}");
    }
}

#[test]
fn iostat_reports_as_often_as_it_is_told() {
    let reports = |arguments: &[&str]| {
        printed(&[&["iostat", "-c"], arguments].concat()).matches("avg-cpu").count()
    };
    assert_eq!(reports(&[]), 1);
    assert_eq!(reports(&["-d"]), 1, "both together");
    assert_eq!(reports(&["0.05", "3"]), 3);
    assert_eq!(reports(&["-y", "0.05", "2"]), 2);
    let spans = String::from_utf8(run(&["iostat", "--ndjson", "0.05", "2"]).stdout).unwrap();
    let spans: Vec<f64> = spans
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["span"].as_f64().unwrap()
        })
        .collect();
    assert_eq!(spans.len(), 2);
    assert!(spans[1] >= 0.05 && spans[1] < spans[0], "first since boot: {spans:?}");
    assert_eq!(run(&["iostat", "1", "no-number"]).status.code(), Some(2));
}

#[test]
fn uptime_says_what_procps_says() {
    for arguments in [&["-p"][..], &["-s"], &["-p", "-s"]] {
        let Some(_) = told("uptime", arguments) else { return };
        let ours = || printed(&[&["uptime"], arguments].concat());
        eventually(ours, || told("uptime", arguments).unwrap());
    }
    // Who counts as logged in is told by different sources.
    let kept = |text: String| -> Vec<String> {
        let parts = text.trim().split(", ").map(|part| part.trim().to_owned());
        parts.filter(|part| !part.contains("user")).collect()
    };
    eventually(|| kept(printed(&["uptime"])), || kept(told("uptime", &[]).unwrap()));
}

#[test]
fn who_reads_the_records_as_coreutils_does() {
    let root = "fixtures/linux/2.6.24-server";
    let records = common::project().join(root).join("var/run/utmp");
    let records = records.to_str().unwrap();
    for arguments in [
        &["-H"][..],
        &["-q"],
        &["-s"],
        &["-b"],
        &["-r"],
        &["-bH"],
        &["-l"],
        &["-p"],
        &["-t"],
        &["-brlpt"],
    ] {
        let Some(theirs) = told("who", &[arguments, &[records]].concat()) else { return };
        let ours = printed(&[&["--root", root, "who"], arguments].concat());
        assert_eq!(words(&ours), words(&theirs), "{arguments:?}");
    }
    let Some(theirs) = told("who", &["am", "i"]) else { return };
    assert_eq!(words(&printed(&["who", "am", "i"])), words(&theirs), "nobody is at a pipe");
    let other = run(&["who", "/var/log/wtmp"]);
    assert_eq!(other.status.code(), Some(2));
}

/// Every name of an object in a document, as deep as it is.
fn names(value: &serde_json::Value, path: &str, found: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::Object(pairs) => {
            for (name, value) in pairs {
                found.insert(format!("{path}/{name}"));
                names(value, &format!("{path}/{name}"), found);
            }
        }
        serde_json::Value::Array(values) => {
            values.iter().for_each(|value| names(value, path, found));
        }
        _ => {}
    }
}

#[test]
fn the_document_of_iostat_has_the_names_of_sysstat() {
    for arguments in [&["-o", "JSON"][..], &["-x", "-o", "JSON"], &["-c", "-o", "JSON", "1", "2"]] {
        let Some(theirs) = told("iostat", arguments) else { return };
        let ours = json(&[&["iostat"], arguments].concat());
        let theirs: serde_json::Value = serde_json::from_str(&theirs).unwrap();
        let of = |document: &serde_json::Value| {
            let mut found = BTreeSet::new();
            names(document, "", &mut found);
            found
        };
        assert_eq!(of(&ours), of(&theirs), "{arguments:?}");
        let host = |document: &serde_json::Value| document["sysstat"]["hosts"][0].clone();
        for fact in ["nodename", "sysname", "release", "machine", "number-of-cpus"] {
            assert_eq!(host(&ours)[fact], host(&theirs)[fact], "{fact}");
        }
        let count = |document| host(document)["statistics"].as_array().map(Vec::len);
        assert_eq!(count(&ours), count(&theirs), "{arguments:?}");
    }
}

/// A login record as glibc has it: of a user at this terminal, by this process, so long ago.
fn login_record(user: &str, terminal: &str, pid: u32, from: &str, ago: u64) -> Vec<u8> {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let mut record = vec![0; 384];
    let mut put = |at: usize, bytes: &[u8]| {
        record.splice(at..at + bytes.len(), bytes.iter().copied());
    };
    put(0, &7_u16.to_ne_bytes());
    put(4, &pid.to_ne_bytes());
    put(8, terminal.as_bytes());
    put(44, user.as_bytes());
    put(76, from.as_bytes());
    put(340, &u32::try_from(now.as_secs() - ago).unwrap().to_ne_bytes());
    record
}

/// In a namespace of mounts, because whoever tests is rarely logged in.
#[test]
fn w_has_the_users_and_times_that_procps_has() {
    let Ok(script) = std::process::Command::new("script")
        // Not every shell makes way for the last command unasked.
        .args(["-qfc", "exec sleep 1000", "/dev/null"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .spawn()
    else {
        return eprintln!("skipped: there is no script");
    };
    let script = common::Ended(script);
    let parent = script.id().to_string();
    let sleeper = || told("ps", &["--ppid", &parent, "-o", "pid=,tty=,comm="]).unwrap_or_default();
    eventually(|| sleeper().contains("sleep"), || true);
    let sleeper = words(&sleeper()).concat();
    let (pid, terminal) = (sleeper[0].parse().unwrap(), &sleeper[1]);
    let folder = tempfile::tempdir().unwrap();
    let records = folder.path().join("utmp");
    let record = |from, ago| login_record("root", terminal, pid, from, ago);
    fs::write(&records, [record("", 600), record("192.0.2.9", 900_000)].concat()).unwrap();
    let show = "mount -t tmpfs none /run && cp \"$1\" /run/utmp && exec \"$0\" w $2";
    for options in ["-h", "-hs", "-hf", "-hff", "-hi", "-hu", ""] {
        let of = |program: &str| {
            let mut shown = std::process::Command::new("unshare");
            shown.args(["-m", "sh", "-c", show, program, records.to_str().unwrap(), options]);
            shown.env("TZ", "UTC").env("LC_ALL", "C.UTF-8");
            let text = String::from_utf8(shown.output().ok()?.stdout).unwrap();
            // Less the line about the machine, idle times, which go on, and PCPU, which procps 4.0.2 does not know.
            let is_length =
                |word: &String| word == "?" || word.ends_with('s') && word.contains('.');
            let lines = words(&text).into_iter().filter(|line| !line.contains(&"load".to_owned()));
            let kept = |line: Vec<String>| -> Vec<String> {
                line.into_iter().filter(|word| !is_length(word)).collect()
            };
            Some(lines.map(kept).collect::<Vec<_>>())
        };
        // `env w`: the same words for both.
        let (ours, theirs) = (of(env!("CARGO_BIN_EXE_psight")), of("env"));
        if theirs.as_ref().is_none_or(Vec::is_empty) {
            eprintln!("skipped: there is no w, or no namespace");
            break;
        }
        assert_eq!(ours, theirs, "{options}");
    }
}

#[test]
fn times_are_those_of_the_readers_zone() {
    for zone in [
        "America/New_York",
        "Asia/Kolkata",
        "CET-1CEST,M3.5.0,M10.5.0",
        ":Europe/Berlin",
        "UTC",
        "",
    ] {
        let shown = || {
            let output = common::command(&["uptime"]).env("TZ", zone).output().unwrap();
            let text = String::from_utf8(output.stdout).unwrap();
            words(&text)[0][0][..5].to_owned()
        };
        let date = || {
            let output = std::process::Command::new("date").arg("+%H:%M").env("TZ", zone).output();
            String::from_utf8(output.unwrap().stdout).unwrap().trim().to_owned()
        };
        eventually(shown, date);
    }
}

#[test]
fn iotop_says_once_that_nobody_counts_the_waits() {
    let Ok(counts) = fs::read_to_string("/proc/sys/kernel/task_delayacct") else {
        eprintln!("skipped: this kernel does not say whether it counts");
        return;
    };
    let own = std::process::id().to_string();
    let shown = printed(&["iotop", "-b", "-n", "2", "-d", "0.05", "-p", &own]);
    let said = shown.matches("kernel.task_delayacct is 0").count();
    let heads = shown.lines().filter(|line| line.split_whitespace().any(|head| head == "IO"));
    let row = json(&["iotop", "--json", "-d", "0.05", "-p", &own])["processes"][0].clone();
    if counts.trim() == "0" {
        assert_eq!((said, heads.count()), (1, 0), "{shown}");
        assert!(row["iowait_percent"].is_null(), "{row}");
    } else {
        assert_eq!((said, heads.count()), (0, 2), "{shown}");
        assert!(row["iowait_percent"].as_f64().is_some_and(|share| share <= 100.0), "{row}");
    }
}

#[test]
fn iotop_has_the_counters_of_proc() {
    let own = std::process::id().to_string();
    let counter = |name: &str| -> u64 {
        let io = fs::read_to_string("/proc/self/io").unwrap();
        io.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok()).unwrap()
    };
    let known = fs::read_to_string("/proc/self/io").is_ok();
    if !known {
        eprintln!("skipped: this kernel does not count what processes read and write");
        return;
    }
    let ours = || {
        let shown = json(&["iotop", "--json", "-d", "0.01", "-p", &own]);
        let row = &shown["processes"][0];
        ["read_bytes", "write_bytes"].map(|name| row["io_counters"][name].as_u64().unwrap())
    };
    eventually(ours, || ["read_bytes:", "write_bytes:"].map(counter));
    let nobody = printed(&["iotop", "-b", "-n", "1", "-k", "-d", "0.01", "-u", "4000000"]);
    assert!(nobody.contains(" 0.00 K/s") && !nobody.contains("-0.00"), "{nobody}");
    let idle = printed(&["iotop", "-b", "-n", "1", "-qqq", "-d", "0.01", "-p", &own]);
    assert!(idle.trim_start().starts_with(&own), "neither heads nor sums: {idle}");
}

#[test]
fn cpu_has_every_processor_and_every_process_on_the_one_it_ran_on() {
    let stat = fs::read_to_string("/proc/stat").unwrap();
    let online = stat.lines().filter(|line| line.starts_with("cpu")).count() - 1;
    let shown = json(&["cpu", "--json", "-d", "0.05"]);
    let each = shown["per_cpu"].as_array().unwrap();
    assert_eq!(each.len(), online);
    let own = u64::from(std::process::id());
    let has = |cpu: &&serde_json::Value| {
        cpu["processes"].as_array().unwrap().iter().any(|process| process["pid"] == own)
    };
    assert_eq!(each.iter().filter(has).count(), 1);
    let percent = shown["percent"].as_f64().unwrap();
    assert!((0.0..=100.0).contains(&percent), "{percent}");
}

#[test]
fn meminfo_has_every_number_as_it_is() {
    let kib: u64 = fs::read_to_string("/proc/meminfo")
        .unwrap()
        .split_whitespace()
        .nth(1)
        .unwrap()
        .parse()
        .unwrap();
    let text = printed(&["meminfo"]);
    let total = words(&text).into_iter().find(|row| row.first().is_some_and(|it| it == "total"));
    assert_eq!(total.unwrap().last().unwrap(), &(kib * 1024).to_string());
    assert_eq!(json(&["meminfo", "--json"])["memory"]["total"], kib * 1024);
}

#[test]
fn a_machine_without_sensors_says_so_and_fails_where_psutils_scripts_fail() {
    let root = "fixtures/linux/6.18-vm";
    for (command, code) in [("sensors", 0), ("temperatures", 1), ("fans", 0), ("battery", 1)] {
        let output = run(&["--root", root, command]);
        assert_eq!(output.status.code(), Some(code), "{command}");
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.starts_with("this machine shows n"), "{command}: {text}");
    }
    assert_eq!(run(&["--root", "fixtures/linux/6.8-laptop", "battery"]).status.code(), Some(0));
}

#[test]
fn fahrenheit_is_for_people_alone() {
    let root = ["--root", "fixtures/linux/6.8-laptop"];
    let text = printed(&[&root[..], &["temperatures", "-f"]].concat());
    assert!(text.contains("acpitz:         +125.6°F"), "{text}");
    let rows = json(&[&root[..], &["temperatures", "-f", "--json"]].concat());
    assert_eq!(rows[0]["current"], 52.0);
}

#[test]
fn df_counts_in_the_blocks_and_columns_of_coreutils() {
    let here = std::env::temp_dir();
    let here = here.to_str().unwrap();
    for arguments in [
        &["-B1M"][..],
        &["-BM"],
        &["-BkB"],
        &["-B", "1"],
        &["-m"],
        &["--block-size=2048"],
        &["--block-size=human-readable"],
        &["-P", "-B1M"],
        &["--output"],
        &["--output=source,pcent,target,file"],
        &["-h", "--output=itotal,size,used", "--total"],
        &["-h", "-k"],
        &["-k", "-B1M"],
        &["-BkB", "-m"],
        &["-B'1"],
        &["-x", "nobody-has-this-type"],
    ] {
        let arguments = [arguments, &[here]].concat();
        let Some(_) = told("df", &arguments) else { return };
        let ours = || words(&printed(&[&["df"], arguments.as_slice()].concat()));
        eventually(ours, || words(&told("df", &arguments).unwrap()));
    }
    assert_eq!(run(&["df", "-i", "--output"]).status.code(), Some(2));
    assert_eq!(run(&["df", "-B", "none"]).status.code(), Some(2));
    for arguments in [
        &["-t", "nobody-has-this-type"][..],
        &["-t", "nobody-has-this-type", here],
        &["/no/such/file"],
        &["-x", "proc", "/proc"],
    ] {
        let output = run(&[&["df"], arguments].concat());
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{output:?}");
        assert_eq!(told("df", arguments).unwrap(), "", "{arguments:?}");
    }
}

#[test]
fn free_has_the_units_and_the_repetition_of_procps() {
    let Some(version) = told("free", &["-V"]) else { return };
    if !version.contains(" 4.") {
        eprintln!("skipped: {version:?} counts used memory in another way");
        return;
    }
    for unit in ["--kilo", "--mega", "--giga", "--tera", "--kibi", "--mebi", "--gibi", "--tebi"] {
        let total = |text: String| words(&text)[1][1].clone();
        assert_eq!(
            total(printed(&["free", unit])),
            total(told("free", &[unit]).unwrap()),
            "{unit}"
        );
    }
    for units in [&["-mh"][..], &["-h", "--giga"], &["--kilo", "-h"]] {
        let total = |text: String| words(&text)[1][1].clone();
        let ours = total(printed(&[&["free"], units].concat()));
        assert_eq!(ours, total(told("free", units).unwrap()), "{units:?}");
    }
    let repeated = printed(&["free", "-g", "-s", "0.01", "-c", "3"]);
    assert_eq!(repeated.matches("Mem:").count(), 3, "{repeated}");
    assert_eq!(run(&["free", "-c", "0"]).status.code(), Some(2));
    let line = printed(&["free", "-L"]);
    let heads: Vec<_> = words(&line)[0].iter().step_by(2).cloned().collect();
    assert_eq!(heads, ["SwapUse", "CachUse", "MemUse", "MemFree"]);
}

/// net-tools' Unix sockets that have an inode, as inode, type and state.
fn unix_sockets(text: &str) -> BTreeSet<String> {
    let kept = |line: &str| {
        let line = line.replacen("[ ACC ]", "[]", 1).replacen("[ ]", "[]", 1);
        let words: Vec<&str> = line.split_whitespace().collect();
        // unix 2 [] STREAM LISTENING 12345 /path, without a state where it has none.
        let [_, _, _, kind, more @ ..] = words.as_slice() else { return None };
        let (state, inode) = match more {
            [inode, ..] if inode.bytes().all(|byte| byte.is_ascii_digit()) => ("", inode),
            [state, inode, ..] => (*state, inode),
            _ => return None,
        };
        (*inode != "0").then(|| format!("{inode} {kind} {state}"))
    };
    text.lines().filter(|line| line.starts_with("unix")).filter_map(kept).collect()
}

#[test]
fn unix_sockets_have_the_states_of_net_tools() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("listens");
    let _listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
    let _pair = std::os::unix::net::UnixStream::pair().unwrap();
    for option in ["-xl", "-x", "-xa"] {
        let Some(_) = told("netstat", &[option]) else { return };
        let ours = || -> BTreeSet<String> {
            let rows = json(&["netstat", option, "--json"]);
            let kept = rows.as_array().unwrap().iter().filter_map(|row| {
                let state = match row["unix_state"].as_str()? {
                    "UNCONNECTED" => "",
                    state => state,
                };
                let kind = row["type"].as_str()?.trim_start_matches("SOCK_");
                Some(format!("{} {kind} {state}", row["inode"].as_u64()?))
            });
            kept.collect()
        };
        eventually(ours, || unix_sockets(&told("netstat", &[option]).unwrap()));
    }
    let listening = printed(&["netstat", "-xl"]);
    let line = listening.lines().find(|line| line.contains(path.to_str().unwrap())).unwrap();
    assert!(line.contains("STREAM") && line.contains("LISTENING"), "{line}");
}

#[test]
fn a_state_chooses_sockets_and_extended_rows_have_user_and_inode() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let Ok(client) = std::net::TcpStream::connect(address) else {
        eprintln!("skipped: the loopback interface is down");
        return;
    };
    let own = client.local_addr().unwrap().to_string();
    let has = |states: &[&str], address: &str| {
        printed(&[&["netstat", "-t"], states].concat()).contains(address)
    };
    assert!(has(&["listen"], &address.to_string()) && !has(&["listen"], &own));
    assert!(
        has(&["established"], &own) && has(&["connected"], &own) && !has(&["close-wait"], &own)
    );
    let row = words(&printed(&["netstat", "-te"])).into_iter().find(|row| row[3] == own).unwrap();
    let theirs = told("netstat", &["-tne"]);
    if let Some(theirs) = theirs {
        let theirs = words(&theirs).into_iter().find(|row| row.get(3) == Some(&own)).unwrap();
        assert_eq!(row, theirs);
    }
    assert_eq!(run(&["netstat", "asleep"]).status.code(), Some(2));
}

#[test]
fn the_doctor_names_the_right_that_is_missing_and_counts_who_refuses() {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let rights = after(&status, "CapEff:").unwrap();
    let may_trace = u64::from_str_radix(rights, 16).unwrap() >> 19 & 1 == 1;
    let output = run(&["doctor", "--json"]);
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = said["findings"].as_array().unwrap();
    let named = findings.iter().any(|it| it["why"] == "this process does not have CAP_SYS_PTRACE");
    assert_eq!(named, !may_trace);
    let denied = |it: &serde_json::Value| it["denied"].as_u64().unwrap() > 0;
    let any = said["refusals"].as_array().unwrap().iter().any(denied);
    assert_eq!(output.status.code(), Some(i32::from(any)));
    let refuse = || {
        let entries = fs::read_dir("/proc").unwrap().filter_map(|entry| Some(entry.ok()?.path()));
        let is_process = |path: &std::path::PathBuf| {
            path.file_name().unwrap().as_encoded_bytes().iter().all(u8::is_ascii_digit)
        };
        let refused = entries.filter(is_process).filter(|path| {
            let link = fs::read_link(path.join("cwd"));
            link.is_err_and(|error| error.kind() == std::io::ErrorKind::PermissionDenied)
        });
        refused.count() as u64
    };
    let counted = || {
        let said = json(&["doctor", "--json"]);
        let rows = said["refusals"].as_array().unwrap();
        rows.iter().find(|row| row["question"] == "cwd").unwrap()["denied"].as_u64().unwrap()
    };
    eventually(counted, refuse);
}

#[test]
fn the_overview_compares_each_picture_with_the_one_before() {
    use std::io::{BufRead as _, BufReader};
    use std::process::Stdio;

    let mut psight = common::command(&["--ndjson", "--watch=0.01"]);
    let mut psight = common::Ended(psight.stdout(Stdio::piped()).spawn().unwrap());
    let lines = BufReader::new(psight.stdout.take().unwrap()).lines().take(2);
    let pictures: Vec<serde_json::Value> =
        lines.map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect();
    drop(psight);
    let rate = |picture: &serde_json::Value| picture["network"][0]["rates"].clone();
    // In the first there is nothing to compare with, and a network namespace may have no interface at all.
    assert!(rate(&pictures[0]).is_null());
    if pictures[1]["network"][0].is_object() {
        assert!(rate(&pictures[1])["bytes_recv_per_sec"].is_f64(), "{}", pictures[1]);
    }
    for picture in &pictures {
        assert!(picture["cpu"]["percent"].is_f64(), "{picture}");
    }
}

/// Every command of this file that shows something, as it shows it once.
const SHOWN: &[&[&str]] = &[
    &["ifconfig", "-a"],
    &["ifconfig", "-s"],
    &["nettop", "-d", "0.01"],
    &["iostat", "-x"],
    &["iotop", "-d", "0.01"],
    &["cpu", "-d", "0.01"],
    &["uptime"],
    &["who", "-b"],
    &["meminfo"],
    &["sensors"],
    &["temperatures"],
    &["fans"],
    &["battery"],
    &["doctor"],
    &["df", "--output"],
    &["netstat", "-xae"],
];

#[test]
fn no_line_is_wider_than_it_may_be_and_colour_adds_nothing() {
    let roots = common::machines().into_iter().map(|machine| common::relative(&machine));
    for root in roots.chain(["/".to_owned()]) {
        for arguments in SHOWN {
            for width in ["0", "1", "17", "40", "79"] {
                let output = printed(&[&["--root", &root, "--width", width], *arguments].concat());
                assert!(!output.is_empty(), "{arguments:?} at {width}");
                let limit: usize = width.parse().unwrap();
                let wide = |line: &&str| unicode_width::UnicodeWidthStr::width(*line) > limit;
                assert_eq!(output.lines().find(wide), None, "{arguments:?} at {width}");
            }
            if root != "/" {
                let plain = printed(&[&["--root", &root], *arguments].concat());
                let painted = [&["--root", &root, "--color", "always"], *arguments].concat();
                let parts: String = printed(&painted)
                    .split("\x1b[")
                    .enumerate()
                    .map(|(at, part)| if at == 0 { part } else { part.split_once('m').unwrap().1 })
                    .collect();
                let trimmed: Vec<_> = parts.lines().map(str::trim_end).collect();
                assert_eq!(trimmed, plain.lines().collect::<Vec<_>>(), "{arguments:?}");
            }
        }
    }
}

#[test]
fn t81_a_hostile_command_line_is_shown_and_not_obeyed() {
    use std::os::unix::process::CommandExt as _;

    let hostile = "\x1b[2J\u{202e}\n\u{9b}";
    let mut sleep = std::process::Command::new("sleep");
    let child = common::Ended(sleep.arg("1000").arg0(hostile).spawn().unwrap());
    let pid = child.id().to_string();
    let shown = printed(&["iotop", "-b", "-n", "1", "-d", "0.2", "-p", &pid]);
    let obeyed = |char: char| char != '\n' && (char.is_control() || char == '\u{202e}');
    assert!(!shown.chars().any(obeyed), "{shown:?}");
    let known = fs::read_to_string("/proc/self/io").is_ok();
    assert_eq!(shown.contains("\\x1b[2J\\u{202e}\\n"), known, "{shown}");
}
