//! `/proc/<pid>/limits`: one line for each resource, under a line of heads.

use crate::text;

/// One line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row<'a> {
    /// The kernel's words for the resource, as in `Max open files`.
    pub name: &'a [u8],
    /// The soft limit; `None` is `unlimited`.
    pub soft: Option<u64>,
    /// The hard limit; `None` is `unlimited`.
    pub hard: Option<u64>,
}

/// Decodes the lines one after another. What is no limit is left out, the heads among them.
pub fn limits(bytes: &[u8]) -> impl Iterator<Item = Row<'_>> {
    text::lines(bytes).filter_map(row)
}

fn row(line: &[u8]) -> Option<Row<'_>> {
    // A name has single blanks inside, and more of them behind it.
    let end = line.windows(2).position(|pair| pair == b"  ")?;
    let (name, rest) = line.split_at_checked(end)?;
    let mut words = text::words(rest);
    Some(Row { name, soft: limit(words.next()?)?, hard: limit(words.next()?)? })
}

/// `None` outside where it is neither.
fn limit(word: &[u8]) -> Option<Option<u64>> {
    match word {
        b"unlimited" => Some(None),
        number => text::u64(number).map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CAPTURED: &[u8] = b"\
Limit                     Soft Limit           Hard Limit           Units     
Max cpu time              unlimited            unlimited            seconds   
Max stack size            8388608              unlimited            bytes     
Max open files            1024                 1048576              files     
Max nice priority         0                    0                    
Max realtime timeout      unlimited            unlimited            us        
";

    #[test]
    fn t22_no_limit_is_not_a_number() {
        let rows: Vec<_> = limits(CAPTURED).collect();
        assert_eq!(rows.len(), 5);
        assert_eq!(rows[0], Row { name: b"Max cpu time", soft: None, hard: None });
        assert_eq!(rows[1], Row { name: b"Max stack size", soft: Some(8_388_608), hard: None });
        let files = Row { name: b"Max open files", soft: Some(1024), hard: Some(1_048_576) };
        assert_eq!(rows[2], files);
        assert_eq!(rows[3].name, b"Max nice priority");
    }

    #[test]
    fn a_line_that_is_cut_short_is_left_out() {
        assert_eq!(limits(b"Max open files            1024").count(), 0);
        assert_eq!(limits(b"Max open files            1024   many").count(), 0);
        assert_eq!(limits(b"").count(), 0);
    }
}
