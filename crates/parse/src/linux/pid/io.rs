//! `/proc/<pid>/io`: what a process has read and written. Since 2.6.20, where the kernel is built to count.

use crate::text;

/// The lines of the file; each may be absent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Io {
    /// Bytes read from anything.
    pub rchar: Option<u64>,
    /// Bytes written to anything.
    pub wchar: Option<u64>,
    /// Calls that read.
    pub syscr: Option<u64>,
    /// Calls that write.
    pub syscw: Option<u64>,
    /// Bytes fetched from storage.
    pub read_bytes: Option<u64>,
    /// Bytes sent to storage.
    pub write_bytes: Option<u64>,
    /// Bytes of [`write_bytes`](Self::write_bytes) that were never sent after all.
    pub cancelled_write_bytes: Option<u64>,
}

/// Decodes the file. Lines that are not known or not numbers are skipped.
pub fn io(bytes: &[u8]) -> Io {
    let mut io = Io::default();
    for (key, value) in text::lines(bytes).filter_map(text::pair) {
        let field = match key {
            b"rchar" => &mut io.rchar,
            b"wchar" => &mut io.wchar,
            b"syscr" => &mut io.syscr,
            b"syscw" => &mut io.syscw,
            b"read_bytes" => &mut io.read_bytes,
            b"write_bytes" => &mut io.write_bytes,
            b"cancelled_write_bytes" => &mut io.cancelled_write_bytes,
            _ => continue,
        };
        *field = text::u64(value);
    }
    io
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t15_blank_lines_and_missing_ones_hide_no_other() {
        let io =
            io(b"rchar: 323934931\n\n  \nwchar\nsyscr: 632687\nread_bytes:x\nwrite_bytes: 0\n");
        assert_eq!(
            io,
            Io {
                rchar: Some(323_934_931),
                syscr: Some(632_687),
                write_bytes: Some(0),
                ..Io::default()
            }
        );
    }
}
