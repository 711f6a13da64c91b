//! Where a process stands: `ns`, `attr/current`, `loginuid`, `oom_score`, `status`.

use std::ffi::OsString;
use std::io;
use std::os::unix::ffi::OsStringExt;

use psight_parse::linux::meminfo::meminfo;
use psight_parse::linux::pid::status::Wanted;
use psight_parse::text;
use rustix::io::Errno;

use super::Raw;
use crate::process::{Namespace, OomScore};
use crate::sys::linux::{read, records};
use crate::{Error, ErrorKind, Host, Result};

// ns/*
pub(crate) fn namespaces(raw: &Raw) -> Result<Vec<Namespace>> {
    let folder = raw.dir().join("ns");
    let failed = |error| raw.failed(folder.clone(), error);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(failed)? {
        let target = std::fs::read_link(entry.map_err(failed)?.path()).map_err(failed)?;
        found.extend(namespace(target.as_os_str().as_encoded_bytes()));
    }
    found.sort_by(|one: &Namespace, other| one.kind.cmp(&other.kind));
    // What children will be in has a link of its own: `pid_for_children` leads to a `pid` as well.
    found.dedup_by(|one, other| one.kind == other.kind);
    Ok(found)
}

/// The name of a link's target: `net:[4026531833]`.
fn namespace(target: &[u8]) -> Option<Namespace> {
    let (kind, id) = text::pair(target)?;
    let id = text::u64(id.strip_prefix(b"[")?.strip_suffix(b"]")?)?;
    Some(Namespace { kind: String::from_utf8(kind.to_vec()).ok()?, id })
}

// attr/current
pub(crate) fn security_label(raw: &Raw) -> Result<Option<OsString>> {
    let path = raw.dir().join("attr/current");
    match read::piece(&path) {
        Ok(mut bytes) => {
            while bytes.last().is_some_and(|byte| matches!(byte, b'\n' | b'\0')) {
                bytes.pop();
            }
            Ok((!bytes.is_empty()).then(|| OsString::from_vec(bytes)))
        }
        // No module has labels.
        Err(error) if error.raw_os_error() == Some(Errno::INVAL.raw_os_error()) => Ok(None),
        Err(error) => Err(raw.failed(path, error)),
    }
}

// loginuid
pub(crate) fn login_uid(raw: &Raw) -> Result<Option<u32>> {
    Ok(number(raw, "loginuid", text::u32)?.filter(|uid| *uid != u32::MAX))
}

// oom_score, oom_score_adj
pub(crate) fn oom_score(raw: &Raw) -> Result<OomScore> {
    let absent = || Error::unsupported("oom_score").with_pid(raw.pid());
    Ok(OomScore {
        score: number(raw, "oom_score", text::u32)?.ok_or_else(absent)?,
        adjustment: number(raw, "oom_score_adj", text::i32)?.ok_or_else(absent)?,
    })
}

// status: VmLck
pub(crate) fn locked_memory(raw: &Raw) -> Result<Option<u64>> {
    Ok(raw.status_lines(Wanted::VM_LCK)?.vm_lck_kib.map(records::bytes))
}

// meminfo: Mlocked
pub(crate) fn all_locked_memory(host: &Host) -> Result<Option<u64>> {
    let info = read::system_piece(&host.proc().join("meminfo"))?;
    Ok(meminfo(&info).mlocked_kib.map(records::bytes))
}

// /proc/sys/kernel/task_delayacct. Since 5.14
pub(crate) fn delay_accounting(host: &Host) -> Result<Option<bool>> {
    match read::system_piece(&host.proc().join("sys/kernel/task_delayacct")) {
        Ok(bytes) => Ok(text::u32(bytes.trim_ascii()).map(|number| number != 0)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn number<T>(raw: &Raw, name: &str, decode: fn(&[u8]) -> Option<T>) -> Result<Option<T>> {
    let path = raw.dir().join(name);
    let bytes: io::Result<Vec<u8>> = read::piece(&path);
    Ok(decode(bytes.map_err(|error| raw.failed(path, error))?.trim_ascii()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_namespace_is_told_by_what_its_link_says() {
        let net = namespace(b"net:[4026531833]").unwrap();
        assert_eq!((net.kind.as_str(), net.id), ("net", 4_026_531_833));
        assert_eq!((namespace(b"/proc/7/ns/net"), namespace(b"net:[x]")), (None, None));
    }
}
