//! bpf(2), which no safe crate offers.
#![allow(unsafe_code)]

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::ptr;

/// The commands, by their numbers in `linux/bpf.h`.
const MAP_CREATE: u32 = 0;
const PROG_LOAD: u32 = 5;
const LINK_CREATE: u32 = 28;
const ITER_CREATE: u32 = 33;

const PROG_TYPE_TRACING: u32 = 26;
const TRACE_ITER: u32 = 28;
const MAP_TYPE_ARRAY: u32 = 2;
const MAP_TYPE_PERCPU_ARRAY: u32 = 6;
const F_SLEEPABLE: u32 = 1 << 4;

/// What the kernel must know to give the helpers that read its memory. The programs are under MIT as all of psight is,
/// which may be taken under the GPL as well.
const LICENSE: &std::ffi::CStr = c"Dual MIT/GPL";

/// `union bpf_attr` for BPF_PROG_LOAD, up to `attach_btf_id`.
#[repr(C)]
#[derive(Default)]
struct ProgLoad {
    prog_type: u32,
    insn_cnt: u32,
    insns: u64,
    license: u64,
    log_level: u32,
    log_size: u32,
    log_buf: u64,
    kern_version: u32,
    prog_flags: u32,
    prog_name: [u8; 16],
    prog_ifindex: u32,
    expected_attach_type: u32,
    prog_btf_fd: u32,
    func_info_rec_size: u32,
    func_info: u64,
    func_info_cnt: u32,
    line_info_rec_size: u32,
    line_info: u64,
    line_info_cnt: u32,
    attach_btf_id: u32,
}

/// The same for BPF_LINK_CREATE of an iterator.
#[repr(C)]
#[derive(Default)]
struct LinkCreate {
    prog_fd: u32,
    target_fd: u32,
    attach_type: u32,
    flags: u32,
    iter_info: u64,
    iter_info_len: u32,
    reserved: u32,
}

// The kernel refuses what is longer than it knows and not zero, so that these must be exact.
const _: () = assert!(size_of::<ProgLoad>() == 112 && size_of::<LinkCreate>() == 32);

/// A memory of one value that a program may write into.
pub(super) fn create_memory(size: u32) -> io::Result<OwnedFd> {
    // map_type, key_size, value_size, max_entries
    descriptor(MAP_CREATE, &mut [MAP_TYPE_ARRAY, 4, size, 1])
}

/// A memory of one word that each processor has for itself.
pub(super) fn create_words() -> io::Result<OwnedFd> {
    descriptor(MAP_CREATE, &mut [MAP_TYPE_PERCPU_ARRAY, 4, 8, 1])
}

/// Loads an iterator over what the function `attach_btf_id` of the kernel stands for. `log` is filled with what the
/// kernel thinks of the program, if it has room.
///
/// The kernel gives the checking of a program up (`EAGAIN`) when a signal comes, as was seen in a process whose threads
/// start others and wait for them.
pub(super) fn load_iterator(
    instructions: &[[u8; 8]],
    sleeps: bool,
    attach_btf_id: u32,
    log: &mut [u8],
) -> io::Result<OwnedFd> {
    let mut attributes = ProgLoad {
        prog_type: PROG_TYPE_TRACING,
        insn_cnt: u32::try_from(instructions.len()).map_err(io::Error::other)?,
        insns: instructions.as_ptr() as u64,
        license: LICENSE.as_ptr() as u64,
        log_level: u32::from(!log.is_empty()),
        log_size: u32::try_from(log.len()).map_err(io::Error::other)?,
        log_buf: if log.is_empty() { 0 } else { log.as_mut_ptr() as u64 },
        prog_flags: if sleeps { F_SLEEPABLE } else { 0 },
        prog_name: *b"psight\0\0\0\0\0\0\0\0\0\0",
        expected_attach_type: TRACE_ITER,
        attach_btf_id,
        ..ProgLoad::default()
    };
    undisturbed(|| descriptor(PROG_LOAD, &mut attributes))
}

/// Makes an iterator ready to be opened: over all tasks, over the one with the number `tid`, or over those of the process
/// `pid`; 0 is not that. Since 6.1 where one is not 0.
pub(super) fn create_link(program: BorrowedFd<'_>, tid: u32, pid: u32) -> io::Result<OwnedFd> {
    // union bpf_iter_link_info, task: tid, pid, pid_fd
    let info = [tid, pid, 0, 0];
    let filters = info != [0; 4];
    let mut attributes = LinkCreate {
        prog_fd: program.as_raw_fd().cast_unsigned(),
        attach_type: TRACE_ITER,
        iter_info: if filters { info.as_ptr() as u64 } else { 0 },
        iter_info_len: if filters { size_of_val(&info) as u32 } else { 0 },
        ..LinkCreate::default()
    };
    descriptor(LINK_CREATE, &mut attributes)
}

/// Opens the iterator, to be read once from its beginning to its end.
pub(super) fn open_iterator(link: BorrowedFd<'_>) -> io::Result<OwnedFd> {
    // link_fd, flags
    descriptor(ITER_CREATE, &mut [link.as_raw_fd().cast_unsigned(), 0])
}

/// Runs `act` while this thread is left alone by signals: another thread of the program gets them, or this one when it is
/// done.
fn undisturbed<T>(act: impl FnOnce() -> T) -> T {
    /// The signals that were blocked before.
    struct Before(libc::sigset_t);
    impl Drop for Before {
        fn drop(&mut self) {
            // SAFETY: the set is one that the C library has filled.
            unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const self.0, ptr::null_mut()) };
        }
    }
    let (mut all, mut before) = (MaybeUninit::uninit(), MaybeUninit::uninit());
    // SAFETY: the C library fills both sets, the second one if it answers with 0.
    let _before = unsafe {
        libc::sigfillset(all.as_mut_ptr());
        let blocked =
            libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr()) == 0;
        blocked.then(|| Before(before.assume_init()))
    };
    act()
}

/// bpf(2), for a command whose answer is a new descriptor, which is closed at exec.
fn descriptor<T>(command: u32, attributes: &mut T) -> io::Result<OwnedFd> {
    let (pointer, size) = (&raw mut *attributes, size_of::<T>());
    // SAFETY: the kernel reads `size` bytes, and what they point to: buffers with their lengths, which outlive the call.
    let answer = unsafe { libc::syscall(libc::SYS_bpf, command, pointer, size) };
    let fd =
        i32::try_from(answer).ok().filter(|fd| *fd >= 0).ok_or_else(io::Error::last_os_error)?;
    // SAFETY: the descriptor is new, and nobody else has it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}
