//! The words in which values are checked.

use super::Grammar;
use super::number::{self, Plain};
use super::types::{Scalar, TypedValue, ValueError};
use super::units::duration::{DurationError, DurationReason};
use super::units::size::{Size, SizeError, SizeReason};
use crate::ids;
use crate::model::{Field, Kind};

/// The message for a block or a list where the field wants something else. `found` names it with an article.
#[must_use]
pub fn wrong_shape(field: &Field, found: &str) -> String {
    format!("{} must be {}, not {found}.", name(field), kinds(field))
}

/// What a field takes, for a message that must not say what it got.
#[must_use]
pub fn wanted(field: &Field) -> String {
    format!("`{}`, which must be {}", field.name, kinds(field))
}

pub(super) fn duration_error(field: &Field, text: &str, error: DurationError) -> ValueError {
    let DurationError {
        reason,
        suggestions,
    } = error;
    let text = shorten(text);
    let rule = match reason {
        DurationReason::NoUnit { .. } => ids::DURATION_UNIT_MISSING,
        _ => ids::DURATION_MALFORMED,
    };
    let what = match reason {
        DurationReason::Empty => format!("{} is empty.", name(field)),
        DurationReason::NoUnit { number: 0 } => format!("`{text}` has no unit."),
        DurationReason::NoUnit { number } => {
            format!("`{text}` has no unit: Flink reads {number} ms, Nexflow's resolver {number} s.")
        }
        DurationReason::Fraction => {
            format!("`{text}` is not a whole number; durations have no fractions.")
        }
        DurationReason::Sign => format!("A duration cannot have a sign (`{text}`)."),
        DurationReason::Compound => {
            format!("`{text}` has several parts. Use one number and one unit.")
        }
        DurationReason::UnknownUnit { unit } => {
            format!("Unknown unit `{unit}`. Use `ms`, `s`, `m`, `h` or `d`.")
        }
        DurationReason::TooLarge => format!("`{text}` exceeds the longest duration of Flink."),
        DurationReason::NotANumber => {
            format!("Invalid duration `{text}`. Write a number and a unit, such as `60s`.")
        }
    };
    ValueError {
        rule,
        message: format!("{what}{}", write(&suggestions)),
        suggestions,
        value: None,
    }
}

pub(super) fn size_error(field: &Field, text: &str, error: SizeError) -> ValueError {
    let SizeError {
        reason,
        suggestions,
    } = error;
    let text = shorten(text);
    let what = match reason {
        SizeReason::Empty => format!("{} is empty.", name(field)),
        SizeReason::NoUnit { number } => {
            format!("`{text}` has no unit; Flink would read {number} bytes.")
        }
        SizeReason::Fraction => format!("`{text}` is not a whole number; sizes have no fractions."),
        SizeReason::Sign => format!("A size cannot have a sign (`{text}`)."),
        SizeReason::UnknownUnit { unit } => {
            format!("Unknown unit `{unit}`. Use `b`, `kb`, `mb` or `gb`.")
        }
        SizeReason::TooLarge => {
            format!("`{text}` exceeds the largest size of Flink (2^63-1 bytes).")
        }
        SizeReason::NotANumber => {
            format!("Invalid size `{text}`. Write a number and a unit, such as `64mb`.")
        }
    };
    let message = format!("{what}{}", write(&suggestions));
    ValueError {
        rule: ids::SIZE_MALFORMED,
        message,
        suggestions,
        value: None,
    }
}

pub(super) fn size_zero(field: &Field) -> ValueError {
    ValueError {
        rule: ids::SIZE_ZERO,
        message: format!("{} must not be zero.", name(field)),
        suggestions: Vec::new(),
        value: Some(TypedValue::Size(Size {
            bytes: 0,
            grammar: Grammar::Nexflow,
        })),
    }
}

pub(super) fn yaml11(field: &Field, text: &str, suggestions: Vec<String>) -> ValueError {
    let consequence =
        format!("YAML 1.1 parsers read `{text}` as a boolean, YAML 1.2 parsers as text.");
    let right = match suggestions.first() {
        Some(meant) => format!(" Write `{meant}`."),
        None => format!(" {} must be {}.", name(field), kinds(field)),
    };
    let value = number::yaml11_bool(text)
        .filter(|_| field.has_kind(Kind::Bool))
        .map(TypedValue::Bool);
    ValueError {
        rule: ids::YAML11_BOOLEAN,
        message: format!("{consequence}{right}"),
        suggestions,
        value,
    }
}

pub(super) fn wrong_kind(
    field: &Field,
    scalar: &Scalar<'_>,
    suggestions: Vec<String>,
) -> ValueError {
    let found = match scalar.plain {
        Plain::Null => "nothing".to_owned(),
        Plain::Bool(value) => format!("the boolean {value}"),
        Plain::Int(_) | Plain::Float(_) => format!("the number {}", shorten(scalar.text)),
        Plain::Text => format!("the string `{}`", shorten(scalar.text)),
    };
    let message = format!("{}{}", wrong_shape(field, &found), write(&suggestions));
    ValueError {
        rule: ids::WRONG_KIND,
        message,
        suggestions,
        value: None,
    }
}

pub(super) fn name(field: &Field) -> String {
    if is_placeholder(field) {
        return "This".to_owned();
    }
    format!("`{}`", field.name)
}

/// That a field has no such value. What is named by a placeholder (the item of a list, a name of the user's) has no name to say.
pub(super) fn unknown_value(field: &Field, text: &str) -> String {
    let text = shorten(text);
    match is_placeholder(field) {
        true => format!("Unknown value `{text}`."),
        false => format!("Unknown value `{text}` for `{}`.", field.name),
    }
}

fn is_placeholder(field: &Field) -> bool {
    field.name.starts_with('<') || field.name.ends_with(']')
}

/// All kinds of the field, in words.
pub(super) fn kinds(field: &Field) -> String {
    let mut words: Vec<String> = Vec::new();
    for kind in field.kinds {
        let word = match kind {
            Kind::Enum if field.values.len() <= 6 => {
                let all: Vec<_> = field.values.iter().map(|v| v.value).collect();
                format!("one of {}", list(&all))
            }
            _ => kind.phrase().to_owned(),
        };
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words.join(" or ")
}

/// Alternatives in words: `` `60s`, `60ms` or `60m` ``.
pub fn list(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match words.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        words => words.join(""),
    }
}

/// `` Write `60s` or `60ms`. ``
pub(super) fn write(suggestions: &[String]) -> String {
    if suggestions.is_empty() {
        return String::new();
    }
    let words: Vec<_> = suggestions.iter().map(String::as_str).collect();
    format!(" Write {}.", list(&words))
}

/// Long values are cut in messages.
pub(super) fn shorten(text: &str) -> String {
    let line: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(41)
        .collect();
    if line.chars().count() <= 40 {
        line
    } else {
        format!("{}…", line.chars().take(39).collect::<String>())
    }
}

/// The text in quotes that keep it text.
#[must_use]
pub fn quoted(text: &str) -> String {
    if text.chars().any(|c| c.is_control()) {
        return format!("{text:?}");
    }
    format!("'{}'", text.replace('\'', "''"))
}
