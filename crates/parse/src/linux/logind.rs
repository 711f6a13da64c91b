//! `/run/systemd/{sessions,users}/*`: what systemd-logind remembers, as assignments. The format is its own affair, but
//! libsystemd of every version reads these files, and so do the tools that replaced utmp.

use crate::text;

/// One session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Session {
    /// The number of the user.
    pub uid: Option<u32>,
    /// The login name.
    pub user: Option<Vec<u8>>,
    /// `opening`, `online`, `active` or `closing`.
    pub state: Option<Vec<u8>>,
    /// `user` and words that begin with it are people; `greeter`, `background`, `manager` and so on are not.
    pub class: Option<Vec<u8>>,
    /// The terminal.
    pub tty: Option<Vec<u8>>,
    /// The X display.
    pub display: Option<Vec<u8>>,
    /// Where the user came from.
    pub remote_host: Option<Vec<u8>>,
    /// The process that the session began with.
    pub leader: Option<u32>,
    /// When it began, since 1970.
    pub realtime_usec: Option<u64>,
}

/// Decodes the file of a session. Lines that are not known are skipped.
pub fn session(bytes: &[u8]) -> Session {
    let mut session = Session::default();
    for (key, value) in assignments(bytes) {
        match key {
            b"UID" => session.uid = text::u32(value),
            b"USER" => session.user = Some(unescaped(value)),
            b"STATE" => session.state = Some(unescaped(value)),
            b"CLASS" => session.class = Some(unescaped(value)),
            b"TTY" => session.tty = Some(unescaped(value)),
            b"DISPLAY" => session.display = Some(unescaped(value)),
            b"REMOTE_HOST" => session.remote_host = Some(unescaped(value)),
            b"LEADER" => session.leader = text::u32(value),
            b"REALTIME" => session.realtime_usec = text::u64(value),
            _ => {}
        }
    }
    session
}

/// Decodes the file of a user, whose name it has.
pub fn user(bytes: &[u8]) -> Option<Vec<u8>> {
    assignments(bytes).find(|(key, _)| *key == b"NAME").map(|(_, value)| unescaped(value))
}

fn assignments(bytes: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    text::lines(bytes).filter_map(|line| {
        let equals = line.iter().position(|byte| *byte == b'=')?;
        let (key, value) = line.split_at_checked(equals)?;
        let value = value.get(1..).filter(|value| !value.is_empty())?;
        Some((key, value))
    })
}

/// The value as it was before systemd wrote `\xHH` for what might confuse a reader.
fn unescaped(value: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        let escape = if *byte == b'\\' { escape(after) } else { None };
        match escape {
            Some((byte, after)) => {
                text.push(byte);
                rest = after;
            }
            None => text.push(*byte),
        }
    }
    text
}

/// What stands after a backslash, and what follows that.
fn escape(after: &[u8]) -> Option<(u8, &[u8])> {
    if let Some(digits) = after.strip_prefix(b"x") {
        let (hex, rest) = digits.split_at_checked(2)?;
        return Some((text::hex(hex)?.try_into().ok()?, rest));
    }
    let (byte, rest) = after.split_first()?;
    matches!(byte, b'\\' | b'"' | b'\'').then_some((*byte, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t68_a_session_over_the_network_is_read() {
        let bytes = b"# This is private data. Do not parse.\nUID=1000\nUSER=ada\nACTIVE=1\nIS_DISPLAY=1\n\
            STATE=active\nREMOTE=1\nTYPE=tty\nORIGINAL_TYPE=tty\nCLASS=user\nSCOPE=session-3.scope\n\
            FIFO=/run/systemd/sessions/3.ref\nTTY=pts/0\nREMOTE_HOST=192.0.2.7\nSERVICE=sshd\nPOSITION=0\n\
            LEADER=1234\nAUDIT=3\nREALTIME=1700000000123456\nMONOTONIC=99\n";
        let expected = Session {
            uid: Some(1000),
            user: Some(b"ada".to_vec()),
            state: Some(b"active".to_vec()),
            class: Some(b"user".to_vec()),
            tty: Some(b"pts/0".to_vec()),
            display: None,
            remote_host: Some(b"192.0.2.7".to_vec()),
            leader: Some(1234),
            realtime_usec: Some(1_700_000_000_123_456),
        };
        assert_eq!(session(bytes), expected);
    }

    #[test]
    fn an_escaped_value_is_as_it_was() {
        let session = session(br"REMOTE_HOST=fe80\x3a\x3a1\x25eth0\\");
        assert_eq!(session.remote_host.as_deref(), Some(&br"fe80::1%eth0\"[..]));
        assert_eq!(super::session(br"TTY=a\xZZ\").tty.as_deref(), Some(&br"a\xZZ\"[..]));
    }

    #[test]
    fn a_user_has_a_name() {
        assert_eq!(user(b"NAME=ada\nSTATE=active\n"), Some(b"ada".to_vec()));
        assert_eq!(user(b"NAME=\nSTATE=active\n"), None);
    }
}
