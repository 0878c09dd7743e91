//! `textDocument/foldingRange`.

use nexflow_analysis::FoldKind;
use tower_lsp_server::{
    jsonrpc,
    ls_types::{FoldingRange, FoldingRangeKind, FoldingRangeParams},
};

use crate::{
    lsp::convert,
    server::{documents::OpenDocument, router::Call},
};

/// What can be folded away, by whole lines.
pub fn handle(
    _: &Call,
    document: &OpenDocument,
    _: FoldingRangeParams,
) -> jsonrpc::Result<Option<Vec<FoldingRange>>> {
    let text = document.document.rope();
    let folds = nexflow_analysis::folds(document.snapshot()).into_iter();
    let ranges = folds.map(|fold| {
        let range = convert::range(text, fold.range, document.encoding);
        FoldingRange {
            start_line: range.start.line,
            end_line: range.end.line,
            kind: match fold.kind {
                FoldKind::Block => None,
                FoldKind::Comment => Some(FoldingRangeKind::Comment),
                FoldKind::Region => Some(FoldingRangeKind::Region),
            },
            ..Default::default()
        }
    });
    Ok(Some(ranges.collect()))
}
