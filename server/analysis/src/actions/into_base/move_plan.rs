//! What becomes of each field of a document when the base document is to say what can be said there.

use nexflow_syntax::{Document, Entry, Node, NodeKind, Segment};

use super::equivalence::{is_plain, same_value};
use crate::{
    Snapshot, edit,
    merged::{MergedMapping, MergedValue},
};

/// What becomes of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldPlan {
    /// It stays: somebody would mean something else, or nobody knows.
    Stays,
    /// It goes, for what is extended says the same already.
    Goes,
    /// The base document says it from now on.
    Moves,
}

/// A field, or a block of fields.
pub struct PlannedEntry<'d> {
    /// The keys that lead to it.
    pub path: Vec<String>,
    /// Where the document says it.
    pub entry: Entry<'d>,
    /// What it is.
    pub what: EntryPlan<'d>,
}

/// What a part is.
pub enum EntryPlan<'d> {
    /// Something with one value.
    Field(FieldPlan),
    /// A mapping with something in it.
    Block(Vec<PlannedEntry<'d>>),
}

impl PlannedEntry<'_> {
    /// Calls `visit` with every field.
    pub fn fields(&self, visit: &mut dyn FnMut(&PlannedEntry<'_>, FieldPlan)) {
        match &self.what {
            EntryPlan::Field(plan) => visit(self, *plan),
            EntryPlan::Block(parts) => parts.iter().for_each(|part| part.fields(visit)),
        }
    }

    /// Whether all of it moves.
    pub fn moves(&self) -> bool {
        match &self.what {
            EntryPlan::Field(plan) => *plan == FieldPlan::Moves,
            EntryPlan::Block(parts) => parts.iter().all(PlannedEntry::moves),
        }
    }
}

/// What the fates depend on.
pub struct Planner<'a> {
    /// The document.
    pub snapshot: &'a Snapshot,
    /// The document that it extends directly.
    pub base: &'a Document,
    /// The other documents that extend that one directly.
    pub siblings: &'a [&'a Document],
    /// Only what all of them say alike moves.
    pub common: bool,
}

/// What a base document has at a place.
enum BaseSlot {
    /// Nothing, and something can be put there.
    Nothing,
    /// Something that cannot be gone on with, or a value.
    Something,
}

impl<'a> Planner<'a> {
    /// The part at an entry of the document. `None` where nothing can be said about it.
    pub fn part(&self, entry: Entry<'a>) -> Option<PlannedEntry<'a>> {
        let path = keys(entry)?;
        let mut inherited = MergedMapping::inherited(self.snapshot);
        let (last, front) = path.split_last()?;
        for key in front {
            inherited = inherited.child(key).mapping();
        }
        Some(self.below(entry, &inherited.child(last), path.clone()))
    }

    fn below(
        &self,
        entry: Entry<'a>,
        inherited: &MergedValue<'_>,
        path: Vec<String>,
    ) -> PlannedEntry<'a> {
        let value = entry.value();
        let is_block = value.kind() == NodeKind::Mapping && value.entries().next().is_some();
        let what = if !is_block || !can_be_parted(value) {
            EntryPlan::Field(self.plan(entry, inherited, &path))
        } else {
            let mapping = inherited.mapping();
            let parts = value.entries().map(|entry| {
                let key = entry.key_text();
                let path = [path.clone(), vec![key.clone().into_owned()]].concat();
                self.below(entry, &mapping.child(&key), path)
            });
            EntryPlan::Block(parts.collect())
        };
        PlannedEntry { path, entry, what }
    }

    fn plan(&self, entry: Entry<'_>, inherited: &MergedValue<'_>, path: &[String]) -> FieldPlan {
        let value = entry.value();
        let is_own = entry.has_colon() || entry.mapping().is_flow();
        if !is_own
            || value.kind() == NodeKind::Null
            || !is_plain(value)
            || !is_plain(entry.key())
            || !can_be_parted(entry.mapping())
            || value.has_errors()
            || edit::is_shared(&self.snapshot.document, entry.key())
        {
            return FieldPlan::Stays;
        }
        let below = inherited.layers().first();
        let nearest = below.map(|(layer, _)| *layer);
        let says_so = below.is_some_and(|(_, below)| same_value(value, below.value()));
        if says_so {
            return if self.common {
                FieldPlan::Stays
            } else {
                FieldPlan::Goes
            };
        }
        // What the base itself says otherwise is for others to inherit.
        if nearest == Some(1) || !matches!(in_base(self.base, path), BaseSlot::Nothing) {
            return FieldPlan::Stays;
        }
        let unchanged = self.siblings.iter().all(|sibling| {
            let said = said(sibling.root(), path);
            match said {
                DocumentSlot::Nothing => false,
                DocumentSlot::Otherwise => !self.common,
                DocumentSlot::Value(there) => !self.common || same_value(value, there.value()),
            }
        });
        if unchanged {
            FieldPlan::Moves
        } else {
            FieldPlan::Stays
        }
    }
}

/// The keys that lead to an entry; `None` inside of a list.
pub fn keys(entry: Entry<'_>) -> Option<Vec<String>> {
    let path = entry.key().path();
    path.into_iter()
        .map(|segment| match segment {
            Segment::Key(key) => Some(key.to_string()),
            Segment::Item(_) => None,
        })
        .collect()
}

/// Whether the entries of a mapping can be told apart and taken one by one.
fn can_be_parted(mapping: Node<'_>) -> bool {
    let mut seen = std::collections::HashSet::new();
    mapping.anchor().is_none()
        && mapping.tag().is_none()
        && mapping.entries().all(|entry| {
            entry.key().kind() == NodeKind::Scalar
                && entry.key_text() != "<<"
                && seen.insert(entry.key_text())
        })
}

/// What the base has at a place, merge keys and aliases looked through.
fn in_base(base: &Document, path: &[String]) -> BaseSlot {
    let mut node = base.root();
    for key in path {
        match node.kind() {
            NodeKind::Null => return BaseSlot::Nothing,
            NodeKind::Mapping if !edit::is_shared(base, node) => {}
            _ => return BaseSlot::Something,
        }
        match (node.get(key), node.get_resolved(key)) {
            (Some(entry), _) => node = entry.value(),
            (None, Some(_)) => return BaseSlot::Something,
            (None, None) if can_be_parted(node) => return BaseSlot::Nothing,
            (None, None) => return BaseSlot::Something,
        }
    }
    BaseSlot::Something
}

/// What a document says at a place.
pub enum DocumentSlot<'d> {
    /// Nothing of its own, or nothing that is known for sure: what is inherited shows.
    Nothing,
    /// Something around it that hides what is inherited.
    Otherwise,
    /// This.
    Value(Entry<'d>),
}

/// What a document itself says at a path of keys.
fn said<'d>(root: Node<'d>, path: &[String]) -> DocumentSlot<'d> {
    let mut node = root;
    for (index, key) in path.iter().enumerate() {
        match node.kind() {
            NodeKind::Mapping => {}
            NodeKind::Null => return DocumentSlot::Nothing,
            _ => return DocumentSlot::Otherwise,
        }
        let Some(entry) = node.get_resolved(key) else {
            return DocumentSlot::Nothing;
        };
        let Some(value) = entry.value().resolve() else {
            return DocumentSlot::Nothing;
        };
        if index + 1 == path.len() {
            return match value.kind() {
                NodeKind::Null => DocumentSlot::Nothing,
                _ => DocumentSlot::Value(entry),
            };
        }
        node = value;
    }
    DocumentSlot::Nothing
}
