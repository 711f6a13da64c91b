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
    /// What this is in a second, if it was carried during `span`: growth from [`since`](Self::since). `None` where no
    /// time passed.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use psight::Host;
    /// let before = Host::local().net_io_counters()?;
    /// // … a second later …
    /// let now = Host::local().net_io_counters()?;
    /// for (name, io) in &now {
    ///     let grown = before.get(name).map(|before| io.since(before));
    ///     if let Some(rates) = grown.and_then(|grown| grown.rates_over(Duration::from_secs(1))) {
    ///         println!("{}: {} B/s", name.display(), rates.bytes_recv_per_sec);
    ///     }
    /// }
    /// # Ok::<(), psight::Error>(())
    /// ```
    pub fn rates_over(&self, span: Duration) -> Option<NetRates> {
        let seconds = span.as_secs_f64();
        if seconds == 0.0 {
            return None;
        }
        let rate = |count: u64| count as f64 / seconds;
        Some(NetRates {
            bytes_sent_per_sec: rate(self.bytes_sent),
            bytes_recv_per_sec: rate(self.bytes_recv),
            packets_sent_per_sec: rate(self.packets_sent),
            packets_recv_per_sec: rate(self.packets_recv),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_what_was_carried_by_the_time_it_took() {
        let grown = NetIo { bytes_sent: 3000, bytes_recv: 5, ..NetIo::default() };
        let rates = grown.rates_over(Duration::from_millis(2500)).unwrap();
        assert_eq!((rates.bytes_sent_per_sec, rates.bytes_recv_per_sec), (1200.0, 2.0));
        assert_eq!(rates.packets_sent_per_sec, 0.0);
        assert_eq!(grown.rates_over(Duration::ZERO), None, "no time, no rate");
    }
}
