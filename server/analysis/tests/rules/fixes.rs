//! The fixes of rules: each puts its finding right, breaks nothing, and leaves what it does not concern as it is.

use nexflow_analysis::{Diagnostic, Fix, diagnostics_with_fixes, edit};
use nexflow_catalog::{FixEdit, Severity, rules};
use nexflow_syntax::{Document, TextRange, TextSize};

use crate::{
    pairs::{case, pairs},
    support::{Case, complain, show, unmark},
};

/// Fixes that are a choice, and with some values are the first of two steps: the rule, and what is left to do then. None of
/// them is made without a look.
const LEAVES: &[(&str, &str)] = &[
    (
        "aligned-timeout-ignored",
        "alignment-timeout-not-below-timeout",
    ),
    ("aligned-timeout-ignored", "unaligned-needs-exactly-once"),
    ("allow-non-restored-on", "allow-non-restored-conflict"),
    ("cache-disabled-with-settings", "cache-without-limit"),
    ("hashmap-in-production", "field-not-for-type"),
    ("multipart-threshold-below-part", "multipart-threshold"),
    ("restart-strategy-missing", "restart-field-not-for-strategy"),
    ("s3-keys-ignored", "s3-static-without-keys"),
];

fn with_fixes(case: &Case<'_>) -> Vec<Diagnostic> {
    let whole = TextRange::up_to(TextSize::of(case.text));
    diagnostics_with_fixes(&case.snapshot(), whole)
}

fn fixed(text: &str, fix: &Fix) -> String {
    edit::applied(&Document::parse(text), &fix.edits)
        .rope()
        .to_string()
}

/// What is wrong with a fix: the finding is still there, the text is broken, or something graver than a hint came up.
fn fault(
    case: &Case<'_>,
    before: &[Diagnostic],
    finding: &Diagnostic,
    fix: &Fix,
) -> Option<String> {
    let text = fixed(case.text, fix);
    let after = Case {
        text: &text,
        ..case.clone()
    }
    .findings();
    let count =
        |found: &[Diagnostic], code: &str| found.iter().filter(|other| other.code == code).count();
    let still = count(&after, finding.code) >= count(before, finding.code);
    let worse = after.iter().any(|other| {
        other.severity != Severity::Hint
            && count(&after, other.code) > count(before, other.code)
            && (fix.safe || !LEAVES.contains(&(finding.code, other.code)))
    });
    (still || worse || text == case.text).then(|| {
        format!(
            "{}: {}\n{}\nbecame\n{text}\n{}",
            finding.code,
            fix.title,
            case.text,
            show(&text, &after)
        )
    })
}

fn faults(case: &Case<'_>, failures: &mut Vec<String>) {
    let before = with_fixes(case);
    for finding in &before {
        for fix in &finding.fixes {
            failures.extend(fault(case, &before, finding, fix));
        }
        let preferred = finding.fixes.iter().filter(|fix| fix.preferred).count();
        if preferred > 1 {
            failures.push(format!(
                "{}: {preferred} fixes are preferred in\n{}",
                finding.code, case.text
            ));
        }
    }
}

#[test]
fn every_fix_of_a_failing_example_puts_it_right() {
    let mut failures = Vec::new();
    for rule in rules() {
        faults(&Case::new(rule.fail), &mut failures);
    }
    complain("fixes of examples", &failures);
}

#[test]
fn every_fix_of_a_second_failing_document_puts_it_right() {
    let mut failures = Vec::new();
    for (_, pair) in pairs() {
        let (text, _) = unmark(&pair.fail);
        faults(&case(&pair, &text), &mut failures);
    }
    complain("fixes of second documents", &failures);
}

#[test]
fn every_fix_of_the_catalog_is_offered_for_its_example() {
    let mut failures = Vec::new();
    for rule in rules() {
        let found = with_fixes(&Case::new(rule.fail));
        let Some(finding) = found.iter().find(|finding| finding.code == rule.id) else {
            continue;
        };
        for plan in rule.fixes {
            // A rule suggests a value only where one is near.
            let by_rule = plan.edits.contains(&FixEdit::ReplaceValue);
            // The rule itself may have worked out the same edit under another title.
            let offered = finding.fixes.len() >= rule.fixes.len()
                || finding
                    .fixes
                    .iter()
                    .any(|fix| by_rule || fix.title == plan.title);
            if !offered && !by_rule {
                failures.push(format!(
                    "{}: {} is not offered for\n{}\n{:?}",
                    rule.id, plan.title, rule.fail, finding.fixes
                ));
            }
        }
    }
    complain("fixes of the catalog", &failures);
}
