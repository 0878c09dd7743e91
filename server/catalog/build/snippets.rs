//! Checks snippets and profiles. That a snippet's YAML is right is a matter of the tests, which have the whole server.

use std::collections::HashSet;

use crate::fields::Checked;
use crate::load::{Located, Place, Problems, ProfileEntry, SnippetEntry};

pub fn check_snippets(
    entries: &[Located<SnippetEntry>],
    fields: &[Checked],
    problems: &mut Problems,
) {
    let mut labels = HashSet::new();
    for Located { place, value, .. } in entries {
        if !labels.insert(&value.label.value) {
            problems.add(place, "the label occurs twice");
        }
        if !value.place.is_empty() {
            known(&value.place, fields, place, problems);
        }
        if value.description.trim().is_empty() || value.body.trim().is_empty() {
            problems.add(place, "description and body must not be empty");
        }
        if value.body.starts_with(' ') {
            problems.add(place, "the body begins at the first column");
        }
        for (at, _) in value.body.match_indices('$') {
            let escaped = value.body[..at].ends_with('\\');
            let stop = value.body[at + 1..]
                .trim_start_matches('{')
                .starts_with(|c: char| c.is_ascii_digit());
            if !escaped && !stop {
                problems.add(place, "a $ that begins no tab stop is written \\$");
            }
        }
    }
}

pub fn check_profiles(
    entries: &[Located<ProfileEntry>],
    fields: &[Checked],
    problems: &mut Problems,
) {
    for Located { place, value, .. } in entries {
        known(&value.place, fields, place, problems);
        for (path, _) in &value.values.0 {
            known(&format!("{}.{path}", value.place), fields, place, problems);
        }
    }
}

fn known(path: &str, fields: &[Checked], place: &Place, problems: &mut Problems) {
    if !fields.iter().any(|f| f.path() == path) {
        problems.add(place, format!("there is no field `{path}`"));
    }
}
