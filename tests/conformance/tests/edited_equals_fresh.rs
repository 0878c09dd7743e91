//! A document after any sequence of edits equals the document parsed afresh from its text.

use nexflow_conformance::dump::dump_with_units;
use nexflow_syntax::{Document, TextEdit, TextRange};
use proptest::{collection::vec, prelude::*, sample::select, test_runner::FileFailurePersistence};

/// Pieces of text that matter to YAML, and to the outline.
const FRAGMENTS: &[&str] = &[
    "\n",
    "\n",
    "\n",
    "\r\n",
    "\r",
    " ",
    "  ",
    "  ",
    "    ",
    "\t",
    "a",
    "key",
    "key:",
    "key: value",
    "b: 1",
    "- ",
    "- x",
    "-",
    ":",
    ": ",
    "? ",
    "\"",
    "'",
    "\"text\"",
    "'text'",
    "[",
    "]",
    "{",
    "}",
    ",",
    "#",
    " # comment",
    "|",
    ">-",
    "&a ",
    "*a",
    "<<: *a",
    "!tag ",
    "!!str ",
    "%YAML 1.2",
    "---",
    "...",
    "${VAR}",
    "$<VAR>",
    "@",
    "`",
    "\\",
    "\u{feff}",
    "\u{1f980}",
    "é",
    "<<<<<<< HEAD\n",
    "=======\n",
    ">>>>>>> branch\n",
    "\u{0}",
    "section:\n",
    "section:\n  first: 1\n  second:\n    deep: x\n",
    "\nother:\n  - a\n  - b: 1\n    c: 2\n",
    "\ntext: |\n  line\n\n  line\n",
    "~",
    "null",
    "x: {a: 1, b: [2]}\n",
];

fn fragments() -> impl Strategy<Value = String> {
    vec(select(FRAGMENTS), 0..12).prop_map(|parts| parts.concat())
}

/// A document that is valid for the most part, so that its outline has fragments.
fn regular() -> impl Strategy<Value = String> {
    let scalar = select(vec![
        "1",
        "value",
        "\"quoted\"",
        "'it''s'",
        "[a, b]",
        "{a: 1}",
        "${VAR}",
        "",
        "|\n      text\n",
    ]);
    let leaf = (
        select(vec!["type", "path", "interval", "a b", "\"q\""]),
        scalar,
    )
        .prop_map(|(key, value)| format!("    {key}: {value}\n"));
    let entry = (
        select(vec!["default", "other", "x"]),
        vec(leaf, 0..4),
        any::<bool>(),
    )
        .prop_map(|(key, leaves, comment)| {
            format!(
                "  {key}:{}\n{}",
                if comment { " # about" } else { "" },
                leaves.concat()
            )
        });
    let section = (
        select(vec!["state_backends", "checkpoints", "streams"]),
        vec(entry, 0..5),
    )
        .prop_map(|(key, entries)| format!("{key}:\n{}", entries.concat()));
    let header = select(vec![
        "",
        "# head\n",
        "version: 1\n",
        "version: 1\nenvironment: prod\n\n",
        "\u{feff}version: 1\n",
    ]);
    (header, vec(section, 0..5))
        .prop_map(|(header, sections)| format!("{header}{}", sections.concat()))
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![3 => regular(), 2 => fragments(), 1 => (regular(), fragments()).prop_map(|(a, b)| a + &b)]
}

/// Edits as fractions of the text's length, since the text changes under them.
fn edits() -> impl Strategy<Value = Vec<(u16, u8, String)>> {
    let insert = prop_oneof![
        3 => select(FRAGMENTS).prop_map(str::to_string),
        1 => fragments(),
        1 => "[a-z:# \\-\n]{0,3}",
    ];
    vec(
        (
            any::<u16>(),
            prop_oneof![2 => Just(0u8), 3 => 0u8..12, 1 => any::<u8>()],
            insert,
        ),
        1..12,
    )
}

fn edit(document: &Document, (at, remove, insert): &(u16, u8, String)) -> TextEdit {
    let length = usize::from(document.len());
    let start = usize::from(*at) * (length + 1) / (usize::from(u16::MAX) + 1);
    // Now and then past the end of the text, and inside of characters: both are clamped.
    let end = start + usize::from(*remove);
    TextEdit::replace(
        TextRange::new((start as u32).into(), (end as u32).into()),
        insert,
    )
}

fn check(document: &Document) -> Result<(), TestCaseError> {
    let fresh = Document::parse(&document.rope().to_string());
    prop_assert_eq!(dump_with_units(&fresh), dump_with_units(document));
    Ok(())
}

/// Findings are kept beside the test and run first.
fn config() -> ProptestConfig {
    let file = "tests/edited_equals_fresh.regressions";
    ProptestConfig {
        cases: std::env::var("PROPTEST_CASES")
            .ok()
            .and_then(|cases| cases.parse().ok())
            .unwrap_or(2000),
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(file))),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn one_edit_at_a_time(text in text(), edits in edits()) {
        let mut document = Document::parse(&text);
        for step in &edits {
            document = document.apply(&edit(&document, step));
            check(&document)?;
        }
    }

    #[test]
    fn several_edits_at_once(text in text(), edits in edits()) {
        let document = Document::parse(&text);
        let mut separate = document.clone();
        let mut all = Vec::new();
        for step in &edits {
            let next = edit(&separate, step);
            separate = separate.apply(&next);
            all.push(next);
        }
        let together = document.apply_all(&all);
        prop_assert_eq!(separate.rope().to_string(), together.rope().to_string());
        check(&together)?;
    }

    /// Whatever is typed, nothing panics, ranges lie in the text and the cursor answers at every offset.
    #[test]
    fn every_offset_has_an_answer(text in text()) {
        let document = Document::parse(&text);
        let length = document.len();
        for error in document.errors() {
            prop_assert!(error.range.end() <= length);
            prop_assert!(!error.message.is_empty());
        }
        for (offset, _) in text.char_indices() {
            let offset = (offset as u32).into();
            let cursor = document.cursor(offset);
            prop_assert_eq!(cursor.offset, offset);
            if let Some(container) = cursor.container {
                prop_assert_eq!(container.path(), cursor.parent);
            }
            if let Some(node) = document.node_at(offset) {
                prop_assert!(node.range().contains_inclusive(offset));
            }
        }
        prop_assert_eq!(document.fragments().map(|fragment| fragment.text()).collect::<String>(), text);
    }
}
