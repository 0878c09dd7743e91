//! The colours of every word of the specification's documents: what each is follows from the kind of its field in the catalog and
//! from how it is written, told here without the code that reads values.

mod support;

use nexflow_analysis::{TokenKind, tokens};
use nexflow_catalog::{Field, Kind, SchemaNode, Secret};
use nexflow_syntax::{Document, Node, NodeKind, ScalarStyle, TextRange};
use support::{resolved, specification::blocks};

/// A word that must be coloured.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Word {
    start: usize,
    text: String,
    kind: TokenKind,
    deprecated: bool,
    ineffective: bool,
}

struct Reader<'t> {
    text: &'t str,
    words: Vec<Word>,
}

/// What an entry's `type` (or what else decides) says, by the path of the field.
type Decided = Vec<(&'static str, String)>;

impl Reader<'_> {
    fn push(&mut self, range: TextRange, kind: TokenKind, deprecated: bool, ineffective: bool) {
        self.words.push(Word {
            start: range.start().into(),
            text: self.text[range].to_owned(),
            kind,
            deprecated,
            ineffective,
        });
    }

    fn mapping(
        &mut self,
        node: Node<'_>,
        schema: &'static SchemaNode,
        decided: &Decided,
        depth: usize,
    ) {
        let mut decided = decided.clone();
        for entry in node.entries() {
            let below = schema.literal_child(&entry.key_text());
            for field in below.into_iter().flat_map(|below| below.fields()) {
                if let Some(text) = entry.value().value() {
                    decided.push((field.path, text.into_owned()));
                }
            }
        }
        for entry in node.entries() {
            let literal = schema.literal_child(&entry.key_text());
            let Some(below) = literal.or_else(|| schema.named_child().map(|(_, node)| node)) else {
                continue;
            };
            let field = fitting(below, &decided);
            let kind = match (literal.is_some(), depth) {
                (false, _) => TokenKind::Name,
                (true, 0) => TokenKind::Section,
                (true, _) => TokenKind::Field,
            };
            let known = below.fields().next().is_none() || field.is_some();
            let deprecated = field.is_some_and(|field| field.deprecated.is_some());
            self.push(entry.key().range(), kind, deprecated, !known);
            self.value(entry.value(), below, field, &decided, depth);
        }
    }

    fn value(
        &mut self,
        node: Node<'_>,
        schema: &'static SchemaNode,
        field: Option<&'static Field>,
        decided: &Decided,
        depth: usize,
    ) {
        match node.kind() {
            NodeKind::Mapping => self.mapping(node, schema, decided, depth + 1),
            NodeKind::Sequence => {
                let Some(items) = schema.item_child() else {
                    return;
                };
                for item in node.items() {
                    self.value(item, items, fitting(items, decided), decided, depth + 1);
                }
            }
            NodeKind::Scalar => self.scalar(node, field),
            NodeKind::Alias | NodeKind::Null => {}
        }
    }

    fn scalar(&mut self, node: Node<'_>, field: Option<&'static Field>) {
        let source = &self.text[node.range()];
        let start = usize::from(node.range().start());
        if source.contains("secret://") {
            return self.push(node.range(), TokenKind::Secret, false, false);
        }
        if source.contains("${") {
            for (at, _) in source.match_indices("${") {
                let end = at + source[at..].find('}').expect("a reference is closed") + 1;
                let range = support::range(start + at, start + end);
                self.push(range, TokenKind::Variable, false, false);
            }
            return;
        }
        let Some(field) = field else { return };
        let bare = source.trim_matches(['"', '\'']);
        let plain = node.style() == Some(ScalarStyle::Plain);
        let kind = written(field, bare, plain);
        self.push(node.range(), kind, false, false);
    }
}

/// The field of a place that applies, given what decides it.
fn fitting(schema: &'static SchemaNode, decided: &Decided) -> Option<&'static Field> {
    schema.fields().find(|field| {
        let decides = field
            .discriminator
            .and_then(|path| decided.iter().rev().find(|(known, _)| *known == path));
        decides.is_none_or(|(_, value)| field.applies(value))
    })
}

/// What a literal value is, by the kind of its field and by its letters.
fn written(field: &Field, text: &str, plain: bool) -> TokenKind {
    let fragment = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let digits = fragment.len() < text.len();
    let sizes = ["b", "kb", "mb", "gb", "tb"];
    let times = ["ms", "s", "m", "h", "d"];
    let has = |kinds: &[Kind]| kinds.iter().any(|kind| field.has_kind(*kind));
    if field.secret == Secret::Yes {
        TokenKind::Secret
    } else if has(&[Kind::Uri, Kind::Path]) {
        TokenKind::Address
    } else if has(&[Kind::Size, Kind::SizeTb, Kind::SizeShort])
        && digits
        && sizes.contains(&fragment)
    {
        TokenKind::Size
    } else if has(&[Kind::Duration]) && digits && times.contains(&fragment) {
        TokenKind::Duration
    } else if has(&[Kind::Bool]) && plain && ["true", "false"].contains(&text) {
        TokenKind::Boolean
    } else if field.values.iter().any(|value| value.value == text) {
        TokenKind::EnumValue
    } else if has(&[Kind::Int, Kind::Number, Kind::Fraction]) && digits && fragment.is_empty()
        || has(&[Kind::Percent]) && digits && fragment == "%"
    {
        TokenKind::Number
    } else {
        TokenKind::Text
    }
}

#[test]
fn every_word_of_the_specification_has_the_colour_of_its_field() {
    let mut words = 0;
    for (name, text) in blocks() {
        let document = Document::parse(&text);
        let mut reader = Reader {
            text: &text,
            words: Vec::new(),
        };
        reader.mapping(document.root(), nexflow_catalog::root(), &Vec::new(), 0);
        let mut expected = reader.words;
        expected.sort();
        let found: Vec<Word> = tokens(&resolved(&text), None)
            .into_iter()
            .map(|token| Word {
                start: token.range.start().into(),
                text: text[token.range].to_owned(),
                kind: token.kind,
                deprecated: token.deprecated,
                ineffective: token.ineffective,
            })
            .collect();
        words += found.len();
        for (found, expected) in found.iter().zip(&expected) {
            assert_eq!(found, expected, "{name}");
        }
        assert_eq!(found.len(), expected.len(), "{name}");
    }
    println!("{words} words");
    assert!(words > 350, "{words} words");
}
