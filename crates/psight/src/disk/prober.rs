//! Asking file systems that may not answer.

mod helpers;
mod walk;

use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{DiskUsage, MountPoint};
use crate::{Error, Host, Result, sys};
use helpers::Helpers;
use walk::{MountTable, Step, Walk};

/// What a file system that is well needs at most, so that those that are not can be asked at the same time.
const GRACE: Duration = Duration::from_millis(20);

/// Asks file systems for their space, and waits for none longer than it is told to.
///
/// A file system whose server is gone (NFS, SMB, FUSE) holds whoever asks it until the server comes back, and nothing
/// can be done about that. So the question is put by a helper thread, and when the deadline passes the caller goes on
/// without it. The helper stays with the mount that holds it: further questions about that mount wait for the same
/// helper, and those that come after the deadline are answered at once, so that a thousand of them take no second
/// thread. Helpers that are done are used again; as long as nothing hangs and one caller asks there is one.
///
/// A prober is a value with threads of its own, which start at the first question. Dropping it ends them, but for those
/// that are held, which end when they are let go. Keep one for as long as you ask; share it between threads.
///
/// ```
/// # use psight::{Host, disk::{DiskProber, Mounts}};
/// # use std::time::Duration;
/// let host = Host::local();
/// let prober = DiskProber::new(&host);
/// let partitions = host.partitions(Mounts::Physical)?;
/// let mountpoints = partitions.iter().map(|partition| &partition.mountpoint);
/// let usages = prober.disk_usages(mountpoints, Duration::from_secs(2));
/// for (partition, usage) in partitions.iter().zip(usages) {
///     match usage {
///         Ok(usage) => println!("{}: {:.0} %", partition.mountpoint.display(), usage.percent),
///         Err(error) => println!("{error}"),
///     }
/// }
/// # Ok::<(), psight::Error>(())
/// ```
pub struct DiskProber {
    host: Host,
    helpers: Helpers<MountPoint, Step<Result<Found>>>,
    mounts: Mounts,
    usage: Arc<Usage>,
}

/// What is at the end of a path.
struct Found {
    path: PathBuf,
    /// `None` unless it was asked for.
    usage: Option<DiskUsage>,
}

/// How a machine is asked what is mounted where.
type Mounts = fn(&Host) -> Result<Vec<MountPoint>>;

/// How one path is asked for its space, however long that takes.
type Usage = dyn Fn(&Host, &Path) -> Result<DiskUsage> + Send + Sync;

impl DiskProber {
    /// A prober for this machine. No thread is started before the first question.
    pub fn new(host: &Host) -> Self {
        Self::asking(host, sys::disk::mount_points, Arc::new(sys::disk::disk_usage))
    }

    fn asking(host: &Host, mounts: Mounts, usage: Arc<Usage>) -> Self {
        Self { host: host.clone(), helpers: Helpers::new(), mounts, usage }
    }

    /// The space of the file system that `path` is on, or `TimedOut` when `within` has passed. Where a question about the
    /// same mount has been waiting for that long already, it is `TimedOut` at once.
    ///
    /// The way to `path` is followed link by link, so that it is the mount that hangs, and no other, that is out of
    /// service until it answers. A captured machine is answered from its files.
    ///
    /// # Errors
    ///
    /// `TimedOut` if the file system, or one on the way to it, does not answer; `Io` or `AccessDenied` if no helper thread
    /// can be started and it might not answer (Linux: it is neither on storage nor in memory); else as [`Host::disk_usage`] and [`Host::partitions`].
    pub fn disk_usage(&self, path: impl AsRef<Path>, within: Duration) -> Result<DiskUsage> {
        let path = path.as_ref();
        if self.host.is_captured() {
            return self.host.disk_usage(path);
        }
        self.usage_below(&self.mounts()?, path, within)
    }

    /// The same of several paths, in their order: all of them together take little longer than `within`, however many
    /// hang.
    ///
    /// # Errors
    ///
    /// Each answer's are those of [`disk_usage`](Self::disk_usage).
    pub fn disk_usages<P: AsRef<Path>>(
        &self,
        paths: impl IntoIterator<Item = P>,
        within: Duration,
    ) -> Vec<Result<DiskUsage>> {
        // Everybody is asked, and those that are slow are left to it; then they are waited for, counted from the first
        // question, which makes it one wait for all.
        let grace = within.min(GRACE);
        // Read once: to ask for each of a thousand mounts would be to read a thousand lines a thousand times.
        let mounts = if self.host.is_captured() { None } else { self.mounts().ok() };
        let ask = |path: &Path, within| match &mounts {
            Some(mounts) => self.usage_below(mounts, path, within),
            None => self.disk_usage(path, within),
        };
        let asked: Vec<_> = paths
            .into_iter()
            .map(|path| {
                let answer = ask(path.as_ref(), grace);
                (path, answer)
            })
            .collect();
        asked
            .into_iter()
            .map(|(path, answer)| match answer {
                Err(error) if error.kind() == crate::ErrorKind::TimedOut => {
                    ask(path.as_ref(), within)
                }
                answer => answer,
            })
            .collect()
    }

