//! What documents say where any text is right, and which keys they use: what is offered in others.
//!
//! Documents at hand are asked by their trees; of all the others a caller may keep what [`observe`] tells of each, which is a few
//! short texts, and add them up.

use std::{collections::HashMap, sync::LazyLock};

use nexflow_catalog::{Field, FieldId, Kind, SchemaNode, Secret};
use nexflow_syntax::{Document, Node, NodeKind};

use crate::secret::{is_secret_key, parts};

/// What other documents say, and how often.
pub trait ValueStats {
    /// Gives the texts that stand at a field's place, each with how often it does.
    fn values(&self, field: &Field, visit: &mut dyn FnMut(&str, usize));

    /// Gives the keys that stand in a block, by its path in the catalog, each with how often it does and the value of the field
    /// beside it that decides which fields there are.
    fn keys(&self, block: &str, visit: &mut dyn FnMut(&str, Option<&str>, usize));

    /// The names of the documents that lie beside the one at hand.
    fn documents(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Something that a document says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Observed<'t> {
    /// A text, at the place of a field.
    Value {
        /// The first field of the place.
        place: FieldId,
        /// The text.
        text: &'t str,
    },
    /// A key, in a block.
    Key {
        /// The first field of the block's place; `None` for the document.
        block: Option<FieldId>,
        /// The key.
        text: &'t str,
        /// The value of the field beside it that decides which fields there are.
        decided: Option<&'t str>,
    },
}

/// Of one document no more is worth knowing.
const MOST: usize = 512;

/// Longer texts are nothing that one writes twice.
const LONGEST: usize = 160;

/// Deeper blocks are not looked at.
const DEPTH: usize = 24;

/// The number of the place of a field, by which it is told from others.
pub fn place(field: &Field) -> FieldId {
    let node = nexflow_catalog::node(field.path);
    node.and_then(|node| node.fields.first().copied())
        .unwrap_or(field.id)
}

/// The number of a block, by its path; `None` for the document, nothing for what the catalog does not have.
pub fn block(path: &str) -> Option<Option<FieldId>> {
    if path.is_empty() {
        return Some(None);
    }
    nexflow_catalog::node(path)?
        .fields
        .first()
        .copied()
        .map(Some)
}

/// Tells what a document says that others may want to say. No secrets are among it.
pub fn observe(document: &Document, visit: &mut dyn FnMut(Observed<'_>)) {
    let mut left = MOST;
    for root in document.roots() {
        walk(root, nexflow_catalog::root(), DEPTH, &mut |one| {
            if left > 0 {
                left -= 1;
                visit(one);
            }
        });
    }
}

fn walk(
    node: Node<'_>,
    schema: &'static SchemaNode,
    depth: usize,
    visit: &mut dyn FnMut(Observed<'_>),
) {
    match node.kind() {
        NodeKind::Scalar => {
            if let Some(place) = free_place(schema)
                && let Some(text) = node.value().filter(|text| is_worth(text))
            {
                visit(Observed::Value { place, text: &text });
            }
        }
        NodeKind::Sequence if depth > 0 => {
            let of_item = schema.item_child();
            // What an item is may be said by the list alone.
            let schema = of_item.filter(|item| !is_empty(item)).unwrap_or(schema);
            for item in node.items() {
                walk(item, schema, depth - 1, visit);
            }
        }
        NodeKind::Mapping if depth > 0 => {
            let decides = discriminator(schema).and_then(|key| node.get(key)?.value().value());
            let is_root = std::ptr::eq(schema, nexflow_catalog::root());
            let block = schema.fields.first().copied();
            for entry in node.entries() {
                let key = entry.key_text();
                let literal = schema.literal_child(&key);
                let below = literal
                    .or_else(|| schema.named_child().map(|(_, below)| below))
                    .or_else(|| schema.region_child().map(|(_, below)| below));
                let Some(below) = below else { continue };
                if key.len() <= LONGEST && (is_root || block.is_some()) {
                    visit(Observed::Key {
                        block,
                        text: &key,
                        decided: decides.as_deref(),
                    });
                }
                if literal.is_some() || !is_secret_key(&key) {
                    walk(entry.value(), below, depth - 1, visit);
                }
            }
        }
        _ => {}
    }
}

fn is_empty(schema: &SchemaNode) -> bool {
    schema.fields.is_empty() && schema.children.is_empty() && schema.inherits.is_none()
}

/// The number of a place at which any text or amount is right that is no secret and no name of something else.
fn free_place(schema: &'static SchemaNode) -> Option<FieldId> {
    let mut fields = schema.fields();
    let free = schema.fields().any(is_free) && fields.all(|field| field.secret == Secret::No);
    schema.fields.first().copied().filter(|_| free)
}

/// Whether a field takes texts or amounts of the author's choice.
pub(crate) fn is_free(field: &Field) -> bool {
    let free = [
        Kind::String,
        Kind::Uri,
        Kind::Path,
        Kind::Int,
        Kind::Number,
        Kind::Fraction,
        Kind::Percent,
        Kind::Duration,
        Kind::Size,
        Kind::SizeTb,
        Kind::SizeShort,
        Kind::Digits,
    ];
    field.refers_to.is_none()
        && field.secret == Secret::No
        && (field.open || free.iter().any(|kind| field.has_kind(*kind)))
}

/// Whether a text may be shown to somebody who writes another document.
pub(crate) fn is_worth(text: &str) -> bool {
    !text.is_empty() && text.len() <= LONGEST && !text.contains('\n') && parts(text).is_empty()
}

/// The key of a block whose value decides which fields there are.
pub(crate) fn discriminator(schema: &'static SchemaNode) -> Option<&'static str> {
    static KNOWN: LazyLock<HashMap<usize, &'static str>> = LazyLock::new(|| {
        let mut known = HashMap::new();
        let mut decides: Vec<&str> = nexflow_catalog::fields()
            .iter()
            .filter_map(|field| field.discriminator)
            .collect();
        decides.sort_unstable();
        decides.dedup();
        for path in decides {
            if let Some((above, key)) = path.rsplit_once('.')
                && let Some(node) = nexflow_catalog::node(above)
            {
                known.entry(address(node)).or_insert(key);
            }
        }
        known
    });
    KNOWN.get(&address(schema)).copied()
}

fn address(schema: &'static SchemaNode) -> usize {
    std::ptr::from_ref(schema) as usize
}

impl ValueStats for Vec<Document> {
    fn values(&self, field: &Field, visit: &mut dyn FnMut(&str, usize)) {
        for document in self {
            values_of(document, field, visit);
        }
    }

    fn keys(&self, block: &str, visit: &mut dyn FnMut(&str, Option<&str>, usize)) {
        for document in self {
            keys_of(document, block, visit);
        }
    }
}

/// Gives the keys that stand in a block of a document, with the value that decides which fields there are beside them.
pub(crate) fn keys_of(
    document: &Document,
    block: &str,
    visit: &mut dyn FnMut(&str, Option<&str>, usize),
) {
    let segments: Vec<&str> = block.split('.').filter(|part| !part.is_empty()).collect();
    let decides = nexflow_catalog::node(block).and_then(discriminator);
    for root in document.roots() {
        for_each_at(root, &segments, &mut |node| {
            let decided = decides.and_then(|key| node.get(key)?.value().value());
            for entry in node.entries() {
                visit(&entry.key_text(), decided.as_deref(), 1);
            }
        });
    }
}

/// Gives the texts that stand at a field's place in a document.
pub(crate) fn values_of(document: &Document, field: &Field, visit: &mut dyn FnMut(&str, usize)) {
    let segments: Vec<&str> = field.path.split('.').collect();
    for root in document.roots() {
        for_each_at(root, &segments, &mut |node| {
            if let Some(text) = node.value().filter(|text| is_worth(text)) {
                visit(&text, 1);
            }
        });
    }
}

/// Visits the nodes at a path of the catalog: `<name>` is any key, `[]` any item.
fn for_each_at<'d>(node: Node<'d>, path: &[&str], found: &mut dyn FnMut(Node<'d>)) {
    let Some((first, rest)) = path.split_first() else {
        if node.kind() == NodeKind::Sequence {
            node.items().for_each(found);
        } else {
            found(node);
        }
        return;
    };
    let key = first.trim_end_matches("[]");
    let inner: Vec<Node<'d>> = if key.starts_with('<') {
        node.entries()
            .filter(|entry| !rest.is_empty() || !is_secret_key(&entry.key_text()))
            .map(|entry| entry.value())
            .collect()
    } else {
        node.get(key)
            .map(|entry| entry.value())
            .into_iter()
            .collect()
    };
    for inner in inner {
        if key.len() < first.len() {
            for item in inner.items() {
                for_each_at(item, rest, found);
            }
        } else {
            for_each_at(inner, rest, found);
        }
    }
}
