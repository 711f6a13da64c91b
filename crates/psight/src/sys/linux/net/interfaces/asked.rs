//! The addresses of interfaces where netlink is refused, as where a service may have sockets of some families only: by
//! ioctl(2) for IPv4, from `/proc/net/if_inet6` for IPv6, and from `/sys/class/net` for the rest, where that is of the same
//! network namespace.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use psight_parse::linux::if_inet6::if_inet6;
use psight_parse::linux::netlink::addr::Addr;
use psight_parse::text;
use rustix::fd::{AsFd, OwnedFd};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketFlags, SocketType, socket_with};

use super::Interface;
use super::addresses::{Named, hardware_address, ip_address};
use super::stats::names_in;
use crate::sys::linux::net::ffi::{Of, ask_of, identity, ipv4_addresses};
use crate::sys::linux::read;
use crate::{Error, Host, Result};

// SIOCGIFCONF, SIOCGIFNETMASK, SIOCGIFBRDADDR, SIOCGIFDSTADDR; if_inet6; class/net/<name>/{ifindex,flags,address,broadcast}
pub(super) fn addresses(host: &Host) -> Result<Vec<Named>> {
    let failed = |error: Errno| Error::system("socket", error.into());
    let socket = socket_with(AddressFamily::INET, SocketType::DGRAM, SocketFlags::CLOEXEC, None);
    let socket = socket.map_err(failed)?;
    let links = links(&host.sys().join("class/net"))?;
    // A sysfs shows the network namespace of whoever mounted it.
    let names = names_in(&host.proc().join("thread-self/net/dev"))?;
    let all_known =
        names.len() == links.len() && names.iter().all(|name| links.contains_key(name.as_bytes()));
    if !all_known || !links.values().all(|link| is_here(&socket, link)) {
        return Err(Error::unsupported("interface_addresses"));
    }
    let mut named = ipv4(&socket, &links)?;
    let path = host.proc().join("thread-self/net/if_inet6");
    let bytes = match read::file(&path) {
        Ok(bytes) => bytes,
        // A kernel without IPv6.
        Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(Error::system(path, error)),
    };
    for found in if_inet6(&bytes) {
        let Some(link) = links.get(found.name) else { continue };
        let addr = Addr {
            ipv6: true,
            prefix_length: found.prefix_length,
            index: found.index,
            address: Some(found.address.into()),
            local: None,
            broadcast: None,
            label: None,
        };
        named.extend(ip_address(&addr, link));
    }
    named.extend(links.values().filter_map(hardware_address));
    Ok(named)
}

/// By name.
type Links = BTreeMap<Vec<u8>, Interface>;

/// Whether the interface of this name is this one.
fn is_here(socket: &OwnedFd, link: &Interface) -> bool {
    identity(socket.as_fd(), link.name.as_bytes()).is_ok_and(|(index, address)| {
        u32::try_from(index) == Ok(link.index)
            && address.iter().zip(&link.address).all(|(one, other)| one == other)
    })
}

fn ipv4(socket: &OwnedFd, links: &Links) -> Result<Vec<Named>> {
    let failed = |error| Error::system("SIOCGIFCONF", error);
    let mut named = Vec::new();
    for (label, address) in ipv4_addresses(socket.as_fd()).map_err(failed)? {
        let name = label.split(|byte| *byte == b':').next().unwrap_or_default();
        let Some(link) = links.get(name) else { continue };
        let ask = |of| ask_of(socket.as_fd(), of, &label, address).ok();
        // It has gone since.
        let Some(mask) = ask(Of::Netmask) else { continue };
        let told = |of| ask(of).filter(|address| !address.is_unspecified());
        let addr = Addr {
            ipv6: false,
            // At most 32.
            prefix_length: u32::from(mask).count_ones() as u8,
            index: link.index,
            address: Some(told(Of::OtherEnd).unwrap_or(address).into()),
            local: Some(address.into()),
            broadcast: told(Of::Broadcast).map(Into::into),
            label: Some(&label),
        };
        named.extend(ip_address(&addr, link));
    }
    Ok(named)
}

/// The interfaces that sysfs has; one that vanishes meanwhile is left out.
fn links(class: &Path) -> Result<Links> {
    let entries = std::fs::read_dir(class).map_err(|error| Error::system(class, error))?;
    let links = entries.flatten().filter_map(|entry| {
        let name = entry.file_name();
        Some((name.as_bytes().to_vec(), link(&entry.path(), &name)?))
    });
    Ok(links.collect())
}

fn link(folder: &Path, name: &OsStr) -> Option<Interface> {
    let told = |file: &str| read::file(&folder.join(file)).ok();
    let bytes = |file: &str| {
        let text = told(file).unwrap_or_default();
        let digits = text.trim_ascii().split(|byte| *byte == b':');
        digits.map(|digits| text::hex(digits)?.try_into().ok()).collect::<Option<Vec<u8>>>()
    };
    let flags = told("flags")?;
    Some(Interface {
        index: text::u32(&told("ifindex")?)?,
        flags: text::hex(flags.trim_ascii().strip_prefix(b"0x")?)?.try_into().ok()?,
        name: name.to_owned(),
        mtu: None,
        address: bytes("address").unwrap_or_default(),
        broadcast: bytes("broadcast").unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::addresses::interface_addresses;
    use super::*;
    use crate::net::Family;

    #[test]
    fn t55_without_netlink_the_addresses_are_the_same() {
        let host = Host::local();
        let (Ok(told), Ok(asked)) = (interface_addresses(&host), addresses(&host)) else { return };
        let count: usize = told.values().map(Vec::len).sum();
        assert_eq!(count, asked.len(), "{told:?} {asked:?}");
        for (name, mut address) in asked {
            // The other end of an IPv6 address stands in no file.
            let same = told[&name].iter().any(|other| {
                if other.family == Family::Inet6 {
                    address.ptp.clone_from(&other.ptp);
                }
                *other == address
            });
            assert!(same, "{name:?} {address:?} {told:?}");
        }
    }
}
