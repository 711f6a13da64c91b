//! A set of columns of the table.

use std::fmt;
use std::ops::{BitOr, BitOrAssign};
use std::str::FromStr;

use super::ProcessRow;
use crate::record::{Field, Record};

/// A set of columns of [`ProcessRow`], as in `Columns::PID | Columns::NAME`.
///
/// The names are those of the record's fields, which are psutil's: `"pid,name".parse()` is the same set.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Columns(u64);

/// A name that is no column's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownColumn(String);

// A set is one word, a bit for each field of the record.
const _: () = assert!(ProcessRow::FIELDS.len() <= 64);

macro_rules! columns {
    ($($column:ident = $name:literal),* $(,)?) => {
        impl Columns {
            $(
                #[doc = concat!("The column [`", $name, "`](ProcessRow::", $name, ").")]
                pub const $column: Self = Self::field($name);
            )*
        }
    };
}

columns! {
    PID = "pid",
    PPID = "ppid",
    NAME = "name",
    STATUS = "status",
    USERNAME = "username",
    UIDS = "uids",
    GIDS = "gids",
    EUID = "euid",
    EUSER = "euser",
    PGID = "pgid",
    SID = "sid",
    TERMINAL = "terminal",
    CREATE_TIME = "create_time",
    NICE = "nice",
    PRIORITY = "priority",
    RT_PRIORITY = "rt_priority",
    POLICY = "policy",
    FLAGS = "flags",
    NUM_THREADS = "num_threads",
    CPU_NUM = "cpu_num",
    CPU_TIMES = "cpu_times",
    CPU_PERCENT = "cpu_percent",
    MEMORY_INFO = "memory_info",
    RSS = "rss",
    VMS = "vms",
    LOCKED_MEMORY = "locked_memory",
    MEMORY_PERCENT = "memory_percent",
    MEMORY_FOOTPRINT = "memory_footprint",
    PAGE_FAULTS = "page_faults",
    NUM_CTX_SWITCHES = "num_ctx_switches",
    IO_COUNTERS = "io_counters",
    NUM_FDS = "num_fds",
    EXE = "exe",
    CWD = "cwd",
    CMDLINE = "cmdline",
}

impl Columns {
    /// No column.
    pub const NONE: Self = Self(0);
    /// Every column.
    pub const ALL: Self = Self(u64::MAX >> (64 - ProcessRow::FIELDS.len()));

    /// The column of this name.
    pub const fn named(name: &str) -> Option<Self> {
        let (mut fields, mut bit) = (ProcessRow::FIELDS, 1);
        while let [field, rest @ ..] = fields {
            if same(field.name.as_bytes(), name.as_bytes()) {
                return Some(Self(bit));
            }
            fields = rest;
            bit <<= 1;
        }
        None
    }

    /// Whether there is no column in the set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many columns there are in the set.
    pub const fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Whether all of `other` is in the set.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether some of `other` is in the set.
    pub const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// All of both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in both.
    #[must_use]
    pub const fn common(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The set without `other`.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The columns one by one, in the order of the record.
    pub fn iter(self) -> impl Iterator<Item = Self> {
        (0..ProcessRow::FIELDS.len())
            .map(|index| Self(1 << index))
            .filter(move |column| self.contains(*column))
    }

    /// What is known about each column of the set.
    pub fn fields(self) -> impl Iterator<Item = &'static Field> {
        let fields = ProcessRow::FIELDS.iter().enumerate();
        fields.filter(move |(index, _)| self.0 >> index & 1 == 1).map(|(_, field)| field)
    }

    /// The names of the columns.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        self.fields().map(|field| field.name)
    }

    /// The column of this name, which the compiler looks up.
    const fn field(name: &str) -> Self {
        let column = Self::named(name);
        assert!(column.is_some(), "the record has no such field");
        match column {
            Some(column) => column,
            None => Self::NONE,
        }
    }
}

/// Whether two names are the same; `==` cannot be asked at compile time.
const fn same(mut one: &[u8], mut other: &[u8]) -> bool {
    while let ([a, one_rest @ ..], [b, other_rest @ ..]) = (one, other) {
        if *a != *b {
            return false;
        }
        (one, other) = (one_rest, other_rest);
    }
    one.is_empty() && other.is_empty()
}

impl BitOr for Columns {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.and(other)
    }
}

impl BitOrAssign for Columns {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

impl FromIterator<Self> for Columns {
    fn from_iter<I: IntoIterator<Item = Self>>(columns: I) -> Self {
        columns.into_iter().fold(Self::NONE, Self::and)
    }
}

impl FromStr for Columns {
    type Err = UnknownColumn;

    /// Names separated by commas or blanks.
    fn from_str(names: &str) -> Result<Self, UnknownColumn> {
        names
            .split([',', ' '])
            .filter(|name| !name.is_empty())
            .map(|name| Self::named(name).ok_or_else(|| UnknownColumn(name.to_owned())))
            .collect()
    }
}

impl fmt::Display for Columns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in self.names().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            f.write_str(name)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Columns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Columns({self})")
    }
}

impl UnknownColumn {
    /// The name.
    pub fn name(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UnknownColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no column is called {:?}", self.0)
    }
}

impl std::error::Error for UnknownColumn {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_of_the_record_is_a_column() {
        assert_eq!(Columns::ALL.len(), ProcessRow::FIELDS.len());
        for (column, field) in Columns::ALL.iter().zip(ProcessRow::FIELDS) {
            assert_eq!(Columns::named(field.name), Some(column));
            assert_eq!(column.to_string(), field.name);
        }
    }

    #[test]
    fn a_set_is_written_as_its_names() {
        let columns: Columns = "name, pid,cmdline".parse().unwrap();
        assert_eq!(columns, Columns::PID | Columns::NAME | Columns::CMDLINE);
        assert_eq!(columns.to_string(), "pid,name,cmdline");
        assert_eq!("pid,pids".parse::<Columns>().unwrap_err().name(), "pids");
        assert_eq!("".parse::<Columns>(), Ok(Columns::NONE));
    }
}
