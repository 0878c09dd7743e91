//! The document as it will be used: its own tree laid over those of the documents that it extends, matched with the catalog.
//!
//! Mappings merge key by key, scalars and lists override. A [`View`] is a mapping seen this way, a [`Val`] what stands under
//! one key of it. Both remember which document a thing comes from, so that a finding is reported where it can be mended.

use std::{borrow::Cow, ops::Deref, rc::Rc};

use nexflow_catalog::{
    Dialect, Field, SchemaNode, Selection,
    value::{self, Template, number::Plain},
};
use nexflow_syntax::{Entry, Node, NodeKind, TextRange};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::{Snapshot, reads};

/// Number of the document in the chain of `extends`: 0 is the document itself, 1 its base, and so on.
pub type Layer = usize;

/// A mapping of the merged document. Cheap to clone.
#[derive(Clone)]
pub struct View<'a>(Rc<Mapping<'a>>);

/// What a [`View`] knows.
pub struct Mapping<'a> {
    /// The mappings that take part, the overriding one first.
    layers: SmallVec<[(Layer, Node<'a>); 1]>,
    /// What the catalog says about this place, when it knows it.
    pub schema: Option<&'static SchemaNode>,
    /// The key under which the mapping stands, in the overriding document that has it.
    pub key: Option<(Layer, Node<'a>)>,
    /// How many keys and list items lead here; 0 for the root.
    pub depth: usize,
    /// The dialect in which the document is written.
    pub dialect: Dialect,
    /// The mapping around it.
    parent: Option<View<'a>>,
}

impl<'a> Deref for View<'a> {
    type Target = Mapping<'a>;
    fn deref(&self) -> &Mapping<'a> {
        &self.0
    }
}

/// Which field of the catalog a key is, where several types share a name or only some types have it.
pub enum Applies {
    /// This field.
    Field(&'static Field),
    /// A field of other types than the `actual` one.
    Other {
        /// One of the fields that it would be elsewhere.
        field: &'static Field,
        /// The value of the discriminator here.
        actual: &'static str,
    },
    /// It depends on a type that is not known here.
    Unknown,
    /// A key that the user chose, about which the catalog says nothing more.
    Name,
}

/// What stands under one key of a [`View`], or nothing.
#[derive(Clone)]
pub struct Val<'a> {
    found: Option<Found<'a>>,
    /// What the catalog says about this place, when it knows it.
    pub schema: Option<&'static SchemaNode>,
    /// The nearest thing around the value that is written in the document itself: where a missing value is reported.
    around: Option<TextRange>,
    /// The mapping that it stands in.
    parent: View<'a>,
}

#[derive(Clone)]
struct Found<'a> {
    /// Every document that has the key, the overriding one first.
    layers: SmallVec<[(Layer, Entry<'a>); 1]>,
}

impl<'a> View<'a> {
    /// The root mapping of a snapshot's merged document.
    pub fn root(snapshot: &'a Snapshot) -> View<'a> {
        let own = std::iter::once(snapshot.document.root());
        let bases = snapshot
            .context
            .bases
            .iter()
            .map(|base| base.document.root());
        View(Rc::new(Mapping {
            layers: own
                .chain(bases)
                .enumerate()
                .filter(|(_, node)| node.kind() == NodeKind::Mapping)
                .collect(),
            schema: Some(nexflow_catalog::root()),
            key: None,
            depth: 0,
            dialect: dialect(snapshot.document.root()),
            parent: None,
        }))
    }

    /// The view of one entry of a section, given by its own key and value.
    pub fn entry(root: &View<'a>, section: &str, entry: Entry<'a>) -> View<'a> {
        let section = root.child(section).view();
        section.child_entry(&entry.key_text(), entry).view()
    }

    /// The top-level section in which the mapping stands; `None` for the root.
    fn section(&self) -> Option<Box<str>> {
        let section = self.outward().filter(|view| view.parent.is_some()).last()?;
        section.key_text().map(|key| key.as_ref().into())
    }

    /// Somebody may look at everything here.
    fn read_all(&self) {
        if self.depth <= 2 {
            reads::all(|| self.section());
        }
    }

    /// The mapping that the document itself has here.
    pub fn own(&self) -> Option<Node<'a>> {
        self.read_all();
        self.layers
            .first()
            .filter(|(layer, _)| *layer == 0)
            .map(|(_, node)| *node)
    }

    /// True when neither the document nor a base has such a mapping.
    pub fn is_missing(&self) -> bool {
        self.layers.is_empty()
    }

    /// True when a syntax error lies inside one of the mappings, so that what it lacks must not be judged.
    pub fn has_errors(&self) -> bool {
        self.layers
            .iter()
            .any(|(_, node)| node.has_errors() || merged(*node).any(Node::has_errors))
    }

    /// Where a finding about the mapping as a whole is reported: its key in the document itself.
    pub fn anchor(&self) -> Option<TextRange> {
        match self.key {
            Some((0, key)) => Some(key.range()),
            _ => None,
        }
    }

    /// What stands at a path of keys separated by dots, below this mapping.
    pub fn get(&self, path: &str) -> Val<'a> {
        match path.split_once('.') {
            None => self.child(path),
            Some((first, rest)) => {
                let child = self.child(first);
                let mut found = child.view().get(rest);
                if found.around.is_none() {
                    found.around = child.key_range().or(child.around);
                }
                found
            }
        }
    }

    /// What stands under one key, which may contain dots.
    pub fn child(&self, key: &str) -> Val<'a> {
        let mut layers = SmallVec::new();
        for (layer, node) in &self.layers {
            if let Some(entry) = node.get_resolved(key) {
                layers.push((*layer, entry));
            }
        }
        self.val(key, layers)
    }

    /// What stands under one key, where `entry` is what the document itself says (of several with the same key: this one).
    pub fn child_entry(&self, key: &str, entry: Entry<'a>) -> Val<'a> {
        let bases = self
            .layers
            .iter()
            .filter(|(layer, _)| *layer > 0)
            .filter_map(|(layer, node)| Some((*layer, node.get_resolved(key)?)));
        let layers = std::iter::once((0, entry)).chain(bases).collect();
        self.val(key, layers)
    }

    fn val(&self, key: &str, layers: SmallVec<[(Layer, Entry<'a>); 1]>) -> Val<'a> {
        if self.depth == 2 {
            reads::key(|| self.section(), key);
        }
        Val {
            found: (!layers.is_empty()).then_some(Found { layers }),
            schema: self.place(key),
            around: self.anchor(),
            parent: self.clone(),
        }
    }

    /// What the catalog says about a key here: a field, a region block of a regional entry, or a name that the user chose.
    pub fn place(&self, key: &str) -> Option<&'static SchemaNode> {
        let schema = self.schema?;
        schema.literal_child(key).or_else(|| {
            schema
                .region_child()
                .filter(|(flag, _)| self.is_regional(flag))
                .map(|(_, node)| node)
                .or_else(|| schema.named_child().map(|(_, node)| node))
        })
    }

    fn is_regional(&self, flag: &str) -> bool {
        if self.depth == 2 {
            reads::key(|| self.section(), flag);
        }
        self.layers
            .iter()
            .find_map(|(_, node)| node.get_resolved(flag))
            .and_then(|entry| entry.value().resolve())
            .and_then(known_text)
            .is_some_and(|text| plain_bool(&text) == Some(true))
    }

    /// The region blocks of a regional entry, with their keys.
    pub fn region_blocks(&self) -> Vec<(Cow<'a, str>, View<'a>)> {
        let Some(schema) = self.schema else {
            return Vec::new();
        };
        if !schema
            .region_child()
            .is_some_and(|(flag, _)| self.is_regional(flag))
        {
            return Vec::new();
        }
        self.entries()
            .into_iter()
            .filter(|(key, val)| {
                schema.literal_child(key).is_none() && val.kind() == NodeKind::Mapping
            })
            .map(|(key, val)| (key, val.view()))
            .collect()
    }

    /// This mapping and those around it, from the inside out.
    fn outward(&self) -> impl Iterator<Item = &View<'a>> {
        std::iter::successors(Some(self), |view| view.parent.as_ref())
    }

    /// The value that decides whether a field of this mapping applies: the nearest one from here outward.
    pub fn discriminator(&self, field: &Field) -> Option<Val<'a>> {
        let path = field.discriminator?;
        let name = path.rsplit('.').next()?;
        self.outward().find_map(|view| {
            let child = view.schema?.literal_child(name)?;
            child
                .fields
                .iter()
                .any(|id| nexflow_catalog::field(*id).path == path)
                .then(|| view.child(name))
                .filter(Val::is_present)
        })
    }

    /// The known value of a field's discriminator; `None` when it is absent, unknown, or no value that the catalog has.
    fn decided(&self, field: &Field) -> Option<&'static str> {
        let decides = self.discriminator(field)?;
        let text = decides.text()?;
        decides
            .fields()
            .find_map(|of| of.value(&text))
            .map(|value| value.value)
    }

    /// Whether a field of this mapping applies; `None` when that is not known.
    pub fn takes(&self, field: &Field) -> Option<bool> {
        if field.applies_to.is_empty() {
            return Some(true);
        }
        self.decided(field).map(|value| field.applies(value))
    }

    /// The key of the mapping, as a user would name it.
    pub fn key_text(&self) -> Option<Cow<'a, str>> {
        self.key.and_then(|(_, key)| key.value())
    }

    /// The keys that the catalog has here for the mapping's type.
    pub fn fitting_keys(&self) -> Vec<(&'static str, &'static SchemaNode)> {
        let Some(schema) = self.schema else {
            return Vec::new();
        };
        schema
            .all_children()
            .filter(|(_, child)| {
                child.fields.is_empty()
                    || child
                        .fields
                        .iter()
                        .any(|id| self.takes(nexflow_catalog::field(*id)) != Some(false))
            })
            .collect()
    }

    /// The mapping that is an item of a list below this one.
    pub fn item(
        &self,
        node: Node<'a>,
        schema: Option<&'static SchemaNode>,
        layer: Layer,
    ) -> View<'a> {
        let is_mapping = node.kind() == NodeKind::Mapping;
        View(Rc::new(Mapping {
            layers: is_mapping.then_some((layer, node)).into_iter().collect(),
            schema,
            key: self.key,
            depth: self.depth + 2,
            dialect: self.dialect,
            parent: Some(self.clone()),
        }))
    }

    /// Every key of the merged mapping with its value, in the order of the text, own keys first.
    pub fn entries(&self) -> Vec<(Cow<'a, str>, Val<'a>)> {
        if self.depth == 2 {
            self.read_all();
        }
        let mut keys: Vec<Layered<'a>> = Vec::new();
        let mut index: FxHashMap<Cow<'a, str>, usize> = FxHashMap::default();
        for (layer, node) in &self.layers {
            for entry in node.resolved_entries() {
                let text = entry.key_text();
                match index.entry(text.clone()) {
                    std::collections::hash_map::Entry::Occupied(known) => {
                        let layers = &mut keys[*known.get()].1;
                        if layers.iter().all(|(known, _)| known != layer) {
                            layers.push((*layer, entry));
                        }
                    }
                    std::collections::hash_map::Entry::Vacant(place) => {
                        place.insert(keys.len());
                        keys.push((text, smallvec::smallvec![(*layer, entry)]));
                    }
                }
            }
        }
        keys.into_iter()
            .map(|(key, layers)| {
                let val = self.val(&key, layers);
                (key, val)
            })
            .collect()
    }

    /// This mapping laid over another one: how a region block reads together with its entry.
    pub fn over(&self, below: &View<'a>) -> View<'a> {
        View(Rc::new(Mapping {
            layers: self.layers.iter().chain(&below.layers).copied().collect(),
            schema: self.schema.or(below.schema),
            key: self.key,
            depth: self.depth,
            dialect: self.dialect,
            parent: self.parent.clone(),
        }))
    }
}

