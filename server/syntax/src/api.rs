//! The shape of the crate's interface; see the items.
#![allow(unused_variables, missing_docs)]
use std::{any::Any, borrow::Cow};

use ropey::Rope;
use text_size::{TextRange, TextSize};

/// An immutable snapshot of a text and its tree. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Document {}

/// Bounds beyond which a text is answered with one clear error instead of a tree.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Largest text in bytes.
    pub bytes: usize,
    /// Deepest nesting of collections.
    pub depth: usize,
    /// Most nodes that aliases and merge keys may expand to when they are followed.
    pub expansion: usize,
}

/// Replacement of a range of the text (byte offsets) by `insert`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextEdit {
    pub range: TextRange,
    pub insert: String,
}

impl Document {
    pub fn parse(text: &str) -> Document {
        todo!()
    }
    pub fn parse_with(text: &str, limits: Limits) -> Document {
        todo!()
    }
    /// The snapshot after `edit`; untouched units are shared with `self`.
    /// The range is clamped to the text and to character borders.
    pub fn apply(&self, edit: &TextEdit) -> Document {
        todo!()
    }
    /// Several edits, each in terms of the text that the one before it left (as in LSP `didChange`); re-parses once.
    pub fn apply_all(&self, edits: &[TextEdit]) -> Document {
        todo!()
    }
    pub fn rope(&self) -> &Rope {
        todo!()
    }
    pub fn len(&self) -> TextSize {
        todo!()
    }
    pub fn is_empty(&self) -> bool {
        todo!()
    }
    /// The text of a range; borrowed where it lies inside one unit.
    pub fn slice(&self, range: TextRange) -> Cow<'_, str> {
        todo!()
    }
    /// The units in the order of the text.
    pub fn units(&self) -> impl Iterator<Item = Unit<'_>> {
        std::iter::empty()
    }
    pub fn unit_count(&self) -> usize {
        todo!()
    }
    pub fn unit(&self, index: usize) -> Unit<'_> {
        todo!()
    }
    /// The unit that holds `offset` (the last one that begins at or before it).
    pub fn unit_at(&self, offset: TextSize) -> Unit<'_> {
        todo!()
    }
    /// The root nodes of the YAML documents in the text, as one logical tree across units. Never empty: an empty text
    /// has one root of kind `Null`.
    pub fn roots(&self) -> Vec<Node<'_>> {
        todo!()
    }
    /// The root of the first document, the one that a `.infra` file is about.
    pub fn root(&self) -> Node<'_> {
        todo!()
    }
    /// Syntax errors in the order of the text.
    pub fn errors(&self) -> Vec<SyntaxError> {
        todo!()
    }
    /// Comments in the order of the text.
    pub fn comments(&self) -> impl Iterator<Item = Comment<'_>> {
        std::iter::empty()
    }
    /// What stands at `offset`, also where the text is broken.
    pub fn cursor(&self, offset: TextSize) -> Cursor<'_> {
        todo!()
    }
    /// The innermost node that covers `offset` (a key, a scalar, a collection).
    pub fn node_at(&self, offset: TextSize) -> Option<Node<'_>> {
        todo!()
    }
}

/// A piece of the document that is parsed by itself: the header lines, one section's head, one named binding …
/// Where the outline cannot be trusted the only unit is the whole document.
#[derive(Clone, Copy, Debug)]
pub struct Unit<'d> {
    doc: &'d Document,
    index: usize,
}

