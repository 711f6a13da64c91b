//! Commands that look at the machine again and again of themselves, to show what happens between two readings.

use std::thread;
use std::time::{Duration, Instant};

use super::{Context, Failure};
use crate::output::Format;

/// How often a command looks, and how long it waits in between.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rounds {
    pub(crate) pause: Duration,
    /// `None` until it is stopped.
    pub(crate) count: Option<u64>,
    /// Whether each picture begins on a clear screen, or after an empty line where there is none.
    pub(crate) apart: bool,
}

/// A reading, and how long it was after the one before.
#[derive(Debug)]
pub(crate) struct Reading<'a, T> {
    pub(crate) before: &'a T,
    pub(crate) now: &'a T,
    /// Zero on a captured machine, where no time passes.
    pub(crate) span: Duration,
}

impl Rounds {
    /// As often as was asked for; else for ever on a screen, and once for whoever reads what is no screen.
    pub(crate) fn new(pause: Duration, count: Option<u64>, context: &Context) -> Self {
        let screen = context.output.format == Format::Table
            && context.output.terminal.height.is_some()
            && !context.host.is_captured();
        Self { pause, count: count.or(if screen { None } else { Some(1) }), apart: true }
    }

    /// Reads, waits and reads again, and shows each reading beside the one before.
    pub(crate) fn between<T>(
        self,
        context: &mut Context,
        mut read: impl FnMut(&mut Context) -> Result<T, Failure>,
        mut show: impl FnMut(Reading<'_, T>, &mut Context) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let (mut before, mut then) = (read(context)?, Instant::now());
        let mut done = 0;
        while self.count.is_none_or(|count| done < count) {
            if context.host.is_captured() {
                let span = Duration::ZERO;
                return show(Reading { before: &before, now: &before, span }, context);
            }
            thread::sleep(self.pause);
            let (now, at) = (read(context)?, Instant::now());
            if self.apart {
                context.output.again(done == 0)?;
            }
            show(Reading { before: &before, now: &now, span: at.duration_since(then) }, context)?;
            (before, then) = (now, at);
            done += 1;
        }
        Ok(())
    }
}
