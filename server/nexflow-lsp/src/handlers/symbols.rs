//! `textDocument/documentSymbol`.

use nexflow_analysis::SymbolKind as Kind;
use tower_lsp_server::{
    jsonrpc,
    ls_types::{
        DocumentSymbol, DocumentSymbolParams, DocumentSymbolResponse, Location, SymbolInformation,
        SymbolKind,
    },
};

use crate::{
    lsp::{client_features::ClientFeatures, convert},
    server::{documents::OpenDocument, router::Call},
};

/// The outline of a document: a tree, or a flat list for clients that know no trees.
pub fn handle(
    call: &Call,
    document: &OpenDocument,
    _: DocumentSymbolParams,
) -> jsonrpc::Result<Option<DocumentSymbolResponse>> {
    let symbols = nexflow_analysis::symbols(document.snapshot());
    call.check()?;
    let tree: Vec<_> = symbols
        .into_iter()
        .map(|symbol| of_tree(document, symbol, &call.client))
        .collect();
    if call.client.symbol_tree {
        return Ok(Some(DocumentSymbolResponse::Nested(tree)));
    }
    let mut flat = Vec::new();
    flatten(document, tree, None, &mut flat);
    Ok(Some(DocumentSymbolResponse::Flat(flat)))
}

/// What the protocol calls each kind. Clients that do not name the kinds that they know know those up to `Array`.
fn kind(kind: Kind, client: &ClientFeatures) -> SymbolKind {
    match kind {
        Kind::Section => SymbolKind::NAMESPACE,
        Kind::Name => SymbolKind::CLASS,
        Kind::Block if client.symbol_kinds.contains(&SymbolKind::OBJECT) => SymbolKind::OBJECT,
        Kind::Block => SymbolKind::MODULE,
        Kind::List => SymbolKind::ARRAY,
        Kind::Field => SymbolKind::PROPERTY,
        Kind::Bool => SymbolKind::BOOLEAN,
        Kind::Number => SymbolKind::NUMBER,
    }
}

#[allow(deprecated, reason = "the protocol's type still has the field")]
fn of_tree(
    document: &OpenDocument,
    symbol: nexflow_analysis::Symbol,
    client: &ClientFeatures,
) -> DocumentSymbol {
    let text = document.document.rope();
    DocumentSymbol {
        kind: kind(symbol.kind, client),
        range: convert::range(text, symbol.range, document.encoding),
        selection_range: convert::range(text, symbol.selection, document.encoding),
        children: Some(
            symbol
                .children
                .into_iter()
                .map(|child| of_tree(document, child, client))
                .collect(),
        ),
        name: symbol.name,
        detail: Some(symbol.detail).filter(|detail| !detail.is_empty()),
        tags: None,
        deprecated: None,
    }
}

#[allow(deprecated, reason = "the protocol's type still has the field")]
fn flatten(
    document: &OpenDocument,
    tree: Vec<DocumentSymbol>,
    container: Option<&str>,
    out: &mut Vec<SymbolInformation>,
) {
    for symbol in tree {
        out.push(SymbolInformation {
            name: symbol.name.clone(),
            kind: symbol.kind,
            tags: None,
            deprecated: None,
            location: Location {
                uri: document.uri.clone(),
                range: symbol.range,
            },
            container_name: container.map(str::to_owned),
        });
        flatten(
            document,
            symbol.children.unwrap_or_default(),
            Some(&symbol.name),
            out,
        );
    }
}
