//! What stands at the cursor. `$0` marks the cursor in the text; it is not part of it.

use nexflow_syntax::{Cursor, CursorContext, Document, Segment};

fn path(segments: &[Segment]) -> String {
    segments
        .iter()
        .map(Segment::to_string)
        .collect::<Vec<_>>()
        .join("/")
}

fn describe(text: &str, cursor: &Cursor<'_>) -> String {
    let slice = |range: nexflow_syntax::TextRange| {
        &text[usize::from(range.start())..usize::from(range.end())]
    };
    let place = match &cursor.place {
        CursorContext::Key { entry, replace } => {
            format!(
                "key {:?}{}",
                slice(*replace),
                if entry.has_colon() {
                    ""
                } else {
                    " without colon"
                }
            )
        }
        CursorContext::Value { entry, replace, .. } => {
            format!("value of {} {:?}", entry.key_text(), slice(*replace))
        }
        CursorContext::Item { index, replace, .. } => format!("item {index} {:?}", slice(*replace)),
        CursorContext::Blank => "blank".to_string(),
        CursorContext::Comment { .. } => "comment".to_string(),
        CursorContext::Other => "other".to_string(),
    };
    let flow = if cursor.flow { " flow" } else { "" };
    let container = if cursor.container.is_some() {
        ""
    } else {
        " (new)"
    };
    format!("{place} in /{}{container}{flow}", path(&cursor.parent))
}

#[track_caller]
fn check(fixture: &str, expected: &str) {
    let at = fixture.find("$0").expect("the fixture has a cursor");
    let text = fixture.replacen("$0", "", 1);
    let document = Document::parse(&text);
    let cursor = document.cursor((at as u32).into());
    assert_eq!(describe(&text, &cursor), expected, "\n{fixture}");
    if let Some(container) = cursor.container {
        assert_eq!(container.path(), cursor.parent, "\n{fixture}");
    }
}

#[test]
fn on_a_key() {
    check("state_bac$0kends:\n  a: 1\n", "key \"state_backends\" in /");
    check("$0version: 1\n", "key \"version\" in /");
    check("version$0: 1\n", "key \"version\" in /");
    check("a:\n  b:\n    ty$0pe: rocksdb\n", "key \"type\" in /a/b");
    check("a:\n  - na$0me: x\n", "key \"name\" in /a/0");
    check("a:\n  \"quo$0ted\": x\n", "key \"\\\"quoted\\\"\" in /a");
}

#[test]
fn on_a_half_typed_word() {
    check("vers$0", "blank in / (new)");
    check("version: 1\nenv$0", "key \"env\" without colon in /");
    check("version: 1\nenv$0\n", "key \"env\" without colon in /");
    check(
        "a:\n  b: 1\n  ty$0\n  c: 2\n",
        "key \"ty\" without colon in /a",
    );
    check(
        "a:\n  b:\n    x: 1\n    ty$0\n  c: 2\n",
        "key \"ty\" without colon in /a/b",
    );
    check(
        "a:\n  b:\n    ty$0\n    x: 1\n",
        "key \"ty\" without colon in /a/b",
    );
    check(
        "a:\n  - x: 1\n    ty$0\n",
        "key \"ty\" without colon in /a/0",
    );
    check("ty$0\na: 1\n", "key \"ty\" without colon in /");
}

#[test]
fn a_word_alone_below_a_key_is_its_value() {
    // YAML reads it so; what it could become besides is told by `Node::style` and the line that it stands on.
    check("a:\n  ty$0\n", "value of a \"ty\" in /");
}

#[test]
fn in_a_value() {
    check("a:\n  type: rock$0sdb\n", "value of type \"rocksdb\" in /a");
    check("a:\n  type: rocksdb$0\n", "value of type \"rocksdb\" in /a");
    check("a:\n  type: $0\n", "value of type \"\" in /a");
    check("a:\n  type:$0\n", "value of type \"\" in /a");
    check("a:\n  type: $0", "value of type \"\" in /a");
    check("a:\n  type: $0\n  other: 1\n", "value of type \"\" in /a");
    check("a:\n  type: \"roc$0", "value of type \"\\\"roc\" in /a");
    check("version: $0\na:\n  b: 1\n", "value of version \"\" in /");
    check("a: $0\n  b: 1\n", "value of a \"\" in /");
    check("a:\n  type: $0  # comment\n", "value of type \"\" in /a");
    check("a:\n  type: *d$0\n", "value of type \"*d\" in /a");
}

