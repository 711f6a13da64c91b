//! Reading whole tables through BPF: a program of psight's runs in the kernel, over the kernel's own structures, and what it
//! writes is read in a few pieces, where `/proc` is several files for each process.
//!
//! Whoever wants it asks for it, because it takes some milliseconds to begin: programs are written for the kernel that
//! runs, and the kernel checks them. It pays where tables are read again and again, or have thousands of rows.
//!
//! ```
//! use psight::Host;
//! use psight::os::linux::bpf::Path;
//! use psight::table::Columns;
//!
//! let host = Host::local().with_bpf();
//! let mut scanner = host.scanner(Columns::NAME | Columns::RSS)?;
//! scanner.scan(|row| println!("{} {:?} {:?}", row.pid, row.name, row.rss))?;
//! match scanner.path() {
//!     Path::Bpf => println!("the kernel's own structures"),
//!     Path::Proc => println!("/proc, because of {:?}", scanner.bpf_refusal()),
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
//! The records are the same. A moment is another: all processes are read within milliseconds, the rest of a row later, from
//! `/proc`. `exe`, `cwd` and `memory_footprint` come from there, and so does the whole row of a process of which a thread
//! ended at that moment. Who may use BPF may read all memory of the kernel, so that no column is denied for want of
//! the right to trace a process, which `/proc` would ask for.

use crate::table::Scanner;
use crate::{Error, Host};

/// The way that a table was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Path {
    /// The files of `/proc`.
    Proc,
    /// A BPF program's records.
    Bpf,
}

impl Host {
    /// The same machine, read through BPF where it can be and where that is quicker.
    ///
    /// Programs are loaded when they are first needed, and kept as long as this host or a clone of it is: two descriptors
    /// for each.
    #[must_use]
    pub fn with_bpf(&self) -> Self {
        self.reading_bpf()
    }

    /// How many answers came through BPF so far, from this host and its clones: a table is one. 0 without
    /// [`with_bpf`](Self::with_bpf).
    pub fn bpf_answers(&self) -> u64 {
        self.bpf().map_or(0, crate::sys::bpf::Bpf::answers)
    }
}

impl Scanner {
    /// The way that the table was read last; [`Path::Proc`] before it was read.
    pub fn path(&self) -> Path {
        if self.engine().used_bpf() { Path::Bpf } else { Path::Proc }
    }

    /// Why the table is not read through BPF though the host was to be: the kernel has no types, the caller may not, the
    /// program was not accepted. `None` where it is, and where nobody asked for it.
    pub fn bpf_refusal(&self) -> Option<&Error> {
        self.engine().bpf_refusal()
    }
}
