//! `textDocument/foldingRange`.

use nexflow_analysis::FoldKind;
use tower_lsp_server::{
    jsonrpc,
    ls_types::{FoldingRange, FoldingRangeKind, FoldingRangeParams},
};

use crate::{session::context::RequestContext, text, workspace::document::DocumentSnapshot};

/// As many as other language servers give of one document.
const MOST: usize = 5_000;

/// What can be folded away, by whole lines.
pub(crate) fn handle(
    context: &RequestContext,
    document: &DocumentSnapshot,
    _: FoldingRangeParams,
) -> jsonrpc::Result<Option<Vec<FoldingRange>>> {
    let text = document.document.rope();
    let folds = nexflow_analysis::folds(document.snapshot()).into_iter();
    let ranges = folds.map(|fold| {
        let range = text::range(text, fold.range, document.encoding);
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
    let mut ranges: Vec<FoldingRange> = ranges.collect();
    let most = context.client.most_folds.unwrap_or(MOST).min(MOST);
    if ranges.len() > most {
        // The longest are worth the most. Of two that are equally long the first one is kept.
        ranges.sort_by_key(|range| std::cmp::Reverse(range.end_line - range.start_line));
        ranges.truncate(most);
        ranges.sort_by_key(|range| (range.start_line, std::cmp::Reverse(range.end_line)));
    }
    Ok(Some(ranges))
}
