//! Reading one sample after the other.

use std::time::{Duration, Instant};

use psight::table::{Columns, ProcessRow, Scanner};
use psight::{Host, Result};

use super::{Entry, Identity, Machine, Sample, Text};

/// What every view needs, all of it from the same file: whose row it is, and how busy.
const ALWAYS: Columns = Columns::PPID
    .and(Columns::NAME)
    .and(Columns::STATUS)
    .and(Columns::NUM_THREADS)
    .and(Columns::VMS)
    .and(Columns::CPU_TIMES)
    .and(Columns::CPU_PERCENT);

/// What takes files of its own to read, and what a process changes once in its life, if ever.
const LASTING: Columns = Columns::EUSER.and(Columns::UIDS).and(Columns::CMDLINE);

/// Of what lasts, one process in so many is read again at each sample.
const ROUND: u32 = 16;

impl Entry {
    /// Finds out how much was read and written since the sample before.
    fn compare_traffic(&mut self, before: &Sample) {
        if self.read.is_none() && self.written.is_none() {
            return;
        }
        if let Some(earlier) = before.find(self.id) {
            let passed = self.at.saturating_duration_since(earlier.at);
            self.read_rate = rate(self.read, earlier.read, passed);
            self.write_rate = rate(self.written, earlier.written, passed);
        }
    }
}

/// What reads samples: the library's scanner, which knows how busy each process was, and the memory of old samples.
///
/// A sampler that is thrifty takes what lasts from the sample before: it reads that of processes that are new or have
/// another name, of those that somebody looks at, and of all others in turn. Of a thousand processes that saves two files
/// and a handle each.
#[derive(Debug)]
pub(crate) struct Sampler {
    host: Host,
    scanner: Scanner,
    /// What reads what lasts, where that is done by itself.
    lasting: Option<Scanner>,
    columns: Columns,
    /// What reads the threads of a process, where each shall have a row.
    threads: Option<Scanner>,
    /// Whether the next sample has one before it that it can be compared with.
    compares: bool,
    turn: u32,
}

impl Sampler {
    /// A sampler that reads these columns of each process, and the threads of each.
    pub(crate) fn new(host: &Host, columns: Columns, threads: bool) -> Result<Self> {
        let columns = columns | ALWAYS;
        let scanner = host.scanner(columns)?;
        let threads = if threads { Some(host.scanner(columns)?) } else { None };
        let host = host.clone();
        Ok(Self { host, scanner, lasting: None, columns, threads, compares: false, turn: 0 })
    }

    /// The same, thrifty.
    pub(crate) fn thrifty(host: &Host, columns: Columns, threads: bool) -> Result<Self> {
        let mut sampler = Self::new(host, columns.minus(LASTING), threads)?;
        sampler.columns = columns | ALWAYS;
        // With the name comes the start, which says whose it is.
        sampler.lasting = Some(host.scanner(columns.common(LASTING) | Columns::NAME)?);
        Ok(sampler)
    }

    /// Whether the sampler reads what a view with these columns shows.
    pub(crate) fn reads(&self, columns: Columns, threads: bool) -> bool {
        self.columns == columns | ALWAYS && self.threads.is_some() == threads
    }

    /// Reads a sample and compares it with the one before. `spare` is a sample that nobody needs any more, `seen` are the
    /// pids that somebody looks at, in their order.
    pub(crate) fn sample(
        &mut self,
        before: &Sample,
        spare: Sample,
        seen: &[u32],
    ) -> Result<Sample> {
        self.sample_rows(before, spare, seen, |_| {})
    }

