//! Moving fields into the document that several documents extend: what each of them is afterwards, letter by letter. That all of them
//! mean the same is shown by `tests/e2e/test_into_base.py` with a merge of its own.

mod support;

use nexflow_analysis::{Action, BaseDocument, Change, Sibling, actions_among, edit::applied};
use nexflow_syntax::{Document, TextRange};
use support::{resolved, size};

const URI: &str = "file:///project/";

/// What is offered at `$0` in the first text, with a base and siblings.
fn offered(text: &str, base: &str, siblings: &[&str]) -> Vec<Action> {
    let at = text.find("$0").expect("the text has a cursor");
    let mut snapshot = resolved(&text.replacen("$0", "", 1));
    snapshot.context.bases.push(BaseDocument {
        uri: format!("{URI}base.infra"),
        document: Document::parse(base),
    });
    let siblings: Vec<Sibling> = (1..)
        .zip(siblings)
        .map(|(number, text)| Sibling {
            uri: format!("{URI}{number}.infra"),
            document: Document::parse(text),
        })
        .collect();
    let range = TextRange::empty(size(at));
    actions_among(&snapshot, range, &|_| true, &|| Some(siblings.clone()))
        .into_iter()
        .filter(|action| {
            let into = action.title.contains("base document");
            assert!(
                into || !action
                    .changes
                    .iter()
                    .any(|change| matches!(change, Change::Sibling { .. }))
            );
            into
        })
        .collect()
}

fn titles(text: &str, base: &str, siblings: &[&str]) -> Vec<String> {
    let offered = offered(text, base, siblings);
    offered.into_iter().map(|action| action.title).collect()
}

/// The document, the base and the siblings after the action of this title.
#[track_caller]
fn moved(text: &str, base: &str, siblings: &[&str], title: &str) -> Vec<String> {
    let offered = offered(text, base, siblings);
    let Some(action) = offered.iter().find(|action| action.title == title) else {
        let titles: Vec<_> = offered.iter().map(|action| &action.title).collect();
        panic!("`{title}` is not among {titles:#?}");
    };
    let mut after = vec![text.replacen("$0", "", 1), base.to_owned()];
    after.extend(siblings.iter().map(|text| (*text).to_owned()));
    for change in &action.changes {
        let (index, edits) = match change {
            Change::Document(edits) => (0, edits),
            Change::Base { edits, .. } => (1, edits),
            Change::Sibling { uri, edits } => {
                let number = uri.trim_start_matches(URI).trim_end_matches(".infra");
                (number.parse::<usize>().expect("a sibling") + 1, edits)
            }
            Change::EnvLine(line) => panic!("{line}"),
        };
        let document = applied(&Document::parse(&after[index]), edits);
        assert_eq!(document.errors(), []);
        after[index] = document.rope().to_string();
    }
    after
}

const BASE: &str =
    "environment: base\ncheckpoints:\n  other:\n    type: filesystem\n    path: file:///tmp/x\n";

#[test]
fn a_whole_entry_moves_with_its_comments_below_its_section() {
    let text = "\
environment: production
extends: base.infra
checkpoints:
  # Written every minute.
  ma$0in: # see the runbook
    type: s3
    bucket: company-state # paid for by us
    # Not shorter: the bucket is far away.
    checkpoint:
      interval: 60s

      timeout: 10m
    # That is all.
  own:
    type: filesystem
    path: file:///tmp/y
";
    let after = moved(text, BASE, &[], "Move `main` into the base document");
    assert_eq!(
        after[0],
        "environment: production\nextends: base.infra\ncheckpoints:\n  own:\n    type: filesystem\n    path: file:///tmp/y\n"
    );
    let body = "  # Written every minute.
  main: # see the runbook
    type: s3
    bucket: company-state # paid for by us
    # Not shorter: the bucket is far away.
    checkpoint:
      interval: 60s

      timeout: 10m
    # That is all.
";
    assert_eq!(after[1], format!("{BASE}{body}"));
}

#[test]
fn a_document_that_says_nothing_else_keeps_its_header() {
    let text =
        "extends: base.infra\ncheckpoints:\n  ma$0in:\n    type: s3\n    bucket: company-state\n";
    let section = "checkpoints:\n  main:\n    type: s3\n    bucket: company-state\n";
    let title = "Move `main` into the base document";
    // A base without the section, and one in which nothing stands.
    for (base, before) in [
        ("environment: base\n", "environment: base\n"),
        ("", ""),
        ("# ours\n", "# ours\n"),
    ] {
        let after = moved(text, base, &[], title);
        assert_eq!(
            after,
            [
                "extends: base.infra\n".to_owned(),
                format!("{before}{section}")
            ]
        );
    }
}

