//! A child that does what it is told, line by line, and says what it knows of itself: this test program once more.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use psight::Process;

/// The test that a child runs.
const NAME: &str = "child::a_child_does_what_it_is_told";
const TOLD: &str = "PSIGHT_TEST_CHILD";

pub(crate) struct Told {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
}

impl Told {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    /// A child whose command was changed before it was started.
    pub(crate) fn with(change: impl FnOnce(&mut Command)) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args([NAME, "--exact", "--nocapture", "--test-threads=1"]).env(TOLD, "1");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        change(&mut command);
        let mut child = command.spawn().unwrap();
        let stdin = child.stdin.take();
        let lines = reader(child.stdout.take().unwrap());
        let told = Self { child, stdin, lines };
        while told.line(Duration::from_secs(30)).expect("the child starts") != "ready" {}
        told
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn process(&self) -> Process {
        Process::new(self.pid()).unwrap()
    }

    /// Tells it something.
    pub(crate) fn tell(&mut self, words: &str) {
        let stdin = self.stdin.as_mut().unwrap();
        writeln!(stdin, "{words}").unwrap();
        stdin.flush().unwrap();
    }

    /// Its next line, if there is one in time.
    pub(crate) fn line(&self, within: Duration) -> Option<String> {
        self.lines.recv_timeout(within).ok()
    }

    /// Tells it something, and gives what it answers.
    pub(crate) fn ask(&mut self, words: &str) -> String {
        self.tell(words);
        self.line(Duration::from_secs(30)).expect("the child answers")
    }
}

/// A child ends when nobody has anything to tell it.
impl Drop for Told {
    fn drop(&mut self) {
        self.stdin = None;
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A program that ends with the test at the latest.
pub(crate) struct Kept(pub(crate) Child);

impl Drop for Kept {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn reader(stdout: ChildStdout) -> Receiver<String> {
    let (send, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            if send.send(line).is_err() {
                return;
            }
        }
    });
    lines
}

/// As a test it does nothing; as a child it reads what it is told.
#[test]
fn a_child_does_what_it_is_told() {
    if std::env::var_os(TOLD).is_none() {
        return;
    }
    let mut held = Vec::new();
    println!("\nready");
    for line in std::io::stdin().lines().map_while(Result::ok) {
        let (word, rest) = line.split_once(' ').unwrap_or((&line, ""));
        match word {
            "ping" => println!("pong"),
            "cwd" => println!("{}", std::env::current_dir().unwrap().display()),
            "hold" => {
                held.push(vec![1_u8; rest.parse::<usize>().unwrap()]);
                println!("held");
            }
            "work" => {
                let end = std::time::Instant::now() + Duration::from_millis(rest.parse().unwrap());
                while std::time::Instant::now() < end {
                    std::hint::black_box(held.len());
                }
                println!("worked");
            }
            "threads" => {
                for _ in 0..rest.parse::<usize>().unwrap() {
                    std::thread::spawn(std::thread::park);
                }
                println!("started");
            }
            "listen" => {
                crate::ffi::listen_to_ctrl_c();
                println!("listening");
            }
            "open" => {
                Box::leak(Box::new(std::fs::File::open(rest).unwrap()));
                println!("opened");
            }
            "exit" => std::process::exit(rest.parse().unwrap()),
            other => println!("what is {}?", OsStr::new(other).display()),
        }
    }
}
