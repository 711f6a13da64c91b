//! `cargo xtask windows-test`, `windows-python` and `windows-run`: psight for Windows, built and run on one Debian machine.
//!
//! mingw links it, and Wine 10 runs it. Debian 12's own Wine is too old for Rust's library, so that of Debian 13 is put
//! into a folder, and every program runs with that folder for its root, in a mount namespace of its own that vanishes
//! with it. Paths are the same inside, so that tests find their files. Programs of 32 bits run in Wine's own WoW64, which
//! needs nothing of Linux in 32 bits.

mod python;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

pub(crate) use python::run as python;

use crate::targets::{cache, debian_cargo, linkable};
use crate::{Result, setup, sh};

const TARGET: &str = "x86_64-pc-windows-gnu";
const LINKER: &str = "x86_64-w64-mingw32-gcc";

/// What links, and what makes the folder.
const PACKAGES: &[&str] = &[
    "gcc-mingw-w64-x86-64-win32",
    "mmdebstrap",
    "debian-archive-keyring",
    "mount",
    "util-linux",
    "bsdutils",
];

/// The release of Debian whose Wine is used.
const RELEASE: &str = "trixie";

/// What is tested there, once tests and examples are known to compile: the decoders, and those tests of the library that are
/// made for this system or for all.
const TESTS: &[&[&str]] = &[
    &["-p", "psight-parse", "--lib"],
    &["-p", "psight", "--lib"],
    &["-p", "psight", "--test", "windows", "--test", "psutil_fields", "--test", "api"],
    &["-p", "psight-cli", "--test", "windows"],
    &["-p", "psight", "--doc"],
];

/// What needs a console.
const ON_A_CONSOLE: &[&str] = &["-p", "psight", "--test", "windows", "--", "control::ctrl"];

pub(crate) fn test(arguments: &[String]) -> Result {
    let if_possible = arguments.iter().any(|word| word == "--if-possible");
    let rest: Vec<&String> = arguments.iter().filter(|word| *word != "--if-possible").collect();
    let tools = match set_up() {
        Ok(tools) => tools,
        Err(reason) if if_possible => {
            println!("SKIPPED, nothing was tested for Windows: {reason}");
            return Ok(());
        }
        Err(reason) => return Err(reason),
    };
    let mut clippy = tools.cargo();
    clippy.args(["clippy", "--quiet", "--target", TARGET, "-p", "psight", "-p", "psight-parse"]);
    sh::run(clippy.args(["--all-targets", "--", "-D", "warnings"]))?;
    for tests in TESTS {
        let mut cargo = tools.cargo();
        cargo.arg("test").args(["--target", TARGET]).args(*tests);
        sh::run(cargo.arg("--").args(&rest))?;
    }
    // Arguments choose among Rust's tests.
    if !rest.is_empty() {
        return Ok(());
    }
    test_on_a_console(&tools)?;
    python::test(&tools, if_possible)
}

pub(crate) fn run(arguments: &[String]) -> Result {
    let mut cargo = set_up()?.cargo();
    cargo.args(["run", "--quiet", "--target", TARGET, "-p", "psight-cli", "--"]);
    sh::run(cargo.args(arguments))
}

/// Ctrl-C goes through a console. Wine has one where its terminal is one, which it draws on: what was drawn is shown
/// when a test fails.
fn test_on_a_console(tools: &Tools) -> Result {
    let mut cargo = tools.cargo();
    cargo.env("PSIGHT_TEST_CONSOLE", "1");
    cargo.arg("test").args(["--target", TARGET]).args(ON_A_CONSOLE);
    let words = std::iter::once(cargo.get_program()).chain(cargo.get_args());
    let line: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    let mut script = Command::new("script");
    script.current_dir(sh::workspace()).args(["-qec", &line.join(" "), "/dev/null"]);
    for (name, value) in cargo.get_envs() {
        match value {
            Some(value) => script.env(name, value),
            None => script.env_remove(name),
        };
    }
    let output = script.stdin(Stdio::null()).output().map_err(|error| error.to_string())?;
    if output.status.success() {
        println!("Ctrl-C and Ctrl-Break on a console: ok");
        return Ok(());
    }
    println!("{}", String::from_utf8_lossy(&output.stdout));
    Err(format!("{} failed on a console", line.join(" ")))
}

/// What a build for Windows needs.
struct Tools {
    /// Where the standard library is.
    sysroot: PathBuf,
    /// Runs a program of Windows.
    wine: PathBuf,
}

impl Tools {
    fn cargo(&self) -> Command {
        let mut cargo = debian_cargo();
        let sysroot = format!("--sysroot {}", self.sysroot.display());
        cargo.current_dir(sh::workspace());
        cargo.env("RUSTFLAGS", &sysroot).env("RUSTDOCFLAGS", &sysroot);
        cargo.env("CARGO_TARGET_DIR", sh::target_dir().join("windows"));
        cargo.env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER", LINKER);
        cargo.env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER", &self.wine);
        cargo
    }
}

