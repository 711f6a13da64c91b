//! Parents and children.

use crate::{Process, Result, sys};

impl Process {
    /// The parent; `None` if there is none (the first process, kernel threads, and a process whose parent is outside
    /// its pid namespace), or none that may be seen.
    ///
    /// A process outlives its parent: then it has a new one, which adopted it. A parent never started after its child,
    /// so a process that did is not taken for it.
    ///
    /// Linux: `ppid` of `/proc/<pid>/stat`.
    ///
    /// Windows: who started it, by `ProcessBasicInformation`. Nobody adopts orphans: where that one has ended there is
    /// `None`.
    ///
    /// # Errors
    ///
    /// As for [every question](Self#errors).
    pub fn parent(&self) -> Result<Option<Self>> {
        sys::control::parent(self)
    }

    /// The parent, its parent and so on, up to the first process, or to the first that may not be looked at.
    ///
    /// Linux: as [`parent`](Self::parent). Where the family changes meanwhile, what was true when each was asked.
    ///
    /// # Errors
    ///
    /// As for [every question](Self#errors).
    pub fn parents(&self) -> Result<Vec<Self>> {
        let mut parents: Vec<Self> = Vec::new();
        let mut next = self.parent()?;
        while let Some(parent) = next {
            // Equal starts could make a circle of two reused pids; a family has none.
            let known = |other: &Self| other.pid() == parent.pid();
            if known(self) || parents.iter().any(known) {
                break;
            }
            next = match parent.parent() {
                Ok(next) => next,
                // It has gone, or is none of those that may be seen.
                Err(error) if error.is_gone() || error.is_denied() => None,
                Err(error) => return Err(error),
            };
            parents.push(parent);
        }
        Ok(parents)
    }

    /// The children, zombies included, in the order of their pids.
    ///
    /// Linux: `/proc/<pid>/task/<tid>/children`, which names the children of each thread without a look at any other
    /// process. The kernel may leave some out when others are reaped while it is read: then, and where the kernel has
    /// no such file, the `stat` of every process is read instead.
    ///
    /// Windows: `SystemProcessInformation`.
    ///
    /// # Errors
    ///
    /// As for [every question](Self#errors).
    pub fn children(&self) -> Result<Vec<Self>> {
        sys::control::children(self, false)
    }

    /// The children, their children and so on: the process's own children first, then those of its last child, as
    /// psutil's `children(recursive=True)` lists them.
    ///
    /// Linux: as [`children`](Self::children). A process whose parent ends meanwhile is adopted by another, and may be
    /// missed.
    ///
    /// # Errors
    ///
    /// As for [every question](Self#errors).
    pub fn descendants(&self) -> Result<Vec<Self>> {
        sys::control::children(self, true)
    }
}
