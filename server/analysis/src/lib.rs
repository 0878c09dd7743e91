//! Tree and catalog become diagnostics, completions, hovers, edits. Pure: no LSP type, no I/O, no async.
//!
//! Every feature is a function of a [`Snapshot`] (and an offset) that returns plain data in byte offsets.

mod context;
mod types;
pub use context::*;
use nexflow_syntax::TextSize;
pub use types::*;

/// All findings of a document, in the order of the text.
pub fn diagnostics(_snapshot: &Snapshot) -> Vec<Diagnostic> {
    Vec::new()
}

/// What can be typed at `offset`.
pub fn completion(_snapshot: &Snapshot, _offset: TextSize) -> Vec<CompletionItem> {
    Vec::new()
}

/// What the thing at `offset` is.
pub fn hover(_snapshot: &Snapshot, _offset: TextSize) -> Option<Hover> {
    None
}
