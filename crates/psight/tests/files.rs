//! Descriptors of processes: fake machines, and every kind that can be opened here.
#![cfg(target_os = "linux")]
#![allow(clippy::panic, clippy::print_stderr, clippy::unwrap_used, reason = "it is test code")]
#![allow(clippy::indexing_slicing, reason = "it is test code")]

mod common;
#[path = "common/ffi.rs"]
mod ffi;
#[path = "common/sleeper.rs"]
mod sleeper;

use std::collections::BTreeSet;
use std::ffi::CString;
use std::fs::File;
use std::io::Write as _;
use std::net::TcpListener;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use common::{Machine, eventually, psutil};
use psight::process::{FdDetail, FdKind, FileDescriptor, FileRole, OpenMode, UsedFile};
use psight::{ErrorKind, Host, Pid, Process};
use sleeper::Sleeper;

/// What this process has under the number of `fd`.
fn found(fd: &impl AsRawFd) -> FileDescriptor {
    let number = u32::try_from(fd.as_raw_fd()).unwrap();
    let fds = Process::current().unwrap().fds().unwrap();
    fds.into_iter().find(|found| found.fd == number).unwrap()
}

#[test]
fn a_file_has_path_position_and_flags() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("log");
    let mut file = File::options().append(true).create(true).open(&path).unwrap();
    file.write_all(b"five!").unwrap();
    let fd = found(&file);
    assert_eq!((fd.kind, fd.path.as_deref()), (FdKind::File, Some(path.as_path())));
    assert_eq!((fd.position, fd.size), (Some(5), Some(5)));
    assert_eq!(fd.open_mode, Some(OpenMode::Append));
    let flags = libc::O_WRONLY | libc::O_APPEND | libc::O_CLOEXEC;
    assert_eq!(fd.flags, Some(flags.cast_unsigned()));
    let metadata = file.metadata().unwrap();
    assert_eq!((fd.dev, fd.ino), (Some(metadata.dev()), Some(metadata.ino())));
    assert_eq!((fd.mode, fd.nlink), (Some(metadata.mode()), Some(1)));
    assert_eq!((fd.deleted, fd.detail), (Some(false), FdDetail::None));
    assert!(fd.mount_id.is_some());
}

#[test]
fn all_ways_to_open_a_file_have_a_word() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("file");
    std::fs::write(&path, "").unwrap();
    let open = |read, write, append| {
        let file = File::options().read(read).write(write).append(append).open(&path).unwrap();
        found(&file).open_mode.unwrap().as_str()
    };
    assert_eq!(open(true, false, false), "r");
    assert_eq!(open(false, true, false), "w");
    assert_eq!(open(false, false, true), "a");
    assert_eq!(open(true, true, false), "r+");
    assert_eq!(open(true, false, true), "a+");
}

#[test]
fn what_lies_in_the_file_system_has_its_type() {
    let dir = tempfile::tempdir().unwrap();
    let folder = File::open(dir.path()).unwrap();
    assert_eq!(found(&folder).kind, FdKind::Directory);
    assert_eq!(found(&folder).path.as_deref(), Some(dir.path()));
    let null = File::open("/dev/null").unwrap();
    let fd = found(&null);
    assert_eq!(fd.kind, FdKind::CharDevice);
    assert_eq!(fd.rdev, Some(rustix::fs::makedev(1, 3)));
    let path = dir.path().join("fifo");
    let name = CString::new(path.as_os_str().as_bytes()).unwrap();
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &*name,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
        0,
    )
    .unwrap();
    let fifo = File::options().read(true).write(true).open(&path).unwrap();
    assert_eq!((found(&fifo).kind, found(&fifo).path), (FdKind::Fifo, Some(path)));
    let link = dir.path().join("link");
    std::os::unix::fs::symlink("nowhere", &link).unwrap();
    let link = File::options()
        .read(true)
        .custom_flags(libc::O_PATH | libc::O_NOFOLLOW)
        .open(&link)
        .unwrap();
    assert_eq!(found(&link).kind, FdKind::Symlink);
}

