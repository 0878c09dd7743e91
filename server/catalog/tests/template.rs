//! References inside scalars, against the toolchain's own pattern and the forms that the documents give.

use nexflow_catalog::value::Template;
use nexflow_catalog::value::template::{Malformed, SecretProblem, SegmentKind};
use proptest::prelude::*;
use regex::Regex;

/// What the toolchain substitutes.
const TOOLCHAIN: &str = r"\$\{([^}:]+)(?::-([^}]*))?\}";

fn kinds(text: &str) -> Vec<(String, &'static str)> {
    let template = Template::parse(text);
    let kind = |k: &SegmentKind| match k {
        SegmentKind::Text => "text",
        SegmentKind::Variable { default: None, .. } => "variable",
        SegmentKind::Variable { .. } => "default",
        SegmentKind::Malformed(Malformed::SingleColon { .. }) => "colon",
        SegmentKind::Malformed(Malformed::Unclosed { .. }) => "unclosed",
        SegmentKind::Malformed(Malformed::NoName) => "no name",
        SegmentKind::Malformed(Malformed::Nested { .. }) => "nested",
        SegmentKind::Malformed(Malformed::AngleBrackets { .. }) => "angle",
        SegmentKind::Malformed(Malformed::NoBraces { .. }) => "no braces",
    };
    template
        .segments
        .iter()
        .map(|s| (text[s.span.clone()].to_owned(), kind(&s.kind)))
        .collect()
}

fn one(text: &str) -> &'static str {
    let all = kinds(text);
    assert_eq!(all.len(), 1, "{all:?}");
    all[0].1
}

#[test]
fn forms_of_references() {
    assert_eq!(one("plain text"), "text");
    assert_eq!(one(""), "text");
    assert_eq!(one("${VAR}"), "variable");
    assert_eq!(one("${VAR:-}"), "default");
    assert_eq!(one("${VAR:-a:b/c}"), "default");
    assert_eq!(one("${VAR:x}"), "colon");
    assert_eq!(one("${VAR:}"), "colon");
    assert_eq!(one("${VAR"), "unclosed");
    assert_eq!(one("${}"), "no name");
    assert_eq!(one("${:-x}"), "no name");
    assert_eq!(one("$<VAR>"), "angle");
    assert_eq!(one("$VAR"), "no braces");
    assert_eq!(one("${A:-${B}}"), "nested");
}

#[test]
fn what_is_no_reference() {
    for text in [
        "$external",
        "a$VAR",
        "$",
        "$$",
        "cost: 5$",
        "$(date)",
        "$1",
        "a $< b >",
        "logs-%{+YYYY.MM.dd}",
        "{{id}}",
    ] {
        assert_eq!(one(text), "text", "{text}");
        assert!(Template::parse(text).is_literal());
    }
}

#[test]
fn references_within_text_keep_their_places() {
    let found = kinds("s3://${B}/p/${D:-x}!");
    let expected = [
        ("s3://", "text"),
        ("${B}", "variable"),
        ("/p/", "text"),
        ("${D:-x}", "default"),
        ("!", "text"),
    ];
    assert_eq!(found, expected.map(|(t, k)| (t.to_owned(), k)));
    assert_eq!(
        kinds("${A ${B}")
            .iter()
            .map(|(_, k)| *k)
            .collect::<Vec<_>>(),
        ["unclosed", "variable"]
    );
    assert_eq!(kinds("ä${A}ö").len(), 3);
}

#[test]
fn names_are_upper_case() {
    let right = |text: &str| match &Template::parse(text).segments[0].kind {
        SegmentKind::Variable { right_name, .. } => *right_name,
        other => panic!("{other:?}"),
    };
    for text in ["${A}", "${_}", "${A_1}", "${A:-x}"] {
        assert!(right(text), "{text}");
    }
    for text in ["${a}", "${1A}", "${A-B}", "${A B}", "${Ä}"] {
        assert!(!right(text), "{text}");
    }
}

#[test]
fn slips_are_corrected() {
    let correct = |text: &str| match &Template::parse(text).segments[0].kind {
        SegmentKind::Malformed(slip) => slip.correction(text),
        other => panic!("{other:?}"),
    };
    assert_eq!(correct("${A:x}").unwrap(), "${A:-x}");
    assert_eq!(correct("$<A>").unwrap(), "${A}");
    assert_eq!(correct("$A").unwrap(), "${A}");
    assert_eq!(correct("${A").unwrap(), "${A}");
    assert_eq!(correct("${A/b"), None, "where the name ends is a guess");
    assert_eq!(correct("${}"), None);
}

