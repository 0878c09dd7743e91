//! Nodes and entries: one logical tree over all fragments.

use std::borrow::Cow;

use text_size::{TextRange, TextSize};

use crate::{
    Document, Fragment, NodeKind, ScalarStyle,
    fragment_data::FragmentData,
    scalar::SourceMap,
    store::{ERRORS, MERGES},
    tree::{COLON, DECODED, FLOW, NONE, NodeData, SPLIT},
};

/// A node of the tree: a collection, a scalar, an alias, or the empty place where a value could stand.
#[derive(Clone, Copy)]
pub struct Node<'d> {
    pub(crate) fragment: Fragment<'d>,
    pub(crate) index: u32,
    /// Seen as a part of the whole document: the mapping at the root of a fragment then stands for the mapping that goes on
    /// through all fragments of the same level.
    pub(crate) logical: bool,
}

impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.data(), other.data()) && self.logical == other.logical
    }
}

impl Eq for Node<'_> {}

impl std::fmt::Debug for Node<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{:?}@{:?}", self.kind(), self.range())
    }
}

impl Document {
    /// The root nodes of the YAML documents in the text, as one logical tree across fragments. Never empty: an empty text
    /// has one root of kind `Null`.
    pub fn roots(&self) -> Vec<Node<'_>> {
        let first = Fragment::of(self, 0);
        let roots = &first.data().tree.roots;
        roots.iter().map(|root| first.logical(*root)).collect()
    }

    /// The root of the first document, the one that a `.infra` file is about.
    pub fn root(&self) -> Node<'_> {
        let first = Fragment::of(self, 0);
        let root = first.data().tree.roots.first().copied().unwrap_or(0);
        first.logical(root)
    }

    /// The innermost node that covers `offset` (a key, a scalar, a collection).
    pub fn node_at(&self, offset: TextSize) -> Option<Node<'_>> {
        let offset = self.clamp(offset);
        let fragment = self.fragment_at(offset);
        let relative = u32::from(offset) - fragment.start();
        let tree = &fragment.data().tree;
        let root = tree
            .roots
            .iter()
            .rev()
            .find(|root| tree.nodes[**root as usize].start <= relative)?;
        let root = fragment.logical(*root);
        let node = root.at(relative);
        if node == root && !self.is_whole() {
            return None;
        }
        node.range().contains_inclusive(offset).then_some(node)
    }
}

impl<'d> Fragment<'d> {
    /// A node of the fragment as a part of the whole document.
    pub(crate) fn logical(self, index: u32) -> Node<'d> {
        Node {
            fragment: self,
            index,
            logical: true,
        }
    }

    /// The fragment's own entries as nodes whose ranges are absolute: a mapping with the fragment's entry or entries
    /// (for a fragment that is the whole document: whatever the root is).
    ///
    /// From here down, nothing but the fragment is seen: the value of a section's head is a mapping without entries for which
    /// [`Node::is_split`] holds. Going up again (`parent`, `mapping`) leads into the tree of the whole document.
    pub fn root(self) -> Node<'d> {
        Node {
            fragment: self,
            index: 0,
            logical: false,
        }
    }

    /// The node with this [`Node::index`].
    pub fn node(self, index: usize) -> Option<Node<'d>> {
        (index < self.node_count()).then(|| self.logical(index as u32))
    }
}

