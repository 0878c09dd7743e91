//! The rules, as specified: the examples of the catalog, a second pair of documents for each rule, and the examples of the
//! specification.

mod actions;
mod arithmetic;
mod backend_arithmetic;
mod backend_silence;
mod catalog;
mod documents;
#[path = "../support/mod.rs"]
mod field_examples;
mod fixes;
mod pairs;
mod sections_arithmetic;
mod sound;
mod specification;
mod support;
mod suppressions;
mod voice;
