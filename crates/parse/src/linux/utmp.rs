//! `/run/utmp`: the login records, as utmp(5) has them, in the layout of the C library of that machine.

use crate::Error;

/// One record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Utmp<'a> {
    /// What sort of record it is; [`USER_PROCESS`] is a login.
    pub ut_type: i16,
    /// The process that the session began with.
    pub ut_pid: i32,
    /// The terminal.
    pub ut_line: &'a [u8],
    /// What init knows the session by.
    pub ut_id: &'a [u8],
    /// The login name.
    pub ut_user: &'a [u8],
    /// Where the user came from.
    pub ut_host: &'a [u8],
    /// When the record was made, in seconds since 1970.
    pub tv_sec: u64,
}

/// The `ut_type` of a login.
pub const USER_PROCESS: i16 = 7;

/// Decodes the file. A record that is cut short at its end is not there, and one of an unknown type is left out.
///
/// # Errors
///
/// If there is something in the file, and it fits none of the layouts.
pub fn utmp(bytes: &[u8]) -> Result<Vec<Utmp<'_>>, Error> {
    // From the last to the first, since the last of the best is taken.
    let best = LAYOUTS
        .iter()
        .rev()
        .max_by_key(|layout| (layout.likelihood(bytes), bytes.len().is_multiple_of(layout.size)));
    let layout = best.ok_or(Error::garbled("ut_type"))?;
    if layout.likelihood(bytes) == 0 && bytes.iter().any(|byte| *byte != 0) {
        return Err(Error::garbled("ut_type"));
    }
    Ok(bytes.chunks_exact(layout.size).filter_map(|record| layout.record(record)).collect())
}

/// Where a record has what.
struct Layout {
    size: usize,
    big_endian: bool,
    /// Where the time is.
    tv_sec: usize,
    /// Whether the time has 64 bits.
    wide: bool,
}

/// 32-bit machines and those 64-bit ones that agree with them (x86-64, POWER) have 32-bit times; other 64-bit machines
/// (aarch64, RISC-V) have 64-bit ones.
const LAYOUTS: [Layout; 4] = [
    Layout { size: 384, big_endian: false, tv_sec: 340, wide: false },
    Layout { size: 400, big_endian: false, tv_sec: 344, wide: true },
    Layout { size: 384, big_endian: true, tv_sec: 340, wide: false },
    Layout { size: 400, big_endian: true, tv_sec: 344, wide: true },
];

impl Layout {
    /// How many records begin as one does. One of zeros, which is an empty one, says nothing about the layout.
    fn likelihood(&self, bytes: &[u8]) -> usize {
        bytes
            .chunks_exact(self.size)
            .filter(|record| self.ut_type(record).is_some_and(|ut_type| ut_type > 0))
            .count()
    }

