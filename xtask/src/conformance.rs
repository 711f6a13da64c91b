//! `cargo xtask conformance`: psutil's own tests and example scripts, unchanged, against this package: as whoever runs
//! it and, if that is root, once more as an ordinary user. `python/tests/conformance` has what they need and what is
//! excluded.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::test::{NOBODY, Scratch};
use crate::{Result, python, setup, sh};

const ADAPTER: &str = "python/tests/conformance";
const PSUTIL: &str = "psutil==7.2.2";
/// They only measure well where Python's memory is malloc's, and slow everything down there.
const LEAKS: &str = "tests/test_memleaks.py";
/// They set the machine's clock, an hour forth and back.
const CLOCK: &str = "tests/test_sudo.py";
const SCRIPTS: &str = "test_example_scripts.py";

pub(crate) fn run(arguments: &[String]) -> Result {
    let (flags, arguments): (Vec<_>, Vec<_>) = arguments
        .iter()
        .cloned()
        .partition(|word| matches!(word.as_str(), "--clock" | "--if-possible"));
    let flag = |name: &str| flags.iter().any(|flag| flag == name);
    setup::programs();
    let (environment, tests) = match python::environment().and_then(|dir| Ok((dir, source()?))) {
        Ok(found) => found,
        Err(error) if flag("--if-possible") => {
            println!("skipped, {error}");
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    python::install(&environment)?;
    let adapter = sh::workspace().join(ADAPTER);
    let run = Run { environment, adapter, tests, user: None, with_clock: flag("--clock") };
    let mut ends = vec![run.all("psutil's tests", &arguments)?];
    if sh::is_root() && sh::has("setpriv") {
        let scratch = Scratch::new("conformance")?;
        let run = run.copied(&scratch.0)?;
        ends.push(run.all("psutil's tests as an ordinary user", &arguments)?);
    }
    println!();
    for line in ends.iter().flatten() {
        println!("{}", line.text);
    }
    match ends.iter().flatten().all(|line| line.is_good) {
        true => Ok(()),
        false => Err("some of psutil's tests failed".to_owned()),
    }
}

/// psutil's tests and example scripts, in a folder without its sources.
pub(crate) fn source() -> Result<PathBuf> {
    source_by(|| Ok(python::pip(&python::environment()?)))
}

/// The same, fetched by another pip if they are not there yet.
pub(crate) fn source_by(pip: impl FnOnce() -> Result<Command>) -> Result<PathBuf> {
    let dir = sh::target_dir().join("psutil-tests");
    if dir.join("tests").is_dir() && dir.join("scripts").is_dir() {
        return Ok(dir);
    }
    let scratch = sh::target_dir().join("psutil-source");
    let _ = std::fs::remove_dir_all(&scratch);
    let mut pip = pip()?;
    pip.args(["download", "--quiet", "--no-deps", "--no-binary", ":all:", "--dest"]);
    sh::run_patiently(pip.arg(&scratch).arg(PSUTIL))?;
    let archive = format!("{}.tar.gz", PSUTIL.replace("==", "-"));
    let mut tar = Command::new("tar");
    tar.arg("-xzf").arg(scratch.join(archive)).args(["--strip-components=1", "-C"]).arg(&scratch);
    sh::run(&mut tar)?;
    sh::make_dir(&dir)?;
    for part in ["scripts", "tests"] {
        let _ = std::fs::remove_dir_all(dir.join(part));
        sh::run(Command::new("mv").arg(scratch.join(part)).arg(&dir))?;
    }
    std::fs::remove_dir_all(&scratch).map_err(|error| error.to_string())?;
    Ok(dir)
}

/// One way to run the tests.
struct Run {
    environment: PathBuf,
    adapter: PathBuf,
    tests: PathBuf,
    /// The scratch directory of an ordinary user.
    user: Option<PathBuf>,
    with_clock: bool,
}

/// How a run ended, for the last lines.
struct End {
    text: String,
    is_good: bool,
}

impl Run {
    /// The same in a folder that an ordinary user can read, as that user.
    fn copied(&self, scratch: &Path) -> Result<Self> {
        let tests = scratch.join("work");
        for (from, to) in [(&self.environment, &scratch.join("python")), (&self.tests, &tests)] {
            sh::run(Command::new("cp").arg("-a").arg(from).arg(to))?;
        }
        sh::run(Command::new("cp").arg("-a").arg(&self.adapter).arg(scratch))?;
        sh::run(Command::new("chmod").args(["-R", "a+rX"]).arg(scratch))?;
        sh::run(Command::new("chown").arg("-R").arg(format!("{NOBODY}:{NOBODY}")).arg(&tests))?;
        let (environment, adapter) = (scratch.join("python"), scratch.join("conformance"));
        Ok(Self { environment, adapter, tests, user: Some(scratch.to_owned()), with_clock: false })
    }

    /// All tests, those for leaks once more as they want it, and the scripts.
    fn all(&self, who: &str, arguments: &[String]) -> Result<Vec<End>> {
        println!("\n{who}");
        if !arguments.is_empty() {
            return Ok(vec![end(malloc(&mut self.psutils()?).args(arguments))?]);
        }
        let mut tests = vec!["tests", "--ignore", LEAKS];
        if !self.with_clock {
            println!("without those that set the clock, which --clock adds");
            tests.extend(["--ignore", CLOCK]);
        }
        let mut ends = vec![self.twice(&tests)?];
        println!("\n{who}, for leaks");
        ends.push(end(malloc(&mut self.psutils()?).arg(LEAKS))?);
        println!("\nthe example scripts");
        let mut scripts = self.pytest();
        scripts.env("PSIGHT_SCRIPTS", self.tests.join("scripts")).env_remove("PYTHONPATH");
        let mut end = end(scripts.arg(self.adapter.join(SCRIPTS)))?;
        end.text = format!("  its example scripts: {}", end.text);
        ends.push(end);
        Ok(ends)
    }

    /// What failed is run again alone: some tests wait five seconds for ten interpreters to start.
    fn twice(&self, arguments: &[&str]) -> Result<End> {
        let first = end(self.psutils()?.args(arguments))?;
        if first.is_good {
            return Ok(first);
        }
        println!("\nwhat failed, once more");
        let again = ["--last-failed", "--last-failed-no-failures", "none"];
        let second = end(self.psutils()?.args(again).args(arguments))?;
        let text = format!("{}\n  once more, alone: {}", first.text, second.text);
        Ok(End { text, is_good: second.is_good })
    }

    /// pytest with the adapter.
    fn psutils(&self) -> Result<Command> {
        let mut pytest = self.pytest();
        // The tests start the interpreter without its environment, and find what they need by this path.
        let path = [self.adapter.clone(), site_packages(&self.python())?];
        let path = std::env::join_paths(path).map_err(|error| error.to_string())?;
        pytest.env("PYTHONPATH", path).args(["-p", "adapter"]);
        // Without a pool of processes, in which multiprocessing sometimes waits for ever when it is ended.
        pytest.env("PYTEST_XDIST_WORKER", "only");
        if self.user.is_none() {
            pytest.env("PSIGHT_ROOT", sh::workspace());
        }
        Ok(pytest)
    }

    /// pytest; if root starts it, on a machine where somebody is logged in and sensors can be read.
    fn pytest(&self) -> Command {
        let mut command = Command::new(self.python());
        if sh::is_root() && can_unshare() {
            command = Command::new("unshare");
            command.args(["--mount", "--pid", "--fork", "--mount-proc"]).arg(self.python());
            command.arg(self.adapter.join("fake_machine.py"));
            if let Some(scratch) = &self.user {
                command.args(["setpriv", "--clear-groups", "--inh-caps=-all"]);
                command.arg(format!("--reuid={NOBODY}")).arg(format!("--regid={NOBODY}"));
                command.env("HOME", scratch.join("home")).env("TMPDIR", scratch.join("tmp"));
            }
            command.arg(self.python());
        }
        let cache = format!("cache_dir={}", self.tests.join("cache").display());
        command.args(["-m", "pytest", "--quiet", "--tb=short", "-o", &cache]);
        command.current_dir(&self.tests).env("PYTHONDONTWRITEBYTECODE", "1");
        command
    }

    fn python(&self) -> PathBuf {
        self.environment.join("bin/python")
    }
}

/// Tests for leaks measure malloc's heap, and want Python's memory there too.
fn malloc(pytest: &mut Command) -> &mut Command {
    pytest.env("PYTHONMALLOC", "malloc").env("PYTHONUNBUFFERED", "1")
}

fn can_unshare() -> bool {
    sh::succeeds(Command::new("unshare").args([
        "--mount",
        "--pid",
        "--fork",
        "--mount-proc",
        "true",
    ]))
}

fn site_packages(python: &Path) -> Result<PathBuf> {
    let code = "import sysconfig; print(sysconfig.get_path('purelib'))";
    let output = sh::output(Command::new(python).args(["-c", code]))?;
    Ok(PathBuf::from(String::from_utf8_lossy(&output).trim().to_owned()))
}

/// Runs pytest; the adapter's own line of its output, or the last one, says how it ended.
fn end(pytest: &mut Command) -> Result<End> {
    let output = pytest.stderr(std::process::Stdio::inherit()).output();
    let output = output.map_err(|error| format!("pytest: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    print!("{text}");
    let line = text.lines().rfind(|line| line.starts_with("psutil 7"));
    let line = line.or_else(|| text.lines().rfind(|line| !line.trim().is_empty()));
    let line = line.unwrap_or("pytest ended without a summary").to_owned();
    Ok(End { is_good: output.status.success(), text: line })
}
