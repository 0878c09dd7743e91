//! Definition, references and highlights of names.

use std::{collections::HashSet, path::PathBuf};

use nexflow_analysis::{
    KeyPath, Reference, Symbol, Target, definition, key_at, key_range, references_to, symbol_at,
};
use nexflow_syntax::Document;
use tower_lsp_server::{
    jsonrpc,
    ls_types::{
        DocumentHighlight, DocumentHighlightKind, DocumentHighlightParams, GotoDefinitionParams,
        GotoDefinitionResponse, LinkedEditingRangeParams, LinkedEditingRanges, Location,
        LocationLink, Position, Range, ReferenceParams, Uri,
    },
};

use crate::{
    handlers::{process_names, variables::in_env_files},
    session::context::RequestContext,
    text,
    workspace::{document::DocumentSnapshot, extends_graph, paths},
};

/// Where the thing at a position comes from.
pub(crate) fn go_to_definition(
    context: &RequestContext,
    document: &DocumentSnapshot,
    params: GotoDefinitionParams,
) -> jsonrpc::Result<Option<GotoDefinitionResponse>> {
    let text = document.document.rope();
    let position = params.text_document_position_params.position;
    let offset = text::offset(text, position, document.encoding);
    // From a name that the document gives, the way leads to the processes that use it.
    let named = symbol_at(&document.document, offset).filter(|found| found.is_definition);
    let mut places: Vec<(Uri, Range)> = match (&named, &document.path) {
        (Some(found), Some(path)) => {
            process_names::targets(context, path, &found.symbol, document.encoding)
        }
        _ => Vec::new(),
    };
    let origin = match (definition(document.snapshot(), offset), named) {
        (Some((origin, targets)), _) => {
            let targets = targets.into_iter();
            places.extend(targets.filter_map(|target| place(context, document, target)));
            origin
        }
        (None, Some(found)) if !places.is_empty() => found.range,
        _ => return Ok(None),
    };
    let origin = text::range(text, origin, document.encoding);
    Ok(Some(if context.client.definition_links {
        GotoDefinitionResponse::Link(
            places
                .into_iter()
                .map(|(target_uri, range)| LocationLink {
                    origin_selection_range: Some(origin),
                    target_uri,
                    target_range: range,
                    target_selection_range: range,
                })
                .collect(),
        )
    } else {
        GotoDefinitionResponse::Array(
            places
                .into_iter()
                .map(|(uri, range)| Location { uri, range })
                .collect(),
        )
    }))
}

fn place(
    context: &RequestContext,
    document: &DocumentSnapshot,
    target: Target,
) -> Option<(Uri, Range)> {
    match target {
        Target::Here(range) => Some((
            document.uri.clone(),
            text::range(document.document.rope(), range, document.encoding),
        )),
        Target::Base { uri, range } => {
            let bases = &document.snapshot().context.bases;
            let base = bases.iter().find(|base| base.uri == uri)?;
            let range = text::range(base.document.rope(), range, document.encoding);
            Some((uri.parse().ok()?, range))
        }
        Target::EnvLine { uri, line, name } => {
            let uri: Uri = uri.parse().ok()?;
            let start = Position { line, character: 0 };
            let name = in_env_files(context, document, &name)
                .into_iter()
                .filter(|file| file.uri == uri)
                .flat_map(|file| file.places)
                .find(|(range, is_set)| *is_set && range.start.line == line);
            let range = name.map_or(Range { start, end: start }, |(range, _)| range);
            Some((uri, range))
        }
    }
}

/// Every place in which a thing is named, in all documents that share the name; of a key that derived documents or bases have as
/// well, those too.
pub(crate) fn references(
    context: &RequestContext,
    document: &DocumentSnapshot,
    params: ReferenceParams,
) -> jsonrpc::Result<Option<Vec<Location>>> {
    let text = document.document.rope();
    let position = params.text_document_position.position;
    let offset = text::offset(text, position, document.encoding);
    let with_definition = params.context.include_declaration;
    let mut locations = Vec::new();
    let found = symbol_at(&document.document, offset);
    if let Some(found) = &found {
        for (uri, of) in sharing(context, document, &found.symbol) {
            context.check()?;
            for place in references_to(&of, &found.symbol) {
                if with_definition || !place.is_definition {
                    locations.push(Location {
                        uri: uri.clone(),
                        range: text::range(of.rope(), place.range, document.encoding),
                    });
                }
            }
        }
        if let Some(path) = &document.path {
            let files = process_names::naming(context, path, &found.symbol);
            let places = process_names::locations(&files, &found.symbol, document.encoding);
            let places = places.into_iter();
            let places = places.filter(|(_, is_definition)| with_definition || !is_definition);
            locations.extend(places.map(|(location, _)| location));
        }
        if let Symbol::Variable(name) = &found.symbol {
            for file in in_env_files(context, document, name) {
                let places = file.places.into_iter();
                locations.extend(places.filter(|(_, is_set)| with_definition || !is_set).map(
                    |(range, _)| Location {
                        uri: file.uri.clone(),
                        range,
                    },
                ));
            }
        }
    }
    let key = key_at(document.snapshot(), offset);
    if found.is_none() && key.is_none() {
        return Ok(None);
    }
    if let Some((_, key)) = key {
        for location in refinements(context, document, &key, with_definition)? {
            if !locations.contains(&location) {
                locations.push(location);
            }
        }
    }
    Ok(Some(locations))
}

