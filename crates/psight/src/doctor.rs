//! What this process may not see or do on a machine, why that is so, and what would change it.
//!
//! ```
//! # use psight::Host;
//! match Host::local().findings() {
//!     Ok(findings) => {
//!         for finding in findings {
//!             println!("{}: {}, because {}", finding.topic, finding.what, finding.why);
//!         }
//!     }
//!     // Not every system says why.
//!     Err(error) => println!("{error}"),
//! }
//! ```

use crate::net::{ConnectionKind, ConnectionStatus};
use crate::record::Record;
use crate::table::Columns;
use crate::{Host, Result, sys};

/// One thing that is hidden, refused, or not what it seems to be. The texts are English sentences without their full
/// stops, for people: a program goes by `topic` and `refused`.
#[derive(Debug, Clone, PartialEq, Eq, Record)]
#[non_exhaustive]
pub struct Finding {
    /// What it is about, as one word: `capabilities`, `procfs`, `cgroup`, `users`.
    #[field(label)]
    pub topic: String,
    /// What cannot be seen or done.
    pub what: String,
    /// What makes it so.
    pub why: String,
    /// What would change it; `None` where nothing would.
    pub how: Option<String>,
    /// Whether this process is refused something that another one could see or do, rather than that the machine does not
    /// have it.
    pub refused: bool,
}

/// How many processes did not answer one question.
#[derive(Debug, Clone, PartialEq, Eq, Record)]
#[non_exhaustive]
pub struct Refusal {
    /// The question, by the name of its function: `exe`, `io_counters`. `socket_owners` is about sockets instead.
    #[field(label)]
    pub question: String,
    /// How many were asked: those that ended meanwhile, or have no answer by their nature, are not counted.
    pub asked: u64,
    /// How many of them this process may not know.
    pub denied: u64,
}

impl Host {
    /// What this process may not see or do here, and what the machine does not show, with the reasons.
    ///
    /// Of a captured machine, it is what the process that captured it could see.
    ///
    /// Linux: capabilities and filters of system calls (`/proc/self/status`), the options that procfs is mounted with,
    /// switches under `/proc/sys/kernel`, namespaces (`/proc/self/ns`), control groups, and whether `/sys` and the records of
    /// logins are there.
    ///
    /// # Errors
    ///
    /// `Unsupported` on systems that have no such reasons to read; `Io` when this process may open no more files.
    pub fn findings(&self) -> Result<Vec<Finding>> {
        sys::doctor::findings(self)
    }

    /// How many processes do not tell this one what their owner may know: each is asked a few questions.
    ///
    /// What [`findings`](Self::findings) explains, this counts. What is asked is `exe`, `cwd`, `num_fds` and `io_counters`; a
    /// process that refuses the first two also refuses its environment, its open files and its memory maps. A question that
    /// nobody has an answer to is left out.
    ///
    /// # Errors
    ///
    /// As [`processes`](Self::processes).
    pub fn refusals(&self) -> Result<Vec<Refusal>> {
        let questions = [Columns::EXE, Columns::CWD, Columns::NUM_FDS, Columns::IO_COUNTERS];
        let mut counts = questions.map(|question| (question, 0u64, 0u64));
        self.scan(questions.into_iter().collect(), |row| {
            for (question, asked, denied) in &mut counts {
                let is_denied = row.denied().contains(*question);
                let answered = row.present().contains(*question);
                *asked = asked.saturating_add(u64::from(answered || is_denied));
                *denied = denied.saturating_add(u64::from(is_denied));
            }
        })?;
        let counted = counts.into_iter().map(|(question, asked, denied)| Refusal {
            question: question.to_string(),
            asked,
            denied,
        });
        let all = counted.chain(self.socket_owners());
        Ok(all.filter(|refusal| refusal.asked > 0).collect())
    }

    /// Sockets whose owner is not known. Where every process may be looked into, they are nobody's.
    fn socket_owners(&self) -> Option<Refusal> {
        let (sockets, refusals) =
            self.connections_with_owners_and_refusals(ConnectionKind::Inet).ok()?;
        // What waits after it was closed belongs to none.
        let live = sockets.iter().filter(|socket| socket.status != ConnectionStatus::TimeWait);
        let (owned, unknown): (Vec<_>, Vec<_>) = live.partition(|socket| socket.pid.is_some());
        let denied = if refusals > 0 { unknown.len() } else { 0 };
        Some(Refusal {
            question: "socket_owners".to_owned(),
            asked: owned.len().saturating_add(denied) as u64,
            denied: denied as u64,
        })
    }
}
