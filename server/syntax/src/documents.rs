//! Several YAML documents in one text.

use crate::line::Lines;

/// Where a YAML document begins in a text: with its directives and marker, or with its content.
#[derive(Clone, Copy)]
pub(crate) struct Piece {
    /// The line of its directives or of its marker.
    pub start: usize,
    /// Behind the marker.
    pub content: usize,
    /// It begins with `...`, which ends the document before it.
    pub after_end: bool,
}

/// The pieces of a text, cut at `---` and `...`. The first one begins with the text and may be blank.
pub(crate) fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = vec![Piece {
        start: 0,
        content: 0,
        after_end: false,
    }];
    let mut directives = None;
    for line in Lines::new(text, 0).filter(|line| line.column == 0) {
        let content = &text[line.content..line.end];
        let is = |mark: &str| {
            content
                .strip_prefix(mark)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
        };
        if content.starts_with('%') {
            directives.get_or_insert(line.start);
        } else if is("---") {
            pieces.push(Piece {
                start: directives.take().unwrap_or(line.start),
                content: line.content + 3,
                after_end: false,
            });
        } else if is("...") {
            directives = None;
            pieces.push(Piece {
                start: line.start,
                content: line.content + 3,
                after_end: true,
            });
        }
    }
    pieces
}

impl Piece {
    /// Nothing but comments in front of the first marker, or behind the end of a document.
    pub fn is_no_document(self, text: &str, end: usize) -> bool {
        let body = &text[self.content..end];
        (self.start == self.content || self.after_end)
            && Lines::new(body, 0).all(|line| line.is_trivia(body))
    }
}

/// Blanks in place of a text; line breaks stay.
pub(crate) fn mask(text: &str) -> String {
    let blank = |byte: u8| match byte {
        b'\n' | b'\r' => char::from(byte),
        _ => ' ',
    };
    text.bytes().map(blank).collect()
}
