//! Notifications about documents and files. These handlers run on the main loop and must be quick.

use tower_lsp_server::ls_types::{
    DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, DidSaveTextDocumentParams, Uri,
};

use crate::{
    server::{
        documents::{Lost, Text},
        main_loop::fence,
        publish,
        state::State,
    },
    workspace::{Changed, paths, walk},
};

/// `textDocument/didOpen`.
pub fn did_open(state: &mut State, params: DidOpenTextDocumentParams) {
    let document = params.text_document;
    restat(state);
    if let Some(path) = paths::of_uri(&document.uri) {
        state.closed.opened(&path);
    }
    let text = Text::open(
        document.uri.clone(),
        document.version,
        &document.text,
        &state.workspace,
    );
    state.texts.insert(document.uri.clone(), text);
    state.told_lost.remove(&document.uri);
    state.unsettled.insert(document.uri);
}

/// `textDocument/didChange`.
pub fn did_change(state: &mut State, params: DidChangeTextDocumentParams) {
    let uri = params.text_document.uri;
    let encoding = state.features.encoding;
    let Some(text) = state.texts.get_mut(&uri) else {
        tracing::warn!("an edit of a document that is not open");
        return;
    };
    let outcome = fence("edit", || {
        text.change(
            params.text_document.version,
            params.content_changes,
            encoding,
        )
    });
    match outcome.unwrap_or(Err(Lost::Defect)) {
        Ok(()) if text.is_lost() => {}
        Ok(()) => {
            if let Some(path) = text.path().filter(|_| !state.features.pulls_diagnostics) {
                state.closed.base_changed(path.to_path_buf());
            }
            state.told_lost.remove(&uri);
            state.unsettled.insert(uri);
        }
        Err(lost) => lose(state, uri, &lost),
    }
}

/// Gives up a document whose text is not known any more, rather than judging something that nobody wrote.
pub fn lose(state: &mut State, uri: Uri, lost: &Lost) {
    if let Some(text) = state.texts.get_mut(&uri) {
        text.lose(*lost == Lost::Early);
    }
    match lost {
        Lost::Defect => tracing::error!("an edit hit a defect; the document is given up"),
        Lost::Version { had, got } => {
            tracing::error!(
                "an edit has version {got} after version {had}; the document is given up"
            );
        }
        Lost::Early => {
            // The one before it is probably on its way. Until then nothing is said of a text that nobody has written.
            tracing::warn!("an edit came before an earlier one; the document waits for that");
            state.unsettled.remove(&uri);
            state.unjudged.remove(&uri);
            state.documents.remove(&uri);
            return;
        }
        Lost::Range => tracing::error!("an edit is outside the text; the document is given up"),
    }
    state.unsettled.remove(&uri);
    state.unjudged.remove(&uri);
    state.stale.remove(&uri);
    state.documents.remove(&uri);
    publish::clear(state, &uri);
    if state.told_lost.insert(uri.clone()) {
        let name = uri
            .path()
            .as_str()
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .to_string();
        state.warn(&format!(
            "The editor and nexflow-lsp do not agree on the text of {name}. It is checked again once it is saved or reopened."
        ));
    }
}

/// `textDocument/didSave`.
pub fn did_save(state: &mut State, params: DidSaveTextDocumentParams) {
    let uri = params.text_document.uri;
    if let Some(text) = state.texts.get_mut(&uri)
        && let Some(saved) = params.text
    {
        // What was saved is the text, whatever was understood of the edits before.
        if text.is_lost() || !text.is(&saved) {
            text.save(&saved);
            state.told_lost.remove(&uri);
            state.unsettled.insert(uri);
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
pub fn did_close(state: &mut State, params: DidCloseTextDocumentParams) {
    let uri = params.text_document.uri;
    let Some(text) = state.texts.remove(&uri) else {
        tracing::warn!("a document is closed that was not open");
        return;
    };
    state.unsettled.remove(&uri);
    state.unjudged.remove(&uri);
    state.stale.remove(&uri);
    state.told_lost.remove(&uri);
    state.projects.remove(&uri);
    if let Some(path) = text.path() {
        state.workspace.remove_open(path);
        state.closed.judge_reported();
    }
    let closed = state.documents.remove(&uri);
    state.tokens.forget(&uri);
    publish::clear(state, &uri);
    if let Some((_, document)) = closed {
        // From here on the file on disk is what others extend.
        state.refresh_dependents(&document);
    }
}

/// `workspace/didChangeWatchedFiles`.
pub fn watched_files(state: &mut State, params: DidChangeWatchedFilesParams) {
    let changed: Vec<_> = params
        .changes
        .iter()
        .filter_map(|change| paths::of_uri(&change.uri))
        .collect();
    match state.workspace.files_changed(&changed) {
        Changed::Everything => state.refresh_all(),
        Changed::Documents(documents) => {
            state.closed.judge_reported();
            state.refresh_after(&documents);
        }
    }
    let documents = changed.into_iter().filter(|path| walk::is_document(path));
    state.index_files(documents.collect());
}
