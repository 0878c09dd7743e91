//! The document as it will be used: its own tree laid over those of the documents that it extends, matched with the catalog.
//!
//! Mappings merge key by key, scalars and lists override. A [`MergedMapping`] is a mapping seen this way, a [`MergedValue`] what stands under
//! one key of it. Both remember which document a thing comes from, so that a diagnostic is reported where it can be fixed.

mod memo;
mod value;

use std::{
    borrow::Cow,
    cell::{Cell, RefCell},
    ops::Deref,
    rc::Rc,
};

use nexflow_catalog::{Dialect, Field, SchemaNode};
use nexflow_syntax::{Entry, Node, NodeKind, TextRange};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use self::memo::MemoTable;
use self::value::{LayeredEntry, plain_bool};
pub use self::{
    memo::Memoized,
    value::{MergedItem, MergedValue},
};
use crate::{Snapshot, known_values::KnownValues};

/// Number of the document in the chain of `extends`: 0 is the document itself, 1 its base, and so on.
pub type Layer = usize;

/// A mapping of the merged document. Cheap to clone.
#[derive(Clone)]
pub struct MergedMapping<'a>(Rc<MappingData<'a>>);

/// What a [`MergedMapping`] knows.
pub struct MappingData<'a> {
    /// The mappings that take part, the overriding one first.
    pub(super) layers: SmallVec<[(Layer, Node<'a>); 1]>,
    /// So many of them, the first ones, are laid over the others (as a region block over its entry): they are merged with each
    /// other before anything below them is.
    pub(super) upper: usize,
    /// What the catalog says about this place, when it knows it.
    pub schema: Option<&'static SchemaNode>,
    /// The key under which the mapping stands, in the overriding document that has it.
    pub key: Option<(Layer, Node<'a>)>,
    /// How many keys and list items lead here; 0 for the root.
    pub depth: usize,
    /// The dialect in which the document is written.
    pub dialect: Dialect,
    /// The values of variables.
    pub values: KnownValues<'a>,
    /// The mapping around it.
    pub(super) parent: Option<MergedMapping<'a>>,
    /// What it was asked for, while that is [memoized](MergedMapping::memoized).
    pub(super) known: Option<RefCell<MemoTable<'a>>>,
    /// Whether its region blocks are any, once somebody has asked: each key of the mapping that the catalog does not have asks.
    pub(super) regional: Cell<Option<bool>>,
    /// Whether no key shows yet in which dialect the document is written, once somebody has asked: each unknown key asks.
    pub(super) undecided: Cell<Option<bool>>,
    /// The discriminator that was asked for last, by its path, with its value.
    pub(super) decided: Cell<Option<Decided>>,
}

/// The path of a discriminator and its known value.
type Decided = (&'static str, Option<&'static str>);

impl<'a> Deref for MergedMapping<'a> {
    type Target = MappingData<'a>;
    fn deref(&self) -> &MappingData<'a> {
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

impl<'a> MergedMapping<'a> {
    /// The root mapping of a snapshot's merged document.
    pub fn root(snapshot: &'a Snapshot) -> MergedMapping<'a> {
        let own = std::iter::once(snapshot.document.root());
        let bases = snapshot
            .context
            .bases
            .iter()
            .map(|base| base.document.root());
        MergedMapping(Rc::new(MappingData {
            layers: own
                .chain(bases)
                .enumerate()
                .filter(|(_, node)| node.kind() == NodeKind::Mapping)
                .collect(),
            upper: 0,
            schema: Some(nexflow_catalog::root()),
            key: None,
            depth: 0,
            dialect: snapshot.dialect(),
            values: KnownValues::of(snapshot),
            parent: None,
            known: None,
            regional: Cell::default(),
            decided: Cell::default(),
            undecided: Cell::default(),
        }))
    }

    /// The root mapping of what a snapshot's document extends, without the document itself.
    pub fn inherited(snapshot: &'a Snapshot) -> MergedMapping<'a> {
        let root = MergedMapping::root(snapshot);
        MergedMapping(Rc::new(MappingData {
            layers: root
                .layers
                .iter()
                .filter(|(layer, _)| *layer > 0)
                .copied()
                .collect(),
            upper: 0,
            schema: root.schema,
            key: None,
            depth: 0,
            dialect: root.dialect,
            values: root.values,
            parent: None,
            known: None,
            regional: Cell::default(),
            decided: Cell::default(),
            undecided: Cell::default(),
        }))
    }

    /// The mapping of one entry of a section, given by its own key and value.
    pub fn entry(root: &MergedMapping<'a>, section: &str, entry: Entry<'a>) -> MergedMapping<'a> {
        let section = root.child(section).mapping();
        section.child_entry(&entry.key_text(), entry).mapping()
    }

    /// The mapping that the document itself has here.
    pub fn own(&self) -> Option<Node<'a>> {
        self.layers
            .first()
            .filter(|(layer, _)| *layer == 0)
            .map(|(_, node)| *node)
    }

    /// True when neither the document nor a base has such a mapping.
    pub fn is_missing(&self) -> bool {
        self.layers.is_empty()
    }

    /// True when a syntax error lies inside one of the mappings, or one merges more than is looked at, so that what it lacks must
    /// not be checked.
    pub fn has_errors(&self) -> bool {
        self.layers.iter().any(|(_, node)| {
            node.has_errors() || merged(*node).any(Node::has_errors) || node.is_cut_off()
        })
    }

    /// Where a diagnostic about the mapping as a whole is reported: its key in the document itself.
    pub fn anchor(&self) -> Option<TextRange> {
        match self.key {
            Some((0, key)) => Some(key.range()),
            _ => None,
        }
    }

    /// What stands at a path of keys separated by dots, below this mapping.
    pub fn get(&self, path: &str) -> MergedValue<'a> {
        let Some((mut next, mut rest)) = split_path(path) else {
            return self.child(path);
        };
        let mut mapping = self.clone();
        let mut levels = 1;
        loop {
            match mapping.below(next) {
                Ok(below) => mapping = below,
                Err(schema) => return mapping.nothing_at(schema, rest, levels),
            }
            levels += 1;
            match split_path(rest) {
                Some((key, further)) => (next, rest) = (key, further),
                None => return mapping.child(rest).reported_within(levels),
            }
        }
    }

    /// What stands under one key as a mapping. When the key is nowhere, what the catalog says about it.
    fn below(&self, key: &str) -> Result<MergedMapping<'a>, Option<&'static SchemaNode>> {
        if let Some(known) = &self.known
            && let Some((place, schema)) = self.schema.and_then(|schema| schema.literal_place(key))
            && let Some(answered) = known.borrow().mapping(place)
        {
            return answered.ok_or(Some(schema));
        }
        let val = self.child(key);
        if val.is_written() {
            Ok(val.mapping())
        } else {
            Err(val.schema)
        }
    }

    /// What does not stand at a path of which the first key, with this place in the catalog, is nowhere. Mappings that are
    /// not there decide nothing, so none is made for the keys between.
    fn nothing_at(
        &self,
        missing: Option<&'static SchemaNode>,
        mut rest: &str,
        levels: u8,
    ) -> MergedValue<'a> {
        let mut schema = missing;
        let mut skipped = 1;
        while let Some((key, further)) = split_path(rest) {
            schema = schema.and_then(|schema| schema.child(key));
            rest = further;
            skipped += 1;
        }
        MergedValue::new(self, None, schema.and_then(|schema| schema.child(rest)))
            .reported_within(levels)
            .further_below(skipped)
    }

    /// What stands under one key, which may contain dots.
    pub fn child(&self, key: &str) -> MergedValue<'a> {
        let Some((place, schema)) = self.schema.and_then(|schema| schema.literal_place(key)) else {
            return MergedValue::new(self, self.find_name(key), self.chosen_place());
        };
        // Where nothing is there is nothing to look up.
        if let Some(known) = &self.known
            && !self.is_missing()
        {
            let answered = known.borrow().answer(place);
            let (number, found) = answered.unwrap_or_else(|| {
                let found = self.find(key);
                let number = known.borrow_mut().keep(place, found.clone());
                (number, found)
            });
            return MergedValue::new(self, found, Some(schema)).answered(number);
        }
        MergedValue::new(self, self.find(key), Some(schema))
    }

    /// What stands under one key, where `entry` is what the document itself says (of several with the same key: this one).
    pub fn child_entry(&self, key: &str, entry: Entry<'a>) -> MergedValue<'a> {
        if let [] | [(0, _)] = self.layers.as_slice() {
            return self.val(key, Some(LayeredEntry::one(0, entry)));
        }
        let bases = self
            .layers
            .iter()
            .filter(|(layer, _)| *layer > 0)
            .filter_map(|(layer, node)| Some((*layer, node.get_resolved(key)?)));
        let layers = std::iter::once((0, entry)).chain(bases);
        self.val(key, LayeredEntry::of(layers, 0))
    }

    /// As [`MergedMapping::find`] for a name that the user chose: a section may have thousands of them that name each other.
    fn find_name(&self, name: &str) -> Option<LayeredEntry<'a>> {
        match (&self.known, self.layers.as_slice()) {
            (Some(known), [(layer, node)]) => {
                let entry = known.borrow_mut().named(*node, name)?;
                Some(LayeredEntry::one(*layer, entry))
            }
            _ => self.find(name),
        }
    }

    fn find(&self, key: &str) -> Option<LayeredEntry<'a>> {
        match self.layers.as_slice() {
            [] => None,
            [(layer, node)] => Some(LayeredEntry::one(*layer, node.get_resolved(key)?)),
            layers => {
                let having =
                    |(layer, node): &(Layer, Node<'a>)| Some((*layer, node.get_resolved(key)?));
                let (above, below) = layers.split_at(self.upper);
                let mut found: SmallVec<[(Layer, Entry<'a>); 4]> =
                    above.iter().filter_map(having).collect();
                let upper = found.len();
                found.extend(below.iter().filter_map(having));
                LayeredEntry::of(found, upper)
            }
        }
    }

    fn val(&self, key: &str, found: Option<LayeredEntry<'a>>) -> MergedValue<'a> {
        MergedValue::new(self, found, self.place(key))
    }

    /// What the catalog says about a key here: a field, a region block of a regional entry, or a name that the user chose.
    pub fn place(&self, key: &str) -> Option<&'static SchemaNode> {
        self.schema?
            .literal_child(key)
            .or_else(|| self.chosen_place())
    }

    /// What the catalog says about a key that the user chose.
    fn chosen_place(&self) -> Option<&'static SchemaNode> {
        let schema = self.schema?;
        schema
            .region_child()
            .filter(|(flag, _)| self.is_regional(flag))
            .map(|(_, node)| node)
            .or_else(|| schema.named_child().map(|(_, node)| node))
    }

    fn is_regional(&self, flag: &str) -> bool {
        if let Some(known) = self.regional.get() {
            return known;
        }
        let regional = self
            .layers
            .iter()
            .find_map(|(_, node)| node.get_resolved(flag))
            .and_then(|entry| entry.value().resolve())
            .and_then(|node| self.values.text(node, false))
            .is_some_and(|text| plain_bool(&text) == Some(true));
        self.regional.set(Some(regional));
        regional
    }

    /// The region blocks of a regional entry, with their keys.
    pub fn region_blocks(&self) -> Vec<(Cow<'a, str>, MergedMapping<'a>)> {
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
            .filter(|(key, val)| schema.literal_child(key).is_none() && !val.mapping().is_missing())
            .map(|(key, val)| (key, val.mapping()))
            .collect()
    }

    /// This mapping and those around it, from the inside out.
    pub(super) fn outward(&self) -> impl Iterator<Item = &MergedMapping<'a>> {
        std::iter::successors(Some(self), |mapping| mapping.parent.as_ref())
    }

    /// The value that decides whether a field of this mapping applies: the nearest one from here outward.
    pub fn discriminator(&self, field: &Field) -> Option<MergedValue<'a>> {
        let path = field.discriminator?;
        let name = path.rsplit('.').next()?;
        self.outward().find_map(|mapping| {
            let child = mapping.schema?.literal_child(name)?;
            child
                .fields
                .iter()
                .any(|id| nexflow_catalog::field(*id).path == path)
                .then(|| mapping.child(name))
                .filter(MergedValue::is_present)
        })
    }

    /// The known value of a field's discriminator; `None` when it is absent, unknown, or no value that the catalog has.
    pub(super) fn decided(&self, field: &Field) -> Option<&'static str> {
        // Most fields of a mapping depend on the same one.
        let path = field.discriminator?;
        if let Some((known, value)) = self.decided.get()
            && std::ptr::eq(known, path)
        {
            return value;
        }
        let value = self.decides(field);
        self.decided.set(Some((path, value)));
        value
    }

    fn decides(&self, field: &Field) -> Option<&'static str> {
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
        // Before a document shows its dialect, sections of both may begin it.
        let undecided = self.depth == 0
            && self.dialect == Dialect::Documented
            && self.undecided.get().unwrap_or_else(|| {
                let undecided = !self.entries().iter().any(|(key, _)| {
                    schema
                        .literal_child(key)
                        .is_some_and(|child| !child.is_of(Dialect::Toolchain))
                });
                self.undecided.set(Some(undecided));
                undecided
            });
        schema
            .all_children()
            .filter(|(_, child)| undecided || child.is_of(self.dialect))
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
    ) -> MergedMapping<'a> {
        let is_mapping = node.kind() == NodeKind::Mapping;
        MergedMapping(Rc::new(MappingData {
            layers: is_mapping.then_some((layer, node)).into_iter().collect(),
            upper: 0,
            schema,
            key: self.key,
            depth: self.depth + 2,
            dialect: self.dialect,
            values: self.values,
            parent: Some(self.clone()),
            known: None,
            regional: Cell::default(),
            decided: Cell::default(),
            undecided: Cell::default(),
        }))
    }

    /// Every key of the merged mapping with its value, in the order of the text, own keys first.
    pub fn entries(&self) -> Vec<(Cow<'a, str>, MergedValue<'a>)> {
        if let [(layer, node)] = self.layers.as_slice() {
            let entries = node.resolved_entries().into_iter();
            let each = entries.map(|entry| {
                let key = entry.key_text();
                let val = self.val(&key, Some(LayeredEntry::one(*layer, entry)));
                (key, val)
            });
            return each.collect();
        }
        let mut keys: Vec<Layered<'a>> = Vec::new();
        let mut index: FxHashMap<Cow<'a, str>, usize> = FxHashMap::default();
        for (number, (layer, node)) in self.layers.iter().enumerate() {
            let is_upper = number < self.upper;
            for entry in node.resolved_entries() {
                let text = entry.key_text();
                match index.entry(text.clone()) {
                    std::collections::hash_map::Entry::Occupied(known) => {
                        // One layer may stand here twice, as an entry and as what is laid over it.
                        let (_, layers, upper) = &mut keys[*known.get()];
                        layers.push((*layer, entry));
                        *upper += usize::from(is_upper);
                    }
                    std::collections::hash_map::Entry::Vacant(place) => {
                        place.insert(keys.len());
                        let layers = smallvec::smallvec![(*layer, entry)];
                        keys.push((text, layers, usize::from(is_upper)));
                    }
                }
            }
        }
        keys.into_iter()
            .map(|(key, layers, upper)| {
                let val = self.val(&key, LayeredEntry::of(layers, upper));
                (key, val)
            })
            .collect()
    }

    /// This mapping with another one laid over it, as a region block is over its entry. It stays what it is for the catalog.
    pub fn overlaid_by(&self, above: &MergedMapping<'a>) -> MergedMapping<'a> {
        MergedMapping(Rc::new(MappingData {
            layers: above.layers.iter().chain(&self.layers).copied().collect(),
            upper: above.layers.len(),
            schema: self.schema,
            key: self.key,
            depth: self.depth,
            dialect: self.dialect,
            values: self.values,
            parent: self.parent.clone(),
            known: None,
            regional: Cell::default(),
            decided: Cell::default(),
            undecided: Cell::default(),
        }))
    }

    /// This mapping laid over another one: how a region block reads together with its entry.
    pub fn over(&self, below: &MergedMapping<'a>) -> MergedMapping<'a> {
        MergedMapping(Rc::new(MappingData {
            layers: self.layers.iter().chain(&below.layers).copied().collect(),
            upper: self.layers.len(),
            schema: self.schema.or(below.schema),
            key: self.key,
            depth: self.depth,
            dialect: self.dialect,
            values: self.values,
            parent: self.parent.clone(),
            known: None,
            regional: Cell::default(),
            decided: Cell::default(),
            undecided: Cell::default(),
        }))
    }
}

/// The first key of a path and what follows it. Paths are short: looking at each byte is faster than a search that prepares
/// itself.
fn split_path(path: &str) -> Option<(&str, &str)> {
    let dot = path.bytes().position(|byte| byte == b'.')?;
    Some((&path[..dot], &path[dot + 1..]))
}

/// A key with the entries of all documents that have it, and how many of them are laid over the others.
type Layered<'a> = (Cow<'a, str>, SmallVec<[(Layer, Entry<'a>); 1]>, usize);

/// The mappings that a mapping takes in by `<<`.
fn merged(node: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let value = node.get("<<").map(|entry| entry.value());
    let listed = value.into_iter().flat_map(Node::items);
    value
        .into_iter()
        .chain(listed)
        .filter_map(|node| node.resolve())
}
