//! The effective document: what it extends merged in, the region laid over, variables replaced, credentials hidden.

use std::{
    borrow::Cow,
    sync::{Arc, Mutex},
};

use nexflow_analysis::{
    EXTENDS, MergedItem, MergedMapping, MergedValue, Snapshot, VariableOrigin,
    secret::{self, Disclosure, SecretPlace},
};
use nexflow_catalog::{Field, Kind, SchemaNode};
use nexflow_syntax::{Entry, Node, NodeKind, ScalarStyle, TextSize};
use rustc_hash::{FxHashMap, FxHashSet};

pub use crate::places::Place;
use crate::{
    parallel,
    places::Places,
    resolve::{Replaced, resolve},
    secrets::{Concealed, HIDDEN, by_place, hash, hash_of_block, without_credentials},
    selection::{self, Selection},
    value,
};

/// What an effective document is made of.
#[derive(Clone, Copy)]
pub struct Inputs<'a> {
    /// The document with what it extends, variables and settings.
    pub snapshot: &'a Snapshot,
    /// Its own address.
    pub uri: &'a str,
    /// The region whose blocks are laid over their entries.
    pub region: Option<&'a str>,
}

/// The effective document.
pub struct Effective<'a> {
    /// What it is made of.
    pub inputs: Inputs<'a>,
    /// The members of the document.
    pub members: Vec<Member<'a>>,
    /// Whether a base is missing, so that more may hold than is known.
    pub is_complete: bool,
    /// Where the entries of each section stand in it.
    numbers: FxHashMap<Cow<'a, str>, FxHashMap<Cow<'a, str>, usize>>,
    /// Where its places are.
    places: Places<'a>,
}

/// A key of a mapping with its value.
#[derive(Clone)]
pub struct Member<'a> {
    /// The key.
    pub key: Cow<'a, str>,
    /// What stands under it.
    pub value: Value<'a>,
    /// Where the key stands.
    pub at: Place,
    /// What the catalog knows of the place.
    pub schema: Option<&'static SchemaNode>,
}

/// A value.
#[derive(Clone)]
pub enum Value<'a> {
    /// Nothing.
    Null,
    /// A scalar.
    Scalar(Box<Scalar<'a>>),
    /// A list; with the place of each item.
    List(Vec<(Place, Value<'a>)>),
    /// A mapping.
    Mapping(Vec<Member<'a>>),
}

/// A scalar.
#[derive(Clone)]
pub struct Scalar<'a> {
    /// Its text, references replaced as far as they are known, credentials hidden.
    pub text: Cow<'a, str>,
    /// It is a string by its quotes or its tag, whatever the text looks like.
    pub is_string: bool,
    /// Its tag, where it matters to who reads it.
    pub tag: Option<&'a str>,
    /// Where it stands.
    pub at: Place,
    /// The variables that were replaced.
    pub variables: Vec<Replaced>,
    /// The references that nothing gives a value.
    pub unresolved: Vec<String>,
    /// It is a credential; the text is a reference or hides it.
    pub is_secret: bool,
    /// A hash of what the text hides: whether it is the same can be said without saying what it is.
    pub hidden: Option<u64>,
}

/// How a value came to be what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Via {
    /// The document says it.
    Document,
    /// A document that it extends says it.
    Inherited,
    /// The block of the region says it.
    Region,
    /// A variable gives it.
    Variable,
    /// A default gives it: of a reference, or Flink's own.
    Default,
    /// Another option needs it.
    Implied,
    /// Several fields make it up.
    Composed,
}

impl Via {
    /// The word in outputs.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Via::Document => "document",
            Via::Inherited => "inherited",
            Via::Region => "region",
            Via::Variable => "variable",
            Via::Default => "default",
            Via::Implied => "implied",
            Via::Composed => "composed",
        }
    }
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    /// The document or env file; `None` where it stands nowhere (the shell, the settings, Flink itself).
    pub uri: Option<Arc<str>>,
    /// The line, counted from 1.
    pub line: Option<u32>,
    /// How.
    pub via: Via,
    /// The variable, where one gives it.
    pub variable: Option<String>,
}

