//! The columns of `psight df`, which of them are shown, and how amounts are written.

use std::ffi::OsStr;

use clap::ValueEnum;
use psight::disk::DiskUsage;

use super::{Arguments, Row};
use crate::human::Scale;
use crate::line::{Line, Paint};
use crate::table::{Column, Table};

/// The columns that `--output` can name, in coreutils' words and order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Head {
    Source,
    Fstype,
    Itotal,
    Iused,
    Iavail,
    Ipcent,
    Size,
    Used,
    Avail,
    Pcent,
    File,
    Target,
}

/// The unit that amounts of bytes are counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Block {
    /// So many bytes.
    Of {
        bytes: u64,
        /// What follows each number, where the unit was named and not counted: `M` as in `-BM`.
        suffix: &'static str,
    },
    /// The unit that suits each number.
    Human(Scale),
}

const UNITS: &[(&str, &str, u32)] = &[
    ("K", "kB", 1),
    ("M", "MB", 2),
    ("G", "GB", 3),
    ("T", "TB", 4),
    ("P", "PB", 5),
    ("E", "EB", 6),
];

impl Block {
    /// `1M`, `MB`, `4096`, `human-readable`, `si`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        match text {
            "human-readable" => return Ok(Self::Human(Scale::Binary)),
            "si" => return Ok(Self::Human(Scale::Decimal)),
            "" => return Err("a size is missing".to_owned()),
            _ => {}
        }
        let wrong = || format!("{text:?} is no size, as 1K, MB or 4096");
        // Digits in groups, which the C locale and psight have not.
        let text = text.strip_prefix('\'').unwrap_or(text);
        let end = text.find(|char: char| !char.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at_checked(end).ok_or_else(wrong)?;
        let (factor, suffix) =
            if unit.is_empty() { (1, "") } else { of(unit).ok_or_else(wrong)? };
        let count = if number.is_empty() { 1 } else { number.parse().map_err(|_| wrong())? };
        let bytes = factor.checked_mul(count).filter(|bytes| *bytes > 0).ok_or_else(wrong)?;
        // A size that is counted stands in the head alone.
        Ok(Self::Of { bytes, suffix: if number.is_empty() { suffix } else { "" } })
    }

    /// What stands above amounts: `1K-blocks`.
    fn head(self, portable: bool) -> String {
        match self {
            Self::Human(_) => "Size".to_owned(),
            Self::Of { bytes, .. } if portable => format!("{bytes}-blocks"),
            Self::Of { bytes, .. } => {
                let scale = if bytes % 1024 == 0 { Scale::Binary } else { Scale::Decimal };
                let letter = if scale == Scale::Binary { "" } else { "B" };
                format!("{}{letter}-blocks", rounded_up(bytes, scale).replace(".0", ""))
            }
        }
    }

    fn written(self, bytes: u64) -> String {
        match self {
            Self::Human(scale) => rounded_up(bytes, scale),
            Self::Of { bytes: unit, suffix } => format!("{}{suffix}", bytes.div_ceil(unit)),
        }
    }
}

/// How many bytes a unit is, and how it is written.
fn of(unit: &str) -> Option<(u64, &'static str)> {
    UNITS.iter().find_map(|(binary, decimal, power)| {
        if unit.eq_ignore_ascii_case(decimal) {
            return Some((1000_u64.pow(*power), *decimal));
        }
        let letter = unit.strip_suffix("iB").unwrap_or(unit);
        letter.eq_ignore_ascii_case(binary).then(|| (1024_u64.pow(*power), *binary))
    })
}

/// The unit where no option names one: what the first of these variables says that is set, as in coreutils.
fn of_environment(variable: impl Fn(&str) -> Option<String>) -> Block {
    let posix = variable("POSIXLY_CORRECT").is_some();
    let usual = Block::Of { bytes: if posix { 512 } else { 1024 }, suffix: "" };
    let said = ["DF_BLOCK_SIZE", "BLOCK_SIZE", "BLOCKSIZE"].into_iter().find_map(variable);
    said.and_then(|size| Block::parse(&size).ok()).unwrap_or(usual)
}

impl Arguments {
    /// The unit of amounts.
    pub(super) fn block(&self) -> Block {
        match (self.human, self.si, self.kibi, self.mebi, self.block_size) {
            (true, ..) => Block::Human(Scale::Binary),
            (_, true, ..) => Block::Human(Scale::Decimal),
            (_, _, true, ..) => Block::Of { bytes: 1024, suffix: "" },
            (.., true, _) => Block::Of { bytes: 1 << 20, suffix: "" },
            (.., Some(block)) => block,
            _ => of_environment(|name| std::env::var(name).ok()),
        }
    }

