//! `textDocument/documentLink`.

use nexflow_syntax::TextRange;
use tower_lsp_server::{
    jsonrpc,
    ls_types::{DocumentLink, DocumentLinkParams, Uri},
};

use crate::{
    lsp::convert,
    server::{documents::OpenDocument, router::Call},
    workspace::paths,
};

/// The files that the text names and that exist, and the pages of the rules that its comments name.
pub fn handle(
    call: &Call,
    document: &OpenDocument,
    _: DocumentLinkParams,
) -> jsonrpc::Result<Option<Vec<DocumentLink>>> {
    let text = document.document.rope();
    let link = |range: TextRange, target: Uri, tooltip: String| DocumentLink {
        range: convert::range(text, range, document.encoding),
        target: Some(target),
        tooltip: call.client.link_tooltips.then_some(tooltip),
        data: None,
    };
    let mut links = Vec::new();
    if let Some(folder) = document.path.as_deref().and_then(std::path::Path::parent) {
        for found in nexflow_analysis::file_links(document.snapshot()) {
            call.check()?;
            let path = paths::normalized(&folder.join(&found.path));
            if let Some(target) = paths::to_uri(&path).filter(|_| path.is_file()) {
                links.push(link(found.range, target, format!("Open {}", found.path)));
            }
        }
    }
    for (range, rule) in nexflow_analysis::rule_links(document.snapshot()) {
        if let Some(target) = convert::rule_page(rule.id) {
            links.push(link(range, target, rule.title.to_owned()));
        }
    }
    links.sort_by_key(|link| link.range.start);
    Ok(Some(links))
}
