//! Runs the rules about the whole document.

use nexflow_syntax::{NodeKind, TextRange};

use super::duplicates;
use crate::{
    Diagnostic,
    document_context::DocumentContext,
    house,
    rules::{self, EntryContext, Scope},
    sink::DiagnosticSink,
};

/// The diagnostics of all rules about the whole document, in no order, with the fixes of those that touch a range.
pub(super) fn diagnostics(
    cx: &DocumentContext<'_>,
    want_fixes: Option<TextRange>,
) -> Vec<Diagnostic> {
    let mut sink = DiagnosticSink::new(want_fixes);
    for check in rules::checks() {
        if let Scope::Document(run) = check.scope {
            run(cx, &mut sink);
        }
    }
    duplicates::across_fragments(cx, &mut sink);
    house::check(cx, &mut sink);
    inherited_entries(cx, &mut sink);
    sink.diagnostics
}

/// Entries that the document takes over from a base as they are: only what its own header changes about them is reported.
fn inherited_entries(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    if cx.snapshot.context.bases.is_empty() {
        return;
    }
    for (section, val) in cx.root.entries() {
        let section_mapping = val.mapping();
        for (name, entry) in section_mapping.entries() {
            if entry.is_own() || entry.kind() != NodeKind::Mapping {
                continue;
            }
            let at = EntryContext {
                cx,
                section: &section,
                name,
                mapping: entry.mapping(),
                region: None,
            };
            for run in rules::of_entries(&section) {
                run(&at, sink);
            }
        }
    }
}
