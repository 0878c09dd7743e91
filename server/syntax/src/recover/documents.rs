//! Recovers a text that is not in fragments: one YAML document, or several.

use super::Recovery;
use crate::{
    builder::TreeBuilder,
    documents,
    parse::{self, Expect, Failure},
    skeleton,
};

impl Recovery<'_, '_> {
    /// Recovers a text of one or several documents.
    pub fn documents(&mut self, failure: Failure) {
        let before = self.builder.errors.len();
        let text = self.text;
        let pieces = documents::pieces(text);
        let count = pieces.len();
        for (at, piece) in pieces.iter().copied().enumerate() {
            let (start, content) = (piece.start, piece.content);
            let end = pieces.get(at + 1).map_or(text.len(), |next| next.start);
            if piece.is_no_document(text, end) {
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
                let mut attempt = TreeBuilder::default();
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
        self.report_unexplained(before, &failure, 0, text.len());
    }

    /// Recovers one document, whose directives begin at `from` and whose content at `start`.
    fn document(&mut self, from: usize, start: usize, end: usize, failure: Failure) {
        let before = self.builder.errors.len();
        let masked = documents::mask(&self.text[..start]) + &self.text[start..end];
        let mut inner = Recovery {
            builder: self.builder,
            text: &masked,
            limits: self.limits,
            parts: Vec::new(),
        };
        inner.parts = skeleton::skeleton(&masked, None);
        inner.node(0, &failure);
        self.report_unexplained(before, &failure, from, end);
    }
}
