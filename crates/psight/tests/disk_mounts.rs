//! File systems that are really mounted: with odd names, on demand, and with a server that never answers. Each test runs
//! itself again in a mount namespace of its own, so that nobody else meets what it mounts.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "it is test code")]

mod common;

use std::ffi::{CString, OsStr};
use std::fs::{File, OpenOptions};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use common::{eventually, output};
use psight::disk::{DiskProber, Mounts};
use psight::{ErrorKind, Host};
use rustix::mount::{MountFlags, mount};
use rustix::pipe::{PipeFlags, pipe_with};

const INSIDE: &str = "PSIGHT_TEST_INSIDE";
const SHORT: Duration = Duration::from_millis(100);
const LONG: Duration = Duration::from_secs(60);

#[test]
fn t44_the_names_that_the_kernel_escapes_come_back_whole() {
    own_mounts("t44_the_names_that_the_kernel_escapes_come_back_whole", |dir| {
        let names = [
            &b"a blank"[..],
            b"a\ttab",
            b"a\nnewline",
            b"back\\slash",
            b"back\\040slash",
            b"#hash",
            b"not \xff utf8",
        ];
        for name in names {
            let target = dir.join(OsStr::from_bytes(name));
            std::fs::create_dir(&target).unwrap();
            let source = CString::new(name).unwrap();
            if !mounted(mount(&source, &target, "tmpfs", MountFlags::empty(), c"size=4k")) {
                return;
            }
        }
        let host = Host::local();
        let listed = host.partitions(Mounts::All).unwrap();
        let prober = DiskProber::new(&host);
        for name in names.map(OsStr::from_bytes) {
            let found = listed.iter().find(|p| p.mountpoint == dir.join(name)).unwrap();
            assert_eq!(found.device.as_deref(), Some(name));
            assert_eq!(found.fstype, "tmpfs");
            assert_eq!(prober.disk_usage(dir.join(name), LONG).unwrap().total, 4096);
        }
    });
}

#[test]
fn t46_what_is_mounted_on_demand_is_not_mounted_for_a_listing() {
    own_mounts("t46_what_is_mounted_on_demand_is_not_mounted_for_a_listing", |dir| {
        let (requests, daemon) = pipe_with(PipeFlags::NONBLOCK).unwrap();
        // A process group that is not this one, or the kernel would take this process for the daemon, who must see the
        // bare directory.
        let options = format!("fd={},pgrp=1,minproto=5,maxproto=5,direct", daemon.as_raw_fd());
        let options = CString::new(options).unwrap();
        if !mounted(mount("demand", dir, "autofs", MountFlags::empty(), options.as_c_str())) {
            return;
        }
        let host = Host::local();
        let listed = host.partitions(Mounts::All).unwrap();
        assert!(listed.iter().any(|p| p.mountpoint == dir && p.fstype == "autofs"));
        assert!(host.partitions(Mounts::Physical).unwrap().iter().all(|p| p.mountpoint != dir));
        assert!(!asked(&requests));
        // Whoever asks for its space asks for the mount, and no daemon brings it.
        let prober = DiskProber::new(&host);
        let error = prober.disk_usage(dir.join("deeper"), SHORT).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
        eventually(|| if asked(&requests) { Ok(()) } else { Err("no request".to_owned()) });
        drop((requests, daemon));
    });
}

/// Whether the kernel has asked the daemon for something.
fn asked(requests: &OwnedFd) -> bool {
    rustix::io::read(requests, &mut [0u8; 512]).is_ok_and(|read| read > 0)
}

#[test]
fn t45_a_thousand_questions_to_a_dead_mount_grow_no_thread_and_no_descriptor() {
    own_mounts(
        "t45_a_thousand_questions_to_a_dead_mount_grow_no_thread_and_no_descriptor",
        |dir| {
            let Some(server) = dead_mount(dir) else { return };
            let host = Host::local();
            // The listing asks nothing of what is mounted.
            let listed = host.partitions(Mounts::All).unwrap();
            assert!(listed.iter().any(|p| p.mountpoint == dir && p.fstype == "fuse"));

            let prober = DiskProber::new(&host);
            let timed_out = |path: &Path| {
                let error = prober.disk_usage(path, SHORT).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::TimedOut, "{error}");
            };
            timed_out(dir);
            timed_out(&dir.join("file"));
            let before = (entries("/proc/self/task"), entries("/proc/self/fd"));
            for number in 0..1000 {
                timed_out(&dir.join(number.to_string()));
                timed_out(dir);
            }
            assert_eq!((entries("/proc/self/task"), entries("/proc/self/fd")), before);

            // Other mounts answer, and so does this one when the connection ends.
            assert!(prober.disk_usage("/", LONG).unwrap().total > 0);
            drop(server);
            eventually(|| match prober.disk_usage(dir, SHORT) {
                Err(error) if error.kind() == ErrorKind::TimedOut => Err(error.to_string()),
                _ => Ok(()),
            });
        },
    );
}

/// A FUSE file system whose server is this open file, and reads nothing; `None`, with the reason on stderr, where that
/// cannot be.
fn dead_mount(dir: &Path) -> Option<File> {
    let server = OpenOptions::new().read(true).write(true).open("/dev/fuse");
    let server = server.inspect_err(|error| eprintln!("skipped: /dev/fuse: {error}")).ok()?;
    let options = format!("fd={},rootmode=40000,user_id=0,group_id=0", server.as_raw_fd());
    let options = CString::new(options).unwrap();
    mounted(mount("dead", dir, "fuse", MountFlags::NOSUID, options.as_c_str())).then_some(server)
}

fn mounted(done: rustix::io::Result<()>) -> bool {
    match done {
        Ok(()) => true,
        Err(error) => {
            eprintln!("skipped: mount: {error}");
            false
        }
    }
}

fn entries(dir: &str) -> usize {
    std::fs::read_dir(dir).unwrap().count()
}

/// Runs `inside` with an empty folder, in a process that has its own mounts and may mount. The process is this test, run
/// again.
fn own_mounts(test: &str, inside: fn(&Path)) {
    if let Some(dir) = std::env::var_os(INSIDE) {
        return inside(Path::new(&dir));
    }
    // Root needs no user namespace, in which some file systems may not be mounted.
    let how = if rustix::process::geteuid().is_root() { "-m" } else { "-rm" };
    if output("unshare", &[how, "true"]).is_none() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let run = Command::new("unshare")
        .arg(how)
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(INSIDE, dir.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stderr);
    eprintln!("{said}");
    assert!(run.status.success(), "{said}");
}
