//! One line of `lsof`: a file, a socket or anything else that a process has open or uses.

use std::fmt;
use std::net::IpAddr;

use psight::Pid;
use psight::net::{Address, Connection, ConnectionStatus, Family, SocketType, UnixState};
use psight::process::{FdDetail, FdKind, FileDescriptor, FileRole, OpenMode, UsedFile};
use psight::record::{Record as _, Value};

use super::sockets::Socket;
use crate::human;
use crate::line::{Paint, Tail};

/// The process of some lines.
#[derive(Debug)]
pub(super) struct Owner {
    pub(super) pid: Pid,
    pub(super) ppid: Option<Pid>,
    pub(super) pgid: Option<Pid>,
    pub(super) name: std::ffi::OsString,
    pub(super) uid: Option<u32>,
    pub(super) user: Option<std::ffi::OsString>,
}

/// One line.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) held: Held,
    /// Which of the machine's sockets it is.
    pub(super) socket: Option<Socket>,
}

/// What is held, and how.
#[derive(Debug)]
pub(super) enum Held {
    /// Without a descriptor.
    Used(UsedFile),
    /// By a descriptor.
    Descriptor(FileDescriptor),
}

/// What `-T` adds to the name of a socket.
#[derive(Debug, Clone, Copy)]
pub(super) struct TcpInfo {
    pub(super) state: bool,
    pub(super) queues: bool,
}

/// What stands for a descriptor: its number, or a word where none is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fd {
    Number(u32),
    Word(&'static str),
}

impl fmt::Display for Fd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Word(word) => word.fmt(f),
        }
    }
}

/// What stands in the column DEVICE.
#[derive(Debug, Clone, Copy)]
pub(super) enum Device {
    /// As stat(2) gives it.
    Number(u64),
    /// What names a socket of the network, which is on no device.
    Socket(u64),
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => {
                let (major, minor) = human::device(*number);
                write!(f, "{major},{minor}")
            }
            Self::Socket(inode) => inode.fmt(f),
        }
    }
}

impl Entry {
    /// What the tables of sockets say of it.
    pub(super) fn socket(&self) -> Option<&Connection> {
        self.socket.as_ref()?.connection()
    }

    /// The column FD without its marks.
    pub(super) fn fd(&self) -> Fd {
        match &self.held {
            Held::Descriptor(descriptor) => Fd::Number(descriptor.fd),
            Held::Used(file) => Fd::Word(match file.role {
                FileRole::Cwd => "cwd",
                FileRole::Root => "rtd",
                FileRole::Exe => "txt",
                _ if file.deleted == Some(true) && file.size.is_none() => "DEL",
                _ => "mem",
            }),
        }
    }

