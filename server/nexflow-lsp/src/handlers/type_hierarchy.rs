//! Type hierarchy: what a document extends and what extends it, and the same for each of its entries.

use std::path::{Path, PathBuf};

use nexflow_analysis::{Symbol, redacted_text, references_to, symbol_at};
use nexflow_syntax::{Document, TextRange};
use serde_json::json;
use tower_lsp_server::{
    jsonrpc,
    ls_types::{
        Range, SymbolKind, TypeHierarchyItem, TypeHierarchyPrepareParams,
        TypeHierarchySubtypesParams, TypeHierarchySupertypesParams, Uri,
    },
};

use crate::{
    session::context::RequestContext,
    text::{self, Encoding},
    workspace::{File, document::DocumentSnapshot, extends, extends_graph, paths},
};

type Items = jsonrpc::Result<Option<Vec<TypeHierarchyItem>>>;

/// The entry whose name is at a position; elsewhere the document.
pub(crate) fn prepare(
    context: &RequestContext,
    document: &DocumentSnapshot,
    params: TypeHierarchyPrepareParams,
) -> Items {
    let position = params.text_document_position_params.position;
    let offset = text::offset(document.document.rope(), position, document.encoding);
    let found = symbol_at(&document.document, offset);
    let symbol = found.map(|found| found.symbol);
    let entry = symbol.filter(|symbol| matches!(symbol, Symbol::Entry { .. }));
    let item = item(context, &document.uri, &document.document, entry.as_ref());
    Ok(item.map(|item| vec![item]))
}

/// What an entry or a document refines.
pub(crate) fn supertypes(context: &RequestContext, params: TypeHierarchySupertypesParams) -> Items {
    let Some(asked) = Asked::of(context, &params.item) else {
        return Ok(None);
    };
    let bases = bases(context, &asked.path, &asked.file.document);
    let mut having = bases.into_iter().filter(|base| asked.is_in(&base.document));
    let found = having.next().and_then(|base| asked.item_in(context, &base));
    Ok(Some(found.into_iter().collect()))
}

/// What refines an entry or a document.
pub(crate) fn subtypes(context: &RequestContext, params: TypeHierarchySubtypesParams) -> Items {
    let Some(asked) = Asked::of(context, &params.item) else {
        return Ok(None);
    };
    let alive = || context.check().is_ok();
    let mut found = Vec::new();
    for one in extends_graph::dependents(&context.workspace, &asked.path, &alive) {
        context.check()?;
        if !asked.is_in(&one.file.document) {
            continue;
        }
        // Directly: nothing between the two has it.
        let between = bases(context, &one.path, &one.file.document);
        let nearest = between.into_iter().find(|base| asked.is_in(&base.document));
        if nearest
            .and_then(|base| path_of(&base))
            .is_some_and(|path| path == asked.path)
        {
            found.extend(asked.item_in(context, &one.file));
        }
    }
    Ok(Some(found))
}

fn bases(context: &RequestContext, path: &Path, document: &Document) -> Vec<File> {
    let limit = context.workspace.limit(path);
    extends::chain(&context.workspace, document, Some(path), limit).bases
}

fn path_of(file: &File) -> Option<PathBuf> {
    paths::of_uri(&file.uri.parse().ok()?)
}

/// What a client asks about: an item that it was given before.
struct Asked {
    path: PathBuf,
    file: File,
    symbol: Option<Symbol>,
}

impl Asked {
    fn of(context: &RequestContext, item: &TypeHierarchyItem) -> Option<Asked> {
        let path = paths::of_uri(&item.uri)?;
        let folder = path.parent()?;
        // Only what may be read is asked about.
        context.workspace.roots(folder).resolve(&path).ok()?;
        let limit = context.workspace.limit(&path);
        let file = context.workspace.document(&path, limit).ok()?;
        let is_entry = item.data.as_ref().is_some_and(|data| data["entry"] == true);
        let symbol = is_entry.then(|| {
            let at = item.selection_range.start;
            let offset = text::offset(file.document.rope(), at, context.client.encoding);
            symbol_at(&file.document, offset).map(|found| found.symbol)
        });
        let symbol = match symbol {
            // The text has changed, and the name is not there any more.
            Some(None) => return None,
            other => other.flatten(),
        };
        Some(Asked { path, file, symbol })
    }

    fn is_in(&self, document: &Document) -> bool {
        let Some(symbol) = &self.symbol else {
            return true;
        };
        references_to(document, symbol)
            .iter()
            .any(|one| one.is_definition)
    }

    fn item_in(&self, context: &RequestContext, file: &File) -> Option<TypeHierarchyItem> {
        item(
            context,
            &file.uri.parse().ok()?,
            &file.document,
            self.symbol.as_ref(),
        )
    }
}

/// A document, or one of its entries.
fn item(
    context: &RequestContext,
    uri: &Uri,
    document: &Document,
    symbol: Option<&Symbol>,
) -> Option<TypeHierarchyItem> {
    let encoding: Encoding = context.client.encoding;
    let in_text = |range: TextRange| text::range(document.rope(), range, encoding);
    let path = paths::of_uri(uri);
    let file = path
        .as_deref()
        .and_then(Path::file_name)
        .unwrap_or_default();
    let file = file.to_string_lossy().into_owned();
    let Some(symbol) = symbol else {
        return Some(TypeHierarchyItem {
            name: file,
            kind: SymbolKind::FILE,
            tags: None,
            detail: nexflow_analysis::EXTENDS.to_owned().into(),
            uri: uri.clone(),
            range: in_text(TextRange::up_to(document.len())),
            selection_range: Range::default(),
            data: Some(json!({"entry": false})),
        });
    };
    let found = references_to(document, symbol);
    let name = found.iter().find(|one| one.is_definition)?;
    let around = document
        .node_at(name.range.start())
        .and_then(|node| node.parent());
    let whole = match around {
        Some(nexflow_syntax::Parent::Key(entry)) => entry.range().cover(name.range),
        _ => name.range,
    };
    Some(TypeHierarchyItem {
        name: redacted_text(symbol.name()),
        kind: SymbolKind::OBJECT,
        tags: None,
        detail: Some(file),
        uri: uri.clone(),
        range: in_text(whole),
        selection_range: in_text(name.range),
        data: Some(json!({"entry": true})),
    })
}
