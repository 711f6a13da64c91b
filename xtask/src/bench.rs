//! `cargo xtask bench`: what psight costs beside others. This builds everything that is compared, and `bench/` measures.

use std::path::PathBuf;
use std::process::Command;

use crate::{Result, python, setup, sh};

/// Programs that are measured beside ours, with the Debian package of each.
const PROGRAMS: &[(&str, &str)] = &[
    ("free", "procps"),
    ("htop", "htop"),
    ("lsof", "lsof"),
    ("pgrep", "procps"),
    ("pmap", "procps"),
    ("ps", "procps"),
    ("pstree", "psmisc"),
    ("script", "bsdutils"),
    ("ss", "iproute2"),
    ("top", "procps"),
];

/// The arguments are those of the program in `bench/`: names of cases, `--rounds N`, `--save`.
pub(crate) fn run(arguments: &[String]) -> Result {
    setup::wanted(PROGRAMS);
    let python = python::release()?;
    let target = sh::target_dir();
    sh::run(sh::cargo().args(["build", "--quiet", "--release", "--package", "psight-cli"]))?;
    let built = built();
    sh::run(cargo().args(["build", "--quiet", "--release", "--target-dir"]).arg(&built))?;
    let program: PathBuf = built.join("release/psight-bench");
    let mut bench = Command::new(program);
    bench.current_dir(sh::workspace()).arg("run");
    bench.arg("--python").arg(python).arg("--psight").arg(target.join("release/psight"));
    sh::run(bench.args(arguments))
}

/// Lints the program and runs its tests, without measuring anything.
pub(crate) fn check() -> Result {
    sh::run(cargo().args(["fmt", "--check"]))?;
    let mut clippy = cargo();
    clippy.args(["clippy", "--quiet", "--all-targets", "--target-dir"]).arg(built());
    sh::run(clippy.args(["--", "-D", "warnings"]))?;
    sh::run(cargo().args(["test", "--quiet", "--target-dir"]).arg(built()))
}

fn cargo() -> Command {
    let mut cargo = sh::cargo();
    cargo.current_dir(sh::workspace().join("bench"));
    cargo
}

fn built() -> PathBuf {
    sh::target_dir().join("bench")
}
