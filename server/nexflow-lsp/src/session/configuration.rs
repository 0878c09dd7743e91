//! Folders and settings, as the client tells them and as it is asked for them.

use std::path::PathBuf;

use serde_json::Value;
use tower_lsp_server::ls_types::{
    self as lsp, ConfigurationItem, Uri, WorkspaceFolder,
    request::{CodeLensRefresh, InlayHintRefreshRequest, WorkspaceConfiguration},
};

use crate::{
    session::{
        processes,
        state::{ConfigRequest, State},
    },
    settings::{EditorOptions, Options},
    workspace::{Configuration, Folder, paths},
};

pub(crate) fn folder_path(uri: &Uri) -> Option<PathBuf> {
    paths::of_uri(uri)
}

/// Asks for the settings: those of every folder, and those that hold elsewhere.
pub(crate) fn pull_configuration(state: &mut State) {
    if !state.features.configuration {
        return;
    }
    // One question at a time: a client that answers none must not make the server pile them up.
    match state.config_request {
        ConfigRequest::No => state.config_request = ConfigRequest::Once,
        ConfigRequest::Once | ConfigRequest::Again => {
            state.config_request = ConfigRequest::Again;
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
            if std::mem::take(&mut state.config_request) == ConfigRequest::Again {
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
                reads_at_once: false,
            });
        },
    );
}

impl State {
    /// Reads settings of the client over those of `initialize`; what is wrong with them is shown.
    pub(crate) fn read_options(&mut self, value: &Value) -> Options {
        let read = Options::from_section(value);
        self.report_settings(read).over(&self.initial_options)
    }

    /// Shows what is wrong with settings and, once, that some stand under their former names; returns what they say.
    pub(crate) fn report_settings(&mut self, read: EditorOptions) -> Options {
        for problem in &read.problems {
            self.warn(problem);
        }
        if !read.former.is_empty() && !std::mem::replace(&mut self.reported_former_settings, true) {
            self.inform(&former_settings(&read.former));
        }
        read.options
    }

    pub(crate) fn configure(&mut self, configuration: Configuration) {
        if *self.workspace.configuration() != configuration {
            self.workspace.configure(configuration);
            processes::register(self);
            self.index_folders();
            self.refresh_all();
            self.refresh_inlay_hints_and_lenses();
        }
    }
}

impl State {
    /// Tells the client to ask again for what settings switch on and off.
    fn refresh_inlay_hints_and_lenses(&mut self) {
        if self.features.refreshes_hints {
            self.client
                .request::<InlayHintRefreshRequest>((), |_, _| {});
        }
        if self.features.refreshes_lenses {
            self.client.request::<CodeLensRefresh>((), |_, _| {});
        }
    }
}

/// What to do about keys that stand where they stood before they got a place of their own.
fn former_settings(keys: &[&str]) -> String {
    let renamed = keys
        .iter()
        .map(|key| format!("`nexflow.{key}` to `nexflow.infra.{key}`"));
    let renamed = renamed.collect::<Vec<_>>().join(", ");
    format!("The settings of nexflow-lsp are now below `nexflow.infra`. Rename {renamed}.")
}

/// `workspace/didChangeConfiguration`.
pub(crate) fn configuration_changed(state: &mut State, settings: &Value) {
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
pub(crate) fn folders_changed(
    state: &mut State,
    added: &[WorkspaceFolder],
    removed: &[WorkspaceFolder],
) {
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
