//! What the YAML reader is measured with: the official test suite, a corpus of documents, ways to break them, and a
//! canonical text of a tree by which two documents are compared.

pub mod corpus;
pub mod corrupt;
pub mod dump;
pub mod measure;
pub mod replay;
pub mod slips;
pub mod suite;
#[path = "../../../server/analysis/tests/support/mod.rs"]
pub mod support;
pub mod writes;
