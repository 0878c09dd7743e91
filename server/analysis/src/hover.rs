//! What the thing under the cursor is: a field, an enum value, a size, a variable, a name.

use std::fmt::Write;

use nexflow_catalog::{Field, Kind, SchemaNode, Secret, value};
use nexflow_syntax::{Node, NodeKind, Parent, Place, TextRange, TextSize};

use crate::{
    Hover, Snapshot, VariableOrigin,
    locate::{self, Located},
    references::references,
    view::{Applies, Val, View},
};

/// What the thing at `offset` is.
pub fn hover(snapshot: &Snapshot, offset: TextSize) -> Option<Hover> {
    let cursor = snapshot.document.cursor(offset);
    if matches!(cursor.place, Place::Comment { .. }) {
        return None;
    }
    if let Some(hover) = variable(snapshot, offset) {
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
    val: &Val<'_>,
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
    let place = format!("[{name}, line {line}]({}#L{line})", base.uri);
    let below = entry.value();
    let own = val.entry().map(|entry| entry.value().kind());
    let secret = val.fields().any(|field| field.secret != Secret::No);
    let text = match below.kind() {
        NodeKind::Scalar | NodeKind::Alias if secret => {
            format!("Overrides the value from {place}, which is not shown.")
        }
        NodeKind::Scalar | NodeKind::Alias => {
            let value = below.source();
            let line = value.lines().next().unwrap_or_default();
            let more = if line.len() < value.len() { " …" } else { "" };
            format!("Overrides `{}{more}` from {place}.", line.replace('`', "'"))
        }
        NodeKind::Mapping if own == Some(NodeKind::Mapping) => {
            format!("Refines what {place} says; what is not said here comes from there.")
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
fn key_hover(key: Node<'_>, val: &Val<'_>, parent: &View<'_>) -> Option<Hover> {
    let range = key.range();
    let mut text = String::new();
    match val.applies() {
        Applies::Field(field) => {
            if field.name.starts_with('<') {
                let _ = writeln!(
                    text,
                    "**{}**: {}\n",
                    key.value()?,
                    name_of(val.schema, parent)
                );
            }
            describe(field, &mut text);
        }
        Applies::Other { field, actual } => {
            describe(field, &mut text);
            let _ = writeln!(
                text,
                "\n**No effect here**: it belongs to {}, and this is `{actual}`.",
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
                key.value()?,
                name_of(val.schema, parent)
            );
        }
    }
    Some(Hover {
        range,
        markdown: text.trim_end().to_owned(),
    })
}

/// What a user-chosen name names, in words of the place that it stands in.
fn name_of(schema: Option<&'static SchemaNode>, parent: &View<'_>) -> String {
    let _ = schema;
    let word = parent
        .schema
        .and_then(|schema| schema.named_child())
        .map_or("name", |(word, _)| word);
    match parent.key_text() {
        Some(section) => format!("a {word} chosen here, in `{section}`"),
        None => format!("a {word} chosen here"),
    }
}

fn list(values: &[&str]) -> String {
    values
        .iter()
        .map(|value| format!("`{value}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Everything about a field, as Markdown.
pub fn describe(field: &Field, out: &mut String) {
    let _ = write!(out, "**`{}`**", locate::short_path(field.path));
    let kinds = field
        .kinds
        .iter()
        .map(|kind| kind_word(*kind))
        .collect::<Vec<_>>();
    let _ = write!(out, " *{}*", kinds.join(" or "));
    if let Some(unit) = field.unit {
        let _ = write!(out, " ({unit})");
    }
    out.push_str("\n\n");
    out.push_str(field.doc);
    out.push_str("\n\n");
    if let Some(deprecated) = &field.deprecated {
        let _ = writeln!(
            out,
            "**Deprecated**: {}\n",
            match deprecated.successor {
                Some(path) => format!("use `{}`", locate::short_path(path)),
                None => deprecated.text.to_owned(),
            }
        );
    }
    if !field.values.is_empty() {
        for value in field.values {
            let _ = writeln!(out, "- `{}`: {}", value.value, value.meaning);
        }
        if field.open {
            out.push_str("- other values are taken as they are\n");
        }
        out.push('\n');
    }
    let mut facts: Vec<String> = Vec::new();
    if !field.applies_to.is_empty() {
        facts.push(format!("For: {}", list(field.applies_to)));
    }
    for default in field.defaults {
        facts.push(format!("Default ({}): `{}`", default.by, default.value));
    }
    if let Some(range) = range_text(field) {
        facts.push(format!("Allowed: {range}"));
    }
    if let Some(text) = field.required.text
        && text != "never"
    {
        facts.push(format!("Required: {text}"));
    }
    if let Some(key) = field.flink_key {
        let old = field
            .flink_key_old
            .map_or(String::new(), |old| format!(" (`{old}` in Flink 1.17)"));
        facts.push(format!("Flink option: `{key}`{old}"));
    }
    if let Some(option) = field.maps_to {
        facts.push(format!("Becomes: `{option}`"));
    }
    match field.secret {
        Secret::Yes => facts.push("Secret: give it as `${VAR}` or `secret://name/key`".to_owned()),
        Secret::Partly(text) => facts.push(format!("Secret: {text}")),
        Secret::No => {}
    }
    if let Some(example) = field.example {
        facts.push(format!("Example: `{example}`"));
    }
    for fact in &facts {
        let _ = writeln!(out, "- {fact}");
    }
    if !field.pitfalls.is_empty() {
        out.push_str("\n**Mind**\n");
        for pitfall in field.pitfalls {
            let _ = writeln!(out, "- {pitfall}");
        }
    }
}

fn range_text(field: &Field) -> Option<String> {
    let range = field.range();
    let mut parts = Vec::new();
    if let Some(min) = range.min {
        let word = if min.exclusive {
            "more than"
        } else {
            "at least"
        };
        parts.push(format!("{word} {}", min.text));
    }
    if let Some(max) = range.max {
        let word = if max.exclusive {
            "less than"
        } else {
            "at most"
        };
        parts.push(format!("{word} {}", max.text));
    }
    match (range.min_length, range.max_length) {
        (Some(min), Some(max)) => parts.push(format!("{min} to {max} characters")),
        (Some(min), None) => parts.push(format!("at least {min} characters")),
        (None, Some(max)) => parts.push(format!("at most {max} characters")),
        (None, None) => {}
    }
    if let Some(items) = range.min_items {
        parts.push(format!(
            "at least {items} item{}",
            if items == 1 { "" } else { "s" }
        ));
    }
    if range.unique {
        parts.push("each once".to_owned());
    }
    if let Some(multiple) = range.multiple_of {
        parts.push(format!("a multiple of {multiple}"));
    }
    if let Some(note) = range.note {
        parts.push(note.to_owned());
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// A kind in a word.
pub fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Object => "object",
        Kind::Map => "map",
        Kind::List => "list",
        Kind::Bool => "boolean",
        Kind::Int => "whole number",
        Kind::Number => "number",
        Kind::String => "text",
        Kind::Enum => "one of",
        Kind::Duration => "duration",
        Kind::Size | Kind::SizeTb | Kind::SizeShort => "size",
        Kind::Uri => "URI",
        Kind::Path => "path",
        Kind::Any => "any value",
        Kind::Fraction => "number from 0 to 1",
        Kind::Percent => "percentage",
        Kind::Zero => "0",
        Kind::Digits => "digits",
        Kind::Null => "null",
    }
}

/// What a value means: of an enum its meaning, of a size the bytes, of a duration the milliseconds; else the field.
fn value_hover(node: Node<'_>, val: &Val<'_>) -> Option<Hover> {
    if node.kind() != NodeKind::Scalar {
        return None;
    }
    let range = node.range();
    let text = crate::view::known_text(node);
    let mut out = String::new();
    for field in val.field().into_iter() {
        let text = text.as_deref().unwrap_or_default();
        if let Some(known) = field.values.iter().find(|known| known.value == text) {
            let _ = writeln!(out, "`{text}`: {}\n", known.meaning);
        }
        if field.secret == Secret::Yes {
            out.push_str("A secret; its value is not shown.\n\n");
        } else {
            for kind in field.kinds {
                if let Some(exact) = exact(*kind, text) {
                    let _ = writeln!(out, "`{text}` = {exact}\n");
                    break;
                }
            }
        }
        let _ = writeln!(
            out,
            "**`{}`**: {}",
            locate::short_path(field.path),
            field.doc
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

/// Whether and where the variable under the cursor gets a value.
fn variable(snapshot: &Snapshot, offset: TextSize) -> Option<Hover> {
    let unit = snapshot.document.unit_at(offset);
    let start = unit.range().start();
    let found = references(unit)
        .variables
        .iter()
        .find(|variable| (variable.range + start).contains_inclusive(offset))?;
    let range: TextRange = found.range + start;
    let secret_field = snapshot
        .document
        .node_at(offset)
        .and_then(|node| locate::node(snapshot, node))
        .is_some_and(|located| match located {
            Located::Key { val, .. } | Located::Value { val, .. } => {
                val.field().is_some_and(|field| field.secret != Secret::No)
            }
        });
    let hide = snapshot.context.settings.hide_values
        || secret_field
        || crate::secret::name_sounds_secret(&found.name);
    let mut text = format!("**`{}`**\n\n", found.name);
    match snapshot.context.variables.get(&found.name) {
        Some(variable) => {
            let from = match &variable.origin {
                VariableOrigin::Shell => "from the environment of the server".to_owned(),
                VariableOrigin::Settings => "from the settings".to_owned(),
                VariableOrigin::EnvFile { uri, line } => {
                    let name = uri.rsplit('/').next().unwrap_or(uri);
                    format!("from [{name}, line {}]({uri}#L{})", line + 1, line + 1)
                }
            };
            if hide {
                let _ = writeln!(text, "Set {from}; the value is not shown.");
            } else {
                let _ = writeln!(text, "`{}` {from}", variable.value.replace('`', "'"));
            }
            if found.default.is_some() {
                text.push_str("\nThe default is not used.\n");
            }
        }
        None => match &found.default {
            Some(_) if hide => text.push_str("Not set; the default applies and is not shown.\n"),
            Some(default) => {
                let _ = writeln!(text, "Not set; the default `{}` applies.", default.replace('`', "'"));
            }
            None if snapshot.context.settings.assume_variables => {
                text.push_str("Taken as set; values are not looked up here.\n");
            }
            None => text.push_str(
                "Not set: neither the environment nor an env file nor the settings give a value, and there is no default.\n",
            ),
        },
    }
    Some(Hover {
        range,
        markdown: text.trim_end().to_owned(),
    })
}
