//! The rules, each a function from all sources to what is wrong.

use std::path::Path;

use super::source::{Source, has_word};

/// No source file is longer, its tests apart.
const LONGEST: usize = 800;

pub(super) fn findings(sources: &[Source]) -> Vec<String> {
    let rules = [
        one_ladder,
        unsafe_in_ffi_only,
        parse_does_no_io,
        every_decoder_is_listed,
        every_module_has_a_header,
        no_file_is_too_long,
        libraries_do_not_print,
        libraries_keep_no_state,
        every_todo_has_an_issue,
    ];
    rules.iter().flat_map(|rule| rule(sources)).collect()
}

/// What `words` the shipped code of `sources` must not say, and why.
fn forbidden<'a>(
    sources: impl Iterator<Item = &'a Source>,
    words: &[&str],
    why: &str,
) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources.filter(|source| source.is_shipped()) {
        for word in words {
            let lines = source.lines_with(word);
            found.extend(lines.map(|line| format!("{}:{line}: `{word}`: {why}", source.path)));
        }
    }
    found
}

/// Which system this is, is asked in one place.
fn one_ladder(sources: &[Source]) -> Vec<String> {
    let places = ["crates/psight/src/sys/mod.rs", "crates/psight/src/os/mod.rs"];
    let others = sources.iter().filter(|source| source.is_in("crates/"));
    let others = others.filter(|source| !places.contains(&source.path.as_str()));
    forbidden(others, &["target_os"], "only sys/mod.rs and os/mod.rs ask which system this is")
}

fn unsafe_in_ffi_only(sources: &[Source]) -> Vec<String> {
    let others = sources.iter().filter(|source| source.is_in("crates/"));
    let others = others.filter(|source| !source.path.ends_with("/ffi.rs"));
    forbidden(others, &["unsafe", "unsafe_code)]"], "unsafe code lives in ffi.rs")
        .into_iter()
        .filter(|finding| !finding.contains("lib.rs") || !finding.contains("unsafe_code"))
        .collect()
}

fn parse_does_no_io(sources: &[Source]) -> Vec<String> {
    let words = [
        "std::fs",
        "std::env",
        "std::process",
        "std::thread",
        "std::io",
        "std::os",
        "TcpStream",
        "TcpListener",
        "UdpSocket",
        "ToSocketAddrs",
        "Instant",
        "SystemTime",
        "rustix",
        "libc",
    ];
    let parse = sources.iter().filter(|source| source.is_in("crates/parse/src/"));
    forbidden(parse, &words, "parse decodes bytes and asks nobody")
}

/// A decoder that is not in `ALL` is neither fuzzed nor cut at every byte.
fn every_decoder_is_listed(sources: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources.iter().filter(|source| source.is_shipped()) {
        let Some((kernel, path)) = kernel_and_module(&source.path) else { continue };
        let page = format!("crates/parse/src/{kernel}/mod.rs");
        let list = sources.iter().find(|source| source.path == page);
        let list = list.map(|list| list.code.join("\n")).unwrap_or_default();
        for (number, line) in source.code.iter().enumerate() {
            let Some(name) = decoder(line) else { continue };
            let listed = if path.is_empty() { name.to_owned() } else { format!("{path}::{name}") };
            if !has_word(&list, &listed) && !is_step(source, number, name) {
                found.push(format!(
                    "{}:{}: `{name}` decodes bytes and is not in ALL of {page}",
                    source.path,
                    number + 1
                ));
            }
        }
    }
    found
}

/// `crates/parse/src/linux/pid/stat.rs` → `linux`, `pid::stat`.
fn kernel_and_module(path: &str) -> Option<(&str, String)> {
    let path = path.strip_prefix("crates/parse/src/")?.strip_suffix(".rs")?;
    let (kernel, rest) = path.split_once('/')?;
    let module = rest.trim_end_matches("mod").trim_end_matches('/');
    Some((kernel, module.replace('/', "::")))
}

/// The name of a public function whose first argument is bytes.
fn decoder(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("pub fn ")?;
    let (name, rest) = rest.split_once('(')?;
    let first = rest.split([',', ')']).next()?;
    let (argument, kind) = first.split_once(':')?;
    let is_bytes = kind.trim().starts_with('&') && kind.trim().ends_with("[u8]");
    // By convention a whole file is called `bytes`; a part of one has a name of its own.
    (is_bytes && argument == "bytes").then(|| name.split('<').next().unwrap_or(name))
}

