//! What hardware it is: `/sys/class/dmi/id`, `/proc/device-tree`.

use super::line;
use crate::host::Hardware;
use crate::sys::linux::read;
use crate::{Error, Host, Result};

// /sys/class/dmi/id, /proc/device-tree/{model,serial-number}
pub(crate) fn hardware(host: &Host) -> Result<Hardware> {
    let folder = host.sys().join("class/dmi/id");
    let dmi = |name: &str| line(read::file(&folder.join(name)).ok());
    let tree = host.proc().join("device-tree");
    let node = |name: &str| {
        let mut bytes = read::file(&tree.join(name)).ok()?;
        // Texts of a device tree end with a NUL.
        bytes.truncate(bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len()));
        line(Some(bytes))
    };
    let found = Hardware {
        vendor: dmi("sys_vendor"),
        product: dmi("product_name").or_else(|| node("model")),
        product_version: dmi("product_version"),
        family: dmi("product_family"),
        sku: dmi("product_sku"),
        serial: dmi("product_serial").or_else(|| node("serial-number")),
        uuid: dmi("product_uuid"),
        asset_tag: dmi("chassis_asset_tag").or_else(|| dmi("board_asset_tag")),
        board_vendor: dmi("board_vendor"),
        board_name: dmi("board_name"),
        board_version: dmi("board_version"),
        board_serial: dmi("board_serial"),
        firmware_vendor: dmi("bios_vendor"),
        firmware_version: dmi("bios_version"),
        firmware_date: dmi("bios_date"),
    };
    let is_told = crate::Record::values(&found).iter().any(|value| !value.is_null());
    if is_told { Ok(found) } else { Err(Error::unsupported("hardware")) }
}
