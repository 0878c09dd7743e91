//! Fragments: the pieces of a document that are parsed by themselves and shared between snapshots.

use std::{any::Any, sync::Arc};

use text_size::{TextRange, TextSize};

use crate::{Document, SyntaxError, fragment_data::FragmentData, outline::Shape, store::Slot};

/// A piece of the document that is parsed by itself: the header lines, one section's head, one named binding …
/// Where the outline cannot be trusted the only fragment is the whole document.
#[derive(Clone, Copy)]
pub struct Fragment<'d> {
    pub(crate) doc: &'d Document,
    data: &'d Arc<FragmentData>,
    index: u32,
    start: u32,
}

impl std::fmt::Debug for Fragment<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Unit {}@{:?}", self.index, self.range())
    }
}

/// A comment, from `#` to the end of its line.
#[derive(Clone, Copy, Debug)]
pub struct Comment<'d> {
    /// With the `#`.
    pub text: &'d str,
    /// Where it stands.
    pub range: TextRange,
    /// True when nothing but blanks stands before it on its line.
    pub own_line: bool,
}

impl Document {
    /// The fragments in the order of the text.
    pub fn fragments(&self) -> impl Iterator<Item = Fragment<'_>> {
        self.fragments_from(0)
    }

    /// The fragments from `index` on.
    pub fn fragments_from(&self, index: usize) -> impl Iterator<Item = Fragment<'_>> {
        let slots = self.store().from(index);
        (index..)
            .zip(slots)
            .map(|(index, slot)| Fragment::found(self, slot, index as u32))
    }

    /// Number of fragments; at least one.
    pub fn fragment_count(&self) -> usize {
        self.store().len()
    }

    /// The fragment at `index`, which is below [`Document::fragment_count`].
    pub fn fragment(&self, index: usize) -> Fragment<'_> {
        Fragment::of(self, index.min(self.fragment_count() - 1))
    }

    /// The fragment that holds `offset` (the last one that begins at or before it).
    pub fn fragment_at(&self, offset: TextSize) -> Fragment<'_> {
        Fragment::of(self, self.store().find(offset.into()))
    }

    /// Comments in the order of the text.
    pub fn comments(&self) -> impl Iterator<Item = Comment<'_>> {
        self.fragments().flat_map(Fragment::comments)
    }
}

impl<'d> Fragment<'d> {
    /// The fragment at `index`, which there must be. It is looked up here once, and all of its nodes know it from then on.
    pub(crate) fn of(doc: &'d Document, index: usize) -> Fragment<'d> {
        Fragment::found(doc, doc.store().at(index), index as u32)
    }

    /// A fragment that has been looked up already.
    pub(crate) fn found(doc: &'d Document, slot: &'d Slot, index: u32) -> Fragment<'d> {
        Fragment {
            doc,
            data: &slot.fragment,
            index,
            start: slot.start,
        }
    }

    pub(crate) fn data(self) -> &'d FragmentData {
        self.data
    }

    pub(crate) fn start(self) -> u32 {
        self.start
    }

    /// The document at hand.
    pub fn document(self) -> &'d Document {
        self.doc
    }

    /// Position among the fragments of the document, from 0.
    pub fn index(self) -> usize {
        self.index as usize
    }

    /// Number of the shared fragment: equal for a fragment that an edit left alone, never given to another one.
    pub fn id(self) -> u64 {
        self.data().id
    }

    /// Whether an alias stands in the fragment, so that what it means depends on other fragments.
    pub fn has_aliases(self) -> bool {
        !self.data().tree.aliases.is_empty()
    }

    /// Whether an anchor stands in the fragment, which aliases in others may use.
    pub fn has_anchors(self) -> bool {
        !self.data().tree.anchors.is_empty()
    }

    /// The fragment's text; the texts of all fragments, one behind the other, are the document's.
    pub fn text(self) -> &'d str {
        &self.data().text
    }

    /// Where the fragment stands.
    pub fn range(self) -> TextRange {
        TextRange::at(self.start().into(), TextSize::of(self.text()))
    }

    /// Zero-based line on which the fragment begins.
    pub fn line(self) -> usize {
        self.doc.store().at(self.index()).line as usize
    }

    /// The keys of the mappings around the fragment: empty at the top, `["state_backends"]` for the entry `default` below it.
    /// Part of the fragment's identity: when it changes, the fragment is a new one.
    pub fn path(self) -> &'d [Box<str>] {
        &self.data().path
    }

    /// Whether the fragment is all of the document, with whatever root it has.
    pub fn is_whole(self) -> bool {
        self.data().shape == Shape::Whole
    }

    /// Whether the fragment's entries stand at the top level.
    pub fn is_top(self) -> bool {
        self.data().is_top()
    }

    /// The fragment whose last entry is the section that this fragment stands in.
    pub fn head(self) -> Option<Fragment<'d>> {
        if self.data().is_top() {
            return None;
        }
        let head = self.doc.store().top_at_or_before(self.index());
        Some(Fragment::of(self.doc, head))
    }

    /// Number of nodes in the fragment; [`Node::index`] is below it.
    pub fn node_count(self) -> usize {
        self.data().tree.nodes.len()
    }

    /// Whether a syntax error lies in the fragment.
    pub fn has_errors(self) -> bool {
        !self.data().tree.errors.is_empty()
    }

    /// The fragment's syntax errors in the order of the text. What depends on other fragments (an undefined alias) is not among
    /// them; see [`Document::errors`].
    pub fn errors(self) -> impl Iterator<Item = SyntaxError> {
        let start = self.start();
        self.data()
            .tree
            .errors
            .iter()
            .map(move |error| error.at(start))
    }

    /// The fragment's comments in the order of the text.
    pub fn comments(self) -> impl Iterator<Item = Comment<'d>> {
        let start = self.start();
        let data = self.data();
        data.tree.comments.iter().map(move |comment| Comment {
            text: &data.text[comment.start as usize..comment.end as usize],
            range: TextRange::new((start + comment.start).into(), (start + comment.end).into()),
            own_line: comment.own_line,
        })
    }

    /// A value that belongs to this fragment for as long as the fragment lives; computed once per type `T` and shared by all
    /// snapshots that share the fragment. It must depend on nothing but the fragment's text and path; in particular it must hold
    /// offsets relative to the fragment's start.
    ///
    /// When two threads ask at once both may compute, and one of the results is kept.
    pub fn memo<T: Any + Send + Sync>(self, compute: impl FnOnce(Fragment<'d>) -> T) -> &'d T {
        self.data().memo.get(|| compute(self))
    }
}
