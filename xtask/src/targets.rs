//! `cargo xtask check-targets`: lints psight for every system, on one Debian machine.
//!
//! rustup has no standard library for some of these targets, and a linker and headers for few. A lint needs neither:
//! metadata of the standard library is enough, and Debian packages the compiler with the library's sources. So each
//! target's library is checked once into a folder that is kept, and clippy runs against that.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::Instant;

use crate::{Result, setup, sh};

/// Every system that psight compiles on, Linux on three further processors among them.
const TARGETS: &[&str] = &[
    "x86_64-pc-windows-gnu",
    "x86_64-pc-windows-msvc",
    "aarch64-apple-darwin",
    "x86_64-apple-darwin",
    "x86_64-unknown-freebsd",
    "x86_64-unknown-openbsd",
    "x86_64-unknown-netbsd",
    "x86_64-pc-solaris",
    "x86_64-unknown-illumos",
    "powerpc64-ibm-aix",
    "aarch64-unknown-linux-gnu",
    "aarch64-linux-android",
    "s390x-unknown-linux-gnu",
    "x86_64-unknown-linux-musl",
];

/// Debian's Rust, which may stand beside rustup's.
const PACKAGES: &[&str] =
    &["rustc-web", "cargo-web", "rust-web-src", "rust-web-clippy", "gcc", "libc6-dev"];

/// The oldest release that compiles psight.
const OLDEST: &str = env!("CARGO_PKG_RUST_VERSION");

/// Where Debian's Rust is.
const DEBIAN_BIN: &str = "/usr/bin";
const LIBRARY: &str = "/usr/lib/rustlib/src/rust/library";

pub(crate) fn run(arguments: &[String]) -> Result {
    let mut if_possible = false;
    let mut targets = Vec::new();
    for word in arguments {
        match word.as_str() {
            "--if-possible" => if_possible = true,
            name if TARGETS.contains(&name) => targets.push(name),
            other => return Err(format!("{other:?} is not a target; there are {TARGETS:?}")),
        }
    }
    if targets.is_empty() {
        targets = TARGETS.to_vec();
    }
    if let Err(reason) = set_up(&targets) {
        if if_possible {
            println!("SKIPPED, no target was checked: {reason}");
            return Ok(());
        }
        return Err(reason);
    }
    let mut bad = Vec::new();
    for target in &targets {
        let start = Instant::now();
        let result = lint(target);
        let word = if result.is_ok() { "ok" } else { "FAILED" };
        println!("{target:<28}{word:<8}{:>4} s", start.elapsed().as_secs());
        if result.is_err() {
            bad.push(*target);
        }
    }
    if bad.is_empty() { Ok(()) } else { Err(format!("failed for {}", bad.join(", "))) }
}

/// Where the libraries are kept, over all clones of this repository.
pub(crate) fn cache() -> Result<PathBuf> {
    let base = match std::env::var_os("XDG_CACHE_HOME") {
        Some(dir) => PathBuf::from(dir),
        None => PathBuf::from(std::env::var_os("HOME").ok_or("HOME is not set")?).join(".cache"),
    };
    Ok(base.join("psight/cross"))
}

fn sysroot() -> Result<PathBuf> {
    Ok(cache()?.join("meta"))
}

/// A standard library that programs can be linked with, made once by Debian's compiler, and where it is.
pub(crate) fn linkable(target: &str) -> Result<PathBuf> {
    set_up(&[])?;
    let sysroot = cache()?.join("full");
    if !library(&sysroot, target).join(".done").exists() {
        println!("building the standard library for {target}, once");
        make_library(target, &sysroot, Making::Link)?;
    }
    Ok(sysroot)
}

/// What a library is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Making {
    /// Types alone, for lints.
    Check,
    /// Code.
    Link,
}

fn lint(target: &str) -> Result {
    let mut cargo = debian_cargo();
    cargo.current_dir(sh::workspace());
    cargo.args(["clippy", "--quiet"]);
    cargo.args(["-p", "psight", "-p", "psight-parse", "-p", "psight-python"]);
    // clap asks rustix how wide the terminal is, and rustix 1.1 does not compile for AIX.
    if target != "powerpc64-ibm-aix" {
        cargo.args(["-p", "psight-cli"]);
    }
    cargo.args(["--target", target, "--target-dir"]).arg(sh::target_dir().join("cross"));
    cargo.env("RUSTFLAGS", format!("--sysroot {}", sysroot()?.display()));
    sh::run(cargo.args(["--", "-D", "warnings"]))
}

