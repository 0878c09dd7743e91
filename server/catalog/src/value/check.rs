//! Is a literal scalar right for its field? One answer for documents, for defaults of variables, and for examples.

use std::fmt::Write as _;

use super::form;
use super::number::{self, Plain};
use super::types::{Scalar, TypedValue, ValueError};
use super::units::duration;
use super::units::size::{self, Size, SizeError, SizeReason};
use super::wording::{
    duration_error, list, name, quoted, shorten, size_error, size_zero, unknown_value, write,
    wrong_kind, yaml11,
};
use super::{Grammar, suggest, toolchain};
use crate::ids;
use crate::model::{Bound, Field, Kind};

/// Checks a literal scalar (no reference in it) against all kinds of the field: any of them suffices.
///
/// # Errors
/// What is wrong with it, worded for the field's preferred kind.
pub fn check_value(
    field: &Field,
    text: &str,
    style_is_plain: bool,
) -> Result<TypedValue, ValueError> {
    if !field.units.is_empty() {
        return toolchain::check(field, text, style_is_plain);
    }
    let mut checked = check(field, text, style_is_plain);
    if let Err(error) = &mut checked {
        // What is meant may be out of range: `"-5"` is no better as a number where numbers begin at 1.
        error.suggestions.retain(|suggestion| {
            let quoted = suggestion.starts_with(['"', '\'']);
            quoted || check(field, suggestion, true).is_ok()
        });
    }
    checked
}

/// Checks what a reference to a variable becomes. That is text, so that a field of text takes it whatever it looks like; where
/// the field wants a number or a boolean, it is read as one.
///
/// # Errors
/// What is wrong with it, worded for the field's preferred kind.
pub fn check_substituted(field: &Field, text: &str) -> Result<TypedValue, ValueError> {
    // An empty text is a text, not an absent value.
    let plain = check_value(field, text, !text.is_empty());
    if plain.is_err()
        && let Ok(value) = check_value(field, text, false)
    {
        return Ok(value);
    }
    plain
}

fn check(field: &Field, text: &str, style_is_plain: bool) -> Result<TypedValue, ValueError> {
    let scalar = Scalar {
        text,
        plain: if style_is_plain {
            number::plain(text)
        } else {
            Plain::Text
        },
        style_is_plain,
    };
    let mut best: Option<ValueError> = None;
    for kind in field.kinds {
        match scalar.fit(field, *kind) {
            Ok(value) => return in_range(field, text, value),
            Err(error) => {
                let better = match &best {
                    None => true,
                    Some(old) => old.rule == ids::WRONG_KIND && error.rule != ids::WRONG_KIND,
                };
                if better {
                    best = Some(error);
                }
            }
        }
    }
    let error = best.unwrap_or_else(|| wrong_kind(field, &scalar, Vec::new()));
    // Zero says more than "below the smallest".
    if error.rule != ids::SIZE_ZERO
        && let Some(value) = error.value
        && let Err(outside) = in_range(field, text, value)
    {
        return Err(outside);
    }
    Err(error)
}

/// What a literal scalar means for a field, whatever else may be said of it.
#[must_use]
pub fn read_value(field: &Field, text: &str, style_is_plain: bool) -> Option<TypedValue> {
    match check_value(field, text, style_is_plain) {
        Ok(value) => Some(value),
        Err(error) => error.value,
    }
}

