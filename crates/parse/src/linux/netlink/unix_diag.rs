//! The socket diagnosis of Unix sockets: `struct unix_diag_msg` with attributes, since 3.3.

use super::{Endian, attributes};

const AF_UNIX: u8 = 1;
/// `TCP_LISTEN`: Unix sockets have the numbers of TCP.
const LISTEN: u8 = 10;

/// One socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnixDiag<'a> {
    /// The kernel's number of the type: 1 is a stream, 2 are datagrams, 5 are packets in order.
    pub kind: u8,
    /// The kernel's number of the state, in the numbers of TCP: 1 is connected, 7 is not, 10 listens.
    pub state: u8,
    /// The socket's number.
    pub inode: u32,
    /// What it is bound to, as `sun_path` holds it: a path that ends with a NUL, or a NUL and a name in no file system.
    /// Empty without a name.
    pub name: &'a [u8],
    /// How many connections wait to be accepted. The kernel does not list those themselves; `/proc/net/unix` does.
    pub pending: usize,
}

/// Decodes one message. `None` if it is cut short or of another family.
pub fn unix_diag(payload: &[u8], order: Endian) -> Option<UnixDiag<'_>> {
    if *payload.first()? != AF_UNIX {
        return None;
    }
    let kind = *payload.get(1)?;
    let state = *payload.get(2)?;
    let inode = order.u32(payload, 4)?;
    let mut socket = UnixDiag { kind, state, inode, name: &[], pending: 0 };
    for (kind, value) in attributes(payload.get(16..)?, order) {
        match kind {
            // UNIX_DIAG_NAME
            0 => socket.name = value,
            // UNIX_DIAG_ICONS: a number for each connection.
            3 if state == LISTEN => socket.pending = value.len() / 4,
            _ => {}
        }
    }
    Some(socket)
}

/// A name as `/proc/net/unix` prints it: without the NUL at a path's end, and with `@` for every other NUL.
pub fn printed(name: &[u8]) -> Vec<u8> {
    let shown = match name {
        [first, .., 0] if *first != 0 => name.strip_suffix(&[0]).unwrap_or(name),
        _ => name,
    };
    shown.iter().map(|byte| if *byte == 0 { b'@' } else { *byte }).collect()
}

/// The fixed part of the question for all Unix sockets, with names and waiting connections: `struct unix_diag_req`.
pub fn request() -> Vec<u8> {
    /// `UDIAG_SHOW_NAME | UDIAG_SHOW_ICONS`
    const SHOW: u32 = 0x1 | 0x8;
    let mut body = vec![AF_UNIX, 0, 0, 0];
    // udiag_states: every state.
    body.extend(u32::MAX.to_ne_bytes());
    // udiag_ino: any socket.
    body.extend([0; 4]);
    body.extend(SHOW.to_ne_bytes());
    // udiag_cookie: any socket.
    body.extend([0; 8]);
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(state: u8, attributes: &[u8]) -> Vec<u8> {
        [&[1, 5, state, 0, 0x39, 0x30, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0], attributes].concat()
    }

    #[test]
    fn every_field_is_where_the_kernel_puts_it() {
        let bytes =
            message(10, b"\x09\x00\x00\x00/run\0\0\0\0\x0c\x00\x03\x00\x01\0\0\0\x02\0\0\0");
        let socket = unix_diag(&bytes, Endian::Little).unwrap();
        assert_eq!((socket.kind, socket.state), (5, 10));
        assert_eq!((socket.inode, socket.pending), (12345, 2));
        assert_eq!(printed(socket.name), b"/run");
        let plain = message(7, b"");
        let socket = unix_diag(&plain, Endian::Little).unwrap();
        assert_eq!((socket.name, socket.pending), (&b""[..], 0));
    }

    #[test]
    fn t58_names_are_printed_as_proc_prints_them() {
        assert_eq!(printed(b"/a b\n\xff\0"), b"/a b\n\xff");
        assert_eq!(printed(b"\0abstract\0with\0nuls\0"), b"@abstract@with@nuls@");
        assert_eq!(printed(b"\0"), b"@");
        assert_eq!(printed(b"/not ended"), b"/not ended");
        assert_eq!(printed(b""), b"");
    }

    #[test]
    fn t55_a_message_that_is_cut_short_is_skipped() {
        let bytes = message(7, b"");
        assert_eq!(unix_diag(&bytes[..15], Endian::Little), None);
        assert_eq!(unix_diag(b"", Endian::Little), None);
    }
}
