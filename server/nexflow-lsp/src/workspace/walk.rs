//! Finds documents in folders.

use std::path::{Path, PathBuf};

/// The ending of a document's file name.
pub const EXTENSION: &str = "infra";

/// The documents in these folders, as deep as they lie. Ignore files and hidden folders are respected, links to folders are
/// not followed, so that no loop can be walked.
pub fn documents<'p>(first: &Path, others: impl Iterator<Item = &'p Path>) -> Vec<PathBuf> {
    let mut walk = ignore::WalkBuilder::new(first);
    for other in others {
        walk.add(other);
    }
    walk.require_git(false);
    let is_document = |path: &Path| {
        path.extension()
            .is_some_and(|extension| extension == EXTENSION)
    };
    walk.build()
        .filter_map(Result::ok)
        .filter(|entry| {
            entry
                .file_type()
                .is_some_and(|kind| kind.is_file() || kind.is_symlink())
        })
        .map(ignore::DirEntry::into_path)
        .filter(|path| is_document(path))
        .collect()
}
