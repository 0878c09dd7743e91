//! `textDocument/prepareRename` and `textDocument/rename`.

use std::collections::HashMap;

use nexflow_analysis::{
    Reference, Symbol, VariableOrigin, edit::applied, only_renames, references_to, symbol_at,
};
use nexflow_syntax::{Document, ScalarStyle, TextEdit as Edit};
use tower_lsp_server::{
    jsonrpc,
    ls_types::{
        DocumentChanges, OneOf, OptionalVersionedTextDocumentIdentifier, Position,
        PrepareRenameResponse, RenameParams, TextDocumentEdit, TextDocumentPositionParams,
        TextEdit, Uri, WorkspaceEdit,
    },
};

use crate::{
    handlers::{process_names, references::sharing, variables::in_env_files},
    session::context::RequestContext,
    text::{self, Encoding},
    workspace::{document::DocumentSnapshot, extends_graph},
};

/// The name at a position, or why it cannot be changed.
pub(crate) fn prepare(
    _: &RequestContext,
    document: &DocumentSnapshot,
    params: TextDocumentPositionParams,
) -> jsonrpc::Result<Option<PrepareRenameResponse>> {
    let Some(found) = find(document, params.position) else {
        return Ok(None);
    };
    may_change(document, &found.symbol)?;
    Ok(Some(PrepareRenameResponse::RangeWithPlaceholder {
        range: text::range(document.document.rope(), found.range, document.encoding),
        placeholder: found.symbol.name().to_owned(),
    }))
}

/// The edits that give a thing another name wherever it is named.
pub(crate) fn rename(
    context: &RequestContext,
    document: &DocumentSnapshot,
    params: RenameParams,
) -> jsonrpc::Result<Option<WorkspaceEdit>> {
    let Some(found) = find(document, params.text_document_position.position) else {
        return Err(refused("nothing here has a name that can be changed"));
    };
    may_change(document, &found.symbol)?;
    if let Some(reason) = found.symbol.refuses(&params.new_name) {
        return Err(refused(reason));
    }
    let documents = sharing(context, document, &found.symbol);
    context.check()?;
    let encoding = document.encoding;
    let mut edits = document_edits(&documents, &found.symbol, &params.new_name, encoding)?;
    if let Some(path) = &document.path {
        let new = &params.new_name;
        process_names::rename_edits(context, path, &found.symbol, new, encoding, &mut edits)
            .map_err(refused)?;
    }
    if let Symbol::Variable(name) = &found.symbol
        && params.new_name != *name
    {
        is_free(context, document, &params.new_name)?;
        env_files(context, document, name, &params.new_name, &mut edits)?;
    }
    Ok(Some(workspace_edit(context, edits)))
}

/// The edits that give a thing another name in documents.
pub(crate) fn document_edits(
    documents: &[(Uri, Document)],
    symbol: &Symbol,
    name: &str,
    encoding: Encoding,
) -> jsonrpc::Result<HashMap<Uri, Vec<TextEdit>>> {
    let new = renamed(symbol, name);
    let mut edits = HashMap::new();
    for (uri, of) in documents {
        // Two things that become one cannot be told apart again.
        if symbol.name() != name
            && references_to(of, &new)
                .iter()
                .any(|place| place.is_definition || matches!(symbol, Symbol::Variable(_)))
        {
            let file = uri.path().as_str().rsplit('/').next().unwrap_or_default();
            return Err(refused(format!("`{name}` is used already, in {file}")));
        }
        let found = references_to(of, symbol);
        if found.is_empty() {
            continue;
        }
        let changes: Vec<Edit> = found
            .iter()
            .map(|place| Edit::replace(place.range, written(of, place, name)))
            .collect();
        if !only_renames(of, &applied(of, &changes), symbol.name(), name) {
            let file = uri.path().as_str().rsplit('/').next().unwrap_or_default();
            return Err(refused(format!(
                "with this name {file} would say something else"
            )));
        }
        let edit = |change: Edit| TextEdit {
            range: text::range(of.rope(), change.range, encoding),
            new_text: change.insert,
        };
        edits.insert(uri.clone(), changes.into_iter().map(edit).collect());
    }
    Ok(edits)
}

