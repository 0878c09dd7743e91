//! Each edit on documents as people write them.

use nexflow_analysis::edit::{
    Value, applied, entry_at, insert_at, move_entry, remove_entry, rename_key, replace_value,
};
use nexflow_syntax::{Document, TextEdit};

fn path(path: &str) -> Vec<&str> {
    path.split('.').collect()
}

fn after(document: &Document, edits: Option<Vec<TextEdit>>) -> String {
    match edits {
        Some(edits) => applied(document, &edits).rope().to_string(),
        None => "no edit".to_owned(),
    }
}

fn removed(text: &str, at: &str) -> String {
    let document = Document::parse(text);
    let entry = entry_at(document.root(), &path(at)).expect("the entry");
    after(&document, remove_entry(&document, entry))
}

fn inserted(text: &str, at: &str, value: &Value) -> String {
    let document = Document::parse(text);
    after(&document, insert_at(&document, &path(at), value))
}

fn yaml(text: &str) -> Value {
    Value::Yaml(text.to_owned())
}

fn moved(text: &str, from: &str, to: &str) -> String {
    let document = Document::parse(text);
    let entry = entry_at(document.root(), &path(from)).expect("the entry");
    after(&document, move_entry(&document, entry, &path(to)))
}

fn replaced(text: &str, at: &str, value: &Value) -> String {
    let document = Document::parse(text);
    let entry = entry_at(document.root(), &path(at)).expect("the entry");
    after(&document, replace_value(&document, entry, value))
}

fn renamed(text: &str, at: &str, key: &str) -> String {
    let document = Document::parse(text);
    let entry = entry_at(document.root(), &path(at)).expect("the entry");
    after(&document, rename_key(&document, entry, key))
}

#[test]
fn a_removed_entry_takes_its_line_and_its_comment() {
    let text = "a:\n  # about b\n  b: 1 # one\n  # about c\n  c: 2\n";
    assert_eq!(
        removed(text, "a.b"),
        "a:\n  # about b\n  # about c\n  c: 2\n"
    );
    assert_eq!(
        removed(text, "a.c"),
        "a:\n  # about b\n  b: 1 # one\n  # about c\n"
    );
}

#[test]
fn a_removed_block_takes_what_is_inside_it() {
    let text =
        "s:\n  d:\n    x: 1\n    deep:\n      # first\n      y: 2\n\n      # last\n    z: 3\n";
    assert_eq!(removed(text, "s.d.deep"), "s:\n  d:\n    x: 1\n    z: 3\n");
}

#[test]
fn blank_lines_do_not_pile_up() {
    let text = "s:\n  a:\n    x: 1\n\n  b:\n    x: 2\n\n  c:\n    x: 3\n";
    assert_eq!(
        removed(text, "s.b"),
        "s:\n  a:\n    x: 1\n\n  c:\n    x: 3\n"
    );
    assert_eq!(
        removed(text, "s.c"),
        "s:\n  a:\n    x: 1\n\n  b:\n    x: 2\n\n"
    );
}

#[test]
fn the_last_line_may_lack_its_end() {
    assert_eq!(removed("a: 1\nb: 2", "b"), "a: 1\n");
    assert_eq!(inserted("a: 1\nb: 2", "c", &yaml("3")), "a: 1\nb: 2\nc: 3");
}

#[test]
fn line_endings_stay_what_they_are() {
    assert_eq!(
        removed("a:\r\n  b: 1 # x\r\n  c: 2\r\n", "a.b"),
        "a:\r\n  c: 2\r\n"
    );
    assert_eq!(
        inserted("a:\r\n  b: 1 # x\r\n", "a.c", &yaml("2")),
        "a:\r\n  b: 1 # x\r\n  c: 2\r\n"
    );
    assert_eq!(
        inserted("a:\r\n  b: 1\r\n", "a.c.d", &yaml("2")),
        "a:\r\n  b: 1\r\n  c:\r\n    d: 2\r\n"
    );
}

#[test]
fn an_emptied_block_goes_and_an_emptied_entry_stays() {
    let text = "s:\n  d:\n    type: rocksdb\n    memory:\n      managed: true\n";
    assert_eq!(
        removed(text, "s.d.memory.managed"),
        "s:\n  d:\n    type: rocksdb\n"
    );
    assert_eq!(
        removed("s:\n  d: # mine\n    type: x # gone\n  e: {}\n", "s.d.type"),
        "s:\n  d: {} # mine\n  e: {}\n"
    );
    assert_eq!(removed("s: {d: {o: {x: 1}}}\n", "s.d.o.x"), "s: {d: {}}\n");
    assert_eq!(removed("a: 1\n", "a"), "");
}