#[test]
fn pipes_and_sockets_have_numbers_instead_of_paths() {
    let (reader, writer) = rustix::pipe::pipe().unwrap();
    let (read, write) = (found(&reader), found(&writer));
    assert_eq!((read.kind, write.kind), (FdKind::Pipe, FdKind::Pipe));
    assert_eq!((read.ino, read.path), (write.ino, None));
    assert_eq!((read.open_mode, write.open_mode), (Some(OpenMode::Read), Some(OpenMode::Write)));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (unix, _peer) = UnixStream::pair().unwrap();
    let link = std::fs::read_link(format!("/proc/self/fd/{}", listener.as_raw_fd())).unwrap();
    let fd = found(&listener);
    assert_eq!((fd.kind, found(&unix).kind), (FdKind::Socket, FdKind::Socket));
    assert_eq!(link, Path::new(&format!("socket:[{}]", fd.ino.unwrap())));
}

#[test]
fn an_eventfd_has_its_counter() {
    let fd = rustix::event::eventfd(4242, rustix::event::EventfdFlags::SEMAPHORE).unwrap();
    let fd = found(&fd);
    assert_eq!(fd.kind, FdKind::Eventfd);
    let FdDetail::Eventfd { count, semaphore, .. } = fd.detail else { panic!("{fd:?}") };
    assert_eq!(count, 4242);
    assert_ne!(semaphore, Some(false));
}

#[test]
fn a_timer_has_its_clock_and_its_time() {
    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
        timerfd_settime,
    };
    let fd = timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::empty()).unwrap();
    let span = |tv_sec| Timespec { tv_sec, tv_nsec: 500_000_000 };
    let times = Itimerspec { it_value: span(3600), it_interval: span(7) };
    timerfd_settime(&fd, TimerfdTimerFlags::empty(), &times).unwrap();
    let fd = found(&fd);
    assert_eq!(fd.kind, FdKind::Timerfd);
    let FdDetail::Timerfd(timer) = fd.detail else { panic!("{fd:?}") };
    assert_eq!((timer.clockid, timer.ticks, timer.settime_flags), (1, 0, 0));
    assert_eq!(timer.it_interval, Duration::from_millis(7500));
    assert!(timer.it_value <= Duration::from_millis(3_600_500));
    assert!(timer.it_value > Duration::from_secs(3000));
}

#[test]
fn a_signalfd_has_its_signals() {
    let fd = ffi::signalfd(1 << 9 | 1 << 13 | 1 << 63).unwrap();
    let fd = found(&fd);
    assert_eq!(fd.kind, FdKind::Signalfd);
    let FdDetail::Signalfd { sigmask, .. } = fd.detail else { panic!("{fd:?}") };
    assert_eq!(sigmask, BTreeSet::from([10, 14, 64]));
}

#[test]
fn an_epoll_instance_has_what_it_waits_for() {
    use rustix::event::epoll;
    let epoll_fd = epoll::create(epoll::CreateFlags::CLOEXEC).unwrap();
    let (reader, _writer) = rustix::pipe::pipe().unwrap();
    let data = epoll::EventData::new_u64(0xdead_beef_0042);
    epoll::add(&epoll_fd, &reader, data, epoll::EventFlags::IN).unwrap();
    let fd = found(&epoll_fd);
    assert_eq!(fd.kind, FdKind::Epoll);
    let FdDetail::Epoll { targets, .. } = fd.detail else { panic!("{fd:?}") };
    let [target] = &targets[..] else { panic!("{targets:?}") };
    assert_eq!(target.fd, u32::try_from(reader.as_raw_fd()).unwrap());
    assert_eq!((target.data, target.events & 1), (0xdead_beef_0042, 1));
    let pipe = found(&reader);
    assert_eq!((target.ino, target.dev), (pipe.ino, pipe.dev));
}

#[test]
fn an_inotify_instance_has_what_it_watches() {
    use rustix::fs::inotify;
    let dir = tempfile::tempdir().unwrap();
    let fd = inotify::init(inotify::CreateFlags::empty()).unwrap();
    let wd = inotify::add_watch(&fd, dir.path(), inotify::WatchFlags::CREATE).unwrap();
    let fd = found(&fd);
    assert_eq!(fd.kind, FdKind::Inotify);
    let FdDetail::Inotify { watches, .. } = fd.detail else { panic!("{fd:?}") };
    let [watch] = &watches[..] else { panic!("{watches:?}") };
    let metadata = std::fs::metadata(dir.path()).unwrap();
    assert_eq!(i32::try_from(watch.wd).unwrap(), wd);
    assert_eq!((watch.ino, watch.mask & 0x100), (metadata.ino(), 0x100));
}

