//! `cargo xtask capture DIR`: saves a machine as a fixture, so that its oddities can be tested for ever after.
//!
//! Saved is what psight reads, and nothing that tells whose machine it is: see [`blank`]. Read the result before you
//! publish it; no program knows every secret.

mod blank;
mod machine;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::{Result, sh};
use blank::Blank;

/// What is to be captured.
struct Wish {
    into: PathBuf,
    root: PathBuf,
    /// The processes to save; all if empty. The first process is always saved.
    pids: Vec<u32>,
    /// Texts to replace everywhere, with their replacements.
    hide: Vec<(String, String)>,
}

pub(crate) fn run(arguments: &[String]) -> Result {
    let wish = wish(arguments)?;
    capture(&wish)?;
    println!("saved to {}; read it before you publish it", wish.into.display());
    Ok(())
}

fn wish(arguments: &[String]) -> Result<Wish> {
    let mut words = arguments.iter();
    let mut into = None;
    let (mut root, mut pids, mut hide) = (PathBuf::from("/"), Vec::new(), Vec::new());
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(format!("{word} needs a value"));
        match word.as_str() {
            "--root" => root = PathBuf::from(value()?),
            "--pid" => pids.push(value()?.parse().map_err(|_| "--pid needs a number".to_owned())?),
            "--hide" => {
                let (text, by) = value()?.split_once('=').ok_or("--hide needs TEXT=REPLACEMENT")?;
                hide.push((text.to_owned(), by.to_owned()));
            }
            word if word.starts_with('-') => return Err(format!("unknown option {word:?}")),
            dir => into = Some(PathBuf::from(dir)),
        }
    }
    let into = into.ok_or("where to? Name a directory")?;
    Ok(Wish { into, root, pids, hide })
}

fn capture(wish: &Wish) -> Result {
    if wish.into.exists() {
        return Err(format!("{} is already there", wish.into.display()));
    }
    let blank = Blank::new(&wish.root, wish.hide.clone());
    machine::save(wish, &blank)?;
    let live = wish.root == Path::new("/");
    let answers = wish.into.join("answers");
    if live {
        answers_of_kernel(&answers)?;
        blank.answers(&answers)?;
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs());
    let facts = wish.root.join("facts.toml");
    let facts = match std::fs::read_to_string(facts) {
        Ok(facts) => facts,
        Err(_) => format!(
            "# What the kernel of this machine fixes; read by Host::at.\npage_size = {}\nticks_per_second = {}\n\
            captured_at = {now}\n",
            configured("PAGESIZE")?,
            configured("CLK_TCK")?
        ),
    };
    sh::write(&wish.into.join("facts.toml"), facts)?;
    sh::write(&wish.into.join("CAPTURED.md"), note(wish))
}

/// getconf(1)
fn configured(name: &str) -> Result<String> {
    let said = sh::output(Command::new("getconf").arg(name))?;
    Ok(String::from_utf8_lossy(said.trim_ascii()).into_owned())
}

/// What no file holds: psight itself asks, as it would in earnest.
fn answers_of_kernel(dir: &Path) -> Result {
    sh::make_dir(dir)?;
    let mut cargo = sh::cargo();
    cargo.args(["run", "--quiet", "-p", "psight", "--example", "answers", "--"]).arg(dir);
    sh::run(&mut cargo)
}

