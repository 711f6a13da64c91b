//! Which rows are shown, and in which order.

use std::collections::{HashMap, HashSet};

use psight::Host;
use psight::process::Status;

use super::column::Column;
use super::sample::{Entry, Sample};
use crate::commands::ps;

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    /// Words of the command, the user or the pid, any of those between `|`.
    pub(crate) filter: String,
    /// A user, by name or number.
    pub(crate) user: Option<User>,
    /// These processes alone, if there are any.
    pub(crate) pids: Vec<u32>,
    /// Without those that did nothing since the last look.
    pub(crate) busy_only: bool,
    /// Without threads of the kernel.
    pub(crate) no_kernel: bool,
}

/// Whose processes are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct User {
    /// The name, or the number as text; nothing where [`uid`](Self::uid) says it.
    pub(crate) name: Vec<u8>,
    pub(crate) uid: Option<u32>,
    /// Whether the real user counts too, as with `top -U`.
    pub(crate) any: bool,
}

/// How rows are ordered.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) column: Column,
    /// From the greatest to the least.
    pub(crate) falls: bool,
    pub(crate) tree: bool,
    /// The processes whose descendants are folded away.
    pub(crate) folded: HashSet<u32>,
}

/// A row that is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Shown {
    /// Which of the sample's entries it is.
    pub(crate) entry: usize,
    /// The branch before its command.
    pub(crate) branch: String,
    /// How many are folded away under it.
    pub(crate) folded: usize,
}

impl Order {
    /// By this column, in the direction that suits it.
    pub(crate) fn by(column: Column) -> Self {
        Self { column, falls: column.about().falls, tree: false, folded: HashSet::new() }
    }
}

/// The rows of `sample` that are shown, in their order.
pub(crate) fn arranged(
    sample: &Sample,
    wanted: &Wanted,
    order: &Order,
    unicode: bool,
) -> Vec<Shown> {
    let mut rows: Vec<(usize, &Entry)> =
        sample.entries.iter().enumerate().filter(|(_, entry)| wanted.has(sample, entry)).collect();
    // Stable: equals keep the order of their pids.
    rows.sort_by(|(_, one), (_, other)| order.column.order(sample, one, other, order.falls));
    if !order.tree {
        return rows.into_iter().map(|(entry, _)| Shown { entry, ..Shown::default() }).collect();
    }
    tree(&rows, order, unicode)
}

/// The rows as a tree; brothers in the order that they had.
fn tree(rows: &[(usize, &Entry)], order: &Order, unicode: bool) -> Vec<Shown> {
    let family: Vec<(u32, u32)> = rows
        .iter()
        .map(|(_, entry)| {
            // A thread stands under its process.
            let parent = if entry.is_thread() { entry.id.pid } else { entry.parent.unwrap_or(0) };
            (entry.id.thread, parent)
        })
        .collect();
    let mut shown: Vec<Shown> = Vec::with_capacity(rows.len());
    // Who is folded away, and under which row.
    let mut hidden: HashMap<u32, usize> = HashMap::new();
    for branch in ps::arrange(&family, unicode) {
        let (Some((entry, _)), Some((pid, parent))) =
            (rows.get(branch.row), family.get(branch.row))
        else {
            continue;
        };
        let under = hidden.get(parent).copied();
        if let Some(at) = under.filter(|_| !branch.drawn.is_empty()) {
            hidden.insert(*pid, at);
            if let Some(row) = shown.get_mut(at) {
                row.folded += 1;
            }
            continue;
        }
        if order.folded.contains(pid) {
            hidden.insert(*pid, shown.len());
        }
        shown.push(Shown { entry: *entry, branch: branch.drawn, folded: 0 });
    }
    shown
}

impl Wanted {
    /// Whether `entry` is shown.
    fn has(&self, sample: &Sample, entry: &Entry) -> bool {
        (self.pids.is_empty()
            || self.pids.contains(&entry.id.pid)
            || self.pids.contains(&entry.id.thread))
            && self.user.as_ref().is_none_or(|user| user.owns(sample, entry))
            && !(self.no_kernel && entry.is_kernel())
            && !(self.busy_only && is_idle(entry))
            && says(sample, entry, &self.filter)
    }
}

impl User {
    /// The user that is called this, or has this number; `None` where nobody is.
    pub(crate) fn called(name: &str, any: bool, host: &Host) -> Option<Self> {
        let uid = name.parse().ok().or_else(|| host.user_id(name));
        // A captured machine may know the names of its processes' users alone.
        let is_known = uid.is_some() || host.is_captured();
        is_known.then(|| Self { name: name.as_bytes().to_vec(), uid, any })
    }

    fn owns(&self, sample: &Sample, entry: &Entry) -> bool {
        let number = self.uid.is_some();
        sample.text(entry.user) == self.name.as_slice()
            || number && entry.uid == self.uid
            || number && self.any && entry.real_uid == self.uid
    }
}

/// Whether a row did nothing since the last look. What cannot be told is not idle.
fn is_idle(entry: &Entry) -> bool {
    entry.cpu == Some(0.0) && entry.status != Some(Status::Running)
}

/// Whether any of the words between `|` is in the command, the name or the user, or is the pid.
pub(crate) fn says(sample: &Sample, entry: &Entry, words: &str) -> bool {
    let mut words = words.split('|').map(str::trim).filter(|word| !word.is_empty()).peekable();
    words.peek().is_none()
        || words.any(|word| {
            [entry.command, entry.name, entry.user]
                .iter()
                .any(|text| contains(sample.text(*text), word.as_bytes()))
                || word.parse().is_ok_and(|number: u32| entry.id.thread == number)
        })
}

/// Whether `text` has `word` in it, whatever the size of its ASCII letters.
fn contains(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len().max(1)).any(|part| part.eq_ignore_ascii_case(word))
}
