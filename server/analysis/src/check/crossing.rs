//! What rules about the whole document find. It is kept with the first unit, for as long as what they have read stays the same.

use std::{
    hash::{Hash, Hasher},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use nexflow_syntax::{Document, TextRange, Unit};
use rustc_hash::{FxHashMap, FxHasher};

use super::{duplicates, inherited_entries};
use crate::{
    Diagnostic,
    cx::Cx,
    keep::kept,
    reads::{self, Keys, Reads},
    references::references,
    rules::{self, Scope},
    sink::Sink,
};

/// What was found, and what must stay the same for it to hold.
struct Kept {
    around: u64,
    reads: Arc<Reads>,
    /// Number of these reads: summaries of units are kept under it.
    generation: u64,
    summary: u64,
    found: Vec<Anchored>,
}

/// A finding whose ranges are relative to their units.
struct Anchored {
    finding: Diagnostic,
    unit: u64,
    related: Vec<u64>,
}

/// The findings of all rules about the whole document, in no order.
pub(super) fn findings(cx: &Cx<'_>, around: u64) -> Vec<Diagnostic> {
    let document = &cx.snapshot.document;
    if !cx.snapshot.context.bases.is_empty() {
        return run(cx, false);
    }
    let cell: &Mutex<Option<Arc<Kept>>> = document.unit(0).memo(|_| Mutex::default());
    let lock = || cell.lock().unwrap_or_else(PoisonError::into_inner);
    let known = lock().clone();
    if let Some(known) = &known
        && known.around == around
        && summary(document, &known.reads, known.generation) == known.summary
        && let Some(found) = placed(document, &known.found)
    {
        return found;
    }
    let mut found = Vec::new();
    // Views that were asked before somebody listens may know answers without reading again.
    let reads = reads::listen(|| found = run(&Cx::new(cx.snapshot), false));
    let (reads, generation) = match known {
        Some(known) if *known.reads == reads => (known.reads.clone(), known.generation),
        _ => (Arc::new(reads), next_generation()),
    };
    if let Some(anchored) = anchored(document, &found) {
        *lock() = Some(Arc::new(Kept {
            around,
            summary: summary(document, &reads, generation),
            reads,
            generation,
            found: anchored,
        }));
    }
    found
}

/// Runs all rules about the whole document.
pub(super) fn run(cx: &Cx<'_>, want_fixes: bool) -> Vec<Diagnostic> {
    let mut sink = Sink::new(want_fixes);
    for check in rules::checks() {
        if let Scope::Document(run) = check.scope {
            run(cx, &mut sink);
        }
    }
    inherited_entries(cx, &mut sink);
    duplicates::across_units(cx, &mut sink);
    sink.found
}

fn next_generation() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// A number that changes when something changes that was read.
fn summary(document: &Document, reads: &Reads, generation: u64) -> u64 {
    let mut hash = FxHasher::default();
    for run in document.runs() {
        if run.has_aliases() {
            document.id().hash(&mut hash);
        }
        let of_run = || {
            let mut hash = FxHasher::default();
            for unit in run.units() {
                kept(unit, generation, || Summary(of_unit(unit, reads)))
                    .0
                    .hash(&mut hash);
            }
            Summary(hash.finish())
        };
        kept(run, generation, of_run).0.hash(&mut hash);
    }
    hash.finish()
}

/// What is read of a unit, or of a run of them, as a number.
struct Summary(u64);

fn of_unit(unit: Unit<'_>, reads: &Reads) -> u64 {
    let mut hash = FxHasher::default();
    let section = match unit.path() {
        [section] => Some(section),
        _ => None,
    };
    unit.path().hash(&mut hash);
    unit.has_errors().hash(&mut hash);
    let keys = section.and_then(|section| reads.of(section));
    // The header and the heads of sections are small and read by many.
    if section.is_none() || keys == Some(&Keys::All) {
        unit.text().hash(&mut hash);
        return hash.finish();
    }
    for variable in &references(unit).variables {
        (&variable.name, &variable.default, variable.malformed).hash(&mut hash);
    }
    for secret in &references(unit).secrets {
        (&secret.name, secret.key.as_ref().map(|(key, _)| key)).hash(&mut hash);
    }
    let start = unit.range().start();
    let text = |range: TextRange| &unit.text()[range - start];
    for entry in unit.root().entries() {
        entry.key_text().hash(&mut hash);
        entry.has_colon().hash(&mut hash);
        std::mem::discriminant(&entry.value().kind()).hash(&mut hash);
        // Of entries that are no mappings there is nothing but the value.
        if entry.value().kind() != nexflow_syntax::NodeKind::Mapping {
            text(entry.range()).hash(&mut hash);
            continue;
        }
        let Some(Keys::These(keys)) = keys else {
            continue;
        };
        for part in entry.value().entries() {
            let key = part.key_text();
            if keys.contains(&*key) {
                text(part.range()).hash(&mut hash);
            }
        }
    }
    hash.finish()
}

/// The findings relative to their units; `None` when one reaches over several.
fn anchored(document: &Document, found: &[Diagnostic]) -> Option<Vec<Anchored>> {
    let anchor = |range: &mut TextRange| {
        let unit = document.unit_at(range.start());
        if !unit.range().contains_range(*range) {
            return None;
        }
        *range -= unit.range().start();
        Some(unit.id())
    };
    found
        .iter()
        .map(|finding| {
            let mut finding = finding.clone();
            let unit = anchor(&mut finding.range)?;
            let related = finding
                .related
                .iter_mut()
                .map(|related| anchor(&mut related.range))
                .collect::<Option<_>>()?;
            Some(Anchored {
                finding,
                unit,
                related,
            })
        })
        .collect()
}

/// The findings where their units are now; `None` when one of these is another one.
fn placed(document: &Document, found: &[Anchored]) -> Option<Vec<Diagnostic>> {
    if found.is_empty() {
        return Some(Vec::new());
    }
    let starts: FxHashMap<u64, _> = document
        .units()
        .map(|unit| (unit.id(), unit.range().start()))
        .collect();
    found
        .iter()
        .map(|anchored| {
            let mut finding = anchored.finding.clone();
            finding.range += *starts.get(&anchored.unit)?;
            for (related, unit) in finding.related.iter_mut().zip(&anchored.related) {
                related.range += *starts.get(unit)?;
            }
            Some(finding)
        })
        .collect()
}
