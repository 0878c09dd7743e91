//! What is said of a field, in the order in which it is said: hovers, `explain` and the reference differ in their Markdown only.

use crate::model::{Bound, Field, Kind, RequiredWhen, Secret};

/// The parts of a field's description. All texts are prose with code marks; who prints them escapes the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// `duration`, `string or integer`.
    pub kind: String,
    /// What it is and when to use it.
    pub doc: &'static str,
    /// What to use instead.
    pub deprecated: Option<String>,
    /// The values with their meanings.
    pub values: Vec<(&'static str, &'static str)>,
    /// Other values are possible.
    pub open: bool,
    /// Label and text, in a fixed order: default, limits, requirement, the option that it becomes.
    pub facts: Vec<(&'static str, String)>,
    /// What else is to be known.
    pub notes: &'static [&'static str],
}

/// Describes a field.
#[must_use]
pub fn describe(field: &Field) -> Description {
    Description {
        kind: kinds(field),
        doc: field.doc,
        deprecated: field
            .deprecated
            .map(|deprecated| match deprecated.successor {
                Some(path) => format!("Use `{}` instead.", short_path(path)),
                None => deprecated.text.to_owned(),
            }),
        values: field
            .values
            .iter()
            .map(|value| (value.value, value.meaning))
            .collect(),
        open: field.open,
        facts: facts(field),
        notes: field.pitfalls,
    }
}

/// The kinds of a field in words, each once.
fn kinds(field: &Field) -> String {
    let mut names: Vec<&str> = Vec::new();
    for kind in field.kinds {
        if !names.contains(&kind.name()) {
            names.push(kind.name());
        }
    }
    names.join(" or ")
}

fn facts(field: &Field) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    let default = default(field);
    if !default.is_empty() {
        facts.push(("Default", default));
    }
    facts.extend(limits(field));
    if let Some(unit) = field.unit {
        facts.push(("Unit", unit.to_owned()));
    }
    if let Some(required) = required(field) {
        facts.push(("Required", required));
    }
    match field.secret {
        // The toolchain resolves variables only.
        Secret::Yes if field.toolchain => {
            facts.push(("Secret", "write `${VARIABLE}`".to_owned()));
        }
        Secret::Yes => facts.push((
            "Secret",
            "write `${VARIABLE}` or `secret://name/key`".to_owned(),
        )),
        Secret::Partly(text) => facts.push(("Secret", text.to_owned())),
        Secret::No => {}
    }
    facts.extend(applies_if(field));
    if let Some(key) = field.flink_key {
        let old = field
            .flink_key_old
            .map_or_else(String::new, |old| match old {
                "none" => " (none in Flink 1.17)".to_owned(),
                old => format!(" (`{old}` in Flink 1.17)"),
            });
        facts.push(("Flink option", format!("{}{old}", marked(key))));
    } else if field.no_flink_key {
        facts.push(("Flink option", "none".to_owned()));
    }
    if let Some(option) = field.maps_to {
        facts.push(("Becomes", marked(option)));
    }
    if let Some(path) = field.counterpart {
        facts.push(("Documented dialect", format!("`{path}`")));
    }
    facts
}

/// A name is code as a whole; prose has its own code marks.
fn marked(text: &str) -> String {
    if text.contains([' ', '`']) {
        text.to_owned()
    } else {
        format!("`{text}`")
    }
}

/// Whose defaults need no name.
const EXPECTED: [&str; 2] = ["nexflow", "flink"];

/// The defaults, with who gives each where they differ or where that is another product.
fn default(field: &Field) -> String {
    let mut texts: Vec<(String, Vec<&str>)> = Vec::new();
    for default in field.defaults {
        let text = match default.literal() {
            Some(value) => format!("`{value}`"),
            None => default.value.to_owned(),
        };
        match texts.iter_mut().find(|(known, _)| *known == text) {
            Some((_, givers)) => givers.push(giver(default.by)),
            None => texts.push((text, vec![giver(default.by)])),
        }
    }
    let is_plain = texts.len() == 1;
    let all = texts.into_iter().map(|(text, givers)| {
        // Nobody else could be meant.
        let is_expected = givers
            .iter()
            .any(|by| EXPECTED.iter().any(|tag| giver(tag) == *by));
        if is_plain && is_expected {
            text
        } else {
            format!("{text} in {}", givers.join(" and "))
        }
    });
    all.collect::<Vec<_>>().join("; ")
}

