//! Which machine is asked, and the constants of its kernel.

mod hardware;
mod info;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use crate::{Error, ErrorKind, Result, sys};

pub use hardware::Hardware;
pub use info::HostInfo;

/// A machine to ask: this one, one whose files are mounted somewhere, or one that was captured into a folder.
///
/// A clone is cheap and asks the same machine.
///
/// ```
/// # use psight::Host;
/// let host = Host::local();
/// assert!(host.virtual_memory()?.total > 0);
/// # Ok::<(), psight::Error>(())
/// ```
#[derive(Clone)]
pub struct Host(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    root: PathBuf,
    proc: PathBuf,
    sys: PathBuf,
    dev: PathBuf,
    captured: bool,
    constants: Constants,
    boot_time: OnceLock<SystemTime>,
    /// What it is read with besides `/proc`, for those who asked for it.
    #[cfg(feature = "bpf")]
    bpf: Option<sys::bpf::Bpf>,
    reach: sys::reach::Known,
    open_files: Option<sys::open_files::OpenFiles>,
}

/// What a kernel fixes at boot or at build.
#[derive(Debug, Clone, Copy)]
#[allow(dead_code, reason = "systems whose kernel counts in bytes and seconds need none")]
pub(crate) struct Constants {
    /// Bytes in a page of memory.
    pub(crate) page_size: u64,
    /// The unit of the times in `/proc`, in ticks per second (`CLK_TCK`).
    pub(crate) ticks_per_second: u64,
    /// The moment of a capture, in seconds since 1970; `None` where the clock runs.
    pub(crate) captured_at: Option<u64>,
}

impl Host {
    /// This machine.
    pub fn local() -> Self {
        Self::rooted(Path::new("/"), false, sys::host::constants())
    }

    /// The machine whose `/proc`, `/sys`, `/etc` and `/run` lie under `root`.
    ///
    /// With a `facts.toml` in `root` it is a captured machine, which is answered from its files alone: `psight` asks
    /// this machine's kernel nothing, and what was not captured is `NotFound` or `Unsupported`. Without one, `root` is
    /// taken for a live machine seen from a container (`/host`), with this kernel's constants.
    ///
    /// # Errors
    ///
    /// `NotFound` if `root` is not a directory, `Malformed` if its `facts.toml` is not understood.
    pub fn at(root: impl AsRef<Path>) -> Result<Self> {
        let root = root.as_ref();
        if !std::fs::metadata(root).map_err(|error| Error::system(root, error))?.is_dir() {
            let what = format!("{}: not a directory", root.display());
            return Err(Error::new(ErrorKind::NotFound, what));
        }
        let path = root.join("facts.toml");
        match std::fs::read(&path) {
            Ok(facts) => {
                let constants =
                    Constants::from_facts(&facts).map_err(|e| Error::malformed(&path, &e))?;
                Ok(Self::rooted(root, true, constants))
            }
            Err(_) => Ok(Self::rooted(root, false, sys::host::constants())),
        }
    }

    /// The same machine with another `/proc`, as psutil's `PROCFS_PATH`.
    #[must_use]
    pub fn with_proc(&self, path: impl Into<PathBuf>) -> Self {
        self.changed(|inner| inner.proc = path.into())
    }

    /// The same machine with another `/sys`, as pypsutil's `SYSFS_PATH`.
    #[must_use]
    pub fn with_sys(&self, path: impl Into<PathBuf>) -> Self {
        self.changed(|inner| inner.sys = path.into())
    }

    /// The same machine with another `/dev`, as pypsutil's `DEVFS_PATH`.
    #[must_use]
    pub fn with_dev(&self, path: impl Into<PathBuf>) -> Self {
        self.changed(|inner| inner.dev = path.into())
    }

    /// The same machine, read through BPF where it can be and where that is quicker; on systems other than Linux nothing
    /// changes. The module `os::linux::bpf` says what it needs and what is different.
    ///
    /// Programs are loaded when they are first needed, and kept as long as this host or a clone of it is: two descriptors
    /// for each.
    #[cfg(feature = "bpf")]
    #[must_use]
    pub fn with_bpf(&self) -> Self {
        self.changed(|inner| inner.bpf = Some(sys::bpf::Bpf::new()))
    }

    /// How many answers came through BPF so far, from this host and its clones: a table is one. 0 without
    /// [`with_bpf`](Self::with_bpf).
    #[cfg(feature = "bpf")]
    pub fn bpf_answers(&self) -> u64 {
        self.bpf().map_or(0, sys::bpf::Bpf::answers)
    }

    /// Why the last answer that was to come through BPF, to this host or a clone of it, came from `/proc` instead: the kernel
    /// has no types, the caller may not, the program was not accepted. `None` where that has not happened, and without
    /// [`with_bpf`](Self::with_bpf).
    #[cfg(feature = "bpf")]
    pub fn bpf_refusal(&self) -> Option<Arc<Error>> {
        self.bpf().and_then(sys::bpf::Bpf::refusal)
    }

    /// The same machine, of which some files are kept open from one question to the next, or no longer; on systems other
    /// than Linux nothing changes. It is for programs that ask again and again.
    ///
    /// They are `/proc/stat`, `meminfo`, `diskstats` and `net/dev`, each opened when it is first needed and closed with the
    /// last clone of this host. What is told is the same, but that `net/dev` stays with the network namespace in which
    /// it was opened. A file that somebody else has closed is opened anew, also where its number belongs to another by then.
    #[must_use]
    pub fn with_open_files(&self, keep: bool) -> Self {
        if keep == self.0.open_files.is_some() {
            return self.clone();
        }
        self.changed(|inner| inner.open_files = keep.then(sys::open_files::OpenFiles::default))
    }