#[test]
fn defaults_fill_in() {
    let filled = |text: &str| Template::parse(text).with_defaults(text);
    assert_eq!(filled("a${B:-c}d").unwrap(), "acd");
    assert_eq!(filled("a${B}d"), None);
    assert_eq!(filled("secret://a/b"), None);
    let text = "a${B}d";
    let value = |name: &str| (name == "B").then(|| "-".to_owned());
    assert_eq!(Template::parse(text).resolve(text, value).unwrap(), "a-d");
}

#[test]
fn forms_of_secrets() {
    let of = |text: &str| Template::parse(text).secret.unwrap();
    let text = "secret://db/password?version=3&default=x";
    let secret = of(text);
    assert_eq!(&text[secret.name.clone()], "db");
    assert_eq!(&text[secret.key.clone().unwrap()], "password");
    assert_eq!(&text[secret.version.clone().unwrap()], "3");
    assert_eq!(&text[secret.default.clone().unwrap()], "x");
    assert_eq!(secret.problem, None);
    for text in [
        "secret://db",
        "secret://db/password",
        "secret://_d2/p_1?version=12",
        "secret://db/p?default=",
    ] {
        assert_eq!(of(text).problem, None, "{text}");
    }
    for text in [
        "secret://",
        "secret:///p",
        "secret://DB/p",
        "secret://d-b/p",
        "secret://2b",
    ] {
        assert!(
            matches!(of(text).problem, Some(SecretProblem::Name(_))),
            "{text}"
        );
    }
    for text in ["secret://db/", "secret://db/a/b", "secret://db/A"] {
        assert!(
            matches!(of(text).problem, Some(SecretProblem::Key(_))),
            "{text}"
        );
    }
    for text in [
        "secret://db/p?",
        "secret://db/p?version=",
        "secret://db/p?version=a",
        "secret://db/p?v=1",
    ] {
        assert!(
            matches!(of(text).problem, Some(SecretProblem::Query(_))),
            "{text}"
        );
    }
    assert!(Template::parse("secret:/db").secret.is_none());
    assert!(
        Template::parse("secret://${NAME}/p").secret.is_none(),
        "what the name will be is not known"
    );
}

proptest! {
    #[test]
    fn segments_cover_the_text_without_gaps(text in "[${}:<>a-zA-Z_ö -]{0,24}") {
        let mut at = 0;
        for segment in Template::parse(&text).segments {
            prop_assert_eq!(segment.span.start, at);
            at = segment.span.end;
        }
        prop_assert_eq!(at, text.len());
    }

    #[test]
    fn the_toolchain_substitutes_the_same(text in "([a-c.]{0,3}(\\$\\{[A-C]{1,2}(:-[a-c]{0,2})?\\})?){0,4}") {
        let template = Template::parse(&text);
        let ours: Vec<_> = template.segments.iter().filter(|s| s.kind != SegmentKind::Text)
            .map(|s| text[s.span.clone()].to_owned()).collect();
        let theirs: Vec<_> = Regex::new(TOOLCHAIN).unwrap().find_iter(&text).map(|m| m.as_str().to_owned()).collect();
        prop_assert_eq!(ours, theirs);
    }

    #[test]
    fn what_counts_as_a_variable_is_substituted_by_the_toolchain(text in "[${}:<>A-C_ -]{0,16}") {
        let pattern = Regex::new(TOOLCHAIN).unwrap();
        for segment in Template::parse(&text).segments {
            if let SegmentKind::Variable { .. } = segment.kind {
                let found = pattern.find(&text[segment.span.clone()]).map(|m| m.range());
                prop_assert_eq!(found, Some(0..segment.span.len()), "{}", text);
            }
        }
    }
}

#[test]
fn a_text_of_nothing_but_beginnings_is_read_in_one_pass() {
    // Read again from every beginning, these would take hours.
    for slip in ["${", "${A", "$<", "$<A", "${A:-${", "$"] {
        for end in ["", "}"] {
            let text = format!("{}{end}", slip.repeat(500_000));
            let segments = Template::parse(&text).segments;
            assert_eq!(segments.last().unwrap().span.end, text.len());
        }
    }
}
