//! Scalars as YAML.

use std::borrow::Cow;

use nexflow_analysis::edit;
use nexflow_catalog::value::number::{Plain, plain};
use nexflow_syntax::ScalarStyle;

/// A text as a scalar that every reader takes for just this text.
pub fn string(text: &str) -> Cow<'_, str> {
    if is_simple(text) && reads_as_text(text) {
        return Cow::Borrowed(text);
    }
    if is_sexagesimal_or_date(text) {
        return Cow::Owned(in_quotes(text));
    }
    Cow::Owned(edit::quoted(text, false, None))
}

/// A text in quotes, whatever it is.
pub fn in_quotes(text: &str) -> String {
    edit::quoted(text, false, Some(ScalarStyle::SingleQuoted))
}

/// A plain scalar as it stood in a document, whatever its type; quoted where it cannot stand so.
pub fn scalar(text: &str) -> Cow<'_, str> {
    if is_simple(text)
        || matches!(
            plain(text),
            Plain::Int(_) | Plain::Float(_) | Plain::Bool(_)
        )
    {
        return Cow::Borrowed(text);
    }
    if text == "~" {
        return Cow::Borrowed(text);
    }
    let quoted = edit::quoted(text, false, None);
    match quoted.strip_prefix('\'') {
        // Quotes for its looks only: `no` and `1.0` stay what they are.
        Some(inner) if inner.strip_suffix('\'') == Some(text) && is_word(text) => {
            Cow::Borrowed(text)
        }
        _ => Cow::Owned(quoted),
    }
}

/// A key.
pub fn key(text: &str) -> Cow<'_, str> {
    if is_simple(text) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(edit::quoted(text, false, None))
}

/// Letters, digits and a few signs that mean nothing to YAML where they stand; nothing needs to be parsed to know it.
fn is_simple(text: &str) -> bool {
    let bytes = text.as_bytes();
    let safe = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'/' | b'.' | b'-');
    match bytes {
        [] => false,
        [first, rest @ ..] => {
            (first.is_ascii_alphanumeric() || matches!(first, b'_' | b'/'))
                && rest.iter().enumerate().all(|(at, byte)| {
                    safe(*byte) || *byte == b':' && rest.get(at + 1).is_some_and(|next| safe(*next))
                })
        }
    }
}

fn is_word(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'+' | b'_'))
        && text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '.' || c == '+' || c == '-')
}

fn reads_as_text(text: &str) -> bool {
    const WORDS: [&str; 6] = ["yes", "no", "on", "off", "y", "n"];
    matches!(plain(text), Plain::Text)
        && !WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
        && !is_sexagesimal_or_date(text)
}

/// What YAML 1.1 takes for a number or a date: `1:30`, `2024-01-01`, `0o7`, `1_000`.
fn is_sexagesimal_or_date(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
        && (!text.contains('.') || text.contains(':'))
        && text.bytes().all(|byte| {
            byte.is_ascii_digit()
                || matches!(byte, b':' | b'-' | b'_' | b'.' | b'T' | b'Z' | b'e' | b'E')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_stay_what_they_are() {
        for (text, as_string, as_scalar) in [
            ("abc", "abc", "abc"),
            ("1.0", "'1.0'", "1.0"),
            ("true", "'true'", "true"),
            ("no", "'no'", "no"),
            ("s3://b/p", "s3://b/p", "s3://b/p"),
            ("a: b", "'a: b'", "'a: b'"),
            ("a #b", "'a #b'", "'a #b'"),
            ("", "''", "''"),
            ("~", "'~'", "~"),
            ("-1", "'-1'", "-1"),
            ("- a", "'- a'", "'- a'"),
            ("1:30", "'1:30'", "1:30"),
            ("2.7.1", "2.7.1", "2.7.1"),
            ("host:9092", "host:9092", "host:9092"),
            ("a:", "'a:'", "'a:'"),
            ("${A}", "${A}", "${A}"),
            ("*", "'*'", "'*'"),
        ] {
            assert_eq!(string(text), as_string, "{text}");
            assert_eq!(scalar(text), as_scalar, "{text}");
        }
    }
}
