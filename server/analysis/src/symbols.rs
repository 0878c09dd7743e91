//! Names and what refers to them: variables, secrets and their keys, entries of a section, anchors.
//!
//! A document is walked once per fragment; what was found is kept beside the fragment. The caller joins several documents: a name that
//! a base defines is the same name in every document that extends it.

use std::{borrow::Cow, sync::LazyLock};

use nexflow_catalog::{Field, SchemaNode, fields, value::template::is_secret_name};
use nexflow_syntax::{Document, Entry, Fragment, Node, NodeKind, TextRange, TextSize};

use crate::template_refs::template_refs;

/// Something that has a name and can be referred to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Symbol {
    /// `${VAR}`; defined outside of documents.
    Variable(String),
    /// An entry of a block of named entries: the block's path in the catalog, and the name.
    Entry {
        /// The block.
        block: &'static str,
        /// The name.
        name: String,
    },
    /// A key inside a secret.
    SecretKey {
        /// The block whose entry it is part of.
        block: &'static str,
        /// The entry.
        entry: String,
        /// The part.
        part: String,
    },
    /// `&name` and `*name`, within one YAML document.
    Anchor(String),
}

impl Symbol {
    /// The name alone.
    pub fn name(&self) -> &str {
        match self {
            Symbol::Variable(name) | Symbol::Anchor(name) => name,
            Symbol::Entry { name, .. } => name,
            Symbol::SecretKey { part, .. } => part,
        }
    }

    /// Why the thing cannot be called `new`, in words; `None` when it can.
    pub fn refuses(&self, new: &str) -> Option<String> {
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        let wrong = match self {
            Symbol::Variable(_) if !nexflow_catalog::value::template::is_variable_name(new) => {
                "a variable's name is made of upper-case letters, digits and underscores, and begins with no digit"
            }
            Symbol::Entry { block, .. } | Symbol::SecretKey { block, .. }
                if Some(*block) == secrets().map(|field| field.path) && !is_secret_name(new) =>
            {
                "the name of a secret is made of lower-case letters, digits and underscores"
            }
            _ if new.is_empty() || !new.chars().all(plain) || new.starts_with(['-', '.']) => {
                "a name is made of letters, digits, `_`, `-` and `.`"
            }
            _ => return None,
        };
        Some(format!("`{new}` cannot be used here: {wrong}"))
    }
}

/// One place where a name stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// The thing.
    pub symbol: Symbol,
    /// The name alone, without quotes and sigils.
    pub range: TextRange,
    /// Whether the thing gets its name here.
    pub is_definition: bool,
}

/// The block whose entries `secret://` names.
pub(crate) fn secrets() -> Option<&'static Field> {
    static SECRETS: LazyLock<Option<&'static Field>> =
        LazyLock::new(|| fields().iter().find(|field| field.named_by.is_some()));
    *SECRETS
}

struct FragmentSymbols(Vec<Reference>);

/// Every name in a document, in the order of the text.
pub fn symbols(document: &Document) -> impl Iterator<Item = Reference> + '_ {
    document.fragments().flat_map(|fragment| {
        let start = fragment.range().start();
        let secrets = crate::secret::of_fragment(fragment);
        of_fragment(fragment)
            .iter()
            // A password may begin with the sign of an anchor.
            .filter(move |reference| {
                !(matches!(reference.symbol, Symbol::Anchor(_)) && secrets.touches(reference.range))
            })
            .map(move |reference| Reference {
                range: reference.range + start,
                ..reference.clone()
            })
    })
}

/// The places of one thing in a document.
pub fn references_to(document: &Document, symbol: &Symbol) -> Vec<Reference> {
    let mut found = Vec::new();
    for fragment in document.fragments() {
        let start = fragment.range().start();
        for reference in of_fragment(fragment) {
            if reference.symbol == *symbol {
                found.push(Reference {
                    range: reference.range + start,
                    ..reference.clone()
                });
            }
        }
    }
    found
}

