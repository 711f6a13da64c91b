//! `psight doctor`: what this user may not see here, why, and how to see it.

use std::process::ExitCode;

use clap::Args;
use psight::doctor::{Finding, Refusal};
use psight::record::{ToValue as _, Value};

use super::{Context, Failure};
use crate::applet::Applet;
use crate::bpf;
use crate::line::{Line, Paint};
use crate::output::{Format, object};
use crate::table::{Column, Table};
use crate::terminal::Terminal;

/// The columns before the text.
const GUTTER: usize = 14;

/// Arguments of `psight doctor`.
#[derive(Debug, Default, Args)]
#[command(after_help = "Exits with 1 where a process does not tell something.")]
pub(crate) struct Arguments {}

impl Applet for Arguments {
    const NAME: &'static str = "doctor";
    const ABOUT: &'static str = "What this user may not see here, why, and how to see it";

    fn run(self, context: &mut Context) -> Result<(), Failure> {
        run(context)
    }
}

fn run(context: &mut Context) -> Result<(), Failure> {
    let findings = context.host.findings()?;
    let refusals = context.skipped.known("processes", context.host.refusals());
    let refusals = refusals.unwrap_or_default();
    if refusals.iter().any(|refusal| refusal.denied > 0) {
        context.verdict = ExitCode::FAILURE;
    }
    let bpf = bpf::trial(&context.host);
    match context.output.format {
        Format::Csv => Err(Failure::Usage("doctor is no list: use --json".to_owned())),
        Format::Json | Format::Ndjson => {
            let bpf = match &bpf {
                Some(Ok(())) => object([("usable", Value::Bool(true)), ("refusal", Value::Null)]),
                Some(Err(why)) => {
                    object([("usable", Value::Bool(false)), ("refusal", Value::Text(why.into()))])
                }
                None => Value::Null,
            };
            let document = object([
                ("findings", findings.to_value()),
                ("refusals", refusals.to_value()),
                ("bpf", bpf),
            ]);
            Ok(context.output.document(&document)?)
        }
        Format::Table => {
            let terminal = context.output.terminal;
            let mut lines = told(&findings, &terminal);
            lines.extend(bpf.iter().flat_map(|bpf| quicker(bpf, &terminal)));
            lines.extend(counted(&refusals, &terminal));
            lines.extend(unexplained(&findings, &refusals, &terminal));
            Ok(context.output.lines(lines)?)
        }
    }
}

/// Each finding with its reason and its remedy; what is refused first.
fn told(findings: &[Finding], terminal: &Terminal) -> Vec<Line> {
    let mut lines = Vec::new();
    let (refused, other): (Vec<_>, Vec<_>) = findings.iter().partition(|finding| finding.refused);
    for (head, findings) in [("Refused to this user", refused), ("Good to know", other)] {
        if findings.is_empty() {
            continue;
        }
        lines.push(Line::new().with(Paint::Strong, head));
        for finding in findings {
            let sentences = [
                (Paint::Plain, "", Some(finding.what.as_str())),
                (Paint::Faint, "because ", Some(&finding.why)),
                (Paint::Accent, "to change it: ", finding.how.as_deref()),
            ];
            lines.extend(paragraph(&finding.topic, &sentences, terminal));
        }
        lines.push(Line::new());
    }
    if lines.is_empty() {
        let all = "Nothing that matters here is refused, and nothing is missing.";
        lines.extend([Line::new().with(Paint::Good, all), Line::new()]);
    }
    lines
}

/// Whether tables can be read through BPF, and how to ask for it.
fn quicker(bpf: &Result<(), String>, terminal: &Terminal) -> Vec<Line> {
    let (what, why, how) = match bpf {
        Ok(()) => (
            "tables of processes and the owners of sockets can be read through it",
            None,
            Some("--bpf, or PSIGHT_BPF=1 in the environment"),
        ),
        Err(why) => ("/proc is read, also where --bpf asks for it", Some(why.as_str()), None),
    };
    let sentences = [
        (Paint::Plain, "", Some(what)),
        (Paint::Faint, "because ", why),
        (Paint::Accent, "to ask for it: ", how),
    ];
    let mut lines = vec![Line::new().with(Paint::Strong, "Quicker through BPF")];
    lines.extend(paragraph("bpf", &sentences, terminal));
    lines.push(Line::new());
    lines
}

/// What is said of a topic, whose name stands beside the first line; sentences that are not known are left out.
fn paragraph(
    topic: &str,
    sentences: &[(Paint, &str, Option<&str>)],
    terminal: &Terminal,
) -> Vec<Line> {
    let (mut lines, mut name) = (Vec::new(), topic);
    for (paint, before, text) in sentences {
        let Some(text) = text else { continue };
        for part in wrapped(&format!("{before}{text}"), terminal.width) {
            let mut line = Line::new().with(Paint::Strong, name);
            line.pad(GUTTER);
            lines.push(line.with(*paint, part));
            name = "";
        }
    }
    lines
}

/// The text in lines that fit beside the gutter; whole where nothing limits them.
fn wrapped(text: &str, width: Option<usize>) -> Vec<String> {
    let room = width.map_or(usize::MAX, |width| width.saturating_sub(GUTTER).max(20));
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= room => {
                line.push(' ');
                line.push_str(word);
            }
            // What follows is set in a little.
            Some(_) => lines.push(format!("  {word}")),
            None => lines.push(word.to_owned()),
        }
    }
    lines
}

/// How many processes answered.
fn counted(refusals: &[Refusal], terminal: &Terminal) -> Vec<Line> {
    let mut table = Table::new(vec![
        Column::left("Asked of all processes").at_least(GUTTER),
        Column::right("KNOWN"),
        Column::right("REFUSED"),
    ])
    .with_gap(2);
    for refusal in refusals {
        let known = refusal.asked.saturating_sub(refusal.denied).to_string();
        let paint = if refusal.denied > 0 { Paint::Warning } else { Paint::Plain };
        let name = match refusal.question.as_str() {
            "socket_owners" => "owners of sockets",
            question => question,
        };
        table.row(vec![
            Line::new().with(Paint::Plain, name),
            Line::new().with(Paint::Plain, known),
            Line::new().with(paint, refusal.denied.to_string()),
        ]);
    }
    table.lines(terminal.width, terminal.cut_mark())
}

/// A word about those that refuse although nothing above says why: the kernel lets nobody look into a process that may do
/// more.
fn unexplained(findings: &[Finding], refusals: &[Refusal], terminal: &Terminal) -> Vec<Line> {
    let explained = findings.iter().any(|finding| finding.why.contains("CAP_SYS_PTRACE"));
    if explained || refusals.iter().all(|refusal| refusal.denied == 0) {
        return Vec::new();
    }
    let text = "What is refused all the same belongs to processes that may do more than this one, or to another \
                user namespace.";
    let lines = wrapped(text, terminal.width.map(|width| width + GUTTER));
    let line = |text: String| Line::new().with(Paint::Plain, text.trim_start());
    std::iter::once(Line::new()).chain(lines.into_iter().map(line)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_broken_between_words() {
        assert_eq!(wrapped("one two", None), ["one two"]);
        let lines = wrapped("this is a sentence that takes more than one line", Some(40));
        assert_eq!(lines, ["this is a sentence that", "  takes more than one line"]);
    }
}
