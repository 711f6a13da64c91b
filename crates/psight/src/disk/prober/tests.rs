//! The prober against mounts that hang until the test lets them go.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::sync::{Condvar, Mutex};
use std::thread;

use super::*;
use crate::ErrorKind as Kind;

const SHORT: Duration = Duration::from_millis(20);
const LONG: Duration = Duration::from_secs(30);

/// Mounts that hang until they are let go.
#[derive(Default)]
struct Hanging {
    mounts: Mutex<HashSet<PathBuf>>,
    changed: Condvar,
    asked: Mutex<Vec<PathBuf>>,
}

impl Hanging {
    fn hang(&self, mount: &str) {
        self.mounts.lock().unwrap().insert(mount.into());
    }

    fn let_go(&self, mount: &str) {
        self.mounts.lock().unwrap().remove(Path::new(mount));
        self.changed.notify_all();
    }

    fn ask(&self, path: &Path) -> Result<DiskUsage> {
        self.asked.lock().unwrap().push(path.to_owned());
        let mut mounts = self.mounts.lock().unwrap();
        while mounts.iter().any(|mount| path.starts_with(mount)) {
            mounts = self.changed.wait(mounts).unwrap();
        }
        Ok(DiskUsage {
            total: path.components().count() as u64,
            used: 0,
            free: 0,
            percent: 0.0,
            files: None,
            files_free: None,
        })
    }

