//! Builds a [`Tree`] node by node, with a way back when a piece turns out not to parse.

use crate::{
    error::RawError,
    siblings,
    tree::{CommentData, DECODED, NONE, NodeData, NodeKind, Property, ScalarStyle, Tree},
};

#[derive(Default)]
pub(crate) struct TreeBuilder {
    pub nodes: Vec<NodeData>,
    pub roots: Vec<u32>,
    pub values: Vec<(u32, Box<str>)>,
    pub anchors: Vec<Property>,
    pub tags: Vec<(Property, Box<str>)>,
    pub aliases: Vec<u32>,
    pub comments: Vec<CommentData>,
    pub errors: Vec<RawError>,
    /// The open collections with their last child.
    open: Vec<(u32, u32)>,
}

/// A state of the builder to which [`TreeBuilder::rollback`] returns.
pub(crate) struct Checkpoint {
    nodes: usize,
    roots: usize,
    values: usize,
    anchors: usize,
    tags: usize,
    aliases: usize,
    comments: usize,
    errors: usize,
    open: usize,
    last: Option<(u32, u32)>,
}

impl TreeBuilder {
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint {
            nodes: self.nodes.len(),
            roots: self.roots.len(),
            values: self.values.len(),
            anchors: self.anchors.len(),
            tags: self.tags.len(),
            aliases: self.aliases.len(),
            comments: self.comments.len(),
            errors: self.errors.len(),
            open: self.open.len(),
            last: self.open.last().copied(),
        }
    }

    /// Lets nothing that was added since then reach beyond this offset.
    pub fn end_at(&mut self, since: &Checkpoint, limit: u32) {
        let cut = |start: &mut u32, end: &mut u32| {
            *start = (*start).min(limit);
            *end = (*end).min(limit);
        };
        for node in &mut self.nodes[since.nodes..] {
            cut(&mut node.start, &mut node.end);
        }
        for anchor in &mut self.anchors[since.anchors..] {
            cut(&mut anchor.start, &mut anchor.end);
        }
        for (tag, _) in &mut self.tags[since.tags..] {
            cut(&mut tag.start, &mut tag.end);
        }
        for comment in &mut self.comments[since.comments..] {
            cut(&mut comment.start, &mut comment.end);
        }
    }

    pub fn rollback(&mut self, to: &Checkpoint) {
        self.nodes.truncate(to.nodes);
        self.roots.truncate(to.roots);
        self.values.truncate(to.values);
        self.anchors.truncate(to.anchors);
        self.tags.truncate(to.tags);
        self.aliases.truncate(to.aliases);
        self.comments.truncate(to.comments);
        self.errors.truncate(to.errors);
        self.open.truncate(to.open);
        if let (Some(open), Some(last)) = (self.open.last_mut(), to.last) {
            *open = last;
            if last.1 == NONE {
                self.nodes[last.0 as usize].first = NONE;
            } else {
                self.nodes[last.1 as usize].next = NONE;
            }
        }
    }

    /// Adds a node as the next child of the innermost open collection, or as a root.
    pub fn add(&mut self, kind: NodeKind, start: usize, end: usize) -> u32 {
        let index = self.nodes.len() as u32;
        let mut parent = NONE;
        if let Some((open, last)) = self.open.last_mut() {
            parent = *open;
            if *last == NONE {
                self.nodes[*open as usize].first = index;
            } else {
                self.nodes[*last as usize].next = index;
            }
            *last = index;
        } else {
            self.roots.push(index);
        }
        self.nodes.push(NodeData {
            start: start as u32,
            end: end.max(start) as u32,
            parent,
            first: NONE,
            next: NONE,
            kind,
            style: ScalarStyle::Plain,
            flags: 0,
        });
        index
    }

    /// Adds a collection and makes it the innermost open one.
    pub fn open(&mut self, kind: NodeKind, start: usize, flags: u8) -> u32 {
        let index = self.add(kind, start, start);
        self.nodes[index as usize].flags = flags;
        self.open.push((index, NONE));
        index
    }

    /// Makes a node that was just added the innermost open collection.
    pub fn reopen(&mut self, index: u32, kind: NodeKind, start: usize) {
        let node = &mut self.nodes[index as usize];
        node.kind = kind;
        node.start = start as u32;
        node.end = start as u32;
        self.open.push((index, NONE));
    }

    /// Closes the innermost open collection at `end`, or behind its last child.
    pub fn close(&mut self, end: Option<usize>) {
        let Some((index, last)) = self.open.pop() else {
            return;
        };
        let last_end = if last == NONE {
            0
        } else {
            self.nodes[last as usize].end
        };
        let node = &mut self.nodes[index as usize];
        node.end = end.map_or(last_end, |end| end as u32).max(node.start);
    }

    pub fn depth(&self) -> usize {
        self.open.len()
    }

    pub fn open_node(&self) -> Option<u32> {
        self.open.last().map(|(node, _)| *node)
    }

    pub fn last_child(&self) -> Option<u32> {
        self.open
            .last()
            .map(|(_, last)| *last)
            .filter(|last| *last != NONE)
    }

    pub fn error(&mut self, error: RawError) {
        self.errors.push(error);
    }

    /// The tree of what was added. Nothing is left in the builder but its room for the next tree.
    pub fn finish(&mut self) -> Tree {
        self.comments.sort_by_key(|comment| comment.start);
        self.comments.dedup_by_key(|comment| comment.start);
        self.errors
            .sort_by_key(|error| (error.start, error.end, error.code));
        self.errors.dedup();
        self.anchors.sort_by_key(|property| property.node);
        self.tags.sort_by_key(|(property, _)| property.node);
        let (tags, tag_uris): (Vec<_>, Vec<_>) = self.tags.drain(..).unzip();
        self.values.sort_by_key(|value| value.0);
        let mut last_end = 0;
        let ends = self.errors.iter().map(|error| {
            last_end = last_end.max(error.end);
            last_end
        });
        let error_ends = ends.collect();
        let is_ordered = self.nodes.is_sorted_by_key(|node| node.start);
        let tree = Tree {
            is_ordered,
            nodes: self.nodes.as_slice().into(),
            roots: self.roots.as_slice().into(),
            values: self.values.drain(..).collect(),
            anchors: self.anchors.as_slice().into(),
            tags: tags.into(),
            tag_uris: tag_uris.into(),
            aliases: self.aliases.as_slice().into(),
            comments: self.comments.as_slice().into(),
            errors: self.errors.drain(..).collect(),
            error_ends,
            may_merge: false,
        };
        self.nodes.clear();
        self.roots.clear();
        self.anchors.clear();
        self.aliases.clear();
        self.comments.clear();
        self.open.clear();
        tree
    }
}

