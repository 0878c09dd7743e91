//! One document checked for several versions of Flink.

use std::sync::Arc;

use nexflow_analysis::{Diagnostic, Settings, Snapshot};
use nexflow_catalog::FlinkVersion;

/// The document as it is checked for a version.
pub(crate) fn of(snapshot: &Snapshot, version: FlinkVersion) -> Snapshot {
    let mut snapshot = snapshot.clone();
    if snapshot.context.settings.flink_version != version {
        let settings = (*snapshot.context.settings).clone();
        snapshot.context.settings = Arc::new(Settings {
            flink_version: version,
            ..settings
        });
    }
    snapshot
}

/// What is found for each version. What is the same for all of them stands there once and names none.
pub(crate) fn diagnostics(snapshot: &Snapshot, versions: &[FlinkVersion]) -> Vec<Diagnostic> {
    let [_, _, ..] = versions else {
        return nexflow_analysis::diagnostics(snapshot);
    };
    let mut all: Vec<Diagnostic> = Vec::new();
    for version in versions {
        let mut known = vec![false; all.len()];
        for mut found in nexflow_analysis::diagnostics(&of(snapshot, *version)) {
            let same = |(at, earlier): (usize, &Diagnostic)| !known[at] && is_same(earlier, &found);
            match all.iter().take(known.len()).enumerate().position(same) {
                Some(at) => {
                    known[at] = true;
                    all[at].versions.push(*version);
                }
                None => {
                    found.versions.push(*version);
                    all.push(found);
                }
            }
        }
    }
    for found in &mut all {
        if found.versions.len() == versions.len() {
            found.versions.clear();
        }
    }
    all.sort_by_key(|found| (found.range.start(), found.range.end()));
    all
}

/// As [`diagnostics`], without those that the baseline has, and how many these are.
pub(crate) fn new_diagnostics(
    snapshot: &Snapshot,
    versions: &[FlinkVersion],
) -> (Vec<Diagnostic>, usize) {
    let [_, _, ..] = versions else {
        return nexflow_analysis::new_diagnostics(snapshot);
    };
    let mut found = diagnostics(snapshot, versions);
    let all = found.len();
    found.retain(|diagnostic| !diagnostic.recorded);
    let recorded = all - found.len();
    (found, recorded)
}

/// Whether two versions have the same diagnostic, wherever its related places are.
fn is_same(one: &Diagnostic, other: &Diagnostic) -> bool {
    (one.code, one.severity, one.range) == (other.code, other.severity, other.range)
        && one.message == other.message
}
