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
            let parent = view_at(snapshot, &entry.mapping().path());
            let val = parent.child_entry(&entry.key_text(), entry);
            Some(Located::Key {
                val,
                parent,
                key: entry.key(),
            })
        }
        Parent::Value(entry) => {
            let parent = view_at(snapshot, &entry.mapping().path());
            let val = parent.child_entry(&entry.key_text(), entry);
            Some(Located::Value { val, node })
        }
        Parent::Item(list, _) => {
            let Parent::Value(entry) = list.parent()? else {
                return None;
            };
            let parent = view_at(snapshot, &entry.mapping().path());
            let val = parent.child_entry(&entry.key_text(), entry).as_item();
            Some(Located::Value { val, node })
        }
    }
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
