//! What a document becomes: the effective document, the options of Flink that its fields turn into, and the way back.
//!
//! As pure as the analysis: a [`Snapshot`](nexflow_analysis::Snapshot) in, plain data out. What a field becomes is data of the
//! catalog (`data/flink`); nothing here names an option of Flink.
//!
//! * [`Effective`]: the merged document with the region laid over it and variables replaced, each value with its origin.
//! * [`translate`]: rows of options for a pairing of state backend and checkpoint, and what has no option.
//! * [`output`]: both as text.
//! * [`change`]: the effective difference of two states of a document, and what each part of it does to a running job.

pub mod change;
mod disagreements;
pub mod effective;
pub mod import;
mod leaves;
pub mod output;
mod pairing;
mod parallel;
mod places;
mod resolve;
mod rows;
mod secrets;
mod selection;
mod sources;
mod translate;
mod value;

pub use effective::{Effective, EffectiveValue, Inputs, Origin, Via};
pub use nexflow_catalog::{FlinkVersion, flink_options::Scope};
pub use pairing::{Pairing, SelectionError};
pub use rows::{Disagreement, Group, Overruled, Rendering, Row, Without};
pub use selection::Selection;
pub use translate::translate;