/// The new name as it stands at a place: in quotes where YAML would take it for something else than text.
fn written(document: &Document, place: &Reference, name: &str) -> String {
    let is_plain_scalar = document.node_at(place.range.start()).is_some_and(|node| {
        node.range() == place.range && node.style() == Some(ScalarStyle::Plain)
    });
    match is_plain_scalar {
        true => nexflow_analysis::edit::quoted(name, true, Some(ScalarStyle::Plain)),
        false => name.to_owned(),
    }
}

fn find(document: &DocumentSnapshot, position: Position) -> Option<Reference> {
    let offset = text::offset(document.document.rope(), position, document.encoding);
    symbol_at(&document.document, offset)
}

fn renamed(symbol: &Symbol, new: &str) -> Symbol {
    match symbol.clone() {
        Symbol::Variable(_) => Symbol::Variable(new.to_owned()),
        Symbol::Anchor(_) => Symbol::Anchor(new.to_owned()),
        Symbol::Entry { block, .. } => Symbol::Entry {
            block,
            name: new.to_owned(),
        },
        Symbol::SecretKey { block, entry, .. } => Symbol::SecretKey {
            block,
            entry,
            part: new.to_owned(),
        },
    }
}

/// Names that something outside the workspace gives keep the name that they have there.
fn may_change(document: &DocumentSnapshot, symbol: &Symbol) -> jsonrpc::Result<()> {
    let Symbol::Variable(name) = symbol else {
        return Ok(());
    };
    let found = document.snapshot().context.variables.get(name);
    match found.map(|variable| variable.origin) {
        Some(VariableOrigin::Shell) => Err(refused(format!(
            "`{name}` comes from the environment of the server, where it cannot be renamed"
        ))),
        Some(VariableOrigin::Settings | VariableOrigin::ProjectFile { .. }) => Err(refused(
            format!("`{name}` is fixed in the settings; rename it there as well as here"),
        )),
        _ => Ok(()),
    }
}

/// Refuses the name of a variable that somebody has, or that somebody refers to, whether it has a value or not.
fn is_free(
    context: &RequestContext,
    document: &DocumentSnapshot,
    name: &str,
) -> jsonrpc::Result<()> {
    let has_value = document.snapshot().context.variables.get(name).is_some();
    let is_in_env_file = || {
        in_env_files(context, document, name)
            .iter()
            .any(|file| !file.places.is_empty())
    };
    let alive = || context.check().is_ok();
    let symbol = Symbol::Variable(name.to_owned());
    let is_beside = || {
        document.path.as_deref().is_some_and(|path| {
            extends_graph::is_named_beside(&context.workspace, path, &symbol, &alive)
        })
    };
    match () {
        () if has_value => Err(refused(format!("`{name}` has a value already"))),
        () if is_in_env_file() => Err(refused(format!("`{name}` is used already, in an env file"))),
        () if is_beside() => Err(refused(format!(
            "`{name}` is used already, in another document"
        ))),
        () => Ok(()),
    }
}

/// Adds the edits of the env files that set or use the variable.
fn env_files(
    context: &RequestContext,
    document: &DocumentSnapshot,
    old: &str,
    new: &str,
    edits: &mut HashMap<Uri, Vec<TextEdit>>,
) -> jsonrpc::Result<()> {
    for file in in_env_files(context, document, old) {
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
pub(crate) fn workspace_edit(
    context: &RequestContext,
    edits: HashMap<Uri, Vec<TextEdit>>,
) -> WorkspaceEdit {
    if !context.client.document_changes {
        return WorkspaceEdit {
            changes: Some(edits),
            ..Default::default()
        };
    }
    let mut edits: Vec<_> = edits.into_iter().collect();
    // The same answer to the same question, whatever order a map has.
    edits.sort_by(|(a, _), (b, _)| a.as_str().cmp(b.as_str()));
    let documents = edits.into_iter().map(|(uri, edits)| TextDocumentEdit {
        text_document: OptionalVersionedTextDocumentIdentifier {
            version: context.version(&uri),
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
pub(crate) fn refused(message: impl Into<std::borrow::Cow<'static, str>>) -> jsonrpc::Error {
    jsonrpc::Error {
        message: message.into(),
        // The protocol's RequestFailed: well-formed, yet it cannot be done.
        ..jsonrpc::Error::new((-32803).into())
    }
}
