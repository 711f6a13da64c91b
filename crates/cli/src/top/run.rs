//! The terminal and the clock: what comes in from outside is handed to the state, and what the state asks for is done.

mod input;
mod screen;

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use psight::Host;
use ratatui::crossterm::event::{Event, KeyEventKind};

use self::input::{Input, Interrupt};
use self::screen::Screen;
use super::control::perform;
use super::details;
use super::draw::{draw, place};
use super::sample::{Sample, Sampler};
use super::state::{Action, Setting, Start, State};
use crate::commands::Failure;
use crate::line::Paint;

/// How long after the first sample the second is taken, so that there are percentages soon, and none since boot.
pub(super) const SOON: Duration = Duration::from_millis(300);

/// Shows the machine until the reader or a signal ends it, or `most` samples were shown.
pub(crate) fn full_screen(
    host: &Host,
    start: Start,
    most: Option<u64>,
    mouse: bool,
) -> Result<(), Failure> {
    let state = State::new(start);
    let sampler = Sampler::thrifty(host, state.needs(), state.threads)?;
    // Before the terminal is changed, so that a machine that tells nothing leaves an ordinary message.
    let mut view =
        View { host, state, sampler, spare: Sample::empty(), next: Instant::now(), most, taken: 0 };
    view.sample()?;
    let screen = Screen::enter(mouse)?;
    let inputs = input::listen()?;
    let ended = view.run(screen, &inputs);
    match ended? {
        Some(signal) => input::die_of(signal),
        None => Ok(()),
    }
}

/// The state, with what it takes to bring it up to date.
struct View<'a> {
    host: &'a Host,
    state: State,
    sampler: Sampler,
    spare: Sample,
    /// When the next sample is due.
    next: Instant,
    /// How many samples are shown at most.
    most: Option<u64>,
    taken: u64,
}

/// What a turn of the loop leads to.
enum Turn {
    Draw,
    Nothing,
    Suspend,
    End(Option<i32>),
}

