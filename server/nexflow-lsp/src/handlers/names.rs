//! Definition, references and highlights of names.

use nexflow_analysis::{Named, Occurrence, Target, definition, name_at, occurrences};
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
    lsp::convert,
    server::{documents::OpenDocument, router::Call},
    workspace::family,
};

/// Where the thing at a position comes from.
pub fn go_to_definition(
    call: &Call,
    document: &OpenDocument,
    params: GotoDefinitionParams,
) -> jsonrpc::Result<Option<GotoDefinitionResponse>> {
    let text = document.document.rope();
    let position = params.text_document_position_params.position;
    let offset = convert::offset(text, position, document.encoding);
    let Some((origin, targets)) = definition(document.snapshot(), offset) else {
        return Ok(None);
    };
    let origin = convert::range(text, origin, document.encoding);
    let places: Vec<(Uri, Range)> = targets
        .into_iter()
        .filter_map(|target| place(document, target))
        .collect();
    Ok(Some(if call.client.definition_links {
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

fn place(document: &OpenDocument, target: Target) -> Option<(Uri, Range)> {
    match target {
        Target::Here(range) => Some((
            document.uri.clone(),
            convert::range(document.document.rope(), range, document.encoding),
        )),
        Target::Base { uri, range } => {
            let bases = &document.snapshot().context.bases;
            let base = bases.iter().find(|base| base.uri == uri)?;
            let range = convert::range(base.document.rope(), range, document.encoding);
            Some((uri.parse().ok()?, range))
        }
        Target::EnvLine { uri, line } => {
            let start = Position { line, character: 0 };
            Some((uri.parse().ok()?, Range { start, end: start }))
        }
    }
}

/// Every place in which a thing is named, in all documents that share the name.
pub fn references(
    call: &Call,
    document: &OpenDocument,
    params: ReferenceParams,
) -> jsonrpc::Result<Option<Vec<Location>>> {
    let text = document.document.rope();
    let position = params.text_document_position.position;
    let offset = convert::offset(text, position, document.encoding);
    let Some(found) = name_at(&document.document, offset) else {
        return Ok(None);
    };
    let with_definition = params.context.include_declaration;
    let mut locations = Vec::new();
    for (uri, of) in sharing(call, document, &found.named) {
        call.check()?;
        for place in occurrences(&of, &found.named) {
            if with_definition || !place.is_definition {
                locations.push(Location {
                    uri: uri.clone(),
                    range: convert::range(of.rope(), place.range, document.encoding),
                });
            }
        }
    }
    if with_definition && let Named::Variable(_) = found.named {
        let targets = definition(document.snapshot(), offset).map(|(_, targets)| targets);
        let places = targets.unwrap_or_default().into_iter();
        locations.extend(
            places
                .filter_map(|target| place(document, target))
                .map(|(uri, range)| Location { uri, range }),
        );
    }
    Ok(Some(locations))
}

/// The places of the thing at a position in the document itself.
pub fn highlights(
    _: &Call,
    document: &OpenDocument,
    params: DocumentHighlightParams,
) -> jsonrpc::Result<Option<Vec<DocumentHighlight>>> {
    let text = document.document.rope();
    let position = params.text_document_position_params.position;
    let offset = convert::offset(text, position, document.encoding);
    let Some(found) = name_at(&document.document, offset) else {
        return Ok(None);
    };
    let highlight = |place: Occurrence| DocumentHighlight {
        range: convert::range(text, place.range, document.encoding),
        kind: Some(if place.is_definition {
            DocumentHighlightKind::WRITE
        } else {
            DocumentHighlightKind::READ
        }),
    };
    let places = occurrences(&document.document, &found.named);
    Ok(Some(places.into_iter().map(highlight).collect()))
}

/// A name and its uses in the document, which change together while one of them is typed. Only where they are written alike: a
/// quoted use is not.
pub fn linked_editing(
    _: &Call,
    document: &OpenDocument,
    params: LinkedEditingRangeParams,
) -> jsonrpc::Result<Option<LinkedEditingRanges>> {
    let text = document.document.rope();
    let position = params.text_document_position_params.position;
    let offset = convert::offset(text, position, document.encoding);
    let Some(found) = name_at(&document.document, offset) else {
        return Ok(None);
    };
    let places = occurrences(&document.document, &found.named);
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
            .map(|place| convert::range(text, place.range, document.encoding))
            .collect(),
        word_pattern: None,
    }))
}

/// The documents in which a name means the same thing.
pub fn sharing(call: &Call, document: &OpenDocument, named: &Named) -> Vec<(Uri, Document)> {
    let own = || vec![(document.uri.clone(), document.document.clone())];
    let Some(path) = document
        .path
        .as_deref()
        .filter(|_| !matches!(named, Named::Anchor(_)))
    else {
        return own();
    };
    let alive = || call.check().is_ok();
    family::sharing(&call.workspace, path, named, &alive)
        .into_iter()
        .filter_map(|member| {
            if member.path == *path {
                // The request is about this text, whatever has been typed since.
                return Some((document.uri.clone(), document.document.clone()));
            }
            Some((member.file.uri.parse().ok()?, member.file.document))
        })
        .collect()
}
