//! `/proc/<pid>/status`: about 55 lines of `Key:\tvalue`, some of which are not elsewhere.

use std::ops::BitOr;

use crate::text;

/// Which lines to decode. The others cost a glance each, and reading stops after the last one that is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted(u32);

/// The lines that psight uses; each is absent on some kernel, or for zombies and threads of the kernel.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Status<'a> {
    /// The permissions that new files do not get. Since 4.7.
    pub umask: Option<u32>,
    /// The process that a thread is of.
    pub tgid: Option<u32>,
    /// Who traces it; 0 is nobody.
    pub tracer_pid: Option<u32>,
    /// Real, effective, saved and file system user.
    pub uid: Option<[u32; 4]>,
    /// Real, effective, saved and file system group.
    pub gid: Option<[u32; 4]>,
    /// The supplementary groups; see [`numbers`].
    pub groups: Option<&'a [u8]>,
    /// The pid in each pid namespace, from the outermost; see [`numbers`]. Since 4.1.
    pub nspid: Option<&'a [u8]>,
    /// Largest size of the address space.
    pub vm_peak_kib: Option<u64>,
    /// Largest resident memory.
    pub vm_hwm_kib: Option<u64>,
    /// Resident anonymous memory. Since 4.5.
    pub rss_anon_kib: Option<u64>,
    /// Resident memory that files back. Since 4.5.
    pub rss_file_kib: Option<u64>,
    /// Resident shared memory. Since 4.5.
    pub rss_shmem_kib: Option<u64>,
    /// Address space that is locked into memory.
    pub vm_lck_kib: Option<u64>,
    /// The address space.
    pub vm_size_kib: Option<u64>,
    /// Resident memory, exact.
    pub vm_rss_kib: Option<u64>,
    /// Code and data of shared libraries.
    pub vm_lib_kib: Option<u64>,
    /// Memory swapped out. Since 2.6.34.
    pub vm_swap_kib: Option<u64>,
    /// Memory in pages of hugetlbfs. Since 4.4.
    pub hugetlb_kib: Option<u64>,
    /// How many threads there are.
    pub threads: Option<u32>,
    /// Signals pending for the main thread; bit `n - 1` is signal `n`, here and below.
    pub sig_pnd: Option<u128>,
    /// Signals pending for the process.
    pub shd_pnd: Option<u128>,
    /// Signals blocked.
    pub sig_blk: Option<u128>,
    /// Signals ignored.
    pub sig_ign: Option<u128>,
    /// Signals caught.
    pub sig_cgt: Option<u128>,
    /// The CPUs that it may run on, as in `0-3,8`; see [`cpulist`](crate::linux::cpulist). Since 2.6.26.
    pub cpus_allowed_list: Option<&'a [u8]>,
    /// How often it gave up the CPU. Since 2.6.23.
    pub voluntary_ctxt_switches: Option<u64>,
    /// How often the CPU was taken from it. Since 2.6.23.
    pub nonvoluntary_ctxt_switches: Option<u64>,
}

impl Wanted {
    /// `umask`.
    pub const UMASK: Self = Self(1);
    /// `tgid`.
    pub const TGID: Self = Self(1 << 1);
    /// `tracer_pid`.
    pub const TRACER_PID: Self = Self(1 << 2);
    /// `uid`.
    pub const UID: Self = Self(1 << 3);
    /// `gid`.
    pub const GID: Self = Self(1 << 4);
    /// `groups`.
    pub const GROUPS: Self = Self(1 << 5);
    /// `nspid`.
    pub const NSPID: Self = Self(1 << 6);
    /// `vm_peak_kib`.
    pub const VM_PEAK: Self = Self(1 << 7);
    /// `vm_hwm_kib`.
    pub const VM_HWM: Self = Self(1 << 8);
    /// `rss_anon_kib`.
    pub const RSS_ANON: Self = Self(1 << 9);
    /// `rss_file_kib`.
    pub const RSS_FILE: Self = Self(1 << 10);
    /// `rss_shmem_kib`.
    pub const RSS_SHMEM: Self = Self(1 << 11);
    /// `vm_swap_kib`.
    pub const VM_SWAP: Self = Self(1 << 12);
    /// `hugetlb_kib`.
    pub const HUGETLB: Self = Self(1 << 13);
    /// `threads`.
    pub const THREADS: Self = Self(1 << 14);
    /// `sig_pnd`.
    pub const SIG_PND: Self = Self(1 << 15);
    /// `shd_pnd`.
    pub const SHD_PND: Self = Self(1 << 16);
    /// `sig_blk`.
    pub const SIG_BLK: Self = Self(1 << 17);
    /// `sig_ign`.
    pub const SIG_IGN: Self = Self(1 << 18);
    /// `sig_cgt`.
    pub const SIG_CGT: Self = Self(1 << 19);
    /// `cpus_allowed_list`.
    pub const CPUS_ALLOWED_LIST: Self = Self(1 << 20);
    /// `voluntary_ctxt_switches`.
    pub const VOLUNTARY: Self = Self(1 << 21);
    /// `nonvoluntary_ctxt_switches`.
    pub const NONVOLUNTARY: Self = Self(1 << 22);
    /// `vm_lib_kib`.
    pub const VM_LIB: Self = Self(1 << 23);
    /// `vm_lck_kib`.
    pub const VM_LCK: Self = Self(1 << 24);
    /// `vm_size_kib`.
    pub const VM_SIZE: Self = Self(1 << 25);
    /// `vm_rss_kib`.
    pub const VM_RSS: Self = Self(1 << 26);
    /// No line.
    pub const NONE: Self = Self(0);
    /// Every line.
    pub const ALL: Self = Self((1 << 27) - 1);
    /// What says how much memory there is.
    pub const MEMORY: Self = Self(0b111_1111 << 7 | Self::VM_LIB.0);
    /// What says which signals are pending, blocked, ignored and caught.
    pub const SIGNALS: Self = Self(0b1_1111 << 15);
    /// What stands at the end.
    const LAST: Self = Self(Self::VOLUNTARY.0 | Self::NONVOLUNTARY.0);

    fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

impl BitOr for Wanted {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// Decodes every line that psight uses. Lines that are not known or garbled are skipped.
pub fn status(bytes: &[u8]) -> Status<'_> {
    wanted(bytes, Wanted::ALL)
}

/// Decodes the lines that are `wanted`, in one pass and without allocation.
pub fn wanted(bytes: &[u8], wanted: Wanted) -> Status<'_> {
    let mut status = Status::default();
    if wanted.0 & !Wanted::LAST.0 == 0 {
        // They stand behind everything else, but for a line or two of some processors.
        let lines = bytes.rsplit(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        status.read(lines, wanted);
    } else {
        status.read(text::lines(bytes), wanted);
    }
    status
}

/// The numbers of `Groups` or `NSpid`; words that are none are skipped.
pub fn numbers(list: &[u8]) -> impl Iterator<Item = u32> {
    text::words(list).filter_map(text::u32)
}

fn field(key: &[u8]) -> Option<Wanted> {
    Some(match key {
        b"Umask" => Wanted::UMASK,
        b"Tgid" => Wanted::TGID,
        b"TracerPid" => Wanted::TRACER_PID,
        b"Uid" => Wanted::UID,
        b"Gid" => Wanted::GID,
        b"Groups" => Wanted::GROUPS,
        b"NSpid" => Wanted::NSPID,
        b"VmPeak" => Wanted::VM_PEAK,
        b"VmHWM" => Wanted::VM_HWM,
        b"RssAnon" => Wanted::RSS_ANON,
        b"RssFile" => Wanted::RSS_FILE,
        b"RssShmem" => Wanted::RSS_SHMEM,
        b"VmLck" => Wanted::VM_LCK,
        b"VmSize" => Wanted::VM_SIZE,
        b"VmRSS" => Wanted::VM_RSS,
        b"VmLib" => Wanted::VM_LIB,
        b"VmSwap" => Wanted::VM_SWAP,
        b"HugetlbPages" => Wanted::HUGETLB,
        b"Threads" => Wanted::THREADS,
        b"SigPnd" => Wanted::SIG_PND,
        b"ShdPnd" => Wanted::SHD_PND,
        b"SigBlk" => Wanted::SIG_BLK,
        b"SigIgn" => Wanted::SIG_IGN,
        b"SigCgt" => Wanted::SIG_CGT,
        b"Cpus_allowed_list" => Wanted::CPUS_ALLOWED_LIST,
        b"voluntary_ctxt_switches" => Wanted::VOLUNTARY,
        b"nonvoluntary_ctxt_switches" => Wanted::NONVOLUNTARY,
        _ => return None,
    })
}

impl<'a> Status<'a> {
    /// Takes what is wanted from the lines, and stops when it has everything.
    fn read(&mut self, lines: impl Iterator<Item = &'a [u8]>, wanted: Wanted) {
        let mut left = wanted;
        for line in lines {
            if left == Wanted::NONE {
                break;
            }
            let Some((key, value)) = text::pair(line) else { continue };
            let Some(field) = field(key).filter(|field| left.has(*field)) else { continue };
            left = Wanted(left.0 & !field.0);
            self.fill(field, value);
        }
    }

