//! Comments that suppress diagnostics. Each case is a whole document; what is left must be exactly what is listed.

use std::sync::Arc;

use nexflow_analysis::{
    CompletionKind, Context, Settings, Snapshot, Tag, completion, diagnostics,
    diagnostics_with_fixes,
};
use nexflow_catalog::Severity;
use nexflow_syntax::{Document, SyntaxCode, TextRange, TextSize};

use crate::{
    catalog::example,
    support::{Case, complain, show, unmark},
};

/// Asserts that the marked tokens are all that is found, each by the rule at the same position of `codes`.
#[track_caller]
fn left(marked: &str, codes: &[&str]) {
    let (text, ranges) = unmark(marked);
    let found = Case::new(&text).diagnostics();
    let found: Vec<_> = found
        .iter()
        .map(|diagnostic| (diagnostic.code, diagnostic.range))
        .collect();
    let expected: Vec<_> = codes.iter().copied().zip(ranges.iter().copied()).collect();
    assert_eq!(ranges.len(), codes.len(), "as many marks as rules");
    assert_eq!(
        found,
        expected,
        "in\n{text}\n{}",
        show(&text, &Case::new(&text).diagnostics())
    );
}

#[test]
fn behind_a_value_a_comment_is_about_its_line() {
    left(
        "checkpoints:
  a:
    type: s3
    bucket: My_Bucket # nexflow: ignore[s3-bucket-name] older than the rule
  b:
    type: s3
    bucket: «My_Bucket_2»
",
        &["s3-bucket-name"],
    );
}

#[test]
fn behind_the_key_of_a_block_it_is_about_the_key_only() {
    left(
        "checkpoints:
  a: # nexflow: ignore[azure-account-missing, «azure-container-name»]
    type: azure_blob
    container: «No--Name»
",
        &["suppression-unused", "azure-container-name"],
    );
}

#[test]
fn on_a_line_of_its_own_it_is_about_the_entry_below() {
    left(
        "checkpoints:
  # The team's own store. nexflow: this is no directive
  # nexflow: ignore[s3-bucket-name,multipart-part-size] another vendor

  # and a comment between
  a:
    type: s3
    bucket: My_Bucket
    s3:
      multipart_upload_part_size: 1mb
  b:
    type: s3
    bucket: «Other_Bucket»
",
        &["s3-bucket-name"],
    );
}

#[test]
fn above_a_section_it_is_about_all_of_its_entries() {
    left(
        "# nexflow: ignore[s3-bucket-name]
checkpoints:
  a: {type: s3, bucket: My_Bucket}
  b:
    type: s3
    bucket: Other_Bucket
state_backends:
  c: {«options»: {compression: LZ4}, type: hashmap}
",
        &["field-not-for-type"],
    );
}

#[test]
fn above_a_list_item_it_is_about_the_item() {
    left(
        "state_backends:
  d:
    type: rocksdb
    storage:
      local_directories:
        # nexflow: ignore[local-directory-not-local] mounted there
        - data/one
        - «data/two»
",
        &["local-directory-not-local"],
    );
}

#[test]
fn for_a_whole_file_it_may_stand_anywhere() {
    left(
        "checkpoints:
  a: {type: s3, bucket: «My_Bucket»}
  b: {type: s3, bucket: other-bucket, region: nowhere}
# nexflow: ignore-file[region-name, «checkpoint-location-shared»]
",
        &["s3-bucket-name", "suppression-unused"],
    );
}

#[test]
fn what_crosses_units_is_suppressed_as_well() {
    left(
        "checkpoints:
  a: {type: s3, bucket: same}
  # nexflow: ignore[checkpoint-location-shared] both belong to one process
  b: {type: s3, bucket: same}
  c: {type: s3, bucket: «same»}
",
        &["checkpoint-location-shared"],
    );
}

#[test]
fn a_suppression_of_nothing_is_said() {
    left(
        "checkpoints:
  a: {type: s3, bucket: fine} «# nexflow: ignore[s3-bucket-name] once it was not»
",
        &["suppression-unused"],
    );
    left(
        "checkpoints:
  a: {type: s3, bucket: My_Bucket} # nexflow: ignore[s3-bucket-name, «region-name»]
",
        &["suppression-unused"],
    );
    left(
        "checkpoints: {}
«# nexflow: ignore[region-name] nothing is below»
",
        &["suppression-unused"],
    );
}

