//! psight: see every process and every resource of a machine, and control them.
//!
//! Start with [`Host::local`] for the machine, or with [`Process`] for one process:
//!
//! ```
//! use psight::{Host, Process};
//!
//! let host = Host::local();
//! let memory = host.virtual_memory()?;
//! println!("{} of {} bytes are available", memory.available, memory.total);
//!
//! let me = Process::current()?;
//! println!("{} is pid {}", me.name()?.display(), me.pid());
//! # Ok::<(), psight::Error>(())
//! ```
//!
//! Three rules hold everywhere. What a system or a kernel does not tell is `None` or
//! [`ErrorKind::Unsupported`], never 0 and never an empty string. A process is a pid *and* its start time, so that a
//! reused pid is never mistaken for the process that had it before. And the library keeps no global state: what
//! changes over time is a value that you hold, as in `now.percent_since(&before)`.

// What the derive writes says `::psight`, here as in the crates of others.
extern crate self as psight;

pub mod cpu;
pub mod disk;
mod error;
mod host;
pub mod memory;
pub mod monotonic;
pub mod net;
mod pid;
pub mod process;
pub mod record;
pub mod sensors;
pub mod support;
mod sys;
pub mod table;
pub mod users;

pub use error::{Error, ErrorKind, Result};
pub use host::{Host, HostInfo};
pub use pid::Pid;
pub use process::Process;
pub use record::{Os, Record};

/// The example of the README, so that it is compiled and run with the other examples.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
