//! The same key in documents that extend each other: what refines what.

use nexflow_syntax::{Document, Parent, Segment, TextRange, TextSize};

use crate::{Snapshot, selection::touching};

/// The way of keys from the root of a document to one of its keys. Lists are no part of it: they override as a whole, so that
/// nothing inside one is refined by anybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPath(Vec<Box<str>>);

/// The key at an offset, with its own range.
pub fn key_at(snapshot: &Snapshot, offset: TextSize) -> Option<(TextRange, KeyPath)> {
    let node = touching(snapshot, offset)?;
    let Parent::Key(entry) = node.parent()? else {
        return None;
    };
    let mut path = keys(&entry.mapping().path())?;
    path.push(entry.key_text().as_ref().into());
    Some((entry.key().range(), KeyPath(path)))
}

fn keys(path: &[Segment]) -> Option<Vec<Box<str>>> {
    let key = |segment: &Segment| match segment {
        Segment::Key(key) => Some(key.as_ref().into()),
        Segment::Item(_) => None,
    };
    path.iter().map(key).collect()
}

/// Where a document has a key.
pub fn key_range(document: &Document, path: &KeyPath) -> Option<TextRange> {
    let (last, around) = path.0.split_last()?;
    let mut node = document.root();
    for key in around {
        node = node.get(key)?.value();
    }
    Some(node.get(last)?.key().range())
}