impl<'a> Effective<'a> {
    /// Works out the effective document.
    #[must_use]
    pub fn new(inputs: Inputs<'a>) -> Effective<'a> {
        let snapshot = inputs.snapshot;
        let is_complete = snapshot.context.base_problem.is_none();
        let builder = Builder::new(inputs);
        let mut members = builder.sections();
        builder.hide_shared(&mut members);
        if is_complete {
            // What it says is in.
            members.retain(|member| member.key != EXTENDS);
        }
        let places = Places::new(snapshot, inputs.uri, true);
        Effective::of(inputs, members, places, is_complete)
    }

    fn of(
        inputs: Inputs<'a>,
        members: Vec<Member<'a>>,
        places: Places<'a>,
        is_complete: bool,
    ) -> Effective<'a> {
        let numbers = members.iter().filter_map(|section| {
            let entries = section.value.members()?.iter().enumerate();
            // The first of two with one name counts, so it is put in last.
            let numbers = entries.rev().map(|(at, entry)| (entry.key.clone(), at));
            Some((section.key.clone(), numbers.collect()))
        });
        Effective {
            numbers: numbers.collect(),
            places,
            inputs,
            members,
            is_complete,
        }
    }

    /// Works out no more than what decides about the fields of one entry: the entry and those that it is used with. In a document of
    /// thousands of entries this takes no longer than in a small one.
    #[must_use]
    pub fn around(inputs: Inputs<'a>, section: &str, name: &str) -> Effective<'a> {
        let builder = Builder::new(inputs);
        let root = MergedMapping::root(inputs.snapshot);
        let mut members = Vec::new();
        for (of, names) in selection::together(&root, section, name) {
            let value_of = root.child(of);
            let Some(entry) = value_of.entry() else {
                continue;
            };
            let entries = value_of.mapping();
            let (place, _) = SecretPlace::root().below(of, true);
            let found = names.iter().filter_map(|name| {
                let below = entries.child(name);
                let key = below.entry()?.key_text();
                Some(builder.member(key, &below, None, place, 1))
            });
            let mut member = builder.member_of(entry.key_text(), &value_of, false);
            member.value = Value::Mapping(found.collect());
            members.push(member);
        }
        builder.hide_shared(&mut members);
        let is_complete = inputs.snapshot.context.base_problem.is_none();
        let places = Places::new(inputs.snapshot, inputs.uri, false);
        Effective::of(inputs, members, places, is_complete)
    }

    /// What is asked for by who asks about one entry, of a document [around](Effective::around) it.
    #[must_use]
    pub fn selection_of(&self, section: &str, name: &str) -> Selection {
        let is_paired = matches!(section, selection::BACKENDS | selection::CHECKPOINTS);
        let of = |wanted: &str| {
            let first = || Some(self.entries(wanted).next()?.key.clone().into_owned());
            is_paired.then(first).flatten()
        };
        Selection {
            process: Some(name.to_owned())
                .filter(|name| section == selection::RESOURCES && !name.starts_with('_')),
            backend: of(selection::BACKENDS),
            checkpoint: of(selection::CHECKPOINTS),
        }
    }

    /// What stands at the top under this key.
    #[must_use]
    pub fn section(&self, name: &str) -> Option<&Value<'a>> {
        find(&self.members, name)
    }

