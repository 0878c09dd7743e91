//! Whatever the document: the result parses, and means what the edit says, no less and no more.

use nexflow_analysis::edit::{
    Value, applied, entry_at, insert_at, move_entry, quoted, remove_entry, rename_key,
    replace_value,
};
use nexflow_syntax::{Document, Entry, Node, NodeKind, ScalarStyle, TextEdit};
use proptest::prelude::*;

use crate::{
    documents::{documents, written},
    model::Meaning,
};

/// The paths of all entries, the mappings only as the way to them.
fn paths(node: Node<'_>, above: &[String], found: &mut Vec<Vec<String>>) {
    for entry in node.entries() {
        let mut path = above.to_vec();
        path.push(entry.key_text().into_owned());
        found.push(path.clone());
        paths(entry.value(), &path, found);
    }
}

fn all_paths(document: &Document) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    paths(document.root(), &[], &mut found);
    found
}

fn entry<'d>(document: &'d Document, path: &[String]) -> Entry<'d> {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    entry_at(document.root(), &path).expect("the path was just listed")
}

/// What is left of a text is only what was there, apart from the edits; and the edits are in order and apart from each other.
fn result(document: &Document, edits: &[TextEdit]) -> Document {
    for pair in edits.windows(2) {
        assert!(pair[0].range.end() <= pair[1].range.start(), "{edits:?}");
    }
    applied(document, edits)
}

fn comments(document: &Document) -> Vec<String> {
    document
        .comments()
        .map(|comment| comment.text.trim_end().to_owned())
        .collect()
}

fn document() -> impl Strategy<Value = (String, prop::sample::Index, prop::sample::Index)> {
    (
        documents(),
        any::<prop::sample::Index>(),
        any::<prop::sample::Index>(),
    )
        .prop_map(|((tree, step), one, other)| (written(&tree, step), one, other))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn removing_takes_one_entry((text, which, _) in document()) {
        let document = Document::parse(&text);
        let paths = all_paths(&document);
        let path = which.get(&paths);
        let mut expected = Meaning::of(&document);
        expected.remove(path);
        let gone = entry(&document, path);
        let edits = remove_entry(&document, gone);
        prop_assert!(edits.is_some(), "no edit for {path:?} in\n{text}");
        let after = result(&document, &edits.expect("just checked"));
        prop_assert_eq!(means(&after, &expected), expected, "{:?} in\n{}\nbecame\n{}", path, text, after.rope());
        // Only comments of the entry itself, or of a block that went with it, may go.
        let left = comments(&after);
        let kept_above = document.comments().filter(|comment| comment.range.end() <= gone.range().start());
        if path.len() == 1 {
            for comment in kept_above {
                prop_assert!(left.contains(&comment.text.to_owned()), "{:?} went from\n{}\nwhich became\n{}", comment, text, after.rope());
            }
        }
    }

    #[test]
    fn inserting_adds_one_entry((text, which, deep) in document()) {
        let document = Document::parse(&text);
        let mut places: Vec<Vec<String>> = all_paths(&document)
            .into_iter()
            .filter(|path| {
                let node = entry(&document, path).value();
                matches!(node.kind(), NodeKind::Mapping | NodeKind::Null) || node.source() == "~"
            })
            .collect();
        places.push(Vec::new());
        let mut path = which.get(&places).clone();
        path.push("new_key".to_owned());
        if deep.index(2) == 1 {
            path.push("inner: one".to_owned());
        }
        let names: Vec<&str> = path.iter().map(String::as_str).collect();
        let edits = insert_at(&document, &names, &Value::Text("a value".to_owned()));
        prop_assert!(edits.is_some(), "no edit for {path:?} in\n{text}");
        let after = result(&document, &edits.expect("just checked"));
        let mut expected = Meaning::of(&document);
        expected.insert(&path, Meaning::Scalar("a value".to_owned(), true));
        prop_assert_eq!(means(&after, &expected), expected, "{:?} into\n{}\nbecame\n{}", path, text, after.rope());
        prop_assert_eq!(comments(&document), comments(&after));
    }

    #[test]
    fn replacing_and_renaming_change_one_token((text, which, _) in document()) {
        let document = Document::parse(&text);
        let paths = all_paths(&document);
        let path = which.get(&paths);
        let found = entry(&document, path);

        let edits = rename_key(&document, found, "other name");
        let after = result(&document, &edits.expect("an edit"));
        let mut expected = Meaning::of(&document);
        expected.rename(path, "other name");
        prop_assert_eq!(means(&after, &expected), expected, "{:?} in\n{}\nbecame\n{}", path, text, after.rope());
        prop_assert_eq!(comments(&document), comments(&after));

        if !matches!(found.value().kind(), NodeKind::Mapping | NodeKind::Sequence) {
            let edits = replace_value(&document, found, &Value::Text("it's: # new".to_owned()));
            let after = result(&document, &edits.expect("an edit"));
            let mut expected = Meaning::of(&document);
            *expected.at_mut(path) = Meaning::Scalar("it's: # new".to_owned(), false);
            prop_assert_eq!(means(&after, &expected), expected, "{:?} in\n{}\nbecame\n{}", path, text, after.rope());
            prop_assert_eq!(comments(&document), comments(&after));
        }
    }

    #[test]
    fn moving_changes_the_place_only((text, which, target) in document()) {
        let document = Document::parse(&text);
        let paths = all_paths(&document);
        let from = which.get(&paths).clone();
        let mut places: Vec<Vec<String>> = paths
            .iter()
            .filter(|path| !path.starts_with(&from) && entry(&document, path).value().kind() == NodeKind::Mapping)
            .cloned()
            .collect();
        places.push(Vec::new());
        let mut to = target.get(&places).clone();
        to.extend(["new_block".to_owned(), "moved".to_owned()]);
        let names: Vec<&str> = to.iter().map(String::as_str).collect();
        let before = Meaning::of(&document);
        let Some(edits) = move_entry(&document, entry(&document, &from), &names) else {
            // Between block and flow, comments have no way; nor has a block scalar that would take in other empty lines.
            let place = entry_at(document.root(), &names[..names.len() - 2]).map_or(document.root(), Entry::value);
            let crosses = place.is_flow() || entry(&document, &from).mapping().is_flow();
            let keeps = document.slice(entry(&document, &from).range()).contains('+');
            prop_assert!(crosses || keeps, "no edit for {from:?} to {to:?} in\n{text}");
            return Ok(());
        };
        let after = result(&document, &edits);
        let mut expected = before.clone();
        expected.insert(&to, before.at(&from).expect("it is there").clone());
        expected.remove(&from);
        prop_assert_eq!(
            means(&after, &expected).loose(), expected.loose(),
            "{:?} to {:?} in\n{}\nbecame\n{}", from, to, text, after.rope()
        );
    }
}

