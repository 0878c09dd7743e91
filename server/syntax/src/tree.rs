//! The tree of one fragment: a flat table of small nodes in the order of the text.

use crate::error::RawError;

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// Entries of `key: value`, in lines or in `{ }`.
    Mapping,
    /// Items, behind `-` or in `[ ]`.
    Sequence,
    /// A text, a number …: anything that is one value.
    Scalar,
    /// `*name`.
    Alias,
    /// Nothing is written: `key:` without a value, an empty document.
    Null,
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScalarStyle {
    /// Without quotes.
    Plain,
    /// `'…'`.
    SingleQuoted,
    /// `"…"`.
    DoubleQuoted,
    /// `|`.
    Literal,
    /// `>`.
    Folded,
}

/// "No node": the root's parent, the last child's next sibling.
pub(crate) const NONE: u32 = u32::MAX;

/// A collection in `{ }` or `[ ]`.
pub(crate) const FLOW: u8 = 1;
/// A key that has its colon.
pub(crate) const COLON: u8 = 2;
/// A scalar whose value is not its source: see [`Tree::values`].
pub(crate) const DECODED: u8 = 4;
/// A mapping whose entries stand in the fragments that follow.
pub(crate) const SPLIT: u8 = 8;
/// A key behind `?`.
pub(crate) const EXPLICIT: u8 = 16;

/// One node. Offsets are relative to the fragment; links are indices into [`Tree::nodes`].
///
/// The children of a mapping are its keys and values in turn, so an entry is named by the index of its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NodeData {
    pub start: u32,
    pub end: u32,
    pub parent: u32,
    pub first: u32,
    pub next: u32,
    pub kind: NodeKind,
    pub style: ScalarStyle,
    pub flags: u8,
}

impl NodeData {
    pub fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// A scalar whose value is its source, letter for letter.
    pub fn is_its_source(&self) -> bool {
        self.kind == NodeKind::Scalar && self.style == ScalarStyle::Plain && !self.has(DECODED)
    }

    /// Whether the source of the node is `what`.
    pub fn is_written(&self, text: &str, what: &str) -> bool {
        (self.end - self.start) as usize == what.len()
            && text.as_bytes()[self.start as usize..self.end as usize] == *what.as_bytes()
    }
}

/// An anchor or a tag, with the node that it stands before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Property {
    pub node: u32,
    pub start: u32,
    pub end: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CommentData {
    pub start: u32,
    pub end: u32,
    pub own_line: bool,
}

/// Nodes are in the order of the text: a parent before its children, siblings from left to right.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Tree {
    pub nodes: Box<[NodeData]>,
    /// The root of each YAML document; a fragment of entries has one, the mapping of its entries.
    pub roots: Box<[u32]>,
    /// Values of the scalars that are marked [`DECODED`], by node.
    pub values: Box<[(u32, Box<str>)]>,
    pub anchors: Box<[Property]>,
    pub tags: Box<[Property]>,
    /// What each of the tags stands for, once its handle is resolved.
    pub tag_uris: Box<[Box<str>]>,
    pub aliases: Box<[u32]>,
    pub comments: Box<[CommentData]>,
    /// By their beginning.
    pub errors: Box<[RawError]>,
    /// For each error where it or one of those before it ends, whichever is last.
    pub error_ends: Box<[u32]>,
    /// False when no key can be a merge key, so that nobody need look for one.
    pub may_merge: bool,
    /// Nodes that begin later in the text come later in the table, as they do but for some broken texts.
    pub is_ordered: bool,
}

impl Tree {
    pub fn value(&self, node: u32) -> Option<&str> {
        let at = self
            .values
            .binary_search_by_key(&node, |entry| entry.0)
            .ok()?;
        Some(&self.values[at].1)
    }

    pub fn anchor(&self, node: u32) -> Option<Property> {
        let at = self
            .anchors
            .binary_search_by_key(&node, |property| property.node)
            .ok()?;
        Some(self.anchors[at])
    }

    pub fn tag(&self, node: u32) -> Option<Property> {
        let at = self
            .tags
            .binary_search_by_key(&node, |property| property.node)
            .ok()?;
        Some(self.tags[at])
    }

    /// Whether an error touches this part of the text.
    pub fn has_error_in(&self, start: u32, end: u32) -> bool {
        let begun = self.errors.partition_point(|error| error.start <= end);
        begun > 0 && self.error_ends[begun - 1] >= start
    }
}
