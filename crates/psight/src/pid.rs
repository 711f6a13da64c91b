//! The number of a process.

use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;

use crate::record::{Kind, ToValue, Value};

/// The number that a system gives to a process while it lives, and to another process later.
///
/// It names a process only together with its start time: hold a [`Process`](crate::Process) rather than a `Pid`.
/// Functions that want a pid take a `u32` too.
///
/// ```
/// # use psight::Pid;
/// let pid: Pid = "42".parse()?;
/// assert_eq!((pid, pid.as_u32()), (Pid::new(42), 42));
/// # Ok::<(), std::num::ParseIntError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pid(u32);

impl Pid {
    /// The pid with this number.
    pub const fn new(number: u32) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn as_u32(self) -> u32 {
        self.0
    }
}

impl From<u32> for Pid {
    fn from(number: u32) -> Self {
        Self(number)
    }
}

impl From<Pid> for u32 {
    fn from(pid: Pid) -> Self {
        pid.0
    }
}

impl FromStr for Pid {
    type Err = ParseIntError;

    /// The digits of a number, as `u32` reads them.
    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        text.parse().map(Self)
    }
}

impl fmt::Display for Pid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl ToValue for Pid {
    const KIND: Kind = Kind::Integer;

    fn to_value(&self) -> Value<'_> {
        Value::Uint(self.0.into())
    }
}

crate::serialized!(Pid);
