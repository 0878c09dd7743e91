//! What is written elsewhere: names of the blocks that a field refers to, and what other entries and other documents say at the
//! same place.

use nexflow_catalog::{Field, Secret};
use nexflow_syntax::{Document, Node, NodeKind};

use crate::{Snapshot, view::View};

/// More values than this at one place are data, not habits.
const MOST: usize = 50;

/// The names that a field's value can be: the keys of the block that it refers to, inherited ones included.
pub(super) fn names(snapshot: &Snapshot, field: &Field) -> Vec<String> {
    let Some(block) = field.refers_to else {
        return Vec::new();
    };
    let entries = View::root(snapshot).get(block).view().entries();
    entries
        .into_iter()
        .map(|(name, _)| name.into_owned())
        .collect()
}

/// The texts that stand at a field's place in the document and in others, the most frequent first.
pub(super) fn values(
    snapshot: &Snapshot,
    others: &[Document],
    field: &Field,
    typed: &str,
) -> Vec<String> {
    if field.secret != Secret::No {
        return Vec::new();
    }
    let segments: Vec<&str> = field.path.split('.').collect();
    let mut counts: Vec<(String, usize)> = Vec::new();
    for document in std::iter::once(&snapshot.document).chain(others) {
        for root in document.roots() {
            visit(root, &segments, &mut |node| {
                let text = node
                    .value()
                    .filter(|text| !text.is_empty() && !text.contains('\n'));
                if let Some(text) = text {
                    count(&mut counts, &text);
                }
            });
        }
    }
    ordered(counts, typed)
}

/// The keys that other documents have at a place, the most frequent first. Where `like` is given, entries with that field and
/// value count twice.
pub(super) fn keys(others: &[Document], path: &str, like: Option<(&str, &str)>) -> Vec<String> {
    let segments: Vec<&str> = if path.is_empty() {
        Vec::new()
    } else {
        path.split('.').collect()
    };
    let mut counts = Vec::new();
    for root in others.iter().flat_map(Document::roots) {
        visit(root, &segments, &mut |node| {
            let is_like = like.is_some_and(|(key, value)| {
                let found = node.get(key).and_then(|entry| entry.value().value());
                found.is_some_and(|found| found == value)
            });
            for entry in node.entries() {
                count(&mut counts, &entry.key_text());
                if is_like {
                    count(&mut counts, &entry.key_text());
                }
            }
        });
    }
    ordered(counts, "")
}

fn count(counts: &mut Vec<(String, usize)>, text: &str) {
    if let Some((_, number)) = counts.iter_mut().find(|(known, _)| known == text) {
        *number += 1;
    } else if counts.len() < MOST {
        counts.push((text.to_owned(), 1));
    }
}

/// The most frequent first. What is being typed stands in the text as well, and is no habit.
fn ordered(mut counts: Vec<(String, usize)>, typed: &str) -> Vec<String> {
    counts.retain(|(text, number)| text != typed || *number > 1);
    counts.sort_by(|(a, x), (b, y)| y.cmp(x).then_with(|| a.cmp(b)));
    counts.into_iter().map(|(text, _)| text).collect()
}

/// Visits the nodes at a path of the catalog: `<name>` is any key, `[]` any item.
fn visit<'d>(node: Node<'d>, path: &[&str], found: &mut dyn FnMut(Node<'d>)) {
    let Some((first, rest)) = path.split_first() else {
        if node.kind() == NodeKind::Sequence {
            node.items().for_each(found);
        } else {
            found(node);
        }
        return;
    };
    let key = first.trim_end_matches("[]");
    let inner: Vec<Node<'d>> = if key.starts_with('<') {
        node.entries().map(|entry| entry.value()).collect()
    } else {
        node.get(key)
            .map(|entry| entry.value())
            .into_iter()
            .collect()
    };
    for inner in inner {
        if key.len() < first.len() {
            for item in inner.items() {
                visit(item, rest, found);
            }
        } else {
            visit(inner, rest, found);
        }
    }
}
