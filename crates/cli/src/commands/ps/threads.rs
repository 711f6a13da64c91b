//! The rows of `psight ps`: processes, or their threads.

use psight::ErrorKind;
use psight::table::{ProcessRow, Scanner};

use super::asked::{Asker, Question};
use super::columns::{Chosen, Part, Shown};
use crate::commands::{Context, Failure};

/// The rows as they are shown, with what the columns need besides.
pub(super) fn shown(
    rows: Vec<ProcessRow>,
    threads: bool,
    columns: &[&Chosen],
    context: &mut Context,
) -> Result<Vec<Shown>, Failure> {
    let host = context.host.clone();
    let mut asker = Asker::new(questions(columns), &host);
    if !threads {
        let shown = |row: ProcessRow| {
            let told = asker.ask(&row, &host);
            Shown { row, thread: None, told, part: Part::All }
        };
        return Ok(rows.into_iter().map(shown).collect());
    }
    let needs = columns.iter().map(|column| column.needs()).collect();
    let mut scanner = host.scanner(needs)?;
    let mut shown = Vec::with_capacity(rows.len());
    for row in rows {
        of_threads(row, &mut scanner, &mut asker, context, &mut shown);
    }
    Ok(shown)
}

/// The rows of processes, each with those of its threads under it.
pub(super) fn under(
    rows: Vec<Shown>,
    columns: &[&Chosen],
    context: &mut Context,
) -> Result<Vec<Shown>, Failure> {
    let host = context.host.clone();
    let mut asker = Asker::new(questions(columns), &host);
    let mut scanner = host.scanner(columns.iter().map(|column| column.needs()).collect())?;
    let mut all = Vec::with_capacity(rows.len() * 2);
    for whole in rows {
        let row = whole.row.clone();
        all.push(Shown { part: Part::Whole, ..whole });
        let from = all.len();
        of_threads(row, &mut scanner, &mut asker, context, &mut all);
        for thread in all.iter_mut().skip(from) {
            thread.part = Part::Thread;
        }
    }
    Ok(all)
}

/// What the columns ask of each process, once.
fn questions(columns: &[&Chosen]) -> Vec<Question> {
    let mut questions: Vec<Question> = Vec::new();
    for question in columns.iter().flat_map(|column| column.questions()) {
        if !questions.contains(&question) {
            questions.push(question);
        }
    }
    questions
}

/// A row for each thread: what is the whole process's, with what is the thread's own in its place.
fn of_threads(
    whole: ProcessRow,
    scanner: &mut Scanner,
    asker: &mut Asker,
    context: &mut Context,
    shown: &mut Vec<Shown>,
) {
    let host = context.host.clone();
    let mut add = |row: &ProcessRow| {
        let told = asker.ask(row, &host);
        let (thread, mut row) = (Some(row.pid.as_u32()), row.clone());
        row.pid = whole.pid;
        shown.push(Shown { row, thread, told, part: Part::All });
    };
    let result = scanner.threads(&whole, &mut add);
    if let Err(error) = result {
        // A process whose threads are not told is still there.
        if !matches!(error.kind(), ErrorKind::NoSuchProcess | ErrorKind::NotFound) {
            context.skipped.note(format!("threads of {}", whole.pid), &error);
        }
        let told = asker.ask(&whole, &host);
        shown.push(Shown { row: whole, thread: None, told, part: Part::All });
    }
}