    /// The same, and shows each row of the library as well.
    pub(crate) fn sample_rows(
        &mut self,
        before: &Sample,
        spare: Sample,
        seen: &[u32],
        mut visit: impl FnMut(&ProcessRow),
    ) -> Result<Sample> {
        let mut sample = spare;
        sample.entries.clear();
        sample.texts.clear();
        sample.at = Instant::now();
        sample.now = self.host.now();
        // The machine was read before, whatever the columns were.
        let machine = (before.machine.cpus() > 0).then_some((&before.machine, before.at));
        sample.machine = Machine::read(&self.host, sample.at, machine);
        self.turn = (self.turn + 1) % ROUND;
        let compared = self.compares.then_some(before);
        let (host, turn) = (&self.host, self.turn);
        let mut threads = self.threads.as_mut();
        let mut lasting = self.lasting.as_mut();
        self.scanner.scan(|row| {
            visit(row);
            let mut entry = sample.entry(row, host, compared);
            if let Some(lasting) = &mut lasting {
                let pid = entry.id.pid;
                let due = pid % ROUND == turn || seen.binary_search(&pid).is_ok();
                sample.complete(&mut entry, before, lasting, due);
            }
            match &mut threads {
                Some(threads) if entry.threads.is_some_and(|threads| threads > 1) => {
                    sample.add_threads(&entry, row, threads, compared);
                }
                _ => sample.entries.push(entry),
            }
        })?;
        self.compares = true;
        Ok(sample)
    }
}

impl Sample {
    fn entry(&mut self, row: &ProcessRow, host: &Host, before: Option<&Self>) -> Entry {
        let pid = row.pid.as_u32();
        let id = Identity { pid, thread: pid, start: row.start_ticks() };
        let (command, program) = self.keep_command(row);
        let mut keep = |text: Option<&std::ffi::OsStr>| {
            text.map_or_else(Text::default, |text| self.keep(text.as_encoded_bytes()))
        };
        let mut entry = Entry {
            id,
            at: row.cpu_sample().map_or_else(Instant::now, |sample| sample.at()),
            parent: row.ppid.map(|pid| pid.as_u32()),
            group: row.pgid.map(|pid| pid.as_u32()),
            session: row.sid.map(|pid| pid.as_u32()),
            uid: row.uids.map(|ids| ids.effective),
            real_uid: row.uids.map(|ids| ids.real),
            user: keep(row.euser.as_deref()),
            status: row.status,
            priority: row.priority,
            nice: row.nice,
            threads: row.num_threads,
            cpu_num: row.cpu_num,
            // On a machine that stands still nothing is busy, and nothing is idle.
            cpu: row.cpu_percent.filter(|_| !host.is_captured()),
            cpu_time: row.cpu_times.map(|times| times.total()),
            memory: row.memory_percent,
            rss: row.rss,
            vms: row.vms,
            shared: row.memory_info.as_ref().and_then(|memory| memory.shared),
            started: row.create_time,
            terminal: keep(row.terminal.as_deref().map(short_terminal)),
            read: row.io_counters.as_ref().and_then(|io| io.read_bytes),
            written: row.io_counters.as_ref().and_then(|io| io.write_bytes),
            read_rate: None,
            write_rate: None,
            fds: row.num_fds,
            minor_faults: row.page_faults.as_ref().map(|faults| faults.minor),
            major_faults: row.page_faults.as_ref().map(|faults| faults.major),
            name: keep(row.name.as_deref()),
            command,
            program,
        };
        if let Some(before) = before {
            entry.compare_traffic(before);
        }
        entry
    }

    /// Adds what lasts: from the sample before, unless it is due to be read or another name says that it has changed.
    fn complete(&mut self, entry: &mut Entry, before: &Self, lasting: &mut Scanner, due: bool) {
        let known = before.find(entry.id).filter(|_| !due);
        match known.filter(|known| before.text(known.name) == self.text(entry.name)) {
            Some(known) => self.copy_lasting(entry, before, known),
            None => self.read_lasting(entry, lasting),
        }
    }

    /// Takes what lasts from an earlier sample.
    fn copy_lasting(&mut self, entry: &mut Entry, before: &Self, known: &Entry) {
        entry.user = self.keep(before.text(known.user));
        entry.command = self.keep(before.text(known.command));
        (entry.uid, entry.real_uid, entry.program) = (known.uid, known.real_uid, known.program);
    }

