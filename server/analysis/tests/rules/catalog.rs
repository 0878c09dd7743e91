//! The catalog and the predicates against each other: one to one, and the catalog's examples do what they say.

use std::collections::BTreeSet;

use nexflow_analysis::{BaseProblem, predicates};
use nexflow_catalog::{Severity, rules};
use nexflow_syntax::SyntaxCode;

use crate::support::{Case, complain, show};

/// Rules that are no predicates: they are about one value, one key or the text itself, and are found by the walk over the
/// fields. Everything else in the catalog must have a predicate.
const WITHOUT_PREDICATE: [&str; 33] = [
    "duplicate-key",
    "duration-flink-only",
    "duration-malformed",
    "duration-unit-missing",
    "enum-unknown-value",
    "env-default-wrong-kind",
    "env-ref-malformed",
    "env-ref-name",
    "env-ref-single-colon",
    "env-unresolved",
    "field-deprecated",
    "field-not-for-type",
    "field-unknown",
    "not-in-flink-version",
    "empty-value",
    "required-field-empty",
    "several-documents",
    "override-repeats-base",
    "required-field-missing",
    "secret-ref-malformed",
    "section-unknown",
    "size-flink-only",
    "size-malformed",
    "size-zero",
    "suppression-unknown-rule",
    "suppression-unused",
    "toolchain-duration-unit",
    "toolchain-heap-unit",
    "toolchain-several-documents",
    "value-form",
    "value-out-of-range",
    "wrong-kind",
    "yaml11-boolean",
];

#[test]
fn every_rule_of_the_catalog_is_found_by_something() {
    let found: BTreeSet<_> = predicates()
        .map(|(id, _)| id)
        .chain(WITHOUT_PREDICATE)
        .chain(SyntaxCode::ALL.iter().map(|code| code.as_str()))
        .collect();
    let declared: BTreeSet<_> = rules().iter().map(|rule| rule.id).collect();
    let without: Vec<_> = declared.difference(&found).collect();
    let undeclared: Vec<_> = found.difference(&declared).collect();
    assert!(without.is_empty(), "nothing finds {without:?}");
    assert!(
        undeclared.is_empty(),
        "the catalog does not know {undeclared:?}"
    );
}

#[test]
fn no_rule_has_two_predicates_for_one_section() {
    let mut seen = BTreeSet::new();
    for predicate in predicates() {
        assert!(seen.insert(predicate), "{predicate:?} twice");
        assert!(
            !WITHOUT_PREDICATE.contains(&predicate.0),
            "{predicate:?} is a general rule"
        );
    }
}

#[test]
fn ids_are_unique_and_kebab_case() {
    let mut seen = BTreeSet::new();
    for rule in rules() {
        assert!(seen.insert(rule.id), "{} twice", rule.id);
        let sound = rule
            .id
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        assert!(sound, "{}", rule.id);
    }
}

/// An example document with what it needs beside itself: variables that are known, a base that is not there.
pub fn example<'t>(id: &str, text: &'t str) -> Case<'t> {
    let mut case = Case::new(text);
    if text.contains("extends: base.infra") {
        // What the base gives is not part of the example.
        case.base_problem = Some(BaseProblem::Unknown);
    }
    case.process = nexflow_catalog::rule(id).map_or("", |rule| rule.process);
    match id {
        "override-repeats-base" => {
            case.base_problem = None;
            case.bases = vec![
                "{version: '1.0', environment: base, checkpoints: {a: {type: s3, bucket: b, prefix: p/}}}",
            ];
        }
        "env-unresolved" => case.variables = Some(vec!["IN_DOTENV"]),
        "extends-missing" if text.contains("nobody.infra") => {
            case.base_problem = Some(BaseProblem::Missing {
                path: "nobody.infra".to_owned(),
                near: None,
            });
        }
        "extends-cycle" if text.contains("this.infra") => {
            case.base_problem = Some(BaseProblem::Cycle {
                through: vec!["this.infra".to_owned()],
            });
        }
        _ => {}
    }
    case
}

/// Syntax errors whose failing example only hints at a text that is too long for an example, or that nothing else names.
const SKETCHED: [&str; 3] = ["invalid-yaml", "key-too-long", "too-large"];

#[test]
fn the_failing_example_gives_the_rule_and_no_other_error() {
    let mut failures = Vec::new();
    for rule in rules().iter().filter(|rule| !SKETCHED.contains(&rule.id)) {
        let found = example(rule.id, rule.fail).diagnostics();
        let of_rule = found
            .iter()
            .filter(|diagnostic| diagnostic.code == rule.id)
            .count();
        // What a half-read text says besides is a matter of the syntax tests.
        let other_error = rule.subject != "syntax"
            && found.iter().any(|diagnostic| {
                diagnostic.code != rule.id && diagnostic.severity == Severity::Error
            });
        if of_rule == 0 || other_error {
            failures.push(format!(
                "{}:\n  {}\n{}",
                rule.id,
                rule.fail,
                show(rule.fail, &found)
            ));
        }
    }
    complain("failing examples", &failures);
}

#[test]
fn the_passing_example_gives_nothing_above_a_hint() {
    let mut failures = Vec::new();
    for rule in rules() {
        let found = example(rule.id, rule.pass).diagnostics();
        let bad = found
            .iter()
            .any(|diagnostic| diagnostic.code == rule.id || diagnostic.severity != Severity::Hint);
        if bad {
            failures.push(format!(
                "{}:\n  {}\n{}",
                rule.id,
                rule.pass,
                show(rule.pass, &found)
            ));
        }
    }
    complain("passing examples", &failures);
}
