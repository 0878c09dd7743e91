//! What the thing under the cursor is: a field, an enum value, a size, a variable, a name.

use std::fmt::Write;

use nexflow_catalog::{Field, Kind, Secret, docs, value};
use nexflow_syntax::{CursorContext, Node, NodeKind, Parent, TextRange, TextSize};

use crate::{
    Hover, Snapshot, VariableOrigin,
    locate::{self, Located},
    markdown,
    merged::{Applies, MergedMapping, MergedValue},
    secret::{Redactor, is_secret_key},
    template_refs::template_refs,
};

/// What the thing at `offset` is.
pub fn hover(snapshot: &Snapshot, offset: TextSize) -> Option<Hover> {
    let cursor = snapshot.document.cursor(offset);
    if matches!(cursor.place, CursorContext::Comment { .. }) {
        return None;
    }
    if let Some(hover) = variable(snapshot, offset) {
        return Some(hover);
    }
    if let Some(hover) = anchor(snapshot, offset) {
        return Some(hover);
    }
    let node = snapshot.document.node_at(offset)?;
    let located = locate::node(snapshot, node)?;
    match located {
        Located::Key { val, parent, key } => {
            let hover = key_hover(key, &val, &parent);
            with_inherited(hover, key.range(), snapshot, &val)
        }
        Located::Value { val, node } => {
            let hover = value_hover(node, &val);
            // An item of a list overrides nothing by itself.
            match node.parent() {
                Some(Parent::Value(_)) => with_inherited(hover, node.range(), snapshot, &val),
                _ => hover,
            }
        }
    }
}

/// What the documents that this one extends say in the place of a value of its own, and where.
fn with_inherited(
    hover: Option<Hover>,
    range: TextRange,
    snapshot: &Snapshot,
    val: &MergedValue<'_>,
) -> Option<Hover> {
    let overridden = val
        .layers()
        .iter()
        .filter(|_| val.is_own())
        .find(|(layer, _)| *layer > 0);
    let Some((layer, entry)) = overridden else {
        return hover;
    };
    let base = snapshot.context.bases.get(layer - 1)?;
    let name = base.uri.rsplit('/').next().unwrap_or(&base.uri);
    let line = base
        .document
        .rope()
        .byte_to_line(entry.key().range().start().into())
        + 1;
    let place = markdown::link(
        &format!("{name}, line {line}"),
        &format!("{}#L{line}", base.uri),
    );
    let below = entry.value();
    let own = val.entry().map(|entry| entry.value().kind());
    let secret = val.fields().any(|field| field.secret != Secret::No)
        || val.fields().next().is_none() && is_secret_key(&entry.key_text());
    let text = match below.kind() {
        NodeKind::Scalar | NodeKind::Alias if secret => {
            format!("Overrides the value from {place}, which is not shown.")
        }
        NodeKind::Scalar | NodeKind::Alias => {
            let value = below.source();
            let line = value.lines().next().unwrap_or_default();
            let more = if line.len() < value.len() { " …" } else { "" };
            let shown = markdown::code(&format!("{line}{more}"));
            format!("Overrides {shown} from {place}.")
        }
        NodeKind::Mapping if own == Some(NodeKind::Mapping) => {
            format!("Overrides parts of {place}; everything else is inherited.")
        }
        NodeKind::Sequence => format!(
            "Replaces the {} items of the list from {place}.",
            below.items().count()
        ),
        NodeKind::Mapping => format!("Replaces the block from {place}."),
        NodeKind::Null => return hover,
    };
    Some(match hover {
        Some(hover) => Hover {
            markdown: format!("{}\n\n{text}", hover.markdown),
            ..hover
        },
        None => Hover {
            range,
            markdown: text,
        },
    })
}

/// The field that a value belongs to, for a value of a list the field of its items.
fn key_hover(key: Node<'_>, val: &MergedValue<'_>, parent: &MergedMapping<'_>) -> Option<Hover> {
    let range = key.range();
    let mut text = String::new();
    match val.applies() {
        Applies::Field(field) => {
            if field.name.starts_with('<') {
                let _ = writeln!(
                    text,
                    "**{}**: {}\n",
                    markdown::text(&key.value()?),
                    name_of(parent)
                );
            }
            describe(field, &mut text);
        }
        Applies::Other { field, actual } => {
            describe(field, &mut text);
            let _ = writeln!(
                text,
                "\n**Ignored here**: it applies to {}, but this entry is `{actual}`.",
                list(field.applies_to)
            );
        }
        Applies::Unknown => {
            for (i, field) in val.fields().enumerate() {
                if i > 0 {
                    text.push_str("\n---\n\n");
                }
                let _ = writeln!(text, "*For {}*\n", list(field.applies_to));
                describe(field, &mut text);
            }
        }
        Applies::Name => {
            val.schema?;
            let _ = writeln!(
                text,
                "**{}**: {}",
                markdown::text(&key.value()?),
                name_of(parent)
            );
        }
    }
    Some(Hover {
        range,
        markdown: text.trim_end().to_owned(),
    })
}

