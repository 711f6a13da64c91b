//! Network interfaces and sockets.

mod connections;
mod interfaces;
mod rates;
mod words;

pub use connections::{Address, Connection};
pub use interfaces::{InterfaceAddress, InterfaceStats, NetIo};
pub use rates::NetRates;
pub use words::{ConnectionKind, ConnectionStatus, Duplex, Family, SocketType, UnixState};

use crate::{Result, sys};

/// What the kernel answers when it is asked for all interfaces (`RTM_GETLINK`): `answers/rtm_getlink.bin` of a capture.
///
/// # Errors
///
/// `Unsupported` where there is no netlink.
#[doc(hidden)]
pub fn capture_links() -> Result<Vec<u8>> {
    sys::net::capture_links()
}

/// What the kernel answers when it is asked for all addresses (`RTM_GETADDR`): `answers/rtm_getaddr.bin` of a capture.
///
/// # Errors
///
/// `Unsupported` where there is no netlink.
#[doc(hidden)]
pub fn capture_addresses() -> Result<Vec<u8>> {
    sys::net::capture_addresses()
}
