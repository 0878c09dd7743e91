//! Definition, references and highlights of names.

use nexflow_analysis::{
    KeyPath, Named, Occurrence, Target, definition, key_at, key_range, name_at, occurrences,
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

use super::variables::in_env_files;
use crate::{
    lsp::convert,
    server::{documents::OpenDocument, router::Call},
    workspace::{family, paths},
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
        .filter_map(|target| place(call, document, target))
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

fn place(call: &Call, document: &OpenDocument, target: Target) -> Option<(Uri, Range)> {
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
        Target::EnvLine { uri, line, name } => {
            let uri: Uri = uri.parse().ok()?;
            let start = Position { line, character: 0 };
            let name = in_env_files(call, document, &name)
                .into_iter()
                .filter(|file| file.uri == uri)
                .flat_map(|file| file.places)
                .find(|(range, is_set)| *is_set && range.start.line == line);
            let range = name.map_or(Range { start, end: start }, |(range, _)| range);
            Some((uri, range))
        }
    }
}

/// Every place in which a thing is named, in all documents that share the name; of a key that documents above or beneath have as
/// well, those too.
pub fn references(
    call: &Call,
    document: &OpenDocument,
    params: ReferenceParams,
) -> jsonrpc::Result<Option<Vec<Location>>> {
    let text = document.document.rope();
    let position = params.text_document_position.position;
    let offset = convert::offset(text, position, document.encoding);
    let with_definition = params.context.include_declaration;
    let mut locations = Vec::new();
    let found = name_at(&document.document, offset);
    if let Some(found) = &found {
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
        if let Named::Variable(name) = &found.named {
            for file in in_env_files(call, document, name) {
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
        for location in refinements(call, document, &key, with_definition)? {
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
    call: &Call,
    document: &OpenDocument,
    key: &KeyPath,
    with_declaration: bool,
) -> jsonrpc::Result<Vec<Location>> {
    let at = |uri: Uri, of: &Document| {
        let range = convert::range(of.rope(), key_range(of, key)?, document.encoding);
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
    let above = family::dependents(&call.workspace, &from, &|| call.check().is_ok());
    call.check()?;
    let mut found: Vec<Location> = above
        .iter()
        .filter_map(|member| {
            let of = if member.path == *path {
                &document.document
            } else {
                &member.file.document
            };
            at(member.file.uri.parse().ok()?, of)
        })
        .collect();
    if with_declaration {
        found.insert(0, first);
    }
    Ok(found)
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
