//! The fixes of rules: each puts its diagnostic right, breaks nothing, and leaves what it does not concern as it is.

use nexflow_analysis::{Diagnostic, Fix, diagnostics_with_fixes, edit, fix_all};
use nexflow_catalog::{Applicability, FixEdit, Severity, rules};
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
    ("mongodb-linearizable", "given-twice"),
    ("restart-strategy-missing", "restart-field-not-for-strategy"),
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

/// What is wrong with a fix: the diagnostic is still there, the text is broken, or something graver than a hint came up.
fn fault(
    case: &Case<'_>,
    before: &[Diagnostic],
    diagnostic: &Diagnostic,
    fix: &Fix,
) -> Option<String> {
    let text = fixed(case.text, fix);
    let after = Case {
        text: &text,
        ..case.clone()
    }
    .diagnostics();
    let count =
        |found: &[Diagnostic], code: &str| found.iter().filter(|other| other.code == code).count();
    let still = count(&after, diagnostic.code) >= count(before, diagnostic.code);
    let worse = after.iter().any(|other| {
        other.severity != Severity::Hint
            && count(&after, other.code) > count(before, other.code)
            && (fix.applicability == Applicability::Safe
                || !LEAVES.contains(&(diagnostic.code, other.code)))
    });
    (still || worse || text == case.text).then(|| {
        format!(
            "{}: {}\n{}\nbecame\n{text}\n{}",
            diagnostic.code,
            fix.title,
            case.text,
            show(&text, &after)
        )
    })
}

