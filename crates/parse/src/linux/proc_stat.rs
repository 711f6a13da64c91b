//! `/proc/stat`: what the processors did since boot, and when that was.

use crate::text;

/// What the processors did, of which the kernel writes first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cpus {
    /// All processors together.
    pub all: Option<CpuTicks>,
    /// Each processor that is switched on, with its number, in the kernel's order, which ascends.
    pub each: Vec<(u32, CpuTicks)>,
}

/// What the whole system did, as far as psight uses it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    /// Interrupts served.
    pub intr: Option<u64>,
    /// Switches from one task to another.
    pub ctxt: Option<u64>,
    /// When the machine started, in seconds since 1970.
    pub btime: Option<u64>,
    /// Tasks that were started.
    pub processes: Option<u64>,
    /// Tasks that run or wait for a processor. Since 2.5.45.
    pub procs_running: Option<u64>,
    /// Tasks that wait for a disk. Since 2.5.45.
    pub procs_blocked: Option<u64>,
    /// Software interrupts served. Since 2.6.31.
    pub softirq: Option<u64>,
}

/// Where a processor spent its time since boot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CpuTicks {
    /// Normal processes in user mode, guests included.
    pub user_ticks: u64,
    /// The same with lowered priority.
    pub nice_ticks: u64,
    /// Processes in the kernel.
    pub system_ticks: u64,
    /// Nothing.
    pub idle_ticks: u64,
    /// Nothing, while a disk had something to do. Since 2.5.41.
    pub iowait_ticks: Option<u64>,
    /// Hardware interrupts. Since 2.6.0.
    pub irq_ticks: Option<u64>,
    /// Software interrupts. Since 2.6.0.
    pub softirq_ticks: Option<u64>,
    /// Other virtual machines. Since 2.6.11.
    pub steal_ticks: Option<u64>,
    /// Guests, once more. Since 2.6.24.
    pub guest_ticks: Option<u64>,
    /// Guests with lowered priority, once more. Since 2.6.33.
    pub guest_nice_ticks: Option<u64>,
}

/// Decodes the lines of processors, which stand together. Those that are not known or not numbers are skipped.
pub fn cpus(bytes: &[u8]) -> Cpus {
    let mut cpus = Cpus::default();
    let of_cpus = text::lines(bytes).map(|line| line.strip_prefix(b"cpu"));
    for line in of_cpus.skip_while(Option::is_none).map_while(|line| line) {
        let Some((number, ticks)) = split(line) else { continue };
        match number {
            b"" => cpus.all = cpu_ticks(ticks),
            number => cpus.each.extend(text::u32(number).zip(cpu_ticks(ticks))),
        }
    }
    cpus
}

/// Decodes the first line of a file that is whole as far as `bytes` goes, if it is that of all processors together.
pub fn all_cpus(bytes: &[u8]) -> Option<CpuTicks> {
    let line = bytes.get(..text::position(bytes, b'\n')?)?;
    let (number, ticks) = split(line.strip_prefix(b"cpu")?)?;
    number.is_empty().then(|| cpu_ticks(ticks)).flatten()
}

/// Decodes the other lines. Those that are not known or not numbers are skipped.
pub fn totals(bytes: &[u8]) -> Totals {
    let mut totals = Totals::default();
    for line in text::lines(bytes).filter(|line| !line.starts_with(b"cpu")) {
        let Some((key, rest)) = split(line) else { continue };
        match key {
            // The first number of these lines is the sum; thousands may follow.
            b"intr" => totals.intr = text::numbers(rest).next().flatten(),
            b"softirq" => totals.softirq = text::numbers(rest).next().flatten(),
            b"ctxt" => totals.ctxt = text::u64(rest),
            b"btime" => totals.btime = text::u64(rest),
            b"processes" => totals.processes = text::u64(rest),
            b"procs_running" => totals.procs_running = text::u64(rest),
            b"procs_blocked" => totals.procs_blocked = text::u64(rest),
            _ => {}
        }
    }
    totals
}

/// What stands before the first blank of a line, and from there on.
fn split(line: &[u8]) -> Option<(&[u8], &[u8])> {
    line.split_at_checked(text::position(line, b' ')?)
}

