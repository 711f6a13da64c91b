//! The whole view without a terminal: samples of captured machines and keys go in, pictures come out.

mod keys;
mod samples;
mod screens;

use std::path::PathBuf;
use std::time::Duration;

use jiff::tz::TimeZone;
use psight::Host;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::column::Column;
use super::draw::{draw, place};
use super::order::{Order, Wanted};
use super::sample::{Rates, Sample, Sampler};
use super::state::{Action, Start, State};
use crate::terminal::Terminal;

/// The captured machine of this name.
fn machine(name: &str) -> Host {
    Host::at(fixtures().join(name)).unwrap()
}

fn fixtures() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/linux")
}

/// A view of a machine, with numbers in place of those that a machine that stands still does not have.
fn view(host: &Host) -> State {
    let terminal = Terminal { width: None, height: None, colour: true, unicode: true };
    let mut state = State::new(Start {
        wanted: Wanted::default(),
        order: Order::by(Column::Cpu),
        names: false,
        threads: false,
        per_cpu: true,
        readonly: false,
        delay: Duration::from_secs(2),
        terminal,
        zone: TimeZone::UTC,
        own: Some(2961),
    });
    state.show(sample(host, &state));
    state
}

fn sample(host: &Host, state: &State) -> Sample {
    let mut sampler = Sampler::thrifty(host, state.needs(), state.threads).unwrap();
    let mut sample = sampler.sample(&Sample::empty(), Sample::empty(), &[]).unwrap();
    for entry in &mut sample.entries {
        entry.cpu = Some(f64::from(entry.id.pid * 37 % 1000) / 10.0);
    }
    sample.machine.busy = Some(37.0);
    sample.machine.disk = Some(Rates { inward: 1_500_000.0, outward: 0.0 });
    sample.machine.network = Some(Rates { inward: 1024.0, outward: 800.0 });
    sample
}

/// The picture of a state on a terminal of this size, line by line.
fn picture(state: &mut State, width: u16, height: u16) -> Vec<String> {
    let mut terminal = ratatui::Terminal::new(TestBackend::new(width, height)).unwrap();
    state.places = place(state, width.into(), height.into());
    state.fit();
    terminal.draw(|frame| draw(frame, state)).unwrap();
    let buffer = terminal.backend().buffer();
    let lines = (0..height).map(|y| {
        let mut line = String::new();
        let mut x = 0;
        while x < width {
            let symbol = buffer[(x, y)].symbol();
            line.push_str(symbol);
            // The cell behind a wide character is its second half.
            x += unicode_width::UnicodeWidthStr::width(symbol).max(1) as u16;
        }
        line.trim_end().to_owned()
    });
    lines.collect()
}

fn press(state: &mut State, code: KeyCode) -> Action {
    state.key(KeyEvent::new(code, KeyModifiers::NONE))
}

/// Presses a key for each letter.
fn write(state: &mut State, letters: &str) -> Action {
    let pressed = letters.chars().map(|letter| press(state, KeyCode::Char(letter)));
    pressed.last().unwrap_or(Action::Nothing)
}
