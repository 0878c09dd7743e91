//! Diagnostics: everything that is wrong with a document, in the order of the text.
//!
//! What one unit says about itself is kept beside the unit and only worked out again when the unit, the header or a base
//! changes; what crosses units is worked out from small summaries.

mod columns;
mod crossing;
mod duplicates;
mod fields;
mod half_read;
mod overrides;
pub(crate) mod suppressions;
mod syntax;
mod units;
mod values;
mod variables;

use nexflow_syntax::{Entry, NodeKind, TextRange, Unit};

use crate::{
    Diagnostic, Snapshot,
    cx::Cx,
    fixes::{self, Wanted},
    rules::{self, EntryCx},
    sink::Sink,
    view::View,
};
use syntax::Fixes;

/// All findings of a document, in the order of the text.
pub fn diagnostics(snapshot: &Snapshot) -> Vec<Diagnostic> {
    let cx = Cx::new(snapshot);
    let mut found = units::findings(&cx);
    beside_rules(&cx, Fixes::None, &mut found);
    finish(&cx, found, false)
}

/// The findings that touch `range`, with their fixes worked out.
pub fn diagnostics_with_fixes(snapshot: &Snapshot, range: TextRange) -> Vec<Diagnostic> {
    with_fixes(snapshot, range, Wanted::All)
}

/// All findings, with those fixes that are safe.
pub(crate) fn diagnostics_with_safe_fixes(snapshot: &Snapshot) -> Vec<Diagnostic> {
    with_fixes(
        snapshot,
        TextRange::up_to(snapshot.document.len()),
        Wanted::Safe,
    )
}

fn with_fixes(snapshot: &Snapshot, range: TextRange, wanted: Wanted) -> Vec<Diagnostic> {
    let cx = Cx::new(snapshot);
    let touches = |finding: &Diagnostic| finding.range.intersect(range).is_some();
    let mut found = units::findings_with_fixes(&cx, &touches);
    // Whether a suppression is of use shows only when everything is judged.
    if !suppressions::any(snapshot) {
        found.retain(touches);
    }
    let of_syntax = match wanted {
        Wanted::All => Fixes::At(range),
        Wanted::Safe => Fixes::Together,
    };
    beside_rules(&cx, of_syntax, &mut found);
    let mut found = finish(&cx, found, true);
    found.retain(touches);
    fixes::add(snapshot, wanted, &mut found);
    found
}

/// What needs more than one unit but no rule: variables and the syntax, whose errors have fixes where these are `wanted`.
fn beside_rules(cx: &Cx<'_>, wanted: Fixes, found: &mut Vec<Diagnostic>) {
    let mut sink = Sink::new(false);
    variables::unresolved(cx, &mut sink);
    found.append(&mut sink.found);
    let errors = cx.snapshot.document.errors();
    half_read::silence(&cx.snapshot.document, &errors, found);
    syntax::report(&cx.snapshot.document, errors, wanted, found);
}

/// Order, precedence, suppressions, and the severities that the user chose.
fn finish(cx: &Cx<'_>, mut found: Vec<Diagnostic>, want_fixes: bool) -> Vec<Diagnostic> {
    let settings = &cx.snapshot.context.settings.rules;
    sort(&mut found);
    // What a user sets comes last. Whatever severity a suppressed finding would have had, it stays suppressed, and its comment is
    // of use; and who turns a rule off does not hear of the same token from a general one.
    most_specific(&mut found);
    suppressions::apply(cx, &mut found, want_fixes);
    sort(&mut found);
    if !settings.is_empty() {
        found.retain_mut(|finding| match settings.get(finding.code) {
            None => true,
            Some(None) => false,
            Some(Some(severity)) => {
                finding.severity = *severity;
                true
            }
        });
    }
    found
}

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