impl View<'_> {
    /// Turns until the end; gives the signal that it came by.
    fn run(
        &mut self,
        mut screen: Screen,
        inputs: &Receiver<Input>,
    ) -> Result<Option<i32>, Failure> {
        let mut stale = true;
        loop {
            if stale {
                self.draw(&mut screen)?;
            }
            let turn = match self.wait(inputs) {
                Ok(input) => self.take(input, &mut screen)?,
                Err(RecvTimeoutError::Timeout) => {
                    // The first sample has nothing to be compared with, and does not count.
                    if self.most.is_some_and(|most| self.taken > most) {
                        return Ok(None);
                    }
                    self.sample()?;
                    Turn::Draw
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
            };
            stale = match turn {
                Turn::Draw => true,
                Turn::Nothing => false,
                Turn::Suspend => {
                    screen.suspend()?;
                    true
                }
                Turn::End(signal) => return Ok(signal),
            };
        }
    }

    fn wait(&self, inputs: &Receiver<Input>) -> Result<Input, RecvTimeoutError> {
        // A view that is paused wakes for the reader alone.
        if self.state.paused {
            return inputs.recv().map_err(|_| RecvTimeoutError::Disconnected);
        }
        inputs.recv_timeout(self.next.saturating_duration_since(Instant::now()))
    }

    fn draw(&mut self, screen: &mut Screen) -> io::Result<()> {
        let size = screen.size()?;
        self.state.places = place(&self.state, size.width.into(), size.height.into());
        self.state.fit();
        let state = &self.state;
        screen.draw(|frame| draw(frame, state))
    }

    fn take(&mut self, input: Input, screen: &mut Screen) -> Result<Turn, Failure> {
        let action = match input {
            Input::Event(Event::Key(key)) if key.kind != KeyEventKind::Release => {
                self.state.key(key)
            }
            Input::Event(Event::Mouse(mouse)) => self.state.mouse(mouse),
            Input::Event(Event::Resize(..)) => return Ok(Turn::Draw),
            Input::Event(_) => return Ok(Turn::Nothing),
            Input::Interrupt(Interrupt::End(signal)) => return Ok(Turn::End(Some(signal))),
            Input::Interrupt(Interrupt::Stop) => return Ok(Turn::Suspend),
            Input::Interrupt(Interrupt::Continue) => {
                // Woken after a stop that nobody can catch: the shell had the terminal meanwhile.
                screen.again()?;
                return Ok(Turn::Draw);
            }
            Input::Lost => return Ok(Turn::End(None)),
        };
        if action == Action::Repaint {
            screen.again()?;
        }
        self.act(action)
    }

    fn act(&mut self, action: Action) -> Result<Turn, Failure> {
        match action {
            Action::Nothing | Action::Repaint => {}
            Action::Quit => return Ok(Turn::End(None)),
            Action::Suspend => return Ok(Turn::Suspend),
            Action::Sample => self.refresh()?,
            Action::Details => self.read_details(),
            Action::Ask(setting, targets) => self.ask(setting, targets),
            Action::Control(control, targets) => {
                self.state.message = Some(perform(self.host, &control, &targets));
                self.state.tagged.clear();
                // What came of it is seen soon.
                self.next = self.next.min(Instant::now() + SOON);
            }
        }
        Ok(Turn::Draw)
    }

    /// Reads the machine and shows it.
    fn sample(&mut self) -> Result<(), Failure> {
        let spare = std::mem::replace(&mut self.spare, Sample::empty());
        let sample = self.sampler.sample(&self.state.sample, spare, &self.state.seen())?;
        self.spare = self.state.show(sample);
        self.read_details();
        self.taken += 1;
        let pause = if self.taken == 1 { SOON } else { self.state.delay };
        self.next = Instant::now() + pause;
        panic_on_purpose(self.taken);
        Ok(())
    }

    /// Takes another sampler where the view needs other columns now. A look too soon after the last one would make
    /// percentages of nothing, so that all else waits for its time.
    fn refresh(&mut self) -> Result<(), Failure> {
        let (needs, threads) = (self.state.needs(), self.state.threads);
        if self.sampler.reads(needs, threads) {
            self.next = self.next.min(Instant::now() + self.state.delay);
            return Ok(());
        }
        self.sampler = Sampler::thrifty(self.host, needs, threads)?;
        let spare = std::mem::replace(&mut self.spare, Sample::empty());
        let sample = self.sampler.sample(&self.state.sample, spare, &self.state.seen())?;
        self.spare = self.state.show(sample);
        self.next = Instant::now() + SOON;
        Ok(())
    }

    fn read_details(&mut self) {
        if let Some(pane) = &self.state.pane {
            let lines = details::read(self.host, &pane.target, pane.tab, &self.state.zone);
            self.state.fill_pane(lines);
        }
    }

    /// Finds out what a setting is, and opens the dialog that changes it.
    fn ask(&mut self, setting: Setting, targets: Vec<super::control::Target>) {
        let Some(first) = targets.first() else { return };
        let process = match first.process(self.host) {
            Ok(process) => process,
            Err(why) => return self.state.say(Paint::Bad, why),
        };
        match setting {
            Setting::IoNice => match process.ionice() {
                Ok(now) => self.state.choose_ionice(Some((now.ioclass, now.value)), targets),
                Err(error) => self.state.say(Paint::Bad, super::control::reason(&error)),
            },
            Setting::Affinity => match process.cpu_affinity() {
                Ok(now) => self.state.choose_affinity(&now, targets),
                Err(error) => self.state.say(Paint::Bad, super::control::reason(&error)),
            },
        }
    }
}

/// Lets a test see what a panic leaves of the terminal; not in a program that is handed out.
fn panic_on_purpose(samples: u64) {
    #[cfg(debug_assertions)]
    #[allow(clippy::panic, reason = "it is what the test wants to see")]
    if samples > 1 && std::env::var_os("PSIGHT_TEST_PANIC").is_some() {
        panic!("a panic on purpose");
    }
    #[cfg(not(debug_assertions))]
    let _ = samples;
}
