//! Whole entries as the catalog offers them: in their place, with their placeholders, they give no diagnostic at all.

mod support;

use nexflow_analysis::diagnostics;
use nexflow_catalog::snippets;
use support::resolved;

#[test]
fn a_snippet_gives_no_finding() {
    let mut found = Vec::new();
    for snippet in snippets() {
        let mut text = String::new();
        let mut indent = String::new();
        for segment in snippet
            .place
            .split('.')
            .filter(|segment| !segment.is_empty())
        {
            let key = if segment.starts_with('<') {
                "entry"
            } else {
                segment
            };
            text.push_str(&format!("{indent}{key}:\n"));
            indent.push_str("  ");
        }
        text.push_str(&indent);
        text.push_str(&snippet.plain_indented(&indent));
        text.push('\n');
        for diagnostic in diagnostics(&resolved(&text)) {
            // The header and the base document are beside the point.
            if matches!(diagnostic.code, "header-missing" | "extends-missing") {
                continue;
            }
            found.push(format!(
                "{}: {}: {}",
                snippet.label, diagnostic.code, diagnostic.message
            ));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
