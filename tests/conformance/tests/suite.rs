//! The official YAML test suite.

use std::fmt::Write;

use nexflow_conformance::{
    dump::{dump, dump_with_units, events, expected_events},
    suite::{Case, cases},
};
use nexflow_syntax::{Document, Limits, TextEdit};

/// Runs `check` over `cases`, prints how many ran and fails with every complaint.
fn run(what: &str, cases: &[Case], expected: usize, check: impl Fn(&Case) -> Result<(), String>) {
    let mut complaints = String::new();
    let mut failed = 0;
    for case in cases {
        if let Err(complaint) = check(case) {
            failed += 1;
            let _ = writeln!(
                complaints,
                "{} {}: {complaint}\n{}",
                case.id, case.name, case.yaml
            );
        }
    }
    let ran = cases.len();
    eprintln!("{what}: {} of {ran} cases", ran - failed);
    assert!(
        failed == 0,
        "{what}: {failed} of {ran} failed\n{complaints}"
    );
    assert_eq!(
        ran, expected,
        "{what}: the suite has another number of cases than it is known to have"
    );
}

fn valid() -> Vec<Case> {
    cases().into_iter().filter(|case| !case.fail).collect()
}

fn invalid() -> Vec<Case> {
    cases().into_iter().filter(|case| case.fail).collect()
}

fn accepted(document: &Document) -> Result<(), String> {
    let errors = document.errors();
    if errors.is_empty() {
        Ok(())
    } else {
        Err(format!("{errors:?}"))
    }
}

fn typed(text: &str) -> Document {
    let mut document = Document::parse("");
    for (at, character) in text.char_indices() {
        document = document.apply(&TextEdit::insert((at as u32).into(), character));
    }
    document
}

fn same(what: &str, left: &str, right: &str) -> Result<(), String> {
    if left == right {
        Ok(())
    } else {
        Err(format!("{what}\n{left}\n-- but --\n{right}"))
    }
}

#[test]
fn valid_cases_are_accepted() {
    run("valid", &valid(), 308, |case| {
        accepted(&Document::parse(&case.yaml))
    });
}

#[test]
fn invalid_cases_are_rejected() {
    run("invalid", &invalid(), 94, |case| {
        let document = Document::parse(&case.yaml);
        if document.errors().is_empty() {
            Err(dump(&document))
        } else {
            Ok(())
        }
    });
}

#[test]
fn event_trees_are_equal() {
    let cases: Vec<Case> = valid()
        .into_iter()
        .filter(|case| case.tree.is_some())
        .collect();
    run("event trees", &cases, 302, |case| {
        let wanted = expected_events(case.tree.as_deref().unwrap_or_default());
        same("events", &wanted, &events(&Document::parse(&case.yaml)))
    });
}

#[test]
fn typing_gives_what_opening_gives() {
    let all = cases();
    run("typed", &all, 402, |case| {
        let mut document = Document::parse("");
        for (at, character) in case.yaml.char_indices() {
            document = document.apply(&TextEdit::insert((at as u32).into(), character));
            let end = at + character.len_utf8();
            same(
                &format!("after {:?}", &case.yaml[..end]),
                &dump_with_units(&Document::parse(&case.yaml[..end])),
                &dump_with_units(&document),
            )?;
        }
        Ok(())
    });
}

#[test]
fn typed_event_trees_are_equal() {
    let cases: Vec<Case> = valid()
        .into_iter()
        .filter(|case| case.tree.is_some())
        .collect();
    run("typed event trees", &cases, 302, |case| {
        let wanted = expected_events(case.tree.as_deref().unwrap_or_default());
        same("events", &wanted, &events(&typed(&case.yaml)))
    });
}

/// The case as it stands below a key, so that its entries become fragments where they can.
fn nested(yaml: &str) -> String {
    let mut text = String::from("before: 1\nsection:\n");
    for line in yaml.split_inclusive('\n') {
        if line.trim().is_empty() {
            text.push_str(line);
        } else {
            text.push_str("  ");
            text.push_str(line);
        }
    }
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str("after: 2\n");
    text
}

#[test]
fn units_give_what_the_whole_gives() {
    let all = cases();
    run("units", &all, 402, |case| {
        for text in [
            case.yaml.clone(),
            nested(&case.yaml),
            format!("before: 1\n{}", case.yaml),
            format!("{}\nafter: 1\n", case.yaml),
        ] {
            let whole = Document::parse_as_one_fragment(&text, Limits::default());
            let fragments = Document::parse(&text);
            if whole.errors().is_empty() != fragments.errors().is_empty() {
                return Err(format!(
                    "validity differs\n{text}\n{:?}\n-- but --\n{:?}",
                    whole.errors(),
                    fragments.errors()
                ));
            }
            if whole.errors().is_empty() {
                same(&text, &dump(&whole), &dump(&fragments))?;
            }
        }
        Ok(())
    });
}
