//! The full-screen view of `psight top`: `state` says what is shown and what keys do, `draw` makes the picture, `sample`
//! reads the machine, `run` has the terminal and the clock.

mod batch;
mod column;
mod control;
mod details;
mod draw;
mod order;
mod run;
mod sample;
mod state;
#[cfg(test)]
mod tests;

pub(crate) use batch::{Frames, frames};
pub(crate) use column::Column;
pub(crate) use order::{Order, User, Wanted};
pub(crate) use run::full_screen;
pub(crate) use state::Start;
