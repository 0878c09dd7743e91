//! Text becomes a tree: a resilient, incremental YAML 1.2 reader that knows nothing of Nexflow.
//!
//! [`Document`] is an immutable snapshot of a text and its tree; cloning it is cheap.
//! [`Document::apply`] gives the snapshot after an edit and re-uses every unit that the edit left alone.
//! All offsets are bytes. Positions inside a unit are relative to it; everything that this API returns is absolute.
//!
//! # How it works
//!
//! The [outline](outline) cuts the text into units at lines where, in valid YAML, an entry of the top mapping or of one
//! of its sections must begin. Each unit is read [directly](regular) where it is regular, and otherwise parsed by granit-parser. Where that fails, [recovery](recover) divides the
//! unit along its own indentation until the error is confined to one entry head or one line, and everything around it
//! keeps its place in the tree.
//!
//! # Invariants
//!
//! * A document after any sequence of edits equals the document parsed afresh from its text: same units, same tree, same
//!   errors, same positions.
//! * The units' texts, one behind the other, are the text of the document.
//! * Valid YAML gives the tree that YAML 1.2 says and no error; text that is not valid YAML gives at least one error.
//! * No input makes the crate panic, overflow the stack or hang.

mod alias;
mod builder;
mod cursor;
mod diagnose;
mod document;
mod edit;
mod error;
mod line;
mod memo;
mod node;
mod outline;
mod parse;
mod read;
mod recover;
mod regular;
mod run;
mod scalar;
mod skeleton;
mod store;
mod tree;
mod unit;

pub use cursor::{Cursor, Place, VariableAt};
pub use document::{Document, Limits};
pub use edit::TextEdit;
pub use error::{SyntaxCode, SyntaxError, SyntaxFix};
pub use node::{Entry, Node, Parent, Segment};
pub use run::Run;
pub use text_size::{TextRange, TextSize};
pub use tree::{NodeKind, ScalarStyle};
pub use unit::{Comment, Unit};
