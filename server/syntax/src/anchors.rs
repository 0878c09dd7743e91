//! The anchors of a document.

use std::{collections::HashMap, sync::OnceLock};

use crate::store::{ALIASES, ANCHORS, Store};

/// Where each anchor is defined, in the order of the text.
#[derive(Debug, Default)]
pub(crate) struct Anchors {
    pub by_name: HashMap<Box<str>, Vec<Definition>>,
    /// How many aliases the document has.
    aliases: usize,
    /// Where the nodes stand that aliases stand for, in the order of the text. Many keys may be asked whether they are among them.
    pub targets: OnceLock<Vec<(u32, u32)>>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Definition {
    /// Where `&name` stands.
    pub start: u32,
    pub fragment: u32,
    pub node: u32,
    /// Number of the YAML document in the text.
    pub document: u32,
}

impl Anchors {
    pub fn collect(store: &Store) -> Anchors {
        let mut anchors = Anchors::default();
        for (index, slot) in store.with(ANCHORS, 0..store.len()) {
            let fragment = &slot.fragment;
            for property in &fragment.tree.anchors {
                let name = &fragment.text[property.start as usize + 1..property.end as usize];
                let definition = Definition {
                    start: slot.start + property.start,
                    fragment: index as u32,
                    node: property.node,
                    document: document_of(&fragment.tree.roots, property.node),
                };
                anchors
                    .by_name
                    .entry(name.into())
                    .or_default()
                    .push(definition);
            }
        }
        let aliases = store.with(ALIASES, 0..store.len());
        anchors.aliases = aliases
            .map(|(_, slot)| slot.fragment.tree.aliases.len())
            .sum();
        for definitions in anchors.by_name.values_mut() {
            definitions.sort_by_key(|definition| definition.start);
        }
        anchors
    }
}

impl Anchors {
    /// How many nodes one mapping may take over by merging: the aliases of a document share what may be expanded in it, so that a
    /// chain of merges costs no more than a list of them. Few aliases have all of it.
    pub fn share(&self, expansion: usize) -> usize {
        const LEAST: usize = 128;
        (expansion / self.aliases.max(1)).max(LEAST).min(expansion)
    }
}

pub(crate) fn document_of(roots: &[u32], node: u32) -> u32 {
    roots.partition_point(|root| *root <= node) as u32
}
