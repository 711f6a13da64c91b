//! `psight ps` against procps' ps, line by line, about processes that do not move.
#![allow(clippy::panic, clippy::print_stderr, clippy::unwrap_used, reason = "it is test code")]

mod common;

use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use common::beside::words;
use common::{Ended, run};

/// A shell in a session of its own, with children that sleep.
struct Family {
    child: Child,
    pids: String,
    /// What no other process has in its command line.
    mark: String,
}

impl Family {
    fn new() -> Option<Self> {
        static FAMILIES: AtomicU32 = AtomicU32::new(0);
        let mark =
            format!("family-{}-{}", std::process::id(), FAMILIES.fetch_add(1, Ordering::Relaxed));
        let script = "sleep 1000 & one=$!; nice -n 5 sleep 1000 & echo $$,$one,$!; wait";
        let Ok(mut child) = Command::new("setsid")
            .args(["sh", "-c", script, &mark])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
        else {
            eprintln!("skipped: there is no setsid");
            return None;
        };
        let mut pids = String::new();
        let output = child.stdout.take().unwrap();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(output), &mut pids).unwrap();
        let family = Self { child, pids: pids.trim().to_owned(), mark };
        let deadline = Instant::now() + Duration::from_secs(20);
        while !family.pids.split(',').skip(1).all(is_sleep) {
            assert!(Instant::now() < deadline, "sleep never started");
        }
        Some(family)
    }
}

fn is_sleep(pid: &str) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|comm| comm == "sleep\n")
}

impl Drop for Family {
    fn drop(&mut self) {
        for pid in self.pids.split(',').rev() {
            let _ = Command::new("kill").args(["-9", pid]).status();
        }
        let _ = self.child.wait();
    }
}

/// The words of each line, and how it ended. What a process waits for is cut, as `ps` does that in some layouts.
fn told(output: std::process::Output) -> (Vec<Vec<String>>, Option<i32>) {
    let mut lines = words(&String::from_utf8(output.stdout).unwrap());
    let at = lines.first().and_then(|heads| heads.iter().position(|head| head == "WCHAN"));
    for line in lines.iter_mut().skip(1) {
        if let Some(word) = at.and_then(|at| line.get_mut(at)) {
            word.truncate(6);
        }
    }
    (lines, output.status.code())
}

fn agree(arguments: &[&str]) {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let mut theirs = Command::new("ps");
        theirs.args(arguments).env("LC_ALL", "C.UTF-8").env("TZ", "UTC").env("COLUMNS", "1000");
        let Ok(theirs) = theirs.output() else {
            eprintln!("skipped: there is no ps");
            return;
        };
        let (ours, theirs) = (told(run(&[&["ps"], arguments].concat())), told(theirs));
        if ours == theirs {
            return;
        }
        assert!(Instant::now() < deadline, "{arguments:?}\nours: {ours:?}\ntheirs: {theirs:?}");
    }
}

#[test]
fn the_columns_of_a_process_have_the_values_that_ps_gives_them() {
    let Some(family) = Family::new() else { return };
    for columns in [
        "pid=,ppid=,pgid=,sid=",
        "pid=,stat=",
        "pid=,s=,ni=,nlwp=",
        "pid=,tty=",
        "pid=,lstart=",
        "pid=,etime=",
        "pid=,etimes=",
        "pid=,start_time=",
        "pid=,time=",
        "pid=,bsdtime=",
        "pid=,vsz=",
        "pid=,rss=",
        "pid=,uid=,ruid=,gid=,rgid=",
        "pid=,user=",
        "pid=,comm=",
        "pid=,args=",
        "pid=,lwp=",
        "pid=,%mem=",
        "pid=,%cpu=",
        "pid=,minflt=,majflt=",
        "pid=,pri=,priority=,rtprio=,cls=",
        "pid=,wchan=",
    ] {
        agree(&["-p", &family.pids, "-o", columns]);
    }
}

