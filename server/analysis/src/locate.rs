//! Where a place of the text lies in the catalog.

use nexflow_syntax::{Node, Parent, Segment};

use crate::{
    Snapshot,
    view::{Val, View},
};

/// A node of the tree together with what the catalog knows of it.
pub enum Located<'a> {
    /// A key.
    Key {
        /// What stands under it.
        val: Val<'a>,
        /// The mapping around it.
        parent: View<'a>,
        /// The key itself.
        key: Node<'a>,
    },
    /// A scalar or collection that is a value; `val` is the key's, of an item of a list the item's.
    Value {
        /// What the catalog knows of the value.
        val: Val<'a>,
        /// The value.
        node: Node<'a>,
    },
}

/// Where a node lies.
pub fn node<'a>(snapshot: &'a Snapshot, node: Node<'a>) -> Option<Located<'a>> {
    match node.parent()? {
        Parent::Key(entry) => {
            let parent = view_of(snapshot, entry.mapping());
            let val = parent.child_entry(&entry.key_text(), entry);
            Some(Located::Key {
                val,
                parent,
                key: entry.key(),
            })
        }
        Parent::Value(_) => {
            let val = val_of(snapshot, node)?;
            Some(Located::Value { val, node })
        }
        Parent::Item(list, _) => {
            let val = val_of(snapshot, list)?.as_item();
            Some(Located::Value { val, node })
        }
    }
}

/// What stands under the key of which this node of the document is the value.
pub fn val_of<'a>(snapshot: &'a Snapshot, value: Node<'a>) -> Option<Val<'a>> {
    match value.parent()? {
        Parent::Value(entry) => {
            let around = view_of(snapshot, entry.mapping());
            Some(around.child_entry(&entry.key_text(), entry))
        }
        Parent::Key(_) | Parent::Item(..) => None,
    }
}

/// The merged mapping to which a mapping of the document belongs. It is the one at the mapping's path, found without looking for
/// each key of the path among its neighbours, which may be thousands.
pub fn view_of<'a>(snapshot: &'a Snapshot, mapping: Node<'a>) -> View<'a> {
    let found = match mapping.parent() {
        None => Some(View::root(snapshot)),
        Some(Parent::Value(_)) => val_of(snapshot, mapping).map(|val| val.view()),
        Some(Parent::Item(list, index)) => val_of(snapshot, list).map(|val| val.item_view(index)),
        Some(Parent::Key(_)) => None,
    };
    found.unwrap_or_else(|| view_at(snapshot, &mapping.path()))
}

/// The merged mapping at a path; a view of nothing where there is none, which still knows its place in the catalog.
pub fn view_at<'a>(snapshot: &'a Snapshot, path: &[Segment]) -> View<'a> {
    let mut view = View::root(snapshot);
    let mut segments = path.iter().peekable();
    while let Some(segment) = segments.next() {
        let Segment::Key(key) = segment else { continue };
        let val = view.child(key);
        match segments.peek() {
            Some(Segment::Item(index)) => view = val.item_view(*index),
            _ => view = val.view(),
        }
    }
    view
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
