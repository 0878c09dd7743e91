//! What happens when the queue is empty: edits are parsed, documents judged, and findings sent.

use std::{path::Path, sync::Arc};

use nexflow_analysis::Diagnostic;
use nexflow_catalog::Severity;
use serde_json::Value;
use tower_lsp_server::ls_types::{
    self as lsp, NumberOrString, Position, PublishDiagnosticsParams, Range, Uri,
    notification::{Notification, PublishDiagnostics},
};

use super::{closed, documents::OpenDocument, lifecycle, outbox::Message, state::State};
use crate::{
    lsp::{client_features::ClientFeatures, convert},
    workspace::{
        paths,
        project::{FileProblem, Project},
    },
};

/// Parses the edits that wait and has everything judged that changed.
pub fn settle(state: &mut State) {
    for uri in state.unsettled.clone() {
        state.settle(&uri);
    }
    if state.features.pulls_diagnostics {
        // The client asks by itself; only files that it does not ask about are reported.
        for uri in std::mem::take(&mut state.unjudged) {
            read_project(state, uri);
        }
        return;
    }
    if state.client.is_crowded() {
        return;
    }
    for uri in std::mem::take(&mut state.unjudged) {
        if state.judging.contains(&uri) {
            // Judged again as soon as the worker is back, for then it is stale.
            continue;
        }
        judge(state, uri, Haste::Now);
    }
    judge_stale(state);
}

/// Judges one document after the other that another file has made stale, for as long as nothing else is to be judged: what is
/// typed in comes first, and what it means for others does not keep the workers from the next keystroke.
fn judge_stale(state: &mut State) {
    while !state.judging_stale
        && state.judging.is_empty()
        && let Some(uri) = state.next_stale()
    {
        state.stale.remove(&uri);
        state.gather_again(&uri);
        judge(state, uri, Haste::Aside);
    }
    if !state.judging_stale && state.judging.is_empty() {
        closed::go_on(state);
    }
}

/// How soon a document is judged.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Haste {
    /// Somebody types in it.
    Now,
    /// Another file has changed.
    Aside,
}

fn judge(state: &mut State, uri: Uri, haste: Haste) {
    let Some(document) = state.documents.get(&uri).map(|entry| entry.value().clone()) else {
        return;
    };
    state.judging.insert(uri.clone());
    let (documents, outbox) = (state.documents.clone(), state.client.outbox().clone());
    let (features, workspace) = (state.features.clone(), state.workspace.clone());
    let work = {
        let document = document.clone();
        move || {
            // A client that does not read gets the last version of the document once it does.
            let is_current = || {
                let current = documents.get(&document.uri);
                current.is_some_and(|current| Arc::ptr_eq(&current, &document))
            };
            if !outbox.wait_for_room(|| !is_current()) {
                return None;
            }
            let params = PublishDiagnosticsParams {
                uri: document.uri.clone(),
                diagnostics: diagnostics(&document, &features),
                version: Some(document.version),
            };
            let message = Message::notification(PublishDiagnostics::METHOD, &params);
            // The worker sends by itself. As long as it holds the entry the main loop cannot put another version there, nor
            // take the document away, so that nothing stale is sent behind what the main loop sends then.
            let current = documents.get(&document.uri);
            if let (Ok(message), Some(current)) = (message, current)
                && Arc::ptr_eq(&current, &document)
            {
                outbox.send(message);
            }
            let path = document.path.as_deref();
            path.map(|path| workspace.project(Some(path)))
        }
    };
    let then = move |state: &mut State, project: Option<Option<Arc<Project>>>| {
        state.judging.remove(&uri);
        if haste == Haste::Aside {
            state.judging_stale = false;
        }
        let current = state.documents.get(&uri).map(|entry| entry.value().clone());
        match current {
            Some(current) if Arc::ptr_eq(&current, &document) => {
                if let Some(Some(project)) = project {
                    report_project_problems(state, &uri, project);
                }
            }
            // The text has changed in the meantime: what was found is stale.
            Some(_) => {
                state.unjudged.insert(uri);
            }
            None => {}
        }
    };
    match haste {
        Haste::Now => state.spawn("diagnostics", work, then),
        Haste::Aside => {
            state.judging_stale = true;
            state.spawn_aside("diagnostics", work, then);
        }
    }
}

