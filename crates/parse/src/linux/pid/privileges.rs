//! What `/proc/<pid>/status` says of a process's rights.

use crate::text;

/// The rights; each is absent on some kernel.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Privileges {
    /// The effective capabilities, bit `n` for the capability with the number `n`.
    pub cap_eff: Option<u64>,
    /// How system calls are filtered: 0 not, 1 nearly all are forbidden, 2 by a program. Since 3.8.
    pub seccomp: Option<u64>,
}

/// Decodes the lines that there are; one that is garbled is as good as missing.
pub fn privileges(bytes: &[u8]) -> Privileges {
    let value = |key: &[u8]| {
        let line = text::lines(bytes).find_map(|line| line.strip_prefix(key))?;
        Some(line.trim_ascii())
    };
    Privileges {
        cap_eff: value(b"CapEff:").and_then(text::hex),
        seccomp: value(b"Seccomp:").and_then(text::u64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_are_found_by_their_names() {
        let text = b"CapPrm:\t0000000000000001\nCapEff:\t000001ffffffffff\nSeccomp:\t2\nSeccomp_filters:\t1\n";
        let expected = Privileges { cap_eff: Some(0x1ff_ffff_ffff), seccomp: Some(2) };
        assert_eq!(privileges(text), expected);
        assert_eq!(privileges(b"CapEff:\tx\n"), Privileges::default());
    }
}
