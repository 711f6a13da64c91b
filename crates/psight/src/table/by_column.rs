//! The table column by column: what programs want that compute with whole columns.

use std::ffi::OsStr;

use super::{Columns, ProcessRow, Scanner};
use crate::record::{Field, Kind, Record, Value};
use crate::{Host, Result};

/// All processes, one column after the other: numbers in slices, and texts in one piece of memory.
///
/// The memory is laid out as Apache Arrow has it (`int64`, `double`, `large_utf8`, `large_list`, validity as bits), so that
/// it can be handed on without a copy.
///
/// ```
/// use psight::Host;
/// use psight::table::{Columns, Values};
///
/// let table = Host::local().process_table(Columns::NAME | Columns::RSS)?;
/// if let Some(Values::Integers(rss)) = table.column("rss").map(|rss| rss.values()) {
///     println!("{} processes hold {} bytes", table.len(), rss.iter().sum::<i64>());
/// }
/// # Ok::<(), psight::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct ProcessTable {
    rows: usize,
    columns: Vec<Column>,
}

/// One column of a [`ProcessTable`].
///
/// What is a record in a row is a column for each of its fields: `cpu_times_user`, `uids_real`.
#[derive(Debug, Clone)]
pub struct Column {
    name: String,
    field: &'static Field,
    /// A bit for each row, the lowest of a byte first; set where the row has a value.
    validity: Vec<u8>,
    nulls: usize,
    data: Data,
}

#[derive(Debug, Clone)]
enum Data {
    Integers(Vec<i64>),
    Floats(Vec<f64>),
    Texts(Texts),
    Lists { offsets: Vec<i64>, items: Texts },
}

/// Texts one behind the other.
#[derive(Debug, Clone)]
struct Texts {
    /// Where each begins, and the end of the last.
    offsets: Vec<i64>,
    bytes: Vec<u8>,
}

/// The values of a [`Column`]; where a row has none, a number is 0 and a text is empty.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Values<'a> {
    /// Whole numbers.
    Integers(&'a [i64]),
    /// Numbers with a fraction; an instant is in seconds since 1970.
    Floats(&'a [f64]),
    /// Texts: `bytes[offsets[row]..offsets[row + 1]]`, which are UTF-8. Bytes of a name or path that are not stand as
    /// `\x` and two digits.
    Texts {
        /// Where each begins, and the end of the last.
        offsets: &'a [i64],
        /// All of them.
        bytes: &'a [u8],
    },
    /// Lists of texts: those of a row are the texts `rows[row]..rows[row + 1]`.
    Lists {
        /// Where the texts of each row begin, and the end of those of the last.
        rows: &'a [i64],
        /// Where each text begins, and the end of the last.
        offsets: &'a [i64],
        /// All texts.
        bytes: &'a [u8],
    },
}

impl ProcessTable {
    /// How many processes there are.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The columns, in the order of the record.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The column of this name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// A table without rows.
    fn empty(asked: Columns) -> Self {
        let mut columns = Vec::new();
        for field in asked.fields() {
            match parts(field) {
                Some(parts) => columns.extend(
                    parts
                        .iter()
                        .map(|part| Column::empty(format!("{}_{}", field.name, part.name), part)),
                ),
                None => columns.push(Column::empty(field.name.to_owned(), field)),
            }
        }
        Self { rows: 0, columns }
    }

    fn push(&mut self, row: &ProcessRow, places: &[(usize, usize)]) {
        let mut columns = self.columns.iter_mut();
        for (place, parts) in places {
            match row.value_at(*place) {
                Value::Record(_, values) => {
                    for (value, column) in values.iter().zip(columns.by_ref().take(*parts)) {
                        column.push(self.rows, value);
                    }
                }
                value => {
                    for column in columns.by_ref().take(*parts) {
                        column.push(self.rows, &value);
                    }
                }
            }
        }
        self.rows += 1;
    }
}

/// The fields of the record that the column is; `None` where it is a plain value.
fn parts(field: &Field) -> Option<&'static [Field]> {
    if field.kind != Kind::Record {
        return None;
    }
    RECORDS.iter().find(|(name, _)| *name == field.name).map(|(_, fields)| *fields)
}

