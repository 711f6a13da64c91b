//! How psight describes its own data: every record lists its fields once, and whatever prints, serialises or converts
//! records reads that list.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub use psight_derive::Record;

/// A struct whose fields psight can list, describe and read one after another.
///
/// Every datum of psight is one, so that what prints or stores them needs to be written once:
///
/// ```
/// use psight::{Host, Record};
///
/// fn print<R: Record>(record: &R) {
///     for (field, value) in record.pairs() {
///         println!("{}.{} = {value}", R::NAME, field.name);
///     }
/// }
///
/// let host = Host::local();
/// print(&host.virtual_memory()?);
/// print(&host.cpu_times()?);
/// # Ok::<(), psight::Error>(())
/// ```
///
/// It can be derived for structs of your own, from public fields with a doc comment each. `#[field(..)]` says more of
/// one: `unit = bytes` (see [`Unit`]), `counter`, `label`, `on(linux, bsd)` (see [`Systems`]) and `name = ".."`, as in
/// [`Field`].
///
/// ```
/// use psight::Record;
///
/// /// What a queue holds.
/// #[derive(Record)]
/// pub struct Queue {
///     /// Jobs that came in so far.
///     #[field(counter)]
///     pub jobs: u64,
///     /// What they take up.
///     #[field(unit = bytes)]
///     pub size: u64,
/// }
///
/// assert_eq!(Queue { jobs: 3, size: 4096 }.value("size").and_then(|size| size.as_u64()), Some(4096));
/// assert_eq!(Queue::FIELDS[0].doc, "Jobs that came in so far.");
/// ```
pub trait Record {
    /// The type's name, as in `MemoryInfo`.
    const NAME: &'static str;
    /// The type's documentation, as plain text.
    const DOC: &'static str;
    /// The fields in their declared order, which is psutil's order where psutil has the record.
    const FIELDS: &'static [Field];

    /// The values in the order of [`FIELDS`](Self::FIELDS).
    fn values(&self) -> Vec<Value<'_>>;

    /// The fields that this system has, each with its value.
    fn pairs(&self) -> impl Iterator<Item = (&'static Field, Value<'_>)> {
        Self::FIELDS.iter().zip(self.values()).filter(|(field, _)| field.is_on(Os::CURRENT))
    }

    /// The value of the field called `name`; `None` if none is.
    fn value(&self, name: &str) -> Option<Value<'_>> {
        let index = Self::FIELDS.iter().position(|field| field.name == name)?;
        Some(self.value_at(index))
    }

    /// The value of the field that has this place in [`FIELDS`](Self::FIELDS), without a list of all; `Null` where there
    /// is no such field.
    fn value_at(&self, index: usize) -> Value<'_>;

    /// Shows the fields marked `counter` that hold a whole number, in the order of [`FIELDS`](Self::FIELDS) and to be
    /// changed in place; `None` for one that is not known. [`Monotonic`](crate::monotonic::Monotonic) continues them.
    fn each_counter<'a>(&'a mut self, _see: impl FnMut(Option<&'a mut u64>)) {}
}

/// The record `now`, each of whose counters says what it grew by since `before`: 0 for one that went backwards, and for
/// one that was not known then.
pub(crate) fn growth<R: Record + Clone>(now: &R, before: &R) -> R {
    let (mut growth, mut before) = (now.clone(), before.clone());
    let mut known = Vec::new();
    before.each_counter(|before| known.push(before.copied()));
    let mut known = known.into_iter();
    growth.each_counter(|now| {
        let before = known.next().flatten();
        if let Some(now) = now {
            *now = before.map_or(0, |before| now.saturating_sub(before));
        }
    });
    growth
}

/// What is known about one field of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Field {
    /// The name on the wire: JSON key, Python attribute, column.
    pub name: &'static str,
    /// The documentation, as plain text.
    pub doc: &'static str,
    /// The unit of a number.
    pub unit: Unit,
    /// The type of the value.
    pub kind: Kind,
    /// Whether the number only grows (until it wraps or the system restarts).
    pub counter: bool,
    /// Whether the field names the row instead of measuring it.
    pub label: bool,
    /// The systems that have the field; empty means all.
    pub on: &'static [Systems],
}