/// What `ps L` lists and psight has.
const FORMATS: &str = "%cpu %mem atime blocked bsdstart bsdtime c caught cgroupns class cls cpuid cputime cputimes egid \
    egroup euid euser f fgid fgroup flag flags fname fsgid fsgroup fsuid fsuser fuid fuser gid group \
    ignored intpri ipcns lastcpu longtname luid lwp maj_flt majflt min_flt minflt mntns netns ni nice \
    nlwp oom oomadj opri pagein pcpu pending pgid pgrp pid pidns pmem policy ppid pri pri_api pri_bar \
    pri_baz pri_foo priority psr rbytes rchars rgid rgroup rops rss rssize rsz rtprio ruid ruser s \
    sess session sgi_p sgi_rss sgid sgroup sid sig sig_block sig_catch sig_ignore sig_pend sigcatch \
    sigignore sigmask size spid start start_time stat state stime suid supgid suser svgid svgroup svuid \
    svuser sz tgid thcount tid time timens times tname tpgid tsig tt tty tty4 tty8 uid uid_hack uname \
    user userns uss utsns vsize vsz wbytes wcbytes wchars wops lstart";

/// And what `ps` cuts where more follows.
const CUT: &str = "cgname cgroup supgrp args cmd command label context wchan wname comm ucomm ucmd";

#[test]
fn the_share_of_shared_memory_is_near_what_ps_says() {
    let Some(family) = Family::new() else { return };
    let first = family.pids.split(',').next().unwrap();
    let arguments = ["-p", first, "-o", "pss="];
    let kibibytes = |output: std::process::Output| -> Option<i64> {
        String::from_utf8(output.stdout).unwrap().trim().parse().ok()
    };
    let Ok(theirs) = Command::new("ps").args(arguments).output() else {
        return eprintln!("skipped: there is no ps");
    };
    let Some(theirs) = kibibytes(theirs) else { return eprintln!("skipped: ps tells none") };
    let ours = kibibytes(run(&[&["ps"], &arguments[..]].concat())).unwrap();
    // It moves with every process that maps the same files.
    assert!((ours - theirs).abs() <= theirs / 2 + 64, "{ours} and {theirs}");
}

#[test]
fn every_column_of_ps_has_its_head_and_its_values() {
    let Some(family) = Family::new() else { return };
    let names: Vec<&str> = FORMATS.split_whitespace().collect();
    for names in names.chunks(16) {
        agree(&["-p", &family.pids, "-o", &names.join(",")]);
    }
    for name in CUT.split_whitespace() {
        agree(&["-p", &family.pids, "-o", name]);
    }
}

#[test]
fn options_show_the_columns_that_ps_shows() {
    let Some(family) = Family::new() else { return };
    let options = "-f -F -l -ly -j -lf -jf -fj -M -c -fc -lc -P -lF -fP -jP -O=ni -O=pri,cls";
    for options in options.split_whitespace() {
        let mut words: Vec<&str> = options.split('=').collect();
        words.extend(["-p", &family.pids]);
        agree(&words);
    }
    let one = family.pids.split(',').nth(1).unwrap();
    agree(&["-l", one]);
    agree(&["-ly", "p", one]);
    for options in ["u", "l", "j", "s", "Z", "uH", "lH", "h", "w", "c", "S", "un", "axk"] {
        match options {
            "axk" => agree(&["k", "-pid", "-o", "pid", "-p", &family.pids]),
            options => agree(&[options, "p", one]),
        }
    }
}

/// What fingers type: who is shown, in which columns, and where each of them stands.
#[test]
fn lines_are_those_of_ps_to_the_column() {
    let Some(family) = Family::new() else { return };
    let pids = family.pids.clone();
    let (blanks, one) = (pids.replace(',', " "), pids.split(',').nth(1).unwrap());
    for arguments in [
        &["-p", pids.as_str()][..],
        &["-p", &blanks],
        &["-fp", &pids],
        &["-f", "h", "-p", &pids],
        &["-jHp", &pids],
        &["-Tp", &pids],
        &["-Lp", &pids],
        &["-Mp", &pids],
        &["--context", "-p", &pids],
        &["p", one],
        &["up", one],
        &[one],
        &["u", one],
        &["-p", &pids, "-o", "pid,user,comm,wchan,stat,etime,time,args"],
        &["-p", &pids, "-o", "pid,user:12,comm:8,args:9,ni"],
        &["-p", &pids, "-o", "%p %c %n"],
        &["-p", &pids, "-o", "pid,cp,sched,esp,eip,tmout,alarm"],
        &["-p", &pids, "-o", "unit,uunit,slice,machine,lsession,ouid,lxc,pid"],
        &["-p", &pids, "--headers", "--rows", "2"],
        &["-mp", &pids],
        &["-fmp", &pids],
        &["-mp", &pids, "-o", "pid,lwp,stat,comm,rss,vsz,time,user"],
        &["m", "p", one],
        &["um", "p", one],
        &["-p", &pids, "--cumulative", "--header"],
        &["-f", one],
        &["-j", one],
        &["-fc", "p", one],
        &["-c", one],
        &["-Zp", &pids],
        &["c", "-fp", &pids],
        &["-f", "H", "-p", &pids],
        &["-f", "-f", "-p", &pids],
        &["-w", "--cols", "200", "-p", &pids],
    ] {
        agree_to_the_column(arguments);
    }
}

