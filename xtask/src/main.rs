//! The project's own chores. `cargo xtask help` lists them.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a tool talks to its terminal")]

mod bench;
mod capture;
mod ci;
mod codegen;
mod conformance;
mod dist;
mod fuzz;
mod python;
mod setup;
mod sh;
mod targets;
mod test;
mod tidy;
mod windows;

use std::process::ExitCode;

/// What went wrong, for the person who ran the command.
type Result<T = ()> = std::result::Result<T, String>;

/// One chore.
struct Command {
    name: &'static str,
    arguments: &'static str,
    about: &'static str,
    run: fn(&[String]) -> Result,
}

const COMMANDS: &[Command] = &[
    Command {
        name: "test",
        arguments: "[TEST ARGUMENTS]",
        about: "install what the tests need and run all of them, also as an ordinary user",
        run: test::run,
    },
    Command {
        name: "python",
        arguments: "[PYTEST ARGUMENTS]",
        about: "build and install the Python package, and run its tests, also as an ordinary user",
        run: python::run,
    },
    Command {
        name: "conformance",
        arguments: "[--if-possible] [--clock] [PYTEST ARGUMENTS]",
        about: "psutil's own tests and scripts on the Python package, also as an ordinary user",
        run: conformance::run,
    },
    Command {
        name: "bench",
        arguments: "[--rounds N] [--save] [CASE...]",
        about: "measure psight beside psutil, other crates, the shell's tools and the system calls alone",
        run: bench::run,
    },
    Command {
        name: "ci",
        arguments: "",
        about: "everything else that must pass: format, lints, docs, tidy, all targets, fuzzing",
        run: ci::run,
    },
    Command {
        name: "tidy",
        arguments: "",
        about: "the invariants of ARCHITECTURE.md",
        run: tidy::run,
    },
    Command {
        name: "check-targets",
        arguments: "[--if-possible] [TARGET...]",
        about: "lint for every system that psight compiles on",
        run: targets::run,
    },
    Command {
        name: "windows-test",
        arguments: "[--if-possible] [TEST ARGUMENTS]",
        about: "build for Windows and run the tests there, under Wine",
        run: windows::test,
    },
    Command {
        name: "windows-python",
        arguments: "[--if-possible] [PYTEST ARGUMENTS]",
        about: "the Python package on Windows' own Python, beside psutil's own, under Wine",
        run: windows::python,
    },
    Command {
        name: "windows-run",
        arguments: "[PSIGHT ARGUMENTS]",
        about: "build psight.exe and run it under Wine",
        run: windows::run,
    },
    Command {
        name: "codegen",
        arguments: "[--check]",
        about: "write the generated files, or fail if they are not current",
        run: codegen::run,
    },
    Command {
        name: "capture",
        arguments: "DIR [--root ROOT] [--pid PID]...",
        about: "save this machine as a fixture, blanked of secrets",
        run: capture::run,
    },
    Command {
        name: "dist",
        arguments: "",
        about: "the wheel and the command to hand out, for any C library since 2014",
        run: dist::run,
    },
    Command {
        name: "fuzz",
        arguments: "[SECONDS] [TARGET...]",
        about: "fuzz the decoders, 60 seconds per target by default; needs the nightly toolchain",
        run: fuzz::run,
    },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> Result {
    let (name, rest) = match arguments.split_first() {
        None => ("help", arguments),
        Some((name, rest)) => (name.as_str(), rest),
    };
    let help = |word: &String| word == "--help" || word == "-h";
    if matches!(name, "help" | "--help" | "-h") || rest.first().is_some_and(help) {
        print!("{}", usage());
        return Ok(());
    }
    match COMMANDS.iter().find(|command| command.name == name) {
        Some(command) => (command.run)(rest),
        None => Err(format!("there is no command {name:?}\n\n{}", usage())),
    }
}

fn usage() -> String {
    let mut text = String::from("Usage: cargo xtask COMMAND\n\n");
    for command in COMMANDS {
        let call = format!("{} {}", command.name, command.arguments);
        text += &format!("  {:<48}{}\n", call.trim_end(), command.about);
    }
    text
}

/// Refuses arguments where a command takes none.
fn no_arguments(arguments: &[String]) -> Result {
    match arguments.first() {
        None => Ok(()),
        Some(word) => Err(format!("unexpected argument {word:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_command_is_refused_with_the_list() {
        let error = dispatch(&["nonsense".to_owned()]).unwrap_err();
        assert!(error.contains("\"nonsense\""));
        assert!(COMMANDS.iter().all(|command| error.contains(command.name)));
    }

    #[test]
    fn an_argument_too_many_is_refused() {
        let words = ["tidy".to_owned(), "--fix".to_owned()];
        assert_eq!(dispatch(&words).unwrap_err(), "unexpected argument \"--fix\"");
    }
}