/// What a user-chosen name names, in words of the place that it stands in.
fn name_of(parent: &MergedMapping<'_>) -> String {
    let word = parent
        .schema
        .and_then(|schema| schema.named_child())
        .map_or("name", |(word, _)| word);
    match parent.key_text() {
        Some(section) => format!("{word} defined here, in {}", markdown::code(&section)),
        None => format!("{word} defined here"),
    }
}

fn list(values: &[&str]) -> String {
    values
        .iter()
        .map(|value| format!("`{value}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Everything about a field, as Markdown: name and kind, a sentence or two, its values, and the facts in a fixed order.
pub fn describe(field: &Field, out: &mut String) {
    let mut text = String::new();
    describe_as_written(field, &mut text);
    out.push_str(&markdown::prose(&text));
}

fn describe_as_written(field: &Field, out: &mut String) {
    let about = docs::describe(field);
    let _ = writeln!(
        out,
        "**`{}`** *{}*\n\n{}\n",
        locate::short_path(field.path),
        about.kind,
        about.doc
    );
    if let Some(instead) = &about.deprecated {
        let _ = writeln!(out, "**Deprecated.** {instead}\n");
    }
    for (value, meaning) in &about.values {
        let _ = writeln!(out, "- `{value}`: {meaning}");
    }
    if !about.values.is_empty() {
        if about.open {
            out.push_str("- other values are possible\n");
        }
        // Without something between them the two lists would be one.
        out.push_str("\n---\n\n");
    }
    for (label, fact) in &about.facts {
        let _ = writeln!(out, "- {label}: {fact}");
    }
    if let Some(example) = field.example {
        let _ = writeln!(out, "- Example: {}", markdown::code(example));
    }
    if !about.notes.is_empty() {
        out.push_str("\n**Notes**\n\n");
        for note in about.notes {
            let _ = writeln!(out, "- {note}");
        }
    }
}

/// What a value means: of an enum its meaning, of a size the bytes, of a duration the milliseconds; else the field.
fn value_hover(node: Node<'_>, val: &MergedValue<'_>) -> Option<Hover> {
    if node.kind() != NodeKind::Scalar {
        return None;
    }
    let range = node.range();
    let text = val.text();
    let mut out = String::new();
    for field in val.field().into_iter() {
        let text = text.as_deref().unwrap_or_default();
        if let Some(known) = field.values.iter().find(|known| known.value == text) {
            let _ = writeln!(out, "{}: {}\n", markdown::code(text), known.meaning);
        }
        if field.secret == Secret::Yes {
            out.push_str("This is a secret. Its value is not shown.\n\n");
        } else {
            for kind in field.kinds {
                if let Some(exact) = exact(*kind, text) {
                    let _ = writeln!(out, "{} = {exact}\n", markdown::code(text));
                    break;
                }
            }
        }
        let _ = writeln!(
            out,
            "**`{}`**: {}",
            locate::short_path(field.path),
            markdown::prose(field.doc)
        );
    }
    (!out.is_empty()).then(|| Hover {
        range,
        markdown: out.trim_end().to_owned(),
    })
}

/// A size in bytes or a duration in milliseconds, with thousands set apart.
pub fn exact(kind: Kind, text: &str) -> Option<String> {
    match kind {
        Kind::Size | Kind::SizeTb | Kind::SizeShort => {
            let bytes = value::size::parse(text).ok()?.bytes;
            Some(format!("{} bytes", thousands(bytes)))
        }
        Kind::Duration => {
            let millis = value::duration::parse(text).ok()?.millis();
            if millis.fract() == 0.0 {
                Some(format!("{} ms", thousands(millis as u64)))
            } else {
                Some(format!("{millis} ms"))
            }
        }
        _ => None,
    }
}

fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

/// What an anchor, an alias or a merge key stands for: where it is, and the keys of a block. Values are left out, for one may be a
/// credential.
fn anchor(snapshot: &Snapshot, offset: TextSize) -> Option<Hover> {
    let document = &snapshot.document;
    let line = |node: Node<'_>| document.rope().byte_to_line(node.range().start().into()) + 1;
    let told = |named: Node<'_>| {
        let target = named.resolve()?;
        let (name, _) = target.anchor()?;
        Some(format!(
            "`&{name}` on line {}: {}",
            line(target),
            contents(target)
        ))
    };
    let node = document.node_at(offset);
    if let Some(node) = node.filter(|node| node.kind() == NodeKind::Alias) {
        let text = format!("Alias of {}", told(node)?);
        return Some(Hover {
            range: node.range(),
            markdown: text,
        });
    }
    if let Some(Parent::Key(entry)) = node.and_then(Node::parent)
        && entry.is_named("<<")
    {
        let merged = entry.value().merged().into_iter();
        let told: Vec<String> = merged.filter_map(|(named, _)| told(named)).collect();
        return (!told.is_empty()).then(|| Hover {
            range: entry.key().range(),
            markdown: format!("Merges {}", told.join("; ")),
        });
    }
    let fragment = document.fragment_at(offset);
    let nodes = (0..fragment.node_count()).filter_map(|index| fragment.node(index));
    let (node, name, range) = nodes
        .filter_map(|node| node.anchor().map(|(name, range)| (node, name, range)))
        .find(|(_, _, range)| range.contains_inclusive(offset))?;
    Some(Hover {
        range,
        markdown: format!(
            "Anchor of {}. Use it elsewhere as `*{name}`.",
            contents(node)
        ),
    })
}

/// What stands in a node, without values.
fn contents(node: Node<'_>) -> String {
    const MOST: usize = 12;
    match node.kind() {
        NodeKind::Mapping => {
            let keys: Vec<String> = node
                .entries()
                .take(MOST)
                .map(|entry| markdown::code(&entry.key_text()))
                .collect();
            format!("a block with {}", keys.join(", "))
        }
        NodeKind::Sequence => format!("a list of {} items", node.items().count()),
        _ => "a value".to_owned(),
    }
}

/// Whether and where the variable under the cursor gets a value.
fn variable(snapshot: &Snapshot, offset: TextSize) -> Option<Hover> {
    let unit = snapshot.document.fragment_at(offset);
    let start = unit.range().start();
    let found = template_refs(unit)
        .variables
        .iter()
        .find(|variable| (variable.range + start).contains_inclusive(offset))?;
    let range: TextRange = found.range + start;
    let redactor = Redactor::new(snapshot);
    let hide = |value: &str| {
        snapshot.context.settings.hide_values || redactor.hides_variable(&found.name, value, range)
    };
    let mut text = format!("**{}**\n\n", markdown::code(&found.name));
    match snapshot.context.variables.get(&found.name) {
        Some(variable) => {
            let from = match &variable.origin {
                VariableOrigin::Shell => "from the environment of the server".to_owned(),
                VariableOrigin::Settings | VariableOrigin::ProjectFile { .. } => {
                    "from the settings".to_owned()
                }
                VariableOrigin::EnvFile { uri, line } => {
                    let name = uri.rsplit('/').next().unwrap_or(uri);
                    let line = line + 1;
                    let link =
                        markdown::link(&format!("{name}, line {line}"), &format!("{uri}#L{line}"));
                    format!("from {link}")
                }
            };
            if hide(&variable.value) {
                let _ = writeln!(text, "Set {from}; the value is not shown.");
            } else {
                let _ = writeln!(text, "{} {from}", markdown::code(&variable.value));
            }
            if found.default.is_some() {
                text.push_str("\nThe default is not used.\n");
            }
        }
        None => match &found.default {
            Some(default) if hide(default) => {
                text.push_str("Not set; the default applies and is not shown.\n")
            }
            Some(default) => {
                let shown = markdown::code(default);
                let _ = writeln!(text, "Not set; the default {shown} applies.");
            }
            None if snapshot.context.settings.assume_variables => {
                text.push_str("Treated as defined; values are not looked up.\n");
            }
            None => text.push_str(
                "Not set in the environment, an env file or the settings, and has no default.\n",
            ),
        },
    }
    Some(Hover {
        range,
        markdown: text.trim_end().to_owned(),
    })
}
