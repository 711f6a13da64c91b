//! The requests to network drivers. The only unsafe code of this module: the function takes and returns safe types.
#![allow(unsafe_code)]

use std::io;
use std::mem;
use std::os::fd::{AsRawFd, BorrowedFd};

/// In 32-bit words, the longest structure that a driver fills in for a command used here: 48 bytes, and three masks of at
/// most 127 words.
pub(super) const ETHTOOL_WORDS: usize = 12 + 3 * 127;

/// SIOCETHTOOL: hands `command`, which begins with its number, to the driver of the interface `name`.
pub(super) fn ethtool(
    socket: BorrowedFd<'_>,
    name: &[u8],
    command: &mut [u32; ETHTOOL_WORDS],
) -> io::Result<()> {
    const SIOCETHTOOL: libc::Ioctl = 0x8946;
    // SAFETY: every field of an ifreq may be zero.
    let mut request: libc::ifreq = unsafe { mem::zeroed() };
    // One byte stays 0, for the end of the name.
    if name.len() >= request.ifr_name.len() {
        return Err(io::Error::from_raw_os_error(libc::ENODEV));
    }
    for (to, byte) in request.ifr_name.iter_mut().zip(name) {
        *to = *byte as libc::c_char;
    }
    request.ifr_ifru.ifru_data = command.as_mut_ptr().cast();
    // SAFETY: `request` is a whole ifreq, and `command` has room for the longest answer to any command.
    let result = unsafe { libc::ioctl(socket.as_raw_fd(), SIOCETHTOOL, &raw mut request) };
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
