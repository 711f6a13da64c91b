//! The calls of iphlpapi.
#![allow(unsafe_code)]

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ptr;

use psight_parse::windows::ip_forward_table::{HEAD, ROW};
use windows_sys::Win32::Foundation::{
    ERROR_BUFFER_OVERFLOW, ERROR_INSUFFICIENT_BUFFER, ERROR_NO_DATA, ERROR_NOT_SUPPORTED, NO_ERROR,
};
use windows_sys::Win32::NetworkManagement::IpHelper::{
    FreeMibTable, GAA_FLAG_SKIP_ANYCAST, GAA_FLAG_SKIP_DNS_SERVER, GAA_FLAG_SKIP_MULTICAST,
    GetAdaptersAddresses, GetExtendedTcpTable, GetExtendedUdpTable, GetIfEntry2,
    GetIpForwardTable2, IP_ADAPTER_ADDRESSES_LH, IP_ADAPTER_UNICAST_ADDRESS_LH, MIB_IF_ROW2,
    MIB_IPFORWARD_ROW2, MIB_IPFORWARD_TABLE2, TCP_TABLE_OWNER_PID_ALL, UDP_TABLE_OWNER_PID,
};
use windows_sys::Win32::NetworkManagement::Ndis::NET_LUID_LH;
use windows_sys::Win32::Networking::WinSock::{
    AF_INET, AF_INET6, AF_UNSPEC, SOCKADDR_IN, SOCKADDR_IN6, SOCKET_ADDRESS,
};

use super::super::ffi::{Buffer, text_at};

fn family(is_ipv6: bool) -> u32 {
    (if is_ipv6 { AF_INET6 } else { AF_INET }).into()
}

/// The table of TCP connections with their owners.
pub(super) fn tcp_table(is_ipv6: bool) -> io::Result<Vec<u8>> {
    let kind = TCP_TABLE_OWNER_PID_ALL;
    // SAFETY: the address and the length are those of one buffer.
    table(|into, length| unsafe { GetExtendedTcpTable(into, length, 0, family(is_ipv6), kind, 0) })
}

/// The table of UDP sockets with their owners.
pub(super) fn udp_table(is_ipv6: bool) -> io::Result<Vec<u8>> {
    let kind = UDP_TABLE_OWNER_PID;
    // SAFETY: the address and the length are those of one buffer.
    table(|into, length| unsafe { GetExtendedUdpTable(into, length, 0, family(is_ipv6), kind, 0) })
}

/// Asks for a table until it fits: sockets are opened meanwhile.
fn table(ask: impl Fn(*mut std::ffi::c_void, *mut u32) -> u32) -> io::Result<Vec<u8>> {
    let mut buffer = Buffer::new(16 << 10);
    for _ in 0..16 {
        let mut length = buffer.length();
        match ask(buffer.as_mut_ptr(), &raw mut length) {
            NO_ERROR => {
                buffer.set_filled(buffer.room());
                return Ok(buffer.bytes().to_vec());
            }
            ERROR_INSUFFICIENT_BUFFER => buffer.reserve(length as usize / 4 * 5),
            // A machine without this family has no sockets of it.
            ERROR_NOT_SUPPORTED => return Ok(vec![0; 4]),
            code => return Err(io::Error::from_raw_os_error(code.cast_signed())),
        }
    }
    Err(io::Error::from_raw_os_error(ERROR_INSUFFICIENT_BUFFER.cast_signed()))
}

/// The table of routes of both families.
pub(super) fn forward_table() -> io::Result<Vec<u8>> {
    let mut table = ptr::null_mut::<MIB_IPFORWARD_TABLE2>();
    // SAFETY: the call is told where to put the address of the table that it makes.
    match unsafe { GetIpForwardTable2(AF_UNSPEC, &raw mut table) } {
        NO_ERROR => {}
        code => return Err(io::Error::from_raw_os_error(code.cast_signed())),
    }
    // SAFETY: the call has put a table there.
    let rows = unsafe { (*table).NumEntries } as usize;
    let length = HEAD + rows * ROW;
    // SAFETY: behind the number of rows the table has as many.
    let bytes = unsafe { std::slice::from_raw_parts(table.cast::<u8>(), length) }.to_vec();
    // SAFETY: it is the call's table, which nobody uses any more.
    unsafe { FreeMibTable(table.cast()) };
    Ok(bytes)
}

// What is decoded is what the call fills.
const _: () = assert!(size_of::<MIB_IPFORWARD_ROW2>() == ROW);
const _: () = assert!(std::mem::offset_of!(MIB_IPFORWARD_TABLE2, Table) == HEAD);

/// What a network adapter is called, and how it is reached.
#[derive(Debug)]
pub(super) struct Adapter {
    /// The name that people gave it, without a NUL.
    pub(super) name: Vec<u16>,
    /// The number that it keeps as long as it is there.
    pub(super) luid: u64,
    /// The number that link-local addresses are told apart by.
    pub(super) index_of_ipv6: u32,
    pub(super) hardware: Vec<u8>,
    /// Addresses, each with how many of its bits name the network.
    pub(super) addresses: Vec<(IpAddr, u8)>,
}

