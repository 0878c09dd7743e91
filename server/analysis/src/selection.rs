//! What "expand selection" takes next: the word, the value, the entry, the mapping, the entry around it …

use nexflow_syntax::{Node, Parent, TextRange, TextSize};

use crate::Snapshot;

/// Ranges around `offset` from the smallest to the whole document, each larger than the one before.
pub fn selection_ranges(snapshot: &Snapshot, offset: TextSize) -> Vec<TextRange> {
    let document = &snapshot.document;
    let mut ranges = Vec::new();
    let mut node = document.node_at(offset);
    while let Some(current) = node {
        ranges.push(current.range());
        node = match current.parent() {
            Some(Parent::Key(entry)) => {
                ranges.push(entry.range());
                Some(entry.mapping())
            }
            Some(Parent::Value(entry)) => {
                ranges.push(entry.range());
                Some(entry.mapping())
            }
            Some(Parent::Item(list, _)) => Some(list),
            None => None,
        };
    }
    ranges.push(TextRange::up_to(document.len()));
    let mut last = TextRange::empty(offset);
    ranges.retain(|range| {
        let grows = range.contains_range(last) && *range != last;
        if grows {
            last = *range;
        }
        grows
    });
    ranges
}

/// The node that a feature about "the thing here" means: the one at the offset or right before it.
pub fn touching(snapshot: &Snapshot, offset: TextSize) -> Option<Node<'_>> {
    snapshot.document.node_at(offset).or_else(|| {
        let before = u32::from(offset).checked_sub(1)?;
        snapshot.document.node_at(TextSize::new(before))
    })
}
