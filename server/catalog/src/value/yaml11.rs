//! Plain scalars that YAML 1.1 reads otherwise than YAML 1.2, as PyYAML's `safe_load` does, with which the toolchain reads documents.

use super::number::{Plain, plain};

/// What YAML 1.1 makes of a plain scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Yaml11 {
    /// A boolean, where YAML 1.2 has a text.
    Bool(bool),
    /// Another number, or one where YAML 1.2 has a text; `None` where that is no whole number of 64 bits.
    Number(Option<i64>),
    /// A date or a point in time, where YAML 1.2 has a text.
    Date,
    /// A text, where YAML 1.2 has a number.
    Text,
}

/// What YAML 1.1 makes of a plain scalar; `None` where that is what YAML 1.2 makes of it.
#[must_use]
pub fn read_otherwise(text: &str) -> Option<Yaml11> {
    match text {
        "yes" | "Yes" | "YES" | "on" | "On" | "ON" => return Some(Yaml11::Bool(true)),
        "no" | "No" | "NO" | "off" | "Off" | "OFF" => return Some(Yaml11::Bool(false)),
        _ => {}
    }
    let is_signed = text.starts_with(['+', '-']);
    let unsigned = if is_signed { &text[1..] } else { text };
    if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let core = plain(text);
    let number = number(unsigned).map(|number| match (number, text.starts_with('-')) {
        (Number::Whole(Some(number)), true) => Number::Whole(number.checked_neg()),
        (number, _) => number,
    });
    match (core, number) {
        (Plain::Int(known), Some(Number::Whole(number))) => {
            (known != number).then_some(Yaml11::Number(number))
        }
        // A point without a digit before it takes no sign.
        (Plain::Float(_), Some(Number::Float)) if !is_signed || !unsigned.starts_with('.') => None,
        (Plain::Int(_) | Plain::Float(_), _) => Some(Yaml11::Text),
        (_, Some(Number::Whole(number))) => Some(Yaml11::Number(number)),
        (_, Some(Number::Float)) => Some(Yaml11::Number(None)),
        (_, None) => is_date(text).then_some(Yaml11::Date),
    }
}

enum Number {
    Whole(Option<i64>),
    Float,
}

/// A number of YAML 1.1 without its sign.
fn number(text: &str) -> Option<Number> {
    let whole = |digits: &str, radix: u32| -> Option<Number> {
        let fits = |c: char| c == '_' || c.is_digit(radix);
        (!digits.is_empty() && digits.chars().all(fits))
            .then(|| Number::Whole(i64::from_str_radix(&digits.replace('_', ""), radix).ok()))
    };
    if let Some(digits) = text.strip_prefix("0b") {
        return whole(digits, 2);
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return whole(digits, 16);
    }
    if let Some(digits) = text.strip_prefix('0')
        && let Some(number) = whole(digits, 8)
    {
        return Some(number);
    }
    if text == "0" || text.starts_with(|c: char| matches!(c, '1'..='9')) {
        if let Some(number) = whole(text, 10) {
            return Some(number);
        }
        if let Some(number) = sixties(text) {
            return Some(number);
        }
    }
    is_float(text).then_some(Number::Float)
}

/// A number to the base of 60, as `1:30`.
fn sixties(text: &str) -> Option<Number> {
    let mut parts = text.split(':');
    let first = parts.next()?.replace('_', "");
    let mut number = first.parse::<i64>().ok();
    let mut is_one = false;
    for part in parts {
        let fits = match part.as_bytes() {
            [last] => last.is_ascii_digit(),
            [tens, last] => matches!(tens, b'0'..=b'5') && last.is_ascii_digit(),
            _ => false,
        };
        if !fits || first.is_empty() || !first.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        is_one = true;
        let part = part.parse().ok()?;
        number = number.and_then(|number| number.checked_mul(60)?.checked_add(part));
    }
    is_one.then_some(Number::Whole(number))
}

/// `[0-9][0-9_]*\.[0-9_]*([eE][-+][0-9]+)?`, the same without digits before the point, and a number to the base of 60 with a point.
fn is_float(text: &str) -> bool {
    let Some((whole, rest)) = text.split_once('.') else {
        return false;
    };
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    let begins = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    if whole.contains(':') {
        return digits(rest) && sixties(whole).is_some();
    }
    let (fraction, exponent) = match rest.find(['e', 'E']) {
        Some(at) => (&rest[..at], Some(&rest[at + 1..])),
        None => (rest, None),
    };
    let exponent_right = exponent.is_none_or(|exponent| {
        exponent
            .strip_prefix(['-', '+'])
            .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
    });
    let mantissa_right = match whole {
        "" => begins(fraction) && digits(fraction),
        whole => begins(whole) && digits(whole) && digits(fraction),
    };
    mantissa_right && exponent_right
}

/// `2026-01-01`, or a point in time that begins so.
fn is_date(text: &str) -> bool {
    let digits = |text: &str, range: std::ops::RangeInclusive<usize>| {
        range.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    let mut parts = text.splitn(3, '-');
    let (Some(year), Some(month), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    if !digits(year, 4..=4) || !digits(month, 1..=2) {
        return false;
    }
    let end = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (day, time) = rest.split_at(end);
    if time.is_empty() {
        return digits(day, 2..=2) && month.len() == 2;
    }
    if !digits(day, 1..=2) {
        return false;
    }
    let Some(time) = time.strip_prefix(['T', 't']).or_else(|| {
        let time = time.trim_start_matches([' ', '\t']);
        (time.len() < rest.len() - end).then_some(time)
    }) else {
        return false;
    };
    let mut parts = time.splitn(3, ':');
    let (Some(hour), Some(minute), Some(second)) = (parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let begins = second.len() >= 2 && second.bytes().take(2).all(|byte| byte.is_ascii_digit());
    digits(hour, 1..=2) && digits(minute, 2..=2) && begins
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What PyYAML 6.0 reads, by `yaml.safe_load`.
    #[test]
    fn as_pyyaml_reads_it() {
        use Yaml11::{Bool, Date, Number, Text};
        for (text, expected) in [
            ("yes", Some(Bool(true))),
            ("Off", Some(Bool(false))),
            ("yEs", None),
            ("y", None),
            ("true", None),
            ("null", None),
            ("orders", None),
            ("1", None),
            ("-1", None),
            ("07", None),
            ("010", Some(Number(Some(8)))),
            ("-010", Some(Number(Some(-8)))),
            ("089", Some(Text)),
            ("0o10", Some(Text)),
            ("0x1F", None),
            ("-0x1F", Some(Number(Some(-31)))),
            ("0b11", Some(Number(Some(3)))),
            ("1_000", Some(Number(Some(1000)))),
            ("1:30", Some(Number(Some(90)))),
            ("1:30:00", Some(Number(Some(5400)))),
            ("1:60", None),
            ("9092:9092", None),
            ("1.5", None),
            ("1.", None),
            (".5", None),
            ("-.5", Some(Text)),
            ("1e3", Some(Text)),
            ("1.5e3", Some(Text)),
            ("1.5e+3", None),
            ("1_0.5", Some(Number(None))),
            ("2026-01-01", Some(Date)),
            ("2026-1-1", None),
            ("2026-01-01T00:00:00Z", Some(Date)),
            ("2026-01", None),
            ("10.0.0.1", None),
            ("5s", None),
            ("-", None),
            (".", None),
            ("", None),
        ] {
            assert_eq!(read_otherwise(text), expected, "{text}");
        }
    }
}
