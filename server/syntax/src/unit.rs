//! Units: the pieces of a document that are parsed by themselves and shared between snapshots.

use std::{
    any::Any,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use text_size::{TextRange, TextSize};

use crate::{
    Document, Node, SyntaxError,
    builder::Builder,
    document::Limits,
    error::{RawError, SyntaxCode},
    line,
    memo::MemoCell,
    outline::Cut,
    read,
    tree::{NodeKind, SPLIT, Tree},
};

/// What kind of piece a unit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Shape {
    /// All of the text, whatever it holds.
    Whole,
    /// Entries of the mapping at the root, at this column.
    Top { column: u32 },
    /// The last of the unit's entries is a key whose value stands in the units that follow.
    Head { column: u32 },
    /// Entries of the section that the head before it begins.
    Nested { column: u32 },
}

/// A unit as it is shared between snapshots. It knows nothing of where it stands.
pub(crate) struct UnitData {
    id: u64,
    pub text: Box<str>,
    pub path: Arc<[Box<str>]>,
    pub shape: Shape,
    pub breaks: u32,
    /// See [`Cut::suspicious`](crate::outline::Cut).
    pub suspicious: bool,
    pub tree: Tree,
    memo: MemoCell,
}

impl std::fmt::Debug for UnitData {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("UnitData")
            .field("text", &self.text)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl UnitData {
    /// The unit that an outline cuts out.
    pub fn cut(builder: &mut Builder, text: &str, cut: &Cut, limits: &Limits) -> Arc<UnitData> {
        UnitData::read(
            builder,
            text,
            cut.path.clone(),
            cut.shape,
            cut.suspicious,
            limits,
        )
    }

    /// All of the text as one unit.
    pub fn whole(text: &str, limits: &Limits) -> Arc<UnitData> {
        let mut builder = Builder::default();
        UnitData::read(
            &mut builder,
            text,
            Arc::default(),
            Shape::Whole,
            false,
            limits,
        )
    }

    /// The unit is what an outline cuts out at `cut`.
    pub fn is(&self, cut: &Cut, text: &str) -> bool {
        self.shape == cut.shape && *self.text == *text && self.path == cut.path
    }

    fn read(
        builder: &mut Builder,
        text: &str,
        path: Arc<[Box<str>]>,
        shape: Shape,
        suspicious: bool,
        limits: &Limits,
    ) -> Arc<UnitData> {
        let tree = if text.len() > limits.bytes {
            too_large(text, limits)
        } else {
            read::read(builder, text, shape, limits)
        };
        Arc::new(UnitData {
            id: next_id(),
            text: text.into(),
            path,
            shape,
            breaks: line::count_breaks(text),
            suspicious,
            tree,
            memo: MemoCell::default(),
        })
    }

    pub fn is_top(&self) -> bool {
        !matches!(self.shape, Shape::Nested { .. })
    }

    /// The node of a head whose entries stand in the units that follow.
    pub fn split_value(&self) -> Option<u32> {
        if !matches!(self.shape, Shape::Head { .. }) {
            return None;
        }
        self.tree
            .nodes
            .iter()
            .rposition(|node| node.has(SPLIT))
            .map(|index| index as u32)
    }
}

/// A number that was never given before.
pub(crate) fn next_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// In megabytes where they tell the two apart, else in bytes.
fn too_large_message(bytes: usize, most: usize) -> String {
    let (shown, allowed) = (bytes / 1_000_000, most / 1_000_000);
    let (shown, allowed, unit) = if allowed > 0 && shown > allowed {
        (shown, allowed, "MB")
    } else {
        (bytes, most, "bytes")
    };
    format!(
        "this document has {shown} {unit}, more than the {allowed} {unit} that are read; split it into several documents"
    )
}

fn too_large(text: &str, limits: &Limits) -> Tree {
    let mut builder = Builder::default();
    builder.add(NodeKind::Null, 0, 0);
    let end = line::Lines::new(text, 0)
        .next()
        .map_or(0, |line| line.end.min(4096));
    let end = (0..=end)
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0);
    builder.error(RawError::new(
        SyntaxCode::TooLarge,
        0,
        end,
        too_large_message(text.len(), limits.bytes),
    ));
    builder.finish()
}

/// A piece of the document that is parsed by itself: the header lines, one section's head, one named binding …
/// Where the outline cannot be trusted the only unit is the whole document.
#[derive(Clone, Copy)]
pub struct Unit<'d> {
    pub(crate) doc: &'d Document,
    data: &'d Arc<UnitData>,
    index: u32,
    start: u32,
}

impl std::fmt::Debug for Unit<'_> {
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

