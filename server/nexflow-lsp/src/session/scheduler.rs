//! What happens when the queue is empty: edits are parsed, documents checked, and diagnostics sent.

use std::{collections::BTreeSet, path::Path, sync::Arc};

use serde_json::Value;
use tower_lsp_server::ls_types::{
    self as lsp, PublishDiagnosticsParams, Uri,
    notification::{Notification, PublishDiagnostics},
};

use crate::{
    lsp::diagnostics,
    session::{
        dependents,
        state::{Lane, State},
        watching,
    },
    workspace::{
        paths,
        project::{FileProblem, Project},
    },
};

/// Parses the edits that wait and has everything checked that changed.
pub(crate) fn run(state: &mut State) {
    state.flush_all_edits();
    if state.features.pulls_diagnostics {
        // The client asks by itself; only files that it does not ask about are reported.
        for uri in state.open.take_dirty() {
            read_project(state, uri);
        }
    } else {
        push_diagnostics(state);
    }
    state.refresh_views();
}

fn push_diagnostics(state: &mut State) {
    if state.client.is_backed_up() {
        return;
    }
    for uri in state.open.take_dirty() {
        let document = state.open.get(&uri);
        if document.is_some_and(|document| document.status.checking) {
            // Checked again as soon as the worker is back, which then has an old version.
            continue;
        }
        check(state, uri, Priority::Interactive);
    }
    check_stale(state);
}

/// Checks one document after the other that another file has made stale, for as long as nothing else is to be checked: what is
/// typed in comes first, and what it means for others does not keep the workers from the next keystroke.
fn check_stale(state: &mut State) {
    while !state.checking_background
        && !state.open.is_any_checking()
        && let Some(uri) = state.open.next_stale()
    {
        state.resolve_context_again(&uri);
        if let Some(document) = state.open.get_mut(&uri) {
            document.status.stale = false;
        }
        check(state, uri, Priority::Background);
    }
    if !state.checking_background && !state.open.is_any_checking() {
        dependents::check_next(state);
    }
}

/// How soon a document is checked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Priority {
    /// Somebody types in it.
    Interactive,
    /// Another file has changed.
    Background,
}

fn check(state: &mut State, uri: Uri, priority: Priority) {
    let Some(open) = state.open.get_mut(&uri) else {
        return;
    };
    let Some(document) = open.snapshot.clone() else {
        return;
    };
    open.status.checking = true;
    let (features, workspace) = (state.features.clone(), state.workspace.clone());
    let work = {
        let document = document.clone();
        move || {
            let params = serde_json::to_value(PublishDiagnosticsParams {
                uri: document.uri.clone(),
                diagnostics: diagnostics::of_open(&document, &features),
                version: Some(document.version),
            });
            let path = document.path.as_deref();
            (params, path.map(|path| workspace.project(Some(path))))
        }
    };
    let then = move |state: &mut State, result: Option<(serde_json::Result<Value>, _)>| {
        if priority == Priority::Background {
            state.checking_background = false;
        }
        let Some(open) = state.open.get_mut(&uri) else {
            return;
        };
        open.status.checking = false;
        if !open.is_current(&document) {
            // The text has changed in the meantime. One that is not known any more has nothing to be checked.
            open.status.dirty |= open.snapshot.is_some();
            return;
        }
        let Some((params, project)) = result else {
            return;
        };
        match params {
            Ok(params) => state
                .client
                .notify_value(PublishDiagnostics::METHOD, params),
            Err(error) => tracing::error!("{}: {error}", PublishDiagnostics::METHOD),
        }
        if let Some(project) = project {
            report_project_problems(state, &uri, project);
        }
    };
    match priority {
        Priority::Interactive => state.spawn(Lane::Diagnostics, "diagnostics", work, then),
        Priority::Background => {
            state.checking_background = true;
            state.spawn(Lane::Background, "diagnostics", work, then);
        }
    }
}

/// Reports what is wrong in the project of a document whose diagnostics the client asks for by itself.
fn read_project(state: &mut State, uri: Uri) {
    let document = state.open.get(&uri);
    let path = document.and_then(|document| document.path());
    let Some(path) = path.map(Path::to_path_buf) else {
        return;
    };
    let workspace = state.workspace.clone();
    // Reading the project may touch the disk, which is no business of the main loop.
    state.spawn(
        Lane::Diagnostics,
        "project",
        move || workspace.project(Some(&path)),
        move |state, project| {
            if let Some(project) = project {
                report_project_problems(state, &uri, project);
            }
        },
    );
}

/// Reports what is wrong in `nexflow.toml` and the env files of a document's project, at these files.
fn report_project_problems(state: &mut State, uri: &Uri, project: Arc<Project>) {
    let Some(document) = state.open.get_mut(uri) else {
        return;
    };
    let before = document.project.replace(project.clone());
    if before.is_some_and(|before| Arc::ptr_eq(&before, &project)) {
        return;
    }
    watching::watch(state, &project.files);
    for file in &project.files {
        let Some(uri) = paths::to_uri(file) else {
            continue;
        };
        // What is wrong in the text in the editor is reported as of a document.
        if state.open.get(&uri).is_some() {
            state.reported_files.remove(&uri);
            continue;
        }
        let of_file = |problem: &&FileProblem| problem.path == *file;
        let diagnostics: Vec<lsp::Diagnostic> = project
            .problems
            .iter()
            .filter(of_file)
            .map(diagnostics::of_project_file)
            .collect();
        let reported = !diagnostics.is_empty();
        let was_reported = state.reported_files.contains(&uri);
        if reported || was_reported {
            let params = PublishDiagnosticsParams {
                uri: uri.clone(),
                diagnostics,
                version: None,
            };
            state.client.notify::<PublishDiagnostics>(params);
        }
        if reported {
            state.reported_files.insert(uri);
        } else {
            state.reported_files.remove(&uri);
        }
    }
    clear_project_files(state);
}

/// Takes back what was reported of files that no project of an open document reads any more.
pub(crate) fn clear_project_files(state: &mut State) {
    let projects = state.open.projects();
    let read: BTreeSet<Uri> = projects
        .flat_map(|project| &project.files)
        .filter_map(|file| paths::to_uri(file))
        .collect();
    let (kept, gone) = std::mem::take(&mut state.reported_files)
        .into_iter()
        .partition(|uri| read.contains(uri));
    state.reported_files = kept;
    let gone: BTreeSet<Uri> = gone;
    for uri in gone {
        let params = PublishDiagnosticsParams {
            uri,
            diagnostics: Vec::new(),
            version: None,
        };
        state.client.notify::<PublishDiagnostics>(params);
    }
}
