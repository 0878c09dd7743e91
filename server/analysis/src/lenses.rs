//! Where the outside of a document is worth a line above it: at every name that others can refer to or refine.

use crate::{Reference, Snapshot, Symbol, symbols::symbols};

/// The definitions of a document that may be used or refined elsewhere, in the order of the text. How often is the caller's to
/// find out, for it takes the other documents.
pub fn lenses(snapshot: &Snapshot) -> Vec<Reference> {
    symbols(&snapshot.document)
        .filter(|found| {
            found.is_definition && matches!(found.symbol, Symbol::Entry { .. } | Symbol::Anchor(_))
        })
        .collect()
}
