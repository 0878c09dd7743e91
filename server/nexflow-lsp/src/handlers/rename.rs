//! `textDocument/prepareRename` and `textDocument/rename`.

use std::collections::HashMap;

use nexflow_analysis::{Named, Occurrence, VariableOrigin, name_at, occurrences};
use tower_lsp_server::{
    jsonrpc,
    ls_types::{
        DocumentChanges, OneOf, OptionalVersionedTextDocumentIdentifier, Position,
        PrepareRenameResponse, RenameParams, TextDocumentEdit, TextDocumentPositionParams,
        TextEdit, Uri, WorkspaceEdit,
    },
};

use super::{names::sharing, variables::in_env_files};
use crate::{
    lsp::convert,
    server::{documents::OpenDocument, router::Call},
};

/// The name at a position, or why it cannot be changed.
pub fn prepare(
    _: &Call,
    document: &OpenDocument,
    params: TextDocumentPositionParams,
) -> jsonrpc::Result<Option<PrepareRenameResponse>> {
    let Some(found) = find(document, params.position) else {
        return Ok(None);
    };
    may_change(document, &found.named)?;
    Ok(Some(PrepareRenameResponse::RangeWithPlaceholder {
        range: convert::range(document.document.rope(), found.range, document.encoding),
        placeholder: found.named.name().to_owned(),
    }))
}

/// The edits that give a thing another name wherever it is named.
pub fn rename(
    call: &Call,
    document: &OpenDocument,
    params: RenameParams,
) -> jsonrpc::Result<Option<WorkspaceEdit>> {
    let Some(found) = find(document, params.text_document_position.position) else {
        return Err(refused("nothing here has a name that can be changed"));
    };
    may_change(document, &found.named)?;
    if let Some(reason) = found.named.refuses(&params.new_name) {
        return Err(refused(reason));
    }
    let documents = sharing(call, document, &found.named);
    call.check()?;
    let new = renamed(&found.named, &params.new_name);
    let mut edits: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
    for (uri, of) in &documents {
        // Two things that become one cannot be told apart again.
        if found.named.name() != params.new_name
            && occurrences(of, &new)
                .iter()
                .any(|place| place.is_definition || matches!(found.named, Named::Variable(_)))
        {
            let name = uri.path().as_str().rsplit('/').next().unwrap_or_default();
            return Err(refused(format!(
                "`{}` is used already, in {name}",
                params.new_name
            )));
        }
        let found = occurrences(of, &found.named);
        if !found.is_empty() {
            let edit = |place: Occurrence| TextEdit {
                range: convert::range(of.rope(), place.range, document.encoding),
                new_text: params.new_name.clone(),
            };
            edits.insert(uri.clone(), found.into_iter().map(edit).collect());
        }
    }
    if let Named::Variable(name) = &found.named {
        env_files(call, document, name, &params.new_name, &mut edits)?;
    }
    Ok(Some(workspace_edit(call, edits)))
}

fn find(document: &OpenDocument, position: Position) -> Option<Occurrence> {
    let offset = convert::offset(document.document.rope(), position, document.encoding);
    name_at(&document.document, offset)
}

fn renamed(named: &Named, new: &str) -> Named {
    match named.clone() {
        Named::Variable(_) => Named::Variable(new.to_owned()),
        Named::Anchor(_) => Named::Anchor(new.to_owned()),
        Named::Entry { block, .. } => Named::Entry {
            block,
            name: new.to_owned(),
        },
        Named::Part { block, entry, .. } => Named::Part {
            block,
            entry,
            part: new.to_owned(),
        },
    }
}

/// Names that something outside the workspace gives keep the name that they have there.
fn may_change(document: &OpenDocument, named: &Named) -> jsonrpc::Result<()> {
    let Named::Variable(name) = named else {
        return Ok(());
    };
    let found = document.snapshot().context.variables.get(name);
    match found.map(|variable| variable.origin) {
        Some(VariableOrigin::Shell) => Err(refused(format!(
            "`{name}` comes from the environment of the server, where it cannot be renamed"
        ))),
        Some(VariableOrigin::Settings) => Err(refused(format!(
            "`{name}` is fixed in the settings; rename it there as well as here"
        ))),
        _ => Ok(()),
    }
}

/// Adds the edits of the env files that set or use the variable.
fn env_files(
    call: &Call,
    document: &OpenDocument,
    old: &str,
    new: &str,
    edits: &mut HashMap<Uri, Vec<TextEdit>>,
) -> jsonrpc::Result<()> {
    for file in in_env_files(call, document, old) {
        if file.sets(new) {
            return Err(refused(format!("`{new}` is set already, in an env file")));
        }
        if file.places.is_empty() {
            continue;
        }
        let edit = |(range, _)| TextEdit {
            range,
            new_text: new.to_owned(),
        };
        edits.insert(file.uri, file.places.into_iter().map(edit).collect());
    }
    Ok(())
}

/// The edits in the form that the client takes, with the versions that they are for where it takes versions.
pub fn workspace_edit(call: &Call, edits: HashMap<Uri, Vec<TextEdit>>) -> WorkspaceEdit {
    if !call.client.document_changes {
        return WorkspaceEdit {
            changes: Some(edits),
            ..Default::default()
        };
    }
    let documents = edits.into_iter().map(|(uri, edits)| TextDocumentEdit {
        text_document: OptionalVersionedTextDocumentIdentifier {
            version: call.documents.get(&uri).map(|document| document.version),
            uri,
        },
        edits: edits.into_iter().map(OneOf::Left).collect(),
    });
    WorkspaceEdit {
        document_changes: Some(DocumentChanges::Edits(documents.collect())),
        ..Default::default()
    }
}

/// An answer that tells the user why.
fn refused(message: impl Into<std::borrow::Cow<'static, str>>) -> jsonrpc::Error {
    jsonrpc::Error {
        message: message.into(),
        // The protocol's RequestFailed: well-formed, yet it cannot be done.
        ..jsonrpc::Error::new((-32803).into())
    }
}
