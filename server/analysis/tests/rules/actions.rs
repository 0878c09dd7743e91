//! Every code action that is offered for a diagnostic, applied: the diagnostic is gone and nothing new is found.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use nexflow_analysis::{
    Action, Change, Diagnostic, Snapshot, Variable, VariableOrigin, actions, diagnostics,
    diagnostics_with_fixes, edit, fix_all, quick_fixes,
};
use nexflow_catalog::{Applicability, Severity, fields, rules};
use nexflow_syntax::TextRange;

use crate::{
    catalog::example,
    field_examples,
    pairs::{case, pairs, problem},
    support::{Case, complain, show, unmark},
};

/// The document and its variables after an action, and the text of the document.
fn done(case: &Case<'_>, action: &Action) -> (Snapshot, String) {
    let mut snapshot = case.snapshot();
    let mut added = Vec::new();
    for change in &action.changes {
        match change {
            Change::Document(edits) => snapshot.document = edit::applied(&snapshot.document, edits),
            Change::Base { uri, edits } => {
                let base = snapshot
                    .context
                    .bases
                    .iter_mut()
                    .find(|base| base.uri == *uri)
                    .expect("the edited base is one of the document's");
                base.document = edit::applied(&base.document, edits);
            }
            Change::Sibling { uri, .. } => panic!("nobody said that there is {uri}"),
            Change::EnvLine(line) => {
                added.push(
                    line.split_once('=')
                        .expect("a line of an env file has a name"),
                );
            }
        }
    }
    let known = case
        .variables
        .iter()
        .flatten()
        .map(|name| (*name, "some-value"));
    let variables: HashMap<String, Variable> = known
        .chain(added)
        .map(|(name, value)| {
            // What stands behind the name is for somebody to write.
            let value = if value.is_empty() {
                "some-value"
            } else {
                value
            };
            let value = Variable {
                value: value.trim_matches('\'').to_owned(),
                origin: VariableOrigin::Settings,
            };
            (name.to_owned(), value)
        })
        .collect();
    snapshot.context.variables = Arc::new(variables);
    let text = snapshot.document.rope().to_string();
    (snapshot, text)
}

fn count(found: &[Diagnostic]) -> BTreeMap<&'static str, usize> {
    let mut count = BTreeMap::new();
    for diagnostic in found {
        *count.entry(diagnostic.code).or_default() += 1;
    }
    count
}

/// Hints that may come up after an action, by the rule that it fixes: what is hinted at is the choice itself. Nothing graver ever
/// comes up.
const HINTS: &[(&str, &str)] = &[
    // A profile says what the cache shall be when it counts; under managed memory it does not.
    (REFACTORING, "managed-memory-overrides-cache"),
    // What a variable stands for is another machine's matter.
    (REFACTORING, "filesystem-in-production"),
    ("block-based-without-bits", "block-based-filter-deprecated"),
    ("duration-unit-missing", "checkpoint-interval-very-short"),
    // An entry in braces may be a part of what a block asks for.
    ("field-unknown", "aws-secret-region-missing"),
    ("field-unknown", "completion-key-field"),
    ("field-unknown", "vault-path-missing"),
    ("heap-timers-async", "heap-timers"),
    // The other backend asks how its snapshots are taken.
    ("hashmap-in-production", "full-snapshots-in-production"),
    // An override that is set right may say what the base says.
    ("ttl-disabled-with-settings", "override-repeats-base"),
    ("uri-scheme-unsupported", "savepoint-inside-checkpoints"),
];

/// Stands for the rule where no diagnostic is fixed.
const REFACTORING: &str = "refactoring";

fn fault(case: &Case<'_>, before: &[Diagnostic], action: &Action) -> Option<String> {
    let (snapshot, text) = done(case, action);
    let after = diagnostics(&snapshot);
    let (old, new) = (count(before), count(&after));
    let of = |found: &BTreeMap<_, usize>, code: &str| found.get(code).copied().unwrap_or_default();
    let fixed = action
        .fixes
        .as_ref()
        .map_or(REFACTORING, |diagnostic| diagnostic.code);
    let still = fixed != REFACTORING && of(&new, fixed) >= of(&old, fixed);
    let added: Vec<_> = after
        .iter()
        .filter(|diagnostic| of(&new, diagnostic.code) > of(&old, diagnostic.code))
        .filter(|diagnostic| {
            diagnostic.severity != Severity::Hint || !HINTS.contains(&(fixed, diagnostic.code))
        })
        .map(|diagnostic| diagnostic.code)
        .collect();
    (still || !added.is_empty()).then(|| {
        format!(
            "{fixed}: {} {}{added:?}\n{}\nbecame\n{text}\n{}",
            action.title,
            if still { "LEFT " } else { "" },
            case.text,
            show(&text, &after)
        )
    })
}