    /// The named entries of a section.
    pub fn entries(&self, section: &str) -> impl Iterator<Item = &Member<'a>> {
        self.section(section)
            .and_then(Value::members)
            .unwrap_or_default()
            .iter()
    }

    /// One entry of a section.
    #[must_use]
    pub fn entry(&self, section: &str, name: &str) -> Option<&Member<'a>> {
        let number = *self.numbers.get(section)?.get(name)?;
        self.section(section)?.members()?.get(number)
    }

    /// The origin of a place of the documents.
    #[must_use]
    pub fn origin(&self, place: Place) -> Origin {
        let line = self.places.line(place);
        Origin {
            uri: self.places.uri(place),
            line: line.and_then(|line| u32::try_from(line + 1).ok()),
            via: match place {
                Place {
                    in_region: true, ..
                } => Via::Region,
                Place { layer: 0, .. } => Via::Document,
                Place { .. } => Via::Inherited,
            },
            variable: None,
        }
    }

    /// The origins of a scalar: where it is written, and where its variables have their values.
    #[must_use]
    pub fn origins(&self, scalar: &Scalar<'_>) -> Vec<Origin> {
        let mut origins = vec![self.origin(scalar.at)];
        for variable in &scalar.variables {
            let written = &origins[0];
            let (uri, line, via) = match &variable.origin {
                Some(
                    VariableOrigin::EnvFile { uri, line }
                    | VariableOrigin::ProjectFile { uri, line },
                ) => (Some(Arc::from(uri.as_str())), Some(line + 1), Via::Variable),
                Some(VariableOrigin::Shell | VariableOrigin::Settings) => {
                    (None, None, Via::Variable)
                }
                None => (written.uri.clone(), written.line, Via::Default),
            };
            origins.push(Origin {
                uri,
                line,
                via,
                variable: Some(variable.name.clone()),
            });
        }
        origins
    }

    /// Every scalar of the document with its path, in order: what two documents are compared by.
    #[must_use]
    pub fn values(&self) -> Vec<EffectiveValue> {
        let mut out = Vec::new();
        for member in &self.members {
            self.collect(
                &member.key,
                &member.value,
                member.at,
                member.schema,
                &mut out,
            );
        }
        out
    }

    fn collect(
        &self,
        path: &str,
        value: &Value<'a>,
        at: Place,
        schema: Option<&'static SchemaNode>,
        out: &mut Vec<EffectiveValue>,
    ) {
        let empty = |text: &str| EffectiveValue {
            path: path.to_owned(),
            field: schema.map(|schema| schema.path),
            text: text.to_owned(),
            normalised: text.to_owned(),
            origins: vec![self.origin(at)],
            unresolved: Vec::new(),
            is_secret: false,
        };
        match value {
            Value::Null => out.push(empty("null")),
            Value::Mapping(members) if members.is_empty() => out.push(empty("{}")),
            Value::List(items) if items.is_empty() => out.push(empty("[]")),
            Value::Mapping(members) => {
                for member in members {
                    let path = format!("{path}.{}", member.key);
                    self.collect(&path, &member.value, member.at, member.schema, out);
                }
            }
            Value::List(items) => {
                let schema = schema.and_then(SchemaNode::item_child);
                for (index, (at, item)) in items.iter().enumerate() {
                    self.collect(&format!("{path}[{index}]"), item, *at, schema, out);
                }
            }
            Value::Scalar(scalar) => out.push(EffectiveValue {
                path: path.to_owned(),
                field: schema.map(|schema| schema.path),
                text: scalar.text.clone().into_owned(),
                normalised: value::normalised(&scalar.text, schema),
                origins: self.origins(scalar),
                unresolved: scalar.unresolved.clone(),
                is_secret: scalar.is_secret,
            }),
        }
    }
}

/// A scalar of the effective document.
#[derive(Clone, Debug, PartialEq)]
pub struct EffectiveValue {
    /// Where it stands: `checkpoints.main.checkpoint.interval`, items as `[0]`.
    pub path: String,
    /// The path of its field in the catalog.
    pub field: Option<&'static str>,
    /// As the document has it; credentials are hidden.
    pub text: String,
    /// In a form in which equal values are equal texts: durations in nanoseconds, sizes in bytes, booleans in lower case.
    pub normalised: String,
    /// Where it comes from.
    pub origins: Vec<Origin>,
    /// References that nothing gives a value.
    pub unresolved: Vec<String>,
    /// It is a credential.
    pub is_secret: bool,
}

/// What stands under a key.
pub fn find<'v, 'a>(members: &'v [Member<'a>], key: &str) -> Option<&'v Value<'a>> {
    members
        .iter()
        .find(|member| member.key == key)
        .map(|member| &member.value)
}

impl<'a> Value<'a> {
    /// The members of a mapping.
    #[must_use]
    pub fn members(&self) -> Option<&[Member<'a>]> {
        match self {
            Value::Mapping(members) => Some(members),
            _ => None,
        }
    }

    /// The scalar.
    #[must_use]
    pub fn scalar(&self) -> Option<&Scalar<'a>> {
        match self {
            Value::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }
}

