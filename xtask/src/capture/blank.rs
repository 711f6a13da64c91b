//! What a fixture must not tell: whose machine it was, where it stands and what opens it.
//!
//! The same thing is replaced by the same thing everywhere, and the replacement has its shape and length, so that a
//! decoder meets what it would meet on the machine.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use crate::{Result, sh};

/// Words that name a secret when they stand in an argument.
const SECRET: &[&str] = &[
    "auth",
    "cookie",
    "cred",
    "key",
    "passphrase",
    "passwd",
    "password",
    "pwd",
    "secret",
    "session",
    "signature",
    "token",
];

/// What stands for a secret.
const STARS: &[u8] = b"***";

/// Longer arguments are programs of their own, or worse.
const LONGEST_ARGUMENT: usize = 160;

/// As many hexadecimal digits are an identifier or a key, not a number.
const IDENTIFIER: usize = 24;

pub(super) struct Blank {
    /// People and the machine, by the names to put in their place.
    names: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Texts to replace wherever they stand.
    hide: Vec<(String, String)>,
}

impl Blank {
    pub(super) fn new(root: &Path, hide: Vec<(String, String)>) -> Self {
        let mut names = BTreeMap::new();
        let passwd = std::fs::read(root.join("etc/passwd")).unwrap_or_default();
        for line in passwd.split(|byte| *byte == b'\n') {
            let mut fields = line.split(|byte| *byte == b':');
            let (Some(name), Some(uid)) = (fields.next(), fields.nth(1)) else { continue };
            let uid: Option<u32> = std::str::from_utf8(uid).ok().and_then(|uid| uid.parse().ok());
            if uid.is_some_and(|uid| (1000..65534).contains(&uid)) {
                let number = names.len() + 1;
                names.insert(name.to_vec(), format!("user{number}").into_bytes());
            }
        }
        for path in ["etc/hostname", "proc/sys/kernel/hostname"] {
            let name = std::fs::read(root.join(path)).unwrap_or_default();
            let name = name.trim_ascii();
            if !name.is_empty() && name != b"localhost" {
                names.insert(name.to_vec(), b"host".to_vec());
            }
        }
        Self { names, hide }
    }

    /// The contents of the file `path` as they may be published.
    pub(super) fn file(&self, path: &Path, bytes: &[u8]) -> Vec<u8> {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let name = name.unwrap_or_default();
        let parent = path.parent().and_then(Path::file_name).unwrap_or_default();
        match name.as_str() {
            "utmp" => self.utmp(bytes),
            "passwd" => self.passwd(bytes),
            "cmdline" if path.components().count() == 3 => self.arguments(bytes),
            "tcp" | "tcp6" | "udp" | "udp6" | "udplite" | "udplite6" | "raw" | "raw6"
            | "if_inet6"
                if parent == "net" =>
            {
                mapped(bytes, |byte| byte.is_ascii_hexdigit(), hexadecimal)
            }
            name if name.contains("serial") || matches!(name, "uuid" | "wwid" | "cid") => {
                b"0\n".to_vec()
            }
            "uevent" => self.lines(bytes, "SERIAL"),
            _ if path.starts_with("run/systemd") => self.lines(bytes, "REMOTE_HOST"),
            _ => self.text(bytes),
        }
    }

    /// The target of a link as it may be published.
    pub(super) fn path(&self, path: &Path) -> PathBuf {
        PathBuf::from(OsString::from_vec(self.text(path.as_os_str().as_bytes())))
    }

    /// Blanks what psight asked the kernel for, in place.
    pub(super) fn answers(&self, dir: &Path) -> Result {
        for entry in std::fs::read_dir(dir).map_err(|error| error.to_string())?.flatten() {
            let path = entry.path();
            let bytes = std::fs::read(&path).map_err(|error| error.to_string())?;
            let blanked = match path.extension() {
                Some(_) => netlink(bytes),
                None => self.text(&bytes),
            };
            sh::write(&path, blanked)?;
        }
        Ok(())
    }

