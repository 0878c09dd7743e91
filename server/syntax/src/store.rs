//! The list of units, in chunks, so that a snapshot after an edit copies little.

use std::sync::Arc;

use crate::{memo::MemoCell, unit::UnitData};

/// Most units in a chunk.
const CHUNK: usize = 64;

/// A run of units with the sums over them.
#[derive(Debug)]
pub(crate) struct Chunk {
    pub units: Box<[Arc<UnitData>]>,
    /// Where each unit begins, in bytes from the beginning of the chunk.
    pub starts: Box<[u32]>,
    /// On which line each unit begins, from the line on which the chunk begins.
    lines: Box<[u32]>,
    bytes: u32,
    breaks: u32,
    /// The last unit of the top level in this chunk.
    pub last_top: Option<u32>,
    pub has_aliases: bool,
    pub has_anchors: bool,
    pub may_merge: bool,
    pub has_errors: bool,
    pub suspicious: bool,
    pub memo: MemoCell,
}

impl Chunk {
    fn new(units: Box<[Arc<UnitData>]>) -> Chunk {
        let (mut bytes, mut breaks) = (0, 0);
        let mut starts = Vec::with_capacity(units.len());
        let mut lines = Vec::with_capacity(units.len());
        let mut last_top = None;
        for (index, unit) in units.iter().enumerate() {
            starts.push(bytes);
            lines.push(breaks);
            bytes += unit.text.len() as u32;
            breaks += unit.breaks;
            if unit.is_top() {
                last_top = Some(index as u32);
            }
        }
        Chunk {
            starts: starts.into(),
            lines: lines.into(),
            bytes,
            breaks,
            last_top,
            has_aliases: units.iter().any(|unit| !unit.tree.aliases.is_empty()),
            has_anchors: units.iter().any(|unit| !unit.tree.anchors.is_empty()),
            may_merge: units.iter().any(|unit| unit.tree.may_merge),
            has_errors: units.iter().any(|unit| !unit.tree.errors.is_empty()),
            suspicious: units.iter().any(|unit| unit.suspicious),
            units,
            memo: MemoCell::default(),
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Slot {
    pub chunk: Arc<Chunk>,
    pub first: u32,
    pub start: u32,
    line: u32,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Store {
    pub slots: Vec<Slot>,
}

impl Store {
    pub fn new(units: Vec<Arc<UnitData>>) -> Store {
        let mut store = Store::default();
        store.push_all(units);
        store
    }

    fn push_all(&mut self, units: Vec<Arc<UnitData>>) {
        let mut units = units.into_iter().peekable();
        while units.peek().is_some() {
            let chunk: Box<[_]> = units.by_ref().take(CHUNK).collect();
            self.push(Arc::new(Chunk::new(chunk)));
        }
    }

    fn push(&mut self, chunk: Arc<Chunk>) {
        let (first, start, line) = self.slots.last().map_or((0, 0, 0), |slot| {
            (
                slot.first + slot.chunk.units.len() as u32,
                slot.start + slot.chunk.bytes,
                slot.line + slot.chunk.breaks,
            )
        });
        self.slots.push(Slot {
            chunk,
            first,
            start,
            line,
        });
    }

    pub fn len(&self) -> usize {
        self.slots
            .last()
            .map_or(0, |slot| slot.first as usize + slot.chunk.units.len())
    }

    fn slot(&self, index: usize) -> (&Slot, usize) {
        let at = self
            .slots
            .partition_point(|slot| slot.first as usize <= index)
            - 1;
        (&self.slots[at], index - self.slots[at].first as usize)
    }

    pub fn slot_of(&self, index: usize) -> usize {
        self.slots
            .partition_point(|slot| slot.first as usize <= index)
            .saturating_sub(1)
    }

    pub fn get(&self, index: usize) -> &Arc<UnitData> {
        let (slot, at) = self.slot(index);
        &slot.chunk.units[at]
    }

    /// The unit and where it begins.
    pub fn at(&self, index: usize) -> (&Arc<UnitData>, u32) {
        let (slot, at) = self.slot(index);
        (&slot.chunk.units[at], slot.start + slot.chunk.starts[at])
    }

    pub fn start(&self, index: usize) -> u32 {
        let (slot, at) = self.slot(index);
        slot.start + slot.chunk.starts[at]
    }

    pub fn line(&self, index: usize) -> u32 {
        let (slot, at) = self.slot(index);
        slot.line + slot.chunk.lines[at]
    }

    /// The last unit that begins at or before `offset`.
    pub fn find(&self, offset: u32) -> usize {
        let slot = &self.slots[self
            .slots
            .partition_point(|slot| slot.start <= offset)
            .max(1)
            - 1];
        let at = slot
            .chunk
            .starts
            .partition_point(|start| slot.start + start <= offset)
            .max(1)
            - 1;
        slot.first as usize + at
    }

    /// The unit of the top level at or before `index`.
    pub fn top_at_or_before(&self, index: usize) -> usize {
        let mut slot = self.slot_of(index);
        let within = index - self.slots[slot].first as usize;
        if let Some(at) = self.slots[slot].chunk.units[..=within]
            .iter()
            .rposition(|unit| unit.is_top())
        {
            return self.slots[slot].first as usize + at;
        }
        while slot > 0 {
            slot -= 1;
            if let Some(at) = self.slots[slot].chunk.last_top {
                return self.slots[slot].first as usize + at as usize;
            }
        }
        0
    }

    /// The first unit of the top level behind `index`, or the number of units.
    pub fn top_after(&self, index: usize) -> usize {
        let first = self.slot_of(index);
        for slot in &self.slots[first..] {
            if slot.chunk.last_top.is_none() {
                continue;
            }
            let skip = (index + 1)
                .saturating_sub(slot.first as usize)
                .min(slot.chunk.units.len());
            if let Some(at) = slot.chunk.units[skip..]
                .iter()
                .position(|unit| unit.is_top())
            {
                return slot.first as usize + skip + at;
            }
        }
        self.len()
    }

    /// A list in which the units `from..to` are replaced by `units`.
    pub fn splice(&self, from: usize, to: usize, units: Vec<Arc<UnitData>>) -> Store {
        if self.slots.is_empty() {
            return Store::new(units);
        }
        let first = self.slot_of(from.min(self.len().saturating_sub(1)));
        let last = self.slot_of(
            to.saturating_sub(1)
                .max(from)
                .min(self.len().saturating_sub(1)),
        );
        let mut middle: Vec<Arc<UnitData>> = Vec::new();
        let head = from - self.slots[first].first as usize;
        middle.extend(self.slots[first].chunk.units[..head].iter().cloned());
        middle.extend(units);
        let tail = to - self.slots[last].first as usize;
        middle.extend(self.slots[last].chunk.units[tail..].iter().cloned());
        let mut next = last + 1;
        // A chunk that has become small takes its neighbour in, so that chunks stay few.
        if middle.len() < CHUNK / 2 && next < self.slots.len() {
            middle.extend(self.slots[next].chunk.units.iter().cloned());
            next += 1;
        }
        let mut store = Store {
            slots: Vec::with_capacity(self.slots.len() + 2),
        };
        store.slots.extend(self.slots[..first].iter().cloned());
        store.push_all(middle);
        for slot in &self.slots[next..] {
            store.push(slot.chunk.clone());
        }
        store
    }
}
