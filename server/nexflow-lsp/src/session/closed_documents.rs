//! Closed documents that extend an open one which is being edited: what the edit means for them is reported as well, to clients
//! that do not ask by themselves. It comes after everything about open documents, one document at a time.

use std::{collections::BTreeSet, ops::Bound, path::PathBuf};

/// Which closed documents have to be checked, and of which something was reported.
#[derive(Default)]
pub(crate) struct ClosedDocuments {
    /// Open documents that were edited or closed since their dependents were looked for.
    pub(super) bases: BTreeSet<PathBuf>,
    /// Documents to be checked.
    pub(super) dirty: BTreeSet<PathBuf>,
    last: Option<PathBuf>,
    pub(super) reported: BTreeSet<PathBuf>,
}

impl ClosedDocuments {
    /// An open document was edited or closed: what extends it is checked again.
    pub(crate) fn base_changed(&mut self, path: PathBuf) {
        self.bases.insert(path);
    }

    /// What was reported of closed documents may not hold any more.
    pub(crate) fn recheck_reported(&mut self) {
        self.dirty.extend(self.reported.iter().cloned());
    }

    /// The document is open from now on, and reported as such.
    pub(crate) fn opened(&mut self, path: &PathBuf) {
        self.dirty.remove(path);
        self.reported.remove(path);
    }

    /// The next document in turn, so that the last ones are reached while somebody goes on typing.
    pub(super) fn next(&mut self) -> Option<PathBuf> {
        let behind = self.last.take().and_then(|last| {
            let behind = (Bound::Excluded(last), Bound::Unbounded);
            self.dirty.range(behind).next().cloned()
        });
        let next = behind.or_else(|| self.dirty.first().cloned())?;
        self.dirty.remove(&next);
        self.last = Some(next.clone());
        Some(next)
    }
}
