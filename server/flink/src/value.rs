//! How the value of a field is spelled as the value of an option.

use nexflow_catalog::{
    Kind, SchemaNode,
    flink_options::{Form, OptionKind},
    value::{Grammar, duration, number, size},
};

/// Units of durations as Flink's documentation writes them, the longest first, with their nanoseconds.
const UNITS: [(&str, u128); 6] = [
    ("d", 86_400_000_000_000),
    ("h", 3_600_000_000_000),
    ("min", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("ns", 1),
];

/// The value in Flink's spelling; `None` where Flink would refuse it or has no such value. `slots` are those of a process.
pub fn spelled(form: Form, text: &str, slots: u64) -> Option<String> {
    let text = text.trim();
    match form {
        Form::Text => Some(text.to_owned()),
        Form::Bool => match number::plain(text) {
            number::Plain::Bool(value) => Some(value.to_string()),
            _ => None,
        },
        Form::Int => match number::plain(text) {
            number::Plain::Int(Some(value)) => Some(value.to_string()),
            _ => None,
        },
        Form::Number => match number::plain(text) {
            number::Plain::Int(Some(value)) => Some(value.to_string()),
            number::Plain::Float(value) if value.is_finite() => Some(text.to_owned()),
            _ => None,
        },
        Form::Duration => duration_text(text),
        Form::Millis => duration::parse(text)
            .ok()
            .map(|duration| (duration.nanos / 1_000_000).to_string()),
        Form::Size if text == "0" => Some("0 bytes".to_owned()),
        Form::Size => {
            let size = size::parse(text).ok()?;
            let compact: String = text.to_ascii_lowercase().split_whitespace().collect();
            Some(match size.grammar {
                Grammar::Nexflow => compact,
                _ => size_text(size.bytes),
            })
        }
        Form::Bytes => size::parse(text).ok().map(|size| size.bytes.to_string()),
        Form::Upper => Some(text.to_uppercase()),
        Form::Hyphen => Some(text.to_lowercase().replace('_', "-")),
        Form::SizePerSlot if text == "0" => Some("0 bytes".to_owned()),
        Form::SizePerSlot if slots == 1 => spelled(Form::Size, text, slots),
        Form::SizePerSlot => {
            let bytes = size::parse(text).ok()?.bytes.checked_mul(slots)?;
            Some(size_text(bytes))
        }
        Form::NumberPerSlot => {
            let number: f64 = text.parse().ok()?;
            #[allow(clippy::cast_precision_loss, reason = "slots are few")]
            let all = number * slots as f64;
            all.is_finite().then(|| all.to_string())
        }
        Form::CommaList | Form::SpaceList | Form::SemicolonList => Some(text.to_owned()),
        Form::Fraction => fraction(text),
        Form::Table(table) => table
            .iter()
            .find(|(value, _)| *value == text)
            .map(|(_, flink)| (*flink).to_owned()),
    }
}

/// `10 min`: number and unit as they are written where the unit is one of L5's, else the longest unit that divides.
fn duration_text(text: &str) -> Option<String> {
    let parsed = duration::parse(text).ok()?;
    if parsed.grammar == Grammar::Nexflow {
        let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let unit = match &text[digits..] {
            "m" => "min",
            unit => unit,
        };
        return Some(format!("{} {unit}", &text[..digits]));
    }
    Some(duration_of(parsed.nanos))
}

/// A number of nanoseconds in the longest unit that divides it.
pub fn duration_of(nanos: u128) -> String {
    if nanos == 0 {
        return "0 ms".to_owned();
    }
    let (unit, size) = UNITS
        .into_iter()
        .find(|(_, size)| nanos.is_multiple_of(*size))
        .unwrap_or(("ns", 1));
    format!("{} {unit}", nanos / size)
}

/// A number of bytes in the longest unit that divides it.
fn size_text(bytes: u64) -> String {
    let units = [("gb", 1 << 30), ("mb", 1 << 20), ("kb", 1 << 10)];
    let (unit, size) = units
        .into_iter()
        .find(|(_, size)| bytes != 0 && bytes.is_multiple_of(*size))
        .unwrap_or(("b", 1));
    format!("{}{unit}", bytes / size)
}

/// A fraction from `0.4` or `40%`.
fn fraction(text: &str) -> Option<String> {
    if let Some(percent) = text.strip_suffix('%') {
        let percent: f64 = percent.trim().parse().ok()?;
        return (0.0..=100.0)
            .contains(&percent)
            .then(|| format!("{}", percent / 100.0));
    }
    let value: f64 = text.parse().ok()?;
    (0.0..=1.0).contains(&value).then(|| text.to_owned())
}

/// One entry of a list that Flink splits at commas and at the path separator: a `file:` URI is written as a plain path.
pub fn list_entry(form: Form, text: &str) -> String {
    let text = text.trim();
    match form {
        Form::CommaList => text
            .strip_prefix("file://")
            .or_else(|| text.strip_prefix("file:"))
            .filter(|path| path.starts_with('/'))
            .unwrap_or(text)
            .to_owned(),
        _ => text.to_owned(),
    }
}

/// What joins the entries of a list.
pub fn separator(form: Form) -> &'static str {
    match form {
        Form::SpaceList => " ",
        Form::SemicolonList => ";",
        _ => ",",
    }
}

