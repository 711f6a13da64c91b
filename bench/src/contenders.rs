//! Those that are measured in this program: psight, two other crates, and the floor.

mod floor;
mod others;
mod ours;

use crate::Outcome;

/// Asks once, and returns how many answers there were.
pub(crate) type Question = Box<dyn FnMut() -> Outcome<usize>>;

/// How the contender `who` asks what the case is about. `subject` is the process with what there is a lot of.
pub(crate) fn question(who: &str, case: &str, subject: u32) -> Outcome<Question> {
    let found = match who {
        "psight" => ours::question(case, subject)?,
        "psight, BPF" => ours::by_bpf(case, subject)?,
        "psight, kept open" => ours::kept(case)?,
        "psight, memory_info" => ours::as_python(case)?,
        "300 processes" | "3000 processes" | "30000 processes" => ours::folder(who)?,
        "floor of 300 processes" | "floor of 3000 processes" | "floor of 30000 processes" => {
            floor::folder(who)?
        }
        "floor" => floor::question(case, subject)?,
        "floor, kept open" => floor::kept(case)?,
        "sysinfo" => others::sysinfo(case)?,
        "procfs" => others::procfs(case, subject),
        _ => None,
    };
    found.ok_or_else(|| format!("{who} has no answer to {case}").into())
}
