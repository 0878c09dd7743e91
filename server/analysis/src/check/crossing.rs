//! What rules about the whole document find. It is kept with the first unit, of each rule for as long as what it has read stays the
//! same.

use std::{
    cell::OnceCell,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use nexflow_syntax::{Document, TextRange, TextSize};
use rustc_hash::FxHashMap;

use super::{
    columns::{Column, Columns, Summary, summary},
    duplicates, inherited_entries,
};
use crate::{
    Diagnostic,
    cx::Cx,
    reads,
    rules::{self, Scope},
    sink::Sink,
};

/// A rule about the whole document.
type DocumentRule = fn(&Cx<'_>, &mut Sink);

/// What all rules have found, and what must stay the same for it to hold.
struct Kept {
    around: u64,
    columns: Arc<Columns>,
    summary: Summary,
    rules: Vec<Arc<KeptRule>>,
}

/// What one rule has found.
struct KeptRule {
    /// The columns that it has read.
    columns: Vec<Column>,
    /// `None` when a finding reaches over several units, so that nobody knows where it would be.
    found: Option<Vec<Anchored>>,
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
    let rules = &*DOCUMENT_RULES;
    let mut columns = match &known {
        Some(known) => known.columns.clone(),
        None => Arc::new(Columns::default()),
    };
    let known = known.filter(|known| known.around == around);
    // Of a document of which nothing is known there is nothing to compare.
    let now = known.map(|known| (known, summary(document, &columns)));
    let places = Places::of(document);
    let mut found = Vec::new();
    let mut again = Vec::new();
    let mut kept: Vec<Option<Arc<KeptRule>>> = vec![None; rules.len()];
    for (at, rule) in kept.iter_mut().enumerate() {
        let holds = now.as_ref().and_then(|(known, now)| {
            let before = &known.summary;
            let same = |column: &Column| before.column(*column) == now.column(*column);
            let rule = &known.rules[at];
            let holds = before.rest == now.rest && rule.columns.iter().all(same);
            let placed = places.place(rule.found.as_ref()?).filter(|_| holds)?;
            Some((rule, placed))
        });
        match holds {
            Some((known, mut placed)) => {
                found.append(&mut placed);
                *rule = Some(known.clone());
            }
            None => again.push(at),
        }
    }
    if again.is_empty() {
        return found;
    }
    let cx = Cx::new(cx.snapshot);
    let known_columns = columns.len();
    for at in again {
        let mut sink = Sink::new(false);
        let reads = reads::listen(|| rules[at](&cx, &mut sink));
        kept[at] = Some(Arc::new(KeptRule {
            columns: Columns::of(&mut columns, &reads),
            found: anchored(document, &sink.found),
        }));
        found.append(&mut sink.found);
    }
    let summary = match now {
        Some((_, summary)) if columns.len() == known_columns => summary,
        _ => summary(document, &columns),
    };
    *lock() = Some(Arc::new(Kept {
        around,
        columns,
        summary,
        rules: kept.into_iter().flatten().collect(),
    }));
    found
}

/// All that look only at the document itself.
static DOCUMENT_RULES: LazyLock<Vec<DocumentRule>> = LazyLock::new(|| {
    let rules = rules::checks().filter_map(|check| match check.scope {
        Scope::Document(run) => Some(run),
        Scope::Entry(..) => None,
    });
    rules
        .chain([duplicates::across_units as DocumentRule])
        .collect()
});

/// Runs all rules about the whole document.
pub(super) fn run(cx: &Cx<'_>, want_fixes: bool) -> Vec<Diagnostic> {
    let mut sink = Sink::new(want_fixes);
    for rule in &*DOCUMENT_RULES {
        rule(cx, &mut sink);
    }
    inherited_entries(cx, &mut sink);
    sink.found
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

/// Where the units of a document stand, worked out when somebody asks.
struct Places<'d> {
    document: &'d Document,
    starts: OnceCell<FxHashMap<u64, TextSize>>,
}

impl<'d> Places<'d> {
    fn of(document: &'d Document) -> Places<'d> {
        Places {
            document,
            starts: OnceCell::new(),
        }
    }

    fn start(&self, unit: u64) -> Option<TextSize> {
        let starts = self.starts.get_or_init(|| {
            let units = self.document.units();
            units
                .map(|unit| (unit.id(), unit.range().start()))
                .collect()
        });
        starts.get(&unit).copied()
    }

    /// The findings where their units are now; `None` when one of these is another one.
    fn place(&self, found: &[Anchored]) -> Option<Vec<Diagnostic>> {
        let placed = found.iter().map(|anchored| {
            let mut finding = anchored.finding.clone();
            finding.range += self.start(anchored.unit)?;
            for (related, unit) in finding.related.iter_mut().zip(&anchored.related) {
                related.range += self.start(*unit)?;
            }
            Some(finding)
        });
        placed.collect()
    }
}
