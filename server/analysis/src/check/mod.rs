//! Diagnostics: everything that is wrong with a document, in the order of the text.
//!
//! What one fragment says about itself is kept beside the fragment and only worked out again when the fragment, the header or a base
//! changes; what crosses fragments is worked out from small summaries.

mod document_rules;
mod duplicates;
mod empty;
mod fields;
mod fragments;
mod near_syntax_errors;
mod overrides;
pub(crate) mod suppressions;
mod syntax;
mod values;
mod variables;

use nexflow_catalog::ids;
use nexflow_syntax::{Entry, Fragment, NodeKind, TextRange};
pub use suppressions::suppresses;

use crate::{
    Diagnostic, Snapshot, baseline,
    document_context::DocumentContext,
    merged::MergedMapping,
    rules::{self, EntryContext},
    sink::DiagnosticSink,
};

/// All diagnostics of a document, in the order of the text.
pub fn diagnostics(snapshot: &Snapshot) -> Vec<Diagnostic> {
    let cx = DocumentContext::new(snapshot);
    let mut found = Vec::new();
    for_each_document(&cx, &mut found, fragments::diagnostics);
    syntax::report(
        &snapshot.document,
        snapshot.document.errors(),
        false,
        &mut found,
    );
    finish(&cx, found, false)
}

/// The diagnostics that touch `range`, with the fixes that rules and the syntax know themselves.
pub(crate) fn with_own_fixes(snapshot: &Snapshot, range: TextRange) -> Vec<Diagnostic> {
    let cx = DocumentContext::new(snapshot);
    let touches = |diagnostic: &Diagnostic| diagnostic.range.intersect(range).is_some();
    let mut found = Vec::new();
    for_each_document(&cx, &mut found, |cx| {
        fragments::diagnostics_with_fixes(cx, range)
    });
    // Whether a suppression is of use, and which of several alike are recorded, shows only when everything is checked.
    if !suppressions::any(snapshot) && snapshot.context.settings.recorded.is_none() {
        found.retain(touches);
    }
    syntax::report(
        &snapshot.document,
        snapshot.document.errors(),
        true,
        &mut found,
    );
    let mut found = finish(&cx, found, true);
    baseline::mark(snapshot, &mut found);
    found.retain(touches);
    found
}

/// Adds what is found in each of the YAML documents of a file, by `of_units` and in what needs more than one fragment but no rule.
fn for_each_document(
    cx: &DocumentContext<'_>,
    found: &mut Vec<Diagnostic>,
    of_units: impl Fn(&DocumentContext<'_>) -> Vec<Diagnostic>,
) {
    let errors = cx.snapshot.document.errors();
    let of_one = |cx: &DocumentContext<'_>| {
        let mut found = of_units(cx);
        let mut sink = DiagnosticSink::new(None);
        variables::unresolved(cx, &mut sink);
        found.append(&mut sink.diagnostics);
        let document = &cx.snapshot.document;
        near_syntax_errors::drop_near_syntax_errors(document, &errors, &mut found);
        found
    };
    let parts = cx.snapshot.parts();
    if parts.is_empty() {
        *found = of_one(cx);
    }
    let files = cx.snapshot.document.parts().iter();
    let is_sound = |range: TextRange| {
        errors
            .iter()
            .all(|error| error.range.intersect(range).is_none())
    };
    // What begins with an error is hardly a document.
    let sound = parts.iter().zip(files);
    for (snapshot, _) in sound.filter(|(_, part)| is_sound(part.marker)) {
        found.append(&mut of_one(&DocumentContext::new(snapshot)));
    }
    let mut sink = DiagnosticSink::new(None);
    let second = cx.snapshot.document.parts().get(1);
    if let Some(second) = second.filter(|second| is_sound(second.marker)) {
        let (rule, message) = if cx.toolchain {
            (
                ids::TOOLCHAIN_SEVERAL_DOCUMENTS,
                "The toolchain reads one document per file and stops here: \"expected a single document in the stream\".",
            )
        } else {
            (
                ids::SEVERAL_DOCUMENTS,
                "Second YAML document in this file. Nexflow reads one document per file.",
            )
        };
        sink.report(rule, &second.marker).emit(message);
    }
    found.append(&mut sink.diagnostics);
}