fn agree_to_the_column(arguments: &[&str]) {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let mut theirs = Command::new("ps");
        theirs.args(arguments).env("LC_ALL", "C.UTF-8").env("TZ", "UTC").env("COLUMNS", "1000");
        let Ok(theirs) = theirs.output() else { return eprintln!("skipped: there is no ps") };
        let lines = |output: std::process::Output| -> Vec<String> {
            let text = String::from_utf8(output.stdout).unwrap();
            text.lines().map(|line| line.trim_end().to_owned()).collect()
        };
        let (ours, theirs) = (lines(run(&[&["ps"], arguments].concat())), lines(theirs));
        if ours == theirs {
            return;
        }
        assert!(Instant::now() < deadline, "{arguments:?}\nours: {ours:#?}\ntheirs: {theirs:#?}");
    }
}

#[test]
fn the_environment_may_name_the_columns() {
    let Some(family) = Family::new() else { return };
    for format in ["pid,comm", "DefBSD", "DefSysV", ""] {
        for options in [&[][..], &["-f"], &["-o", "pid"]] {
            let arguments = [&["-p", &family.pids], options].concat();
            let of = |mut command: Command| {
                told(command.env("PS_FORMAT", format).env("TZ", "UTC").output().unwrap())
            };
            let mut theirs = Command::new("ps");
            theirs.args(&arguments);
            if theirs.output().is_err() {
                return eprintln!("skipped: there is no ps");
            }
            let ours = of(common::command(&[&["ps"], &arguments[..]].concat()));
            assert_eq!(ours, of(theirs), "{format} {options:?}");
        }
    }
}

#[test]
fn where_nobody_is_asked_for_the_callers_own_are_shown() {
    let Some(_family) = Family::new() else { return };
    // Branches are drawn otherwise, and other programs come and go.
    let lasting = |output| -> Vec<Vec<String>> {
        let (lines, _) = told(output);
        let is_word = |word: &String| word.contains(char::is_alphanumeric) || word == "?";
        let words = |line: Vec<String>| line.into_iter().filter(is_word).collect::<Vec<_>>();
        lines.into_iter().map(words).filter(|line| line.iter().any(|it| it == "sleep")).collect()
    };
    for options in ["-f", "-l", "-H", "u", "f", "r", "x", "T"] {
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let theirs = Command::new("ps").arg(options).env("TZ", "UTC").output();
            let Ok(theirs) = theirs else { return eprintln!("skipped: there is no ps") };
            let (ours, theirs) = (lasting(run(&["ps", options])), lasting(theirs));
            if ours == theirs {
                break;
            }
            assert!(Instant::now() < deadline, "{options}: {ours:?} {theirs:?}");
        }
    }
}

#[test]
fn a_tree_has_the_order_of_ps() {
    let Some(_one) = Family::new() else { return };
    let Some(_other) = Family::new() else { return };
    for options in [&["axf"][..], &["-ejH"], &["-e", "--forest"], &["axf", "-o", "pid"], &["f"]] {
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let Ok(theirs) = Command::new("ps").args(options).output() else {
                return eprintln!("skipped: there is no ps");
            };
            let pids = |output| -> Vec<String> {
                told(output).0.into_iter().filter_map(|line| line.into_iter().next()).collect()
            };
            let (ours, theirs) = (pids(run(&[&["ps"], options].concat())), pids(theirs));
            // Processes come and go, and each program shows itself.
            let shared = |these: &[String], those: &[String]| -> Vec<String> {
                these.iter().filter(|pid| those.contains(pid)).cloned().collect()
            };
            let (ours, theirs) = (shared(&ours, &theirs), shared(&theirs, &ours));
            if ours == theirs {
                break;
            }
            assert!(Instant::now() < deadline, "{options:?}: {ours:?} {theirs:?}");
        }
    }
}