    fn heads(&self) -> Vec<Head> {
        use Head::{
            Avail, Fstype, Iavail, Ipcent, Itotal, Iused, Pcent, Size, Source, Target, Used,
        };
        if let Some(chosen) = &self.output {
            let all = || Head::value_variants().to_vec();
            return if chosen.is_empty() { all() } else { chosen.clone() };
        }
        let mut heads = vec![Source];
        heads.extend(self.print_type.then_some(Fstype));
        heads.extend(if self.inodes {
            [Itotal, Iused, Iavail, Ipcent]
        } else {
            [Size, Used, Avail, Pcent]
        });
        heads.push(Target);
        heads
    }

    fn column(&self, head: Head) -> Column {
        let amount = |title: &str| Column::right(title).at_least(5);
        match head {
            Head::Source => Column::left("Filesystem").at_least(14).giving_way(),
            Head::Fstype => Column::left("Type"),
            Head::Itotal => amount("Inodes"),
            Head::Iused => amount("IUsed"),
            Head::Iavail => amount("IFree"),
            Head::Ipcent => Column::right("IUse%"),
            Head::Size => amount(&self.block().head(self.portability)),
            Head::Used => amount("Used"),
            Head::Avail => match self.block() {
                Block::Of { .. } if self.output.is_none() => amount("Available"),
                _ => amount("Avail"),
            },
            Head::Pcent if self.portability && matches!(self.block(), Block::Of { .. }) => {
                Column::right("Capacity")
            }
            Head::Pcent => Column::right("Use%"),
            Head::File => Column::left("File").giving_way(),
            Head::Target => Column::left("Mounted on").giving_way(),
        }
    }
}

pub(super) fn table(arguments: &Arguments, rows: &[Row]) -> Table {
    let heads = arguments.heads();
    let mut table = Table::new(heads.iter().map(|head| arguments.column(*head)).collect());
    for row in rows {
        table.row(heads.iter().map(|head| cell(arguments, row, *head)));
    }
    if arguments.total {
        let sum = Sum::of(rows);
        table.row(heads.iter().map(|head| sum.cell(arguments, *head)));
    }
    table
}

fn cell(arguments: &Arguments, row: &Row, head: Head) -> Line {
    let usage = row.usage.as_ref();
    match head {
        Head::Source => {
            let device = row.partition.device.as_deref().unwrap_or_else(|| OsStr::new("-"));
            Line::new().with_os(Paint::Plain, device)
        }
        Head::Fstype => Line::new().with_os(Paint::Plain, &row.partition.fstype),
        Head::File => match &row.file {
            Some(file) => Line::new().with_os(Paint::Plain, file),
            None => unknown(),
        },
        Head::Target => {
            let place = Line::new().with_os(Paint::Plain, &row.partition.mountpoint);
            if row.hangs { place.with(Paint::Bad, "  (does not answer)") } else { place }
        }
        Head::Itotal | Head::Iused | Head::Iavail | Head::Ipcent => {
            number(arguments, head, usage.and_then(files))
        }
        _ => number(arguments, head, usage.map(space)),
    }
}

/// All, used and left; bytes or files.
type Amounts = (u64, u64, u64);

fn space(usage: &DiskUsage) -> Amounts {
    (usage.total, usage.used, usage.free)
}

fn files(usage: &DiskUsage) -> Option<Amounts> {
    let (all, left) = (usage.files?, usage.files_free?);
    Some((all, all.saturating_sub(left), left))
}

fn number(arguments: &Arguments, head: Head, amounts: Option<Amounts>) -> Line {
    let Some((all, used, left)) = amounts else { return unknown() };
    let files = |amount: u64| match arguments.block() {
        Block::Human(scale) => rounded_up(amount, scale),
        Block::Of { .. } => amount.to_string(),
    };
    let text = match head {
        Head::Itotal => files(all),
        Head::Iused => files(used),
        Head::Iavail => files(left),
        Head::Size => arguments.block().written(all),
        Head::Used => arguments.block().written(used),
        Head::Avail => arguments.block().written(left),
        _ => return share(used, left).map_or_else(unknown, fullness),
    };
    Line::new().with(Paint::Plain, text)
}

fn fullness(share: u64) -> Line {
    let paint = match Paint::of_fullness(share as f64) {
        Paint::Good => Paint::Plain,
        alarm => alarm,
    };
    Line::new().with(paint, format!("{share}%"))
}

fn unknown() -> Line {
    Line::new().with(Paint::Faint, "-")
}

/// All of them together.
#[derive(Default)]
struct Sum {
    space: Amounts,
    files: Amounts,
}

impl Sum {
    fn of(rows: &[Row]) -> Self {
        let add = |one: Amounts, other: Amounts| {
            let add = u64::saturating_add;
            (add(one.0, other.0), add(one.1, other.1), add(one.2, other.2))
        };
        let usages = rows.iter().filter_map(|row| row.usage.as_ref());
        usages.fold(Self::default(), |sum, usage| Self {
            space: add(sum.space, space(usage)),
            files: files(usage).map_or(sum.files, |files| add(sum.files, files)),
        })
    }