impl Field {
    /// A field as the derive describes it.
    #[doc(hidden)]
    pub const fn described(
        name: &'static str,
        doc: &'static str,
        unit: Unit,
        kind: Kind,
        counter: bool,
        label: bool,
        on: &'static [Systems],
    ) -> Self {
        Self { name, doc, unit, kind, counter, label, on }
    }

    /// Whether `os` has this field.
    pub fn is_on(&self, os: Os) -> bool {
        self.on.is_empty() || self.on.iter().any(|systems| systems.contain(os))
    }
}

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Unit {
    /// A plain number, or no number at all.
    Count,
    /// Bytes.
    Bytes,
    /// Seconds.
    Seconds,
    /// Milliseconds.
    Milliseconds,
    /// Hundredths of a whole.
    Percent,
    /// Degrees Celsius.
    Celsius,
    /// Revolutions in a minute.
    Rpm,
    /// Megahertz.
    Megahertz,
    /// Megabits in a second.
    Megabits,
    /// Microwatts.
    Microwatts,
    /// Microwatt hours.
    MicrowattHours,
}

/// What type a value has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// True or false.
    Bool,
    /// A whole number.
    Integer,
    /// A number with a fraction.
    Float,
    /// Text that is always UTF-8.
    Text,
    /// Text that a user or the file system chose: any bytes.
    OsText,
    /// Several values of one type.
    List,
    /// Names with values.
    Map,
    /// A record of its own.
    Record,
}

/// An operating system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Os {
    /// Linux, Android included.
    Linux,
    /// Windows.
    Windows,
    /// macOS.
    Macos,
    /// FreeBSD.
    Freebsd,
    /// OpenBSD.
    Openbsd,
    /// NetBSD.
    Netbsd,
    /// Solaris and illumos.
    Sunos,
    /// AIX.
    Aix,
}

impl Os {
    /// The system that this library was built for.
    pub const CURRENT: Self = crate::sys::OS;
    /// Every system, in the order of the support table.
    pub const ALL: &'static [Self] = &[
        Self::Linux,
        Self::Windows,
        Self::Macos,
        Self::Freebsd,
        Self::Openbsd,
        Self::Netbsd,
        Self::Sunos,
        Self::Aix,
    ];
}

/// One system, or a family of them, as a field's `on(..)` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Systems {
    /// Linux.
    Linux,
    /// Windows.
    Windows,
    /// macOS.
    Macos,
    /// FreeBSD.
    Freebsd,
    /// OpenBSD.
    Openbsd,
    /// NetBSD.
    Netbsd,
    /// Solaris and illumos.
    Sunos,
    /// AIX.
    Aix,
    /// FreeBSD, OpenBSD and NetBSD.
    Bsd,
}

impl Systems {
    /// Whether `os` is one of them.
    pub fn contain(self, os: Os) -> bool {
        match self {
            Self::Linux => os == Os::Linux,
            Self::Windows => os == Os::Windows,
            Self::Macos => os == Os::Macos,
            Self::Freebsd => os == Os::Freebsd,
            Self::Openbsd => os == Os::Openbsd,
            Self::Netbsd => os == Os::Netbsd,
            Self::Sunos => os == Os::Sunos,
            Self::Aix => os == Os::Aix,
            Self::Bsd => matches!(os, Os::Freebsd | Os::Openbsd | Os::Netbsd),
        }
    }
}

/// One value of a record, ready to be printed or serialised.
///
/// Serialised, a value that is not known is `null`, and text that is not UTF-8 is `{"bytes": "<hex>"}`, so that nothing
/// is lost.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Value<'a> {
    /// Not known, or not on this system.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number that is not negative.
    Uint(u64),
    /// A whole number.
    Int(i64),
    /// A number with a fraction; an instant is in seconds since 1970, a duration in seconds.
    Float(f64),
    /// UTF-8 text.
    Text(Cow<'a, str>),
    /// Text of any bytes.
    OsText(&'a OsStr),
    /// Several values.
    List(Vec<Value<'a>>),
    /// Values by name, in order.
    Map(Vec<(Cow<'a, str>, Value<'a>)>),
    /// A record, with the fields that this system has.
    Record(&'static [Field], Vec<Value<'a>>),
}

impl<'a> Value<'a> {
    /// The value of a whole record.
    pub fn record<R: Record>(record: &'a R) -> Self {
        Self::Record(R::FIELDS, record.values())
    }

    /// Whether the value is not known.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The whole number, if it is one and not negative.
    pub fn as_u64(&self) -> Option<u64> {
        match self {
            Self::Uint(number) => Some(*number),
            Self::Int(number) => u64::try_from(*number).ok(),
            _ => None,
        }
    }

    /// The number, if it is one.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Uint(number) => Some(*number as f64),
            Self::Int(number) => Some(*number as f64),
            Self::Float(number) => Some(*number),
            _ => None,
        }
    }

    /// The text, if it is text and UTF-8.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::OsText(text) => text.to_str(),
            _ => None,
        }
    }
}

