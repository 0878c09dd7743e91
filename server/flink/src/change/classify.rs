//! Which kind of change a difference is.

use nexflow_catalog::{
    self as catalog,
    changes::{Change as Rule, EntryEvent, Established, TakesEffect, changes},
};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::selection::{BACKENDS, CHECKPOINTS, RESOURCES};

use super::{
    Change,
    conditions::Question,
    difference::{Difference, VERSION, default_of},
    state::{Shown, State},
};

/// The changes that differences are.
pub(super) fn classify(
    old: &State<'_>,
    new: &State<'_>,
    differences: Vec<Difference>,
) -> Vec<Change> {
    let mut once = FxHashSet::default();
    differences
        .iter()
        .map(|difference| one(old, new, difference, &mut once))
        .collect()
}

fn one(
    old: &State<'_>,
    new: &State<'_>,
    difference: &Difference,
    once: &mut FxHashSet<&'static str>,
) -> Change {
    let question = Question {
        old,
        new,
        difference,
    };
    let established = |rule: &'static Rule| rule.established(old.version, new.version);
    // By topic: what documents show, and what else would have to be the case.
    let mut shown: FxHashMap<&str, &'static Rule> = FxHashMap::default();
    let mut unseen: Vec<&'static Rule> = Vec::new();
    let mut general: Vec<&'static Rule> = Vec::new();
    for rule in changes().iter().filter(|rule| !rule.fallback) {
        if !question.holds(rule) {
            continue;
        }
        if rule.once {
            general.push(rule);
        } else if rule.unseen.is_some() {
            unseen.push(rule);
        } else {
            let known = shown.entry(rule.topic).or_insert(rule);
            if rule.conditions > known.conditions {
                *known = rule;
            }
        }
    }
    let mut found: Vec<&'static Rule> = shown.into_values().collect();
    let of_values = rules_of_values(old, new, difference);
    if difference.field.starts_with(RESOURCES) {
        // A process may be a new one, or one that ran with defaults so far.
        unseen.extend(of_values);
    } else {
        for rule in of_values {
            if rule.unseen.is_some() {
                unseen.push(rule);
            } else if !found.iter().any(|known| known.topic == rule.topic) {
                found.push(rule);
            }
        }
    }
    let fallback = || {
        changes()
            .iter()
            .filter(|rule| rule.fallback)
            .find(|rule| question.holds(rule))
    };
    if found.is_empty() {
        found.extend(fallback());
    }
    // What holds of any restart is said where a change leads to one.
    let restarts = found
        .iter()
        .any(|rule| rule.takes_effect != [TakesEffect::Never]);
    if restarts {
        general.retain(|rule| once.insert(rule.id));
        found.extend(general);
    }
    found.sort_by(|a, b| {
        let severity = |rule: &'static Rule| established(rule).class;
        severity(b)
            .cmp(&severity(a))
            .then(b.silent.cmp(&a.silent))
            .then(a.once.cmp(&b.once))
            .then(b.conditions.cmp(&a.conditions))
            .then_with(|| place(a).cmp(&place(b)))
    });
    let mut found: Vec<(&'static Rule, &'static Established)> = found
        .into_iter()
        .chain(unseen)
        .map(|rule| (rule, established(rule)))
        .collect();
    // The last of the fallbacks is about every path.
    let last = || {
        let rule = changes().iter().rfind(|rule| rule.fallback);
        rule.unwrap_or(&changes()[0])
    };
    let (rule, first) = match found.is_empty() {
        true => (last(), established(last())),
        false => found.remove(0),
    };
    let (was, is) = values(old, new, difference);
    let default = catalog::node(&difference.field)
        .filter(|_| was.is_none() || is.is_none())
        .and_then(default_of);
    Change {
        path: difference.path.clone(),
        old: was,
        new: is,
        entry: difference.event,
        default,
        rule,
        established: first,
        also: found,
        options: Vec::new(),
        used_by: Vec::new(),
        at: token(new, difference),
    }
}

/// What the values of an entry that is new or gone are by themselves, in the sections whose entries configure jobs.
fn rules_of_values(
    old: &State<'_>,
    new: &State<'_>,
    difference: &Difference,
) -> Vec<&'static Rule> {
    let state = match difference.event {
        Some(EntryEvent::Added) => new,
        Some(EntryEvent::Removed) => old,
        _ => return Vec::new(),
    };
    let section = difference.path.split('.').next().unwrap_or_default();
    if ![BACKENDS, CHECKPOINTS, RESOURCES].contains(&section) {
        return Vec::new();
    }
    let mut found: Vec<&'static Rule> = Vec::new();
    for (rest, leaf) in state.below(&difference.path) {
        let path = format!("{}.{rest}", difference.path);
        let value = Difference {
            old_path: path.clone(),
            path,
            field: leaf.field.clone().unwrap_or_default(),
            event: None,
        };
        let question = Question {
            old,
            new,
            difference: &value,
        };
        for rule in changes() {
            if rule.fallback || rule.once || !question.holds(rule) {
                continue;
            }
            if rule.unseen.is_some() {
                found.push(rule);
            } else {
                match found
                    .iter_mut()
                    .find(|known| known.topic == rule.topic && known.unseen.is_none())
                {
                    Some(known) if known.conditions >= rule.conditions => {}
                    Some(known) => *known = rule,
                    None => found.push(rule),
                }
            }
        }
    }
    found
}

fn place(rule: &Rule) -> usize {
    changes()
        .iter()
        .position(|known| known.id == rule.id)
        .unwrap_or(usize::MAX)
}

fn values(
    old: &State<'_>,
    new: &State<'_>,
    difference: &Difference,
) -> (Option<Shown>, Option<Shown>) {
    let word = |text: &str| Shown {
        text: text.to_owned(),
        json: text.into(),
        is_secret: false,
    };
    let last = |path: &str| word(path.rsplit('.').next().unwrap_or(path));
    match difference.event {
        Some(EntryEvent::Renamed) => (
            Some(last(&difference.old_path)),
            Some(last(&difference.path)),
        ),
        Some(EntryEvent::Added) => (None, new.shown_entry(&difference.path)),
        Some(EntryEvent::Removed) => (old.shown_entry(&difference.old_path), None),
        // No difference of documents.
        Some(EntryEvent::Used) => (None, None),
        None if difference.field == "@flink" && difference.path == VERSION => (
            Some(word(old.version.name())),
            Some(word(new.version.name())),
        ),
        None => {
            let shown = |state: &State<'_>, path: &str| {
                state.leaves.get(path).map(|leaf| leaf.shown.clone())
            };
            (
                shown(old, &difference.old_path),
                shown(new, &difference.path),
            )
        }
    }
}

/// The token of the new document that the change is at: the value, the key of an entry, else the key of what is around.
fn token(new: &State<'_>, difference: &Difference) -> Option<nexflow_syntax::TextRange> {
    match new.leaves.get(&difference.path) {
        Some(leaf) => new.token(leaf.at),
        None => token_around(new, &difference.path),
    }
}

/// The key of an entry, else of what is around it.
pub(super) fn token_around(new: &State<'_>, path: &str) -> Option<nexflow_syntax::TextRange> {
    let mut path = path;
    loop {
        if let Some(entry) = new.entries.get(path) {
            return new.token(entry.at);
        }
        path = path.rsplit_once('.')?.0;
    }
}
