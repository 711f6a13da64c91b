//! The back-ends: one folder per system, the same modules with the same functions in each, and the only place that asks
//! which system this is.
//!
//! Each system's `mod.rs` is its contents page. What a system does not answer, it takes from `unsupported`, which is
//! the whole contract: copy it to start a port. `RUSTFLAGS="--cfg force_unsupported" cargo check` builds that on any
//! host.

mod unsupported;

#[cfg(all(any(target_os = "linux", target_os = "android"), not(force_unsupported)))]
mod linux;
#[cfg(all(any(target_os = "linux", target_os = "android"), not(force_unsupported)))]
pub(crate) use linux::*;

#[cfg(all(windows, not(force_unsupported)))]
mod windows;
#[cfg(all(windows, not(force_unsupported)))]
pub(crate) use windows::*;

#[cfg(all(target_os = "macos", not(force_unsupported)))]
mod macos;
#[cfg(all(target_os = "macos", not(force_unsupported)))]
pub(crate) use macos::*;

#[cfg(all(target_os = "freebsd", not(force_unsupported)))]
mod freebsd;
#[cfg(all(target_os = "freebsd", not(force_unsupported)))]
pub(crate) use freebsd::*;

#[cfg(all(target_os = "openbsd", not(force_unsupported)))]
mod openbsd;
#[cfg(all(target_os = "openbsd", not(force_unsupported)))]
pub(crate) use openbsd::*;

#[cfg(all(target_os = "netbsd", not(force_unsupported)))]
mod netbsd;
#[cfg(all(target_os = "netbsd", not(force_unsupported)))]
pub(crate) use netbsd::*;

#[cfg(all(any(target_os = "solaris", target_os = "illumos"), not(force_unsupported)))]
mod sunos;
#[cfg(all(any(target_os = "solaris", target_os = "illumos"), not(force_unsupported)))]
pub(crate) use sunos::*;

#[cfg(all(target_os = "aix", not(force_unsupported)))]
mod aix;
#[cfg(all(target_os = "aix", not(force_unsupported)))]
pub(crate) use aix::*;

#[cfg(force_unsupported)]
pub(crate) use unsupported::*;

// A machine keeps its programs wherever the feature is on.
#[cfg(all(
    feature = "bpf",
    any(force_unsupported, not(any(target_os = "linux", target_os = "android")))
))]
#[path = "unsupported/bpf.rs"]
pub(crate) mod bpf;

#[cfg(any(force_unsupported, not(any(target_os = "linux", target_os = "android"))))]
#[path = "unsupported/open_files.rs"]
pub(crate) mod open_files;
#[cfg(any(force_unsupported, not(any(target_os = "linux", target_os = "android"))))]
#[path = "unsupported/reach.rs"]
pub(crate) mod reach;

// Where nothing is the same of many processes, each is asked for itself.
#[cfg(any(force_unsupported, not(any(target_os = "linux", target_os = "android"))))]
#[path = "unsupported/file_scanner.rs"]
pub(crate) mod file_scanner;

// What only one system has is refused where it is documented and not built.
#[cfg(any(all(windows, force_unsupported), all(doc, not(windows))))]
#[path = "unsupported/services.rs"]
pub(crate) mod services;

#[cfg(any(all(windows, force_unsupported), all(doc, not(windows))))]
#[path = "unsupported/runnable.rs"]
pub(crate) mod runnable;

#[cfg(any(all(windows, force_unsupported), all(doc, not(windows))))]
#[path = "unsupported/privilege.rs"]
pub(crate) mod privilege;

#[cfg(any(all(windows, force_unsupported), all(doc, not(windows))))]
#[path = "unsupported/process_memory.rs"]
pub(crate) mod process_memory;
