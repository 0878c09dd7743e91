//! The outline of a document: sections, names, blocks, fields with their values.

use std::borrow::Cow;

use nexflow_syntax::{Entry, Node, NodeKind, TextRange};

use crate::{
    Snapshot,
    merged::{Applies, MergedMapping},
    secret::{HIDDEN, Redactor},
};

/// One line of the outline.
#[derive(Clone, Debug, PartialEq)]
pub struct OutlineNode {
    /// The key, or the number of an item.
    pub name: String,
    /// What a closed line still says: a scalar's value, an entry's type.
    pub detail: String,
    /// What it is.
    pub kind: OutlineKind,
    /// The whole thing.
    pub range: TextRange,
    /// The key.
    pub selection: TextRange,
    /// What stands below.
    pub children: Vec<OutlineNode>,
}

/// What a line of the outline is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutlineKind {
    /// A top-level section.
    Section,
    /// A name that the user chose.
    Name,
    /// A mapping.
    Block,
    /// A list.
    List,
    /// A field with a scalar value.
    Field,
    /// A boolean.
    Bool,
    /// A number, size or duration.
    Number,
}

/// Values longer than this are cut in the outline.
const DETAIL: usize = 60;

/// Deeper levels are left out of the outline.
const DEPTH: usize = 64;

/// As many symbols as other language servers give of one document. Where there are more, the deepest levels are left out, so that the
/// outline still leads to every part of the document.
const MOST: usize = 5_000;

/// Sections and their entries are never left out.
const ALWAYS: usize = 2;

/// The outline of the first document of the text and of any that follow it.
pub fn outline(snapshot: &Snapshot) -> Vec<OutlineNode> {
    let mapping = MergedMapping::root(snapshot);
    let roots = snapshot.document.roots();
    let outliner = Outliner {
        redactor: Redactor::new(snapshot),
        levels: levels(&roots),
    };
    roots
        .into_iter()
        .flat_map(Node::entries)
        .map(|entry| outliner.of_entry(entry, Some(&mapping), 0))
        .collect()
}

/// How many levels have at most [`MOST`] symbols together.
fn levels(roots: &[Node<'_>]) -> usize {
    let mut level: Vec<Node<'_>> = roots.to_vec();
    let mut count = 0;
    for depth in 0..=DEPTH {
        level = level.into_iter().flat_map(below).collect();
        count += level.len();
        if depth >= ALWAYS && count > MOST {
            return depth;
        }
        if level.is_empty() {
            break;
        }
    }
    DEPTH + 1
}

/// The values of what the outline shows below a node.
fn below(node: Node<'_>) -> Vec<Node<'_>> {
    match node.kind() {
        NodeKind::Mapping => node.entries().map(Entry::value).collect(),
        NodeKind::Sequence => shown_items(node).map(|(_, item)| item).collect(),
        _ => Vec::new(),
    }
}

/// The items of a list with their numbers. A list of scalars reads well in its own line; its items would only lengthen the outline.
fn shown_items(list: Node<'_>) -> impl Iterator<Item = (usize, Node<'_>)> {
    let is_shown = |item: &Node<'_>| matches!(item.kind(), NodeKind::Mapping | NodeKind::Sequence);
    list.items()
        .enumerate()
        .filter(move |(_, item)| is_shown(item))
}

struct Outliner<'a> {
    redactor: Redactor<'a>,
    /// How many levels it has.
    levels: usize,
}

impl<'a> Outliner<'a> {
    /// `mapping` is the merged mapping in which the entry stands. It is asked at the upper levels only: below them the shape of a value
    /// says enough.
    fn of_entry(
        &self,
        entry: Entry<'a>,
        mapping: Option<&MergedMapping<'a>>,
        depth: usize,
    ) -> OutlineNode {
        let (name, value) = (entry.key_text(), entry.value());
        let kind = value.kind();
        let is_name = |mapping: &MergedMapping<'a>| is_named(mapping, entry);
        let below = mapping
            .filter(|_| depth == 0 && kind == NodeKind::Mapping)
            .map(|mapping| mapping.child_entry(&name, entry).mapping());
        OutlineNode {
            kind: match kind {
                NodeKind::Scalar => of_kind(value),
                _ if depth == 0 => OutlineKind::Section,
                _ if mapping.is_some_and(is_name) => OutlineKind::Name,
                _ => of_kind(value),
            },
            name: match name.is_empty() {
                _ if self.redactor.touches(entry.key().range()) => HIDDEN.to_owned(),
                true => "(empty)".to_owned(),
                false => name.into_owned(),
            },
            detail: detail(value, &self.redactor).into_owned(),
            range: entry.range().cover(entry.key().range()),
            selection: entry.key().range(),
            children: self.children(value, below.as_ref(), depth + 1),
        }
    }

    fn children(
        &self,
        value: Node<'a>,
        mapping: Option<&MergedMapping<'a>>,
        depth: usize,
    ) -> Vec<OutlineNode> {
        match value.kind() {
            _ if depth >= self.levels => Vec::new(),
            NodeKind::Mapping => value
                .entries()
                .map(|entry| self.of_entry(entry, mapping, depth))
                .collect(),
            NodeKind::Sequence => shown_items(value)
                .map(|(index, item)| OutlineNode {
                    name: format!("[{index}]"),
                    detail: detail(item, &self.redactor).into_owned(),
                    kind: of_kind(item),
                    range: item.range(),
                    selection: TextRange::empty(item.range().start()),
                    children: self.children(item, None, depth + 1),
                })
                .collect(),
            _ => Vec::new(),
        }
    }
}

/// Whether the key of an entry is a name that the user chose.
fn is_named<'a>(mapping: &MergedMapping<'a>, entry: Entry<'a>) -> bool {
    let key = entry.key_text();
    mapping
        .schema
        .is_some_and(|schema| schema.literal_child(&key).is_none())
        && !matches!(
            mapping.child_entry(&key, entry).applies(),
            Applies::Other { .. }
        )
}

