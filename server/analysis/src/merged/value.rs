//! What stands under one key of a mapping.

use std::{borrow::Cow, rc::Rc};

use nexflow_catalog::{
    Field, SchemaNode, Secret, Selection,
    value::{self, number::Plain},
};
use nexflow_syntax::{Entry, Node, NodeKind, TextRange};
use smallvec::SmallVec;

use crate::Related;

use super::{Applies, Layer, MappingData, MergedMapping};

/// What stands under one key of a [`MergedMapping`], or nothing.
#[derive(Clone)]
pub struct MergedValue<'a> {
    found: Option<LayeredEntry<'a>>,
    /// What the catalog says about this place, when it knows it.
    pub schema: Option<&'static SchemaNode>,
    /// The mapping that it stands in.
    parent: MergedMapping<'a>,
    /// Number of this answer among those that the mapping remembers, 0 when it does not.
    number: u8,
    /// In so many mappings around the value is looked for a token to report when the value has none itself.
    levels: u8,
    /// So many mappings that are not there stand between `parent` and the value.
    skipped: u8,
}

/// Every document that has the key, the overriding one first.
#[derive(Clone)]
pub(super) struct LayeredEntry<'a> {
    first: [(Layer, Entry<'a>); 1],
    /// All of them, when they are several.
    all: Option<Rc<[(Layer, Entry<'a>)]>>,
    /// So many of them are laid over the others.
    upper: usize,
}

impl<'a> LayeredEntry<'a> {
    pub fn one(layer: Layer, entry: Entry<'a>) -> LayeredEntry<'a> {
        LayeredEntry {
            first: [(layer, entry)],
            all: None,
            upper: 0,
        }
    }

    pub fn of(
        layers: impl IntoIterator<Item = (Layer, Entry<'a>)>,
        upper: usize,
    ) -> Option<LayeredEntry<'a>> {
        let mut layers = layers.into_iter();
        let first = layers.next()?;
        let all = layers
            .next()
            .map(|second| [first, second].into_iter().chain(layers).collect());
        Some(LayeredEntry {
            first: [first],
            all,
            upper,
        })
    }

    fn layers(&self) -> &[(Layer, Entry<'a>)] {
        self.all.as_deref().unwrap_or(&self.first)
    }

    /// What is laid over the rest, and the rest.
    fn parts(&self) -> [&[(Layer, Entry<'a>)]; 2] {
        let (above, below) = self.layers().split_at(self.upper);
        [above, below]
    }
}

impl<'a> MergedValue<'a> {
    pub(super) fn new(
        parent: &MergedMapping<'a>,
        found: Option<LayeredEntry<'a>>,
        schema: Option<&'static SchemaNode>,
    ) -> MergedValue<'a> {
        MergedValue {
            found,
            schema,
            parent: parent.clone(),
            number: 0,
            levels: 1,
            skipped: 0,
        }
    }

    /// The answer is one that the mapping remembers.
    pub(super) fn answered(mut self, number: u8) -> MergedValue<'a> {
        self.number = number;
        self
    }

    /// The value would stand in so many mappings below the parent that are not there.
    pub(super) fn further_below(mut self, skipped: u8) -> MergedValue<'a> {
        self.skipped = skipped;
        self
    }

    /// When the value has no token of its own, one of so many mappings around it is reported.
    pub(super) fn reported_within(mut self, levels: u8) -> MergedValue<'a> {
        self.levels = levels;
        self
    }

    /// True when the key is there with a value. A key without one says as little as none; it may leave a block to a base.
    pub fn is_present(&self) -> bool {
        let Some(found) = &self.found else {
            return false;
        };
        let mut values = found
            .layers()
            .iter()
            .filter_map(|(_, entry)| entry.value().resolve());
        match values.next() {
            None => true,
            Some(first) if first.kind() != NodeKind::Null => true,
            Some(_) => found.parts().into_iter().any(leads_to_mapping),
        }
    }

    /// True when the key is there, whatever stands behind it.
    pub(super) fn is_written(&self) -> bool {
        self.found.is_some()
    }

    /// True when the key is nowhere, or has no value.
    pub fn is_missing(&self) -> bool {
        !self.is_present()
    }

    /// True for a key that has no value, or an empty text that is no default of a reference.
    pub fn is_empty(&self) -> bool {
        let Some(node) = self.node() else {
            return false;
        };
        match node.kind() {
            NodeKind::Null => true,
            NodeKind::Scalar => self.parent.values.is_empty(node),
            _ => false,
        }
    }

    /// True when a base has a value that this one, which has none, takes away.
    pub fn inherits_value(&self) -> bool {
        let mut below = self.layers().iter().skip(1);
        below
            .find_map(|(_, entry)| {
                let node = entry.value().resolve()?;
                (node.kind() != NodeKind::Null).then_some(node)
            })
            .is_some_and(|node| node.kind() != NodeKind::Mapping || self.kind() != NodeKind::Null)
    }

    /// The entry that counts: the one of the overriding document.
    pub fn entry(&self) -> Option<Entry<'a>> {
        self.found.as_ref().map(|found| found.first[0].1)
    }

    /// The document that the value comes from.
    pub fn layer(&self) -> Option<Layer> {
        self.found.as_ref().map(|found| found.first[0].0)
    }

    /// The entries of all documents that have the key, the overriding one first.
    pub fn layers(&self) -> &[(Layer, Entry<'a>)] {
        self.found.as_ref().map_or(&[], LayeredEntry::layers)
    }

    /// True when the document itself says it.
    pub fn is_own(&self) -> bool {
        self.layer() == Some(0)
    }

    /// The value with aliases followed.
    pub fn node(&self) -> Option<Node<'a>> {
        self.entry()?.value().resolve()
    }

    /// The kind of the value; `Null` when there is none.
    pub fn kind(&self) -> NodeKind {
        self.node().map_or(NodeKind::Null, Node::kind)
    }

    /// Where the value is written: the token to report. For an inherited or missing value the nearest token around it that
    /// the document itself has.
    pub fn range(&self) -> Option<TextRange> {
        if !self.is_own() {
            return self.around();
        }
        let entry = self.entry()?;
        let value = entry.value();
        Some(match value.kind() {
            NodeKind::Null | NodeKind::Mapping | NodeKind::Sequence => entry.key().range(),
            NodeKind::Scalar | NodeKind::Alias => value.range(),
        })
    }

    /// The key in the document itself.
    pub fn key_range(&self) -> Option<TextRange> {
        self.is_own()
            .then(|| self.entry().map(|entry| entry.key().range()))
            .flatten()
    }

    /// The nearest token around the value that the document itself has: where its absence is reported.
    pub fn around(&self) -> Option<TextRange> {
        let mut around = self.parent.outward().take(usize::from(self.levels));
        around.find_map(MergedMapping::anchor)
    }

    /// The merged mapping behind the key; a missing mapping when there is none. A scalar or list ends the merge.
    pub fn mapping(&self) -> MergedMapping<'a> {
        match &self.parent.known {
            Some(known) if self.number > 0 => {
                let answered = known.borrow().stored_mapping(self.number);
                answered.unwrap_or_else(|| {
                    let mapping = self.new_mapping(true);
                    known
                        .borrow_mut()
                        .store_mapping(self.number, mapping.clone());
                    mapping
                })
            }
            _ => self.new_mapping(false),
        }
    }

    fn new_mapping(&self, remembers: bool) -> MergedMapping<'a> {
        let mut layers: SmallVec<[(Layer, Node<'a>); 1]> = SmallVec::new();
        let [above, below] = self
            .found
            .as_ref()
            .map_or([&[][..]; 2], LayeredEntry::parts);
        layers.extend(merging(above));
        let upper = layers.len();
        let overrides = upper == 0 && !above.is_empty() && !is_left_open(above);
        if !overrides {
            layers.extend(merging(below));
        }
        let known = (remembers && !layers.is_empty()).then(Default::default);
        MergedMapping(Rc::new(MappingData {
            layers,
            upper,
            schema: self.schema,
            key: self
                .found
                .as_ref()
                .map(|found| (found.first[0].0, found.first[0].1.key())),
            depth: self.parent.depth + usize::from(self.skipped) + 1,
            dialect: self.parent.dialect,
            values: self.parent.values,
            parent: Some(self.parent.clone()),
            known,
            regional: Default::default(),
            decided: Default::default(),
            undecided: Default::default(),
        }))
    }

    /// The items of a list, aliases followed.
    pub fn items(&self) -> Vec<MergedItem<'a>> {
        let Some(node) = self.node().filter(|node| node.kind() == NodeKind::Sequence) else {
            return Vec::new();
        };
        let own = self.is_own();
        node.items()
            .filter_map(|item| {
                Some(MergedItem {
                    written: item,
                    node: item.resolve()?,
                    own,
                    around: self.range(),
                    mapping: self.parent.item(
                        item.resolve()?,
                        self.schema.and_then(|schema| schema.item_child()),
                        self.layer().unwrap_or(0),
                    ),
                })
            })
            .collect()
    }

    /// This list's items as the catalog knows them.
    pub fn as_item(&self) -> MergedValue<'a> {
        MergedValue {
            schema: self.schema.and_then(|schema| schema.item_child()),
            number: 0,
            ..self.clone()
        }
    }

    /// The mapping that is the item at `index`; a missing mapping that knows its place in the catalog where there is none.
    pub fn item_mapping(&self, index: usize) -> MergedMapping<'a> {
        let schema = self.schema.and_then(|schema| schema.item_child());
        let item = self
            .node()
            .filter(|node| node.kind() == NodeKind::Sequence)
            .and_then(|node| node.items().nth(index))
            .and_then(Node::resolve);
        match item {
            Some(node) => self.parent.item(node, schema, self.layer().unwrap_or(0)),
            None => MergedMapping(Rc::new(MappingData {
                layers: SmallVec::new(),
                upper: 0,
                schema,
                key: None,
                depth: self.parent.depth + usize::from(self.skipped) + 2,
                dialect: self.parent.dialect,
                values: self.parent.values,
                parent: Some(self.parent.clone()),
                known: None,
                regional: Default::default(),
                decided: Default::default(),
                undecided: Default::default(),
            })),
        }
    }

    /// The scalar's text when it is known: references stand for the value of their variable or for their default, others make
    /// the value unknown.
    pub fn text(&self) -> Option<Cow<'a, str>> {
        self.parent.values.text(self.node()?, self.is_secret())
    }

    /// Whether a field here is a credential.
    fn is_secret(&self) -> bool {
        self.fields().any(|field| field.secret == Secret::Yes)
    }

    /// The lines that give the values of the variables in it.
    pub fn given_by(&self) -> Vec<Related> {
        let node = self.node();
        node.map_or_else(Vec::new, |node| self.parent.values.given_by(node))
    }

    /// The scalar as written, references included.
    pub fn raw(&self) -> Option<Cow<'a, str>> {
        self.node()?.value()
    }

    /// True when the value is there and its text is known in full.
    pub fn is_known(&self) -> bool {
        self.text().is_some()
    }

    /// True when the text is known and equal to `expected`.
    pub fn is(&self, expected: &str) -> bool {
        self.text().is_some_and(|text| text == expected)
    }

    /// True when the value is there, known, and one of `expected`.
    pub fn is_any(&self, expected: &[&str]) -> bool {
        self.text()
            .is_some_and(|text| expected.contains(&text.as_ref()))
    }

    /// True when the value is there but cannot be known (a reference without default, a secret).
    pub fn is_unknown(&self) -> bool {
        self.kind() == NodeKind::Scalar && self.text().is_none()
    }

    /// The value as a duration in milliseconds, by Flink's grammar.
    pub fn millis(&self) -> Option<f64> {
        value::duration::parse(&self.text()?)
            .ok()
            .map(|duration| duration.millis())
    }

    /// The value as a size in bytes, by Flink's grammar.
    pub fn bytes(&self) -> Option<u64> {
        value::size::parse(&self.text()?)
            .ok()
            .map(|size| size.bytes)
    }

    /// The value as a whole number.
    pub fn int(&self) -> Option<i64> {
        match value::number::plain(&self.text()?) {
            Plain::Int(number) => number,
            _ => None,
        }
    }

    /// The value as a number.
    #[allow(
        clippy::cast_precision_loss,
        reason = "numbers of L5 are far below 2^53"
    )]
    pub fn number(&self) -> Option<f64> {
        match value::number::plain(&self.text()?) {
            Plain::Int(Some(number)) => Some(number as f64),
            Plain::Float(number) if number.is_finite() => Some(number),
            _ => None,
        }
    }

    /// The value as a boolean of YAML 1.2.
    pub fn bool(&self) -> Option<bool> {
        plain_bool(&self.text()?)
    }

    /// True when the value is written and true.
    pub fn is_true(&self) -> bool {
        self.bool() == Some(true)
    }

    /// True when the value is written and false.
    pub fn is_false(&self) -> bool {
        self.bool() == Some(false)
    }

    /// The fields that the catalog has at this place, whatever the type.
    pub fn fields(&self) -> impl Iterator<Item = &'static Field> {
        self.schema
            .into_iter()
            .flat_map(|schema| schema.fields)
            .map(|id| nexflow_catalog::field(*id))
    }

    /// Which field this is.
    pub fn applies(&self) -> Applies {
        let Some(schema) = self.schema else {
            return Applies::Name;
        };
        let selection = schema.select(self.parent.dialect, |field| self.parent.decided(field));
        match selection {
            Selection::Field(field) => Applies::Field(field),
            Selection::OtherType(field) => Applies::Other {
                field,
                actual: self.parent.decided(field).unwrap_or_default(),
            },
            // With one candidate only there is nothing to be undecided about.
            Selection::Unknown(fields) if schema.fields.len() == 1 && fields.len() == 1 => {
                Applies::Field(nexflow_catalog::field(fields[0]))
            }
            Selection::Unknown(_) => Applies::Unknown,
            Selection::Nothing => Applies::Name,
        }
    }

    /// The field that this is, where that is certain.
    pub fn field(&self) -> Option<&'static Field> {
        match self.applies() {
            Applies::Field(field) => Some(field),
            _ => None,
        }
    }
}