#[test]
fn flow_mappings_keep_their_commas_right() {
    assert_eq!(
        removed("a: {b: 1, c: 2, d: 3}\n", "a.b"),
        "a: {c: 2, d: 3}\n"
    );
    assert_eq!(
        removed("a: {b: 1, c: 2, d: 3}\n", "a.c"),
        "a: {b: 1, d: 3}\n"
    );
    assert_eq!(
        removed("a: {b: 1, c: 2, d: 3}\n", "a.d"),
        "a: {b: 1, c: 2}\n"
    );
    assert_eq!(
        removed("a: { b: 1, c: {x: [1, 2]}, }\n", "a.c"),
        "a: { b: 1, }\n"
    );
    assert_eq!(removed("a: {b: 1 , c: , d}\n", "a.c"), "a: {b: 1 , d}\n");
    assert_eq!(
        removed("a: {\n  b: 1, # one\n  c: 2 # two\n  }\n", "a.b"),
        "a: {\n  c: 2 # two\n  }\n"
    );
    assert_eq!(
        removed("a: {\n  b: 1, # one\n  c: 2 # two\n  }\n", "a.c"),
        "a: {\n  b: 1 # one\n  }\n"
    );
    assert_eq!(
        removed("a: {\n  b: 1,\n  c: 2,\n  }\n", "a.c"),
        "a: {\n  b: 1,\n  }\n"
    );
    assert_eq!(removed("a: {b: 1\n  , c: 2}\n", "a.c"), "a: {b: 1}\n");
    assert_eq!(
        removed("a: {b: 1, # one\n  c: 2}\n", "a.c"),
        "a: {b: 1 # one\n  }\n"
    );
}

#[test]
fn the_first_entry_of_a_list_item_gives_its_place_to_the_next() {
    assert_eq!(
        removed_in_item("l:\n  - a: 1 # x\n    b: 2\n", "a"),
        "l:\n  -\n    b: 2\n"
    );
    assert_eq!(
        removed_in_item("l:\n  - a: 1\n    b: 2\n", "a"),
        "l:\n  - b: 2\n"
    );
    assert_eq!(
        removed_in_item("l:\n  - a: 1\n    b: 2\n", "b"),
        "l:\n  - a: 1\n"
    );
    assert_eq!(
        removed_in_item("l:\n  - a: 1\n    # about b\n    b: 2\n", "a"),
        "l:\n  -\n    # about b\n    b: 2\n"
    );
    assert_eq!(
        removed_in_item("l:\n  - a: 1\n  - x\n", "a"),
        "l:\n  - {}\n  - x\n"
    );
}

fn removed_in_item(text: &str, key: &str) -> String {
    let document = Document::parse(text);
    let list = document.root().get("l").expect("a list").value();
    let item = list.items().next().expect("an item");
    after(
        &document,
        remove_entry(&document, item.get(key).expect("the entry")),
    )
}

#[test]
fn what_an_alias_needs_is_not_removed() {
    let text = "a: &x\n  b: 1\nc: *x\n";
    assert_eq!(removed(text, "a"), "no edit");
    assert_eq!(removed(text, "c"), "a: &x\n  b: 1\n");
}

#[test]
fn block_scalars_keep_their_lines() {
    assert_eq!(removed("a: |\n  x\n\n  y\nb: 1\n", "a"), "b: 1\n");
    assert_eq!(
        inserted("a: |\n  x\n  y\n", "b", &yaml("1")),
        "a: |\n  x\n  y\nb: 1\n"
    );
    assert_eq!(
        inserted("a: |+\n  x\n\n\n", "b", &yaml("1")),
        "a: |+\n  x\n\n\nb: 1\n"
    );
    assert_eq!(
        replaced("a: |-\n  x\n  y\nb: 1\n", "a", &yaml("2")),
        "a: 2\nb: 1\n"
    );
}

