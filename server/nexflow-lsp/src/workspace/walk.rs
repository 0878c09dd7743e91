//! Finds documents in folders.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

/// The ending of a document's file name.
pub const EXTENSION: &str = "infra";

/// Whether a file is a document by its name.
pub fn is_document(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == EXTENSION)
}

/// The documents in these folders, as deep as they lie. Ignore files and hidden folders are respected, links to folders are
/// not followed, so that no loop can be walked.
/// At most so many are given, those of the names that come first, and whether there are more.
pub fn documents(folders: &[PathBuf], most: usize) -> (Vec<PathBuf>, bool) {
    let Some((first, others)) = folders.split_first() else {
        return (Vec::new(), false);
    };
    let mut walk = walk(first, others.iter().map(PathBuf::as_path));
    // In an order, so that it is always the same ones.
    walk.sort_by_file_name(|a, b| a.cmp(b));
    let mut found = HashSet::new();
    for entry in walk.build().flatten().filter(is_document_to_read) {
        if found.len() == most && !found.contains(entry.path()) {
            return (found.into_iter().collect(), true);
        }
        found.insert(entry.into_path());
    }
    (found.into_iter().collect(), false)
}

/// The documents that lie in a folder itself.
pub fn beside(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.path())
        .filter(|path| is_document(path))
        .collect()
}

/// As [`documents`], with what could not be looked into.
pub fn documents_or_problems<'p>(
    first: &Path,
    others: impl Iterator<Item = &'p Path>,
) -> (Vec<PathBuf>, Vec<ignore::Error>) {
    let mut problems = Vec::new();
    let documents = walk(first, others)
        .build()
        .filter_map(|entry| entry.map_err(|error| problems.push(error)).ok())
        .filter(is_document_to_read)
        .map(ignore::DirEntry::into_path)
        .collect();
    (documents, problems)
}

fn walk<'p>(first: &Path, others: impl Iterator<Item = &'p Path>) -> ignore::WalkBuilder {
    let mut walk = ignore::WalkBuilder::new(first);
    for other in others {
        walk.add(other);
    }
    walk.require_git(false);
    walk
}

fn is_document_to_read(entry: &ignore::DirEntry) -> bool {
    is_document(entry.path())
        && entry.file_type().is_some_and(|kind| {
            // A link to a folder is not followed, whatever its name.
            kind.is_file() || (kind.is_symlink() && !entry.path().is_dir())
        })
}

/// Where a walk could not go on, and why.
pub fn describe(error: &ignore::Error) -> (Option<PathBuf>, String) {
    let path = match error {
        ignore::Error::WithPath { path, .. } => Some(path.clone()),
        ignore::Error::WithDepth { err, .. } => return describe(err),
        _ => None,
    };
    let reason = match error.io_error() {
        Some(error) => error.kind().to_string(),
        None => error.to_string(),
    };
    (path, reason)
}