    /// Closes what [`with_open_files`](Self::with_open_files) keeps open, for its clones too. Who is asked again opens it
    /// again.
    pub fn close_open_files(&self) {
        if let Some(files) = &self.0.open_files {
            files.close();
        }
    }

    /// Whether this is a captured machine, whose kernel cannot be asked.
    pub fn is_captured(&self) -> bool {
        self.0.captured
    }

    fn rooted(root: &Path, captured: bool, constants: Constants) -> Self {
        Self(Arc::new(Inner {
            root: root.to_owned(),
            proc: root.join("proc"),
            sys: root.join("sys"),
            dev: root.join("dev"),
            captured,
            constants,
            boot_time: OnceLock::new(),
            #[cfg(feature = "bpf")]
            bpf: None,
            reach: sys::reach::Known::default(),
            open_files: None,
        }))
    }

    fn changed(&self, change: impl FnOnce(&mut Inner)) -> Self {
        let mut inner = Inner::clone(&self.0);
        // Another /proc may be another machine's.
        inner.boot_time = OnceLock::new();
        change(&mut inner);
        Self(Arc::new(inner))
    }

    /// What it is read with besides `/proc`.
    #[cfg(feature = "bpf")]
    pub(crate) fn bpf(&self) -> Option<&sys::bpf::Bpf> {
        self.0.bpf.as_ref()
    }

    /// Whether `other` reads the same processes.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.proc == other.0.proc
    }

    /// What was found out about it before.
    #[allow(dead_code, reason = "systems without a /proc have nothing else to ask")]
    pub(crate) fn known_reach(&self) -> &sys::reach::Known {
        &self.0.reach
    }

    /// What stays open of it, for those who asked for that.
    #[allow(dead_code, reason = "systems without a /proc have nothing to keep open")]
    pub(crate) fn open_files(&self) -> Option<&sys::open_files::OpenFiles> {
        self.0.open_files.as_ref()
    }

    /// The file `path` of this machine, as in `etc/passwd`.
    #[allow(dead_code, reason = "systems without files to read ask their kernel alone")]
    pub(crate) fn file(&self, path: impl AsRef<Path>) -> PathBuf {
        self.0.root.join(path)
    }

    /// Whether this is the machine that psight runs on, seen from its own root, so that its C library may be asked too.
    #[allow(dead_code, reason = "only systems with a users database to ask")]
    pub(crate) fn is_local(&self) -> bool {
        !self.0.captured && self.0.root == Path::new("/")
    }

    /// Where this machine's procfs is.
    #[allow(dead_code, reason = "only systems with a /proc ask")]
    pub(crate) fn proc(&self) -> &Path {
        &self.0.proc
    }

    /// Where this machine's sysfs is.
    #[allow(dead_code, reason = "only systems with a /sys ask")]
    pub(crate) fn sys(&self) -> &Path {
        &self.0.sys
    }

    /// Where this machine's devices are.
    #[allow(dead_code, reason = "only systems with device files ask")]
    pub(crate) fn dev(&self) -> &Path {
        &self.0.dev
    }

    /// How many bytes a page of memory has, the unit in which the kernel gives it out; `None` on a system that is not asked.
    ///
    /// Linux: `getpagesize(2)`, of a captured machine what was noted of it. Windows: `GetSystemInfo`.
    pub fn page_size(&self) -> Option<u64> {
        Some(self.0.constants.page_size).filter(|size| *size > 0)
    }

    #[allow(dead_code, reason = "systems whose kernel counts in bytes and seconds need none")]
    pub(crate) fn constants(&self) -> &Constants {
        &self.0.constants
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host")
            .field("root", &self.0.root)
            .field("captured", &self.0.captured)
            .finish()
    }
}

impl Constants {
    /// Reads `facts.toml`: lines of `key = number`; other lines are for people.
    fn from_facts(bytes: &[u8]) -> std::result::Result<Self, psight_parse::Error> {
        let fact = |name: &'static str| {
            psight_parse::text::lines(bytes)
                .filter_map(|line| {
                    let split = line.iter().position(|byte| *byte == b'=')?;
                    let (key, value) = line.split_at_checked(split)?;
                    (key.trim_ascii() == name.as_bytes()).then(|| value.get(1..))?
                })
                .map(psight_parse::text::u64)
                .next()
        };
        let needed = |name| match fact(name) {
            Some(Some(number)) if number > 0 => Ok(number),
            Some(_) => Err(psight_parse::Error::garbled(name)),
            None => Err(psight_parse::Error::missing(name)),
        };
        Ok(Self {
            page_size: needed("page_size")?,
            ticks_per_second: needed("ticks_per_second")?,
            captured_at: Some(needed("captured_at")?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_numbers_with_names() {
        let facts =
            b"# a laptop\npage_size = 65536\nticks_per_second=100\ncaptured_at = 1700000000\n";
        let constants = Constants::from_facts(facts).unwrap();
        assert_eq!((constants.page_size, constants.ticks_per_second), (65_536, 100));
        assert_eq!(constants.captured_at, Some(1_700_000_000));
        let error = Constants::from_facts(b"page_size = 0\n").unwrap_err();
        assert_eq!(error.to_string(), "field \"page_size\" is garbled");
    }

    #[test]
    fn a_root_that_is_not_there_is_an_error() {
        let error = Host::at("/no/such/root").unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::NotFound);
    }
}
