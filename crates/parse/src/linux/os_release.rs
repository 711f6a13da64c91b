//! `/etc/os-release`: what the distribution calls itself; shell assignments, as os-release(5) has them.

use crate::text;

/// What psight uses of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OsRelease {
    /// Name and version for people.
    pub pretty_name: Option<Vec<u8>>,
    /// The name alone.
    pub name: Option<Vec<u8>>,
    /// The version alone; a rolling distribution has none.
    pub version: Option<Vec<u8>>,
    /// The name for programs.
    pub id: Option<Vec<u8>>,
    /// The version for programs.
    pub version_id: Option<Vec<u8>>,
}

/// Decodes the file. Lines that are no assignments are skipped.
pub fn os_release(bytes: &[u8]) -> OsRelease {
    let mut release = OsRelease::default();
    for line in text::lines(bytes) {
        let Some(equals) = line.iter().position(|byte| *byte == b'=') else { continue };
        let Some((key, value)) = line.split_at_checked(equals) else { continue };
        let field = match key.trim_ascii() {
            b"PRETTY_NAME" => &mut release.pretty_name,
            b"NAME" => &mut release.name,
            b"VERSION" => &mut release.version,
            b"ID" => &mut release.id,
            b"VERSION_ID" => &mut release.version_id,
            _ => continue,
        };
        *field = Some(unquoted(value.get(1..).unwrap_or_default().trim_ascii()))
            .filter(|value| !value.is_empty());
    }
    release
}

/// What a shell would make of the value: quotes go, and a backslash protects what follows it outside of single quotes.
fn unquoted(value: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(value.len());
    let mut bytes = value.iter().copied();
    let mut quote = None;
    while let Some(byte) = bytes.next() {
        match (byte, quote) {
            (b'"' | b'\'', None) => quote = Some(byte),
            (_, Some(open)) if byte == open => quote = None,
            (b'\\', None | Some(b'"')) => text.extend(bytes.next()),
            _ => text.push(byte),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_not_part_of_the_name() {
        let release = os_release(
            b"PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME='Debian GNU/Linux'\nVERSION_ID=12\n\
              # VERSION=no\nVERSION=\"12 (\\\"bookworm\\\")\"\nnonsense\n",
        );
        assert_eq!(release.pretty_name.as_deref(), Some(&b"Debian GNU/Linux 12 (bookworm)"[..]));
        assert_eq!(release.name.as_deref(), Some(&b"Debian GNU/Linux"[..]));
        assert_eq!(release.version.as_deref(), Some(&b"12 (\"bookworm\")"[..]));
        assert_eq!((release.id, release.version_id.as_deref()), (None, Some(&b"12"[..])));
    }

    #[test]
    fn an_empty_value_is_unknown() {
        assert_eq!(os_release(b"PRETTY_NAME=\"\"\nNAME=\n"), OsRelease::default());
    }
}
