//! The files that a process uses without a descriptor.

use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;

use super::Process;
use crate::Result;
use crate::record::{Kind, Record, ToValue, Value};
use crate::sys::process::Raw;

/// A file that a process uses without a descriptor: a directory it stands in, its program, or a file it has mapped.
#[derive(Debug, Clone, PartialEq, Eq, Record)]
#[non_exhaustive]
pub struct UsedFile {
    /// What the process uses it for.
    #[field(label)]
    pub role: FileRole,
    /// Where the file is, as the process would say; for a file that was deleted it is where the file was.
    #[field(label)]
    pub path: PathBuf,
    /// Whether the file has been deleted since. `None` where that could not be asked.
    pub deleted: Option<bool>,
    /// The device that holds the file.
    pub dev: Option<u64>,
    /// The file's number on its device.
    pub ino: Option<u64>,
    /// The device that the file itself is, if it is one; else 0.
    pub rdev: Option<u64>,
    /// Type and permissions of the file, `st_mode`.
    pub mode: Option<u32>,
    /// How long the file is.
    #[field(unit = bytes)]
    pub size: Option<u64>,
    /// How many names the file has; 0 for one that was deleted and could still be asked.
    pub nlink: Option<u64>,
}

/// What a process uses a file for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FileRole {
    /// `cwd`: the directory where its relative paths begin.
    Cwd,
    /// `root`: the directory where its absolute paths begin.
    Root,
    /// `exe`: the program that it runs.
    Exe,
    /// `map`: a file, most often a library, that is part of its memory.
    Map,
}

impl Process {
    /// The files that the process uses without a descriptor: its working directory, its root, its program, then each
    /// mapped file once, by address. What it has opened is in [`fds`](Self::fds).
    ///
    /// Linux: the links `cwd`, `root` and `exe`, and `/proc/<pid>/maps`. A mapped file is asked for its size where the
    /// process would find it, and that is believed if it is the file which the kernel says is mapped.
    ///
    /// # Errors
    ///
    /// `AccessDenied` without the right to trace it; else as for [every question](Self#errors).
    pub fn used_files(&self) -> Result<Vec<UsedFile>> {
        self.ask(Raw::used_files)
    }
}

impl FileRole {
    /// The word, as in `cwd`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cwd => "cwd",
            Self::Root => "root",
            Self::Exe => "exe",
            Self::Map => "map",
        }
    }
}

impl fmt::Display for FileRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl ToValue for FileRole {
    const KIND: Kind = Kind::Text;

    fn to_value(&self) -> Value<'_> {
        Value::Text(Cow::Borrowed(self.as_str()))
    }
}

crate::serialized!(FileRole);
