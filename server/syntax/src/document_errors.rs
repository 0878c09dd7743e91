//! The syntax errors of a document.

use text_size::TextRange;

use crate::{Document, SyntaxCode, SyntaxError, alias, store::ERRORS};

impl Document {
    /// Syntax errors in the order of the text.
    pub fn errors(&self) -> Vec<SyntaxError> {
        let mut errors: Vec<SyntaxError> = Vec::new();
        let store = self.store();
        for (_, slot) in store.with(ERRORS, 0..store.len()) {
            let found = &slot.fragment.tree.errors;
            errors.extend(found.iter().map(|error| error.at(slot.start)));
        }
        errors.extend(alias::errors(self));
        errors.sort_by_key(|error| (error.range.start(), error.range.end(), error.code));
        // The two ends of a merge conflict may stand in different fragments.
        let mut opened: Option<TextRange> = None;
        for error in errors
            .iter_mut()
            .filter(|error| error.code == SyntaxCode::MergeConflict)
        {
            if self.slice(error.range).starts_with('<') {
                opened = Some(error.range);
            } else if let Some(opened) = opened {
                error.related = Some((opened, "the conflict starts here".into()));
            }
        }
        errors
    }

    /// Whether there is any syntax error.
    pub fn has_errors(&self) -> bool {
        self.store().any(ERRORS) || !alias::errors(self).is_empty()
    }
}
