//! What rules about the whole document may have read, as numbers: a column for each key of a section's entries that one of them
//! asks for, and one number for the rest. A number changes when something behind it changes.
//!
//! Numbers are kept beside units and runs of them, so that an edit costs one unit and what it takes to go over the runs.

use std::{
    hash::{Hash, Hasher},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use nexflow_syntax::{Document, NodeKind, TextRange, Unit};
use rustc_hash::{FxHashMap, FxHasher};

use crate::{
    keep::kept,
    reads::{Keys, Reads},
    references::references,
};

/// The number of a column.
pub(super) type Column = u32;

/// The columns that there are. They only become more, so that each keeps its number.
#[derive(Clone, Default)]
pub(super) struct Columns {
    sections: FxHashMap<Box<str>, Section>,
    count: Column,
    /// Changes with the columns: what is kept beside units is kept for one generation.
    generation: u64,
}

/// The columns of a section.
#[derive(Clone, Default)]
struct Section {
    /// The column of everything that stands in it.
    all: Option<Column>,
    keys: FxHashMap<Box<str>, Column>,
}

impl Columns {
    pub fn len(&self) -> Column {
        self.count
    }

    /// The columns of what was read; those that are missing are added.
    pub fn of(columns: &mut Arc<Columns>, reads: &Reads) -> Vec<Column> {
        let mut of = Vec::new();
        for (section, keys) in reads.sections() {
            match keys {
                Keys::All => of.push(Columns::column(columns, section, None)),
                Keys::These(keys) => {
                    of.extend(
                        keys.iter()
                            .map(|key| Columns::column(columns, section, Some(key))),
                    );
                }
            }
        }
        of
    }

    fn column(columns: &mut Arc<Columns>, section: &str, key: Option<&str>) -> Column {
        let known = columns.sections.get(section).and_then(|section| match key {
            Some(key) => section.keys.get(key).copied(),
            None => section.all,
        });
        known.unwrap_or_else(|| {
            let columns = Arc::make_mut(columns);
            let column = columns.count;
            columns.count += 1;
            columns.generation = next_generation();
            let section = columns.sections.entry(section.into()).or_default();
            match key {
                Some(key) => {
                    section.keys.insert(key.into(), column);
                }
                None => section.all = Some(column),
            }
            column
        })
    }
}

fn next_generation() -> u64 {
    // 0 is that of no columns.
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// What a unit, a run or a document says.
pub(super) struct Summary {
    /// What every rule may have read.
    pub rest: u64,
    /// The columns in which something stands, in their order.
    columns: Vec<(Column, u64)>,
}

impl Summary {
    /// What stands in a column; `None` when it is nothing.
    pub fn column(&self, column: Column) -> Option<u64> {
        let at = self
            .columns
            .binary_search_by_key(&column, |(column, _)| *column);
        at.ok().map(|at| self.columns[at].1)
    }

    /// What all of the parts say, in their order.
    fn of_all<'s>(parts: impl Iterator<Item = impl AsRef<Summary> + 's>) -> Summary {
        let mut rest = FxHasher::default();
        let mut columns: Vec<FxHasher> = Vec::new();
        let mut used = Vec::new();
        for (number, part) in parts.enumerate() {
            let part = part.as_ref();
            part.rest.hash(&mut rest);
            for (column, hash) in &part.columns {
                let at = *column as usize;
                if columns.len() <= at {
                    columns.resize(at + 1, FxHasher::default());
                    used.resize(at + 1, false);
                }
                used[at] = true;
                // Which of the parts says it is not the same.
                (number, hash).hash(&mut columns[at]);
            }
        }
        let columns = (0..).zip(&columns).zip(&used);
        Summary {
            rest: rest.finish(),
            columns: columns
                .filter(|(_, used)| **used)
                .map(|((column, hash), _)| (column, hash.finish()))
                .collect(),
        }
    }
}

/// What a document says now.
pub(super) fn summary(document: &Document, columns: &Columns) -> Summary {
    let generation = columns.generation;
    let mut aliased = FxHasher::default();
    let runs = document.runs().map(|run| {
        if run.has_aliases() {
            document.id().hash(&mut aliased);
        }
        let units = || {
            let units = run.units();
            Summary::of_all(units.map(|unit| kept(unit, generation, || of_unit(unit, columns))))
        };
        kept(run, generation, units)
    });
    let mut summary = Summary::of_all(runs);
    summary.rest ^= aliased.finish();
    summary
}

fn of_unit(unit: Unit<'_>, columns: &Columns) -> Summary {
    let mut rest = FxHasher::default();
    unit.path().hash(&mut rest);
    unit.has_errors().hash(&mut rest);
    let [section] = unit.path() else {
        // The header and the heads of sections are small and read by many.
        unit.text().hash(&mut rest);
        return Summary {
            rest: rest.finish(),
            columns: Vec::new(),
        };
    };
    for variable in &references(unit).variables {
        (&variable.name, &variable.default, variable.malformed).hash(&mut rest);
    }
    for secret in &references(unit).secrets {
        (&secret.name, secret.key.as_ref().map(|(key, _)| key)).hash(&mut rest);
    }
    let section = columns.sections.get(section);
    let start = unit.range().start();
    let text = |range: TextRange| &unit.text()[range - start];
    let mut parts: Vec<(Column, FxHasher)> = Vec::new();
    let mut add = |column: Column, number: usize, text: &str| {
        let at = parts.binary_search_by_key(&column, |(column, _)| *column);
        let at = at.unwrap_or_else(|at| {
            parts.insert(at, (column, FxHasher::default()));
            at
        });
        (number, text).hash(&mut parts[at].1);
    };
    if let Some(all) = section.and_then(|section| section.all) {
        add(all, 0, unit.text());
    }
    for (number, entry) in unit.root().entries().enumerate() {
        entry.key_text().hash(&mut rest);
        entry.has_colon().hash(&mut rest);
        std::mem::discriminant(&entry.value().kind()).hash(&mut rest);
        // Of entries that are no mappings there is nothing but the value.
        if entry.value().kind() != NodeKind::Mapping {
            text(entry.range()).hash(&mut rest);
            continue;
        }
        let Some(section) = section else { continue };
        for part in entry.value().entries() {
            if let Some(column) = section.keys.get(&*part.key_text()) {
                add(*column, number, text(part.range()));
            }
        }
    }
    Summary {
        rest: rest.finish(),
        columns: parts
            .into_iter()
            .map(|(column, hash)| (column, hash.finish()))
            .collect(),
    }
}
