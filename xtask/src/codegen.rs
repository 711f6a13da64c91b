//! `cargo xtask codegen`: which system answers which question, written down for programs (`support.rs`) and for people
//! (`docs/platforms.md`).
//!
//! The truth is in the back-ends. `sys/unsupported` is the list of all questions, and each system's `mod.rs` names what
//! it takes from there.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::{Result, sh};

const SYS: &str = "crates/psight/src/sys";
const SUPPORT: &str = "crates/psight/src/support.rs";
const PLATFORMS: &str = "docs/platforms.md";

/// The folder of each back-end, its variant of `Os`, and what people call it.
const SYSTEMS: &[(&str, &str, &str)] = &[
    ("linux", "Linux", "Linux"),
    ("windows", "Windows", "Windows"),
    ("macos", "Macos", "macOS"),
    ("freebsd", "Freebsd", "FreeBSD"),
    ("openbsd", "Openbsd", "OpenBSD"),
    ("netbsd", "Netbsd", "NetBSD"),
    ("sunos", "Sunos", "Solaris, illumos"),
    ("aix", "Aix", "AIX"),
];

/// Domain and name of a question, and for each of [`SYSTEMS`] whether it answers.
type Questions = BTreeMap<(String, String), Vec<bool>>;

pub(crate) fn run(arguments: &[String]) -> Result {
    let check = match arguments {
        [] => false,
        [word] if word == "--check" => true,
        [word, ..] => return Err(format!("unexpected argument {word:?}")),
    };
    let questions = questions()?;
    for (path, text) in [(SUPPORT, formatted(&support(&questions))?), (PLATFORMS, page(&questions))]
    {
        let path = sh::workspace().join(path);
        let current = std::fs::read_to_string(&path).is_ok_and(|found| found == text);
        if !current && check {
            let shown = path.display();
            return Err(format!("{shown} is not current: run `cargo xtask codegen`"));
        }
        if !current {
            sh::write(&path, text)?;
            println!("wrote {}", path.display());
        }
    }
    Ok(())
}

fn questions() -> Result<Questions> {
    let sys = sh::workspace().join(SYS);
    let pages: Vec<String> = SYSTEMS
        .iter()
        .map(|(folder, ..)| sh::read(&sys.join(folder).join("mod.rs")))
        .collect::<Result<_>>()?;
    let public = public_functions()?;
    let mut questions = Questions::new();
    for (module, text) in sources(&sys.join("unsupported"))? {
        for (function, question) in refusals(&text) {
            if !public.contains(&format!("fn {question}(")) {
                // A step on the way to an answer, not a question of its own.
                continue;
            }
            let row = pages.iter().map(|page| !is_refused(page, &module, &function));
            let row: Vec<bool> = row.collect();
            let known = questions.entry((module.clone(), question)).or_insert(row.clone());
            for (known, new) in known.iter_mut().zip(row) {
                *known &= new;
            }
        }
    }
    Ok(questions)
}

/// The modules of a folder, with their text.
fn sources(folder: &Path) -> Result<Vec<(String, String)>> {
    let entries = std::fs::read_dir(folder).map_err(|error| error.to_string())?;
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let named = paths.iter().filter_map(|path| Some((path.file_stem()?.to_str()?, path)));
    named.map(|(name, path)| Ok((name.to_owned(), sh::read(path)?))).collect()
}

/// The text of the library without its back-ends, to look up which functions are public.
fn public_functions() -> Result<String> {
    let mut text = String::new();
    for path in sh::files()? {
        if path.starts_with("crates/psight/src") && !path.starts_with(SYS) {
            let source = sh::read(&sh::workspace().join(path))?;
            let public = source.lines().filter(|line| line.trim_start().starts_with("pub fn "));
            // `pub fn name<T>(…)` is looked up like `pub fn name(…)`.
            text.extend(public.map(|line| line.replacen('<', "(", 1) + "\n"));
        }
    }
    Ok(text)
}

/// The functions of a module of `unsupported`, each with the question in whose name it refuses.
fn refusals(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut function = None;
    for line in text.lines().map(str::trim_start) {
        if let Some(rest) = line.strip_prefix("pub(crate) fn ") {
            function = rest.split(['(', '<']).next().map(str::to_owned);
        }
        let question = ["unsupported(", "refuse("]
            .iter()
            .filter_map(|call| line.split_once(call))
            .find_map(|(_, rest)| rest.split_once('"')?.1.split_once('"'));
        if let (Some((question, _)), Some(function)) = (question, &function) {
            found.push((function.clone(), question.to_owned()));
        }
    }
    found
}

