//! `cargo xtask python`: builds the wheel, installs it beside the real psutil, and runs the tests of the Python package,
//! once as whoever runs it and, if that is root, once more as an ordinary user.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::test::{NOBODY, Scratch, nobody};
use crate::{Result, setup, sh};

const TESTS: &str = "python/tests";
const REQUIREMENTS: &str = "python/tests/requirements.txt";
/// What the tests can do without.
const OPTIONAL: &str = "python/tests/requirements-optional.txt";
/// Tests that are run in another way: psutil's own, and those of another system.
const ELSEWHERE: &[&str] = &["conformance", "windows"];
/// The same, and those that only look at files of the package, which do not depend on the user.
const NOT_AS_USER: &[&str] = &["conformance", "test_typing.py", "windows"];

/// What came of it, for the last lines of `cargo xtask test`.
pub(crate) struct Outcome {
    /// One line for each run: who, and pytest's own summary.
    pub(crate) lines: Vec<(&'static str, String)>,
    pub(crate) is_good: bool,
}

pub(crate) fn run(arguments: &[String]) -> Result {
    setup::programs();
    let outcome = tested(arguments)?;
    println!();
    for (who, summary) in &outcome.lines {
        println!("{who:<30}{summary}");
    }
    match outcome.is_good {
        true => Ok(()),
        false => Err("some tests failed".to_owned()),
    }
}

/// Builds, installs and tests; `arguments` are pytest's.
pub(crate) fn tested(arguments: &[String]) -> Result<Outcome> {
    let environment = match environment() {
        Ok(environment) => environment,
        Err(error) => {
            let skipped = format!("skipped, {error}");
            return Ok(Outcome { lines: vec![("Python:", skipped)], is_good: true });
        }
    };
    install(&environment)?;
    let tests = sh::workspace().join(TESTS);
    let mut pytest = Command::new(environment.join("bin/python"));
    pytest.current_dir(sh::workspace());
    let ours = summary(pytest_arguments(&mut pytest, &tests, ELSEWHERE).args(arguments));
    let mut lines = vec![("Python:", ours)];
    if sh::is_root() && sh::has("setpriv") {
        println!("\nPython, as an ordinary user (uid {NOBODY})");
        lines.push(("Python, as an ordinary user:", as_user(&environment, &tests, arguments)?));
    }
    let is_good = lines.iter().all(|(_, summary)| is_good(summary));
    Ok(Outcome { lines, is_good })
}

/// The virtual environment of the tests, with what they need but psight itself.
pub(crate) fn environment() -> Result<PathBuf> {
    let dir = sh::target_dir().join("python");
    let text = |path| sh::read(&sh::workspace().join(path));
    let wanted = text(REQUIREMENTS)? + &text(OPTIONAL)?;
    let stamp = dir.join("requirements.txt");
    if std::fs::read_to_string(&stamp).is_ok_and(|known| known == wanted) {
        return Ok(dir);
    }
    make_environment(&dir)?;
    let mut pip = pip(&dir);
    sh::run_patiently(pip.args(["install", "--quiet", "-r"]).arg(REQUIREMENTS))?;
    let mut pip = self::pip(&dir);
    if let Err(error) = sh::run(pip.args(["install", "--quiet", "-r"]).arg(OPTIONAL)) {
        eprintln!("{error}\nTests that need these packages are skipped.");
    }
    sh::write(&stamp, wanted)?;
    Ok(dir)
}

/// An empty virtual environment.
pub(crate) fn make_environment(dir: &Path) -> Result {
    sh::run(Command::new(interpreter()).args(["-m", "venv", "--clear"]).arg(dir))
}

/// The system's Python, which ordinary users can run too, or else the first of the path.
fn interpreter() -> &'static str {
    let system = "/usr/bin/python3";
    let makes = ["-c", "import venv, ensurepip"];
    if sh::succeeds(Command::new(system).args(makes)) { system } else { "python3" }
}

pub(crate) fn pip(environment: &Path) -> Command {
    let mut pip = Command::new(environment.join("bin/python"));
    pip.current_dir(sh::workspace());
    pip.args(["-m", "pip", "--disable-pip-version-check"]);
    pip
}

