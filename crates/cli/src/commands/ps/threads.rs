//! The rows of `psight ps`: processes, or their threads.

use psight::table::ProcessRow;
use psight::{ErrorKind, Host};

use super::columns::{Chosen, Shown};
use crate::commands::Context;

/// The rows as they are shown, with what the columns need besides. Only a process with a terminal can be in the
/// foreground, so only those are asked; and few have the rights of another than who started them.
pub(super) fn shown(
    rows: Vec<ProcessRow>,
    threads: bool,
    columns: &[&Chosen],
    context: &mut Context,
) -> Vec<Shown> {
    let foreground = columns.iter().any(|column| column.needs_foreground());
    let user = columns.iter().any(|column| column.needs_effective_user());
    let scheduling = columns.iter().any(|column| column.needs_scheduling());
    let wchan = columns.iter().any(|column| column.needs_wchan());
    let mut names = context.host.user_names();
    let mut shown = Vec::with_capacity(rows.len());
    for row in rows {
        let is_at_terminal = foreground && row.terminal.is_some();
        let process = || row.process_unchecked(&context.host);
        let group = is_at_terminal.then(|| process().foreground_pgid().ok().flatten()).flatten();
        let other = row.uids.filter(|ids| user && ids.effective != ids.real);
        let effective_user = other.map(|ids| match names.name(ids.effective) {
            Some(name) => name.to_owned(),
            None => ids.effective.to_string().into(),
        });
        let scheduling = scheduling.then(|| process().scheduling().ok()).flatten();
        let wchan = wchan.then(|| process().wchan().ok().flatten()).flatten();
        let whole =
            Shown { row, thread: None, foreground: group, effective_user, scheduling, wchan };
        if threads {
            of_threads(whole, context, &mut shown);
        } else {
            shown.push(whole);
        }
    }
    shown
}

/// A row for each thread: what is the whole process's, with what is the thread's own in its place.
fn of_threads(whole: Shown, context: &mut Context, shown: &mut Vec<Shown>) {
    let threads = match process_threads(&whole.row, &context.host) {
        Ok(threads) => threads,
        Err(error) => {
            // A process whose threads are not told is still there.
            if !matches!(error.kind(), ErrorKind::NoSuchProcess | ErrorKind::NotFound) {
                context.skipped.note(format!("threads of {}", whole.pid), &error);
            }
            shown.push(whole);
            return;
        }
    };
    for thread in threads {
        let mut row = whole.row.clone();
        if row.name.is_some() {
            row.name = thread.name;
        }
        if row.status.is_some() {
            row.status = thread.status;
        }
        if row.cpu_num.is_some() {
            row.cpu_num = thread.cpu_num;
        }
        if let Some(times) = &mut row.cpu_times {
            (times.user, times.system) = (thread.user_time, thread.system_time);
        }
        shown.push(Shown {
            row,
            thread: Some(thread.id),
            foreground: whole.foreground,
            effective_user: whole.effective_user.clone(),
            // Of a thread other than the first they are not told.
            scheduling: whole.scheduling.filter(|_| thread.id == whole.pid.as_u32()),
            wchan: whole.wchan.clone().filter(|_| thread.id == whole.pid.as_u32()),
        });
    }
}

fn process_threads(row: &ProcessRow, host: &Host) -> psight::Result<Vec<psight::process::Thread>> {
    row.process_unchecked(host).threads()
}
