//! The last edits of a document by their versions, for clients that send edits in another order than they made them.
//!
//! Helix 25.01 does so with edits that follow one another at once. An edit's positions are about the text of the version before
//! it, so the text is known again as soon as all edits are there and have been applied in the order of their versions.

use std::collections::VecDeque;

use ropey::Rope;
use tower_lsp_server::ls_types::TextDocumentContentChangeEvent;

use crate::lsp::convert::{self, Encoding};

/// Edits that are remembered; one that comes later than so many others is not waited for.
const EDITS: usize = 32;
/// Longer texts are not kept for this.
const LONGEST: usize = 1 << 16;

/// The text some edits ago, and the edits since.
pub struct History {
    version: i32,
    text: Rope,
    edits: VecDeque<(i32, Vec<TextDocumentContentChangeEvent>)>,
}

impl History {
    /// Begins with a text that is certain.
    pub fn new(version: i32, text: Rope) -> History {
        History {
            version,
            text,
            edits: VecDeque::new(),
        }
    }

    /// Remembers an edit. False when it cannot be put in its place: it is known already, or too old.
    pub fn insert(
        &mut self,
        version: i32,
        changes: &[TextDocumentContentChangeEvent],
        encoding: Encoding,
    ) -> bool {
        let place = self.edits.partition_point(|(known, _)| *known < version);
        if version <= self.version
            || self
                .edits
                .get(place)
                .is_some_and(|(known, _)| *known == version)
            || changes.iter().any(|change| change.text.len() > LONGEST)
        {
            return false;
        }
        self.edits.insert(place, (version, changes.to_vec()));
        if self.edits.len() > EDITS
            && let Some((version, changes)) = self.edits.pop_front()
        {
            self.version = version;
            return apply(&mut self.text, &changes, encoding).is_some();
        }
        true
    }

    /// Whether a version is missing among those that are known.
    pub fn has_gap(&self) -> bool {
        let before =
            std::iter::once(self.version).chain(self.edits.iter().map(|(known, _)| *known));
        before
            .zip(self.edits.iter().map(|(known, _)| *known))
            .any(|(before, after)| before.checked_add(1) != Some(after))
    }

    /// The text after all edits in the order of their versions; `None` when one of them is outside the text before it.
    pub fn replay(&self, encoding: Encoding) -> Option<Rope> {
        let mut text = self.text.clone();
        for (_, changes) in &self.edits {
            apply(&mut text, changes, encoding)?;
        }
        Some(text)
    }
}

fn apply(
    text: &mut Rope,
    changes: &[TextDocumentContentChangeEvent],
    encoding: Encoding,
) -> Option<()> {
    for change in changes {
        let range = convert::edit_range(text, change.range?, encoding)?;
        let start = text.byte_to_char(range.start().into());
        let end = text.byte_to_char(range.end().into());
        text.remove(start..end);
        text.insert(start, &change.text);
    }
    Some(())
}