/// Debian's cargo with Debian's compiler, whatever rustup would choose.
pub(crate) fn debian_cargo() -> Command {
    let mut cargo = Command::new(format!("{DEBIAN_BIN}/cargo"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let bin = PathBuf::from(DEBIAN_BIN);
    let paths = std::iter::once(bin).chain(std::env::split_paths(&path));
    if let Ok(path) = std::env::join_paths(paths) {
        cargo.env("PATH", path);
    }
    for name in ["RUSTUP_TOOLCHAIN", "RUSTC", "RUSTDOC", "RUSTFLAGS", "CARGO"] {
        cargo.env_remove(name);
    }
    // The library's own sources use what only its own compiler may.
    cargo.env("RUSTC_BOOTSTRAP", "1");
    cargo
}

/// Installs Debian's Rust and checks the library of each target into the cache; does nothing the second time.
fn set_up(targets: &[&str]) -> Result {
    forget_other_releases(&debian_release()?)?;
    let sysroot = sysroot()?;
    let done = |target: &&&str| library(&sysroot, target).join(".done").exists();
    let todo: Vec<&str> = targets.iter().filter(|target| !done(target)).copied().collect();
    if todo.is_empty() {
        return Ok(());
    }
    if todo.contains(&"powerpc64-ibm-aix") {
        mend_aix()?;
    }
    println!("checking the standard library for {} targets, once", todo.len());
    let queue = Mutex::new(todo);
    let errors = Mutex::new(Vec::new());
    let next = || queue.lock().ok().and_then(|mut queue| queue.pop());
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(4);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(target) = next() {
                    if let Err(error) = make_library(target, &sysroot, Making::Check)
                        && let Ok(mut errors) = errors.lock()
                    {
                        errors.push(error);
                    }
                }
            });
        }
    });
    match errors.into_inner() {
        Ok(errors) if errors.is_empty() => Ok(()),
        Ok(errors) => Err(errors.join("\n")),
        Err(_) => Err("a worker failed".to_owned()),
    }
}

/// What Debian's compiler says it is, after installing one that is not too old for us.
fn debian_release() -> Result<Vec<u8>> {
    let tools = ["rustc", "cargo-clippy"].map(|tool| format!("{DEBIAN_BIN}/{tool}"));
    let there = |path: &str| Path::new(path).exists();
    if !there(LIBRARY) || !tools.iter().all(|tool| there(tool)) {
        setup::install(PACKAGES)?;
    }
    let version = || sh::output(Command::new(format!("{DEBIAN_BIN}/rustc")).arg("--version"));
    if is_recent(&version()?) {
        return version();
    }
    // Lists of packages that are months old still name the release before.
    setup::install_newest(PACKAGES)?;
    let version = version()?;
    match is_recent(&version) {
        true => Ok(version),
        false => Err(format!(
            "Debian's Rust is {}, and psight needs {OLDEST}",
            String::from_utf8_lossy(&version).trim()
        )),
    }
}

/// Whether a compiler that says `rustc 1.96.0 (…)` of itself compiles psight.
fn is_recent(version: &[u8]) -> bool {
    let version = String::from_utf8_lossy(version);
    let Some(release) = version.split_whitespace().nth(1) else { return false };
    let parts = |text: &str| -> Vec<u32> {
        text.split(['.', '-']).map_while(|part| part.parse().ok()).collect()
    };
    parts(release) >= parts(OLDEST)
}

fn library(sysroot: &Path, target: &str) -> PathBuf {
    sysroot.join("lib/rustlib").join(target).join("lib")
}

