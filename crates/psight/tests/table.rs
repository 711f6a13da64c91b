//! The table of all processes: fake machines, and this one against psutil.

mod common;

use common::{eventually, psutil};
use psight::Host;
use psight::table::Columns;

#[test]
fn all_pids_are_those_of_psutil() {
    eventually(|| {
        let ours: Vec<_> = Host::local()
            .processes(Columns::PID)
            .unwrap()
            .iter()
            .map(|row| row.pid.as_u32())
            .collect();
        let Some(theirs) = psutil("print(json.dumps(psutil.pids()))") else { return Ok(()) };
        let mut theirs: Vec<u32> = serde_json::from_value(theirs).unwrap();
        // Python itself.
        theirs.retain(|pid| ours.contains(pid));
        let gone: Vec<_> = ours.iter().filter(|pid| !theirs.contains(pid)).collect();
        if gone.is_empty() { Ok(()) } else { Err(format!("{gone:?}")) }
    });
}
