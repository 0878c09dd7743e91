//! What fragments say about themselves: checked on all processors when many are new, and kept beside them.

use std::sync::Arc;

use nexflow_syntax::{Fragment, TextRange, TextSize};
use rayon::prelude::*;

use super::{document_rules, fragment_diagnostics, suppressions};
use crate::{
    Diagnostic, Snapshot,
    cache::{cached, lookup},
    document_context::DocumentContext,
    sink::DiagnosticSink,
};

/// So many fragments that are checked one behind the other; with fewer, handing work over costs more than it saves.
const PIECE: usize = 32;

/// The diagnostics of all fragments, and of the rules about the whole document, in no order.
pub(super) fn diagnostics(cx: &DocumentContext<'_>) -> Vec<Diagnostic> {
    let mut keys = cx.cache_keys();
    let fragments: Vec<_> = cx.snapshot.document.fragments().collect();
    let checked: Vec<_> = fragments
        .iter()
        .map(|fragment| {
            let key = keys.of(*fragment);
            (
                *fragment,
                key,
                lookup::<FragmentDiagnostics>(*fragment, key),
            )
        })
        .collect();
    let is_new = |(_, _, cached): &&(Fragment<'_>, u64, Option<_>)| cached.is_none();
    let new: Vec<_> = checked
        .iter()
        .filter(is_new)
        .map(|(fragment, key, _)| (*fragment, *key))
        .collect();
    let mut found = if new.len() < 2 * PIECE {
        document_rules::diagnostics(cx, None)
    } else {
        let snapshot = cx.snapshot;
        let of_document = || document_rules::diagnostics(&DocumentContext::new(snapshot), None);
        rayon::join(|| check_all(snapshot, &new), of_document).1
    };
    for (fragment, key, cached) in checked {
        let diagnostics = cached.unwrap_or_else(|| check(cx, fragment, key));
        diagnostics.add_to(fragment, &mut found);
    }
    found
}

/// The same diagnostics. Where one of a fragment, or of a rule about the whole document, is wanted they come with the fixes that
/// the rules know.
pub(super) fn diagnostics_with_fixes(
    cx: &DocumentContext<'_>,
    range: TextRange,
) -> Vec<Diagnostic> {
    let wanted = |diagnostic: &Diagnostic| diagnostic.range.intersect(range).is_some();
    let mut keys = cx.cache_keys();
    let mut found = document_rules::diagnostics(cx, None);
    if found.iter().any(&wanted) {
        found = document_rules::diagnostics(cx, Some(range));
    }
    for fragment in cx.snapshot.document.fragments() {
        let before = found.len();
        check(cx, fragment, keys.of(fragment)).add_to(fragment, &mut found);
        if found[before..].iter().any(&wanted) {
            let mut sink = DiagnosticSink::new(Some(range));
            fragment_diagnostics(cx, fragment, &mut sink);
            found.truncate(before);
            found.append(&mut sink.diagnostics);
        }
    }
    found
}

/// A mapping stays on its thread, so each piece of the work has a context of its own.
fn check_all(snapshot: &Snapshot, fragments: &[(Fragment<'_>, u64)]) {
    let fragments = fragments.par_iter().with_min_len(PIECE);
    fragments.for_each_init(
        || DocumentContext::new(snapshot),
        |cx, (fragment, key)| {
            check(cx, *fragment, *key);
            // What is asked of all fragments afterwards, one behind the other.
            suppressions::look(*fragment);
        },
    );
}

/// A diagnostic of a fragment, with the ranges that lie inside the fragment relative to it.
struct CachedDiagnostic {
    diagnostic: Diagnostic,
    /// Whether its own range is relative. What is about something inherited is reported at the nearest token of the document, which
    /// may be in the header: such a range is absolute, and the header is part of the key.
    relative: bool,
    /// The same for each of the related ranges.
    related_relative: Vec<bool>,
}

/// The diagnostics of one fragment.
struct FragmentDiagnostics(Vec<CachedDiagnostic>);

impl FragmentDiagnostics {
    /// Adds the diagnostics with absolute ranges.
    fn add_to(&self, fragment: Fragment<'_>, found: &mut Vec<Diagnostic>) {
        let start = fragment.range().start();
        found.extend(self.0.iter().map(|cached| cached.to_absolute(start)));
    }
}

impl CachedDiagnostic {
    fn new(mut diagnostic: Diagnostic, fragment: TextRange) -> CachedDiagnostic {
        let to_relative = |range: &mut TextRange| {
            let inside = fragment.contains_range(*range);
            if inside {
                *range -= fragment.start();
            }
            inside
        };
        CachedDiagnostic {
            relative: to_relative(&mut diagnostic.range),
            related_relative: diagnostic
                .related
                .iter_mut()
                .map(|related| related.file.is_none() && to_relative(&mut related.range))
                .collect(),
            diagnostic,
        }
    }

    fn to_absolute(&self, start: TextSize) -> Diagnostic {
        let mut diagnostic = self.diagnostic.clone();
        if self.relative {
            diagnostic.range += start;
        }
        for (related, relative) in diagnostic.related.iter_mut().zip(&self.related_relative) {
            if *relative {
                related.range += start;
            }
        }
        diagnostic
    }
}

fn check<'a>(
    cx: &DocumentContext<'a>,
    fragment: Fragment<'a>,
    key: u64,
) -> Arc<FragmentDiagnostics> {
    cached(fragment, key, || {
        let mut sink = DiagnosticSink::new(None);
        fragment_diagnostics(cx, fragment, &mut sink);
        let range = fragment.range();
        let found = sink.diagnostics.into_iter();
        FragmentDiagnostics(
            found
                .map(|diagnostic| CachedDiagnostic::new(diagnostic, range))
                .collect(),
        )
    })
}
