//! Whose process it is.

use std::ffi::OsString;

use psight_parse::windows::sid;

use super::super::opened::Opened;
use super::super::text;
use super::{IDLE, SYSTEM, ffi};
use crate::{Error, Pid, Result};

/// `S-1-5-18`, the account of the system itself.
const LOCAL_SYSTEM: [u8; 12] = [1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0];

/// The SID of the process's user.
// OpenProcessToken, GetTokenInformation TokenUser
pub(in super::super) fn owner(pid: Pid) -> Result<Vec<u8>> {
    if matches!(pid.as_u32(), IDLE | SYSTEM) {
        return Ok(LOCAL_SYSTEM.to_vec());
    }
    let opened = Opened::new(pid, 0)?;
    let token = ffi::open_token(&opened.handle);
    let token = token.map_err(|error| opened.failed("OpenProcessToken", error))?;
    ffi::token_user(&token).map_err(|error| opened.failed("TokenUser", error))
}

/// `DOMAIN\name` of a SID; the SID as text where Windows knows no name, as of an account that was deleted.
// LookupAccountSid
pub(in super::super) fn account(user: &[u8]) -> Result<OsString> {
    match ffi::account_name(user) {
        Ok((domain, name)) => {
            let mut account = text::up_to_nul(&domain);
            if !account.is_empty() {
                account.push("\\");
            }
            account.push(text::up_to_nul(&name));
            Ok(account)
        }
        Err(_) => {
            let number = sid::sid(user).map_err(|error| Error::malformed("SID", &error))?;
            Ok(number.into())
        }
    }
}
