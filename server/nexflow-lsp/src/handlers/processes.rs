//! Requests in process files (L1): from their names to the documents that bind them.

use std::collections::HashMap;

use nexflow_analysis::{
    Symbol,
    processes::{Kind, ProcessReference, hover as hover_text},
    references_to,
};
use tower_lsp_server::{
    jsonrpc,
    ls_types::{
        DocumentHighlight, DocumentHighlightKind, DocumentHighlightParams, GotoDefinitionParams,
        GotoDefinitionResponse, Hover, HoverContents, HoverParams, Location, Position,
        PrepareRenameResponse, ReferenceParams, RenameParams, TextDocumentPositionParams, TextEdit,
        Uri, WorkspaceEdit,
    },
};

use crate::{
    handlers::{
        process_names::{bound, documents, locations, naming, rename_edits, users},
        rename::{document_edits, refused, workspace_edit},
    },
    lsp::to_proto,
    session::context::RequestContext,
    text::{self, Encoding},
    workspace::{open_process::ProcessText, paths},
};

/// The name at a position of a process file, and the entry that it means.
fn at(
    context: &RequestContext,
    file: &ProcessText,
    position: Position,
    encoding: Encoding,
) -> Option<(ProcessReference, Symbol)> {
    let offset = text::offset(&file.rope, position, encoding);
    let mut references = file.references.iter();
    let found = references.find(|found| found.range.contains_inclusive(offset))?;
    let symbol = bound(context, &file.path, found)?;
    Some((found.clone(), symbol))
}

/// Where the entry stands that a name of a process means: in each document of the project that has it.
pub(crate) fn go_to_definition(
    context: &RequestContext,
    file: &ProcessText,
    params: GotoDefinitionParams,
) -> jsonrpc::Result<Option<GotoDefinitionResponse>> {
    let encoding = context.workspace.configuration().encoding;
    let position = params.text_document_position_params.position;
    let Some((_, symbol)) = at(context, file, position, encoding) else {
        return Ok(None);
    };
    let mut found = in_documents(context, file, &symbol, encoding);
    found.retain(|(_, is_definition)| *is_definition);
    let found = found.into_iter().map(|(location, _)| location).collect();
    Ok(Some(GotoDefinitionResponse::Array(found)))
}

fn in_documents(
    context: &RequestContext,
    file: &ProcessText,
    symbol: &Symbol,
    encoding: Encoding,
) -> Vec<(Location, bool)> {
    let mut found = Vec::new();
    for (uri, of) in documents(context, &file.path, symbol) {
        for place in references_to(&of, symbol) {
            let range = text::range(of.rope(), place.range, encoding);
            let uri = uri.clone();
            found.push((Location { uri, range }, place.is_definition));
        }
    }
    found
}

/// Every place of the entry that a name of a process means, in documents and processes.
pub(crate) fn references(
    context: &RequestContext,
    file: &ProcessText,
    params: ReferenceParams,
) -> jsonrpc::Result<Option<Vec<Location>>> {
    let encoding = context.workspace.configuration().encoding;
    let position = params.text_document_position.position;
    let Some((_, symbol)) = at(context, file, position, encoding) else {
        return Ok(None);
    };
    let files = naming(context, &file.path, &symbol);
    let mut found = in_documents(context, file, &symbol, encoding);
    found.extend(locations(&files, &symbol, encoding));
    let with_definition = params.context.include_declaration;
    found.retain(|(_, is_definition)| with_definition || !is_definition);
    Ok(Some(
        found.into_iter().map(|(location, _)| location).collect(),
    ))
}

/// The places of a name in the process file itself.
pub(crate) fn highlights(
    context: &RequestContext,
    file: &ProcessText,
    params: DocumentHighlightParams,
) -> jsonrpc::Result<Option<Vec<DocumentHighlight>>> {
    let encoding = context.workspace.configuration().encoding;
    let position = params.text_document_position_params.position;
    let Some((_, symbol)) = at(context, file, position, encoding) else {
        return Ok(None);
    };
    let highlight = |place: &ProcessReference| DocumentHighlight {
        range: text::range(&file.rope, place.range, encoding),
        kind: Some(match place.kind {
            Kind::Process | Kind::State => DocumentHighlightKind::WRITE,
            _ => DocumentHighlightKind::READ,
        }),
    };
    let places = file.places(&symbol);
    Ok(Some(places.into_iter().map(highlight).collect()))
}

/// Which documents bind a name of a process, and which processes use it.
pub(crate) fn hover(
    context: &RequestContext,
    file: &ProcessText,
    params: HoverParams,
) -> jsonrpc::Result<Option<Hover>> {
    let encoding = context.workspace.configuration().encoding;
    let position = params.text_document_position_params.position;
    let Some((found, symbol)) = at(context, file, position, encoding) else {
        return Ok(None);
    };
    let Symbol::Entry { block, name } = &symbol else {
        return Ok(None);
    };
    let documents = documents(context, &file.path, &symbol);
    let names = documents.iter().filter(|(_, of)| {
        let mut places = references_to(of, &symbol).into_iter();
        places.any(|place| place.is_definition)
    });
    let names: Vec<String> = names
        .filter_map(|(uri, _)| Some(text::visible::name(&paths::of_uri(uri)?)))
        .collect();
    let users = users(&naming(context, &file.path, &symbol), &symbol);
    let markdown = hover_text(name, block, &names, &users);
    Ok(Some(Hover {
        contents: HoverContents::Markup(to_proto::markup(markdown, context.client.hover_markdown)),
        range: Some(text::range(&file.rope, found.range, encoding)),
    }))
}

/// The name at a position.
pub(crate) fn prepare(
    context: &RequestContext,
    file: &ProcessText,
    params: TextDocumentPositionParams,
) -> jsonrpc::Result<Option<PrepareRenameResponse>> {
    let encoding = context.workspace.configuration().encoding;
    let found = at(context, file, params.position, encoding);
    Ok(found.map(
        |(found, symbol)| PrepareRenameResponse::RangeWithPlaceholder {
            range: text::range(&file.rope, found.range, encoding),
            placeholder: symbol.name().to_owned(),
        },
    ))
}

/// The edits that give an entry another name in documents and processes.
pub(crate) fn rename(
    context: &RequestContext,
    file: &ProcessText,
    params: RenameParams,
) -> jsonrpc::Result<Option<WorkspaceEdit>> {
    let encoding = context.workspace.configuration().encoding;
    let position = params.text_document_position.position;
    let Some((_, symbol)) = at(context, file, position, encoding) else {
        return Err(refused("nothing here has a name that a document binds"));
    };
    let new = &params.new_name;
    if let Some(reason) = symbol.refuses(new) {
        return Err(refused(reason));
    }
    let documents = documents(context, &file.path, &symbol);
    let mut edits: HashMap<Uri, Vec<TextEdit>> =
        document_edits(&documents, &symbol, new, encoding)?;
    rename_edits(context, &file.path, &symbol, new, encoding, &mut edits).map_err(refused)?;
    Ok(Some(workspace_edit(context, edits)))
}
