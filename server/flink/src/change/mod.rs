//! What a change of a document does to a running job: the effective difference of two states, and what is known of each part.
//!
//! Everything about single fields is data of the catalog (`data/changes`); what its conditions can ask beside fields stands in
//! `aspects.rs`.

mod aspects;
mod classify;
mod conditions;
mod difference;
mod flink;
pub mod output;
mod processes;
mod regions;
mod state;
mod view;

use nexflow_catalog::{
    FlinkVersion,
    changes::{Change as Rule, Class, EntryEvent, Established},
};
use nexflow_syntax::TextRange;

pub use output::DocumentChanges;
pub use state::{Shown, State};

use crate::effective::Effective;

/// A state of a document, and the version of Flink that runs it.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    /// The effective document; `None` where there is none.
    pub effective: Option<&'a Effective<'a>>,
    /// The version of Flink that the settings name.
    pub version: FlinkVersion,
}

/// A difference between two states of a document, with what it does.
#[derive(Clone, Debug)]
pub struct Change {
    /// Where it is: `checkpoints.main.checkpoint.interval`; for a whole entry, `streams.orders`.
    pub path: String,
    /// The value before.
    pub old: Option<Shown>,
    /// The value after.
    pub new: Option<Shown>,
    /// What happens to the entry, where the change is about a whole one.
    pub entry: Option<EntryEvent>,
    /// The default that holds where a side has no value.
    pub default: Option<&'static str>,
    /// The kind of change.
    pub rule: &'static Rule,
    /// What is established for the versions.
    pub established: &'static Established,
    /// Other kinds of change that it is as well, or may be.
    pub also: Vec<(&'static Rule, &'static Established)>,
    /// The options of Flink that it changes: name, value before, value after.
    pub options: Vec<(String, Option<String>, Option<String>)>,
    /// The processes that use the entry, where the change is about a whole one.
    pub used_by: Vec<String>,
    /// The token of the new document, where it has one.
    pub at: Option<TextRange>,
}

impl Change {
    /// How a running job takes it.
    #[must_use]
    pub fn class(&self) -> Class {
        self.established.class
    }
}

/// The effective differences of two states of a document with what each does, the order of the new document kept.
#[must_use]
pub fn compare(old: &Side<'_>, new: &Side<'_>) -> Vec<Change> {
    if let Some(change) = whole_document(old, new) {
        return vec![change];
    }
    let (was, is) = (State::new(old), State::new(new));
    let differences = difference::differences(&was, &is);
    let blocks: Vec<_> = differences.iter().map(regions::block_of).collect();
    let mut changes = classified(&was, &is, differences);
    if blocks.iter().any(Option::is_some) {
        changes = regions::in_effect(old, new, &blocks, changes);
    }
    processes::add(&was, &is, &mut changes);
    changes
}

/// The differences of two documents of which the blocks of a region have been laid over their entries.
fn in_one_region(old: &Side<'_>, new: &Side<'_>) -> Vec<Change> {
    let (was, is) = (State::new(old), State::new(new));
    let differences = difference::differences(&was, &is);
    classified(&was, &is, differences)
}

fn classified(
    old: &State<'_>,
    new: &State<'_>,
    differences: Vec<difference::Difference>,
) -> Vec<Change> {
    let mut changes = classify::classify(old, new, differences);
    flink::add_options(old, new, &mut changes);
    changes
}

/// A document that is new, or gone.
fn whole_document(old: &Side<'_>, new: &Side<'_>) -> Option<Change> {
    let (id, event) = match (old.effective, new.effective) {
        (None, Some(_)) => ("document-added", EntryEvent::Added),
        (Some(_), None) => ("document-removed", EntryEvent::Removed),
        _ => return None,
    };
    let rule = nexflow_catalog::changes::change(id)?;
    Some(Change {
        path: String::new(),
        old: None,
        new: None,
        entry: Some(event),
        default: None,
        rule,
        established: rule.established(old.version, new.version),
        also: Vec::new(),
        options: Vec::new(),
        used_by: Vec::new(),
        at: None,
    })
}
