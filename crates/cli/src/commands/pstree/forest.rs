//! Who started whom, as `pstree` sees it: processes and threads, and which of their trees look alike.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ffi::OsString;

use psight::process::{Namespace, Thread};
use psight::table::ProcessRow;

/// A process, or a thread of one.
#[derive(Debug, Clone, Default)]
pub(super) struct Node {
    /// Of a thread, its own number.
    pub(super) pid: u32,
    pub(super) ppid: u32,
    pub(super) pgid: Option<u32>,
    pub(super) uid: Option<u32>,
    pub(super) user: Option<OsString>,
    /// Where that was asked for and is told.
    pub(super) namespaces: Vec<Namespace>,
    pub(super) name: OsString,
    /// The command line without the program; `None` where there is none to be seen.
    pub(super) arguments: Option<Vec<OsString>>,
    pub(super) is_thread: bool,
    /// How many threads it has.
    pub(super) threads: u32,
    /// Indices of what it started, threads last.
    pub(super) children: Vec<usize>,
}

impl Node {
    pub(super) fn of(row: &ProcessRow, name: OsString, user: Option<OsString>) -> Self {
        let words = row.cmdline.as_deref().unwrap_or_default();
        Self {
            pid: row.pid.as_u32(),
            ppid: row.ppid.map_or(0, |ppid| ppid.as_u32()),
            pgid: row.pgid.map(|pgid| pgid.as_u32()),
            uid: row.euid,
            user,
            namespaces: Vec::new(),
            name,
            arguments: words.split_first().map(|(_, rest)| rest.to_vec()),
            is_thread: false,
            threads: row.num_threads.unwrap_or(1),
            children: Vec::new(),
        }
    }

    /// The thread as a child of this process; its name is that of the process unless its own is wanted.
    pub(super) fn thread(&self, thread: &Thread, own_name: bool) -> Self {
        let name = thread.name.as_ref().filter(|_| own_name).unwrap_or(&self.name);
        let mut braced = OsString::from("{");
        braced.push(name);
        braced.push("}");
        Self {
            pid: thread.id,
            ppid: self.pid,
            name: braced,
            arguments: Some(Vec::new()),
            is_thread: true,
            children: Vec::new(),
            ..self.clone()
        }
    }
}

/// The kinds of namespaces, in the order that psmisc tells them in.
const KINDS: [&str; 8] = ["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"];

/// All that may be shown.
#[derive(Debug, Default)]
pub(super) struct Forest {
    pub(super) nodes: Vec<Node>,
    of_pid: HashMap<u32, usize>,
}

/// The parents that are not shown where processes are hidden (hidepid), as they are where even the first one is not there;
/// otherwise a parent that is missing has just ended.
fn hidden(nodes: &[Node]) -> Vec<Node> {
    let shown: HashSet<u32> = nodes.iter().map(|node| node.pid).collect();
    if nodes.is_empty() || shown.contains(&1) {
        return Vec::new();
    }
    let parents = nodes.iter().map(|node| node.ppid).chain([1]);
    let hidden: BTreeSet<u32> = parents.filter(|pid| *pid > 0 && !shown.contains(pid)).collect();
    let unknown = |pid| Node {
        pid,
        ppid: u32::from(pid > 1),
        name: "?".into(),
        threads: 1,
        ..Node::default()
    };
    hidden.into_iter().map(unknown).collect()
}

impl Forest {
    /// The processes under their parents. Under process 1 are those, too, whose parent is not there.
    pub(super) fn new(mut nodes: Vec<Node>) -> Self {
        nodes.extend(hidden(&nodes));
        // What starts process 1, and the threads of the kernel.
        nodes.insert(0, Node { name: "?".into(), ..Node::default() });
        let of_pid: HashMap<u32, usize> =
            nodes.iter().enumerate().map(|(at, node)| (node.pid, at)).collect();
        let first = of_pid.get(&1).copied().unwrap_or_default();
        let parents: Vec<usize> =
            nodes.iter().map(|node| of_pid.get(&node.ppid).copied().unwrap_or(first)).collect();
        for (at, parent) in parents.into_iter().enumerate().filter(|(at, parent)| at != parent) {
            if let Some(parent) = nodes.get_mut(parent) {
                parent.children.push(at);
            }
        }
        Self { nodes, of_pid }
    }

    pub(super) fn node(&self, at: usize) -> Option<&Node> {
        self.nodes.get(at)
    }

    pub(super) fn index(&self, pid: u32) -> Option<usize> {
        self.of_pid.get(&pid).copied()
    }

