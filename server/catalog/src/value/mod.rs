//! What the values of L5 mean: sizes, durations, numbers, references to variables and secrets, addresses. Each is read
//! in one place, so that hover, checks, fixes and the build of the catalog agree.

mod units;

pub use units::{Grammar, duration, size};