impl<'d> Node<'d> {
    fn fragment_data(self) -> &'d FragmentData {
        self.fragment.data()
    }

    fn doc(self) -> &'d Document {
        self.fragment.doc
    }

    fn data(self) -> &'d NodeData {
        &self.fragment_data().tree.nodes[self.index as usize]
    }

    fn start(self) -> u32 {
        self.fragment.start()
    }

    fn sibling(self, index: u32) -> Node<'d> {
        Node {
            index,
            logical: true,
            ..self
        }
    }

    /// The node itself, or for the value of a section's head the mapping that goes on in the fragments behind it.
    fn normal(self) -> Node<'d> {
        if self.logical && self.data().has(SPLIT) {
            return Fragment::of(self.doc(), self.fragment.index() + 1).logical(0);
        }
        self
    }

    /// A mapping that may go on in other fragments.
    fn spans(self) -> bool {
        self.logical && self.index == 0 && !self.doc().is_whole()
    }

    /// The fragments over which the mapping goes, as a half-open range; for a node inside one fragment, that fragment.
    fn extent(self) -> (usize, usize) {
        let fragment = self.fragment.index();
        if !self.spans() {
            (fragment, fragment + 1)
        } else if self.fragment_data().is_top() {
            (0, self.doc().store().len())
        } else {
            let head = self.doc().store().top_at_or_before(fragment);
            (head + 1, self.doc().store().top_after(head))
        }
    }

    /// What the node is.
    pub fn kind(self) -> NodeKind {
        self.data().kind
    }

    /// From the first to behind the last character of the node, without anchor, tag, comment and trailing blanks.
    /// Of `Null`: the empty range behind the colon.
    pub fn range(self) -> TextRange {
        let own = |node: Node<'d>| {
            let (start, data) = (node.start(), node.data());
            TextRange::new((start + data.start).into(), (start + data.end).into())
        };
        if !self.spans() {
            return own(self);
        }
        let (first, last) = self.extent();
        // The root ends where its last section ends, which is where that section's last fragment ends.
        let first = own(Fragment::of(self.doc(), first).root());
        let last = Fragment::of(self.doc(), last - 1).root();
        TextRange::new(first.start(), own(last).end().max(first.end()))
    }

    /// The fragment in which the node stands, or begins.
    pub fn fragment(self) -> Fragment<'d> {
        self.fragment
    }

    /// Number of the node inside its fragment, dense from 0, for tables beside the tree.
    pub fn index(self) -> usize {
        self.index as usize
    }

    /// True for a mapping of which the fragment at hand holds only a part: the root of a fragment, and the value of a section's
    /// head as it is seen from [`Fragment::root`].
    pub fn is_split(self) -> bool {
        !self.logical && (self.data().has(SPLIT) || (self.index == 0 && !self.doc().is_whole()))
    }

    /// The entries of a mapping in the order of the text, duplicates and broken ones included; merge keys (`<<`) as
    /// written.
    pub fn entries(self) -> impl Iterator<Item = Entry<'d>> {
        let node = self.normal();
        let (first, end) = node.extent();
        let fragment = if first == node.fragment.index() {
            node.fragment
        } else {
            Fragment::of(node.doc(), first)
        };
        let next = if node.kind() == NodeKind::Mapping {
            fragment.data().tree.nodes[node.index as usize].first
        } else {
            NONE
        };
        Entries {
            fragment,
            end,
            next,
            top: fragment.is_top(),
            logical: node.logical,
        }
    }

    /// The last entry of a mapping whose key begins before `offset`. Of a mapping that goes on through many fragments only those around
    /// `offset` are looked at.
    pub(crate) fn last_entry_before(self, offset: TextSize) -> Option<Entry<'d>> {
        let node = self.normal();
        let before = |entry: &Entry<'_>| entry.key().range().start() < offset;
        if !node.spans() {
            return node.entries().take_while(before).last();
        }
        let store = node.doc().store();
        let (first, end) = node.extent();
        let top = node.fragment_data().is_top();
        let mut at = store.find(offset.into()).min(end - 1);
        loop {
            if top {
                at = store.top_at_or_before(at);
            }
            if at < first {
                return None;
            }
            let fragment = Fragment::of(node.doc(), at);
            let entries = Entries {
                fragment,
                end: at + 1,
                next: fragment.data().tree.nodes[0].first,
                top,
                logical: true,
            };
            if let Some(last) = entries.take_while(before).last() {
                return Some(last);
            }
            at = at.checked_sub(1)?;
        }
    }

    /// The entry with this key; the first when there are several. Merge keys are not followed.
    pub fn get(self, key: &str) -> Option<Entry<'d>> {
        let node = self.normal();
        if node.spans() || node.kind() != NodeKind::Mapping {
            return node.entries().find(|entry| entry.is_named(key));
        }
        // Rules ask for keys by the hundred for each entry, and most of them are not there.
        let fragment = node.fragment_data();
        let nodes = &fragment.tree.nodes;
        let mut at = node.data().first;
        while let Some(data) = nodes.get(at as usize) {
            let entry = Entry {
                key: Node { index: at, ..node },
            };
            let named = match data.is_its_source() {
                true => data.is_written(&fragment.text, key),
                false => entry.is_named(key),
            };
            if named {
                return Some(entry);
            }
            at = nodes
                .get(data.next as usize)
                .map_or(NONE, |value| value.next);
        }
        None
    }

    /// False when the mapping has no merge key for certain.
    pub(crate) fn may_merge(self) -> bool {
        let node = self.normal();
        if node.spans() {
            node.doc().store().any(MERGES)
        } else {
            node.fragment_data().tree.may_merge
        }
    }

    /// The items of a sequence (`Null` nodes for empty ones).
    pub fn items(self) -> impl Iterator<Item = Node<'d>> {
        let first = if self.kind() == NodeKind::Sequence {
            self.data().first
        } else {
            NONE
        };
        self.children_from(first)
    }

    /// The nodes directly inside a collection: items, or keys and values in turn.
    pub(crate) fn children_from(self, first: u32) -> impl Iterator<Item = Node<'d>> {
        let nodes = &self.fragment_data().tree.nodes;
        std::iter::successors((first != NONE).then_some(first), move |index| {
            let next = nodes[*index as usize].next;
            (next != NONE).then_some(next)
        })
        .map(move |index| Node { index, ..self })
    }

    /// The value of a scalar as YAML reads it (quotes, escapes, folding undone).
    pub fn value(self) -> Option<Cow<'d, str>> {
        let data = self.data();
        if data.kind != NodeKind::Scalar {
            return None;
        }
        let fragment = self.fragment_data();
        if data.has(DECODED) {
            return Some(Cow::Borrowed(
                fragment.tree.value(self.index).unwrap_or_default(),
            ));
        }
        let source = &fragment.text[data.start as usize..data.end as usize];
        Some(Cow::Borrowed(match data.style {
            ScalarStyle::Plain => source,
            _ => source
                .get(1..source.len().saturating_sub(1).max(1))
                .unwrap_or_default(),
        }))
    }

    /// The node as written.
    pub fn source(self) -> Cow<'d, str> {
        if self.spans() {
            return self.doc().slice(self.range());
        }
        let data = self.data();
        Cow::Borrowed(&self.fragment_data().text[data.start as usize..data.end as usize])
    }

    /// How a scalar is written; `None` for anything else.
    pub fn style(self) -> Option<ScalarStyle> {
        (self.data().kind == NodeKind::Scalar).then_some(self.data().style)
    }

    /// Whether a collection stands in `{ }` or `[ ]`.
    pub fn is_flow(self) -> bool {
        self.data().has(FLOW)
    }

    /// Maps a byte offset of [`Node::value`] to the absolute offset in the text that it comes from.
    pub fn source_offset(self, value_offset: usize) -> TextSize {
        self.source_map().offset(value_offset)
    }

    /// As [`Node::source_offset`], for many offsets: in ascending order all of them take one walk over the scalar.
    pub fn source_map(self) -> SourceMap<'d> {
        let data = self.data();
        let source = &self.fragment_data().text[data.start as usize..data.end as usize];
        let start = self.start() + data.start;
        match self.value() {
            // What is read as it is written needs no looking.
            Some(_) if !data.has(DECODED) => {
                let quote = usize::from(data.style != ScalarStyle::Plain);
                SourceMap::same(start, quote, source.len())
            }
            Some(value) => SourceMap::walk(start, source, data.style, value),
            None => SourceMap::same(start, 0, 0),
        }
    }

    /// `&name` in front of the node, with its range (including the `&`).
    pub fn anchor(self) -> Option<(&'d str, TextRange)> {
        let fragment = self.fragment_data();
        let property = fragment.tree.anchor(self.index)?;
        let range = TextRange::new(
            (self.start() + property.start).into(),
            (self.start() + property.end).into(),
        );
        Some((
            &fragment.text[property.start as usize + 1..property.end as usize],
            range,
        ))
    }

    /// `!tag` in front of the node as written, with its range.
    pub fn tag(self) -> Option<(&'d str, TextRange)> {
        let fragment = self.fragment_data();
        let property = fragment.tree.tag(self.index)?;
        let range = TextRange::new(
            (self.start() + property.start).into(),
            (self.start() + property.end).into(),
        );
        Some((
            &fragment.text[property.start as usize..property.end as usize],
            range,
        ))
    }

    /// What the tag stands for: `tag:yaml.org,2002:str` for `!!str`, `!local` for itself, and what the document's `%TAG`
    /// lines say.
    pub fn tag_uri(self) -> Option<&'d str> {
        let tree = &self.fragment_data().tree;
        let at = tree
            .tags
            .binary_search_by_key(&self.index, |property| property.node)
            .ok()?;
        Some(&tree.tag_uris[at])
    }

    /// The name of an alias, without `*`.
    pub fn alias(self) -> Option<&'d str> {
        let data = self.data();
        if data.kind != NodeKind::Alias {
            return None;
        }
        self.fragment_data()
            .text
            .get(data.start as usize + 1..data.end as usize)
    }

    /// The entry of which this is the key, when that has its colon. Unlike [`Node::parent`] it takes no time among thousands of keys
    /// without one.
    pub fn entry_with_colon(self) -> Option<Entry<'d>> {
        self.data().has(COLON).then_some(Entry { key: self })
    }

    /// What the node stands in; `None` for the root of a document.
    pub fn parent(self) -> Option<Parent<'d>> {
        let data = self.data();
        if data.parent == NONE {
            if self.doc().is_whole() || self.fragment_data().is_top() {
                return None;
            }
            let head = self.fragment.head()?;
            let node = head.logical(head.data().split_value()?);
            return Some(Parent::Value(node.entry_of_value()?));
        }
        let parent = self.sibling(data.parent);
        match parent.kind() {
            NodeKind::Mapping => {
                // A key with its colon is known, and so is what stands behind one.
                let named = |index| Entry {
                    key: Node { index, ..parent },
                };
                if data.has(COLON) {
                    return Some(Parent::Key(named(self.index)));
                }
                let tree = &self.fragment_data().tree;
                if let Some(key) = tree.before(self.index)
                    && tree.nodes[key as usize].has(COLON)
                {
                    return Some(Parent::Value(named(key)));
                }
                let mut children = parent.children_from(parent.data().first);
                loop {
                    let (key, value) = (children.next()?, children.next());
                    if key.index == self.index {
                        return Some(Parent::Key(Entry { key }));
                    }
                    if value.is_some_and(|value| value.index == self.index) {
                        return Some(Parent::Value(Entry { key }));
                    }
                }
            }
            _ => {
                let position = parent
                    .children_from(parent.data().first)
                    .position(|item| item.index == self.index)?;
                Some(Parent::Item(parent, position))
            }
        }
    }

    /// The entry of which this node, which has a mapping above it, is the value.
    fn entry_of_value(self) -> Option<Entry<'d>> {
        let parent = self.sibling(self.data().parent);
        let mut children = parent.children_from(parent.data().first);
        while let (Some(key), Some(value)) = (children.next(), children.next()) {
            if value.index == self.index {
                return Some(Entry { key });
            }
        }
        None
    }

    /// The keys and indices from the root of its document to this node. A key has the path of its entry.
    pub fn path(self) -> Vec<Segment> {
        let mut path = Vec::new();
        let mut node = self;
        while let Some(parent) = node.parent() {
            node = match parent {
                Parent::Value(entry) | Parent::Key(entry) => {
                    path.push(Segment::Key(entry.key_text().into()));
                    entry.mapping()
                }
                Parent::Item(sequence, position) => {
                    path.push(Segment::Item(position));
                    sequence
                }
            };
        }
        path.reverse();
        path
    }

    /// Whether a syntax error lies inside this node, so that what it lacks must not be checked.
    pub fn has_errors(self) -> bool {
        let (first, last) = self.extent();
        if last - first > 1 {
            return self
                .doc()
                .store()
                .with(ERRORS, first..last)
                .next()
                .is_some();
        }
        let data = self.data();
        let tree = &self.fragment_data().tree;
        match data.parent {
            NONE => !tree.errors.is_empty(),
            _ => tree.has_error_in(data.start, data.end),
        }
    }

    /// The innermost node of the fragment at this offset (relative to the fragment).
    pub(crate) fn at(self, offset: u32) -> Node<'d> {
        let mut node = self;
        while let Some(child) = node.child_at(offset) {
            node = child;
        }
        node
    }

    /// The child at this offset.
    fn child_at(self, offset: u32) -> Option<Node<'d>> {
        const FEW: usize = 32;
        let mut children = self.children_from(self.data().first);
        let fits = |child: &Node<'d>| offset <= child.data().end;
        let begins = |child: &Node<'d>| child.data().start <= offset;
        let mut found = None;
        for (number, child) in children.by_ref().take_while(begins).enumerate() {
            if fits(&child) {
                found = Some(child);
                break;
            }
            if number == FEW && self.fragment_data().tree.is_ordered {
                // One of many is not looked for by walking along them.
                let near = self.fragment_data().tree.child_near(self.index, offset)?;
                found = Some(Node {
                    index: near,
                    ..self
                })
                .filter(fits);
                break;
            }
        }
        let child = found?;
        let data = child.data();
        // Between two nodes that touch, the one that begins here wins, unless it is empty.
        if offset == data.end && data.next != NONE {
            let after = Node {
                index: data.next,
                ..child
            };
            if after.data().start == offset && after.data().end > offset {
                return Some(after);
            }
        }
        Some(child)
    }
}

