//! `initialize`, `initialized`, `shutdown`, `exit`: in the order and with the answers that the protocol asks for.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;
use tower_lsp_server::{
    jsonrpc,
    ls_types::{
        DidChangeWatchedFilesRegistrationOptions, InitializeResult, Registration,
        RegistrationParams, ServerInfo, Uri, WorkspaceFolder,
        notification::{DidChangeConfiguration, DidChangeWatchedFiles},
        request::RegisterCapability,
    },
};

use crate::{
    lsp::{capabilities, client_features::ClientFeatures, params, views},
    session::{
        configuration, indexing, parent_process, processes,
        state::{Phase, State},
        watching,
    },
    settings::Options,
    transport::{IncomingRequest, responder::Responder},
    workspace::{Configuration, Folder},
};

/// What is watched on disk: documents, env files, project files.
const WATCHED: &[&str] = &["**/*.infra*", "**/.env*", "**/nexflow.toml", "**/*.proc"];

/// `initialize`.
pub(crate) fn initialize(state: &mut State, request: &IncomingRequest) {
    let params = match params::read::<Value>(request.params.clone()) {
        Ok(params) if params.is_object() => params,
        _ => {
            let message = "`initialize` takes an object of parameters";
            request
                .responder
                .fail(jsonrpc::Error::invalid_params(message));
            return;
        }
    };
    state.features = Arc::new(ClientFeatures::read(&params["capabilities"]));
    let options = Options::from_initialize(&params["initializationOptions"]);
    let options = state.report_settings(options);
    state.initial_options = options.clone();
    state.workspace.configure(Configuration {
        folders: folders(&params),
        options,
        encoding: state.features.encoding,
        reads_at_once: false,
    });
    if let Ok(process) = u32::deserialize(&params["processId"]) {
        parent_process::watch(process, state.events());
    }
    let result = InitializeResult {
        capabilities: capabilities::server_capabilities(&state.features),
        server_info: Some(ServerInfo {
            name: "nexflow-lsp".into(),
            version: Some(crate::VERSION.into()),
        }),
        offset_encoding: None,
    };
    state.phase = Phase::Running;
    request
        .responder
        .answer(Ok(capabilities::with_views(&result)));
}

/// The folders that the client has open.
fn folders(params: &Value) -> Vec<Folder> {
    let folders = Vec::<WorkspaceFolder>::deserialize(&params["workspaceFolders"]);
    let folders: Vec<Uri> = match folders {
        Ok(folders) if !folders.is_empty() => {
            folders.into_iter().map(|folder| folder.uri).collect()
        }
        // Older clients know nothing but this.
        _ => Uri::deserialize(&params["rootUri"]).into_iter().collect(),
    };
    folders
        .iter()
        .filter_map(configuration::folder_path)
        .map(|path| Folder {
            path,
            options: None,
        })
        .collect()
}

/// `initialized`: asks the client to watch files and for its settings.
pub(crate) fn initialized(state: &mut State) {
    let mut registrations = Vec::new();
    if state.features.watches_files {
        let watchers = WATCHED
            .iter()
            .map(|glob| watching::watcher((*glob).into()))
            .collect();
        let options = DidChangeWatchedFilesRegistrationOptions { watchers };
        registrations.push(watching::registration::<DidChangeWatchedFiles>(
            serde_json::to_value(options).ok(),
        ));
    }
    if state.features.registers_configuration {
        registrations.push(watching::registration::<DidChangeConfiguration>(Some(
            serde_json::json!({"section": "nexflow"}),
        )));
    }
    if state.features.shows_content {
        // Views are no documents of ours by their language: these features are asked for by their scheme.
        for feature in &state.features.registers {
            registrations.push(Registration {
                id: format!("views/{feature}"),
                method: format!("textDocument/{feature}"),
                register_options: Some(serde_json::json!({
                    "documentSelector": [{"scheme": views::SCHEME}],
                })),
            });
        }
    }
    if !registrations.is_empty() {
        state
            .client
            .request::<RegisterCapability>(RegistrationParams { registrations }, |_, _| {});
    }
    processes::register(state);
    indexing::start(state);
    state.index_folders();
    configuration::pull_configuration(state);
}

/// `shutdown`: nothing is computed any more.
pub(crate) fn shutdown(state: &mut State, responder: &Responder) {
    state.phase = Phase::ShutDown;
    let waiting: Vec<_> = state.pending.keys().cloned().collect();
    for id in waiting {
        state.cancel(&id);
    }
    responder.answer(Ok(()));
}

/// `exit`: 0 only after `shutdown`. What is still asked stays without an answer.
pub(crate) fn end(state: &mut State) {
    state.exit = Some(if state.phase == Phase::ShutDown { 0 } else { 1 });
}

/// The end of the input: what was asked before is still answered, and then the process ends.
pub(crate) fn input_ended(state: &mut State) {
    state.input_ended = true;
}
