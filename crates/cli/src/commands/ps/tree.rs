//! Who started whom: the order and the branches of `psight ps --tree`.

use std::collections::{HashMap, HashSet};

use psight::table::Columns;

use super::columns::Shown;
use crate::line::{Line, Paint};
use crate::terminal::Terminal;

/// Bytes of indentation after which a tree goes straight down.
const DEEPEST: usize = 400;

/// What the table must have for a tree.
pub(super) const NEEDS: Columns = Columns::PPID.and(Columns::CREATE_TIME);

/// A row's place in the tree.
#[derive(Debug)]
pub(crate) struct Branch {
    /// The index of the row.
    pub(crate) row: usize,
    /// The branch that stands before it; nothing for a root.
    pub(crate) drawn: String,
}

impl Branch {
    /// `cell` with the branch drawn before it.
    pub(super) fn before(&self, cell: Line) -> Line {
        let mut line = Line::new().with(Paint::Faint, &self.drawn);
        line.append(cell);
        line
    }
}

/// The rows in the order of the tree, as procps has it where the caller named none: the roots from the youngest to the
/// oldest, and children of the first process beside it.
pub(super) fn branches(rows: &[Shown], is_sorted: bool, terminal: &Terminal) -> Vec<Branch> {
    let shape = Shape { unicode: terminal.unicode, backwards: !is_sorted, beside: Some(1) };
    arrange_as(&families(rows), &shape)
}

/// The same, with two blanks for each generation in place of branches.
pub(super) fn indented(rows: &[Shown], is_sorted: bool) -> Vec<Branch> {
    let indented = |branch: Branch| {
        // Three columns of a branch for each.
        let deep = branch.drawn.chars().count() / 3;
        Branch { drawn: "  ".repeat(deep), ..branch }
    };
    let shape = Shape { unicode: false, backwards: !is_sorted, beside: None };
    arrange_as(&families(rows), &shape).into_iter().map(indented).collect()
}

/// The numbers of each process and of its parent.
fn families(rows: &[Shown]) -> Vec<(u32, u32)> {
    rows.iter().map(|row| (row.pid.as_u32(), row.ppid.map_or(0, |p| p.as_u32()))).collect()
}

/// How a tree is drawn.
struct Shape {
    unicode: bool,
    /// The last of the roots first.
    backwards: bool,
    /// Whose children are drawn without a branch.
    beside: Option<u32>,
}

/// The tree of processes that are given as their numbers and those of their parents. Those whose parent is not among
/// them are roots, and so is one of a circle, which a table that was read while processes came and went may have.
pub(crate) fn arrange(rows: &[(u32, u32)], unicode: bool) -> Vec<Branch> {
    arrange_as(rows, &Shape { unicode, backwards: false, beside: None })
}

fn arrange_as(rows: &[(u32, u32)], shape: &Shape) -> Vec<Branch> {
    let (fork, last, down) =
        if shape.unicode { ("├─ ", "└─ ", "│  ") } else { ("|- ", "`- ", "|  ") };
    let known: HashSet<u32> = rows.iter().map(|(pid, _)| *pid).collect();
    let mut children: HashMap<u32, Vec<usize>> = HashMap::new();
    let mut roots = Vec::new();
    for (at, (pid, parent)) in rows.iter().enumerate() {
        if known.contains(parent) && parent != pid {
            children.entry(*parent).or_default().push(at);
        } else {
            roots.push(at);
        }
    }
    if shape.backwards {
        roots.reverse();
    }
    let mut seen = HashSet::new();
    let mut arranged = Vec::with_capacity(rows.len());
    // Whatever is in no root's tree is in a circle: it starts one.
    for root in roots.into_iter().chain(0..rows.len()) {
        // A stack of its own: trees are as deep as somebody wants them to be.
        let mut waiting = vec![(root, String::new(), String::new())];
        while let Some((at, drawn, below)) = waiting.pop() {
            let Some((pid, _)) = rows.get(at) else { continue };
            if !seen.insert(at) {
                continue;
            }
            arranged.push(Branch { row: at, drawn });
            for (nth, child) in children.get(pid).into_iter().flatten().rev().enumerate() {
                let (sign, under) = if nth == 0 { (last, "   ") } else { (fork, down) };
                // Deeper than anybody reads, or a chain of thousands would take gigabytes to draw.
                let under = if below.len() > DEEPEST { "" } else { under };
                let (sign, under) =
                    if shape.beside == Some(*pid) { ("", "") } else { (sign, under) };
                waiting.push((*child, format!("{below}{sign}"), format!("{below}{under}")));
            }
        }
    }
    arranged
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(rows: &[(u32, u32)]) -> Vec<String> {
        let name = |branch: &Branch| format!("{}{}", branch.drawn, rows[branch.row].0);
        arrange(rows, true).iter().map(name).collect()
    }

    #[test]
    fn children_are_under_their_parents() {
        let rows = [(1, 0), (2, 0), (10, 1), (11, 1), (12, 10)];
        assert_eq!(drawn(&rows), ["1", "├─ 10", "│  └─ 12", "└─ 11", "2"]);
    }

    #[test]
    fn children_of_the_first_process_may_stand_beside_it_and_the_youngest_root_come_first() {
        let rows = [(1, 0), (2, 0), (10, 1), (11, 1), (12, 10), (20, 2)];
        let shape = Shape { unicode: false, backwards: true, beside: Some(1) };
        let name = |branch: &Branch| format!("{}{}", branch.drawn, rows[branch.row].0);
        let drawn: Vec<String> = arrange_as(&rows, &shape).iter().map(name).collect();
        assert_eq!(drawn, ["2", "`- 20", "1", "10", "`- 12", "11"]);
    }

    #[test]
    fn a_circle_loses_nobody() {
        assert_eq!(drawn(&[(5, 6), (6, 5), (7, 7)]).len(), 3);
    }

    #[test]
    fn a_parent_that_is_not_shown_makes_a_root() {
        assert_eq!(drawn(&[(9, 4), (10, 9)]), ["9", "└─ 10"]);
    }
}
