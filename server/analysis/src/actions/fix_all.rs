//! All sure fixes at once, again and again until nothing is left to fix.

use std::collections::BTreeMap;

use nexflow_catalog::Applicability;
use nexflow_syntax::{Document, Fragment, TextEdit, TextRange, TextSize};

use super::validator::FixValidator;
use crate::{Diagnostic, Fix, LineDiff, Snapshot, edit::applied, fixes};

/// A fix may uncover the next one; more rounds than this mean that two fixes undo each other.
const ROUNDS: usize = 12;

/// More fixes than this are tried in groups, of which each is accepted or refused as a whole.
const MOST_SINGLE: usize = 64;

/// With so many tries, fewer where one reads much, what is left stays as it is.
const MOST_TRIES: usize = 512;

/// The edits that apply every fix of the document that is at least as sure as `least`, to a fixed point. Each fix is tried before
/// it is applied; one that does not help, or that adds a diagnostic, is left out. Empty when there is nothing to fix.
pub fn fix_all(snapshot: &Snapshot, least: Applicability) -> Vec<TextEdit> {
    let mut current = snapshot.clone();
    let mut tries = MOST_TRIES;
    for _ in 0..ROUNDS {
        let edits = round(&current, least, &mut tries);
        if edits.is_empty() {
            break;
        }
        current.document = applied(&current.document, &edits);
    }
    difference(&snapshot.document, &current.document)
}

/// How many diagnostics have a fix that `fix_all` would apply: safe ones, and others.
pub fn fixable(snapshot: &Snapshot) -> (usize, usize) {
    let found = fixes::diagnostics_with_sure_fixes(snapshot, Applicability::Unsafe);
    let chosen = chosen(&found, Applicability::Unsafe);
    let validator = FixValidator::new(snapshot);
    let accepted = accepted(&validator, &chosen, &mut { MOST_TRIES });
    let safe = accepted.iter().filter(|one| one.is_safe()).count();
    (safe, accepted.len() - safe)
}

/// A fix of a diagnostic that is to be applied without a look.
#[derive(Clone, Copy)]
struct Candidate<'f> {
    code: &'static str,
    fix: &'f Fix,
}

impl Candidate<'_> {
    fn is_safe(&self) -> bool {
        self.fix.applicability == Applicability::Safe
    }
}

/// The surest fix of each diagnostic.
fn chosen(found: &[Diagnostic], least: Applicability) -> Vec<Candidate<'_>> {
    let chosen = found.iter().filter_map(|diagnostic| {
        let sure = diagnostic
            .fixes
            .iter()
            .filter(|fix| fix.applicability <= least);
        let fix = sure.min_by_key(|fix| fix.applicability)?;
        let code = diagnostic.code;
        Some(Candidate { code, fix })
    });
    chosen.collect()
}

/// The edits of the fixes that do not touch each other and that help, each by itself and all together.
fn round(snapshot: &Snapshot, least: Applicability, tries: &mut usize) -> Vec<TextEdit> {
    let found = fixes::diagnostics_with_sure_fixes(snapshot, least);
    let mut free: Vec<Candidate<'_>> = Vec::new();
    let mut taken = Taken::default();
    for candidate in chosen(&found, least) {
        let edits = &candidate.fix.edits;
        if !edits.iter().any(|edit| taken.touches(edit.range)) {
            edits.iter().for_each(|edit| taken.add(edit.range));
            free.push(candidate);
        }
    }
    let validator = FixValidator::new(snapshot);
    let mut helpful = accepted(&validator, &free, tries);
    if helpful.len() > 1 && !helps(&validator, &helpful) {
        helpful.truncate(1);
    }
    let edits = helpful.iter().flat_map(|one| one.fix.edits.clone());
    edits.collect()
}

/// What the edits of the chosen fixes replace, as ranges that do not touch each other, by their starts.
#[derive(Default)]
struct Taken(BTreeMap<TextSize, TextSize>);

impl Taken {
    fn touching(&self, range: TextRange) -> Option<(TextSize, TextSize)> {
        let (start, end) = self.0.range(..=range.end()).next_back()?;
        (*end >= range.start()).then_some((*start, *end))
    }

    fn touches(&self, range: TextRange) -> bool {
        self.touching(range).is_some()
    }

    fn add(&mut self, range: TextRange) {
        let (mut start, mut end) = (range.start(), range.end());
        while let Some((from, to)) = self.touching(TextRange::new(start, end)) {
            self.0.remove(&from);
            start = start.min(from);
            end = end.max(to);
        }
        self.0.insert(start, end);
    }
}

/// Those of the fixes that help when they are tried.
fn accepted<'f>(
    validator: &FixValidator<'_>,
    fixes: &[Candidate<'f>],
    tries: &mut usize,
) -> Vec<Candidate<'f>> {
    if fixes.is_empty() || *tries == 0 {
        return Vec::new();
    }
    if fixes.len() == 1 || fixes.len() > MOST_SINGLE {
        let edits: Vec<TextEdit> = fixes.iter().flat_map(|one| one.fix.edits.clone()).collect();
        *tries = tries.saturating_sub(validator.cost(&edits));
        if helps(validator, fixes) {
            return fixes.to_vec();
        }
        if fixes.len() == 1 {
            return Vec::new();
        }
    }
    let (front, back) = fixes.split_at(fixes.len() / 2);
    let mut found = accepted(validator, front, tries);
    found.extend(accepted(validator, back, tries));
    found
}

fn helps(validator: &FixValidator<'_>, fixes: &[Candidate<'_>]) -> bool {
    let codes: Vec<&'static str> = fixes.iter().map(|one| one.code).collect();
    let edits: Vec<TextEdit> = fixes.iter().flat_map(|one| one.fix.edits.clone()).collect();
    let safe = fixes.iter().all(Candidate::is_safe);
    validator.fixes_all(&codes, edits, safe)
}

/// The lines that differ, as few edits as lines can tell: unchanged lines between changes are left alone. What the documents share
/// is not looked into.
pub fn difference(before: &Document, after: &Document) -> Vec<TextEdit> {
    let most = before.fragment_count().min(after.fragment_count());
    let same = |one: Fragment<'_>, other: Fragment<'_>| one.id() == other.id();
    let front = before
        .fragments()
        .zip(after.fragments())
        .take_while(|(one, other)| same(*one, *other))
        .count();
    let from_end = |document: &Document, at: usize| document.fragment_count() - 1 - at;
    let back = (0..most - front)
        .take_while(|at| {
            let (one, other) = (from_end(before, *at), from_end(after, *at));
            same(before.fragment(one), after.fragment(other))
        })
        .count();
    let middle = |document: &Document| {
        let start = match front == document.fragment_count() {
            true => document.len(),
            false => document.fragment(front).range().start(),
        };
        let end = match back {
            0 => document.len(),
            _ => document
                .fragment(document.fragment_count() - back)
                .range()
                .start(),
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
