//! Edits of documents: what they leave alone, and that they change the meaning just as they say.

mod corpus;
mod documents;
mod examples;
mod model;
mod properties;
#[path = "../support/specification.rs"]
mod specification;
