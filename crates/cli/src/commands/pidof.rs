//! `psight pidof`: the pids of programs, as procps' `pidof` finds and prints them.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use psight::Process;
use psight::process::Status;
use psight::table::{Columns, ProcessRow};

use super::{Context, Failure, targets};
use crate::applet::Applet;
use crate::line::{Line, Paint};
use crate::output::Format;

/// Arguments of `psight pidof`.
#[derive(Debug, Default, Args)]
#[command(after_help = "Exit code: 0 if there is any, else 1.")]
pub(crate) struct Arguments {
    /// Programs, by name or by path.
    #[arg(value_name = "PROGRAM", required = true)]
    programs: Vec<String>,
    /// Of each the newest alone.
    #[arg(short, long)]
    single_shot: bool,
    /// Also scripts, by the name that their shell was given.
    #[arg(short = 'x')]
    scripts: bool,
    /// Also what has exited and is not yet forgotten.
    #[arg(short = 'w', visible_short_alias = 'z', long)]
    with_workers: bool,
    /// Not these processes; %PPID is whoever called psight.
    #[arg(short, long, value_name = "PID,…", value_delimiter = ',')]
    omit_pid: Vec<String>,
    /// What stands between them, instead of a blank.
    #[arg(short = 'S', visible_short_alias = 'd', long, value_name = "TEXT", default_value = " ")]
    separator: String,
    /// Do not look at programs on the network, which psight does not wait for anyway.
    #[arg(short = 'n', hide = true)]
    no_network: bool,
    /// Those alone whose root directory is psight's own, as far as they show it.
    #[arg(short = 'c', long)]
    check_root: bool,
    /// Nothing but the exit code.
    #[arg(short, long)]
    quiet: bool,
}

impl Applet for Arguments {
    const NAME: &'static str = "pidof";
    const ABOUT: &'static str = "Pids of a program";

    fn run(self, context: &mut Context) -> Result<(), Failure> {
        run(&self, context)
    }
}

fn run(arguments: &Arguments, context: &mut Context) -> Result<(), Failure> {
    let mut omitted = omitted(&arguments.omit_pid)?;
    if !context.host.is_captured() {
        omitted.push(std::process::id());
    }
    let mut columns = Columns::CMDLINE | Columns::EXE;
    // The name costs a file of each process, and few ask for what only the name can tell.
    if arguments.scripts || context.output.format != Format::Table {
        columns |= Columns::NAME;
    }
    let mut rows = context.host.processes(columns)?;
    rows.retain(|row| !omitted.contains(&row.pid.as_u32()));
    name_threads_of_the_kernel(&mut rows, context)?;
    let is_captured = context.host.is_captured();
    let mut found: Vec<&ProcessRow> = Vec::new();
    for program in &arguments.programs {
        let program = &Program {
            named: Path::new(program),
            file: targets::without_links(program, is_captured),
        };
        // The newest first, as far as pids tell.
        let fitting = rows.iter().rev().filter(|row| is_of(row, program, arguments));
        for row in fitting.take(if arguments.single_shot { 1 } else { usize::MAX }) {
            if !found.iter().any(|known| known.pid == row.pid) {
                found.push(row);
            }
        }
    }
    if arguments.check_root {
        found.retain(|row| has_our_root(row, context));
    }
    if found.is_empty() {
        context.verdict = ExitCode::FAILURE;
    }
    if arguments.quiet {
        return Ok(());
    }
    if context.output.format != Format::Table {
        return Ok(context.output.rows(super::pgrep::values(&found, &["pid", "name"]))?);
    }
    let pids = found.iter().map(|row| Line::new().with(Paint::Plain, row.pid.to_string()));
    super::pgrep::joined(pids, Some(&arguments.separator), context)
}

/// A program that was asked for.
struct Program<'a> {
    named: &'a Path,
    /// Where its file is, without links.
    file: Option<PathBuf>,
}

/// Whether its root directory is psight's. Who may not look at it has to take it for so, as elsewhere.
fn has_our_root(row: &ProcessRow, context: &Context) -> bool {
    let root = row.process_unchecked(&context.host).root();
    root.ok().flatten().is_none_or(|root| root == Path::new("/"))
}

/// Whether it has no command line to be known by: a thread of the kernel, or what has exited.
fn is_bare(row: &ProcessRow) -> bool {
    row.cmdline.as_deref().unwrap_or_default().is_empty()
}

/// Reads the names of those alone that have nothing else.
fn name_threads_of_the_kernel(rows: &mut [ProcessRow], context: &Context) -> Result<(), Failure> {
    let mut scanner = context.host.scanner(Columns::NAME | Columns::STATUS)?;
    for row in rows.iter_mut().filter(|row| is_bare(row)) {
        if let Ok(known) = scanner.row(row.pid.as_u32()) {
            (row.name, row.status) = (known.name, known.status);
        }
    }
    Ok(())
}

fn omitted(words: &[String]) -> Result<Vec<u32>, Failure> {
    let pid = |word: &String| match word.as_str() {
        "%PPID" => Ok(Process::current()?.ppid()?.as_u32()),
        word => word.parse().map_err(|_| Failure::Usage(format!("{word:?} is no pid"))),
    };
    words.iter().map(pid).collect()
}

/// Whether the process runs `program`, which is its name or its path: by what it was started as, or by its file.
fn is_of(row: &ProcessRow, asked: &Program<'_>, arguments: &Arguments) -> bool {
    let program = asked.named;
    let words: &[_] = row.cmdline.as_deref().unwrap_or_default();
    let Some(first) = words.first() else {
        let is_there = arguments.with_workers || row.status != Some(Status::Zombie);
        return is_there && row.name.as_deref() == Some(program.as_os_str());
    };
    if is_called(without_dash(first), program)
        || row
            .exe
            .as_ref()
            .is_some_and(|exe| is_file(exe, program) || asked.file.as_ref() == Some(exe))
    {
        return true;
    }
    let Some(script) = words.get(1).filter(|_| arguments.scripts) else { return false };
    // The kernel calls a script by the script's name; what a shell was told to run later, by the shell's.
    let is_script = row.name.as_deref() == Path::new(script).file_name();
    is_script && is_called(script, program)
}

/// Whether a process that was started as `word` is `program`; one of the two may be a path and the other a name.
fn is_called(word: &OsStr, program: &Path) -> bool {
    let word = Path::new(word);
    let base = program.file_name().map(Path::new);
    word == program || word.file_name().map(Path::new) == Some(program) || Some(word) == base
}

fn is_file(exe: &Path, program: &Path) -> bool {
    exe == program || exe.file_name().map(Path::new) == Some(program)
}

/// A login shell is started with a dash before its name.
fn without_dash(word: &OsStr) -> &OsStr {
    word.to_str().and_then(|word| word.strip_prefix('-')).map_or(word, OsStr::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_known_by_name_and_by_path() {
        let called = |word: &str, program: &str| {
            is_called(without_dash(OsStr::new(word)), Path::new(program))
        };
        assert!(called("/usr/sbin/nginx", "nginx"));
        assert!(called("/usr/sbin/nginx", "/usr/sbin/nginx"));
        assert!(called("nginx", "/usr/sbin/nginx"));
        assert!(called("-bash", "bash"));
        assert!(!called("/usr/sbin/nginx", "/opt/nginx"));
        assert!(!called("/usr/sbin/nginx", "ngin"));
    }
}
