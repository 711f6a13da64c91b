//! The environment of a process: `NAME=value` in UTF-16, each with a NUL behind it, and one more NUL at the end.

use super::fields::units;

/// A variable's name and its value, in UTF-16 as the process has them.
pub type Variable = (Vec<u16>, Vec<u16>);

const NUL: u16 = 0;
const EQUALS: u16 = b'=' as u16;

/// Decodes the environment, in its order. Items without a name are left out: among them those that `cmd` keeps for the
/// directory of each drive, as in `=C:=C:\Users`. All after an empty item is left out too.
pub fn environment(bytes: &[u8]) -> Vec<Variable> {
    let all: Vec<u16> = units(bytes).collect();
    let items = all.split(|unit| *unit == NUL).take_while(|item| !item.is_empty());
    items
        .filter_map(|item| {
            let equals = item.iter().position(|unit| *unit == EQUALS).filter(|at| *at > 0)?;
            let (name, value) = item.split_at_checked(equals)?;
            Some((name.to_vec(), value.get(1..)?.to_vec()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::fields::wide;
    use super::*;

    fn decoded(block: &str) -> Vec<(String, String)> {
        let text = |units: &[u16]| String::from_utf16(units).unwrap();
        let variables = environment(&wide(block));
        variables.iter().map(|(name, value)| (text(name), text(value))).collect()
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn a_value_may_have_an_equals_sign_and_may_be_empty() {
        let block = "Path=C:\\a;C:\\b\0OPTS=a=b\0EMPTY=\0\0rubbish=1\0";
        let expected = [pair("Path", "C:\\a;C:\\b"), pair("OPTS", "a=b"), pair("EMPTY", "")];
        assert_eq!(decoded(block), expected);
    }

    #[test]
    fn the_directories_of_drives_are_no_variables() {
        assert_eq!(decoded("=C:=C:\\Users\0=::=::\\\0A=1\0\0"), [pair("A", "1")]);
    }

    #[test]
    fn a_block_that_is_cut_gives_what_is_there() {
        assert_eq!(decoded("A=1\0B=2"), [pair("A", "1"), pair("B", "2")]);
        assert_eq!(decoded("NOTHING\0A=1"), [pair("A", "1")]);
        assert_eq!(environment(b"\x41"), []);
    }
}
