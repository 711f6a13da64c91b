//! Volumes and disks.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use psight::disk::{DiskProber, Disks, Mounts};
use psight::{ErrorKind, Host};

#[test]
fn the_drive_of_windows_is_there() {
    let all = Host::local().partitions(Mounts::All).unwrap();
    let physical = Host::local().partitions(Mounts::Physical).unwrap();
    for partitions in [&all, &physical] {
        let drive = partitions.iter().find(|p| p.mountpoint == Path::new(r"C:\")).unwrap();
        assert_eq!(drive.device.as_deref(), Some(r"C:\".as_ref()));
        assert_eq!((drive.fstype.to_str(), drive.opts.to_str()), (Some("NTFS"), Some("rw,fixed")));
    }
    assert!(physical.iter().all(|partition| all.contains(partition)));
}

#[test]
fn as_much_is_free_as_dir_says() {
    let output = Command::new("cmd").args(["/c", r"dir C:\"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let line = said.lines().rev().find(|line| line.contains("free")).unwrap();
    let number = line.split(')').next_back().unwrap().split("bytes").next().unwrap();
    // What stands before is how many folders there are; in the number are separators of thousands.
    let number = number.rsplit("  ").find(|word| !word.trim().is_empty()).unwrap();
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let free: u64 = digits.parse().unwrap();
    let usage = Host::local().disk_usage(r"C:\").unwrap();
    // Others write meanwhile.
    assert!(usage.free.abs_diff(free) < usage.total / 10, "{} {line:?}", usage.free);
    assert!(usage.used + usage.free <= usage.total);
}

#[test]
fn a_file_and_a_long_path_are_on_their_volume() {
    let host = Host::local();
    let total = host.disk_usage(r"C:\").unwrap().total;
    assert_eq!(host.disk_usage(r"C:\windows\win.ini").unwrap().total, total);
    let folder = tempfile::tempdir_in(r"C:\").unwrap();
    let deep: PathBuf = (0..10).map(|_| "d".repeat(40)).collect();
    let deep = Path::new(r"\\?\").join(folder.path()).join(deep);
    std::fs::create_dir_all(&deep).unwrap();
    assert!(deep.as_os_str().len() > 400);
    assert_eq!(host.disk_usage(&deep).unwrap().total, total);
    let plain = PathBuf::from(deep.to_str().unwrap().trim_start_matches(r"\\?\"));
    assert_eq!(host.disk_usage(&plain).unwrap().total, total);
}

#[test]
fn a_path_that_is_not_there_is_not_found() {
    let error = Host::local().disk_usage(r"C:\no\such\folder").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
}

#[test]
fn a_prober_answers_as_the_host_does() {
    let host = Host::local();
    let prober = DiskProber::new(&host);
    let within = Duration::from_secs(20);
    let total = host.disk_usage(r"C:\").unwrap().total;
    for path in [r"C:\", r"C:\windows", r"C:\windows\..\windows\win.ini"] {
        assert_eq!(prober.disk_usage(path, within).unwrap().total, total, "{path}");
    }
    let real = prober.real_path(r"C:\windows\..\windows\win.ini", within).unwrap();
    assert_eq!(real, Path::new(r"C:\windows\win.ini"));
}

#[test]
fn disks_are_numbered_or_do_not_count() {
    match Host::local().disk_io_counters(Disks::Whole) {
        Ok(disks) => {
            let is_named = |name: &std::ffi::OsString| {
                name.to_str().is_some_and(|name| name.starts_with("PhysicalDrive"))
            };
            assert!(disks.keys().all(is_named));
        }
        Err(error) => assert_eq!(error.kind(), ErrorKind::Unsupported),
    }
}
