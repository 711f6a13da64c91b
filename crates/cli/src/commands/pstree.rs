//! `psight pstree`: who started whom, in the layout of psmisc's `pstree`.

mod draw;
mod forest;

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::process::ExitCode;

use clap::Args;
use psight::record::Value;
use psight::table::{Columns, ProcessRow};
use psight::{Host, Process};

use self::draw::Drawing;
use self::forest::{Forest, Node};
use super::{Context, Failure};
use crate::applet::Applet;
use crate::line::Line;
use crate::output::{Format, Rows};

/// The kernel keeps this many bytes of a program's name.
const LONGEST_NAME: usize = 15;

/// Arguments of `psight pstree`.
#[derive(Debug, Default, Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Arguments {
    /// Where the tree begins: a process (1 unless said otherwise, 0 for everything) or all of a user.
    #[arg(value_name = "PID|USER")]
    start: Option<String>,
    /// Show arguments, each process on a line of its own.
    #[arg(short = 'a', long)]
    arguments: bool,
    /// Draw with ASCII alone.
    #[arg(short = 'A', long, conflicts_with = "unicode")]
    ascii: bool,
    /// Draw equal trees apart.
    #[arg(short = 'c', long = "compact-not")]
    apart: bool,
    /// Show process groups.
    #[arg(short = 'g', long = "show-pgids")]
    groups: bool,
    /// Stress this process and its ancestors.
    #[arg(short = 'h', long = "highlight-all")]
    highlight: bool,
    /// Stress that process and its ancestors.
    #[arg(short = 'H', long = "highlight-pid", value_name = "PID")]
    highlighted: Option<u32>,
    /// Do not cut lines to the terminal.
    #[arg(short = 'l', long)]
    long: bool,
    /// Draw with the lines of old terminals, which are Unicode's here.
    #[arg(short = 'G', long = "vt100", conflicts_with = "ascii")]
    vt100: bool,
    /// Sort by pid instead of by name.
    #[arg(short = 'n', long = "numeric-sort")]
    numeric: bool,
    /// Show pids; draws equal trees apart.
    #[arg(short = 'p', long = "show-pids")]
    pids: bool,
    /// Show the parents of the process as well.
    #[arg(short = 's', long = "show-parents")]
    parents: bool,
    /// Show the names that threads gave themselves.
    #[arg(short = 't', long = "thread-names")]
    thread_names: bool,
    /// Show no threads.
    #[arg(short = 'T', long = "hide-threads")]
    no_threads: bool,
    /// Show the user where it is not the parent's.
    #[arg(short = 'u', long = "uid-changes")]
    users: bool,
    /// Show which namespaces are not the parent's.
    #[arg(short = 'S', long = "ns-changes")]
    namespaces: bool,
    /// Draw with lines of Unicode.
    #[arg(short = 'U', long)]
    unicode: bool,
    /// Print help.
    #[arg(long, action = clap::ArgAction::Help)]
    help: Option<bool>,
}

impl Applet for Arguments {
    const NAME: &'static str = "pstree";
    const ABOUT: &'static str = "Who started whom";

    fn run(self, context: &mut Context) -> Result<(), Failure> {
        run(&self, context)
    }
}

fn run(arguments: &Arguments, context: &mut Context) -> Result<(), Failure> {
    let mut forest = arguments.forest(&context.host)?;
    if arguments.namespaces {
        read_namespaces(&mut forest, context);
    }
    let roots = arguments.roots(&mut forest);
    if roots.is_empty() {
        context.verdict = ExitCode::FAILURE;
    }
    let mut trees = Vec::new();
    for root in roots {
        let order = forest.under(root);
        if !arguments.no_threads {
            arguments.add_threads(&mut forest, &order, context);
        }
        trees.push(root);
    }
    forest.sort(arguments.numeric);
    let orders: Vec<(usize, Vec<usize>)> =
        trees.into_iter().map(|root| (root, forest.under(root))).collect();
    if context.output.format != Format::Table {
        return Ok(context.output.rows(rows(&forest, &orders))?);
    }
    let terminal = &mut context.output.terminal;
    // As psmisc does it: lines for eyes, letters for programs.
    let is_watched = terminal.height.is_some() && terminal.unicode;
    let unicode = arguments.unicode || arguments.vt100 || is_watched && !arguments.ascii;
    if arguments.long {
        terminal.width = None;
    }
    let marked = arguments.marked(&forest, &context.host)?;
    let mut lines = Vec::new();
    for (root, order) in orders {
        if !lines.is_empty() {
            lines.push(Line::new());
        }
        let user = if arguments.named_user().is_some() {
            forest.node(root).and_then(|node| node.uid)
        } else {
            Some(0)
        };
        let drawing = Drawing::new(arguments, &forest, &order, marked.clone(), unicode);
        lines.extend(drawing.tree(root, user));
    }
    Ok(context.output.lines(lines)?)
}

impl Arguments {
    /// All processes, without their threads.
    fn forest(&self, host: &Host) -> Result<Forest, Failure> {
        let mut needs =
            Columns::PPID | Columns::NAME | Columns::PGID | Columns::EUID | Columns::NUM_THREADS;
        if self.arguments {
            needs |= Columns::CMDLINE;
        }
        let mut names = host.user_names();
        let mut node = |row: &ProcessRow| {
            let uid = row.euid;
            let user = uid.and_then(|uid| names.name(uid).map(OsStr::to_owned));
            Node::of(row, short_name(row, host), user)
        };
        Ok(Forest::new(host.processes(needs)?.iter().map(&mut node).collect()))
    }

