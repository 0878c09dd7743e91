//! Values that are to be written, and how.

use nexflow_catalog::value::number::{Plain, plain};
use nexflow_syntax::{Document, Node, NodeKind, ScalarStyle};

/// A value that an edit writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// YAML in one line, written as it is: `24h`, `true`, `[a, b]`.
    Yaml(String),
    /// Text, quoted where it must be.
    Text(String),
    /// A mapping.
    Map(Vec<(String, Value)>),
    /// A list.
    List(Vec<Value>),
}

impl Value {
    /// A mapping with one entry.
    pub fn field(key: impl Into<String>, value: Value) -> Value {
        Value::Map(vec![(key.into(), value)])
    }

    /// The value that a node has, without its comments. `None` for what has no plain counterpart: anchors, aliases, tags,
    /// merge keys, complex keys.
    pub fn of(node: Node<'_>) -> Option<Value> {
        if node.anchor().is_some() || node.tag().is_some() {
            return None;
        }
        Some(match node.kind() {
            NodeKind::Alias => return None,
            NodeKind::Null => Value::Yaml("null".to_owned()),
            NodeKind::Scalar => match node.style() {
                Some(ScalarStyle::Plain) if !node.source().contains('\n') => {
                    Value::Yaml(node.source().into_owned())
                }
                _ => Value::Text(node.value()?.into_owned()),
            },
            NodeKind::Sequence => Value::List(node.items().map(Value::of).collect::<Option<_>>()?),
            NodeKind::Mapping => {
                let mut entries = Vec::new();
                for entry in node.entries() {
                    let key = entry.key();
                    if key.kind() != NodeKind::Scalar
                        || entry.key_text() == "<<"
                        || !entry.has_colon() && !node.is_flow()
                    {
                        return None;
                    }
                    entries.push((entry.key_text().into_owned(), Value::of(entry.value())?));
                }
                Value::Map(entries)
            }
        })
    }

    /// The value in one line.
    pub fn flow(&self) -> String {
        match self {
            Value::Yaml(text) => text.clone(),
            Value::Text(text) => quoted(text, true, None),
            Value::List(items) => {
                let items: Vec<String> = items.iter().map(Value::flow).collect();
                format!("[{}]", items.join(", "))
            }
            Value::Map(entries) => {
                let entries: Vec<String> = entries
                    .iter()
                    .map(|(key, value)| format!("{}: {}", quoted_key(key, true), value.flow()))
                    .collect();
                format!("{{{}}}", entries.join(", "))
            }
        }
    }

    /// The value behind the dash of a list, in one line.
    pub fn item(&self) -> String {
        match self {
            Value::Text(text) => quoted(text, false, None),
            other => other.flow(),
        }
    }

    /// The entry `key: value` as block lines, of which the first has no indentation and all others stand `indent` or further in.
    pub fn block_entry(&self, key: &str, indent: usize, step: usize, eol: &str) -> String {
        let key = quoted_key(key, false);
        let inner = indent + step;
        match self {
            Value::Map(entries) if !entries.is_empty() => {
                let mut text = format!("{key}:");
                for (key, value) in entries {
                    let entry = value.block_entry(key, inner, step, eol);
                    text.push_str(&format!("{eol}{:inner$}{entry}", ""));
                }
                text
            }
            Value::List(items) if !items.is_empty() => {
                let mut text = format!("{key}:");
                for item in items {
                    text.push_str(&format!("{eol}{:inner$}- {}", "", item.item()));
                }
                text
            }
            Value::Text(text) => format!("{key}: {}", quoted(text, false, None)),
            other => format!("{key}: {}", other.flow()),
        }
    }
}

/// A key as it is written.
pub fn quoted_key(key: &str, flow: bool) -> String {
    if is_plain(key, flow) && !key.starts_with("<<") && reads_as_text(key) {
        key.to_owned()
    } else {
        in_quotes(key, None)
    }
}

