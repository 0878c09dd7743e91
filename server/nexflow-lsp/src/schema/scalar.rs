//! Scalars in the terms of JSON Schema.

use nexflow_catalog::{Field, Kind};
use serde_json::{Value, json};

/// The name of the definition of references.
pub(crate) const REFERENCE: &str = "reference";

/// `${VAR}` and `secret://name`: they may stand for any scalar.
pub(crate) fn reference() -> Value {
    json!({
        "type": "string",
        "description": "A variable (${NAME}, ${NAME:-default}) or a secret (secret://name/key).",
        "pattern": r"\$\{[^}]+\}|^secret://",
    })
}

/// A text as YAML would read it: a number or a boolean where it looks like one.
pub(crate) fn typed(text: &str) -> Value {
    match serde_json::from_str(text) {
        Ok(value @ (Value::Bool(_) | Value::Number(_) | Value::Null)) => value,
        _ => text.into(),
    }
}

/// What a kind of a field takes.
pub(crate) fn kind(field: &Field, kind: Kind) -> Vec<Value> {
    let pattern = |pattern: &str| vec![json!({"type": "string", "pattern": pattern})];
    match kind {
        Kind::Any => vec![json!({})],
        Kind::Null => vec![json!({"type": "null"})],
        Kind::Bool => vec![json!({"type": "boolean"})],
        // Beside a closed enum, a number is another way of writing one of its values.
        Kind::Int if field.has_kind(Kind::Enum) && !field.open => Vec::new(),
        Kind::Int => vec![bounded(field, json!({"type": "integer"}))],
        Kind::Number => vec![bounded(field, json!({"type": "number"}))],
        Kind::Fraction => vec![json!({"type": "number", "minimum": 0, "maximum": 1})],
        // Bounds of a text are arithmetic, which a pattern says for a whole and for zero only.
        Kind::Percent if is_most(field, 100.0) => pattern(r"^([0-9]{1,2}(\.[0-9]+)?|100(\.0+)?)%$"),
        Kind::Percent => pattern(r"^[0-9]+(\.[0-9]+)?%$"),
        Kind::Zero => vec![
            json!({"const": 0}),
            json!({"type": "string", "pattern": "^0+(b|kb|mb|gb|B|KB|MB|GB)?$"}),
        ],
        Kind::Duration if is_above_zero(field) => pattern("^0*[1-9][0-9]*(ms|s|m|h|d)$"),
        Kind::Duration => pattern("^[0-9]+(ms|s|m|h|d)$"),
        // A size of zero is refused whatever the bounds are.
        Kind::Size => pattern("^0*[1-9][0-9]*(b|kb|mb|gb|B|KB|MB|GB)$"),
        Kind::SizeTb => pattern("^[0-9]+(tb|TB)$"),
        Kind::SizeShort => vec![
            json!({"type": "string", "pattern": "^[0-9]+[gmGM]?$"}),
            json!({"type": "integer", "minimum": 0}),
        ],
        Kind::Digits => pattern("^[0-9]+$"),
        Kind::Enum => values(field),
        Kind::String | Kind::Uri | Kind::Path => vec![text(field)],
        // Blocks and lists are no scalars.
        Kind::Object | Kind::Map | Kind::List => Vec::new(),
    }
}

fn is_above_zero(field: &Field) -> bool {
    let least = field.range().min.as_ref();
    least.is_some_and(|least| least.value > 0.0 || least.exclusive)
}

fn is_most(field: &Field, most: f64) -> bool {
    let bound = field.range().max.as_ref();
    bound.is_some_and(|bound| (bound.value - most).abs() < f64::EPSILON && !bound.exclusive)
}

fn text(field: &Field) -> Value {
    let mut text = json!({"type": "string"});
    if let Some(pattern) = field.pattern {
        text["pattern"] = pattern.into();
    }
    if let Some(least) = field.range().min_length {
        text["minLength"] = least.into();
    }
    if let Some(most) = field.range().max_length {
        text["maxLength"] = most.into();
    }
    text
}

fn bounded(field: &Field, mut number: Value) -> Value {
    let bound = |value: f64| {
        #[allow(clippy::cast_possible_truncation)]
        if value.fract() == 0.0 && value.abs() < 9e15 {
            json!(value as i64)
        } else {
            json!(value)
        }
    };
    if let Some(least) = field.range().min {
        let word = if least.exclusive {
            "exclusiveMinimum"
        } else {
            "minimum"
        };
        number[word] = bound(least.value);
    }
    if let Some(most) = field.range().max {
        let word = if most.exclusive {
            "exclusiveMaximum"
        } else {
            "maximum"
        };
        number[word] = bound(most.value);
    }
    if let Some(factor) = field.range().multiple_of {
        number["multipleOf"] = factor.into();
    }
    number
}

/// The values of an enum. Beside those of an open one every other text is right too: they are only offered.
fn values(field: &Field) -> Vec<Value> {
    let mut listed: Vec<Value> = Vec::new();
    for value in field.values {
        listed.push(value.value.into());
        let typed = typed(value.value);
        if !typed.is_string() {
            listed.push(typed);
        }
    }
    let mut kinds = vec![json!({"enum": listed})];
    if field.ignore_case {
        let any_case = |value: &str| -> String {
            value
                .chars()
                .map(|c| match (c.to_ascii_lowercase(), c.to_ascii_uppercase()) {
                    (lower, upper) if lower != upper => format!("[{lower}{upper}]"),
                    _ if c.is_ascii_alphanumeric() || c == '_' => c.to_string(),
                    _ => format!("[{c}]"),
                })
                .collect()
        };
        let all: Vec<_> = field
            .values
            .iter()
            .map(|value| any_case(value.value))
            .collect();
        kinds.push(json!({"type": "string", "pattern": format!("^({})$", all.join("|"))}));
    }
    if field.open {
        kinds.push(json!({"type": "string"}));
    }
    kinds
}
