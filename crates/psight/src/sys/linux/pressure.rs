//! How long tasks waited: `/proc/pressure`, and the files of that kind that control groups have.

use std::path::Path;
use std::time::Duration;

use psight_parse::linux::pressure as parse;

use super::limits::unified_group;
use super::read;
use crate::pressure::{Pressure, Stall, Stalls};
use crate::{Error, ErrorKind, Host, Process, Result};

const PRESSURE: &str = "pressure";

// pressure/{cpu,memory,io,irq}
pub(crate) fn of_machine(host: &Host) -> Result<Pressure> {
    let folder = host.proc().join("pressure");
    all(|resource| stalls(&folder.join(resource)))
}

// cpu.pressure, memory.pressure, io.pressure, irq.pressure
pub(crate) fn of_group(process: &Process) -> Result<Pressure> {
    let group = unified_group(process)?.ok_or_else(|| Error::unsupported(PRESSURE))?;
    all(|resource| stalls(&group.join(format!("{resource}.pressure"))))
}

fn all(stalls: impl Fn(&str) -> Result<Option<Stalls>>) -> Result<Pressure> {
    let (cpu, memory, io) = (stalls("cpu")?, stalls("memory")?, stalls("io")?);
    match (Pressure { cpu, memory, io, irq: stalls("irq")? }) {
        Pressure { cpu: None, memory: None, io: None, irq: None } => {
            Err(Error::unsupported(PRESSURE))
        }
        pressure => Ok(pressure),
    }
}

/// What one file says; `None` where there is no such file, or (EOPNOTSUPP) nothing is measured.
fn stalls(file: &Path) -> Result<Option<Stalls>> {
    let bytes = match read::piece(file).map_err(|error| Error::system(file, error)) {
        Ok(bytes) => bytes,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Unsupported) => {
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    let said = parse::pressure(&bytes).map_err(|error| Error::malformed(file, &error))?;
    Ok(Some(Stalls { some: said.some.map(stall), full: said.full.map(stall) }))
}

fn stall(said: parse::Stall) -> Stall {
    let parse::Stall { avg10, avg60, avg300, total_us } = said;
    Stall { avg10, avg60, avg300, total: Duration::from_micros(total_us) }
}