/// A text as a scalar that YAML reads as just this text: in the quotes of `style`, else plain, else in the quotes that it needs.
pub fn quoted(text: &str, flow: bool, style: Option<ScalarStyle>) -> String {
    let wants_quotes = matches!(
        style,
        Some(ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted)
    );
    if !wants_quotes && is_plain(text, flow) && reads_as_text(text) {
        text.to_owned()
    } else {
        in_quotes(text, style)
    }
}

/// True when a plain scalar stays a text for every reader: neither a number nor a word that a parser takes for something else.
pub fn reads_as_text(text: &str) -> bool {
    const WORDS: [&str; 6] = ["yes", "no", "on", "off", "y", "n"];
    !text.is_empty()
        && matches!(plain(text), Plain::Text)
        && !WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
        && !is_yaml_1_1(text)
}

/// Whether YAML 1.1, which Nexflow's reader speaks, takes a text for a number or a date: `1_000`, `0b11`, `12:30:45`, `2024-01-31`.
fn is_yaml_1_1(text: &str) -> bool {
    let digits = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_digit())
            && part.bytes().all(|b| b.is_ascii_digit() || b == b'_')
    };
    let of_base = |prefix: &str, radix: u32| {
        let rest = text.trim_start_matches(['+', '-']).strip_prefix(prefix);
        rest.is_some_and(|rest| {
            !rest.is_empty() && rest.chars().all(|c| c.is_digit(radix) || c == '_')
        })
    };
    let number = text.trim_start_matches(['+', '-']);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let is_amount = |part: &str| part.split(':').all(digits);
    let is_fraction = fraction.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    let mut date = text.splitn(3, '-');
    let is_date = date
        .next()
        .is_some_and(|year| year.len() == 4 && digits(year))
        && date
            .next()
            .is_some_and(|month| month.len() <= 2 && digits(month))
        && date
            .next()
            .is_some_and(|day| day.starts_with(|c: char| c.is_ascii_digit()));
    of_base("0b", 2) || of_base("0x", 16) || is_amount(whole) && is_fraction || is_date
}

/// True when the text can stand without quotes; the parser itself is asked.
fn is_plain(text: &str, flow: bool) -> bool {
    if text.contains(['\n', '\r']) {
        return false;
    }
    let (around, depth) = if flow {
        (format!("a: {{b: {text}, c: d}}"), 2)
    } else {
        (format!("b: {text}\nc: d\n"), 1)
    };
    let document = Document::parse(&around);
    let mut node = document.root();
    if depth == 2 {
        let Some(entry) = node.get("a") else {
            return false;
        };
        node = entry.value();
    }
    let Some(entry) = node.get("b") else {
        return false;
    };
    let value = entry.value();
    document.errors().is_empty()
        && node.entries().count() == 2
        && value.style() == Some(ScalarStyle::Plain)
        && value.tag().is_none()
        && value.anchor().is_none()
        && value.value().is_some_and(|read| read == text)
        && !text.contains(": ")
        && document.comments().next().is_none()
}

fn in_quotes(text: &str, style: Option<ScalarStyle>) -> String {
    let needs_escapes = text.chars().any(char::is_control);
    if style == Some(ScalarStyle::DoubleQuoted) || needs_escapes {
        let mut quoted = String::with_capacity(text.len() + 2);
        quoted.push('"');
        for character in text.chars() {
            match character {
                '"' | '\\' => quoted.extend(['\\', character]),
                '\n' => quoted.push_str("\\n"),
                '\r' => quoted.push_str("\\r"),
                '\t' => quoted.push_str("\\t"),
                control if control.is_control() => {
                    quoted.push_str(&format!("\\u{:04X}", u32::from(control)))
                }
                other => quoted.push(other),
            }
        }
        quoted.push('"');
        return quoted;
    }
    format!("'{}'", text.replace('\'', "''"))
}
