//! Running psight as users do.
#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "each test program uses a part of it"
)]
#![allow(clippy::expect_used, reason = "it is test code")]

pub mod beside;
#[path = "../../../psight/tests/common/ended.rs"]
mod ended;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub use ended::Ended;

/// The folder of the whole project, so that captured machines have the same name wherever tests run.
pub fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("a workspace").to_owned()
}

/// psight with these arguments, and with nothing from the environment that would change what it prints.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_psight"));
    command.args(arguments).current_dir(project()).env_clear();
    command.env("TZ", "UTC").env("LC_ALL", "C.UTF-8").env("TERM", "xterm-256color");
    command
}

pub fn run(arguments: &[&str]) -> Output {
    command(arguments).output().expect("psight starts")
}

/// What psight prints.
pub fn printed(arguments: &[&str]) -> String {
    String::from_utf8(run(arguments).stdout).expect("psight prints UTF-8")
}

/// The captured machines of the project.
pub fn machines() -> Vec<PathBuf> {
    let folder = project().join("fixtures/linux");
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut machines: Vec<_> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.join("facts.toml").is_file())
        .collect();
    machines.sort();
    machines
}

/// The machine's folder as it is named from the project.
pub fn relative(machine: &Path) -> String {
    let relative = machine.strip_prefix(project()).expect("a machine of the project");
    relative.to_str().expect("a plain name").to_owned()
}

/// The names of all commands.
pub fn commands() -> Vec<String> {
    let pages = tempfile::tempdir().expect("a folder");
    run(&["man", "--directory", pages.path().to_str().expect("text")]);
    let entries = std::fs::read_dir(pages.path()).expect("a folder");
    let pages = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<_> = pages
        .filter_map(|page| Some(page.strip_prefix("psight-")?.strip_suffix(".1")?.to_owned()))
        .collect();
    names.sort();
    names
}
