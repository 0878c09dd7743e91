//! What documents become and what becomes documents, seen from outside.

mod canary;
mod changes;
mod every_field;
mod golden;
mod l5;
mod no_secrets;
mod round_trip;
mod rows;
mod support;

#[path = "../../../analysis/tests/support/mod.rs"]
mod of_analysis;
