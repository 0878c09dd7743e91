//! Tree and catalog become diagnostics, completions, hovers, edits. Pure: no LSP type, no I/O, no async.

mod types;
pub use types::*;