struct Entries<'d> {
    fragment: Fragment<'d>,
    /// Behind the last fragment.
    end: usize,
    next: u32,
    top: bool,
    logical: bool,
}

impl<'d> Iterator for Entries<'d> {
    type Item = Entry<'d>;

    fn next(&mut self) -> Option<Entry<'d>> {
        while self.next == NONE {
            // On to the next fragment of the same level.
            let at = self.fragment.index();
            let next = if self.top && at + 1 < self.end {
                self.fragment.doc.store().top_after(at)
            } else {
                at + 1
            };
            if next >= self.end {
                self.end = 0;
                return None;
            }
            self.fragment = Fragment::of(self.fragment.doc, next);
            self.next = self.fragment.data().tree.nodes[0].first;
        }
        let nodes = &self.fragment.data().tree.nodes;
        let key = Node {
            fragment: self.fragment,
            index: self.next,
            logical: self.logical,
        };
        let value = nodes[self.next as usize].next;
        self.next = if value == NONE {
            NONE
        } else {
            nodes[value as usize].next
        };
        Some(Entry { key })
    }
}

/// What a node stands in.
#[derive(Clone, Copy, Debug)]
pub enum Parent<'d> {
    /// It is the value of this entry.
    Value(Entry<'d>),
    /// It is the key of this entry.
    Key(Entry<'d>),
    /// It is an item of this sequence, at this position.
    Item(Node<'d>, usize),
}

/// One `key: value` of a mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'d> {
    pub(crate) key: Node<'d>,
}

impl<'d> Entry<'d> {
    /// The key.
    pub fn key(self) -> Node<'d> {
        self.key
    }

    /// The key's value as text; for a key that is no scalar, its source.
    pub fn key_text(self) -> Cow<'d, str> {
        self.key.value().unwrap_or_else(|| self.key.source())
    }

    /// Whether the key's value is `name`.
    pub fn is_named(self, name: &str) -> bool {
        let data = self.key.data();
        if data.is_its_source() {
            return data.is_written(&self.key.fragment_data().text, name);
        }
        self.key_text() == name
    }

    /// The value; a node of kind `Null` when nothing is written.
    pub fn value(self) -> Node<'d> {
        let next = self.key.data().next;
        if next == NONE {
            self.key
        } else {
            Node {
                index: next,
                ..self.key
            }
            .normal()
        }
    }

    /// From the key to the end of the value.
    pub fn range(self) -> TextRange {
        let (key, value) = (self.key.range(), self.value().range());
        TextRange::new(key.start(), value.end().max(key.end()))
    }

    /// False for a word that has no colon (yet); such an entry has a syntax error, and a `Null` value unless deeper lines
    /// below the word are its value once the colon is there. In `{a, b}` the keys have no colon either, rightly.
    pub fn has_colon(self) -> bool {
        self.key.data().has(COLON)
    }

    /// The mapping that the entry stands in.
    pub fn mapping(self) -> Node<'d> {
        let mut node = self.key.sibling(self.key.data().parent);
        if node.index == 0 && !node.doc().is_whole() {
            // The mapping is known by the first of its fragments, from wherever it is reached.
            let first = if node.fragment_data().is_top() {
                0
            } else {
                node.extent().0
            };
            node.fragment = Fragment::of(node.doc(), first);
        }
        node
    }
}

/// A step of a path.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Segment {
    /// Into the entry of a mapping.
    Key(Box<str>),
    /// Into an item of a sequence, from 0.
    Item(usize),
}

impl std::fmt::Display for Segment {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Segment::Key(key) => formatter.write_str(key),
            Segment::Item(position) => write!(formatter, "{position}"),
        }
    }
}