#[test]
fn a_new_field_stands_as_its_siblings_do() {
    let text = "s:\n    d:\n        type: rocksdb # why\n        # more\n    e: {}\n";
    assert_eq!(
        inserted(text, "s.d.incremental", &yaml("true")),
        "s:\n    d:\n        type: rocksdb # why\n        incremental: true\n        # more\n    e: {}\n"
    );
    assert_eq!(
        inserted(text, "s.d.memory.managed", &yaml("true")),
        "s:\n    d:\n        type: rocksdb # why\n        memory:\n            managed: true\n        # more\n    e: {}\n"
    );
    assert_eq!(inserted("- a: 1\n", "x", &yaml("1")), "no edit");
}

#[test]
fn a_new_field_comes_behind_the_comments_of_its_last_sibling() {
    let text = "a:\n  b:\n    c: 1\n    # d: 2\n\ne: 3\n";
    assert_eq!(
        inserted(text, "a.f", &yaml("4")),
        "a:\n  b:\n    c: 1\n    # d: 2\n  f: 4\n\ne: 3\n"
    );
}

#[test]
fn a_key_without_a_value_becomes_a_block() {
    assert_eq!(
        inserted("a:\n  b: # later\n  c: 1\n", "a.b.x", &yaml("2")),
        "a:\n  b: # later\n    x: 2\n  c: 1\n"
    );
    assert_eq!(
        inserted("a:\n  b: null # later\n", "a.b.x", &yaml("2")),
        "a:\n  b: # later\n    x: 2\n"
    );
    assert_eq!(
        inserted("a:\n  b: ~\n", "a.b.x", &yaml("2")),
        "a:\n  b:\n    x: 2\n"
    );
    assert_eq!(
        inserted("a: {b: , c: 1}\n", "a.b.x", &yaml("2")),
        "a: {b: {x: 2} , c: 1}\n"
    );
    assert_eq!(inserted("a: {b, c: 1}\n", "a.b.x", &yaml("2")), "no edit");
    assert_eq!(inserted("", "a.b", &yaml("2")), "a:\n  b: 2\n");
    assert_eq!(
        inserted("# only words", "a.b", &yaml("2")),
        "# only words\na:\n  b: 2\n"
    );
}

#[test]
fn a_flow_mapping_takes_a_new_field_in_its_own_style() {
    assert_eq!(inserted("a: {}\n", "a.b", &yaml("1")), "a: {b: 1}\n");
    assert_eq!(
        inserted("a: {b: 1}\n", "a.c", &yaml("2")),
        "a: {b: 1, c: 2}\n"
    );
    assert_eq!(
        inserted("a: { b: 1 }\n", "a.c", &yaml("2")),
        "a: { b: 1, c: 2 }\n"
    );
    assert_eq!(
        inserted("a: {b: 1,}\n", "a.c.d", &yaml("2")),
        "a: {b: 1, c: {d: 2},}\n"
    );
    assert_eq!(
        inserted("a: {b: }\n", "a.c", &yaml("2")),
        "a: {b:, c: 2 }\n"
    );
    assert_eq!(
        inserted("a: {\n  b: 1 # one\n  }\n", "a.c", &yaml("2")),
        "a: {\n  b: 1, # one\n  c: 2\n  }\n"
    );
    assert_eq!(
        inserted("a: {\n  b: 1, # one\n  }\n", "a.c", &yaml("2")),
        "a: {\n  b: 1, # one\n  c: 2,\n  }\n"
    );
    assert_eq!(
        inserted("a: {\n  b: 1\n  }\n", "a.c", &yaml("2")),
        "a: {\n  b: 1,\n  c: 2\n  }\n"
    );
}

#[test]
fn nothing_is_written_over() {
    assert_eq!(inserted("a: {b: 1}\n", "a.b", &yaml("2")), "no edit");
    assert_eq!(inserted("a: 1\n", "a.b", &yaml("2")), "no edit");
    assert_eq!(inserted("a: [1]\n", "a.b", &yaml("2")), "no edit");
    assert_eq!(inserted("x: &x {}\na: *x\n", "a.b", &yaml("2")), "no edit");
    assert_eq!(renamed("a: 1\nb: 2\n", "a", "b"), "no edit");
}

