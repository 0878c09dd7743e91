//! The outline of a document: sections, names, blocks, fields with their values.

use std::{borrow::Cow, convert::Infallible};

use nexflow_syntax::{Entry, Node, NodeKind, TextRange, Unit};

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
    fn of(line: &OutlineLine<'_>) -> Symbol {
        let mut children = Vec::new();
        let Ok(()) = line.each_below(|below| {
            children.push(of(&below));
            Ok::<_, Infallible>(())
        });
        Symbol {
            name: line.name().into_owned(),
            detail: line.detail().into_owned(),
            kind: line.kind,
            range: line.range(),
            selection: line.selection(),
            children,
        }
    }
    let mut out = Vec::new();
    let Ok(()) = outline(snapshot, |line| {
        out.push(of(&line));
        Ok::<_, Infallible>(())
    });
    out
}

/// As [`symbols`], for who takes one line after the other: the lines at the top. Nothing is made that nobody asks for.
pub fn outline<'a, E>(
    snapshot: &'a Snapshot,
    mut visit: impl FnMut(OutlineLine<'a>) -> Result<(), E>,
) -> Result<(), E> {
    let view = View::root(snapshot);
    for root in snapshot.document.roots() {
        for entry in root.entries() {
            visit(OutlineLine::of_entry(entry, Some(&view), 0))?;
        }
    }
    Ok(())
}

/// A line of the outline that is read as it is needed.
#[derive(Clone)]
pub struct OutlineLine<'a> {
    /// What it is.
    pub kind: SymbolKind,
    title: Title<'a>,
    value: Node<'a>,
    depth: usize,
    /// The mapping around what stands below, where that is needed.
    view: Option<View<'a>>,
}

/// What a line is called after.
#[derive(Clone, Copy)]
enum Title<'a> {
    Key(Entry<'a>),
    Item(usize),
}

impl<'a> OutlineLine<'a> {
    fn of_entry(entry: Entry<'a>, view: Option<&View<'a>>, depth: usize) -> OutlineLine<'a> {
        let value = entry.value();
        let kind = value.kind();
        // What the catalog says is asked for at the upper levels only: below them the shape of the value says enough.
        let view = view.filter(|_| kind != NodeKind::Scalar);
        OutlineLine {
            kind: match view {
                _ if kind == NodeKind::Scalar => of_kind(kind, value),
                _ if depth == 0 => SymbolKind::Section,
                Some(view) if is_named(view, entry) => SymbolKind::Name,
                _ => of_kind(kind, value),
            },
            title: Title::Key(entry),
            value,
            depth,
            view: view
                .filter(|_| depth == 0 && kind == NodeKind::Mapping)
                .map(|view| view.child_entry(&entry.key_text(), entry).view()),
        }
    }

    /// The lines directly below.
    pub fn each_below<E>(
        &self,
        mut visit: impl FnMut(OutlineLine<'a>) -> Result<(), E>,
    ) -> Result<(), E> {
        let depth = self.depth + 1;
        if depth > DEPTH {
            return Ok(());
        }
        match self.value.kind() {
            NodeKind::Mapping => {
                for entry in self.value.entries() {
                    visit(OutlineLine::of_entry(entry, self.view.as_ref(), depth))?;
                }
            }
            NodeKind::Sequence => {
                for (index, item) in self.value.items().enumerate() {
                    // A list of scalars reads well in its own line; its items would only lengthen the outline.
                    if matches!(item.kind(), NodeKind::Mapping | NodeKind::Sequence) {
                        visit(OutlineLine {
                            kind: of_kind(item.kind(), item),
                            title: Title::Item(index),
                            value: item,
                            depth,
                            view: None,
                        })?;
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Whether lines can stand below.
    pub fn is_block(&self) -> bool {
        matches!(self.value.kind(), NodeKind::Mapping | NodeKind::Sequence)
    }

    /// The key, or the number of an item.
    pub fn name(&self) -> Cow<'a, str> {
        match self.title {
            Title::Key(entry) => {
                let key = entry.key_text();
                if key.is_empty() {
                    "(empty)".into()
                } else {
                    key
                }
            }
            Title::Item(index) => format!("[{index}]").into(),
        }
    }

    /// What a closed line still says: a scalar's value, an entry's type.
    pub fn detail(&self) -> Cow<'a, str> {
        detail(self.value)
    }

    /// The unit in which the line begins.
    pub fn unit(&self) -> Unit<'a> {
        match self.title {
            Title::Key(entry) => entry.key().unit(),
            Title::Item(_) => self.value.unit(),
        }
    }

    /// The whole thing.
    pub fn range(&self) -> TextRange {
        match self.title {
            Title::Key(entry) => entry.range().cover(entry.key().range()),
            Title::Item(_) => self.value.range(),
        }
    }

    /// The key.
    pub fn selection(&self) -> TextRange {
        match self.title {
            Title::Key(entry) => entry.key().range(),
            Title::Item(_) => TextRange::empty(self.value.range().start()),
        }
    }
}

/// Whether the key of an entry is a name that the user chose.
fn is_named<'a>(view: &View<'a>, entry: Entry<'a>) -> bool {
    let key = entry.key_text();
    view.schema
        .is_some_and(|schema| schema.literal_child(&key).is_none())
        && !matches!(
            view.child_entry(&key, entry).applies(),
            Applies::Other { .. }
        )
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
fn detail(value: Node<'_>) -> Cow<'_, str> {
    let text = match value.kind() {
        NodeKind::Scalar | NodeKind::Alias => value.source(),
        NodeKind::Sequence => value
            .items()
            .take(8)
            .map(|item| match item.kind() {
                NodeKind::Scalar => item.source(),
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
            .map(|entry| entry.value().source())
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
