//! Text becomes a tree: a resilient, incremental YAML 1.2 reader that knows nothing of Nexflow.
//!
//! [`Document`] is an immutable snapshot of a text and its tree; cloning it is cheap.
//! [`Document::apply`] gives the snapshot after an edit and re-uses every fragment that the edit left alone.
//! All offsets are bytes. Positions inside a fragment are relative to it; everything that this API returns is absolute.
//!
//! # How it works
//!
//! The [outline](outline) cuts the text into fragments at lines where, in valid YAML, an entry of the top mapping or of one
//! of its sections must begin. Each fragment is read [directly](regular) where it is regular, and otherwise parsed by granit-parser. Where that fails, [recovery](recover) divides the
//! fragment along its own indentation until the error is confined to one entry head or one line, and everything around it
//! keeps its place in the tree.
//!
//! # Invariants
//!
//! * A document after any sequence of edits equals the document parsed afresh from its text: same fragments, same tree, same
//!   errors, same positions.
//! * The fragments' texts, one behind the other, are the text of the document.
//! * Valid YAML gives the tree that YAML 1.2 says and no error; text that is not valid YAML gives at least one error.
//! * No input makes the crate panic, overflow the stack or hang.

mod alias;
mod anchors;
mod builder;
#[cfg(test)]
#[path = "../../../tests/corpus/files.rs"]
mod corpus_files;
mod cursor;
mod diagnose;
mod document;
mod document_errors;
mod documents;
mod edit;
mod error;
mod fragment;
mod fragment_data;
mod limits;
mod line;
mod memo;
mod node;
mod outline;
mod parse;
mod read;
mod recover;
mod regular;
mod scalar;
mod siblings;
mod skeleton;
mod store;
mod tree;

pub use cursor::{Cursor, CursorContext, VariableAt};
pub use document::{Document, Part};
pub use edit::TextEdit;
pub use error::{SyntaxCode, SyntaxError, SyntaxFix};
pub use fragment::{Comment, Fragment};
pub use limits::Limits;
pub use node::{Entry, Node, Parent, Segment};
pub use scalar::SourceMap;
pub use text_size::{TextRange, TextSize};
pub use tree::{NodeKind, ScalarStyle};