#[test]
fn a_pidfd_has_its_process() {
    use rustix::process::{PidfdFlags, getpid, pidfd_open};
    let Ok(fd) = pidfd_open(getpid(), PidfdFlags::empty()) else {
        eprintln!("skipped: this kernel has no pidfds");
        return;
    };
    let fd = found(&fd);
    assert_eq!(fd.kind, FdKind::Pidfd);
    let FdDetail::Pidfd { pid, .. } = fd.detail else { panic!("{fd:?}") };
    assert_eq!(pid, Some(Pid::new(std::process::id())));
}

#[test]
fn a_memfd_is_no_deleted_file() {
    let fd = rustix::fs::memfd_create("scratch", rustix::fs::MemfdFlags::CLOEXEC).unwrap();
    rustix::io::write(&fd, b"abc").unwrap();
    let number = u32::try_from(fd.as_raw_fd()).unwrap();
    let found = found(&fd);
    assert_eq!((found.kind, found.size), (FdKind::Memfd, Some(3)));
    assert_eq!(found.path.as_deref(), Some(Path::new("/memfd:scratch")));
    let files = Process::current().unwrap().open_files().unwrap();
    assert!(files.iter().all(|file| file.fd != Some(number)));
}

#[test]
fn a_namespace_is_known() {
    let fd = File::open("/proc/self/ns/net").unwrap();
    assert_eq!((found(&fd).kind, found(&fd).path), (FdKind::Namespace, None));
}

#[test]
fn t10_a_deleted_file_keeps_the_path_that_it_had() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("gone");
    let file = File::create(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    let fd = found(&file);
    assert_eq!((fd.path, fd.deleted, fd.nlink), (Some(path.clone()), Some(true), Some(0)));
    let files = Process::current().unwrap().open_files().unwrap();
    assert!(files.iter().all(|file| file.path != path), "a deleted file is no regular file");
}

#[test]
fn t10_a_file_whose_name_ends_in_deleted_keeps_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("report (deleted)");
    let file = File::create(&path).unwrap();
    let fd = found(&file);
    assert_eq!((fd.path.as_ref(), fd.deleted), (Some(&path), Some(false)));
    let files = Process::current().unwrap().open_files().unwrap();
    assert!(files.iter().any(|file| file.path == path));
}

#[test]
fn open_files_are_those_of_psutil() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("file");
    let mut file = File::create(&path).unwrap();
    file.write_all(b"0123456789").unwrap();
    let append = File::options().append(true).open(&path).unwrap();
    let both = File::options().read(true).write(true).open(&path).unwrap();
    let mut command = Command::new("sleep");
    let child = Sleeper::from(command.arg("1000").stdin(file).stdout(append).stderr(both));
    let script = format!(
        "print(json.dumps([list(f) for f in psutil.Process({}).open_files()]))",
        child.id()
    );
    let Some(theirs) = psutil(&script) else { return };
    let ours = Process::new(child.id()).unwrap().open_files().unwrap();
    assert_eq!(ours.len(), 3);
    let ours: Vec<_> = ours
        .iter()
        .map(|file| {
            serde_json::json!([
                file.path.to_str().unwrap(),
                file.fd,
                file.position,
                file.mode.unwrap().as_str(),
                file.flags
            ])
        })
        .collect();
    assert_eq!(serde_json::Value::Array(ours), theirs);
}

#[test]
fn a_table_of_many_descriptors_is_complete() {
    let before = Process::current().unwrap();
    let files: Vec<OwnedFd> = (0..700)
        .map(|_| rustix::event::eventfd(0, rustix::event::EventfdFlags::CLOEXEC).unwrap())
        .collect();
    let mine: BTreeSet<u32> =
        files.iter().map(|fd| u32::try_from(fd.as_raw_fd()).unwrap()).collect();
    // A gap, so that the numbers go higher than the count.
    let kept: Vec<OwnedFd> = files.into_iter().skip(300).collect();
    let open: BTreeSet<u32> = before.fds().unwrap().iter().map(|fd| fd.fd).collect();
    for fd in &kept {
        assert!(open.contains(&u32::try_from(fd.as_raw_fd()).unwrap()));
    }
    assert!(mine.len() > kept.len());
    eventually(|| {
        let (count, listed) = (before.num_fds().unwrap(), before.fds().unwrap().len() as u64);
        let entries = std::fs::read_dir("/proc/self/fd").unwrap().count() as u64;
        // Each way to count opens the folder for the time of it, and other tests open theirs.
        if listed.abs_diff(count) <= 2 && entries.abs_diff(count) <= 2 {
            Ok(())
        } else {
            Err(format!("{count} {listed} {entries}"))
        }
    });
}

