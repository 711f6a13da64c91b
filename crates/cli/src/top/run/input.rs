//! What comes from outside: keys, the mouse, the size of the terminal, signals. All of it comes through one channel, so
//! that the program sleeps until there is something to do.

use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use ratatui::crossterm::event::{self, Event};

/// What came.
#[cfg_attr(not(unix), allow(dead_code, reason = "not every system has signals"))]
pub(super) enum Input {
    Event(Event),
    Interrupt(Interrupt),
    /// The terminal is gone.
    Lost,
}

/// What a signal asks for.
#[cfg_attr(not(unix), allow(dead_code, reason = "not every system has signals"))]
pub(super) enum Interrupt {
    /// To end, by this signal.
    End(i32),
    /// To stop until somebody wakes us.
    Stop,
    /// Somebody woke us.
    Continue,
}

/// Begins to listen.
pub(super) fn listen() -> io::Result<Receiver<Input>> {
    let (sender, receiver) = channel();
    signals::listen(sender.clone())?;
    thread::Builder::new().name("input".to_owned()).spawn(move || read(&sender))?;
    Ok(receiver)
}

fn read(sender: &Sender<Input>) {
    loop {
        let input = event::read().map_or(Input::Lost, Input::Event);
        let lost = matches!(input, Input::Lost);
        if sender.send(input).is_err() || lost {
            return;
        }
    }
}

pub(super) use signals::{die_of, stop};

#[cfg(unix)]
mod signals {
    use super::{Input, Interrupt, Sender, io, thread};
    use crate::commands::Failure;
    use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    pub(super) fn listen(sender: Sender<Input>) -> io::Result<()> {
        let mut signals = Signals::new([SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGCONT])?;
        let wait = move || {
            for signal in signals.forever() {
                let interrupt = match signal {
                    SIGTSTP => Interrupt::Stop,
                    SIGCONT => Interrupt::Continue,
                    other => Interrupt::End(other),
                };
                if sender.send(Input::Interrupt(interrupt)).is_err() {
                    return;
                }
            }
        };
        thread::Builder::new().name("signals".to_owned()).spawn(wait).map(drop)
    }

    /// Ends as if the signal had not been caught, so that whoever waits for us learns of it.
    pub(in crate::top::run) fn die_of(signal: i32) -> Result<(), Failure> {
        Ok(emulate_default_handler(signal)?)
    }

    /// Stops this program until somebody wakes it.
    pub(in crate::top::run) fn stop() -> io::Result<()> {
        emulate_default_handler(SIGTSTP)
    }
}

#[cfg(not(unix))]
mod signals {
    use super::{Input, Sender, io};
    use crate::commands::Failure;

    pub(super) fn listen(_: Sender<Input>) -> io::Result<()> {
        Ok(())
    }

    pub(in crate::top::run) fn die_of(_: i32) -> Result<(), Failure> {
        Ok(())
    }

    pub(in crate::top::run) fn stop() -> io::Result<()> {
        Ok(())
    }
}
