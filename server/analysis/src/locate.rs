//! Where a place of the text lies in the catalog.

use nexflow_syntax::{Node, Parent, Segment};

use crate::{
    Snapshot,
    merged::{MergedMapping, MergedValue},
};

/// A node of the tree together with what the catalog knows of it.
pub enum Located<'a> {
    /// A key.
    Key {
        /// What stands under it.
        val: MergedValue<'a>,
        /// The mapping around it.
        parent: MergedMapping<'a>,
        /// The key itself.
        key: Node<'a>,
    },
    /// A scalar or collection that is a value; `val` is the key's, of an item of a list the item's.
    Value {
        /// What the catalog knows of the value.
        val: MergedValue<'a>,
        /// The value.
        node: Node<'a>,
    },
}

/// Where a node lies.
pub fn node<'a>(snapshot: &'a Snapshot, node: Node<'a>) -> Option<Located<'a>> {
    match node.parent()? {
        Parent::Key(entry) => {
            let parent = mapping_of(snapshot, entry.mapping());
            let val = parent.child_entry(&entry.key_text(), entry);
            Some(Located::Key {
                val,
                parent,
                key: entry.key(),
            })
        }
        Parent::Value(_) => {
            let val = value_of(snapshot, node)?;
            Some(Located::Value { val, node })
        }
        Parent::Item(list, _) => {
            let val = value_of(snapshot, list)?.as_item();
            Some(Located::Value { val, node })
        }
    }
}

/// What stands under the key of which this node of the document is the value.
pub fn value_of<'a>(snapshot: &'a Snapshot, value: Node<'a>) -> Option<MergedValue<'a>> {
    match value.parent()? {
        Parent::Value(entry) => {
            let around = mapping_of(snapshot, entry.mapping());
            Some(around.child_entry(&entry.key_text(), entry))
        }
        Parent::Key(_) | Parent::Item(..) => None,
    }
}

/// The merged mapping to which a mapping of the document belongs. It is the one at the mapping's path, found without looking for
/// each key of the path among its neighbours, which may be thousands.
pub fn mapping_of<'a>(snapshot: &'a Snapshot, mapping: Node<'a>) -> MergedMapping<'a> {
    let found = match mapping.parent() {
        None => Some(MergedMapping::root(snapshot)),
        Some(Parent::Value(_)) => value_of(snapshot, mapping).map(|val| val.mapping()),
        Some(Parent::Item(list, index)) => {
            value_of(snapshot, list).map(|val| val.item_mapping(index))
        }
        Some(Parent::Key(_)) => None,
    };
    found.unwrap_or_else(|| mapping_at(snapshot, &mapping.path()))
}

/// The merged mapping at a path; a mapping of nothing where there is none, which still knows its place in the catalog.
pub fn mapping_at<'a>(snapshot: &'a Snapshot, path: &[Segment]) -> MergedMapping<'a> {
    let mut mapping = MergedMapping::root(snapshot);
    let mut segments = path.iter().peekable();
    while let Some(segment) = segments.next() {
        let Segment::Key(key) = segment else { continue };
        let val = mapping.child(key);
        match segments.peek() {
            Some(Segment::Item(index)) => mapping = val.item_mapping(*index),
            _ => mapping = val.mapping(),
        }
    }
    mapping
}

/// A field's path without the section and the entry's name, as a user would say it.
pub fn short_path(path: &str) -> &str {
    match path.split_once(">.") {
        Some((_, rest)) => rest,
        None => path
            .rsplit('.')
            .next()
            .filter(|last| !last.starts_with('<'))
            .unwrap_or(path),
    }
}