#[test]
fn a_descriptor_is_there_while_others_before_it_come_and_go() {
    let last: OwnedFd = rustix::event::eventfd(0, rustix::event::EventfdFlags::CLOEXEC).unwrap();
    let last = rustix::io::fcntl_dupfd_cloexec(&last, 60).unwrap();
    let number = u32::try_from(last.as_raw_fd()).unwrap();
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                let files: Vec<_> = (0..8).map(|_| std::fs::File::open("/dev/null")).collect();
                drop(files);
            }
        });
        let process = Process::current().unwrap();
        for _ in 0..2000 {
            let found = process.fds().unwrap().iter().any(|fd| fd.fd == number);
            if !found {
                stop.store(true, Ordering::Relaxed);
            }
            assert!(found, "{number} was left out");
        }
        stop.store(true, Ordering::Relaxed);
    });
}

#[test]
fn another_users_descriptors_are_denied_or_listed() {
    let Err(error) = Process::new(1).and_then(|init| init.fds()) else { return };
    assert_eq!((error.kind(), error.pid()), (ErrorKind::AccessDenied, Some(Pid::new(1))));
}

#[test]
fn a_process_that_is_gone_has_none() {
    let mut child = Sleeper::new();
    let process = Process::new(child.id()).unwrap();
    child.end();
    for error in [process.fds().unwrap_err(), process.open_files().unwrap_err()] {
        assert_eq!(error.kind(), ErrorKind::NoSuchProcess);
    }
    assert_eq!(process.num_fds().unwrap_err().kind(), ErrorKind::NoSuchProcess);
}

const STAT: &str = "7 (cat) S 1 7 7 0 -1 4194304 1 0 0 0 3 4 0 0 20 0 1 0 500 4096 2 \
     18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 0\n";

#[test]
fn a_captured_machine_is_answered_from_its_files() {
    let machine = Machine::captured()
        .file("proc/7/stat", STAT)
        .link("proc/7/fd/0", "/dev/null")
        .link("proc/7/fd/10", "socket:[4711]")
        .link("proc/7/fd/3", "/var/log/my app")
        .link("proc/7/fd/4", "anon_inode:[eventfd]")
        .link("proc/7/fd/5", "/tmp/x (deleted)")
        .link("proc/7/fd/6", "anon_inode:[new thing]")
        .file("proc/7/fdinfo/3", "pos:\t77\nflags:\t0102001\nmnt_id:\t29\nino:\t9\n")
        .file("proc/7/fdinfo/4", "pos:\t0\nflags:\t02\neventfd-count:       2a\n")
        .file("proc/7/fdinfo/5", "pos:\t0\nflags:\t00\n")
        .file("proc/7/fdinfo/6", "pos:\t0\nflags:\t00\nnew-key:\tnew value\nnew-key: 2\n");
    let process = machine.host().process(7).unwrap();
    assert_eq!(process.num_fds().unwrap(), 6);
    let fds = process.fds().unwrap();
    let brief: Vec<_> = fds.iter().map(|fd| (fd.fd, fd.kind)).collect();
    let expected = [
        (0, FdKind::File),
        (3, FdKind::File),
        (4, FdKind::Eventfd),
        (5, FdKind::File),
        (6, FdKind::Unknown),
        (10, FdKind::Socket),
    ];
    assert_eq!(brief, expected);
    assert_eq!((fds[5].ino, fds[5].position), (Some(4711), None));
    assert_eq!((fds[1].position, fds[1].mode, fds[1].ino), (Some(77), None, Some(9)));
    let FdDetail::Eventfd { count, id, semaphore, .. } = fds[2].detail else { panic!("{fds:?}") };
    assert_eq!((count, id, semaphore, fds[3].deleted), (42, None, None, Some(true)));
    assert_eq!(fds[3].path.as_deref(), Some(Path::new("/tmp/x")));
    assert_eq!(fds[4].other.as_ref().unwrap()["new-key"], "new value\n2");
    let files = process.open_files().unwrap();
    assert_eq!(files.len(), 1);
    assert_eq!(
        (files[0].fd, files[0].position, files[0].flags),
        (Some(3), Some(77), Some(0o102_001))
    );
    assert_eq!(files[0].mode, Some(OpenMode::Append));
}

