//! Lines and columns of a text, for requests that ask for many of them.

use nexflow_syntax::{TextRange, TextSize};
use tower_lsp_server::ls_types::{Position, Range};

use crate::text::Encoding;

/// Lines and columns of one text.
pub(crate) struct LineIndex<'t> {
    text: &'t str,
    encoding: Encoding,
    /// Every column is a number of bytes.
    in_bytes: bool,
    /// Where each line begins.
    starts: Vec<u32>,
    /// Columns of places inside long lines, so that none has to be counted from the beginning of its line: that may be as long as the
    /// document.
    marks: Vec<Mark>,
}

/// A place whose column is known.
#[derive(Clone, Copy)]
struct Mark {
    offset: usize,
    column: u32,
}

/// So many bytes lie between two marks.
const MARKED: usize = 512;

impl<'t> LineIndex<'t> {
    /// The lines of `text`.
    pub(crate) fn new(text: &'t str, encoding: Encoding) -> LineIndex<'t> {
        let mut starts = vec![0];
        let bytes = text.as_bytes();
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            // Of the two characters of one line break the second begins the line.
            if bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n') {
                starts.push(u32::try_from(at + 1).unwrap_or(u32::MAX));
            }
        }
        let mut lines = LineIndex {
            text,
            encoding,
            in_bytes: encoding == Encoding::Utf8 || text.is_ascii(),
            starts,
            marks: Vec::new(),
        };
        if !lines.in_bytes {
            lines.mark();
        }
        lines
    }

    fn mark(&mut self) {
        for (line, start) in self.starts.iter().enumerate() {
            let start = *start as usize;
            let end = self.starts.get(line + 1).map(|end| *end as usize);
            let mut from = start;
            let mut column = 0;
            while end.unwrap_or(self.text.len()) - from > MARKED {
                let mut offset = from + MARKED;
                while !self.text.is_char_boundary(offset) {
                    offset -= 1;
                }
                column += self.columns(&self.text[from..offset]);
                self.marks.push(Mark { offset, column });
                from = offset;
            }
        }
    }

    /// Line and column of an offset, each from zero. An offset behind the text counts as its end, one inside a character as the
    /// character's beginning.
    pub(crate) fn position(&self, offset: TextSize) -> Position {
        let mut offset = usize::from(offset).min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self
            .starts
            .partition_point(|start| *start as usize <= offset)
            - 1;
        let start = Mark {
            offset: self.starts[line] as usize,
            column: 0,
        };
        let before = self.marks.partition_point(|mark| mark.offset <= offset);
        let known = before
            .checked_sub(1)
            .map(|at| self.marks[at])
            .filter(|mark| mark.offset >= start.offset)
            .unwrap_or(start);
        let column = known.column + self.columns(&self.text[known.offset..offset]);
        Position::new(u32::try_from(line).unwrap_or(u32::MAX), column)
    }

    /// A range of the text in the protocol's terms.
    pub(crate) fn range(&self, range: TextRange) -> Range {
        Range::new(self.position(range.start()), self.position(range.end()))
    }

    fn columns(&self, text: &str) -> u32 {
        let count = match self.encoding {
            Encoding::Utf16 if !self.in_bytes => text.encode_utf16().count(),
            Encoding::Utf32 if !self.in_bytes => text.chars().count(),
            _ => text.len(),
        };
        u32::try_from(count).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text;
    use ropey::Rope;

    /// Places in lines that are longer than what lies between two marks.
    #[test]
    fn places_in_long_lines_are_those_of_the_whole_text() {
        let line = "a: é🦀 ".repeat(MARKED / 4);
        let text = format!("{line}\n{line}\r\nshort\n{line}");
        let rope = Rope::from_str(&text);
        for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
            let lines = LineIndex::new(&text, encoding);
            // Forth and back in steps that meet every place of a character.
            for step in 0..text.len() {
                let at = step * 7919 % (text.len() + 1);
                let offset = TextSize::new(u32::try_from(at).expect("the text is short"));
                let found = text::position(&rope, offset, encoding);
                assert_eq!(lines.position(offset), found, "at {at}");
            }
        }
    }

    /// The places of every text in every order are those that the rope finds.
    #[test]
    fn places_are_those_of_the_whole_text() {
        let texts = [
            "",
            "a",
            "a: 1\nb: 2\n",
            "a: 1\r\nb: 2\r\n",
            "a\rb\r\rc\n\rd\r\n\r\n",
            "é: 🦀\n🦀🦀: é\u{2028}x\n",
            "\r\n",
        ];
        for text in texts {
            let rope = Rope::from_str(text);
            for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
                let place = |offset: usize| {
                    let offset = TextSize::new(u32::try_from(offset).expect("texts are short"));
                    let found = text::position(&rope, offset, encoding);
                    (offset, found)
                };
                for first in 0..=text.len() {
                    let lines = LineIndex::new(text, encoding);
                    for second in first..=text.len() + 1 {
                        for at in [first, second] {
                            let (offset, expected) = place(at);
                            assert_eq!(lines.position(offset), expected, "{text:?} at {at}");
                        }
                    }
                }
            }
        }
    }
}
