//! Reads env files (`.env` and others): names, values, and the line on which each name is set.

use std::{
    cell::Cell,
    io::{self, Read},
    rc::Rc,
};

/// Largest env file that is read.
pub const MAX_BYTES: u64 = 1 << 20;

/// One assignment.
#[derive(Clone, Debug, PartialEq)]
pub struct Assignment {
    /// The variable.
    pub name: String,
    /// Its value, quotes and escapes undone, references to other variables replaced.
    pub value: String,
    /// Zero-based line on which the assignment begins.
    pub line: u32,
}

/// An env file as it was understood.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EnvFile {
    /// The assignments in the order of the file; a later one of the same name holds.
    pub assignments: Vec<Assignment>,
    /// Lines that are no assignment, with a message. Never contains a value.
    pub problems: Vec<(u32, String)>,
}

/// Parses the text of an env file with dotenvy, and finds out the line of every assignment on the way.
pub fn parse(text: &str) -> EnvFile {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let given = Rc::new(Cell::new(0));
    let reader = LineReader {
        rest: text.as_bytes(),
        given: given.clone(),
    };
    let lines: Vec<&str> = text.split('\n').collect();
    let mut file = EnvFile::default();
    let mut from = 0;
    for item in dotenvy::from_read_iter(reader) {
        let to = given.get();
        // Comments and blank lines were read on the way to the assignment.
        let first = (from..to)
            .find(|line| lines.get(*line).is_some_and(|text| is_statement(text)))
            .unwrap_or(from);
        from = to;
        let line = u32::try_from(first).unwrap_or(u32::MAX);
        match item {
            Ok((name, value)) => file.assignments.push(Assignment { name, value, line }),
            Err(dotenvy::Error::Io(error)) => {
                file.problems
                    .push((line, format!("the file cannot be read further: {error}")));
                break;
            }
            Err(_) => file
                .problems
                .push((line, "this is no assignment of the form NAME=value".into())),
        }
    }
    file
}

fn is_statement(line: &str) -> bool {
    let line = line.trim_start();
    !line.is_empty() && !line.starts_with('#')
}

/// Gives one line per read and counts them, so that the lines behind an assignment are not read with it.
struct LineReader<'a> {
    rest: &'a [u8],
    given: Rc<Cell<usize>>,
}

impl Read for LineReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let end = self
            .rest
            .iter()
            .position(|b| *b == b'\n')
            .map_or(self.rest.len(), |at| at + 1);
        let count = end.min(buffer.len());
        buffer[..count].copy_from_slice(&self.rest[..count]);
        if count > 0 && (self.rest[count - 1] == b'\n' || count == self.rest.len()) {
            self.given.set(self.given.get() + 1);
        }
        self.rest = &self.rest[count..];
        Ok(count)
    }
}

/// The byte ranges in which an env file names a variable: where it is set, and where other values use it as `${NAME}` or
/// `$NAME`. Comments are left out.
pub fn places(text: &str, name: &str) -> Vec<std::ops::Range<usize>> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let statement = line.trim_start();
        if !statement.starts_with('#') {
            for (at, _) in line.match_indices(name) {
                let before = &line[..at];
                let after = &line[at + name.len()..];
                let whole = !before.ends_with(is_word) && !after.starts_with(is_word);
                let head = before.trim();
                let is_set =
                    (head.is_empty() || head == "export") && after.trim_start().starts_with('=');
                let is_used =
                    before.ends_with('$') || before.ends_with("${") && after.starts_with('}');
                if whole && (is_set || is_used) {
                    found.push(start + at..start + at + name.len());
                }
            }
        }
        start += line.len();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(u32, String, String)> {
        parse(text)
            .assignments
            .into_iter()
            .map(|a| (a.line, a.name, a.value))
            .collect()
    }

    fn at(line: u32, name: &str, value: &str) -> (u32, String, String) {
        (line, name.into(), value.into())
    }

    #[test]
    fn quotes_comments_export_and_several_lines() {
        let text = "\u{feff}# first\nA=1\n\nexport B='two words' # comment\nC=\"line one\nline two\"\n  # more\nD=\"a\\\"b\"\r\nE=";
        assert_eq!(
            found(text),
            [
                at(1, "A", "1"),
                at(3, "B", "two words"),
                at(4, "C", "line one\nline two"),
                at(7, "D", "a\"b"),
                at(8, "E", "")
            ]
        );
    }

    #[test]
    fn references_are_replaced() {
        assert_eq!(
            found("HOST_OF_TEST=h\nURL=\"s3://${HOST_OF_TEST}/x\"\n")[1],
            at(1, "URL", "s3://h/x")
        );
    }

    #[test]
    fn a_bad_line_is_named_without_its_value_and_the_others_hold() {
        let file = parse("A=1\nno assignment secret\nB=2\n");
        assert_eq!(
            file.assignments.iter().map(|a| a.line).collect::<Vec<_>>(),
            [0, 2]
        );
        assert_eq!(file.problems.iter().map(|p| p.0).collect::<Vec<_>>(), [1]);
        assert!(!file.problems[0].1.contains("secret"));
    }

    #[test]
    fn an_unclosed_quote_is_a_problem_at_its_line() {
        let file = parse("A=1\nB=\"open\nC=3\n");
        assert_eq!(file.assignments.len(), 1);
        assert_eq!(file.problems.iter().map(|p| p.0).collect::<Vec<_>>(), [1]);
    }

    #[test]
    fn long_lines_count_once() {
        let text = format!("A={}\nB=2\n", "x".repeat(100_000));
        assert_eq!(found(&text)[1], at(1, "B", "2"));
    }
}
