//! `cargo xtask tidy`: the invariants that ARCHITECTURE.md promises and no compiler checks.

mod rules;
mod source;

use crate::{Result, no_arguments, sh};
use source::Source;

pub(crate) fn run(arguments: &[String]) -> Result {
    no_arguments(arguments)?;
    let mut sources = Vec::new();
    for path in sh::files()? {
        if let Ok(text) = std::fs::read_to_string(sh::workspace().join(&path)) {
            sources.push(Source::new(path.to_string_lossy().into_owned(), text));
        }
    }
    let mut findings = rules::findings(&sources);
    findings.extend(rules::machine_paths(&sources, sh::workspace()));
    if findings.is_empty() {
        println!("tidy: {} files", sources.len());
        return Ok(());
    }
    for finding in &findings {
        eprintln!("{finding}");
    }
    Err(format!("{} findings", findings.len()))
}