/// The columns that are records.
const RECORDS: &[(&str, &[Field])] = &[
    ("uids", crate::process::UserIds::FIELDS),
    ("gids", crate::process::GroupIds::FIELDS),
    ("cpu_times", crate::process::ProcessCpuTimes::FIELDS),
    ("memory_info", crate::process::MemoryInfo::FIELDS),
    ("memory_footprint", crate::process::MemoryFootprint::FIELDS),
    ("page_faults", crate::process::PageFaults::FIELDS),
    ("num_ctx_switches", crate::process::ContextSwitches::FIELDS),
    ("io_counters", crate::process::IoCounters::FIELDS),
];

impl Column {
    /// The name: that of the field, or of the record and its field.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is known about it: its unit and what it means.
    pub fn field(&self) -> &'static Field {
        self.field
    }

    /// How many rows have no value.
    pub fn nulls(&self) -> usize {
        self.nulls
    }

    /// Whether this row has a value.
    pub fn is_valid(&self, row: usize) -> bool {
        self.validity.get(row / 8).is_some_and(|byte| byte >> (row % 8) & 1 == 1)
    }

    /// A bit for each row, the lowest of a byte first; set where the row has a value.
    pub fn validity(&self) -> &[u8] {
        &self.validity
    }

    /// The values of all rows.
    pub fn values(&self) -> Values<'_> {
        match &self.data {
            Data::Integers(values) => Values::Integers(values),
            Data::Floats(values) => Values::Floats(values),
            Data::Texts(texts) => Values::Texts { offsets: &texts.offsets, bytes: &texts.bytes },
            Data::Lists { offsets, items } => {
                Values::Lists { rows: offsets, offsets: &items.offsets, bytes: &items.bytes }
            }
        }
    }

    fn empty(name: String, field: &'static Field) -> Self {
        let data = match field.kind {
            Kind::Integer | Kind::Bool => Data::Integers(Vec::new()),
            Kind::Float => Data::Floats(Vec::new()),
            Kind::List => Data::Lists { offsets: vec![0], items: Texts::default() },
            _ => Data::Texts(Texts::default()),
        };
        Self { name, field, validity: Vec::new(), nulls: 0, data }
    }

    fn push(&mut self, row: usize, value: &Value<'_>) {
        let is_known = self.data.push(value);
        if row.is_multiple_of(8) {
            self.validity.push(0);
        }
        match self.validity.last_mut() {
            Some(byte) if is_known => *byte |= 1 << (row % 8),
            _ => self.nulls += 1,
        }
    }
}

impl Data {
    /// Adds the value, or one that stands for none; whether there was one.
    fn push(&mut self, value: &Value<'_>) -> bool {
        match self {
            Self::Integers(values) => {
                // No kernel has counted further yet.
                let number = match value {
                    Value::Uint(number) => i64::try_from(*number).ok(),
                    Value::Int(number) => Some(*number),
                    Value::Bool(yes) => Some(i64::from(*yes)),
                    _ => None,
                };
                values.push(number.unwrap_or(0));
                number.is_some()
            }
            Self::Floats(values) => {
                let number = value.as_f64();
                values.push(number.unwrap_or(0.0));
                number.is_some()
            }
            Self::Texts(texts) => texts.push(value),
            Self::Lists { offsets, items } => {
                let list = if let Value::List(list) = value { Some(list) } else { None };
                for item in list.into_iter().flatten() {
                    items.push(item);
                }
                offsets.push(items.count());
                list.is_some()
            }
        }
    }
}

impl Default for Texts {
    fn default() -> Self {
        Self { offsets: vec![0], bytes: Vec::new() }
    }
}

impl Texts {
    fn push(&mut self, value: &Value<'_>) -> bool {
        match value {
            Value::Text(text) => self.bytes.extend_from_slice(text.as_bytes()),
            Value::OsText(text) => self.write(text),
            Value::Null => {}
            other => self.bytes.extend_from_slice(other.to_string().as_bytes()),
        }
        self.offsets.push(i64::try_from(self.bytes.len()).unwrap_or(i64::MAX));
        !value.is_null()
    }

