//! `textDocument/documentLink`.

use tower_lsp_server::{
    jsonrpc,
    ls_types::{DocumentLink, DocumentLinkParams},
};

use crate::{
    lsp::convert,
    server::{documents::OpenDocument, router::Call},
    workspace::paths,
};

/// The files that the text names and that exist.
pub fn handle(
    call: &Call,
    document: &OpenDocument,
    _: DocumentLinkParams,
) -> jsonrpc::Result<Option<Vec<DocumentLink>>> {
    let Some(folder) = document.path.as_deref().and_then(std::path::Path::parent) else {
        return Ok(None);
    };
    let text = document.document.rope();
    let mut links = Vec::new();
    for link in nexflow_analysis::file_links(document.snapshot()) {
        call.check()?;
        let path = paths::normalized(&folder.join(&link.path));
        if let Some(target) = paths::to_uri(&path).filter(|_| path.is_file()) {
            links.push(DocumentLink {
                range: convert::range(text, link.range, document.encoding),
                target: Some(target),
                tooltip: None,
                data: None,
            });
        }
    }
    Ok(Some(links))
}
