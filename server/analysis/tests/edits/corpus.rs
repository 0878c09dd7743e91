//! Every entry and every item of the specification's examples, with both line endings: taken away, added to, renamed, moved.

use nexflow_analysis::edit::{
    Value, applied, entry_at, insert_field, move_entry, remove_entry, remove_item, rename_key,
};
use nexflow_syntax::{Document, Entry, Node, NodeKind};

use crate::{model::Meaning, specification::blocks};

/// The examples, as they are and with Windows' line endings.
fn examples() -> Vec<Document> {
    blocks()
        .into_iter()
        .map(|(_, text)| text)
        .flat_map(|text| [text.replace('\n', "\r\n"), text])
        .map(|text| Document::parse(&text))
        .collect()
}

fn paths(node: Node<'_>, above: &[String], found: &mut Vec<Vec<String>>) {
    for entry in node.entries() {
        let path = [above, &[entry.key_text().into_owned()]].concat();
        found.push(path.clone());
        paths(entry.value(), &path, found);
    }
}

/// Runs an edit for each entry of each example and compares what it did with what the plain data says.
fn each(
    edit: impl Fn(
        &Document,
        Entry<'_>,
        &[String],
        &mut Meaning,
    ) -> Option<Vec<nexflow_syntax::TextEdit>>,
) {
    for document in examples() {
        let mut all = Vec::new();
        paths(document.root(), &[], &mut all);
        for path in all {
            let names: Vec<&str> = path.iter().map(String::as_str).collect();
            let entry = entry_at(document.root(), &names).expect("it was just listed");
            let mut expected = Meaning::of(&document);
            let Some(edits) = edit(&document, entry, &path, &mut expected) else {
                panic!("no edit at {path:?} in\n{}", document.rope());
            };
            let after = applied(&document, &edits);
            let text = after.rope().to_string();
            let lines = |text: &str| (text.matches("\r\n").count(), text.matches('\n').count());
            let (windows, all_lines) = lines(&text);
            assert!(
                windows == 0 || windows == all_lines,
                "mixed line endings at {path:?}:\n{text:?}"
            );
            let meaning = match Meaning::of(&after) {
                Meaning::Null => Meaning::Map(Vec::new()),
                other => other,
            };
            assert_eq!(meaning, expected, "{path:?}:\n{text}");
        }
    }
}

#[test]
fn every_entry_can_be_taken_away() {
    each(|document, entry, path, expected| {
        expected.remove(path);
        remove_entry(document, entry)
    });
}

#[test]
fn every_entry_can_be_renamed() {
    each(|document, entry, path, expected| {
        expected.rename(path, "renamed");
        rename_key(document, entry, "renamed")
    });
}

#[test]
fn every_block_takes_a_new_field() {
    each(|document, entry, path, expected| {
        if entry.value().kind() != NodeKind::Mapping {
            return Some(Vec::new());
        }
        let path = [path, &["added".to_owned()]].concat();
        expected.insert(&path, Meaning::Scalar("1h".to_owned(), true));
        insert_field(
            document,
            entry.value(),
            "added",
            &Value::Yaml("1h".to_owned()),
        )
    });
}

#[test]
fn every_entry_can_be_moved() {
    each(|document, entry, path, expected| {
        let to = [
            "elsewhere".to_owned(),
            "deep".to_owned(),
            "moved".to_owned(),
        ];
        expected.insert(&to, expected.clone().at(path).expect("it is there").clone());
        expected.remove(path);
        move_entry(document, entry, &["elsewhere", "deep", "moved"])
    });
}

#[test]
fn every_item_can_be_taken_away() {
    let mut count = 0;
    for document in examples() {
        let mut all = Vec::new();
        paths(document.root(), &[], &mut all);
        for path in all {
            let names: Vec<&str> = path.iter().map(String::as_str).collect();
            let list = entry_at(document.root(), &names)
                .expect("it was just listed")
                .value();
            let items = list.items().count();
            for index in 0..items {
                let edits = remove_item(&document, list, index).expect("an edit");
                let mut expected = Meaning::of(&document);
                if items == 1 {
                    expected.remove(&path);
                } else if let Meaning::List(items) = expected.at_mut(&path) {
                    items.remove(index);
                }
                assert_eq!(
                    Meaning::of(&applied(&document, &edits)),
                    expected,
                    "{path:?} {index}"
                );
                count += 1;
            }
        }
    }
    assert!(count > 0);
}
