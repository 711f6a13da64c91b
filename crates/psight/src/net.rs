//! Network interfaces, routes and sockets.

mod connections;
mod counters;
mod interfaces;
mod rates;
mod routes;
mod words;

pub use connections::{Address, Connection};
pub use counters::ProtocolCounter;
pub use interfaces::{InterfaceAddress, InterfaceStats, NetIo};
pub use rates::NetRates;
pub use routes::{Route, Routes};
pub use words::{
    ConnectionKind, ConnectionStatus, Duplex, Family, RouteKind, SocketTimer, SocketType, UnixState,
};

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

/// What the kernel answers when it is asked for all routes (`RTM_GETROUTE`): `answers/rtm_getroute.bin` of a capture.
///
/// # Errors
///
/// `Unsupported` where there is no netlink.
#[doc(hidden)]
pub fn capture_routes() -> Result<Vec<u8>> {
    sys::net::capture_routes()
}
