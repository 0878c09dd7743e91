//! Fixes of the general rules: what is missing is added, what stands twice goes, what has no value gets one.

use nexflow_catalog::{
    Field, RequiredWhen, ids,
    value::{suggest, template},
};
use nexflow_syntax::{Entry, Node, NodeKind, Parent, TextEdit, TextRange};

use super::{Action, ActionKind, Change, validator::FixValidator};
use crate::{
    Diagnostic, Snapshot,
    document_context::DocumentContext,
    edit::{self, Value},
    locate::{self, Located},
    merged::{Applies, MergedMapping},
    template_refs::template_refs,
};

/// The fixes of a diagnostic of a general rule.
pub(super) fn quick_fixes(
    snapshot: &Snapshot,
    diagnostic: &Diagnostic,
    validator: &FixValidator<'_>,
) -> Vec<Action> {
    match diagnostic.code {
        ids::REQUIRED_FIELD_MISSING => missing_fields(snapshot, diagnostic, validator),
        ids::DUPLICATE_KEY => duplicate(snapshot, diagnostic),
        ids::FIELD_DEPRECATED => successor(snapshot, diagnostic),
        ids::FIELD_NOT_FOR_TYPE | ids::FIELD_UNKNOWN => removal(snapshot, diagnostic),
        ids::ENV_UNRESOLVED => unresolved(snapshot, diagnostic),
        ids::ENUM_UNKNOWN_VALUE => values(snapshot, diagnostic, validator),
        ids::REDIS_LITERAL_PASSWORD | ids::SECRET_LITERAL | ids::SECRET_LITERAL_DEVELOPMENT => {
            to_variable(snapshot, diagnostic)
        }
        _ => Vec::new(),
    }
}

/// Puts a variable in the place of a credential.
fn to_variable(snapshot: &Snapshot, diagnostic: &Diagnostic) -> Vec<Action> {
    let located = snapshot
        .document
        .node_at(diagnostic.range.start())
        .filter(|node| node.range() == diagnostic.range)
        .and_then(|node| locate::node(snapshot, node));
    let Some(Located::Value { val, node }) = located else {
        return Vec::new();
    };
    let mut actions = Vec::new();
    super::refactor::to_variable(snapshot, node, &val, &mut actions);
    for action in &mut actions {
        action.kind = ActionKind::QuickFix;
        action.fixes = Some(diagnostic.clone());
        action.preferred = true;
    }
    actions
}

fn action(diagnostic: &Diagnostic, title: String, edits: Vec<TextEdit>, preferred: bool) -> Action {
    Action {
        title,
        kind: ActionKind::QuickFix,
        changes: vec![Change::Document(edits)],
        fixes: Some(diagnostic.clone()),
        preferred,
    }
}

/// The entry whose key stands at a range.
fn entry_at<'a>(snapshot: &'a Snapshot, range: TextRange) -> Option<Entry<'a>> {
    let node = snapshot.document.node_at(range.start())?;
    match node.parent()? {
        Parent::Key(entry) => Some(entry),
        _ => None,
    }
}

/// Good values for a field that is added, the best first: its default, its example, the values of its enum, else an empty place
/// to write in.
pub(crate) fn good_values(field: &Field) -> Vec<Value> {
    let default = field.default().map(|default| default.value).filter(|text| {
        !field.has_kind(nexflow_catalog::Kind::String)
            && nexflow_catalog::value::check_value(field, text, true).is_ok()
    });
    let enumerated = field.values.iter().map(|value| value.value);
    let mut texts: Vec<&str> = Vec::new();
    for text in default.into_iter().chain(field.example).chain(enumerated) {
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    if texts.is_empty() {
        texts.push("''");
    }
    texts
        .into_iter()
        .map(|text| Value::Yaml(text.to_owned()))
        .collect()
}

/// Inserts a field with the first good value that helps.
fn added(
    snapshot: &Snapshot,
    block: Node<'_>,
    field: &Field,
    validator: &FixValidator<'_>,
) -> Option<Vec<TextEdit>> {
    good_values(field).into_iter().find_map(|value| {
        let edits = edit::insert_field(&snapshot.document, block, field.name, &value)?;
        let changes = [Change::Document(edits.clone())];
        let helps = validator.helps(Some(ids::REQUIRED_FIELD_MISSING), &changes);
        helps.then_some(edits)
    })
}

/// The fields that a mapping must have and has not.
fn absent(cx: &DocumentContext<'_>, mapping: &MergedMapping<'_>) -> Vec<&'static Field> {
    let Some(schema) = mapping.schema else {
        return Vec::new();
    };
    let absent = schema.children.iter().filter_map(|(name, _)| {
        let val = mapping.child(name);
        let Applies::Field(field) = val.applies() else {
            return None;
        };
        let needed = match field.required.when {
            RequiredWhen::Never => false,
            RequiredWhen::Always => true,
            RequiredWhen::FieldIs { field, values } => mapping.get(field).is_any(values),
        };
        (needed && val.is_missing() && mapping.takes(field) == Some(true)).then_some(field)
    });
    if cx.checks_absence() {
        absent.collect()
    } else {
        Vec::new()
    }
}

