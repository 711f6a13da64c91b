//! Which of the kernel's sources the columns need.

use crate::table::Columns;

/// What comes from `stat`.
pub(super) const STAT: Columns = Columns::PPID
    .and(Columns::NAME)
    .and(Columns::STATUS)
    .and(Columns::PGID)
    .and(Columns::SID)
    .and(Columns::TERMINAL)
    .and(Columns::CREATE_TIME)
    .and(Columns::NICE)
    .and(Columns::PRIORITY)
    .and(Columns::RT_PRIORITY)
    .and(Columns::POLICY)
    .and(Columns::FLAGS)
    .and(Columns::NUM_THREADS)
    .and(Columns::CPU_NUM)
    .and(Columns::CPU_TIMES)
    .and(Columns::CPU_PERCENT)
    .and(Columns::PAGE_FAULTS)
    .and(SIZES);

/// What comes from `stat` roughly, and from `statm` exactly.
pub(super) const SIZES: Columns = Columns::RSS.and(Columns::VMS).and(Columns::MEMORY_PERCENT);

/// What comes from a pidfd, or from `status`.
pub(super) const IDS: Columns =
    Columns::UIDS.and(Columns::GIDS).and(Columns::USERNAME).and(OF_FOLDER);

/// What whose the folder is tells.
const OF_FOLDER: Columns = Columns::EUID.and(Columns::EUSER);

/// Who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answers {
    /// Files that somebody has kept of a kernel's.
    Files,
    /// A kernel, or one that speaks of other pids.
    Kernel,
    /// This kernel, which answers questions about pidfds.
    Pidfds,
}

/// The sources to read, each once per process.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan {
    /// The columns that are wanted.
    pub(super) columns: Columns,
    /// What is to be taken from `stat`.
    pub(super) stat: Columns,
    /// What is to be taken from `statm`.
    pub(super) statm: Columns,
    /// What is to be taken from `status`.
    pub(super) status: Columns,
    /// What is to be taken from a pidfd.
    pub(super) pidfd: Columns,
    /// What is to be taken from the process's folder itself.
    pub(super) folder: Columns,
    /// Whether a process that has been read before needs its clock and a short file only.
    pub(super) clock: bool,
}

/// What a clock and `comm` say.
const OF_CLOCK: Columns = Columns::PID.and(Columns::NAME).and(Columns::CPU_PERCENT);

impl Plan {
    /// The cheapest way to the columns.
    pub(super) fn new(columns: Columns, answers: Answers) -> Self {
        let wants = |column| columns.intersects(column);
        let statm = if wants(Columns::MEMORY_INFO) {
            columns.common(SIZES | Columns::MEMORY_INFO)
        } else {
            Columns::NONE
        };
        let ids = columns.common(IDS);
        let mut status = columns.common(Columns::NUM_CTX_SWITCHES | Columns::LOCKED_MEMORY);
        let (mut pidfd, mut folder) = (Columns::NONE, Columns::NONE);
        // A file that is read anyway costs less than another system call, and one call less than three.
        match answers {
            Answers::Kernel | Answers::Pidfds
                if status.is_empty() && ids.minus(OF_FOLDER).is_empty() =>
            {
                folder = ids;
            }
            Answers::Pidfds if status.is_empty() => pidfd = ids,
            _ => status |= ids,
        }
        // And it has the exact sizes, in the place of a third file.
        if statm.is_empty() && wants(Columns::LOCKED_MEMORY) {
            status |= columns.common(SIZES);
        }
        let stat = columns.common(STAT).minus(statm);
        Self { columns, stat, statm, status, pidfd, folder, clock: false }
    }

    /// The way to these columns for who keeps files open and may read the clocks of processes, if it is one for them.
    pub(super) fn with_clock(self) -> Option<Self> {
        let rest = self.columns.minus(OF_CLOCK);
        let fits = rest.is_empty() && self.wants(Columns::CPU_PERCENT);
        fits.then_some(Self { clock: true, ..self })
    }

    pub(super) fn wants(&self, column: Columns) -> bool {
        self.columns.intersects(column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cheap_table_reads_one_file() {
        let plan = Plan::new(Columns::PID | Columns::NAME | Columns::RSS, Answers::Pidfds);
        assert_eq!(plan.stat, Columns::NAME | Columns::RSS);
        assert!(plan.statm.is_empty() && plan.status.is_empty() && plan.pidfd.is_empty());
    }

    #[test]
    fn a_list_of_pids_reads_nothing() {
        let plan = Plan::new(Columns::PID, Answers::Pidfds);
        assert!(plan.stat.is_empty() && plan.status.is_empty() && plan.pidfd.is_empty());
    }

    #[test]
    fn exact_memory_makes_all_sizes_exact() {
        let plan = Plan::new(Columns::MEMORY_INFO | Columns::RSS, Answers::Pidfds);
        assert_eq!(plan.statm, Columns::MEMORY_INFO | Columns::RSS);
        assert!(plan.stat.is_empty());
    }

    #[test]
    fn a_clock_is_enough_for_names_and_use_alone() {
        let busy = Columns::PID | Columns::NAME | Columns::CPU_PERCENT;
        assert!(Plan::new(busy, Answers::Pidfds).with_clock().is_some_and(|plan| plan.clock));
        assert!(Plan::new(busy | Columns::RSS, Answers::Pidfds).with_clock().is_none());
        assert!(Plan::new(Columns::NAME, Answers::Pidfds).with_clock().is_none());
    }

    #[test]
    fn the_folder_knows_the_effective_user_and_no_other() {
        let plan = Plan::new(Columns::EUID | Columns::NAME, Answers::Pidfds);
        assert_eq!((plan.folder, plan.pidfd), (Columns::EUID, Columns::NONE));
        assert_eq!(
            Plan::new(Columns::EUID, Answers::Files).folder,
            Columns::NONE,
            "it is a file's owner"
        );
        let both = Columns::EUID | Columns::UIDS;
        assert_eq!(Plan::new(both, Answers::Pidfds).pidfd, both);
        let both = Columns::EUID | Columns::NUM_CTX_SWITCHES;
        assert_eq!(Plan::new(both, Answers::Pidfds).status, both);
    }

    #[test]
    fn locked_memory_comes_with_exact_sizes() {
        let sizes = Columns::LOCKED_MEMORY | Columns::RSS;
        let plan = Plan::new(sizes | Columns::UIDS, Answers::Pidfds);
        assert_eq!(plan.status, sizes | Columns::UIDS);
        assert!(plan.statm.is_empty() && plan.pidfd.is_empty());
        let plan = Plan::new(sizes | Columns::MEMORY_INFO, Answers::Pidfds);
        assert_eq!(plan.status, Columns::LOCKED_MEMORY);
    }

    #[test]
    fn ids_come_from_status_where_that_is_read_anyway() {
        let ids = Columns::UIDS | Columns::USERNAME;
        assert_eq!(Plan::new(ids, Answers::Pidfds).pidfd, ids);
        assert_eq!(Plan::new(ids, Answers::Kernel).status, ids);
        let both = ids | Columns::NUM_CTX_SWITCHES;
        assert_eq!(Plan::new(both, Answers::Pidfds).status, both);
        assert!(Plan::new(both, Answers::Pidfds).pidfd.is_empty());
    }
}
