//! Which files the client is asked to watch.

use std::{collections::BTreeSet, path::PathBuf};

use serde_json::Value;
use tower_lsp_server::ls_types::{
    DidChangeWatchedFilesRegistrationOptions, FileSystemWatcher, GlobPattern, Registration,
    RegistrationParams,
    notification::{DidChangeWatchedFiles, Notification},
    request::RegisterCapability,
};

use crate::{
    session::state::State,
    workspace::project::{ENV_FILE, PROJECT_FILE},
};

/// Asks the client to watch files of a project that no pattern covers which it watches already: env files with names of their
/// own.
pub(crate) fn watch(state: &mut State, files: &[PathBuf]) {
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

pub(crate) fn watcher(glob: String) -> FileSystemWatcher {
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

pub(crate) fn registration<N: Notification>(register_options: Option<Value>) -> Registration {
    Registration {
        id: N::METHOD.into(),
        method: N::METHOD.into(),
        register_options,
    }
}
