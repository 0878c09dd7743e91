//! `textDocument/formatting`, `rangeFormatting` and `onTypeFormatting`.

use nexflow_analysis::FormatOptions;
use nexflow_syntax::TextRange;
use tower_lsp_server::{
    jsonrpc,
    ls_types::{
        DocumentFormattingParams, DocumentOnTypeFormattingParams, DocumentRangeFormattingParams,
        FormattingOptions, TextEdit,
    },
};

use crate::{
    lsp::convert,
    server::{documents::OpenDocument, router::Call},
};

type Edits = jsonrpc::Result<Option<Vec<TextEdit>>>;

/// The whole document.
pub fn document(_: &Call, document: &OpenDocument, params: DocumentFormattingParams) -> Edits {
    Ok(Some(edits(document, None, &params.options)))
}

/// The lines that a range touches.
pub fn range(_: &Call, document: &OpenDocument, params: DocumentRangeFormattingParams) -> Edits {
    let text = document.document.rope();
    let range = convert::text_range(text, params.range, document.encoding);
    Ok(Some(edits(document, Some(range), &params.options)))
}

/// The depth of a line that was just begun.
pub fn on_type(_: &Call, document: &OpenDocument, params: DocumentOnTypeFormattingParams) -> Edits {
    let text = document.document.rope();
    let position = params.text_document_position.position;
    let offset = convert::offset(text, position, document.encoding);
    let found =
        nexflow_analysis::format_on_type(document.snapshot(), offset, options(&params.options));
    Ok(Some(to_lsp(document, found)))
}

fn options(options: &FormattingOptions) -> FormatOptions {
    FormatOptions {
        // YAML is never indented by tabs; a width of 8, which is a tab's, means that nobody chose one.
        indent: match options.tab_size {
            size @ 2..=4 if options.insert_spaces => size as usize,
            _ => FormatOptions::default().indent,
        },
        ..Default::default()
    }
}

fn edits(
    document: &OpenDocument,
    range: Option<TextRange>,
    chosen: &FormattingOptions,
) -> Vec<TextEdit> {
    let found = nexflow_analysis::format(document.snapshot(), range, options(chosen));
    to_lsp(document, found)
}

fn to_lsp(document: &OpenDocument, edits: Vec<nexflow_syntax::TextEdit>) -> Vec<TextEdit> {
    let text = document.document.rope();
    edits
        .into_iter()
        .map(|edit| TextEdit {
            range: convert::range(text, edit.range, document.encoding),
            new_text: edit.insert,
        })
        .collect()
}
