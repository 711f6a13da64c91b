//! `cargo xtask ci`: what must pass beside the tests. Every stage runs, so that one failure does not hide another.

use std::time::Instant;

use crate::{Result, bench, codegen, fuzz, no_arguments, sh, targets, tidy};

/// Seconds of fuzzing per target here; `cargo xtask fuzz` does more.
const FUZZ_SECONDS: &str = "5";

/// A stage by name.
type Stage = (&'static str, fn() -> Result);

const STAGES: &[Stage] = &[
    ("format", || sh::run(sh::cargo().args(["fmt", "--all", "--check"]))),
    ("tidy", || tidy::run(&[])),
    ("codegen", || codegen::run(&["--check".to_owned()])),
    ("clippy", clippy),
    ("docs", docs),
    ("no default features", no_default_features),
    ("all features", all_features),
    ("unsupported", unsupported),
    ("check-targets", check_targets),
    ("bench", bench::check),
    ("fuzz", || fuzz::run(&[FUZZ_SECONDS.to_owned()])),
];

pub(crate) fn run(arguments: &[String]) -> Result {
    no_arguments(arguments)?;
    let mut rows = Vec::new();
    for (name, stage) in STAGES {
        println!("\n== {name}");
        let start = Instant::now();
        let result = stage();
        if let Err(error) = &result {
            eprintln!("error: {error}");
        }
        rows.push((name, start.elapsed().as_secs(), result));
    }
    println!();
    for (name, seconds, result) in &rows {
        let word = if result.is_ok() { "ok" } else { "FAILED" };
        println!("{name:<22}{word:<8}{seconds:>4} s");
    }
    match rows.iter().filter(|(_, _, result)| result.is_err()).count() {
        0 => Ok(()),
        failed => Err(format!("{failed} of {} stages failed", rows.len())),
    }
}

fn clippy() -> Result {
    let mut cargo = sh::cargo();
    cargo.args(["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"]);
    sh::run(&mut cargo)
}

fn docs() -> Result {
    let mut cargo = sh::cargo();
    cargo.args(["doc", "--quiet", "--workspace", "--no-deps", "--all-features"]);
    sh::run(cargo.env("RUSTDOCFLAGS", "-D warnings"))
}

fn no_default_features() -> Result {
    let mut cargo = sh::cargo();
    cargo.args(["clippy", "--quiet", "-p", "psight", "--no-default-features", "--all-targets"]);
    sh::run(cargo.args(["--", "-D", "warnings"]))
}

fn all_features() -> Result {
    let mut cargo = sh::cargo();
    cargo.args(["clippy", "--quiet", "-p", "psight", "--all-features", "--all-targets"]);
    sh::run(cargo.args(["--", "-D", "warnings"]))
}

/// Where the machine can be set up for it, failing to do so is a failure.
fn check_targets() -> Result {
    let is_possible = sh::is_root() && sh::has("apt-get");
    let arguments: &[String] = if is_possible { &[] } else { &["--if-possible".to_owned()] };
    targets::run(arguments)
}

/// The contract of a back-end, which every system that answers nothing yet is made of; and what needs none is tested.
fn unsupported() -> Result {
    let cargo = |task: &str| {
        let mut cargo = sh::cargo();
        cargo.args([task, "--quiet", "-p", "psight"]);
        cargo.arg("--target-dir").arg(sh::target_dir().join("unsupported"));
        cargo.env("RUSTFLAGS", "--cfg force_unsupported");
        cargo
    };
    let commands = ["-p", "psight-cli", "--all-features", "--", "-D", "warnings"];
    sh::run(cargo("clippy").args(commands))?;
    sh::run(cargo("test").arg("--lib"))
}
