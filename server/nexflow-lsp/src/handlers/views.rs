//! What views show, and where each of their lines leads.

use std::sync::Arc;

use nexflow_flink::{
    Origin,
    output::{Text, origin_text},
};
use tower_lsp_server::{
    jsonrpc,
    ls_types::{
        DocumentLink, DocumentLinkParams, FoldingRange, FoldingRangeParams, GotoDefinitionParams,
        GotoDefinitionResponse, Location, Position, Range, Uri,
    },
};

use crate::{
    handlers::flink,
    lsp::views::{TextDocumentContentParams, TextDocumentContentResult, View},
    session::context::RequestContext,
    text::Encoding,
    workspace::{document::DocumentSnapshot, paths, walk},
};

/// `workspace/textDocumentContent`. What there is to say instead of a text stands in a comment: nobody looks for the answer of a
/// request that the editor has made by itself.
pub(crate) fn content(
    context: &RequestContext,
    params: &TextDocumentContentParams,
) -> jsonrpc::Result<TextDocumentContentResult> {
    let view = View::of_uri(&params.uri)
        .ok_or_else(|| jsonrpc::Error::invalid_params("there is no such view"))?;
    let text = match &view {
        View::Page { rule } => {
            let of_change = || {
                let change = nexflow_catalog::changes::change(rule)?;
                Some(nexflow_catalog::docs::change_page(change))
            };
            nexflow_catalog::rule(rule)
                .map(nexflow_catalog::docs::rule_page)
                .or_else(of_change)
                .ok_or_else(|| jsonrpc::Error::invalid_params("there is no such rule"))?
        }
        View::Render(_) => text_of(context, &view)?.into_string(),
    };
    Ok(TextDocumentContentResult { text })
}

/// The lines of a view, each with where it comes from.
fn text_of(context: &RequestContext, view: &View) -> jsonrpc::Result<Text> {
    let View::Render(params) = view else {
        return Ok(Text::default());
    };
    let Some(document) = source(context, &params.text_document.uri) else {
        return Ok(note("The document cannot be read."));
    };
    match flink::text_of(&document, params) {
        Ok(text) => Ok(text),
        // What the document does not have at the moment may come back with the next edit.
        Err(error) if error.code == jsonrpc::ErrorCode::InvalidParams => Ok(note(&error.message)),
        Err(error) => Err(error),
    }
}

fn note(text: &str) -> Text {
    let mut note = Text::default();
    note.push(&format!("# {text}"), None);
    note
}

/// The document of a view, as it is open or as it stands on disk.
fn source(context: &RequestContext, uri: &Uri) -> Option<Arc<DocumentSnapshot>> {
    if let Some(open) = context.documents.get(uri) {
        return Some(open.clone());
    }
    let path = paths::of_uri(uri).filter(|path| walk::is_document(path))?;
    let roots = context.workspace.roots(path.parent()?);
    roots.resolve(&path).ok()?;
    let read = DocumentSnapshot::from_disk(&context.workspace, &path, context.client.encoding);
    read.ok().map(Arc::new)
}

/// Each line as a link to where what it says is written.
pub(crate) fn links(
    context: &RequestContext,
    view: &View,
    _: DocumentLinkParams,
) -> jsonrpc::Result<Option<Vec<DocumentLink>>> {
    let text = text_of(context, view)?;
    let links = text.lines().enumerate().filter_map(|(number, line)| {
        let origin = line.origin?;
        let (uri, at) = place(origin)?;
        Some(DocumentLink {
            range: shown(number, line.text, context.client.encoding)?,
            target: format!("{}#L{}", uri.as_str(), at + 1).parse().ok(),
            tooltip: context
                .client
                .link_tooltips
                .then(|| format!("Open where it is written: {}", origin_text(origin))),
            data: None,
        })
    });
    Ok(Some(links.collect()))
}

/// Where what a line says is written.
pub(crate) fn go_to_definition(
    context: &RequestContext,
    view: &View,
    params: GotoDefinitionParams,
) -> jsonrpc::Result<Option<GotoDefinitionResponse>> {
    let text = text_of(context, view)?;
    let line = params.text_document_position_params.position.line;
    let line = usize::try_from(line).ok().and_then(|at| text.line(at));
    let found = line
        .and_then(|line| line.origin)
        .and_then(place)
        .map(|(uri, line)| {
            let at = Position { line, character: 0 };
            GotoDefinitionResponse::Scalar(Location {
                uri,
                range: Range { start: at, end: at },
            })
        });
    Ok(found)
}

/// What can be folded away.
pub(crate) fn folds(
    context: &RequestContext,
    view: &View,
    _: FoldingRangeParams,
) -> jsonrpc::Result<Option<Vec<FoldingRange>>> {
    let folds = text_of(context, view)?.folds().into_iter();
    let ranges = folds.filter_map(|(first, last)| {
        Some(FoldingRange {
            start_line: u32::try_from(first).ok()?,
            end_line: u32::try_from(last).ok()?,
            ..FoldingRange::default()
        })
    });
    let most = context.client.most_folds.unwrap_or(usize::MAX);
    Ok(Some(ranges.take(most).collect()))
}

/// The document and the line, counted from 0, of an origin that stands anywhere.
fn place(origin: &Origin) -> Option<(Uri, u32)> {
    let uri = origin.uri.as_ref()?.parse().ok()?;
    Some((uri, origin.line?.saturating_sub(1)))
}

/// What of a line is no blank.
fn shown(number: usize, line: &str, encoding: Encoding) -> Option<Range> {
    let line_number = u32::try_from(number).ok()?;
    let text = line.trim();
    let start = line.len() - line.trim_start().len();
    let at = |text: &str| u32::try_from(encoding.length(text)).ok();
    let character = at(&line[..start])?;
    Some(Range {
        start: Position {
            line: line_number,
            character,
        },
        end: Position {
            line: line_number,
            character: character + at(text)?,
        },
    })
}
