//! Text becomes a tree: a resilient, incremental YAML 1.2 reader that knows nothing of Nexflow.
//!
//! [`Document`] is an immutable snapshot of a text and its tree; cloning it is cheap.
//! [`Document::apply`] gives the snapshot after an edit and re-uses every unit that the edit left alone.
//! All offsets are bytes. Positions inside a unit are relative to it; everything that this API returns is absolute.

mod api;
pub use api::*;
pub use text_size::{TextRange, TextSize};
