//! Anchors, aliases and merge keys, resolved over the whole document.

use std::{borrow::Cow, collections::HashSet};

use crate::{
    Document, Entry, Fragment, Node, NodeKind, SyntaxCode, SyntaxError, TextRange,
    anchors::document_of, error::RawError, store::ALIASES,
};

impl<'d> Node<'d> {
    fn definition(self) -> Option<Node<'d>> {
        let name = self.alias()?;
        let definitions = self.fragment.doc.anchors().by_name.get(name)?;
        let at = u32::from(self.range().start());
        let before = definitions.partition_point(|definition| definition.start < at);
        let definition = definitions[..before].last()?;
        let roots = &self.fragment.data().tree.roots;
        if document_of(roots, self.index) != definition.document {
            return None;
        }
        Some(Fragment::of(self.fragment.doc, definition.fragment as usize).logical(definition.node))
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

    /// Whether an alias stands for the node, or for one inside it.
    pub fn is_aliased(self) -> bool {
        let document = self.fragment.doc;
        let targets = document.anchors().targets.get_or_init(|| targets(document));
        let range = self.range();
        let (start, end) = (u32::from(range.start()), u32::from(range.end()));
        let first = targets.partition_point(|(at, _)| *at < start);
        targets[first..]
            .iter()
            .take_while(|(at, _)| *at <= end)
            .any(|(_, until)| *until <= end)
    }

    /// The mappings that a merge key (`<<`) with this value takes in, each with the node that names it: an alias, or the
    /// mapping itself.
    pub fn merged(self) -> Vec<(Node<'d>, Node<'d>)> {
        let named: Vec<Node<'d>> = match self.resolve() {
            Some(list) if list.kind() == NodeKind::Sequence => list.items().collect(),
            _ => vec![self],
        };
        let mapping = |node: Node<'d>| {
            let target = node.resolve()?;
            (target.kind() == NodeKind::Mapping).then_some((node, target))
        };
        named.into_iter().filter_map(mapping).collect()
    }

    /// The entries that the mapping has once aliases and merge keys are followed: own entries first, then those that
    /// merges add, each key once. Bounded by `Limits::expansion`, safe against cycles.
    pub fn resolved_entries(self) -> Vec<Entry<'d>> {
        const FEW: usize = 24;
        let entries = |node: Node<'d>| {
            let most = self.fragment.doc.limits().expansion.saturating_sub(1);
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

    /// Whether the mapping merges more than its share of `Limits::expansion` allows to look at: what it seems to lack may be there.
    pub fn is_cut_off(self) -> bool {
        // Each mapping is looked at once, so that a document shorter than the limit never gets there.
        let doc = self.fragment.doc;
        usize::from(doc.len()) > doc.anchors().share(doc.limits().expansion)
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
        let mut budget = self.fragment.doc.limits().expansion;
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
                    sources.extend(entry.value().merged().into_iter().map(|(_, node)| node));
                } else if seen.insert(key) {
                    found.push(entry);
                }
            }
            // What is merged shares the bound with all other merges of the document.
            if visited.len() == 1 && !sources.is_empty() {
                let doc = self.fragment.doc;
                budget = budget.min(doc.anchors().share(doc.limits().expansion));
            }
            pending.extend(sources.into_iter().take(budget + 1).rev());
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

/// Where the nodes stand that aliases stand for.
fn targets(document: &Document) -> Vec<(u32, u32)> {
    let store = document.store();
    let mut targets = Vec::new();
    for (index, slot) in store.with(ALIASES, 0..store.len()) {
        let fragment = Fragment::of(document, index);
        for alias in &slot.fragment.tree.aliases {
            if let Some(target) = fragment.logical(*alias).resolve() {
                let range = target.range();
                targets.push((range.start().into(), range.end().into()));
            }
        }
    }
    targets.sort_unstable();
    targets.dedup();
    targets
}

/// The errors that only the whole document shows: aliases without an anchor before them.
pub(crate) fn errors(document: &Document) -> Vec<SyntaxError> {
    let mut errors = Vec::new();
    let store = document.store();
    for (index, slot) in store.with(ALIASES, 0..store.len()) {
        for alias in &slot.fragment.tree.aliases {
            let node = Fragment::of(document, index).logical(*alias);
            if node.definition().is_some() {
                continue;
            }
            let range: TextRange = node.range();
            let name = node.alias().unwrap_or_default();
            let message =
                format!("Undefined alias `*{name}`: no `&{name}` precedes it in this document.");
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
    errors
}
