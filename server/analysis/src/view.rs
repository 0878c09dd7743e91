//! The document as it will be used: its own tree laid over those of the documents that it extends, matched with the catalog.
//!
//! Mappings merge key by key, scalars and lists override. A [`View`] is a mapping seen this way, a [`Val`] what stands under
//! one key of it. Both remember which document a thing comes from, so that a finding is reported where it can be mended.

mod known;
mod val;

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

use self::known::Known;
use self::val::{Found, plain_bool};
pub use self::{
    known::Remembered,
    val::{Item, Val, known_text},
};
use crate::{Snapshot, reads};

/// Number of the document in the chain of `extends`: 0 is the document itself, 1 its base, and so on.
pub type Layer = usize;

/// A mapping of the merged document. Cheap to clone.
#[derive(Clone)]
pub struct View<'a>(Rc<Mapping<'a>>);

/// What a [`View`] knows.
pub struct Mapping<'a> {
    /// The mappings that take part, the overriding one first.
    pub(super) layers: SmallVec<[(Layer, Node<'a>); 1]>,
    /// What the catalog says about this place, when it knows it.
    pub schema: Option<&'static SchemaNode>,
    /// The key under which the mapping stands, in the overriding document that has it.
    pub key: Option<(Layer, Node<'a>)>,
    /// How many keys and list items lead here; 0 for the root.
    pub depth: usize,
    /// The dialect in which the document is written.
    pub dialect: Dialect,
    /// The mapping around it.
    pub(super) parent: Option<View<'a>>,
    /// What it was asked for, while that is [remembered](View::remembered).
    pub(super) known: Option<RefCell<Known<'a>>>,
    /// Whether its region blocks are any, once somebody has asked: each key of the mapping that the catalog does not have asks.
    pub(super) regional: Cell<Option<bool>>,
    /// The discriminator that was asked for last, by its path, with its value.
    pub(super) decided: Cell<Option<Decided>>,
}

/// The path of a discriminator and its known value.
type Decided = (&'static str, Option<&'static str>);

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
            known: None,
            regional: Cell::default(),
            decided: Cell::default(),
        }))
    }

    /// The root mapping of what a snapshot's document extends, without the document itself.
    pub fn inherited(snapshot: &'a Snapshot) -> View<'a> {
        let root = View::root(snapshot);
        View(Rc::new(Mapping {
            layers: root
                .layers
                .iter()
                .filter(|(layer, _)| *layer > 0)
                .copied()
                .collect(),
            schema: root.schema,
            key: None,
            depth: 0,
            dialect: root.dialect,
            parent: None,
            known: None,
            regional: Cell::default(),
            decided: Cell::default(),
        }))
    }

    /// The view of one entry of a section, given by its own key and value.
    pub fn entry(root: &View<'a>, section: &str, entry: Entry<'a>) -> View<'a> {
        let section = root.child(section).view();
        section.child_entry(&entry.key_text(), entry).view()
    }

    /// The top-level section in which the mapping stands; `None` for the root.
    fn section(&self) -> Option<&View<'a>> {
        self.outward().filter(|view| view.parent.is_some()).last()
    }

    fn section_name(&self) -> Option<Box<str>> {
        self.section()?.key_text().map(|key| key.as_ref().into())
    }

    fn section_place(&self) -> Option<reads::Place> {
        let (layer, key) = self.section()?.key?;
        Some((layer, key.range().start().into()))
    }

    /// Somebody may look at everything here.
    fn read_all(&self) {
        if self.depth <= 2 && reads::is_listening() {
            self.record_all();
        }
    }

    /// All of the section in which the mapping stands may have been read.
    #[cold]
    #[inline(never)]
    pub(super) fn record_all(&self) {
        if let Some(place) = self.section_place() {
            reads::all(place, || self.section_name());
        }
    }

    #[cold]
    #[inline(never)]
    fn record(&self, key: &str) {
        if let Some(place) = self.section_place() {
            reads::key(place, || self.section_name(), key);
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

    /// True when a syntax error lies inside one of the mappings, or one merges more than is looked at, so that what it lacks must
    /// not be judged.
    pub fn has_errors(&self) -> bool {
        self.layers.iter().any(|(_, node)| {
            node.has_errors() || merged(*node).any(Node::has_errors) || node.is_cut_off()
        })
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
        let Some((mut next, mut rest)) = split_path(path) else {
            return self.child(path);
        };
        let mut view = self.clone();
        let mut levels = 1;
        loop {
            match view.below(next) {
                Ok(below) => view = below,
                Err(schema) => return view.nothing_at(schema, rest, levels),
            }
            levels += 1;
            match split_path(rest) {
                Some((key, further)) => (next, rest) = (key, further),
                None => return view.child(rest).reported_within(levels),
            }
        }
    }

    /// What stands under one key as a mapping. When the key is nowhere, what the catalog says about it.
    fn below(&self, key: &str) -> Result<View<'a>, Option<&'static SchemaNode>> {
        if let Some(known) = &self.known
            && let Some((place, schema)) = self.schema.and_then(|schema| schema.literal_place(key))
            && let Some(answered) = known.borrow().mapping(place)
        {
            self.note(key);
            return answered.ok_or(Some(schema));
        }
        let val = self.child(key);
        if val.is_present() {
            Ok(val.view())
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
    ) -> Val<'a> {
        let mut schema = missing;
        let mut skipped = 1;
        while let Some((key, further)) = split_path(rest) {
            schema = schema.and_then(|schema| schema.child(key));
            rest = further;
            skipped += 1;
        }
        Val::new(self, None, schema.and_then(|schema| schema.child(rest)))
            .reported_within(levels)
            .further_below(skipped)
    }

    /// What stands under one key, which may contain dots.
    pub fn child(&self, key: &str) -> Val<'a> {
        self.note(key);
        let Some((place, schema)) = self.schema.and_then(|schema| schema.literal_place(key)) else {
            return Val::new(self, self.find(key), self.chosen_place());
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
            return Val::new(self, found, Some(schema)).answered(number);
        }
        Val::new(self, self.find(key), Some(schema))
    }

    /// What stands under one key, where `entry` is what the document itself says (of several with the same key: this one).
    pub fn child_entry(&self, key: &str, entry: Entry<'a>) -> Val<'a> {
        if let [] | [(0, _)] = self.layers.as_slice() {
            return self.val(key, Some(Found::one(0, entry)));
        }
        let bases = self
            .layers
            .iter()
            .filter(|(layer, _)| *layer > 0)
            .filter_map(|(layer, node)| Some((*layer, node.get_resolved(key)?)));
        let layers = std::iter::once((0, entry)).chain(bases);
        self.val(key, Found::of(layers))
    }

    fn find(&self, key: &str) -> Option<Found<'a>> {
        match self.layers.as_slice() {
            [] => None,
            [(layer, node)] => Some(Found::one(*layer, node.get_resolved(key)?)),
            layers => Found::of(
                layers
                    .iter()
                    .filter_map(|(layer, node)| Some((*layer, node.get_resolved(key)?))),
            ),
        }
    }

    fn val(&self, key: &str, found: Option<Found<'a>>) -> Val<'a> {
        self.note(key);
        Val::new(self, found, self.place(key))
    }

    /// Somebody looks at this key.
    fn note(&self, key: &str) {
        if self.depth == 2 && reads::is_listening() {
            self.record(key);
        }
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
        self.note(flag);
        if let Some(known) = self.regional.get() {
            return known;
        }
        let regional = self
            .layers
            .iter()
            .find_map(|(_, node)| node.get_resolved(flag))
            .and_then(|entry| entry.value().resolve())
            .and_then(known_text)
            .is_some_and(|text| plain_bool(&text) == Some(true));
        self.regional.set(Some(regional));
        regional
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
    pub(super) fn outward(&self) -> impl Iterator<Item = &View<'a>> {
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
    pub(super) fn decided(&self, field: &Field) -> Option<&'static str> {
        // Most fields of a mapping depend on the same one.
        let path = field.discriminator?;
        if let Some((known, value)) = self.decided.get()
            && std::ptr::eq(known, path)
        {
            // Whoever listens now may be another one.
            if reads::is_listening() {
                let name = path.rsplit('.').next()?;
                self.outward().for_each(|view| view.note(name));
            }
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
            known: None,
            regional: Cell::default(),
            decided: Cell::default(),
        }))
    }

    /// Every key of the merged mapping with its value, in the order of the text, own keys first.
    pub fn entries(&self) -> Vec<(Cow<'a, str>, Val<'a>)> {
        if self.depth == 2 {
            self.read_all();
        }
        if let [(layer, node)] = self.layers.as_slice() {
            let entries = node.resolved_entries().into_iter();
            let each = entries.map(|entry| {
                let key = entry.key_text();
                let val = self.val(&key, Some(Found::one(*layer, entry)));
                (key, val)
            });
            return each.collect();
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
                let val = self.val(&key, Found::of(layers));
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
            known: None,
            regional: Cell::default(),
            decided: Cell::default(),
        }))
    }
}

/// The first key of a path and what follows it. Paths are short: looking at each byte is faster than a search that prepares
/// itself.
fn split_path(path: &str) -> Option<(&str, &str)> {
    let dot = path.bytes().position(|byte| byte == b'.')?;
    Some((&path[..dot], &path[dot + 1..]))
}

/// A key with the entries of all documents that have it.
type Layered<'a> = (Cow<'a, str>, SmallVec<[(Layer, Entry<'a>); 1]>);

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
