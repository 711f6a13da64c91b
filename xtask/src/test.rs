//! `cargo xtask test`: everything that is tested, once as whoever runs it and, if that is root, once more as an
//! ordinary user, who may see much less of a machine.

use std::ffi::{OsStr, OsString};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{Result, python, setup, sh};

/// nobody, and its group, by number: the names differ between systems.
pub(crate) const NOBODY: &str = "65534";

/// The variable in which tests find a Python that has psutil.
const PYTHON: &str = "PSIGHT_PSUTIL_PYTHON";

/// How many tests ended which way.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
struct Tally {
    /// How many result lines there were: one for each program, and one for the doctests of each library.
    results: u64,
    passed: u64,
    failed: u64,
    ignored: u64,
    /// Programs of tests that ended without a result line, as after a crash.
    broken: u64,
}

pub(crate) fn run(arguments: &[String]) -> Result {
    setup::programs();
    let python = setup::psutil();
    let mut cargo = sh::cargo();
    cargo.args(["test", "--workspace", "--all-features", "--no-fail-fast"]).args(arguments);
    if let Some(python) = &python {
        cargo.env(PYTHON, python);
    }
    let mut ours = counted(&mut cargo)?;
    if ours.results == 0 {
        // Nothing ran at all: it does not compile.
        ours.broken = 1;
    }
    let user = if ours.broken > 0 {
        Err("not tried".to_owned())
    } else if !sh::is_root() {
        Err("this is one".to_owned())
    } else if !sh::has("setpriv") {
        Err("setpriv is not installed".to_owned())
    } else {
        Ok(as_user(arguments, python.as_deref())?)
    };
    // Arguments choose among Rust's tests.
    let python_package = if arguments.is_empty() { Some(python::tested(&[])?) } else { None };
    println!();
    println!("all tests, doctests included: {}", ours.shown());
    match &user {
        Ok(tally) => println!("as an ordinary user:          {}", tally.shown()),
        Err(reason) => println!("as an ordinary user:          skipped, {reason}"),
    }
    if python.is_none() {
        println!("against psutil:               skipped, see above");
    }
    for (who, summary) in python_package.iter().flat_map(|outcome| &outcome.lines) {
        println!("{who:<30}{summary}");
    }
    let python_is_good = python_package.is_none_or(|outcome| outcome.is_good);
    match python_is_good && ours.is_good() && user.as_ref().map_or(true, Tally::is_good) {
        true => Ok(()),
        false => Err("some tests failed".to_owned()),
    }
}

/// Runs the test programs as nobody, from where nobody can read them.
fn as_user(arguments: &[String], python: Option<&Path>) -> Result<Tally> {
    println!("\nas an ordinary user (uid {NOBODY})");
    let scratch = Scratch::new("user")?;
    let tree = readable_tree(&scratch.0)?;
    let mut total = Tally::default();
    for program in programs(&tree)? {
        println!("     Running {}", program.executable.display());
        let mut command = nobody(&program.executable, &scratch.0);
        // What follows `--` is for the test programs themselves.
        command.args(arguments.iter().skip_while(|word| *word != "--").skip(1));
        command.current_dir(&program.package);
        if let Some(python) = python {
            command.env(PYTHON, readable_python(python, &scratch.0)?);
        }
        let tally = counted(&mut command)?;
        let broken = u64::from(tally.results == 0).max(tally.broken);
        total.add(Tally { broken, ..tally });
    }
    Ok(total)
}

/// A directory that nobody owns, gone when this is dropped.
pub(crate) struct Scratch(pub(crate) PathBuf);