    fn fill(&mut self, field: Wanted, value: &'a [u8]) {
        match field {
            Wanted::UMASK => self.umask = text::octal(value).and_then(|mask| mask.try_into().ok()),
            Wanted::TGID => self.tgid = text::u32(value),
            Wanted::TRACER_PID => self.tracer_pid = text::u32(value),
            Wanted::UID => self.uid = four(value),
            Wanted::GID => self.gid = four(value),
            Wanted::GROUPS => self.groups = Some(value),
            Wanted::NSPID => self.nspid = Some(value),
            Wanted::VM_PEAK => self.vm_peak_kib = kib(value),
            Wanted::VM_HWM => self.vm_hwm_kib = kib(value),
            Wanted::RSS_ANON => self.rss_anon_kib = kib(value),
            Wanted::RSS_FILE => self.rss_file_kib = kib(value),
            Wanted::RSS_SHMEM => self.rss_shmem_kib = kib(value),
            Wanted::VM_LCK => self.vm_lck_kib = kib(value),
            Wanted::VM_SIZE => self.vm_size_kib = kib(value),
            Wanted::VM_RSS => self.vm_rss_kib = kib(value),
            Wanted::VM_LIB => self.vm_lib_kib = kib(value),
            Wanted::VM_SWAP => self.vm_swap_kib = kib(value),
            Wanted::HUGETLB => self.hugetlb_kib = kib(value),
            Wanted::THREADS => self.threads = text::u32(value),
            Wanted::SIG_PND => self.sig_pnd = mask(value),
            Wanted::SHD_PND => self.shd_pnd = mask(value),
            Wanted::SIG_BLK => self.sig_blk = mask(value),
            Wanted::SIG_IGN => self.sig_ign = mask(value),
            Wanted::SIG_CGT => self.sig_cgt = mask(value),
            Wanted::CPUS_ALLOWED_LIST => self.cpus_allowed_list = Some(value),
            Wanted::VOLUNTARY => self.voluntary_ctxt_switches = text::u64(value),
            Wanted::NONVOLUNTARY => self.nonvoluntary_ctxt_switches = text::u64(value),
            _ => {}
        }
    }
}

fn four(value: &[u8]) -> Option<[u32; 4]> {
    let mut words = text::words(value).map(text::u32);
    Some([words.next()??, words.next()??, words.next()??, words.next()??])
}

fn kib(value: &[u8]) -> Option<u64> {
    text::u64(value.strip_suffix(b"kB").unwrap_or(value))
}

/// 64 signals, and 128 on MIPS.
fn mask(value: &[u8]) -> Option<u128> {
    if value.is_empty() || value.len() > 32 {
        return None;
    }
    value.iter().try_fold(0u128, |sum, byte| {
        let digit = char::from(*byte).to_digit(16)?;
        Some(sum << 4 | u128::from(digit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SSHD: &[u8] = b"Name:\tsshd\nUmask:\t0022\nState:\tS (sleeping)\nTgid:\t812\nNgid:\t0\nPid:\t812\n\
        PPid:\t1\nTracerPid:\t0\nUid:\t0\t1000\t1001\t1002\nGid:\t1\t2\t3\t4\nFDSize:\t128\n\
        Groups:\t4 24 1000 \nNStgid:\t812\t7\nNSpid:\t812\t7\nVmPeak:\t   15436 kB\n\
        VmSize:\t   15436 kB\nVmLck:\t      12 kB\nVmHWM:\t    9184 kB\nVmRSS:\t    9180 kB\nRssAnon:\t    1084 kB\n\
        RssFile:\t    8096 kB\nRssShmem:\t       4 kB\nVmLib:\t    6200 kB\nVmSwap:\t       8 kB\nHugetlbPages:\t    2048 kB\n\
        Threads:\t3\nSigQ:\t0/63402\nSigPnd:\t0000000000000001\nShdPnd:\t0000000000000002\n\
        SigBlk:\t0000000080000000\nSigIgn:\t0000000000001000\nSigCgt:\t0000000180014005\n\
        Cpus_allowed:\tff\nCpus_allowed_list:\t0-3,8\nvoluntary_ctxt_switches:\t61\n\
        nonvoluntary_ctxt_switches:\t9\n";

    #[test]
    fn every_line_finds_its_field() {
        let status = status(SSHD);
        assert_eq!(
            (status.umask, status.tgid, status.tracer_pid),
            (Some(0o22), Some(812), Some(0))
        );
        assert_eq!((status.vm_lib_kib, status.vm_lck_kib), (Some(6200), Some(12)));
        assert_eq!((status.vm_size_kib, status.vm_rss_kib), (Some(15_436), Some(9180)));
        assert_eq!(status.uid, Some([0, 1000, 1001, 1002]));
        assert_eq!(status.gid, Some([1, 2, 3, 4]));
        assert_eq!(numbers(status.groups.unwrap()).collect::<Vec<_>>(), [4, 24, 1000]);
        assert_eq!(numbers(status.nspid.unwrap()).collect::<Vec<_>>(), [812, 7]);
        assert_eq!((status.vm_peak_kib, status.vm_hwm_kib), (Some(15_436), Some(9184)));
        assert_eq!((status.rss_anon_kib, status.rss_file_kib), (Some(1084), Some(8096)));
        assert_eq!((status.rss_shmem_kib, status.vm_swap_kib), (Some(4), Some(8)));
        assert_eq!((status.hugetlb_kib, status.threads), (Some(2048), Some(3)));
        assert_eq!((status.sig_pnd, status.shd_pnd), (Some(1), Some(2)));
        assert_eq!((status.sig_blk, status.sig_ign), (Some(1 << 31), Some(1 << 12)));
        assert_eq!(status.sig_cgt, Some(0x1_8001_4005));
        assert_eq!(status.cpus_allowed_list, Some(&b"0-3,8"[..]));
        assert_eq!(status.voluntary_ctxt_switches, Some(61));
        assert_eq!(status.nonvoluntary_ctxt_switches, Some(9));
    }

    #[test]
    fn only_what_is_wanted_is_decoded() {
        let some = wanted(SSHD, Wanted::UID | Wanted::THREADS);
        let uid = Some([0, 1000, 1001, 1002]);
        assert_eq!(some, Status { uid, threads: Some(3), ..Status::default() });
        assert_eq!(wanted(SSHD, Wanted::NONE), Status::default());
    }

    #[test]
    fn what_stands_at_the_end_is_found_before_the_lines_of_a_processor() {
        let features = b"x86_Thread_features:\tshstk\nx86_Thread_features_locked:\t\n";
        let lines = [SSHD, features].concat();
        let switches = wanted(&lines, Wanted::VOLUNTARY | Wanted::NONVOLUNTARY);
        let (voluntary, nonvoluntary) = (Some(61), Some(9));
        let expected = Status {
            voluntary_ctxt_switches: voluntary,
            nonvoluntary_ctxt_switches: nonvoluntary,
            ..Status::default()
        };
        assert_eq!(switches, expected);
    }

    #[test]
    fn the_groups_of_lines_are_what_they_say() {
        let memory = wanted(SSHD, Wanted::MEMORY);
        assert_eq!((memory.vm_peak_kib, memory.hugetlb_kib), (Some(15_436), Some(2048)));
        assert_eq!((memory.nspid, memory.threads), (None, None));
        let signals = wanted(SSHD, Wanted::SIGNALS);
        assert_eq!((signals.sig_pnd, signals.sig_cgt), (Some(1), Some(0x1_8001_4005)));
        assert_eq!((signals.threads, signals.cpus_allowed_list), (None, None));
    }

    #[test]
    fn t12_missing_lines_are_unknown() {
        let status =
            status(b"Name:\tkthreadd\nState:\tS (sleeping)\nUid:\t0\t0\t0\t0\nThreads:\t1\n");
        assert_eq!((status.uid, status.threads), (Some([0; 4]), Some(1)));
        assert_eq!((status.umask, status.vm_hwm_kib, status.sig_ign), (None, None, None));
    }

    #[test]
    fn t14_blanks_may_stand_for_tabs_or_be_missing() {
        let status = status(b"Uid: 1 2  3\t4\nVmHWM:12kB\nThreads:2 \nUmask :\t077\nGid:\t1\t2\n");
        assert_eq!((status.uid, status.vm_hwm_kib), (Some([1, 2, 3, 4]), Some(12)));
        assert_eq!((status.threads, status.umask, status.gid), (Some(2), Some(0o77), None));
    }

    #[test]
    fn t82_masks_reach_beyond_signal_31() {
        let status =
            status(b"SigBlk:\tfffffffe7ffbfeff\nSigCgt:\t80000000000000000000000000000001\n");
        assert_eq!(status.sig_blk, Some(0xffff_fffe_7ffb_feff));
        assert_eq!(status.sig_cgt, Some(1 << 127 | 1));
    }
}