/// What a result means; an empty mapping at the root is an empty document.
fn means(document: &Document, expected: &Meaning) -> Meaning {
    match (Meaning::of(document), expected) {
        (Meaning::Null, Meaning::Map(entries)) if entries.is_empty() => Meaning::Map(Vec::new()),
        (meaning, _) => meaning,
    }
}

/// Texts that are awkward to write as scalars.
fn awkward() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z:#,&*!|>%@`'\"{}\\[\\]?~ \\-0-9.=<$\\\\]{0,12}",
        "\\PC{0,8}",
        prop::sample::select(
            &[
                "", " ", "yes", "Null", "~", "1e3", "0x1F", "- a", "a: b", "a #b", "---", "...",
                "<<", "=", "\t", "a\nb", "\u{7}"
            ][..]
        )
        .prop_map(str::to_owned),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_quoted_text_reads_as_itself(text in awkward(), style in 0..3_usize, flow in any::<bool>()) {
        let style = [ScalarStyle::Plain, ScalarStyle::SingleQuoted, ScalarStyle::DoubleQuoted][style];
        let written = quoted(&text, flow, Some(style));
        let around = if flow { format!("a: {{b: {written}, c: 1}}\n") } else { format!("a:\n  b: {written}\n  c: 1\n") };
        let document = Document::parse(&around);
        let path = ["a".to_owned(), "b".to_owned()];
        let meaning = Meaning::of(&document);
        // A plain scalar that stays without quotes is a text for every reader.
        let plain = written == text;
        prop_assert_eq!(meaning.at(&path), Some(&Meaning::Scalar(text.clone(), plain)), "{}", around);
        prop_assert!(!plain || text.parse::<f64>().is_err(), "{}", around);
        prop_assert_eq!(meaning.at(&["a".to_owned(), "c".to_owned()]), Some(&Meaning::Scalar("1".to_owned(), true)));
    }
}
