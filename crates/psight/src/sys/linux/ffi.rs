//! The system calls that no safe crate offers. The only unsafe code of this back-end: each function takes and returns
//! safe types, and each block says why it is sound.
#![allow(unsafe_code)]

use std::ffi::{CStr, OsString};
use std::io;
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStringExt;
use std::ptr;
use std::sync::atomic::AtomicU32;

/// getpwuid_r(3): what the user is called, as far as the C library's services know.
pub(super) fn user_name(uid: u32) -> Option<OsString> {
    looked_up(
        |entry, buffer, found| {
            let (room, length) = (buffer.as_mut_ptr(), buffer.len());
            // SAFETY: `entry`, `room` (with its own length) and `found` are valid for writing and outlive the call.
            unsafe { libc::getpwuid_r(uid, entry, room, length, found) }
        },
        |user: &libc::passwd| {
            // SAFETY: the entry was filled in, so its name is a C string in the buffer, which lives as long.
            let name = unsafe { CStr::from_ptr(user.pw_name) };
            OsString::from_vec(name.to_bytes().to_vec())
        },
    )
}

/// getpwnam_r(3): the number of the user with this name, as far as the C library's services know.
pub(super) fn user_id(name: &CStr) -> Option<u32> {
    looked_up(
        |entry, buffer, found| {
            let (room, length) = (buffer.as_mut_ptr(), buffer.len());
            // SAFETY: as in `user_name`; `name` is a C string.
            unsafe { libc::getpwnam_r(name.as_ptr(), entry, room, length, found) }
        },
        |user: &libc::passwd| user.pw_uid,
    )
}

/// getgrnam_r(3): the number of the group with this name, as far as the C library's services know.
pub(super) fn group_id(name: &CStr) -> Option<u32> {
    looked_up(
        |entry, buffer, found| {
            let (room, length) = (buffer.as_mut_ptr(), buffer.len());
            // SAFETY: as in `user_id`.
            unsafe { libc::getgrnam_r(name.as_ptr(), entry, room, length, found) }
        },
        |group: &libc::group| group.gr_gid,
    )
}

/// getgrgid_r(3): what the group is called, as far as the C library's services know.
pub(super) fn group_name(gid: u32) -> Option<OsString> {
    looked_up(
        |entry, buffer, found| {
            let (room, length) = (buffer.as_mut_ptr(), buffer.len());
            // SAFETY: as in `user_name`.
            unsafe { libc::getgrgid_r(gid, entry, room, length, found) }
        },
        |group: &libc::group| {
            // SAFETY: as in `user_name`.
            let name = unsafe { CStr::from_ptr(group.gr_name) };
            OsString::from_vec(name.to_bytes().to_vec())
        },
    )
}

/// A number that is 0 at first, and once more in every process that is forked from this one: a page that the kernel
/// empties there.
pub(super) struct Forgotten(ptr::NonNull<AtomicU32>);

// SAFETY: the page belongs to nobody else, and what is in it may be shared.
unsafe impl Send for Forgotten {}
// SAFETY: as above.
unsafe impl Sync for Forgotten {}

impl Forgotten {
    const LENGTH: usize = size_of::<AtomicU32>();

    /// `None` before Linux 4.14, and where the kernel is not one.
    pub(super) fn new() -> Option<Self> {
        const MADV_WIPEONFORK: libc::c_int = 18;
        let access = libc::PROT_READ | libc::PROT_WRITE;
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        // SAFETY: the kernel chooses where, so that nothing of ours is there.
        let page = unsafe { libc::mmap(ptr::null_mut(), Self::LENGTH, access, flags, -1, 0) };
        if page == libc::MAP_FAILED {
            return None;
        }
        let page = Self(ptr::NonNull::new(page.cast())?);
        let advise = |advice| {
            // SAFETY: the page is ours alone, and no advice but the one below is known.
            unsafe { libc::madvise(page.0.as_ptr().cast(), Self::LENGTH, advice) == 0 }
        };
        // What agrees to anything, as emulators of system calls may, does nothing about it.
        let is_deaf = advise(-1);
        if !is_deaf && advise(MADV_WIPEONFORK) { Some(page) } else { None }
    }

    pub(super) fn number(&self) -> &AtomicU32 {
        // SAFETY: the page is there as long as this is, is aligned for anything, and zeros are a number.
        unsafe { self.0.as_ref() }
    }
}

impl Drop for Forgotten {
    fn drop(&mut self) {
        // SAFETY: it was mapped for this, and nobody has it any more.
        unsafe { libc::munmap(self.0.as_ptr().cast(), Self::LENGTH) };
    }
}