/// Where a key stands in the document that says it first and in all that extend that one. The first place counts as the
/// declaration.
fn refinements(
    context: &RequestContext,
    document: &DocumentSnapshot,
    key: &KeyPath,
    with_declaration: bool,
) -> jsonrpc::Result<Vec<Location>> {
    let at = |uri: Uri, of: &Document| {
        let range = text::range(of.rope(), key_range(of, key)?, document.encoding);
        Some(Location { uri, range })
    };
    let bases = &document.snapshot().context.bases;
    let first = bases
        .iter()
        .rev()
        .find_map(|base| at(base.uri.parse().ok()?, &base.document))
        .or_else(|| at(document.uri.clone(), &document.document));
    let (Some(first), Some(path)) = (first, &document.path) else {
        return Ok(Vec::new());
    };
    let from = paths::of_uri(&first.uri).unwrap_or_else(|| path.clone());
    let above = extends_graph::dependents(&context.workspace, &from, &|| context.check().is_ok());
    context.check()?;
    let mut found: Vec<Location> = above
        .iter()
        .filter_map(|file| {
            let of = if file.path == *path {
                &document.document
            } else {
                &file.file.document
            };
            at(file.file.uri.parse().ok()?, of)
        })
        .collect();
    if with_declaration {
        found.insert(0, first);
    }
    Ok(found)
}

/// The places of the thing at a position in the document itself.
pub(crate) fn highlights(
    _: &RequestContext,
    document: &DocumentSnapshot,
    params: DocumentHighlightParams,
) -> jsonrpc::Result<Option<Vec<DocumentHighlight>>> {
    let text = document.document.rope();
    let position = params.text_document_position_params.position;
    let offset = text::offset(text, position, document.encoding);
    let Some(found) = symbol_at(&document.document, offset) else {
        return Ok(None);
    };
    let highlight = |place: Reference| DocumentHighlight {
        range: text::range(text, place.range, document.encoding),
        kind: Some(if place.is_definition {
            DocumentHighlightKind::WRITE
        } else {
            DocumentHighlightKind::READ
        }),
    };
    let places = references_to(&document.document, &found.symbol);
    Ok(Some(places.into_iter().map(highlight).collect()))
}

/// A name and its uses in the document, which change together while one of them is typed. Only where they are written alike: a
/// quoted use is not.
pub(crate) fn linked_editing(
    _: &RequestContext,
    document: &DocumentSnapshot,
    params: LinkedEditingRangeParams,
) -> jsonrpc::Result<Option<LinkedEditingRanges>> {
    let text = document.document.rope();
    let position = params.text_document_position_params.position;
    let offset = text::offset(text, position, document.encoding);
    let Some(found) = symbol_at(&document.document, offset) else {
        return Ok(None);
    };
    let places = references_to(&document.document, &found.symbol);
    let mut written = places
        .iter()
        .map(|place| document.document.slice(place.range));
    let first = written.next();
    if places.len() < 2 || written.any(|other| Some(other) != first) {
        return Ok(None);
    }
    Ok(Some(LinkedEditingRanges {
        ranges: places
            .into_iter()
            .map(|place| text::range(text, place.range, document.encoding))
            .collect(),
        word_pattern: None,
    }))
}

/// The documents in which a name means the same thing.
pub(crate) fn sharing(
    context: &RequestContext,
    document: &DocumentSnapshot,
    symbol: &Symbol,
) -> Vec<(Uri, Document)> {
    let own = || vec![(document.uri.clone(), document.document.clone())];
    let Some(path) = document
        .path
        .as_deref()
        .filter(|_| !matches!(symbol, Symbol::Anchor(_)))
    else {
        return own();
    };
    let alive = || context.check().is_ok();
    let mut files = extends_graph::sharing(&context.workspace, path, symbol, &alive);
    // What processes use is one thing for all documents of the project.
    if !process_names::naming(context, path, symbol).is_empty() {
        let others = extends_graph::in_project(&context.workspace, path, symbol, &alive);
        let known: HashSet<PathBuf> = files.iter().map(|file| file.path.clone()).collect();
        files.extend(
            others
                .into_iter()
                .filter(|file| !known.contains(&file.path)),
        );
    }
    files
        .into_iter()
        .filter_map(|file| {
            if file.path == *path {
                // The request is about this text, whatever has been typed since.
                return Some((document.uri.clone(), document.document.clone()));
            }
            Some((file.file.uri.parse().ok()?, file.file.document))
        })
        .collect()
}