/// Whether a system's contents page takes `function` of `module`, or all of `module`, from `unsupported`.
fn is_refused(page: &str, module: &str, function: &str) -> bool {
    let flat: String = page.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    flat.split("unsupported::").skip(1).any(|rest| {
        let taken = rest.split_once(';').map_or(rest, |(taken, _)| taken);
        match taken.trim().strip_prefix(module).and_then(|rest| rest.strip_prefix("::")) {
            // `unsupported::sensors::fans` or `unsupported::sensors::{fans, battery}`
            Some(functions) => words(functions).any(|word| word == function || word == "*"),
            // `unsupported::{cpu, disk}`
            None => words(taken).any(|word| word == module) && !taken.contains("::"),
        }
    })
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '*').filter(|w| !w.is_empty())
}

fn support(questions: &Questions) -> String {
    let mut text = String::from(
        "//! Which system answers which question. Written by `cargo xtask codegen`: do not edit.\n\
        //!\n\
        //! What is listed as answered may still be `None` or refused on a machine that lacks the thing.\n\n\
        use crate::Os;\n\n\
        /// A question that a machine or a process can be asked.\n\
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]\n\
        #[non_exhaustive]\n\
        pub struct Question {\n\
        /// The part of psight that answers, as in `\"memory\"`.\n\
        pub domain: &'static str,\n\
        /// The name of the function, as in `\"swap_memory\"`.\n\
        pub name: &'static str,\n\
        /// The systems that answer.\n\
        pub on: &'static [Os],\n\
        }\n\n\
        /// Every question, by domain and name.\n\
        pub const QUESTIONS: &[Question] = &[\n",
    );
    for ((domain, name), row) in questions {
        let systems = SYSTEMS.iter().zip(row).filter(|(_, answers)| **answers);
        let systems: Vec<_> = systems.map(|((_, os, _), _)| format!("Os::{os}")).collect();
        text += &format!("question({domain:?}, {name:?}, &[{}]),\n", systems.join(", "));
    }
    text + "];\n\n\
        const fn question(domain: &'static str, name: &'static str, on: &'static [Os]) -> Question {\n\
        Question { domain, name, on }\n}\n"
}

fn page(questions: &Questions) -> String {
    let mut text = String::from(
        "<!-- Written by `cargo xtask codegen`: do not edit. -->\n\
        # Which system answers which question\n\n\
        psight compiles on eight systems. ✔ is a question that the system's back-end answers; the others give an error of\n\
        kind `Unsupported`. The same table is in Rust: `psight::support::QUESTIONS`.\n\n",
    );
    let names: Vec<_> = SYSTEMS.iter().map(|(_, _, name)| *name).collect();
    text += &format!("| part | question | {} |\n", names.join(" | "));
    text += &format!("|---|---|{}\n", ":-:|".repeat(SYSTEMS.len()));
    for ((domain, name), row) in questions {
        let marks: Vec<_> = row.iter().map(|answers| if *answers { "✔" } else { "" }).collect();
        text += &format!("| {domain} | `{name}` | {} |\n", marks.join(" | "));
    }
    text
}

fn formatted(source: &str) -> Result<String> {
    let mut rustfmt = Command::new("rustfmt");
    rustfmt.current_dir(sh::workspace()).args(["--edition", "2024"]);
    rustfmt.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = rustfmt.spawn().map_err(|error| format!("rustfmt: {error}"))?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(source.as_bytes()).map_err(|error| format!("rustfmt: {error}"))?;
    }
    let output = child.wait_with_output().map_err(|error| format!("rustfmt: {error}"))?;
    if !output.status.success() {
        return Err("rustfmt does not understand the generated source".to_owned());
    }
    String::from_utf8(output.stdout).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "//! A system.\npub(crate) use super::unsupported::{\n    cpu, disk,\n};\n\
        pub(crate) mod memory;\npub(crate) mod sensors {\n    \
        pub(crate) use super::super::unsupported::sensors::fans;\n    \
        pub(crate) use super::super::bsd::sensors::temperatures;\n}\n";

    #[test]
    fn a_contents_page_says_what_is_refused() {
        assert!(is_refused(PAGE, "cpu", "cpu_times"));
        assert!(!is_refused(PAGE, "memory", "swap_memory"));
        assert!(is_refused(PAGE, "sensors", "fans"));
        assert!(!is_refused(PAGE, "sensors", "temperatures"));
    }

    #[test]
    fn the_questions_are_read_from_the_refusals() {
        let text = "pub(crate) fn io(_host: &Host) -> Result<()> {\n    Err(Error::unsupported(\"io_counters\"))\n}\n\
            impl Raw {\n    pub(crate) fn name(&self) -> Result<OsString> {\n        self.refuse(\"name\")\n    }\n}\n";
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(refusals(text), [pair("io", "io_counters"), pair("name", "name")]);
    }

    #[test]
    fn linux_answers_and_the_table_says_so() {
        let questions = questions().unwrap();
        let row = questions.get(&("memory".to_owned(), "swap_memory".to_owned())).unwrap();
        assert!(row.first().unwrap(), "Linux answers for its swap space");
        assert!(support(&questions).contains("question(\"memory\", \"swap_memory\", &[Os::Linux"));
    }
}
