//! Signals to many processes: in which order, to whom not, and what is waited for.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use clap::Args;
use psight::process::{Signal, Status, wait_procs};
use psight::{Pid, Process};

use super::family::{Frozen, frozen, thaw, with_descendants};
use super::{Deed, Outcome, Protected, Reach, Target};
use crate::commands::{Context, Failure};
use crate::human;

/// How the commands that send signals go about it.
#[derive(Debug, Default, Args)]
pub(crate) struct Manner {
    /// Everything that they started as well, stopped before the first is signalled so that none escapes.
    #[arg(long)]
    tree: bool,
    /// Show who would get what, and do nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Wait until they have ended, for SECONDS at most; what is still there then is named, and the exit code is 1.
    #[arg(
        long,
        value_name = "SECONDS",
        num_args = 0..=1,
        require_equals = true,
        value_parser = human::seconds
    )]
    wait: Option<Option<Duration>>,
    /// Send this signal to what is still there after --wait (else after 5 seconds), and wait again.
    #[arg(long, value_name = "SIGNAL")]
    then: Option<Signal>,
    /// Also the first process, psight itself, and by name or pattern what psight was started from.
    #[arg(long)]
    even_protected: bool,
}

/// How long `--then` waits where nobody says.
const PATIENCE: Duration = Duration::from_secs(5);

impl Manner {
    /// The same, which waits as long as it takes unless said otherwise.
    pub(crate) fn waiting(self, wait: bool) -> Self {
        Self { wait: self.wait.or(wait.then_some(None)), ..self }
    }

    /// How long to wait: not at all, for ever, or so long.
    fn patience(&self) -> Option<Option<Duration>> {
        match (self.wait, self.then) {
            (None | Some(None), Some(_)) => Some(Some(PATIENCE)),
            (wait, _) => wait,
        }
    }
}

/// Sends `signal` to each of `targets`, and says what became of each.
///
/// With `--tree` a signal that ends processes finds the whole tree standing still. Parents get it before their children
/// and go on before them, so that none takes the end of its children for an accident and starts new ones.
pub(crate) fn signal(
    context: &Context,
    targets: Vec<Target>,
    signal: Signal,
    manner: &Manner,
) -> Result<Vec<Deed>, Failure> {
    let host = &context.host;
    let protected = Protected::of(host)?;
    let (targets, stopped) = if manner.tree {
        // What is left alone keeps its children as well, unless these are meant themselves.
        let (spared, roots): (Vec<_>, Vec<_>) =
            targets.into_iter().partition(|target| is_spared(target, &protected, signal, manner));
        let (meant, stopped) = if ENDING.contains(&signal) && !manner.dry_run {
            let Frozen { targets, stopped } = frozen(host, roots, &protected)?;
            (targets, stopped)
        } else {
            (with_descendants(host, roots)?, Vec::new())
        };
        (spared.into_iter().chain(meant).collect(), stopped)
    } else {
        (targets, Vec::new())
    };
    let mut deeds = send(targets, &protected, signal, manner);
    thaw(&stopped);
    if let (Some(patience), false) = (manner.patience(), manner.dry_run) {
        wait(&mut deeds, patience)?;
        if let Some(then) = manner.then {
            escalate(&mut deeds, then, patience)?;
        }
    }
    Ok(deeds)
}

/// Signals that are sent to end a process, caught or not.
const ENDING: [Signal; 6] =
    [Signal::HUP, Signal::INT, Signal::QUIT, Signal::ABRT, Signal::KILL, Signal::TERM];

/// Signal 0 does nothing, so nobody has to be protected from it.
fn is_spared(target: &Target, protected: &Protected, signal: Signal, manner: &Manner) -> bool {
    signal.number() != 0 && !manner.even_protected && protected.why(target, Reach::Signal).is_some()
}

fn send(
    mut targets: Vec<Target>,
    protected: &Protected,
    signal: Signal,
    manner: &Manner,
) -> Vec<Deed> {
    // psight itself last, or the others would never get theirs.
    targets.sort_by_key(|target| protected.is_own(target.pid()));
    let mut deeds = Vec::with_capacity(targets.len());
    let mut meant = Vec::with_capacity(targets.len());
    for target in targets {
        if is_spared(&target, protected, signal, manner) {
            let why = protected.why(&target, Reach::Signal).unwrap_or_default();
            deeds.push(Deed { target, action: signal_word(signal), outcome: Outcome::Spared(why) });
        } else {
            meant.push(target);
        }
    }
    deeds.extend(Deed::each(meant, &signal_word(signal), manner.dry_run, |process| {
        process.send_signal(signal)
    }));
    deeds
}

/// What is done, in a word.
pub(super) fn signal_word(signal: Signal) -> String {
    if signal.number() == 0 { "signal 0".to_owned() } else { signal.to_string() }
}

/// How often is looked whether one that has not gone has become a zombie: of that no system tells.
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

/// Waits for those that got the signal. One that has exited has ended, whether its parent ever asks how or not: in many
/// containers the first process, which adopts all orphans, never does.
fn wait(deeds: &mut [Deed], patience: Option<Duration>) -> Result<(), Failure> {
    let is_waited_for = |deed: &&mut Deed| {
        matches!(deed.outcome, Outcome::Done | Outcome::Remains)
            && deed.target.pid().as_u32() != std::process::id()
    };
    let meant = deeds.iter_mut().filter(is_waited_for);
    let mut alive: Vec<Process> = meant.map(|deed| deed.target.process.clone()).collect();
    let deadline = patience.and_then(|patience| Instant::now().checked_add(patience));
    loop {
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let pause = left.map_or(BETWEEN_LOOKS, |left| left.min(BETWEEN_LOOKS));
        let waited = wait_procs(&alive, Some(pause), |_| {})?;
        alive = waited.alive.into_iter().filter(|process| !is_over(process)).cloned().collect();
        if alive.is_empty() || left.is_some_and(|left| left.is_zero()) {
            break;
        }
    }
    let alive: HashSet<Pid> = alive.iter().map(Process::pid).collect();
    for deed in deeds.iter_mut().filter(is_waited_for) {
        let remains = alive.contains(&deed.target.pid());
        deed.outcome = if remains { Outcome::Remains } else { Outcome::Ended };
    }
    Ok(())
}

/// Whether nothing of the process runs any more. A main thread may have exited before the others.
fn is_over(process: &Process) -> bool {
    process.status().is_ok_and(|status| status == Status::Zombie)
        && process.num_threads().is_ok_and(|threads| threads <= 1)
}

/// Sends the second signal to those that the first has not ended.
fn escalate(deeds: &mut [Deed], then: Signal, patience: Option<Duration>) -> Result<(), Failure> {
    for deed in deeds.iter_mut().filter(|deed| deed.outcome == Outcome::Remains) {
        deed.action = format!("{}, {}", deed.action, signal_word(then));
        deed.outcome = match Outcome::of(deed.target.process.send_signal(then)) {
            Outcome::Gone => Outcome::Ended,
            outcome => outcome,
        };
    }
    wait(deeds, patience)
}