impl<'d> Unit<'d> {
    /// The unit at `index`, which there must be. It is looked up here once, and all of its nodes know it from then on.
    pub(crate) fn of(doc: &'d Document, index: usize) -> Unit<'d> {
        let (data, start) = doc.store().at(index);
        Unit::found(doc, data, index as u32, start)
    }

    /// A unit that has been looked up already.
    pub(crate) fn found(
        doc: &'d Document,
        data: &'d Arc<UnitData>,
        index: u32,
        start: u32,
    ) -> Unit<'d> {
        Unit {
            doc,
            data,
            index,
            start,
        }
    }

    pub(crate) fn data(self) -> &'d UnitData {
        self.data
    }

    pub(crate) fn start(self) -> u32 {
        self.start
    }

    /// A node of the unit as a part of the whole document.
    pub(crate) fn logical(self, index: u32) -> Node<'d> {
        Node {
            unit: self,
            index,
            logical: true,
        }
    }

    /// The document at hand.
    pub fn document(self) -> &'d Document {
        self.doc
    }

    /// Position among the units of the document, from 0.
    pub fn index(self) -> usize {
        self.index as usize
    }

    /// Number of the shared unit: equal for a unit that an edit left alone, never given to another one.
    pub fn id(self) -> u64 {
        self.data().id
    }

    /// Whether an alias stands in the unit, so that what it means depends on other units.
    pub fn has_aliases(self) -> bool {
        !self.data().tree.aliases.is_empty()
    }

    /// The unit's text; the texts of all units, one behind the other, are the document's.
    pub fn text(self) -> &'d str {
        &self.data().text
    }

    /// Where the unit stands.
    pub fn range(self) -> TextRange {
        TextRange::at(self.start().into(), TextSize::of(self.text()))
    }

    /// Zero-based line on which the unit begins.
    pub fn line(self) -> usize {
        self.doc.store().line(self.index()) as usize
    }

    /// The keys of the mappings around the unit: empty at the top, `["state_backends"]` for the entry `default` below it.
    /// Part of the unit's identity: when it changes, the unit is a new one.
    pub fn path(self) -> &'d [Box<str>] {
        &self.data().path
    }

    /// The unit's own entries as nodes whose ranges are absolute: a mapping with the unit's entry or entries
    /// (for a unit that is the whole document: whatever the root is).
    ///
    /// From here down, nothing but the unit is seen: the value of a section's head is a mapping without entries for which
    /// [`Node::is_split`] holds. Going up again (`parent`, `mapping`) leads into the tree of the whole document.
    pub fn root(self) -> Node<'d> {
        Node {
            unit: self,
            index: 0,
            logical: false,
        }
    }

    /// Whether the unit is all of the document, with whatever root it has.
    pub fn is_whole(self) -> bool {
        self.data().shape == Shape::Whole
    }

    /// Whether the unit's entries stand at the top level.
    pub fn is_top(self) -> bool {
        self.data().is_top()
    }

    /// The unit whose last entry is the section that this unit stands in.
    pub fn head(self) -> Option<Unit<'d>> {
        if self.data().is_top() {
            return None;
        }
        let head = self.doc.store().top_at_or_before(self.index());
        Some(Unit::of(self.doc, head))
    }

    /// Number of nodes in the unit; [`Node::index`] is below it.
    pub fn node_count(self) -> usize {
        self.data().tree.nodes.len()
    }

    /// The node with this [`Node::index`].
    pub fn node(self, index: usize) -> Option<Node<'d>> {
        (index < self.node_count()).then(|| self.logical(index as u32))
    }

    /// Whether a syntax error lies in the unit.
    pub fn has_errors(self) -> bool {
        !self.data().tree.errors.is_empty()
    }

    /// The unit's syntax errors in the order of the text. What depends on other units (an undefined alias) is not among
    /// them; see [`Document::errors`].
    pub fn errors(self) -> impl Iterator<Item = SyntaxError> {
        let start = self.start();
        self.data()
            .tree
            .errors
            .iter()
            .map(move |error| error.at(start))
    }

    /// The unit's comments in the order of the text.
    pub fn comments(self) -> impl Iterator<Item = Comment<'d>> {
        let start = self.start();
        let data = self.data();
        data.tree.comments.iter().map(move |comment| Comment {
            text: &data.text[comment.start as usize..comment.end as usize],
            range: TextRange::new((start + comment.start).into(), (start + comment.end).into()),
            own_line: comment.own_line,
        })
    }

    /// A value that belongs to this unit for as long as the unit lives; computed once per type `T` and shared by all
    /// snapshots that share the unit. It must depend on nothing but the unit's text and path; in particular it must hold
    /// offsets relative to the unit's start.
    ///
    /// When two threads ask at once both may compute, and one of the results is kept.
    pub fn memo<T: Any + Send + Sync>(self, compute: impl FnOnce(Unit<'d>) -> T) -> &'d T {
        self.data().memo.get(|| compute(self))
    }
}
