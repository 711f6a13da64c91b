//! What hardware a machine is, in its maker's words.

use super::Host;
use crate::record::Record;
use crate::{Result, sys};

/// What hardware a machine is, as its maker wrote it into the firmware, and not all of them did: there are machines that are
/// called `Default string`. `None` is what does not stand there, and what the caller may not know. A virtual machine says what
/// runs it.
#[derive(Debug, Clone, PartialEq, Eq, Record)]
#[non_exhaustive]
pub struct Hardware {
    /// Who made the machine: `LENOVO`, `QEMU`.
    #[field(label)]
    pub vendor: Option<String>,
    /// The model: `20L5CTO1WW`, `Raspberry Pi 4 Model B Rev 1.4`.
    #[field(label)]
    pub product: Option<String>,
    /// Which make of it; some makers have the name for people here.
    #[field(label)]
    pub product_version: Option<String>,
    /// The family of models.
    #[field(label)]
    pub family: Option<String>,
    /// The number under which it is sold.
    #[field(label)]
    pub sku: Option<String>,
    /// The serial number. Linux shows it to root alone.
    #[field(label)]
    pub serial: Option<String>,
    /// The number that no other machine should have. Linux shows it to root alone.
    #[field(label)]
    pub uuid: Option<String>,
    /// What its owner calls it, where somebody wrote that down.
    #[field(label)]
    pub asset_tag: Option<String>,
    /// Who made the mainboard.
    #[field(label)]
    pub board_vendor: Option<String>,
    /// The model of the mainboard.
    #[field(label)]
    pub board_name: Option<String>,
    /// Which make of it.
    #[field(label)]
    pub board_version: Option<String>,
    /// The serial number of the mainboard. Linux shows it to root alone.
    #[field(label)]
    pub board_serial: Option<String>,
    /// Who made the firmware.
    #[field(label)]
    pub firmware_vendor: Option<String>,
    /// The version of the firmware.
    #[field(label)]
    pub firmware_version: Option<String>,
    /// The date of the firmware as it stands there, mostly month, day and year: `09/20/2023`.
    #[field(label)]
    pub firmware_date: Option<String>,
}

impl Host {
    /// What hardware the machine is, in its maker's words.
    ///
    /// Linux: `/sys/class/dmi/id`; for the model and the serial number of boards without, as most with ARM, `model` and
    /// `serial-number` of `/proc/device-tree`.
    ///
    /// # Errors
    ///
    /// `Unsupported` where none of it is told, as in some virtual machines.
    pub fn hardware(&self) -> Result<Hardware> {
        sys::host::hardware(self)
    }
}
