//! What network interfaces carry in a second.

use std::time::Duration;

use super::NetIo;
use crate::record::Record;

/// What a network interface carries in a second, as an average between two readings.
#[derive(Debug, Clone, Copy, PartialEq, Record)]
#[non_exhaustive]
pub struct NetRates {
    /// Bytes sent in a second.
    #[field(unit = bytes)]
    pub bytes_sent_per_sec: f64,
    /// Bytes received in a second.
    #[field(unit = bytes)]
    pub bytes_recv_per_sec: f64,
    /// Packets sent in a second.
    #[field(unit = count)]
    pub packets_sent_per_sec: f64,
    /// Packets received in a second.
    #[field(unit = count)]
    pub packets_recv_per_sec: f64,
}

impl NetIo {
    /// What was carried in a second between `before` and this reading, which lie `span` apart; `None` where no time
    /// passed. A counter that went backwards counts as one that stood still, as in [`since`](Self::since).
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use psight::Host;
    /// let before = Host::local().net_io_counters()?;
    /// // … a second later …
    /// let now = Host::local().net_io_counters()?;
    /// for (name, io) in &now {
    ///     let before = before.get(name).unwrap_or(io);
    ///     if let Some(rates) = io.rates_since(before, Duration::from_secs(1)) {
    ///         println!("{}: {} B/s", name.display(), rates.bytes_recv_per_sec);
    ///     }
    /// }
    /// # Ok::<(), psight::Error>(())
    /// ```
    pub fn rates_since(&self, before: &Self, span: Duration) -> Option<NetRates> {
        let seconds = span.as_secs_f64();
        if seconds == 0.0 {
            return None;
        }
        let grown = self.since(before);
        let rate = |count: u64| count as f64 / seconds;
        Some(NetRates {
            bytes_sent_per_sec: rate(grown.bytes_sent),
            bytes_recv_per_sec: rate(grown.bytes_recv),
            packets_sent_per_sec: rate(grown.packets_sent),
            packets_recv_per_sec: rate(grown.packets_recv),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_what_was_added_by_the_time_it_took() {
        let before = NetIo { bytes_sent: 1000, packets_sent: 9, ..NetIo::default() };
        let now = NetIo { bytes_sent: 4000, packets_sent: 4, bytes_recv: 5, ..NetIo::default() };
        let rates = now.rates_since(&before, Duration::from_millis(2500)).unwrap();
        assert_eq!((rates.bytes_sent_per_sec, rates.bytes_recv_per_sec), (1200.0, 2.0));
        assert_eq!(rates.packets_sent_per_sec, 0.0, "it started again meanwhile");
        assert_eq!(now.rates_since(&before, Duration::ZERO), None, "no time, no rate");
    }
}
