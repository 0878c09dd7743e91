//! What each word is, for colouring: sections, names, fields, enum values, sizes, durations, variables, secrets.

use std::sync::Arc;

use nexflow_catalog::{
    Kind, Secret,
    value::{self, TypedValue},
};
use nexflow_syntax::{Entry, Node, NodeKind, ScalarStyle, TextRange, Unit};

use crate::{
    Snapshot,
    cx::Cx,
    keep::kept,
    references::source_range,
    view::{Applies, Val, View},
};

/// A coloured word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// Where it stands; never over the end of a line, never over another token.
    pub range: TextRange,
    /// What it is.
    pub kind: TokenKind,
    /// The field is deprecated.
    pub deprecated: bool,
    /// The field has no effect where it stands.
    pub ineffective: bool,
}

/// What a word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TokenKind {
    /// A top-level section or header field.
    Section,
    /// A name that the user chose.
    Name,
    /// A field.
    Field,
    /// A value of an enum.
    EnumValue,
    /// `true` or `false`.
    Boolean,
    /// A number without a unit.
    Number,
    /// A number with a unit of size.
    Size,
    /// A number with a unit of time.
    Duration,
    /// `${VAR}`.
    Variable,
    /// `secret://name/key`.
    Secret,
    /// An address or a path.
    Address,
    /// Other text.
    Text,
}

/// The tokens of a unit as they are; ranges are relative to the unit.
struct UnitTokens(Vec<Token>);

/// The tokens of a range of the text (or of all of it), in order.
pub fn tokens(snapshot: &Snapshot, range: Option<TextRange>) -> Vec<Token> {
    let mut out = Vec::new();
    for (unit, tokens) in tokens_by_unit(snapshot, range, 0, |_, tokens| UnitTokens(tokens)) {
        let start = unit.range().start();
        out.extend(tokens.0.iter().map(|token| Token {
            range: token.range + start,
            ..*token
        }));
    }
    if let Some(range) = range {
        out.retain(|token| token.range.intersect(range).is_some());
    }
    out
}

/// What `form` makes of the tokens of each unit in a range of the text (or in all of it), in order. The tokens' ranges are
/// relative to the unit.
///
/// What it makes is kept beside the unit for as long as the tokens stay the same, so it must depend on nothing but the unit's text,
/// its tokens and `number`. Where that is so an edit gives new parts for the units that it touches and the very same ones for all
/// others.
pub fn tokens_by_unit<'s, T: Send + Sync + 'static>(
    snapshot: &'s Snapshot,
    range: Option<TextRange>,
    number: u64,
    form: impl Fn(Unit<'s>, Vec<Token>) -> T,
) -> impl Iterator<Item = (Unit<'s>, Arc<T>)> {
    let cx = Cx::new(snapshot);
    let mut fingerprint = cx.fingerprint().and(number);
    let units = match range {
        None => 0..snapshot.document.unit_count(),
        Some(range) => {
            // A range touches the unit before its first one where that one begins.
            let first = snapshot.document.unit_at(range.start()).index();
            let last = snapshot.document.unit_at(range.end()).index();
            first.saturating_sub(1)..last + 1
        }
    };
    units.map(move |index| {
        let unit = snapshot.document.unit(index);
        let part = kept(unit, fingerprint.of(unit), || {
            form(unit, of_unit(&cx, unit))
        });
        (unit, part)
    })
}

fn of_unit<'a>(cx: &Cx<'a>, unit: Unit<'a>) -> Vec<Token> {
    let mut painter = Painter {
        unit,
        out: Vec::new(),
    };
    let mut view = cx.root.clone();
    for key in unit.path() {
        view = view.child(key).view();
    }
    painter.mapping(unit.root(), &view, 0);
    let start = unit.range().start();
    let mut tokens = painter.out;
    tokens.sort_by_key(|token| (token.range.start(), token.range.end()));
    let mut end = start;
    tokens.retain(|token| {
        let fits = token.range.start() >= end && !token.range.is_empty();
        if fits {
            end = token.range.end();
        }
        fits
    });
    for token in &mut tokens {
        token.range -= start;
    }
    tokens
}