fn faults(case: &Case<'_>, failures: &mut Vec<String>) {
    let before = with_fixes(case);
    for diagnostic in &before {
        for fix in &diagnostic.fixes {
            failures.extend(fault(case, &before, diagnostic, fix));
        }
        let preferred = diagnostic.fixes.iter().filter(|fix| fix.preferred).count();
        if preferred > 1 {
            failures.push(format!(
                "{}: {preferred} fixes are preferred in\n{}",
                diagnostic.code, case.text
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
        let Some(diagnostic) = found.iter().find(|diagnostic| diagnostic.code == rule.id) else {
            continue;
        };
        for plan in rule.fixes {
            // A rule suggests a value only where one is near.
            let by_rule = plan.edits.contains(&FixEdit::ReplaceValue);
            // The rule itself may have worked out the same edit under another title.
            let offered = diagnostic.fixes.len() >= rule.fixes.len()
                || diagnostic
                    .fixes
                    .iter()
                    .any(|fix| by_rule || fix.title == plan.title);
            if !offered && !by_rule {
                failures.push(format!(
                    "{}: {} is not offered for\n{}\n{:?}",
                    rule.id, plan.title, rule.fail, diagnostic.fixes
                ));
            }
        }
    }
    complain("fixes of the catalog", &failures);
}

/// The document after the fix of this title for this rule.
fn after(text: &str, rule: &str, title: &str) -> String {
    let found = with_fixes(&Case::new(text));
    let fix = found
        .iter()
        .filter(|diagnostic| diagnostic.code == rule)
        .find_map(|diagnostic| diagnostic.fixes.iter().find(|fix| fix.title == title));
    match fix {
        Some(fix) => fixed(text, fix),
        None => "not offered".to_owned(),
    }
}

#[test]
fn a_fix_leaves_comments_and_style_alone() {
    let text = "\
state_backends:
  # the large one
  large:
    type: rocksdb # disk
    memory: {managed: true, per_slot: 256mb} # sized by hand

    options:
      # cache
      block_cache_size: 512mb   # no use
      # files
      compression: LZ4
";
    assert_eq!(
        after(
            text,
            "managed-memory-overrides-cache",
            "Remove `block_cache_size`"
        ),
        text.replace("      block_cache_size: 512mb   # no use\n", "")
    );
    assert_eq!(
        after(text, "per-slot-overrides-managed", "Remove `managed`"),
        text.replace("{managed: true, per_slot", "{per_slot")
    );
}

#[test]
fn a_fix_adds_what_is_missing_where_it_belongs() {
    let text = "\
version: '1.0'
environment: production
checkpoints:
    orders:
        type: s3
        bucket: orders-state # ours
    other:
        type: s3
        bucket: other-state
        retention: {max_checkpoints: 3}
";
    let title = "Set `externalized` to `retain_on_cancellation`";
    assert_eq!(
        after(text, "production-checkpoint-not-retained", title),
        text.replace(
            "orders-state # ours\n",
            "orders-state # ours\n        retention:\n            externalized: retain_on_cancellation\n"
        )
    );
    let second = &text.replace(
        "        bucket: orders-state # ours\n",
        "        bucket: orders-state\n        retention: {externalized: retain}\n",
    );
    assert_eq!(
        after(second, "production-checkpoint-not-retained", title),
        second.replace(
            "{max_checkpoints: 3}",
            "{max_checkpoints: 3, externalized: retain_on_cancellation}"
        )
    );
}

#[test]
fn a_fix_in_a_region_block_stays_there() {
    let text = "\
state_backends:
  d:
    type: rocksdb
    regional: true
    storage: {local_directories: [/a, /b]}
    us-east-1:
      storage:
        local_directories: [/a]
        directory_selection: round_robin
";
    assert_eq!(
        after(
            text,
            "directory-selection-single",
            "Remove `directory_selection`"
        ),
        text.replace("        directory_selection: round_robin\n", "")
    );
}

#[test]
fn a_fix_that_an_alias_would_carry_elsewhere_is_not_offered() {
    let text = "\
state_backends:
  one:
    type: rocksdb
    memory: &memory {managed: true, per_slot: 256mb}
  two:
    type: rocksdb
    memory: *memory
";
    assert_eq!(
        after(text, "per-slot-overrides-managed", "Remove `managed`"),
        "not offered"
    );
}

#[test]
fn a_variable_stays_a_variable() {
    let text = "state_backends: {d: {type: rocksdb, timer_service: {type: heap, async: '${ASYNC:-true}'}}}\n";
    assert_eq!(
        after(text, "heap-timers-async", "Set `async` to `false`"),
        text.replace(":-true", ":-false")
    );
    let joined = "environment: production\nstate_backends: {d: {type: 'hash${MAP:-map}'}}\n";
    assert_eq!(
        after(joined, "hashmap-in-production", "Set `type` to `rocksdb`"),
        "not offered"
    );
}

#[test]
fn an_item_of_a_list_goes_with_its_line() {
    let text = "\
state_backends:
  d:
    type: rocksdb
    storage:
      local_directories:
        - /mnt/a # first
        - /mnt/a/b # inside
        - /mnt/c
";
    assert_eq!(
        after(text, "local-directory-duplicate", "Remove this directory"),
        text.replace("        - /mnt/a/b # inside\n", "")
    );
    let flow =
        "state_backends: {d: {type: rocksdb, storage: {local_directories: [/a, /b, /a/]}}}\n";
    assert_eq!(
        after(flow, "local-directory-duplicate", "Remove this directory"),
        flow.replace(", /a/", "")
    );
}

#[test]
fn two_lists_become_one_with_the_items_of_both() {
    let title = "Merge both lists into `storage.local_directories`";
    let block = "\
state_backends:
  d:
    type: rocksdb
    local_directories: [/mnt/a, '/mnt/c d']
    storage:
      local_directories:
        - /mnt/a # fast
        - /mnt/b # slow
      directory_selection: round_robin
";
    assert_eq!(
        after(block, "local-directories-twice", title),
        block
            .replace("    local_directories: [/mnt/a, '/mnt/c d']\n", "")
            .replace("# slow\n", "# slow\n        - /mnt/c d\n")
    );
    let flow = "state_backends: {d: {type: rocksdb, local_directories: [/b, /a], storage: {local_directories: [/a]}}}\n";
    assert_eq!(
        after(flow, "local-directories-twice", title),
        "state_backends: {d: {type: rocksdb, storage: {local_directories: [/a, /b]}}}\n"
    );
    // Nothing is lost where nobody can tell what a list has.
    let unknown = "state_backends: {d: {type: rocksdb, local_directories: '${DIRS}', storage: {local_directories: [/a]}}}\n";
    assert_eq!(
        after(unknown, "local-directories-twice", title),
        "not offered"
    );
}

#[test]
fn a_safe_fix_is_declared_safe_and_removes_nothing() {
    for rule in rules() {
        let mut all: Vec<Diagnostic> = with_fixes(&Case::new(rule.fail));
        all.retain(|diagnostic| diagnostic.code == rule.id);
        for fix in all.iter().flat_map(|diagnostic| &diagnostic.fixes) {
            if fix.applicability != Applicability::Safe {
                continue;
            }
            let declared = rule
                .fixes
                .iter()
                .any(|plan| plan.applicability == Applicability::Safe);
            // Whether one repair of the syntax, or one copy of a key, is left depends on the text.
            let by_text = rule.general || rule.id == "duplicate-key" || rule.id == "field-unknown";
            assert!(declared || by_text, "{}: {fix:?}", rule.id);
            let removes = fix.edits.iter().all(|edit| edit.insert.is_empty());
            let is_copy = rule.id == "duplicate-key" || rule.general;
            assert!(!removes || is_copy, "{}: {fix:?}", rule.id);
        }
    }
}

#[test]
fn among_very_many_findings_only_safe_fixes_are_offered() {
    use std::fmt::Write;
    let mut text = "version: '1.0'\nenvironment: staging\nstate_backends:\n".to_owned();
    for name in 0..60 {
        let _ = writeln!(
            text,
            "  b{name}: {{type: rocksdb, memory: {{managed: true, per_slot: 256 mb}}}}"
        );
    }
    let found = with_fixes(&Case::new(&text));
    let fixes = |code| {
        found
            .iter()
            .filter(move |diagnostic| diagnostic.code == code)
            .map(|diagnostic| diagnostic.fixes.len())
            .collect::<Vec<_>>()
    };
    assert_eq!(fixes("size-flink-only"), [1; 60]);
    assert_eq!(fixes("per-slot-overrides-managed"), [0; 60]);
    let snapshot = Case::new(&text).snapshot();
    let edits = fix_all(&snapshot, Applicability::Safe);
    let after = edit::applied(&snapshot.document, &edits);
    assert_eq!(after.text(), text.replace("256 mb", "256mb"));
}
