//! Adds the fields that a diagnostic says are not there.
//!
//! A diagnostic carries the names of the fields whose absence it is about. Each one that fits is tried with its good values; what
//! fixes the diagnostic and brings up nothing at all is offered.

use nexflow_catalog::{Field, Kind};
use nexflow_syntax::{Document, Node, NodeKind, Parent, Segment, TextEdit};

use super::{Action, ActionKind, Change, generic::good_values, validator::FixValidator};
use crate::{
    Diagnostic, Snapshot,
    edit::{self, Value},
    locate,
    merged::{Applies, MergedMapping},
};

/// The actions that add one of the named fields, or all of them.
pub(super) fn quick_fixes(
    snapshot: &Snapshot,
    diagnostic: &Diagnostic,
    validator: &FixValidator<'_>,
) -> Vec<Action> {
    let Some(node) = snapshot.document.node_at(diagnostic.range.start()) else {
        return Vec::new();
    };
    for path in blocks(node) {
        let mapping = locate::mapping_at(snapshot, &path);
        let missing = absent(&mapping, &diagnostic.missing);
        if missing.is_empty() {
            continue;
        }
        let mut offered: Vec<Action> = missing
            .iter()
            .filter_map(|field| one(snapshot, diagnostic, &path, field, validator))
            .collect();
        if offered.is_empty() && missing.len() > 1 {
            offered.extend(all(snapshot, diagnostic, &path, &missing, validator));
        }
        if let Some(first) = offered.first_mut() {
            first.preferred = true;
            return offered;
        }
    }
    Vec::new()
}

/// The blocks that a diagnostic at this node may be about: the one behind the key, and those around it within the entry.
fn blocks(node: Node<'_>) -> Vec<Vec<Segment>> {
    let mut paths = Vec::new();
    if let Some(Parent::Key(entry)) = node.parent()
        && matches!(entry.value().kind(), NodeKind::Mapping | NodeKind::Null)
    {
        paths.push(entry.value().path());
    }
    let mut path = node.path();
    while path.pop().is_some() {
        paths.push(path.clone());
    }
    paths
}

/// A field that is named and absent, by its path from the block.
struct Missing<'m> {
    path: &'m str,
    field: &'static Field,
}

/// Those of the fields that this block could have and has not.
fn absent<'m>(mapping: &MergedMapping<'_>, missing: &'m [String]) -> Vec<Missing<'m>> {
    let mut found: Vec<Missing<'m>> = Vec::new();
    for path in missing {
        let val = mapping.get(path);
        let Applies::Field(field) = val.applies() else {
            continue;
        };
        let literal = field.name == path.rsplit('.').next().unwrap_or(path);
        let written = !field.has_kind(Kind::Object) && !field.has_kind(Kind::Map);
        if val.is_missing() && literal && written && field.deprecated.is_none() {
            found.push(Missing { path, field });
        }
    }
    found
}

/// The good values of a field as they can be written; where the author gives the text it is quoted as the place needs it.
fn values(field: &Field) -> impl Iterator<Item = Value> {
    let is_text = [Kind::String, Kind::Uri, Kind::Path]
        .iter()
        .any(|kind| field.has_kind(*kind));
    good_values(field)
        .into_iter()
        .map(move |value| match value {
            Value::Yaml(text) if is_text => Value::Text(text.trim_matches(['\'', '"']).to_owned()),
            other => other,
        })
}

/// The edits that write a field into a block.
fn inserted(
    document: &Document,
    block: &[Segment],
    missing: &Missing<'_>,
    value: &Value,
) -> Option<Vec<TextEdit>> {
    let keys: Option<Vec<&str>> = block
        .iter()
        .map(|segment| match segment {
            Segment::Key(key) => Some(&**key),
            Segment::Item(_) => None,
        })
        .collect();
    if let Some(keys) = keys {
        let path: Vec<&str> = keys.into_iter().chain(missing.path.split('.')).collect();
        return edit::insert_at(document, &path, value);
    }
    // In an item of a list the block is found as it stands.
    let block = block
        .iter()
        .try_fold(document.root(), |node, segment| match segment {
            Segment::Key(key) => Some(node.get(key)?.value()),
            Segment::Item(index) => node.items().nth(*index),
        })?;
    if missing.path.contains('.') {
        return None;
    }
    edit::insert_field(document, block, missing.path, value)
}

fn one(
    snapshot: &Snapshot,
    diagnostic: &Diagnostic,
    block: &[Segment],
    missing: &Missing<'_>,
    validator: &FixValidator<'_>,
) -> Option<Action> {
    values(missing.field).find_map(|value| {
        let edits = inserted(&snapshot.document, block, missing, &value)?;
        let changes = vec![Change::Document(edits)];
        validator
            .adds_nothing(diagnostic.code, &changes)
            .then(|| Action {
                title: format!("Add `{}`", missing.path),
                kind: ActionKind::QuickFix,
                changes,
                fixes: Some(diagnostic.clone()),
                preferred: false,
            })
    })
}

/// All of them at once, each with its best value.
fn all(
    snapshot: &Snapshot,
    diagnostic: &Diagnostic,
    block: &[Segment],
    missing: &[Missing<'_>],
    validator: &FixValidator<'_>,
) -> Option<Action> {
    let mut after = snapshot.document.clone();
    for missing in missing {
        let value = values(missing.field).next()?;
        after = edit::applied(&after, &inserted(&after, block, missing, &value)?);
    }
    let edits = super::fix_all::difference(&snapshot.document, &after);
    let changes = vec![Change::Document(edits)];
    let names: Vec<String> = missing
        .iter()
        .map(|one| format!("`{}`", one.path))
        .collect();
    validator
        .adds_nothing(diagnostic.code, &changes)
        .then(|| Action {
            title: format!("Add {}", names.join(" and ")),
            kind: ActionKind::QuickFix,
            changes,
            fixes: Some(diagnostic.clone()),
            preferred: false,
        })
}
