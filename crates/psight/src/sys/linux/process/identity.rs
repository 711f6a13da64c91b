//! Who a process is: `stat`, `status`, `cmdline`, `environ`, `cgroup` and the links `exe`, `cwd`, `root`.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use psight_parse::Error as Undecoded;
use psight_parse::linux::pid::cgroup::{self, cgroup};
use psight_parse::linux::pid::cmdline::cmdline;
use psight_parse::linux::pid::environ::environ;
use psight_parse::linux::pid::status::{Wanted, numbers};
use rustix::fs::Access;

use super::super::host::boot_time;
use super::super::records;
use super::super::users::{asked_name, listed_name};
use super::Raw;
use crate::process::{Cgroup, GroupIds, SignalMasks, SignalSet, Status, UserIds};
use crate::{ErrorKind, Pid, Result};

impl Raw {
    // stat, ppid
    pub(crate) fn ppid(&self) -> Result<Pid> {
        Ok(Pid::new(self.stat()?.ppid))
    }

    // stat, comm; cmdline where comm is cut
    pub(crate) fn name(&self) -> Result<OsString> {
        let comm = self.head_past_exec()?.comm;
        if comm.len() < 15 {
            return Ok(os_string(comm));
        }
        let words = match self.words() {
            Ok(words) => words,
            Err(error) if error.kind() == ErrorKind::NoSuchProcess => return Err(error),
            // The short name is better than none (psutil#2239).
            Err(_) => Vec::new(),
        };
        let program = words.first().and_then(|word| word.rsplit(|byte| *byte == b'/').next());
        Ok(os_string(program.filter(|program| program.starts_with(comm)).unwrap_or(comm)))
    }

    // stat, comm
    pub(crate) fn short_name(&self) -> Result<OsString> {
        Ok(os_string(self.head_past_exec()?.comm))
    }

    // exe
    pub(crate) fn exe(&self) -> Result<Option<PathBuf>> {
        self.link(&self.exe, "exe")
    }

    // cmdline
    pub(crate) fn exe_guess(&self) -> Result<Option<PathBuf>> {
        let words = self.words()?;
        let guess = words.first().map(|word| Path::new(OsStr::from_bytes(word)));
        let Some(guess) = guess.filter(|guess| guess.is_absolute()) else { return Ok(None) };
        let file = self.host().file(guess.strip_prefix("/").unwrap_or(guess));
        let fits = file.is_file() && rustix::fs::access(&file, Access::EXEC_OK).is_ok();
        Ok(fits.then(|| guess.to_owned()))
    }

    // cmdline
    pub(crate) fn cmdline(&self) -> Result<Vec<OsString>> {
        Ok(self.words()?.into_iter().map(os_string).collect())
    }

    // environ
    pub(crate) fn environ(&self) -> Result<Vec<(OsString, OsString)>> {
        let bytes = self.of_memory(&self.environ, "environ")?.unwrap_or_default();
        let items = environ(bytes).into_iter();
        Ok(items.map(|(name, value)| (os_string(name), os_string(value))).collect())
    }

    // stat, starttime; /proc/stat, btime
    pub(crate) fn create_time(&self) -> Result<SystemTime> {
        let boot = boot_time(self.host())?;
        records::create_time(self.host().constants(), boot, &self.stat()?)
            .ok_or_else(|| self.malformed("stat", &Undecoded::garbled("starttime")))
    }

    // stat, state
    pub(crate) fn status(&self) -> Result<Status> {
        Ok(status_of(self.stat_head()?.state))
    }

    // cwd
    pub(crate) fn cwd(&self) -> Result<Option<PathBuf>> {
        self.link(&self.cwd, "cwd")
    }

    // root
    pub(crate) fn root(&self) -> Result<Option<PathBuf>> {
        self.link(&self.root, "root")
    }

    // PIDFD_GET_INFO, or status, Uid
    pub(crate) fn username(&self) -> Result<OsString> {
        let uid = self.uids()?.real;
        let host = self.host();
        let name = listed_name(host, uid).or_else(|| asked_name(host, uid));
        Ok(name.unwrap_or_else(|| uid.to_string().into()))
    }

    // PIDFD_GET_INFO, or status, Uid
    pub(crate) fn uids(&self) -> Result<UserIds> {
        let [real, effective, saved, _] = self.four(Wanted::UID)?;
        Ok(UserIds { real, effective, saved })
    }

    // PIDFD_GET_INFO, or status, Gid
    pub(crate) fn gids(&self) -> Result<GroupIds> {
        let [real, effective, saved, _] = self.four(Wanted::GID)?;
        Ok(GroupIds { real, effective, saved })
    }

    // PIDFD_GET_INFO, or status, the fourth of Uid
    pub(crate) fn fsuid(&self) -> Result<u32> {
        let [_, _, _, fsuid] = self.four(Wanted::UID)?;
        Ok(fsuid)
    }

