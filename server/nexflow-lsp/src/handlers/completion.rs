//! `textDocument/completion` and `completionItem/resolve`.

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

/// Items are complete when they are sent, so this gives the item back; clients that always ask get an answer.
pub fn resolve(_: &Call, item: CompletionItem) -> jsonrpc::Result<CompletionItem> {
    Ok(item)
}