/// One token, one report: a general finding stays silent where a rule says more about the same token.
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
            let gravest = group
                .iter()
                .filter(|finding| !is_general(finding.code))
                .map(|finding| finding.severity)
                .min();
            // A rule that says more about the value speaks for it, whatever its severity; only a hint does not hide that the
            // value is wrong.
            let silenced = |finding: &Diagnostic| {
                gravest.is_some_and(|gravest| {
                    gravest <= finding.severity.max(nexflow_catalog::Severity::Warning)
                })
            };
            for (i, finding) in group.iter().enumerate() {
                let repeated = group[..i]
                    .iter()
                    .any(|other| other.code == finding.code && other.message == finding.message);
                keep[from + i] = !(repeated || is_general(finding.code) && silenced(finding));
            }
        }
        from = to;
    }
    let mut keep = keep.into_iter();
    found.retain(|_| keep.next().unwrap_or(true));
}

/// Findings about one value or one key alone, which a rule with more to say replaces.
const GENERAL: [&str; 13] = [
    "value-out-of-range",
    "field-not-for-type",
    "field-of-other-type",
    "field-deprecated",
    "required-field-missing",
    "wrong-kind",
    "size-malformed",
    "size-flink-only",
    "size-zero",
    "duration-unit-missing",
    "duration-malformed",
    "duration-flink-only",
    "enum-unknown-value",
];

fn is_general(code: &str) -> bool {
    GENERAL.contains(&code)
}

/// What one unit says about itself: its fields, and the rules about each of its entries.
fn unit_findings<'a>(cx: &Cx<'a>, unit: Unit<'a>, sink: &mut Sink) {
    fields::check_unit(cx, unit, sink);
    overrides::check_unit(cx, unit, sink);
    let root = unit.root();
    match unit.path() {
        [] => {
            for section in root.entries() {
                let Some(entries) = section.value().resolve() else {
                    continue;
                };
                for entry in entries.entries() {
                    if entry.key().unit().index() == unit.index() {
                        let name = section.key_text();
                        check_entry(cx, &name, entry, sink);
                    }
                }
            }
        }
        [section] => {
            for entry in root.entries() {
                check_entry(cx, section, entry, sink);
            }
        }
        _ => {}
    }
}

/// Runs the rules about entries on one entry and on each of its region blocks.
fn check_entry<'a>(cx: &Cx<'a>, section: &str, entry: Entry<'a>, sink: &mut Sink) {
    let name = entry.key_text();
    let Some(value) = entry.value().resolve() else {
        return;
    };
    let rules = rules::of_entries(section);
    if rules.is_empty() || !matches!(value.kind(), NodeKind::Mapping | NodeKind::Null) {
        return;
    }
    let view = View::entry(&cx.root, section, entry).remembered();
    let blocks: Vec<_> = view
        .region_blocks()
        .into_iter()
        .map(|(region, block)| (region, block.over(&view).remembered(), block))
        .collect();
    let mut regions: Vec<EntryCx<'_, 'a>> = Vec::new();
    for (region, over, block) in &blocks {
        regions.push(EntryCx {
            cx,
            section,
            name: name.clone(),
            view: (**over).clone(),
            region: Some((region.clone(), block.clone())),
        });
    }
    let whole = EntryCx {
        cx,
        section,
        name,
        view: (*view).clone(),
        region: None,
    };
    for run in rules {
        run(&whole, sink);
        for region in &regions {
            let Some((_, block)) = &region.region else {
                continue;
            };
            let Some(own) = block.own() else { continue };
            // The entry's own findings were reported above: of the block's only those inside it are new.
            let outer = sink.within.replace(own.range());
            run(region, sink);
            sink.within = outer;
        }
    }
}

/// Entries that the document takes over from a base as they are: only what its own header changes about them is reported.
fn inherited_entries(cx: &Cx<'_>, sink: &mut Sink) {
    if cx.snapshot.context.bases.is_empty() {
        return;
    }
    for (section, val) in cx.root.entries() {
        let section_view = val.view();
        for (name, entry) in section_view.entries() {
            if entry.is_own() || entry.kind() != NodeKind::Mapping {
                continue;
            }
            let at = EntryCx {
                cx,
                section: &section,
                name,
                view: entry.view(),
                region: None,
            };
            for run in rules::of_entries(&section) {
                run(&at, sink);
            }
        }
    }
}
