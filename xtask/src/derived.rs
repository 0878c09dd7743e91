//! Files that are derived from the catalog.

use std::path::PathBuf;

/// A derived file: its path in the repository, and its text.
pub struct Derived {
    /// Relative to the repository.
    pub path: PathBuf,
    /// What must stand in it.
    pub text: String,
}