#[test]
fn t09_a_descriptor_without_a_description_is_no_dead_process() {
    let machine = Machine::live().file("proc/7/stat", STAT).file("file", "abc");
    let target = machine.path("file");
    let machine = machine.link("proc/7/fd/3", target.to_str().unwrap());
    let process = machine.host().process(7).unwrap();
    assert!(process.open_files().unwrap().is_empty());
    let fds = process.fds().unwrap();
    assert_eq!((fds.len(), fds[0].kind, fds[0].position), (1, FdKind::File, None));
}

#[test]
fn t11_a_link_that_cannot_be_read_loses_no_other() {
    let machine = Machine::live()
        .file("proc/7/stat", STAT)
        .file("proc/7/fd/3", "no link: EINVAL")
        .file("proc/7/fdinfo/4", "pos:\t0\nflags:\t0100000\n")
        .file("file", "abc");
    let target = machine.path("file");
    let machine = machine.link("proc/7/fd/4", target.to_str().unwrap());
    let process = machine.host().process(7).unwrap();
    let files = process.open_files().unwrap();
    assert_eq!((files.len(), files[0].fd), (1, Some(4)));
    let fds = process.fds().unwrap();
    assert_eq!((fds.len(), fds[0].path.as_ref()), (2, None));
}

#[test]
fn t11_a_path_longer_than_a_page_is_not_known_and_hides_no_other() {
    use rustix::fs::{Mode, OFlags, mkdirat, open, openat};
    let dir = tempfile::tempdir().unwrap();
    let (folders, name) = (OFlags::DIRECTORY | OFlags::CLOEXEC, "d".repeat(250));
    let mut folder = open(dir.path(), folders, Mode::empty()).unwrap();
    for _ in 0..20 {
        mkdirat(&folder, &name, Mode::RWXU).unwrap();
        folder = openat(&folder, &name, folders, Mode::empty()).unwrap();
    }
    let flags = OFlags::CREATE | OFlags::RDWR | OFlags::CLOEXEC;
    let deep = openat(&folder, "file", flags, Mode::RUSR | Mode::WUSR).unwrap();
    let link = format!("/proc/self/fd/{}", deep.as_raw_fd());
    let refusal = std::fs::read_link(link).unwrap_err();
    assert_eq!(refusal.raw_os_error(), Some(libc::ENAMETOOLONG));
    let path = dir.path().join("shallow");
    let shallow = File::create(&path).unwrap();
    assert_eq!(found(&deep).path, None);
    assert_eq!(found(&shallow).path.as_ref(), Some(&path));
    let files = Process::current().unwrap().open_files().unwrap();
    assert!(files.iter().any(|file| file.path == path));
    // Its path is too long for psutil as well, which leaves it out.
    let number = deep.as_raw_fd().cast_unsigned();
    assert!(files.iter().all(|file| file.fd != Some(number)));
}

#[test]
fn what_is_used_without_a_descriptor_is_what_lsof_says() {
    let child = Sleeper::new();
    let pid = child.id().to_string();
    let says = || Command::new("lsof").args(["-nP", "-Fftsin", "-p", &pid]).output();
    if says().is_err() {
        eprintln!("skipped: there is no lsof");
        return;
    }
    // It may still be starting, and map a library between two looks.
    eventually(|| {
        let theirs = used_as_lsof_says(&says().unwrap().stdout);
        let ours = Process::new(child.id()).and_then(|child| child.used_files());
        let ours = used_in_words(&ours.map_err(|error| error.to_string())?);
        if ours == theirs { Ok(()) } else { Err(format!("{ours:?} is not {theirs:?}")) }
    });
}

