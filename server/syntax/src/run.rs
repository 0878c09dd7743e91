//! Runs of units that snapshots share as a whole, so that who looks at all of a document need not look at each unit again.

use std::any::Any;

use text_size::TextSize;

use crate::{Document, Unit, store::Slot};

/// A run of units, one behind the other. Snapshots share the runs that an edit left alone, as they share units.
#[derive(Clone, Copy)]
pub struct Run<'d> {
    doc: &'d Document,
    slot: &'d Slot,
}

impl std::fmt::Debug for Run<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Run {}+{}", self.slot.first, self.len())
    }
}

impl<'d> Run<'d> {
    pub(crate) fn of(doc: &'d Document, slot: &'d Slot) -> Run<'d> {
        Run { doc, slot }
    }

    /// The document at hand.
    pub fn document(self) -> &'d Document {
        self.doc
    }

    /// The units in the order of the text; at least one.
    pub fn units(self) -> impl Iterator<Item = Unit<'d>> {
        let Run { doc, slot } = self;
        let units = slot.chunk.units.iter().zip(&slot.chunk.starts).enumerate();
        units.map(move |(at, (data, start))| {
            Unit::found(doc, data, slot.first + at as u32, slot.start + start)
        })
    }

    /// The unit at `at` of the run.
    pub fn unit(self, at: usize) -> Unit<'d> {
        Unit::of(self.doc, self.slot.first as usize + at.min(self.len() - 1))
    }

    /// Number of units; never 0.
    #[allow(clippy::len_without_is_empty)]
    pub fn len(self) -> usize {
        self.slot.chunk.units.len()
    }

    /// Where the first unit begins.
    pub fn start(self) -> TextSize {
        self.slot.start.into()
    }

    /// Whether entries of one of the units stand at the top level.
    pub fn has_top(self) -> bool {
        self.slot.chunk.last_top.is_some()
    }

    /// Whether an alias stands in one of the units, so that what it means depends on other units.
    pub fn has_aliases(self) -> bool {
        self.slot.chunk.has_aliases
    }

    /// A value that belongs to this run for as long as none of its units changes; computed once per type `T` and shared by all
    /// snapshots that share the run. It must depend on nothing but the texts and paths of the units; in particular offsets are
    /// relative to a unit, or to the beginning of the run.
    pub fn memo<T: Any + Send + Sync>(self, compute: impl FnOnce(Run<'d>) -> T) -> &'d T {
        self.slot.chunk.memo.get(|| compute(self))
    }
}
