//! `SID`: who somebody is, as a number in parts.

use super::fields::u32_at;
use crate::Error;

/// Decodes it into the text that Windows shows where it knows no name: `S-1-5-21-…`.
pub fn sid(bytes: &[u8]) -> Result<String, Error> {
    let [revision, count, authority @ ..] =
        bytes.first_chunk::<8>().ok_or(Error::missing("IdentifierAuthority"))?;
    let authority = authority.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let mut text = format!("S-{revision}-{authority}");
    for index in 0..usize::from(*count) {
        let part = u32_at(bytes, 8 + 4 * index, "SubAuthority")?;
        text += &format!("-{part}");
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_authority_has_the_highest_byte_first_and_the_parts_the_lowest() {
        let system = [1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0];
        assert_eq!(sid(&system).unwrap(), "S-1-5-18");
        let user = [1, 2, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0, 0xe8, 3, 0, 0];
        assert_eq!(sid(&user).unwrap(), "S-1-5-21-1000");
    }

    #[test]
    fn a_part_that_is_missing_is_an_error() {
        let cut = [1, 2, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0];
        assert_eq!(sid(&cut).unwrap_err(), Error::missing("SubAuthority"));
        assert_eq!(sid(&[1, 1]).unwrap_err(), Error::missing("IdentifierAuthority"));
    }
}
