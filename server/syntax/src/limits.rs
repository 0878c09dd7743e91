//! Bounds of what is read, and how.

/// Texts from this length on are read on all processors; below, handing the work over costs more than it saves. What a fuzzer
/// makes up is shorter, and shall be read in this way as well.
pub(crate) const PARALLEL: usize = if cfg!(fuzzing) { 512 } else { 256 * 1024 };

/// Bounds beyond which a text is answered with one clear error instead of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest text in bytes.
    pub bytes: usize,
    /// Deepest nesting of collections.
    pub depth: usize,
    /// Most nodes that aliases and merge keys may expand to when they are followed.
    pub expansion: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            bytes: 16 * 1024 * 1024,
            depth: 128,
            expansion: 100_000,
        }
    }
}
