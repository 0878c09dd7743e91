//! Region blocks: what a change of one does is what it does to the entry that it is laid over, in that region.

use std::collections::BTreeMap;

use nexflow_catalog::changes::Class;

use super::{Change, Side, difference::Difference, in_one_region};
use crate::effective::{Effective, Inputs};

/// The block of a region around a difference.
pub(super) struct Block {
    region: String,
    /// The path as the entry itself has it.
    path: String,
}

/// How the catalog writes the place of such a block.
const PLACEHOLDER: &str = "<region>";

/// The block that a difference is in, if it is in one.
pub(super) fn block_of(difference: &Difference) -> Option<Block> {
    let at = difference
        .field
        .split('.')
        .position(|part| part == PLACEHOLDER)?;
    let mut parts: Vec<&str> = difference.path.split('.').collect();
    if parts.len() <= at + 1 {
        return None;
    }
    let region = parts.remove(at).to_owned();
    Some(Block {
        region,
        path: parts.join("."),
    })
}

/// Says of each change in a block what it does in effect, and leaves out those that do nothing: a block may say again what the entry
/// says.
pub(super) fn in_effect(
    old: &Side<'_>,
    new: &Side<'_>,
    blocks: &[Option<Block>],
    changes: Vec<Change>,
) -> Vec<Change> {
    let mut known: BTreeMap<&str, Vec<Change>> = BTreeMap::new();
    for block in blocks.iter().flatten() {
        known
            .entry(&block.region)
            .or_insert_with(|| of_region(old, new, &block.region));
    }
    let place = |(block, change): (&Option<Block>, Change)| {
        let Some(block) = block else {
            return Some(change);
        };
        let inside = known[block.region.as_str()]
            .iter()
            .find(|inside| inside.path == block.path)?;
        Some(joined(change, inside))
    };
    blocks.iter().zip(changes).filter_map(place).collect()
}

fn of_region(old: &Side<'_>, new: &Side<'_>, region: &str) -> Vec<Change> {
    let (was, is) = (laid_over(old, region), laid_over(new, region));
    let side = |effective, version| Side { effective, version };
    in_one_region(
        &side(was.as_ref(), old.version),
        &side(is.as_ref(), new.version),
    )
}

fn laid_over<'e>(side: &Side<'e>, region: &'e str) -> Option<Effective<'e>> {
    let inputs = side.effective?.inputs;
    Some(Effective::new(Inputs {
        region: Some(region),
        ..inputs
    }))
}

/// A change of a block with what it is of the entry: the more severe one leads.
fn joined(mut change: Change, inside: &Change) -> Change {
    let own = (change.rule, change.established);
    let other = (inside.rule, inside.established);
    let leads = inside.class() > change.class();
    if leads {
        (change.rule, change.established) = other;
    }
    let beside = if leads { own } else { other };
    if beside.0.id != change.rule.id && beside.1.class > Class::Safe {
        change.also.insert(0, beside);
    }
    for also in &inside.also {
        if !change.also.iter().any(|(rule, _)| rule.id == also.0.id) {
            change.also.push(*also);
        }
    }
    change.options.clone_from(&inside.options);
    change
}