/// Metadata is of use to the compiler that wrote it alone: after an upgrade all of it is made anew.
fn forget_other_releases(version: &[u8]) -> Result {
    let stamp = cache()?.join("rustc-version");
    match std::fs::read(&stamp) {
        Ok(known) if known == version => return Ok(()),
        Ok(_) => {
            let _ = std::fs::remove_dir_all(sysroot()?);
            let _ = std::fs::remove_dir_all(cache()?.join("full"));
        }
        Err(_) => {}
    }
    sh::write(&stamp, version)
}

fn make_library(target: &str, sysroot: &Path, making: Making) -> Result {
    let (verb, profile, wanted) = match making {
        Making::Check => ("check", "debug", "rmeta"),
        Making::Link => ("build", "release", "rlib"),
    };
    let cache = cache()?;
    let build = cache.join(format!("{verb}-{target}"));
    // std asks for a dynamic library too. Nobody uses it, so the linker has only to make a file.
    let linker = cache.join(format!("linker-{target}"));
    let script = "#!/bin/sh\nwhile [ $# -gt 0 ]; do [ \"$1\" = -o ] && { : > \"$2\"; exit 0; }; shift; done\n";
    sh::write(&linker, script)?;
    sh::run(Command::new("chmod").arg("+x").arg(&linker))?;
    let mut cargo = debian_cargo();
    cargo.current_dir(&cache).args([verb, "--quiet", "--manifest-path"]);
    cargo.arg(format!("{LIBRARY}/sysroot/Cargo.toml"));
    cargo.args(["--target", target, "--features", "panic-unwind,backtrace"]);
    cargo.args(["--profile", if making == Making::Link { "release" } else { "dev" }]);
    cargo.env("CARGO_TARGET_DIR", &build).env("CARGO_INCREMENTAL", "0");
    cargo.env("__CARGO_DEFAULT_LIB_METADATA", "cross").env("CARGO_PROFILE_DEV_DEBUG", "0");
    cargo.env("CARGO_PROFILE_RELEASE_DEBUG", "0").env("CARGO_PROFILE_RELEASE_STRIP", "none");
    let linker_flag = format!("-Clinker={}", linker.display());
    cargo.env("RUSTFLAGS", format!("-Zforce-unstable-if-unmarked -Aunused {linker_flag}"));
    cargo.stdout(Stdio::null());
    sh::run(&mut cargo)?;
    let library = library(sysroot, target);
    sh::make_dir(&library)?;
    let built = build.join(target).join(profile).join("deps");
    let entries = std::fs::read_dir(&built).map_err(|error| error.to_string())?;
    for file in entries.flatten().map(|entry| entry.path()) {
        let is_wanted = file.extension().is_some_and(|extension| extension == wanted);
        if let (true, Some(name)) = (is_wanted, file.file_name()) {
            std::fs::copy(&file, library.join(name)).map_err(|error| error.to_string())?;
        }
    }
    let _ = std::fs::remove_dir_all(&build);
    let _ = std::fs::remove_file(&linker);
    sh::write(&library.join(".done"), "")
}

/// As shipped with 1.96, std does not compile for AIX: the fields of `stat` have other names there, and two types differ.
/// Each edit finds nothing the second time.
fn mend_aix() -> Result {
    let edits = [
        (r"s/\.st_([amc])time\.(tv_)/.st_\1tim.\2/", "std/src/os/aix/fs.rs"),
        (
            r#"/^#\[cfg\(target_os = "aix"\)\]$/,/^}/ s/\.st_([amc])time\.(tv_)/.st_\1tim.\2/g"#,
            "std/src/sys/fs/unix.rs",
        ),
        (
            r#"s/s\.s_name\(\)\.get\(0\.\.5\) == b"\.text"/s.s_name().starts_with(b".text")/"#,
            "backtrace/src/symbolize/gimli/xcoff.rs",
        ),
        (
            r"s/buffer\.as_mut_ptr\(\)\.cast::<libc::c_char>\(\)/buffer.as_mut_ptr().cast()/",
            "backtrace/src/symbolize/gimli/libs_aix.rs",
        ),
    ];
    for (edit, file) in edits {
        let path = Path::new(LIBRARY).join(file);
        sh::run(Command::new("sed").args(["-i", "-E", edit]).arg(path))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_target_is_refused() {
        assert!(run(&["vax-unknown-vms".to_owned()]).unwrap_err().contains("not a target"));
    }
}
