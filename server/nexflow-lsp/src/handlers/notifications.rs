//! Notifications about documents and files. These handlers run on the main loop and must be quick.

use std::path::PathBuf;

use tower_lsp_server::ls_types::{
    DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, DidSaveTextDocumentParams,
};

use crate::{
    lsp::views,
    panics::fence,
    session::{
        buffer::{DesyncReason, DocumentBuffer},
        open_documents::OpenDocument,
        processes,
        state::State,
    },
    workspace::{AffectedDocuments, paths, walk},
};

/// `textDocument/didOpen`.
pub(crate) fn did_open(state: &mut State, params: DidOpenTextDocumentParams) {
    let document = params.text_document;
    if processes::is_process(&document.uri) {
        return processes::opened(state, document);
    }
    if views::is_view(&document.uri) {
        // It is the server's own text, and no document of the project.
        return;
    }
    restat(state);
    if let Some(path) = paths::of_uri(&document.uri) {
        state.closed.opened(&path);
    }
    let text = DocumentBuffer::open(
        document.uri.clone(),
        document.version,
        &document.text,
        &state.workspace,
    );
    state.open.insert(document.uri, OpenDocument::new(text));
}

/// `textDocument/didChange`.
pub(crate) fn did_change(state: &mut State, params: DidChangeTextDocumentParams) {
    if processes::is_process(&params.text_document.uri) {
        return processes::edited(state, params);
    }
    let uri = params.text_document.uri;
    let encoding = state.features.encoding;
    let Some(document) = state.open.get_mut(&uri) else {
        if views::is_view(&uri) {
            return;
        }
        tracing::warn!("an edit of a document that is not open");
        return;
    };
    let outcome = fence("edit", || {
        document.buffer.change(
            params.text_document.version,
            params.content_changes,
            encoding,
        )
    });
    match outcome.unwrap_or(Err(DesyncReason::Defect)) {
        Ok(()) if document.buffer.is_desynced() => {}
        Ok(()) => {
            document.status.edits_pending = true;
            document.status.desync_reported = false;
            let path = document.path();
            if let Some(path) = path.filter(|_| !state.features.pulls_diagnostics) {
                state.closed.base_changed(path.to_path_buf());
            }
        }
        Err(reason) => state.mark_desynced(&uri, &reason),
    }
}

/// `textDocument/didSave`.
pub(crate) fn did_save(state: &mut State, params: DidSaveTextDocumentParams) {
    let uri = params.text_document.uri;
    if let Some(document) = state.open.get_mut(&uri)
        && document.buffer.end_typing()
    {
        document.status.edits_pending = true;
    }
    if let Some(document) = state.open.get_mut(&uri)
        && let Some(saved) = params.text
    {
        // What was saved is the text, whatever was understood of the edits before.
        if document.buffer.is_desynced() || !document.buffer.is(&saved) {
            document.buffer.save(&saved);
            document.status.edits_pending = true;
            document.status.desync_reported = false;
        }
    }
    restat(state);
}

/// Clients that do not watch files tell of no change on disk: an opened or saved document is the occasion to look again.
fn restat(state: &mut State) {
    if !state.features.watches_files {
        state.workspace.forget_files();
        state.index_folders();
        state.refresh_all();
    }
}

/// `textDocument/didClose`.
pub(crate) fn did_close(state: &mut State, params: DidCloseTextDocumentParams) {
    let uri = params.text_document.uri;
    if processes::is_process(&uri) {
        return processes::closed(state, &uri);
    }
    let Some(closed) = state.open.remove(&uri) else {
        if views::is_view(&uri) {
            return;
        }
        tracing::warn!("a document is closed that was not open");
        return;
    };
    if let Some(path) = closed.path() {
        state.workspace.remove_open(path);
        state.closed.recheck_reported();
    }
    if closed
        .snapshot
        .as_ref()
        .is_some_and(|snapshot| snapshot.is_project_file())
    {
        // From here on the file on disk is reported.
        state.open.forget_projects();
        state.refresh_all();
    }
    crate::session::scheduler::clear_project_files(state);
    state.clear_diagnostics(&uri);
    if let Some(snapshot) = closed.snapshot {
        // From here on the file on disk is what others extend.
        state.refresh_dependents(&snapshot);
    }
}

/// `workspace/didChangeWatchedFiles`.
pub(crate) fn watched_files(state: &mut State, params: DidChangeWatchedFilesParams) {
    let changed: Vec<_> = params
        .changes
        .iter()
        .filter_map(|change| paths::of_uri(&change.uri))
        .collect();
    match state.workspace.files_changed(&changed) {
        AffectedDocuments::All => state.refresh_all(),
        AffectedDocuments::Extending(documents) => {
            state.closed.recheck_reported();
            state.refresh_after(&documents);
        }
    }
    let index = state.workspace.index();
    let is_gone = |path: &PathBuf| index.summary(path).is_some() && !path.exists();
    // A client that pulls asks for what it knows of documents that are there.
    let gone = changed.iter().any(is_gone);
    let holds_known = |folder: &PathBuf| {
        let mut known = index.files().into_iter();
        known.any(|(path, _)| path != *folder && path.starts_with(folder))
    };
    let (documents, others): (Vec<_>, Vec<_>) = changed
        .into_iter()
        .partition(|path| (walk::is_document(path) || walk::is_process(path)) && !path.is_dir());
    // A folder that came or went takes its documents with it.
    let folders = others.iter().any(|path| path.is_dir() || holds_known(path));
    state.index_files(documents);
    if folders {
        state.index_folders();
    }
    if gone || folders {
        state.request_refresh();
    }
}