    fn cell(&self, arguments: &Arguments, head: Head) -> Line {
        match head {
            Head::Source => Line::new().with(Paint::Plain, "total"),
            Head::Fstype | Head::File | Head::Target => Line::new().with(Paint::Plain, "-"),
            Head::Itotal | Head::Iused | Head::Iavail | Head::Ipcent => {
                number(arguments, head, Some(self.files))
            }
            _ => number(arguments, head, Some(self.space)),
        }
    }
}

/// `used` of what can be used, in percent and rounded up, so that nothing in use is never 0 %.
fn share(used: u64, left: u64) -> Option<u64> {
    let (used, left) = (u128::from(used), u128::from(left));
    let whole = used + left;
    if whole == 0 { None } else { u64::try_from((used * 100).div_ceil(whole)).ok() }
}

/// Two digits or more, rounded up: what is left must not look like more than there is, as `df -h` has it.
fn rounded_up(amount: u64, scale: Scale) -> String {
    let base = u128::from(scale.base());
    let letters = if scale == Scale::Binary { "KMGTPE" } else { "kMGTPE" };
    let (mut unit, amount) = (1_u128, u128::from(amount));
    let mut letter = None;
    for next in letters.chars() {
        if amount.div_ceil(unit) < base {
            break;
        }
        unit *= base;
        letter = Some(next);
    }
    let Some(letter) = letter else { return amount.to_string() };
    let tenths = (amount * 10).div_ceil(unit);
    if tenths < 100 {
        format!("{}.{}{letter}", tenths / 10, tenths % 10)
    } else {
        format!("{}{letter}", amount.div_ceil(unit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_names_the_unit_where_no_option_does() {
        let of = |set: &[(&str, &str)]| {
            of_environment(|name| {
                let found = set.iter().find(|(own, _)| *own == name);
                found.map(|(_, value)| (*value).to_owned())
            })
        };
        let blocks = |bytes| Block::Of { bytes, suffix: "" };
        assert_eq!(of(&[]), blocks(1024));
        assert_eq!(of(&[("POSIXLY_CORRECT", "")]), blocks(512));
        assert_eq!(of(&[("BLOCKSIZE", "512"), ("POSIXLY_CORRECT", "1")]), blocks(512));
        assert_eq!(of(&[("BLOCKSIZE", "512"), ("DF_BLOCK_SIZE", "1M")]), blocks(1 << 20));
        assert_eq!(of(&[("BLOCK_SIZE", "human-readable")]), Block::Human(Scale::Binary));
        assert_eq!(of(&[("BLOCK_SIZE", "nonsense")]), blocks(1024));
    }

    #[test]
    fn sizes_are_rounded_up_as_df_does() {
        let binary = |amount| rounded_up(amount, Scale::Binary);
        assert_eq!(binary(0), "0");
        assert_eq!(binary(1023), "1023");
        assert_eq!(binary(1025), "1.1K");
        assert_eq!(binary(10 * 1024), "10K");
        assert_eq!(binary(10 * 1024 + 1), "11K");
        assert_eq!(binary((1 << 20) - 1), "1.0M");
        assert_eq!(rounded_up(999_999, Scale::Decimal), "1.0M");
        assert_eq!(rounded_up(1001, Scale::Decimal), "1.1k");
    }

    #[test]
    fn a_percentage_is_rounded_up() {
        assert_eq!(share(1, 999), Some(1));
        assert_eq!(share(0, 9), Some(0));
        assert_eq!(share(500, 499), Some(51));
        assert_eq!(share(0, 0), None);
        assert_eq!(share(u64::MAX, 0), Some(100));
    }

    #[test]
    fn block_sizes_are_those_of_coreutils() {
        let said = |text: &str| {
            let block = Block::parse(text).unwrap();
            (block.head(false), block.written(1_500_000))
        };
        let is = |head: &str, amount: &str| (head.to_owned(), amount.to_owned());
        assert_eq!(said("1M"), is("1M-blocks", "2"));
        assert_eq!(said("M"), is("1M-blocks", "2M"));
        assert_eq!(said("MiB"), is("1M-blocks", "2M"));
        assert_eq!(said("kB"), is("1kB-blocks", "1500kB"));
        assert_eq!(said("1"), is("1B-blocks", "1500000"));
        assert_eq!(said("2048"), is("2K-blocks", "733"));
        assert_eq!(said("human-readable"), is("Size", "1.5M"));
        assert_eq!(Block::parse("1M").unwrap().head(true), "1048576-blocks");
        for wrong in ["", "0", "x", "1X", "-1", "99999999E"] {
            assert!(Block::parse(wrong).is_err(), "{wrong}");
        }
    }
}
