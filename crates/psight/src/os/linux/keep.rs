//! Keeping the files of processes open between two readings of the table.

use crate::table::Scanner;

impl Scanner {
    /// Keeps up to `most` descriptors open from one reading to the next: the files that the columns need, and pidfds. A
    /// reading of a file that is open costs a quarter to a third less, and is of the very process that it was opened for,
    /// whoever has the pid by then.
    ///
    /// A table of nothing but pids, names and `cpu_percent` is read in another way then, which costs little more than half:
    /// the kernel keeps a clock of what each process has spent on processors, and tells it by the nanosecond, where `stat`
    /// has ticks of (usually) 10 ms.
    ///
    /// A process needs one for each of its sources, three for the columns that `ps` shows; the first processes of the table
    /// get theirs, and the others are read as without. Each costs the kernel some memory besides the descriptor, up to
    /// 4 KiB. When this program runs out of descriptors, the kept ones are closed. 0 keeps none, which is how a scanner
    /// begins. A folder with another machine's files keeps none.
    ///
    /// ```
    /// # use psight::{Host, table::Columns};
    /// let mut scanner = Host::local().scanner(Columns::NAME | Columns::CPU_PERCENT)?;
    /// scanner.keep_open(500);
    /// scanner.scan(|_| {})?;
    /// scanner.scan(|row| println!("{} {:?}", row.pid, row.cpu_percent))?;
    /// # Ok::<(), psight::Error>(())
    /// ```
    pub fn keep_open(&mut self, most: usize) {
        self.engine_mut().keep_open(most);
    }
}
