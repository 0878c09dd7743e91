//! Options of which a cluster has one value, and entries want several.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use crate::{
    effective::Origin,
    rows::{Disagreement, Group},
    secrets::HIDDEN,
};

/// The values that groups want for what all jobs of a cluster share.
#[derive(Default)]
pub(crate) struct Wanted(BTreeMap<String, Values>);

#[derive(Default)]
struct Values {
    seen: FxHashSet<String>,
    all: Vec<(String, String, Option<Origin>)>,
}

impl Values {
    /// Equal values are one, but for hidden ones, of which nobody knows whether they are equal.
    fn is_new(&self, value: &str) -> bool {
        value == HIDDEN || !self.seen.contains(value)
    }

    fn push(&mut self, value: String, field: String, origin: Option<Origin>) {
        self.seen.insert(value.clone());
        self.all.push((value, field, origin));
    }
}

impl Wanted {
    /// Adds what a group wants.
    pub(crate) fn add(&mut self, group: &Group) {
        for row in &group.rows {
            let Some(field) = row.fields.first().filter(|_| row.scope.is_shared()) else {
                continue;
            };
            let known = self.0.get_mut(&*row.option);
            if known
                .as_ref()
                .is_some_and(|known| !known.is_new(&row.value))
            {
                continue;
            }
            let values = match known {
                Some(known) => known,
                None => self.0.entry(row.option.to_string()).or_default(),
            };
            let origin = row.origins.first().cloned();
            values.push(row.value.clone(), field.clone(), origin);
        }
    }

    /// Adds what the groups behind these want.
    pub(crate) fn append(&mut self, later: Wanted) {
        for (option, later) in later.0 {
            let values = self.0.entry(option).or_default();
            for (value, field, origin) in later.all {
                if values.is_new(&value) {
                    values.push(value, field, origin);
                }
            }
        }
    }

    /// The options of which more than one value is wanted.
    pub(crate) fn disagreements(self) -> Vec<Disagreement> {
        let all = self.0.into_iter();
        all.filter(|(_, values)| {
            let first = values.all.first().map(|(value, ..)| value);
            values.all.iter().any(|(value, ..)| Some(value) != first)
        })
        .map(|(option, values)| Disagreement {
            option,
            values: values.all,
        })
        .collect()
    }
}