impl Scalar<'_> {
    #[allow(clippy::too_many_lines)]
    fn fit(&self, field: &Field, kind: Kind) -> Result<TypedValue, ValueError> {
        let wrong = |suggestions| Err(wrong_kind(field, self, suggestions));
        match (kind, self.plain) {
            (Kind::Any, plain) => Ok(untyped(plain)),
            (Kind::Null, Plain::Null) => Ok(TypedValue::Null),
            (Kind::Object | Kind::Map | Kind::List | Kind::Null, _) => wrong(Vec::new()),
            (Kind::Bool, Plain::Bool(value)) => Ok(TypedValue::Bool(value)),
            (Kind::Bool, _) => Err(self.no_bool(field)),
            // Beside a closed enum, a number is another way of writing one of its values, and that was tried already.
            (Kind::Int, _) if field.has_kind(Kind::Enum) && !field.open => wrong(Vec::new()),
            (Kind::Int, Plain::Int(Some(value))) => Ok(TypedValue::Int(value)),
            (Kind::Int, _) => wrong(self.whole_number()),
            (Kind::Number, plain) => match finite(plain) {
                Some(value) => Ok(value),
                None => wrong(self.any_number()),
            },
            (Kind::Fraction, plain) => match finite(plain).filter(between_0_and_1) {
                Some(value) => Ok(value),
                None => wrong(Vec::new()),
            },
            (Kind::Percent, _) => match number::percent(self.text) {
                Some(value) => Ok(TypedValue::Percent(value)),
                None => wrong(Vec::new()),
            },
            (Kind::Zero, _) => match size::parse(self.text) {
                Ok(Size { bytes: 0, .. })
                | Err(SizeError {
                    reason: SizeReason::NoUnit { number: 0 },
                    ..
                }) => Ok(TypedValue::Size(Size {
                    bytes: 0,
                    grammar: Grammar::Nexflow,
                })),
                _ => wrong(Vec::new()),
            },
            (Kind::Enum, _) => self.enum_value(field),
            (Kind::Duration, Plain::Bool(_) | Plain::Null)
            | (Kind::Size, Plain::Bool(_) | Plain::Null) => wrong(Vec::new()),
            (Kind::Duration, _) => self.duration(field),
            (Kind::Size, _) => self.size(field),
            (Kind::SizeTb, _) => match size::parse(self.text) {
                Ok(size)
                    if matches!(
                        self.text.trim_start_matches(|c: char| c.is_ascii_digit()),
                        "tb" | "TB"
                    ) =>
                {
                    Ok(TypedValue::Size(size))
                }
                _ => wrong(Vec::new()),
            },
            (Kind::SizeShort, _) => self.size_short().map_or_else(|| wrong(Vec::new()), Ok),
            (Kind::Digits, _) => {
                let digits = !self.text.is_empty() && self.text.bytes().all(|b| b.is_ascii_digit());
                if digits && !self.style_is_plain {
                    Ok(TypedValue::Text)
                } else {
                    wrong(vec![quoted(self.text)])
                }
            }
            (Kind::String | Kind::Uri | Kind::Path, Plain::Text) => form::check(field, self.text),
            (Kind::String | Kind::Uri | Kind::Path, Plain::Null) => wrong(Vec::new()),
            (Kind::String | Kind::Uri | Kind::Path, _) => wrong(self.in_quotes(field)),
        }
    }

    /// The same as a text, where its form is right.
    fn in_quotes(&self, field: &Field) -> Vec<String> {
        let is_right = form::check(field, self.text).is_ok();
        is_right.then(|| quoted(self.text)).into_iter().collect()
    }

    fn no_bool(&self, field: &Field) -> ValueError {
        if self.style_is_plain
            && let Some(value) = number::yaml11_bool(self.text)
        {
            return yaml11(field, self.text, vec![value.to_string()]);
        }
        let meant = match self.text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => vec!["true".to_owned()],
            "false" | "no" | "off" | "0" => vec!["false".to_owned()],
            other => suggest::nearest(other, ["true", "false"])
                .into_iter()
                .map(str::to_owned)
                .collect(),
        };
        wrong_kind(field, self, meant)
    }

    fn enum_value(&self, field: &Field) -> Result<TypedValue, ValueError> {
        let is_yaml11 = self.style_is_plain && number::yaml11_bool(self.text).is_some();
        if let Some(value) = field.value(self.text) {
            if is_yaml11 {
                return Err(yaml11(field, self.text, vec![quoted(self.text)]));
            }
            return Ok(TypedValue::Enum(value));
        }
        if matches!(self.plain, Plain::Null) {
            return Err(wrong_kind(field, self, Vec::new()));
        }
        if is_yaml11 {
            return Err(yaml11(field, self.text, Vec::new()));
        }
        if field.open {
            return match self.plain {
                Plain::Text => Ok(TypedValue::Text),
                // Another name is text as well.
                _ => Err(wrong_kind(field, self, vec![quoted(self.text)])),
            };
        }
        let suggestions: Vec<_> = suggest::nearest(self.text, field.values.iter().map(|v| v.value))
            .into_iter()
            .map(str::to_owned)
            .collect();
        let mut message = unknown_value(field, self.text);
        match suggestions.first() {
            Some(meant) => {
                let _ = write!(message, " Did you mean `{meant}`?");
            }
            None => {
                let all: Vec<_> = field.values.iter().map(|v| v.value).collect();
                let _ = write!(message, " Use {}.", list(&all));
            }
        }
        Err(ValueError {
            rule: ids::ENUM_UNKNOWN_VALUE,
            message,
            suggestions,
            value: None,
        })
    }

    fn duration(&self, field: &Field) -> Result<TypedValue, ValueError> {
        match duration::parse(self.text) {
            Ok(found) if found.grammar == Grammar::Nexflow => Ok(TypedValue::Duration(found)),
            Ok(found) => {
                let suggestions: Vec<_> = duration::in_nexflow(self.text).into_iter().collect();
                let who = match found.grammar {
                    Grammar::FlinkIso => "Flink 2",
                    _ => "Flink",
                };
                let message = format!(
                    "`{}` is valid in {who} but not in Nexflow.{}",
                    self.text,
                    write(&suggestions)
                );
                let value = Some(TypedValue::Duration(found));
                Err(ValueError {
                    rule: ids::DURATION_FLINK_ONLY,
                    message,
                    suggestions,
                    value,
                })
            }
            Err(error) => Err(duration_error(field, self.text, error)),
        }
    }

    fn size(&self, field: &Field) -> Result<TypedValue, ValueError> {
        match size::parse(self.text) {
            Ok(Size { bytes: 0, .. }) => Err(size_zero(field)),
            Ok(found) if found.grammar == Grammar::Nexflow => Ok(TypedValue::Size(found)),
            Ok(found) => {
                let suggestions: Vec<_> = size::in_nexflow(self.text).into_iter().collect();
                let message = format!(
                    "`{}` is valid in Flink but not in Nexflow.{}",
                    self.text,
                    write(&suggestions)
                );
                let value = Some(TypedValue::Size(found));
                Err(ValueError {
                    rule: ids::SIZE_FLINK_ONLY,
                    message,
                    suggestions,
                    value,
                })
            }
            Err(SizeError {
                reason: SizeReason::NoUnit { number: 0 },
                ..
            }) => Err(size_zero(field)),
            Err(error) => Err(size_error(field, self.text, error)),
        }
    }

    /// `4g`, `512m`, or a bare number of megabytes, as the toolchain reads them.
    fn size_short(&self) -> Option<TypedValue> {
        let lower = self.text.to_ascii_lowercase();
        let (digits, factor) = match lower.strip_suffix('g') {
            Some(digits) => (digits, 1u64 << 30),
            None => (lower.strip_suffix('m').unwrap_or(&lower), 1 << 20),
        };
        let all_digits = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        let bytes = all_digits
            .then(|| digits.parse::<u64>().ok())
            .flatten()?
            .checked_mul(factor)?;
        Some(TypedValue::Size(Size {
            bytes,
            grammar: Grammar::Nexflow,
        }))
    }

    /// `"4"` and `4.0` for a whole number.
    fn whole_number(&self) -> Vec<String> {
        let value = match number::plain(self.text.trim()) {
            Plain::Int(Some(n)) => Some(n),
            #[allow(clippy::cast_possible_truncation)]
            Plain::Float(n) if n.fract() == 0.0 && n.abs() < 1e15 => Some(n as i64),
            _ => None,
        };
        value.map(|n| n.to_string()).into_iter().collect()
    }

    fn any_number(&self) -> Vec<String> {
        finite(number::plain(self.text.trim()))
            .map(|_| self.text.trim().to_owned())
            .into_iter()
            .collect()
    }
}

