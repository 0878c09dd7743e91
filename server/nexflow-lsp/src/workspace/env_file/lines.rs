//! Cuts an env file into lines and says what each is.

use std::ops::Range;

/// How a value is quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quote {
    /// Up to the end of the line or to a comment.
    None,
    /// `'…'`: as it is.
    Single,
    /// `"…"`: with escapes.
    Double,
}

/// A line that sets a variable.
#[derive(Debug)]
pub struct Assigned {
    /// Where the name stands.
    pub name: Range<usize>,
    /// Where the value stands, without its quotes.
    pub value: Range<usize>,
    /// How it is quoted.
    pub quote: Quote,
}

/// What a line is. Blank lines and comments are not given.
#[derive(Debug)]
pub enum Line {
    /// `NAME=value`, with lines more when the value is in quotes.
    Assignment(Assigned),
    /// A name and nothing else, as in `export NAME`.
    Bare(Range<usize>),
    /// Something else; why.
    Bad(&'static str),
}

/// The lines of a text, each with its zero-based number.
pub struct Lines<'t> {
    text: &'t str,
    at: usize,
    number: u32,
}

const BLANKS: [char; 2] = [' ', '\t'];

impl<'t> Lines<'t> {
    /// All lines of a text. A byte order mark in front of them counts for nothing.
    pub fn new(text: &'t str) -> Lines<'t> {
        Lines {
            text,
            at: text.len() - text.trim_start_matches('\u{feff}').len(),
            number: 0,
        }
    }

    /// The end of the line at an offset, without its line break.
    fn end(&self, from: usize) -> usize {
        let rest = &self.text[from..];
        let line = rest.split('\n').next().unwrap_or(rest);
        let line = line.strip_suffix('\r').unwrap_or(line);
        from + line.len()
    }

    /// Goes on behind the line in which an offset lies.
    fn leave(&mut self, offset: usize) {
        let next = self.text[offset..].find('\n');
        let next = next.map_or(self.text.len(), |found| offset + found + 1);
        let passed = self.text[self.at..next].matches('\n').count();
        self.number += u32::try_from(passed).unwrap_or(u32::MAX);
        self.at = next;
    }

    fn skip_blanks(&self, from: usize, end: usize) -> usize {
        end - self.text[from..end].trim_start_matches(BLANKS).len()
    }

    /// The line that begins at an offset with something other than a blank, and the offset at which it is over.
    fn line(&self, from: usize, end: usize) -> (Line, usize) {
        let text = self.text;
        let exported = text[from..end].strip_prefix("export");
        let start = match exported {
            Some(rest) if rest.starts_with(BLANKS) => self.skip_blanks(end - rest.len(), end),
            _ => from,
        };
        let is_part = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
        let rest = &text[start..end];
        let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let name = start..start + length;
        let behind = self.skip_blanks(name.end, end);
        let rest = &text[behind..end];
        let separated = rest.strip_prefix('=').or_else(|| {
            let value = rest.strip_prefix(':')?;
            value.starts_with(BLANKS).then_some(value)
        });
        let is_name = text[name.clone()].starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        match separated {
            Some(value) if is_name => self.value(name, end - value.len(), end),
            Some(_) => (Line::Bad(NO_NAME), end),
            None if is_name && (rest.is_empty() || rest.starts_with('#')) => {
                (Line::Bare(name), end)
            }
            None if text[start..end].contains('=') => (Line::Bad(NO_NAME), end),
            None => (Line::Bad(NO_ASSIGNMENT), end),
        }
    }

    fn value(&self, name: Range<usize>, from: usize, end: usize) -> (Line, usize) {
        let assigned = |value: Range<usize>, quote| {
            Line::Assignment(Assigned {
                name: name.clone(),
                value,
                quote,
            })
        };
        let start = self.skip_blanks(from, end);
        let quote = match self.text[start..end].chars().next() {
            Some('"') => Quote::Double,
            Some('\'') => Quote::Single,
            _ => {
                // A comment begins behind a blank; `#` elsewhere is a part of the value.
                let comment = self.text[from..end]
                    .match_indices('#')
                    .map(|(at, _)| from + at)
                    .find(|at| self.text[from..*at].ends_with(BLANKS));
                let value = self.text[start..comment.unwrap_or(end).max(start)].trim_end();
                return (assigned(start..start + value.len(), Quote::None), end);
            }
        };
        let inside = start + 1;
        let Some(close) = closing(self.text, inside, quote) else {
            return (Line::Bad(UNCLOSED), end);
        };
        let end_of_close = self.end(close);
        let behind = self.skip_blanks(close + 1, end_of_close);
        let rest = &self.text[behind..end_of_close];
        if rest.is_empty() || rest.starts_with('#') {
            (assigned(inside..close, quote), close)
        } else if close < end {
            (Line::Bad(TEXT_BEHIND), end)
        } else {
            // What closes it far below is more likely the quote of another line.
            (Line::Bad(UNCLOSED), end)
        }
    }
}

/// The closing quote for a value that begins at an offset; one behind a backslash does not close.
fn closing(text: &str, from: usize, quote: Quote) -> Option<usize> {
    let wanted = if quote == Quote::Single { b'\'' } else { b'"' };
    let mut escaped = false;
    for (at, byte) in text.as_bytes()[from..].iter().enumerate() {
        if *byte == wanted && !escaped {
            return Some(from + at);
        }
        escaped = *byte == b'\\' && !escaped;
    }
    None
}

const NO_ASSIGNMENT: &str = "expected `NAME=value`";
const NO_NAME: &str =
    "invalid variable name: use letters, digits, `_`, `.` and `-`, and start with a letter or `_`";
const UNCLOSED: &str = "unclosed quote";
const TEXT_BEHIND: &str = "unexpected text after the closing quote";

impl Iterator for Lines<'_> {
    type Item = (u32, Line);

    fn next(&mut self) -> Option<(u32, Line)> {
        while self.at < self.text.len() {
            let number = self.number;
            let end = self.end(self.at);
            let start = self.skip_blanks(self.at, end);
            if start == end || self.text[start..].starts_with('#') {
                self.leave(end);
                continue;
            }
            let (line, over) = self.line(start, end);
            self.leave(over);
            return Some((number, line));
        }
        None
    }
}
