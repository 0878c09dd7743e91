//! Durations and sizes as the toolchain's code reads them: digits and one of a few units, which differ from field to field.

use super::{
    number::{self, Plain},
    types::{TypedValue, ValueError},
    units::{duration, size},
    wording,
};
use crate::{
    ids,
    model::{Field, Kind},
};

/// Checks a value against the units of a field.
pub(super) fn check(field: &Field, text: &str, is_plain: bool) -> Result<TypedValue, ValueError> {
    let is_size = field.has_kind(Kind::SizeShort);
    let number = is_plain && matches!(number::plain(text), Plain::Int(_) | Plain::Float(_));
    if !number && reads(field.units, text) {
        let duration = || duration::parse(text).ok().map(TypedValue::Duration);
        let size = || size::parse(text).ok().map(TypedValue::Size);
        let value = if is_size { size() } else { duration() };
        return Ok(value.unwrap_or(TypedValue::Text));
    }
    let suggestions: Vec<_> = meant(field, text, is_size).into_iter().collect();
    let name = wording::name(field);
    let shown = wording::shorten(text);
    let what = if number {
        format!("`{name}` must be a string for the toolchain, not the number {shown}.")
    } else {
        let kind = if is_size { "a size" } else { "a duration" };
        format!(
            "The toolchain cannot read `{shown}` as {kind}; `{name}` takes digits with {}.",
            unit_words(field.units)
        )
    };
    Err(ValueError {
        rule: if is_size {
            ids::TOOLCHAIN_HEAP_UNIT
        } else {
            ids::TOOLCHAIN_DURATION_UNIT
        },
        message: format!("{what}{}", write(&suggestions)),
        suggestions,
        value: None,
    })
}

/// Whether the code reads the text: blanks around it and case do not count, the longest unit that fits is taken off, and digits
/// are left. (Python reads signs and underscores between digits as well; nobody means those.)
#[must_use]
pub(super) fn reads(units: &[&str], text: &str) -> bool {
    let lower = text.trim().to_ascii_lowercase();
    let unit = units
        .iter()
        .filter(|unit| lower.ends_with(**unit))
        .max_by_key(|unit| unit.len());
    unit.is_some_and(|unit| {
        let digits = lower[..lower.len() - unit.len()].trim();
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// The same amount in the largest unit that the code reads.
fn meant(field: &Field, text: &str, is_size: bool) -> Option<String> {
    let lower = text.trim().to_ascii_lowercase();
    let digits = !lower.is_empty() && lower.bytes().all(|byte| byte.is_ascii_digit());
    if digits {
        return Some(format!("{lower}{}", if is_size { "m" } else { "s" }));
    }
    let (amount, scale): (u128, &[(&str, u128)]) = if is_size {
        let bytes = u128::from(size::parse(&lower).ok()?.bytes);
        (bytes, &[("g", 1 << 30), ("m", 1 << 20)])
    } else {
        (
            duration::parse(&lower).ok()?.nanos,
            &[
                ("d", 86_400_000_000_000),
                ("h", 3_600_000_000_000),
                ("m", 60_000_000_000),
                ("s", 1_000_000_000),
                ("ms", 1_000_000),
            ],
        )
    };
    let (unit, size) = scale
        .iter()
        .find(|(unit, size)| field.units.contains(unit) && amount.is_multiple_of(*size))
        .or_else(|| scale.last().filter(|_| amount == 0))?;
    Some(format!("{}{unit}", amount / size))
}

fn unit_words(units: &[&str]) -> String {
    let named: Vec<String> = units
        .iter()
        .filter(|unit| !unit.is_empty())
        .map(|unit| format!("`{unit}`"))
        .collect();
    let named: Vec<&str> = named.iter().map(String::as_str).collect();
    wording::list(&named)
}

fn write(suggestions: &[String]) -> String {
    suggestions
        .first()
        .map(|right| format!(" Write `{right}`."))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By the branches of the toolchain's functions: the first ending that fits is taken off, and `int` reads the rest.
    #[test]
    fn what_the_code_reads_and_what_it_does_not() {
        const SHORT: &[&str] = &["ms", "s", "m", ""];
        for text in ["500ms", "30s", "5m", "60", " 60 ", "5 S", "5 ms"] {
            assert!(reads(SHORT, text), "{text}");
        }
        for text in ["1h", "1d", "1.5s", "s", "", "soon", "1ns", "1 min", "PT1S"] {
            assert!(!reads(SHORT, text), "{text}");
        }
        // `500ms` ends in `s` where `ms` is not known, and `500m` is no number.
        assert!(!reads(&["s", "m", "h", "d", ""], "500ms"));
    }
}