fn cpu_ticks(columns: &[u8]) -> Option<CpuTicks> {
    let mut numbers = text::numbers(columns);
    let mut next = || numbers.next().flatten();
    Some(CpuTicks {
        user_ticks: next()?,
        nice_ticks: next()?,
        system_ticks: next()?,
        idle_ticks: next()?,
        iowait_ticks: next(),
        irq_ticks: next(),
        softirq_ticks: next(),
        steal_ticks: next(),
        guest_ticks: next(),
        guest_nice_ticks: next(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_is_where_proc_5_says() {
        let file = b"cpu  46575 7 8692 186877 670 1 132 269 3 4\n\
              cpu0 22701 0 4005 94588 109 0 13 133 0 0\n\
              cpu1 23873 0 4686 92289 560 0 119 136 0 0\n\
              intr 398019 0 0 15 243\n\
              ctxt 586009\n\
              btime 1795217684\n\
              processes 17086\nprocs_running 2\nprocs_blocked 0\n\
              softirq 187642 0 42101 1 3460 0 0 2 83301 9 58768\n";
        let (cpus, totals) = (cpus(file), totals(file));
        let total = CpuTicks {
            user_ticks: 46575,
            nice_ticks: 7,
            system_ticks: 8692,
            idle_ticks: 186_877,
            iowait_ticks: Some(670),
            irq_ticks: Some(1),
            softirq_ticks: Some(132),
            steal_ticks: Some(269),
            guest_ticks: Some(3),
            guest_nice_ticks: Some(4),
        };
        assert_eq!((cpus.all, all_cpus(file)), (Some(total), Some(total)));
        assert_eq!(
            cpus.each.iter().map(|cpu| cpu.1.user_ticks).collect::<Vec<_>>(),
            [22701, 23873]
        );
        assert_eq!(
            (totals.intr, totals.ctxt, totals.softirq),
            (Some(398_019), Some(586_009), Some(187_642))
        );
        assert_eq!(totals.btime, Some(1_795_217_684));
    }

    #[test]
    fn the_first_line_is_of_all_or_of_nobody() {
        for other in [
            &b"cpu  1 2 3 4"[..],
            b"cpu0 1 2 3 4\n",
            b"intr 5\ncpu  1 2 3 4\n",
            b"cpu  1 2 3\n",
            b"",
        ] {
            assert_eq!(all_cpus(other), None, "{other:?}");
        }
    }

    #[test]
    fn t12_an_old_kernel_has_four_columns() {
        let file = b"cpu  1 2 3 4\n";
        let cpus = cpus(file);
        let total = CpuTicks {
            user_ticks: 1,
            nice_ticks: 2,
            system_ticks: 3,
            idle_ticks: 4,
            ..CpuTicks::default()
        };
        assert_eq!((cpus.all, all_cpus(file)), (Some(total), Some(total)));
    }

    #[test]
    fn t35_processors_keep_their_numbers_where_some_are_off() {
        let cpus = cpus(b"cpu 9 9 9 9\ncpu1 1 1 1 1\ncpu5 1 1 1 1\ncpux 1 1 1 1\ncpu6 1 1\n");
        assert_eq!(cpus.each.iter().map(|cpu| cpu.0).collect::<Vec<_>>(), [1, 5]);
    }

    #[test]
    fn t36_there_may_be_thousands_of_processors() {
        let lines: String = (0..4096).map(|cpu| format!("cpu{cpu} 1 0 0 {cpu}\n")).collect();
        let cpus = cpus(lines.as_bytes());
        assert_eq!(cpus.each.len(), 4096);
        assert_eq!(cpus.each.last().map(|cpu| (cpu.0, cpu.1.idle_ticks)), Some((4095, 4095)));
    }

    #[test]
    fn lines_of_one_sort_are_not_looked_for_among_the_others() {
        let file = b"first 1\ncpu 1 2 3 4\ncpu0 1 2 3 4\nintr 5 0 0\ncpu1 1 2 3 4\nbtime 6\nctxt\n";
        assert_eq!(cpus(file).each.len(), 1);
        assert_eq!(totals(file), Totals { intr: Some(5), btime: Some(6), ..Totals::default() });
    }
}
