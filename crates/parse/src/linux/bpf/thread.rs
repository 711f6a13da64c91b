//! A thread of one process, as the program of the threads writes it.

use super::task::{Times, adjusted, state};
use super::{name, number};

/// The kind of the record.
pub const THREAD: u32 = 3;

/// How long the name is.
pub const NAME: usize = 16;

/// The numbers of a record, 64 bits each, by their place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub enum Slot {
    /// `pid`
    Pid,
    /// `flags`
    Flags,
    /// `__state`
    State,
    /// `exit_state`
    ExitState,
    /// `thread_info.cpu`
    Cpu,
    /// `utime` in nanoseconds.
    Utime,
    /// `stime`
    Stime,
    /// `se.sum_exec_runtime`; 0 where times are not scaled.
    Runtime,
    /// `prev_cputime.utime`
    PrevUtime,
    /// `prev_cputime.stime`
    PrevStime,
}

impl Slot {
    /// How many there are.
    pub const COUNT: usize = Self::PrevStime as usize + 1;

    /// Where it is in the whole record.
    pub const fn place(self) -> usize {
        super::HEAD + self as usize * 8
    }
}

/// Where the name is in the whole record.
pub const NAME_PLACE: usize = super::HEAD + Slot::COUNT * 8;
/// How long the whole record is.
pub const LENGTH: usize = NAME_PLACE + NAME;

/// A thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thread<'a> {
    /// Its number.
    pub pid: u32,
    /// Its name.
    pub comm: &'a [u8],
    /// The letter of its state.
    pub state: u8,
    /// The processor that it ran on last.
    pub cpu: u32,
    /// User and system time.
    pub times: Times,
    /// Whether it is the kernel's, whose names `/proc` makes longer.
    pub is_kernel_thread: bool,
}

/// Decodes the contents of a record; `None` if they are too short.
pub fn thread(bytes: &[u8]) -> Option<Thread<'_>> {
    let (words, comm) = bytes.split_at_checked(Slot::COUNT * 8)?;
    let words = words.as_chunks().0;
    let get = |slot| number(words, slot as usize);
    let sampled = Times { utime: get(Slot::Utime), stime: get(Slot::Stime) };
    let before = Times { utime: get(Slot::PrevUtime), stime: get(Slot::PrevStime) };
    let runtime = get(Slot::Runtime);
    Some(Thread {
        pid: get(Slot::Pid) as u32,
        comm: name(comm.get(..NAME)?),
        state: state(get(Slot::State) as u32, get(Slot::ExitState) as u32),
        cpu: get(Slot::Cpu) as u32,
        times: if runtime == 0 { sampled } else { adjusted(sampled, runtime, before) },
        is_kernel_thread: get(Slot::Flags) & 0x20_0000 != 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_is_decoded_whole_or_not_at_all() {
        let mut words = [0_u64; Slot::COUNT];
        words[Slot::Pid as usize] = 43;
        words[Slot::State as usize] = 2;
        words[Slot::Cpu as usize] = 1;
        words[Slot::Utime as usize] = 1;
        words[Slot::Stime as usize] = 1;
        words[Slot::Runtime as usize] = 50;
        let mut bytes: Vec<u8> = words.iter().flat_map(|word| word.to_ne_bytes()).collect();
        bytes.extend(b"worker\0\0\0\0\0\0\0\0\0\0");
        let found = thread(&bytes).unwrap();
        assert_eq!((found.pid, found.comm, found.state, found.cpu), (43, &b"worker"[..], b'D', 1));
        assert_eq!(found.times, Times { utime: 25, stime: 25 });
        assert_eq!(thread(&bytes[..bytes.len() - 1]), None);
    }
}
