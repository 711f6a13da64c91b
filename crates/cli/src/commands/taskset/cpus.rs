//! Sets of CPUs as people write them: masks and lists.

/// More than any kernel can be built for; a set with a greater number is a slip of the fingers.
const MOST: u32 = 65_536;

/// The CPUs of a list, as in `0-3,8,10-20:2`: numbers, ranges, and every so many of a range.
pub(super) fn of_list(text: &str) -> Option<Vec<u32>> {
    let mut cpus = Vec::new();
    for part in text.split(',') {
        let (range, step) = match part.split_once(':') {
            Some((range, step)) => (range, number(step).filter(|step| *step > 0)?),
            None => (part, 1),
        };
        let (first, last) = match range.split_once('-') {
            Some((first, last)) => (number(first)?, number(last)?),
            None => (number(range)?, number(range)?),
        };
        if last < first {
            return None;
        }
        cpus.extend((first..=last).step_by(step.try_into().ok()?));
    }
    cpus.sort_unstable();
    cpus.dedup();
    Some(cpus)
}

fn number(text: &str) -> Option<u32> {
    let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| is_plain && *number < MOST)
}

/// The CPUs of a mask: hexadecimal digits, with or without `0x`, and with commas as the kernel writes them.
pub(super) fn of_mask(text: &str) -> Option<Vec<u32>> {
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
    let digits: Vec<char> = digits.chars().filter(|char| *char != ',').collect();
    let mut cpus = Vec::new();
    for (at, digit) in (0..MOST).step_by(4).zip(digits.iter().rev()) {
        let bits = digit.to_digit(16)?;
        cpus.extend((0..4).filter(|bit| bits >> bit & 1 == 1).map(|bit| at + bit));
    }
    let is_whole = digits.len() <= (MOST / 4) as usize;
    // No CPU at all is no place to run.
    (is_whole && !cpus.is_empty()).then_some(cpus)
}

/// The CPUs as a list: what stands alone, two neighbours, and ranges of more.
pub(super) fn list(cpus: &[u32]) -> String {
    let runs = cpus.chunk_by(|one, next| one.checked_add(1) == Some(*next));
    let run = |run: &[u32]| match run {
        [first, .., last] if run.len() > 2 => format!("{first}-{last}"),
        few => few.iter().map(u32::to_string).collect::<Vec<_>>().join(","),
    };
    runs.map(run).collect::<Vec<_>>().join(",")
}

/// The CPUs as a mask without leading zeros.
pub(super) fn mask(cpus: &[u32]) -> String {
    let highest = cpus.iter().max().copied().unwrap_or(0) / 4;
    let digit = |nth: u32| {
        let bits =
            cpus.iter().filter(|cpu| *cpu / 4 == nth).fold(0, |bits, cpu| bits | 1 << (cpu % 4));
        char::from_digit(bits, 16).unwrap_or('0')
    };
    (0..=highest).rev().map(digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_numbers_ranges_and_steps() {
        assert_eq!(of_list("0-3,8,10-20:5"), Some(vec![0, 1, 2, 3, 8, 10, 15, 20]));
        assert_eq!(of_list("3,1,1"), Some(vec![1, 3]));
        for wrong in ["", ",", "1-", "-1", "3-1", "1-2:0", "+1", "70000", "0-99999999999", "x"] {
            assert_eq!(of_list(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_mask_is_read_from_its_end() {
        assert_eq!(of_mask("5"), Some(vec![0, 2]));
        assert_eq!(of_mask("0x80000001"), Some(vec![0, 31]));
        assert_eq!(of_mask("1,00000000"), Some(vec![32]));
        for wrong in ["", "0", "0x", "zz", "-1"] {
            assert_eq!(of_mask(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_written_is_short() {
        assert_eq!(list(&[0, 1, 4, 6, 7, 8, 9]), "0,1,4,6-9");
        assert_eq!(mask(&[0, 1, 4, 35]), "800000013");
        assert_eq!(mask(&[]), "0");
    }
}
