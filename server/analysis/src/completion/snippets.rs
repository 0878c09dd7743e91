//! Whole entries: an S3 checkpoint, a tuned RocksDB backend …

use nexflow_catalog::{Dialect, snippets};
use nexflow_syntax::TextRange;

use super::CompletionContext;
use crate::{About, CompletionItem, CompletionKind};

/// The entries that can begin at the site.
pub(super) fn entries(context: &CompletionContext<'_>, replace: TextRange) -> Vec<CompletionItem> {
    let Some(schema) = context.mapping.schema.filter(|_| !context.flow) else {
        return Vec::new();
    };
    // All of them are written in the documented dialect, most of which the toolchain ignores.
    if context.mapping.dialect == Dialect::Toolchain {
        return Vec::new();
    }
    snippets()
        .iter()
        .enumerate()
        .filter(|(_, snippet)| {
            nexflow_catalog::node(snippet.place).is_some_and(|place| std::ptr::eq(place, schema))
        })
        .enumerate()
        .map(|(order, (number, snippet))| {
            let indent = " ".repeat(context.column);
            CompletionItem {
                label: snippet.label.to_owned(),
                detail: "snippet".to_owned(),
                about: About::Snippet(number),
                kind: CompletionKind::Snippet,
                replace,
                insert: deepened(&snippet.indented(&indent), context),
                snippet: true,
                plain: deepened(&snippet.plain_indented(&indent), context),
                filter: snippet.label.to_owned(),
                sort: format!("3{order:04}"),
                preselect: false,
                deprecated: false,
                ends_in_flow: false,
                retrigger: false,
            }
        })
        .collect()
}

/// The levels below the first line, which snippets write with two columns, as wide as those of the document.
fn deepened(text: &str, context: &CompletionContext<'_>) -> String {
    const WRITTEN: usize = 2;
    let mut out = String::with_capacity(text.len());
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            out.push('\n');
        }
        let content = line.trim_start_matches(' ');
        let below = (line.len() - content.len()).saturating_sub(context.column);
        if number > 0 && below > 0 {
            let column = context.column + below / WRITTEN * context.step + below % WRITTEN;
            out.push_str(&" ".repeat(column));
            out.push_str(content);
        } else {
            out.push_str(line);
        }
    }
    out
}
