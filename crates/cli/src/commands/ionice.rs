//! `psight ionice`: shows and changes how the disks serve processes, or runs a program that is served otherwise.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Args;
use psight::Process;
use psight::process::{IoClass, IoNice};
use psight::record::Value;

use super::targets::{self, Care, Deed, Found, Target, Wanted, become_program, on_this_machine};
use super::{Context, Failure};
use crate::applet::Applet;
use crate::line::{Line, Paint};
use crate::output::Format;

/// Arguments of `psight ionice`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit code: 1 if anything failed; with a program its own, 127 if there is none of the name, 126 if it cannot be run."
)]
pub(crate) struct Arguments {
    /// The class: none, realtime, best-effort or idle, or their numbers 0 to 3.
    #[arg(short, long, value_name = "CLASS", value_parser = class)]
    class: Option<IoClass>,
    /// The rank in the classes realtime and best-effort: 0 is served first, 7 last; 4 unless said otherwise.
    #[arg(short = 'n', long, value_name = "RANK", value_parser = clap::value_parser!(u8).range(0..=7))]
    classdata: Option<u8>,
    /// Pids and names of processes. Shows how they are served where neither class nor rank is given.
    #[arg(short, long, value_name = "PID|NAME", num_args = 1..)]
    pid: Vec<String>,
    /// All of these process groups.
    #[arg(short = 'P', long, value_name = "PGID", num_args = 1..)]
    pgid: Vec<String>,
    /// All of these users, by name or number.
    #[arg(short = 'u', long = "uid", value_name = "USER", num_args = 1..)]
    user: Vec<String>,
    /// It is no failure where it cannot be changed.
    #[arg(short = 't', long)]
    ignore: bool,
    #[command(flatten)]
    care: Care,
    /// The program and its arguments.
    #[arg(value_name = "PROGRAM", trailing_var_arg = true, conflicts_with_all = ["pid", "pgid", "user"])]
    program: Vec<OsString>,
}

impl Applet for Arguments {
    const NAME: &'static str = "ionice";
    const ABOUT: &'static str = "Shows and changes how the disks serve processes";
    const SHOWS: bool = false;

    fn run(self, context: &mut Context) -> Result<(), Failure> {
        run(&self, context)
    }
}

/// The rank that nobody has to ask for, as util-linux has it.
const ORDINARY: u8 = 4;

fn run(arguments: &Arguments, context: &mut Context) -> Result<(), Failure> {
    let changes = arguments.class.is_some() || arguments.classdata.is_some();
    if !arguments.program.is_empty() {
        on_this_machine(context)?;
        let (class, rank) = arguments.wanted();
        match Process::current()?.set_ionice(class, rank) {
            Err(_) if arguments.ignore => {}
            set => set?,
        }
        return Err(become_program(&arguments.program));
    }
    let Found { targets, missing } = found(arguments, context)?;
    for missing in &missing {
        crate::complain(missing);
    }
    if !missing.is_empty() {
        context.verdict = ExitCode::FAILURE;
    }
    if !changes {
        let targets = arguments.care.all_of(context, targets)?;
        return show(&targets, context);
    }
    let (class, rank) = arguments.wanted();
    let action = match rank {
        Some(rank) => format!("{class}: prio {rank}"),
        None => class.to_string(),
    };
    let chosen = arguments.care.chosen(context, targets)?;
    let deeds = arguments.care.change(chosen, &action, |process| process.set_ionice(class, rank));
    targets::report(context, &deeds, arguments.care.dry_run)?;
    if !arguments.ignore {
        targets::note_failures(&deeds);
        if deeds.iter().any(Deed::has_failed) {
            context.verdict = ExitCode::FAILURE;
        }
    }
    Ok(())
}

impl Arguments {
    /// The class and the rank: the ordinary ones where one of the two was not given, and no rank in a class without.
    fn wanted(&self) -> (IoClass, Option<u8>) {
        let class = self.class.unwrap_or(IoClass::BestEffort);
        if matches!(class, IoClass::None | IoClass::Idle) {
            if self.classdata.is_some() {
                crate::complain(&format!("the class {class} has no ranks"));
            }
            return (class, None);
        }
        (class, Some(self.classdata.unwrap_or(ORDINARY)))
    }
}

/// The processes that were asked for; psight itself, which has what its caller has, where none was.
fn found(arguments: &Arguments, context: &Context) -> Result<Found, Failure> {
    let mut wanted = Wanted::of(&arguments.pid)?;
    for group in &arguments.pgid {
        wanted.add_group(group)?;
    }
    let host = &context.host;
    wanted.users = targets::numbers(&arguments.user, "user", |name| host.user_id(name))?;
    if !wanted.is_empty() {
        return wanted.find(host);
    }
    if arguments.class.is_some() || arguments.classdata.is_some() {
        return Err(Failure::Usage("say for which processes, or which program to run".to_owned()));
    }
    targets::own(context)
}

fn show(targets: &[Target], context: &mut Context) -> Result<(), Failure> {
    let mut known: Vec<(&Target, IoNice)> = Vec::new();
    for target in targets {
        match target.process.ionice() {
            Ok(served) => known.push((target, served)),
            Err(error) if error.is_gone() && !target.by_pid => {}
            Err(error) => {
                crate::complain(&error.to_string());
                context.verdict = ExitCode::FAILURE;
            }
        }
    }
    if context.output.format != Format::Table {
        let told = known.iter().map(|(target, served)| {
            let class = Value::Text(served.ioclass.to_string().into());
            let rank = served.value.map_or(Value::Null, |value| Value::Uint(value.into()));
            (*target, vec![class, rank])
        });
        return Ok(context.output.rows(targets::facts(&["ioclass", "value"], told))?);
    }
    Ok(context.output.lines(known.iter().map(|(_, served)| line(served)))?)
}

/// As util-linux says it: the class that has no ranks and is not the default without one.
fn line(served: &IoNice) -> Line {
    let text = match (served.ioclass, served.value) {
        (IoClass::Idle, _) | (_, None) => served.ioclass.to_string(),
        (class, Some(value)) => format!("{class}: prio {value}"),
    };
    Line::new().with(Paint::Plain, text)
}

/// A class by its name or by the kernel's number for it.
fn class(text: &str) -> Result<IoClass, String> {
    let classes = [IoClass::None, IoClass::RealTime, IoClass::BestEffort, IoClass::Idle];
    let mut named = classes.into_iter().enumerate();
    named
        .find(|(number, class)| {
            text == number.to_string() || class.to_string().eq_ignore_ascii_case(text)
        })
        .map(|(_, class)| class)
        .ok_or_else(|| "there are none, realtime, best-effort and idle".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_has_a_name_and_a_number() {
        for (text, known) in
            [("0", IoClass::None), ("realtime", IoClass::RealTime), ("3", IoClass::Idle)]
        {
            assert_eq!(class(text), Ok(known));
        }
        assert!(class("4").is_err() && class("").is_err());
    }
}
