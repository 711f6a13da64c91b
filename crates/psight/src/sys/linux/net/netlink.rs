//! Questions over netlink: a socket, and the patience that its answers need.

use std::io;
use std::time::Duration;

use psight_parse::linux::Endian;
use psight_parse::linux::netlink::{Dump, Progress, question};
use rustix::fd::OwnedFd;
use rustix::io::Errno;
use rustix::net::sockopt::{Timeout, set_socket_timeout};
use rustix::net::{
    AddressFamily, Protocol, RecvFlags, SendFlags, SocketFlags, SocketType, recv, send, socket_with,
};

/// The kernel fills datagrams of at most 32 KiB, and makes them as large as it is asked for.
const BUFFER: usize = 32 * 1024;
/// How often a question is asked again, if what it lists keeps changing.
const ATTEMPTS: u32 = 10;
/// The kernel answers at once; a sandbox that swallows the question must not hang the caller.
const PATIENCE: Duration = Duration::from_secs(5);

/// A netlink socket, opened anew where an answer has to be given up.
pub(super) struct Netlink<C> {
    connect: C,
    socket: OwnedFd,
    sequence: u32,
    buffer: Vec<u8>,
}

/// A socket of this protocol; `None` is `NETLINK_ROUTE`.
pub(super) fn netlink(
    protocol: Option<Protocol>,
) -> io::Result<Netlink<impl FnMut() -> io::Result<OwnedFd>>> {
    Netlink::new(move || {
        let socket =
            socket_with(AddressFamily::NETLINK, SocketType::RAW, SocketFlags::CLOEXEC, protocol)?;
        set_socket_timeout(&socket, Timeout::Recv, Some(PATIENCE))?;
        Ok(socket)
    })
}

impl<C: FnMut() -> io::Result<OwnedFd>> Netlink<C> {
    fn new(mut connect: C) -> io::Result<Self> {
        let socket = connect()?;
        Ok(Self { connect, socket, sequence: 0, buffer: vec![0; BUFFER] })
    }

    /// Asks for everything of `kind`, and lets `each` add to `rows` what it makes of a message: its kind and payload.
    ///
    /// An answer that had to be given up on the way, or was interrupted, leaves nothing in `rows`. After several that
    /// were interrupted the last one is taken: something may then be missing or twice there.
    pub(super) fn dump<R>(
        &mut self,
        kind: u16,
        body: &[u8],
        rows: &mut Vec<R>,
        mut each: impl FnMut(&mut Vec<R>, u16, &[u8]),
    ) -> io::Result<()> {
        let before = rows.len();
        for attempt in 1.. {
            match self.answer(kind, body, |kind, payload| each(rows, kind, payload)) {
                Ok(false) => return Ok(()),
                Ok(true) if attempt >= ATTEMPTS => return Ok(()),
                Ok(true) => rows.truncate(before),
                Err(error) => {
                    rows.truncate(before);
                    // The answer did not fit: its rest is still in the socket.
                    let again = matches!(error, Errno::NOBUFS | Errno::MSGSIZE);
                    if !again || attempt >= ATTEMPTS {
                        return Err(error.into());
                    }
                    self.socket = (self.connect)()?;
                }
            }
        }
        Ok(())
    }

    /// Asks once. Tells whether the answer was interrupted.
    fn answer(
        &mut self,
        kind: u16,
        body: &[u8],
        mut each: impl FnMut(u16, &[u8]),
    ) -> Result<bool, Errno> {
        self.sequence = self.sequence.wrapping_add(1);
        send(&self.socket, &question(kind, self.sequence, body), SendFlags::empty())?;
        let mut dump = Dump::new(self.sequence, Endian::NATIVE);
        loop {
            let length = self.receive()?;
            let datagram = self.buffer.get(..length).unwrap_or_default();
            match dump.datagram(datagram, &mut each).map_err(|_| Errno::BADMSG)? {
                Progress::More => {}
                Progress::Done => return Ok(false),
                Progress::Interrupted => return Ok(true),
                Progress::Refused(code) => return Err(Errno::from_raw_os_error(code)),
            }
        }
    }

