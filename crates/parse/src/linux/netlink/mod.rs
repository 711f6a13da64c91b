//! Netlink: what the kernel answers on a socket of its own, as messages with attributes.
//!
//! A question about many things is answered in several datagrams of several messages each, and ends with a message of
//! its own. [`Dump`] follows that; the other modules decode the messages.

pub mod addr;
pub mod inet_diag;
pub mod link;
pub mod route;
#[cfg(test)]
mod samples;
pub mod unix_diag;

use super::Endian;
use crate::Error;

/// `NLMSG_ERROR`: the kernel refuses, or confirms with the number 0.
const ERROR: u16 = 2;
/// `NLMSG_DONE`: the answer is complete.
const DONE: u16 = 3;
/// `NLM_F_DUMP_INTR`: what is listed changed meanwhile, so that something may be missing or twice there. Since 3.8.
const INTERRUPTED: u16 = 0x10;
/// The length of `struct nlmsghdr`.
const HEAD: usize = 16;

/// One message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Message<'a> {
    /// What the message is about; below 16 it is about the answer itself.
    pub kind: u16,
    /// `NLM_F_*`.
    pub flags: u16,
    /// The number of the question that it answers.
    pub sequence: u32,
    /// The rest.
    pub payload: &'a [u8],
}

/// The messages of one datagram, or of several one after another.
///
/// A message that is cut short is an error, and the last item.
pub fn messages(bytes: &[u8], order: Endian) -> impl Iterator<Item = Result<Message<'_>, Error>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (message, after) = match split(rest, order) {
            Some((message, after)) => (Ok(message), after),
            None => (Err(Error::garbled("nlmsg_len")), &[][..]),
        };
        rest = after;
        Some(message)
    })
}

fn split(bytes: &[u8], order: Endian) -> Option<(Message<'_>, &[u8])> {
    let length = usize::try_from(order.u32(bytes, 0)?).ok()?;
    let message = Message {
        kind: order.u16(bytes, 4)?,
        flags: order.u16(bytes, 6)?,
        sequence: order.u32(bytes, 8)?,
        payload: bytes.get(HEAD..length)?,
    };
    // Messages begin at multiples of four; the last one need not be filled up.
    let next = length.checked_next_multiple_of(4)?.min(bytes.len());
    Some((message, bytes.get(next..)?))
}

/// The attributes after a message's fixed part: their types, without the flags in the upper two bits, and values.
///
/// They end where one is garbled.
pub fn attributes(bytes: &[u8], order: Endian) -> impl Iterator<Item = (u16, &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let length = usize::from(order.u16(rest, 0)?);
        let kind = order.u16(rest, 2)? & 0x3fff;
        let value = rest.get(4..length)?;
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some((kind, value))
    })
}

/// The answer to one question, datagram by datagram.
#[derive(Debug, Clone)]
pub struct Dump {
    sequence: u32,
    order: Endian,
    interrupted: bool,
}

/// Where an answer is after a datagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// More datagrams follow.
    More,
    /// It is complete.
    Done,
    /// It is complete, but what it lists changed meanwhile: ask again.
    Interrupted,
    /// The kernel refused, for the reason that this error number tells.
    Refused(i32),
}

impl Dump {
    /// The answer to the question with this number.
    pub fn new(sequence: u32, order: Endian) -> Self {
        Self { sequence, order, interrupted: false }
    }

    /// Hands the messages of the next datagram to `each`: their kind and payload.
    ///
    /// Messages that answer another question, as one that was given up, are skipped.
    ///
    /// # Errors
    ///
    /// If a message is cut short.
    pub fn datagram(
        &mut self,
        bytes: &[u8],
        mut each: impl FnMut(u16, &[u8]),
    ) -> Result<Progress, Error> {
        for message in messages(bytes, self.order) {
            let message = message?;
            if message.sequence != self.sequence {
                continue;
            }
            self.interrupted |= message.flags & INTERRUPTED != 0;
            match message.kind {
                DONE => return Ok(self.done(message.payload)),
                ERROR => {
                    let code = self.order.i32(message.payload, 0).ok_or(Error::missing("error"))?;
                    return Ok(Progress::Refused(code.saturating_neg()));
                }
                kind if kind > DONE => each(kind, message.payload),
                // NLMSG_NOOP
                _ => {}
            }
        }
        Ok(Progress::More)
    }

    /// What the last message says: an error that was found on the way is in it.
    fn done(&self, payload: &[u8]) -> Progress {
        match self.order.i32(payload, 0) {
            Some(code) if code < 0 => Progress::Refused(code.saturating_neg()),
            _ if self.interrupted => Progress::Interrupted,
            _ => Progress::Done,
        }
    }
}

/// The byte order of an answer that was kept in a file, as its first length shows it.
pub fn order_of(bytes: &[u8]) -> Endian {
    let fits = |order: Endian| {
        let length = order.u32(bytes, 0).and_then(|length| usize::try_from(length).ok());
        length.is_some_and(|length| (HEAD..=bytes.len()).contains(&length))
    };
    if fits(Endian::Big) && !fits(Endian::Little) { Endian::Big } else { Endian::Little }
}

/// A name without the NUL at its end.
fn text(value: &[u8]) -> &[u8] {
    value.split(|byte| *byte == 0).next().unwrap_or_default()
}

/// `NLM_F_REQUEST | NLM_F_DUMP`: a question about everything.
const DUMP: u16 = 0x301;

/// The question `kind` about everything, with its fixed part and attributes in `body`.
pub fn question(kind: u16, sequence: u32, body: &[u8]) -> Vec<u8> {
    message(kind, DUMP, sequence, body)
}

