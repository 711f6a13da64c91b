//! Files without a descriptor: the links `cwd`, `root` and `exe`, and what `maps` names.

use std::collections::HashSet;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use psight_parse::linux::pid::maps::{self, Region};
use rustix::fs::{Stat, makedev, stat};

use super::Raw;
use crate::process::{FileRole, UsedFile};
use crate::{ErrorKind, Result};

impl Raw {
    // cwd; root; exe; maps
    pub(crate) fn used_files(&self) -> Result<Vec<UsedFile>> {
        let mut files = Vec::new();
        for (role, path, link) in [
            (FileRole::Cwd, self.cwd()?, "cwd"),
            (FileRole::Root, self.root()?, "root"),
            (FileRole::Exe, self.exe()?, "exe"),
        ] {
            files.extend(path.map(|path| used(role, path, self.stat_of(&self.dir().join(link)))));
        }
        let bytes = match self.of_memory(&self.maps, "maps") {
            Ok(bytes) => bytes.unwrap_or_default(),
            // Of a captured machine `smaps` may have been kept alone.
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(files),
            Err(error) => return Err(error),
        };
        let program = files.iter().find(|file| file.role == FileRole::Exe).cloned();
        let is_program = |file: &UsedFile| {
            program.as_ref().is_some_and(|program| match program.ino {
                Some(_) => (program.dev, program.ino) == (file.dev, file.ino),
                // Nothing can be asked of a captured machine's files but their names.
                None => program.path == file.path,
            })
        };
        let mut seen = HashSet::new();
        for region in maps::maps(bytes).iter().filter(|region| region.ino != 0) {
            if seen.insert((region.dev, region.ino)) {
                // The program is mapped as well, and is there already.
                files.extend(Some(self.mapped(region)).filter(|file| !is_program(file)));
            }
        }
        Ok(files)
    }

    fn mapped(&self, region: &Region<'_>) -> UsedFile {
        let name = maps::path(region.name.unwrap_or_default());
        let text = |bytes: &[u8]| PathBuf::from(OsString::from_vec(bytes.to_vec()));
        let found = |path: &Path| {
            let inside = path.strip_prefix("/").unwrap_or(path);
            // A file system with several trees (btrfs, overlayfs) has other device numbers here than in `maps`.
            let stat = self.stat_of(&self.dir().join("root").join(inside))?;
            (stat.st_ino == region.ino).then_some(stat)
        };
        let whole = text(&name);
        if let Some(stat) = found(&whole) {
            return used(FileRole::Map, whole, Some(stat));
        }
        let deleted = name.strip_suffix(b" (deleted)");
        UsedFile {
            role: FileRole::Map,
            path: deleted.map_or(whole, text),
            deleted: Some(deleted.is_some()),
            dev: Some(makedev(region.dev.0, region.dev.1)),
            ino: Some(region.ino),
            rdev: None,
            mode: None,
            size: None,
            nlink: None,
        }
    }

    /// What the file itself says; nothing on a captured machine.
    fn stat_of(&self, path: &Path) -> Option<Stat> {
        if self.host().is_captured() { None } else { stat(path).ok() }
    }
}

fn used(role: FileRole, path: PathBuf, stat: Option<Stat>) -> UsedFile {
    let nlink = stat.as_ref().map(|stat| wide(stat.st_nlink));
    UsedFile {
        role,
        path,
        deleted: nlink.map(|nlink| nlink == 0),
        dev: stat.as_ref().map(|stat| stat.st_dev),
        ino: stat.as_ref().map(|stat| stat.st_ino),
        rdev: stat.as_ref().map(|stat| stat.st_rdev),
        mode: stat.as_ref().map(|stat| stat.st_mode),
        size: stat.as_ref().and_then(|stat| u64::try_from(stat.st_size).ok()),
        nlink,
    }
}

/// A count whose width differs between processors.
fn wide(count: impl Into<u64>) -> u64 {
    count.into()
}
