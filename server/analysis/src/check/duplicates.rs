//! The same key twice in one mapping.

use nexflow_catalog::ids;
use nexflow_syntax::{Entry, Node};
use rustc_hash::FxHashMap;

use crate::{cx::Cx, sink::Sink};

/// Below so many keys comparing each with each is faster than hashing.
const FEW: usize = 12;

/// Reports keys of a mapping that an earlier key of the same mapping repeats, as far as one unit can tell.
pub(super) fn in_mapping(mapping: Node<'_>, sink: &mut Sink) {
    let mut seen: Vec<Entry<'_>> = Vec::new();
    let mut index = FxHashMap::default();
    for entry in mapping.entries() {
        if entry.key().unit().index() != mapping.unit().index() {
            continue;
        }
        let key = entry.key_text();
        // Several merge keys in one mapping are used in practice and harmless.
        if key == "<<" {
            continue;
        }
        let first = if seen.len() < FEW {
            seen.iter().find(|other| other.is_named(&key)).copied()
        } else {
            if index.is_empty() {
                index.extend(seen.iter().rev().map(|entry| (entry.key_text(), *entry)));
            }
            index.get(&key).copied()
        };
        match first {
            Some(first) => report(first, entry, sink),
            None => {
                seen.push(entry);
                if !index.is_empty() {
                    index.insert(key, entry);
                }
            }
        }
    }
}

/// Reports keys that stand twice in a mapping whose entries are units of their own.
pub(super) fn across_units(cx: &Cx<'_>, sink: &mut Sink) {
    let mut seen: FxHashMap<(&[Box<str>], std::borrow::Cow<'_, str>), Entry<'_>> =
        FxHashMap::default();
    for unit in cx.snapshot.document.units() {
        for entry in unit.root().entries() {
            let key = entry.key_text();
            if key == "<<" || entry.key().unit().index() != unit.index() {
                continue;
            }
            // A key that its own unit repeats is reported by both; the same finding counts once.
            match seen.entry((unit.path(), key)) {
                std::collections::hash_map::Entry::Occupied(first) => {
                    if first.get().key().unit().index() != unit.index() {
                        report(*first.get(), entry, sink);
                    }
                }
                std::collections::hash_map::Entry::Vacant(place) => {
                    place.insert(entry);
                }
            }
        }
    }
}

fn report(first: Entry<'_>, second: Entry<'_>, sink: &mut Sink) {
    let key = second.key_text();
    sink.at(ids::DUPLICATE_KEY, &second.key().range())
        .with(&first.key().range(), format!("the first `{key}`"))
        .say(format!(
            "`{key}` stands twice in this mapping; YAML forbids it, and a tool that reads it anyway keeps the last one only"
        ));
}
