//! The state of interfaces.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use psight_parse::linux::Endian;
use psight_parse::linux::ethtool::{LinkSettings, ethtool_cmd, link_settings, speed};
use psight_parse::linux::net_dev::net_dev;
use psight_parse::text;
use rustix::fd::{AsFd, OwnedFd};
use rustix::net::{AddressFamily, SocketFlags, SocketType, socket_with};

use super::{IFF_RUNNING, IFF_UP, interfaces};
use crate::net::{Duplex, InterfaceStats};
use crate::sys::linux::net::ffi::{ETHTOOL_WORDS, ethtool, state};
use crate::sys::linux::net::own_kernel;
use crate::sys::linux::read;
use crate::{Error, Host, Result};

/// The flags by bit, in psutil's words: linux/if.h, as far as an `ifreq` holds them.
const FLAGS: [&str; 16] = [
    "up",
    "broadcast",
    "debug",
    "loopback",
    "pointopoint",
    "notrailers",
    "running",
    "noarp",
    "promisc",
    "allmulti",
    "master",
    "slave",
    "multicast",
    "portsel",
    "automedia",
    "dynamic",
];

// RTM_GETLINK, else SIOCGIFFLAGS and SIOCGIFMTU; SIOCETHTOOL, /sys/class/net/<name>/{mtu,flags,operstate,speed,duplex}
pub(crate) fn interface_stats(host: &Host) -> Result<BTreeMap<OsString, InterfaceStats>> {
    let directory = host.sys().join("class/net");
    let mut states = match interfaces(host) {
        Ok(links) => links
            .into_iter()
            .filter_map(|link| Some((link.name, (link.flags, link.mtu?.into()))))
            .collect(),
        // A sysfs may be of another network namespace, and a filter let nobody have netlink.
        Err(_) => match asked(host) {
            Some(states) => states,
            None => states_in(&directory)?,
        },
    };
    // psutil takes the names from the other /proc.
    if own_kernel(host) && host.proc() != Path::new("/proc") {
        let names = names_in(&host.proc().join("net/dev"))?;
        states.retain(|name, _| names.contains(name));
    }
    let drivers = own_kernel(host).then(Drivers::new).and_then(io::Result::ok);
    let stats = states.into_iter().filter_map(|(name, (flags, mtu))| {
        let settings = match &drivers {
            Some(drivers) => drivers.settings(&name)?,
            None => settings_in(&directory.join(&name)),
        };
        Some((name, stats(flags, mtu, settings)))
    });
    Ok(stats.collect())
}

/// Flags and the largest packet.
type State = (u32, u64);

/// The same by the older question for each interface that `/proc` names, which psutil puts; `None` where that may not be
/// asked.
fn asked(host: &Host) -> Option<BTreeMap<OsString, State>> {
    if !own_kernel(host) {
        return None;
    }
    let names = names_in(&host.proc().join("thread-self/net/dev")).ok()?;
    let drivers = Drivers::new().ok()?;
    let state = |name: OsString| {
        // One that has gone is left out.
        let (flags, mtu) = state(drivers.0.as_fd(), name.as_bytes()).ok()?;
        Some((name, (flags.cast_unsigned().into(), u64::try_from(mtu).ok()?)))
    };
    Some(names.into_iter().filter_map(state).collect())
}

fn stats(flags: u32, mtu: u64, settings: Settings) -> InterfaceStats {
    let words = FLAGS.iter().enumerate().filter(|(bit, _)| flags & (1 << bit) != 0);
    InterfaceStats {
        isup: flags & IFF_RUNNING != 0,
        duplex: settings.duplex,
        speed: settings.speed,
        mtu,
        flags: words.map(|(_, word)| *word).collect::<Vec<_>>().join(","),
    }
}

/// What a driver knows of its link.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Settings {
    speed: Option<u32>,
    duplex: Option<Duplex>,
}

/// A socket to ask drivers through; which one does not matter.
struct Drivers(OwnedFd);

impl Drivers {
    fn new() -> io::Result<Self> {
        let open = |family| socket_with(family, SocketType::DGRAM, SocketFlags::CLOEXEC, None);
        // A kernel may have been built without one of them.
        let socket = open(AddressFamily::INET).or_else(|_| open(AddressFamily::UNIX))?;
        Ok(Self(socket))
    }

    /// `None` if the interface has gone. A driver that cannot tell, or is busy, knows nothing.
    fn settings(&self, name: &OsStr) -> Option<Settings> {
        match self.ask(name) {
            Ok(said) => Some(Settings {
                speed: said.speed,
                duplex: said.full_duplex.map(|full| if full { Duplex::Full } else { Duplex::Half }),
            }),
            Err(error) if error.raw_os_error() == Some(libc::ENODEV) => None,
            Err(_) => Some(Settings::default()),
        }
    }

