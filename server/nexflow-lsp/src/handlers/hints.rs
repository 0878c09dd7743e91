//! `textDocument/inlayHint`.

use nexflow_analysis::{HintKind, inlay_hints};
use tower_lsp_server::{
    jsonrpc,
    ls_types::{InlayHint, InlayHintKind, InlayHintLabel, InlayHintParams, InlayHintTooltip},
};

use crate::{
    lsp::convert,
    server::{documents::OpenDocument, router::Call},
};

/// The remarks on the part of the text that is in sight.
pub fn handle(
    call: &Call,
    document: &OpenDocument,
    params: InlayHintParams,
) -> jsonrpc::Result<Option<Vec<InlayHint>>> {
    let text = document.document.rope();
    let range = convert::text_range(text, params.range, document.encoding);
    let project = call.workspace.project(document.path.as_deref());
    let hints = inlay_hints(document.snapshot(), range, project.options.hints());
    let to_lsp = |hint: nexflow_analysis::InlayHint| InlayHint {
        position: convert::position(text, hint.offset, document.encoding),
        label: InlayHintLabel::String(hint.label),
        kind: (hint.kind == HintKind::Default).then_some(InlayHintKind::PARAMETER),
        text_edits: None,
        tooltip: Some(InlayHintTooltip::String(hint.tooltip)),
        padding_left: Some(true),
        padding_right: None,
        data: None,
    };
    Ok(Some(hints.into_iter().map(to_lsp).collect()))
}