/// `psight ps aux nginx` is what psight has more than ps.
#[test]
fn a_pattern_chooses_among_all_processes() {
    let Some(family) = Family::new() else { return };
    let name = &*family.mark;
    let (lines, code) = told(run(&["ps", "axo", "pid=", name]));
    assert_eq!((lines.len(), code), (1, Some(0)), "{lines:?}");
    assert!(family.pids.starts_with(&lines[0][0]), "{lines:?}");
    let (all, _) = told(run(&["ps", "axo", "pid=", &lines[0][0]]));
    assert!(all.len() > 1, "with a pid it is everything, as in ps");
}

/// Neither must a variable that is empty.
#[test]
fn nothing_is_not_everybody() {
    for options in ["-p", "p", "-q", "q", "--pid", "--ppid", "-C", "-t", "-s", "U", ""] {
        let output = run(&["ps", options, "", "-o", "pid="]);
        assert!(!output.status.success() && output.stdout.is_empty(), "{options}");
    }
}

/// A name that nobody has must not end in everybody.
#[test]
fn nobody_is_not_everybody() {
    for options in ["-u", "-U", "-G", "-g", "--user", "--User", "--group", "--Group", "U"] {
        let arguments = [options, "nobody-is-called-so", "-o", "pid="];
        let output = run(&[&["ps"], &arguments[..]].concat());
        assert_eq!(output.status.code(), Some(1), "{options}");
        assert!(output.stdout.is_empty(), "{options}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("nobody-is-called-so"));
        let empty = [options, "", "-o", "pid="];
        let output = run(&[&["ps"], &empty[..]].concat());
        assert!(!output.status.success() && output.stdout.is_empty(), "{options}");
        if let Ok(theirs) = Command::new("ps").args(arguments).output() {
            assert_eq!((theirs.status.code(), theirs.stdout), (Some(1), Vec::new()), "{options}");
        }
    }
}

#[test]
fn what_psight_does_not_do_is_refused_with_another_way() {
    for (words, way) in [
        (&["-mH"][..], "-m"),
        (&["axmf"], "-m"),
        (&["-y"], "-l"),
        (&["-o", "numa"], "--list-columns"),
        (&["-q", "1", "-C", "sh"], "--quick-pid"),
    ] {
        let output = run(&[&["ps"], words].concat());
        assert_eq!(output.status.code(), Some(2), "{words:?}");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains(way), "{words:?}: {said}");
    }
}

#[test]
fn processes_are_among_those_that_ps_chooses() {
    let Some(family) = Family::new() else { return };
    let leader = family.pids.split(',').next().unwrap();
    let own = |format: &str| {
        let output = Command::new("ps").args(["-o", format, "-p", leader]).output();
        output.map_or_else(|_| "0".to_owned(), |output| told(output).0.concat().concat())
    };
    let (user, group) = (own("user="), own("group="));
    for options in [
        &["-a"][..],
        &["-d"],
        &["-e"],
        &["-Nd"],
        &["-g", leader],
        &["-g", &group],
        &["--group", &group],
        &["-G", &group],
        &["U", &user],
        &["x"],
        &["a"],
        &["axr"],
        &["-t", "-"],
    ] {
        let Ok(theirs) = Command::new("ps").args(options).args(["-o", "pid="]).output() else {
            return;
        };
        let ours = run(&[&["ps"], options, &["-o", "pid="]].concat());
        let (ours, theirs) = (told(ours).0.concat(), told(theirs).0.concat());
        for pid in family.pids.split(',').map(str::to_owned) {
            assert_eq!(ours.contains(&pid), theirs.contains(&pid), "{options:?} {pid}");
        }
    }
}

#[test]
fn processes_are_chosen_and_sorted_as_ps_does_it() {
    let Some(family) = Family::new() else { return };
    let pids = family.pids.clone();
    let leader = pids.split(',').next().unwrap().to_owned();
    let one = pids.split(',').nth(1).unwrap().to_owned();
    let reversed = pids.split(',').rev().collect::<Vec<_>>().join(",");
    for arguments in [
        &["-s", leader.as_str(), "-o", "pid="][..],
        &["-g", &leader, "-o", "pid="],
        &["--ppid", &leader, "-o", "pid=,comm="],
        &["-p", &pids, "-o", "pid=", "--sort", "-pid"],
        &["-p", &pids, "-o", "pid=", "--sort=-ni,pid"],
        &["p", &one, "o", "pid=,args="],
        &["p", &one, "-o", "comm="],
        &["-p", "999999999", "-o", "pid="],
        &["-q", &reversed, "-o", "pid="],
        &["-p", &pids, "-o", "pid:12=Number,ni:5"],
        &["-p", &pids, "k", "-ni,+pid", "-o", "pid="],
        &["-p", &pids, "--sort", "-priority,pid", "-o", "pid="],
        &["-p", &one, "-o", "pid=", "--no-headers"],
        &["-Lp", &one, "-o", "pid=,lwp=,nlwp=,s="],
        &["-o", "pid=", "-C", "no such name"],
    ] {
        agree(arguments);
    }
}

