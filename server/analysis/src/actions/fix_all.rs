//! All safe fixes at once, again and again until nothing is left to mend.

use nexflow_syntax::{TextEdit, TextRange, TextSize};

use crate::{LineDiff, Snapshot, check, edit::applied};

/// Mending may uncover the next thing to mend; more rounds than this mean that two fixes undo each other.
const ROUNDS: usize = 12;

/// The edits that apply every safe fix of the document, to a fixed point. Empty when there is nothing to mend.
pub fn fix_all(snapshot: &Snapshot) -> Vec<TextEdit> {
    let mut current = snapshot.clone();
    for _ in 0..ROUNDS {
        let edits = round(&current);
        if edits.is_empty() {
            break;
        }
        current.document = applied(&current.document, &edits);
    }
    difference(snapshot.document.text(), current.document.text())
}

/// The safe fixes of one round that do not touch each other.
fn round(snapshot: &Snapshot) -> Vec<TextEdit> {
    let mut edits: Vec<TextEdit> = Vec::new();
    for finding in check::diagnostics_with_safe_fixes(snapshot) {
        let Some(fix) = finding.fixes.into_iter().find(|fix| fix.safe) else {
            continue;
        };
        let free = fix.edits.iter().all(|edit| {
            edits
                .iter()
                .all(|other| other.range.intersect(edit.range).is_none())
        });
        if free {
            edits.extend(fix.edits);
        }
    }
    edits
}

/// The lines that differ, as few edits as lines can tell: unchanged lines between changes are left alone.
pub fn difference(before: &str, after: &str) -> Vec<TextEdit> {
    let diff = LineDiff::new(before, after);
    let starts: Vec<usize> = std::iter::once(0)
        .chain(diff.old().iter().scan(0, |end, line| {
            *end += line.len();
            Some(*end)
        }))
        .collect();
    let size = |at: usize| TextSize::new(u32::try_from(at).unwrap_or(u32::MAX));
    diff.changes()
        .map(|(old, new)| TextEdit {
            range: TextRange::new(size(starts[old.start]), size(starts[old.end])),
            insert: new.concat(),
        })
        .collect()
}
