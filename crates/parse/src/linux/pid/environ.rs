//! `/proc/<pid>/environ`: the environment that the program was started with, or what it wrote over it.

use crate::text;

/// Decodes the file into names and values, in its order.
///
/// Items without `=`, or with nothing before it, are skipped. An empty item ends the list, for what follows is what a
/// process left of its former words; so does an item that no NUL ends.
pub fn environ(mut bytes: &[u8]) -> Vec<(&[u8], &[u8])> {
    let mut items = Vec::new();
    while let Some(end) = text::position(bytes, 0) {
        let Some((item, rest)) = bytes.split_at_checked(end) else { break };
        if item.is_empty() {
            break;
        }
        if let Some((name, value)) = assignment(item) {
            items.push((name, value));
        }
        bytes = rest.get(1..).unwrap_or_default();
    }
    items
}

fn assignment(item: &[u8]) -> Option<(&[u8], &[u8])> {
    let equals = item.iter().position(|byte| *byte == b'=').filter(|at| *at > 0)?;
    Some((item.get(..equals)?, item.get(equals + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_items_are_skipped_and_an_empty_one_ends_the_list() {
        assert_eq!(
            environ(b"a=1\0b\0=x\0c=\0d=e=f\0\0g=7\0"),
            [(&b"a"[..], &b"1"[..]), (b"c", b""), (b"d", b"e=f")]
        );
        assert_eq!(environ(b"a=1\0b=2"), [(&b"a"[..], &b"1"[..])]);
        assert!(environ(b"").is_empty());
        assert!(environ(b"a=1").is_empty());
    }

    #[test]
    fn t03_bytes_that_are_not_text_are_kept() {
        assert_eq!(environ(b"\xff=\xfe\0"), [(&b"\xff"[..], &b"\xfe"[..])]);
    }
}
