//! Sensors.

use crate::sensors::{Battery, Fan, PowerSupplies, Temperature};
use crate::{Error, Host, Result};

pub(crate) fn temperatures(_host: &Host) -> Result<Vec<Temperature>> {
    Err(Error::unsupported("temperatures"))
}

pub(crate) fn fans(_host: &Host) -> Result<Vec<Fan>> {
    Err(Error::unsupported("fans"))
}

pub(crate) fn battery(_host: &Host) -> Result<Option<Battery>> {
    Err(Error::unsupported("battery"))
}

pub(crate) fn power_supplies(_host: &Host) -> Result<PowerSupplies> {
    Err(Error::unsupported("power_supplies"))
}
