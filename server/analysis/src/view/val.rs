//! What stands under one key of a view.

use std::{borrow::Cow, rc::Rc};

use nexflow_catalog::{
    Field, SchemaNode, Selection,
    value::{self, Template, number::Plain},
};
use nexflow_syntax::{Entry, Node, NodeKind, TextRange};
use smallvec::SmallVec;

use super::{Applies, Layer, Mapping, View};
use crate::reads;

/// What stands under one key of a [`View`], or nothing.
#[derive(Clone)]
pub struct Val<'a> {
    found: Option<Found<'a>>,
    /// What the catalog says about this place, when it knows it.
    pub schema: Option<&'static SchemaNode>,
    /// The mapping that it stands in.
    parent: View<'a>,
    /// Number of this answer among those that the mapping remembers, 0 when it does not.
    number: u8,
    /// In so many mappings around the value is looked for a token to report when the value has none itself.
    levels: u8,
    /// So many mappings that are not there stand between `parent` and the value.
    skipped: u8,
}

/// Every document that has the key, the overriding one first.
#[derive(Clone)]
pub(super) struct Found<'a> {
    first: [(Layer, Entry<'a>); 1],
    /// All of them, when they are several.
    all: Option<Rc<[(Layer, Entry<'a>)]>>,
}

impl<'a> Found<'a> {
    pub fn one(layer: Layer, entry: Entry<'a>) -> Found<'a> {
        Found {
            first: [(layer, entry)],
            all: None,
        }
    }

    pub fn of(layers: impl IntoIterator<Item = (Layer, Entry<'a>)>) -> Option<Found<'a>> {
        let mut layers = layers.into_iter();
        let first = layers.next()?;
        let all = layers
            .next()
            .map(|second| [first, second].into_iter().chain(layers).collect());
        Some(Found {
            first: [first],
            all,
        })
    }

    fn layers(&self) -> &[(Layer, Entry<'a>)] {
        self.all.as_deref().unwrap_or(&self.first)
    }
}

impl<'a> Val<'a> {
    pub(super) fn new(
        parent: &View<'a>,
        found: Option<Found<'a>>,
        schema: Option<&'static SchemaNode>,
    ) -> Val<'a> {
        Val {
            found,
            schema,
            parent: parent.clone(),
            number: 0,
            levels: 1,
            skipped: 0,
        }
    }

    /// The answer is one that the mapping remembers.
    pub(super) fn answered(mut self, number: u8) -> Val<'a> {
        self.number = number;
        self
    }

    /// The value would stand in so many mappings below the parent that are not there.
    pub(super) fn further_below(mut self, skipped: u8) -> Val<'a> {
        self.skipped = skipped;
        self
    }

    /// When the value has no token of its own, one of so many mappings around it is reported.
    pub(super) fn reported_within(mut self, levels: u8) -> Val<'a> {
        self.levels = levels;
        self
    }

    /// True when the key is there, whatever stands behind it.
    pub fn is_present(&self) -> bool {
        self.found.is_some()
    }

    /// True when the key is nowhere.
    pub fn is_missing(&self) -> bool {
        self.found.is_none()
    }

    /// The entry that counts: the one of the overriding document.
    pub fn entry(&self) -> Option<Entry<'a>> {
        self.read_all();
        self.written()
    }

    /// A node leads anywhere below it.
    fn read_all(&self) {
        if self.parent.depth + usize::from(self.skipped) <= 1 && reads::is_listening() {
            self.view().record_all();
        }
    }

    /// See [`Val::entry`].
    fn written(&self) -> Option<Entry<'a>> {
        self.found.as_ref().map(|found| found.first[0].1)
    }

    /// The document that the value comes from.
    pub fn layer(&self) -> Option<Layer> {
        self.found.as_ref().map(|found| found.first[0].0)
    }

    /// The entries of all documents that have the key, the overriding one first.
    pub fn layers(&self) -> &[(Layer, Entry<'a>)] {
        self.read_all();
        self.all_layers()
    }

    fn all_layers(&self) -> &[(Layer, Entry<'a>)] {
        self.found.as_ref().map_or(&[], Found::layers)
    }

    /// True when the document itself says it.
    pub fn is_own(&self) -> bool {
        self.layer() == Some(0)
    }

    /// The value with aliases followed.
    pub fn node(&self) -> Option<Node<'a>> {
        let node = self.resolved();
        if node.is_some_and(|node| !matches!(node.kind(), NodeKind::Scalar | NodeKind::Null)) {
            self.read_all();
        }
        node
    }

    fn resolved(&self) -> Option<Node<'a>> {
        self.written()?.value().resolve()
    }

    /// The kind of the value; `Null` when there is none.
    pub fn kind(&self) -> NodeKind {
        self.resolved().map_or(NodeKind::Null, Node::kind)
    }

    /// Where the value is written: the token to report. For an inherited or missing value the nearest token around it that
    /// the document itself has.
    pub fn range(&self) -> Option<TextRange> {
        if !self.is_own() {
            return self.around();
        }
        let entry = self.written()?;
        let value = entry.value();
        Some(match value.kind() {
            NodeKind::Null | NodeKind::Mapping | NodeKind::Sequence => entry.key().range(),
            NodeKind::Scalar | NodeKind::Alias => value.range(),
        })
    }

    /// The key in the document itself.
    pub fn key_range(&self) -> Option<TextRange> {
        self.is_own()
            .then(|| self.written().map(|entry| entry.key().range()))
            .flatten()
    }

    /// The nearest token around the value that the document itself has: where its absence is reported.
    pub fn around(&self) -> Option<TextRange> {
        let mut around = self.parent.outward().take(usize::from(self.levels));
        around.find_map(View::anchor)
    }

    /// The merged mapping behind the key; a missing view when there is none. A scalar or list ends the merge.
    pub fn view(&self) -> View<'a> {
        match &self.parent.known {
            Some(known) if self.number > 0 => {
                let answered = known.borrow().view(self.number);
                answered.unwrap_or_else(|| {
                    let view = self.new_view(true);
                    known.borrow_mut().keep_view(self.number, view.clone());
                    view
                })
            }
            _ => self.new_view(false),
        }
    }

    fn new_view(&self, remembers: bool) -> View<'a> {
        let mut layers: SmallVec<[(Layer, Node<'a>); 1]> = SmallVec::new();
        for (layer, entry) in self.all_layers() {
            match entry.value().resolve() {
                Some(node) if node.kind() == NodeKind::Mapping => layers.push((*layer, node)),
                Some(node) if node.kind() == NodeKind::Null => {}
                _ => break,
            }
        }
        let known = (remembers && !layers.is_empty()).then(Default::default);
        View(Rc::new(Mapping {
            layers,
            schema: self.schema,
            key: self
                .found
                .as_ref()
                .map(|found| (found.first[0].0, found.first[0].1.key())),
            depth: self.parent.depth + usize::from(self.skipped) + 1,
            dialect: self.parent.dialect,
            parent: Some(self.parent.clone()),
            known,
            regional: Default::default(),
            decided: Default::default(),
        }))
    }

    /// The items of a list, aliases followed.
    pub fn items(&self) -> Vec<Item<'a>> {
        let Some(node) = self.node().filter(|node| node.kind() == NodeKind::Sequence) else {
            return Vec::new();
        };
        let own = self.is_own();
        node.items()
            .filter_map(|item| {
                Some(Item {
                    written: item,
                    node: item.resolve()?,
                    own,
                    around: self.range(),
                    view: self.parent.item(
                        item.resolve()?,
                        self.schema.and_then(|schema| schema.item_child()),
                        self.layer().unwrap_or(0),
                    ),
                })
            })
            .collect()
    }

    /// This list's items as the catalog knows them.
    pub fn as_item(&self) -> Val<'a> {
        Val {
            schema: self.schema.and_then(|schema| schema.item_child()),
            number: 0,
            ..self.clone()
        }
    }

    /// The mapping that is the item at `index`; a missing view that knows its place in the catalog where there is none.
    pub fn item_view(&self, index: usize) -> View<'a> {
        let schema = self.schema.and_then(|schema| schema.item_child());
        let item = self
            .node()
            .filter(|node| node.kind() == NodeKind::Sequence)
            .and_then(|node| node.items().nth(index))
            .and_then(Node::resolve);
        match item {
            Some(node) => self.parent.item(node, schema, self.layer().unwrap_or(0)),
            None => View(Rc::new(Mapping {
                layers: SmallVec::new(),
                schema,
                key: None,
                depth: self.parent.depth + usize::from(self.skipped) + 2,
                dialect: self.parent.dialect,
                parent: Some(self.parent.clone()),
                known: None,
                regional: Default::default(),
                decided: Default::default(),
            })),
        }
    }

    /// The scalar's text when it is known: references with a default stand for it, others make the value unknown.
    pub fn text(&self) -> Option<Cow<'a, str>> {
        known_text(self.resolved()?)
    }

    /// The scalar as written, references included.
    pub fn raw(&self) -> Option<Cow<'a, str>> {
        self.resolved()?.value()
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

/// One item of a list.
#[derive(Clone)]
pub struct Item<'a> {
    written: Node<'a>,
    /// The item with aliases followed.
    pub node: Node<'a>,
    own: bool,
    around: Option<TextRange>,
    view: View<'a>,
}

impl<'a> Item<'a> {
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

    /// The item as a mapping; a missing view when it is something else.
    pub fn view(&self) -> View<'a> {
        self.view.clone()
    }

    /// The scalar's text when it is known.
    pub fn text(&self) -> Option<Cow<'a, str>> {
        known_text(self.node)
    }
}

/// A scalar's text when it is known: references with a default stand for it, others and secrets make it unknown.
pub fn known_text(node: Node<'_>) -> Option<Cow<'_, str>> {
    let text = node.value()?;
    // Texts are short: looking at each byte is faster than a search that prepares itself.
    if !text.bytes().any(|byte| byte == b'$') && !text.starts_with(value::template::SECRET) {
        return Some(text);
    }
    Template::parse(&text).with_defaults(&text).map(Cow::Owned)
}

pub(super) fn plain_bool(text: &str) -> Option<bool> {
    match value::number::plain(text) {
        Plain::Bool(value) => Some(value),
        _ => None,
    }
}