#[test]
fn in_an_item() {
    check("a:\n  - o$0ne\n", "item 0 \"one\" in /a");
    check("a:\n  - one\n  - $0\n", "item 1 \"\" in /a");
    check("a:\n  - one\n  - $0", "item 1 \"\" in /a");
    check("a:\n  - $0\n  - two\n", "item 0 \"\" in /a");
    check("a:\n- $0\nb: 1\n", "item 0 \"\" in /a");
}

#[test]
fn on_a_blank_line() {
    check("$0", "blank in / (new)");
    check("version: 1\n$0", "blank in /");
    check("version: 1\n$0\nenvironment: x\n", "blank in /");
    check("a:\n  $0\n", "blank in /a (new)");
    check("a:\n  $0", "blank in /a (new)");
    check("a:\n  b: 1\n  $0", "blank in /a");
    check("a:\n  b: 1\n$0", "blank in /");
    check("a:\n  b: 1\n$0\n  c: 2\n", "blank in /");
    check("a:\n  b: 1\n  $0\n  c: 2\n", "blank in /a");
    check("a:\n  b:\n    c: 1\n    $0\nd: 1\n", "blank in /a/b");
    check("a:\n  b:\n    c: 1\n  $0\nd: 1\n", "blank in /a");
    check("a:\n  b:\n    c: 1\n$0\nd: 1\n", "blank in /");
    check("a:\n  b:\n    $0\n  c: 1\n", "blank in /a/b (new)");
    check("a:\n  b:\n  $0\n  c: 1\n", "blank in /a");
    check("a:\n  b:\n    c: 1\n\n    $0\n\n  d: 1\n", "blank in /a/b");
    check(
        "a:\n  b:\n    c:\n      $0\n\n  d: 1\n",
        "blank in /a/b/c (new)",
    );
}

#[test]
fn on_a_blank_line_deeper_than_anything() {
    // Nothing can be nested below a value, so the line stands beside it.
    check("a:\n  b: 1\n      $0\n", "blank in /a");
    check("version: 1\n  $0\n", "blank in /");
}

#[test]
fn on_a_blank_line_in_a_list() {
    check("a:\n  - b: 1\n    $0\n", "blank in /a/0");
    check("a:\n  - b: 1\n  $0\n", "blank in /a");
    check("a:\n  - b: 1\n    c:\n      $0\n", "blank in /a/0/c (new)");
    check("a:\n  - one\n  $0\n", "blank in /a");
    check("a:\n- one\n$0\n", "blank in /");
    check("a:\n  - b: 1\n    $0\n  - c: 1\n", "blank in /a/0");
    check("a:\n  -\n    $0\n", "blank in /a/0 (new)");
}

#[test]
fn on_a_blank_line_in_a_broken_document() {
    check("a:\n  b: [1\n  $0\n  c: 2\n", "blank in /a");
    check("a:\n  b: \"x\n  $0\n  c: 2\n", "blank in /a");
    check("a:\n  b:\n    x: @\n    $0\n  c: 2\n", "blank in /a/b");
    check("a:\n  b:\n    x\n    $0\n  c: 2\n", "blank in /a/b (new)");
    check("a:\n  b: 1\n    c: 2\n  $0\n", "blank in /a");
}

#[test]
fn in_a_comment() {
    check("a: 1 # com$0ment\n", "comment in / (new)");
    check("# com$0ment\na: 1\n", "comment in / (new)");
    check("a: 1 #$0\n", "comment in / (new)");
}

#[test]
fn in_a_block_scalar() {
    check("a: |\n  te$0xt\nb: 1\n", "other in /");
    check("a:\n  b: >-\n    te$0xt\n  c: 1\n", "other in /a");
    check(
        "a:\n  b: |\n    text\n\n    $0\n    more\n  c: 1\n",
        "other in /a",
    );
}