/// Whether a document names a thing anywhere.
pub fn references_symbol(document: &Document, symbol: &Symbol) -> bool {
    let mut fragments = document.fragments();
    fragments.any(|fragment| {
        of_fragment(fragment)
            .iter()
            .any(|found| found.symbol == *symbol)
    })
}

/// The name at an offset.
pub fn symbol_at(document: &Document, offset: TextSize) -> Option<Reference> {
    let fragment = document.fragment_at(offset);
    let start = fragment.range().start();
    of_fragment(fragment)
        .iter()
        .filter(|reference| (reference.range + start).contains_inclusive(offset))
        .min_by_key(|reference| reference.range.len())
        .map(|reference| Reference {
            range: reference.range + start,
            ..reference.clone()
        })
}

fn of_fragment(fragment: Fragment<'_>) -> &[Reference] {
    &fragment
        .memo(|fragment| {
            let mut walk = SymbolWalk {
                fragment,
                found: Vec::new(),
            };
            let mut schema = Some(nexflow_catalog::root());
            let mut entry = None;
            for key in fragment.path() {
                entry = schema.and_then(|schema| entry_of(schema, key)).or(entry);
                schema = schema.and_then(|schema| below(schema, key));
            }
            walk.mapping(fragment.root(), schema, entry, 0);
            walk.template_refs();
            let start = fragment.range().start();
            for reference in &mut walk.found {
                reference.range -= start;
            }
            walk.found
                .sort_by_key(|reference| (reference.range.start(), reference.range.end()));
            FragmentSymbols(walk.found)
        })
        .0
}

