//! The requests to network drivers and interfaces. The only unsafe code of this module: the functions take and return safe
//! types.
#![allow(unsafe_code)]

use std::io;
use std::mem;
use std::net::Ipv4Addr;
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

/// What is asked of one IPv4 address of an interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    /// SIOCGIFNETMASK
    Netmask = 0x891b,
    /// SIOCGIFBRDADDR
    Broadcast = 0x8919,
    /// SIOCGIFDSTADDR
    OtherEnd = 0x8917,
}

/// The same of the address `address` of the interface, or alias, `name`.
pub(super) fn ask_of(
    socket: BorrowedFd<'_>,
    of: Of,
    name: &[u8],
    address: Ipv4Addr,
) -> io::Result<Ipv4Addr> {
    // SAFETY: every field of an ifreq may be zero.
    let mut request: libc::ifreq = unsafe { mem::zeroed() };
    for (to, byte) in request.ifr_name.iter_mut().zip(name) {
        *to = *byte as libc::c_char;
    }
    // SAFETY: the address is the member of the union that these requests take.
    let asked = unsafe { &mut request.ifr_ifru.ifru_addr };
    asked.sa_family = libc::AF_INET as libc::sa_family_t;
    for (to, byte) in asked.sa_data.iter_mut().skip(2).zip(address.octets()) {
        *to = byte as libc::c_char;
    }
    // SAFETY: `request` is a whole ifreq, which is all that is written.
    let result = unsafe { libc::ioctl(socket.as_raw_fd(), of as libc::Ioctl, &raw mut request) };
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(ipv4(&request)) }
}

/// SIOCGIFFLAGS, SIOCGIFMTU: the flags of the interface `name`, and its largest packet.
pub(super) fn state(socket: BorrowedFd<'_>, name: &[u8]) -> io::Result<(i16, i32)> {
    const SIOCGIFFLAGS: libc::Ioctl = 0x8913;
    const SIOCGIFMTU: libc::Ioctl = 0x8921;
    let (flags, mtu) = (ask(socket, SIOCGIFFLAGS, name)?, ask(socket, SIOCGIFMTU, name)?);
    // SAFETY: the kernel has filled in these members, and any bytes are such.
    Ok(unsafe { (flags.ifr_ifru.ifru_flags, mtu.ifr_ifru.ifru_mtu) })
}

/// What a request without more than a name says.
fn ask(socket: BorrowedFd<'_>, command: libc::Ioctl, name: &[u8]) -> io::Result<libc::ifreq> {
    // SAFETY: every field of an ifreq may be zero.
    let mut request: libc::ifreq = unsafe { mem::zeroed() };
    for (to, byte) in request.ifr_name.iter_mut().zip(name) {
        *to = *byte as libc::c_char;
    }
    // SAFETY: `request` is a whole ifreq, which is all that is written.
    let result = unsafe { libc::ioctl(socket.as_raw_fd(), command, &raw mut request) };
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(request) }
}

/// SIOCGIFINDEX, SIOCGIFHWADDR: the number of the interface `name`, and how its address begins.
pub(super) fn identity(socket: BorrowedFd<'_>, name: &[u8]) -> io::Result<(i32, [u8; 14])> {
    const SIOCGIFINDEX: libc::Ioctl = 0x8933;
    const SIOCGIFHWADDR: libc::Ioctl = 0x8927;
    let (index, address) = (ask(socket, SIOCGIFINDEX, name)?, ask(socket, SIOCGIFHWADDR, name)?);
    // SAFETY: the kernel has filled in these members, and any bytes are such.
    let (index, address) = unsafe { (index.ifr_ifru.ifru_ifindex, address.ifr_ifru.ifru_hwaddr) };
    Ok((index, address.sa_data.map(byte)))
}

/// SIOCGIFCONF: the IPv4 addresses of all interfaces, each with the name of the interface or alias.
pub(super) fn ipv4_addresses(socket: BorrowedFd<'_>) -> io::Result<Vec<(Vec<u8>, Ipv4Addr)>> {
    /// `struct ifconf`, which not every C library names.
    #[repr(C)]
    struct Conf {
        length: libc::c_int,
        requests: *mut libc::ifreq,
    }
    const SIOCGIFCONF: libc::Ioctl = 0x8912;
    let each = size_of::<libc::ifreq>();
    let mut room = 64;
    loop {
        // SAFETY: every field of an ifreq may be zero.
        let mut requests: Vec<libc::ifreq> = (0..room).map(|_| unsafe { mem::zeroed() }).collect();
        let length = libc::c_int::try_from(room * each).unwrap_or(libc::c_int::MAX);
        let mut conf = Conf { length, requests: requests.as_mut_ptr() };
        // SAFETY: there is room for `length` bytes, which is how many are written at most.
        if unsafe { libc::ioctl(socket.as_raw_fd(), SIOCGIFCONF, &raw mut conf) } < 0 {
            return Err(io::Error::last_os_error());
        }
        let found = usize::try_from(conf.length).unwrap_or(0) / each;
        // What fills all the room may be a part.
        if found < room || room >= 1 << 20 {
            requests.truncate(found);
            return Ok(requests.iter().map(|request| (name(request), ipv4(request))).collect());
        }
        room *= 4;
    }
}

fn name(request: &libc::ifreq) -> Vec<u8> {
    request.ifr_name.iter().map(|char| byte(*char)).take_while(|byte| *byte != 0).collect()
}

fn ipv4(request: &libc::ifreq) -> Ipv4Addr {
    // SAFETY: the kernel has filled in a socket's address, and any bytes are one.
    let address = unsafe { request.ifr_ifru.ifru_addr };
    let [_, _, a, b, c, d, ..] = address.sa_data.map(byte);
    Ipv4Addr::new(a, b, c, d)
}

/// C's characters have a sign on some processors.
fn byte(char: libc::c_char) -> u8 {
    let [byte] = char.to_ne_bytes();
    byte
}
