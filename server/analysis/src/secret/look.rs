//! Credentials that are recognised by what they look like.

use std::{
    borrow::Cow,
    ops::Range,
    sync::{LazyLock, OnceLock},
};

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use nexflow_catalog::{SecretLook, secret_looks, secret_names};
use regex::Regex;

/// What is shown in the place of a credential.
pub(crate) const HIDDEN: &str = "•••";

struct Looks {
    /// Finds the signs of all looks. Nearly every text has none, so that no pattern is tried.
    signs: Option<AhoCorasick>,
    /// The number of the look of each sign.
    look_of: Vec<usize>,
    each: Vec<(SecretLook, OnceLock<Option<Regex>>)>,
}

static LOOKS: LazyLock<Looks> = LazyLock::new(|| {
    let each: Vec<_> = secret_looks().map(|look| (look, OnceLock::new())).collect();
    let signs = each
        .iter()
        .enumerate()
        .flat_map(|(number, (look, _))| look.signs.split(' ').map(move |sign| (number, sign)));
    let (look_of, signs): (Vec<usize>, Vec<&str>) = signs.unzip();
    let mut builder = AhoCorasick::builder();
    builder
        .ascii_case_insensitive(true)
        .kind(Some(AhoCorasickKind::DFA));
    Looks {
        signs: builder.build(signs).ok(),
        look_of,
        each,
    }
});

impl Looks {
    /// The patterns that may match in a text, of those of each look a bit.
    fn possible(&self, text: &str) -> u32 {
        let Some(signs) = &self.signs else {
            return u32::MAX;
        };
        let found = signs.find_overlapping_iter(text);
        found.fold(0, |all, sign| {
            all | 1 << self.look_of[sign.pattern().as_usize()]
        })
    }

    /// A pattern is compiled when a text has a sign of it.
    fn pattern(&self, number: usize) -> Option<&Regex> {
        let (look, pattern) = &self.each[number];
        // A pattern that cannot be compiled is a slip in the data, which a test finds.
        pattern
            .get_or_init(|| Regex::new(look.pattern).ok())
            .as_ref()
    }
}

/// The parts of a text that are credentials, in order and apart from each other.
pub(crate) fn parts(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let possible = LOOKS.possible(text);
    for number in (0..LOOKS.each.len()).filter(|number| possible & 1 << number != 0) {
        let Some(look) = LOOKS.pattern(number) else {
            continue;
        };
        for captures in look.captures_iter(text) {
            found.extend(captures.name("s").map(|part| part.range()));
        }
    }
    assignments(text, &mut found);
    references(text, &mut found);
    merged(found)
}

/// The text without credentials.
pub(crate) fn masked(text: &str) -> Cow<'_, str> {
    let parts = parts(text);
    if parts.is_empty() {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for part in parts {
        out.push_str(&text[from..part.start]);
        out.push_str(HIDDEN);
        from = part.end;
    }
    out.push_str(&text[from..]);
    out.into()
}

/// Ranges in order, those that touch as one.
pub(super) fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.retain(|range| !range.is_empty());
    ranges.sort_unstable_by_key(|range| (range.start, range.end));
    let mut out: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match out.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => out.push(range),
        }
    }
    out
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// `password=x` in addresses, connection strings and JAAS; `"password": "x"` in JSON.
fn assignments(text: &str, found: &mut Vec<Range<usize>>) {
    let bytes = text.as_bytes();
    let mut last = 0;
    for at in memchr::memchr2_iter(b'=', b':', bytes) {
        // What stands in a value is a part of it; reading it again for each of its signs would take for ever.
        if at < last {
            continue;
        }
        let mut end = at;
        while end > last && bytes[end - 1] == b' ' {
            end -= 1;
        }
        let quoted = end > 0 && matches!(bytes[end - 1], b'"' | b'\'');
        // With a colon, only JSON: `password: x` is YAML, which is read as such.
        if bytes[at] == b':' && !quoted {
            continue;
        }
        let end = end - usize::from(quoted);
        let start = end
            - bytes[..end]
                .iter()
                .rev()
                .take_while(|byte| is_name(**byte))
                .count();
        if start == end || !secret_names::is_secret(&text[start..end]) {
            continue;
        }
        let value = value_from(text, at + 1);
        last = value.end;
        found.push(value);
    }
}

/// The value that begins behind an `=`, without its quotes; empty for a reference or a placeholder.
fn value_from(text: &str, from: usize) -> Range<usize> {
    let rest = &text[from..];
    let start = from + rest.len() - rest.trim_start_matches([' ', '\\', '>', '=']).len();
    let rest = &text[start..];
    let (start, length) = match rest.chars().next() {
        Some(quote @ ('"' | '\'')) => {
            let inner = &rest[1..];
            let length = inner.find([quote, '\n']).unwrap_or(inner.len());
            (start + 1, length)
        }
        _ => {
            let end = rest.find(|c: char| {
                c.is_whitespace() || matches!(c, '&' | ';' | '"' | '\'' | '`' | ',')
            });
            (start, end.unwrap_or(rest.len()))
        }
    };
    let value = &text[start..start + length];
    let is_stand_in = value.starts_with("${") && value.ends_with('}')
        || value.starts_with('<') && value.ends_with('>')
        || value == HIDDEN;
    if is_stand_in {
        start..start
    } else {
        start..start + length
    }
}

