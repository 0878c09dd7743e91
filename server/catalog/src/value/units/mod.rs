//! Sizes and durations. The build of the catalog compiles this folder as well, to read the bounds of ranges with the
//! very parser that checks documents.

pub mod duration;
mod lexical;
pub mod size;

pub use lexical::Grammar;
pub(crate) use lexical::{decimal, java_trim, leading_digits};
