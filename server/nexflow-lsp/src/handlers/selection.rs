//! `textDocument/selectionRange`.

use tower_lsp_server::{
    jsonrpc,
    ls_types::{SelectionRange, SelectionRangeParams},
};

use crate::{session::context::RequestContext, text, workspace::document::DocumentSnapshot};

/// For each position what "expand selection" takes next, from the inside out.
pub(crate) fn handle(
    _: &RequestContext,
    document: &DocumentSnapshot,
    params: SelectionRangeParams,
) -> jsonrpc::Result<Option<Vec<SelectionRange>>> {
    let text = document.document.rope();
    let answers = params.positions.into_iter().map(|position| {
        let offset = text::offset(text, position, document.encoding);
        let ranges = nexflow_analysis::selection_ranges(document.snapshot(), offset);
        let outer = ranges.into_iter().rev().fold(None, |parent, range| {
            Some(SelectionRange {
                range: text::range(text, range, document.encoding),
                parent: parent.map(Box::new),
            })
        });
        // A position that nothing can be selected around still needs its answer.
        outer.unwrap_or_else(|| SelectionRange {
            range: text::range(
                text,
                nexflow_syntax::TextRange::empty(offset),
                document.encoding,
            ),
            parent: None,
        })
    });
    Ok(Some(answers.collect()))
}
