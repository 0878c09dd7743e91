//! A state of a document as values by path.

use std::collections::BTreeMap;

use nexflow_catalog::{FlinkVersion, SchemaNode};
use nexflow_syntax::{TextRange, TextSize};
use serde_json::Value as Json;

use super::Side;
use crate::{
    effective::{Effective, Member, Place, Scalar, Value},
    secrets::HIDDEN,
    value,
};

/// A value as it is shown; credentials are hidden.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// In one line.
    pub text: String,
    /// As JSON: scalars by their YAML type, lists and mappings as such.
    pub json: Json,
    /// It is a credential.
    pub is_secret: bool,
}

/// A value at a path.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    /// The path in the catalog, without brackets of lists.
    pub field: Option<String>,
    /// What the catalog knows of the place.
    pub schema: Option<&'static SchemaNode>,
    /// In a form in which equal values are equal texts.
    pub normalised: String,
    /// As it is shown.
    pub shown: Shown,
    /// Where it stands.
    pub at: Place,
}

/// A named entry of a section.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// The path in the catalog: `streams.<name>`.
    pub field: &'static str,
    /// Where its key stands.
    pub at: Place,
}

/// A state of a document.
pub struct State<'a> {
    effective: Option<&'a Effective<'a>>,
    /// The version of Flink: that of the image, where its tag says one, else that of the settings.
    pub version: FlinkVersion,
    /// The values, and the order in which they stand.
    pub(super) leaves: BTreeMap<String, Leaf>,
    /// The paths in the order of the document.
    pub(super) order: Vec<String>,
    /// The named entries by `section.name`.
    pub(super) entries: BTreeMap<String, Entry>,
}

/// The field whose value says which version of Flink an image holds.
pub(super) const IMAGE_TAG: &str = "deployment.image.tag";

impl<'a> State<'a> {
    pub(super) fn new(side: &Side<'a>) -> State<'a> {
        let mut state = State {
            effective: side.effective,
            version: side.version,
            leaves: BTreeMap::new(),
            order: Vec::new(),
            entries: BTreeMap::new(),
        };
        let Some(effective) = side.effective else {
            return state;
        };
        for member in &effective.members {
            for entry in member.value.members().unwrap_or_default() {
                if let (Some(section), Some(schema)) = (member.schema, entry.schema)
                    && schema.path.starts_with(section.path)
                    && schema.path[section.path.len()..].starts_with(".<")
                    && !matches!(entry.value, Value::Scalar(_) | Value::List(_))
                {
                    let path = format!("{}.{}", member.key, entry.key);
                    let entry = Entry {
                        field: schema.path,
                        at: entry.at,
                    };
                    state.entries.insert(path, entry);
                }
            }
            state.add(&member.key, member);
        }
        if let Some(leaf) = state.leaves.get(IMAGE_TAG)
            && let Some(version) = version_of_tag(&leaf.shown.text)
        {
            state.version = version;
        }
        state
    }

    fn add(&mut self, path: &str, member: &Member<'a>) {
        match &member.value {
            // A key without a value means what its absence means.
            Value::Null => {
                if member.schema.is_none() {
                    self.leaf(path, member, "null".to_owned());
                }
            }
            Value::Mapping(members) => {
                if members.is_empty() && member.schema.is_none() {
                    self.leaf(path, member, "{}".to_owned());
                }
                for below in members {
                    self.add(&format!("{path}.{}", below.key), below);
                }
            }
            Value::Scalar(scalar) => {
                let normalised = normalised(scalar, member.schema);
                self.leaf(path, member, normalised);
            }
            Value::List(items) => {
                let schema = member.schema.and_then(SchemaNode::item_child);
                let all: Vec<_> = items
                    .iter()
                    .map(|(_, item)| canonical(item, schema))
                    .collect();
                self.leaf(path, member, format!("[{}]", all.join("\u{1f}")));
            }
        }
    }

    fn leaf(&mut self, path: &str, member: &Member<'a>, normalised: String) {
        let json = json(&member.value);
        let leaf = Leaf {
            field: member.schema.map(|schema| schema.path.replace("[]", "")),
            schema: member.schema,
            normalised,
            shown: Shown {
                text: text(&json),
                is_secret: is_secret(&member.value),
                json,
            },
            at: match &member.value {
                Value::Scalar(scalar) => scalar.at,
                _ => member.at,
            },
        };
        self.order.push(path.to_owned());
        self.leaves.insert(path.to_owned(), leaf);
    }

    /// The names of the entries of a section.
    pub(super) fn names<'s>(&'s self, section: &'s str) -> impl Iterator<Item = &'s str> {
        self.entries.keys().filter_map(move |path| {
            path.strip_prefix(section)
                .and_then(|rest| rest.strip_prefix('.'))
        })
    }

    /// The normalised value at a path of the document.
    pub(super) fn get(&self, path: &str) -> Option<&str> {
        self.leaves.get(path).map(|leaf| leaf.normalised.as_str())
    }

    /// The values below an entry, by the rest of the path.
    pub(super) fn below<'s>(&'s self, path: &'s str) -> impl Iterator<Item = (&'s str, &'s Leaf)> {
        let from = format!("{path}.");
        self.leaves
            .range(from.clone()..)
            .take_while(move |(key, _)| key.starts_with(&from))
            .map(move |(key, leaf)| (&key[path.len() + 1..], leaf))
    }