#[test]
fn values_are_quoted_only_where_they_must_be() {
    let text = |text: &str| Value::Text(text.to_owned());
    assert_eq!(replaced("a: old # x\n", "a", &text("new")), "a: new # x\n");
    assert_eq!(replaced("a: 'old'\n", "a", &text("it's")), "a: 'it''s'\n");
    assert_eq!(
        replaced("a: \"old\"\n", "a", &text("a \"b\"\n")),
        "a: \"a \\\"b\\\"\\n\"\n"
    );
    assert_eq!(replaced("a: old\n", "a", &text("true")), "a: 'true'\n");
    assert_eq!(replaced("a: old\n", "a", &text("no")), "a: 'no'\n");
    assert_eq!(replaced("a: old\n", "a", &text("1.0")), "a: '1.0'\n");
    assert_eq!(replaced("a: old\n", "a", &text("b: c")), "a: 'b: c'\n");
    assert_eq!(
        replaced("a: old\n", "a", &text("s3://b/c")),
        "a: s3://b/c\n"
    );
    assert_eq!(replaced("a: old\n", "a", &text("${X}")), "a: ${X}\n");
    assert_eq!(
        replaced("a: {b: old}\n", "a.b", &text("${X}")),
        "a: {b: '${X}'}\n"
    );
    assert_eq!(replaced("a:\n", "a", &text("new")), "a: new\n");
    assert_eq!(
        replaced("a:\n  b: 1\nc: 2\n", "a", &yaml("[1, 2]")),
        "a: [1, 2]\nc: 2\n"
    );
}

#[test]
fn a_renamed_key_keeps_its_quotes() {
    assert_eq!(renamed("a: 1\n", "a", "b"), "b: 1\n");
    assert_eq!(renamed("'a': {x: 1}\n", "a", "b"), "'b': {x: 1}\n");
    assert_eq!(renamed("a: 1\n", "a", "b: c"), "'b: c': 1\n");
}

#[test]
fn a_moved_entry_takes_its_block_and_its_comments_along() {
    let text = "s:\n  d:\n    type: rocksdb\n    local_directories: # fast ones\n      - /a # first\n      - /b\n    x: 1\n";
    assert_eq!(
        moved(
            text,
            "s.d.local_directories",
            "s.d.storage.local_directories"
        ),
        "s:\n  d:\n    type: rocksdb\n    x: 1\n    storage:\n      local_directories: # fast ones\n        - /a # first\n        - /b\n"
    );
}

#[test]
fn a_moved_entry_may_be_the_last_of_its_block() {
    let text = "s:\n  d:\n    type: rocksdb\n    local_directories:\n    - /a\n    - /b\ne: 1\n";
    assert_eq!(
        moved(
            text,
            "s.d.local_directories",
            "s.d.storage.local_directories"
        ),
        "s:\n  d:\n    type: rocksdb\n    storage:\n      local_directories:\n      - /a\n      - /b\ne: 1\n"
    );
}

#[test]
fn a_move_between_styles_rewrites_the_value() {
    assert_eq!(
        moved("a: {x: 1, w: [a, b]}\nb:\n  z: 1\n", "a.w", "b.w"),
        "a: {x: 1}\nb:\n  z: 1\n  w:\n    - a\n    - b\n"
    );
    assert_eq!(
        moved(
            "a:\n  x: 1\n  w:\n    - a\n    - b\nb: {z: 1}\n",
            "a.w",
            "b.w"
        ),
        "a:\n  x: 1\nb: {z: 1, w: [a, b]}\n"
    );
    assert_eq!(
        moved("a: {x: 1, w: 2}\n", "a.w", "a.z.w"),
        "a: {x: 1, z: {w: 2}}\n"
    );
}

#[test]
fn a_move_that_empties_a_block_takes_it_away() {
    let text = "s:\n  d:\n    memory:\n      write_buffer_count: 4\n    options:\n      x: 1\n";
    assert_eq!(
        moved(
            text,
            "s.d.memory.write_buffer_count",
            "s.d.options.max_write_buffer_number"
        ),
        "s:\n  d:\n    options:\n      x: 1\n      max_write_buffer_number: 4\n"
    );
}

#[test]
fn block_scalars_move_with_their_indentation() {
    let text = "a:\n  b: |\n    one\n      two\n\n    three\n  c: 1\nd: {}\n";
    assert_eq!(
        moved(text, "a.b", "e.f.b"),
        "a:\n  c: 1\nd: {}\ne:\n  f:\n    b: |\n      one\n        two\n\n      three\n"
    );
}
