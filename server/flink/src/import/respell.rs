//! Values of Flink in the spelling of L5.

use nexflow_catalog::{
    Field, FlinkVersion, Kind,
    flink_options::{self as flink, Form, OptionKind},
    value::{Grammar, duration, size},
};

use crate::value;

/// A value for a field.
#[derive(Clone, Debug, PartialEq)]
pub enum Spelling {
    /// A scalar; whether it is a string whatever it looks like.
    Scalar(String, bool),
    /// A list of strings.
    List(Vec<String>),
}

/// The value of an option as the value of a field; `None` where the field has no such value.
pub fn spelling(form: Form, text: &str, field: Option<&Field>) -> Option<Spelling> {
    let text = text.trim();
    let plain = |text: String| Some(Spelling::Scalar(text, false));
    match form {
        Form::Text => {
            let is_string = field.is_none_or(|field| {
                !field.has_kind(Kind::Int)
                    && !field.has_kind(Kind::Bool)
                    && !field.has_kind(Kind::Number)
            });
            in_enum(text.to_owned(), field).map(|text| Spelling::Scalar(text, is_string))
        }
        Form::Bool => match text.to_ascii_lowercase().as_str() {
            word @ ("true" | "false") => plain(word.to_owned()),
            _ => None,
        },
        Form::Int => text
            .parse::<i64>()
            .ok()
            .and_then(|number| plain(number.to_string())),
        Form::Number | Form::NumberPerSlot | Form::Fraction => {
            let number: f64 = text.parse().ok()?;
            number
                .is_finite()
                .then(|| Spelling::Scalar(text.to_owned(), false))
        }
        Form::Duration => plain(duration_text(text)?),
        Form::Millis => plain(format!("{}ms", text.parse::<u64>().ok()?)),
        Form::Size | Form::SizePerSlot => plain(size_text(text)?),
        Form::Bytes => plain(bytes_text(bytes_of(text)?)),
        Form::Upper => in_enum(text.to_lowercase(), field).map(|text| Spelling::Scalar(text, true)),
        Form::Hyphen => in_enum(text.to_lowercase().replace('-', "_"), field)
            .map(|text| Spelling::Scalar(text, true)),
        Form::CommaList => {
            let entries = text.split([',', ';']).map(str::trim);
            list(entries.filter(|entry| !entry.is_empty()))
        }
        Form::SpaceList => list(text.split_whitespace()),
        Form::SemicolonList => list(
            text.split(';')
                .map(str::trim)
                .filter(|entry| !entry.is_empty()),
        ),
        Form::Table(table) => {
            // A list with one entry for all levels.
            let mut entries = text.split(';').map(str::trim);
            let first = entries.next()?;
            if entries.any(|entry| entry != first) {
                return None;
            }
            let known = table
                .iter()
                .find(|(_, flink)| flink.eq_ignore_ascii_case(first))?
                .0;
            Some(Spelling::Scalar(known.to_owned(), true))
        }
    }
}

fn list<'t>(entries: impl Iterator<Item = &'t str>) -> Option<Spelling> {
    let entries: Vec<String> = entries.map(str::to_owned).collect();
    (!entries.is_empty()).then_some(Spelling::List(entries))
}

/// The text, unless the field has other values only.
fn in_enum(text: String, field: Option<&Field>) -> Option<String> {
    match field {
        Some(field) if !field.values.is_empty() && !field.open && field.has_kind(Kind::Enum) => {
            field
                .value(&text)
                .or_else(|| {
                    field
                        .values
                        .iter()
                        .find(|known| known.value.eq_ignore_ascii_case(&text))
                })
                .map(|known| known.value.to_owned())
        }
        _ => Some(text),
    }
}

/// `10m`: as it is written where the unit is one of L5's.
fn duration_text(text: &str) -> Option<String> {
    // A number alone counts milliseconds.
    if let Ok(millis) = text.parse::<u64>() {
        return Some(l5_duration(u128::from(millis) * 1_000_000));
    }
    let nanos = duration::parse(text).ok()?.nanos;
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    let unit = text[digits.len()..].trim().to_ascii_lowercase();
    let unit = match unit.as_str() {
        "ms" | "milli" | "millis" | "millisecond" | "milliseconds" => "ms",
        "s" | "sec" | "secs" | "second" | "seconds" => "s",
        "m" | "min" | "minute" | "minutes" => "m",
        "h" | "hour" | "hours" => "h",
        "d" | "day" | "days" => "d",
        _ => "",
    };
    if unit.is_empty() || digits.is_empty() {
        (nanos % 1_000_000 == 0).then(|| l5_duration(nanos))
    } else {
        Some(format!("{digits}{unit}"))
    }
}

fn l5_duration(nanos: u128) -> String {
    value::duration_of(nanos)
        .replace("min", "m")
        .replace(' ', "")
}

fn bytes_of(text: &str) -> Option<u64> {
    text.parse()
        .ok()
        .or_else(|| size::parse(text).ok().map(|size| size.bytes))
}

fn size_text(text: &str) -> Option<String> {
    let compact: String = text.to_ascii_lowercase().split_whitespace().collect();
    match size::parse(&compact) {
        Ok(size) if size.grammar == Grammar::Nexflow => Some(compact),
        _ => Some(bytes_text(bytes_of(text)?)),
    }
}

fn bytes_text(bytes: u64) -> String {
    let units = [("gb", 1 << 30), ("mb", 1 << 20), ("kb", 1 << 10)];
    let (unit, factor) = units
        .into_iter()
        .find(|(_, factor)| bytes != 0 && bytes.is_multiple_of(*factor))
        .unwrap_or(("b", 1));
    format!("{}{unit}", bytes / factor)
}

/// A value in a form in which values that Flink takes for the same are equal texts.
pub fn canonical(option: &str, text: &str, version: FlinkVersion) -> String {
    let text = text.trim();
    let kind = flink::option(option, version).map(|known| known.kind);
    match kind {
        Some(OptionKind::Duration) => text
            .parse::<u64>()
            .ok()
            .map(|millis| u128::from(millis) * 1_000_000)
            .or_else(|| duration::parse(text).ok().map(|duration| duration.nanos))
            .map_or_else(|| text.to_owned(), |nanos| format!("{nanos}ns")),
        Some(OptionKind::Size) => {
            bytes_of(text).map_or_else(|| text.to_owned(), |bytes| format!("{bytes}b"))
        }
        Some(OptionKind::Number) => text
            .parse::<f64>()
            .map_or_else(|_| text.to_owned(), |number| number.to_string()),
        Some(OptionKind::Bool | OptionKind::Enum) => text.to_ascii_lowercase(),
        Some(OptionKind::List) => {
            let entries: std::collections::BTreeSet<&str> = text
                .trim_matches(['[', ']'])
                .split([';', ','])
                .map(str::trim)
                .collect();
            entries.into_iter().collect::<Vec<_>>().join(";")
        }
        None if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) => {
            text.to_owned()
        }
        // Keys of plug-ins know sizes by single letters.
        None => match size::parse(text) {
            Ok(size) => size.bytes.to_string(),
            Err(_) => text.trim_end_matches('/').to_owned(),
        },
        _ if option.ends_with("localdir") => text.replace([';', ' '], ","),
        // Words, such as those of restart strategies, and addresses without the slash at their end.
        _ => text.trim_end_matches('/').to_owned(),
    }
}