/// A source of defaults as its makers write it.
fn giver(by: &'static str) -> &'static str {
    let mut known = crate::product_names();
    known
        .find(|(tag, _)| *tag == by)
        .map_or(by, |(_, name)| name)
}

fn limits(field: &Field) -> Vec<(&'static str, String)> {
    let range = field.range();
    let mut parts = Vec::new();
    let bound = |bound: Bound, open: &str, closed: &str| -> String {
        format!(
            "{} `{}`",
            if bound.exclusive { open } else { closed },
            bound.text
        )
    };
    parts.extend(range.min.map(|min| bound(min, "more than", "at least")));
    parts.extend(range.max.map(|max| bound(max, "less than", "at most")));
    match (range.min_length, range.max_length) {
        (Some(min), Some(max)) => parts.push(format!("{min} to {max} characters")),
        (Some(min), None) => parts.push(format!("at least {min} characters")),
        (None, Some(max)) => parts.push(format!("at most {max} characters")),
        (None, None) => {}
    }
    parts.extend(range.min_items.map(|items| match items {
        1 => "at least one item".to_owned(),
        items => format!("at least {items} items"),
    }));
    if range.unique {
        parts.push("no duplicates".to_owned());
    }
    parts.extend(range.multiple_of.map(|n| format!("a multiple of {n}")));
    parts.extend(range.note.map(str::to_owned));
    let mut facts = Vec::new();
    if !parts.is_empty() {
        facts.push(("Limits", parts.join(", ")));
    }
    if let Some(pattern) = field.pattern {
        facts.push(("Pattern", format!("`{pattern}`")));
    }
    facts
}

/// When it must be there. What is asked for everywhere is said in one word.
fn required(field: &Field) -> Option<String> {
    match (field.required.text, field.required.when) {
        (None | Some("never"), RequiredWhen::Never) => None,
        (Some("always"), _) | (None, RequiredWhen::Always) => Some("yes".to_owned()),
        (Some(text), _) => Some(match text.split_once(' ') {
            Some(("always," | "never;" | "unless", _)) => text.to_owned(),
            _ => format!("if {text}"),
        }),
        (None, RequiredWhen::FieldIs { field, values: [] }) => Some(format!("if `{field}` is set")),
        (None, RequiredWhen::FieldIs { field, values }) => {
            let values: Vec<_> = values.iter().map(|value| format!("`{value}`")).collect();
            Some(format!("if `{field}` is {}", values.join(" or ")))
        }
    }
}

/// The values of the discriminator for which the field has a meaning, unless those are all that there are.
fn applies_if(field: &Field) -> Option<(&'static str, String)> {
    let discriminator = field.discriminator?;
    let all = crate::node(discriminator)
        .into_iter()
        .flat_map(|node| node.fields())
        .flat_map(|field| field.values);
    let mut others = all.filter(|value| !field.applies_to.contains(&value.value));
    others.next()?;
    let name = discriminator.rsplit('.').next().unwrap_or(discriminator);
    let values: Vec<_> = field.applies_to.iter().map(|v| format!("`{v}`")).collect();
    let values = match values.as_slice() {
        [most @ .., last] if !most.is_empty() => format!("{} or {last}", most.join(", ")),
        values => values.concat(),
    };
    Some(("Applies if", format!("`{name}` is {values}")))
}

/// The path within its entry.
fn short_path(path: &str) -> &str {
    path.split_once(">.").map_or(path, |(_, rest)| rest)
}

impl Kind {
    /// The kind in the trade's word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::Object => "object",
            Kind::Map => "map",
            Kind::List => "list",
            Kind::Bool => "boolean",
            Kind::Int => "integer",
            Kind::Number => "number",
            Kind::String | Kind::Digits => "string",
            Kind::Enum => "enum",
            Kind::Duration => "duration",
            Kind::Size | Kind::SizeTb | Kind::SizeShort => "size",
            Kind::Uri => "URI",
            Kind::Path => "path",
            Kind::Any => "any value",
            Kind::Fraction => "fraction",
            Kind::Percent => "percentage",
            Kind::Zero => "0",
            Kind::Null => "null",
        }
    }
}
