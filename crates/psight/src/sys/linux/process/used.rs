//! Files without a descriptor: the links `cwd`, `root` and `exe`, and what `maps` names.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use psight_parse::linux::pid::maps::{self, MappedFile};
use rustix::fs::{AtFlags, CWD, Stat, StatxFlags, makedev, stat, statx};

use super::Raw;
use crate::process::{FileRole, UsedFile};
use crate::sys::linux::files::{path_buf, wide};
use crate::{ErrorKind, Result};

/// What other processes were seen to use, so that it need not be asked again.
#[derive(Debug, Default)]
pub(in crate::sys::linux) struct Seen {
    /// Where directories are.
    places: HashMap<Place, PathBuf>,
    /// The mapped files of the processes that have one root.
    mapped: HashMap<Place, Mapped>,
    /// Those of one process; here for its memory.
    of_one: HashSet<FileId>,
}

/// A directory as it is reached: the number of the mount, device and inode. A mount belongs to one mount namespace, so
/// that the same absolute path leads to the same file for all processes whose root is one place.
type Place = (u64, u64, u64);

/// The device of a file as `maps` has it, and its number there.
type FileId = ((u32, u32), u64);

/// Files with the names by which `maps` has them; a file has several where it has several names.
type Mapped = HashMap<FileId, Vec<(Vec<u8>, UsedFile)>>;

impl Raw {
    pub(crate) fn used_files(&self) -> Result<Vec<UsedFile>> {
        self.used_files_beside(&mut Seen::default())
    }

    // cwd; root; exe; maps
    pub(in crate::sys::linux) fn used_files_beside(
        &self,
        seen: &mut Seen,
    ) -> Result<Vec<UsedFile>> {
        let mut files = Vec::new();
        files.extend(self.directory(FileRole::Cwd, "cwd", seen, Self::cwd)?.0);
        let (root, place) = self.directory(FileRole::Root, "root", seen, Self::root)?;
        files.extend(root);
        let program = self.exe()?.map(|path| {
            let asked =
                if self.host().is_captured() { None } else { stat(self.dir().join("exe")).ok() };
            used(FileRole::Exe, path, asked.map(About::from))
        });
        files.extend(program.clone());
        let bytes = match self.of_memory(&self.maps, "maps") {
            Ok(bytes) => bytes.unwrap_or_default(),
            // Of a captured machine `smaps` may have been kept alone.
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(files),
            Err(error) => return Err(error),
        };
        let is_program = |file: &UsedFile| {
            program.as_ref().is_some_and(|program| match program.ino {
                Some(_) => (program.dev, program.ino) == (file.dev, file.ino),
                // Nothing can be asked of a captured machine's files but their names.
                None => program.path == file.path,
            })
        };
        let mut alone = Mapped::new();
        let mapped = place.map_or(&mut alone, |place| seen.mapped.entry(place).or_default());
        seen.of_one.clear();
        let mut last = None;
        for file in maps::mapped_files(bytes) {
            // Most often the pieces of one file lie one behind the other.
            let id = (file.dev, file.ino);
            if last != Some(id) && seen.of_one.insert(id) {
                // The program is mapped as well, and is there already.
                files.extend(Some(self.mapped(file, mapped)).filter(|file| !is_program(file)));
            }
            last = Some(id);
        }
        Ok(files)
    }

    /// The directory that a link of the process leads to, and which place that is, where the kernel tells of mounts.
    fn directory(
        &self,
        role: FileRole,
        link: &str,
        seen: &mut Seen,
        path: impl Fn(&Self) -> Result<Option<PathBuf>>,
    ) -> Result<(Option<UsedFile>, Option<Place>)> {
        let at = self.dir().join(link);
        let told = self.place(&at);
        let place = told.as_ref().and_then(|(_, place)| *place);
        if let (Some((about, _)), Some(path)) =
            (&told, place.and_then(|place| seen.places.get(&place)))
        {
            return Ok((Some(used(role, path.clone(), Some(*about))), place));
        }
        let path = path(self)?;
        // A place that has been deleted has no path any more but the one that it had.
        let lasting = told.filter(|(about, _)| about.nlink > 0).and(place);
        // The process may have gone elsewhere between the two questions; what others are told must be right.
        let is_still_there = |place| self.place(&at).and_then(|(_, now)| now) == Some(place);
        if let (Some(place), Some(path)) = (lasting, &path)
            && is_still_there(place)
        {
            seen.places.insert(place, path.clone());
        }
        Ok((path.map(|path| used(role, path, told.map(|(about, _)| about))), place))
    }

