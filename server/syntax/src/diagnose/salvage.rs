//! What can be saved of a piece that does not parse.

use crate::error::RawError;

/// What is known of an entry or item that does not parse.
pub(crate) struct Salvage {
    pub errors: Vec<RawError>,
    /// A copy of the piece that should parse.
    pub repaired: Option<Repaired>,
    /// What the value is when even the copy does not parse.
    pub value: Option<(usize, usize)>,
}

/// A copy of a piece that should parse.
pub(crate) struct Repaired {
    pub copy: String,
    /// Up to here positions in the copy are positions in the piece; what is behind was added.
    pub same: usize,
}

impl Repaired {
    /// The piece up to some place, and what is missing there.
    pub fn up_to(piece: &str, end: usize, missing: &str) -> Repaired {
        Repaired {
            copy: format!("{}{missing}", &piece[..end]),
            same: end,
        }
    }
}
