//! What units say about themselves: judged on all processors when many are new, and kept beside them.

use std::sync::Arc;

use nexflow_syntax::{TextSize, Unit};
use rayon::prelude::*;

use super::{crossing, unit_findings};
use crate::{
    Diagnostic, Snapshot,
    cx::Cx,
    keep::{kept, known},
    sink::Sink,
};

/// So many units that are judged one behind the other; with fewer, handing work over costs more than it saves.
const RUN: usize = 32;

/// What the units of a document say, and what rules about the whole document say about it, in no order.
pub(super) fn findings(cx: &Cx<'_>) -> Vec<Diagnostic> {
    let document = &cx.snapshot.document;
    let mut fingerprint = cx.fingerprint();
    let around = fingerprint.around();
    let mut found = Vec::new();
    let mut add = |unit: Unit<'_>, judged: &UnitFindings| {
        let start = unit.range().start();
        found.extend(judged.0.iter().map(|finding| shifted(finding, start)));
    };
    let mut new = Vec::new();
    for unit in document.units() {
        let fingerprint = fingerprint.of(unit);
        match known::<UnitFindings>(unit, fingerprint) {
            Some(judged) => add(unit, &judged),
            None => new.push((unit, fingerprint)),
        }
    }
    let crossing = if new.len() < 2 * RUN {
        for (unit, fingerprint) in new {
            add(unit, &judge(cx, unit, fingerprint));
        }
        crossing::findings(cx, around)
    } else {
        let (judged, crossing) = rayon::join(
            || judge_all(cx.snapshot, &new),
            || crossing::findings(&Cx::new(cx.snapshot), around),
        );
        for ((unit, _), judged) in new.iter().zip(judged) {
            add(*unit, &judged);
        }
        crossing
    };
    found.extend(crossing);
    found
}

/// A view stays on its thread, so each run of units has a context of its own.
fn judge_all(snapshot: &Snapshot, units: &[(Unit<'_>, u64)]) -> Vec<Arc<UnitFindings>> {
    units
        .par_chunks(RUN)
        .flat_map_iter(|units| {
            let cx = Cx::new(snapshot);
            let judged: Vec<_> = units
                .iter()
                .map(|(unit, fingerprint)| judge(&cx, *unit, *fingerprint))
                .collect();
            judged
        })
        .collect()
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
