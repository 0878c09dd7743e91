//! `textDocument/documentSymbol`.
//!
//! An outline has a line for each entry of the document, and each line is some two hundred bytes of JSON. So the lines are read from
//! the tree while they are written, and nothing is made of them in between.

use std::{cell::RefCell, sync::Arc};

use nexflow_analysis::{OutlineLine, Snapshot, SymbolKind as Kind, outline};
use nexflow_syntax::{TextRange, TextSize, Unit};
use serde::{
    Serialize, Serializer,
    ser::{SerializeSeq, SerializeStruct},
};
use tower_lsp_server::{
    jsonrpc,
    ls_types::{DocumentSymbolParams, Location, Position, Range, SymbolKind, Uri},
};

use crate::{
    lsp::{
        client_features::ClientFeatures,
        convert::{self, Encoding},
        lines::Lines,
    },
    server::{documents::OpenDocument, router::Call},
};

/// The outline of a document: a tree, or a flat list for clients that know no trees.
pub struct Answer {
    snapshot: Snapshot,
    uri: Uri,
    encoding: Encoding,
    client: Arc<ClientFeatures>,
}

/// See [`Answer`].
pub fn handle(
    call: &Call,
    document: &OpenDocument,
    _: DocumentSymbolParams,
) -> jsonrpc::Result<Option<Answer>> {
    Ok(Some(Answer {
        snapshot: document.snapshot().clone(),
        uri: document.uri.clone(),
        encoding: document.encoding,
        client: call.client.clone(),
    }))
}

/// What the protocol calls each kind. Clients that do not name the kinds that they know know those up to `Array`.
fn kind(kind: Kind, client: &ClientFeatures) -> SymbolKind {
    match kind {
        Kind::Section => SymbolKind::NAMESPACE,
        Kind::Name => SymbolKind::CLASS,
        Kind::Block if client.symbol_kinds.contains(&SymbolKind::OBJECT) => SymbolKind::OBJECT,
        Kind::Block => SymbolKind::MODULE,
        Kind::List => SymbolKind::ARRAY,
        Kind::Field => SymbolKind::PROPERTY,
        Kind::Bool => SymbolKind::BOOLEAN,
        Kind::Number => SymbolKind::NUMBER,
    }
}

impl Serialize for Answer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let writer = Writer {
            answer: self,
            places: RefCell::default(),
        };
        let mut lines = serializer.serialize_seq(None)?;
        outline(&self.snapshot, |line| {
            if self.client.symbol_tree {
                lines.serialize_element(&Tree(&writer, &line))
            } else {
                writer.flat(&line, None, &mut lines)
            }
        })?;
        lines.end()
    }
}

/// Writes one answer.
struct Writer<'a> {
    answer: &'a Answer,
    /// The lines of the unit that was looked at last.
    places: RefCell<Option<UnitLines<'a>>>,
}

/// The lines of a unit.
struct UnitLines<'a> {
    index: usize,
    start: TextSize,
    first: u32,
    lines: Lines<'a>,
}

impl<'a> Writer<'a> {
    /// The position of an offset that most likely lies in `unit`.
    fn position(&self, unit: Unit<'a>, offset: TextSize) -> Position {
        let mut places = self.places.borrow_mut();
        let known = match places.take() {
            Some(known) if known.index == unit.index() => known,
            other => UnitLines {
                index: unit.index(),
                start: unit.range().start(),
                first: u32::try_from(unit.line()).unwrap_or(u32::MAX),
                lines: match other {
                    Some(other) => other.lines.of(unit.text()),
                    None => Lines::new(unit.text(), self.answer.encoding),
                },
            },
        };
        let known = places.insert(known);
        match offset.checked_sub(known.start) {
            Some(inside) if inside <= TextSize::of(unit.text()) => {
                let (line, column) = known.lines.position(inside);
                Position::new(known.first + line, column)
            }
            // A section ends in another unit than it begins in.
            _ => convert::position(
                self.answer.snapshot.document.rope(),
                offset,
                self.answer.encoding,
            ),
        }
    }

    fn range(&self, unit: Unit<'a>, range: TextRange) -> Range {
        Range::new(
            self.position(unit, range.start()),
            self.position(unit, range.end()),
        )
    }

    /// Writes a line and those below it, in the order of the text.
    fn flat<L: SerializeSeq>(
        &self,
        line: &OutlineLine<'a>,
        container: Option<&str>,
        lines: &mut L,
    ) -> Result<(), L::Error> {
        let name = line.name();
        lines.serialize_element(&Flat {
            name: &name,
            kind: kind(line.kind, &self.answer.client),
            location: Location {
                uri: self.answer.uri.clone(),
                range: self.range(line.unit(), line.range()),
            },
            container_name: container,
        })?;
        line.each_below(|below| self.flat(&below, Some(&name), lines))
    }
}

/// `SymbolInformation`, without the member that is deprecated.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Flat<'a> {
    name: &'a str,
    kind: SymbolKind,
    location: Location,
    #[serde(skip_serializing_if = "Option::is_none")]
    container_name: Option<&'a str>,
}

/// `DocumentSymbol` with those below it, without the member that is deprecated.
struct Tree<'w, 'a>(&'w Writer<'a>, &'w OutlineLine<'a>);

impl Serialize for Tree<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Tree(writer, line) = self;
        let unit = line.unit();
        let mut symbol = serializer.serialize_struct("DocumentSymbol", 6)?;
        symbol.serialize_field("name", &line.name())?;
        let detail = line.detail();
        if !detail.is_empty() {
            symbol.serialize_field("detail", &detail)?;
        }
        symbol.serialize_field("kind", &kind(line.kind, &writer.answer.client))?;
        symbol.serialize_field("range", &writer.range(unit, line.range()))?;
        symbol.serialize_field("selectionRange", &writer.range(unit, line.selection()))?;
        if line.is_block() {
            symbol.serialize_field("children", &Below(writer, line))?;
        }
        symbol.end()
    }
}

/// The symbols directly below a line.
struct Below<'w, 'a>(&'w Writer<'a>, &'w OutlineLine<'a>);

impl Serialize for Below<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Below(writer, line) = self;
        let mut symbols = serializer.serialize_seq(None)?;
        line.each_below(|below| symbols.serialize_element(&Tree(writer, &below)))?;
        symbols.end()
    }
}
