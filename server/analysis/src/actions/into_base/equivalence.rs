//! Whether two values, or two merged documents, say the same for sure.

use std::collections::BTreeMap;

use nexflow_catalog::value::{number::Plain, number::plain};
use nexflow_syntax::{Node, NodeKind, ScalarStyle};

use crate::{
    Snapshot,
    merged::{MergedMapping, MergedValue},
};

/// Deeper blocks are not compared, and count as different.
const DEPTH: usize = 64;

/// Whether two values are written to mean the same in any document: no anchors, no aliases, no tags, the same words.
pub fn same_value(one: Node<'_>, other: Node<'_>) -> bool {
    is_plain(one) && is_plain(other) && same(one, other, 0)
}

/// Whether a value means the same wherever it stands.
pub fn is_plain(node: Node<'_>) -> bool {
    node.kind() != NodeKind::Alias
        && node.anchor().is_none()
        && node.tag().is_none()
        && node.items().all(is_plain)
        && node.entries().all(|entry| {
            entry.key_text() != "<<" && is_plain(entry.key()) && is_plain(entry.value())
        })
}

/// Whether two documents mean the same together with what they extend.
pub fn same_document(one: &Snapshot, other: &Snapshot) -> bool {
    same_mapping(&MergedMapping::root(one), &MergedMapping::root(other), 0)
}

fn same_mapping(one: &MergedMapping<'_>, other: &MergedMapping<'_>, depth: usize) -> bool {
    let (ours, theirs) = (one.entries(), other.entries());
    if depth > DEPTH || ours.len() != theirs.len() {
        return false;
    }
    let theirs: BTreeMap<_, _> = theirs.into_iter().collect();
    ours.iter().all(|(key, val)| {
        let there = theirs.get(key);
        there.is_some_and(|there| same_merged_value(val, there, depth + 1))
    })
}

fn same_merged_value(one: &MergedValue<'_>, other: &MergedValue<'_>, depth: usize) -> bool {
    if is_untouched(one, other) {
        return true;
    }
    if one.kind() != other.kind() {
        return false;
    }
    let (ours, theirs) = (one.mapping(), other.mapping());
    if !ours.is_missing() || !theirs.is_missing() {
        return same_mapping(&ours, &theirs, depth);
    }
    match (one.node(), other.node()) {
        (Some(one), Some(other)) => same(one, other, depth),
        _ => false,
    }
}

/// Whether both are read from the same fragments, which edits have left alone.
fn is_untouched(one: &MergedValue<'_>, other: &MergedValue<'_>) -> bool {
    let (ours, theirs) = (one.layers(), other.layers());
    ours.len() == theirs.len()
        && ours.iter().zip(theirs).all(|((a, ours), (b, theirs))| {
            let fragment = ours.key().fragment();
            a == b
                && fragment.id() == theirs.key().fragment().id()
                && !fragment.has_aliases()
                && !ours.value().is_split()
                && ours.key().index() == theirs.key().index()
        })
}

/// The same for two nodes, aliases followed.
fn same(one: Node<'_>, other: Node<'_>, depth: usize) -> bool {
    let (Some(one), Some(other)) = (one.resolve(), other.resolve()) else {
        return false;
    };
    if one.kind() != other.kind() || depth > DEPTH {
        return false;
    }
    let below = depth + 1;
    match one.kind() {
        NodeKind::Scalar => {
            let (Some(ours), Some(theirs)) = (one.value(), other.value()) else {
                return false;
            };
            let is_text = |node: Node<'_>, text: &str| {
                node.style() != Some(ScalarStyle::Plain) || plain(text) == Plain::Text
            };
            ours == theirs && is_text(one, &ours) == is_text(other, &theirs)
        }
        NodeKind::Sequence => {
            let (ours, theirs): (Vec<_>, Vec<_>) = (one.items().collect(), other.items().collect());
            let mut pairs = ours.iter().zip(&theirs);
            ours.len() == theirs.len() && pairs.all(|(a, b)| same(*a, *b, below))
        }
        NodeKind::Mapping => {
            one.resolved_entries().len() == other.resolved_entries().len()
                && one.resolved_entries().into_iter().all(|entry| {
                    let there = other.get_resolved(&entry.key_text());
                    there.is_some_and(|there| same(entry.value(), there.value(), below))
                })
        }
        NodeKind::Null => true,
        NodeKind::Alias => false,
    }
}
