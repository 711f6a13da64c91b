//! The few steps that every decoder of text takes.

/// The decimal number that makes up all of `bytes`, leading blanks and trailing blanks apart.
pub fn u64(bytes: &[u8]) -> Option<u64> {
    let digits = bytes.trim_ascii();
    if digits.is_empty() {
        return None;
    }
    // 19 digits always fit.
    if digits.len() <= 19 {
        let mut sum = 0u64;
        for byte in digits {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                return None;
            }
            sum = sum.wrapping_mul(10).wrapping_add(u64::from(digit));
        }
        return Some(sum);
    }
    digits.iter().try_fold(0u64, |sum, byte| {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit <= 9)?;
        sum.checked_mul(10)?.checked_add(u64::from(digit))
    })
}

/// Like [`u64()`], for what must fit 32 bits.
pub fn u32(bytes: &[u8]) -> Option<u32> {
    u64(bytes)?.try_into().ok()
}

/// Like [`u64()`], with an optional sign.
pub fn i64(bytes: &[u8]) -> Option<i64> {
    let bytes = bytes.trim_ascii();
    match bytes.strip_prefix(b"-") {
        Some(digits) => 0i64.checked_sub_unsigned(u64(digits)?),
        None => u64(bytes.strip_prefix(b"+").unwrap_or(bytes))?.try_into().ok(),
    }
}

/// Like [`i64()`], for what must fit 32 bits.
pub fn i32(bytes: &[u8]) -> Option<i32> {
    i64(bytes)?.try_into().ok()
}

/// The decimal number with an optional fraction that makes up all of `bytes`, and is neither negative nor infinite.
pub fn decimal(bytes: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(bytes.trim_ascii()).ok()?;
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if plain { text.parse().ok().filter(|number: &f64| number.is_finite()) } else { None }
}

/// The hexadecimal number that makes up all of `bytes`, without a prefix.
pub fn hex(bytes: &[u8]) -> Option<u64> {
    let digits = bytes.trim_ascii();
    if digits.is_empty() || digits.len() > 16 {
        return None;
    }
    digits.iter().try_fold(0u64, |sum, byte| {
        let digit = char::from(*byte).to_digit(16)?;
        Some(sum << 4 | u64::from(digit))
    })
}

/// The octal number that makes up all of `bytes`.
pub fn octal(bytes: &[u8]) -> Option<u64> {
    let digits = bytes.trim_ascii();
    if digits.is_empty() || digits.len() > 21 {
        return None;
    }
    digits.iter().try_fold(0u64, |sum, byte| {
        let digit = char::from(*byte).to_digit(8)?;
        Some(sum << 3 | u64::from(digit))
    })
}

/// Whether a table has no line but that of its heads, whose first word is `head`, or not even that.
pub fn is_bare(table: &[u8], head: &[u8]) -> bool {
    let mut lines = lines(table);
    let first = lines.next();
    first.is_none_or(|line| words(line).next() == Some(head)) && lines.next().is_none()
}

/// The lines of a file, without their ends; a last line without an end counts.
pub fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        loop {
            let end = position(rest, b'\n').unwrap_or(rest.len());
            let (line, behind) = rest.split_at_checked(end)?;
            rest = behind.get(1..).unwrap_or_default();
            if !line.is_empty() {
                return Some(line);
            }
            if rest.is_empty() {
                return None;
            }
        }
    })
}

/// Where `byte` stands first.
///
/// Eight bytes are looked at in one step: files such as `smaps` are megabytes of short lines, and finding their ends is
/// most of the work.
pub fn position(bytes: &[u8], byte: u8) -> Option<usize> {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    let wanted = ONES * u64::from(byte);
    let (chunks, rest) = bytes.as_chunks::<8>();
    for (index, chunk) in chunks.iter().enumerate() {
        // A byte of it is 0 where the chunk has the one that is wanted, and only the lowest such bit is exact.
        let other = u64::from_le_bytes(*chunk) ^ wanted;
        let found = other.wrapping_sub(ONES) & !other & (ONES << 7);
        if found != 0 {
            return Some(index * 8 + found.trailing_zeros() as usize / 8);
        }
    }
    let at = rest.iter().position(|other| *other == byte)?;
    Some(bytes.len() - rest.len() + at)
}

/// The words of a line, between runs of blanks and tabs.
pub fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(is_blank).filter(|word| !word.is_empty())
}

/// The first word of a line, and what stands behind it.
pub fn word(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let line = after_blanks(line);
    let end = line.iter().position(is_blank).unwrap_or(line.len());
    line.split_at_checked(end).filter(|(word, _)| !word.is_empty())
}

