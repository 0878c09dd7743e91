//! Rewrites that no diagnostic asks for: tuning profiles, variables, other units, flow and block style.

use nexflow_catalog::{Kind, Secret, profiles, value};
use nexflow_syntax::{Entry, Node, NodeKind, Parent, Segment, TextEdit, TextRange};

use super::{Action, ActionKind, Change, validator};
use crate::{
    EXTENDS, Snapshot,
    edit::{self, Value},
    locate::{self, Located},
    merged::MergedValue,
    selection::touching,
    symbols::{Symbol, references_symbol},
};

/// What can be rewritten at `range`.
pub(super) fn refactorings(snapshot: &Snapshot, range: TextRange) -> Vec<Action> {
    let mut actions = Vec::new();
    let Some(node) = touching(snapshot, range.start()) else {
        return actions;
    };
    if let Some(Located::Value { val, node }) = locate::node(snapshot, node) {
        other_units(node, &val, &mut actions);
        to_variable(snapshot, node, &val, &mut actions);
    }
    let mut outer = Some(node);
    while let Some(node) = outer {
        if let Some(Parent::Value(entry) | Parent::Key(entry)) = node.parent() {
            styles(snapshot, entry, &mut actions);
            apply_profiles(snapshot, entry, &mut actions);
        }
        outer = match node.parent() {
            Some(Parent::Value(entry) | Parent::Key(entry)) => Some(entry.mapping()),
            Some(Parent::Item(list, _)) => Some(list),
            None => None,
        };
    }
    actions
}

fn push(actions: &mut Vec<Action>, title: String, kind: ActionKind, edits: Vec<TextEdit>) {
    if actions.iter().any(|action| action.title == title) {
        return;
    }
    actions.push(Action {
        title,
        kind,
        changes: vec![Change::Document(edits)],
        fixes: None,
        preferred: false,
    });
}

/// The same amount in other units that can say it exactly.
fn other_units(node: Node<'_>, val: &MergedValue<'_>, actions: &mut Vec<Action>) {
    const SIZES: [(&str, u64); 4] = [("b", 1), ("kb", 1 << 10), ("mb", 1 << 20), ("gb", 1 << 30)];
    const TIMES: [(&str, u128); 5] = [
        ("ms", 1_000_000),
        ("s", 1_000_000_000),
        ("m", 60_000_000_000),
        ("h", 3_600_000_000_000),
        ("d", 86_400_000_000_000),
    ];
    let Some(text) = node.value() else { return };
    let Some(field) = val.field() else { return };
    let mut others: Vec<String> = Vec::new();
    if field.has_kind(Kind::Size)
        && let Ok(size) = value::size::parse(&text)
    {
        let exact = SIZES
            .iter()
            .filter(|(_, factor)| size.bytes % factor == 0 && size.bytes > 0);
        others.extend(exact.map(|(unit, factor)| format!("{}{unit}", size.bytes / factor)));
    } else if field.has_kind(Kind::Duration)
        && let Ok(duration) = value::duration::parse(&text)
    {
        let exact = TIMES
            .iter()
            .filter(|(_, factor)| duration.nanos % factor == 0 && duration.nanos > 0);
        others.extend(exact.map(|(unit, factor)| format!("{}{unit}", duration.nanos / factor)));
    }
    for other in others {
        if other != *text {
            push(
                actions,
                format!("Write `{text}` as `{other}`"),
                ActionKind::Rewrite,
                vec![TextEdit::replace(node.range(), other)],
            );
        }
    }
}

/// Takes a literal value out into a variable of the env file.
pub(super) fn to_variable(
    snapshot: &Snapshot,
    node: Node<'_>,
    val: &MergedValue<'_>,
    actions: &mut Vec<Action>,
) {
    let Some(text) = node.value() else { return };
    let literal = node.kind() == NodeKind::Scalar
        && !text.is_empty()
        && !text.contains(['$', '\n', '"', '\''])
        && !text.starts_with("secret://");
    if !literal || val.schema.is_none() {
        return;
    }
    // What decides which documents are read is read before any variable.
    let path = node.path();
    if path == [Segment::Key(EXTENDS.into())] {
        return;
    }
    let Some(name) = free_name(snapshot, &path) else {
        return;
    };
    let reference = format!("${{{name}}}");
    let written = match node.parent() {
        Some(Parent::Value(entry)) if entry.mapping().is_flow() => format!("\"{reference}\""),
        Some(Parent::Item(list, _)) if list.is_flow() => format!("\"{reference}\""),
        _ => reference.clone(),
    };
    let is_secret = val.fields().any(|field| field.secret != Secret::No);
    let plain = text
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "_-./:@,+=%".contains(c));
    let line = match (is_secret, plain) {
        // A secret that has stood in a document is known: it belongs into no other file of the repository either.
        (true, _) => format!("{name}="),
        (false, true) => format!("{name}={text}"),
        (false, false) if text.contains('\\') => {
            format!("{name}=\"{}\"", text.replace('\\', "\\\\"))
        }
        (false, false) => format!("{name}='{text}'"),
    };
    let changes = vec![
        Change::Document(vec![TextEdit::replace(node.range(), written)]),
        Change::EnvLine(line),
    ];
    if !validator::moves_value(snapshot, &changes, &path, !is_secret) {
        return;
    }
    actions.push(Action {
        title: format!("Extract into the variable `{name}`"),
        kind: ActionKind::Extract,
        changes,
        fixes: None,
        preferred: false,
    });
}

