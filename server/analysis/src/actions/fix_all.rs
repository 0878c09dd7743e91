//! All safe fixes at once, again and again until nothing is left to mend.

use nexflow_syntax::{Document, TextEdit, TextRange, TextSize, Unit};

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
        let next = applied(&current.document, &edits);
        // What was tried, all fixes of the syntax or one of them alone, is not what is made when some are in the way of others.
        if next.errors().len() > current.document.errors().len() {
            break;
        }
        current.document = next;
    }
    difference(&snapshot.document, &current.document)
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

/// The lines that differ, as few edits as lines can tell: unchanged lines between changes are left alone. What the documents share
/// is not looked into.
pub fn difference(before: &Document, after: &Document) -> Vec<TextEdit> {
    let most = before.unit_count().min(after.unit_count());
    let same = |one: Unit<'_>, other: Unit<'_>| one.id() == other.id();
    let front = before
        .units()
        .zip(after.units())
        .take_while(|(one, other)| same(*one, *other))
        .count();
    let from_end = |document: &Document, at: usize| document.unit_count() - 1 - at;
    let back = (0..most - front)
        .take_while(|at| {
            let (one, other) = (from_end(before, *at), from_end(after, *at));
            same(before.unit(one), after.unit(other))
        })
        .count();
    let middle = |document: &Document| {
        let start = match front == document.unit_count() {
            true => document.len(),
            false => document.unit(front).range().start(),
        };
        let end = match back {
            0 => document.len(),
            _ => document.unit(document.unit_count() - back).range().start(),
        };
        TextRange::new(start, end)
    };
    let range = middle(before);
    let (old, new) = (before.slice(range), after.slice(middle(after)));
    let diff = LineDiff::new(&old, &new);
    let starts: Vec<TextSize> = std::iter::once(range.start())
        .chain(diff.old().iter().scan(range.start(), |end, line| {
            *end += TextSize::of(*line);
            Some(*end)
        }))
        .collect();
    diff.changes()
        .map(|(old, new)| TextEdit {
            range: TextRange::new(starts[old.start], starts[old.end]),
            insert: new.concat(),
        })
        .collect()
}
