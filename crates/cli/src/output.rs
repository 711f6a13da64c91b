//! Where answers go: lines for people, or JSON and CSV for programs. Programs get raw numbers in base units under the
//! library's own names, `null` for what is not known, and never a colour or a cut.

use std::borrow::Cow;
use std::io::{self, Write};

use psight::record::{Record, Value};

use crate::line::{Line, Tail};
use crate::table::Table;
use crate::terminal::Terminal;

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// Text for people.
    Table,
    /// One JSON document.
    Json,
    /// One JSON object to a line.
    Ndjson,
    /// RFC 4180, with a line of names.
    Csv,
}

/// Rows of named values, for programs.
#[derive(Debug, Default)]
pub(crate) struct Rows<'a> {
    /// The names of the values, in the order of each row.
    pub(crate) names: Vec<Cow<'static, str>>,
    /// The values of each row.
    pub(crate) rows: Vec<Vec<Value<'a>>>,
}

/// Named values as one, for programs.
pub(crate) fn object<'a>(pairs: impl IntoIterator<Item = (&'static str, Value<'a>)>) -> Value<'a> {
    Value::Map(pairs.into_iter().map(|(name, value)| (Cow::Borrowed(name), value)).collect())
}

/// A number that may not be known, for programs.
pub(crate) fn float(number: Option<f64>) -> Value<'static> {
    number.map_or(Value::Null, Value::Float)
}

/// A record that may not be known, for programs.
pub(crate) fn record<R: Record>(record: Option<&R>) -> Value<'_> {
    record.map_or(Value::Null, Value::record)
}

/// Lines for people that are written together, or not at all where what they tell of fails before the last of them. They
/// lie one behind the other in one text, so that a line takes no memory of its own.
pub(crate) struct Text {
    terminal: Terminal,
    line: Line,
    written: String,
}

impl Text {
    pub(crate) fn new(terminal: Terminal) -> Self {
        Self { terminal, line: Line::new(), written: String::new() }
    }

    /// Adds a line.
    pub(crate) fn line(&mut self, fill: impl FnOnce(&mut Tail<'_>)) {
        self.line.clear();
        fill(&mut self.line.tail());
        if let Some(width) = self.terminal.width {
            self.line.cut_to(width, self.terminal.cut_mark());
        }
        self.line.render_to(self.terminal.colour, &mut self.written);
        self.written.push('\n');
    }
}

/// Standard output, written to as a whole line at a time.
pub(crate) struct Output {
    to: Box<dyn Write>,
    /// What kind of output was asked for.
    pub(crate) format: Format,
    /// What the output looks like to the layout.
    pub(crate) terminal: Terminal,
}

impl Output {
    pub(crate) fn new(to: Box<dyn Write>, format: Format, terminal: Terminal) -> Self {
        Self { to, format, terminal }
    }

    /// Writes lines for people.
    pub(crate) fn lines(&mut self, lines: impl IntoIterator<Item = Line>) -> io::Result<()> {
        let mut written = String::new();
        for mut line in lines {
            if let Some(width) = self.terminal.width {
                line.cut_to(width, self.terminal.cut_mark());
            }
            write_line(&mut self.to, &line, self.terminal.colour, &mut written)?;
        }
        self.to.flush()
    }

    /// Writes lines for people that have been collected.
    pub(crate) fn text(&mut self, text: &Text) -> io::Result<()> {
        self.raw(text.written.as_bytes())
    }

    /// Writes a table for people, row by row, so that a long one is not laid out in memory as a whole.
    pub(crate) fn table(&mut self, table: &Table) -> io::Result<()> {
        let Terminal { width, colour, .. } = self.terminal;
        let (mark, mut written) = (self.terminal.cut_mark(), String::new());
        table
            .each_line(width, mark, |line| write_line(&mut self.to, line, colour, &mut written))?;
        self.to.flush()
    }

    /// Writes what is neither lines nor data: a script, a page of the manual.
    pub(crate) fn raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.to.write_all(bytes)?;
        self.to.flush()
    }

    /// Begins what is shown again: on a cleared screen, or after an empty line where there is none to clear.
    pub(crate) fn again(&mut self, is_first: bool) -> io::Result<()> {
        match (self.format, self.terminal.height) {
            (Format::Table, Some(_)) => write!(self.to, "\x1b[H\x1b[2J\x1b[3J"),
            (Format::Table, None) if !is_first => writeln!(self.to),
            _ => Ok(()),
        }
    }

