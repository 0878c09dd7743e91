//! Closed documents that extend an open one which is being edited: what the edit means for them is reported as well, to clients
//! that do not ask by themselves. It comes after everything about open documents, one document at a time.

use std::{collections::BTreeSet, ops::Bound, path::PathBuf};

use tower_lsp_server::ls_types::{
    Diagnostic, PublishDiagnosticsParams, Uri, notification::PublishDiagnostics,
};

use super::{documents::OpenDocument, publish, state::State};
use crate::workspace::{family, paths};

/// Which closed documents have to be judged, and of which something was reported.
#[derive(Default)]
pub struct Closed {
    /// Open documents that were edited or closed since their dependents were looked for.
    bases: BTreeSet<PathBuf>,
    /// Documents to be judged.
    unjudged: BTreeSet<PathBuf>,
    last: Option<PathBuf>,
    reported: BTreeSet<PathBuf>,
}

impl Closed {
    /// An open document was edited or closed: what extends it is judged again.
    pub fn base_changed(&mut self, path: PathBuf) {
        self.bases.insert(path);
    }

    /// What was reported of closed documents may not hold any more.
    pub fn judge_reported(&mut self) {
        self.unjudged.extend(self.reported.iter().cloned());
    }

    /// The document is open from now on, and reported as such.
    pub fn opened(&mut self, path: &PathBuf) {
        self.unjudged.remove(path);
        self.reported.remove(path);
    }

    /// The next document in turn, so that the last ones are reached while somebody goes on typing.
    fn next(&mut self) -> Option<PathBuf> {
        let behind = self.last.take().and_then(|last| {
            let behind = (Bound::Excluded(last), Bound::Unbounded);
            self.unjudged.range(behind).next().cloned()
        });
        let next = behind.or_else(|| self.unjudged.first().cloned())?;
        self.unjudged.remove(&next);
        self.last = Some(next.clone());
        Some(next)
    }
}

/// Starts on the next of what is to be done, if there is anything; the caller sees to it that nothing else is.
pub fn go_on(state: &mut State) {
    if let Some(base) = state.closed.bases.pop_first() {
        find_dependents(state, base);
    } else if let Some(path) = state.closed.next() {
        judge(state, path);
    }
}

fn find_dependents(state: &mut State, base: PathBuf) {
    state.judging_stale = true;
    let workspace = state.workspace.clone();
    let work = move || family::known_dependents(&workspace, &base);
    state.spawn_aside("dependents", work, |state, found| {
        state.judging_stale = false;
        let closed = found.unwrap_or_default().into_iter();
        let closed = closed.filter(|path| state.workspace.open_document(path).is_none());
        state.closed.unjudged.extend(closed);
    });
}

fn judge(state: &mut State, path: PathBuf) {
    state.judging_stale = true;
    let (workspace, features) = (state.workspace.clone(), state.features.clone());
    let work = {
        let path = path.clone();
        move || -> Option<(Uri, Vec<Diagnostic>)> {
            let document = OpenDocument::from_disk(&workspace, &path, features.encoding).ok()?;
            // Without an open document beneath it nobody is about to change what it means.
            let wanted = document
                .files()
                .iter()
                .any(|base| workspace.open_document(base).is_some());
            let found = if wanted {
                publish::diagnostics(&document, &features)
            } else {
                Vec::new()
            };
            Some((document.uri.clone(), found))
        }
    };
    state.spawn_aside("diagnostics", work, move |state, found| {
        state.judging_stale = false;
        if state.workspace.open_document(&path).is_some() {
            return;
        }
        // A file that cannot be read any more has nothing to report.
        let found = found.flatten();
        let Some((uri, diagnostics)) = found.or_else(|| Some((paths::to_uri(&path)?, Vec::new())))
        else {
            return;
        };
        let was_reported = state.closed.reported.remove(&path);
        if diagnostics.is_empty() && !was_reported {
            return;
        }
        if !diagnostics.is_empty() {
            state.closed.reported.insert(path);
        }
        state
            .client
            .notify::<PublishDiagnostics>(PublishDiagnosticsParams {
                uri,
                diagnostics,
                version: None,
            });
    });
}
