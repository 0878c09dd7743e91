//! `textDocument/documentSymbol`.

use nexflow_analysis::{OutlineKind, OutlineNode, outline};
use tower_lsp_server::{
    jsonrpc,
    ls_types::{
        DocumentSymbol, DocumentSymbolParams, DocumentSymbolResponse, Location, SymbolInformation,
        SymbolKind, Uri,
    },
};

use crate::{
    lsp::client_features::ClientFeatures, session::context::RequestContext,
    text::line_index::LineIndex, workspace::document::DocumentSnapshot,
};

/// The outline of a document: a tree, or a flat list for clients that know no trees.
pub(crate) fn handle(
    context: &RequestContext,
    document: &DocumentSnapshot,
    _: DocumentSymbolParams,
) -> jsonrpc::Result<Option<DocumentSymbolResponse>> {
    let nodes = outline(document.snapshot());
    context.check()?;
    let lines = LineIndex::new(document.document.text(), document.encoding);
    let client = &context.client;
    Ok(Some(if client.symbol_tree {
        let symbols = nodes.into_iter();
        DocumentSymbolResponse::Nested(symbols.map(|node| nested(node, &lines, client)).collect())
    } else {
        let mut symbols = Vec::new();
        for node in nodes {
            flatten(node, None, &document.uri, &lines, client, &mut symbols);
        }
        DocumentSymbolResponse::Flat(symbols)
    }))
}

/// What the protocol calls each kind. Clients that do not name the kinds that they know know those up to `Array`.
fn kind(kind: OutlineKind, client: &ClientFeatures) -> SymbolKind {
    match kind {
        OutlineKind::Section => SymbolKind::NAMESPACE,
        OutlineKind::Name => SymbolKind::CLASS,
        OutlineKind::Block if client.symbol_kinds.contains(&SymbolKind::OBJECT) => {
            SymbolKind::OBJECT
        }
        OutlineKind::Block => SymbolKind::MODULE,
        OutlineKind::List => SymbolKind::ARRAY,
        OutlineKind::Field => SymbolKind::PROPERTY,
        OutlineKind::Bool => SymbolKind::BOOLEAN,
        OutlineKind::Number => SymbolKind::NUMBER,
    }
}

// `deprecated` is a field of the protocol's type that must be written, and is deprecated itself.
#[allow(deprecated)]
fn nested(node: OutlineNode, lines: &LineIndex<'_>, client: &ClientFeatures) -> DocumentSymbol {
    let children = node.children.into_iter();
    let children: Vec<_> = children.map(|child| nested(child, lines, client)).collect();
    DocumentSymbol {
        name: node.name,
        detail: Some(node.detail).filter(|detail| !detail.is_empty()),
        kind: kind(node.kind, client),
        tags: None,
        deprecated: None,
        range: lines.range(node.range),
        selection_range: lines.range(node.selection),
        children: Some(children).filter(|children| !children.is_empty()),
    }
}

/// Adds a node and those below it, in the order of the text.
#[allow(deprecated)]
fn flatten(
    node: OutlineNode,
    container: Option<&str>,
    uri: &Uri,
    lines: &LineIndex<'_>,
    client: &ClientFeatures,
    symbols: &mut Vec<SymbolInformation>,
) {
    symbols.push(SymbolInformation {
        name: node.name.clone(),
        kind: kind(node.kind, client),
        tags: None,
        deprecated: None,
        location: Location::new(uri.clone(), lines.range(node.range)),
        container_name: container.map(str::to_owned),
    });
    for child in node.children {
        flatten(child, Some(&node.name), uri, lines, client, symbols);
    }
}
