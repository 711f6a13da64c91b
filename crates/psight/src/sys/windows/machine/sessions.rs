//! Sessions, as the terminal services know them.

mod ffi;

use std::io;

/// One session.
#[derive(Debug, Clone)]
pub(in super::super) struct Session {
    /// Who is logged in, with a NUL; empty where nobody is.
    pub(in super::super) user: Vec<u16>,
    /// The kind of `address`; 0 for the machine's own screen.
    pub(in super::super) family: u32,
    /// Where it comes from.
    pub(in super::super) address: [u8; 20],
    /// When it began, in units of 100 ns from 1601.
    pub(in super::super) began: Option<u64>,
}

/// All sessions; one that ends meanwhile is left out.
pub(in super::super) fn all() -> io::Result<Vec<Session>> {
    let ids = ffi::ids()?.into_iter();
    Ok(ids.filter_map(session).collect())
}

fn session(id: u32) -> Option<Session> {
    let user = ffi::user(id).ok()?;
    let (family, address) = ffi::address(id).unwrap_or_default();
    // The moment of the login, or of the connection where nobody noted the other.
    let began = ffi::moments(id).ok().and_then(|moments| moments.into_iter().find(|at| *at > 0));
    Some(Session { user, family, address, began })
}