    /// What a directory says of itself, and where it is.
    fn place(&self, path: &Path) -> Option<(About, Option<Place>)> {
        if self.host().is_captured() {
            return None;
        }
        // Since 4.11, and the number of the mount since 5.8.
        let wanted = StatxFlags::BASIC_STATS | StatxFlags::MNT_ID;
        let Ok(told) = statx(CWD, path, AtFlags::empty(), wanted) else {
            return stat(path).ok().map(|stat| (About::from(stat), None));
        };
        let about = About {
            dev: makedev(told.stx_dev_major, told.stx_dev_minor),
            ino: told.stx_ino,
            rdev: makedev(told.stx_rdev_major, told.stx_rdev_minor),
            mode: told.stx_mode.into(),
            size: Some(told.stx_size),
            nlink: told.stx_nlink.into(),
        };
        let has_mount = told.stx_mask & StatxFlags::MNT_ID.bits() != 0;
        Some((about, has_mount.then_some((told.stx_mnt_id, about.dev, about.ino))))
    }

    /// A mapped file: as another process was seen to have it, or as it says itself.
    fn mapped(&self, mapped: MappedFile<'_>, seen: &mut Mapped) -> UsedFile {
        let same = seen.entry((mapped.dev, mapped.ino)).or_default();
        if let Some((_, file)) = same.iter().find(|(known, _)| known == mapped.name) {
            return file.clone();
        }
        let file = self.asked(mapped);
        same.push((mapped.name.to_vec(), file.clone()));
        file
    }

    fn asked(&self, mapped: MappedFile<'_>) -> UsedFile {
        let name = maps::path(mapped.name);
        let found = |path: &Path| {
            let inside = path.strip_prefix("/").unwrap_or(path);
            if self.host().is_captured() {
                return None;
            }
            // A file system with several trees (btrfs, overlayfs) has other device numbers here than in `maps`.
            let stat = stat(self.dir().join("root").join(inside)).ok()?;
            (stat.st_ino == mapped.ino).then_some(stat)
        };
        let whole = path_buf(&name);
        if let Some(stat) = found(&whole) {
            return used(FileRole::Map, whole, Some(stat.into()));
        }
        let deleted = name.strip_suffix(b" (deleted)");
        UsedFile {
            role: FileRole::Map,
            path: deleted.map_or(whole, path_buf),
            deleted: Some(deleted.is_some()),
            dev: Some(makedev(mapped.dev.0, mapped.dev.1)),
            ino: Some(mapped.ino),
            rdev: None,
            mode: None,
            size: None,
            nlink: None,
        }
    }
}

/// What a file says of itself.
#[derive(Debug, Clone, Copy)]
struct About {
    dev: u64,
    ino: u64,
    rdev: u64,
    mode: u32,
    size: Option<u64>,
    nlink: u64,
}

impl From<Stat> for About {
    fn from(stat: Stat) -> Self {
        Self {
            dev: stat.st_dev,
            ino: stat.st_ino,
            rdev: stat.st_rdev,
            mode: stat.st_mode,
            size: u64::try_from(stat.st_size).ok(),
            nlink: wide(stat.st_nlink),
        }
    }
}

fn used(role: FileRole, path: PathBuf, about: Option<About>) -> UsedFile {
    UsedFile {
        role,
        path,
        deleted: about.map(|about| about.nlink == 0),
        dev: about.map(|about| about.dev),
        ino: about.map(|about| about.ino),
        rdev: about.map(|about| about.rdev),
        mode: about.map(|about| about.mode),
        size: about.and_then(|about| about.size),
        nlink: about.map(|about| about.nlink),
    }
}
