//! The lines of a text with what shall become of the white space in them.

use nexflow_syntax::{TextEdit, TextRange, TextSize};

use super::FormatOptions;

/// One line.
#[derive(Clone, Debug)]
pub struct Line {
    /// Offset of its first byte.
    pub start: usize,
    /// Offset behind its last byte, without the line break.
    pub end: usize,
    /// How many bytes of blanks it begins with.
    pub indent: usize,
    /// The indentation it shall have; `None` leaves it.
    pub wanted: Option<usize>,
    /// Part of a scalar over several lines (or of something not understood): nothing in it may be touched.
    pub frozen: bool,
    /// The line with which it moves to the left or right, when that line does.
    pub moves_with: Option<usize>,
    /// Spans of blanks inside the line and what each shall become.
    pub gaps: Vec<(usize, usize, &'static str)>,
}

/// All lines of a text.
pub struct Lines {
    /// In order.
    pub lines: Vec<Line>,
    /// The end of the text is content.
    pub keep_end: bool,
}

impl Lines {
    /// Splits a text at its line breaks (`\n` or `\r\n`).
    pub fn new(text: &str) -> Lines {
        let mut lines = Vec::new();
        let mut start = 0;
        for piece in text.split_inclusive('\n') {
            let body = piece.trim_end_matches('\n');
            let body = body.strip_suffix('\r').unwrap_or(body);
            lines.push(Line {
                start,
                end: start + body.len(),
                indent: body.len() - body.trim_start_matches(' ').len(),
                wanted: None,
                frozen: false,
                moves_with: None,
                gaps: Vec::new(),
            });
            start += piece.len();
        }
        Lines {
            lines,
            keep_end: false,
        }
    }

    /// Number of the line that holds an offset.
    pub fn at(&self, offset: usize) -> usize {
        self.lines
            .partition_point(|line| line.start <= offset)
            .saturating_sub(1)
    }

    /// Column (in bytes) of an offset in its line.
    pub fn column(&self, offset: usize) -> usize {
        self.lines
            .get(self.at(offset))
            .map_or(0, |line| offset - line.start)
    }

    /// True when nothing but blanks stands before the offset on its line.
    pub fn is_first(&self, offset: usize) -> bool {
        self.lines
            .get(self.at(offset))
            .is_some_and(|line| line.start + line.indent == offset)
    }

    /// The edits that make the text as wanted.
    pub fn edits(&self, text: &str, options: FormatOptions) -> Vec<TextEdit> {
        let mut edits = Vec::new();
        let mut blanks = 0;
        for line in &self.lines {
            let body = &text[line.start..line.end];
            if let Some(wanted) = self.moved(line)
                && !body.trim().is_empty()
                && wanted != line.indent
            {
                push(
                    &mut edits,
                    line.start,
                    line.start + line.indent,
                    &" ".repeat(wanted),
                );
            }
            if line.frozen {
                blanks = 0;
                continue;
            }
            let trimmed = body.trim_end_matches([' ', '\t']);
            if trimmed.is_empty() {
                blanks += 1;
                let next = text[line.end..]
                    .find('\n')
                    .map_or(text.len(), |at| line.end + at + 1);
                if blanks > options.blank_lines && next > line.end {
                    push(&mut edits, line.start, next, "");
                } else if !body.is_empty() {
                    push(&mut edits, line.start, line.end, "");
                }
                continue;
            }
            blanks = 0;
            if let Some(wanted) = line.wanted
                && line.moves_with.is_none()
                && wanted != line.indent
            {
                push(
                    &mut edits,
                    line.start,
                    line.start + line.indent,
                    &" ".repeat(wanted),
                );
            }
            for (from, to, blank) in &line.gaps {
                if &text[*from..*to] != *blank {
                    push(&mut edits, *from, *to, blank);
                }
            }
            if trimmed.len() < body.len() {
                push(&mut edits, line.start + trimmed.len(), line.end, "");
            }
        }
        self.end_of_text(text, &mut edits);
        edits
    }

    /// The indentation of a line that moves with another one.
    fn moved(&self, line: &Line) -> Option<usize> {
        let owner = self.lines.get(line.moves_with?)?;
        let wanted = self.moved(owner).or(owner.wanted)?;
        (line.indent + wanted).checked_sub(owner.indent)
    }

    /// Exactly one line break ends a text that is not empty.
    fn end_of_text(&self, text: &str, edits: &mut Vec<TextEdit>) {
        let Some(last) = self
            .lines
            .iter()
            .rposition(|line| !text[line.start..line.end].trim().is_empty())
        else {
            return;
        };
        let line = &self.lines[last];
        if line.frozen || self.keep_end {
            return;
        }
        let content_end = line.start
            + text[line.start..line.end]
                .trim_end_matches([' ', '\t'])
                .len();
        let rest = &text[line.end..];
        let break_ = if text.contains("\r\n") { "\r\n" } else { "\n" };
        if rest != break_ {
            edits.retain(|edit| usize::from(edit.range.start()) < content_end);
            push(edits, content_end, text.len(), break_);
        }
    }
}

fn push(edits: &mut Vec<TextEdit>, from: usize, to: usize, insert: &str) {
    let size = |at: usize| TextSize::new(u32::try_from(at).unwrap_or(u32::MAX));
    edits.push(TextEdit {
        range: TextRange::new(size(from), size(to)),
        insert: insert.to_owned(),
    });
}
