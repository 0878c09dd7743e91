//! `# nexflow: ignore[rule-id] reason`: findings that the author of a document has judged already.

use crate::{Diagnostic, Snapshot};

/// Takes out what comments of the document suppress.
pub(super) fn apply(_snapshot: &Snapshot, found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    found
}
