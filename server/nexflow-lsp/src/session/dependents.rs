//! Checks closed documents that extend an open one which is being edited, for clients that do not ask by themselves. This comes after
//! everything about open documents, one document at a time.

use std::path::PathBuf;

use tower_lsp_server::ls_types::{
    Diagnostic, PublishDiagnosticsParams, Uri, notification::PublishDiagnostics,
};

use crate::{
    lsp::diagnostics,
    session::state::{Lane, State},
    workspace::{document::DocumentSnapshot, extends_graph, paths},
};

/// Starts on the next of what is to be done, if there is anything; the caller sees to it that nothing else is.
pub(crate) fn check_next(state: &mut State) {
    if let Some(base) = state.closed.bases.pop_first() {
        find_dependents(state, base);
    } else if let Some(path) = state.closed.next() {
        check(state, path);
    }
}

fn find_dependents(state: &mut State, base: PathBuf) {
    state.checking_background = true;
    let workspace = state.workspace.clone();
    let work = move || extends_graph::known_dependents(&workspace, &base);
    state.spawn(Lane::Background, "dependents", work, |state, found| {
        state.checking_background = false;
        let closed = found.unwrap_or_default().into_iter();
        let closed = closed.filter(|path| state.workspace.open_document(path).is_none());
        state.closed.dirty.extend(closed);
    });
}

fn check(state: &mut State, path: PathBuf) {
    state.checking_background = true;
    let (workspace, features) = (state.workspace.clone(), state.features.clone());
    let work = {
        let path = path.clone();
        move || -> Option<(Uri, Vec<Diagnostic>)> {
            let document =
                DocumentSnapshot::from_disk(&workspace, &path, features.encoding).ok()?;
            // Without an open base nobody is about to change what it means.
            let wanted = document
                .files()
                .iter()
                .any(|base| workspace.open_document(base).is_some());
            let found = if wanted {
                diagnostics::for_client(&document, &features)
            } else {
                Vec::new()
            };
            Some((document.uri.clone(), found))
        }
    };
    state.spawn(
        Lane::Background,
        "diagnostics",
        work,
        move |state, found| {
            state.checking_background = false;
            if state.workspace.open_document(&path).is_some() {
                return;
            }
            // A file that cannot be read any more has nothing to report.
            let found = found.flatten();
            let Some((uri, diagnostics)) =
                found.or_else(|| Some((paths::to_uri(&path)?, Vec::new())))
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
        },
    );
}
