//! What units say about themselves: judged on all processors when many are new, and kept beside them.

use std::sync::Arc;

use nexflow_syntax::{Run, TextSize, Unit};
use rayon::prelude::*;

use super::{crossing, suppressions, unit_findings};
use crate::{
    Diagnostic, Snapshot,
    cx::Cx,
    keep::{kept, known},
    sink::Sink,
};

/// So many units that are judged one behind the other; with fewer, handing work over costs more than it saves.
const PIECE: usize = 32;

/// What the units of a document say, and what rules about the whole document say about it, in no order.
///
/// Runs whose units have all been judged before are not looked into.
pub(super) fn findings(cx: &Cx<'_>) -> Vec<Diagnostic> {
    let mut fingerprint = cx.fingerprint();
    let around = fingerprint.around();
    let mut found = Vec::new();
    let mut changed = Vec::new();
    let mut new = Vec::new();
    for run in cx.snapshot.document.runs() {
        let of_run = fingerprint.of_run(run);
        if let Some(judged) = of_run.and_then(|of_run| known::<RunFindings>(run, of_run)) {
            judged.place(run, &mut found);
            continue;
        }
        let units: Vec<_> = run
            .units()
            .map(|unit| (unit, fingerprint.of(unit)))
            .collect();
        let not_known = |(unit, fingerprint): &&(Unit<'_>, u64)| {
            known::<UnitFindings>(*unit, *fingerprint).is_none()
        };
        new.extend(units.iter().filter(not_known));
        changed.push((run, of_run, units));
    }
    let mut crossing = if new.len() < 2 * PIECE {
        crossing::findings(cx, around)
    } else {
        let snapshot = cx.snapshot;
        let crossing = || crossing::findings(&Cx::new(snapshot), around);
        rayon::join(|| judge_all(snapshot, &new), crossing).1
    };
    for (run, of_run, units) in changed {
        let judged = || RunFindings::of(cx, &units);
        match of_run {
            Some(of_run) => kept(run, of_run, judged),
            None => Arc::new(judged()),
        }
        .place(run, &mut found);
    }
    found.append(&mut crossing);
    found
}

/// The same findings. Where one of a unit, or of a rule about the whole document, is wanted they come with the fixes that the rules
/// know; nobody works these out for a text of which nobody asks.
pub(super) fn findings_with_fixes(
    cx: &Cx<'_>,
    wanted: &dyn Fn(&Diagnostic) -> bool,
) -> Vec<Diagnostic> {
    let mut fingerprint = cx.fingerprint();
    let mut found = Vec::new();
    for run in cx.snapshot.document.runs() {
        let of_run = fingerprint.of_run(run);
        let judged = of_run.and_then(|of_run| known::<RunFindings>(run, of_run));
        if judged.is_some_and(|judged| judged.0.is_empty()) {
            continue;
        }
        for unit in run.units() {
            let judged = judge(cx, unit, fingerprint.of(unit));
            let (before, start) = (found.len(), unit.range().start());
            found.extend(judged.0.iter().map(|finding| shifted(finding, start)));
            if found[before..].iter().any(wanted) {
                let mut sink = Sink::new(true);
                unit_findings(cx, unit, &mut sink);
                found.truncate(before);
                found.append(&mut sink.found);
            }
        }
    }
    let mut crossing = crossing::findings(cx, fingerprint.around());
    if crossing.iter().any(wanted) {
        crossing = crossing::run(cx, true);
    }
    found.append(&mut crossing);
    found
}

/// The units of a run that have something to say, each with its place in the run.
struct RunFindings(Vec<(usize, Arc<UnitFindings>)>);

impl RunFindings {
    fn of<'a>(cx: &Cx<'a>, units: &[(Unit<'a>, u64)]) -> RunFindings {
        let judged = units
            .iter()
            .map(|(unit, fingerprint)| judge(cx, *unit, *fingerprint));
        RunFindings(
            judged
                .enumerate()
                .filter(|(_, judged)| !judged.0.is_empty())
                .collect(),
        )
    }

    /// Adds the findings as they stand in the document at hand.
    fn place(&self, run: Run<'_>, found: &mut Vec<Diagnostic>) {
        for (at, judged) in &self.0 {
            let start = run.unit(*at).range().start();
            found.extend(judged.0.iter().map(|finding| shifted(finding, start)));
        }
    }
}

/// A view stays on its thread, so each piece of the work has a context of its own.
fn judge_all(snapshot: &Snapshot, units: &[(Unit<'_>, u64)]) {
    let units = units.par_iter().with_min_len(PIECE);
    units.for_each_init(
        || Cx::new(snapshot),
        |cx, (unit, fingerprint)| {
            judge(cx, *unit, *fingerprint);
            // What is asked of all units afterwards, one behind the other.
            suppressions::look(*unit);
        },
    );
}

/// A unit's finding with its own ranges relative to the unit.
struct KeptFinding {
    finding: Diagnostic,
    /// Whether the finding itself lies inside the unit. One about something inherited is reported at the nearest token of the
    /// document, which may be in the header.
    moves: bool,
    /// Which of the related places lie inside the unit and move with it; the others (in the header) are absolute, and part of
    /// the fingerprint.
    inside: Vec<bool>,
}

/// The findings of one unit.
struct UnitFindings(Vec<KeptFinding>);

fn judge<'a>(cx: &Cx<'a>, unit: Unit<'a>, fingerprint: u64) -> Arc<UnitFindings> {
    kept(unit, fingerprint, || {
        let mut sink = Sink::new(false);
        unit_findings(cx, unit, &mut sink);
        let range = unit.range();
        let found = sink.found.into_iter().map(|mut finding| {
            let moves = range.contains_range(finding.range);
            if moves {
                finding.range -= range.start();
            }
            let mut inside = Vec::with_capacity(finding.related.len());
            for related in &mut finding.related {
                let moves = related.file.is_none() && range.contains_range(related.range);
                inside.push(moves);
                if moves {
                    related.range -= range.start();
                }
            }
            KeptFinding {
                finding,
                moves,
                inside,
            }
        });
        UnitFindings(found.collect())
    })
}

fn shifted(kept: &KeptFinding, start: TextSize) -> Diagnostic {
    let mut finding = kept.finding.clone();
    if kept.moves {
        finding.range += start;
    }
    for (related, inside) in finding.related.iter_mut().zip(&kept.inside) {
        if *inside {
            related.range += start;
        }
    }
    finding
}
