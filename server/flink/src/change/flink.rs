//! The options of Flink that changes change.

use std::collections::BTreeMap;

use super::{Change, state::State};
use crate::{Selection, translate};

/// Names the options of Flink behind each change, with their values before and after.
pub(super) fn add_options(old: &State<'_>, new: &State<'_>, changes: &mut [Change]) {
    if changes.is_empty() {
        return;
    }
    let before = options(old);
    let after = options(new);
    for change in changes {
        let mut names: Vec<&String> = [&before, &after]
            .into_iter()
            .filter_map(|options| options.get(&change.path))
            .flat_map(BTreeMap::keys)
            .collect();
        names.sort();
        names.dedup();
        for name in names {
            let get = |options: &Fields| {
                options
                    .get(&change.path)
                    .and_then(|options| options.get(name))
                    .cloned()
            };
            let (was, is) = (get(&before), get(&after));
            if was != is {
                change.options.push((name.clone(), was, is));
            }
        }
    }
}

/// The options of each field, with their values.
type Fields = BTreeMap<String, BTreeMap<String, String>>;

fn options(state: &State<'_>) -> Fields {
    let mut fields = Fields::new();
    let Some(effective) = state.effective() else {
        return fields;
    };
    let Ok(rendering) = translate(effective, &Selection::default(), state.version, false) else {
        return fields;
    };
    for group in &rendering.groups {
        for row in &group.rows {
            for field in &row.fields {
                let of_field = fields.entry(field.clone()).or_default();
                of_field.insert(row.option.to_string(), row.value.clone());
            }
        }
    }
    fields
}
