//! Recovers a text that is not in units: one YAML document, or several.

use super::Recovery;
use crate::{
    builder::Builder,
    line::Lines,
    parse::{self, Expect, Failure},
    skeleton,
};

impl Recovery<'_, '_> {
    /// Recovers a text of one or several documents.
    pub fn documents(&mut self, failure: Failure) {
        let before = self.builder.errors.len();
        let text = self.text;
        // Where each document begins (with its directives) and where its content does.
        let mut pieces: Vec<(usize, usize)> = vec![(0, 0)];
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
                pieces.push((directives.take().unwrap_or(line.start), line.content + 3));
            } else if is("...") {
                directives = None;
                pieces.push((line.start, line.content + 3));
            }
        }
        let count = pieces.len();
        for (at, (start, content)) in pieces.iter().copied().enumerate() {
            let end = pieces.get(at + 1).map_or(text.len(), |piece| piece.0);
            let blank =
                Lines::new(&text[content..end], 0).all(|line| line.is_trivia(&text[content..end]));
            if blank && (at == 0 || text[start..].starts_with("...")) {
                // Nothing but comments in front of the first marker, or behind the end of a document.
                let _ = parse::parse(
                    self.builder,
                    &text[content..end],
                    content,
                    Expect::Stream,
                    self.limits.depth,
                );
                continue;
            }
            if count > 1
                && parse::parse(
                    self.builder,
                    &text[start..end],
                    start,
                    Expect::Stream,
                    self.limits.depth,
                )
                .is_ok()
            {
                continue;
            }
            let own = if count > 1 {
                let mut attempt = Builder::default();
                match parse::parse(
                    &mut attempt,
                    &text[start..end],
                    start,
                    Expect::Stream,
                    self.limits.depth,
                ) {
                    Err(failure) => failure,
                    Ok(()) => failure.clone(),
                }
            } else {
                failure.clone()
            };
            self.document(start, content, end, own);
        }
        self.confess(before, &failure, 0, text.len());
    }

    /// Recovers one document, whose directives begin at `from` and whose content at `start`.
    fn document(&mut self, from: usize, start: usize, end: usize, failure: Failure) {
        let before = self.builder.errors.len();
        let masked = mask(self.text, 0, start, end);
        let mut inner = Recovery {
            builder: self.builder,
            text: &masked,
            limits: self.limits,
            parts: Vec::new(),
        };
        inner.parts = skeleton::skeleton(&masked, None);
        inner.node(0, &failure);
        self.confess(before, &failure, from, end);
    }
}

/// The text up to `end`, with blanks in place of what stands between `from` and `start` (line breaks stay).
fn mask(text: &str, from: usize, start: usize, end: usize) -> String {
    let mut masked: String = text[from..start]
        .bytes()
        .map(|byte| {
            if matches!(byte, b'\n' | b'\r') {
                char::from(byte)
            } else {
                ' '
            }
        })
        .collect();
    masked.push_str(&text[start..end]);
    masked
}
