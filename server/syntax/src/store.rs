//! The list of fragments with their places.

use std::{ops::Range, sync::Arc};

use crate::fragment_data::FragmentData;

/// A fragment with its place in the document.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    pub fragment: Arc<FragmentData>,
    /// Where it begins, in bytes.
    pub start: u32,
    /// On which line it begins.
    pub line: u32,
    /// What [`Store::with`] looks for; kept here so that looking over all fragments stays in one piece of memory.
    flags: u8,
}

/// Entries of the fragment stand at the top level.
const TOP: u8 = 1;
/// An alias stands in the fragment.
pub(crate) const ALIASES: u8 = 2;
/// An anchor stands in the fragment.
pub(crate) const ANCHORS: u8 = 4;
/// A key may be a merge key.
pub(crate) const MERGES: u8 = 8;
/// The fragment has a syntax error.
pub(crate) const ERRORS: u8 = 16;
/// See [`Cut::suspicious`](crate::outline::Cut).
pub(crate) const SUSPICIOUS: u8 = 32;

fn flags(fragment: &FragmentData) -> u8 {
    let tree = &fragment.tree;
    [
        (fragment.is_top(), TOP),
        (!tree.aliases.is_empty(), ALIASES),
        (!tree.anchors.is_empty(), ANCHORS),
        (tree.may_merge, MERGES),
        (!tree.errors.is_empty(), ERRORS),
        (fragment.suspicious, SUSPICIOUS),
    ]
    .into_iter()
    .filter(|(holds, _)| *holds)
    .fold(0, |flags, (_, flag)| flags | flag)
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Store {
    slots: Vec<Slot>,
    /// The fragments of the top level.
    tops: Vec<u32>,
    /// The flags of all fragments.
    flags: u8,
    /// Where the next fragment begins, in bytes and lines.
    end: (u32, u32),
}

impl Store {
    pub fn new(fragments: Vec<Arc<FragmentData>>) -> Store {
        let mut store = Store::default();
        store.slots.reserve(fragments.len());
        for fragment in fragments {
            store.push(fragment);
        }
        store
    }

    fn push(&mut self, fragment: Arc<FragmentData>) {
        let ((start, line), flags) = (self.end, flags(&fragment));
        self.end = (start + fragment.text.len() as u32, line + fragment.breaks);
        self.push_slot(Slot {
            fragment,
            start,
            line,
            flags,
        });
    }

    fn push_slot(&mut self, slot: Slot) {
        if slot.flags & TOP != 0 {
            self.tops.push(self.slots.len() as u32);
        }
        self.flags |= slot.flags;
        self.slots.push(slot);
    }

    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// The fragment at `index`, which there must be.
    pub fn at(&self, index: usize) -> &Slot {
        &self.slots[index]
    }

    /// The fragments from `index` on.
    pub fn from(&self, index: usize) -> &[Slot] {
        self.slots.get(index..).unwrap_or_default()
    }

    /// Whether any fragment has this flag.
    pub fn any(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// The fragments of a range that have this flag, with their indices.
    pub fn with(&self, flag: u8, range: Range<usize>) -> impl Iterator<Item = (usize, &Slot)> {
        let range = if self.any(flag) { range } else { 0..0 };
        let slots = self.slots.get(range.clone()).unwrap_or_default();
        range
            .zip(slots)
            .filter(move |(_, slot)| slot.flags & flag != 0)
    }

    /// The last fragment that begins at or before `offset`.
    pub fn find(&self, offset: u32) -> usize {
        self.slots
            .partition_point(|slot| slot.start <= offset)
            .saturating_sub(1)
    }

    /// The fragment of the top level at or before `index`.
    pub fn top_at_or_before(&self, index: usize) -> usize {
        let before = self.tops.partition_point(|top| *top as usize <= index);
        before
            .checked_sub(1)
            .map_or(0, |last| self.tops[last] as usize)
    }

    /// The first fragment of the top level after `index`, or the number of fragments.
    pub fn top_after(&self, index: usize) -> usize {
        let before = self.tops.partition_point(|top| *top as usize <= index);
        self.tops
            .get(before)
            .map_or(self.len(), |top| *top as usize)
    }

    /// A list in which the fragments `from..to` are replaced by `fragments`.
    pub fn splice(&self, from: usize, to: usize, fragments: Vec<Arc<FragmentData>>) -> Store {
        let mut store = Store {
            slots: Vec::with_capacity(self.len() + fragments.len()),
            ..Store::default()
        };
        for slot in &self.slots[..from] {
            store.push_slot(slot.clone());
        }
        let place = |index: usize| match self.slots.get(index) {
            Some(slot) => (slot.start, slot.line),
            None => self.end,
        };
        store.end = place(from);
        for fragment in fragments {
            store.push(fragment);
        }
        let (old, new) = (place(to), store.end);
        for slot in &self.slots[to..] {
            store.push_slot(Slot {
                start: slot.start - old.0 + new.0,
                line: slot.line - old.1 + new.1,
                ..slot.clone()
            });
        }
        store.end = (self.end.0 - old.0 + new.0, self.end.1 - old.1 + new.1);
        store
    }
}