/// The words of a line as [`u64()`] has them, in one pass over it: lines of counters are most of what there is to read.
pub fn numbers(line: &[u8]) -> impl Iterator<Item = Option<u64>> {
    let mut rest = line;
    std::iter::from_fn(move || {
        let word = after_blanks(rest);
        let (mut sum, mut behind) = (0u64, word);
        while let [byte, next @ ..] = behind
            && byte.is_ascii_digit()
        {
            sum = sum.wrapping_mul(10).wrapping_add(u64::from(byte - b'0'));
            behind = next;
        }
        // 19 digits always fit.
        if matches!(word.len() - behind.len(), 1..=19) && behind.first().is_none_or(is_blank) {
            rest = behind;
            return Some(Some(sum));
        }
        let (word, behind) = self::word(word)?;
        rest = behind;
        Some(u64(word))
    })
}

fn is_blank(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

fn after_blanks(mut line: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', behind @ ..] = line {
        line = behind;
    }
    line
}

/// `b"MemTotal:  42 kB"` → `(b"MemTotal", b"42 kB")`: key and value around the first colon, blanks trimmed.
pub fn pair(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = position(line, b':')?;
    let (key, value) = line.split_at_checked(colon)?;
    Some((key.trim_ascii(), value.get(1..)?.trim_ascii()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_whole_or_nothing() {
        assert_eq!(u64(b" 42\n"), Some(42));
        assert_eq!(u64(b"18446744073709551615"), Some(u64::MAX));
        assert_eq!(u64(b"18446744073709551616"), None);
        assert_eq!(u64(b"9999999999999999999"), Some(9_999_999_999_999_999_999));
        assert_eq!(u64(b"00000000000000000000000000042"), Some(42));
        assert_eq!((u64(b"12/4"), u64(b"12:4"), u64(b"-1")), (None, None, None));
        assert_eq!(u64(b"4 2"), None);
        assert_eq!(u64(b""), None);
        assert_eq!(i64(b"-9223372036854775808"), Some(i64::MIN));
        assert_eq!(i64(b"--1"), None);
        assert_eq!(i32(b"2147483648"), None);
        assert_eq!(hex(b"ffffffffffffffff"), Some(u64::MAX));
        assert_eq!(hex(b"0x1"), None);
        assert_eq!(octal(b"0100002"), Some(0o100_002));
        assert_eq!(decimal(b" 2599.998\n"), Some(2599.998));
        assert_eq!(
            (decimal(b"-1.5"), decimal(b"inf"), decimal(b"1e3"), decimal(b"")),
            (None, None, None, None)
        );
    }

    #[test]
    fn a_byte_is_found_wherever_it_stands() {
        for length in 0..40 {
            for at in 0..length {
                // Bytes that differ in one bit, and bytes with the highest bit, are the ones to get wrong.
                for fill in [b'\n' + 1, b'\n' - 1, b'\n' | 0x80, 0, 0xff] {
                    let mut bytes = vec![fill; length];
                    assert_eq!(position(&bytes, b'\n'), None);
                    bytes[at] = b'\n';
                    assert_eq!(position(&bytes, b'\n'), Some(at), "{at} of {length}");
                    bytes[length - 1] = b'\n';
                    assert_eq!(position(&bytes, b'\n'), Some(at), "{at} of {length}");
                }
            }
        }
    }

    #[test]
    fn empty_lines_are_none_and_a_last_line_needs_no_end() {
        let all = |bytes| lines(bytes).collect::<Vec<&[u8]>>();
        assert_eq!(all(b"\n\na\n\nbc\n\n"), [&b"a"[..], b"bc"]);
        assert_eq!(all(b"a\nb"), [&b"a"[..], b"b"]);
        assert!(all(b"").is_empty());
        assert!(all(b"\n").is_empty());
    }

    #[test]
    fn numbers_are_the_words_one_by_one() {
        let lines = [
            &b"  1 22\t333  "[..],
            b"",
            b" \t ",
            b"18446744073709551615 18446744073709551616 0000000000000000000000000042",
            b"1 x 2x 3\r",
            b"-1 +1 12/4 7",
            b"9999999999999999999 \xff\xfe 5",
        ];
        for line in lines {
            let words: Vec<_> = words(line).map(u64).collect();
            assert_eq!(numbers(line).collect::<Vec<_>>(), words, "{}", line.escape_ascii());
        }
        assert_eq!(numbers(b" 1 -2 3").collect::<Vec<_>>(), [Some(1), None, Some(3)]);
    }

    #[test]
    fn a_word_comes_with_what_stands_behind_it() {
        assert_eq!(word(b"  ab\t c "), Some((&b"ab"[..], &b"\t c "[..])));
        assert_eq!(word(b"ab"), Some((&b"ab"[..], &b""[..])));
        assert_eq!((word(b" "), word(b"")), (None, None));
    }

    #[test]
    fn a_pair_needs_no_blank_after_its_colon() {
        assert_eq!(
            pair(b"ShadowCallStack:10373888 kB"),
            Some((&b"ShadowCallStack"[..], &b"10373888 kB"[..]))
        );
        assert_eq!(pair(b"physical id\t: 0"), Some((&b"physical id"[..], &b"0"[..])));
        assert_eq!(pair(b"no colon"), None);
    }
}