impl Scratch {
    /// `name` tells those of one run apart.
    pub(crate) fn new(name: &str) -> Result<Self> {
        let dir = std::env::temp_dir().join(format!("psight-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        for part in ["", "home", "tmp"] {
            let part = dir.join(part);
            sh::make_dir(&part)?;
            sh::run(Command::new("chown").arg(format!("{NOBODY}:{NOBODY}")).arg(&part))?;
            sh::run(Command::new("chmod").arg("755").arg(&part))?;
        }
        Ok(Self(dir))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// `program` as nobody, with a home and a place for temporary files.
pub(crate) fn nobody(program: impl AsRef<OsStr>, scratch: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.arg(format!("--reuid={NOBODY}")).arg(format!("--regid={NOBODY}"));
    command.args(["--clear-groups", "--"]).arg(program);
    command.env("HOME", scratch.join("home")).env("TMPDIR", scratch.join("tmp"));
    command
}

/// The workspace, or a copy of it where the way to it is closed to nobody. The paths of fixtures and programs are
/// compiled into the tests, so that a copy must be built again.
fn readable_tree(scratch: &Path) -> Result<PathBuf> {
    let root = sh::workspace();
    let manifest = root.join("Cargo.toml");
    let fixtures = root.join("fixtures");
    let target = sh::target_dir();
    let sees = |test: &str, path: &Path| {
        sh::succeeds(nobody("test", scratch).arg(test).arg(path).current_dir("/"))
    };
    if sees("-r", &manifest) && sees("-x", &fixtures) && sees("-x", &target) {
        return Ok(root.to_owned());
    }
    println!("{} is closed to others; testing a copy", root.display());
    let copy = scratch.join("tree");
    sh::make_dir(&copy)?;
    let entries = std::fs::read_dir(root).map_err(|error| error.to_string())?;
    for entry in entries.flatten() {
        if !matches!(entry.file_name().to_str(), Some(".git" | "target")) {
            sh::run(Command::new("cp").arg("-a").arg(entry.path()).arg(&copy))?;
        }
    }
    sh::run(Command::new("chmod").args(["-R", "a+rX"]).arg(&copy))?;
    Ok(copy)
}

/// The environment with psutil, or a copy of it that nobody can read.
fn readable_python(python: &Path, scratch: &Path) -> Result<PathBuf> {
    if sh::succeeds(nobody(python, scratch).args(["-c", "import psutil"]).current_dir("/")) {
        return Ok(python.to_owned());
    }
    let copy = scratch.join("psutil");
    let copied = copy.join("bin/python");
    if !copied.exists()
        && let Some(environment) = python.ancestors().nth(2)
    {
        sh::run(Command::new("cp").arg("-a").arg(environment).arg(&copy))?;
        sh::run(Command::new("chmod").args(["-R", "a+rX"]).arg(&copy))?;
    }
    Ok(copied)
}

/// A program made of tests, and the package in whose directory it expects to run.
struct Program {
    executable: PathBuf,
    package: PathBuf,
}

/// Builds the test programs of the workspace at `tree` and says where they are.
fn programs(tree: &Path) -> Result<Vec<Program>> {
    let mut cargo = sh::cargo();
    cargo.current_dir(tree).args(["test", "--workspace", "--all-features", "--no-run"]);
    cargo.arg("--message-format=json");
    if tree != sh::workspace() {
        cargo.env("CARGO_TARGET_DIR", tree.join("target"));
    }
    let messages = sh::output(&mut cargo)?;
    let mut programs = Vec::new();
    for line in messages.split(|byte| *byte == b'\n') {
        let Ok(message) = serde_json::from_slice::<serde_json::Value>(line) else { continue };
        let text = |pointer| message.pointer(pointer).and_then(|value| value.as_str());
        let is_test = message.pointer("/profile/test").and_then(|value| value.as_bool());
        let (Some(true), Some(executable), Some(manifest)) =
            (is_test, text("/executable"), text("/manifest_path"))
        else {
            continue;
        };
        let package = Path::new(manifest).parent().unwrap_or(tree).to_owned();
        let is_macro = message.pointer("/target/kind/0").is_some_and(|kind| kind == "proc-macro");
        // The chores are tested once; they build and install, which nobody may not. A macro belongs to the compiler,
        // whose libraries may be closed to nobody.
        if package.file_name() != Some(OsStr::new("xtask")) && !is_macro {
            programs.push(Program { executable: executable.into(), package });
        }
    }
    Ok(programs)
}

/// Runs `command`, passes on what it prints and counts its result lines.
fn counted(command: &mut Command) -> Result<Tally> {
    command.stdout(Stdio::piped());
    let name: OsString = command.get_program().to_owned();
    let failed = |error| format!("{}: {error}", name.to_string_lossy());
    let mut child = command.spawn().map_err(failed)?;
    let mut tally = Tally::default();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).split(b'\n') {
            let line = line.map_err(failed)?;
            tally.count(&String::from_utf8_lossy(&line));
            let mut out = std::io::stdout().lock();
            let _ = out.write_all(&line).and_then(|()| out.write_all(b"\n"));
        }
    }
    let status = child.wait().map_err(failed)?;
    if !status.success() && tally.failed == 0 {
        tally.broken += 1;
    }
    Ok(tally)
}

impl Tally {
    /// Adds a line like `test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; …`.
    fn count(&mut self, line: &str) {
        let Some((_, counts)) =
            line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". "))
        else {
            return;
        };
        self.results += 1;
        for count in counts.split(';') {
            let Some((number, what)) = count.trim().split_once(' ') else { continue };
            let Ok(number) = number.parse::<u64>() else { continue };
            match what {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" => self.ignored += number,
                _ => {}
            }
        }
    }

    fn add(&mut self, other: Self) {
        self.results += other.results;
        self.passed += other.passed;
        self.failed += other.failed;
        self.ignored += other.ignored;
        self.broken += other.broken;
    }

    fn is_good(&self) -> bool {
        self.failed == 0 && self.broken == 0
    }

    fn shown(&self) -> String {
        let Self { results: _, passed, failed, ignored, broken } = self;
        let mut text = format!("{passed} passed, {failed} failed, {ignored} ignored");
        if *broken > 0 {
            text += &format!(", {broken} did not build or crashed");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn result_lines_are_added_up() {
        let mut tally = Tally::default();
        tally.count("running 3 tests");
        tally.count("test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s");
        tally.count("test result: FAILED. 5 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s");
        assert_eq!(tally, Tally { results: 2, passed: 8, failed: 2, ignored: 1, broken: 0 });
        assert!(!tally.is_good());
    }

    #[test]
    fn a_program_that_crashes_is_not_good() {
        let tally = counted(Command::new("false").arg("")).unwrap();
        assert_eq!((tally.broken, tally.is_good()), (1, false));
    }
}
