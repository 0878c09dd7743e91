//! What scalars mean: references in them, sizes, durations, numbers, addresses, values of every field, and snippets.

use nexflow_catalog::{
    Field, fields, snippet,
    value::{
        Grammar, Template, Uri, check_value, duration, number, read_value, size, suggest,
        template::{Malformed, SegmentKind},
    },
};
use nexflow_syntax::{Document, NodeKind, ScalarStyle};

use crate::script::{self, Bytes};

/// Reads a field and a scalar from the bytes.
///
/// # Panics
///
/// When a part of the scalar is out of place, or a suggestion is not what it should be.
pub fn run(bytes: &[u8]) {
    let mut input = Bytes::new(bytes);
    let field = &fields()[input.below(fields().len().min(65_536))];
    let plain = input.byte() & 1 == 0;
    let text = script::text(input.text().as_bytes(), 1 << 10);
    references(&text);
    amounts(&text);
    numbers(&text);
    address(&text);
    snippets(&text);
    of_field(field, &text, plain);
    let _ = suggest::nearest(&text, fields().iter().take(64).map(|field| field.path));
}

fn references(text: &str) {
    let template = Template::parse(text);
    let mut end = 0;
    for segment in &template.segments {
        assert_eq!(segment.span.start, end, "segments have no gap in {text:?}");
        end = segment.span.end;
        let whole = text.get(segment.span.clone());
        assert!(whole.is_some(), "{segment:?}");
        let inner = |span: &std::ops::Range<usize>| {
            assert!(
                segment.span.start <= span.start && span.end <= segment.span.end,
                "{segment:?}"
            );
            text[span.clone()].to_owned()
        };
        match &segment.kind {
            SegmentKind::Text => {}
            // What is read is what is written: no character of a reference is lost.
            SegmentKind::Variable { name, default, .. } => {
                let default = default
                    .as_ref()
                    .map(|default| format!(":-{}", inner(default)));
                let written = format!("${{{}{}}}", inner(name), default.unwrap_or_default());
                assert_eq!(whole, Some(written.as_str()));
            }
            SegmentKind::Malformed(slip) => {
                if let Malformed::SingleColon { name, .. } | Malformed::Nested { name } = slip {
                    inner(name);
                }
                if let Some(right) = slip.correction(text) {
                    let again = Template::parse(&right);
                    let is_reference =
                        |kind: &SegmentKind| matches!(kind, SegmentKind::Variable { .. });
                    assert!(
                        again
                            .segments
                            .iter()
                            .any(|segment| is_reference(&segment.kind)),
                        "the correction {right:?} of {text:?} is no reference"
                    );
                }
            }
        }
    }
    assert_eq!(end, text.len(), "segments make up {text:?}");
    if let Some(secret) = &template.secret {
        for span in [
            Some(&secret.name),
            secret.key.as_ref(),
            secret.version.as_ref(),
            secret.default.as_ref(),
        ]
        .into_iter()
        .flatten()
        {
            assert!(text.get(span.clone()).is_some(), "{secret:?}");
        }
    }
    if template.is_literal() {
        assert_eq!(template.with_defaults(text).as_deref(), Some(text));
    }
    let known = template.resolve(text, |_| Some("x".into()));
    let with_defaults = template.with_defaults(text);
    assert!(with_defaults.is_none() || template.secret.is_some() || known.is_some());
    template
        .variables()
        .for_each(|(_, name)| assert!(text.get(name).is_some()));
}

fn amounts(text: &str) {
    match size::parse(text) {
        Ok(found) => {
            let right = size::in_nexflow(text).expect("what is read can be written");
            let again = size::parse(&right).expect("what is written can be read");
            assert_eq!(again.bytes, found.bytes, "{text:?} is written as {right:?}");
            assert_eq!(again.grammar, Grammar::Nexflow, "{right:?}");
            let formatted = size::parse(&size::format(found.bytes)).expect("a size");
            assert_eq!(formatted.bytes, found.bytes);
        }
        Err(error) => {
            for suggestion in error.suggestions {
                assert!(
                    size::parse(&suggestion).is_ok(),
                    "{suggestion:?} for {text:?}"
                );
            }
        }
    }
    match duration::parse(text) {
        Ok(found) => {
            // Less than a millisecond cannot be written for Nexflow.
            if let Some(right) = duration::in_nexflow(text) {
                let again = duration::parse(&right).expect("what is written can be read");
                assert_eq!(again.nanos, found.nanos, "{text:?} is written as {right:?}");
                assert_eq!(again.grammar, Grammar::Nexflow, "{right:?}");
            } else {
                assert_ne!(found.nanos % 1_000_000, 0, "{text:?} could be written");
            }
        }
        Err(error) => {
            for suggestion in error.suggestions {
                assert!(
                    duration::parse(&suggestion).is_ok(),
                    "{suggestion:?} for {text:?}"
                );
            }
        }
    }
}

fn numbers(text: &str) {
    let _ = (number::plain(text), number::yaml11_bool(text));
    if let Some(percent) = number::percent(text) {
        assert!(percent.is_finite(), "{text:?}");
    }
}

fn address(text: &str) {
    let uri = Uri::parse(text);
    let inside = |part: &str| assert!(text.contains(part), "{part:?} of {text:?}");
    [
        uri.scheme(),
        uri.authority(),
        uri.userinfo(),
        uri.host(),
        uri.query(),
        Some(uri.path()),
    ]
    .into_iter()
    .flatten()
    .for_each(inside);
    uri.hosts().for_each(inside);
    uri.options().for_each(|(name, value)| {
        inside(name);
        inside(value);
    });
    for span in [uri.userinfo_span(), uri.password_span()]
        .into_iter()
        .flatten()
    {
        assert!(text.get(span.clone()).is_some(), "{span:?} of {text:?}");
    }
}

fn snippets(text: &str) {
    let plain = snippet::plain(text);
    assert!(plain.len() <= text.len(), "{text:?} becomes {plain:?}");
    if !text.contains(['$', '\\']) {
        assert_eq!(plain, text);
    }
}

fn of_field(field: &Field, text: &str, plain: bool) {
    let Err(error) = check_value(field, text, plain) else {
        assert!(read_value(field, text, plain).is_some());
        return;
    };
    assert!(nexflow_catalog::rule(error.rule).is_some(), "{error:?}");
    assert!(!error.message.trim().is_empty(), "{error:?}");
    for suggestion in &error.suggestions {
        let document = Document::parse(&format!("key: {suggestion}\n"));
        assert_eq!(
            document.errors(),
            [],
            "{suggestion:?} for {text:?} of `{}`",
            field.path
        );
        let value = document
            .root()
            .get("key")
            .expect("the key is there")
            .value();
        assert!(
            matches!(value.kind(), NodeKind::Scalar | NodeKind::Null),
            "{suggestion:?} for {text:?} of `{}`",
            field.path
        );
        let is_plain = value.style() == Some(ScalarStyle::Plain);
        let again = check_value(
            field,
            value.value().as_deref().unwrap_or_default(),
            is_plain,
        );
        assert!(
            again.is_ok(),
            "{suggestion:?} for {text:?} of `{}` is refused: {again:?}",
            field.path
        );
    }
}