/// Order, precedence, suppressions, and the severities that the user chose.
fn finish(
    cx: &DocumentContext<'_>,
    mut found: Vec<Diagnostic>,
    want_fixes: bool,
) -> Vec<Diagnostic> {
    let settings = &cx.snapshot.context.settings.rules;
    of_dialect(cx, &mut found);
    let version = cx.flink();
    found.retain(|diagnostic| {
        nexflow_catalog::rule(diagnostic.code).is_none_or(|rule| rule.versions.contains(version))
    });
    sort(&mut found);
    // What a user sets comes last. Whatever severity a suppressed diagnostic would have had, it stays suppressed, and its comment is
    // of use; and who turns a rule off does not hear of the same token from a general one.
    most_specific(&mut found);
    suppressions::apply(cx, &mut found, want_fixes);
    sort(&mut found);
    if !settings.is_empty() {
        found.retain_mut(|diagnostic| match settings.get(diagnostic.code) {
            None => true,
            Some(None) => false,
            Some(Some(severity)) => {
                diagnostic.severity = *severity;
                true
            }
        });
    }
    found
}

/// Takes out what is said about keys that the document's dialect does not have, and what only the other dialect knows.
fn of_dialect(cx: &DocumentContext<'_>, found: &mut Vec<Diagnostic>) {
    let ignored = rules::ignored_ranges(cx);
    if ignored.is_empty() && !cx.toolchain {
        return;
    }
    found.retain(|diagnostic| {
        let Some(rule) = nexflow_catalog::rule(diagnostic.code) else {
            return true;
        };
        let about_text =
            matches!(rule.subject, "syntax" | "toolchain") || diagnostic.code == ids::DUPLICATE_KEY;
        let of_secrets = cx.toolchain && SECRET_REFERENCES.contains(&diagnostic.code);
        about_text
            || !of_secrets
                && !ignored
                    .iter()
                    .any(|range| range.contains_range(diagnostic.range))
    });
}

/// The toolchain has no secrets, so nothing can be said about references to them but that.
const SECRET_REFERENCES: [&str; 5] = [
    "secret-key-unknown",
    "secret-ref-malformed",
    "secret-ref-unknown",
    "secret-whole-of-many",
    "secret-unused",
];

fn sort(found: &mut [Diagnostic]) {
    found.sort_by(|a, b| {
        (a.range.start(), a.range.end(), a.severity, a.code).cmp(&(
            b.range.start(),
            b.range.end(),
            b.severity,
            b.code,
        ))
    });
}

/// One token, one report: a general diagnostic stays silent where a rule says more about the same token.
fn most_specific(found: &mut Vec<Diagnostic>) {
    let mut keep = vec![true; found.len()];
    let mut from = 0;
    while from < found.len() {
        let mut to = from + 1;
        while to < found.len() && found[to].range == found[from].range {
            to += 1;
        }
        let group = &found[from..to];
        if group.len() > 1 {
            let most_severe = group
                .iter()
                .filter(|diagnostic| !yields(diagnostic.code))
                .map(|diagnostic| diagnostic.severity)
                .min();
            // A rule that says more about the value speaks for it, whatever its severity; only a hint does not hide that the
            // value is wrong.
            let silenced = |diagnostic: &Diagnostic| {
                most_severe.is_some_and(|most_severe| {
                    most_severe <= diagnostic.severity.max(nexflow_catalog::Severity::Warning)
                })
            };
            for (i, diagnostic) in group.iter().enumerate() {
                let repeated = group[..i].iter().any(|other| {
                    other.code == diagnostic.code && other.message == diagnostic.message
                });
                let repeated = repeated
                    || diagnostic.code == ids::EMPTY_VALUE
                        && group.iter().any(|other| other.code != ids::EMPTY_VALUE);
                keep[from + i] = !(repeated || yields(diagnostic.code) && silenced(diagnostic));
            }
        }
        from = to;
    }
    let mut keep = keep.into_iter();
    found.retain(|_| keep.next().unwrap_or(true));
}