impl TreeBuilder {
    /// Takes back the node that was added last, which must have no children. Its properties go to the node that is added
    /// in its place.
    pub fn unadd(&mut self, node: u32) {
        if node as usize + 1 != self.nodes.len() {
            return;
        }
        let before = siblings::before(&self.nodes, node);
        self.nodes.pop();
        if self.roots.last() == Some(&node) {
            self.roots.pop();
        }
        let Some((open, last)) = self.open.last_mut() else {
            return;
        };
        match before {
            Some(before) => {
                self.nodes[before as usize].next = NONE;
                *last = before;
            }
            None => {
                self.nodes[*open as usize].first = NONE;
                *last = NONE;
            }
        }
    }

    /// Gives quoted scalars that lack their closing quote, among the nodes from `from` on, the value that they have.
    pub fn keep_open_quotes(&mut self, from: usize, text: &str) {
        for index in from..self.nodes.len() {
            let node = &mut self.nodes[index];
            let quote = match node.style {
                ScalarStyle::SingleQuoted => '\'',
                ScalarStyle::DoubleQuoted => '"',
                _ => continue,
            };
            let source = text
                .get(node.start as usize..node.end as usize)
                .unwrap_or_default();
            if !node.has(DECODED) && (source.len() < 2 || !source.ends_with(quote)) {
                node.flags |= DECODED;
                self.values
                    .push((index as u32, source.get(1..).unwrap_or_default().into()));
            }
        }
    }
}
