//! What the values of L5 mean: sizes, durations, numbers, references to variables and secrets, addresses. Each is read
//! in one place, so that hover, checks, fixes and the build of the catalog agree.

mod check;
mod form;
pub mod number;
pub mod suggest;
pub mod template;
mod toolchain;
mod types;
mod units;
pub mod uri;
mod wording;
pub mod yaml11;

pub use check::{check_substituted, check_value, read_value};
pub use template::Template;
pub use types::{TypedValue, ValueError};
pub use units::{Grammar, duration, size};
pub use uri::Uri;
pub use wording::{list, quoted, wanted, wrong_shape};
