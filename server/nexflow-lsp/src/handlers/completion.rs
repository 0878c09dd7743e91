//! `textDocument/completion` and `completionItem/resolve`.

use nexflow_analysis::About;
use tower_lsp_server::{
    jsonrpc,
    ls_types::{CompletionItem, CompletionParams, CompletionResponse},
};

use crate::{
    lsp::convert,
    server::{documents::OpenDocument, router::Call},
};

/// What can be typed at a position.
pub fn handle(
    call: &Call,
    document: &OpenDocument,
    params: CompletionParams,
) -> jsonrpc::Result<Option<CompletionResponse>> {
    let offset = convert::offset(
        document.document.rope(),
        params.text_document_position.position,
        document.encoding,
    );
    let found =
        nexflow_analysis::completion_among(document.snapshot(), offset, &others(call, document));
    call.check()?;
    let items = found
        .into_iter()
        .map(|item| convert::completion_item(document, offset, item, &call.client))
        .collect();
    Ok(Some(CompletionResponse::Array(items)))
}

/// More documents than this say nothing new about what people write.
const OTHERS: usize = 64;

/// The other documents that are in memory: reading the disk at each letter would be felt.
fn others(call: &Call, document: &OpenDocument) -> Vec<nexflow_syntax::Document> {
    call.workspace
        .known_documents(document.path.as_deref(), OTHERS)
}

/// The words about an item, which clients that say so get when they are read.
pub fn resolve(call: &Call, mut item: CompletionItem) -> jsonrpc::Result<CompletionItem> {
    let about = item
        .data
        .as_ref()
        .and_then(|data| serde_json::from_value::<About>(data.clone()).ok());
    if let Some(about) = about
        && item.documentation.is_none()
    {
        item.documentation = convert::documentation(&about, &call.client);
    }
    Ok(item)
}
