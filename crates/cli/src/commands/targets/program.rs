//! Running a program in psight's place, as `nice` and its kin do once they have changed what it inherits.

use std::ffi::OsString;
use std::io;
use std::process::Command;

use crate::commands::{Context, Failure};

/// The exit codes of a program that was found and cannot be run, and of one that was not found, as the shell has them.
const CANNOT_RUN: u8 = 126;
const NOT_FOUND: u8 = 127;

/// Refuses a captured machine, on which nothing runs.
pub(crate) fn on_this_machine(context: &Context) -> Result<(), Failure> {
    if context.host.is_captured() {
        return Err(Failure::Usage(
            "a program runs on this machine, and --root is another".to_owned(),
        ));
    }
    Ok(())
}

/// Becomes the program. Returns only if that fails.
pub(crate) fn become_program(program: &[OsString]) -> Failure {
    let Some((name, arguments)) = program.split_first() else {
        return Failure::Usage("there is no program to run".to_owned());
    };
    let error = replaced(Command::new(name).args(arguments));
    let code = if error.kind() == io::ErrorKind::NotFound { NOT_FOUND } else { CANNOT_RUN };
    Failure::Coded(code, format!("cannot run {}: {error}", name.to_string_lossy()))
}

#[cfg(unix)]
fn replaced(command: &mut Command) -> io::Error {
    std::os::unix::process::CommandExt::exec(command)
}

/// Where a process cannot become another program, it runs it and passes its exit code on.
#[cfg(not(unix))]
fn replaced(command: &mut Command) -> io::Error {
    match command.status() {
        Ok(status) => std::process::exit(status.code().unwrap_or(1)),
        Err(error) => error,
    }
}
