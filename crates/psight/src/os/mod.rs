//! What exists on one system by its nature, and is there on that system (and in the documentation) alone.

#[cfg(any(target_os = "linux", target_os = "android", doc))]
pub mod linux;

#[cfg(any(windows, doc))]
pub mod windows;
