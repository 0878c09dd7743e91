//! Process files (L1) in the editor. They belong to the toolchain's own server: only what leads from their names to documents and
//! back is offered for them, where the user says so, and nothing is ever reported in them.

use std::sync::Arc;

use serde_json::{Value, json};
use tower_lsp_server::ls_types::{
    DidChangeTextDocumentParams, Registration, RegistrationParams, TextDocumentItem,
    Unregistration, UnregistrationParams, Uri,
    request::{RegisterCapability, UnregisterCapability},
};

use crate::{
    session::{indexing::processes_changed, state::State},
    text,
    workspace::{open_process::ProcessText, paths, walk},
};

/// What is registered: a feature of the client, and the methods that come with it.
const METHODS: [(&str, &str); 9] = [
    ("synchronization", "textDocument/didOpen"),
    ("synchronization", "textDocument/didChange"),
    ("synchronization", "textDocument/didClose"),
    ("definition", "textDocument/definition"),
    ("references", "textDocument/references"),
    ("documentHighlight", "textDocument/documentHighlight"),
    ("hover", "textDocument/hover"),
    ("rename", "textDocument/rename"),
    ("synchronization", "textDocument/didSave"),
];

/// Registers the requests for process files, or takes them back, as the settings say.
pub(crate) fn register(state: &mut State) {
    let wanted = state.workspace.configuration().options.process_files();
    if wanted == state.processes_registered {
        return;
    }
    let features = &state.features.registers_for_processes;
    // A name at a position means nothing without the text.
    if !features.contains(&"synchronization") {
        return;
    }
    let methods = METHODS
        .iter()
        .filter(|(feature, _)| features.contains(feature));
    let id = |method: &str| format!("{method}{}", walk::PROCESS_ENDING);
    if wanted {
        let registrations = methods.map(|(_, method)| Registration {
            id: id(method),
            method: (*method).to_owned(),
            register_options: Some(options(method, state.features.prepares_rename)),
        });
        let registrations = registrations.collect();
        let params = RegistrationParams { registrations };
        state
            .client
            .request::<RegisterCapability>(params, |_, _| {});
    } else {
        let unregisterations = methods.map(|(_, method)| Unregistration {
            id: id(method),
            method: (*method).to_owned(),
        });
        let unregisterations = unregisterations.collect();
        let params = UnregistrationParams { unregisterations };
        state
            .client
            .request::<UnregisterCapability>(params, |_, _| {});
    }
    state.processes_registered = wanted;
}

fn options(method: &str, prepares_rename: bool) -> Value {
    let pattern = format!("**/*{}", walk::PROCESS_ENDING);
    let mut options = json!({"documentSelector": [{"scheme": "file", "pattern": pattern}]});
    match method {
        // Edits of ranges.
        "textDocument/didChange" => options["syncKind"] = json!(2),
        "textDocument/rename" => options["prepareProvider"] = json!(prepares_rename),
        _ => {}
    }
    options
}

/// Whether a text is one of processes by the name of its file.
pub(crate) fn is_process(uri: &Uri) -> bool {
    paths::of_uri(uri).is_some_and(|path| walk::is_process(&path))
}

/// `textDocument/didOpen`.
pub(crate) fn opened(state: &mut State, document: TextDocumentItem) {
    if let Some(path) = paths::of_uri(&document.uri) {
        let version = Some(document.version);
        let process = ProcessText::new(document.uri, path, version, &document.text);
        state.workspace.set_open_process(Arc::new(process));
        processes_changed(state);
    }
}

/// `textDocument/didChange`. A text that cannot be followed counts as it is on the disk until it is opened again.
pub(crate) fn edited(state: &mut State, params: DidChangeTextDocumentParams) {
    let uri = params.text_document.uri;
    let Some(path) = paths::of_uri(&uri) else {
        return;
    };
    let Some(known) = state.workspace.open_process(&path) else {
        return;
    };
    let mut rope = known.rope.clone();
    for change in params.content_changes {
        let Some(range) = change.range else {
            rope = ropey::Rope::from_str(&change.text);
            continue;
        };
        let Some(range) = text::edit_range(&rope, range, state.features.encoding) else {
            tracing::error!("an edit is outside the text of a process file, which is dropped");
            state.workspace.remove_open_process(&path);
            return processes_changed(state);
        };
        let start = rope.byte_to_char(range.start().into());
        let end = rope.byte_to_char(range.end().into());
        rope.remove(start..end);
        rope.insert(start, &change.text);
    }
    let version = Some(params.text_document.version);
    let process = ProcessText::new(uri, path, version, &rope.to_string());
    state.workspace.set_open_process(Arc::new(process));
    processes_changed(state);
}

/// `textDocument/didClose`.
pub(crate) fn closed(state: &mut State, uri: &Uri) {
    if let Some(path) = paths::of_uri(uri) {
        state.workspace.remove_open_process(&path);
        processes_changed(state);
    }
}
