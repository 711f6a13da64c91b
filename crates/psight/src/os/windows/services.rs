//! Services: programs that Windows itself starts and watches.
//!
//! ```no_run
//! # use psight::Host;
//! for service in Host::local().services()? {
//!     println!("{} is {}", service.name.display(), service.status);
//! }
//! let spooler = Host::local().service("Spooler")?;
//! println!("{:?} starts {:?}", spooler.start_type, spooler.binpath);
//! # Ok::<(), psight::Error>(())
//! ```

use std::ffi::{OsStr, OsString};
use std::fmt;

use crate::record::{Kind, Record, ToValue, Value};
use crate::{Host, Pid, Result, sys};

/// One service, with everything that the service manager knows of it: what psutil's `as_dict` has.
///
/// What the caller may not know is `None`: how a service is started is told to those alone whom it grants that right.
#[derive(Debug, Clone, PartialEq, Eq, Record)]
#[non_exhaustive]
pub struct Service {
    /// What people read: `Print Spooler`.
    #[field(label)]
    pub display_name: OsString,
    /// The command line that starts it.
    #[field(label)]
    pub binpath: Option<OsString>,
    /// The account that it runs as.
    #[field(label)]
    pub username: Option<OsString>,
    /// When it is started.
    #[field(label)]
    pub start_type: Option<StartType>,
    /// What it is doing.
    #[field(label)]
    pub status: ServiceStatus,
    /// The process that it runs in, which may run others too; `None` while it does not run.
    pub pid: Option<Pid>,
    /// What programs call it: `Spooler`.
    #[field(label)]
    pub name: OsString,
    /// What it is for; `None` where nobody wrote that down.
    #[field(label)]
    pub description: Option<OsString>,
}

/// What a service is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ServiceStatus {
    /// It runs.
    Running,
    /// It runs, and waits to be told to go on.
    Paused,
    /// It is being started.
    StartPending,
    /// It is being paused.
    PausePending,
    /// It is being told to go on.
    ContinuePending,
    /// It is being stopped.
    StopPending,
    /// It does not run.
    Stopped,
    /// A state that psight has no word for: the system's number.
    Unknown(u32),
}

/// When a service is started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StartType {
    /// By the loader, before the kernel: a driver.
    Boot,
    /// By the kernel: a driver.
    System,
    /// With Windows.
    Automatic,
    /// By somebody.
    Manual,
    /// Never.
    Disabled,
    /// A number that psight has no word for.
    Unknown(u32),
}

impl ServiceStatus {
    /// psutil's word, as in `start_pending`; `unknown` for a state that has none.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::StartPending => "start_pending",
            Self::PausePending => "pause_pending",
            Self::ContinuePending => "continue_pending",
            Self::StopPending => "stop_pending",
            Self::Stopped => "stopped",
            Self::Unknown(_) => "unknown",
        }
    }

    /// The state with this number (`SERVICE_RUNNING` and its like).
    pub fn from_number(number: u32) -> Self {
        match number {
            1 => Self::Stopped,
            2 => Self::StartPending,
            3 => Self::StopPending,
            4 => Self::Running,
            5 => Self::ContinuePending,
            6 => Self::PausePending,
            7 => Self::Paused,
            other => Self::Unknown(other),
        }
    }
}

impl StartType {
    /// psutil's word, as in `automatic`; `unknown` for a number that has none.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Boot => "boot",
            Self::System => "system",
            Self::Automatic => "automatic",
            Self::Manual => "manual",
            Self::Disabled => "disabled",
            Self::Unknown(_) => "unknown",
        }
    }

    /// The start type with this number (`SERVICE_AUTO_START` and its like).
    pub fn from_number(number: u32) -> Self {
        match number {
            0 => Self::Boot,
            1 => Self::System,
            2 => Self::Automatic,
            3 => Self::Manual,
            4 => Self::Disabled,
            other => Self::Unknown(other),
        }
    }
}

macro_rules! words {
    ($($ty:ty),*) => {$(
        impl fmt::Display for $ty {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl ToValue for $ty {
            const KIND: Kind = Kind::Text;

            fn to_value(&self) -> Value<'_> {
                Value::Text(self.as_str().into())
            }
        }

        crate::serialized!($ty);
    )*};
}

words!(ServiceStatus, StartType);

impl Host {
    /// Every service, in the order of the service manager; drivers are not among them. One that is removed meanwhile is
    /// left out.
    ///
    /// Windows: `EnumServicesStatusExW`, `QueryServiceConfigW`, `QueryServiceConfig2W`.
    ///
    /// # Errors
    ///
    /// `AccessDenied` to those who may not ask the service manager; `Unsupported` for another machine.
    pub fn services(&self) -> Result<Vec<Service>> {
        sys::services::services(self)
    }

    /// The service that programs call `name`, in capitals or small letters.
    ///
    /// Windows: `QueryServiceStatusEx`, `QueryServiceConfigW`, `QueryServiceConfig2W`.
    ///
    /// # Errors
    ///
    /// `NotFound` if there is none, else as [`services`](Self::services); `AccessDenied` also where the service does not
    /// even tell its state.
    pub fn service(&self, name: impl AsRef<OsStr>) -> Result<Service> {
        sys::services::service(self, name.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_winsvc_h() {
        let states: Vec<_> = (1..=8).map(|n| ServiceStatus::from_number(n).as_str()).collect();
        let expected = [
            "stopped",
            "start_pending",
            "stop_pending",
            "running",
            "continue_pending",
            "pause_pending",
            "paused",
            "unknown",
        ];
        assert_eq!(states, expected);
        let starts: Vec<_> = (0..=4).map(|n| StartType::from_number(n).as_str()).collect();
        assert_eq!(starts, ["boot", "system", "automatic", "manual", "disabled"]);
    }
}