    fn times_asked(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

/// The file of a machine that lists what is mounted.
const TABLE: &str = "mounts";

fn mounts(host: &Host) -> Result<Vec<MountPoint>> {
    let table = std::fs::read_to_string(host.file(TABLE));
    let table = table.map_err(|error| Error::system(TABLE, error))?;
    let mounts = table.lines().enumerate();
    Ok(mounts.map(|(at, path)| MountPoint { id: at as u64 + 1, path: path.into() }).collect())
}

/// A machine below a folder, with `/`, `/dead` and `/far/away` mounted, and a prober whose mounts can hang.
fn machine() -> (tempfile::TempDir, Arc<Hanging>, DiskProber) {
    let root = tempfile::tempdir().unwrap();
    std::fs::write(root.path().join(TABLE), "/\n/dead\n/far/away\n").unwrap();
    for dir in ["dead/deep", "far/away/deep", "home"] {
        std::fs::create_dir_all(root.path().join(dir)).unwrap();
    }
    let link = |to: &str, from: &str| {
        std::os::unix::fs::symlink(to, root.path().join(from)).unwrap();
    };
    link("/dead/deep", "home/link");
    link("../far/away", "home/relative");
    link("loop", "home/loop");
    link("/home/../home", "far/away/back");
    let hanging = Arc::new(Hanging::default());
    let asked = hanging.clone();
    let host = Host::at(root.path()).unwrap();
    let prober = DiskProber::asking(&host, mounts, Arc::new(move |_, path| asked.ask(path)));
    (root, hanging, prober)
}

/// How many threads the prober has.
fn helpers_of(prober: &DiskProber) -> usize {
    prober.helpers.threads()
}

#[test]
fn t45_a_mount_that_hangs_times_out_and_a_thousand_questions_take_no_more_helpers() {
    let (_root, hanging, prober) = machine();
    hanging.hang("/dead");
    let error = prober.disk_usage("/dead", SHORT).unwrap_err();
    assert_eq!(error.kind(), Kind::TimedOut);
    assert_eq!(helpers_of(&prober), 1);
    for number in 0..1000 {
        let path = format!("/dead/deep/{number}");
        assert_eq!(prober.disk_usage(path, SHORT).unwrap_err().kind(), Kind::TimedOut);
    }
    assert_eq!(hanging.times_asked(), 1);
    // The one that is held, and one that follows the paths as far as `/dead`.
    assert_eq!(helpers_of(&prober), 2);
    hanging.let_go("/dead");
}

#[test]
fn t45_a_mount_that_hangs_stops_no_other() {
    let (_root, hanging, prober) = machine();
    hanging.hang("/dead");
    assert!(prober.disk_usage("/dead", SHORT).is_err());
    assert_eq!(prober.disk_usage("/far/away", LONG).unwrap().total, 3);
    assert_eq!(prober.disk_usage("/", LONG).unwrap().total, 1);
    assert_eq!(helpers_of(&prober), 2);
    hanging.let_go("/dead");
}

#[test]
fn t45_a_mount_that_comes_back_answers_again() {
    let (_root, hanging, prober) = machine();
    hanging.hang("/dead");
    assert!(prober.disk_usage("/dead", SHORT).is_err());
    hanging.let_go("/dead");
    assert_eq!(prober.disk_usage("/dead", LONG).unwrap().total, 2);
}

#[test]
fn t45_a_link_to_a_mount_that_hangs_blocks_that_mount_and_not_the_links_own() {
    let (_root, hanging, prober) = machine();
    hanging.hang("/dead");
    assert_eq!(prober.disk_usage("/home/link", SHORT).unwrap_err().kind(), Kind::TimedOut);
    assert_eq!(prober.disk_usage("/home", LONG).unwrap().total, 2);
    assert_eq!(prober.disk_usage("/dead", SHORT).unwrap_err().kind(), Kind::TimedOut);
    assert_eq!(hanging.times_asked(), 2);
    hanging.let_go("/dead");
}

#[test]
fn links_and_double_dots_lead_where_they_lead() {
    let (_root, hanging, prober) = machine();
    for path in ["/home/relative", "/home/../far/away", "/far/away/deep/..", "/far//./away/"] {
        prober.disk_usage(path, LONG).unwrap();
    }
    prober.disk_usage("/home/relative/back/link", LONG).unwrap();
    let asked = hanging.asked.lock().unwrap();
    assert!(asked[..4].iter().all(|path| path == Path::new("/far/away")), "{asked:?}");
    assert_eq!(asked[4], Path::new("/dead/deep"));
}

#[test]
fn a_path_that_is_not_there_is_not_found_and_a_circle_is_an_error() {
    let (_root, _hanging, prober) = machine();
    assert_eq!(prober.disk_usage("/home/none", LONG).unwrap_err().kind(), Kind::NotFound);
    assert_eq!(prober.disk_usage("", LONG).unwrap_err().kind(), Kind::NotFound);
    assert_eq!(prober.disk_usage("/home/loop", LONG).unwrap_err().kind(), Kind::Io);
}

#[test]
fn t45_callers_at_once_share_the_helper_of_their_mount() {
    let (_root, hanging, prober) = machine();
    hanging.hang("/dead");
    thread::scope(|scope| {
        let callers: Vec<_> =
            (0..20).map(|_| scope.spawn(|| prober.disk_usage("/dead", LONG))).collect();
        while hanging.times_asked() == 0 {
            thread::yield_now();
        }
        assert_eq!(helpers_of(&prober), 1);
        hanging.let_go("/dead");
        assert!(callers.into_iter().all(|caller| caller.join().unwrap().is_ok()));
    });
    assert_eq!(helpers_of(&prober), 1);
}

#[test]
fn a_prober_that_hangs_can_be_dropped() {
    let (_root, hanging, prober) = machine();
    hanging.hang("/dead");
    assert!(prober.disk_usage(OsStr::new("/dead"), SHORT).is_err());
    drop(prober);
    hanging.let_go("/dead");
}

#[test]
fn t45_several_that_hang_are_waited_for_once() {
    let (_root, hanging, prober) = machine();
    hanging.hang("/dead");
    hanging.hang("/far/away");
    let answers = prober.disk_usages(["/dead", "/far/away", "/"], SHORT * 25);
    let kinds: Vec<_> = answers.iter().map(|a| a.as_ref().err().map(Error::kind)).collect();
    assert_eq!(kinds, [Some(Kind::TimedOut), Some(Kind::TimedOut), None]);
    // Both were asked, and neither twice.
    let asked = hanging.asked.lock().unwrap().clone();
    let times = |mount| asked.iter().filter(|path| *path == Path::new(mount)).count();
    assert_eq!((times("/dead"), times("/far/away")), (1, 1));
    assert_eq!(helpers_of(&prober), 3);
    hanging.let_go("/dead");
    hanging.let_go("/far/away");
    assert!(prober.disk_usages(["/dead", "/far/away"], LONG).iter().all(Result::is_ok));
}

#[test]
fn t45_the_name_of_a_mount_that_hangs_is_told() {
    let (_root, hanging, prober) = machine();
    hanging.hang("/dead");
    let real = |path| prober.real_path(path, LONG).unwrap();
    assert_eq!(real("/home/../dead"), Path::new("/dead"));
    assert_eq!(real("/home/relative/deep/."), Path::new("/far/away/deep"));
    assert_eq!(real("/"), Path::new("/"));
    assert_eq!(hanging.times_asked(), 0);
    hanging.let_go("/dead");
}

#[test]
fn the_mounts_are_read_once_for_all_that_are_asked() {
    let (root, _hanging, _) = machine();
    let folder = root.path().to_owned();
    // A mount of the table is where it is told to be, and any other path has to be followed.
    let forget = move || {
        let _ = std::fs::remove_file(folder.join(TABLE));
        let _ = std::fs::remove_dir_all(folder.join("dead"));
    };
    let host = Host::at(root.path()).unwrap();
    let usage =
        DiskUsage { total: 9, used: 0, free: 0, percent: 0.0, files: None, files_free: None };
    let ask = move |_: &Host, _: &Path| {
        forget();
        Ok(usage.clone())
    };
    let prober = DiskProber::asking(&host, mounts, Arc::new(ask));
    let answers = prober.disk_usages(["/", "/dead"], LONG);
    let totals: Vec<_> = answers.into_iter().map(|answer| answer.unwrap().total).collect();
    assert_eq!(totals, [9, 9]);
    assert!(prober.disk_usage("/dead", LONG).is_err(), "the table was read anew");
}