fn of_kind(value: Node<'_>) -> OutlineKind {
    use nexflow_catalog::value::number;
    match value.kind() {
        NodeKind::Mapping => OutlineKind::Block,
        NodeKind::Sequence => OutlineKind::List,
        _ => {
            let text = value.value().unwrap_or_default();
            if matches!(number::plain(&text), number::Plain::Bool(_)) {
                OutlineKind::Bool
            } else if text.starts_with(|c: char| c.is_ascii_digit()) {
                OutlineKind::Number
            } else {
                OutlineKind::Field
            }
        }
    }
}

/// A scalar as written, a mapping's deciding value, a list's items in a line.
fn detail<'a>(value: Node<'a>, redactor: &Redactor<'a>) -> Cow<'a, str> {
    let source = |node: Node<'a>| match redactor.touches(node.range()) {
        true => redactor
            .source(node.fragment().document(), node.range())
            .into(),
        false => node.source(),
    };
    let text = match value.kind() {
        NodeKind::Scalar | NodeKind::Alias => source(value),
        NodeKind::Sequence => value
            .items()
            .take(8)
            .map(|item| match item.kind() {
                NodeKind::Scalar => source(item),
                _ => "…".into(),
            })
            .collect::<Vec<_>>()
            .join(", ")
            .into(),
        // The first entry of a block is the one that says what it is, by convention of all documents.
        NodeKind::Mapping => value
            .entries()
            .next()
            .filter(|entry| entry.value().kind() == NodeKind::Scalar)
            .map(|entry| source(entry.value()))
            .unwrap_or_default(),
        NodeKind::Null => "".into(),
    };
    let line = text.lines().next().unwrap_or_default();
    let cut = match line.len() {
        // No text has more characters than bytes.
        ..=DETAIL => None,
        _ => line.char_indices().nth(DETAIL),
    };
    match (cut, text) {
        (Some((cut, _)), text) => format!("{}…", &text[..cut]).into(),
        (None, Cow::Borrowed(text)) => text.lines().next().unwrap_or_default().into(),
        (None, Cow::Owned(text)) => text.lines().next().unwrap_or_default().to_owned().into(),
    }
}
