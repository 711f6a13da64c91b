//! Handles, open files, and the memory that files are mapped into.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use psight::memory::{heap_info, heap_trim};
use psight::process::OpenFile;
use psight::{ErrorKind, Host, Process};

use crate::child::Told;
use crate::wine_lacks;

fn paths(process: &Process) -> Vec<PathBuf> {
    let files = process.open_files().unwrap().into_iter();
    files
        .map(|OpenFile { path, fd, .. }| {
            assert_eq!(fd, None);
            path
        })
        .collect()
}

fn is_in(paths: &[PathBuf], wanted: &Path) -> bool {
    let small = |path: &Path| path.to_str().unwrap().to_lowercase();
    paths.iter().any(|path| small(path) == small(wanted))
}

#[test]
fn a_file_that_was_opened_is_listed_and_no_folder_is() {
    let folder = tempfile::tempdir_in(r"C:\").unwrap();
    let file = folder.path().join("é 1.txt");
    std::fs::write(&file, "a").unwrap();
    let mut child = Told::with(|command| {
        command.current_dir(folder.path());
    });
    // The child waits for what it is told at a pipe: whoever asks about that handle waits with it.
    let before = Instant::now();
    assert!(!is_in(&paths(&child.process()), &file));
    assert_eq!(child.ask(&format!("open {}", file.display())), "opened");
    let found = paths(&child.process());
    assert!(is_in(&found, &file), "{found:?}");
    assert!(!is_in(&found, folder.path()), "{found:?}");
    assert!(before.elapsed() < Duration::from_secs(20));
    drop(child);
}

#[test]
fn a_file_with_a_long_path_is_listed() {
    let folder = tempfile::tempdir_in(r"C:\").unwrap();
    let deep: PathBuf = (0..10).map(|_| "d".repeat(40)).collect();
    let deep = folder.path().join(deep);
    let verbatim = Path::new(r"\\?\").join(&deep);
    std::fs::create_dir_all(&verbatim).unwrap();
    let held = std::fs::File::create(verbatim.join("é.txt")).unwrap();
    let found = paths(&Process::current().unwrap());
    assert!(is_in(&found, &deep.join("é.txt")), "{found:?}");
    drop(held);
}

#[test]
fn this_process_s_own_files_are_listed() {
    let path = PathBuf::from(r"C:\windows\win.ini");
    let held = std::fs::File::open(&path).unwrap();
    assert!(is_in(&paths(&Process::current().unwrap()), &path));
    drop(held);
}

#[test]
fn somebody_who_reads_from_a_pipe_holds_nobody_up() {
    let path = PathBuf::from(r"C:\windows\system.ini");
    let _held = std::fs::File::open(&path).unwrap();
    let (mut reader, mut writer) = std::io::pipe().unwrap();
    std::thread::scope(|scope| {
        let (begin, begun) = std::sync::mpsc::channel();
        let read = scope.spawn(move || {
            begin.send(()).unwrap();
            let mut byte = [0];
            reader.read_exact(&mut byte).map(|()| byte)
        });
        begun.recv().unwrap();
        let found = paths(&Process::current().unwrap());
        assert!(!read.is_finished());
        writer.write_all(b"x").unwrap();
        assert_eq!(read.join().unwrap().unwrap(), *b"x");
        assert!(is_in(&found, &path), "{found:?}");
    });
}

#[test]
fn handles_are_counted() {
    let me = Process::current().unwrap();
    if wine_lacks("how many handles a process has") {
        return;
    }
    let before = me.num_fds().unwrap();
    let held: Vec<_> =
        (0..200).map(|_| std::fs::File::open(r"C:\windows\win.ini").unwrap()).collect();
    // Other tests open and close some meanwhile.
    let after = me.num_fds().unwrap();
    assert!(after >= before + 100, "{before} {after}");
    drop(held);
}

#[test]
fn the_program_is_mapped_and_can_be_executed() {
    let child = Told::new();
    let program = std::env::current_exe().unwrap();
    let regions = child.process().memory_regions().unwrap();
    assert!(regions.is_sorted_by_key(|region| region.addr));
    assert!(regions.iter().all(|region| region.addr.len() == region.size));
    let code = |region: &&psight::process::MemoryRegion| {
        region.perms.execute && is_in(std::slice::from_ref(&region.path), &program)
    };
    assert!(regions.iter().any(|region| code(&region)), "{regions:?}");
    assert!(regions.iter().any(|region| region.path == Path::new("[anon]")));
}

#[test]
fn pages_in_memory_are_those_that_were_written_to() {
    let mut child = Told::new();
    if wine_lacks("which pages are in memory") {
        let process = child.process();
        assert_eq!(process.memory_footprint().unwrap_err().kind(), ErrorKind::Unsupported);
        assert_eq!(process.memory_maps().unwrap_err().kind(), ErrorKind::Unsupported);
        assert_eq!(process.memory_full().unwrap().uss, None);
        return;
    }
    const HELD: u64 = 64 << 20;
    let before = child.process().memory_footprint().unwrap().uss;
    assert_eq!(child.ask(&format!("hold {HELD}")), "held");
    let grown = child.process().memory_footprint().unwrap().uss - before;
    assert!((HELD / 10 * 9..HELD * 2).contains(&grown), "{grown}");
    let maps = child.process().memory_maps().unwrap();
    let rss: u64 = maps.iter().map(|map| map.rss).sum();
    assert!(rss.abs_diff(child.process().memory_info().unwrap().rss) < 8 << 20, "{rss}");
}

#[test]
fn what_the_heap_gave_out_is_counted() {
    const HELD: u64 = 16 << 20;
    let before = heap_info().unwrap();
    let held: Vec<Vec<u8>> = (0..HELD >> 16).map(|_| vec![1; 1 << 16]).collect();
    let after = heap_info().unwrap();
    assert!(after.heap_used - before.heap_used > HELD / 10 * 9, "{before:?} {after:?}");
    assert!(after.mmap_used > before.mmap_used);
    assert!(after.heap_count > Some(0));
    drop(held);
    heap_trim().unwrap();
}

#[test]
fn a_battery_is_between_empty_and_full() {
    let host = Host::local();
    if let Some(battery) = host.battery().unwrap() {
        assert!((0.0..=100.0).contains(&battery.percent));
    }
    assert_eq!(host.temperatures().unwrap_err().kind(), ErrorKind::Unsupported);
}
