//! A network namespace for a test.

use std::process::{Command, Output};

/// Runs the shell's `script` in a network of its own, with this program as `$0` and `variable` set; `None` where there can be
/// none.
pub(crate) fn in_its_own(script: &str, variable: &str) -> Option<Output> {
    let unshare: &[&str] = if rustix::process::geteuid().is_root() { &["-n"] } else { &["-rn"] };
    let probe = Command::new("unshare").args(unshare).args(["ip", "link"]).output();
    if !probe.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: no network namespace can be made with unshare, or there is no ip");
        return None;
    }
    let mut command = Command::new("unshare");
    command.args(unshare).args(["sh", "-c", script]).arg(std::env::current_exe().unwrap());
    Some(command.env(variable, "1").output().unwrap())
}
