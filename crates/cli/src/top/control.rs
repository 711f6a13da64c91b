//! Changing processes. Each is meant by its pid and its start, so that nobody who has the pid since is hit.

use psight::process::{IoClass, Signal};
use psight::{Host, Process};

use crate::line::{Line, Paint};

const ENDED: &str = "it has ended";

/// A process that is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) pid: u32,
    pub(crate) start: Option<u64>,
    pub(crate) name: Vec<u8>,
    pub(crate) nice: Option<i32>,
}

/// A change to a process.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Control {
    Signal(Signal),
    Nice(i32),
    IoNice(IoClass, Option<u8>),
    Affinity(Vec<u32>),
}

impl Control {
    /// The beginning of the question whether to do it.
    pub(crate) fn question(&self) -> String {
        match self {
            Self::Signal(_) => format!("Send {} to", self.value()),
            Self::Nice(_) => format!("Set the nice value {} for", self.value()),
            Self::IoNice(..) => format!("Set the rank at the disks to {} for", self.value()),
            Self::Affinity(_) => format!("Allow {} alone for", self.value()),
        }
    }

    /// The beginning of what is said when it is done.
    fn report(&self) -> String {
        match self {
            Self::Signal(_) => format!("Sent {} to ", self.value()),
            Self::Nice(_) => format!("Nice value {} for ", self.value()),
            Self::IoNice(..) => format!("Rank at the disks {} for ", self.value()),
            Self::Affinity(_) => format!("{} alone for ", self.value()),
        }
    }

    /// What it sets, or sends.
    pub(crate) fn value(&self) -> String {
        match self {
            Self::Signal(signal) => signal.to_string(),
            Self::Nice(nice) => nice.to_string(),
            Self::IoNice(class, rank) => {
                let class = match class {
                    IoClass::None => "none: as the nice value says".to_owned(),
                    IoClass::RealTime => "real time".to_owned(),
                    IoClass::BestEffort => "best effort".to_owned(),
                    IoClass::Idle => "idle: when nobody else wants them".to_owned(),
                    other => other.to_string(),
                };
                match rank {
                    Some(0) => format!("{class} 0 (first)"),
                    Some(7) => format!("{class} 7 (last)"),
                    Some(rank) => format!("{class} {rank}"),
                    None => class,
                }
            }
            Self::Affinity(cpus) => {
                let numbers: Vec<_> = cpus.iter().map(u32::to_string).collect();
                let what = if cpus.len() == 1 { "CPU" } else { "CPUs" };
                format!("{what} {}", numbers.join(","))
            }
        }
    }

    fn done_to(&self, process: &Process) -> psight::Result<()> {
        match self {
            Self::Signal(signal) => process.send_signal(*signal),
            Self::Nice(nice) => process.set_nice(*nice),
            Self::IoNice(class, rank) => process.set_ionice(*class, *rank),
            Self::Affinity(cpus) => process.set_cpu_affinity(cpus),
        }
    }
}

impl Target {
    /// The name and the pid.
    pub(crate) fn named(&self) -> Line {
        let line = Line::new().with_bytes(Paint::Strong, &self.name);
        line.with(Paint::Plain, format!(" ({})", self.pid))
    }

    /// The process itself.
    ///
    /// # Errors
    ///
    /// Why it cannot be reached: that it has ended, also where its pid is another's now.
    pub(crate) fn process(&self, host: &Host) -> Result<Process, String> {
        let process = host.process(self.pid).map_err(|error| reason(&error))?;
        // From here on the library sees to it that this one is meant; that it is the one that was shown, is up to us.
        if self.start.is_some() && process.start_ticks().ok() != self.start {
            return Err(ENDED.to_owned());
        }
        Ok(process)
    }
}

/// Does it to all of them, and says what came of it.
pub(crate) fn perform(host: &Host, control: &Control, targets: &[Target]) -> Line {
    let mut refused = Vec::new();
    for target in targets {
        let done = target
            .process(host)
            .and_then(|process| control.done_to(&process).map_err(|error| reason(&error)));
        if let Err(why) = done {
            refused.push((target, why));
        }
    }
    let done = targets.len() - refused.len();
    let Some((target, why)) = refused.first() else {
        let line = Line::new().with(Paint::Good, control.report());
        return match targets {
            [one] => {
                let mut line = line;
                line.append(one.named());
                line
            }
            _ => line.with(Paint::Plain, format!("{done} processes")),
        };
    };
    let mut line = Line::new();
    if done > 0 {
        line.push(Paint::Plain, format!("{}{done} of {}; ", control.report(), targets.len()));
    }
    line.append(target.named());
    line.with(Paint::Bad, format!(": {why}"))
}

/// Why something was refused, in the reader's words where there are some.
pub(crate) fn reason(error: &psight::Error) -> String {
    if error.is_gone() {
        ENDED.to_owned()
    } else if error.is_denied() {
        "permission denied".to_owned()
    } else {
        error.to_string()
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::process::{Child, Command};

    use super::*;

    struct Guard(Child);

    impl Drop for Guard {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    #[test]
    fn t26_whoever_has_the_pid_since_is_not_hit() {
        let mut child = Guard(Command::new("sleep").arg("1000").spawn().unwrap());
        let pid = child.0.id();
        // The process that was looked at started with the machine, and was called something nasty.
        let target = Target { pid, start: Some(1), name: b"old\x1b[2J".to_vec(), nice: None };
        let said = perform(&Host::local(), &Control::Signal(Signal::KILL), &[target]);
        assert_eq!(said.render(false), format!("old\\x1b[2J ({pid}): it has ended"));
        assert_eq!(child.0.try_wait().unwrap(), None);
    }

    #[test]
    fn what_cannot_be_done_says_why_and_what_can_be_is_done() {
        let child = Guard(Command::new("sleep").arg("1000").spawn().unwrap());
        let pid = child.0.id();
        let start = Host::local().process(pid).unwrap().start_ticks().ok();
        let mine = Target { pid, start, name: b"sleep".to_vec(), nice: Some(0) };
        let gone = Target { pid: u32::MAX / 4, start: Some(1), name: b"gone".to_vec(), nice: None };
        let said = perform(&Host::local(), &Control::Nice(19), &[mine, gone]);
        let gone = format!("gone ({}): it has ended", u32::MAX / 4);
        assert_eq!(said.render(false), format!("Nice value 19 for 1 of 2; {gone}"));
        assert_eq!(Host::local().process(pid).unwrap().nice().unwrap(), 19);
    }
}