/// Whether Flink parses the text as a value of the option's type.
pub fn fits(kind: OptionKind, text: &str) -> bool {
    match kind {
        OptionKind::Bool => text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false"),
        OptionKind::Int => text.parse::<i32>().is_ok(),
        OptionKind::Long => text.parse::<i64>().is_ok(),
        OptionKind::Number => text.parse::<f64>().is_ok(),
        // Flink takes a number without a unit as milliseconds and as bytes.
        OptionKind::Duration => duration::parse(text).is_ok() || text.parse::<u64>().is_ok(),
        OptionKind::Size => size::parse(text).is_ok() || text.parse::<u64>().is_ok(),
        OptionKind::Text | OptionKind::Enum | OptionKind::Map | OptionKind::List => true,
    }
}

/// A text in a form in which equal values of a field are equal texts.
pub fn normalised(text: &str, schema: Option<&'static SchemaNode>) -> String {
    let has =
        |kind: Kind| schema.is_some_and(|schema| schema.fields().any(|field| field.has_kind(kind)));
    if has(Kind::Duration)
        && let Ok(duration) = duration::parse(text)
    {
        return format!("{}ns", duration.nanos);
    }
    if (has(Kind::Size) || has(Kind::SizeTb) || has(Kind::SizeShort))
        && let Ok(size) = size::parse(text)
    {
        return format!("{}b", size.bytes);
    }
    if has(Kind::Number) || has(Kind::Fraction) || has(Kind::Int) {
        match number::plain(text) {
            number::Plain::Int(Some(value)) => return value.to_string(),
            number::Plain::Float(value) => return value.to_string(),
            _ => {}
        }
    }
    match number::plain(text) {
        number::Plain::Bool(value) if has(Kind::Bool) => value.to_string(),
        _ => text.to_owned(),
    }
}

/// A duration or a size in the form of [`normalised`]; other texts as they are.
pub fn normalised_quantity(text: &str) -> String {
    if let Ok(duration) = duration::parse(text) {
        return format!("{}ns", duration.nanos);
    }
    size::parse(text).map_or_else(|_| text.to_owned(), |size| format!("{}b", size.bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_in_the_spelling_of_flink() {
        for (form, text, expected) in [
            (Form::Duration, "10m", Some("10 min")),
            (Form::Duration, "60s", Some("60 s")),
            (Form::Duration, "250ms", Some("250 ms")),
            (Form::Duration, "10 minutes", Some("10 min")),
            (Form::Duration, "PT90S", Some("90 s")),
            (Form::Duration, "60", None),
            (Form::Millis, "250ms", Some("250")),
            (Form::Size, "1GB", Some("1gb")),
            (Form::Size, "64 mebibytes", Some("64mb")),
            (Form::Bytes, "64mb", Some("67108864")),
            (Form::Upper, "exactly_once", Some("EXACTLY_ONCE")),
            (Form::Hyphen, "fixed_delay", Some("fixed-delay")),
            (Form::Bool, "True", Some("true")),
            (Form::Bool, "yes", None),
            (Form::Int, "0x10", Some("16")),
            (Form::Fraction, "40%", Some("0.4")),
            (Form::Fraction, "140%", None),
            (Form::Table(&[("a", "b")]), "a", Some("b")),
            (Form::Table(&[("a", "b")]), "c", None),
        ] {
            assert_eq!(
                spelled(form, text, 1).as_deref(),
                expected,
                "{form:?} {text}"
            );
        }
        assert_eq!(
            spelled(Form::SizePerSlot, "1536mb", 4).as_deref(),
            Some("6gb")
        );
        assert_eq!(spelled(Form::NumberPerSlot, "0.5", 4).as_deref(), Some("2"));
        assert_eq!(list_entry(Form::CommaList, "file:///mnt/a"), "/mnt/a");
        assert_eq!(list_entry(Form::CommaList, "/mnt/a"), "/mnt/a");
    }
}
