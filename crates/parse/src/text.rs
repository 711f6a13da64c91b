//! The few steps that every decoder of text takes.

/// The decimal number that makes up all of `bytes`, leading blanks and trailing blanks apart.
pub fn u64(bytes: &[u8]) -> Option<u64> {
    let digits = bytes.trim_ascii();
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0u64, |sum, byte| {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit <= 9)?;
        sum.checked_mul(10)?.checked_add(u64::from(digit))
    })
}

/// Like [`u64`], for what must fit 32 bits.
pub fn u32(bytes: &[u8]) -> Option<u32> {
    u64(bytes)?.try_into().ok()
}

/// Like [`u64`], with an optional sign.
pub fn i64(bytes: &[u8]) -> Option<i64> {
    let bytes = bytes.trim_ascii();
    match bytes.strip_prefix(b"-") {
        Some(digits) => 0i64.checked_sub_unsigned(u64(digits)?),
        None => u64(bytes.strip_prefix(b"+").unwrap_or(bytes))?.try_into().ok(),
    }
}

/// Like [`i64`], for what must fit 32 bits.
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

/// The lines of a file, without their ends; a last line without an end counts.
pub fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty())
}

/// The words of a line, between runs of blanks and tabs.
pub fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|byte| matches!(byte, b' ' | b'\t')).filter(|word| !word.is_empty())
}

/// `b"MemTotal:  42 kB"` → `(b"MemTotal", b"42 kB")`: key and value around the first colon, blanks trimmed.
pub fn pair(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = line.iter().position(|byte| *byte == b':')?;
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
    fn a_pair_needs_no_blank_after_its_colon() {
        assert_eq!(
            pair(b"ShadowCallStack:10373888 kB"),
            Some((&b"ShadowCallStack"[..], &b"10373888 kB"[..]))
        );
        assert_eq!(pair(b"physical id\t: 0"), Some((&b"physical id"[..], &b"0"[..])));
        assert_eq!(pair(b"no colon"), None);
    }
}
