//! The drawing of a tree as psmisc's `pstree` makes it: the first child on the line of its parent, equal trees once.

use std::collections::{HashMap, HashSet};

use super::Arguments;
use super::forest::{Forest, Node};
use crate::line::{Line, Paint};

/// Levels after which nothing is drawn before a line: deeper than anybody reads, and a chain of thousands would take
/// gigabytes.
const DEEPEST: usize = 400;

/// The strokes of a tree.
struct Strokes {
    empty: &'static str,
    branch: &'static str,
    down: &'static str,
    last: &'static str,
    single: &'static str,
    first: &'static str,
}

const ASCII: Strokes =
    Strokes { empty: "  ", branch: "|-", down: "| ", last: "`-", single: "---", first: "-+-" };

const UNICODE: Strokes =
    Strokes {
        empty: "  ", branch: "├─", down: "│ ", last: "└─", single: "───", first: "─┬─"
    };

/// What is still to be drawn of one node.
struct Waiting {
    node: usize,
    level: usize,
    count: usize,
    /// Whether it stands on the line of its parent.
    is_first: bool,
    is_last: bool,
    user: Option<u32>,
    brackets: usize,
}

/// Draws a forest's trees.
pub(super) struct Drawing<'a> {
    arguments: &'a Arguments,
    forest: &'a Forest,
    strokes: &'static Strokes,
    marked: HashSet<usize>,
    looks: HashMap<usize, usize>,
    /// How wide each level is, and whether more of it follows below.
    levels: Vec<(usize, bool)>,
    line: Line,
    lines: Vec<Line>,
}

impl<'a> Drawing<'a> {
    pub(super) fn new(
        arguments: &'a Arguments,
        forest: &'a Forest,
        order: &[usize],
        marked: HashSet<usize>,
        unicode: bool,
    ) -> Self {
        Self {
            arguments,
            forest,
            strokes: if unicode { &UNICODE } else { &ASCII },
            marked,
            looks: forest.looks(order, arguments.users, arguments.groups),
            levels: Vec::new(),
            line: Line::new(),
            lines: Vec::new(),
        }
    }

    /// The lines of the tree under `root`; `user` is whose it is taken for granted to be.
    pub(super) fn tree(mut self, root: usize, user: Option<u32>) -> Vec<Line> {
        let root = Waiting {
            node: root,
            level: 0,
            count: 1,
            is_first: true,
            is_last: true,
            user,
            brackets: 0,
        };
        let mut waiting = vec![root];
        while let Some(next) = waiting.pop() {
            let Some(node) = self.forest.node(next.node) else { continue };
            self.draw(node, &next);
            waiting.extend(self.children(node, &next).into_iter().rev());
        }
        self.lines
    }

    /// Writes one node.
    fn draw(&mut self, node: &Node, at: &Waiting) {
        if !at.is_first {
            self.indent(at);
        }
        let before = self.line.width();
        if at.count > 1 {
            self.line.push(Paint::Plain, format!("{}*[", at.count));
        }
        let added = self.line.width() - before;
        let paint = if self.marked.contains(&at.node) { Paint::Strong } else { Paint::Plain };
        let (name, details) = (Line::new().with_os(paint, &node.name), self.details(node, at));
        let name_width = name.width();
        let is_hidden = self.arguments.arguments && node.arguments.is_none();
        if is_hidden {
            self.line.push(paint, "(");
        }
        self.line.append(name);
        let start = self.line.width() - name_width;
        let has_details = !details.is_empty();
        if has_details {
            let opening = if self.arguments.arguments { "," } else { "(" };
            self.line.push(paint, opening);
            self.line.push(paint, details);
        }
        if is_hidden || has_details && !self.arguments.arguments {
            self.line.push(paint, ")");
        }
        if self.arguments.arguments {
            for argument in node.arguments.iter().flatten() {
                self.line = std::mem::take(&mut self.line)
                    .with(Paint::Plain, " ")
                    .with_os(Paint::Plain, argument);
            }
        }
        if self.arguments.arguments || node.children.is_empty() {
            self.line.push(Paint::Plain, "]".repeat(at.brackets));
            self.lines.push(std::mem::take(&mut self.line));
        }
        // What stands below begins under the name, or just inside where every node has its own line.
        let width = match self.arguments.arguments {
            true => {
                if name_width > 1 {
                    1
                } else {
                    0
                }
            }
            false => self.line.width().saturating_sub(start) + added,
        };
        self.levels.truncate(at.level);
        self.levels.push((width, !at.is_last));
    }

    /// What stands before a node on a line of its own.
    fn indent(&mut self, at: &Waiting) {
        for level in 0..at.level.min(DEEPEST) {
            let Some((width, _)) = self.levels.get(level) else { continue };
            self.line.push(Paint::Plain, " ".repeat(width + 1));
            let stroke = if level + 1 == at.level {
                if at.is_last { self.strokes.last } else { self.strokes.branch }
            } else if self.levels.get(level + 1).is_some_and(|(_, more)| *more) {
                self.strokes.down
            } else {
                self.strokes.empty
            };
            self.line.push(Paint::Faint, stroke);
        }
    }

    /// What stands behind the name: `4711,4711,ada`.
    fn details(&self, node: &Node, at: &Waiting) -> String {
        let mut details = Vec::new();
        details.extend(self.arguments.pids.then(|| node.pid.to_string()));
        details.extend(node.pgid.filter(|_| self.arguments.groups).map(|pgid| pgid.to_string()));
        if self.arguments.users && node.uid.is_some() && node.uid != at.user {
            let name = node.user.as_ref().map(|user| user.to_string_lossy().into_owned());
            details.extend(name.or(node.uid.map(|uid| uid.to_string())));
        }
        details.extend(self.forest.changes(node).into_iter().map(str::to_owned));
        details.join(",")
    }

    /// What is to be drawn under a node, equal trees as one.
    fn children(&mut self, node: &Node, at: &Waiting) -> Vec<Waiting> {
        let mut groups: Vec<(usize, usize)> = Vec::new();
        let mut places: HashMap<usize, usize> = HashMap::new();
        for child in &node.children {
            let may_join = self.may_join(*child);
            let look = self.looks.get(child).copied().filter(|_| may_join);
            match look.and_then(|look| places.get(&look)).and_then(|place| groups.get_mut(*place)) {
                Some((_, count)) => *count += 1,
                None => {
                    places.extend(look.map(|look| (look, groups.len())));
                    groups.push((*child, 1));
                }
            }
        }
        let on_line = !self.arguments.arguments;
        if on_line && !groups.is_empty() {
            let stroke = if groups.len() > 1 { self.strokes.first } else { self.strokes.single };
            self.line.push(Paint::Faint, stroke);
        }
        let last = groups.len().saturating_sub(1);
        let waiting = groups.into_iter().enumerate().map(|(nth, (child, count))| Waiting {
            node: child,
            level: at.level + 1,
            count,
            is_first: on_line && nth == 0,
            is_last: nth == last,
            user: node.uid,
            // Those of the parent close behind each end of its tree, as psmisc has it.
            brackets: usize::from(count > 1) + if on_line { at.brackets } else { 0 },
        });
        waiting.collect()
    }

    fn may_join(&self, node: usize) -> bool {
        let joins = !(self.arguments.apart || self.arguments.pids);
        let is_thread = || self.forest.node(node).is_some_and(|node| node.is_thread);
        joins && (!self.arguments.arguments || is_thread())
    }
}
