//! `/etc/passwd`: the users of a machine.

use crate::text;

/// One user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passwd<'a> {
    /// The login name.
    pub name: &'a [u8],
    /// The number.
    pub uid: u32,
}

/// Decodes the file, user by user. Lines that are comments, cut short, or `+` entries of NIS are skipped.
pub fn passwd(bytes: &[u8]) -> impl Iterator<Item = Passwd<'_>> {
    text::lines(bytes).filter_map(|line| {
        let mut fields = line.split(|byte| *byte == b':');
        let name = fields
            .next()
            .filter(|name| !matches!(name.first(), None | Some(b'#' | b'+' | b'-')))?;
        let uid = text::u32(fields.nth(1)?)?;
        Some(Passwd { name, uid })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_are_found() {
        let bytes =
            b"root:x:0:0:root:/root:/bin/bash\n# nobody\n+nis::\nbad\nshort:x\nx:x:y:0::/:\n\
            www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin";
        let users: Vec<_> = passwd(bytes).collect();
        assert_eq!(
            users,
            [Passwd { name: b"root", uid: 0 }, Passwd { name: b"www-data", uid: 33 }]
        );
    }
}
