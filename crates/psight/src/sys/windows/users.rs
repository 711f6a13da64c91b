//! Sessions of users: at the machine itself, and over the network.

use std::ffi::OsString;
use std::net::{Ipv4Addr, Ipv6Addr};

// Users have no numbers, and no file lists them.
pub(crate) use super::{
    Listed, asked_name, group_id, group_name, login_records, terminal_idle,
    terminal_takes_messages, user_id,
};

use super::kernel::{here, moment};
use super::machine::sessions::{self, Session};
use super::text;
use crate::users::User;
use crate::{Error, Host, Result};

/// `AF_INET` and `AF_INET6` of Windows.
const INET: u32 = 2;
const INET6: u32 = 23;

// WTSEnumerateSessions, WTSQuerySessionInformation
pub(crate) fn users(host: &Host) -> Result<Vec<User>> {
    here(host, "users")?;
    let sessions = sessions::all().map_err(|error| Error::system("WTSEnumerateSessions", error))?;
    Ok(sessions.iter().filter_map(user).collect())
}

/// `None` for a session in which nobody is logged in.
fn user(session: &Session) -> Option<User> {
    let name = text::up_to_nul(&session.user);
    if name.is_empty() {
        return None;
    }
    Some(User {
        name,
        terminal: None,
        host: address(session.family, &session.address),
        started: moment(session.began?),
        pid: None,
    })
}

/// The address of the machine that a session comes from, as Windows gives it: an IPv4 address begins behind two bytes.
fn address(family: u32, bytes: &[u8]) -> Option<OsString> {
    match family {
        INET => {
            let address: [u8; 4] = *bytes.get(2..)?.first_chunk()?;
            Some(Ipv4Addr::from(address).to_string().into())
        }
        INET6 => {
            let address: [u8; 16] = *bytes.get(2..)?.first_chunk()?;
            Some(Ipv6Addr::from(address).to_string().into())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv4_address_begins_behind_two_bytes() {
        let bytes = [0, 0, 192, 0, 2, 7, 0, 0];
        assert_eq!(address(INET, &bytes), Some("192.0.2.7".into()));
        assert_eq!(address(0, &bytes), None);
        assert_eq!(address(INET6, &bytes), None);
    }

    fn session(name: &str, family: u32, address: &[u8]) -> Session {
        let mut bytes = [0; 20];
        bytes[..address.len()].copy_from_slice(address);
        let user = name.encode_utf16().chain([0]).collect();
        Session { user, family, address: bytes, began: Some(133_801_632_000_000_000) }
    }

    #[test]
    fn a_session_over_the_network_says_from_where_and_one_at_the_machine_does_not() {
        let address = [0, 0, 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
        let found = user(&session("é", INET6, &address)).unwrap();
        assert_eq!((found.name, found.host), ("é".into(), Some("2001:db8::1".into())));
        let since_1970 = found.started.duration_since(std::time::UNIX_EPOCH).unwrap();
        assert_eq!(since_1970.as_secs(), 1_735_689_600);
        assert_eq!(user(&session("a", 0, &[])).unwrap().host, None);
    }

    #[test]
    fn a_session_in_which_nobody_is_logged_in_or_since_when_is_not_known_is_no_user() {
        assert_eq!(user(&session("", INET, &[])), None);
        assert_eq!(user(&Session { began: None, ..session("a", INET, &[]) }), None);
    }
}
