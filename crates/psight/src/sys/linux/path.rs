//! Paths of processes, made without a look at what else there is: whoever asks one question pays for them each time.

use std::ffi::OsString;
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

/// The number in decimal digits.
pub(super) fn push_decimal(to: &mut Vec<u8>, mut number: u32) {
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
    to.extend_from_slice(digits.get(first..).unwrap_or_default());
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
    fn numbers_are_written_without_leading_zeros() {
        for number in [0, 7, 10, 305, 4_194_304, u32::MAX] {
            let mut digits = Vec::new();
            push_decimal(&mut digits, number);
            assert_eq!(digits, number.to_string().as_bytes());
        }
    }
}
