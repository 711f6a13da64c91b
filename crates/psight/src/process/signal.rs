//! Signals: numbers with names.

use std::fmt;
use std::str::FromStr;

use crate::record::{Kind, ToValue, Value};
use crate::{Error, Result, sys};

/// A signal, as one is sent to a process and as one ends it.
///
/// The number of most signals differs between systems, and on Linux between processors; the names do not. Printed, it
/// is its name (`SIGTERM`, `SIGRTMIN+2`) or, where the number has none, the number. Parsed, it may be `TERM`, `sigterm`,
/// `15`, `RTMIN+2` or `SIGRTMAX-1`.
///
/// ```
/// use psight::process::Signal;
///
/// assert_eq!("term".parse::<Signal>()?, Signal::TERM);
/// assert_eq!(Signal::KILL.to_string(), "SIGKILL");
/// # Ok::<(), psight::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Signal(i32);

macro_rules! signals {
    ($($(#[$doc:meta])* $name:ident)*) => {
        impl Signal {
            $($(#[$doc])* pub const $name: Self = Self::known(stringify!($name));)*
        }
    };
}

signals! {
    /// The terminal hung up; daemons reread their settings.
    HUP
    /// Interrupted from the keyboard.
    INT
    /// Quit from the keyboard, with a core dump.
    QUIT
    /// An instruction that does not exist.
    ILL
    /// A breakpoint.
    TRAP
    /// The process gave itself up.
    ABRT
    /// Memory that cannot be reached.
    BUS
    /// Arithmetic that has no result.
    FPE
    /// Ends the process at once; it cannot be caught.
    KILL
    /// For the program's own use.
    USR1
    /// Memory that is not the process's.
    SEGV
    /// For the program's own use.
    USR2
    /// Nobody reads the pipe.
    PIPE
    /// A timer ran out.
    ALRM
    /// Asks the process to end.
    TERM
    /// A child ended or stopped.
    CHLD
    /// Goes on after a stop.
    CONT
    /// Stops the process; it cannot be caught.
    STOP
    /// Stopped from the keyboard.
    TSTP
    /// A background process read from its terminal.
    TTIN
    /// A background process wrote to its terminal.
    TTOU
    /// Urgent data arrived.
    URG
    /// The limit of CPU time was reached.
    XCPU
    /// The limit of a file's size was reached.
    XFSZ
    /// A timer of CPU time ran out.
    VTALRM
    /// A timer of CPU time ran out, the kernel's included.
    PROF
    /// The terminal changed its size.
    WINCH
    /// A descriptor is ready.
    IO
    /// A system call that does not exist.
    SYS
}

impl Signal {
    /// The signal with this number. 0 is no signal: sending it only asks whether that would be allowed. Whether the
    /// number is a signal at all, the kernel says when it is sent.
    pub const fn new(number: i32) -> Self {
        Self(number)
    }

    /// The number on this system.
    pub const fn number(self) -> i32 {
        self.0
    }

    /// The name without `SIG`, as in `TERM`; `None` for real-time signals between the first and the last, and for what
    /// is no signal.
    pub fn name(self) -> Option<&'static str> {
        if let Some((first, last)) = sys::control::realtime_signals() {
            if self.0 == first {
                return Some("RTMIN");
            }
            if self.0 == last {
                return Some("RTMAX");
            }
        }
        sys::control::SIGNALS.iter().find(|(_, number)| *number == self.0).map(|(name, _)| *name)
    }

    /// Every signal of this system that has a name, by number; the real-time ones follow with their offsets.
    pub fn all() -> Vec<Self> {
        let mut all: Vec<Self> =
            sys::control::SIGNALS.iter().map(|(_, number)| Self(*number)).collect();
        if let Some((first, last)) = sys::control::realtime_signals() {
            all.extend((first..=last).map(Self));
        }
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The number of `name`, while compiling.
    const fn known(name: &str) -> Self {
        let mut table = sys::control::SIGNALS;
        while let [(candidate, number), rest @ ..] = table {
            if same(candidate.as_bytes(), name.as_bytes()) {
                return Self(*number);
            }
            table = rest;
        }
        Self(0)
    }

    fn named(name: &str) -> Option<Self> {
        let realtime = || {
            let (first, last) = sys::control::realtime_signals()?;
            let number = match name.strip_prefix("RTMIN") {
                Some("") => first,
                Some(offset) => first.checked_add(digits(offset.strip_prefix('+')?)?)?,
                None => match name.strip_prefix("RTMAX")? {
                    "" => last,
                    offset => last.checked_sub(digits(offset.strip_prefix('-')?)?)?,
                },
            };
            (first..=last).contains(&number).then_some(Self(number))
        };
        sys::control::SIGNALS
            .iter()
            .find(|(candidate, _)| *candidate == name)
            .map(|(_, number)| Self(*number))
            .or_else(realtime)
    }
}

/// A number without a sign.
fn digits(text: &str) -> Option<i32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

/// Whether two texts are the same, while compiling.
const fn same(mut one: &[u8], mut other: &[u8]) -> bool {
    loop {
        match (one, other) {
            ([], []) => return true,
            ([a, rest_of_one @ ..], [b, rest_of_other @ ..]) if *a == *b => {
                one = rest_of_one;
                other = rest_of_other;
            }
            _ => return false,
        }
    }
}

impl FromStr for Signal {
    type Err = Error;

    /// # Errors
    ///
    /// `InvalidInput` if this system has no such signal.
    fn from_str(text: &str) -> Result<Self> {
        let upper = text.trim().to_ascii_uppercase();
        let name = upper.strip_prefix("SIG").unwrap_or(&upper);
        let largest = Self::all().last().map_or(0, |signal| signal.0);
        Self::named(name)
            .or_else(|| digits(&upper).filter(|number| *number <= largest).map(Self))
            .ok_or_else(|| Error::invalid(format!("there is no signal {text:?}")))
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = self.name() {
            return write!(f, "SIG{name}");
        }
        match sys::control::realtime_signals() {
            // As the shells do it: counted from the nearer end.
            Some((first, last)) if (first..=last).contains(&self.0) => {
                let (above, below) = (self.0 - first, last - self.0);
                if above <= below {
                    write!(f, "SIGRTMIN+{above}")
                } else {
                    write!(f, "SIGRTMAX-{below}")
                }
            }
            _ => write!(f, "{}", self.0),
        }
    }
}

impl ToValue for Signal {
    const KIND: Kind = Kind::Text;

    fn to_value(&self) -> Value<'_> {
        Value::Text(self.to_string().into())
    }
}

crate::serialized!(Signal);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_constant_has_a_number() {
        for signal in [
            Signal::HUP,
            Signal::ILL,
            Signal::TRAP,
            Signal::BUS,
            Signal::USR1,
            Signal::CHLD,
            Signal::STOP,
            Signal::URG,
            Signal::WINCH,
            Signal::SYS,
        ] {
            assert_ne!(signal.number(), 0, "{signal}");
        }
        assert_eq!((Signal::TERM.number(), Signal::KILL.number()), (15, 9));
    }

    #[test]
    fn a_signal_is_named_with_or_without_sig_in_any_case_or_by_number() {
        for text in ["TERM", "SIGTERM", "term", "SigTerm", "15", " 15 "] {
            assert_eq!(text.parse::<Signal>().unwrap(), Signal::TERM, "{text}");
        }
        for text in ["", "SIG", "TERMS", "-1", "+15", "SIG15", "9999", "1.5", "RTMINX"] {
            let error = text.parse::<Signal>().unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::InvalidInput, "{text}");
        }
    }

    #[test]
    fn t82_real_time_signals_are_offsets_from_their_ends() {
        let Some((first, last)) = sys::control::realtime_signals() else { return };
        assert!(first > 31 && last > first);
        let parsed = |text: &str| text.parse::<Signal>().map(Signal::number).ok();
        assert_eq!(parsed("RTMIN"), Some(first));
        assert_eq!(parsed("SIGRTMIN+2"), Some(first + 2));
        assert_eq!(parsed("rtmax-1"), Some(last - 1));
        assert_eq!(parsed(&last.to_string()), Some(last));
        assert_eq!(parsed(&format!("RTMIN+{}", last - first)), Some(last));
        for beyond in [format!("RTMIN+{}", last - first + 1), "RTMAX+1".into(), "RTMIN-1".into()] {
            assert_eq!(parsed(&beyond), None, "{beyond}");
        }
        assert_eq!(Signal::new(first).to_string(), "SIGRTMIN");
        assert_eq!(Signal::new(first + 2).to_string(), "SIGRTMIN+2");
        assert_eq!(Signal::new(last - 1).to_string(), "SIGRTMAX-1");
        assert_eq!(Signal::new(last + 1).to_string(), (last + 1).to_string());
    }

    #[test]
    fn what_is_printed_is_understood() {
        let all = Signal::all();
        assert!(all.len() > 20);
        for signal in all {
            assert_eq!(signal.to_string().parse::<Signal>().unwrap(), signal);
        }
    }
}
