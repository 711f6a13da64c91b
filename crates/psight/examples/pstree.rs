//! The processes as a tree, of the whole machine or below one process: `pstree [PID]`.

use std::collections::BTreeMap;
use std::io::{self, Write};

use psight::table::{Columns, ProcessRow};
use psight::{Host, Pid};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root: Option<Pid> = std::env::args().nth(1).map(|pid| pid.parse()).transpose()?;
    // One reading of the table, rather than a question to each process for its children.
    let rows = Host::local().processes(Columns::PPID | Columns::NAME | Columns::NUM_THREADS)?;
    let pids: Vec<Pid> = rows.iter().map(|row| row.pid).collect();
    // A parent that is outside the pid namespace, or that may not be seen, is not in the table.
    let parent = |row: &ProcessRow| row.ppid.filter(|ppid| pids.binary_search(ppid).is_ok());
    let mut children: BTreeMap<Option<Pid>, Vec<&ProcessRow>> = BTreeMap::new();
    for row in &rows {
        children.entry(parent(row)).or_default().push(row);
    }
    let mut out = io::stdout().lock();
    for row in &rows {
        let is_root = match root {
            Some(root) => row.pid == root,
            None => parent(row).is_none(),
        };
        if is_root {
            print(&mut out, row, 0, &children)?;
        }
    }
    Ok(())
}

fn print(
    out: &mut impl Write,
    row: &ProcessRow,
    depth: usize,
    children: &BTreeMap<Option<Pid>, Vec<&ProcessRow>>,
) -> io::Result<()> {
    let name = row.name.as_deref().unwrap_or_default().display();
    let threads = match row.num_threads {
        Some(count) if count > 1 => format!(", {count} threads"),
        _ => String::new(),
    };
    writeln!(out, "{:indent$}{name} ({}{threads})", "", row.pid, indent = depth * 2)?;
    for child in children.get(&Some(row.pid)).into_iter().flatten() {
        print(out, child, depth + 1, children)?;
    }
    Ok(())
}