#[test]
fn a_rule_that_does_not_exist_is_said_with_the_nearest_one() {
    left(
        "checkpoints:
  a: {type: s3, bucket: «My_Bucket»} # nexflow: ignore[«s3-bucket-nam»]
",
        &["s3-bucket-name", "suppression-unknown-rule"],
    );
    let text = "a: 1 # nexflow: ignore[s3-bucket-nam]\n";
    let found = Case::new(text).diagnostics();
    let message = &found
        .iter()
        .find(|diagnostic| diagnostic.code == "suppression-unknown-rule")
        .expect("it is said")
        .message;
    assert!(
        message.contains("Did you mean `s3-bucket-name`?"),
        "{message}"
    );
}

#[test]
fn a_suppression_without_rules_suppresses_nothing() {
    left(
        "checkpoints:
  a: {type: s3, bucket: «My_Bucket»} # nexflow: «ignore» please
",
        &["s3-bucket-name", "suppression-unknown-rule"],
    );
}

#[test]
fn while_the_text_is_broken_nothing_is_said_about_use() {
    let text = "checkpoints:
  a: {type: s3, bucket: fine} # nexflow: ignore[s3-bucket-name]
  b: {type: s3
";
    let found = Case::new(text).diagnostics();
    assert!(
        found
            .iter()
            .any(|diagnostic| diagnostic.severity == Severity::Error),
        "the text is broken"
    );
    assert!(
        found
            .iter()
            .all(|diagnostic| diagnostic.code != "suppression-unused"),
        "{found:?}"
    );
}

#[test]
fn text_that_is_no_comment_suppresses_nothing() {
    left(
        "checkpoints:
  a:
    type: s3
    bucket: «'My_Bucket # nexflow: ignore[s3-bucket-name]'»
",
        &["s3-bucket-name"],
    );
}

#[test]
fn an_unused_suppression_fades_and_can_be_removed() {
    for (text, without) in [
        (
            "checkpoints:\n  a: {type: s3, bucket: fine}   # nexflow: ignore[s3-bucket-name]\n  b: {}\n",
            "checkpoints:\n  a: {type: s3, bucket: fine}\n  b: {}\n",
        ),
        (
            "checkpoints:\n  # nexflow: ignore[s3-bucket-name]\n  a: {type: s3, bucket: fine}\n",
            "checkpoints:\n  a: {type: s3, bucket: fine}\n",
        ),
    ] {
        let snapshot = Case::new(text).snapshot();
        let found = diagnostics_with_fixes(&snapshot, TextRange::up_to(TextSize::of(text)));
        let unused = found
            .iter()
            .find(|diagnostic| diagnostic.code == "suppression-unused")
            .expect("it is unused");
        assert_eq!(unused.tag, Some(Tag::Unnecessary));
        let [fix] = unused.fixes.as_slice() else {
            panic!("one fix: {:?}", unused.fixes)
        };
        assert_eq!(
            snapshot.document.apply_all(&fix.edits).rope().to_string(),
            without
        );
    }
}

#[test]
fn looking_at_one_place_does_not_make_the_others_unused() {
    let text = "# nexflow: ignore-file[s3-bucket-name]
state_backends:
  d: {type: rocksdb}
checkpoints:
  a:
    type: s3
    bucket: My_Bucket
";
    let snapshot = Case::new(text).snapshot();
    let found = diagnostics_with_fixes(&snapshot, TextRange::new(0.into(), 5.into()));
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn a_rule_that_the_settings_turn_off_still_uses_its_suppression() {
    let text =
        "checkpoints:\n  a: {type: s3, bucket: My_Bucket} # nexflow: ignore[s3-bucket-name]\n";
    let snapshot = Case::new(text).snapshot();
    let settings = Settings {
        rules: [("s3-bucket-name".to_owned(), None)].into(),
        ..Settings::clone(&snapshot.context.settings)
    };
    let snapshot = Snapshot::new(
        Document::parse(text),
        Context {
            settings: settings.into(),
            ..snapshot.context
        },
    );
    assert!(diagnostics(&snapshot).is_empty());
}

/// What is offered at the `|` of a text.
fn offered(marked: &str) -> (String, Vec<nexflow_analysis::CompletionItem>) {
    let at = marked.find('|').expect("a cursor");
    let text = marked.replacen('|', "", 1);
    let offset = TextSize::new(u32::try_from(at).expect("small"));
    let items = completion(&Case::new(&text).snapshot(), offset);
    (text, items)
}

#[test]
fn ids_are_offered_between_the_brackets_those_found_there_first() {
    let (text, mut items) =
        offered("checkpoints:\n  a: {type: s3, bucket: My_Bucket} # nexflow: ignore[s3-|\n");
    items.sort_by(|a, b| a.sort.cmp(&b.sort));
    assert_eq!(items[0].label, "s3-bucket-name");
    assert!(items.len() > 100, "all rules are offered");
    assert!(items.iter().all(|item| item.kind == CompletionKind::Rule));
    assert_eq!(&text[items[0].replace], "s3-");
    assert!(!items[0].about.markdown().is_empty() && !items[0].detail.is_empty());
}

#[test]
fn what_stands_in_the_list_already_is_not_offered_again() {
    let (text, items) =
        offered("a: 1 # nexflow: ignore[region-name, alert|-order, skip-corrupted] why\n");
    assert!(items.iter().any(|item| item.label == "alert-order"));
    assert!(
        items
            .iter()
            .all(|item| item.label != "region-name" && item.label != "skip-corrupted")
    );
    assert_eq!(&text[items[0].replace], "alert-order");
}

#[test]
fn the_comment_itself_is_offered_where_it_is_begun() {
    for text in [
        "a: 1 # nex|\n",
        "# nexflow: |\n",
        "# nexflow: ign|",
        "a: 1 #nexflow: ignore|\n",
    ] {
        let (text, items) = offered(text);
        let labels: Vec<_> = items.iter().map(|item| item.label.as_str()).collect();
        assert_eq!(
            labels,
            ["nexflow: ignore[…]", "nexflow: ignore-file[…]"],
            "{text}"
        );
        assert!(text[items[0].replace].starts_with("nex"), "{text}");
    }
}

#[test]
fn other_comments_stay_quiet() {
    for text in [
        "a: 1 # |\n",
        "a: 1 # the ne|\n",
        "a: 1 # nexflow: ignore[alert-order] no|\n",
        "a: 1 #|\n",
    ] {
        assert!(offered(text).1.is_empty(), "{text}");
    }
}

/// A snapshot of a rule's failing example in which severities are set.
fn with_severities(case: &Case<'_>, severities: &[(&str, Option<Severity>)]) -> Snapshot {
    let mut snapshot = case.snapshot();
    snapshot.context.settings = Arc::new(Settings {
        rules: severities
            .iter()
            .map(|(rule, severity)| ((*rule).to_owned(), *severity))
            .collect(),
        ..(*snapshot.context.settings).clone()
    });
    snapshot
}

#[test]
fn a_suppressed_finding_stays_so_whatever_severity_is_set() {
    let (mut tried, mut failures) = (0, Vec::new());
    let severities = [
        None,
        Some(Severity::Hint),
        Some(Severity::Warning),
        Some(Severity::Error),
    ];
    for rule in nexflow_catalog::rules() {
        let of_example = example(rule.id, rule.fail);
        let is_syntax = SyntaxCode::ALL.iter().any(|code| code.as_str() == rule.id);
        let is_found = of_example
            .diagnostics()
            .iter()
            .any(|diagnostic| diagnostic.code == rule.id);
        if is_syntax || !is_found || rule.id.starts_with("suppression-") {
            continue;
        }
        let text = format!(
            "{}\n# nexflow: ignore-file[{}] checked\n",
            rule.fail.trim_end(),
            rule.id
        );
        let case = Case {
            text: &text,
            ..of_example.clone()
        };
        for severity in severities {
            tried += 1;
            let found = diagnostics(&with_severities(&case, &[(rule.id, severity)]));
            if found
                .iter()
                .any(|diagnostic| [rule.id, "suppression-unused"].contains(&diagnostic.code))
            {
                failures.push(format!(
                    "{} as {severity:?}:\n{text}\n{}",
                    rule.id,
                    show(&text, &found)
                ));
            }
        }
    }
    assert!(tried > 800, "{tried}");
    complain("suppressed findings", &failures);
}

#[test]
fn who_turns_a_rule_off_hears_nothing_of_its_findings_from_a_general_one() {
    let text = "checkpoints: {a: {checkpoint: {interval: 5ms}}}";
    let codes = |severities: &[_]| -> Vec<_> {
        diagnostics(&with_severities(&Case::new(text), severities))
            .into_iter()
            .filter(|diagnostic| &text[diagnostic.range] == "5ms")
            .map(|diagnostic| diagnostic.code)
            .collect()
    };
    assert_eq!(codes(&[]), ["checkpoint-interval-minimum"]);
    for severity in [None, Some(Severity::Hint)] {
        let found = codes(&[("checkpoint-interval-minimum", severity)]);
        assert!(!found.contains(&"value-out-of-range"), "{severity:?}");
    }
}