/// Whether a rule with more to say about the same token replaces what this one says.
fn yields(code: &str) -> bool {
    nexflow_catalog::rule(code).is_some_and(|rule| rule.yields)
}

/// What one fragment says about itself: its fields, and the rules about each of its entries.
fn fragment_diagnostics<'a>(
    cx: &DocumentContext<'a>,
    fragment: Fragment<'a>,
    sink: &mut DiagnosticSink,
) {
    fields::check_fragment(cx, fragment, sink);
    overrides::check_fragment(cx, fragment, sink);
    let root = fragment.root();
    match fragment.path() {
        [] => {
            for section in with_merged(root.entries()) {
                let Some(entries) = section.value().resolve() else {
                    continue;
                };
                // What stands elsewhere is checked where it is brought in.
                let is_elsewhere = section.key().fragment().index() != fragment.index()
                    || section.mapping() != fragment.document().root()
                    || section.value().kind() == NodeKind::Alias;
                let is_here = |entry: &Entry<'a>| {
                    is_elsewhere || entry.key().fragment().index() == fragment.index()
                };
                for entry in with_merged(entries.entries().filter(is_here)) {
                    let name = section.key_text();
                    check_entry(cx, &name, entry, sink);
                }
            }
        }
        [section] => {
            for entry in with_merged(root.entries()) {
                check_entry(cx, section, entry, sink);
            }
        }
        _ => {}
    }
}

/// Entries with those that merge keys among them bring in, which the mapping has not itself.
fn with_merged<'a>(entries: impl Iterator<Item = Entry<'a>>) -> Vec<Entry<'a>> {
    let mut all: Vec<Entry<'a>> = Vec::new();
    for entry in entries {
        if !fields::is_merge(entry) {
            all.push(entry);
            continue;
        }
        let from = all.len();
        for (_, target) in entry.value().merged() {
            for brought in target.resolved_entries() {
                let key = brought.key_text();
                let is_new = entry.mapping().get(&key).is_none()
                    && all[from..].iter().all(|known| !known.is_named(&key));
                if is_new {
                    all.push(brought);
                }
            }
        }
    }
    all
}

/// Runs the rules about entries on one entry and on each of its region blocks.
fn check_entry<'a>(
    cx: &DocumentContext<'a>,
    section: &str,
    entry: Entry<'a>,
    sink: &mut DiagnosticSink,
) {
    let name = entry.key_text();
    let Some(value) = entry.value().resolve() else {
        return;
    };
    let rules = rules::of_entries(section);
    if rules.is_empty() || !matches!(value.kind(), NodeKind::Mapping | NodeKind::Null) {
        return;
    }
    let mapping = MergedMapping::entry(&cx.root, section, entry).memoized();
    let blocks: Vec<_> = mapping
        .region_blocks()
        .into_iter()
        .map(|(region, block)| (region, block.over(&mapping).memoized(), block))
        .collect();
    let mut regions: Vec<EntryContext<'_, 'a>> = Vec::new();
    for (region, over, block) in &blocks {
        regions.push(EntryContext {
            cx,
            section,
            name: name.clone(),
            mapping: (**over).clone(),
            region: Some((region.clone(), block.clone())),
        });
    }
    let whole = EntryContext {
        cx,
        section,
        name,
        mapping: (*mapping).clone(),
        region: None,
    };
    for run in rules {
        run(&whole, sink);
        for region in &regions {
            let Some((_, block)) = &region.region else {
                continue;
            };
            let Some(own) = block.own() else { continue };
            // The entry's own diagnostics were reported above: of the block's only those inside it are new.
            let outer = sink.within.replace(own.range());
            run(region, sink);
            sink.within = outer;
        }
    }
}