#[test]
fn what_the_base_has_of_an_entry_is_filled_up() {
    let text = "extends: base.infra\ncheckpoints:\n  ma$0in:\n    type: s3\n    bucket: company-state\n    checkpoint: {interval: 60s, timeout: 10m}\n";
    let base = "environment: base\ncheckpoints:\n  main: # shared\n    type: s3\n    checkpoint:\n      interval: 30s # short\n  last:\n    type: filesystem\n";
    let after = moved(
        text,
        base,
        &[],
        "Move 2 of the 4 fields of `main` into the base document",
    );
    // The type is said by the base as well; its interval is another one.
    assert_eq!(
        after[0],
        "extends: base.infra\ncheckpoints:\n  main:\n    checkpoint: {interval: 60s}\n"
    );
    assert_eq!(
        after[1],
        "environment: base\ncheckpoints:\n  main: # shared\n    type: s3\n    checkpoint:\n      interval: 30s # short\n      timeout: 10m\n    bucket: company-state\n  last:\n    type: filesystem\n"
    );
}

const ONE: &str = "extends: base.infra\ncheckpoints:\n  ma$0in:\n    type: s3\n    bucket: ${STORE}\n    prefix: one/\n";
const TWO: &str =
    "extends: base.infra\ncheckpoints:\n  main: {type: s3, bucket: \"${STORE}\", prefix: two/}\n";
const THREE: &str = "extends: base.infra\ncheckpoints:\n  main:\n    type: s3\n    # Twice as large.\n    bucket: ${STORE}\n    prefix: three/\n";

#[test]
fn what_all_documents_say_leaves_all_of_them() {
    let after = moved(
        ONE,
        "environment: base\n",
        &[TWO, THREE],
        "Move what all 3 documents say in `main` into the base document",
    );
    assert_eq!(
        after[0],
        "extends: base.infra\ncheckpoints:\n  main:\n    prefix: one/\n"
    );
    assert_eq!(
        after[1],
        "environment: base\ncheckpoints:\n  main:\n    type: s3\n    bucket: ${STORE}\n"
    );
    assert_eq!(
        after[2],
        "extends: base.infra\ncheckpoints:\n  main: {prefix: two/}\n"
    );
    // A comment of its own keeps a field where it is: it says the same as the base now, and the comment is not lost.
    assert_eq!(
        after[3],
        "extends: base.infra\ncheckpoints:\n  main:\n    # Twice as large.\n    bucket: ${STORE}\n    prefix: three/\n"
    );
}

#[test]
fn another_value_elsewhere_overrides_as_before() {
    let after = moved(
        ONE,
        "environment: base\n",
        &[TWO],
        "Move `main` into the base document, out of 1.infra too",
    );
    assert_eq!(after[0], "extends: base.infra\n");
    assert_eq!(
        after[1],
        "environment: base\ncheckpoints:\n  main:\n    type: s3\n    bucket: ${STORE}\n    prefix: one/\n"
    );
    assert_eq!(
        after[2],
        "extends: base.infra\ncheckpoints:\n  main: {prefix: two/}\n"
    );
}

#[test]
fn nothing_moves_that_another_document_would_inherit() {
    let silent = "extends: base.infra\ncheckpoints: {main: {type: s3}}\n";
    assert_eq!(
        titles(ONE, "environment: base\n", &[silent]),
        ["Move 1 of the 3 fields of `main` into the base document, out of 1.infra too",]
    );
    // It may say anything.
    assert_eq!(
        titles(
            ONE,
            "environment: base\n",
            &["extends: base.infra\ncheckpoints: {main: {type: s3}"]
        ),
        [""; 0]
    );
    // What is empty shows what is inherited.
    assert_eq!(
        titles(
            ONE,
            "environment: base\n",
            &["extends: base.infra\ncheckpoints:\n"]
        ),
        [""; 0]
    );
    // A value in the place of the entry hides all of it.
    assert_eq!(
        titles(
            ONE,
            "environment: base\n",
            &["extends: base.infra\ncheckpoints: {main: none}\n"]
        ),
        ["Move `main` into the base document"]
    );
}

#[test]
fn everything_that_documents_share_moves_from_the_line_that_names_the_base() {
    let one = "version: '1.0'\nextends: ba$0se.infra\n# Where state lives.\nstate_backends:\n  default:\n    type: rocksdb\n    incremental: true\ncheckpoints:\n  main:\n    type: s3\n    bucket: company-state\n";
    let two = one
        .replace("$0", "")
        .replace("incremental: true", "incremental: false");
    let after = moved(
        one,
        "environment: base\n",
        &[&two],
        "Move what both documents say into the base document",
    );
    assert_eq!(
        after[0],
        "version: '1.0'\nextends: base.infra\n# Where state lives.\nstate_backends:\n  default:\n    incremental: true\n"
    );
    assert_eq!(
        after[1],
        "environment: base\nstate_backends:\n  default:\n    type: rocksdb\ncheckpoints:\n  main:\n    type: s3\n    bucket: company-state\n"
    );
    assert_eq!(
        after[2],
        "version: '1.0'\nextends: base.infra\n# Where state lives.\nstate_backends:\n  default:\n    incremental: false\n"
    );
}

