//! `psight top` in a real terminal, with keys that somebody presses: in tmux, on a server of its own that ends with each
//! test.
#![cfg(unix)]
#![allow(clippy::panic, clippy::print_stderr, clippy::unwrap_used, reason = "it is test code")]

mod common;

use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use common::{Ended, project};
use tempfile::TempDir;

/// How long anything may take on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(30);

/// A terminal with a shell in it.
struct Terminal {
    /// Holds the server's socket, so that no other server is met.
    folder: TempDir,
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.tmux(&["kill-server"]).output();
    }
}

impl Terminal {
    /// A terminal of this size; `None`, with a word about it, where there is no tmux.
    fn open(width: &str, height: &str) -> Option<Self> {
        if Command::new("tmux").arg("-V").output().is_err() {
            eprintln!("tmux is not installed: skipped");
            return None;
        }
        let terminal = Self { folder: tempfile::tempdir().unwrap() };
        let shell = [
            "env",
            "-i",
            "LC_ALL=C.UTF-8",
            "TERM=screen",
            "PS1=ready> ",
            "PATH=/usr/bin:/bin",
            "sh",
        ];
        let session = ["new-session", "-d", "-x", width, "-y", height];
        let started = terminal.tmux(&[&session[..], &shell].concat()).output().unwrap();
        assert!(started.status.success(), "{started:?}");
        terminal.shows("ready>");
        Some(terminal)
    }

    fn tmux(&self, arguments: &[&str]) -> Command {
        let mut tmux = Command::new("tmux");
        tmux.env_clear().env("PATH", "/usr/bin:/bin").env("TMUX_TMPDIR", self.folder.path());
        tmux.env("LC_ALL", "C.UTF-8").current_dir(project());
        tmux.args(["-u", "-L", "psight-top", "-f", "/dev/null"]).args(arguments);
        tmux
    }

    fn says(&self, arguments: &[&str]) -> String {
        let output = self.tmux(arguments).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn screen(&self) -> String {
        self.says(&["capture-pane", "-p"])
    }

    /// Presses keys by the names that tmux has for them.
    fn press(&self, keys: &[&str]) {
        self.says(&[&["send-keys"][..], keys].concat());
    }

    /// Types text, letter by letter.
    fn types(&self, text: &str) {
        self.says(&["send-keys", "-l", text]);
    }

    /// Waits until the screen is as it should be.
    fn until(&self, what: &str, is_so: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let screen = self.screen();
            if is_so(&screen) {
                return screen;
            }
            assert!(Instant::now() < deadline, "{what}:\n{screen}");
        }
    }

    /// Waits until `text` is on the screen.
    fn shows(&self, text: &str) -> String {
        self.until(text, |screen| screen.contains(text))
    }

    /// Starts `psight top` with these arguments from the shell, and says its pid.
    fn starts_top(&self, arguments: &str) -> String {
        let file = self.folder.path().join("pid");
        let program = env!("CARGO_BIN_EXE_psight");
        let line = format!("sh -c 'echo $$ >{}; exec {program} top {arguments}'", file.display());
        self.types(&line);
        self.press(&["Enter"]);
        self.shows("10Quit");
        fs::read_to_string(file).unwrap().trim().to_owned()
    }

    /// Waits until the shell is back, and says how the last program ended.
    fn ended(&self) -> String {
        let deadline = Instant::now() + PATIENCE;
        while self.says(&["display-message", "-p", "#{alternate_on}"]).trim() != "0" {
            assert!(Instant::now() < deadline, "{}", self.screen());
        }
        self.types("echo it ended with $?.");
        self.press(&["Enter"]);
        let said = |screen: &str| {
            let after = screen.rsplit("it ended with ").next()?;
            after.split_once('.').map(|(code, _)| code.to_owned())
        };
        let is_code = |code: String| code.parse::<u32>().is_ok();
        let screen = self.until("the end", |screen| said(screen).is_some_and(is_code));
        said(&screen).unwrap()
    }

    /// Whether the shell has the terminal as it was: its own screen, a cursor, no mouse, and a line discipline that echoes.
    fn is_clean(&self) {
        let flags = "#{alternate_on} #{cursor_flag} #{mouse_any_flag}";
        let deadline = Instant::now() + PATIENCE;
        while self.says(&["display-message", "-p", flags]).trim() != "0 1 0" {
            assert!(Instant::now() < deadline, "{}", self.says(&["display-message", "-p", flags]));
        }
        self.types("stty -a");
        self.press(&["Enter"]);
        let settings = self.until("settings", |screen| screen.contains("echoke"));
        let words: Vec<&str> = settings.split_whitespace().collect();
        for word in ["icanon", "echo", "isig", "icrnl", "opost"] {
            assert!(words.contains(&word), "{word}: {settings}");
        }
    }
}

/// A process that does nothing, and that no other has the arguments of.
fn sleeper(seconds: &str) -> Ended {
    Ended(Command::new("sleep").arg(seconds).stdin(Stdio::null()).spawn().unwrap())
}

