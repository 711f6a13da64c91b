//! `/sys/**/uevent`: what the kernel says to udev about a device, one `KEY=value` in a line.

use crate::text;

/// The keys with their values. A line without `=` is skipped.
pub fn uevent(bytes: &[u8]) -> Vec<(&[u8], &[u8])> {
    text::lines(bytes)
        .filter_map(|line| {
            let split = line.iter().position(|byte| *byte == b'=')?;
            let (key, value) = line.split_at_checked(split)?;
            Some((key, value.get(1..)?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_may_have_an_equals_sign() {
        let pairs = uevent(b"MAJOR=8\nDEVNAME=a=b\nnonsense\n");
        assert_eq!(pairs, [(&b"MAJOR"[..], &b"8"[..]), (b"DEVNAME", b"a=b")]);
    }
}