#[test]
fn line_ends_and_indentation_are_those_of_the_base() {
    let text = ONE.replace('\n', "\r\n");
    let title = "Move `main` into the base document";
    let base = "environment: base\ncheckpoints:\n    other:\n        type: filesystem\n";
    let after = moved(&text, base, &[], title);
    assert_eq!(after[0], "extends: base.infra\r\n");
    assert_eq!(
        after[1],
        format!("{base}    main:\n      type: s3\n      bucket: ${{STORE}}\n      prefix: one/\n")
    );
    let base = "environment: base\r\n";
    let after = moved(
        &ONE.replace("$0", "").replacen("main", "ma$0in", 1),
        base,
        &[],
        title,
    );
    assert_eq!(
        after[1],
        "environment: base\r\ncheckpoints:\r\n  main:\r\n    type: s3\r\n    bucket: ${STORE}\r\n    prefix: one/\r\n"
    );
    // Of a base without a line there is nothing to go by but the document.
    let after = moved(&text, "", &[], title);
    assert_eq!(
        after[1],
        "checkpoints:\r\n  main:\r\n    type: s3\r\n    bucket: ${STORE}\r\n    prefix: one/\r\n"
    );
}

#[test]
fn entries_that_stand_apart_go_on_doing_so() {
    let base = "environment: base\n\ncheckpoints:\n  a:\n    type: filesystem\n\n  # The second.\n  b:\n    type: filesystem\n";
    let after = moved(ONE, base, &[], "Move `main` into the base document");
    assert_eq!(
        after[1],
        format!("{base}\n  main:\n    type: s3\n    bucket: ${{STORE}}\n    prefix: one/\n")
    );
    // An empty line behind a scalar that keeps its line ends would be a part of it.
    let base = "environment: base\ncheckpoints:\n  a:\n    type: filesystem\n\n  b:\n    type: filesystem\n    path: |+\n      file:///tmp/x\n";
    let after = moved(ONE, base, &[], "Move `main` into the base document");
    assert_eq!(
        after[1],
        format!("{base}  main:\n    type: s3\n    bucket: ${{STORE}}\n    prefix: one/\n")
    );
}

#[test]
fn braces_take_fields_without_comments_only() {
    let base = "environment: base\ncheckpoints: {main: {type: s3}}\n";
    let text = "extends: base.infra\ncheckpoints:\n  ma$0in:\n    bucket: company-state\n    prefix: one/ # here only\n";
    let after = moved(
        text,
        base,
        &[],
        "Move 1 of the 2 fields of `main` into the base document",
    );
    assert_eq!(
        after[0],
        "extends: base.infra\ncheckpoints:\n  main:\n    prefix: one/ # here only\n"
    );
    assert_eq!(
        after[1],
        "environment: base\ncheckpoints: {main: {type: s3, bucket: company-state}}\n"
    );
}

#[test]
fn what_hangs_on_an_anchor_stays() {
    let text = "extends: base.infra\ncheckpoints:\n  ma$0in: &main\n    type: s3\n    bucket: company-state\n  copy: *main\n";
    assert_eq!(titles(text, "environment: base\n", &[]), [""; 0]);
    let text = "extends: base.infra\ncheckpoints:\n  ma$0in:\n    type: s3\n    bucket: company-state\n    retention: &kept {max_checkpoints: 3}\n  copy:\n    retention: *kept\n";
    let after = moved(
        text,
        "environment: base\n",
        &[],
        "Move 2 of the 3 fields of `main` into the base document",
    );
    assert_eq!(
        after[0],
        "extends: base.infra\ncheckpoints:\n  main:\n    retention: &kept {max_checkpoints: 3}\n  copy:\n    retention: *kept\n"
    );
    // An anchor in the base would take a field in several places at once.
    let base = "environment: base\ncheckpoints:\n  main: &main {type: s3}\n  copy: *main\n";
    let text = "extends: base.infra\ncheckpoints:\n  ma$0in:\n    bucket: company-state\n";
    assert_eq!(titles(text, base, &[]), [""; 0]);
}

#[test]
fn a_base_that_would_be_wrong_afterwards_is_left_alone() {
    // What the entry refers to is known to the document only.
    let text = "extends: base.infra\nstate_backends:\n  own: {type: hashmap}\n  lo$0g:\n    type: changelog\n    base_backend: own\n";
    let base = "version: '1.0'\nenvironment: staging\nstate_backends:\n  large: {type: rocksdb}\n";
    assert_eq!(titles(text, base, &[]), [""; 0]);
}
