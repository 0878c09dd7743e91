//! `textDocument/formatting`, `rangeFormatting` and `onTypeFormatting`.
//!
//! The width of an indentation is a setting of the project, which `fmt --check` reads as well. The tab size that an editor sends along
//! is no such choice: it differs from person to person.

use nexflow_syntax::TextRange;
use tower_lsp_server::{
    jsonrpc,
    ls_types::{
        DocumentFormattingParams, DocumentOnTypeFormattingParams, DocumentRangeFormattingParams,
        TextEdit,
    },
};

use crate::{session::context::RequestContext, text, workspace::document::DocumentSnapshot};

type Edits = jsonrpc::Result<Option<Vec<TextEdit>>>;

/// The whole document.
pub(crate) fn document(
    _: &RequestContext,
    document: &DocumentSnapshot,
    _: DocumentFormattingParams,
) -> Edits {
    Ok(Some(edits(document, None)))
}

/// The lines that a range touches.
pub(crate) fn range(
    _: &RequestContext,
    document: &DocumentSnapshot,
    params: DocumentRangeFormattingParams,
) -> Edits {
    let text = document.document.rope();
    let range = text::text_range(text, params.range, document.encoding);
    Ok(Some(edits(document, Some(range))))
}

/// The depth of a line that was just begun.
pub(crate) fn on_type(
    _: &RequestContext,
    document: &DocumentSnapshot,
    params: DocumentOnTypeFormattingParams,
) -> Edits {
    let text = document.document.rope();
    let position = params.text_document_position.position;
    let offset = text::offset(text, position, document.encoding);
    let found =
        nexflow_analysis::format_on_type(document.snapshot(), offset, document.format_options());
    Ok(Some(to_lsp(document, found)))
}

fn edits(document: &DocumentSnapshot, range: Option<TextRange>) -> Vec<TextEdit> {
    let found = nexflow_analysis::format(document.snapshot(), range, document.format_options());
    to_lsp(document, found)
}

fn to_lsp(document: &DocumentSnapshot, edits: Vec<nexflow_syntax::TextEdit>) -> Vec<TextEdit> {
    let text = document.document.rope();
    edits
        .into_iter()
        .map(|edit| TextEdit {
            range: text::range(text, edit.range, document.encoding),
            new_text: edit.insert,
        })
        .collect()
}