/// An answer as the kernel gives it, of messages with these kinds and payloads, for keeping in a file.
pub fn kept<'a>(rows: impl IntoIterator<Item = (u16, &'a [u8])>) -> Vec<u8> {
    /// `NLM_F_MULTI`
    const MULTI: u16 = 0x2;
    let end: (u16, &[u8]) = (DONE, &[0; 4]);
    let mut bytes = Vec::new();
    for (kind, payload) in rows.into_iter().chain([end]) {
        bytes.extend(message(kind, MULTI, 0, payload));
        bytes.resize(bytes.len().next_multiple_of(4), 0);
    }
    bytes
}

fn message(kind: u16, flags: u16, sequence: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(HEAD.saturating_add(payload.len())).unwrap_or(u32::MAX);
    let mut bytes = Vec::with_capacity(HEAD + payload.len());
    bytes.extend(length.to_ne_bytes());
    bytes.extend(kind.to_ne_bytes());
    bytes.extend(flags.to_ne_bytes());
    bytes.extend(sequence.to_ne_bytes());
    // nlmsg_pid: the kernel knows who asks.
    bytes.extend([0; 4]);
    bytes.extend(payload);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDER: Endian = Endian::Little;

    fn message(kind: u16, flags: u16, sequence: u32, payload: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend((16 + payload.len() as u32).to_le_bytes());
        bytes.extend(kind.to_le_bytes());
        bytes.extend(flags.to_le_bytes());
        bytes.extend(sequence.to_le_bytes());
        bytes.extend([0; 4]);
        bytes.extend(payload);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }

    fn run(dump: &mut Dump, datagram: &[u8]) -> (Result<Progress, Error>, Vec<Vec<u8>>) {
        let mut seen = Vec::new();
        let progress = dump.datagram(datagram, |_, payload| seen.push(payload.to_vec()));
        (progress, seen)
    }

    #[test]
    fn t55_an_answer_in_several_datagrams_ends_with_its_last_message() {
        let mut dump = Dump::new(7, ORDER);
        let first = [message(20, 2, 7, b"abc"), message(20, 2, 7, b"defg")].concat();
        assert_eq!(
            run(&mut dump, &first),
            (Ok(Progress::More), vec![b"abc".to_vec(), b"defg".to_vec()])
        );
        let last = [message(20, 2, 7, b"h"), message(DONE, 2, 7, &[0; 4])].concat();
        assert_eq!(run(&mut dump, &last), (Ok(Progress::Done), vec![b"h".to_vec()]));
    }

    #[test]
    fn t55_an_interrupted_answer_says_so_at_its_end() {
        let mut dump = Dump::new(7, ORDER);
        let first = message(20, 2 | INTERRUPTED, 7, b"abc");
        assert_eq!(run(&mut dump, &first).0, Ok(Progress::More));
        let last = message(DONE, 2, 7, &[0; 4]);
        assert_eq!(run(&mut dump, &last).0, Ok(Progress::Interrupted));
    }

    #[test]
    fn t55_messages_of_another_question_are_skipped() {
        let mut dump = Dump::new(7, ORDER);
        let old = [message(20, 2, 6, b"old"), message(DONE, 2, 6, &[0; 4])].concat();
        assert_eq!(run(&mut dump, &old), (Ok(Progress::More), vec![]));
    }

    #[test]
    fn t55_a_refusal_is_told_with_its_number() {
        let mut dump = Dump::new(7, ORDER);
        let error = message(ERROR, 0, 7, &[(-2i32).to_le_bytes(), [0; 4]].concat());
        assert_eq!(run(&mut dump, &error).0, Ok(Progress::Refused(2)));
        let done = message(DONE, 2, 7, &(-12i32).to_le_bytes());
        assert_eq!(run(&mut dump, &done).0, Ok(Progress::Refused(12)));
    }

    #[test]
    fn t55_a_message_that_is_cut_short_is_an_error() {
        let whole = message(20, 2, 7, b"abcdefgh");
        for cut in 1..whole.len() {
            let progress = run(&mut Dump::new(7, ORDER), &whole[..cut]).0;
            assert_eq!(progress, Err(Error::garbled("nlmsg_len")), "{cut}");
        }
        let lengthless = [0; 16];
        assert!(run(&mut Dump::new(0, ORDER), &lengthless).0.is_err());
    }

    #[test]
    fn attributes_end_where_one_is_garbled() {
        let bytes = [5, 0, 1, 0, b'x', 0, 0, 0, 6, 0, 2, 0x80, b'y', b'z', 0, 0, 200, 0, 3, 0, 1];
        let seen: Vec<_> = attributes(&bytes, ORDER).collect();
        assert_eq!(seen, [(1, &b"x"[..]), (2, &b"yz"[..])]);
        assert_eq!(attributes(&[0; 8], ORDER).count(), 0);
    }

    #[test]
    fn a_kept_answer_is_read_like_a_fresh_one() {
        let bytes = kept([(20, &b"abc"[..]), (16, b"defg")]);
        let mut dump = Dump::new(0, Endian::NATIVE);
        assert_eq!(
            run(&mut dump, &bytes),
            (Ok(Progress::Done), vec![b"abc".to_vec(), b"defg".to_vec()])
        );
    }

    #[test]
    fn the_order_of_a_kept_answer_shows() {
        let mut bytes = message(20, 2, 7, b"abc");
        assert_eq!(order_of(&bytes), Endian::Little);
        bytes[..4].reverse();
        assert_eq!(order_of(&bytes), Endian::Big);
        assert_eq!(order_of(b""), Endian::Little);
    }
}