/// Adds the field that is missing, or all that are.
fn missing_fields(
    snapshot: &Snapshot,
    diagnostic: &Diagnostic,
    validator: &FixValidator<'_>,
) -> Vec<Action> {
    let cx = DocumentContext::new(snapshot);
    let document = &snapshot.document;
    let Some((block, mapping)) = around(snapshot, diagnostic.range) else {
        return Vec::new();
    };
    let fields = absent(&cx, &mapping);
    let mut actions = Vec::new();
    for field in &fields {
        if !diagnostic.missing.iter().any(|name| name == field.name) {
            continue;
        }
        if let Some(edits) = added(snapshot, block, field, validator) {
            actions.push(action(
                diagnostic,
                format!("Add `{}`", field.name),
                edits,
                true,
            ));
        }
    }
    if fields.len() > 1 {
        let mut after = snapshot.clone();
        for field in &fields {
            let validator = validator.of_next(&after);
            let edits = same_place(&after.document, block)
                .and_then(|block| added(&after, block, field, &validator));
            let Some(edits) = edits else { break };
            let next = edit::applied(&after.document, &edits);
            after = Snapshot::new(next, after.context.clone());
        }
        let edits = super::fix_all::difference(document, &after.document);
        actions.push(action(
            diagnostic,
            format!("Add all {} missing fields", fields.len()),
            edits,
            false,
        ));
    }
    actions
}

/// The mapping that a diagnostic about something missing is about: the one behind the reported key, or around it.
fn around<'a>(snapshot: &'a Snapshot, range: TextRange) -> Option<(Node<'a>, MergedMapping<'a>)> {
    let entry = entry_at(snapshot, range)?;
    let Located::Key { val, .. } = locate::node(snapshot, entry.key())? else {
        return None;
    };
    let value = entry.value();
    matches!(value.kind(), NodeKind::Mapping | NodeKind::Null).then(|| (value, val.mapping()))
}

/// The node at the same path of a later text.
fn same_place<'d>(document: &'d nexflow_syntax::Document, node: Node<'_>) -> Option<Node<'d>> {
    let mut at = document.root();
    for segment in node.path() {
        at = match segment {
            nexflow_syntax::Segment::Key(key) => at.get(&key)?.value(),
            nexflow_syntax::Segment::Item(index) => at.items().nth(index)?,
        };
    }
    Some(at)
}

/// Takes away the second of two equal keys, or the first; two blocks without a key in common become one.
fn duplicate(snapshot: &Snapshot, diagnostic: &Diagnostic) -> Vec<Action> {
    let second = entry_at(snapshot, diagnostic.range);
    let first = diagnostic
        .related
        .first()
        .and_then(|related| entry_at(snapshot, related.range));
    let mut actions = Vec::new();
    let same = match (first, second) {
        (Some(first), Some(second)) => first.value().value() == second.value().value(),
        _ => false,
    };
    if let (Some(first), Some(second)) = (first, second)
        && let Some(edits) = merged(snapshot, first, second)
    {
        let title = format!("Merge this `{}` into the first", second.key_text());
        actions.push(action(diagnostic, title, edits, true));
    }
    for (entry, which, preferred) in [(second, "this", same), (first, "the first", false)] {
        let edits = entry.and_then(|entry| edit::remove_entry(&snapshot.document, entry));
        if let (Some(entry), Some(edits)) = (entry, edits) {
            actions.push(action(
                diagnostic,
                format!("Remove {which} `{}`", entry.key_text()),
                edits,
                preferred,
            ));
        }
    }
    actions
}

/// The second of two blocks moved into the first one, entry by entry; `None` when they disagree about a key, or are no blocks.
fn merged(snapshot: &Snapshot, first: Entry<'_>, second: Entry<'_>) -> Option<Vec<TextEdit>> {
    let is_block =
        |entry: Entry<'_>| entry.value().kind() == NodeKind::Mapping && !entry.value().has_errors();
    let disjoint = second
        .value()
        .entries()
        .all(|entry| first.value().get(&entry.key_text()).is_none());
    if !is_block(first) || !is_block(second) || !disjoint {
        return None;
    }
    if edit::is_shared(&snapshot.document, first.key())
        || edit::is_shared(&snapshot.document, second.key())
    {
        return None;
    }
    let moved: Vec<(String, Value)> = second
        .value()
        .entries()
        .map(|entry| Some((entry.key_text().into_owned(), Value::of(entry.value())?)))
        .collect::<Option<_>>()?;
    // The second stands behind the first, so that taking it away moves nothing in front of it.
    let document = &snapshot.document;
    let mut after = edit::applied(document, &edit::remove_entry(document, second)?);
    let start = first.key().range().start();
    for (key, value) in moved {
        let Some(Parent::Key(target)) = after.node_at(start)?.parent() else {
            return None;
        };
        let edits = edit::insert_field(&after, target.value(), &key, &value)?;
        after = edit::applied(&after, &edits);
    }
    let edits = super::fix_all::difference(document, &after);
    Some(edits)
}

