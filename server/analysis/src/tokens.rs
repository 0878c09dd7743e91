//! What each word is, for colouring: sections, names, fields, enum values, sizes, durations, variables, secrets.

use nexflow_catalog::{
    Kind, Secret,
    value::{self, TypedValue},
};
use nexflow_syntax::{Entry, Fragment, Node, NodeKind, ScalarStyle, TextRange};

use crate::{
    Snapshot,
    cache::cached,
    document_context::DocumentContext,
    merged::{Applies, MergedMapping, MergedValue},
    template_refs::source_range,
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

/// The kinds of words with their names in the protocol, in the order of their numbers in a legend. Those that the protocol does not know
/// have a scope in the editors' packages.
pub const TOKEN_TYPES: [(TokenKind, &str); 12] = [
    (TokenKind::Section, "namespace"),
    (TokenKind::Name, "class"),
    (TokenKind::Field, "property"),
    (TokenKind::EnumValue, "enumMember"),
    (TokenKind::Boolean, "boolean"),
    (TokenKind::Number, "number"),
    (TokenKind::Size, "size"),
    (TokenKind::Duration, "duration"),
    (TokenKind::Variable, "variable"),
    (TokenKind::Secret, "secret"),
    (TokenKind::Address, "address"),
    (TokenKind::Text, "string"),
];

/// The tokens of a fragment, with ranges relative to it.
struct FragmentTokens(Vec<Token>);

/// The tokens of a range of the text (or of all of it), in order.
pub fn tokens(snapshot: &Snapshot, range: Option<TextRange>) -> Vec<Token> {
    let cx = DocumentContext::new(snapshot);
    let mut keys = cx.cache_keys();
    let document = &snapshot.document;
    let (first, last) = match range {
        None => (0, document.fragment_count() - 1),
        // A range touches the fragment before its first one where that one begins.
        Some(range) => (
            document
                .fragment_at(range.start())
                .index()
                .saturating_sub(1),
            document.fragment_at(range.end()).index(),
        ),
    };
    let mut out = Vec::new();
    for fragment in document.fragments_from(first).take(last + 1 - first) {
        let tokens = cached(fragment, keys.of(fragment), || {
            FragmentTokens(of_fragment(&cx, fragment))
        });
        let start = fragment.range().start();
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

fn of_fragment<'a>(cx: &DocumentContext<'a>, fragment: Fragment<'a>) -> Vec<Token> {
    let mut builder = TokenBuilder {
        fragment,
        out: Vec::new(),
    };
    let mut mapping = cx.root.clone();
    for key in fragment.path() {
        mapping = mapping.child(key).mapping();
    }
    builder.mapping(fragment.root(), &mapping, 0);
    let start = fragment.range().start();
    let mut tokens = builder.out;
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

struct TokenBuilder<'a> {
    fragment: Fragment<'a>,
    out: Vec<Token>,
}

impl<'a> TokenBuilder<'a> {
    fn push(&mut self, range: TextRange, kind: TokenKind, of: Option<&MergedValue<'_>>) {
        let (mut deprecated, mut ineffective) = (false, false);
        match of.map(MergedValue::applies) {
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

    fn mapping(&mut self, node: Node<'a>, mapping: &MergedMapping<'a>, depth: usize) {
        if depth > DEPTH || node.kind() != NodeKind::Mapping {
            return;
        }
        for entry in node.entries() {
            if entry.key().fragment().index() == self.fragment.index() {
                self.entry(entry, mapping, depth);
            }
        }
    }

    fn entry(&mut self, entry: Entry<'a>, mapping: &MergedMapping<'a>, depth: usize) {
        let key = entry.key_text();
        let val = mapping.child_entry(&key, entry);
        let known = mapping
            .schema
            .and_then(|schema| schema.literal_child(&key))
            .is_some();
        // Few clients can show a token of several lines, and a key seldom is one.
        let is_one_line = !entry.key().source().contains('\n');
        if val.schema.is_some() && entry.key().kind() == NodeKind::Scalar && is_one_line {
            let kind = match (known, mapping.depth) {
                (false, _) => TokenKind::Name,
                (true, 0) => TokenKind::Section,
                (true, _) => TokenKind::Field,
            };
            self.push(entry.key().range(), kind, Some(&val));
        }
        self.value(entry.value(), &val, depth);
    }

    fn value(&mut self, node: Node<'a>, val: &MergedValue<'a>, depth: usize) {
        if node.fragment().index() != self.fragment.index() || depth > DEPTH {
            return;
        }
        match node.kind() {
            NodeKind::Mapping => self.mapping(node, &val.mapping(), depth + 1),
            NodeKind::Sequence => {
                let item_val = val.as_item();
                for (index, item) in node.items().enumerate() {
                    match item.kind() {
                        NodeKind::Mapping => {
                            self.mapping(item, &val.item_mapping(index), depth + 1)
                        }
                        _ => self.value(item, &item_val, depth + 1),
                    }
                }
            }
            NodeKind::Scalar => self.scalar(node, val),
            NodeKind::Alias | NodeKind::Null => {}
        }
    }

    fn scalar(&mut self, node: Node<'a>, val: &MergedValue<'a>) {
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