    fn record<'a>(&self, record: &'a [u8]) -> Option<Utmp<'a>> {
        let tv_sec = record.get(self.tv_sec..)?;
        Some(Utmp {
            ut_type: self.ut_type(record)?,
            ut_pid: self.u32(record.get(4..)?)?.cast_signed(),
            ut_line: text(record.get(8..40)?),
            ut_id: text(record.get(40..44)?),
            ut_user: text(record.get(44..76)?),
            ut_host: text(record.get(76..332)?),
            // Nobody logged in before 1970: the highest bit is the time between 2038 and 2106.
            tv_sec: if self.wide { self.u64(tv_sec)? } else { u64::from(self.u32(tv_sec)?) },
        })
    }

    /// The type, if it is a known one and two bytes of padding follow.
    fn ut_type(&self, record: &[u8]) -> Option<i16> {
        let bytes = *record.first_chunk()?;
        let ut_type =
            if self.big_endian { i16::from_be_bytes(bytes) } else { i16::from_le_bytes(bytes) };
        let known = (0..=9).contains(&ut_type) && record.get(2..4) == Some(&[0, 0]);
        known.then_some(ut_type)
    }

    fn u32(&self, bytes: &[u8]) -> Option<u32> {
        let bytes = *bytes.first_chunk()?;
        Some(if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    fn u64(&self, bytes: &[u8]) -> Option<u64> {
        let bytes = *bytes.first_chunk()?;
        Some(if self.big_endian { u64::from_be_bytes(bytes) } else { u64::from_le_bytes(bytes) })
    }
}

/// The text before the first NUL; one that fills its field has none.
fn text(field: &[u8]) -> &[u8] {
    field.split(|byte| *byte == 0).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(record: &mut [u8], at: usize, bytes: &[u8]) {
        record[at..at + bytes.len()].copy_from_slice(bytes);
    }

    /// A login as x86-64 writes it.
    fn login(line: &[u8], user: &[u8], host: &[u8], seconds: u32) -> Vec<u8> {
        let mut record = vec![0; 384];
        put(&mut record, 0, &7i16.to_le_bytes());
        put(&mut record, 4, &4242i32.to_le_bytes());
        put(&mut record, 8, line);
        put(&mut record, 40, b"ts/0");
        put(&mut record, 44, user);
        put(&mut record, 76, host);
        put(&mut record, 340, &seconds.to_le_bytes());
        record
    }

    #[test]
    fn t68_a_login_is_read() {
        let record = login(b"pts/0", b"ada", b"192.0.2.7", 1_700_000_000);
        let expected = Utmp {
            ut_type: USER_PROCESS,
            ut_pid: 4242,
            ut_line: b"pts/0",
            ut_id: b"ts/0",
            ut_user: b"ada",
            ut_host: b"192.0.2.7",
            tv_sec: 1_700_000_000,
        };
        assert_eq!(utmp(&record), Ok(vec![expected]));
    }

    #[test]
    fn t68_a_field_that_is_full_has_no_nul_and_does_not_run_into_the_next() {
        let record = login(&[b'l'; 32], &[b'u'; 32], &[b'h'; 256], 1);
        let records = utmp(&record).unwrap();
        assert_eq!(records[0].ut_line, [b'l'; 32]);
        assert_eq!(records[0].ut_user, [b'u'; 32]);
        assert_eq!(records[0].ut_host, [b'h'; 256]);
    }

    #[test]
    fn t68_a_time_after_2038_does_not_turn_negative() {
        let record = login(b"pts/0", b"ada", b"", 0x8000_0000);
        assert_eq!(utmp(&record).unwrap()[0].tv_sec, 2_147_483_648);
    }

    #[test]
    fn t68_the_wide_layout_and_the_other_byte_order_are_recognised() {
        let mut wide = vec![0; 400];
        put(&mut wide, 0, &7i16.to_le_bytes());
        put(&mut wide, 44, b"ada");
        put(&mut wide, 344, &5_000_000_000u64.to_le_bytes());
        let two = [wide.clone(), wide].concat();
        let records = utmp(&two).unwrap();
        assert_eq!((records.len(), records[1].ut_user), (2, &b"ada"[..]));
        assert_eq!(records[1].tv_sec, 5_000_000_000);

        let mut big = vec![0; 384];
        put(&mut big, 0, &7i16.to_be_bytes());
        put(&mut big, 4, &77i32.to_be_bytes());
        put(&mut big, 340, &9u32.to_be_bytes());
        let records = utmp(&big).unwrap();
        assert_eq!((records[0].ut_pid, records[0].tv_sec), (77, 9));
    }

    #[test]
    fn t68_one_garbled_record_hides_no_other() {
        let mut file = login(b"tty1", b"ada", b"", 1);
        file.extend_from_slice(&[0xee; 384]);
        file.extend(login(b"tty2", b"bob", b"", 2));
        let names: Vec<_> = utmp(&file).unwrap().iter().map(|record| record.ut_user).collect();
        assert_eq!(names, [b"ada", b"bob"]);
        // Nor does an end that is cut short, which leaves no whole number of records.
        file.truncate(384 * 3 - 100);
        assert_eq!(utmp(&file).unwrap().len(), 1);
    }

    #[test]
    fn t68_an_empty_file_has_no_logins_and_a_short_record_is_none() {
        assert_eq!(utmp(b""), Ok(vec![]));
        let mut file = login(b"pts/0", b"ada", b"", 1);
        file.extend_from_slice(&[7, 0, 0, 0, 1]);
        assert_eq!(utmp(&file).unwrap().len(), 1);
        assert_eq!(utmp(&[0; 768]).unwrap().len(), 2);
        assert_eq!(utmp(&[0xff; 800]), Err(Error::garbled("ut_type")));
    }
}