    /// Writes rows for programs.
    pub(crate) fn rows(&mut self, rows: Rows<'_>) -> io::Result<()> {
        match self.format {
            Format::Csv => self.csv(&rows),
            Format::Ndjson => {
                for object in objects(rows) {
                    self.json(&object)?;
                    writeln!(self.to)?;
                    self.to.flush()?;
                }
                Ok(())
            }
            Format::Json | Format::Table => self.array(rows),
        }?;
        self.to.flush()
    }

    /// Writes one answer that is not a list, for programs.
    pub(crate) fn document(&mut self, document: &Value<'_>) -> io::Result<()> {
        self.json(document)?;
        writeln!(self.to)?;
        self.to.flush()
    }

    /// An array with one object to a line, for tools that look at lines.
    fn array(&mut self, rows: Rows<'_>) -> io::Result<()> {
        write!(self.to, "[")?;
        for (at, object) in objects(rows).enumerate() {
            write!(self.to, "{}", if at > 0 { ",\n" } else { "\n" })?;
            self.json(&object)?;
        }
        writeln!(self.to, "\n]")
    }

    fn csv(&mut self, rows: &Rows<'_>) -> io::Result<()> {
        let names = rows.names.iter().map(|name| quoted(name));
        write!(self.to, "{}\r\n", names.collect::<Vec<_>>().join(","))?;
        for row in &rows.rows {
            let values = row.iter().map(csv_value).collect::<io::Result<Vec<_>>>()?;
            write!(self.to, "{}\r\n", values.join(","))?;
        }
        Ok(())
    }

    fn json(&mut self, value: &Value<'_>) -> io::Result<()> {
        // serde_json's error holds the io::Error; its From gives it back.
        serde_json::to_writer(&mut self.to, value).map_err(io::Error::from)
    }
}

/// Writes a line, if it is painted in memory that is there.
fn write_line(
    to: &mut impl Write,
    line: &Line,
    colour: bool,
    written: &mut String,
) -> io::Result<()> {
    if !colour {
        to.write_all(line.plain().as_bytes())?;
        return to.write_all(b"\n");
    }
    written.clear();
    line.render_to(colour, written);
    written.push('\n');
    to.write_all(written.as_bytes())
}

fn objects(rows: Rows<'_>) -> impl Iterator<Item = Value<'_>> {
    let Rows { names, rows } = rows;
    rows.into_iter().map(move |row| Value::Map(names.iter().cloned().zip(row).collect()))
}

fn csv_value(value: &Value<'_>) -> io::Result<String> {
    Ok(match value {
        Value::Null => String::new(),
        Value::Text(text) => quoted(text).into_owned(),
        Value::OsText(text) => match text.to_str() {
            Some(text) => quoted(text).into_owned(),
            None => quoted(&serde_json::to_string(value)?).into_owned(),
        },
        _ => quoted(&serde_json::to_string(value)?).into_owned(),
    })
}

fn quoted(text: &str) -> Cow<'_, str> {
    if text.contains([',', '"', '\r', '\n']) {
        Cow::Owned(format!("\"{}\"", text.replace('"', "\"\"")))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn written(format: Format, rows: Rows<'_>) -> String {
        let kept = Kept::default();
        let terminal = Terminal { width: Some(5), height: None, colour: true, unicode: true };
        Output::new(Box::new(kept.clone()), format, terminal).rows(rows).unwrap();
        let bytes = kept.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    fn rows() -> Rows<'static> {
        Rows {
            names: vec!["pid".into(), "name".into(), "rss".into()],
            rows: vec![
                vec![Value::Uint(1), Value::OsText(OsStr::new("a,\"b\"")), Value::Null],
                vec![
                    Value::Uint(2),
                    Value::OsText(OsStr::from_bytes(b"\x1b\xff")),
                    Value::Uint(4096),
                ],
            ],
        }
    }

    #[test]
    fn json_is_whole_and_unpainted_on_the_narrowest_terminal() {
        assert_eq!(
            written(Format::Json, rows()),
            "[\n{\"pid\":1,\"name\":\"a,\\\"b\\\"\",\"rss\":null},\n\
             {\"pid\":2,\"name\":{\"bytes\":\"1bff\"},\"rss\":4096}\n]\n"
        );
        assert_eq!(written(Format::Json, Rows::default()), "[\n]\n");
    }

    #[test]
    fn ndjson_has_an_object_to_a_line() {
        assert_eq!(written(Format::Ndjson, rows()).lines().count(), 2);
    }

    #[test]
    fn csv_quotes_what_needs_it_and_leaves_the_unknown_empty() {
        assert_eq!(
            written(Format::Csv, rows()),
            "pid,name,rss\r\n1,\"a,\"\"b\"\"\",\r\n2,\"{\"\"bytes\"\":\"\"1bff\"\"}\",4096\r\n"
        );
    }
}