/// Deeper mappings are cut off; no field lies so deep.
const DEPTH: usize = 128;

struct Builder<'a> {
    snapshot: &'a Snapshot,
    region: Option<&'a str>,
    /// Scalars that are credentials where an alias or an anchor stands, so that they are also where else they are: layers and
    /// offsets.
    shared: Mutex<FxHashSet<(usize, TextSize)>>,
}

impl<'a> Builder<'a> {
    fn new(inputs: Inputs<'a>) -> Builder<'a> {
        Builder {
            snapshot: inputs.snapshot,
            region: inputs.region,
            shared: Mutex::default(),
        }
    }

    /// The members of the document. Entries of a section have nothing to do with each other, so many of them are worked out on all
    /// processors.
    fn sections(&self) -> Vec<Member<'a>> {
        let root = MergedMapping::root(self.snapshot);
        let sections = root.entries().into_iter();
        let each = sections.map(|(key, value_of)| {
            let section = value_of.mapping();
            let has_entries = section.schema.is_some_and(|schema| {
                schema.named_child().is_some() && schema.region_child().is_none()
            });
            if section.is_missing() || !has_entries {
                return self.member(key, &value_of, None, SecretPlace::root(), 0);
            }
            let (place, _) = SecretPlace::root().below(&key, true);
            let entries = parallel::pieces(section.entries().len(), |piece| {
                // What is merged is for one thread.
                let root = MergedMapping::root(self.snapshot);
                let entries = root.child(&key).mapping().entries().into_iter();
                let of_piece = entries.skip(piece.start).take(piece.len());
                of_piece
                    .map(|(key, value_of)| self.member(key, &value_of, None, place, 1))
                    .collect()
            });
            let mut member = self.member_of(key, &value_of, false);
            member.value = Value::Mapping(entries);
            member
        });
        each.collect()
    }

