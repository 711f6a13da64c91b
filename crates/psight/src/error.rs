//! The one error type of the library.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::path::Path;

use crate::Pid;

/// `Result` with psight's [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// Why a question got no answer, about which process, and what the system said.
///
/// Branch on [`kind`](Self::kind); print the error for people. A process that vanishes is an ordinary answer
/// ([`ErrorKind::NoSuchProcess`]), not a fault of the program that asked.
pub struct Error(Box<Inner>);

/// What sort of thing went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The process does not exist, exited while it was read, or its pid now belongs to another process.
    NoSuchProcess,
    /// The process has exited and waits for its parent: the question has no answer any more.
    ZombieProcess,
    /// The caller may not know, or may not do, this.
    AccessDenied,
    /// A file or a device that the answer comes from is not there, though the process (if any) is.
    NotFound,
    /// A deadline passed first.
    TimedOut,
    /// The caller broke it off.
    Interrupted,
    /// This system, or this kernel, cannot answer the question.
    Unsupported,
    /// The kernel said something that psight does not understand: a bug in psight, worth a report.
    Malformed,
    /// The caller asked with a value that makes no sense.
    InvalidInput,
    /// Anything else that the system refused; see [`Error::source`](StdError::source).
    Io,
}

struct Inner {
    kind: ErrorKind,
    pid: Option<Pid>,
    what: String,
    source: Option<io::Error>,
}

impl Error {
    /// What sort of error it is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The process that the question was about.
    pub fn pid(&self) -> Option<Pid> {
        self.0.pid
    }

    /// Whether the process has gone ([`ErrorKind::NoSuchProcess`]), which a loop over processes passes over.
    ///
    /// ```
    /// # use psight::Host;
    /// for process in Host::local().process_list()? {
    ///     match process.cmdline() {
    ///         Ok(words) => println!("{} {words:?}", process.pid()),
    ///         Err(error) if error.is_gone() || error.is_zombie() => {}
    ///         Err(error) => println!("{error}"),
    ///     }
    /// }
    /// # Ok::<(), psight::Error>(())
    /// ```
    pub fn is_gone(&self) -> bool {
        self.kind() == ErrorKind::NoSuchProcess
    }

    /// Whether the process is a zombie, and zombies have no answer ([`ErrorKind::ZombieProcess`]).
    pub fn is_zombie(&self) -> bool {
        self.kind() == ErrorKind::ZombieProcess
    }

    /// Whether the caller may not ([`ErrorKind::AccessDenied`]).
    pub fn is_denied(&self) -> bool {
        self.kind() == ErrorKind::AccessDenied
    }

    /// Whether a deadline passed first ([`ErrorKind::TimedOut`]).
    pub fn is_timeout(&self) -> bool {
        self.kind() == ErrorKind::TimedOut
    }

    /// Whether this system, or this kernel, cannot answer at all ([`ErrorKind::Unsupported`]): no use to ask again.
    pub fn is_unsupported(&self) -> bool {
        self.kind() == ErrorKind::Unsupported
    }

    /// The system's own error number (`errno`), where there is one.
    pub fn os_code(&self) -> Option<i32> {
        self.0.source.as_ref().and_then(io::Error::raw_os_error)
    }

    /// What was read or done when it failed, without the pid.
    pub fn context(&self) -> &str {
        &self.0.what
    }

    pub(crate) fn new(kind: ErrorKind, what: impl Into<String>) -> Self {
        Self(Box::new(Inner { kind, pid: None, what: what.into(), source: None }))
    }

    /// The process is gone.
    #[allow(dead_code, reason = "a system that answers nothing meets no process")]
    pub(crate) fn no_such_process(pid: Pid) -> Self {
        Self::new(ErrorKind::NoSuchProcess, "process no longer exists").with_pid(pid)
    }

    /// The pid is in use, by another process than the one that was meant.
    pub(crate) fn pid_reused(pid: Pid) -> Self {
        Self::new(ErrorKind::NoSuchProcess, "process no longer exists and its PID has been reused")
            .with_pid(pid)
    }

    /// The process is a zombie, and zombies do not have this.
    #[allow(dead_code, reason = "a system that answers nothing meets no process")]
    pub(crate) fn zombie(pid: Pid) -> Self {
        Self::new(ErrorKind::ZombieProcess, "process still exists but it is a zombie").with_pid(pid)
    }

    /// The system cannot answer `question`.
    pub(crate) fn unsupported(question: &str) -> Self {
        Self::new(ErrorKind::Unsupported, format!("{question} is not available on this system"))
    }

    /// The caller's value makes no sense.
    pub(crate) fn invalid(what: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidInput, what)
    }

    /// A system file or call failed: `NotFound` where it is missing, `AccessDenied` where it is closed to us.
    pub(crate) fn system(what: impl AsRef<Path>, source: io::Error) -> Self {
        let kind = match source.kind() {
            io::ErrorKind::NotFound => ErrorKind::NotFound,
            io::ErrorKind::PermissionDenied => ErrorKind::AccessDenied,
            io::ErrorKind::TimedOut => ErrorKind::TimedOut,
            io::ErrorKind::Unsupported => ErrorKind::Unsupported,
            io::ErrorKind::InvalidInput => ErrorKind::InvalidInput,
            _ => ErrorKind::Io,
        };
        let what = what.as_ref().display().to_string();
        Self(Box::new(Inner { kind, pid: None, what, source: Some(source) }))
    }

    /// What was read could not be understood; `what` is the file.
    pub(crate) fn malformed(what: impl AsRef<Path>, source: &psight_parse::Error) -> Self {
        Self::new(ErrorKind::Malformed, format!("{}: {source}", what.as_ref().display()))
    }

    /// The same error, about this process.
    pub(crate) fn with_pid(mut self, pid: Pid) -> Self {
        self.0.pid = Some(pid);
        self
    }

    /// The same error, as another kind.
    #[allow(dead_code, reason = "only a back-end knows better")]
    pub(crate) fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(pid) = self.0.pid {
            write!(f, "pid {pid}: ")?;
        }
        f.write_str(&self.0.what)?;
        match &self.0.source {
            Some(source) => write!(f, ": {source}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::NoSuchProcess => "no such process",
            Self::ZombieProcess => "the process is a zombie",
            Self::AccessDenied => "access denied",
            Self::NotFound => "not found",
            Self::TimedOut => "timed out",
            Self::Interrupted => "broken off",
            Self::Unsupported => "not available on this system",
            Self::Malformed => "not understood",
            Self::InvalidInput => "invalid input",
            Self::Io => "refused by the system",
        })
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({:?}: {self})", self.0.kind)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_ref().map(|source| source as &(dyn StdError + 'static))
    }
}