    fn write(&mut self, text: &OsStr) {
        for chunk in text.as_encoded_bytes().utf8_chunks() {
            self.bytes.extend_from_slice(chunk.valid().as_bytes());
            for byte in chunk.invalid() {
                self.bytes.extend_from_slice(format!("\\x{byte:02x}").as_bytes());
            }
        }
    }

    fn count(&self) -> i64 {
        i64::try_from(self.offsets.len().saturating_sub(1)).unwrap_or(i64::MAX)
    }
}

impl Scanner {
    /// Reads the table into columns.
    ///
    /// # Errors
    ///
    /// As [`scan`](Self::scan).
    pub fn table(&mut self) -> Result<ProcessTable> {
        let asked = self.row.asked;
        let mut table = ProcessTable::empty(asked);
        let places: Vec<_> = ProcessRow::FIELDS
            .iter()
            .enumerate()
            .zip(Columns::ALL.iter())
            .filter(|(_, column)| asked.contains(*column))
            .map(|((place, field), _)| (place, parts(field).map_or(1, <[Field]>::len)))
            .collect();
        self.scan(|row| table.push(row, &places))?;
        Ok(table)
    }
}

impl Host {
    /// All processes of this machine, column by column.
    ///
    /// # Errors
    ///
    /// As [`Scanner::scan`].
    pub fn process_table(&self, columns: Columns) -> Result<ProcessTable> {
        self.scanner(columns)?.table()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_record_has_its_parts_and_no_two_columns_one_name() {
        let table = ProcessTable::empty(Columns::ALL);
        let mut names: Vec<_> = table.columns().iter().map(Column::name).collect();
        assert!(names.contains(&"cpu_times_user") && names.contains(&"uids_real"));
        assert!(table.columns().iter().all(|column| column.field.kind != Kind::Record));
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    fn column(kind: Kind, values: &[Value<'_>]) -> Column {
        let field = ProcessRow::FIELDS.iter().find(|field| field.kind == kind).unwrap();
        let mut column = Column::empty("x".to_owned(), field);
        for (row, value) in values.iter().enumerate() {
            column.push(row, value);
        }
        column
    }

    #[test]
    fn a_row_without_a_value_is_no_zero() {
        let numbers = column(Kind::Integer, &[Value::Uint(7), Value::Null, Value::Int(-1)]);
        let Values::Integers(values) = numbers.values() else { panic!("{numbers:?}") };
        assert_eq!((values, numbers.nulls()), (&[7, 0, -1][..], 1));
        assert_eq!([0, 1, 2, 3].map(|row| numbers.is_valid(row)), [true, false, true, false]);
        assert_eq!(numbers.validity(), [0b101]);
    }

    #[test]
    fn a_ninth_row_begins_a_byte() {
        let numbers = column(Kind::Integer, &[const { Value::Uint(1) }; 9]);
        assert_eq!((numbers.validity(), numbers.nulls()), (&[0xff, 1][..], 0));
    }

    #[cfg(unix)]
    #[test]
    fn bytes_that_are_no_text_stand_as_what_they_are() {
        use std::os::unix::ffi::OsStrExt;

        let name = Value::OsText(OsStr::from_bytes(b"a\xff\xc3\xa4"));
        let texts = column(Kind::OsText, &[name, Value::Null]);
        let Values::Texts { offsets, bytes } = texts.values() else { panic!("{texts:?}") };
        assert_eq!((offsets, bytes), (&[0, 7, 7][..], "a\\xffä".as_bytes()));
    }

    #[test]
    fn a_list_may_be_empty_and_there_may_be_none() {
        let words = |words: &[&'static str]| {
            Value::List(words.iter().map(|word| Value::Text((*word).into())).collect())
        };
        let lists = column(Kind::List, &[words(&["a", "bc"]), words(&[]), Value::Null]);
        let Values::Lists { rows, offsets, bytes } = lists.values() else { panic!("{lists:?}") };
        assert_eq!((rows, offsets, bytes), (&[0, 2, 2, 2][..], &[0, 1, 3][..], &b"abc"[..]));
        assert_eq!([0, 1, 2].map(|row| lists.is_valid(row)), [true, true, false]);
    }
}
