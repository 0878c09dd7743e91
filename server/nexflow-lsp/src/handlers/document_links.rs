//! `textDocument/documentLink`.

use nexflow_syntax::TextRange;
use tower_lsp_server::{
    jsonrpc,
    ls_types::{DocumentLink, DocumentLinkParams, Uri},
};

use crate::{
    lsp::to_proto,
    session::context::RequestContext,
    text,
    workspace::{
        document::DocumentSnapshot,
        paths,
        roots::{self, Roots},
    },
};

/// The files that the text names and that exist, and the pages of the rules that its comments name.
pub(crate) fn handle(
    context: &RequestContext,
    document: &DocumentSnapshot,
    _: DocumentLinkParams,
) -> jsonrpc::Result<Option<Vec<DocumentLink>>> {
    let text = document.document.rope();
    let link = |range: TextRange, target: Uri, tooltip: String| DocumentLink {
        range: text::range(text, range, document.encoding),
        target: Some(target),
        tooltip: context.client.link_tooltips.then_some(tooltip),
        data: None,
    };
    let mut links = Vec::new();
    if let Some(folder) = document.path.as_deref().and_then(std::path::Path::parent) {
        let roots = context.workspace.roots(folder);
        for found in nexflow_analysis::file_links(document.snapshot()) {
            context.check()?;
            let path = roots::beside(folder, &found.path);
            let Some(path) = path.filter(|path| is_file(&roots, path)) else {
                continue;
            };
            if let Some(target) = paths::to_uri(&path) {
                links.push(link(found.range, target, format!("Open {}", found.path)));
            }
        }
    }
    for (range, rule) in nexflow_analysis::rule_links(document.snapshot()) {
        if let Some(target) = to_proto::rule_page_for(&context.client, rule.id) {
            links.push(link(range, target, rule.title.to_owned()));
        }
    }
    links.sort_by_key(|link| link.range.start);
    Ok(Some(links))
}

/// Whether a path that a document names is a file inside of the folders. Nothing is asked about any other: a document must not have
/// the server look around on the machine, or on the network.
fn is_file(roots: &Roots, path: &std::path::Path) -> bool {
    roots.resolve(path).is_ok_and(|real| real.is_file())
}
