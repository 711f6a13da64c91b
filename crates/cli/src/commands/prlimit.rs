//! `psight prlimit`: shows and changes what processes may use of each resource, or runs a program with other limits.

mod resources;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Args;
use psight::Process;
use psight::process::Limits;
use psight::record::{ToValue as _, Value};

use self::resources::{Known, Resources};
use super::targets::{self, Care, Deed, Found, Target, Wanted, become_program, on_this_machine};
use super::{Context, Failure};
use crate::applet::Applet;
use crate::line::{Line, Paint};
use crate::output::{Format, Rows};
use crate::table::{Column, Table};

/// Arguments of `psight prlimit`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit code: 1 if anything failed; with a program its own, 127 if there is none of the name, 126 if it cannot be run."
)]
pub(crate) struct Arguments {
    /// Pids and names of processes.
    #[arg(short, long, value_name = "PID|NAME,…", value_delimiter = ',')]
    pid: Vec<String>,
    /// These columns: RESOURCE, DESCRIPTION, SOFT, HARD, UNITS.
    #[arg(
        short,
        long,
        value_name = "COLUMN,…",
        value_delimiter = ',',
        ignore_case = true,
        hide_possible_values = true
    )]
    output: Vec<Shown>,
    /// No line of heads.
    #[arg(long)]
    noheadings: bool,
    /// Columns with one blank between them.
    #[arg(long)]
    raw: bool,
    /// Say what was changed.
    #[arg(long)]
    verbose: bool,
    #[command(flatten)]
    care: Care,
    /// The program and its arguments.
    #[arg(value_name = "PROGRAM", trailing_var_arg = true, conflicts_with = "pid")]
    program: Vec<OsString>,
    #[command(flatten)]
    resources: Resources,
}

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Shown {
    Resource,
    Description,
    Soft,
    Hard,
    Units,
}

impl Applet for Arguments {
    const NAME: &'static str = "prlimit";
    const ABOUT: &'static str = "Shows and changes what processes may use of each resource";
    const SHOWS: bool = false;

    fn spelled_out(words: Vec<OsString>) -> Vec<OsString> {
        resources::spelled_out(words)
    }

    fn run(self, context: &mut Context) -> Result<(), Failure> {
        run(&self, context)
    }
}

fn run(arguments: &Arguments, context: &mut Context) -> Result<(), Failure> {
    let changes = &arguments.resources.changed;
    if !arguments.program.is_empty() {
        on_this_machine(context)?;
        let own = Process::current()?;
        for (known, change) in changes {
            own.set_rlimit(known.resource, change.from(own.rlimit(known.resource)?))?;
        }
        if !arguments.resources.shown.is_empty() {
            let own = targets::own(context)?;
            show(arguments, &own.targets, context)?;
        }
        return Err(become_program(&arguments.program));
    }
    let wanted = Wanted::of(&arguments.pid)?;
    if wanted.is_empty() && !changes.is_empty() {
        return Err(Failure::Usage("say for which processes, or which program to run".to_owned()));
    }
    let Found { targets, missing } =
        if wanted.is_empty() { targets::own(context)? } else { wanted.find(&context.host)? };
    for missing in &missing {
        crate::complain(missing);
    }
    if !missing.is_empty() {
        context.verdict = ExitCode::FAILURE;
    }
    if !changes.is_empty() {
        change(arguments, targets.clone(), context)?;
    }
    let targets = arguments.care.all_of(context, targets)?;
    if changes.is_empty() || !arguments.resources.shown.is_empty() {
        show(arguments, &targets, context)?;
    }
    Ok(())
}

fn change(
    arguments: &Arguments,
    targets: Vec<Target>,
    context: &mut Context,
) -> Result<(), Failure> {
    let chosen = arguments.care.chosen(context, targets)?;
    let mut all = Vec::new();
    for (known, change) in &arguments.resources.changed {
        let resource = known.resource;
        let action = format!("{resource}={change}");
        let mut said = Vec::new();
        let deeds = arguments.care.change(chosen.clone(), &action, |process| {
            let limits = change.from(process.rlimit(resource)?);
            process.set_rlimit(resource, limits)?;
            let Limits { soft, hard, .. } = limits;
            let pid = process.pid();
            said.push(format!("New {resource} limit for pid {pid}: <{soft}:{hard}>"));
            Ok(())
        });
        if arguments.verbose && context.output.format == Format::Table {
            let lines = said.iter().map(|text| Line::new().with(Paint::Plain, text));
            context.output.lines(lines)?;
        }
        all.extend(deeds);
    }
    targets::report(context, &all, arguments.care.dry_run)?;
    targets::note_failures(&all);
    if all.iter().any(Deed::has_failed) {
        context.verdict = ExitCode::FAILURE;
    }
    Ok(())
}