/// Whether the rest of the file hands all of its bytes on to the function, as a decoder that is listed does with one of
/// its steps.
fn is_step(source: &Source, number: usize, name: &str) -> bool {
    let call = format!("{name}(bytes");
    let others = source.code.iter().enumerate().filter(|(other, _)| *other != number);
    others.into_iter().any(|(_, line)| !line.contains("fn ") && has_word(line, &call))
}

fn every_module_has_a_header(sources: &[Source]) -> Vec<String> {
    let rust = sources.iter().filter(|source| source.path.ends_with(".rs"));
    let bare = rust.filter(|source| !source.text.starts_with("//!"));
    bare.map(|source| format!("{}:1: a module begins with //! and what it is for", source.path))
        .collect()
}

fn no_file_is_too_long(sources: &[Source]) -> Vec<String> {
    let long = sources.iter().filter(|source| source.is_shipped() && source.code.len() > LONGEST);
    long.map(|source| {
        format!(
            "{}: {} lines without tests; {LONGEST} is the limit",
            source.path,
            source.code.len()
        )
    })
    .collect()
}

fn libraries(sources: &[Source]) -> impl Iterator<Item = &Source> {
    let dirs = ["crates/parse/src/", "crates/psight/src/", "crates/derive/src/"];
    sources.iter().filter(move |source| dirs.iter().any(|dir| source.is_in(dir)))
}

fn libraries_do_not_print(sources: &[Source]) -> Vec<String> {
    let words = ["println!", "print!", "eprintln!", "eprint!", "dbg!"];
    forbidden(libraries(sources), &words, "a library does not print")
}

fn libraries_keep_no_state(sources: &[Source]) -> Vec<String> {
    let mut found = forbidden(
        libraries(sources),
        &["static mut", "thread_local!"],
        "the library keeps no global state",
    );
    for source in libraries(sources).filter(|source| source.is_shipped()) {
        for (number, line) in source.code.iter().enumerate() {
            let kept = ["Mutex<", "RwLock<", "OnceLock<", "LazyLock<", "Atomic"];
            let declared = line.trim_start().trim_start_matches("pub(crate) ");
            if declared.starts_with("static ") && kept.iter().any(|kind| line.contains(kind)) {
                found.push(format!(
                    "{}:{}: the library keeps no global state",
                    source.path,
                    number + 1
                ));
            }
        }
    }
    found
}

fn every_todo_has_an_issue(sources: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    // Put together here, so that this file does not find itself.
    let words = [["TO", "DO"].concat(), ["FIX", "ME"].concat(), ["X", "XX"].concat()];
    for source in sources.iter().filter(|source| source.path.ends_with(".rs")) {
        for (number, line) in source.text.lines().enumerate() {
            let open = words.iter().any(|word| has_word(line, word));
            let issue = line.split('#').skip(1).any(|rest| rest.starts_with(char::is_numeric));
            if open && line.contains("//") && !issue {
                found.push(format!("{}:{}: no issue number", source.path, number + 1));
            }
        }
    }
    found
}

/// Where the workspace happens to lie on this machine is nobody's business.
pub(super) fn machine_paths(sources: &[Source], workspace: &Path) -> Vec<String> {
    // What is above these is the same on every machine.
    let common =
        ["/", "/home", "/root", "/tmp", "/var", "/var/tmp", "/usr", "/opt", "/srv", "/mnt"];
    let ours = workspace.ancestors().filter_map(Path::to_str).filter(|dir| !common.contains(dir));
    let ours: Vec<String> = ours.map(|dir| format!("{dir}/")).collect();
    let mut found = Vec::new();
    for source in sources {
        for (number, line) in source.text.lines().enumerate() {
            if ours.iter().any(|dir| begins_path(line, dir)) {
                found.push(format!("{}:{}: names a path of this machine", source.path, number + 1));
            }
        }
    }
    found
}