/// The default in `${DB_PASSWORD:-x}`, also where the reference is written with a slip.
fn references(text: &str, found: &mut Vec<Range<usize>>) {
    let mut last = 0;
    for (at, _) in text.match_indices("${") {
        let inside = &text[at + 2..];
        let name = inside
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .unwrap_or(inside.len());
        if at >= last && secret_names::is_secret(&inside[..name]) {
            let end = inside[name..].find(['}', '\n']);
            let end = end.map_or(inside.len(), |end| name + end);
            last = at + 2 + end;
            let sign = inside[name..end].len()
                - inside[name..end]
                    .trim_start_matches([':', '-', '=', '?', '+'])
                    .len();
            found.push(at + 2 + name + sign..at + 2 + end);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_patterns_can_be_used() {
        for SecretLook { name, pattern, .. } in secret_looks() {
            let pattern = Regex::new(pattern).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(
                pattern.capture_names().flatten().any(|group| group == "s"),
                "{name}"
            );
        }
        assert!((11..32).contains(&LOOKS.each.len()));
        assert!(LOOKS.signs.is_some());
    }

    /// Texts that match each pattern are made up; those of which the pattern is tried are the same as those that it matches.
    #[test]
    fn signs_are_in_all_that_a_pattern_matches() {
        use proptest::{strategy::Strategy, strategy::ValueTree, test_runner::TestRunner};

        for (number, (look, _)) in LOOKS.each.iter().enumerate() {
            // The generator knows no borders of words and texts.
            let open = look
                .pattern
                .replace(r"(?-u:\b)", "")
                .replace("^|", "")
                .replace(r"|\z", "");
            let texts = proptest::string::string_regex(&open).expect(look.name);
            let pattern = Regex::new(look.pattern).expect(look.name);
            let mut runner = TestRunner::deterministic();
            let mut matched = 0;
            for _ in 0..2_000 {
                let text = texts.new_tree(&mut runner).expect(look.name).current();
                if pattern.is_match(&text) {
                    matched += 1;
                    assert!(LOOKS.possible(&text) & 1 << number != 0, "{text}");
                }
            }
            assert!(matched > 200, "{}: {matched}", look.name);
        }
    }

    #[test]
    fn credentials_are_hidden_by_their_look() {
        for (text, shown) in [
            ("https://u:hunter2@host/p", "https://•••@host/p"),
            ("https://TOKEN@host/p", "https://•••@host/p"),
            ("redis://:p@ss@h:6379/0", "redis://•••@h:6379/0"),
            (
                "a https://h/, mongodb://u:x@a,b/db",
                "a https://h/, mongodb://•••@a,b/db",
            ),
            ("u:hunter2@broker:9092", "•••@broker:9092"),
            (
                "jdbc:postgresql://h/db?user=u&password=hunter2&ssl=true",
                "jdbc:postgresql://h/db?user=u&password=•••&ssl=true",
            ),
            (
                "jdbc:oracle:thin:u/hunter2@h:1521",
                "jdbc:oracle:thin:•••@h:1521",
            ),
            (
                "required username=\"u\" password=\"hunter 2\";",
                "required username=\"u\" password=\"•••\";",
            ),
            (
                "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=abc==;X=y",
                "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=•••;X=y",
            ),
            (
                "https://a.blob.core.windows.net/c?sv=1&sig=a%2Fb%3D&se=2",
                "https://a.blob.core.windows.net/c?sv=1&sig=•••&se=2",
            ),
            (
                "Authorization: Bearer abc.def-123",
                "Authorization: Bearer •••",
            ),
            ("Basic dXNlcjpwYXNz", "Basic •••"),
            ("key AKIAIOSFODNN7EXAMPLE here", "key ••• here"),
            (
                "{\"password\": \"hunter2\", \"a\": 1}",
                "{\"password\": \"•••\", \"a\": 1}",
            ),
            ("x ${DB_PASSWORD:-hunter2} y", "x ${DB_PASSWORD:-•••} y"),
            ("x ${API_KEY:hunter2} y", "x ${API_KEY:•••} y"),
            (
                "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
                "-----BEGIN RSA PRIVATE KEY-----•••",
            ),
            ("eyJhbGciOi.eyJzdWIi.c2ln", "•••"),
            ("ghp_0123456789abcdefghij", "•••"),
        ] {
            assert_eq!(masked(text), shown);
            assert_eq!(masked(shown), shown, "twice");
        }
    }

    #[test]
    fn other_texts_stay() {
        for text in [
            "https://host/p@q?a=b",
            "mongodb://${USER}:${PASSWORD}@host",
            "password=${DB_PASSWORD}",
            "user@example.org",
            "image: nginx:1.2@sha256:abcdef",
            "${BUCKET:-fallback}",
            "basic authentication, bearer tokens",
            "checkpoints.interval: 10s = 10 000 ms",
            "s3://bucket/path?region=eu",
            "host:9092,other:9092",
            "arn:aws:iam::123456789012:role/x",
        ] {
            assert_eq!(masked(text), text);
        }
    }
}