/// A Python that has psight as it is released, and psutil.
pub(crate) fn release() -> Result<PathBuf> {
    let environment = environment()?;
    let dir = sh::target_dir().join("python-release");
    if !dir.join("bin/python").is_file() {
        sh::run(Command::new(interpreter()).args(["-m", "venv"]).arg(&dir))?;
        sh::run_patiently(pip(&dir).args(["install", "--quiet", setup::PSUTIL]))?;
    }
    install_as(&dir, &environment.join("bin/maturin"), "release")?;
    Ok(dir.join("bin/python"))
}

/// Builds the wheel without optimisation, which takes a fraction of the time, and installs it.
pub(crate) fn install(environment: &Path) -> Result {
    install_as(environment, &environment.join("bin/maturin"), "dev")
}

fn install_as(environment: &Path, maturin: &Path, profile: &str) -> Result {
    let target = sh::target_dir();
    let wheels = target.join("python-wheels").join(profile);
    let _ = std::fs::remove_dir_all(&wheels);
    let mut maturin = Command::new(maturin);
    maturin.current_dir(sh::workspace()).args(["build", "--quiet", "--profile", profile]);
    maturin.arg("--interpreter").arg(environment.join("bin/python"));
    maturin.arg("--out").arg(&wheels).arg("--target-dir").arg(&target);
    sh::run(&mut maturin)?;
    let entries = std::fs::read_dir(&wheels).map_err(|error| error.to_string())?;
    let wheel =
        entries.flatten().map(|entry| entry.path()).next().ok_or("maturin built no wheel")?;
    let mut pip = pip(environment);
    pip.args(["install", "--quiet", "--no-deps", "--no-index", "--force-reinstall"]).arg(wheel);
    sh::run(&mut pip)
}

/// Runs the tests from a copy that nobody may read.
fn as_user(environment: &Path, tests: &Path, arguments: &[String]) -> Result<String> {
    let scratch = Scratch::new("python")?;
    for part in [environment, tests] {
        sh::run(Command::new("cp").arg("-a").arg(part).arg(&scratch.0))?;
    }
    sh::run(Command::new("chmod").args(["-R", "a+rX"]).arg(&scratch.0))?;
    let mut pytest = nobody(scratch.0.join("python/bin/python"), &scratch.0);
    pytest.current_dir(scratch.0.join("home")).env("PYTHONDONTWRITEBYTECODE", "1");
    let copy = scratch.0.join("tests");
    Ok(summary(pytest_arguments(&mut pytest, &copy, NOT_AS_USER).args(arguments)))
}

fn pytest_arguments<'a>(
    python: &'a mut Command,
    tests: &Path,
    without: &[&str],
) -> &'a mut Command {
    python.args(["-m", "pytest", "--quiet", "-p", "no:cacheprovider", "-rs"]).arg(tests);
    for name in without {
        python.arg("--ignore").arg(tests.join(name));
    }
    // The package that was installed is meant, not the folder of its sources.
    python.env_remove("PYTHONPATH")
}

/// Runs pytest and returns its last line, which is its summary.
pub(crate) fn summary(pytest: &mut Command) -> String {
    let output = match pytest.stderr(std::process::Stdio::inherit()).output() {
        Ok(output) => output,
        Err(error) => return format!("pytest could not be started: {error}"),
    };
    let text = String::from_utf8_lossy(&output.stdout);
    print!("{text}");
    let last = text.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
    match output.status.code() {
        Some(0) => last.to_owned(),
        _ => format!("{last} (pytest: {})", output.status),
    }
}

/// Whether that is the summary of a run in which all was well.
pub(crate) fn is_good(summary: &str) -> bool {
    summary.contains(" passed") && !summary.contains("(pytest: ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_without_a_passed_test_is_not_good() {
        assert!(is_good("22 passed, 1 skipped in 0.79s"));
        assert!(!is_good("no tests ran in 0.01s"));
        assert!(!is_good("1 failed, 21 passed in 1.22s (pytest: exit status: 1)"));
    }
}