/// The mappings among the values of a key that merge: a scalar or list ends it.
fn merging<'e, 'a>(
    entries: &'e [(Layer, Entry<'a>)],
) -> impl Iterator<Item = (Layer, Node<'a>)> + 'e {
    entries
        .iter()
        .map_while(|(layer, entry)| {
            let node = entry.value().resolve()?;
            match node.kind() {
                NodeKind::Mapping => Some(Some((*layer, node))),
                NodeKind::Null => Some(None),
                _ => None,
            }
        })
        .flatten()
}

/// Whether the values of a key, of which the first is none, leave the key to a mapping of a base.
fn leads_to_mapping(entries: &[(Layer, Entry<'_>)]) -> bool {
    merging(entries).next().is_some()
}

/// Whether the first of a key's values is none, so that a mapping of a base stays.
fn is_left_open(entries: &[(Layer, Entry<'_>)]) -> bool {
    entries
        .first()
        .and_then(|(_, entry)| entry.value().resolve())
        .is_some_and(|node| node.kind() == NodeKind::Null)
}

/// One item of a list.
#[derive(Clone)]
pub struct MergedItem<'a> {
    written: Node<'a>,
    /// The item with aliases followed.
    pub node: Node<'a>,
    own: bool,
    around: Option<TextRange>,
    mapping: MergedMapping<'a>,
}

impl<'a> MergedItem<'a> {
    /// The token to report; for an inherited item the nearest one of the document itself.
    pub fn range(&self) -> Option<TextRange> {
        if !self.own {
            return self.around;
        }
        Some(self.written.range())
    }

    /// True when the document itself has the item.
    pub fn is_own(&self) -> bool {
        self.own
    }

    /// The item as a mapping; a missing mapping when it is something else.
    pub fn mapping(&self) -> MergedMapping<'a> {
        self.mapping.clone()
    }

    /// The scalar's text when it is known.
    pub fn text(&self) -> Option<Cow<'a, str>> {
        let fields = self
            .mapping
            .schema
            .into_iter()
            .flat_map(|schema| schema.fields);
        let is_secret = fields
            .map(|id| nexflow_catalog::field(*id).secret)
            .any(|of| of == Secret::Yes);
        self.mapping.values.text(self.node, is_secret)
    }

    /// The lines that give the values of the variables in it.
    pub fn given_by(&self) -> Vec<Related> {
        self.mapping.values.given_by(self.node)
    }
}

pub(super) fn plain_bool(text: &str) -> Option<bool> {
    match value::number::plain(text) {
        Plain::Bool(value) => Some(value),
        _ => None,
    }
}