impl<'d> Unit<'d> {
    pub fn index(self) -> usize {
        self.index
    }
    /// Address of the shared unit: equal for a unit that an edit left alone, unique among live units.
    pub fn id(self) -> usize {
        todo!()
    }
    pub fn text(self) -> &'d str {
        todo!()
    }
    pub fn range(self) -> TextRange {
        todo!()
    }
    /// Zero-based line on which the unit begins.
    pub fn line(self) -> usize {
        todo!()
    }
    /// The keys of the mappings around the unit: empty at the top, `["state_backends"]` for the entry `default` below it.
    /// Part of the unit's identity: when it changes, the unit is a new one.
    pub fn path(self) -> &'d [Box<str>] {
        todo!()
    }
    /// The unit's own entries as nodes whose ranges are absolute: a mapping with the unit's entry or entries
    /// (for a unit that is the whole document: whatever the root is).
    pub fn root(self) -> Node<'d> {
        todo!()
    }
    pub fn has_errors(self) -> bool {
        todo!()
    }
    pub fn errors(self) -> impl Iterator<Item = SyntaxError> {
        std::iter::empty()
    }
    pub fn comments(self) -> impl Iterator<Item = Comment<'d>> {
        std::iter::empty()
    }
    /// A value that belongs to this unit for as long as the unit lives; computed once per type `T` and shared by all snapshots
    /// that share the unit. It must depend on nothing but the unit's text and path.
    pub fn memo<T: Any + Send + Sync>(self, compute: impl FnOnce(Unit<'d>) -> T) -> &'d T {
        todo!()
    }
}

/// A node of the tree: a collection, a scalar, an alias, or the empty place where a value could stand.
#[derive(Clone, Copy)]
pub struct Node<'d> {
    doc: &'d Document,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    Mapping,
    Sequence,
    Scalar,
    Alias,
    /// Nothing is written: `key:` without a value, an empty document.
    Null,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScalarStyle {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Literal,
    Folded,
}

impl<'d> Node<'d> {
    pub fn kind(self) -> NodeKind {
        todo!()
    }
    /// From the first to behind the last character of the node, without anchor, tag, comment and trailing blanks.
    /// Of `Null`: the empty range behind the colon.
    pub fn range(self) -> TextRange {
        todo!()
    }
    pub fn unit(self) -> Unit<'d> {
        todo!()
    }
    /// Number of the node inside its unit, dense from 0, for tables beside the tree.
    pub fn index(self) -> usize {
        todo!()
    }
    /// The entries of a mapping in the order of the text, duplicates and broken ones included; merge keys (`<<`) as written.
    pub fn entries(self) -> impl Iterator<Item = Entry<'d>> {
        std::iter::empty()
    }
    /// The entry with this key; the first when there are several. Merge keys are not followed.
    pub fn get(self, key: &str) -> Option<Entry<'d>> {
        todo!()
    }
    /// The entries that the mapping has once aliases and merge keys are followed: own entries first, then those that
    /// merges add, each key once. Bounded by `Limits::expansion`, safe against cycles.
    pub fn resolved_entries(self) -> Vec<Entry<'d>> {
        todo!()
    }
    /// `get` over the resolved entries.
    pub fn get_resolved(self, key: &str) -> Option<Entry<'d>> {
        todo!()
    }
    /// The items of a sequence (`Null` nodes for empty ones).
    pub fn items(self) -> impl Iterator<Item = Node<'d>> {
        std::iter::empty()
    }
    /// The value of a scalar as YAML reads it (quotes, escapes, folding undone).
    pub fn value(self) -> Option<Cow<'d, str>> {
        todo!()
    }
    /// The scalar as written.
    pub fn source(self) -> Cow<'d, str> {
        todo!()
    }
    pub fn style(self) -> Option<ScalarStyle> {
        todo!()
    }
    pub fn is_flow(self) -> bool {
        todo!()
    }
    /// Maps a byte offset of [`Node::value`] to the absolute offset in the text that it comes from.
    pub fn source_offset(self, value_offset: usize) -> TextSize {
        todo!()
    }
    /// `&name` in front of the node, with its range (including the `&`).
    pub fn anchor(self) -> Option<(&'d str, TextRange)> {
        todo!()
    }
    pub fn tag(self) -> Option<(&'d str, TextRange)> {
        todo!()
    }
    /// The name of an alias, without `*`.
    pub fn alias(self) -> Option<&'d str> {
        todo!()
    }
    /// The node that an alias stands for, `self` for any other; `None` when it is undefined or a cycle.
    pub fn resolve(self) -> Option<Node<'d>> {
        todo!()
    }
    pub fn parent(self) -> Option<Parent<'d>> {
        todo!()
    }
    /// The keys and indices from the root of its document to this node.
    pub fn path(self) -> Vec<Segment> {
        todo!()
    }
    /// Whether a syntax error lies inside this node, so that what it lacks must not be judged.
    pub fn has_errors(self) -> bool {
        todo!()
    }
}