    /// The name of the user whose trees are asked for.
    fn named_user(&self) -> Option<&str> {
        self.start.as_deref().filter(|root| root.parse::<u32>().is_err())
    }

    /// Where the trees begin.
    fn roots(&self, forest: &mut Forest) -> Vec<usize> {
        if let Some(user) = self.named_user() {
            let is_theirs = |node: &Node| node.user.as_deref() == Some(OsStr::new(user));
            let theirs = |at: usize| forest.node(at).is_some_and(is_theirs);
            let begins = |at: &usize| {
                let parent = forest.node(*at).and_then(|node| forest.index(node.ppid));
                theirs(*at) && !parent.is_some_and(theirs) && forest.is_of_first(*at)
            };
            return (1..forest.nodes.len()).filter(begins).collect();
        }
        let root = self.start.as_deref().map_or(Some(1), |root| root.parse().ok());
        let Some(root) = root.and_then(|pid| forest.index(pid)) else { return Vec::new() };
        if !self.parents {
            return vec![root];
        }
        let ancestors = forest.ancestors(root);
        let mut only = root;
        for ancestor in &ancestors {
            if let Some(node) = forest.nodes.get_mut(*ancestor) {
                node.children = vec![only];
            }
            only = *ancestor;
        }
        vec![only]
    }

    /// Adds the threads, where a process has more than its first. With `-s`, ancestors show none.
    fn add_threads(&self, forest: &mut Forest, order: &[usize], context: &mut Context) {
        let bare: HashSet<usize> = match self.start.as_deref().and_then(|root| root.parse().ok()) {
            Some(root) if self.parents => forest
                .index(root)
                .map(|at| forest.ancestors(at))
                .unwrap_or_default()
                .into_iter()
                .collect(),
            _ => HashSet::new(),
        };
        for at in order.iter().filter(|at| !bare.contains(at)) {
            let Some(node) = forest.node(*at).filter(|node| node.threads > 1) else { continue };
            let (pid, node) = (node.pid, node.clone());
            match context.host.process(pid).and_then(|process| process.threads()) {
                Ok(threads) => {
                    for thread in threads.iter().filter(|thread| thread.id != pid) {
                        forest.add(*at, node.thread(thread, self.thread_names));
                    }
                }
                Err(error) if error.is_gone() => {}
                Err(error) => context.skipped.note(format!("threads of {pid}"), &error),
            }
        }
    }

    /// What is stressed.
    fn marked(&self, forest: &Forest, host: &Host) -> Result<HashSet<usize>, Failure> {
        let own = self.highlight && !host.is_captured();
        let own = if own { Some(Process::current()?.pid().as_u32()) } else { None };
        let Some(at) = self.highlighted.or(own).and_then(|pid| forest.index(pid)) else {
            return Ok(HashSet::new());
        };
        Ok(forest.ancestors(at).into_iter().chain([at]).collect())
    }
}

/// Asks each process for its namespaces, which those of others are told to few.
fn read_namespaces(forest: &mut Forest, context: &mut Context) {
    let mut refused = 0_usize;
    for node in forest.nodes.iter_mut().filter(|node| node.pid > 0) {
        match context.host.process(node.pid).and_then(|process| process.namespaces()) {
            Ok(namespaces) => node.namespaces = namespaces,
            Err(error) if error.is_gone() => {}
            Err(_) => refused += 1,
        }
    }
    match refused {
        0 => {}
        1 => context.skipped.denied("the namespaces of one process"),
        refused => context.skipped.denied(format!("the namespaces of {refused} processes")),
    }
}

/// The name as the kernel keeps it; that of the table is longer where the command line has more of it.
fn short_name(row: &ProcessRow, host: &Host) -> OsString {
    let name = row.name.clone().unwrap_or_default();
    if name.len() <= LONGEST_NAME {
        return name;
    }
    row.process_unchecked(host).short_name().unwrap_or(name)
}

/// The trees for programs: each node with its depth, before what it started.
fn rows<'a>(forest: &'a Forest, orders: &[(usize, Vec<usize>)]) -> Rows<'a> {
    let names = ["pid", "ppid", "pgid", "name", "uid", "username", "is_thread", "depth"];
    let number = |number: Option<u32>| number.map_or(Value::Null, |n| Value::Uint(n.into()));
    let mut rows = Vec::new();
    for (root, order) in orders {
        let mut depths = std::collections::HashMap::from([(*root, 0_u64)]);
        for at in order {
            let Some(node) = forest.node(*at) else { continue };
            let depth = depths.get(at).copied().unwrap_or_default();
            depths.extend(node.children.iter().map(|child| (*child, depth + 1)));
            rows.push(vec![
                Value::Uint(node.pid.into()),
                Value::Uint(node.ppid.into()),
                number(node.pgid),
                Value::OsText(&node.name),
                number(node.uid),
                node.user.as_deref().map_or(Value::Null, Value::OsText),
                Value::Bool(node.is_thread),
                Value::Uint(depth),
            ]);
        }
    }
    Rows { names: names.iter().map(|name| (*name).into()).collect(), rows }
}
