//! Paths of processes, made without a look at what else there is: whoever asks one question pays for them each time.

use std::ffi::{CStr, CString, OsString};
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use crate::{Host, Pid};

/// The file `name` of a process, or its directory without one.
pub(super) fn of_process(host: &Host, pid: Pid, name: &str) -> PathBuf {
    let proc = host.proc().as_os_str().as_encoded_bytes();
    let mut path = Vec::with_capacity(proc.len() + name.len() + 12);
    path.extend_from_slice(proc);
    if !proc.ends_with(b"/") {
        path.push(b'/');
    }
    push_decimal(&mut path, pid.as_u32());
    if !name.is_empty() {
        path.push(b'/');
        path.extend_from_slice(name.as_bytes());
    }
    PathBuf::from(OsString::from_vec(path))
}

/// What `read` makes of the same file, whose path is on the stack: a question that is one system call or three is asked
/// in less time than the heap takes for a path.
pub(super) fn with_file<T>(
    host: &Host,
    pid: Pid,
    name: &str,
    read: impl FnOnce(&CStr) -> io::Result<T>,
) -> io::Result<T> {
    let (proc, (digits, first)) =
        (host.proc().as_os_str().as_encoded_bytes(), decimal(pid.as_u32()));
    let slash: &[u8] = if proc.ends_with(b"/") { b"" } else { b"/" };
    let parts =
        [proc, slash, digits.get(first..).unwrap_or_default(), b"/", name.as_bytes(), b"\0"];
    let mut room = [0u8; 64];
    let mut end = 0;
    for part in parts {
        match room.get_mut(end..end + part.len()) {
            Some(place) => place.copy_from_slice(part),
            None => return read(&long(host, pid, name)?),
        }
        end += part.len();
    }
    let path = room.get(..end).and_then(|path| CStr::from_bytes_with_nul(path).ok());
    match path {
        Some(path) => read(path),
        None => read(&long(host, pid, name)?),
    }
}

/// A path that does not fit on the stack, or that is none.
#[cold]
fn long(host: &Host, pid: Pid, name: &str) -> io::Result<CString> {
    Ok(CString::new(of_process(host, pid, name).into_os_string().into_vec())?)
}

/// The number in decimal digits.
pub(super) fn push_decimal(to: &mut Vec<u8>, number: u32) {
    let (digits, first) = decimal(number);
    to.extend_from_slice(digits.get(first..).unwrap_or_default());
}

/// The digits of the number, and where the first one is.
fn decimal(mut number: u32) -> ([u8; 10], usize) {
    let mut digits = [b'0'; 10];
    let mut first = digits.len() - 1;
    for (place, digit) in digits.iter_mut().enumerate().rev() {
        // A digit is below 10.
        *digit += (number % 10) as u8;
        number /= 10;
        if number == 0 {
            first = place;
            break;
        }
    }
    (digits, first)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_files_of_a_process_lie_below_its_number() {
        let host = Host::local();
        let at = |name| of_process(&host, Pid::new(42), name);
        assert_eq!((at(""), at("stat")), ("/proc/42".into(), "/proc/42/stat".into()));
        let other = host.with_proc("/tmp/proc/");
        assert_eq!(of_process(&other, Pid::new(7), "fd"), Path::new("/tmp/proc/7/fd"));
    }

    #[test]
    fn a_path_on_the_stack_is_the_same_and_may_be_long() {
        let long = format!("/{}", "a/".repeat(100));
        for proc in ["/proc", "/proc/", "/", &long] {
            let host = Host::local().with_proc(proc);
            for pid in [0, 42, u32::MAX].map(Pid::new) {
                let found = with_file(&host, pid, "smaps_rollup", |path| Ok(path.to_owned()));
                let heap = of_process(&host, pid, "smaps_rollup").into_os_string().into_vec();
                assert_eq!(found.unwrap().into_bytes(), heap);
            }
        }
        let none = Host::local().with_proc("/proc\0/7");
        let refused = with_file(&none, Pid::new(7), "stat", |_| Ok(())).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::InvalidInput);
    }

    #[test]
    fn numbers_are_written_without_leading_zeros() {
        for number in [0, 7, 10, 305, 4_194_304, u32::MAX] {
            let mut digits = Vec::new();
            push_decimal(&mut digits, number);
            assert_eq!(digits, number.to_string().as_bytes());
        }
    }
}