    /// Any text: names of people and of the machine, addresses, identifiers.
    fn text(&self, bytes: &[u8]) -> Vec<u8> {
        let mut text = bytes.to_vec();
        for (hidden, by) in &self.hide {
            text = replaced(&text, hidden.as_bytes(), by.as_bytes());
        }
        let text =
            mapped(&text, |byte| byte.is_ascii_alphanumeric() || b":.-_".contains(&byte), address);
        mapped(
            &text,
            |byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte),
            |word| self.names.get(word).cloned().unwrap_or_else(|| identifier(word)),
        )
    }

    /// Lines of `KEY=value`, where a key that contains `secret` loses its value.
    fn lines(&self, bytes: &[u8], secret: &str) -> Vec<u8> {
        let mut out = Vec::new();
        for line in self.text(bytes).split_inclusive(|byte| *byte == b'\n') {
            let end = line.iter().position(|byte| *byte == b'=');
            match end.and_then(|end| line.split_at_checked(end + 1)) {
                Some((key, _)) if String::from_utf8_lossy(key).contains(secret) => {
                    out.extend_from_slice(key);
                    out.extend_from_slice(b"0\n");
                }
                _ => out.extend_from_slice(line),
            }
        }
        out
    }

    /// passwd(5): names, homes, and nothing of the comment in between.
    fn passwd(&self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            let mut fields: Vec<&[u8]> = line.split(|byte| *byte == b':').collect();
            if let Some(comment) = fields.get_mut(4) {
                *comment = b"";
            }
            out.extend(self.text(&fields.join(&b':')));
        }
        out
    }

    /// The arguments of a program, each ended by a NUL.
    fn arguments(&self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut next_is_secret = false;
        for argument in bytes.split_inclusive(|byte| *byte == 0) {
            let end = argument.strip_suffix(b"\0").map_or(&b""[..], |_| b"\0");
            let argument = argument.strip_suffix(b"\0").unwrap_or(argument);
            let (blanked, next) = self.argument(argument, next_is_secret);
            out.extend(blanked);
            out.extend_from_slice(end);
            next_is_secret = next;
        }
        out
    }

    /// One argument, and whether the next one is a secret by the name of this one.
    fn argument(&self, argument: &[u8], is_secret: bool) -> (Vec<u8>, bool) {
        let lower = String::from_utf8_lossy(argument).to_lowercase();
        let names_secret = SECRET.iter().any(|word| lower.contains(word));
        if argument.is_empty() {
            return (Vec::new(), false);
        }
        if is_secret || argument.len() > LONGEST_ARGUMENT || argument.contains(&b'\n') {
            return (STARS.to_vec(), false);
        }
        let split = argument.iter().position(|byte| b"=:".contains(byte));
        if let (true, Some(split)) = (names_secret, split) {
            let key = argument.get(..=split).unwrap_or_default();
            return ([key, STARS].concat(), false);
        }
        if let Some(url) = url(argument) {
            return (url, false);
        }
        (self.text(argument), names_secret && argument.starts_with(b"-"))
    }

    /// utmp(5) with the names of people and of the machines they came from.
    fn utmp(&self, bytes: &[u8]) -> Vec<u8> {
        let mut out = bytes.to_vec();
        for record in out.chunks_exact_mut(384) {
            let is_person = record.first() == Some(&7);
            let Some(user) = record.get_mut(44..76).filter(|_| is_person) else { continue };
            let end = user.iter().position(|byte| *byte == 0).unwrap_or(user.len());
            let name = user.get(..end).unwrap_or_default().to_vec();
            let name = self.names.get(&name).unwrap_or(&name).clone();
            fill(user, &name);
            if let Some(host) = record.get_mut(76..332) {
                let keep = host.first().is_none_or(|byte| [0, b':'].contains(byte))
                    || host.starts_with(b"tty");
                if !keep {
                    fill(host, b"192.0.2.1");
                }
            }
            if let Some(address) =
                record.get_mut(348..364).filter(|bytes| bytes.iter().any(|b| *b != 0))
            {
                fill(address, &[192, 0, 2, 1]);
            }
        }
        out
    }
}

fn fill(place: &mut [u8], bytes: &[u8]) {
    place.fill(0);
    for (to, from) in place.iter_mut().zip(bytes) {
        *to = *from;
    }
}

