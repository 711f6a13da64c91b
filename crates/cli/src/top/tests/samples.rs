//! Samples: what they say, and what they cannot say yet.

use psight::Host;

use super::{machine, view};
use crate::top::sample::{Sample, Sampler};

/// What can be read of each row of a sample.
fn texts(sample: &Sample) -> Vec<String> {
    let row = |entry: &crate::top::sample::Entry| {
        let (user, command) = (sample.text(entry.user), sample.command(entry));
        format!("{} {:?} {user:?} {command:?}", entry.id.pid, entry.uid)
    };
    sample.entries.iter().map(row).collect()
}

#[test]
fn thrift_changes_nothing_that_is_seen() {
    for name in ["6.8-laptop", "6.18-vm", "2.6.24-server"] {
        let host = machine(name);
        let needs = view(&host).needs();
        let mut whole = Sampler::new(&host, needs, false).unwrap();
        let whole = whole.sample(&Sample::empty(), Sample::empty(), &[]).unwrap();
        let mut thrifty = Sampler::thrifty(&host, needs, false).unwrap();
        let mut before = Sample::empty();
        let mut spare = Sample::empty();
        for _ in 0..20 {
            let now = thrifty.sample(&before, spare, &[1]).unwrap();
            assert_eq!(texts(&now), texts(&whole), "{name}");
            spare = std::mem::replace(&mut before, now);
        }
    }
}

#[test]
fn t83_a_machine_that_was_seen_once_has_no_percentages_and_no_rates() {
    let host = Host::local();
    let needs = view(&machine("6.8-laptop")).needs();
    let mut sampler = Sampler::thrifty(&host, needs, false).unwrap();
    let first = sampler.sample(&Sample::empty(), Sample::empty(), &[]).unwrap();
    assert!(!first.entries.is_empty() && first.entries.iter().all(|entry| entry.cpu.is_none()));
    assert!(first.machine.busy.is_none() && first.machine.disk.is_none());
}
