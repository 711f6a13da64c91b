//! The states that `psight netstat` and `ss` can choose by.

use psight::net::{Connection, ConnectionStatus, Family, SocketType, UnixState};

/// A state, or several, as a word named them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// In this state.
    In(ConnectionStatus),
    /// In any state but waiting for connections and not being in use.
    Connected,
    /// In any.
    All,
}

/// `established`, `time-wait`, `TIME_WAIT`, `listening`, `connected`.
pub(super) fn wanted(word: &str) -> Result<Wanted, String> {
    let plain = |word: &str| word.to_ascii_lowercase().replace(['-', '_'], "");
    let word = plain(word);
    let meant = match word.as_str() {
        "all" => return Ok(Wanted::All),
        "connected" => return Ok(Wanted::Connected),
        "listening" => "listen",
        "closed" | "unconnected" | "unconn" => "close",
        "estab" => "established",
        other => other,
    };
    let known = ConnectionStatus::ALL.iter().filter(|status| **status != ConnectionStatus::None);
    let found = known.copied().find(|status| plain(status.as_str()) == meant);
    found.map(Wanted::In).ok_or_else(|| {
        "a state is one of established, syn-sent, syn-recv, fin-wait-1, fin-wait-2, time-wait, close, close-wait, \
         last-ack, listen, closing, connected, all"
            .to_owned()
    })
}

impl Wanted {
    pub(super) fn is(self, connection: &Connection) -> bool {
        let state = of(connection).unwrap_or(ConnectionStatus::Close);
        match self {
            Self::In(wanted) => state == wanted,
            Self::Connected => !matches!(state, ConnectionStatus::Listen | ConnectionStatus::Close),
            Self::All => true,
        }
    }
}

/// The state in the words of TCP; `None` of a socket that is neither connected nor can be.
pub(super) fn of(connection: &Connection) -> Option<ConnectionStatus> {
    match (connection.family, connection.kind) {
        (Family::Unix, _) => match connection.unix_state? {
            UnixState::Listening => Some(ConnectionStatus::Listen),
            UnixState::Connecting => Some(ConnectionStatus::SynRecv),
            UnixState::Connected => Some(ConnectionStatus::Established),
            _ => None,
        },
        (_, SocketType::Stream) => Some(connection.status),
        _ => connection.raddr.is_some().then_some(ConnectionStatus::Established),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_named_as_netstat_and_ss_name_them() {
        let is = |word: &str, status| assert_eq!(wanted(word), Ok(Wanted::In(status)), "{word}");
        is("established", ConnectionStatus::Established);
        is("FIN_WAIT1", ConnectionStatus::FinWait1);
        is("fin-wait-1", ConnectionStatus::FinWait1);
        is("listening", ConnectionStatus::Listen);
        is("time-wait", ConnectionStatus::TimeWait);
        assert_eq!(wanted("connected"), Ok(Wanted::Connected));
        assert!(wanted("none").is_err() && wanted("").is_err() && wanted("asleep").is_err());
    }
}