/// `scheme://user:password@machine/path` with nobody and nowhere in it.
fn url(argument: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(argument).ok()?;
    let (scheme, rest) = text.split_once("://")?;
    let (place, path) = rest.split_once('/').unwrap_or((rest, ""));
    let user = if place.contains('@') { "***@" } else { "" };
    let query = if path.is_empty() { "" } else { "***" };
    Some(format!("{scheme}://{user}***/{query}").into_bytes())
}

fn replaced(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let (mut out, mut rest) = (Vec::new(), text);
    while let Some(byte) = rest.first() {
        match rest.strip_prefix(from) {
            Some(tail) if !from.is_empty() => {
                out.extend_from_slice(to);
                rest = tail;
            }
            _ => {
                out.push(*byte);
                rest = rest.get(1..).unwrap_or_default();
            }
        }
    }
    out
}

/// Replaces each run of bytes that belong to a word.
fn mapped(text: &[u8], belongs: impl Fn(u8) -> bool, map: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let mut out = Vec::new();
    for run in text.chunk_by(|a, b| belongs(*a) == belongs(*b)) {
        match run.first() {
            Some(byte) if belongs(*byte) => out.extend(map(run)),
            _ => out.extend_from_slice(run),
        }
    }
    out
}

/// A word that is an address, perhaps with a port behind it, and any other as it is.
fn address(word: &[u8]) -> Vec<u8> {
    let Ok(text) = std::str::from_utf8(word) else { return word.to_vec() };
    if let Some(octets) = hardware(text) {
        let octets = blank_hardware(octets).map(|octet| format!("{octet:02x}"));
        return octets.join(":").into_bytes();
    }
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if host.parse::<Ipv4Addr>().is_ok() => (host, format!(":{port}")),
        _ => (text, String::new()),
    };
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(ip)) => format!("{}{port}", blank_v4(ip)).into_bytes(),
        Ok(IpAddr::V6(ip)) if ip != blank_v6(ip) => blank_v6(ip).to_string().into_bytes(),
        // What needs no blanking keeps its spelling: `0::` begins a line of `cgroup`.
        _ => word.to_vec(),
    }
}

fn hardware(text: &str) -> Option<[u8; 6]> {
    let octets: Vec<u8> = text
        .split(':')
        .map(|octet| (octet.len() == 2).then(|| u8::from_str_radix(octet, 16).ok())?)
        .collect::<Option<_>>()?;
    octets.try_into().ok()
}

fn blank_hardware(octets: [u8; 6]) -> [u8; 6] {
    if octets == [0; 6] || octets == [255; 6] {
        return octets;
    }
    let [.., last] = octets;
    [0x02, 0x00, 0x5e, 0x00, 0x53, last]
}

/// An address for documentation that keeps the last number, so that a broadcast address remains one.
fn blank_v4(ip: Ipv4Addr) -> Ipv4Addr {
    let [first, .., last] = ip.octets();
    match first {
        0 | 127 | 255 => ip,
        _ => Ipv4Addr::new(192, 0, 2, last),
    }
}

fn blank_v6(ip: Ipv6Addr) -> Ipv6Addr {
    let [first, .., last] = ip.segments();
    if ip.is_unspecified() || ip.is_loopback() || ip.is_multicast() {
        ip
    } else if let Some(v4) = ip.to_ipv4_mapped() {
        blank_v4(v4).to_ipv6_mapped()
    } else if first == 0xfe80 {
        Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0x5eff, 0xfe00, last)
    } else {
        Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, last)
    }
}

/// Identifiers keep their length, their dashes and their last two digits.
fn identifier(word: &[u8]) -> Vec<u8> {
    let digits = word.iter().filter(|byte| byte.is_ascii_hexdigit()).count();
    let other = word.iter().filter(|byte| !byte.is_ascii_hexdigit() && **byte != b'-').count();
    if digits < IDENTIFIER || other > 0 {
        return word.to_vec();
    }
    let last = word.len() - 2;
    let zero = |(at, byte): (usize, &u8)| if *byte == b'-' || at >= last { *byte } else { b'0' };
    word.iter().enumerate().map(zero).collect()
}