    /// The members of a merged mapping. `region` are the layers' nodes that a region block has added.
    fn mapping(
        &self,
        merged: &MergedMapping<'a>,
        overlay: Option<&MergedMapping<'a>>,
        place: SecretPlace,
        depth: usize,
    ) -> Vec<Member<'a>> {
        if depth > DEPTH {
            return Vec::new();
        }
        if let Some(region) = self.region
            && overlay.is_none()
            && let Some((flag, _)) = merged.schema.and_then(SchemaNode::region_child)
            && let blocks = merged.region_blocks()
            && !blocks.is_empty()
        {
            return self.regional(merged, flag, region, blocks, place, depth);
        }
        merged
            .entries()
            .into_iter()
            .filter(|(key, _)| overlay.is_none() || key != "<<")
            .map(|(key, value_of)| {
                let above = overlay.map(|overlay| overlay.child(&key));
                self.member(key, &value_of, above.as_ref(), place, depth)
            })
            .collect()
    }

    /// A regional entry without its region blocks, the chosen one laid over it.
    fn regional(
        &self,
        merged: &MergedMapping<'a>,
        flag: &str,
        region: &str,
        blocks: Vec<(Cow<'a, str>, MergedMapping<'a>)>,
        place: SecretPlace,
        depth: usize,
    ) -> Vec<Member<'a>> {
        let chosen = blocks.iter().find(|(name, _)| name == region);
        let overlaid = match chosen {
            Some((_, block)) => merged.overlaid_by(block),
            None => merged.clone(),
        };
        overlaid
            .entries()
            .into_iter()
            .filter_map(|(key, value_of)| {
                let above = chosen.map(|(_, block)| block.child(&key));
                if key == flag {
                    return None;
                }
                // A block may have a key that is called like another block, and does not mean that one.
                if blocks.iter().any(|(name, _)| *name == key) {
                    let own = above.filter(|own| own.entry().is_some())?;
                    return Some(self.member(key, &own, Some(&own), place, depth));
                }
                let above = above.filter(MergedValue::is_present);
                Some(match &above {
                    // What the block calls by the same name may be another thing: `replication` is a number and a block.
                    Some(own)
                        if is_other_thing(own, &value_of)
                            && merged.child(&key).mapping().is_missing() =>
                    {
                        self.member(key, own, Some(own), place, depth)
                    }
                    above => self.member(key, &value_of, above.as_ref(), place, depth),
                })
            })
            .collect()
    }

    /// `place` is that of the mapping which has the key.
    fn member(
        &self,
        key: Cow<'a, str>,
        value_of: &MergedValue<'a>,
        above: Option<&MergedValue<'a>>,
        place: SecretPlace,
        depth: usize,
    ) -> Member<'a> {
        let above = above.filter(|above| above.is_present());
        let mut member = self.member_of(key, value_of, above.is_some());
        let at = member.at;
        let node = value_of.node();
        let is = |kind: NodeKind| node.is_some_and(|node| node.kind() == kind);
        // A scalar overrides whatever a base has there, so nothing is merged with it.
        let below = (!is(NodeKind::Scalar)).then(|| value_of.mapping());
        let below = below.filter(|below| !below.is_missing());
        let is_list = is(NodeKind::Sequence);
        let (within, what) = place.below(&member.key, below.is_some() || is_list);
        if let Some(entry) = value_of.entry()
            && let Some(hidden) = self.hide_key(&mut member, entry.key(), entry.value())
        {
            member.value = hidden;
            return member;
        }
        member.value = match (node, &below) {
            (Some(node), _) if matches!(within, SecretPlace::Secret) && !is_plain(node) => {
                self.hidden_block(value_of.entry().map_or(node, |entry| entry.value()), at)
            }
            (_, Some(below)) => {
                let overlay = above.map(MergedValue::mapping);
                Value::Mapping(self.mapping(below, overlay.as_ref(), within, depth + 1))
            }
            (Some(_), None) if is_list => {
                let item = value_of.as_item();
                let items = value_of.items();
                let field = item.field();
                let of_item = |item: MergedItem<'a>| {
                    let at = Place {
                        offset: item.node.range().start(),
                        ..at
                    };
                    let (place, what) = within.item(what, item.node.kind());
                    let value = match item.node.kind() {
                        NodeKind::Mapping => {
                            Value::Mapping(self.mapping(&item.mapping(), None, place, depth + 1))
                        }
                        _ => self.plain(item.node, field, (place, what), at, depth + 1),
                    };
                    if what != Disclosure::Shown && is_credential(&value) {
                        self.share(item.node, at.layer, 0);
                    }
                    (at, value)
                };
                Value::List(items.into_iter().map(of_item).collect())
            }
            (Some(node), None) => {
                let value = self.plain(node, value_of.field(), (within, what), at, depth + 1);
                if let Some(entry) = value_of.entry()
                    && what != Disclosure::Shown
                    && is_known(place)
                    && is_credential(&value)
                {
                    self.share(entry.value(), at.layer, 0);
                }
                value
            }
            (None, None) => Value::Null,
        };
        member
    }

    /// Hides what is a credential of a key; then the value is none to be shown either.
    fn hide_key(
        &self,
        member: &mut Member<'a>,
        key: Node<'a>,
        value: Node<'a>,
    ) -> Option<Value<'a>> {
        if let Some(from) = secret::behind_name_in_key(&member.key) {
            let hidden = self.hidden_block(value, member.at);
            member.key = Cow::Owned(format!("{}{HIDDEN}", &member.key[..from]));
            return Some(hidden);
        }
        if secret::may_be_credential(key) {
            member.key = Cow::Borrowed(HIDDEN);
            return Some(self.hidden_block(value, member.at));
        }
        None
    }

    /// A block where a credential belongs: nothing of it is shown, neither its keys.
    fn hidden_block(&self, node: Node<'a>, at: Place) -> Value<'a> {
        self.share(node, at.layer, 0);
        Value::Scalar(Box::new(Scalar {
            text: Cow::Borrowed(HIDDEN),
            is_string: true,
            tag: None,
            at,
            variables: Vec::new(),
            unresolved: Vec::new(),
            is_secret: true,
            hidden: Some(hash_of_block(node)),
        }))
    }

    /// Remembers the scalars of a credential that may stand elsewhere as well.
    fn share(&self, node: Node<'a>, layer: usize, depth: usize) {
        let Some(target) = node.resolve() else { return };
        if depth > DEPTH || depth == 0 && node.alias().is_none() && target.anchor().is_none() {
            return;
        }
        match target.kind() {
            NodeKind::Scalar => {
                if let Ok(mut shared) = self.shared.lock() {
                    shared.insert((layer, target.range().start()));
                }
            }
            NodeKind::Sequence => {
                for item in target.items() {
                    self.share(item, layer, depth + 1);
                }
            }
            NodeKind::Mapping => {
                for entry in target.entries() {
                    self.share(entry.value(), layer, depth + 1);
                }
            }
            NodeKind::Null | NodeKind::Alias => {}
        }
    }

    /// Hides the scalars that are credentials elsewhere.
    fn hide_shared(&self, members: &mut [Member<'a>]) {
        let Ok(shared) = self.shared.lock() else {
            return;
        };
        if shared.is_empty() {
            return;
        }
        for member in members {
            hide_shared(&mut member.value, &shared);
        }
    }

    /// A member whose value is not worked out.
    fn member_of(
        &self,
        key: Cow<'a, str>,
        value_of: &MergedValue<'a>,
        in_region: bool,
    ) -> Member<'a> {
        let entry = value_of.entry();
        Member {
            key,
            value: Value::Null,
            at: Place {
                layer: value_of.layer().unwrap_or(0),
                offset: entry.map_or(TextSize::new(0), |entry| entry.key().range().start()),
                in_region,
            },
            schema: value_of.schema,
        }
    }

    /// A node of which nothing is merged. `place` is its own, with what becomes of a scalar there.
    fn plain(
        &self,
        node: Node<'a>,
        field: Option<&'static Field>,
        place: (SecretPlace, Disclosure),
        at: Place,
        depth: usize,
    ) -> Value<'a> {
        if depth > DEPTH {
            return Value::Null;
        }
        match node.kind() {
            NodeKind::Scalar => {
                let at = Place {
                    offset: node.range().start(),
                    ..at
                };
                Value::Scalar(Box::new(self.scalar(node, field, place.1, at)))
            }
            NodeKind::Sequence | NodeKind::Mapping if matches!(place.0, SecretPlace::Secret) => {
                self.hidden_block(node, at)
            }
            NodeKind::Sequence => {
                let of_item = |item: Node<'a>| {
                    let at = Place {
                        offset: item.range().start(),
                        ..at
                    };
                    let place = place.0.item(place.1, item.kind());
                    (at, self.plain(item, field, place, at, depth + 1))
                };
                Value::List(
                    node.items()
                        .filter_map(Node::resolve)
                        .map(of_item)
                        .collect(),
                )
            }
            NodeKind::Mapping => {
                let entries = node.resolved_entries().into_iter();
                let of_entry = |entry: Entry<'a>| {
                    let at = Place {
                        offset: entry.key().range().start(),
                        ..at
                    };
                    let mut member = Member {
                        key: entry.key_text(),
                        value: Value::Null,
                        at,
                        schema: None,
                    };
                    if let Some(hidden) = self.hide_key(&mut member, entry.key(), entry.value()) {
                        member.value = hidden;
                        return member;
                    }
                    if let Some(value) = entry.value().resolve() {
                        let place = place.0.below(&member.key, !is_plain(value));
                        member.value = self.plain(value, None, place, at, depth + 1);
                    }
                    member
                };
                Value::Mapping(entries.map(of_entry).collect())
            }
            NodeKind::Null | NodeKind::Alias => Value::Null,
        }
    }

    /// Whether the document declares a secret of this name.
    fn declares(&self, name: &str) -> bool {
        let section = nexflow_catalog::fields()
            .iter()
            .find(|field| field.named_by.is_some());
        section.is_some_and(|section| {
            let root = MergedMapping::root(self.snapshot);
            let secret = root.child(section.path).mapping().child(name);
            secret.is_present()
        })
    }

    fn scalar(
        &self,
        node: Node<'a>,
        field: Option<&'static Field>,
        what: Disclosure,
        at: Place,
    ) -> Scalar<'a> {
        let written = node.value().unwrap_or_default();
        let what = match secret::may_be_credential(node) {
            true => Disclosure::Hidden,
            false => what,
        };
        let tag = node.tag_uri();
        let mut scalar = Scalar {
            is_string: node
                .style()
                .is_some_and(|style| style != ScalarStyle::Plain)
                || tag == Some(STRING_TAG),
            tag: node
                .tag()
                .map(|(tag, _)| tag)
                .filter(|_| !tag.is_some_and(|tag| PLAIN_TAGS.contains(&tag))),
            at,
            variables: Vec::new(),
            unresolved: Vec::new(),
            is_secret: what == Disclosure::Hidden,
            hidden: None,
            text: written,
        };
        let mut is_reference = false;
        let mut resolved = None;
        if scalar.text.contains('$') || scalar.text.starts_with("secret://") {
            resolved = resolve(&scalar.text, &self.snapshot.context);
        }
        let is_empty = scalar.text.is_empty();
        let shown = resolved.as_ref().map_or(&*scalar.text, |all| &all.text);
        let concealed = by_place(&scalar.text, shown, what, &|name| self.declares(name));
        if resolved.is_some()
            && field.is_some_and(|field| !field.has_kind(Kind::String))
            && tag.is_none()
        {
            // The quotes were for the reference.
            scalar.is_string = false;
        }
        if let Some(Concealed { text, hidden }) = concealed.filter(|_| !is_empty) {
            scalar.is_secret = true;
            scalar.is_string |= hidden.is_some();
            scalar.text = Cow::Owned(text);
            scalar.hidden = hidden;
            // `!hunter2 x`: a password may begin like that.
            scalar.tag = None;
            return scalar;
        }
        if let Some(resolved) = resolved {
            is_reference = resolved.is_reference;
            scalar.variables = resolved.variables;
            scalar.unresolved = resolved.unresolved;
            scalar.text = Cow::Owned(resolved.text);
        }
        if is_reference {
            scalar.is_secret |= scalar.unresolved.is_empty();
        } else if let Cow::Owned(hidden) = without_credentials(&scalar.text) {
            scalar.hidden = Some(hash(&scalar.text));
            scalar.text = Cow::Owned(hidden);
            scalar.is_secret = true;
        }
        scalar
    }
}

