//! That every public function is called.

use std::path::{Path, PathBuf};

use crate::subject::calls;

/// What does no more than arithmetic on values that the caller holds is not asked of any system.
const ASKING: &[&str] = &["Host", "Process", "CpuSampler", "DiskProber", "FileScanner", "Scanner"];

/// Needs nothing and opens nothing.
const PLAIN: &[&str] = &["DiskProber::new", "nice_order"];

#[test]
fn every_public_function_is_called() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&source, &mut files);
    let mut functions = Vec::new();
    for file in files {
        functions.extend(public(&std::fs::read_to_string(file).unwrap()));
    }
    // The scan would find less if it no longer understood the sources.
    assert!(functions.len() > 100, "{functions:?}");
    let called: Vec<String> = calls().iter().map(|call| call.name()).collect();
    let is_called = |function: &String| {
        called.iter().any(|call| call.split(' ').next() == Some(function.as_str()))
    };
    functions.retain(|function| !is_called(function) && !PLAIN.contains(&function.as_str()));
    assert!(functions.is_empty(), "add them to subject.rs or questions.rs: {functions:#?}");
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        // What only Windows has, tests/windows/leaks.rs calls.
        if path.ends_with("src/sys") || path.ends_with("src/os/windows") {
            continue;
        } else if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}

/// `Type::function` and free functions that are public, as rustfmt writes them.
fn public(source: &str) -> Vec<String> {
    let mut of = String::new();
    let mut found = Vec::new();
    for line in source.lines() {
        if line.starts_with("mod tests") {
            break;
        }
        if line.starts_with("impl") {
            of = line.trim_start_matches("impl ").split([' ', '<', '{']).next().unwrap().to_owned();
        }
        let Some(rest) = line.trim_start().strip_prefix("pub fn ") else { continue };
        let name = rest.split(['(', '<']).next().unwrap();
        if !line.starts_with(' ') {
            found.push(name.to_owned());
        } else if ASKING.contains(&of.as_str()) {
            found.push(format!("{of}::{name}"));
        }
    }
    found
}
