//! Anchors, aliases and merge keys, resolved over the whole document.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use crate::{
    Document, Entry, Node, NodeKind, SyntaxCode, SyntaxError, TextRange, Unit, error::RawError,
};

/// Where each anchor is defined, in the order of the text.
#[derive(Debug, Default)]
pub(crate) struct Anchors {
    by_name: HashMap<Box<str>, Vec<Definition>>,
}

#[derive(Clone, Copy, Debug)]
struct Definition {
    /// Where `&name` stands.
    start: u32,
    unit: u32,
    node: u32,
    /// Number of the YAML document in the text.
    document: u32,
}

impl Anchors {
    pub fn collect(document: &Document) -> Anchors {
        let mut anchors = Anchors::default();
        for slot in &document.store().slots {
            if !slot.chunk.has_anchors {
                continue;
            }
            for (at, unit) in slot.chunk.units.iter().enumerate() {
                let index = slot.first as usize + at;
                for property in &unit.tree.anchors {
                    let name = &unit.text[property.start as usize + 1..property.end as usize];
                    let definition = Definition {
                        start: document.store().start(index) + property.start,
                        unit: index as u32,
                        node: property.node,
                        document: document_of(&unit.tree.roots, property.node),
                    };
                    anchors
                        .by_name
                        .entry(name.into())
                        .or_default()
                        .push(definition);
                }
            }
        }
        for definitions in anchors.by_name.values_mut() {
            definitions.sort_by_key(|definition| definition.start);
        }
        anchors
    }
}

fn document_of(roots: &[u32], node: u32) -> u32 {
    roots.partition_point(|root| *root <= node) as u32
}

impl<'d> Node<'d> {
    fn definition(self) -> Option<Node<'d>> {
        let name = self.alias()?;
        let definitions = self.unit.doc.anchors().by_name.get(name)?;
        let at = u32::from(self.range().start());
        let before = definitions.partition_point(|definition| definition.start < at);
        let definition = definitions[..before].last()?;
        let roots = &self.unit.data().tree.roots;
        if document_of(roots, self.index) != definition.document {
            return None;
        }
        Some(Unit::of(self.unit.doc, definition.unit as usize).logical(definition.node))
    }

    /// The node that an alias stands for, `self` for any other; `None` when it is undefined or a cycle.
    pub fn resolve(self) -> Option<Node<'d>> {
        if self.kind() != NodeKind::Alias {
            return Some(self);
        }
        // An alias cannot carry an anchor, so one step always ends at a node that is none.
        let target = self.definition()?;
        let inside = target.range().contains_range(self.range()) && target.kind() != NodeKind::Null;
        (!inside && target.kind() != NodeKind::Alias).then_some(target)
    }

    /// The entries that the mapping has once aliases and merge keys are followed: own entries first, then those that
    /// merges add, each key once. Bounded by `Limits::expansion`, safe against cycles.
    pub fn resolved_entries(self) -> Vec<Entry<'d>> {
        const FEW: usize = 24;
        let entries = |node: Node<'d>| {
            let most = self.unit.doc.limits().expansion.saturating_sub(1);
            node.entries().take(most)
        };
        if let Some(node) = self.resolve()
            && !node.may_merge()
            && entries(node).nth(FEW).is_none()
        {
            // Nearly every mapping is small and merges nothing: then looking back costs less than a table.
            let mut found: Vec<Entry<'d>> = Vec::new();
            for entry in entries(node) {
                let key = entry.key_text();
                if !found.iter().any(|known| known.is_named(&key)) {
                    found.push(entry);
                }
            }
            return found;
        }
        self.follow().0
    }

    /// Whether the mapping merges more than `Limits::expansion` allows to look at: what it seems to lack may be there.
    pub fn is_cut_off(self) -> bool {
        // Each mapping is looked at once, so that a document shorter than the limit never gets there.
        let doc = self.unit.doc;
        usize::from(doc.len()) > doc.limits().expansion
            && self
                .resolve()
                .is_some_and(|node| node.may_merge() && node.get("<<").is_some())
            && !self.follow().1
    }

    /// The entries, and whether these are all.
    fn follow(self) -> (Vec<Entry<'d>>, bool) {
        let mut seen: HashSet<Cow<'d, str>> = HashSet::new();
        let mut found = Vec::new();
        let mut visited: Vec<Node<'d>> = Vec::new();
        let mut budget = self.unit.doc.limits().expansion;
        // Mappings still to be read, the next one last.
        let mut pending: Vec<Node<'d>> = self.resolve().into_iter().collect();
        while let Some(node) = pending.pop() {
            if budget == 0 {
                return (found, false);
            }
            budget -= 1;
            if node.kind() != NodeKind::Mapping || visited.contains(&node) {
                continue;
            }
            visited.push(node);
            let mut sources = Vec::new();
            // A section may have thousands.
            seen.reserve(node.entries().take(budget).count());
            for entry in node.entries() {
                if budget == 0 {
                    return (found, false);
                }
                budget -= 1;
                let key = entry.key_text();
                if key == "<<" && entry.key().style() == Some(crate::ScalarStyle::Plain) {
                    merge_sources(entry.value(), &mut sources);
                } else if seen.insert(key) {
                    found.push(entry);
                }
            }
            pending.extend(sources.into_iter().rev());
        }
        (found, true)
    }

    /// `get` over the resolved entries.
    pub fn get_resolved(self, key: &str) -> Option<Entry<'d>> {
        let node = self.resolve()?;
        if let Some(entry) = node.get(key) {
            return Some(entry);
        }
        if !node.may_merge() {
            return None;
        }
        node.get("<<")?;
        node.resolved_entries()
            .into_iter()
            .find(|entry| entry.key_text() == key)
    }
}

/// The mappings that the value of a merge key names: one, or a list of them.
fn merge_sources<'d>(value: Node<'d>, sources: &mut Vec<Node<'d>>) {
    let Some(value) = value.resolve() else { return };
    match value.kind() {
        NodeKind::Mapping => sources.push(value),
        NodeKind::Sequence => {
            let items = value
                .items()
                .filter_map(Node::resolve)
                .filter(|item| item.kind() == NodeKind::Mapping);
            sources.extend(items);
        }
        _ => {}
    }
}

/// The errors that only the whole document shows: aliases without an anchor before them.
pub(crate) fn errors(document: &Document) -> Vec<SyntaxError> {
    let mut errors = Vec::new();
    for slot in &document.store().slots {
        if !slot.chunk.has_aliases {
            continue;
        }
        for (at, unit) in slot.chunk.units.iter().enumerate() {
            let index = slot.first as usize + at;
            for alias in &unit.tree.aliases {
                let node = Unit::of(document, index).logical(*alias);
                if node.definition().is_some() {
                    continue;
                }
                let range: TextRange = node.range();
                let name = node.alias().unwrap_or_default();
                let message = format!(
                    "`*{name}` refers to nothing: no `&{name}` stands before it in this document"
                );
                errors.push(
                    RawError::new(
                        SyntaxCode::UndefinedAlias,
                        range.start().into(),
                        range.end().into(),
                        message,
                    )
                    .quoting(name)
                    .at(0),
                );
            }
        }
    }
    errors
}
