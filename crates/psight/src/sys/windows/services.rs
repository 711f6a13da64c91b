//! Services, by the service manager.

mod ffi;

use std::ffi::{OsStr, OsString};
use std::io;

use ffi::{Manager, Opened, State};

use super::kernel::here;
use super::text;
use crate::os::windows::services::{Service, ServiceStatus, StartType};
use crate::{Error, ErrorKind, Host, Pid, Result};

const ERROR_SERVICE_DOES_NOT_EXIST: i32 = 1060;
const ERROR_INVALID_NAME: i32 = 123;

// EnumServicesStatusEx
pub(crate) fn services(host: &Host) -> Result<Vec<Service>> {
    let manager = manager(host)?;
    let listed =
        manager.list().map_err(|error| Error::system("EnumServicesStatusEx", error))?.into_iter();
    let services = listed.filter_map(|listed| {
        let opened = match manager.open(&text::wide(text::up_to_nul(&listed.name)), false) {
            Ok(opened) => Some(opened),
            Err(error) if is_gone(&error) => return None,
            Err(_) => None,
        };
        Some(filled(&listed.name, &listed.display_name, listed.state, opened.as_ref()))
    });
    Ok(services.collect())
}

// OpenService, QueryServiceStatusEx
pub(crate) fn service(host: &Host, name: &OsStr) -> Result<Service> {
    let manager = manager(host)?;
    let wide = text::wide(name);
    let failed = |error| failed(name, error);
    let opened = manager.open(&wide, true).map_err(failed)?;
    let state = opened.state().map_err(failed)?;
    // What people and programs call it, as the manager writes it.
    let display_name = manager.display_name(&wide).map_err(failed)?;
    let own = manager.key_name(&text::wide(text::up_to_nul(&display_name)));
    let own = own.unwrap_or_else(|_| text::wide(name).units().to_vec());
    // Two services may have the same name for people.
    let is_same = text::up_to_nul(&own).eq_ignore_ascii_case(name);
    let own = if is_same { own } else { wide.units().to_vec() };
    Ok(filled(&own, &display_name, state, Some(&opened)))
}

fn manager(host: &Host) -> Result<Manager> {
    here(host, "services")?;
    Manager::open_here().map_err(|error| Error::system("OpenSCManager", error))
}

/// The service with what it says when it is opened; `None` where it may not be.
fn filled(name: &[u16], display_name: &[u16], state: State, opened: Option<&Opened>) -> Service {
    let config = opened.and_then(|opened| opened.config().ok());
    let description = opened.and_then(|opened| opened.description().ok().flatten());
    let known = |text: &[u16]| Some(text::os(text.iter().copied())).filter(|text| !text.is_empty());
    Service {
        display_name: text::up_to_nul(display_name),
        binpath: config.as_ref().and_then(|config| known(&config.binary_path)),
        username: config.as_ref().and_then(|config| known(&config.account)),
        start_type: config.as_ref().map(|config| StartType::from_number(config.start_type)),
        status: ServiceStatus::from_number(state.number),
        pid: (state.pid != 0).then(|| Pid::new(state.pid)),
        name: text::up_to_nul(name),
        description: description.as_deref().and_then(known),
    }
}

fn is_gone(error: &io::Error) -> bool {
    error.raw_os_error() == Some(ERROR_SERVICE_DOES_NOT_EXIST)
}

fn failed(name: &OsStr, error: io::Error) -> Error {
    let is_missing = is_gone(&error) || error.raw_os_error() == Some(ERROR_INVALID_NAME);
    let what = OsString::from(format!("service {}", name.display()));
    let error = Error::system(what, error);
    if is_missing { error.with_kind(ErrorKind::NotFound) } else { error }
}
