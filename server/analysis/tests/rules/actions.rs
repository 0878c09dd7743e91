//! Every code action that is offered for a finding, applied: the finding is gone and nothing new is found.

use std::collections::BTreeMap;

use nexflow_analysis::{Action, Change, Diagnostic, Snapshot, actions, diagnostics, edit, fix_all};
use nexflow_catalog::{fields, rules};

use crate::{
    catalog::example,
    field_examples,
    pairs::{case, pairs, problem},
    support::{Case, complain, show, unmark},
};

/// The document and its variables after an action, and the text of the document.
fn done(case: &Case<'_>, action: &Action) -> (Snapshot, String) {
    let mut snapshot = case.snapshot();
    let mut variables = case.variables.clone();
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
            // Whoever adds the line fills in the value.
            Change::EnvLine(line) => {
                let (name, _) = line
                    .split_once('=')
                    .expect("a line of an env file has a name");
                if let Some(variables) = &mut variables {
                    variables.push(name);
                }
            }
        }
    }
    let text = snapshot.document.rope().to_string();
    let known = Case {
        variables,
        ..case.clone()
    }
    .snapshot();
    snapshot.context.variables = known.context.variables;
    (snapshot, text)
}

fn count(found: &[Diagnostic]) -> BTreeMap<&'static str, usize> {
    let mut count = BTreeMap::new();
    for finding in found {
        *count.entry(finding.code).or_default() += 1;
    }
    count
}

/// What is left over, or has come up, after an action that is a choice: the finding's rule, and what is said then. Each of these
/// is the honest second step of a change that the author chose; none of the actions is applied without being chosen.
const LEAVES: &[(&str, &str)] = &[];

fn fault(case: &Case<'_>, before: &[Diagnostic], action: &Action) -> Option<String> {
    let (snapshot, text) = done(case, action);
    let after = diagnostics(&snapshot);
    let (old, new) = (count(before), count(&after));
    let of = |found: &BTreeMap<_, usize>, code: &str| found.get(code).copied().unwrap_or_default();
    let mended = action.mends.as_ref().map(|finding| finding.code);
    let still = mended.is_some_and(|code| of(&new, code) >= of(&old, code));
    let added: Vec<_> = new
        .iter()
        .filter(|(code, number)| **number > of(&old, code))
        .map(|(code, _)| *code)
        .filter(|added| !mended.is_some_and(|code| LEAVES.contains(&(code, *added))))
        .collect();
    (still || !added.is_empty()).then(|| {
        format!(
            "{}: {} {}{:?}\n{}\nbecame\n{text}\n{}",
            mended.unwrap_or("refactoring"),
            action.title,
            if still { "LEFT " } else { "" },
            added,
            case.text,
            show(&text, &after)
        )
    })
}

fn faults(case: &Case<'_>, tried: &mut usize, failures: &mut Vec<String>) {
    let snapshot = case.snapshot();
    let before = diagnostics(&snapshot);
    let mut ranges: Vec<_> = before.iter().map(|finding| finding.range).collect();
    ranges.dedup();
    let mut seen = Vec::new();
    for range in ranges {
        let offered = actions(&snapshot, range);
        let mut preferred = BTreeMap::<_, usize>::new();
        for action in &offered {
            if action.preferred {
                let finding = action
                    .mends
                    .as_ref()
                    .expect("what is preferred mends something");
                *preferred
                    .entry((
                        finding.code,
                        finding.range.start(),
                        finding.range.end(),
                        finding.message.clone(),
                    ))
                    .or_default() += 1;
            }
            if seen.contains(action) {
                continue;
            }
            seen.push(action.clone());
            *tried += 1;
            failures.extend(fault(case, &before, action));
        }
        for (finding, number) in preferred {
            if number > 1 {
                failures.push(format!(
                    "{finding:?}: {number} actions are preferred in\n{}",
                    case.text
                ));
            }
        }
    }
    let all = fix_all(&snapshot);
    let mut mended = snapshot.clone();
    mended.document = edit::applied(&mended.document, &all);
    let again = fix_all(&mended);
    if !again.is_empty() {
        failures.push(format!(
            "mending all is not idempotent: {again:?}\n{}",
            case.text
        ));
    }
}

#[test]
fn every_action_for_a_failing_example_puts_it_right() {
    let (mut tried, mut failures) = (0, Vec::new());
    for rule in rules() {
        faults(&example(rule.id, rule.fail), &mut tried, &mut failures);
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
        faults(&case, &mut tried, &mut failures);
    }
    println!("{tried} actions for {documents} second documents");
    complain("actions for second documents", &failures);
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
        faults(&Case::new(&text), &mut tried, &mut failures);
    }
    println!("{tried} actions for wrong values");
    complain("actions for wrong values", &failures);
}
