//! What L5 is, as data: every field and every rule with its words, and the kinds of values.
//!
//! The data stands in `data/**/*.yaml`, which a platform engineer can edit without knowing Rust; `build.rs` checks it and
//! turns it into statics, so a broken entry breaks the build with its name and line, and start-up costs nothing.

mod model;
pub use model::*;