/// What stands below a key, region blocks counted in: whether an entry is regional does not change what names mean.
fn below(schema: &'static SchemaNode, key: &str) -> Option<&'static SchemaNode> {
    schema
        .literal_child(key)
        .or_else(|| schema.named_child().map(|(_, node)| node))
        .or_else(|| schema.region_child().map(|(_, node)| node))
}

/// How the catalog calls keys that another product gives a meaning: labels, properties of a client.
const FOREIGN: &str = "<key>";

/// The named entry that a key is, with the path of its block.
fn entry_of(schema: &'static SchemaNode, key: &str) -> Option<(&'static str, String)> {
    if schema.literal_child(key).is_some() {
        return None;
    }
    let (word, node) = schema.named_child()?;
    if word == FOREIGN.trim_matches(['<', '>']) && !node.fields().any(|field| field.defines_part) {
        return None;
    }
    let block = schema.fields().next()?;
    Some((block.path, key.to_owned()))
}

/// Deeper names are not looked for.
const DEPTH: usize = 64;

type EnclosingEntry = Option<(&'static str, String)>;

struct SymbolWalk<'d> {
    fragment: Fragment<'d>,
    found: Vec<Reference>,
}

impl<'d> SymbolWalk<'d> {
    fn mapping(
        &mut self,
        node: Node<'d>,
        schema: Option<&'static SchemaNode>,
        around: EnclosingEntry,
        depth: usize,
    ) {
        if depth > DEPTH {
            return;
        }
        self.anchor(node);
        for entry in node.entries() {
            if entry.key().fragment().index() == self.fragment.index() {
                self.entry(entry, schema, &around, depth);
            }
        }
    }

    fn entry(
        &mut self,
        entry: Entry<'d>,
        schema: Option<&'static SchemaNode>,
        around: &EnclosingEntry,
        depth: usize,
    ) {
        let key = entry.key_text();
        let symbol = schema.and_then(|schema| entry_of(schema, &key));
        let child = schema.and_then(|schema| below(schema, &key));
        if let Some((block, name)) = &symbol
            && entry.has_colon()
        {
            let part_of = child
                .and_then(|child| child.fields().find(|field| field.defines_part))
                .and(around.as_ref());
            let thing = match part_of {
                Some((block, entry)) => Symbol::SecretKey {
                    block,
                    entry: entry.clone(),
                    part: name.clone(),
                },
                None => Symbol::Entry {
                    block,
                    name: name.clone(),
                },
            };
            self.push(thing, inner(entry.key()), true);
        }
        let around = symbol.or_else(|| around.clone());
        self.value(entry.value(), child, &around, depth);
    }

    fn value(
        &mut self,
        node: Node<'d>,
        schema: Option<&'static SchemaNode>,
        around: &EnclosingEntry,
        depth: usize,
    ) {
        if node.fragment().index() != self.fragment.index() {
            return;
        }
        match node.kind() {
            NodeKind::Mapping => self.mapping(node, schema, around.clone(), depth + 1),
            NodeKind::Sequence if depth <= DEPTH => {
                self.anchor(node);
                let item = schema.and_then(|schema| schema.item_child());
                for node in node.items() {
                    self.value(node, item, around, depth + 1);
                }
            }
            NodeKind::Scalar => {
                self.anchor(node);
                self.scalar(node, schema, around);
            }
            NodeKind::Alias => {
                if let Some(name) = node.alias() {
                    let range =
                        TextRange::new(node.range().start() + TextSize::new(1), node.range().end());
                    self.push(Symbol::Anchor(name.to_owned()), range, false);
                }
            }
            NodeKind::Sequence | NodeKind::Null => {}
        }
    }

    fn anchor(&mut self, node: Node<'d>) {
        if let Some((name, range)) = node.anchor() {
            let range = TextRange::new(range.start() + TextSize::new(1), range.end());
            self.push(Symbol::Anchor(name.to_owned()), range, true);
        }
    }

    fn scalar(
        &mut self,
        node: Node<'d>,
        schema: Option<&'static SchemaNode>,
        around: &EnclosingEntry,
    ) {
        let Some(text) = node.value() else { return };
        for field in schema.into_iter().flat_map(|schema| schema.fields()) {
            if let Some(block) = field.refers_to
                && field.value(&text).is_none()
                && !text.contains(['$', '/'])
            {
                let name = text.clone().into_owned();
                self.push(Symbol::Entry { block, name }, inner(node), false);
            }
            if let Some((block, entry)) = around
                && field.defines_part
            {
                let thing = Symbol::SecretKey {
                    block,
                    entry: entry.clone(),
                    part: text.clone().into_owned(),
                };
                self.push(thing, inner(node), true);
            }
        }
    }

    fn template_refs(&mut self) {
        let start = self.fragment.range().start();
        let found = template_refs(self.fragment);
        for variable in &found.variables {
            self.push(
                Symbol::Variable(variable.name.clone()),
                variable.name_range + start,
                false,
            );
        }
        let Some(block) = secrets().map(|field| field.path) else {
            return;
        };
        for secret in &found.secrets {
            let entry = Symbol::Entry {
                block,
                name: secret.name.clone(),
            };
            self.push(entry, secret.name_range + start, false);
            if let Some((part, range)) = &secret.key {
                let part = Symbol::SecretKey {
                    block,
                    entry: secret.name.clone(),
                    part: part.clone(),
                };
                self.push(part, *range + start, false);
            }
        }
    }

    fn push(&mut self, symbol: Symbol, range: TextRange, is_definition: bool) {
        self.found.push(Reference {
            symbol,
            range,
            is_definition,
        });
    }
}

/// A scalar without its quotes.
fn inner(node: Node<'_>) -> TextRange {
    let range = node.range();
    let quoted = matches!(node.source(), Cow::Borrowed(text) if text.starts_with(['"', '\'']) && text.len() >= 2)
        || matches!(&node.source(), Cow::Owned(text) if text.starts_with(['"', '\'']) && text.len() >= 2);
    if quoted {
        TextRange::new(
            range.start() + TextSize::new(1),
            range.end() - TextSize::new(1),
        )
    } else {
        range
    }
}