/// For people: text as it is, what is not known as `-`, several values in brackets. What is not UTF-8 is replaced, and
/// control characters are not: escape them before you write to a terminal.
impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.pad("-"),
            Self::Bool(value) => value.fmt(f),
            Self::Uint(value) => value.fmt(f),
            Self::Int(value) => value.fmt(f),
            Self::Float(value) => value.fmt(f),
            Self::Text(value) => f.pad(value),
            Self::OsText(value) => value.display().fmt(f),
            Self::List(values) => {
                f.write_str("[")?;
                separated(f, values, |value, f| write!(f, "{value}"))?;
                f.write_str("]")
            }
            Self::Map(pairs) => {
                f.write_str("{")?;
                separated(f, pairs, |(name, value), f| write!(f, "{name}: {value}"))?;
                f.write_str("}")
            }
            Self::Record(fields, values) => {
                let here = fields.iter().zip(values).filter(|(field, _)| field.is_on(Os::CURRENT));
                f.write_str("{")?;
                separated(f, here, |(field, value), f| write!(f, "{}: {value}", field.name))?;
                f.write_str("}")
            }
        }
    }
}

fn separated<T>(
    f: &mut fmt::Formatter<'_>,
    items: impl IntoIterator<Item = T>,
    write: impl Fn(T, &mut fmt::Formatter<'_>) -> fmt::Result,
) -> fmt::Result {
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            f.write_str(", ")?;
        }
        write(item, f)?;
    }
    Ok(())
}

/// A type that a record's field may have.
pub trait ToValue {
    /// The type of the value.
    const KIND: Kind;

    /// The value itself; text is borrowed.
    fn to_value(&self) -> Value<'_>;

    /// The number to count on with, of a field marked `counter`; `None` where it is not known or not a whole number.
    fn as_counter(&mut self) -> Option<&mut u64> {
        None
    }
}

macro_rules! numbers {
    ($($ty:ty => $variant:ident),*) => {$(
        impl ToValue for $ty {
            const KIND: Kind = Kind::Integer;

            fn to_value(&self) -> Value<'_> {
                Value::$variant((*self).into())
            }
        }
    )*};
}

numbers!(u8 => Uint, u16 => Uint, u32 => Uint, i32 => Int, i64 => Int);

impl ToValue for u64 {
    const KIND: Kind = Kind::Integer;

    fn to_value(&self) -> Value<'_> {
        Value::Uint(*self)
    }

    fn as_counter(&mut self) -> Option<&mut Self> {
        Some(self)
    }
}

impl ToValue for bool {
    const KIND: Kind = Kind::Bool;

    fn to_value(&self) -> Value<'_> {
        Value::Bool(*self)
    }
}

impl ToValue for f64 {
    const KIND: Kind = Kind::Float;

    fn to_value(&self) -> Value<'_> {
        Value::Float(*self)
    }
}

impl ToValue for String {
    const KIND: Kind = Kind::Text;

    fn to_value(&self) -> Value<'_> {
        Value::Text(Cow::Borrowed(self))
    }
}

impl ToValue for &'static str {
    const KIND: Kind = Kind::Text;

    fn to_value(&self) -> Value<'_> {
        Value::Text(Cow::Borrowed(self))
    }
}

impl ToValue for OsString {
    const KIND: Kind = Kind::OsText;

    fn to_value(&self) -> Value<'_> {
        Value::OsText(self)
    }
}

impl ToValue for PathBuf {
    const KIND: Kind = Kind::OsText;

    fn to_value(&self) -> Value<'_> {
        Value::OsText(self.as_os_str())
    }
}