#[test]
fn everything_but_what_is_chosen_is_what_ps_deselects() {
    let Some(family) = Family::new() else { return };
    let output = run(&["ps", "-N", "-p", &family.pids, "-o", "pid="]);
    let (lines, code) = told(output);
    assert_eq!(code, Some(0));
    for pid in family.pids.split(',') {
        assert!(!lines.contains(&vec![pid.to_owned()]), "{pid}");
    }
    assert!(!lines.is_empty());
}

#[test]
fn rules_by_which_a_process_gets_its_turn_are_called_as_ps_calls_them() {
    for rules in ["-b", "-i", "-o", "-f", "-r"] {
        let priority = if matches!(rules, "-f" | "-r") { "7" } else { "0" };
        let chrt = Command::new("chrt").args([rules, priority, "sleep", "1000"]).spawn();
        let Ok(child) = chrt else {
            eprintln!("skipped: there is no chrt");
            return;
        };
        let pid = child.id().to_string();
        let mut child = Ended(child);
        let deadline = Instant::now() + Duration::from_secs(20);
        while !is_sleep(&pid) && child.0.try_wait().unwrap().is_none() {
            assert!(Instant::now() < deadline, "sleep never started");
        }
        if is_sleep(&pid) {
            agree(&["-p", &pid, "-o", "pid=,cls=,pri=,priority=,rtprio=,stat="]);
        } else {
            eprintln!("skipped: chrt {rules} may not be done here");
        }
    }
}

#[test]
fn the_user_is_the_one_whose_rights_a_process_has() {
    let mut setpriv = Command::new("setpriv");
    let setpriv = setpriv.args(["--ruid", "65534", "sleep", "1000"]).stderr(Stdio::null());
    let Ok(mut child) = setpriv.spawn() else {
        eprintln!("skipped: there is no setpriv");
        return;
    };
    let pid = child.id().to_string();
    let deadline = Instant::now() + Duration::from_secs(20);
    while !is_sleep(&pid) && child.try_wait().unwrap().is_none() {
        assert!(Instant::now() < deadline, "sleep never started");
    }
    let sleeper = Ended(child);
    if !is_sleep(&pid) {
        eprintln!("skipped: only root may be somebody else");
        return;
    }
    agree(&["-p", &pid, "-o", "pid=,user=,ruser=,euser=,uid=,ruid="]);
    for chosen in [["-u", "root"], ["-U", "root"], ["-u", "65534"], ["-U", "65534"]] {
        let theirs = Command::new("ps").args(chosen).args(["-o", "pid="]).output();
        let Ok(theirs) = theirs else { return };
        let ours = run(&[&["ps"], &chosen[..], &["-o", "pid="]].concat());
        let has = |output| told(output).0.contains(&vec![pid.clone()]);
        assert_eq!(has(ours), has(theirs), "{chosen:?}");
    }
    drop(sleeper);
}

/// A program whose threads have names, nice values and rules of their own, as far as it may give them, and whose memory
/// is locked. It says whether it is.
const THREADS: &str = r#"
import ctypes, os, platform, sys, threading, time
libc = ctypes.CDLL(None, use_errno=True)
ready = []
def work(name, nice, rules, rank):
    libc.prctl(15, name.encode(), 0, 0, 0)
    here = threading.get_native_id()
    try:
        os.setpriority(os.PRIO_PROCESS, here, nice)
        if rules is not None:
            os.sched_setscheduler(here, rules, os.sched_param(rank))
    except PermissionError:
        pass
    ready.append(name)
    time.sleep(1000)
