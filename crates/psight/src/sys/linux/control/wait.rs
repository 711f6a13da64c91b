//! Waiting: one poll(2) over as many pidfds as there may be, and a look now and then at the rest.

use std::ops::ControlFlow;
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{
    Pid as RawPid, Resource, WaitId, WaitIdOptions, WaitIdStatus, getrlimit, waitid,
};

use super::super::process::Raw;
use super::super::{ffi, pidfd};
use super::{Open, open, target};
use crate::process::{ExitStatus, Signal};
use crate::{ErrorKind, Process, Result};

/// The pauses between two looks: they grow from the one to the other.
const SHORTEST: Duration = Duration::from_micros(100);
const LONGEST: Duration = Duration::from_millis(40);
/// How much longer the longest pause is for each process that is looked at, so that thousands of them do not keep a
/// CPU busy.
const FOR_EACH: Duration = Duration::from_micros(100);

// pidfd_open(2), poll(2), waitid(2)
pub(crate) fn wait(
    processes: &[&Process],
    deadline: Option<Instant>,
    ended: &mut dyn FnMut(usize, Option<ExitStatus>) -> ControlFlow<()>,
    signalled: &mut dyn FnMut() -> ControlFlow<()>,
) -> Result<()> {
    // The other half is for the rest of the program, and for what is called with each process that ends.
    let limit = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX) / 2;
    let room = usize::try_from(limit).unwrap_or(usize::MAX);
    watch(processes, deadline, (ended, signalled), room, &open)
}

/// What is called with the index of each process that ended, and what is asked after a signal.
type Calls<'a> = (
    &'a mut dyn FnMut(usize, Option<ExitStatus>) -> ControlFlow<()>,
    &'a mut dyn FnMut() -> ControlFlow<()>,
);

fn watch(
    processes: &[&Process],
    deadline: Option<Instant>,
    (ended, signalled): Calls<'_>,
    mut room: usize,
    open: &Open,
) -> Result<()> {
    let mut left = Vec::with_capacity(processes.len());
    for (index, process) in processes.iter().enumerate() {
        let pid = target(process, "wait")?;
        left.push(Watched { index, process, pid, how: How::Unopened });
    }
    let mut pause = Duration::ZERO;
    while !left.is_empty() {
        for watched in left.iter_mut().filter(|watched| matches!(watched.how, How::Unopened)) {
            if room == 0 {
                break;
            }
            watched.how = watched.begin(open, &mut room);
        }
        let timeout = shorter(remaining(deadline), pause_for(&left, pause));
        let Some(events) = events(&left, timeout, signalled) else { break };
        let mut event = events.into_iter();
        let mut flow = ControlFlow::Continue(());
        left.retain_mut(|watched| match watched.look(event.next().flatten()) {
            None => true,
            Some(status) => {
                room += usize::from(watched.has_pidfd());
                watched.how = How::Refused;
                if ended(watched.index, status).is_break() {
                    flow = ControlFlow::Break(());
                }
                false
            }
        });
        if flow.is_break() || remaining(deadline) == Some(Duration::ZERO) {
            break;
        }
        pause = pause.saturating_mul(2).max(SHORTEST);
    }
    Ok(())
}

/// A process that has not ended yet.
struct Watched<'a> {
    index: usize,
    process: &'a Process,
    pid: RawPid,
    how: How,
}

enum How {
    /// There was no room for a pidfd yet.
    Unopened,
    /// The kernel tells.
    Pidfd(OwnedFd),
    /// It has exited, and whose child it is has not asked how. Newer kernels (6.9) tell when that happens.
    Exited(OwnedFd),
    /// There is no pidfd, and will be none.
    Refused,
    /// It was gone when it was first looked at.
    Gone,
}