fn faults(
    case: &Case<'_>,
    of_interest: fn(&Action) -> bool,
    tried: &mut usize,
    failures: &mut Vec<String>,
) {
    let snapshot = case.snapshot();
    let before = diagnostics(&snapshot);
    let mut ranges: Vec<_> = before.iter().map(|diagnostic| diagnostic.range).collect();
    ranges.dedup();
    let mut seen = Vec::new();
    for range in ranges {
        let offered = actions(&snapshot, range);
        let mut preferred = BTreeMap::<_, usize>::new();
        for action in &offered {
            if action.preferred {
                let diagnostic = action
                    .fixes
                    .as_ref()
                    .expect("what is preferred fixes something");
                *preferred
                    .entry((
                        diagnostic.code,
                        diagnostic.range.start(),
                        diagnostic.range.end(),
                        diagnostic.message.clone(),
                    ))
                    .or_default() += 1;
            }
            if seen.contains(action) || !of_interest(action) {
                continue;
            }
            seen.push(action.clone());
            *tried += 1;
            failures.extend(fault(case, &before, action));
        }
        for (diagnostic, number) in preferred {
            if number > 1 {
                failures.push(format!(
                    "{diagnostic:?}: {number} actions are preferred in\n{}",
                    case.text
                ));
            }
        }
    }
    let all = fix_all(&snapshot, Applicability::Safe);
    let mut fixed = snapshot.clone();
    fixed.document = edit::applied(&fixed.document, &all);
    let again = fix_all(&fixed, Applicability::Safe);
    if !again.is_empty() {
        failures.push(format!(
            "fixing all is not idempotent: {again:?}\n{}",
            case.text
        ));
    }
}

/// Fixes are worked out from what a diagnostic carries, never from its words.
#[test]
fn fixes_do_not_depend_on_messages() {
    let (mut fixes, mut failures) = (0, Vec::new());
    for rule in rules() {
        let case = example(rule.id, rule.fail);
        let snapshot = case.snapshot();
        let whole = TextRange::up_to(snapshot.document.len());
        for diagnostic in diagnostics_with_fixes(&snapshot, whole) {
            let mut reworded = diagnostic.clone();
            reworded.message = "Something is wrong.".to_owned();
            for related in &mut reworded.related {
                related.message = "It has to do with this.".to_owned();
            }
            let of = |diagnostic| {
                let offered = quick_fixes(&snapshot, diagnostic).into_iter();
                offered
                    .map(|action| (action.title, action.changes))
                    .collect::<Vec<_>>()
            };
            let (before, after) = (of(diagnostic.clone()), of(reworded));
            fixes += before.len();
            if before != after {
                failures.push(format!(
                    "{}: {}\n{before:?}\nbecame\n{after:?}",
                    rule.id, diagnostic.message
                ));
            }
        }
    }
    println!("{fixes} fixes compared");
    assert!(fixes > rules().len());
    complain("fixes that read messages", &failures);
}

#[test]
fn every_action_for_a_failing_example_puts_it_right() {
    let (mut tried, mut failures) = (0, Vec::new());
    for rule in rules() {
        faults(
            &example(rule.id, rule.fail),
            |_| true,
            &mut tried,
            &mut failures,
        );
    }
    println!(
        "{tried} actions for the examples of {} rules",
        rules().len()
    );
    complain("actions for failing examples", &failures);
}

#[test]
fn every_action_for_a_second_failing_document_puts_it_right() {
    let (mut tried, mut failures) = (0, Vec::new());
    let mut documents = 0;
    for (_, pair) in pairs() {
        let (text, _) = unmark(&pair.fail);
        let case = Case {
            base_problem: problem(&pair),
            ..case(&pair, &text)
        };
        documents += 1;
        faults(&case, |_| true, &mut tried, &mut failures);
    }
    println!("{tried} actions for {documents} second documents");
    complain("actions for second documents", &failures);
}

/// Actions that fix by another text than a comment: the others are the same everywhere, and tried with the rules.
fn fixes(action: &Action) -> bool {
    action.fixes.is_some() && !action.title.starts_with("Ignore ")
}

#[test]
fn every_action_for_a_wrong_value_of_a_field_puts_it_right() {
    let (mut tried, mut failures) = (0, Vec::new());
    for field in fields() {
        let Some(wrong) = field_examples::wrong_value(field) else {
            continue;
        };
        if field_examples::below_free_form(field) {
            continue;
        }
        let text = field_examples::example(field, wrong).text;
        faults(&Case::new(&text), fixes, &mut tried, &mut failures);
    }
    println!("{tried} actions for wrong values");
    complain("actions for wrong values", &failures);
}
