//! `psight taskset`: shows and changes the CPUs that processes may run on, or runs a program on some of them.

mod cpus;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Args;
use psight::Process;
use psight::record::Value;

use super::targets::{self, Care, Deed, Found, Target, Wanted, become_program, on_this_machine};
use super::{Context, Failure};
use crate::applet::Applet;
use crate::line::{Line, Paint};
use crate::output::Format;

/// Arguments of `psight taskset`.
#[derive(Debug, Default, Args)]
#[command(
    after_help = "Exit code: 1 if anything failed; with a program its own, 127 if there is none of the name, 126 if it cannot be run."
)]
pub(crate) struct Arguments {
    /// All threads of each process, and not its main thread alone.
    #[arg(short, long)]
    all_tasks: bool,
    /// Processes that run, instead of a program that is started.
    #[arg(short, long)]
    pid: bool,
    /// The CPUs are a list, as in 0-3,8,10-20:2, and not a mask.
    #[arg(short, long)]
    cpu_list: bool,
    #[command(flatten)]
    care: Care,
    /// The CPUs, as a mask in hexadecimal digits or with -c as a list, then a program with its arguments; with -p pids
    /// and names of processes, or one alone to see where it may run.
    #[arg(value_name = "CPUS PROGRAM|PID|NAME", required = true, trailing_var_arg = true)]
    words: Vec<OsString>,
}

impl Applet for Arguments {
    const NAME: &'static str = "taskset";
    const ABOUT: &'static str = "Shows and changes the CPUs that processes may run on";
    const SHOWS: bool = false;

    fn run(self, context: &mut Context) -> Result<(), Failure> {
        run(&self, context)
    }
}

fn run(arguments: &Arguments, context: &mut Context) -> Result<(), Failure> {
    // Half a mask is another mask.
    context.output.terminal.width = None;
    let Some((first, rest)) = arguments.words.split_first() else {
        return Err(Failure::Usage("say which CPUs".to_owned()));
    };
    if !arguments.pid {
        on_this_machine(context)?;
        let wanted = arguments.parsed(&first.to_string_lossy())?;
        if rest.is_empty() {
            return Err(Failure::Usage("there is no program to run".to_owned()));
        }
        Process::current()?.set_cpu_affinity(&wanted)?;
        return Err(become_program(rest));
    }
    let (wanted, words) = match rest {
        [] => (None, std::slice::from_ref(first)),
        words => (Some(arguments.parsed(&first.to_string_lossy())?), words),
    };
    let words: Vec<String> = words.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let Found { targets, missing } = Wanted::of(&words)?.find(&context.host)?;
    for missing in &missing {
        crate::complain(missing);
    }
    if !missing.is_empty() {
        context.verdict = ExitCode::FAILURE;
    }
    match wanted {
        None => show(arguments, targets, context),
        Some(wanted) => change(arguments, targets, &wanted, context),
    }
}

impl Arguments {
    fn parsed(&self, text: &str) -> Result<Vec<u32>, Failure> {
        let parsed = if self.cpu_list { cpus::of_list(text) } else { cpus::of_mask(text) };
        let what = if self.cpu_list { "list of CPUs" } else { "mask of CPUs" };
        parsed.ok_or_else(|| Failure::Coded(1, format!("{text:?} is no {what}")))
    }

    fn written(&self, known: &[u32]) -> String {
        if self.cpu_list { cpus::list(known) } else { cpus::mask(known) }
    }

    /// `pid 7's current affinity mask: 3`, as util-linux has it.
    fn line(&self, target: &Target, when: &str, known: &[u32]) -> Line {
        let what = if self.cpu_list { "list" } else { "mask" };
        let said =
            format!("pid {}'s {when} affinity {what}: {}", target.pid(), self.written(known));
        Line::new().with(Paint::Plain, said)
    }

    /// The processes, or all threads of each. A thread is a process of its own to the calls that are made here.
    fn tasks(&self, targets: Vec<Target>, context: &mut Context) -> Vec<Target> {
        if !self.all_tasks {
            return targets;
        }
        let mut tasks = Vec::new();
        for target in targets {
            match target.process.threads() {
                Ok(threads) => tasks.extend(threads.iter().filter_map(|thread| {
                    let process = context.host.process(thread.id).ok()?;
                    Some(Target { process, ..target.clone() })
                })),
                Err(error) => failed(&target, &error, context),
            }
        }
        tasks
    }
}

fn failed(target: &Target, error: &psight::Error, context: &mut Context) {
    if error.is_gone() && !target.by_pid {
        return;
    }
    crate::complain(&error.to_string());
    context.verdict = ExitCode::FAILURE;
}

fn show(arguments: &Arguments, targets: Vec<Target>, context: &mut Context) -> Result<(), Failure> {
    let targets = arguments.care.all_of(context, targets)?;
    let tasks = arguments.tasks(targets, context);
    let mut known: Vec<(&Target, Vec<u32>)> = Vec::new();
    for task in &tasks {
        match task.process.cpu_affinity() {
            Ok(cpus) => known.push((task, cpus)),
            Err(error) => failed(task, &error, context),
        }
    }
    if context.output.format != Format::Table {
        let told = known.iter().map(|(target, cpus)| {
            let cpus = cpus.iter().map(|cpu| Value::Uint((*cpu).into())).collect();
            (*target, vec![Value::List(cpus)])
        });
        return Ok(context.output.rows(targets::facts(&["cpu_affinity"], told))?);
    }
    let lines = known.iter().map(|(target, cpus)| arguments.line(target, "current", cpus));
    Ok(context.output.lines(lines)?)
}

fn change(
    arguments: &Arguments,
    targets: Vec<Target>,
    wanted: &[u32],
    context: &mut Context,
) -> Result<(), Failure> {
    let mut chosen = arguments.care.chosen(context, targets)?;
    chosen.meant = arguments.tasks(chosen.meant, context);
    let action = format!("CPUs {}", cpus::list(wanted));
    let mut said: Vec<(Vec<u32>, Vec<u32>)> = Vec::new();
    let deeds = arguments.care.change(chosen, &action, |process| {
        let before = process.cpu_affinity()?;
        process.set_cpu_affinity(wanted)?;
        said.push((before, process.cpu_affinity()?));
        Ok(())
    });
    if context.output.format == Format::Table {
        let changed = deeds.iter().filter(|deed| deed.outcome == targets::Outcome::Done);
        let lines = changed.zip(&said).flat_map(|(deed, (before, after))| {
            let line = |when, known| arguments.line(&deed.target, when, known);
            [line("current", before), line("new", after)]
        });
        context.output.lines(lines)?;
    }
    targets::report(context, &deeds, arguments.care.dry_run)?;
    targets::note_failures(&deeds);
    if deeds.iter().any(Deed::has_failed) {
        context.verdict = ExitCode::FAILURE;
    }
    Ok(())
}