    fn usage_below(
        &self,
        mounts: &Arc<MountTable>,
        path: &Path,
        within: Duration,
    ) -> Result<DiskUsage> {
        let found = self.find(mounts, path, within, Some(&self.usage))?;
        // It was asked for.
        found.usage.ok_or_else(|| Error::unsupported("disk_usage"))
    }

    /// The path without links, `.` and `..`, or `TimedOut` when `within` has passed: what
    /// [`Path::canonicalize`](std::path::Path::canonicalize) says if nothing on the way hangs. The name of a mount that
    /// hangs is told nevertheless, for it takes nobody's answer.
    ///
    /// # Errors
    ///
    /// `Unsupported` of a captured machine, which has no files to follow; else as [`disk_usage`](Self::disk_usage).
    pub fn real_path(&self, path: impl AsRef<Path>, within: Duration) -> Result<PathBuf> {
        if self.host.is_captured() {
            return Err(Error::unsupported("real_path"));
        }
        Ok(self.find(&self.mounts()?, path.as_ref(), within, None)?.path)
    }

    fn mounts(&self) -> Result<Arc<MountTable>> {
        let mounts = match (self.mounts)(&self.host) {
            // Without a table, as where there is no procfs, everything is taken for one mount.
            Err(error) if error.kind() == crate::ErrorKind::NotFound => Vec::new(),
            mounts => mounts?,
        };
        Ok(Arc::new(MountTable::new(mounts)))
    }

    fn find(
        &self,
        table: &Arc<MountTable>,
        asked: &Path,
        within: Duration,
        usage: Option<&Arc<Usage>>,
    ) -> Result<Found> {
        // Too far away to be told is forever.
        let deadline = Instant::now().checked_add(within);
        let mut walk = Walk::to(&self.absolute(asked)?, table);
        loop {
            if usage.is_none() && walk.is_over() {
                return Ok(Found { path: walk.reached().to_owned(), usage: None });
            }
            let mount = table.holder(walk.reached());
            let (host, usage, table, on) =
                (self.host.clone(), usage.cloned(), table.clone(), mount.clone());
            let job = move || walk.go_on(&host, &table, &on, |path| found(&host, path, usage));
            let step = match self.helpers.ask(mount.clone(), within, deadline, job) {
                Ok(step) => step,
                Err(no) if sys::disk::is_prompt(&self.host, &mount) => Some((no.run)()),
                Err(no) => return Err(Error::system("thread", no.error)),
            };
            match step {
                Some(Step::Answer(answer)) => return answer,
                Some(Step::Elsewhere(further)) => walk = further,
                None => return Err(Error::system(asked, ErrorKind::TimedOut.into())),
            }
        }
    }

    /// The path as the machine has it, from its root.
    fn absolute(&self, path: &Path) -> Result<PathBuf> {
        if path.is_absolute() {
            return Ok(path.to_owned());
        }
        if path.as_os_str().is_empty() {
            return Err(Error::system(path, ErrorKind::NotFound.into()));
        }
        let here = match self.host.file("") == Path::new("/") {
            true => std::env::current_dir().map_err(|error| Error::system(path, error))?,
            false => PathBuf::from("/"),
        };
        Ok(here.join(path))
    }
}

/// What is at the end of a path; how much space, if somebody wants to know.
fn found(host: &Host, path: &Path, usage: Option<Arc<Usage>>) -> Result<Found> {
    let usage = usage.map(|usage| usage(host, path)).transpose()?;
    Ok(Found { path: path.to_owned(), usage })
}

/// What each mount answers, without those that do not answer in time or refuse.
#[allow(dead_code, reason = "only systems that can be captured ask")]
pub(crate) fn patiently<T: Send + 'static>(
    mounts: Vec<MountPoint>,
    within: Duration,
    ask: fn(&Path) -> Result<T>,
) -> Vec<T> {
    let helpers = Helpers::new();
    let answers = mounts.into_iter().filter_map(|mount| {
        let (path, deadline) = (mount.path.clone(), Instant::now().checked_add(within));
        helpers.ask(mount, within, deadline, move || ask(&path).ok()).ok().flatten().flatten()
    });
    answers.collect()
}

impl fmt::Debug for DiskProber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DiskProber").field("host", &self.host).finish_non_exhaustive()
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