    /// `r`, `w`, `u` for both, or a blank.
    pub(super) fn access(&self) -> &'static str {
        let Held::Descriptor(descriptor) = &self.held else { return " " };
        match descriptor.open_mode {
            Some(OpenMode::Read) => "r",
            Some(OpenMode::Write | OpenMode::Append) => "w",
            Some(OpenMode::ReadWrite | OpenMode::ReadAppend) => "u",
            _ => " ",
        }
    }

    /// `r` or `w` for a lock of a part of the file, capital for the whole, or a blank.
    pub(super) fn lock(&self) -> &'static str {
        let Held::Descriptor(FileDescriptor { other: Some(other), .. }) = &self.held else {
            return " ";
        };
        other.get("lock").and_then(|lines| lock(lines.lines().next()?)).unwrap_or(" ")
    }

    /// The column TYPE.
    pub(super) fn kind(&self) -> &'static str {
        if let Some(socket) = self.socket() {
            return match socket.family {
                Family::Inet => "IPv4",
                Family::Inet6 => "IPv6",
                _ => "unix",
            };
        }
        match &self.held {
            Held::Used(file) => match file.mode.map(|mode| mode & 0o170_000) {
                Some(0o040_000) => "DIR",
                Some(0o020_000) => "CHR",
                Some(0o060_000) => "BLK",
                None if matches!(file.role, FileRole::Cwd | FileRole::Root) => "DIR",
                _ => "REG",
            },
            Held::Descriptor(descriptor) => match descriptor.kind {
                FdKind::File | FdKind::Memfd | FdKind::Namespace => "REG",
                FdKind::Directory => "DIR",
                FdKind::CharDevice => "CHR",
                FdKind::BlockDevice => "BLK",
                FdKind::Symlink => "LINK",
                FdKind::Socket => "sock",
                FdKind::Pipe | FdKind::Fifo => "FIFO",
                FdKind::Unknown => "unknown",
                _ => "a_inode",
            },
        }
    }

    /// The device that holds the file; the file's own where it is one.
    pub(super) fn device(&self) -> Option<Device> {
        if let Some(socket) = self.socket() {
            // That of a Unix socket is an address in the kernel, which is nobody's business.
            let number = socket.inode.filter(|_| socket.family != Family::Unix);
            return number.map(Device::Socket);
        }
        let own = self.rdev().filter(|_| matches!(self.kind(), "CHR" | "BLK"));
        own.or(self.dev()).map(Device::Number)
    }

    /// Where the file is.
    pub(super) fn path(&self) -> Option<&std::path::Path> {
        match &self.held {
            Held::Used(file) => Some(&file.path),
            Held::Descriptor(descriptor) => descriptor.path.as_deref(),
        }
    }

    pub(super) fn dev(&self) -> Option<u64> {
        match &self.held {
            Held::Used(file) => file.dev,
            Held::Descriptor(descriptor) => descriptor.dev,
        }
    }

    pub(super) fn rdev(&self) -> Option<u64> {
        match &self.held {
            Held::Used(file) => file.rdev,
            Held::Descriptor(descriptor) => descriptor.rdev,
        }
    }

    pub(super) fn ino(&self) -> Option<u64> {
        match &self.held {
            Held::Used(file) => file.ino,
            Held::Descriptor(descriptor) => descriptor.ino,
        }
    }

    pub(super) fn nlink(&self) -> Option<u64> {
        match &self.held {
            Held::Used(file) => file.nlink,
            Held::Descriptor(descriptor) => descriptor.nlink,
        }
    }

    /// How long the file is; `None` where that is no length worth knowing, as of a device.
    pub(super) fn size(&self) -> Option<u64> {
        let has_length = matches!(self.kind(), "REG" | "DIR" | "LINK" | "a_inode");
        match &self.held {
            Held::Used(file) => file.size.filter(|_| has_length),
            Held::Descriptor(descriptor) => descriptor.size.filter(|_| has_length),
        }
    }

    pub(super) fn position(&self) -> Option<i64> {
        match &self.held {
            Held::Used(_) => None,
            Held::Descriptor(descriptor) => descriptor.position,
        }
    }

    /// `TCP` or `UDP`.
    pub(super) fn protocol(&self) -> Option<&'static str> {
        let socket = self.socket().filter(|socket| socket.family != Family::Unix)?;
        Some(if socket.kind == SocketType::Stream { "TCP" } else { "UDP" })
    }

    /// Writes the column NAME, without what `-T` says.
    pub(super) fn name(&self, line: &mut Tail<'_>) {
        if let Some(socket) = self.socket() {
            return socket_name(socket, line);
        }
        let (path, deleted) = match &self.held {
            // Of what is mapped the column FD says it.
            Held::Used(file) => {
                let has_place = matches!(file.role, FileRole::Cwd | FileRole::Root | FileRole::Exe);
                (Some(&file.path), has_place && file.deleted == Some(true))
            }
            Held::Descriptor(descriptor) => {
                (descriptor.path.as_ref(), descriptor.deleted == Some(true))
            }
        };
        if let Some(path) = path {
            line.push_os(Paint::Plain, path);
            line.push(Paint::Faint, if deleted { " (deleted)" } else { "" });
        } else if let Held::Descriptor(descriptor) = &self.held {
            line.push(Paint::Plain, nameless(descriptor));
        }
    }

    /// ` (LISTEN QR=0 QS=0)`.
    pub(super) fn tcp_info(&self, wanted: TcpInfo) -> Option<String> {
        let socket = self.socket()?;
        let mut words = Vec::new();
        words.extend(self.state().filter(|_| wanted.state).map(str::to_owned));
        if wanted.queues {
            words.extend(socket.recv_queue.map(|bytes| format!("QR={bytes}")));
            words.extend(self.send_queue().map(|bytes| format!("QS={bytes}")));
        }
        (!words.is_empty()).then(|| format!(" ({})", words.join(" ")))
    }

    /// How much waits to be sent: at what listens nothing ever does, and there netlink says how many may wait.
    pub(super) fn send_queue(&self) -> Option<u64> {
        let socket = self.socket()?;
        if socket.status == ConnectionStatus::Listen { Some(0) } else { socket.send_queue }
    }

    /// The state of a TCP connection or of a Unix socket.
    pub(super) fn state(&self) -> Option<&'static str> {
        let socket = self.socket()?;
        match socket.unix_state {
            Some(UnixState::Listening) => return Some("LISTEN"),
            Some(state) => return Some(state.as_str()),
            None => {}
        }
        (socket.status != ConnectionStatus::None).then(|| socket.status.as_str())
    }

    /// The values for programs, under [`NAMES`] and those of the records.
    pub(super) fn values<'a>(&'a self, owner: &'a Owner) -> Vec<Value<'a>> {
        let number =
            |number: Option<Pid>| number.map_or(Value::Null, |n| Value::Uint(n.as_u32().into()));
        let text = |text| Value::OsText(text);
        let (role, descriptor, used) = match &self.held {
            Held::Used(file) => (file.role.as_str(), None, Some(file)),
            Held::Descriptor(descriptor) => ("fd", Some(descriptor), None),
        };
        let mut values = vec![
            Value::Uint(owner.pid.as_u32().into()),
            number(owner.ppid),
            number(owner.pgid),
            text(&owner.name),
            owner.uid.map_or(Value::Null, |uid| Value::Uint(uid.into())),
            owner.user.as_deref().map_or(Value::Null, text),
            Value::Text(role.into()),
        ];
        let held = descriptor.map(|descriptor| (FileDescriptor::FIELDS, descriptor.values()));
        let used = used.map(|used| (UsedFile::FIELDS, used.values()));
        let (fields, mut of_file) = held.or(used).unwrap_or_default();
        values.extend(FileDescriptor::FIELDS.iter().map(|wanted| {
            let at = fields.iter().position(|field| field.name == wanted.name);
            match at.and_then(|at| of_file.get_mut(at)) {
                Some(value) => std::mem::replace(value, Value::Null),
                None => Value::Null,
            }
        }));
        let socket = self.socket();
        let mut of_socket = socket.map(|socket| socket.values()).unwrap_or_default();
        values.extend(SOCKET.iter().map(|name| {
            let at = Connection::FIELDS.iter().position(|field| field.name == *name);
            match at.and_then(|at| of_socket.get_mut(at)) {
                Some(value) => std::mem::replace(value, Value::Null),
                None => Value::Null,
            }
        }));
        values
    }
}

