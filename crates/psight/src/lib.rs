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
//!
//! # The machine
//!
//! Every question to a machine is a method of [`Host`]; the modules have their answers: [`cpu`], [`memory`], [`disk`],
//! [`net`], [`sensors`], [`users`]; and what of it is left to a process in a container ([`limits`]), or has to be waited
//! for ([`pressure`]). Sizes are in bytes, fields say where they are not.
//!
//! ```
//! use std::time::Duration;
//! use psight::Host;
//! use psight::disk::{DiskProber, Mounts};
//! use psight::net::ConnectionKind;
//!
//! let host = Host::local();
//! println!("{} CPUs", host.cpu_count()?);
//! // What a system does not have is an error of the kind `Unsupported`: Windows keeps no load average.
//! if let Ok(load) = host.load_average() {
//!     println!("load {}", load.one);
//! }
//!
//! // How busy the CPUs were is the difference of two moments, or what a sampler remembers.
//! let before = host.cpu_sample()?;
//! // … the work …
//! println!("{:.1} % busy", host.cpu_sample()?.percent_since(&before));
//!
//! // A file system whose server is gone would hold the program: a prober gives up in time.
//! let prober = DiskProber::new(&host);
//! for partition in host.partitions(Mounts::Physical)? {
//!     match prober.disk_usage(&partition.mountpoint, Duration::from_secs(2)) {
//!         Ok(usage) => println!("{}: {:.0} %", partition.mountpoint.display(), usage.percent),
//!         Err(error) => println!("{error}"),
//!     }
//! }
//!
//! for (name, io) in host.net_io_counters()? {
//!     println!("{}: {} bytes received", name.display(), io.bytes_recv);
//! }
//! println!("{} TCP sockets", host.connections(ConnectionKind::Tcp)?.len());
//! # Ok::<(), psight::Error>(())
//! ```
//!
//! # One process
//!
//! A [`Process`] asks the kernel at each call; [`Process::oneshot`] asks once and keeps the answers. The module
//! [`process`] has what it answers with.
//!
//! ```
//! use psight::Process;
//!
//! let me = Process::current()?;
//! let now = me.oneshot();
//! println!("{}: {}, {} threads", now.name()?.display(), now.status()?, now.num_threads()?);
//! for file in me.open_files()? {
//!     println!("{}", file.path.display());
//! }
//! // A process of its own is a value of its own, and may be asked on.
//! if let Some(parent) = me.parent()? {
//!     println!("started by {}", parent.name()?.display());
//! }
//! # Ok::<(), psight::Error>(())
//! ```
//!
//! # All processes
//!
//! To ask the same of all of them, read the [`table`]: it opens each of the kernel's files once per process, and only
//! those that the chosen columns need.
//!
//! ```
//! use psight::Host;
//! use psight::table::Columns;
//!
//! let host = Host::local();
//! let mut rows = host.processes(Columns::NAME | Columns::USERNAME | Columns::RSS)?;
//! rows.sort_by_key(|row| std::cmp::Reverse(row.rss));
//! for row in rows.iter().take(3) {
//!     println!("{} {:?} {:?}", row.pid, row.name, row.rss);
//! }
//! # Ok::<(), psight::Error>(())
//! ```
//!
//! On Linux, root can have it about four times quicker through BPF: with the feature `bpf`, `Host::with_bpf` reads
//! the kernel's own structures where that is allowed, and the same files as before where it is not. The module
//! `os::linux::bpf` has more about it.
//!
//! # Control and waiting
//!
//! Signals, priorities and limits reach the process that is meant or none: [`Process::send_signal`] says how.
//! [`Process::wait`] and [`wait_procs`](process::wait_procs) wait for children and for others, without looking again and
//! again where the system can tell.
//!
//! ```
//! # #[cfg(unix)] {
//! use std::process::Command;
//! use std::time::Duration;
//! use psight::{Process, process::Signal};
//!
//! let child = Command::new("sleep").arg("60").spawn().unwrap();
//! let process = Process::new(child.id())?;
//! process.set_nice(10)?;
//! process.terminate()?;
//! let status = process.wait(Some(Duration::from_secs(5)))?;
//! assert_eq!(status.and_then(|status| status.signal()), Some(Signal::TERM));
//! # }
//! # Ok::<(), psight::Error>(())
//! ```
//!
//! # Errors
//!
//! There is one [`Error`]. It knows its [`kind`](Error::kind), the process, and what the system said; printed, it names
//! the file or the call. That a process has gone or may not be looked into is an ordinary answer in a loop over many:
//!
//! ```
//! # use psight::Host;
//! for process in Host::local().process_list()? {
//!     match process.num_fds() {
//!         Ok(count) => println!("{}: {count} descriptors", process.pid()),
//!         Err(error) if error.is_gone() || error.is_denied() => {}
//!         Err(error) => return Err(error),
//!     }
//! }
//! # Ok::<(), psight::Error>(())
//! ```
//!
//! # Other machines, and tests
//!
//! [`Host::at`] is a machine whose files lie somewhere else: that of a container's host, or one that was captured into a
//! folder. A captured machine is answered from its files alone and stands still, which makes it what the tests of your
//! program want: no record needs to be made up, and the unusual machine is a text file away. That is for systems that keep
//! what they know in files; on Windows every question to such a machine is `Unsupported`.
//!
//! ```
//! # #[cfg(unix)] {
//! use psight::Host;
//!
//! # let folder = tempfile::tempdir().unwrap();
//! # let folder = folder.path();
//! std::fs::create_dir(folder.join("proc")).unwrap();
//! std::fs::write(folder.join("proc/loadavg"), "9.50 4.00 1.00 3/200 4711\n").unwrap();
//! let facts = "page_size = 4096\nticks_per_second = 100\ncaptured_at = 1700000000\n";
//! std::fs::write(folder.join("facts.toml"), facts).unwrap();
//!
//! let machine = Host::at(folder)?;
//! assert_eq!(machine.load_average()?.one, 9.5);
//! assert!(machine.virtual_memory().is_err_and(|error| error.kind() == psight::ErrorKind::NotFound));
//! # }
//! # Ok::<(), psight::Error>(())
//! ```
//!
//! # Any datum
//!
//! Every answer is a [`Record`]: it lists its fields with their units and documentation, so that what prints, stores or
//! sends data is written once. With the feature `serde`, which is on by default, every record and every value in one can
//! be serialised. What this system does not have is left out, what is not known is `null`, and text that is not UTF-8
//! becomes `{"bytes": "<hex>"}`. Maps of disks and interfaces have names that need not be UTF-8 either, which JSON has no
//! keys for: write them as rows.
//!
//! ```
//! # #[cfg(feature = "serde")] {
//! use psight::{Host, Record, memory::VirtualMemory};
//!
//! for field in VirtualMemory::FIELDS {
//!     println!("{} ({:?}): {}", field.name, field.unit, field.doc);
//! }
//! let json = serde_json::to_value(Host::local().virtual_memory()?).unwrap();
//! assert!(json["total"].as_u64() > Some(0));
//! # }
//! # Ok::<(), psight::Error>(())
//! ```
//!
//! # Systems
//!
//! The library builds on Linux, Android, Windows, macOS, the BSDs, Solaris, illumos and AIX; [`support`] says which of
//! them answers which question. What a field or a method says of one system stands with it, and so does the source
//! that its kernel has.

#![warn(clippy::missing_errors_doc)]

// What the derive writes says `::psight`, here as in the crates of others.
extern crate self as psight;

pub mod cpu;
pub mod disk;
pub mod doctor;
mod error;
mod host;
mod io_reader;
pub mod limits;
pub mod memory;
pub mod monotonic;
pub mod net;
pub mod os;
mod pid;
pub mod pressure;
pub mod process;
pub mod record;
pub mod sensors;
pub mod support;
mod sys;
pub mod table;
pub mod users;

pub use error::{Error, ErrorKind, Result};
pub use host::{Hardware, Host, HostInfo};
pub use io_reader::IoReader;
pub use pid::Pid;
pub use process::Process;
pub use record::{Os, Record};

/// The example of the README, so that it is compiled and run with the other examples.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