/// The findings of a document for a client, at most as many as the settings allow, the most severe first to stay.
pub fn diagnostics(document: &OpenDocument, features: &ClientFeatures) -> Vec<lsp::Diagnostic> {
    let found = document.diagnostics();
    let limit = document.max_diagnostics();
    let mut kept: Vec<&Diagnostic> = found.iter().collect();
    if found.len() > limit {
        kept.sort_by_key(|diagnostic| rank(diagnostic.severity));
        kept.truncate(limit);
        kept.sort_by_key(|diagnostic| diagnostic.range.start());
    }
    let mut sent: Vec<lsp::Diagnostic> = kept
        .into_iter()
        .map(|diagnostic| convert::diagnostic(document, diagnostic, features))
        .collect();
    if found.len() > limit {
        let more = found.len() - limit;
        sent.push(note(
            0,
            lsp::DiagnosticSeverity::INFORMATION,
            "more-findings",
            format!("{more} more findings are not shown; the {limit} most severe ones are"),
        ));
    }
    sent
}

fn rank(severity: Severity) -> u8 {
    match severity {
        Severity::Error => 0,
        Severity::Warning => 1,
        Severity::Hint => 2,
    }
}

fn note(
    line: u32,
    severity: lsp::DiagnosticSeverity,
    code: &str,
    message: String,
) -> lsp::Diagnostic {
    lsp::Diagnostic {
        range: Range::new(Position::new(line, 0), Position::new(line, 0)),
        severity: Some(severity),
        code: Some(NumberOrString::String(code.into())),
        source: Some("nexflow".into()),
        message,
        ..Default::default()
    }
}

/// Takes away what was reported of a document that is no longer known.
pub fn clear(state: &mut State, uri: &Uri) {
    if !state.features.pulls_diagnostics {
        let params = PublishDiagnosticsParams {
            uri: uri.clone(),
            diagnostics: Vec::new(),
            version: None,
        };
        state.client.notify::<PublishDiagnostics>(params);
    }
}

/// Reports what is wrong in the project of a document whose findings the client asks for by itself.
fn read_project(state: &mut State, uri: Uri) {
    let text = state.texts.get(&uri);
    let Some(path) = text.and_then(|text| text.path()).map(Path::to_path_buf) else {
        return;
    };
    let workspace = state.workspace.clone();
    // Reading the project may touch the disk, which is no business of the main loop.
    state.spawn(
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
    let known = state.projects.get(uri);
    if known.is_some_and(|known| Arc::ptr_eq(known, &project)) {
        return;
    }
    lifecycle::watch(state, &project.files);
    for file in &project.files {
        let Some(uri) = paths::to_uri(file) else {
            continue;
        };
        let of_file = |problem: &&FileProblem| problem.path == *file;
        let diagnostics: Vec<lsp::Diagnostic> = project
            .problems
            .iter()
            .filter(of_file)
            .map(project_problem)
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
    state.projects.insert(uri.clone(), project);
}

/// What is wrong in a file of the project, as a finding at that file.
pub fn project_problem(problem: &FileProblem) -> lsp::Diagnostic {
    note(
        problem.line,
        lsp::DiagnosticSeverity::WARNING,
        "project-file",
        problem.message.clone(),
    )
}

/// A number that changes when what was found changes, for clients that ask whether it did.
pub fn result_id(diagnostics: &[lsp::Diagnostic]) -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    serde_json::to_value(diagnostics)
        .as_ref()
        .map(Value::to_string)
        .unwrap_or_default()
        .hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}