fn show(arguments: &Arguments, targets: &[Target], context: &mut Context) -> Result<(), Failure> {
    let asked = arguments.resources.shown_or_all();
    let mut rows: Vec<(&Target, &Known, Limits)> = Vec::new();
    for target in targets {
        for known in &asked {
            match target.process.rlimit(known.resource) {
                Ok(limits) => rows.push((target, known, limits)),
                Err(error) if error.is_unsupported() => {}
                Err(error) if error.is_gone() && !target.by_pid => break,
                Err(error) => {
                    crate::complain(&error.to_string());
                    context.verdict = ExitCode::FAILURE;
                    break;
                }
            }
        }
    }
    if context.output.format != Format::Table {
        return Ok(context.output.rows(for_programs(&rows))?);
    }
    if rows.is_empty() {
        return Ok(());
    }
    if arguments.raw {
        return Ok(context.output.lines(raw(arguments, &rows, targets.len() > 1))?);
    }
    Ok(context.output.table(&laid_out(arguments, &rows, targets.len() > 1))?)
}

/// The columns that are shown.
fn shown(arguments: &Arguments) -> &[Shown] {
    use Shown::{Description, Hard, Resource, Soft, Units};
    const ALL: &[Shown] = &[Resource, Description, Soft, Hard, Units];
    if arguments.output.is_empty() { ALL } else { &arguments.output }
}

impl Shown {
    fn head(self) -> &'static str {
        match self {
            Self::Resource => "RESOURCE",
            Self::Description => "DESCRIPTION",
            Self::Soft => "SOFT",
            Self::Hard => "HARD",
            Self::Units => "UNITS",
        }
    }

    fn text(self, known: &Known, limits: &Limits) -> String {
        match self {
            Self::Resource => known.resource.to_string(),
            Self::Description => known.description.to_owned(),
            Self::Soft => limits.soft.to_string(),
            Self::Hard => limits.hard.to_string(),
            Self::Units => known.units.to_owned(),
        }
    }
}

/// Lines whose columns a program may take apart at the blanks: those in the texts are written as util-linux writes them.
fn raw(arguments: &Arguments, rows: &[(&Target, &Known, Limits)], of_several: bool) -> Vec<Line> {
    let line = |pid: Option<String>, texts: Vec<String>| {
        let words = texts.iter().map(|text| text.replace(' ', "\\x20"));
        let words: Vec<String> = pid.into_iter().chain(words).collect();
        Line::new().with(Paint::Plain, words.join(" "))
    };
    let shown = shown(arguments);
    let heads = shown.iter().map(|column| column.head().to_owned()).collect();
    let heads = line(of_several.then(|| "PID".to_owned()), heads);
    let rows = rows.iter().map(|(target, known, limits)| {
        let texts = shown.iter().map(|column| column.text(known, limits)).collect();
        line(of_several.then(|| target.pid().to_string()), texts)
    });
    (!arguments.noheadings).then_some(heads).into_iter().chain(rows).collect()
}

fn laid_out(arguments: &Arguments, rows: &[(&Target, &Known, Limits)], of_several: bool) -> Table {
    use Shown::{Description, Hard, Resource, Soft, Units};
    let shown = shown(arguments);
    let column = |shown: &Shown| match shown {
        Resource => Column::left(shown.head()).at_least(8),
        Description => Column::left(shown.head()).giving_way(),
        Soft | Hard => Column::right(shown.head()),
        Units => Column::left(shown.head()),
    };
    let whose = of_several.then(|| Column::right("PID"));
    let mut table = Table::new(whose.into_iter().chain(shown.iter().map(column)).collect());
    if arguments.noheadings {
        table = table.without_heads();
    }
    for (target, known, limits) in rows {
        let cell = |shown: &Shown| shown.text(known, limits);
        let pid = of_several.then(|| target.pid().to_string());
        let texts = pid.into_iter().chain(shown.iter().map(cell));
        table.row(texts.map(|text| Line::new().with(Paint::Plain, text)));
    }
    table
}

fn for_programs<'a>(rows: &'a [(&Target, &Known, Limits)]) -> Rows<'a> {
    let told = rows.iter().map(|(target, known, limits)| {
        let resource = Value::Text(known.resource.name().into());
        let units = Some(known.units).filter(|units| !units.is_empty());
        let units = units.map_or(Value::Null, |units| Value::Text(units.into()));
        (*target, vec![resource, limits.soft.to_value(), limits.hard.to_value(), units])
    });
    targets::facts(&["resource", "soft", "hard", "units"], told)
}
