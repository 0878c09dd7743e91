//! Whole entries: an S3 checkpoint, a tuned RocksDB backend …

use nexflow_catalog::snippets;
use nexflow_syntax::TextRange;

use super::Site;
use crate::{CompletionItem, CompletionKind};

/// The entries that can begin at the site.
pub(super) fn entries(site: &Site<'_>, replace: TextRange) -> Vec<CompletionItem> {
    let Some(schema) = site.view.schema.filter(|_| !site.flow) else {
        return Vec::new();
    };
    snippets()
        .iter()
        .filter(|snippet| {
            nexflow_catalog::node(snippet.place).is_some_and(|place| std::ptr::eq(place, schema))
        })
        .enumerate()
        .map(|(order, snippet)| {
            let indent = " ".repeat(site.column);
            CompletionItem {
                label: snippet.label.to_owned(),
                detail: "whole entry".to_owned(),
                documentation: format!(
                    "{}\n\n```yaml\n{}\n```",
                    snippet.description,
                    snippet.plain().trim_end()
                ),
                kind: CompletionKind::Snippet,
                replace,
                insert: snippet.indented(&indent),
                snippet: true,
                plain: snippet.plain_indented(&indent),
                filter: snippet.label.to_owned(),
                sort: format!("6{order:04}"),
                preselect: false,
                deprecated: false,
                retrigger: false,
            }
        })
        .collect()
}
