//! What the machine did at the last samples.

use std::collections::VecDeque;

use crate::top::sample::Machine;

/// As many samples as the widest terminal shows.
const KEPT: usize = 512;

/// What a history is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Series {
    /// How busy the processors were, in percent.
    Cpu,
    /// How full memory was, in percent.
    Memory,
    /// Bytes per second from and to disks.
    Disk,
    /// Bytes per second from and to the network.
    Network,
}

/// What the machine did at the last samples, the newest last. What was not known is `None`.
#[derive(Debug, Clone, Default)]
pub(crate) struct History {
    cpu: VecDeque<Option<f64>>,
    memory: VecDeque<Option<f64>>,
    disk: VecDeque<Option<f64>>,
    network: VecDeque<Option<f64>>,
}

impl History {
    /// Adds what the machine does now.
    pub(crate) fn add(&mut self, machine: &Machine) {
        // Before there was something to compare with there is no history of anything.
        if machine.busy.is_none() && self.cpu.is_empty() {
            return;
        }
        add(&mut self.cpu, machine.busy);
        add(&mut self.memory, machine.memory.as_ref().map(|memory| memory.percent));
        add(&mut self.disk, machine.disk.map(|rates| rates.total()));
        add(&mut self.network, machine.network.map(|rates| rates.total()));
    }

    /// The last `count` values, the newest last.
    pub(crate) fn last(&self, series: Series, count: usize) -> impl Iterator<Item = Option<f64>> {
        let values = match series {
            Series::Cpu => &self.cpu,
            Series::Memory => &self.memory,
            Series::Disk => &self.disk,
            Series::Network => &self.network,
        };
        values.iter().copied().skip(values.len().saturating_sub(count))
    }
}

fn add(values: &mut VecDeque<Option<f64>>, value: Option<f64>) {
    if values.len() == KEPT {
        values.pop_front();
    }
    values.push_back(value);
}