macro_rules! printed {
    ($($ty:ty),*) => {$(
        impl ToValue for $ty {
            const KIND: Kind = Kind::Text;

            fn to_value(&self) -> Value<'_> {
                Value::Text(Cow::Owned(self.to_string()))
            }
        }
    )*};
}

printed!(IpAddr, Ipv4Addr, Ipv6Addr);

impl ToValue for Duration {
    const KIND: Kind = Kind::Float;

    fn to_value(&self) -> Value<'_> {
        Value::Float(self.as_secs_f64())
    }
}

impl ToValue for SystemTime {
    const KIND: Kind = Kind::Float;

    fn to_value(&self) -> Value<'_> {
        Value::Float(match self.duration_since(UNIX_EPOCH) {
            Ok(after) => after.as_secs_f64(),
            Err(before) => -before.duration().as_secs_f64(),
        })
    }
}

impl<T: ToValue> ToValue for Option<T> {
    const KIND: Kind = T::KIND;

    fn to_value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Null, T::to_value)
    }

    fn as_counter(&mut self) -> Option<&mut u64> {
        self.as_mut().and_then(T::as_counter)
    }
}

impl<T: ToValue> ToValue for Vec<T> {
    const KIND: Kind = Kind::List;

    fn to_value(&self) -> Value<'_> {
        Value::List(self.iter().map(T::to_value).collect())
    }
}

impl<T: ToValue> ToValue for BTreeSet<T> {
    const KIND: Kind = Kind::List;

    fn to_value(&self) -> Value<'_> {
        Value::List(self.iter().map(T::to_value).collect())
    }
}

impl<T: ToValue> ToValue for BTreeMap<String, T> {
    const KIND: Kind = Kind::Map;

    fn to_value(&self) -> Value<'_> {
        Value::Map(self.iter().map(|(k, v)| (Cow::Borrowed(k.as_str()), v.to_value())).collect())
    }
}

/// Serialises types as their [`ToValue`]. The derive uses it too.
#[cfg(feature = "serde")]
#[doc(hidden)]
#[macro_export]
macro_rules! serialized {
    ($($ty:ty),* $(,)?) => {$(
        impl $crate::record::serde::Serialize for $ty {
            fn serialize<S: $crate::record::serde::Serializer>(
                &self,
                to: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                $crate::record::serde::Serialize::serialize(&$crate::record::ToValue::to_value(self), to)
            }
        }
    )*};
}

/// Without the feature, nothing is serialised.
#[cfg(not(feature = "serde"))]
#[doc(hidden)]
#[macro_export]
macro_rules! serialized {
    ($($ty:ty),* $(,)?) => {};
}

#[cfg(feature = "serde")]
#[doc(hidden)]
pub use serde;

#[cfg(feature = "serde")]
mod json {
    use super::{Os, Value};
    use serde::ser::{Serialize, SerializeMap, Serializer};
    use std::ffi::OsStr;
    use std::fmt::Write as _;

    impl Serialize for Value<'_> {
        fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            match self {
                Self::Null => to.serialize_none(),
                Self::Bool(value) => to.serialize_bool(*value),
                Self::Uint(value) => to.serialize_u64(*value),
                Self::Int(value) => to.serialize_i64(*value),
                Self::Float(value) => to.serialize_f64(*value),
                Self::Text(value) => to.serialize_str(value),
                Self::OsText(value) => os_text(value, to),
                Self::List(values) => to.collect_seq(values),
                Self::Map(pairs) => to.collect_map(pairs.iter().map(|(k, v)| (k, v))),
                Self::Record(fields, values) => to.collect_map(
                    fields
                        .iter()
                        .zip(values)
                        .filter(|(field, _)| field.is_on(Os::CURRENT))
                        .map(|(field, value)| (field.name, value)),
                ),
            }
        }
    }

    fn os_text<S: Serializer>(text: &OsStr, to: S) -> Result<S::Ok, S::Error> {
        if let Some(text) = text.to_str() {
            return to.serialize_str(text);
        }
        let mut hex = String::new();
        for byte in text.as_encoded_bytes() {
            // Writing to a String cannot fail.
            let _ = write!(hex, "{byte:02x}");
        }
        let mut map = to.serialize_map(Some(1))?;
        map.serialize_entry("bytes", &hex)?;
        map.end()
    }
}
