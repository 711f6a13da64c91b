//! Where it was measured, and what was compared.

use std::path::Path;
use std::process::Command;

/// What is worth knowing of it, by name.
pub(crate) struct Machine(pub(super) Vec<(&'static str, String)>);

impl Machine {
    pub(crate) fn here(python: &Path) -> Self {
        let file = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
        let kernel = file("/proc/sys/kernel/osrelease").trim().to_owned();
        let described = file("/proc/cpuinfo");
        let model = after(&described, "model name");
        let count = described.lines().filter(|line| line.starts_with("processor")).count();
        let memory = after(&file("/proc/meminfo"), "MemTotal");
        let system = after(&file("/etc/os-release").replace('=', ":"), "PRETTY_NAME");
        let psutil =
            "import sys, psutil; print(f'{psutil.__version__} on Python {sys.version.split()[0]}')";
        Self(vec![
            ("kernel", kernel),
            ("system", system.trim_matches('"').to_owned()),
            ("processors", format!("{count} x {model}")),
            ("memory", memory),
            (
                "user",
                if rustix::process::geteuid().is_root() { "root" } else { "an ordinary one" }
                    .to_owned(),
            ),
            ("psutil", said(python, &["-c", psutil])),
            ("sysinfo", locked("sysinfo")),
            ("procfs", locked("procfs")),
            ("procps", said(Path::new("ps"), &["-V"])),
            ("ss", said(Path::new("ss"), &["-V"])),
            ("htop", said(Path::new("htop"), &["-V"])),
        ])
    }
}

/// What stands behind `name` and a colon.
fn after(text: &str, name: &str) -> String {
    let line =
        text.lines().find_map(|line| line.strip_prefix(name)?.trim_start().strip_prefix(':'));
    line.unwrap_or_default().trim().to_owned()
}

/// The first line of what a program says.
fn said(program: &Path, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    text.ok()
        .and_then(|text| text.lines().next().map(str::to_owned))
        .unwrap_or_else(|| "not there".to_owned())
}

/// The version of a crate that this was built with.
fn locked(name: &str) -> String {
    let lock = include_str!("../../Cargo.lock");
    let mut lines = lock.lines().skip_while(|line| *line != format!("name = \"{name}\""));
    let version = lines.nth(1).and_then(|line| line.strip_prefix("version = "));
    version.unwrap_or("unknown").trim_matches('"').to_owned()
}
