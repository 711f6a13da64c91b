//! What the tests need on the machine: a few programs to compare with, and psutil in an environment of its own.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Result, sh};

/// The release of psutil that psight is compared with.
pub(crate) const PSUTIL: &str = "psutil==7.2.2";

/// Programs that the tests call, with the Debian package of each.
const PROGRAMS: &[(&str, &str)] = &[
    ("df", "coreutils"),
    ("free", "procps"),
    ("ifconfig", "net-tools"),
    ("iostat", "sysstat"),
    ("ip", "iproute2"),
    ("jq", "jq"),
    ("killall", "psmisc"),
    ("lsblk", "util-linux"),
    ("lsof", "lsof"),
    ("netstat", "net-tools"),
    ("pgrep", "procps"),
    ("pidof", "sysvinit-utils"),
    ("pmap", "procps"),
    ("ps", "procps"),
    ("pstree", "psmisc"),
    ("python3", "python3"),
    ("renice", "bsdutils"),
    ("script", "bsdutils"),
    ("setpriv", "util-linux"),
    ("ss", "iproute2"),
    ("taskset", "util-linux"),
    ("tmux", "tmux"),
    ("top", "procps"),
    ("tty", "coreutils"),
    ("uptime", "procps"),
    ("who", "coreutils"),
];

/// Installs what is missing, as far as that is possible here, and says what is not.
pub(crate) fn programs() {
    let mut packages = missing(PROGRAMS);
    // Debian splits what makes an environment from the interpreter.
    if !sh::succeeds(Command::new("python3").args(["-c", "import venv, ensurepip"])) {
        packages.push("python3-venv");
    }
    provide(packages);
}

/// The same for these programs.
pub(crate) fn wanted(programs: &[(&'static str, &'static str)]) {
    provide(missing(programs));
}

fn provide(mut packages: Vec<&str>) {
    packages.sort_unstable();
    packages.dedup();
    if packages.is_empty() {
        return;
    }
    if let Err(error) = install(&packages) {
        eprintln!(
            "not installed: {}: {error}\nWhat compares with these says so and is skipped.",
            packages.join(" ")
        );
    }
}

/// Debian packages through apt-get; an error where that cannot work.
pub(crate) fn install(packages: &[&str]) -> Result {
    if !sh::has("apt-get") {
        return Err("there is no apt-get here".to_owned());
    }
    if !sh::is_root() {
        return Err("only root may install packages".to_owned());
    }
    // The lists may be fresh already, and updating them is what fails without a network.
    if sh::run(&mut adding(packages)).is_ok() {
        return Ok(());
    }
    install_newest(packages)
}

/// The newest release of Debian packages, by lists that are fetched anew.
pub(crate) fn install_newest(packages: &[&str]) -> Result {
    sh::run_patiently(apt().arg("update"))?;
    sh::run_patiently(&mut adding(packages))
}

fn adding(packages: &[&str]) -> Command {
    eprintln!("installing {}", packages.join(" "));
    let mut apt = apt();
    apt.args(["install", "-y", "--no-install-recommends"]).args(packages);
    apt
}

fn apt() -> Command {
    let mut apt = Command::new("apt-get");
    apt.env("DEBIAN_FRONTEND", "noninteractive");
    apt.args(["-qq", "-o", "DPkg::Lock::Timeout=600", "-o", "Acquire::Retries=3"]);
    apt.stdout(std::process::Stdio::null());
    apt
}

/// A Python that has psutil, for `PSIGHT_PSUTIL_PYTHON`; `None`, with the reason printed, where there is none.
pub(crate) fn psutil() -> Option<PathBuf> {
    let dir = sh::target_dir().join("psutil");
    match python(&dir) {
        Ok(python) => Some(python),
        Err(error) => {
            eprintln!("no psutil: {error}\nTests that compare with psutil are skipped.");
            None
        }
    }
}

fn python(dir: &Path) -> Result<PathBuf> {
    let python = dir.join("bin/python");
    let version = PSUTIL.trim_start_matches("psutil==");
    let check = format!("import psutil; assert psutil.__version__ == '{version}'");
    if sh::succeeds(Command::new(&python).args(["-c", &check])) {
        return Ok(python);
    }
    sh::run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(dir))?;
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", PSUTIL]);
    sh::run_patiently(&mut pip)?;
    sh::run(Command::new(&python).args(["-c", &check]))?;
    Ok(python)
}

fn missing(programs: &[(&'static str, &'static str)]) -> Vec<&'static str> {
    let absent = programs.iter().filter(|(program, _)| !sh::has(program));
    absent.map(|(_, package)| *package).collect()
}