#[test]
fn a_reader_sorts_filters_looks_into_a_process_kills_it_and_goes() {
    let Some(terminal) = Terminal::open("80", "24") else { return };
    let mut child = sleeper("987654.25");
    terminal.types("echo what was here before");
    terminal.press(&["Enter"]);
    terminal.starts_top("-d 0.2");
    terminal.types("M");
    terminal.shows("▼MEM%");
    terminal.press(&["F5"]);
    terminal.shows("└─");
    terminal.press(&["F5"]);
    terminal.press(&["F4"]);
    terminal.types("987654.25");
    terminal.press(&["Enter"]);
    terminal.until("one row", |screen| {
        screen.contains("sleep 987654.25")
            && screen.contains("Filter 987654.25")
            && !screen.contains("psight top")
    });
    terminal.press(&["Enter"]);
    terminal.shows("[Process]");
    terminal.press(&["Tab"]);
    terminal
        .until("its files", |screen| screen.contains("[Files]") && screen.contains("/dev/null"));
    terminal.press(&["q"]);
    terminal.press(&["k"]);
    terminal.shows("SIGTERM");
    terminal.press(&["Enter"]);
    terminal.shows(&format!("Send SIGTERM to sleep ({})?", child.0.id()));
    assert_eq!(child.0.try_wait().unwrap(), None, "nothing is sent before the answer");
    terminal.types("y");
    terminal.shows(&format!("Sent SIGTERM to sleep ({})", child.0.id()));
    let deadline = Instant::now() + PATIENCE;
    let status = loop {
        if let Some(status) = child.0.try_wait().unwrap() {
            break status;
        }
        assert!(Instant::now() < deadline, "it was not killed");
    };
    assert_eq!(status.signal(), Some(15));
    terminal.press(&["Escape"]);
    terminal.until("all again", |screen| !screen.contains("Filter 987654.25"));
    terminal.says(&["resize-window", "-x", "40", "-y", "10"]);
    let small = terminal.until("a small screen", |screen| {
        screen.lines().count() == 10
            && screen.lines().last().is_some_and(|line| line.ends_with("F10Quit"))
    });
    assert!(small.lines().any(|line| line.contains("PID S  CPU% ▼MEM% COMMAND")), "{small}");
    terminal.types("q");
    assert_eq!(terminal.ended(), "0");
    terminal.says(&["resize-window", "-x", "80", "-y", "24"]);
    terminal.shows("what was here before");
    terminal.is_clean();
}

#[test]
fn a_signal_leaves_the_terminal_as_it_was_and_whoever_waits_learns_of_it() {
    for (signal, ended) in [("TERM", "143"), ("INT", "130"), ("HUP", "129")] {
        let Some(terminal) = Terminal::open("80", "24") else { return };
        let pid = terminal.starts_top("");
        assert!(Command::new("kill").args(["-s", signal, &pid]).status().unwrap().success());
        assert_eq!(terminal.ended(), ended, "{signal}");
        terminal.is_clean();
    }
}

#[test]
fn a_panic_leaves_the_terminal_as_it_was_and_its_message_is_read() {
    // What is handed out has no panic on purpose.
    if !cfg!(debug_assertions) {
        return;
    }
    let Some(terminal) = Terminal::open("80", "24") else { return };
    terminal
        .types(&format!("PSIGHT_TEST_PANIC=1 {} top; echo ended $?", env!("CARGO_BIN_EXE_psight")));
    terminal.press(&["Enter"]);
    let screen = terminal.shows("ended 101");
    assert!(screen.contains("a panic on purpose"), "{screen}");
    terminal.is_clean();
}

#[test]
fn it_stops_and_goes_on_as_the_shell_wants() {
    let Some(terminal) = Terminal::open("80", "24") else { return };
    let pid = terminal.starts_top("");
    terminal.press(&["C-z"]);
    terminal.until("the shell", |screen| screen.contains("Stopped") && !screen.contains("10Quit"));
    terminal.is_clean();
    terminal.types("fg");
    terminal.press(&["Enter"]);
    terminal.shows("10Quit");
    // The same from elsewhere.
    assert!(Command::new("kill").args(["-s", "TSTP", &pid]).status().unwrap().success());
    terminal.until("the shell", |screen| screen.contains("Stopped") && !screen.contains("10Quit"));
    terminal.is_clean();
    terminal.types("fg");
    terminal.press(&["Enter"]);
    terminal.shows("10Quit");
    terminal.types("q");
    terminal.is_clean();
}

#[test]
fn t81_a_name_that_drives_terminals_is_shown_and_not_obeyed() {
    // Wide enough for the folder that the program is in, wherever that is.
    let Some(terminal) = Terminal::open("240", "30") else { return };
    let program = terminal.folder.path().join("a\x1b]2;owned\x07\u{202e}b");
    assert!(Command::new("cp").arg("/bin/sleep").arg(&program).status().unwrap().success());
    let spawned = Command::new(&program).arg("987655.5").spawn();
    let child = Ended(spawned.unwrap());
    terminal.starts_top(&format!("-d 0.2 -p {}", child.0.id()));
    terminal.shows("/a\\x1b]2;owned\\x07\\u{202e}b 987655.5");
    terminal.types("k");
    terminal.shows("Signal to a\\x1b]2;owned\\x07");
    terminal.types("q");
    terminal.press(&["Enter"]);
    terminal.shows("[Process]");
    assert_ne!(terminal.says(&["display-message", "-p", "#{pane_title}"]).trim(), "owned");
    terminal.press(&["C-c"]);
    terminal.is_clean();
}

#[test]
fn without_a_terminal_it_says_what_to_do_instead() {
    let output = common::run(&["top"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "psight: top draws on a terminal, and the output is none: -b prints frame by frame\n"
    );
}
