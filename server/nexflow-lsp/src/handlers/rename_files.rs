//! `workspace/willRenameFiles`: what documents extend is found again where it goes.

use std::{
    collections::HashMap,
    path::{Component, Path, PathBuf},
    sync::Arc,
};

use nexflow_analysis::{EXTENDS, edit};
use tower_lsp_server::{
    jsonrpc,
    ls_types::{RenameFilesParams, TextEdit, Uri, WorkspaceEdit},
};

use crate::{
    handlers::rename::workspace_edit,
    session::context::RequestContext,
    text,
    workspace::{document::DocumentSnapshot, extends, paths},
};

/// The edits of `extends` that keep its meaning once files or folders have other names.
pub(crate) fn will_rename(
    context: &RequestContext,
    params: RenameFilesParams,
) -> jsonrpc::Result<Option<WorkspaceEdit>> {
    let path = |uri: &str| paths::of_uri(&uri.parse::<Uri>().ok()?);
    let moves: Vec<(PathBuf, PathBuf)> = params
        .files
        .iter()
        .filter_map(|file| Some((path(&file.old_uri)?, path(&file.new_uri)?)))
        .collect();
    let moved = |path: &Path| {
        moves.iter().find_map(|(old, new)| {
            let below = path.strip_prefix(old).ok()?;
            Some(match below.as_os_str().is_empty() {
                true => new.clone(),
                false => new.join(below),
            })
        })
    };
    let after = |path: &Path| moved(path).unwrap_or_else(|| path.to_path_buf());
    let workspace = &context.workspace;
    workspace.index().wait(&|| context.check().is_ok());
    let mut documents: HashMap<PathBuf, Arc<DocumentSnapshot>> = HashMap::new();
    for (_, open) in context.documents.iter() {
        if let Some(path) = &open.path {
            documents.insert(path.clone(), open.clone());
        }
    }
    for (path, summary) in workspace.index().files() {
        let concerned = summary
            .extends
            .as_deref()
            .is_some_and(|base| moved(base).is_some() || moved(&path).is_some());
        if concerned && !documents.contains_key(&path) {
            let read = DocumentSnapshot::from_disk(workspace, &path, context.client.encoding);
            if let Ok(document) = read {
                documents.insert(path, Arc::new(document));
            }
        }
    }
    let mut edits: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
    for (path, document) in documents {
        let tree = &document.document;
        let (Some(target), Some(entry)) = (extends::target(tree), tree.root().get(EXTENDS)) else {
            continue;
        };
        let base = extends::beside(&path, &target);
        let Some(new) = relative(&after(&path), &after(&base)) else {
            continue;
        };
        if extends::beside(&after(&path), &target) == after(&base) {
            continue;
        }
        let written = edit::replace_value(tree, entry, &edit::Value::Text(new));
        let edit = |edit: nexflow_syntax::TextEdit| TextEdit {
            range: text::range(tree.rope(), edit.range, document.encoding),
            new_text: edit.insert,
        };
        if let Some(written) = written {
            edits.insert(
                document.uri.clone(),
                written.into_iter().map(edit).collect(),
            );
        }
    }
    Ok((!edits.is_empty()).then(|| workspace_edit(context, edits)))
}

/// The way from the folder of a document to a file.
fn relative(from: &Path, to: &Path) -> Option<String> {
    let from: Vec<Component<'_>> = from.parent()?.components().collect();
    let to: Vec<Component<'_>> = to.components().collect();
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..", from.len() - shared);
    let down = to[shared..].iter().map(|part| part.as_os_str().to_str());
    let parts: Option<Vec<&str>> = up.map(Some).chain(down).collect();
    Some(parts?.join("/"))
}