/// Moves a deprecated field to the place of the one that replaces it.
fn successor(snapshot: &Snapshot, diagnostic: &Diagnostic) -> Vec<Action> {
    let to = || {
        let entry = entry_at(snapshot, diagnostic.range)?;
        let Located::Key { val, .. } = locate::node(snapshot, entry.key())? else {
            return None;
        };
        let field = val.field()?;
        let successor = field.deprecated.as_ref()?.successor?;
        let from = entry.key().path();
        // The names that the user chose are the same at both places.
        let mut target = Vec::new();
        for (at, segment) in successor.split('.').enumerate() {
            let chosen = from.get(at).and_then(|segment| match segment {
                nexflow_syntax::Segment::Key(key) => Some(key.to_string()),
                nexflow_syntax::Segment::Item(_) => None,
            });
            target.push(if segment.starts_with('<') {
                chosen?
            } else {
                segment.to_owned()
            });
        }
        let path: Vec<&str> = target.iter().map(String::as_str).collect();
        let edits = edit::move_entry(&snapshot.document, entry, &path)?;
        Some(action(
            diagnostic,
            format!("Move to `{}`", locate::short_path(successor)),
            edits,
            true,
        ))
    };
    to().into_iter().collect()
}

/// Takes away a field without effect.
fn removal(snapshot: &Snapshot, diagnostic: &Diagnostic) -> Vec<Action> {
    // What an alias takes over would go there as well.
    let entry = entry_at(snapshot, diagnostic.range)
        .filter(|entry| !edit::is_shared(&snapshot.document, entry.key()));
    let Some(entry) = entry else {
        return Vec::new();
    };
    edit::remove_entry(&snapshot.document, entry)
        .map(|edits| {
            action(
                diagnostic,
                format!("Remove `{}`", entry.key_text()),
                edits,
                false,
            )
        })
        .into_iter()
        .collect()
}

/// More values than these are for completion to list.
const MOST_VALUES: usize = 8;

/// Offers the values that a field has.
fn values(
    snapshot: &Snapshot,
    diagnostic: &Diagnostic,
    validator: &FixValidator<'_>,
) -> Vec<Action> {
    let node = snapshot.document.node_at(diagnostic.range.start());
    let node = node.filter(|node| node.range() == diagnostic.range);
    let located = node.and_then(|node| locate::node(snapshot, node));
    let Some(Located::Value { val, node }) = located else {
        return Vec::new();
    };
    let Some(field) = val
        .field()
        .filter(|field| field.values.len() <= MOST_VALUES)
    else {
        return Vec::new();
    };
    let is_reference = node.value().is_none_or(|text| text.contains('$'));
    let values = field.values.iter().filter(|_| !is_reference);
    values
        .map(|value| {
            let edit = TextEdit::replace(diagnostic.range, value.value.to_owned());
            action(
                diagnostic,
                format!("Change to `{}`", value.value),
                vec![edit],
                false,
            )
        })
        .filter(|action| validator.adds_nothing(diagnostic.code, &action.changes))
        .collect()
}

/// Gives a variable a value: in the env file, or as a default.
fn unresolved(snapshot: &Snapshot, diagnostic: &Diagnostic) -> Vec<Action> {
    let fragment = snapshot.document.fragment_at(diagnostic.range.start());
    let start = fragment.range().start();
    let Some(variable) = template_refs(fragment)
        .variables
        .iter()
        .find(|variable| variable.range + start == diagnostic.range)
    else {
        return Vec::new();
    };
    let name = &variable.name;
    // What is no name stands in no env file, and a default makes none of it.
    if !template::is_identifier(name) {
        return Vec::new();
    }
    let names = snapshot.context.variables.names();
    let near = suggest::nearest(name, names.iter().map(String::as_str));
    let mut actions: Vec<Action> = Vec::new();
    if let Some(near) = near.first().filter(|_| !variable.malformed) {
        let edit = TextEdit::replace(variable.name_range + start, (*near).to_owned());
        actions.push(action(
            diagnostic,
            format!("Change to `{near}`"),
            vec![edit],
            true,
        ));
    }
    let is_first = actions.is_empty();
    actions.push(Action {
        title: format!("Add `{name}` to the env file"),
        kind: ActionKind::QuickFix,
        changes: vec![Change::EnvLine(format!("{name}="))],
        fixes: Some(diagnostic.clone()),
        preferred: is_first,
    });
    actions
}
