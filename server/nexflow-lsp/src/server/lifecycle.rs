//! `initialize`, `initialized`, `shutdown`, `exit`: in the order and with the answers that the protocol asks for.

use std::{collections::BTreeSet, path::PathBuf, sync::Arc};

use serde::Deserialize;
use serde_json::Value;
use tower_lsp_server::{
    jsonrpc::{self, Id},
    ls_types::{
        self as lsp, ConfigurationItem, DidChangeWatchedFilesRegistrationOptions,
        FileSystemWatcher, GlobPattern, InitializeResult, Registration, RegistrationParams,
        ServerInfo, Uri, WorkspaceFolder,
        notification::{DidChangeConfiguration, DidChangeWatchedFiles, Notification},
        request::{
            CodeLensRefresh, InlayHintRefreshRequest, RegisterCapability, WorkspaceConfiguration,
        },
    },
};

use super::{
    indexing::Indexer,
    main_loop::Incoming,
    parent,
    router::read,
    state::{Phase, State},
};
use crate::{
    lsp::{capabilities, client_features::ClientFeatures},
    settings::Options,
    workspace::{
        Configuration, Folder, paths,
        project::{ENV_FILE, PROJECT_FILE},
    },
};

/// What is watched on disk: documents, env files, project files.
const WATCHED: &[&str] = &["**/*.infra*", "**/.env*", "**/nexflow.toml"];

/// `initialize`.
pub fn initialize(state: &mut State, request: &Incoming) {
    let params = match read::<Value>(request.params.clone()) {
        Ok(params) if params.is_object() => params,
        _ => {
            let message = "`initialize` takes an object of parameters";
            return state.refuse(&request.id, jsonrpc::Error::invalid_params(message));
        }
    };
    state.features = Arc::new(ClientFeatures::read(&params["capabilities"]));
    let (options, problems) = Options::from_editor(&params["initializationOptions"]);
    for problem in problems {
        state.warn(&problem);
    }
    state.initial_options = options.clone();
    state.workspace.configure(Configuration {
        folders: folders(&params),
        options,
        encoding: state.features.encoding,
    });
    if let Ok(process) = u32::deserialize(&params["processId"]) {
        parent::watch(process, state.events());
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
    state.client.answer(&request.id, &Ok(result));
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
        .filter_map(folder_path)
        .map(|path| Folder {
            path,
            options: None,
        })
        .collect()
}

fn folder_path(uri: &Uri) -> Option<PathBuf> {
    paths::of_uri(uri)
}

/// Whether the client has been asked for its settings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Asked {
    /// No question waits for an answer.
    #[default]
    No,
    /// One does.
    Once,
    /// One does, and by now there is reason to ask once more.
    Again,
}

/// `initialized`: asks the client to watch files and for its settings.
pub fn initialized(state: &mut State) {
    let mut registrations = Vec::new();
    if state.features.watches_files {
        let watchers = WATCHED.iter().map(|glob| watcher((*glob).into())).collect();
        let options = DidChangeWatchedFilesRegistrationOptions { watchers };
        registrations.push(registration::<DidChangeWatchedFiles>(
            serde_json::to_value(options).ok(),
        ));
    }
    if state.features.registers_configuration {
        registrations.push(registration::<DidChangeConfiguration>(Some(
            serde_json::json!({"section": "nexflow"}),
        )));
    }
    if !registrations.is_empty() {
        state
            .client
            .request::<RegisterCapability>(RegistrationParams { registrations }, |_, _| {});
    }
    state.indexer = Some(Indexer::start(state.workspace.clone(), state.events()));
    state.index_folders();
    pull_configuration(state);
}

/// Asks the client to watch files of a project that no pattern covers which it watches already: env files with names of their
/// own.
pub fn watch(state: &mut State, files: &[PathBuf]) {
    if !state.features.watches_files {
        return;
    }
    let new: BTreeSet<String> = files
        .iter()
        .filter_map(|file| file.file_name()?.to_str())
        .filter(|name| *name != PROJECT_FILE && !name.starts_with(ENV_FILE))
        .map(|name| format!("**/{}", literal(name)))
        .filter(|glob| !state.watched.contains(glob))
        .collect();
    if new.is_empty() {
        return;
    }
    let id = format!("{}/{}", DidChangeWatchedFiles::METHOD, state.watched.len());
    let watchers = new.iter().cloned().map(watcher).collect();
    state.watched.extend(new);
    let options = DidChangeWatchedFilesRegistrationOptions { watchers };
    let registrations = vec![Registration {
        id,
        ..registration::<DidChangeWatchedFiles>(serde_json::to_value(options).ok())
    }];
    state
        .client
        .request::<RegisterCapability>(RegistrationParams { registrations }, |_, _| {});
}

fn watcher(glob: String) -> FileSystemWatcher {
    FileSystemWatcher {
        glob_pattern: GlobPattern::String(glob),
        kind: None,
    }
}

/// A pattern for a file name: what means something in patterns stands for any character.
fn literal(name: &str) -> String {
    name.chars()
        .map(|c| match c {
            '*' | '?' | '[' | ']' | '{' | '}' | ',' | '!' => '?',
            other => other,
        })
        .collect()
}