/// Asks one of the C library's databases, with more room as long as it wants more, and takes what is needed from the
/// entry while the texts that it points to are still there.
fn looked_up<E, T>(
    ask: impl Fn(*mut E, &mut Vec<libc::c_char>, *mut *mut E) -> libc::c_int,
    take: impl Fn(&E) -> T,
) -> Option<T> {
    let mut buffer = vec![0; 1024];
    loop {
        let mut entry = MaybeUninit::<E>::uninit();
        let mut found: *mut E = ptr::null_mut();
        match ask(entry.as_mut_ptr(), &mut buffer, &raw mut found) {
            // SAFETY: `found` is null, or it points to `entry`, which was filled in then.
            0 => return unsafe { found.as_ref() }.map(take),
            libc::EINTR => {}
            libc::ERANGE if buffer.len() < 1 << 20 => buffer.resize(buffer.len() * 4, 0),
            _ => return None,
        }
    }
}

/// What the C library's allocator has given out: from its heap, and in mappings of their own.
#[cfg(target_env = "gnu")]
pub(super) fn heap() -> Option<(u64, u64)> {
    // Looked up by name, because a program that names it does not start under a glibc before 2.33.
    // SAFETY: the name is a C string, and the default handle is always valid.
    let symbol = unsafe { libc::dlsym(libc::RTLD_DEFAULT, c"mallinfo2".as_ptr()) };
    if symbol.is_null() {
        // SAFETY: mallinfo takes nothing and returns numbers by value.
        let info = unsafe { libc::mallinfo() };
        return Some((info.uordblks.cast_unsigned().into(), info.hblkhd.cast_unsigned().into()));
    }
    // SAFETY: glibc's mallinfo2 has this signature wherever it exists.
    let mallinfo2: extern "C" fn() -> libc::mallinfo2 = unsafe { std::mem::transmute(symbol) };
    let info = mallinfo2();
    Some((info.uordblks as u64, info.hblkhd as u64))
}

/// malloc_trim(3): whether any memory went back to the system.
#[cfg(target_env = "gnu")]
pub(super) fn trim_heap() -> Option<bool> {
    // SAFETY: malloc_trim takes a number and may be called at any time.
    Some(unsafe { libc::malloc_trim(0) } == 1)
}

/// musl and bionic do not tell.
#[cfg(not(target_env = "gnu"))]
pub(super) fn heap() -> Option<(u64, u64)> {
    None
}

/// musl and bionic have no such call.
#[cfg(not(target_env = "gnu"))]
pub(super) fn trim_heap() -> Option<bool> {
    None
}

/// kill(2), for any signal: safe crates know no real-time ones.
pub(super) fn kill(pid: i32, signal: i32) -> io::Result<()> {
    // SAFETY: kill reads no memory of ours.
    done(unsafe { libc::kill(pid, signal) })
}

/// ioprio_get(2) of one process.
pub(super) fn ioprio_get(pid: i32) -> io::Result<u32> {
    // SAFETY: ioprio_get reads no memory of ours.
    let answer = unsafe { libc::syscall(libc::SYS_ioprio_get, IOPRIO_WHO_PROCESS, pid) };
    u32::try_from(answer).map_err(|_| io::Error::last_os_error())
}

/// ioprio_set(2) of one process.
pub(super) fn ioprio_set(pid: i32, priority: u32) -> io::Result<()> {
    // SAFETY: ioprio_set reads no memory of ours.
    done(unsafe { libc::syscall(libc::SYS_ioprio_set, IOPRIO_WHO_PROCESS, pid, priority) })
}

const IOPRIO_WHO_PROCESS: libc::c_int = 1;

/// prlimit(2): the soft and the hard limit as they were, and sets them where `new` says so. The kernel's structure is
/// two 64-bit numbers on every processor.
pub(super) fn prlimit(pid: i32, resource: u32, new: Option<[u64; 2]>) -> io::Result<[u64; 2]> {
    let new = new.as_ref().map_or(ptr::null(), |new| new.as_ptr());
    let mut old = [0u64; 2];
    // SAFETY: `new` is null or two numbers that outlive the call, and there is room for the two that are written.
    done(unsafe { libc::syscall(libc::SYS_prlimit64, pid, resource, new, old.as_mut_ptr()) })?;
    Ok(old)
}

/// sched_getaffinity(2), into as many words as `mask` has; a word is as long as the kernel's.
pub(super) fn sched_getaffinity(pid: i32, mask: &mut [usize]) -> io::Result<()> {
    let (size, mask) = (size_of_val(mask), mask.as_mut_ptr());
    // SAFETY: the kernel writes at most `size` bytes, which is what `mask` has.
    done(unsafe { libc::syscall(libc::SYS_sched_getaffinity, pid, size, mask) })
}

/// sched_setaffinity(2).
pub(super) fn sched_setaffinity(pid: i32, mask: &[usize]) -> io::Result<()> {
    let (size, mask) = (size_of_val(mask), mask.as_ptr());
    // SAFETY: the kernel reads at most `size` bytes, which is what `mask` has.
    done(unsafe { libc::syscall(libc::SYS_sched_setaffinity, pid, size, mask) })
}

/// What a call's answer means, where only its sign counts.
fn done(answer: impl Into<i64>) -> io::Result<()> {
    if answer.into() < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