    /// Reads what lasts. Of a process that has ended meanwhile, or whose pid is another's, there is nothing any more.
    fn read_lasting(&mut self, entry: &mut Entry, lasting: &mut Scanner) {
        let Ok(row) = lasting.row(entry.id.pid) else { return };
        if row.start_ticks() != entry.id.start {
            return;
        }
        (entry.command, entry.program) = self.keep_command(&row);
        if let Some(user) = &row.euser {
            entry.user = self.keep(user.as_encoded_bytes());
        }
        (entry.uid, entry.real_uid) =
            (row.uids.map(|ids| ids.effective), row.uids.map(|ids| ids.real));
    }

    /// The command line as one text, and the length of its first argument.
    fn keep_command(&mut self, row: &ProcessRow) -> (Text, usize) {
        let at = self.texts.len();
        let mut program = 0;
        for (nth, argument) in row.cmdline.iter().flatten().enumerate() {
            if nth > 0 {
                self.texts.push(b' ');
            }
            self.texts.extend_from_slice(argument.as_encoded_bytes());
            if nth == 0 {
                program = self.texts.len() - at;
            }
        }
        // What wrote its own title may have filled up the room with blanks.
        while self.texts.len() > at && self.texts.last() == Some(&b' ') {
            self.texts.pop();
        }
        let len = self.texts.len() - at;
        (Text { at, len }, program.min(len))
    }

    /// Adds a row for each thread in place of the process's own; the process itself where it does not list them.
    fn add_threads(
        &mut self,
        whole: &Entry,
        row: &ProcessRow,
        scanner: &mut Scanner,
        before: Option<&Self>,
    ) {
        let shown = self.entries.len();
        let read = scanner.threads(row, |row| {
            let entry = self.thread(whole, row, before);
            self.entries.push(entry);
        });
        if read.is_err() {
            self.entries.truncate(shown);
        }
        if self.entries.len() == shown {
            self.entries.push(*whole);
        }
    }

    fn thread(&mut self, whole: &Entry, row: &ProcessRow, before: Option<&Self>) -> Entry {
        let id = Identity { thread: row.pid.as_u32(), ..whole.id };
        let at = row.cpu_sample().map_or(whole.at, |sample| sample.at());
        let time = row.cpu_times.map(|times| times.total());
        let name = match &row.name {
            Some(name) => self.keep(name.as_encoded_bytes()),
            None => whole.name,
        };
        let earlier = before.and_then(|before| before.find(id));
        let cpu = earlier.and_then(|earlier| {
            let passed = at.saturating_duration_since(earlier.at).as_secs_f64();
            let worked = time? - earlier.cpu_time?;
            (passed > 0.0).then(|| (worked / passed * 100.0).max(0.0))
        });
        let is_first = id.thread == id.pid;
        let mut entry = Entry {
            id,
            at,
            status: row.status.or(whole.status),
            priority: row.priority,
            nice: row.nice,
            cpu_num: row.cpu_num,
            cpu,
            cpu_time: time,
            name,
            // A thread that gave itself a name is known by it.
            command: if is_first { whole.command } else { name },
            program: if is_first { whole.program } else { name.len },
            started: row.create_time,
            minor_faults: row.page_faults.as_ref().map(|faults| faults.minor),
            major_faults: row.page_faults.as_ref().map(|faults| faults.major),
            read: row.io_counters.as_ref().and_then(|io| io.read_bytes),
            written: row.io_counters.as_ref().and_then(|io| io.write_bytes),
            read_rate: None,
            write_rate: None,
            ..*whole
        };
        if let Some(before) = before {
            entry.compare_traffic(before);
        }
        entry
    }
}

fn rate(now: Option<u64>, before: Option<u64>, passed: Duration) -> Option<f64> {
    let seconds = passed.as_secs_f64();
    let grown = now?.saturating_sub(before?);
    (seconds > 0.0).then(|| grown as f64 / seconds)
}

/// The terminal without the folder that all are in.
fn short_terminal(terminal: &std::path::Path) -> &std::ffi::OsStr {
    terminal.strip_prefix("/dev").unwrap_or(terminal).as_os_str()
}