/// The names of the values that are no descriptor's.
pub(super) const NAMES: &[&str] = &["pid", "ppid", "pgid", "name", "uid", "username", "role"];
/// What is told of a socket besides its descriptor.
pub(super) const SOCKET: &[&str] =
    &["family", "type", "laddr", "raddr", "status", "recv_queue", "send_queue"];

/// The letter for a line of locks: `1: POSIX  ADVISORY  READ 4711 fd:01:1311008 0 EOF`.
fn lock(line: &str) -> Option<&'static str> {
    let mut words = line.split_whitespace().skip(3);
    let is_write = words.next()? == "WRITE";
    let is_whole = words.nth(2)? == "0" && words.next()? == "EOF";
    Some(match (is_write, is_whole) {
        (true, true) => "W",
        (true, false) => "w",
        (false, true) => "R",
        (false, false) => "r",
    })
}

fn socket_name(socket: &Connection, line: &mut Tail<'_>) {
    if socket.family == Family::Unix {
        if let Some(Address::Unix(name)) = &socket.laddr {
            line.push_os(Paint::Plain, name);
            line.push(Paint::Plain, " ");
        }
        let kind = socket.kind.as_str();
        let kind = kind.strip_prefix("SOCK_").unwrap_or(kind);
        return line.write(Paint::Plain, format_args!("type={kind}"));
    }
    line.write(Paint::Plain, End(socket.laddr.as_ref()));
    if let Some(peer) = &socket.raddr {
        line.write(Paint::Plain, format_args!("->{}", End(Some(peer))));
    }
}

/// One end of a connection; `*` for any address and any port.
struct End<'a>(Option<&'a Address>);

impl fmt::Display for End<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(address) = self.0.and_then(Address::inet) else { return f.write_str("*:*") };
        match address.ip().to_canonical() {
            ip if ip.is_unspecified() => f.write_str("*")?,
            IpAddr::V6(ip) => write!(f, "[{ip}]")?,
            IpAddr::V4(ip) => ip.fmt(f)?,
        }
        match address.port() {
            0 => f.write_str(":*"),
            port => write!(f, ":{port}"),
        }
    }
}

/// The name of what lies in no file system.
fn nameless(descriptor: &FileDescriptor) -> String {
    let numbers = |numbers: Vec<String>| numbers.join(",");
    match (&descriptor.kind, &descriptor.detail) {
        (FdKind::Socket, _) => "can't identify protocol".to_owned(),
        (FdKind::Epoll, FdDetail::Epoll { targets, .. }) if !targets.is_empty() => {
            format!("[eventpoll:{}]", numbers(targets.iter().map(|t| t.fd.to_string()).collect()))
        }
        (FdKind::Eventfd, FdDetail::Eventfd { id: Some(id), .. }) => format!("[eventfd:{id}]"),
        (FdKind::Pidfd, FdDetail::Pidfd { pid: Some(pid), .. }) => format!("[pidfd:{pid}]"),
        (FdKind::Pipe | FdKind::Inotify | FdKind::Namespace | FdKind::Unknown, _) => {
            descriptor.kind.to_string()
        }
        (kind, _) => format!("[{kind}]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_of_the_whole_file_is_a_capital() {
        assert_eq!(lock("1: FLOCK  ADVISORY  WRITE 12658 fe:00:10010740 0 EOF"), Some("W"));
        assert_eq!(lock("1: POSIX  ADVISORY  READ 12658 fe:00:10010754 5 14"), Some("r"));
        assert_eq!(lock("2: POSIX  ADVISORY  READ 1 fe:00:1 0 EOF"), Some("R"));
        assert_eq!(lock("garbled"), None);
    }

    #[test]
    fn any_address_and_any_port_are_a_star() {
        let end = |text: &str| End(Some(&Address::Inet(text.parse().unwrap()))).to_string();
        assert_eq!(end("0.0.0.0:22"), "*:22");
        assert_eq!(end("[::]:0"), "*:*");
        assert_eq!(end("[::1]:631"), "[::1]:631");
        assert_eq!(end("[::ffff:10.0.0.1]:80"), "10.0.0.1:80");
    }
}
