//! The words that network records use: families, types, states and kinds, spelled as psutil spells them.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use crate::record::{Kind, ToValue, Value};
use crate::{Error, Result};

/// Declares an enum of names with its text, both ways.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* $variant,)*
        }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The value's name.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl ToValue for $name {
            const KIND: Kind = Kind::Text;

            fn to_value(&self) -> Value<'_> {
                Value::Text(Cow::Borrowed(self.as_str()))
            }
        }

        crate::serialized!($name);
    };
}

words! {
    /// What sort of address something has.
    Family {
        /// IPv4.
        Inet = "AF_INET",
        /// IPv6.
        Inet6 = "AF_INET6",
        /// A socket between processes of one machine.
        Unix = "AF_UNIX",
        /// A hardware (MAC) address; `AF_PACKET` to Linux.
        Link = "AF_LINK",
    }
}

words! {
    /// How a socket carries data.
    SocketType {
        /// A stream of bytes, as TCP.
        Stream = "SOCK_STREAM",
        /// Datagrams, as UDP.
        Datagram = "SOCK_DGRAM",
        /// Messages in order, on a connection.
        SeqPacket = "SOCK_SEQPACKET",
        /// Packets without a protocol of the kernel's.
        Raw = "SOCK_RAW",
        /// Messages that arrive, in any order.
        Rdm = "SOCK_RDM",
    }
}

words! {
    /// The state of a TCP connection; every other socket has [`None`](Self::None).
    ConnectionStatus {
        /// Data flows.
        Established = "ESTABLISHED",
        /// Connecting, not yet answered.
        SynSent = "SYN_SENT",
        /// Being connected to.
        SynRecv = "SYN_RECV",
        /// Closed here, not yet confirmed.
        FinWait1 = "FIN_WAIT1",
        /// Closed here and confirmed; the other side may still send.
        FinWait2 = "FIN_WAIT2",
        /// Closed; kept for packets that come late. No process holds it any more.
        TimeWait = "TIME_WAIT",
        /// Not in use.
        Close = "CLOSE",
        /// Closed by the other side, not yet here.
        CloseWait = "CLOSE_WAIT",
        /// Closed by the other side, then here, not yet confirmed.
        LastAck = "LAST_ACK",
        /// Waits for connections.
        Listen = "LISTEN",
        /// Closed by both sides at once.
        Closing = "CLOSING",
        /// Windows: about to be forgotten.
        DeleteTcb = "DELETE_TCB",
        /// Solaris: opened, not bound.
        Idle = "IDLE",
        /// Solaris: bound, neither connected nor listening.
        Bound = "BOUND",
        /// Not a TCP socket.
        None = "NONE",
    }
}

words! {
    /// How far a Unix socket has come, in the words of netstat(8).
    UnixState {
        /// Waits for connections.
        Listening = "LISTENING",
        /// Not connected, which it need not be to receive datagrams.
        Unconnected = "UNCONNECTED",
        /// Waits to be accepted.
        Connecting = "CONNECTING",
        /// Connected.
        Connected = "CONNECTED",
        /// Being closed.
        Disconnecting = "DISCONNECTING",
    }
}

words! {
    /// What the kernel waits for with a TCP connection, in the words of netstat(8).
    SocketTimer {
        /// To send again what was not confirmed.
        Retransmit = "on",
        /// To see whether the other end is still there.
        KeepAlive = "keepalive",
        /// To forget the connection, which is closed.
        TimeWait = "timewait",
        /// To see whether the other end takes data again.
        Probe = "probe",
    }
}

words! {
    /// What becomes of packets on a route, in the words of ip-route(8).
    RouteKind {
        /// They are sent on.
        Unicast = "unicast",
        /// They are for this machine.
        Local = "local",
        /// They are for everyone on the link.
        Broadcast = "broadcast",
        /// They are for this machine, which shares the address with others.
        Anycast = "anycast",
        /// They are for a group.
        Multicast = "multicast",
        /// They are dropped, and nobody hears of it.
        Blackhole = "blackhole",
        /// They are refused: the network cannot be reached.
        Unreachable = "unreachable",
        /// They are refused: it is forbidden.
        Prohibit = "prohibit",
        /// They are looked up in the next table.
        Throw = "throw",
        /// Their addresses are translated; gone since Linux 2.6.
        Nat = "nat",
    }
}

words! {
    /// Whether an interface sends and receives at once.
    Duplex {
        /// Either sends or receives.
        Half = "half",
        /// Both at once.
        Full = "full",
    }
}

words! {
    /// Which sockets a listing is to have. [`FromStr`] reads psutil's words.
    ConnectionKind {
        /// TCP and UDP, over IPv4 and IPv6.
        Inet = "inet",
        /// TCP and UDP over IPv4.
        Inet4 = "inet4",
        /// TCP and UDP over IPv6.
        Inet6 = "inet6",
        /// TCP over IPv4 and IPv6.
        Tcp = "tcp",
        /// TCP over IPv4.
        Tcp4 = "tcp4",
        /// TCP over IPv6.
        Tcp6 = "tcp6",
        /// UDP over IPv4 and IPv6.
        Udp = "udp",
        /// UDP over IPv4.
        Udp4 = "udp4",
        /// UDP over IPv6.
        Udp6 = "udp6",
        /// Sockets between processes of one machine, of any type.
        Unix = "unix",
        /// All of the above.
        All = "all",
    }
}

impl FromStr for ConnectionKind {
    type Err = Error;

    /// # Errors
    ///
    /// `InvalidInput` for a word that is no kind.
    fn from_str(word: &str) -> Result<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == word).ok_or_else(|| {
            let words: Vec<_> = Self::ALL.iter().map(|kind| kind.as_str()).collect();
            Error::invalid(format!(
                "{word:?} is no kind of connection; these are: {}",
                words.join(", ")
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_read_as_they_are_written() {
        for kind in ConnectionKind::ALL {
            assert_eq!(kind.to_string().parse::<ConnectionKind>().unwrap(), *kind);
        }
        let error = "tcp5".parse::<ConnectionKind>().unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::InvalidInput);
        assert!(error.to_string().contains("tcp4"));
    }

    #[test]
    fn a_word_can_be_padded_into_a_column() {
        assert_eq!(format!("{:<8}|", ConnectionStatus::Listen), "LISTEN  |");
    }
}