#[test]
fn in_a_flow_mapping() {
    check("a: {$0}\n", "blank in /a flow");
    check("a: { $0 }\n", "blank in /a flow");
    check("a: {b: 1, $0}\n", "blank in /a flow");
    check("a: {b: $0}\n", "value of b \"\" in /a flow");
    check("a: {b: $0, c: 1}\n", "value of b \"\" in /a flow");
    check("a: {b: 1$0}\n", "value of b \"1\" in /a flow");
    check("a: {ty$0}\n", "key \"ty\" without colon in /a flow");
    check("a: {b: 1, ty$0}\n", "key \"ty\" without colon in /a flow");
    check("a: {b: {c$0: 1}}\n", "key \"c\" in /a/b flow");
    check("a: {$0\nb: 1\n", "blank in /a flow");
    check("a: {b: $0\nc: 1\n", "value of b \"\" in /a flow");
}

#[test]
fn in_a_flow_sequence() {
    check("a: [$0]\n", "blank in /a flow");
    check("a: [one, $0]\n", "blank in /a flow");
    check("a: [on$0e]\n", "item 0 \"one\" in /a flow");
    check("a: [one, tw$0", "item 1 \"tw\" in /a flow");
}

#[test]
fn behind_a_flow_collection_nothing_fits() {
    check("a: {b: 1} $0\n", "other in /");
    check("a: [1] $0\nb: 1\n", "other in /");
}

#[test]
fn with_windows_line_endings() {
    check("a:\r\n  b: 1\r\n  $0\r\n  c: 2\r\n", "blank in /a");
    check("a:\r\n  type: $0\r\n  c: 2\r\n", "value of type \"\" in /a");
    check("a:\r\n  type: x$0\r\n", "value of type \"x\" in /a");
    check(
        "a:\r\n  ty$0\r\n  c: 2\r\n",
        "key \"ty\" without colon in /a",
    );
}

#[test]
fn in_the_second_document() {
    check("a: 1\n---\nb:\n  c: 1\n  $0\n", "blank in /b");
    check("a: 1\n---\nb: $0\n", "value of b \"\" in /");
}

#[track_caller]
fn variable(fixture: &str, expected: Option<(&str, &str, bool, bool)>) {
    let at = fixture.find("$0").expect("the fixture has a cursor");
    let text = fixture.replacen("$0", "", 1);
    let document = Document::parse(&text);
    let found = document.cursor((at as u32).into()).variable;
    let slice = |range: nexflow_syntax::TextRange| {
        &text[usize::from(range.start())..usize::from(range.end())]
    };
    let found = found.map(|found| {
        (
            slice(found.range),
            slice(found.name),
            found.in_default,
            found.closed,
        )
    });
    assert_eq!(found, expected, "{fixture}");
}

#[test]
fn in_a_variable() {
    variable(
        "a: ${S3$0_URI}\n",
        Some(("${S3_URI}", "S3_URI", false, true)),
    );
    variable("a: ${$0}\n", Some(("${}", "", false, true)));
    variable("a: ${$0\n", Some(("${", "", false, false)));
    variable("a: ${S3$0\n", Some(("${S3", "S3", false, false)));
    variable(
        "a: s3://${BUC$0KET}/x\n",
        Some(("${BUCKET}", "BUCKET", false, true)),
    );
    variable("a: ${A}/${B$0}\n", Some(("${B}", "B", false, true)));
    variable("a: ${A:-de$0f}\n", Some(("${A:-def}", "A", true, true)));
    variable("a: ${A}$0\n", None);
    variable("a: $0${A}\n", None);
    variable("a: [\"${A$0\"]\n", Some(("${A", "A", false, false)));
    variable("a: ${S3$0 # ${B}\n", Some(("${S3", "S3", false, false)));
}

#[test]
fn the_first_word_of_a_document_is_what_a_completion_replaces() {
    let document = Document::parse("vers");
    let cursor = document.cursor(4.into());
    assert!(matches!(cursor.place, CursorContext::Blank));
    assert_eq!(
        cursor.word,
        nexflow_syntax::TextRange::new(0.into(), 4.into())
    );
}