fn untyped(plain: Plain) -> TypedValue {
    match plain {
        Plain::Null => TypedValue::Null,
        Plain::Bool(value) => TypedValue::Bool(value),
        Plain::Int(Some(value)) => TypedValue::Int(value),
        Plain::Float(value) => TypedValue::Number(value),
        Plain::Int(None) | Plain::Text => TypedValue::Text,
    }
}

fn finite(plain: Plain) -> Option<TypedValue> {
    match plain {
        Plain::Int(Some(value)) => Some(TypedValue::Int(value)),
        Plain::Float(value) if value.is_finite() => Some(TypedValue::Number(value)),
        _ => None,
    }
}

fn between_0_and_1(value: &TypedValue) -> bool {
    value.number().is_some_and(|n| (0.0..=1.0).contains(&n))
}

/// Whether a value is within the literal bounds of its field.
fn in_range(field: &Field, text: &str, value: TypedValue) -> Result<TypedValue, ValueError> {
    let Some(number) = value.number() else {
        return Ok(value);
    };
    let range = field.range();
    let below = |b: &Bound| number < b.value || (b.exclusive && number <= b.value);
    let above = |b: &Bound| number > b.value || (b.exclusive && number >= b.value);
    #[allow(clippy::cast_precision_loss)]
    let broken = range.multiple_of.filter(|m| number % (*m as f64) != 0.0);
    let bound = if let Some(min) = range.min.as_ref().filter(|b| below(b)) {
        format!(
            "{} {}",
            if min.exclusive { "above" } else { "at least" },
            min.text
        )
    } else if let Some(max) = range.max.as_ref().filter(|b| above(b)) {
        format!(
            "{} {}",
            if max.exclusive { "below" } else { "at most" },
            max.text
        )
    } else if let Some(multiple) = broken {
        format!("a multiple of {multiple}")
    } else {
        return Ok(value);
    };
    // The bound itself is right where it is not excluded, and it is the nearest right value.
    let nearest = [
        range.min.as_ref().filter(|b| below(b)),
        range.max.as_ref().filter(|b| above(b)),
    ]
    .into_iter()
    .flatten()
    .filter(|b| !b.exclusive && is_written_as(field, b))
    .map(|b| b.text.to_owned());
    Err(ValueError {
        rule: ids::VALUE_OUT_OF_RANGE,
        message: format!("{} must be {bound}, not {}.", name(field), shorten(text)),
        suggestions: nearest.collect(),
        value: Some(value),
    })
}

/// Whether a bound's text can stand as the field's value: a bare 0 is no size and no duration.
fn is_written_as(field: &Field, bound: &Bound) -> bool {
    let has_unit = bound.text.ends_with(|c: char| c.is_ascii_alphabetic());
    has_unit == matches!(field.kinds.first(), Some(Kind::Size | Kind::Duration))
}
