//! Whether closed documents have to be checked again for a client that asks about the whole workspace.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
};

use dashmap::DashMap;

use crate::workspace::{Workspace, extends, index::Summary};

/// What the client was told of closed documents, and about which state of the files.
#[derive(Default)]
pub(crate) struct WorkspaceDiagnosticsCache(DashMap<PathBuf, (u64, String)>);

impl WorkspaceDiagnosticsCache {
    /// Whether a document in this state is the one of which the client has the result `id`.
    pub(crate) fn is_current(&self, path: &Path, state: u64, id: &str) -> bool {
        self.0
            .get(path)
            .is_some_and(|cached| cached.0 == state && cached.1 == id)
    }

    /// Remembers what the client is told.
    pub(crate) fn insert(&self, path: PathBuf, state: u64, id: String) {
        self.0.insert(path, (state, id));
    }
}

/// A number that changes when a closed document, a document that it extends, or its project has changed.
pub(crate) fn revision(workspace: &Workspace, path: &Path, summary: &Summary) -> u64 {
    let mut hash = DefaultHasher::new();
    workspace.project(Some(path)).revision.hash(&mut hash);
    workspace.index().processes().revision().hash(&mut hash);
    summary.revision.hash(&mut hash);
    let mut next = summary.extends.clone();
    for _ in 0..=extends::MAX_STEPS {
        let Some(base) = next else { break };
        next = match workspace.open_document(&base) {
            Some(open) => {
                (0, open.document.id()).hash(&mut hash);
                extends::target(&open.document).map(|target| extends::beside(&base, &target))
            }
            None => match workspace.index().summary(&base) {
                Some(summary) => {
                    (1, summary.revision).hash(&mut hash);
                    summary.extends.clone()
                }
                None => {
                    // Missing, or not in the index because it is ignored: what the disk says has to do.
                    let metadata = base.metadata().ok();
                    let stamp = metadata.map(|found| (found.len(), found.modified().ok()));
                    (2, stamp).hash(&mut hash);
                    let file = workspace.document(&base, workspace.limit(&base)).ok();
                    file.and_then(|file| extends::target(&file.document))
                        .map(|target| extends::beside(&base, &target))
                }
            },
        };
    }
    hash.finish()
}
