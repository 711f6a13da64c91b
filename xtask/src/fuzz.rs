//! `cargo xtask fuzz`: the decoders under libFuzzer.
//!
//! `fuzz/` has the layout of cargo-fuzz and works with it. Here it is built with plain cargo and the flags that
//! cargo-fuzz would give, so that nothing has to be installed but the nightly toolchain and a C++ compiler.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Result, sh};

const TARGETS: &[&str] = &["decoders"];

/// What libFuzzer needs of the code that it drives: counters on every edge and comparison.
const FLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 -Zsanitizer=address \
    -Cdebug-assertions --cfg fuzzing";

/// The triple is named so that the flags stay off build scripts.
const TRIPLE: &str = "x86_64-unknown-linux-gnu";

pub(crate) fn run(arguments: &[String]) -> Result {
    let mut seconds = 60u32;
    let mut targets = Vec::new();
    for word in arguments {
        match word.parse() {
            Ok(number) => seconds = number,
            Err(_) if TARGETS.contains(&word.as_str()) => targets.push(word.as_str()),
            Err(_) => return Err(format!("{word:?} is not a target; there are {TARGETS:?}")),
        }
    }
    if targets.is_empty() {
        targets = TARGETS.to_vec();
    }
    let Some(cargo) = nightly() else {
        println!("SKIPPED, nothing was fuzzed: there is no nightly toolchain here");
        return Ok(());
    };
    let target_dir = sh::target_dir().join("fuzz");
    build(&cargo, &target_dir)?;
    for target in targets {
        let program = target_dir.join(TRIPLE).join("release").join(target);
        fuzz(&program, target, seconds)?;
    }
    Ok(())
}

/// The nightly cargo, by path: the `+nightly` of rustup is lost below a cargo that already runs.
fn nightly() -> Option<PathBuf> {
    let mut rustup = Command::new("rustup");
    rustup.args(["which", "--toolchain", "nightly", "cargo"]);
    rustup.stderr(std::process::Stdio::null());
    let output = rustup.output().ok().filter(|output| output.status.success())?;
    Some(PathBuf::from(String::from_utf8_lossy(output.stdout.trim_ascii()).into_owned()))
}

fn build(cargo: &Path, target_dir: &Path) -> Result {
    let mut command = Command::new(cargo);
    command.current_dir(sh::workspace().join("fuzz"));
    command.args(["build", "--quiet", "--release", "--target", TRIPLE, "--target-dir"]);
    command.arg(target_dir).env("RUSTFLAGS", FLAGS).env("RUSTUP_TOOLCHAIN", "nightly");
    if let Some(bin) = cargo.parent() {
        command.env("RUSTC", bin.join("rustc")).env("RUSTDOC", bin.join("rustdoc"));
    }
    sh::run(&mut command)
}

/// Runs one target from the samples in `fixtures/`; what crashes it is left under `fuzz/artifacts`.
fn fuzz(program: &Path, target: &str, seconds: u32) -> Result {
    let dir = sh::workspace().join("fuzz");
    let corpus = dir.join("corpus").join(target);
    let seeds = sh::target_dir().join("fuzz/seeds").join(target);
    let artifacts = dir.join("artifacts").join(target);
    for dir in [&corpus, &seeds, &artifacts] {
        sh::make_dir(dir)?;
    }
    write_seeds(&seeds)?;
    let mut command = Command::new(program);
    command.current_dir(&dir).arg(&corpus).arg(&seeds);
    command.arg(format!("-max_total_time={seconds}")).arg("-timeout=10");
    command.arg("-print_final_stats=1").arg("-verbosity=0");
    command.arg(format!("-artifact_prefix={}/", artifacts.display()));
    sh::run(&mut command)?;
    println!("{target}: {seconds} s, no finding");
    Ok(())
}

/// One file per distinct small file of the fixtures, behind a byte that chooses a decoder.
fn write_seeds(dir: &Path) -> Result {
    let mut seen = std::collections::BTreeSet::new();
    for (number, path) in sh::files()?.iter().enumerate() {
        if !path.starts_with("fixtures") {
            continue;
        }
        let name = path.file_name().unwrap_or_default().to_owned();
        let parent = path.parent().and_then(Path::file_name).unwrap_or_default().to_owned();
        let Ok(bytes) = std::fs::read(sh::workspace().join(path)) else { continue };
        if bytes.len() <= 4096 && seen.insert((parent, name)) {
            let choice = u8::try_from(number % 256).unwrap_or_default();
            sh::write(&dir.join(number.to_string()), [&[choice][..], &bytes].concat())?;
        }
    }
    Ok(())
}
