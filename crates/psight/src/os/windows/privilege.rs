//! The privilege to look into any process, which administrators have and which is off until a program asks for it.
//!
//! psutil switches it on when it is imported. psight does not by itself, as it is the whole program that gets it.

use crate::{Result, sys};

/// Switches on the privilege to debug (`SeDebugPrivilege`), for this program until it ends: with it the owner of a
/// process and its protection against reading do not matter. Whether it is on afterwards.
///
/// `false` for a user who does not have it: then everything goes on without.
///
/// Windows: `AdjustTokenPrivileges`.
///
/// # Errors
///
/// `Unsupported` on other systems, where it is documented and not built; `Io` where the program may not change its own
/// token.
pub fn take_debug_privilege() -> Result<bool> {
    sys::privilege::take_debug_privilege()
}
