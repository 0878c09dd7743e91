//! A text, line by line, with where each line comes from.

use crate::effective::Origin;

/// A text whose lines know where they come from.
#[derive(Clone, Debug, Default)]
pub struct Text {
    /// All lines, each with its end.
    text: String,
    lines: Vec<LineEnd>,
    /// What could not be written, in words.
    pub problems: Vec<String>,
}

#[derive(Clone, Debug)]
struct LineEnd {
    /// Where the next line begins.
    end: usize,
    origin: Option<Origin>,
    is_heading: bool,
}

/// A line of an output.
#[derive(Clone, Copy, Debug)]
pub struct Line<'t> {
    /// Its text, without the end of the line.
    pub text: &'t str,
    /// Where what it says is written.
    pub origin: Option<&'t Origin>,
    /// It says what follows is about.
    pub is_heading: bool,
}

impl Text {
    /// All lines as one text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// All lines as one text.
    #[must_use]
    pub fn into_string(self) -> String {
        self.text
    }

    /// The number of lines.
    #[must_use]
    pub fn line_count(&self) -> usize {
        self.lines.len()
    }

    /// The lines.
    pub fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        (0..self.lines.len()).filter_map(|number| self.line(number))
    }

    /// One of the lines, counted from 0.
    #[must_use]
    pub fn line(&self, number: usize) -> Option<Line<'_>> {
        let line = self.lines.get(number)?;
        Some(Line {
            text: self.text.get(self.start(number)..line.end - 1)?,
            origin: line.origin.as_ref(),
            is_heading: line.is_heading,
        })
    }

    /// Where a line begins, or would begin that is yet to be written.
    pub(super) fn start(&self, number: usize) -> usize {
        let before = number.checked_sub(1);
        before.map_or(0, |before| self.lines[before].end)
    }

    /// Adds a line.
    pub fn push(&mut self, line: &str, origin: Option<&Origin>) {
        self.text.push_str(line);
        self.end_line(origin.cloned());
    }

    pub(super) fn heading(&mut self, line: &str) {
        self.push(line, None);
        if let Some(line) = self.lines.last_mut() {
            line.is_heading = true;
        }
    }

    /// Adds the lines of another text.
    pub(super) fn append(&mut self, mut other: Text) {
        let before = self.text.len();
        self.text.push_str(&other.text);
        for line in &mut other.lines {
            line.end += before;
        }
        self.lines.append(&mut other.lines);
        self.problems.append(&mut other.problems);
    }

    /// The line that is being written; it is added by [`Text::end_line`].
    pub(super) fn unfinished(&mut self) -> &mut String {
        &mut self.text
    }

    /// Ends the line that is being written.
    pub(super) fn end_line(&mut self, origin: Option<Origin>) {
        self.text.push('\n');
        self.lines.push(LineEnd {
            end: self.text.len(),
            origin,
            is_heading: false,
        });
    }

    /// As [`Text::end_line`], without blanks at the end.
    pub(super) fn end_trimmed_line(&mut self, origin: Option<&Origin>) {
        let start = self.start(self.lines.len());
        let line = self.text[start..].trim_end();
        self.text.truncate(start + line.len());
        self.end_line(origin.cloned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_where_they_were_put() {
        let mut first = Text::default();
        first.heading("# One");
        first.push("", None);
        let mut second = Text::default();
        second.unfinished().push_str("é: 1  ");
        second.end_trimmed_line(None);
        first.append(second);
        first.push("end", None);
        assert_eq!(first.as_str(), "# One\n\né: 1\nend\n");
        let lines: Vec<_> = first.lines().map(|line| line.text).collect();
        assert_eq!(lines, ["# One", "", "é: 1", "end"]);
        let headings: Vec<_> = first.lines().map(|line| line.is_heading).collect();
        assert_eq!(headings, [true, false, false, false]);
        assert_eq!(first.line_count(), 4);
        assert!(first.line(4).is_none());
    }
}