fn registration<N: Notification>(register_options: Option<Value>) -> Registration {
    Registration {
        id: N::METHOD.into(),
        method: N::METHOD.into(),
        register_options,
    }
}

/// Asks for the settings: those of every folder, and those that hold elsewhere.
pub fn pull_configuration(state: &mut State) {
    if !state.features.configuration {
        return;
    }
    // One question at a time: a client that answers none must not make the server pile them up.
    match state.settings_asked {
        Asked::No => state.settings_asked = Asked::Once,
        Asked::Once | Asked::Again => {
            state.settings_asked = Asked::Again;
            return;
        }
    }
    let configuration = state.workspace.configuration();
    let scopes = configuration
        .folders
        .iter()
        .map(|folder| paths::to_uri(&folder.path));
    let items = std::iter::once(None)
        .chain(scopes)
        .map(|scope_uri| ConfigurationItem {
            scope_uri,
            section: Some("nexflow".into()),
        })
        .collect();
    let asked: Vec<_> = configuration
        .folders
        .iter()
        .map(|folder| folder.path.clone())
        .collect();
    state.client.request::<WorkspaceConfiguration>(
        lsp::ConfigurationParams { items },
        move |state, answer| {
            if std::mem::take(&mut state.settings_asked) == Asked::Again {
                // They have changed since.
                return pull_configuration(state);
            }
            let Ok(values) = answer else { return };
            let mut read = values.iter().map(|value| state.read_options(value));
            let options = read.next().unwrap_or_default();
            let of_folders: Vec<_> = asked.into_iter().zip(read).collect();
            let configuration = state.workspace.configuration();
            let folders = configuration.folders.iter().map(|folder| {
                let own = of_folders
                    .iter()
                    .find(|(path, _)| *path == folder.path)
                    .map(|(_, options)| options.clone());
                Folder {
                    path: folder.path.clone(),
                    options: own.filter(|own| *own != options),
                }
            });
            let folders = folders.collect();
            state.configure(Configuration {
                folders,
                options,
                encoding: configuration.encoding,
            });
        },
    );
}

impl State {
    /// Reads settings of the client over those of `initialize`; what is wrong with them is shown.
    fn read_options(&self, value: &Value) -> Options {
        let (options, problems) = Options::from_editor(value);
        for problem in problems {
            self.warn(&problem);
        }
        options.over(&self.initial_options)
    }

    fn configure(&mut self, configuration: Configuration) {
        if *self.workspace.configuration() != configuration {
            self.workspace.configure(configuration);
            self.index_folders();
            self.refresh_all();
            self.ask_for_remarks();
        }
    }
}

impl State {
    /// Tells the client to ask again for what settings switch on and off.
    fn ask_for_remarks(&mut self) {
        if self.features.refreshes_hints {
            self.client
                .request::<InlayHintRefreshRequest>((), |_, _| {});
        }
        if self.features.refreshes_lenses {
            self.client.request::<CodeLensRefresh>((), |_, _| {});
        }
    }
}

/// `workspace/didChangeConfiguration`.
pub fn configuration_changed(state: &mut State, settings: &Value) {
    if state.features.configuration {
        // Clients that can be asked often send nothing here.
        return pull_configuration(state);
    }
    let options = state.read_options(settings);
    let configuration = (*state.workspace.configuration()).clone();
    state.configure(Configuration {
        options,
        ..configuration
    });
}

/// `workspace/didChangeWorkspaceFolders`.
pub fn folders_changed(state: &mut State, added: &[WorkspaceFolder], removed: &[WorkspaceFolder]) {
    let mut configuration = (*state.workspace.configuration()).clone();
    let removed: Vec<_> = removed
        .iter()
        .filter_map(|folder| folder_path(&folder.uri))
        .collect();
    configuration
        .folders
        .retain(|folder| !removed.contains(&folder.path));
    for path in added.iter().filter_map(|folder| folder_path(&folder.uri)) {
        if !configuration
            .folders
            .iter()
            .any(|folder| folder.path == path)
        {
            configuration.folders.push(Folder {
                path,
                options: None,
            });
        }
    }
    state.configure(configuration);
    pull_configuration(state);
}

/// `shutdown`: nothing is computed any more.
pub fn shutdown(state: &mut State, id: &Id) {
    state.phase = Phase::ShutDown;
    let waiting: Vec<_> = state.pending.keys().cloned().collect();
    for id in waiting {
        state.cancel(&id);
    }
    state.client.answer(id, &Ok(()));
}

/// `exit`: 0 only after `shutdown`. What is still asked stays without an answer.
pub fn end(state: &mut State) {
    state.exit = Some(if state.phase == Phase::ShutDown { 0 } else { 1 });
}

/// The end of the input: what was asked before is still answered, and then the process ends.
pub fn input_ended(state: &mut State) {
    state.input_ended = true;
}

/// Logs at most what a person who reports a bug would be asked for.
pub fn log_start() {
    tracing::info!(
        "nexflow-lsp {} on {} {}",
        crate::VERSION,
        std::env::consts::OS,
        std::env::consts::ARCH
    );
}
