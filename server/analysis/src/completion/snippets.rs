//! Whole entries: an S3 checkpoint, a tuned RocksDB backend …

use nexflow_catalog::snippets;
use nexflow_syntax::TextRange;

use super::Site;
use crate::{About, CompletionItem, CompletionKind};

/// The entries that can begin at the site.
pub(super) fn entries(site: &Site<'_>, replace: TextRange) -> Vec<CompletionItem> {
    let Some(schema) = site.view.schema.filter(|_| !site.flow) else {
        return Vec::new();
    };
    snippets()
        .iter()
        .enumerate()
        .filter(|(_, snippet)| {
            nexflow_catalog::node(snippet.place).is_some_and(|place| std::ptr::eq(place, schema))
        })
        .enumerate()
        .map(|(order, (number, snippet))| {
            let indent = " ".repeat(site.column);
            CompletionItem {
                label: snippet.label.to_owned(),
                detail: "whole entry".to_owned(),
                about: About::Snippet(number),
                kind: CompletionKind::Snippet,
                replace,
                insert: snippet.indented(&indent),
                snippet: true,
                plain: snippet.plain_indented(&indent),
                filter: snippet.label.to_owned(),
                sort: format!("6{order:04}"),
                preselect: false,
                deprecated: false,
                ends_in_flow: false,
                retrigger: false,
            }
        })
        .collect()
}