/// A word of hexadecimal digits that is an address in a socket table: 8 digits, or 32, in words of the machine's order.
fn hexadecimal(word: &[u8]) -> Vec<u8> {
    let Ok(text) = std::str::from_utf8(word) else { return word.to_vec() };
    let words: Vec<u32> = text
        .as_bytes()
        .chunks(8)
        .filter_map(|chunk| u32::from_str_radix(std::str::from_utf8(chunk).ok()?, 16).ok())
        .collect();
    match (text.len(), words.as_slice()) {
        (8, [word]) => {
            let ip = Ipv4Addr::from(word.swap_bytes());
            format!("{:08X}", u32::from(blank_v4(ip)).swap_bytes()).into_bytes()
        }
        (32, [a, b, c, d]) if text.chars().any(|c| c.is_ascii_uppercase()) || *a == 0 => {
            let words = [a, b, c, d].map(|word| u128::from(word.swap_bytes()));
            let ip = words.iter().fold(0, |sum, word| sum << 32 | word);
            let ip = u128::from(blank_v6(Ipv6Addr::from(ip)));
            let word = |shift: u32| ((ip >> shift) as u32).swap_bytes();
            format!("{:08X}{:08X}{:08X}{:08X}", word(96), word(64), word(32), word(0)).into_bytes()
        }
        // `if_inet6` writes them in the order of the network, and small.
        (32, [a, b, c, d]) => {
            let ip = [a, b, c, d].iter().fold(0, |sum, word| sum << 32 | u128::from(**word));
            format!("{:032x}", u128::from(blank_v6(Ipv6Addr::from(ip)))).into_bytes()
        }
        _ => word.to_vec(),
    }
}

/// Netlink messages about links and addresses, with the addresses in their attributes blanked in place.
fn netlink(mut bytes: Vec<u8>) -> Vec<u8> {
    let mut rest = bytes.as_mut_slice();
    while let Some(&[a, b, c, d, kind, kind_high]) = rest.first_chunk::<6>() {
        let length = u32::from_ne_bytes([a, b, c, d]) as usize;
        let kind = u16::from_ne_bytes([kind, kind_high]);
        let length = length.next_multiple_of(4).max(16);
        let Some((message, tail)) = rest.split_at_mut_checked(length) else { break };
        // RTM_NEWLINK has a header of 16 bytes of its own, RTM_NEWADDR one of 8, RTM_NEWROUTE one of 12.
        match kind {
            16 => attributes(message.get_mut(32..).unwrap_or_default(), &[1, 2, 54]),
            20 => attributes(message.get_mut(24..).unwrap_or_default(), &[1, 2, 4, 5]),
            24 => routes(message.get_mut(28..).unwrap_or_default()),
            _ => {}
        }
        rest = tail;
    }
    bytes
}

/// The networks, gateways and senders of a route, and the gateways of several ways that share one.
fn routes(rest: &mut [u8]) {
    const GATEWAYS: &[u16] = &[1, 2, 5, 7];
    attributes(rest, GATEWAYS);
    each_attribute(rest, |kind, value| match kind {
        // RTA_MULTIPATH: a head of 8 bytes and attributes for each.
        9 => {
            let mut hops = value;
            while let Some(&[a, b]) = hops.first_chunk::<2>() {
                let length = usize::from(u16::from_ne_bytes([a, b])).next_multiple_of(4).max(8);
                let Some((hop, tail)) = hops.split_at_mut_checked(length) else { break };
                routes(hop.get_mut(8..).unwrap_or_default());
                hops = tail;
            }
        }
        // RTA_VIA: an address behind its family.
        18 => blank_address(value.get_mut(2..).unwrap_or_default()),
        _ => {}
    });
}

fn attributes(rest: &mut [u8], kinds: &[u16]) {
    each_attribute(rest, |kind, value| {
        if kinds.contains(&kind) {
            blank_address(value);
        }
    });
}

