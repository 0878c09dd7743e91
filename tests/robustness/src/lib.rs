//! What must hold for every input: one function per fuzz target, which `tests/fuzz` runs on what the fuzzer thinks up, and
//! `cargo test` on the corpora and on everything that the fuzzer has found.
//!
//! A target takes any bytes and panics when something does not hold.

pub mod script;
pub mod server;
pub mod targets;

/// A function that takes any bytes and panics when something does not hold for them.
pub type Target = fn(&[u8]);

/// All targets, by the names that `tests/fuzz` gives them.
pub const TARGETS: &[(&str, Target)] = &[
    ("edits", nexflow_conformance::replay::replay),
    ("tree", targets::tree::run),
    ("features", targets::features::run),
    ("diagnostics", targets::diagnostics::run),
    ("frames", targets::frames::run),
    ("session", targets::session::run),
    ("environment", targets::environment::run),
    ("processes", targets::processes::run),
    ("suppressions", targets::suppressions::run),
    ("values", targets::values::run),
    ("repairs", targets::repairs::run),
];

/// The target of a name.
#[must_use]
pub fn target(name: &str) -> Option<Target> {
    TARGETS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, target)| *target)
}