/// What a node stands in.
#[derive(Clone, Copy)]
pub enum Parent<'d> {
    /// It is the value of this entry.
    Value(Entry<'d>),
    /// It is the key of this entry.
    Key(Entry<'d>),
    /// It is an item of this sequence, at this position.
    Item(Node<'d>, usize),
}

/// One `key: value` of a mapping.
#[derive(Clone, Copy)]
pub struct Entry<'d> {
    doc: &'d Document,
}

impl<'d> Entry<'d> {
    pub fn key(self) -> Node<'d> {
        todo!()
    }
    /// The key's value as text; for a key that is no scalar, its source.
    pub fn key_text(self) -> Cow<'d, str> {
        todo!()
    }
    pub fn value(self) -> Node<'d> {
        todo!()
    }
    /// From the key to the end of the value.
    pub fn range(self) -> TextRange {
        todo!()
    }
    /// False for a word that has no colon (yet); such an entry has a syntax error and a `Null` value.
    pub fn has_colon(self) -> bool {
        todo!()
    }
    /// The mapping that the entry stands in.
    pub fn mapping(self) -> Node<'d> {
        todo!()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Segment {
    Key(Box<str>),
    Item(usize),
}

#[derive(Clone, Copy, Debug)]
pub struct Comment<'d> {
    /// With the `#`.
    pub text: &'d str,
    pub range: TextRange,
    /// True when nothing but blanks stands before it on its line.
    pub own_line: bool,
}

/// A place where the text is no YAML, in words for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    pub code: SyntaxCode,
    pub range: TextRange,
    pub message: String,
    /// A second place that matters (where the quote was opened, the first merge conflict marker …).
    pub related: Option<(TextRange, String)>,
    /// The edits that mend it, where there is one right way.
    pub fix: Option<SyntaxFix>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxFix {
    pub title: String,
    pub edits: Vec<TextEdit>,
}

/// Stable kebab-case codes of syntax errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SyntaxCode {
    MissingColon,
    UnclosedQuote,
    // … one per kind of error that deserves its own message
    Other,
}

impl SyntaxCode {
    pub fn as_str(self) -> &'static str {
        todo!()
    }
}

/// What stands at an offset, and what could be typed there.
#[derive(Clone)]
pub struct Cursor<'d> {
    pub offset: TextSize,
    /// Keys and indices that lead to the collection in which the cursor stands (or in which a word typed here would stand,
    /// by its indentation). The YAML document's own number is not part of it.
    pub parent: Vec<Segment>,
    /// The mapping or sequence at `parent` when there is one already.
    pub container: Option<Node<'d>>,
    pub place: Place<'d>,
    /// Inside `{ }` or `[ ]`.
    pub flow: bool,
    /// `${…` around the cursor in a scalar, whatever `place` is: the range of the name up to the cursor's word end, and
    /// whether the brace is closed.
    pub variable: Option<VariableAt>,
}

#[derive(Clone, Copy, Debug)]
pub struct VariableAt {
    /// From `$` to behind `}` (or to the end of what is typed).
    pub range: TextRange,
    /// The name alone.
    pub name: TextRange,
    /// Behind `:-`.
    pub in_default: bool,
    pub closed: bool,
}

#[derive(Clone)]
pub enum Place<'d> {
    /// On a key, or on a word that may become one. `replace` is the word.
    Key { entry: Entry<'d>, replace: TextRange },
    /// In the value of `entry`, or in the empty place behind its colon (`replace` is then empty).
    Value { entry: Entry<'d>, value: Node<'d>, replace: TextRange },
    /// In an item of a sequence, or in the empty place behind its dash.
    Item { sequence: Node<'d>, index: usize, value: Node<'d>, replace: TextRange },
    /// On a blank line (or in a blank part of a flow collection) where a new key or item could begin.
    Blank,
    Comment { range: TextRange },
    /// Nothing can be typed here (inside a block scalar, directive, …).
    Other,
}
