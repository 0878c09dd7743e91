//! `textDocument/inlayHint`.

use nexflow_analysis::{HintKind, inlay_hints};
use tower_lsp_server::{
    jsonrpc,
    ls_types::{InlayHint, InlayHintKind, InlayHintLabel, InlayHintParams, InlayHintTooltip},
};

use crate::{session::context::RequestContext, text, workspace::document::DocumentSnapshot};

/// The inlay hints of the part of the text that is in sight.
pub(crate) fn handle(
    context: &RequestContext,
    document: &DocumentSnapshot,
    params: InlayHintParams,
) -> jsonrpc::Result<Option<Vec<InlayHint>>> {
    let text = document.document.rope();
    let range = text::text_range(text, params.range, document.encoding);
    let project = context.workspace.project(document.path.as_deref());
    let hints = inlay_hints(document.snapshot(), range, project.options.hints());
    let to_lsp = |hint: nexflow_analysis::InlayHint| InlayHint {
        position: text::position(text, hint.offset, document.encoding),
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