    fn ask(&self, name: &OsStr) -> io::Result<LinkSettings> {
        const ETHTOOL_GSET: u32 = 0x1;
        const ETHTOOL_GLINKSETTINGS: u32 = 0x4c;
        // First for the masks' length, then for everything.
        let new = self.command(name, ETHTOOL_GLINKSETTINGS, 0, link_settings).and_then(|said| {
            let words = said.mask_words.saturating_neg();
            self.command(name, ETHTOOL_GLINKSETTINGS, words, link_settings)
        });
        match new {
            // Before 4.6, or a driver without either.
            Err(error) if error.raw_os_error() == Some(libc::EOPNOTSUPP) => {
                self.command(name, ETHTOOL_GSET, 0, ethtool_cmd)
            }
            answer => answer,
        }
    }

    fn command(
        &self,
        name: &OsStr,
        command: u32,
        mask_words: i8,
        decode: fn(&[u8], Endian) -> Option<LinkSettings>,
    ) -> io::Result<LinkSettings> {
        let mut words = [0; ETHTOOL_WORDS];
        let mask_words = u32::from_ne_bytes([0, 0, 0, mask_words.cast_unsigned()]);
        let [first, _, _, fourth, ..] = &mut words;
        (*first, *fourth) = (command, mask_words);
        ethtool(self.0.as_fd(), name.as_bytes(), &mut words)?;
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_ne_bytes()).collect();
        decode(&bytes, Endian::NATIVE).ok_or_else(|| io::Error::from_raw_os_error(libc::EOPNOTSUPP))
    }
}

/// The interfaces that a `/proc/net/dev` lists.
pub(super) fn names_in(path: &Path) -> Result<BTreeSet<OsString>> {
    let bytes = read::system(path)?;
    let rows = net_dev(&bytes).map_err(|error| Error::malformed(path, &error))?;
    Ok(rows.map(|dev| OsString::from_vec(dev.name.to_vec())).collect())
}

/// The interfaces of `/sys/class/net`; one that vanishes meanwhile is left out.
fn states_in(directory: &Path) -> Result<BTreeMap<OsString, State>> {
    let entries = std::fs::read_dir(directory).map_err(|error| Error::system(directory, error))?;
    let states = entries.filter_map(|entry| {
        let entry = entry.ok()?;
        Some((entry.file_name(), state_in(&entry.path())?))
    });
    Ok(states.collect())
}

fn state_in(directory: &Path) -> Option<State> {
    let mtu = text::u64(&read::piece(&directory.join("mtu")).ok()?)?;
    let flags = read::piece(&directory.join("flags")).ok()?;
    let flags = text::hex(flags.trim_ascii().strip_prefix(b"0x")?)?;
    let flags = u32::try_from(flags).ok()? & !IFF_RUNNING;
    // This bit is worked out where flags are asked for, and not in the file (net/core/dev.c, dev_get_flags).
    let operates = read::piece(&directory.join("operstate"))
        .is_ok_and(|state| matches!(state.trim_ascii(), b"up" | b"unknown"));
    let running = if flags & IFF_UP != 0 && operates { IFF_RUNNING } else { 0 };
    Some((flags | running, mtu))
}

/// What a driver knows, as the files say it; reading them fails where it knows nothing or the link is down.
fn settings_in(directory: &Path) -> Settings {
    let said = read::piece(&directory.join("speed")).ok();
    let speed = said.and_then(|said| speed(text::u32(&said)?));
    let duplex = read::piece(&directory.join("duplex")).ok();
    let duplex = match duplex.as_deref().map(<[u8]>::trim_ascii) {
        Some(b"full") => Some(Duplex::Full),
        Some(b"half") => Some(Duplex::Half),
        _ => None,
    };
    Settings { speed, duplex }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_have_psutils_words_in_psutils_order() {
        let stats = stats(0x1_1043, 1500, Settings::default());
        assert_eq!((stats.flags.as_str(), stats.isup), ("up,broadcast,running,multicast", true));
        let down = super::stats(0x82, 1500, Settings::default());
        assert_eq!((down.flags.as_str(), down.isup), ("broadcast,noarp", false));
    }

    #[test]
    fn t55_without_netlink_the_states_are_the_same() {
        let host = Host::local();
        let (Ok(links), Some(asked)) = (interfaces(&host), asked(&host)) else { return };
        // An ifreq has room for the lower half of the flags.
        let told = links
            .into_iter()
            .filter_map(|link| Some((link.name, (link.flags & 0xffff, link.mtu?.into()))));
        assert_eq!(told.collect::<BTreeMap<OsString, State>>(), asked);
    }

    #[test]
    fn t63_an_interface_that_is_not_there_is_left_out_and_one_that_cannot_tell_is_not() {
        let drivers = Drivers::new().unwrap();
        assert_eq!(drivers.settings(OsStr::new("no-such-nic0")), None);
        assert_eq!(drivers.settings(OsStr::new("a-name-of-more-than-15-bytes")), None);
        if Path::new("/sys/class/net/lo").exists() {
            let lo = drivers.settings(OsStr::new("lo"));
            assert_eq!(lo, Some(Settings::default()));
        }
    }
}
