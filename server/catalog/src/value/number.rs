//! Plain scalars as YAML 1.2's core schema reads them, and the booleans that only YAML 1.1 knows.

/// What a plain (unquoted) scalar is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Plain {
    /// `null`, `~`, or nothing.
    Null,
    /// `true`, `True`, `TRUE` and their opposites.
    Bool(bool),
    /// A whole number; `None` when it is beyond 64 bits.
    Int(Option<i64>),
    /// A number with a point or an exponent, infinities and not-a-number included.
    Float(f64),
    /// Everything else.
    Text,
}

/// What a plain scalar is by the core schema.
#[must_use]
pub fn plain(text: &str) -> Plain {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Plain::Null,
        "true" | "True" | "TRUE" => return Plain::Bool(true),
        "false" | "False" | "FALSE" => return Plain::Bool(false),
        ".nan" | ".NaN" | ".NAN" => return Plain::Float(f64::NAN),
        _ => {}
    }
    if let Some(int) = int(text) {
        return Plain::Int(int);
    }
    float(text).map_or(Plain::Text, Plain::Float)
}

/// A whole number: `[-+]?[0-9]+`, `0o[0-7]+` or `0x[0-9a-fA-F]+`. The inner `None` says that it is beyond 64 bits.
fn int(text: &str) -> Option<Option<i64>> {
    for (prefix, radix) in [("0o", 8), ("0x", 16)] {
        if let Some(digits) = text.strip_prefix(prefix)
            && !digits.is_empty()
            && digits.chars().all(|c| c.is_digit(radix))
        {
            return Some(i64::from_str_radix(digits, radix).ok());
        }
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let all_digits = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    all_digits.then(|| text.parse().ok())
}

/// A number: `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?` or an infinity.
fn float(text: &str) -> Option<f64> {
    let (sign, unsigned) = match text.as_bytes().first()? {
        b'-' => (-1.0, &text[1..]),
        b'+' => (1.0, &text[1..]),
        _ => (1.0, text),
    };
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") {
        return Some(sign * f64::INFINITY);
    }
    let (mantissa, exponent) = unsigned
        .split_once(['e', 'E'])
        .map_or((unsigned, None), |(m, e)| (m, Some(e)));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mantissa_right = digits(whole)
        && digits(fraction)
        && (!whole.is_empty() || (!fraction.is_empty() && mantissa.contains('.')));
    let exponent_right = exponent.is_none_or(|e| {
        let e = e.strip_prefix(['-', '+']).unwrap_or(e);
        !e.is_empty() && digits(e)
    });
    (mantissa_right && exponent_right)
        .then(|| unsigned.parse::<f64>().ok())
        .flatten()
        .map(|n| sign * n)
}

/// The boolean that a YAML 1.1 parser makes of a plain word that is text in YAML 1.2.
#[must_use]
pub fn yaml11_bool(text: &str) -> Option<bool> {
    let right_case = text.chars().all(char::is_lowercase)
        || text.chars().all(char::is_uppercase)
        || (text.starts_with(char::is_uppercase) && text.chars().skip(1).all(char::is_lowercase));
    if !right_case {
        return None;
    }
    match text.to_ascii_lowercase().as_str() {
        "y" | "yes" | "on" => Some(true),
        "n" | "no" | "off" => Some(false),
        _ => None,
    }
}

/// A percentage such as `50%` or `99.9%`.
#[must_use]
pub fn percent(text: &str) -> Option<f64> {
    let number = text.strip_suffix('%')?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    (digits(whole) && digits(fraction))
        .then(|| number.parse().ok())
        .flatten()
}
