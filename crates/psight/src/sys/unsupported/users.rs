//! Users, refused.

use std::ffi::{OsStr, OsString};
use std::time::Duration;

use crate::users::{LoginRecord, User};
use crate::{Error, Host, Result};

pub(crate) fn users(_host: &Host) -> Result<Vec<User>> {
    Err(Error::unsupported("users"))
}

pub(crate) fn login_records(_host: &Host) -> Result<Vec<LoginRecord>> {
    Err(Error::unsupported("login_records"))
}

pub(crate) fn terminal_takes_messages(_host: &Host, _terminal: &OsStr) -> Result<bool> {
    Err(Error::unsupported("terminal_takes_messages"))
}

pub(crate) fn terminal_idle(_host: &Host, _terminal: &OsStr) -> Result<Duration> {
    Err(Error::unsupported("terminal_idle"))
}

/// The users that the machine's own file lists.
#[derive(Debug, Default)]
pub(crate) struct Listed(());

impl Listed {
    pub(crate) fn name(&mut self, _host: &Host, _uid: u32) -> Option<&OsStr> {
        None
    }
}

/// What a user who is not listed is called, from wherever else the machine knows users.
pub(crate) fn asked_name(_host: &Host, _uid: u32) -> Option<OsString> {
    None
}

/// The number of the user with this name.
pub(crate) fn user_id(_host: &Host, _name: &OsStr) -> Option<u32> {
    None
}

/// The number of the group with this name.
pub(crate) fn group_id(_host: &Host, _name: &OsStr) -> Option<u32> {
    None
}

/// What the group with this number is called.
pub(crate) fn group_name(_host: &Host, _gid: u32) -> Option<OsString> {
    None
}
