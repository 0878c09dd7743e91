//! What the values of L5 mean: sizes, durations, numbers, references to variables and secrets, addresses. Each is read
//! in one place, so that hover, checks, fixes and the build of the catalog agree.

mod check;
pub mod number;
pub mod suggest;
pub mod template;
mod units;
pub mod uri;
mod wording;

pub use check::{TypedValue, ValueError, check_value, read_value};
pub use template::Template;
pub use units::{Grammar, duration, size};
pub use uri::Uri;
pub use wording::{quoted, wrong_shape};