for each in [("alpha", 0, None, 0), ("beta", 5, None, 0), ("gamma", 0, os.SCHED_RR, 3), ("delta", 0, os.SCHED_FIFO, 50),
             ("epsilon", 7, os.SCHED_BATCH, 0), ("zeta", 0, os.SCHED_IDLE, 0)]:
    threading.Thread(target=work, args=each, daemon=True).start()
while len(ready) < 6:
    time.sleep(0.01)
try:
    os.setpriority(os.PRIO_PROCESS, 0, -5)
except PermissionError:
    pass
print("locked" if libc.mlockall(3) == 0 else "not locked", flush=True)
time.sleep(1000)
"#;

/// The program with threads, and whether its memory is locked.
fn threads() -> Option<(Family, bool)> {
    let mut python = Command::new("python3");
    let child = python.args(["-c", THREADS]).stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
    let Ok(mut child) = child else {
        eprintln!("skipped: there is no python3");
        return None;
    };
    let mut word = String::new();
    let output = child.stdout.take().unwrap();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(output), &mut word).unwrap();
    let family = Family { pids: child.id().to_string(), child, mark: String::new() };
    assert!(word.ends_with("locked\n"), "{word:?}");
    Some((family, word == "locked\n"))
}

#[test]
fn each_thread_has_its_row() {
    let Some((family, locked)) = threads() else { return };
    for options in ["-L", "-T"] {
        for columns in [
            "pid=,lwp=,nlwp=,comm=,s=,stat=",
            "spid,tid,tgid,cls,pri,opri,ni,rtprio,priority,policy",
            "lwp,user,f,psr,wchan,pending,blocked,tsig",
            "lwp,rss,vsz,sz,size,lstart",
        ] {
            agree(&[options, "-p", &family.pids, "-o", columns]);
        }
    }
    for options in ["-jL", "-lLc", "-L", "-Lc", "-lT", "-jT"] {
        let has_others = options == "-L";
        let columns = if has_others { &["-o", "lwp,tty,time"][..] } else { &[] };
        agree(&[&[options, "-p", &family.pids], columns].concat());
    }
    let (lines, _) = told(run(&["ps", "-T", "-p", &family.pids, "-o", "stat="]));
    assert_eq!(lines.len(), 7);
    if locked {
        assert!(lines.concat().iter().all(|stat| stat.contains('L')), "{lines:?}");
    } else {
        eprintln!("skipped: memory may not be locked here");
    }
}

#[test]
fn who_is_typed_to_is_marked() {
    let psight = env!("CARGO_BIN_EXE_psight");
    let script = format!(
        "ps -o stat= -p $$; {psight} ps -o stat= -p $$; ps -o tty= -p $$; {psight} ps -o tty= -p $$"
    );
    let Ok(output) = Command::new("script").args(["-qec", &script, "/dev/null"]).output() else {
        eprintln!("skipped: there is no script");
        return;
    };
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let [their_stat, our_stat, their_tty, our_tty] = lines.as_slice() else { panic!("{lines:?}") };
    assert!(their_stat.contains('+'), "{their_stat}");
    // The shell may run at one moment and wait at the next.
    assert_eq!((our_stat.get(1..), our_tty), (their_stat.get(1..), their_tty));
}

#[test]
fn words_join_as_they_are_told_to() {
    let Some(family) = Family::new() else { return };
    let one = family.pids.split(',').nth(1).unwrap();
    let has = |arguments: &[&str]| {
        let (lines, _) = told(run(&[&["ps", "-o", "pid="], arguments].concat()));
        lines.contains(&vec![one.to_owned()])
    };
    assert!(has(&["sleep", "no-such-word"]));
    assert!(!has(&["--and", "sleep", "no-such-word"]));
    assert!(has(&["--and", "sleep", "1000"]) || has(&["--and", "sleep", "slee"]));
    assert!(has(&["--nand", "sleep", "no-such-word"]));
    assert!(!has(&["--nor", "sleep", "no-such-word"]));
    assert!(has(&["--nor", "no-such-word"]));
}

#[test]
fn every_column_can_be_listed_and_asked_for() {
    let (lines, code) = told(run(&["ps", "--list-columns"]));
    assert_eq!(code, Some(0));
    for line in lines.iter().skip(1) {
        for name in line.iter().skip(1) {
            let own = std::process::id().to_string();
            let output = run(&["ps", "-p", &own, "--columns", name]);
            assert_eq!(output.status.code(), Some(0), "{name}");
        }
    }
}