impl Watched<'_> {
    fn begin(&self, open: &Open, room: &mut usize) -> How {
        match open(self.pid) {
            // Looked at after the pidfd is open, so that this pidfd is of this process.
            Ok(pidfd) => match presence(self.process) {
                Presence::Gone => How::Gone,
                Presence::There => {
                    *room -= 1;
                    How::Pidfd(pidfd)
                }
                // It was the last descriptor: leave it for the looks.
                Presence::Unknown => {
                    *room = 0;
                    How::Unopened
                }
            },
            Err(Errno::MFILE | Errno::NFILE) => {
                *room = 0;
                How::Unopened
            }
            // Not known to the kernel (before 5.3), not allowed, or a race with its end (ESRCH, EINVAL).
            Err(_) => How::Refused,
        }
    }

    fn has_pidfd(&self) -> bool {
        matches!(self.how, How::Pidfd(_) | How::Exited(_))
    }

    /// How it ended, if it has; `event` is what poll(2) said of its pidfd.
    fn look(&mut self, event: Option<PollFlags>) -> Option<Option<ExitStatus>> {
        match &self.how {
            How::Gone => Some(None),
            How::Unopened | How::Refused => self.look_by_pid(),
            How::Pidfd(_) if event.is_none_or(|event| event.is_empty()) => None,
            How::Pidfd(pidfd) | How::Exited(pidfd) => {
                let ended = match reap_pidfd(pidfd) {
                    Ok(status) => status.map(Some),
                    // 5.3 has pidfds and does not wait for them.
                    Err(Errno::INVAL) => self.look_by_pid(),
                    Err(_) => {
                        let hung_up = event.is_some_and(|event| event.contains(PollFlags::HUP));
                        (hung_up || presence(self.process) == Presence::Gone).then_some(None)
                    }
                };
                if ended.is_some() {
                    return ended;
                }
                self.how = match std::mem::replace(&mut self.how, How::Refused) {
                    How::Pidfd(pidfd) => How::Exited(pidfd),
                    how => how,
                };
                None
            }
        }
    }

    fn look_by_pid(&self) -> Option<Option<ExitStatus>> {
        // Before it is waited for: another child may have the pid, and its status is not ours to take.
        // Where no descriptor is left to look with, the pid alone must do.
        if presence(self.process) == Presence::Gone {
            return Some(None);
        }
        match reap(WaitId::Pid(self.pid)) {
            Ok(Some(status)) => Some(Some(status)),
            Ok(None) => None,
            Err(_) => {
                let asked = ffi::kill(self.pid.as_raw_pid(), 0);
                let gone = asked.is_err_and(|error| error.raw_os_error() == Some(libc::ESRCH));
                gone.then_some(None)
            }
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Presence {
    /// It has its pid, perhaps as a zombie.
    There,
    /// Nobody has the pid, or another process has.
    Gone,
    /// It could not be read (no descriptor left).
    Unknown,
}

// stat, starttime
fn presence(process: &Process) -> Presence {
    match Raw::new(process.host(), process.pid()).start() {
        Ok(now) if process.start().is_none_or(|start| start == now) => Presence::There,
        Ok(_) => Presence::Gone,
        Err(error) => match error.kind() {
            ErrorKind::NoSuchProcess => Presence::Gone,
            ErrorKind::AccessDenied => Presence::There,
            _ => Presence::Unknown,
        },
    }
}

/// How the child behind a pidfd ended, if it has. One that has stopped has not.
fn reap_pidfd(pidfd: &OwnedFd) -> std::result::Result<Option<ExitStatus>, Errno> {
    let answer = rustix::io::retry_on_intr(|| pidfd::wait(pidfd.as_fd()))?;
    Ok(answer.map(|(how, number)| match how {
        libc::CLD_EXITED => ExitStatus::Exited(number.cast_unsigned()),
        how => ExitStatus::Signaled {
            signal: Signal::new(number),
            core_dumped: how == libc::CLD_DUMPED,
        },
    }))
}

/// The same of the child with a pid.
fn reap(id: WaitId<'_>) -> std::result::Result<Option<ExitStatus>, Errno> {
    let ended = WaitIdOptions::EXITED | WaitIdOptions::NOHANG;
    let ask = |options| rustix::io::retry_on_intr(|| waitid(id.clone(), options));
    // Those too that were made to end without a signal. Since 4.7.
    let any = ended | WaitIdOptions::from_bits_retain(libc::__WALL.cast_unsigned());
    let answer = match ask(any) {
        Err(Errno::INVAL) => ask(ended),
        answer => answer,
    }?;
    Ok(answer.as_ref().and_then(exit_status))
}

fn exit_status(status: &WaitIdStatus) -> Option<ExitStatus> {
    if let Some(code) = status.exit_status() {
        return Some(ExitStatus::Exited(code.cast_unsigned()));
    }
    let signal = Signal::new(status.terminating_signal()?);
    Some(ExitStatus::Signaled { signal, core_dumped: status.dumped() })
}

/// Waits for one of the pidfds, at most for `timeout`. One answer for each of `left`, `None` for what has no pidfd; no
/// answer if `signalled` breaks it off.
fn events(
    left: &[Watched<'_>],
    timeout: Option<Duration>,
    signalled: &mut dyn FnMut() -> ControlFlow<()>,
) -> Option<Vec<Option<PollFlags>>> {
    let mut fds: Vec<PollFd<'_>> = left
        .iter()
        .filter_map(|watched| match &watched.how {
            How::Pidfd(pidfd) => Some(PollFd::new(pidfd, PollFlags::IN)),
            // It is readable for ever; POLLHUP comes without being asked for.
            How::Exited(pidfd) => Some(PollFd::new(pidfd, PollFlags::empty())),
            How::Unopened | How::Refused | How::Gone => None,
        })
        .collect();
    let until = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    let everything = loop {
        let timeout = remaining(until).and_then(|left| Timespec::try_from(left).ok());
        match poll(&mut fds, timeout.as_ref()) {
            Err(Errno::INTR) => {
                if signalled().is_break() {
                    return None;
                }
            }
            Ok(_) => break false,
            Err(_) => {
                // More descriptors than the limit is now, or no memory: look at each, after a pause.
                std::thread::sleep(
                    timeout.and_then(|t| t.try_into().ok()).unwrap_or(LONGEST).min(LONGEST),
                );
                // This pause goes on after a signal, so that there may have been one.
                if signalled().is_break() {
                    return None;
                }
                break true;
            }
        }
    };
    let mut answers = fds.iter().map(|fd| if everything { PollFlags::IN } else { fd.revents() });
    Some(
        left.iter()
            .map(|watched| if watched.has_pidfd() { answers.next() } else { None })
            .collect(),
    )
}

/// How long to wait before the next look at those that the kernel does not tell about; `None` if there are none.
fn pause_for(left: &[Watched<'_>], pause: Duration) -> Option<Duration> {
    let looked_at = left.iter().filter(|watched| !matches!(watched.how, How::Pidfd(_))).count();
    let longest =
        LONGEST.max(FOR_EACH.saturating_mul(u32::try_from(looked_at).unwrap_or(u32::MAX)));
    (looked_at > 0).then(|| pause.min(longest))
}

fn remaining(deadline: Option<Instant>) -> Option<Duration> {
    Some(deadline?.saturating_duration_since(Instant::now()))
}

fn shorter(one: Option<Duration>, other: Option<Duration>) -> Option<Duration> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{REFUSALS, Sleeper};
    use super::*;

    fn watched(
        processes: &[&Process],
        timeout: Duration,
        room: usize,
        open: &Open,
    ) -> Vec<(usize, Option<ExitStatus>)> {
        let mut ended = Vec::new();
        let deadline = Instant::now().checked_add(timeout);
        let mut add = |index, status| {
            ended.push((index, status));
            ControlFlow::Continue(())
        };
        let calls: Calls<'_> = (&mut add, &mut || ControlFlow::Continue(()));
        watch(processes, deadline, calls, room, open).unwrap();
        ended
    }

    const LONG: Duration = Duration::from_secs(30);

    #[test]
    fn t28_without_pidfds_a_child_is_waited_for_all_the_same() {
        for refusal in REFUSALS {
            let sleeper = Sleeper::new();
            let process = sleeper.process();
            let refuse = move |_| Err(refusal);
            assert_eq!(watched(&[&process], Duration::ZERO, 9, &refuse), [], "{refusal}");
            process.kill().unwrap();
            let killed = ExitStatus::Signaled { signal: Signal::KILL, core_dumped: false };
            let ended = watched(&[&process], LONG, 9, &refuse);
            assert_eq!(ended, [(0, Some(killed))], "{refusal}");
            assert_eq!(watched(&[&process], LONG, 9, &refuse), [(0, None)], "{refusal}");
        }
    }

    #[test]
    fn t28_a_child_that_ends_before_its_pidfd_is_open_has_its_status() {
        for race in [Errno::SRCH, Errno::INVAL] {
            let sleeper = Sleeper::new();
            let process = sleeper.process();
            let end_first = move |_| {
                sleeper.process().kill().unwrap();
                Err(race)
            };
            let ended = watched(&[&process], LONG, 9, &end_first);
            let signal = ended[0].1.and_then(ExitStatus::signal);
            assert_eq!(signal, Some(Signal::KILL), "{race}");
        }
    }

    #[test]
    fn t28_more_processes_than_pidfds_are_waited_for() {
        let sleepers: Vec<Sleeper> = (0..9).map(|_| Sleeper::new()).collect();
        let processes: Vec<Process> = sleepers.iter().map(Sleeper::process).collect();
        let all: Vec<&Process> = processes.iter().collect();
        assert_eq!(watched(&all, Duration::ZERO, 2, &open), []);
        for process in &processes[..8] {
            process.kill().unwrap();
        }
        let mut ended = Vec::new();
        let mut add = |index, status: Option<ExitStatus>| {
            ended.push((index, status.and_then(ExitStatus::signal)));
            if ended.len() == 8 {
                processes[8].terminate().unwrap();
            }
            ControlFlow::Continue(())
        };
        watch(&all, None, (&mut add, &mut || ControlFlow::Continue(())), 2, &open).unwrap();
        ended.sort_unstable();
        let expected: Vec<_> = (0..8)
            .map(|index| (index, Some(Signal::KILL)))
            .chain([(8, Some(Signal::TERM))])
            .collect();
        assert_eq!(ended, expected);
    }

    #[test]
    fn t26_a_process_whose_pid_another_has_is_gone_and_the_other_is_not_reaped() {
        let refuse = |_| Err(Errno::NOSYS);
        let kinds: [&Open; 2] = [&open, &refuse];
        for open in kinds {
            let sleeper = Sleeper::new();
            let process = sleeper.process();
            process.kill().unwrap();
            let ended = watched(&[&sleeper.predecessor()], LONG, 9, open);
            assert_eq!(ended, [(0, None)]);
            let status = process.wait(None).unwrap();
            assert_eq!(status.and_then(ExitStatus::signal), Some(Signal::KILL));
        }
    }
}