impl<'a> Val<'a> {
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
        if self.parent.depth <= 1 {
            reads::all(|| self.view().section());
        }
    }

    /// See [`Val::entry`].
    fn written(&self) -> Option<Entry<'a>> {
        self.found.as_ref().map(|found| found.layers[0].1)
    }

    /// The document that the value comes from.
    pub fn layer(&self) -> Option<Layer> {
        self.found.as_ref().map(|found| found.layers[0].0)
    }

    /// The entries of all documents that have the key, the overriding one first.
    pub fn layers(&self) -> &[(Layer, Entry<'a>)] {
        self.read_all();
        self.all_layers()
    }

    fn all_layers(&self) -> &[(Layer, Entry<'a>)] {
        self.found.as_ref().map_or(&[], |found| &found.layers)
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
            return self.around;
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
        self.around
    }

    /// The merged mapping behind the key; a missing view when there is none. A scalar or list ends the merge.
    pub fn view(&self) -> View<'a> {
        let mut layers = SmallVec::new();
        for (layer, entry) in self.all_layers() {
            match entry.value().resolve() {
                Some(node) if node.kind() == NodeKind::Mapping => layers.push((*layer, node)),
                Some(node) if node.kind() == NodeKind::Null => {}
                _ => break,
            }
        }
        View(Rc::new(Mapping {
            layers,
            schema: self.schema,
            key: self
                .found
                .as_ref()
                .map(|found| (found.layers[0].0, found.layers[0].1.key())),
            depth: self.parent.depth + 1,
            dialect: self.parent.dialect,
            parent: Some(self.parent.clone()),
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
                depth: self.parent.depth + 2,
                dialect: self.parent.dialect,
                parent: Some(self.parent.clone()),
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

    /// The mapping that it stands in.
    pub fn parent(&self) -> &View<'a> {
        &self.parent
    }
}

/// A key with the entries of all documents that have it.
type Layered<'a> = (Cow<'a, str>, SmallVec<[(Layer, Entry<'a>); 1]>);

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
    if !text.contains('$') && !text.starts_with("secret://") {
        return Some(text);
    }
    Template::parse(&text).with_defaults(&text).map(Cow::Owned)
}

fn plain_bool(text: &str) -> Option<bool> {
    match value::number::plain(text) {
        Plain::Bool(value) => Some(value),
        _ => None,
    }
}

/// The older dialect shows itself by a key that only it has, at the top or directly below a section.
fn dialect(root: Node<'_>) -> Dialect {
    let only_older = |schema: &'static SchemaNode| {
        let mut fields = schema.fields().peekable();
        fields.peek().is_some() && fields.all(|field| field.toolchain)
    };
    for section in root.entries() {
        let Some(schema) = nexflow_catalog::root().literal_child(&section.key_text()) else {
            continue;
        };
        if only_older(schema) {
            return Dialect::Toolchain;
        }
        // Sections whose literal keys are all of the current dialect need no look at their entries.
        if !schema.all_children().any(|(_, child)| only_older(child)) {
            continue;
        }
        let older = section.value().entries().any(|entry| {
            schema
                .literal_child(&entry.key_text())
                .is_some_and(only_older)
        });
        if older {
            return Dialect::Toolchain;
        }
    }
    Dialect::Current
}

/// The mappings that a mapping takes in by `<<`.
fn merged(node: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let value = node.get("<<").map(|entry| entry.value());
    let listed = value.into_iter().flat_map(Node::items);
    value
        .into_iter()
        .chain(listed)
        .filter_map(|node| node.resolve())
}