/// Whether a node is neither a mapping nor a list.
fn is_plain(node: Node<'_>) -> bool {
    !matches!(node.kind(), NodeKind::Mapping | NodeKind::Sequence)
}

/// Whether a value is one that is not shown, or refers to one.
fn is_credential(value: &Value<'_>) -> bool {
    matches!(value, Value::Scalar(scalar) if scalar.is_secret)
}

/// Whether the catalog decides what is a credential there, and not a name alone.
fn is_known(place: SecretPlace) -> bool {
    matches!(place, SecretPlace::Known(_))
}

fn hide_shared(value: &mut Value<'_>, shared: &FxHashSet<(usize, TextSize)>) {
    match value {
        Value::Scalar(scalar) => {
            let is_there = shared.contains(&(scalar.at.layer, scalar.at.offset));
            if is_there && !scalar.is_secret && !scalar.text.is_empty() {
                scalar.hidden = Some(hash(&scalar.text));
                scalar.text = Cow::Borrowed(HIDDEN);
                scalar.is_string = true;
                scalar.is_secret = true;
                scalar.tag = None;
            }
        }
        Value::List(items) => {
            for (_, item) in items {
                hide_shared(item, shared);
            }
        }
        Value::Mapping(members) => {
            for member in members {
                hide_shared(&mut member.value, shared);
            }
        }
        Value::Null => {}
    }
}

/// Whether a region block means another thing by a key than its entry.
fn is_other_thing(in_region: &MergedValue<'_>, in_entry: &MergedValue<'_>) -> bool {
    !in_region.mapping().is_missing()
        && in_region
            .schema
            .is_some_and(|schema| schema.all_children().next().is_some())
        && in_entry
            .schema
            .is_none_or(|schema| schema.all_children().next().is_none())
}

/// The tag of strings.
const STRING_TAG: &str = "tag:yaml.org,2002:str";
/// Tags that a scalar's own form says as well.
const PLAIN_TAGS: [&str; 5] = [
    STRING_TAG,
    "tag:yaml.org,2002:int",
    "tag:yaml.org,2002:float",
    "tag:yaml.org,2002:bool",
    "tag:yaml.org,2002:null",
];