/// Deeper levels are left uncoloured.
const DEPTH: usize = 64;

struct Painter<'a> {
    unit: Unit<'a>,
    out: Vec<Token>,
}

impl<'a> Painter<'a> {
    fn push(&mut self, range: TextRange, kind: TokenKind, of: Option<&Val<'_>>) {
        let (mut deprecated, mut ineffective) = (false, false);
        match of.map(Val::applies) {
            Some(Applies::Field(field)) => deprecated = field.deprecated.is_some(),
            Some(Applies::Other { .. }) => ineffective = true,
            _ => {}
        }
        self.out.push(Token {
            range,
            kind,
            deprecated,
            ineffective,
        });
    }

    fn mapping(&mut self, node: Node<'a>, view: &View<'a>, depth: usize) {
        if depth > DEPTH || node.kind() != NodeKind::Mapping {
            return;
        }
        for entry in node.entries() {
            if entry.key().unit().index() == self.unit.index() {
                self.entry(entry, view, depth);
            }
        }
    }

    fn entry(&mut self, entry: Entry<'a>, view: &View<'a>, depth: usize) {
        let key = entry.key_text();
        let val = view.child_entry(&key, entry);
        let known = view
            .schema
            .and_then(|schema| schema.literal_child(&key))
            .is_some();
        // Few clients can show a token of several lines, and a key seldom is one.
        let is_one_line = !entry.key().source().contains('\n');
        if val.schema.is_some() && entry.key().kind() == NodeKind::Scalar && is_one_line {
            let kind = match (known, view.depth) {
                (false, _) => TokenKind::Name,
                (true, 0) => TokenKind::Section,
                (true, _) => TokenKind::Field,
            };
            self.push(entry.key().range(), kind, Some(&val));
        }
        self.value(entry.value(), &val, depth);
    }

    fn value(&mut self, node: Node<'a>, val: &Val<'a>, depth: usize) {
        if node.unit().index() != self.unit.index() || depth > DEPTH {
            return;
        }
        match node.kind() {
            NodeKind::Mapping => self.mapping(node, &val.view(), depth + 1),
            NodeKind::Sequence => {
                let item_val = val.as_item();
                for (index, item) in node.items().enumerate() {
                    match item.kind() {
                        NodeKind::Mapping => self.mapping(item, &val.item_view(index), depth + 1),
                        _ => self.value(item, &item_val, depth + 1),
                    }
                }
            }
            NodeKind::Scalar => self.scalar(node, val),
            NodeKind::Alias | NodeKind::Null => {}
        }
    }

    fn scalar(&mut self, node: Node<'a>, val: &Val<'a>) {
        let Some(text) = node.value() else { return };
        let source = node.source();
        if source.contains('\n') {
            return;
        }
        let template = value::Template::parse(&text);
        if template.secret.is_some() {
            self.push(node.range(), TokenKind::Secret, None);
            return;
        }
        if !template.is_literal() {
            for (segment, _) in template.variables() {
                self.push(
                    source_range(node, segment.span.clone()),
                    TokenKind::Variable,
                    None,
                );
            }
            return;
        }
        let Some(field) = val.field() else { return };
        let plain = node.style() == Some(ScalarStyle::Plain);
        let kind = if field.secret == Secret::Yes {
            TokenKind::Secret
        } else if field.has_kind(Kind::Uri) || field.has_kind(Kind::Path) {
            TokenKind::Address
        } else {
            value::read_value(field, &text, plain)
                .as_ref()
                .and_then(of_value)
                .unwrap_or(TokenKind::Text)
        };
        self.push(node.range(), kind, None);
    }
}

/// The colour of a value by what it means for its field.
fn of_value(value: &TypedValue) -> Option<TokenKind> {
    Some(match value {
        TypedValue::Size(_) => TokenKind::Size,
        TypedValue::Duration(_) => TokenKind::Duration,
        TypedValue::Bool(_) => TokenKind::Boolean,
        TypedValue::Int(_) | TypedValue::Number(_) | TypedValue::Percent(_) => TokenKind::Number,
        TypedValue::Enum(_) => TokenKind::EnumValue,
        TypedValue::Null | TypedValue::Text => return None,
    })
}