fn note(wish: &Wish) -> String {
    let version = std::fs::read_to_string(wish.into.join("proc/version")).unwrap_or_default();
    let kernel = version.split_whitespace().nth(2).unwrap_or("an unknown kernel");
    let name = wish.into.file_name().unwrap_or_default().to_string_lossy();
    let processes = match wish.pids.len() {
        0 => "All processes.".to_owned(),
        _ => "Chosen processes only, the first among them.".to_owned(),
    };
    format!(
        "# {name}\n\nCaptured with `cargo xtask capture` from a machine with Linux {kernel}; the moment is in `facts.toml`.\n\n\
        - {processes} `environ`, `maps` and `smaps` are not saved.\n\
        - Blanked: the names of people and of the machine, network addresses (the last number of each is kept), serial\n  \
        numbers, identifiers, arguments that look like secrets or are long.\n\
        - git keeps no empty directory: where a process has no `fd`, the directory is empty or may not be read.\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRETS: &[&str] = &[
        "hunter2",
        "s3cr3t",
        "tok-9f8e",
        "grace",
        "enigma",
        "52:54:00:aa:bb:cc",
        "203.0.113.77",
        "2001:470:1f0b",
        "SN-778899",
        "Grace Hopper",
        "4d71CB0A",
        "deadbeefdeadbeefdeadbeef",
        "gw.corp.example",
        "c0ffee00-1234-4321-abcd-0123456789ab",
        "4D710CCB",
    ];

    fn put(root: &Path, path: &str, bytes: impl AsRef<[u8]>) {
        sh::write(&root.join(path), bytes).unwrap();
    }

    fn link(root: &Path, path: &str, target: &str) {
        let path = root.join(path);
        sh::make_dir(path.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(target, path).unwrap();
    }

    /// A machine that belongs to somebody.
    fn machine(root: &Path) {
        put(root, "facts.toml", "page_size = 4096\nticks_per_second = 100\ncaptured_at = 1\n");
        put(
            root,
            "etc/passwd",
            "root:x:0:0:root:/root:/bin/sh\ngrace:x:1000:1000:Grace Hopper:/home/grace:/bin/sh\n",
        );
        put(root, "etc/hostname", "enigma\n");
        put(root, "proc/version", "Linux version 6.8.0 (grace@enigma) #1\n");
        put(
            root,
            "proc/cmdline",
            "root=UUID=c0ffee00-1234-4321-abcd-0123456789ab ip=203.0.113.77\n",
        );
        put(root, "proc/sys/kernel/hostname", "enigma\n");
        put(root, "proc/stat", "cpu  1 2 3 4\nbtime 5\n");
        put(
            root,
            "proc/net/tcp",
            "  sl  local_address rem_address   st\n   0: 4D7100CB:0016 4D710CCB:C001 01 0:0 0:0 0 1000 0 77\n",
        );
        put(root, "proc/42/stat", "42 (sh) S 1 42 42 0 -1 0\n");
        put(
            root,
            "proc/42/cmdline",
            "tool\0--password=hunter2\0--token\0tok-9f8e\0http://grace:s3cr3t@gw.corp.example/\0-v\0",
        );
        put(root, "proc/42/environ", "API=s3cr3t\0");
        put(root, "proc/42/cgroup", "0::/docker/deadbeefdeadbeefdeadbeefdeadbeef\n");
        link(root, "proc/42/cwd", "/home/grace/src");
        link(root, "proc/42/fd/3", "socket:[77]");
        put(root, "sys/class/net/eth0/address", "52:54:00:aa:bb:cc\n");
        put(root, "proc/net/if_inet6", "200104701f0b00000000000000000007 02 40 00 80     eth0\n");
        put(root, "sys/class/power_supply/BAT0/serial_number", "SN-778899\n");
        put(root, "sys/class/power_supply/BAT0/capacity", "80\n");
        put(
            root,
            "sys/class/power_supply/BAT0/uevent",
            "POWER_SUPPLY_SERIAL_NUMBER=SN-778899\nPOWER_SUPPLY_CAPACITY=80\n",
        );
        put(root, "run/systemd/sessions/2", "USER=grace\nREMOTE_HOST=gw.corp.example\nTTY=pts/0\n");
        let mut utmp = vec![0; 384];
        utmp[0] = 7;
        utmp[44..49].copy_from_slice(b"grace");
        utmp[76..91].copy_from_slice(b"gw.corp.example");
        put(root, "run/utmp", utmp);
    }

    fn everything(dir: &Path, out: &mut Vec<(PathBuf, Vec<u8>)>) {
        for entry in std::fs::read_dir(dir).unwrap().map(std::result::Result::unwrap) {
            let (path, kind) = (entry.path(), entry.file_type().unwrap());
            if kind.is_dir() {
                everything(&path, out);
            } else if kind.is_symlink() {
                let target = std::fs::read_link(&path).unwrap();
                out.push((path, target.to_string_lossy().into_owned().into_bytes()));
            } else {
                out.push((path.clone(), std::fs::read(&path).unwrap()));
            }
        }
    }

    #[test]
    fn a_capture_holds_no_secret_of_the_machine() {
        let scratch = tempfile::tempdir().unwrap();
        let (root, into) = (scratch.path().join("root"), scratch.path().join("into"));
        machine(&root);
        capture(&Wish { into: into.clone(), root, pids: Vec::new(), hide: Vec::new() }).unwrap();
        let mut saved = Vec::new();
        everything(&into, &mut saved);
        for (path, bytes) in &saved {
            let text = format!("{} {}", path.display(), String::from_utf8_lossy(bytes));
            let text = text.to_lowercase();
            for secret in SECRETS {
                assert!(
                    !text.contains(&secret.to_lowercase()),
                    "{secret} is in {}",
                    path.display()
                );
            }
        }
        // What is no secret is there, in its shape.
        let read = |path: &str| std::fs::read(into.join(path)).unwrap();
        assert_eq!(
            read("proc/42/cmdline"),
            b"tool\0--password=***\0--token\0***\0http://***@***/\0-v\0"
        );
        assert_eq!(read("sys/class/net/eth0/address"), b"02:00:5e:00:53:cc\n");
        assert_eq!(read("sys/class/power_supply/BAT0/capacity"), b"80\n");
        assert_eq!(read("etc/hostname"), b"host\n");
        assert_eq!(
            std::fs::read_link(into.join("proc/42/cwd")).unwrap(),
            Path::new("/home/user1/src")
        );
        assert!(
            read("proc/net/tcp")
                .ends_with(b" 0: 4D0200C0:0016 4D0200C0:C001 01 0:0 0:0 0 1000 0 77\n")
        );
        assert!(!into.join("proc/42/environ").exists());
    }

    #[test]
    fn nothing_is_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let error = run(&[dir.path().display().to_string()]).unwrap_err();
        assert!(error.ends_with("is already there"));
    }
}