/// Installs what is missing; does nothing the second time.
fn set_up() -> Result<Tools> {
    if !sh::is_root() {
        return Err("only root may change the root folder of a program".to_owned());
    }
    let programs = [LINKER, "mmdebstrap", "unshare", "script"];
    if !programs.iter().all(|program| sh::has(program)) {
        setup::install(PACKAGES)?;
    }
    let sysroot = linkable(TARGET)?;
    let cache = cache()?;
    let root = cache.join(RELEASE);
    if !root.join(".done").exists() {
        println!("putting Wine into {}, once", root.display());
        install_wine(&root)?;
        sh::write(&root.join(".done"), "")?;
    }
    if !root.join(".done-32").exists() {
        install_32_bits(&root)?;
        sh::write(&root.join(".done-32"), "")?;
    }
    // Each clone has its own: the folders that it mounts are the clone's.
    let wine = sh::target_dir().join("windows/wine");
    sh::write(&wine, runner(&root, &cache.join("wine-wow64"), &python::folder()?))?;
    sh::run(Command::new("chmod").arg("+x").arg(&wine))?;
    if !sh::succeeds(Command::new(&wine).args(["cmd", "/c", "ver"])) {
        return Err("Wine does not start here".to_owned());
    }
    Ok(Tools { sysroot, wine })
}

/// Debian with Wine and nothing else, from the mirror that this machine has.
fn install_wine(root: &Path) -> Result {
    let mut apt = Command::new("apt-get");
    apt.args(["indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"]);
    let mirrors = String::from_utf8_lossy(&sh::output(&mut apt)?).into_owned();
    let is_debian = |uri: &&str| uri.trim_end_matches('/').ends_with("debian");
    let mirror = mirrors.lines().find(is_debian).ok_or("apt knows no mirror of Debian")?;
    let keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
    let mut bootstrap = Command::new("mmdebstrap");
    bootstrap.args(["--quiet", "--variant=apt", "--include=wine,wine64"]);
    bootstrap.arg("--dpkgopt=path-exclude=/usr/share/man/*");
    bootstrap.arg("--dpkgopt=path-exclude=/usr/share/doc/*");
    bootstrap.arg(RELEASE).arg(root);
    bootstrap.arg(format!("deb [signed-by={keyring}] {mirror} {RELEASE} main"));
    sh::run_patiently(&mut bootstrap)
}

/// The libraries for programs of 32 bits, which Debian packages with what such a Wine needs of Linux: all that is wanted of
/// the package is one folder.
fn install_32_bits(root: &Path) -> Result {
    let apt = |words: &[&str]| {
        let mut apt = Command::new("apt-get");
        apt.arg("-o").arg(format!("Dir={}", root.display()));
        apt.arg("-o").arg(format!("Dir::State::status={}/var/lib/dpkg/status", root.display()));
        apt.args(["-o", "APT::Architecture=amd64", "-o", "APT::Architectures::=amd64"]);
        apt.args(["-o", "APT::Architectures::=i386", "-o", "APT::Sandbox::User=root", "--quiet"]);
        apt.current_dir(root.join("root")).args(words);
        sh::run_patiently(&mut apt)
    };
    apt(&["update"])?;
    apt(&["download", "libwine:i386"])?;
    let mut unpack = Command::new("sh");
    unpack.current_dir(root.join("root")).args(["-e", "-c", UNPACK]);
    sh::run(&mut unpack)
}

/// Puts `i386-windows` beside the folder of 64 bits.
const UNPACK: &str = "\
    to=../usr/lib/x86_64-linux-gnu/wine\n\
    dpkg-deb --fsys-tarfile libwine_*_i386.deb |\n\
    tar -x -C $to --strip-components=5 ./usr/lib/i386-linux-gnu/wine/i386-windows\n\
    test -e $to/i386-windows/ntdll.dll\n\
    rm libwine_*_i386.deb";

/// The text of the program that runs another with Wine. What it mounts is seen by nobody else, and is gone when it ends.
fn runner(root: &Path, prefix: &Path, python: &Path) -> String {
    let folders = [sh::workspace(), &sh::target_dir(), prefix, python].map(Path::to_owned);
    let system = ["/proc", "/dev", "/sys", "/tmp"].map(PathBuf::from);
    let mut mounts = String::new();
    for folder in system.iter().chain(&folders) {
        let folder = folder.display();
        mounts += &format!("mkdir -p \"$root{folder}\"\n");
        mounts += &format!("mount --rbind \"{folder}\" \"$root{folder}\"\n");
    }
    format!(
        "#!/bin/sh\n\
         # Written by `cargo xtask windows-test`: runs a program of Windows.\n\
         set -e\n\
         if [ \"$PSIGHT_WINE_INSIDE\" != 1 ]; then\n\
         export PSIGHT_WINE_INSIDE=1\n\
         exec unshare --mount --propagation private \"$0\" \"$@\"\n\
         fi\n\
         root=\"{root}\"\n\
         mkdir -p \"{prefix}\" \"{python}\"\n\
         {mounts}\
         here=$PWD\n\
         [ -d \"$root$here\" ] || here=/tmp\n\
         exec env -u DISPLAY HOME=/root LC_ALL=C.UTF-8 XDG_RUNTIME_DIR=/tmp WINEPREFIX=\"{prefix}\" \\\n\
         WINEDEBUG=\"${{WINEDEBUG:--all}}\" \\\n\
         chroot \"$root\" sh -c 'cd \"$0\" && exec \"$@\"' \"$here\" wine \"$@\"\n",
        root = root.display(),
        prefix = prefix.display(),
        python = python.display(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runner_mounts_what_tests_read_and_changes_the_root() {
        let text = runner(Path::new("/c/trixie"), Path::new("/c/prefix"), Path::new("/c/python"));
        let workspace = sh::workspace().display().to_string();
        assert!(text.contains(&format!("mount --rbind \"{workspace}\" \"$root{workspace}\"")));
        assert!(text.contains("mount --rbind \"/c/python\" \"$root/c/python\""));
        assert!(text.contains("chroot \"$root\""));
        assert!(text.starts_with("#!/bin/sh\n"));
    }
}
