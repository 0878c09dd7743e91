//! What a house rule demands of a value.

use nexflow_catalog::{
    Kind, SchemaNode,
    value::{
        duration, number,
        number::Plain,
        size,
        template::{SegmentKind, Template},
    },
};
use nexflow_syntax::NodeKind;
use regex_automata::meta::Regex;

use crate::{markdown, merged::MergedValue};

/// One requirement.
#[derive(Clone, Debug)]
pub(super) enum Demand {
    /// The key must not be there.
    Forbidden,
    /// The value is one of these.
    OneOf(Vec<String>),
    /// The value is none of these.
    NoneOf(Vec<String>),
    /// The whole value matches.
    Pattern(Regex, String),
    /// The value is at least this.
    Min(Bound),
    /// The value is at most this.
    Max(Bound),
    /// The value is the same as that of another field.
    Equal(String),
    /// Encryption is on.
    Encrypted,
    /// The value is a reference to a variable or a secret.
    VariableOnly,
}

/// A number, with its unit.
#[derive(Clone, Debug)]
pub(super) struct Bound(pub(super) String);

/// What is wrong with a value, and what would be right where that is one thing.
pub(super) struct Fault {
    pub(super) message: String,
    pub(super) right: Option<String>,
}

impl Bound {
    /// Whether this is a number, a duration or a size.
    pub(super) fn is_sound(text: &str) -> bool {
        number_of(text).is_some() || duration::parse(text).is_ok() || size::parse(text).is_ok()
    }

    /// The bound and a value in the unit of the field. A number without a unit is one in the unit that the field has.
    fn compare(&self, val: &MergedValue<'_>, text: &str) -> Option<std::cmp::Ordering> {
        let is = |kind: Kind| val.fields().any(|field| field.has_kind(kind));
        let bound = self.0.as_str();
        let millis = |text: &str| duration::parse(text).ok().map(|one| one.millis());
        #[allow(clippy::cast_precision_loss, reason = "sizes of L5 are far below 2^53")]
        let bytes = |text: &str| size::parse(text).ok().map(|one| one.bytes as f64);
        let pair = |of: &dyn Fn(&str) -> Option<f64>| Some((of(text)?, of(bound)?));
        let (value, bound) = if is(Kind::Duration) {
            pair(&millis)
        } else if is(Kind::Size) {
            pair(&bytes)
        } else {
            pair(&number_of)
                .or_else(|| pair(&millis))
                .or_else(|| pair(&bytes))
        }?;
        value.partial_cmp(&bound)
    }
}

#[allow(
    clippy::cast_precision_loss,
    reason = "numbers of L5 are far below 2^53"
)]
fn number_of(text: &str) -> Option<f64> {
    match number::plain(text.trim_end_matches('%')) {
        Plain::Int(Some(number)) => Some(number as f64),
        Plain::Float(number) if number.is_finite() => Some(number),
        _ => None,
    }
}

fn listed(values: &[String]) -> String {
    let shown: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
    shown.join(", ")
}

