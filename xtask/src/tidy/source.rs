//! A source file, with its comments and texts told from its code.

/// A file of the repository.
pub(super) struct Source {
    /// Relative to the workspace.
    pub(super) path: String,
    pub(super) text: String,
    /// The same lines with comments, texts and everything from `mod tests` on blanked, if it is Rust.
    pub(super) code: Vec<String>,
}

impl Source {
    pub(super) fn new(path: String, text: String) -> Self {
        let code = if path.ends_with(".rs") { without_tests(&blanked(&text)) } else { Vec::new() };
        Self { path, text, code }
    }

    /// Whether this is a file of Rust that ships, as opposed to tests and benchmarks.
    pub(super) fn is_shipped(&self) -> bool {
        let apart = ["/tests/", "/benches/", "/examples/", "/fuzz_targets/"];
        let apart = apart.iter().any(|dir| self.path.contains(dir));
        self.path.ends_with(".rs") && !apart && !self.path.ends_with("/tests.rs")
    }

    pub(super) fn is_in(&self, dir: &str) -> bool {
        self.path.starts_with(dir)
    }

    /// The numbers of the lines of code in which `word` stands, from 1.
    pub(super) fn lines_with<'a>(&'a self, word: &'a str) -> impl Iterator<Item = usize> + 'a {
        let with = self.code.iter().enumerate().filter(move |(_, line)| has_word(line, word));
        with.map(|(number, _)| number + 1)
    }
}

/// Whether `word` stands in `line` by itself, not as a part of a longer name.
pub(super) fn has_word(line: &str, word: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        let after = line.get(at + word.len()..).and_then(|text| text.chars().next());
        !(before.is_some_and(is_name) && word.starts_with(is_name)
            || after.is_some_and(is_name) && word.ends_with(is_name))
    })
}

fn without_tests(code: &str) -> Vec<String> {
    let mut lines: Vec<String> = code.lines().map(str::to_owned).collect();
    let tests = |pair: &[String]| match pair {
        [a, b] => a.trim() == "#[cfg(test)]" && b.trim_start().starts_with("mod "),
        _ => false,
    };
    if let Some(start) = lines.windows(2).position(tests) {
        lines.truncate(start);
    }
    lines
}

/// What the scanner is in the middle of.
#[derive(Clone, Copy, PartialEq)]
enum Within {
    Code,
    LineComment,
    /// Block comments nest.
    BlockComment(u32),
    Text,
    /// A raw text ends with as many `#` as it began with.
    RawText(usize),
}

/// `text` with comments and the insides of texts blanked, line by line as before.
fn blanked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut within = Within::Code;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let (taken, shown, next) = step(within, rest, c);
        let (piece, tail) = rest.split_at(taken);
        if shown {
            out.push_str(piece);
        } else {
            out.extend(piece.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        }
        (within, rest) = (next, tail);
    }
    out
}

/// How many bytes to take, whether they are code, and what follows.
fn step(within: Within, rest: &str, c: char) -> (usize, bool, Within) {
    let one = c.len_utf8();
    match within {
        Within::Code => code_step(rest, one),
        Within::LineComment if c == '\n' => (one, true, Within::Code),
        Within::BlockComment(depth) if rest.starts_with("*/") => {
            (2, false, if depth == 1 { Within::Code } else { Within::BlockComment(depth - 1) })
        }
        Within::BlockComment(depth) if rest.starts_with("/*") => {
            (2, false, Within::BlockComment(depth + 1))
        }
        Within::Text if c == '\\' => {
            let escaped = rest.chars().nth(1).map_or(0, char::len_utf8);
            (one + escaped, false, Within::Text)
        }
        Within::Text if c == '"' => (one, true, Within::Code),
        Within::RawText(hashes) if rest.starts_with(&format!("\"{}", "#".repeat(hashes))) => {
            (1 + hashes, true, Within::Code)
        }
        same => (one, false, same),
    }
}

fn code_step(rest: &str, one: usize) -> (usize, bool, Within) {
    if rest.starts_with("//") {
        return (2, false, Within::LineComment);
    }
    if rest.starts_with("/*") {
        return (2, false, Within::BlockComment(1));
    }
    if rest.starts_with('"') {
        return (1, true, Within::Text);
    }
    // The quotes as characters: a lifetime has no second one so near.
    for quote in ["'\"'", "'\\\"'", "'\\''", "b'\"'", "'\\\\'"] {
        if rest.starts_with(quote) {
            return (quote.len(), true, Within::Code);
        }
    }
    let raw = rest.strip_prefix("br").or_else(|| rest.strip_prefix('r'));
    if let Some(after) = raw {
        let hashes = after.len() - after.trim_start_matches('#').len();
        if after.trim_start_matches('#').starts_with('"') {
            return (rest.len() - after.len() + hashes + 1, true, Within::RawText(hashes));
        }
    }
    // A whole name at once, so that the r that ends one does not begin a raw text.
    let name = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    (name.max(one), true, Within::Code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_texts_are_not_code() {
        let text = "a /* x /* y */ z */ b // c\n\"d\\\" e\" f r#\"g \" h\"# i '\"' j br\"k\" l";
        let code = blanked(text);
        let words: Vec<_> = code.split_whitespace().collect();
        assert_eq!(code.lines().count(), 2);
        for kept in ["a", "b", "f", "i", "j", "l"] {
            assert!(words.contains(&kept), "{kept} is code: {code:?}");
        }
        for gone in ['x', 'y', 'z', 'c', 'd', 'e', 'g', 'h', 'k'] {
            assert!(!code.contains(gone), "{gone} is not code: {code:?}");
        }
    }

    #[test]
    fn a_name_that_holds_a_word_is_not_the_word() {
        assert!(has_word("unsafe {", "unsafe"));
        assert!(!has_word("unsafe_code", "unsafe"));
        assert!(has_word("x(println!(\"\"))", "println!"));
        assert!(!has_word("eprintln!()", "println!"));
    }

    #[test]
    fn tests_at_the_end_do_not_count() {
        let source = Source::new("a.rs".into(), "a\n#[cfg(test)]\nmod tests {\nb\n}\n".into());
        assert_eq!(source.code, ["a"]);
    }
}
