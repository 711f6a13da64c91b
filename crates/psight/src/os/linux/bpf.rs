//! Reading whole tables through BPF: a program of psight's runs in the kernel, over the kernel's own structures, and what it
//! writes is read in a few pieces, where `/proc` is several files for each process.
//!
//! Whoever wants it asks for it, because it takes some milliseconds to begin: programs are written for the kernel that
//! runs, and the kernel checks them, when the first whole table is read. It pays where tables are read again and again, or
//! have thousands of rows.
//!
//! ```
//! use psight::Host;
//! use psight::os::linux::bpf::Path;
//! use psight::table::Columns;
//!
//! let host = Host::local().with_bpf();
//! let mut scanner = host.scanner(Columns::NAME | Columns::RSS)?;
//! scanner.scan(|row| println!("{} {:?} {:?}", row.pid, row.name, row.rss))?;
//! if scanner.path() == Path::Proc {
//!     println!("from /proc, because of {:?}", scanner.bpf_refusal());
//! }
//! # Ok::<(), psight::Error>(())
//! ```
//!
//! # What it needs
//!
//! Linux 6.1 or later with its types (`/sys/kernel/btf/vmlinux`), the capabilities `CAP_BPF` and `CAP_PERFMON` (root has
//! them), and the first pid namespace, because the kernel's structures have its own numbers of processes. Where any of that
//! is missing, `/proc` is read and nothing else changes: nobody needs to ask first.
//!
//! # What is different
//!
//! The records are the same. All processes are read within milliseconds, and what the records do not have later, from
//! `/proc`: `exe`, `cwd`, `memory_footprint`, very long arguments, the names of the kernel's workers, and the whole row of a
//! process of which a thread ended at that moment. A list of pids alone is always read from `/proc`, and so are the open
//! files, the threads and the descendants of a process that has few.
//!
//! Who may use BPF may read all memory of the kernel, so that no column is denied for want of the right to trace a process,
//! which `/proc` would ask for. User and system time are divided as `/proc` does it, but what it said last is remembered by
//! each scanner for itself: its times never fall, and may be a tick from what others are told.
//!
//! A process may put a file of a file system of its own in the place of its arguments, and does not answer: whoever reads
//! them through BPF waits for it, where `/proc` would say nothing. So a service that watches strangers' processes
//! should not ask for `cmdline` this way; without that column nobody's memory is looked into.

use crate::Error;
use crate::table::Scanner;

/// The way that a table was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Path {
    /// The files of `/proc`.
    Proc,
    /// A BPF program's records.
    Bpf,
}

impl Scanner {
    /// The way that the table was read last; [`Path::Proc`] before it was read.
    pub fn path(&self) -> Path {
        if self.engine().used_bpf() { Path::Bpf } else { Path::Proc }
    }

    /// Why the table was not read through BPF though the host was to be: the kernel has no types, the caller may not, the
    /// program was not accepted. `None` where it was, before the first reading, and where nobody asked for it.
    pub fn bpf_refusal(&self) -> Option<&Error> {
        self.engine().bpf_refusal()
    }
}
