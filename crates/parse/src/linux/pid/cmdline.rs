//! `/proc/<pid>/cmdline`: the words that the program was started with, or what it wrote over them.

/// Decodes the file into words.
///
/// Each word ends with a NUL. A process that writes another title over its words often leaves no NUL at the end, or one
/// after all of it: then blanks separate, as psutil has it (psutil#1179). One word with a blank in it cannot be told
/// from a title, and is split too.
pub fn cmdline(bytes: &[u8]) -> Vec<&[u8]> {
    words(bytes).collect()
}

/// The same word by word, without a list.
pub fn words(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let (text, separator) = match bytes.strip_suffix(b"\0") {
        Some(words) if words.contains(&0) => (words, 0),
        Some(title) => (title, b' '),
        None => (bytes.strip_suffix(b" ").unwrap_or(bytes), b' '),
    };
    // An empty file has no word, an empty text has one that is empty.
    let words = (!bytes.is_empty()).then(|| text.split(move |byte| *byte == separator));
    words.into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t05_words_end_with_nul_and_empty_ones_count() {
        assert_eq!(cmdline(b"foo\0bar\0"), [&b"foo"[..], b"bar"]);
        assert_eq!(cmdline(b"foo\0bar\0\0"), [&b"foo"[..], b"bar", b""]);
        assert_eq!(cmdline(b"sh\0-c\0\0a b\0"), [&b"sh"[..], b"-c", b"", b"a b"]);
        assert_eq!(cmdline(b"\0"), [&b""[..]]);
        assert!(cmdline(b"").is_empty());
    }

    #[test]
    fn t05_a_title_is_split_at_blanks() {
        assert_eq!(cmdline(b"nginx: worker process"), [&b"nginx:"[..], b"worker", b"process"]);
        assert_eq!(cmdline(b"foo bar  "), [&b"foo"[..], b"bar", b""]);
        assert_eq!(cmdline(b"foo bar\0"), [&b"foo"[..], b"bar"]);
    }

    #[test]
    fn t03_bytes_that_are_not_text_are_kept() {
        assert_eq!(cmdline(b"\xff\xfe\0\x80\0"), [&b"\xff\xfe"[..], b"\x80"]);
    }
}