    /// The kinds of namespaces that a process does not share with its parent, as far as both are known.
    pub(super) fn changes(&self, node: &Node) -> Vec<&'static str> {
        let Some(parent) = self.index(node.ppid).and_then(|parent| self.node(parent)) else {
            return Vec::new();
        };
        let of = |node: &Node, kind: &str| {
            node.namespaces.iter().find(|namespace| namespace.kind == kind).map(|found| found.id)
        };
        let is_other = |kind: &&str| {
            let own = of(node, kind).zip(of(parent, kind));
            own.is_some_and(|(own, parents)| own != parents)
        };
        KINDS.into_iter().filter(is_other).collect()
    }

    /// The ancestors of a process, from the nearest on.
    pub(super) fn ancestors(&self, of: usize) -> Vec<usize> {
        let mut seen = HashSet::from([of]);
        let parent = |at: usize| self.index(self.nodes.get(at)?.ppid).filter(|up| *up != 0);
        let mut found = Vec::new();
        let mut next = parent(of);
        while let Some(up) = next.filter(|up| seen.insert(*up)) {
            found.push(up);
            next = parent(up);
        }
        found
    }

    /// Whether the first process is among its ancestors, or is it: threads of the kernel have another one.
    pub(super) fn is_of_first(&self, at: usize) -> bool {
        let is_first = |at: &usize| self.nodes.get(*at).is_some_and(|node| node.pid == 1);
        is_first(&at) || self.ancestors(at).iter().any(is_first)
    }

    /// Everything under `root`, each before what it started. A circle, which a table that was read while processes came
    /// and went may have, is cut.
    pub(super) fn under(&mut self, root: usize) -> Vec<usize> {
        let (mut order, mut waiting, mut seen) = (Vec::new(), vec![root], HashSet::from([root]));
        while let Some(at) = waiting.pop() {
            order.push(at);
            if let Some(node) = self.nodes.get_mut(at) {
                node.children.retain(|child| seen.insert(*child));
                waiting.extend(node.children.iter().rev());
            }
        }
        order
    }

    pub(super) fn add(&mut self, parent: usize, node: Node) {
        let at = self.nodes.len();
        self.nodes.push(node);
        if let Some(parent) = self.nodes.get_mut(parent) {
            parent.children.push(at);
        }
    }

    /// Sorts what each started: by number, or by name and user with those that came first before others.
    pub(super) fn sort(&mut self, by_pid: bool) {
        let keys: Vec<_> = self
            .nodes
            .iter()
            .map(|node| match by_pid {
                true => (node.pid, None, None),
                false => (0, Some(node.name.clone()), node.uid),
            })
            .collect();
        for node in &mut self.nodes {
            node.children.sort_by(|one, other| keys.get(*one).cmp(&keys.get(*other)));
        }
    }

    /// A number for each of `order`, the same for trees that look the same where users or groups are shown. `order` has
    /// each before what it started.
    pub(super) fn looks(
        &self,
        order: &[usize],
        by_user: bool,
        by_group: bool,
    ) -> HashMap<usize, usize> {
        let mut known = HashMap::new();
        let mut looks = HashMap::new();
        for at in order.iter().rev() {
            let Some(node) = self.nodes.get(*at) else { continue };
            let under: Vec<Option<usize>> =
                node.children.iter().map(|child| looks.get(child).copied()).collect();
            let next = known.len();
            let (uid, pgid) = (node.uid.filter(|_| by_user), node.pgid.filter(|_| by_group));
            // Two that have left those of their parent are not in the same ones therefore.
            let namespaces: Vec<u64> = node.namespaces.iter().map(|one| one.id).collect();
            let look = (&node.name, uid, pgid, namespaces, under);
            looks.insert(*at, *known.entry(look).or_insert(next));
        }
        looks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forest(processes: &[(u32, u32, &str)]) -> Forest {
        let node = |(pid, ppid, name): &(u32, u32, &str)| Node {
            pid: *pid,
            ppid: *ppid,
            name: name.into(),
            ..Node::default()
        };
        Forest::new(processes.iter().map(node).collect())
    }

    #[test]
    fn an_orphan_is_the_first_processs_child() {
        let mut forest = forest(&[(1, 0, "init"), (9, 8, "orphan")]);
        let init = forest.index(1).unwrap();
        assert_eq!(forest.under(init).len(), 2);
    }

    #[test]
    fn t16_parents_that_are_hidden_are_there_without_a_name() {
        let mut forest = forest(&[(5, 4, "bash"), (6, 5, "sleep"), (9, 1, "ssh-agent")]);
        let first = forest.index(1).unwrap();
        let order = forest.under(first);
        let shown: Vec<_> =
            order.iter().map(|at| (forest.nodes[*at].pid, &forest.nodes[*at].name)).collect();
        let names = ["?", "ssh-agent", "?", "bash", "sleep"].map(OsString::from);
        assert_eq!(shown, [1, 9, 4, 5, 6].into_iter().zip(&names).collect::<Vec<_>>());
        assert_eq!(forest.ancestors(forest.index(6).unwrap()).len(), 3);
        assert!(Forest::new(Vec::new()).index(1).is_none());
    }

    #[test]
    fn a_circle_ends() {
        let mut forest = forest(&[(5, 6, "a"), (6, 5, "b")]);
        let five = forest.index(5).unwrap();
        assert_eq!(forest.under(five).len(), 2);
        assert_eq!(forest.ancestors(five).len(), 1);
    }

    #[test]
    fn trees_look_the_same_if_all_of_them_does() {
        let mut forest = forest(&[
            (1, 0, "init"),
            (2, 1, "sh"),
            (3, 1, "sh"),
            (4, 1, "sh"),
            (5, 2, "cat"),
            (6, 3, "cat"),
        ]);
        let order = forest.under(0);
        let looks = forest.looks(&order, false, false);
        let look = |pid| looks[&forest.index(pid).unwrap()];
        assert_eq!(look(2), look(3));
        assert_ne!(look(2), look(4));
    }
}