/// Whether `dir` stands in `line` as the beginning of a path.
fn begins_path(line: &str, dir: &str) -> bool {
    line.match_indices(dir).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        !before.is_some_and(|c| c.is_alphanumeric() || "._-/}".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        Source::new(path.to_owned(), text.to_owned())
    }

    /// What all rules find in one file, the rule about headers left out.
    fn found(path: &str, text: &str) -> Vec<String> {
        findings(&[source(path, &format!("//! A module.\n{text}"))])
    }

    #[test]
    fn a_second_ladder_is_found() {
        let text = "#[cfg(target_os = \"linux\")]\nmod x;\n";
        assert_eq!(found("crates/psight/src/cpu.rs", text).len(), 1);
        assert!(found("crates/psight/src/sys/mod.rs", text).is_empty());
        assert!(found("crates/psight/tests/live.rs", text).is_empty());
        assert!(found("crates/psight/src/cpu.rs", "// target_os is not asked here\n").is_empty());
    }

    #[test]
    fn unsafe_code_outside_ffi_is_found() {
        let text = "fn f() { unsafe { g() } }\n";
        assert_eq!(found("crates/psight/src/sys/linux/net.rs", text).len(), 1);
        assert!(found("crates/psight/src/sys/linux/ffi.rs", text).is_empty());
        assert!(found("crates/parse/src/lib.rs", "#![forbid(unsafe_code)]\n").is_empty());
        let allowed = "#![allow(unsafe_code)]\n";
        assert_eq!(found("crates/psight/src/sys/linux/net.rs", allowed).len(), 1);
    }

    #[test]
    fn a_decoder_that_opens_a_file_is_found() {
        let text = "fn f() { std::fs::read(\"x\"); }\n";
        assert_eq!(found("crates/parse/src/linux/x.rs", text).len(), 1);
        assert!(found("crates/psight/src/x.rs", text).is_empty());
    }

    #[test]
    fn a_decoder_that_is_not_listed_is_found() {
        let list = source(
            "crates/parse/src/linux/mod.rs",
            "//! x\npub const ALL: &[Decoder] = decoders! { \"a\" => pid::a::a };\n",
        );
        let good = source("crates/parse/src/linux/pid/a.rs", "//! x\npub fn a(bytes: &[u8]) {}\n");
        let text = "//! x\npub fn b<'a>(bytes: &'a [u8], n: u32) {}\npub fn c(word: &[u8]) {}\n";
        let bad = source("crates/parse/src/linux/b.rs", text);
        let found = every_decoder_is_listed(&[list, good, bad]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found.iter().all(|line| line.starts_with("crates/parse/src/linux/b.rs:2: `b`")));
    }

    #[test]
    fn a_module_without_a_header_is_found() {
        let found = every_module_has_a_header(&[source("xtask/src/x.rs", "fn f() {}\n")]);
        assert_eq!(found, ["xtask/src/x.rs:1: a module begins with //! and what it is for"]);
    }

    #[test]
    fn a_file_that_is_too_long_is_found_but_not_for_its_tests() {
        let long = "fn f() {}\n".repeat(LONGEST);
        assert_eq!(found("crates/cli/src/x.rs", &long).len(), 1);
        let tested = format!("#[cfg(test)]\nmod tests {{\n{long}}}\n");
        assert!(found("crates/cli/src/x.rs", &tested).is_empty());
    }

    #[test]
    fn a_library_that_prints_is_found() {
        assert_eq!(found("crates/psight/src/x.rs", "fn f() { println!(\"x\") }\n").len(), 1);
        assert!(found("crates/psight/src/x.rs", "/// println!(\"x\")\nfn f() {}\n").is_empty());
        assert!(found("crates/cli/src/x.rs", "fn f() { println!(\"x\") }\n").is_empty());
    }

    #[test]
    fn global_state_is_found() {
        let text = "static LAST: Mutex<u64> = Mutex::new(0);\n";
        assert_eq!(found("crates/psight/src/x.rs", text).len(), 1);
        assert!(found("crates/psight/src/x.rs", "static NAMES: &[&str] = &[];\n").is_empty());
    }

    #[test]
    fn an_open_end_without_an_issue_is_found() {
        let word = ["TO", "DO"].concat();
        assert_eq!(found("crates/cli/src/x.rs", &format!("// {word}: later\n")).len(), 1);
        assert!(found("crates/cli/src/x.rs", &format!("// {word} (#12): later\n")).is_empty());
    }

    #[test]
    fn a_path_of_this_machine_is_found() {
        let here = Path::new("/data/ada/psight");
        let found = |line: &str| machine_paths(&[source("README.md", line)], here).len();
        assert_eq!(found("see /data/ada/notes.txt\n"), 1);
        assert_eq!(found("see /data/other\n"), 1);
        assert_eq!(found("see /var/data/x\n"), 0);
        assert_eq!(found("see /database\n"), 0);
        assert_eq!(
            machine_paths(&[source("a", "/root/x /tmp/y")], Path::new("/root/psight")).len(),
            0
        );
    }
}
