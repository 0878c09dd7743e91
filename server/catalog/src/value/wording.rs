//! The words in which values are judged.

use super::Grammar;
use super::check::{Scalar, TypedValue, ValueError};
use super::number::{self, Plain};
use super::units::duration::{DurationError, DurationReason};
use super::units::size::{Size, SizeError, SizeReason};
use crate::ids;
use crate::model::{Field, Kind};

/// The message for a block or a list where the field wants something else. `found` names it with an article.
#[must_use]
pub fn wrong_shape(field: &Field, found: &str) -> String {
    format!("{} must be {}, not {found}.", name(field), kinds(field))
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
        DurationReason::Fraction => format!("`{text}` has a fraction, which no duration may have."),
        DurationReason::Sign => format!("`{text}` has a sign, which no duration may have."),
        DurationReason::Compound => {
            format!("`{text}` has several parts; a duration has one number and one unit.")
        }
        DurationReason::UnknownUnit { unit } => {
            format!("`{unit}` is no unit of time; there are ms, s, m, h and d.")
        }
        DurationReason::TooLarge => format!("`{text}` is longer than Flink can hold."),
        DurationReason::NotANumber => {
            format!("`{text}` is no duration; write a number and a unit, such as 60s.")
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
        SizeReason::Fraction => format!("`{text}` has a fraction, which no size may have."),
        SizeReason::Sign => format!("`{text}` has a sign, which no size may have."),
        SizeReason::UnknownUnit { unit } => {
            format!("`{unit}` is no unit of size; there are b, kb, mb and gb.")
        }
        SizeReason::TooLarge => format!("`{text}` is more than Flink can hold (2^63-1 bytes)."),
        SizeReason::NotANumber => {
            format!("`{text}` is no size; write a number and a unit, such as 64mb.")
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
        Some(meant) => format!(" Write {meant}."),
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
        Plain::Text => format!("the text `{}`", shorten(scalar.text)),
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
    if field.name.starts_with('<') || field.name.ends_with(']') {
        return "This".to_owned();
    }
    field.name.to_owned()
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

pub(super) fn list(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// ` Write 60s or 60ms.`
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
