//! What is written elsewhere: names of the blocks that a field refers to, and what other entries and other documents say at the
//! same place.

use std::collections::HashMap;

use nexflow_catalog::Field;

use crate::{Snapshot, habits, habits::Habits, view::View};

/// More values than this at one place are data, not habits: the most frequent ones are offered.
const MOST: usize = 50;

/// The names that a field's value can be: the keys of the block that it refers to, inherited ones included.
pub(super) fn names(snapshot: &Snapshot, field: &Field) -> Vec<String> {
    let Some(block) = field.refers_to else {
        return Vec::new();
    };
    let entries = View::root(snapshot).get(block).view().entries();
    entries
        .into_iter()
        .map(|(name, _)| name.into_owned())
        .collect()
}

/// The texts that stand at a field's place in the document and in others, the most frequent first.
pub(super) fn values(
    snapshot: &Snapshot,
    others: &dyn Habits,
    field: &Field,
    typed: &str,
) -> Vec<String> {
    if !habits::is_free(field) {
        return Vec::new();
    }
    let mut counts = Counts::default();
    habits::values_of(&snapshot.document, field, &mut |text, times| {
        counts.add(text, times);
    });
    others.values(field, &mut |text, times| counts.add(text, times));
    counts.ordered(typed)
}

/// The keys that other documents have at a place, the most frequent first. Where `like` is given, blocks of this kind count twice.
pub(super) fn keys(others: &dyn Habits, block: &str, like: Option<&str>) -> Vec<String> {
    let mut counts = Counts::default();
    others.keys(block, &mut |key, decided, times| {
        let is_like = like.is_some() && decided == like;
        counts.add(key, if is_like { 2 * times } else { times });
    });
    counts.ordered("")
}

#[derive(Default)]
struct Counts(HashMap<String, usize>);

impl Counts {
    fn add(&mut self, text: &str, times: usize) {
        match self.0.get_mut(text) {
            Some(known) => *known += times,
            None => {
                self.0.insert(text.to_owned(), times);
            }
        }
    }

    /// The most frequent first, of equals the first in the alphabet. What is being typed stands in the text as well, and is no
    /// habit.
    fn ordered(self, typed: &str) -> Vec<String> {
        let mut counts: Vec<(String, usize)> = self.0.into_iter().collect();
        counts.retain(|(text, times)| text != typed || *times > 1);
        counts.sort_unstable_by(|(a, x), (b, y)| y.cmp(x).then_with(|| a.cmp(b)));
        counts.truncate(MOST);
        counts.into_iter().map(|(text, _)| text).collect()
    }
}
