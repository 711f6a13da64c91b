//! Who holds which socket: `/proc/<pid>/fd` of every process, whose links read `socket:[<inode>]`.

use std::ffi::CStr;
use std::fmt::Write as _;
use std::io;
use std::mem::MaybeUninit;
use std::path::Path;

#[cfg(feature = "bpf")]
use psight_parse::linux::bpf::{
    file::{self, Socket},
    records,
};
use psight_parse::text;
use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{
    CWD, Mode, OFlags, PROC_SUPER_MAGIC, RawDir, fstat, fstatfs, openat, readlinkat_raw,
};
use rustix::io::Errno;

use super::super::files::{said_entries, skip_to, tried};
use super::super::path::push_decimal;
#[cfg(feature = "bpf")]
use crate::{Host, sys::bpf::Bpf};

/// A directory of processes, and the memory that a walk through it needs.
pub(super) struct Owners {
    proc: OwnedFd,
    /// Whether it is the kernel's, and not a folder of files.
    live: bool,
    entries: Vec<MaybeUninit<u8>>,
    path: String,
    name: Vec<u8>,
    #[cfg(feature = "bpf")]
    told: Option<Told>,
}

/// What BPF has told of all processes at once.
#[cfg(feature = "bpf")]
pub(super) struct Told {
    /// In the order of the processes and of their descriptors.
    sockets: Vec<Socket>,
    /// The processes that it does not tell of.
    hidden: Vec<u32>,
}

#[cfg(feature = "bpf")]
impl Told {
    /// Asks; `None` where `/proc` must do.
    pub(super) fn new(host: &Host, bpf: &Bpf) -> Option<Self> {
        let mut sockets: Vec<Socket> = bpf.sockets(host, |bytes| {
            let found = records(bytes).filter(|record| record.kind == file::SOCKET);
            Some(found.filter_map(|record| file::socket(record.bytes)).collect())
        })?;
        let order = |socket: &Socket| (socket.tgid, socket.fd);
        if !sockets.is_sorted_by_key(order) {
            sockets.sort_unstable_by_key(order);
        }
        Some(Self { sockets, hidden: bpf.hidden().to_vec() })
    }
}

impl Owners {
    pub(super) fn new(proc: &Path) -> io::Result<Self> {
        let proc = directory(CWD, proc)?;
        let live = fstatfs(&proc).is_ok_and(|system| system.f_type == PROC_SUPER_MAGIC);
        Ok(Self {
            proc,
            live,
            entries: vec![MaybeUninit::uninit(); 32 * 1024],
            path: String::new(),
            name: Vec::new(),
            #[cfg(feature = "bpf")]
            told: None,
        })
    }

    /// With what BPF has told.
    #[cfg(feature = "bpf")]
    pub(super) fn told(self, told: Told) -> Self {
        Self { told: Some(told), ..self }
    }

    /// The pids, in order; of those who hold sockets all, of others not necessarily.
    pub(super) fn pids(&mut self) -> io::Result<Vec<u32>> {
        let mut pids = Vec::new();
        #[cfg(feature = "bpf")]
        if let Some(told) = &self.told {
            pids.extend(told.sockets.iter().map(|socket| socket.tgid));
            pids.extend(&told.hidden);
            pids.sort_unstable();
            pids.dedup();
            return Ok(pids);
        }
        // From its beginning: the kept directory has been read before.
        let proc = directory(&self.proc, ".")?;
        each_number(&proc, &mut self.entries, |_, pid| pids.push(pid))?;
        // The kernel lists them in order; a captured machine's file system need not.
        pids.sort_unstable();
        Ok(pids)
    }

    /// Adds the sockets that `pid` holds to `found`: their inodes and descriptors, in the order of the descriptors. Those
    /// of a process whose descriptors can be counted and no more are denied.
    pub(super) fn sockets(&mut self, pid: u32, found: &mut Vec<(u64, u32)>) -> io::Result<()> {
        #[cfg(feature = "bpf")]
        if let Some(told) = &self.told
            && !told.hidden.contains(&pid)
        {
            let start = told.sockets.partition_point(|socket| socket.tgid < pid);
            let rest = told.sockets.get(start..).unwrap_or_default().iter();
            let own = rest.take_while(|socket| socket.tgid == pid);
            found.extend(own.map(|socket| (socket.ino, socket.fd)));
            return Ok(());
        }
        self.path.clear();
        // Writing to a String cannot fail.
        let _ = write!(self.path, "{pid}/fd");
        let fds = directory(&self.proc, self.path.as_str())?;
        let (before, mut denied) = (found.len(), false);
        let mut look = |name: &CStr, fd| {
            // The kernel asks whether the process may be traced, and says the same of every link.
            if denied {
                return true;
            }
            // The longest link of a socket has 20 bytes; one that fills the buffer is something else.
            let mut link = [MaybeUninit::<u8>::uninit(); 32];
            match readlinkat_raw(&fds, name, &mut link) {
                Ok((link, _)) => found.extend(socket_inode(link).map(|inode| (inode, fd))),
                Err(Errno::ACCESS | Errno::PERM) => denied = true,
                Err(Errno::NOENT) => return false,
                Err(_) => {}
            }
            true
        };
        let entries = fstat(&fds).ok().filter(|_| self.live);
        let name = &mut self.name;
        let next = tried(entries.and_then(|folder| said_entries(&folder)).unwrap_or(0), |fd| {
            name.clear();
            push_decimal(name, fd);
            name.push(0);
            CStr::from_bytes_until_nul(name).is_ok_and(|name| look(name, fd))
        });
        skip_to(&fds, next)?;
        each_number(&fds, &mut self.entries, |name, fd| {
            look(name, fd);
        })?;
        if denied {
            return Err(Errno::ACCESS.into());
        }
        if let Some(new) = found.get_mut(before..)
            && !new.is_sorted_by_key(|(_, fd)| fd)
        {
            new.sort_unstable_by_key(|(_, fd)| *fd);
        }
        Ok(())
    }
}

/// `socket:[12345]`
fn socket_inode(link: &[u8]) -> Option<u64> {
    text::u64(link.strip_prefix(b"socket:[")?.strip_suffix(b"]")?)
}

fn directory(at: impl AsFd, path: impl rustix::path::Arg) -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    Ok(openat(at, path, flags, Mode::empty())?)
}

/// Every entry of a directory whose name is a number.
fn each_number(
    directory: &OwnedFd,
    buffer: &mut [MaybeUninit<u8>],
    mut each: impl FnMut(&CStr, u32),
) -> io::Result<()> {
    let mut entries = RawDir::new(directory, buffer);
    while let Some(entry) = entries.next() {
        let entry = entry?;
        let name = entry.file_name();
        if let Some(number) = text::u32(name.to_bytes()) {
            each(name, number);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sockets_have_an_inode_in_their_link() {
        assert_eq!(socket_inode(b"socket:[4294967295]"), Some(4_294_967_295));
        for other in [&b"pipe:[12]"[..], b"/tmp/socket:[12]", b"socket:[12", b"socket:[]", b""] {
            assert_eq!(socket_inode(other), None);
        }
    }
}
