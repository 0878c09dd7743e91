//! Scalars as YAML.

use std::borrow::Cow;

use nexflow_analysis::edit;
use nexflow_catalog::value::number::{Plain, plain};
use nexflow_syntax::ScalarStyle;

/// A text as a scalar that every reader takes for just this text.
pub fn string(text: &str) -> Cow<'_, str> {
    if is_simple(text) && edit::reads_as_text(text) {
        return Cow::Borrowed(text);
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

/// Texts of which nothing needs to be parsed to know that they can stand without quotes in a block: printable ASCII that begins with no
/// sign of YAML's, where nothing looks like a comment or the end of a key.
fn is_simple(text: &str) -> bool {
    /// Longer ones are no keys.
    const MOST: usize = 1_000;
    let safe =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'/' | b'.' | b'-');
    match text.as_bytes() {
        [first, rest @ ..] if rest.len() < MOST => {
            (first.is_ascii_alphanumeric() || matches!(first, b'_' | b'/' | b'$'))
                && rest.iter().enumerate().all(|(at, byte)| {
                    let next = || rest.get(at + 1);
                    match byte {
                        b' ' => next().is_some_and(|next| next.is_ascii_graphic() && *next != b'#'),
                        b':' => next().is_some_and(safe),
                        byte => byte.is_ascii_graphic(),
                    }
                })
        }
        _ => false,
    }
}

fn is_word(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'+' | b'_'))
        && text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '.' || c == '+' || c == '-')
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

    /// What is told from the letters alone is what the parser says.
    #[test]
    fn simple_texts_are_what_the_parser_says() {
        const PIECES: [&str; 40] = [
            "a", "Z", "0", "7", "_", "/", ".", "-", "$", "${A}", " ", " ", "  ", ":", ": ", "::",
            "#", " #", "{", "}", "[", "]", ",", "&", "*", "!", "|", ">", "'", "\"", "%", "@", "`",
            "?", "? ", "- ", "~", "=", "\\", "(",
        ];
        let mut seed = 7_u64;
        let mut below = |end: usize| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            usize::try_from(seed % end as u64).expect("small")
        };
        let mut simple = 0;
        for _ in 0..20_000 {
            let text: String = (0..=below(6))
                .map(|_| PIECES[below(PIECES.len())])
                .collect();
            simple += usize::from(is_simple(&text));
            let parsed = edit::quoted(&text, false, None);
            assert_eq!(string(&text), parsed, "{text:?}");
            // Quotes of a simple text are there only because it would be read as something else than a text.
            let is_plain = !is_simple(&text) || parsed == text || !edit::reads_as_text(&text);
            assert!(is_plain, "{text:?}");
        }
        assert!(simple > 2_000, "{simple}");
    }
}