/// All adapters that have IPv4 or IPv6.
pub(super) fn adapters() -> io::Result<Vec<Adapter>> {
    let flags = GAA_FLAG_SKIP_ANYCAST | GAA_FLAG_SKIP_MULTICAST | GAA_FLAG_SKIP_DNS_SERVER;
    let mut buffer = Buffer::new(16 << 10);
    for _ in 0..16 {
        let (into, mut length) = (buffer.as_mut_ptr().cast(), buffer.length());
        let (all, wanted) = (u32::from(AF_UNSPEC), &raw mut length);
        // SAFETY: the buffer is aligned, and the call is told how long it is.
        match unsafe { GetAdaptersAddresses(all, flags, ptr::null(), into, wanted) } {
            // SAFETY: the call has put its list there, and the buffer lives until it was gone through.
            NO_ERROR => return Ok(unsafe { listed(into) }),
            ERROR_BUFFER_OVERFLOW => buffer.reserve(length as usize / 4 * 5),
            ERROR_NO_DATA => return Ok(Vec::new()),
            code => return Err(io::Error::from_raw_os_error(code.cast_signed())),
        }
    }
    Err(io::Error::from_raw_os_error(ERROR_BUFFER_OVERFLOW.cast_signed()))
}

/// Goes through a list of adapters.
///
/// # Safety
///
/// `first` must be an entry that `GetAdaptersAddresses` wrote, in memory that still lives, or null.
unsafe fn listed(first: *const IP_ADAPTER_ADDRESSES_LH) -> Vec<Adapter> {
    let (mut found, mut next) = (Vec::new(), first);
    // SAFETY: the caller says that each entry is there, or null.
    while let Some(entry) = unsafe { next.as_ref() } {
        let length = entry.PhysicalAddressLength as usize;
        // SAFETY: the union holds one number in either form.
        let luid = unsafe { entry.Luid.Value };
        found.push(Adapter {
            // SAFETY: the call has put the text into the same buffer, with a NUL.
            name: unsafe { text_at(entry.FriendlyName) },
            luid,
            index_of_ipv6: entry.Ipv6IfIndex,
            hardware: entry.PhysicalAddress.get(..length).unwrap_or_default().to_vec(),
            // SAFETY: the call has put the list into the same buffer.
            addresses: unsafe { unicast(entry.FirstUnicastAddress) },
        });
        next = entry.Next;
    }
    found
}

/// Goes through a list of addresses.
///
/// # Safety
///
/// `first` must be an entry that `GetAdaptersAddresses` wrote, in memory that still lives, or null.
unsafe fn unicast(first: *const IP_ADAPTER_UNICAST_ADDRESS_LH) -> Vec<(IpAddr, u8)> {
    let (mut found, mut next) = (Vec::new(), first);
    // SAFETY: the caller says that each entry is there, or null.
    while let Some(entry) = unsafe { next.as_ref() } {
        // SAFETY: the call has put the address into the same buffer.
        if let Some(ip) = unsafe { address(&entry.Address) } {
            found.push((ip, entry.OnLinkPrefixLength));
        }
        next = entry.Next;
    }
    found
}

/// The IP address in a socket's.
///
/// # Safety
///
/// It must point to an address of the length that it states, or to nothing.
unsafe fn address(said: &SOCKET_ADDRESS) -> Option<IpAddr> {
    let (at, length) = (said.lpSockaddr, said.iSockaddrLength as usize);
    // SAFETY: it is null or an address, which begins with its family.
    match unsafe { at.as_ref() }?.sa_family {
        AF_INET if length >= size_of::<SOCKADDR_IN>() => {
            // SAFETY: an address of this family and length is this structure.
            let said = unsafe { at.cast::<SOCKADDR_IN>().read_unaligned() };
            // SAFETY: the union holds four bytes in any form.
            let bytes = unsafe { said.sin_addr.S_un.S_addr };
            Some(Ipv4Addr::from(bytes.to_ne_bytes()).into())
        }
        AF_INET6 if length >= size_of::<SOCKADDR_IN6>() => {
            // SAFETY: an address of this family and length is this structure.
            let said = unsafe { at.cast::<SOCKADDR_IN6>().read_unaligned() };
            // SAFETY: the union holds sixteen bytes in any form.
            Some(Ipv6Addr::from(unsafe { said.sin6_addr.u.Byte }).into())
        }
        _ => None,
    }
}

/// What an adapter says of itself.
pub(super) fn entry(luid: u64) -> io::Result<MIB_IF_ROW2> {
    let mut row =
        MIB_IF_ROW2 { InterfaceLuid: NET_LUID_LH { Value: luid }, ..MIB_IF_ROW2::default() };
    // SAFETY: the structure says which adapter is meant, and the call fills the rest.
    match unsafe { GetIfEntry2(&raw mut row) } {
        NO_ERROR => Ok(row),
        code => Err(io::Error::from_raw_os_error(code.cast_signed())),
    }
}