    /// The next datagram into the buffer, which grows if it was too small.
    fn receive(&mut self) -> Result<usize, Errno> {
        loop {
            match recv(&self.socket, self.buffer.as_mut_slice(), RecvFlags::TRUNC) {
                Ok((_, 0)) => return Err(Errno::BADMSG),
                Ok((_, whole)) if whole > self.buffer.len() => {
                    self.buffer.resize(whole.next_power_of_two(), 0);
                    return Err(Errno::MSGSIZE);
                }
                Ok((length, _)) => return Ok(length),
                Err(Errno::INTR) => {}
                Err(error) => return Err(error),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use psight_parse::linux::netlink::kept;
    use rustix::net::socketpair;

    const INTERRUPTED: u16 = 0x10;

    /// A socket whose other end has already answered with these datagrams.
    fn answered(datagrams: &[Vec<u8>]) -> OwnedFd {
        let (ours, kernel) =
            socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)
                .unwrap();
        for datagram in datagrams {
            send(&kernel, datagram, SendFlags::empty()).unwrap();
        }
        // Kept open, so that a question can be sent.
        std::mem::forget(kernel);
        ours
    }

    /// An answer to the question with this number, in one datagram.
    fn datagram(sequence: u32, flags: u16, texts: &[&[u8]]) -> Vec<u8> {
        let mut bytes = kept(texts.iter().map(|text| (20, *text)));
        let mut at = 0;
        while let Some(length) = Endian::NATIVE.u32(&bytes, at) {
            bytes[at + 6..at + 8].copy_from_slice(&(2 | flags).to_ne_bytes());
            bytes[at + 8..at + 12].copy_from_slice(&sequence.to_ne_bytes());
            at += (length as usize).next_multiple_of(4);
        }
        bytes
    }

    fn rows(sockets: Vec<OwnedFd>) -> io::Result<Vec<Vec<u8>>> {
        let mut sockets = sockets.into_iter();
        let mut netlink = Netlink::new(move || Ok(sockets.next().unwrap()))?;
        let mut rows = vec![b"before".to_vec()];
        netlink.dump(18, &[], &mut rows, |rows, _, payload| rows.push(payload.to_vec()))?;
        Ok(rows)
    }

    #[test]
    fn t55_an_interrupted_answer_is_asked_for_again() {
        let socket =
            answered(&[datagram(1, INTERRUPTED, &[b"a", b"a"]), datagram(2, 0, &[b"a", b"b"])]);
        assert_eq!(rows(vec![socket]).unwrap(), [&b"before"[..], b"a", b"b"]);
    }

    #[test]
    fn t55_an_answer_that_is_always_interrupted_is_taken_in_the_end() {
        let answers: Vec<_> = (1..=ATTEMPTS).map(|n| datagram(n, INTERRUPTED, &[b"a"])).collect();
        assert_eq!(rows(vec![answered(&answers)]).unwrap(), [&b"before"[..], b"a"]);
    }

    #[test]
    fn t55_an_answer_to_an_older_question_is_skipped() {
        let socket = answered(&[datagram(9, 0, &[b"old"]), datagram(1, 0, &[b"new"])]);
        assert_eq!(rows(vec![socket]).unwrap(), [&b"before"[..], b"new"]);
    }

    #[test]
    fn t55_an_answer_that_does_not_fit_is_asked_for_with_more_room() {
        let long = vec![b'x'; 2 * BUFFER];
        let first = answered(&[datagram(1, 0, &[&long])]);
        let second = answered(&[datagram(2, 0, &[&long])]);
        assert_eq!(rows(vec![first, second]).unwrap(), [b"before".to_vec(), long]);
    }

    #[test]
    fn t55_a_refusal_is_an_error_with_its_number() {
        let mut refusal = datagram(1, 0, &[]);
        refusal[16..20].copy_from_slice(&(-libc::EPERM).to_ne_bytes());
        let error = rows(vec![answered(&[refusal])]).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::EPERM));
    }
}
