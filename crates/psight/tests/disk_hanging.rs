//! A file system that really hangs: FUSE, with a server that never answers.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "it is test code")]

mod common;

use std::fs::{File, OpenOptions};
use std::os::fd::AsRawFd;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use common::{eventually, output};
use psight::disk::{DiskProber, Mounts};
use psight::{ErrorKind, Host};
use rustix::mount::{MountFlags, mount};

const INSIDE: &str = "PSIGHT_TEST_INSIDE";
const SHORT: Duration = Duration::from_millis(100);

/// The test runs itself again in a mount namespace of its own, so that nobody else meets what hangs.
#[test]
fn t45_a_thousand_questions_to_a_dead_mount_grow_no_thread_and_no_descriptor() {
    if let Some(dir) = std::env::var_os(INSIDE) {
        return inside(Path::new(&dir));
    }
    if output("unshare", &["-rm", "true"]).is_none() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let name = "t45_a_thousand_questions_to_a_dead_mount_grow_no_thread_and_no_descriptor";
    let run = Command::new("unshare")
        .arg("-rm")
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture", "--test-threads=1"])
        .env(INSIDE, dir.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stderr);
    eprintln!("{said}");
    assert!(run.status.success(), "{said}");
}

fn inside(dir: &Path) {
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
    assert!(prober.disk_usage("/", Duration::from_secs(60)).unwrap().total > 0);
    drop(server);
    eventually(|| match prober.disk_usage(dir, SHORT) {
        Err(error) if error.kind() == ErrorKind::TimedOut => Err(error.to_string()),
        _ => Ok(()),
    });
}

/// A FUSE file system whose server is this open file, and reads nothing; `None`, with the reason on stderr, where that
/// cannot be.
fn dead_mount(dir: &Path) -> Option<File> {
    let server = OpenOptions::new().read(true).write(true).open("/dev/fuse");
    let server = server.inspect_err(|error| eprintln!("skipped: /dev/fuse: {error}")).ok()?;
    let options = format!("fd={},rootmode=40000,user_id=0,group_id=0", server.as_raw_fd());
    let options = std::ffi::CString::new(options).unwrap();
    mount("dead", dir, "fuse", MountFlags::NOSUID | MountFlags::NODEV, options.as_c_str())
        .inspect_err(|error| eprintln!("skipped: mounting FUSE: {error}"))
        .ok()?;
    eprintln!("a dead mount at {}", dir.display());
    Some(server)
}

fn entries(dir: &str) -> usize {
    std::fs::read_dir(dir).unwrap().count()
}