/// Role, size, number and path of each file without a descriptor.
fn used_as_lsof_says(fields: &[u8]) -> Vec<[String; 4]> {
    let mut theirs: Vec<[String; 4]> = Vec::new();
    for line in std::str::from_utf8(fields).unwrap().lines() {
        let (letter, text) = line.split_at(1);
        match letter {
            "f" => theirs.push([text.to_owned(), String::new(), String::new(), String::new()]),
            "s" => theirs.last_mut().unwrap()[1] = text.to_owned(),
            "i" => theirs.last_mut().unwrap()[2] = text.to_owned(),
            "n" => theirs.last_mut().unwrap()[3] = text.to_owned(),
            _ => {}
        }
    }
    theirs.retain(|[role, ..]| ["cwd", "rtd", "txt", "mem"].contains(&role.as_str()));
    theirs
}

fn used_in_words(files: &[UsedFile]) -> Vec<[String; 4]> {
    let words = files.iter().map(|file| {
        let role = match file.role {
            FileRole::Cwd => "cwd",
            FileRole::Root => "rtd",
            FileRole::Exe => "txt",
            _ => "mem",
        };
        let number = |number: Option<u64>| number.unwrap_or_default().to_string();
        let path = file.path.to_str().unwrap().to_owned();
        [role.to_owned(), number(file.size), number(file.ino), path]
    });
    words.collect()
}

#[test]
fn what_several_processes_use_is_told_of_each_in_full() {
    let dir = tempfile::tempdir().unwrap();
    let children =
        [Sleeper::new(), Sleeper::from(Command::new("sleep").arg("60").current_dir(&dir))];
    eventually(|| {
        let mut scanner = Host::local().file_scanner();
        for child in &children {
            let alone = Process::new(child.id()).unwrap().used_files();
            let beside = scanner.used_files(child.id());
            match (alone, beside) {
                (Ok(alone), Ok(beside)) if alone == beside => {}
                (alone, beside) => return Err(format!("{beside:?} is not {alone:?}")),
            }
        }
        let cwd = scanner.used_files(children[1].id()).unwrap().remove(0);
        if cwd.path == dir.path() { Ok(()) } else { Err(format!("{cwd:?} is elsewhere")) }
    });
}

#[test]
fn a_descriptor_in_short_says_less_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let create = |name: &str| File::create(dir.path().join(name)).unwrap();
    let read = File::open("/proc/self/stat").unwrap();
    let (both, written, locked) = (UnixStream::pair().unwrap(), create("a"), create("b"));
    rustix::fs::flock(&locked, rustix::fs::FlockOperation::LockExclusive).unwrap();
    let null = File::open("/dev/null").unwrap();
    let number = |fd: &dyn AsRawFd| u32::try_from(fd.as_raw_fd()).unwrap();
    let short = Host::local().file_scanner().fds(std::process::id()).unwrap();
    for fd in [number(&read), number(&both.0), number(&written), number(&locked), number(&null)] {
        let whole = Process::current().unwrap().fds().unwrap();
        let [whole, short] =
            [whole, short.clone()].map(|fds| fds.into_iter().find(|found| found.fd == fd).unwrap());
        let same = |fd: &FileDescriptor| (fd.kind, fd.path.clone(), fd.dev, fd.ino, fd.open_mode);
        assert_eq!(same(&short), same(&whole));
        assert_eq!(
            (short.rdev, short.size, short.deleted),
            (whole.rdev, whole.size, whole.deleted)
        );
        assert!(short.position.is_none() || short.position == whole.position, "{short:?}");
        let has_lock =
            |fd: &FileDescriptor| fd.other.as_ref().is_some_and(|o| o.contains_key("lock"));
        assert_eq!(has_lock(&short), fd == number(&locked), "{short:?}");
    }
}

#[test]
fn a_program_that_was_deleted_is_said_to_be() {
    let dir = tempfile::tempdir().unwrap();
    let program = dir.path().join("program");
    std::fs::copy("/bin/sleep", &program).unwrap();
    let child = Sleeper::from(Command::new(&program).arg("60"));
    std::fs::remove_file(&program).unwrap();
    let files = Process::new(child.id()).unwrap().used_files().unwrap();
    let exe = files.iter().find(|file| file.role == FileRole::Exe).unwrap();
    assert_eq!(
        (exe.path.as_path(), exe.deleted, exe.nlink),
        (program.as_path(), Some(true), Some(0))
    );
}