fn blank_address(value: &mut [u8]) {
    if let Ok(octets) = <[u8; 6]>::try_from(&*value) {
        value.copy_from_slice(&blank_hardware(octets));
    } else if let Ok(octets) = <[u8; 4]>::try_from(&*value) {
        value.copy_from_slice(&blank_v4(octets.into()).octets());
    } else if let Ok(octets) = <[u8; 16]>::try_from(&*value) {
        value.copy_from_slice(&blank_v6(octets.into()).octets());
    }
}

fn each_attribute(mut rest: &mut [u8], mut each: impl FnMut(u16, &mut [u8])) {
    while let Some(&[a, b, c, d]) = rest.first_chunk::<4>() {
        let length = usize::from(u16::from_ne_bytes([a, b]));
        let kind = u16::from_ne_bytes([c, d]);
        let Some((attribute, tail)) = rest.split_at_mut_checked(length.next_multiple_of(4).max(4))
        else {
            break;
        };
        if let Some(value) = attribute.get_mut(4..length) {
            each(kind, value);
        }
        rest = tail;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_keep_their_shape_and_their_last_number() {
        let shown = |word: &str| String::from_utf8(address(word.as_bytes())).unwrap();
        assert_eq!(shown("10.1.2.3"), "192.0.2.3");
        assert_eq!(shown("10.1.2.3:80"), "192.0.2.3:80");
        assert_eq!(shown("127.0.0.1"), "127.0.0.1");
        assert_eq!(shown("fe80::1:2"), "fe80::5eff:fe00:2");
        assert_eq!(shown("52:54:00:12:34:56"), "02:00:5e:00:53:56");
        assert_eq!(shown("1:2"), "1:2");
        assert_eq!(shown("0::"), "0::");
    }

    #[test]
    fn socket_tables_hold_addresses_in_the_order_of_the_machine() {
        assert_eq!(hexadecimal(b"0F00000A"), b"0F0200C0");
        assert_eq!(hexadecimal(b"0100007F"), b"0100007F");
        assert_eq!(hexadecimal(b"0016"), b"0016");
    }

    #[test]
    fn an_identifier_keeps_its_length() {
        assert_eq!(
            identifier(b"e648ad08e4929a742e78abc108e16105"),
            b"00000000000000000000000000000005"
        );
        assert_eq!(identifier(b"18446744073709551615"), b"18446744073709551615");
    }

    #[test]
    fn addresses_in_netlink_answers_are_blanked() {
        let header = [44u8, 0, 0, 0, 20, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        let ifaddr = [2u8, 24, 128, 0, 2, 0, 0, 0];
        let attributes =
            [8u8, 0, 1, 0, 10, 9, 8, 7, 9, 0, 3, 0, b'e', b't', b'h', b'0', 0, 0, 0, 0];
        let message = [&header[..], &ifaddr, &attributes].concat();
        let blanked = netlink(message.clone());
        assert_eq!(blanked.len(), message.len());
        assert_eq!(blanked[28..32], [192, 0, 2, 7]);
        assert_eq!(blanked[32..], message[32..]);
    }

    #[test]
    fn gateways_of_every_sort_are_blanked() {
        let header = [88u8, 0, 0, 0, 24, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        let route = [2u8, 16, 0, 0, 254, 4, 0, 1, 0, 0, 0, 0];
        let network = [8u8, 0, 1, 0, 10, 9, 0, 0];
        let several = [52u8, 0, 9, 0];
        let first = [16u8, 0, 0, 0, 2, 0, 0, 0, 8, 0, 5, 0, 10, 9, 8, 7];
        let second = [32u8, 0, 0, 0, 2, 0, 0, 0, 22, 0, 18, 0, 10, 0];
        let via = [0x20, 1, 4, 0x70, 0x1f, 0xb, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0];
        let message = [&header[..], &route, &network, &several, &first, &second, &via].concat();
        let blanked = netlink(message.clone());
        assert_eq!(blanked.len(), message.len());
        assert_eq!(blanked[32..36], [192, 0, 2, 0]);
        assert_eq!(blanked[52..56], [192, 0, 2, 7]);
        assert_eq!(blanked[70..86], [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5]);
    }
}