    /// Whether anything stands at a path or below it.
    pub(super) fn has(&self, path: &str) -> bool {
        self.leaves.contains_key(path) || self.below(path).next().is_some()
    }

    /// The token at a place, where it is one of the document itself.
    pub(super) fn token(&self, at: Place) -> Option<TextRange> {
        if at.layer != 0 {
            return None;
        }
        let document = &self.effective?.inputs.snapshot.document;
        let text = document.text();
        let from = usize::from(at.offset);
        let line = text.get(from..)?.lines().next().unwrap_or_default();
        let length = match line.as_bytes().first() {
            Some(quote @ (b'"' | b'\'')) => line[1..]
                .find(char::from(*quote))
                .map_or(line.len(), |end| end + 2),
            _ => line
                .find([':', '#', ',', '}', ']'])
                .map_or(line.len(), |end| end),
        };
        let token = line[..length].trim_end();
        let end = TextSize::try_from(from + token.len()).ok()?;
        Some(TextRange::new(at.offset, end))
    }
}

/// The version of Flink that a tag of an image begins with: `1.20.5-scala_2.12-java17`.
pub(super) fn version_of_tag(tag: &str) -> Option<FlinkVersion> {
    let end = tag
        .find(|letter: char| !letter.is_ascii_digit() && letter != '.')
        .unwrap_or(tag.len());
    let is_end = tag[end..].is_empty() || tag[end..].starts_with(['-', '_']);
    tag[..end].parse().ok().filter(|_| is_end)
}

fn normalised(scalar: &Scalar<'_>, schema: Option<&'static SchemaNode>) -> String {
    if let Some(hash) = scalar.hidden {
        return format!("{HIDDEN}{hash:016x}");
    }
    let text = value::normalised(&scalar.text, schema);
    let known = schema.and_then(|schema| schema.fields().find_map(|field| field.value(&text)));
    known.map_or(text, |value| value.value.to_owned())
}

/// A value with mappings in the order of their keys.
fn canonical(value: &Value<'_>, schema: Option<&'static SchemaNode>) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Scalar(scalar) => normalised(scalar, schema),
        Value::List(items) => {
            let schema = schema.and_then(SchemaNode::item_child);
            let all: Vec<_> = items
                .iter()
                .map(|(_, item)| canonical(item, schema))
                .collect();
            format!("[{}]", all.join("\u{1f}"))
        }
        Value::Mapping(members) => {
            let all: BTreeMap<_, _> = members
                .iter()
                .map(|member| (&*member.key, canonical(&member.value, member.schema)))
                .collect();
            let all: Vec<_> = all
                .into_iter()
                .map(|(key, value)| format!("{key}\u{1e}{value}"))
                .collect();
            format!("{{{}}}", all.join("\u{1f}"))
        }
    }
}

fn is_secret(value: &Value<'_>) -> bool {
    match value {
        Value::Null => false,
        Value::Scalar(scalar) => scalar.is_secret,
        Value::List(items) => items.iter().any(|(_, item)| is_secret(item)),
        Value::Mapping(members) => members.iter().any(|member| is_secret(&member.value)),
    }
}

/// As JSON, credentials hidden.
pub(super) fn json(value: &Value<'_>) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Scalar(scalar) if scalar.is_string || scalar.tag.is_some() => {
            Json::String(scalar.text.clone().into_owned())
        }
        Value::Scalar(scalar) => plain(&scalar.text),
        Value::List(items) => items.iter().map(|(_, item)| json(item)).collect(),
        Value::Mapping(members) => members
            .iter()
            .map(|member| (member.key.clone().into_owned(), json(&member.value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
    }
}

/// A plain scalar of YAML 1.2 as JSON. Numbers of which JSON has another spelling stay texts.
fn plain(text: &str) -> Json {
    match text {
        "true" | "True" | "TRUE" => return true.into(),
        "false" | "False" | "FALSE" => return false.into(),
        "" | "~" | "null" => return Json::Null,
        _ => {}
    }
    let number = serde_json::from_str::<serde_json::Number>(text);
    match number.map(|number| (number.to_string(), number)) {
        // `1.0` and `1e3` stay as they are written.
        Ok((written, number)) if written == text => Json::Number(number),
        _ => Json::String(text.to_owned()),
    }
}

/// In one line, as YAML would have it.
fn text(json: &Json) -> String {
    match json {
        Json::String(text) => text.clone(),
        Json::Array(items) => {
            let all: Vec<_> = items.iter().map(text).collect();
            format!("[{}]", all.join(", "))
        }
        Json::Object(members) => {
            let all: Vec<_> = members
                .iter()
                .map(|(key, value)| format!("{key}: {}", text(value)))
                .collect();
            format!("{{{}}}", all.join(", "))
        }
        other => other.to_string(),
    }
}

impl Shown {
    /// A whole entry: its values by path.
    pub(super) fn entry(json: Json, is_secret: bool) -> Shown {
        Shown {
            text: text(&json),
            json,
            is_secret,
        }
    }
}

impl State<'_> {
    /// An entry as it is shown.
    pub(super) fn shown_entry(&self, path: &str) -> Option<Shown> {
        let (section, name) = path.split_once('.')?;
        let member = self.effective?.entry(section, name)?;
        Some(Shown::entry(json(&member.value), is_secret(&member.value)))
    }

    /// The effective document.
    pub(super) fn effective(&self) -> Option<&Effective<'_>> {
        self.effective
    }
}
