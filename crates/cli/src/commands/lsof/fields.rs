//! The output of `lsof -F`: a letter and a value to a line, for programs.

use psight::Pid;

use super::entry::{Entry, Held, Owner};
use crate::line::{Line, Paint};
use crate::sanitize;

/// Which fields, and what ends each of them.
#[derive(Debug, Clone)]
pub(super) struct Fields {
    letters: Option<String>,
    end: char,
}

/// What `-F` knows.
const KNOWN: &str = "acdDfFgGiklLnopPrRstTu0";

impl Fields {
    /// Reads the letters; none means all, and `0` ends fields with a NUL instead of lines.
    pub(super) fn parse(word: &str) -> Result<Self, String> {
        if let Some(unknown) = word.chars().find(|letter| !KNOWN.contains(*letter)) {
            return Err(format!("{unknown:?} is no field: there are {KNOWN}"));
        }
        let end = if word.contains('0') { '\0' } else { '\n' };
        let letters: String = word.chars().filter(|letter| *letter != '0').collect();
        Ok(Self { letters: (!letters.is_empty()).then_some(letters), end })
    }

    fn has(&self, letter: char) -> bool {
        self.letters.as_ref().is_none_or(|letters| letters.contains(letter))
    }

    /// The lines of a process and its files.
    pub(super) fn write(&self, owner: &Owner, entries: &[Entry], out: &mut String) {
        let mut set = Set { fields: self, out };
        let number = |number: Option<Pid>| number.map(|number| number.to_string());
        set.always('p', &owner.pid.to_string());
        set.some('g', number(owner.pgid));
        set.some('R', number(owner.ppid));
        set.some('c', Some(sanitize::os_text(&owner.name).into_owned()));
        set.some('u', owner.uid.map(|uid| uid.to_string()));
        set.some('L', owner.user.as_ref().map(|user| sanitize::os_text(user).into_owned()));
        set.end();
        let only_processes =
            |letters: &String| letters.chars().all(|letter| "pgRcuL".contains(letter));
        if self.letters.as_ref().is_some_and(only_processes) {
            return;
        }
        for entry in entries {
            self.file(entry, &mut Set { fields: self, out: set.out });
        }
    }

    fn file(&self, entry: &Entry, set: &mut Set<'_>) {
        set.some('f', Some(entry.fd().to_string()));
        set.some('a', Some(entry.access().to_string()));
        set.some('l', Some(entry.lock().to_string()));
        set.some('t', Some(entry.kind().to_owned()));
        if let Held::Descriptor(descriptor) = &entry.held {
            set.some('G', descriptor.flags.map(|flags| format!("0x{flags:x};0x0")));
        }
        let is_socket = entry.socket().is_some();
        match is_socket {
            true => set.some('d', entry.device().map(|device| device.to_string())),
            false => {
                set.some('D', entry.dev().map(|dev| format!("0x{dev:x}")));
                let is_device = matches!(entry.kind(), "CHR" | "BLK");
                let own = entry.rdev().filter(|_| is_device && self.letters.is_some());
                set.some('r', own.map(|dev| format!("0x{dev:x}")));
            }
        }
        // Who asks for positions by name gets no sizes.
        let positions = self.letters.as_ref().is_some_and(|letters| letters.contains('o'));
        match entry.size().filter(|_| !positions) {
            Some(size) => set.some('s', Some(size.to_string())),
            None => set.some('o', entry.position().map(|position| format!("0t{position}"))),
        }
        let protocol = entry.protocol();
        if protocol.is_none() {
            set.some('i', entry.ino().map(|ino| ino.to_string()));
        }
        if !is_socket {
            set.some('k', entry.nlink().map(|names| names.to_string()));
        }
        set.some('P', protocol.map(str::to_owned));
        // Through a Line, which cleans it; the mark keeps blanks at the end.
        let mut name = Line::new();
        entry.name(&mut name.tail());
        let name = name.with(Paint::Plain, "|").render(false);
        set.some('n', name.strip_suffix('|').map(str::to_owned));
        set.some('T', entry.state().map(|state| format!("ST={state}")));
        if let Some(socket) = entry.socket() {
            set.some('T', socket.recv_queue.map(|bytes| format!("QR={bytes}")));
            set.some('T', entry.send_queue().map(|bytes| format!("QS={bytes}")));
        }
        set.end();
    }
}

/// The fields of one process or one file.
struct Set<'a> {
    fields: &'a Fields,
    out: &'a mut String,
}

impl Set<'_> {
    fn always(&mut self, letter: char, value: &str) {
        self.out.push(letter);
        self.out.push_str(value);
        self.out.push(self.fields.end);
    }

    /// What is not known has no line.
    fn some(&mut self, letter: char, value: Option<String>) {
        if let Some(value) = value.filter(|_| self.fields.has(letter)) {
            self.always(letter, &value);
        }
    }

    fn end(&mut self) {
        if self.fields.end == '\0' {
            self.out.push('\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_mean_nothing_are_refused() {
        assert!(Fields::parse("pcfn0").is_ok());
        assert!(Fields::parse("").is_ok());
        assert!(Fields::parse("pz").is_err());
    }
}
