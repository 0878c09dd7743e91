//! The outline of a document: sections, names, blocks, fields with their values.

use nexflow_syntax::{Entry, Node, NodeKind, TextRange};

use crate::{
    Snapshot,
    view::{Applies, View},
};

/// One line of the outline.
#[derive(Clone, Debug, PartialEq)]
pub struct Symbol {
    /// The key, or the number of an item.
    pub name: String,
    /// What a closed line still says: a scalar's value, an entry's type.
    pub detail: String,
    /// What it is.
    pub kind: SymbolKind,
    /// The whole thing.
    pub range: TextRange,
    /// The key.
    pub selection: TextRange,
    /// What stands below.
    pub children: Vec<Symbol>,
}

/// What a line of the outline is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SymbolKind {
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

/// The outline of the first document of the text and of any that follow it.
pub fn symbols(snapshot: &Snapshot) -> Vec<Symbol> {
    let view = View::root(snapshot);
    let mut out = Vec::new();
    for root in snapshot.document.roots() {
        of_mapping(root, Some(&view), 0, &mut out);
    }
    out
}

fn of_mapping<'a>(node: Node<'a>, view: Option<&View<'a>>, depth: usize, out: &mut Vec<Symbol>) {
    if depth > DEPTH {
        return;
    }
    for entry in node.entries() {
        out.push(of_entry(entry, view, depth));
    }
}

fn of_entry<'a>(entry: Entry<'a>, view: Option<&View<'a>>, depth: usize) -> Symbol {
    let key = entry.key_text().into_owned();
    let value = entry.value();
    // Views are built for the upper levels only: below them the shape of the value says enough.
    let val = view
        .filter(|_| depth < 2)
        .map(|view| view.child_entry(&key, entry));
    let named = val.as_ref().is_some_and(|val| {
        val.parent()
            .schema
            .is_some_and(|schema| schema.literal_child(&key).is_none())
            && !matches!(val.applies(), Applies::Other { .. })
    });
    let mut children = Vec::new();
    match value.kind() {
        NodeKind::Mapping => {
            let below = val.as_ref().map(|val| val.view());
            of_mapping(value, below.as_ref(), depth + 1, &mut children);
        }
        NodeKind::Sequence => of_sequence(value, depth + 1, &mut children),
        _ => {}
    }
    let kind = match value.kind() {
        _ if depth == 0 && value.kind() != NodeKind::Scalar => SymbolKind::Section,
        _ if named && value.kind() != NodeKind::Scalar => SymbolKind::Name,
        kind => of_kind(kind, value),
    };
    Symbol {
        name: if key.is_empty() {
            "(empty)".to_owned()
        } else {
            key
        },
        detail: detail(value),
        kind,
        range: entry.range().cover(entry.key().range()),
        selection: entry.key().range(),
        children,
    }
}

fn of_sequence(list: Node<'_>, depth: usize, out: &mut Vec<Symbol>) {
    if depth > DEPTH {
        return;
    }
    for (index, item) in list.items().enumerate() {
        let mut children = Vec::new();
        match item.kind() {
            NodeKind::Mapping => of_mapping(item, None, depth + 1, &mut children),
            NodeKind::Sequence => of_sequence(item, depth + 1, &mut children),
            // A list of scalars reads well in its own line; its items would only lengthen the outline.
            _ => continue,
        }
        let range = item.range();
        out.push(Symbol {
            name: format!("[{index}]"),
            detail: detail(item),
            kind: of_kind(item.kind(), item),
            range,
            selection: TextRange::empty(range.start()),
            children,
        });
    }
}

fn of_kind(kind: NodeKind, value: Node<'_>) -> SymbolKind {
    use nexflow_catalog::value::number;
    match kind {
        NodeKind::Mapping => SymbolKind::Block,
        NodeKind::Sequence => SymbolKind::List,
        _ => {
            let text = value.value().unwrap_or_default();
            if matches!(number::plain(&text), number::Plain::Bool(_)) {
                SymbolKind::Bool
            } else if text.starts_with(|c: char| c.is_ascii_digit()) {
                SymbolKind::Number
            } else {
                SymbolKind::Field
            }
        }
    }
}

/// A scalar as written, a mapping's deciding value, a list's items in a line.
fn detail(value: Node<'_>) -> String {
    let text = match value.kind() {
        NodeKind::Scalar | NodeKind::Alias => value.source().into_owned(),
        NodeKind::Sequence => value
            .items()
            .take(8)
            .map(|item| match item.kind() {
                NodeKind::Scalar => item.source().into_owned(),
                _ => "…".to_owned(),
            })
            .collect::<Vec<_>>()
            .join(", "),
        // The first entry of a block is the one that says what it is, by convention of all documents.
        NodeKind::Mapping => value
            .entries()
            .next()
            .filter(|entry| entry.value().kind() == NodeKind::Scalar)
            .map(|entry| entry.value().source().into_owned())
            .unwrap_or_default(),
        NodeKind::Null => String::new(),
    };
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(DETAIL) {
        Some((cut, _)) => format!("{}…", &line[..cut]),
        None => line.to_owned(),
    }
}