impl Demand {
    /// What is wrong with a value that is there; nothing where that cannot be known. `text` is what the value says, `other` gives what
    /// stands at a path beside it.
    pub(super) fn fault<'a>(
        &self,
        name: &str,
        val: &MergedValue<'a>,
        other: &dyn Fn(&str) -> MergedValue<'a>,
    ) -> Option<Fault> {
        let text = val.text();
        let text = text.as_deref();
        let fault = |message: String, right: Option<String>| Some(Fault { message, right });
        match self {
            Demand::Forbidden => fault(format!("`{name}` is not allowed here."), None),
            Demand::OneOf(values) => {
                let text = text.filter(|text| !values.iter().any(|value| value == text))?;
                let message = format!(
                    "Value `{text}` is not allowed for `{name}`. Use {}.",
                    listed(values)
                );
                fault(message, one(values))
            }
            Demand::NoneOf(values) => {
                let text = text.filter(|text| values.iter().any(|value| value == text))?;
                fault(format!("Value `{text}` is not allowed for `{name}`."), None)
            }
            Demand::Pattern(pattern, written) => {
                let text = text.filter(|text| !pattern.is_match(&**text))?;
                fault(
                    format!("Invalid `{name}`: `{text}` does not match `{written}`."),
                    None,
                )
            }
            Demand::Min(bound) => {
                let is_less = bound.compare(val, text?)?.is_lt();
                let message = || format!("`{name}` must be at least {}.", bound.0);
                is_less.then(|| fault(message(), Some(bound.0.clone())))?
            }
            Demand::Max(bound) => {
                let is_more = bound.compare(val, text?)?.is_gt();
                let message = || format!("`{name}` must be at most {}.", bound.0);
                is_more.then(|| fault(message(), Some(bound.0.clone())))?
            }
            Demand::Equal(path) => {
                let expected = other(path).text()?;
                let text = text.filter(|text| *text != expected)?;
                let message =
                    format!("`{name}` is `{text}` and must equal `{path}` (`{expected}`).");
                fault(message, Some(expected.into_owned()))
            }
            Demand::Encrypted => {
                let off = !is_encrypted(val)?;
                let right = (val.kind() == NodeKind::Scalar).then(|| "true".to_owned());
                off.then(|| fault(format!("`{name}` must be on."), right))?
            }
            Demand::VariableOnly => {
                let raw = val.raw()?;
                let literal = !is_reference(&raw);
                literal.then(|| {
                    fault(
                        format!("`{name}` must be a variable such as `${{NAME}}` or a secret."),
                        None,
                    )
                })?
            }
        }
    }

    /// The value that is demanded where there is none, if that is one thing.
    pub(super) fn right(&self) -> Option<String> {
        match self {
            Demand::OneOf(values) => one(values),
            Demand::Min(bound) | Demand::Max(bound) => Some(bound.0.clone()),
            _ => None,
        }
    }

    /// In words, as Markdown.
    pub(super) fn page(&self) -> String {
        let list = |values: &[String]| {
            let shown: Vec<String> = values.iter().map(|value| markdown::code(value)).collect();
            shown.join(", ")
        };
        match self {
            Demand::Forbidden => "Forbidden".to_owned(),
            Demand::OneOf(values) => format!("One of {}", list(values)),
            Demand::NoneOf(values) => format!("None of {}", list(values)),
            Demand::Pattern(_, written) => format!("Matches {}", markdown::code(written)),
            Demand::Min(bound) => format!("At least {}", markdown::code(&bound.0)),
            Demand::Max(bound) => format!("At most {}", markdown::code(&bound.0)),
            Demand::Equal(path) => format!("Equals {}", markdown::code(path)),
            Demand::Encrypted => "Encrypted".to_owned(),
            Demand::VariableOnly => "A variable or a secret".to_owned(),
        }
    }
}

fn one(values: &[String]) -> Option<String> {
    match values {
        [only] => Some(only.clone()),
        _ => None,
    }
}

/// Whether a block of encryption, or a flag, says that there is some.
fn is_encrypted(val: &MergedValue<'_>) -> Option<bool> {
    if val.kind() != NodeKind::Mapping {
        return val.bool();
    }
    let block = val.mapping();
    // The switch of the block, whatever it is called.
    let is_switch =
        |node: &'static SchemaNode| node.fields().any(|field| field.has_kind(Kind::Bool));
    let keys = block.schema.into_iter().flat_map(SchemaNode::all_children);
    let switch = keys
        .filter(|(_, node)| is_switch(node))
        .map(|(key, _)| block.get(key))
        .find(MergedValue::is_present);
    if let Some(switch) = switch {
        return switch.bool();
    }
    let kind = block.get("type");
    if kind.is_unknown() {
        return None;
    }
    Some(kind.is_present() && !kind.is("none"))
}

/// Whether all of a text is one reference.
fn is_reference(text: &str) -> bool {
    let template = Template::parse(text);
    template.secret.is_some()
        || matches!(
            template.segments.as_slice(),
            [only] if matches!(only.kind, SegmentKind::Variable { default: None, .. })
        )
}
