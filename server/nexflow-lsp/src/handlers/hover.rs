//! `textDocument/hover`.

use tower_lsp_server::{
    jsonrpc,
    ls_types::{Hover, HoverContents, HoverParams},
};

use crate::{
    lsp::convert,
    server::{documents::OpenDocument, router::Call},
};

/// What stands at a position.
pub fn handle(
    call: &Call,
    document: &OpenDocument,
    params: HoverParams,
) -> jsonrpc::Result<Option<Hover>> {
    let text = document.document.rope();
    let offset = convert::offset(
        text,
        params.text_document_position_params.position,
        document.encoding,
    );
    Ok(
        nexflow_analysis::hover(document.snapshot(), offset).map(|hover| Hover {
            contents: HoverContents::Markup(convert::markup(
                hover.markdown,
                call.client.hover_markdown,
            )),
            range: Some(convert::range(text, hover.range, document.encoding)),
        }),
    )
}
