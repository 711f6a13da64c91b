//! `/proc/<pid>/cgroup`: the control groups that a process is in, one line for each hierarchy.

use crate::text;

/// One line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// The number of the hierarchy; 0 is version 2.
    pub hierarchy: u32,
    /// The controllers of version 1, between commas; empty for version 2.
    pub controllers: &'a [u8],
    /// The group. It may itself hold colons.
    pub path: &'a [u8],
}

/// Decodes the file; lines that are none are skipped.
pub fn cgroup(bytes: &[u8]) -> Vec<Line<'_>> {
    text::lines(bytes).filter_map(line).collect()
}

fn line(line: &[u8]) -> Option<Line<'_>> {
    let mut parts = line.splitn(3, |byte| *byte == b':');
    Some(Line {
        hierarchy: text::u32(parts.next()?)?,
        controllers: parts.next()?,
        path: parts.next()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_versions_stand_side_by_side() {
        let lines =
            cgroup(b"4:cpu,cpuacct:/user.slice\n1:name=systemd:/a:b\nodd\n0::/init.scope\n");
        assert_eq!(
            lines,
            [
                Line { hierarchy: 4, controllers: b"cpu,cpuacct", path: b"/user.slice" },
                Line { hierarchy: 1, controllers: b"name=systemd", path: b"/a:b" },
                Line { hierarchy: 0, controllers: b"", path: b"/init.scope" },
            ]
        );
    }
}
