//! `cargo xtask dist`: what is handed out. The wheel and the command run with any C library since 2014, whatever this
//! machine has, because zig links them against the symbols of that time; nobody who installs them needs a compiler.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Result, no_arguments, python, sh};

/// Linkers and builders, from Python's package index.
const TOOLS: &[&str] = &["maturin>=1.9,<2", "ziglang>=0.15", "cargo-zigbuild>=0.20"];

/// glibc 2.17, which is what `manylinux2014` stands for.
const GLIBC: &str = "2.17";
const SHELLS: &[(&str, &str)] =
    &[("bash", "psight.bash"), ("zsh", "_psight"), ("fish", "psight.fish")];

pub(crate) fn run(arguments: &[String]) -> Result {
    no_arguments(arguments)?;
    let out = sh::target_dir().join("dist");
    let _ = std::fs::remove_dir_all(&out);
    sh::make_dir(&out)?;
    let tools = tools()?;
    wheel(&tools, &out)?;
    archive(&tools, &out)?;
    let entries = std::fs::read_dir(&out).map_err(|error| error.to_string())?;
    for path in entries.flatten().map(|entry| entry.path()) {
        println!("{}", path.display());
    }
    Ok(())
}

/// The folder of the tools' programs.
fn tools() -> Result<PathBuf> {
    let environment = sh::target_dir().join("dist-tools");
    let bin = environment.join("bin");
    if !bin.join("cargo-zigbuild").exists() {
        python::make_environment(&environment)?;
        sh::run_patiently(python::pip(&environment).args(["install", "--quiet"]).args(TOOLS))?;
    }
    Ok(bin)
}

/// A tool that finds the others.
fn tool(tools: &Path, name: &str) -> Result<Command> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let paths = std::iter::once(tools.to_owned()).chain(std::env::split_paths(&path));
    let paths = std::env::join_paths(paths).map_err(|error| error.to_string())?;
    let mut command = Command::new(tools.join(name));
    command.current_dir(sh::workspace()).env("PATH", paths);
    Ok(command)
}

/// One wheel for every CPython since 3.9.
fn wheel(tools: &Path, out: &Path) -> Result {
    let mut maturin = tool(tools, "maturin")?;
    maturin.args(["build", "--quiet", "--release", "--zig", "--compatibility", "manylinux2014"]);
    maturin.args(["--target", &target()?, "--interpreter", "python3", "--out"]).arg(out);
    sh::run(maturin.arg("--target-dir").arg(sh::target_dir().join("zig")))
}

/// The command with its manual, completions and licences.
fn archive(tools: &Path, out: &Path) -> Result {
    let (target, build) = (target()?, sh::target_dir().join("zig"));
    let mut zigbuild = tool(tools, "cargo-zigbuild")?;
    zigbuild.args(["zigbuild", "--quiet", "--release", "-p", "psight-cli"]);
    zigbuild.args(["--target", &format!("{target}.{GLIBC}"), "--target-dir"]).arg(&build);
    sh::run(&mut zigbuild)?;
    let program = build.join(&target).join("release/psight");
    let name = format!("psight-{}-{target}", env!("CARGO_PKG_VERSION"));
    let folder = build.join(&name);
    let _ = std::fs::remove_dir_all(&folder);
    let (man, completions) = (folder.join("man/man1"), folder.join("completions"));
    for dir in [&folder, &man, &completions] {
        sh::make_dir(dir)?;
    }
    sh::run(Command::new(&program).args(["man", "--directory"]).arg(&man))?;
    for (shell, file) in SHELLS {
        let script = sh::output(Command::new(&program).args(["completions", shell]))?;
        sh::write(&completions.join(file), script)?;
    }
    let texts = ["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"];
    let texts = texts.map(|text| sh::workspace().join(text));
    sh::run(Command::new("cp").args(texts).arg(&program).arg(&folder))?;
    let mut tar = Command::new("tar");
    tar.arg("-czf").arg(out.join(format!("{name}.tar.gz"))).arg("-C").arg(&build).arg(&name);
    sh::run(&mut tar)
}

/// What this machine's compiler compiles for.
fn target() -> Result<String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let said = sh::output(Command::new(rustc).arg("-vV"))?;
    let said = String::from_utf8_lossy(&said);
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.ok_or("rustc does not say for what it compiles")?.to_owned())
}
