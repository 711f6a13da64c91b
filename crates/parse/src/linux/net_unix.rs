//! `/proc/net/unix`: the Unix sockets of one network namespace, one per line.

use crate::{Error, text};

/// One socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unix<'a> {
    /// The kernel's number of the type: 1 is a stream, 2 are datagrams, 5 are packets in order.
    pub kind: u16,
    /// The kernel's flags: 0x10000 says that it listens.
    pub flags: u32,
    /// The kernel's number of the state, `SS_UNCONNECTED` (1) to `SS_DISCONNECTING` (4).
    pub state: u8,
    /// The socket's number; 0 for a connection that is not yet accepted.
    pub inode: u64,
    /// The name as the kernel prints it; empty without one. A name in no file system begins with `@`, and each NUL inside
    /// it is printed as `@` too. The kernel escapes nothing: it may hold blanks and newlines.
    pub path: &'a [u8],
}

/// Decodes the file. The line of heads, and what is garbled among others, are skipped; a file that says something and
/// no socket is an error, and not a machine without sockets.
///
/// A line that cannot be a socket continues the name of the socket before it.
pub fn net_unix(bytes: &[u8]) -> Result<impl Iterator<Item = Unix<'_>>, Error> {
    let mut rows = rows(bytes).peekable();
    if rows.peek().is_none() && !text::is_bare(bytes, b"Num") {
        return Err(Error::garbled("Inode"));
    }
    Ok(rows)
}

fn rows(mut rest: &[u8]) -> impl Iterator<Item = Unix<'_>> {
    std::iter::from_fn(move || {
        loop {
            let (line, after) = split_line(rest)?;
            let Some((mut row, path_at, is_named)) = unix(line) else {
                rest = after;
                continue;
            };
            let start = rest;
            let mut end = line.len();
            rest = after;
            while let Some((next, after)) = split_line(rest) {
                if !is_named || unix(next).is_some() {
                    break;
                }
                end = end.saturating_add(1).saturating_add(next.len());
                rest = after;
            }
            row.path = start.get(path_at..end).unwrap_or_default();
            return Some(row);
        }
    })
}

/// The first line and what follows it; a last line without an end counts.
fn split_line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    if bytes.is_empty() {
        return None;
    }
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let (line, rest) = bytes.split_at_checked(end)?;
    Some((line, rest.get(1..).unwrap_or_default()))
}

/// One line, where in it the name begins, and whether there is one: that may begin with the end of the line.
fn unix(line: &[u8]) -> Option<(Unix<'_>, usize, bool)> {
    let mut at = 0;
    let mut word = || {
        let rest = line.get(at..)?;
        let start = rest.iter().position(|byte| *byte != b' ')?;
        let rest = rest.get(start..)?;
        let end = rest.iter().position(|byte| *byte == b' ').unwrap_or(rest.len());
        at = at.checked_add(start)?.checked_add(end)?;
        rest.get(..end)
    };
    // Num, "0000000000000000:"
    text::hex(word()?.strip_suffix(b":")?)?;
    // RefCount, Protocol
    for _ in 0..2 {
        text::hex(word()?)?;
    }
    let flags = text::hex(word()?)?.try_into().ok()?;
    let kind = text::hex(word()?)?.try_into().ok()?;
    let state = text::hex(word()?)?.try_into().ok()?;
    let inode = text::u64(word()?)?;
    // One blank and the name, or neither.
    let is_named = at < line.len();
    let path_at = at.checked_add(1)?.min(line.len());
    Some((Unix { kind, flags, state, inode, path: line.get(path_at..)? }, path_at, is_named))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADS: &[u8] = b"Num       RefCount Protocol Flags    Type St Inode Path\n";

    fn rows(text: &[u8]) -> Vec<(u16, u64, &[u8])> {
        net_unix(text).unwrap().map(|row| (row.kind, row.inode, row.path)).collect()
    }

    #[test]
    fn every_column_is_where_the_heads_say() {
        let text = [
            HEADS,
            b"0000000000000000: 00000002 00000000 00010000 0001 01 16163 /run/systemd/private\n\
              0000000000000000: 00000003 00000000 00000000 0005 03   902\n\
              ffff8a5c4d3f1c00: 00000002 00000000 00000000 0002 01     0 @/tmp/.X11-unix/X0\n",
        ]
        .concat();
        assert_eq!(
            rows(&text),
            [
                (1, 16163, &b"/run/systemd/private"[..]),
                (5, 902, b""),
                (2, 0, b"@/tmp/.X11-unix/X0")
            ]
        );
    }

    #[test]
    fn t58_a_name_with_blanks_newlines_and_any_bytes_is_kept_whole() {
        let text = b"0: 2 0 0 0001 01 7 / a  b \n0: 2 0 0 0001 01 8 /a\nb 9\n\nc\n0: 2 0 0 0001 01 9 @\xff@\x01@\n";
        assert_eq!(
            rows(text),
            [(1, 7, &b"/ a  b "[..]), (1, 8, b"/a\nb 9\n\nc"), (1, 9, b"@\xff@\x01@")]
        );
    }

    #[test]
    fn t58_a_name_may_begin_with_a_newline() {
        let text = b"0: 2 0 0 0001 01 7 \n/a\n0: 2 0 0 0001 01 8 \n\n0: 2 0 0 0001 01 9\n";
        assert_eq!(rows(text), [(1, 7, &b"\n/a"[..]), (1, 8, b"\n"), (1, 9, b"")]);
    }

    #[test]
    fn t58_a_malformed_line_hides_no_other() {
        let text = b"garbage\n0: 2 0 0 0001 01 7\nx y z\n0: 2 0 0 0001 01\n0: 2 0 0 0002 01 8 /a";
        assert_eq!(rows(text), [(1, 7, &b""[..]), (2, 8, b"/a")]);
    }

    #[test]
    fn t58_a_file_of_which_no_line_is_understood_is_no_machine_without_sockets() {
        assert_eq!((rows(b""), rows(HEADS)), (vec![], vec![]));
        let cut = [HEADS, b"0: 2 0 0 0001 01\n"].concat();
        for garbage in [&cut[..], b"garbage\n", b"\0", b"Num\nNum\n"] {
            assert_eq!(net_unix(garbage).err(), Some(Error::garbled("Inode")));
        }
    }

    #[test]
    fn t58_a_path_may_be_longer_than_108_bytes() {
        let path = [b'p'; 300];
        let text = [b"0: 2 0 0 0001 01 7 ", &path[..], b"\n"].concat();
        assert_eq!(rows(&text), [(1, 7, &path[..])]);
    }
}