    // PIDFD_GET_INFO, or status, the fourth of Gid
    pub(crate) fn fsgid(&self) -> Result<u32> {
        let [_, _, _, fsgid] = self.four(Wanted::GID)?;
        Ok(fsgid)
    }

    // status, Groups
    pub(crate) fn groups(&self) -> Result<Vec<u32>> {
        let groups = self.told(self.status_lines(Wanted::GROUPS)?.groups, "Groups")?;
        Ok(numbers(groups).collect())
    }

    // stat, pgrp
    pub(crate) fn pgid(&self) -> Result<Pid> {
        Ok(Pid::new(self.stat()?.pgrp))
    }

    // stat, session
    pub(crate) fn sid(&self) -> Result<Pid> {
        Ok(Pid::new(self.stat()?.session))
    }

    // status, Umask
    pub(crate) fn umask(&self) -> Result<Option<u32>> {
        Ok(self.status_lines(Wanted::UMASK)?.umask)
    }

    // status, SigPnd ShdPnd SigBlk SigIgn SigCgt
    pub(crate) fn signal_masks(&self) -> Result<SignalMasks> {
        let status = self.status_lines(Wanted::SIGNALS)?;
        Ok(SignalMasks {
            pending: status.sig_pnd.map(SignalSet::from_mask),
            blocked: status.sig_blk.map(SignalSet::from_mask),
            ignored: SignalSet::from_mask(self.told(status.sig_ign, "SigIgn")?),
            caught: SignalSet::from_mask(self.told(status.sig_cgt, "SigCgt")?),
            process_pending: status.shd_pnd.map(SignalSet::from_mask),
        })
    }

    // status, NSpid
    pub(crate) fn namespace_pids(&self) -> Result<Vec<Pid>> {
        let status = self.status_lines(Wanted::NSPID)?;
        let pids = status.nspid.map(|list| numbers(list).map(Pid::new).collect());
        Ok(pids.unwrap_or_else(|| vec![self.pid()]))
    }

    // cgroup
    pub(crate) fn cgroups(&self) -> Result<Vec<Cgroup>> {
        let bytes = self.kept(&self.cgroup, "cgroup")?;
        let lines = cgroup(bytes);
        if lines.is_empty() && !bytes.is_empty() {
            return Err(self.malformed("cgroup", &Undecoded::garbled("hierarchy")));
        }
        Ok(lines.iter().map(group).collect())
    }

    // stat, flags
    pub(crate) fn is_kernel_thread(&self) -> Result<bool> {
        Ok(self.stat()?.is_kernel_thread())
    }

    fn words(&self) -> Result<Vec<&[u8]>> {
        Ok(cmdline(self.of_memory(&self.cmdline, "cmdline")?.unwrap_or_default()))
    }

    fn four(&self, line: Wanted) -> Result<[u32; 4]> {
        if let Some(info) = self.pidfd_info() {
            let users = [info.ruid, info.euid, info.suid, info.fsuid];
            let groups = [info.rgid, info.egid, info.sgid, info.fsgid];
            return Ok(if line == Wanted::UID { users } else { groups });
        }
        let status = self.status_lines(line)?;
        let (ids, name) =
            if line == Wanted::UID { (status.uid, "Uid") } else { (status.gid, "Gid") };
        ids.ok_or_else(|| self.malformed("status", &Undecoded::missing(name)))
    }
}

/// The state that a letter stands for: fs/proc/array.c, `task_state_array`, of many versions.
pub(crate) fn status_of(letter: u8) -> Status {
    match letter {
        b'R' => Status::Running,
        b'S' => Status::Sleeping,
        b'D' => Status::DiskSleep,
        b'T' => Status::Stopped,
        b't' => Status::TracingStop,
        b'Z' => Status::Zombie,
        b'X' | b'x' => Status::Dead,
        b'K' => Status::WakeKill,
        b'W' => Status::Waking,
        b'I' => Status::Idle,
        b'P' => Status::Parked,
        other => Status::Unknown(char::from(other)),
    }
}

fn group(line: &cgroup::Line<'_>) -> Cgroup {
    let controllers = line.controllers.split(|byte| *byte == b',').filter(|name| !name.is_empty());
    Cgroup {
        hierarchy: line.hierarchy,
        controllers: controllers.map(|name| String::from_utf8_lossy(name).into_owned()).collect(),
        path: PathBuf::from(os_string(line.path)),
    }
}

fn os_string(bytes: &[u8]) -> OsString {
    OsString::from_vec(bytes.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t21_a_letter_without_a_word_is_kept() {
        assert_eq!(status_of(b'I').as_str(), "idle");
        assert_eq!(status_of(b'P').as_str(), "parked");
        assert_eq!(status_of(b'K').as_str(), "wake-kill");
        assert_eq!(status_of(b'W').as_str(), "waking");
        assert_eq!((status_of(b'X'), status_of(b'x')), (Status::Dead, Status::Dead));
        assert_eq!(status_of(b'q'), Status::Unknown('q'));
        assert_eq!(status_of(b'q').as_str(), "?");
    }
}