/// A name for a variable after the last keys of a path that nothing has yet: no env file, no shell, no setting, and no reference in
/// the document, in what it extends or in the rest of its project.
fn free_name(snapshot: &Snapshot, path: &[Segment]) -> Option<String> {
    let keys: Vec<&str> = path
        .iter()
        .filter_map(|segment| match segment {
            Segment::Key(key) => Some(&**key),
            Segment::Item(_) => None,
        })
        .collect();
    let of_last = |count: usize| {
        let words = keys[keys.len().saturating_sub(count)..].join("_");
        words
            .to_ascii_uppercase()
            .replace(|c: char| !c.is_ascii_alphanumeric(), "_")
    };
    let context = &snapshot.context;
    let is_free = |name: &String| {
        let symbol = Symbol::Variable(name.clone());
        !context.variables.is_taken(name)
            && !references_symbol(&snapshot.document, &symbol)
            && !context
                .bases
                .iter()
                .any(|base| references_symbol(&base.document, &symbol))
    };
    let longer = [of_last(2), of_last(3), of_last(keys.len())].into_iter();
    let numbered = (2..100).map(|number| format!("{}_{number}", of_last(3)));
    longer
        .chain(numbered)
        .filter(|name| value::template::is_variable_name(name))
        .find(is_free)
}

/// A block is written into a line of at most so many bytes.
const LONGEST_FLOW: usize = 100;

/// As long as a block can be that fits, indentation and comments counted.
const LONGEST_BLOCK: u32 = 2_000;

/// A mapping or list in braces, or without them.
fn styles(snapshot: &Snapshot, entry: Entry<'_>, actions: &mut Vec<Action>) {
    let node = entry.value();
    if !matches!(node.kind(), NodeKind::Mapping | NodeKind::Sequence) || node.has_errors() {
        return;
    }
    let has_comments = snapshot.document.comments().any(|comment| {
        let from_key = entry.key().range().cover(node.range());
        from_key.contains_range(comment.range)
    });
    if has_comments || entry.mapping().is_flow() {
        return;
    }
    let Some(value) = Value::of(node) else { return };
    let key = entry.key_text();
    let empty = node.entries().next().is_none() && node.items().next().is_none();
    if node.is_flow() && !empty {
        let rope = snapshot.document.rope();
        let start = usize::from(entry.key().range().start());
        let column = start - rope.line_to_byte(rope.byte_to_line(start));
        let (step, eol) = (
            edit::step(&snapshot.document),
            edit::line_ending(&snapshot.document),
        );
        let text = value.block_entry(&key, column, step, eol);
        let edits = vec![TextEdit::replace(
            entry.range().cover(entry.key().range()),
            text,
        )];
        if crate::format::keeps_meaning(&snapshot.document, &edits) {
            push(
                actions,
                format!("Write `{key}` as a block"),
                ActionKind::Rewrite,
                edits,
            );
        }
    } else if !node.is_flow()
        // What does not fit into a line is not even tried.
        && node.range().len() <= LONGEST_BLOCK.into()
        && let flow = value.flow()
        && flow.len() <= LONGEST_FLOW
        && let Some(edits) = edit::replace_value(&snapshot.document, entry, &Value::Yaml(flow))
        && crate::format::keeps_meaning(&snapshot.document, &edits)
    {
        push(
            actions,
            format!("Write `{key}` in one line"),
            ActionKind::Rewrite,
            edits,
        );
    }
}

/// The tuning profiles of the specification, for an entry of their type.
fn apply_profiles(snapshot: &Snapshot, entry: Entry<'_>, actions: &mut Vec<Action>) {
    let (path, start) = (entry.key().path(), entry.key().range().start());
    let keys: Vec<&str> = path
        .iter()
        .filter_map(|segment| match segment {
            Segment::Key(key) => Some(&**key),
            Segment::Item(_) => None,
        })
        .collect();
    let Some(Located::Key { val, .. }) = locate::node(snapshot, entry.key()) else {
        return;
    };
    for profile in profiles() {
        let is_place = nexflow_catalog::node(profile.place)
            .zip(val.schema)
            .is_some_and(|(place, schema)| std::ptr::eq(place, schema));
        if !is_place || keys.len() != path.len() {
            continue;
        }
        let of_type = val
            .mapping()
            .fitting_keys()
            .iter()
            .flat_map(|(_, schema)| schema.fields())
            .find_map(|field| field.discriminator)
            .and_then(|path| path.rsplit('.').next())
            .is_some_and(|name| val.mapping().child(name).is(profile.entry_type));
        if !of_type {
            continue;
        }
        let mut after = snapshot.document.clone();
        for (relative, text) in profile.values {
            let path: Vec<&str> = relative.split('.').collect();
            // Nothing in front of the entry changes, and it is found where it began.
            let Some(Parent::Key(here)) = after.node_at(start).and_then(Node::parent) else {
                break;
            };
            let block = here.value();
            let edits = match edit::entry_at(block, &path) {
                Some(entry) if entry.value().value().is_some_and(|now| now == *text) => continue,
                Some(entry) => edit::replace_value(&after, entry, &Value::Yaml((*text).to_owned())),
                // What a base gives already need not be said again.
                None if val.mapping().get(relative).is(text) => continue,
                None => edit::insert_below(&after, block, &path, &Value::Yaml((*text).to_owned())),
            };
            if let Some(edits) = edits {
                after = edit::applied(&after, &edits);
            }
        }
        let edits = super::fix_all::difference(&snapshot.document, &after);
        let paths = profile.values.iter().map(|(relative, _)| {
            let keys = keys.iter().copied().chain(relative.split('.'));
            keys.map(|key| Segment::Key(key.into())).collect()
        });
        let changes = [Change::Document(edits.clone())];
        if !edits.is_empty() && validator::changes_only(snapshot, &changes, paths) {
            push(
                actions,
                format!(
                    "Apply the profile `{}`: {}",
                    profile.name, profile.description
                ),
                ActionKind::Profile,
                edits,
            );
        }
    }
}
