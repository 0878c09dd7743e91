//! Each kind of error: the text, the code, the token, what the message says, and the text as the fix leaves it.

use std::collections::BTreeSet;

use nexflow_syntax::{Document, Limits, SyntaxCode, SyntaxError};

struct Case {
    text: &'static str,
    code: SyntaxCode,
    token: &'static str,
    message: &'static str,
    fixed: Option<&'static str>,
}

const fn case(
    text: &'static str,
    code: SyntaxCode,
    token: &'static str,
    message: &'static str,
    fixed: Option<&'static str>,
) -> Case {
    Case {
        text,
        code,
        token,
        message,
        fixed,
    }
}

/// Every case has exactly one error, and its fix leaves none.
const CASES: &[Case] = &[
    case(
        "a:\n  mode\n  b: 1\n",
        SyntaxCode::MissingColon,
        "mode",
        "Missing `:` after `mode`.",
        Some("a:\n  mode: \n  b: 1\n"),
    ),
    case(
        "a: 1\nmode # c\nb: 1\n",
        SyntaxCode::MissingColon,
        "mode",
        "Missing `:` after `mode`.",
        Some("a: 1\nmode:  # c\nb: 1\n"),
    ),
    case(
        "- name\n  type: x\n",
        SyntaxCode::MissingColon,
        "name",
        "Missing `:` after `name`.",
        Some("- name: \n  type: x\n"),
    ),
    case(
        "a:\n  key:value\n  b: 1\n",
        SyntaxCode::MissingSpaceAfterColon,
        ":",
        "Missing space after `key:`.",
        Some("a:\n  key: value\n  b: 1\n"),
    ),
    case(
        "a:\n  x: \"abc\n  b: 1\n",
        SyntaxCode::UnclosedQuote,
        "\"abc",
        "Unclosed quote.",
        Some("a:\n  x: \"abc\"\n  b: 1\n"),
    ),
    case(
        "a:\n  - 'abc\n  - b\n",
        SyntaxCode::UnclosedQuote,
        "'abc",
        "Unclosed quote.",
        Some("a:\n  - 'abc'\n  - b\n"),
    ),
    case(
        "a:\n  x: [1, 2 # c\n  b: 1\n",
        SyntaxCode::UnclosedBracket,
        "[",
        "Unclosed `[`.",
        Some("a:\n  x: [1, 2] # c\n  b: 1\n"),
    ),
    case(
        "a:\n  x: {k: [1\n  b: 1\n",
        SyntaxCode::UnclosedBracket,
        "[",
        "Unclosed `[`.",
        Some("a:\n  x: {k: [1]}\n  b: 1\n"),
    ),
    case(
        "a:\n  x: [1}\n  b: 1\n",
        SyntaxCode::UnexpectedBracket,
        "}",
        "`}` cannot close `[`",
        Some("a:\n  x: [1]\n  b: 1\n"),
    ),
    case(
        "a: 1\n}\n",
        SyntaxCode::UnexpectedBracket,
        "}",
        "Unmatched `}`.",
        None,
    ),
    case(
        "a: [\"x\" \"y\"]\n",
        SyntaxCode::MissingComma,
        "\"y\"",
        "Missing `,` before `\"y\"`.",
        Some("a: [\"x\", \"y\"]\n"),
    ),
    case(
        "a: {x: 1 y: 2}\n",
        SyntaxCode::MissingComma,
        ":",
        "Missing `,`",
        None,
    ),
    case(
        "a: {x: ${S3}, y: 1}\n",
        SyntaxCode::UnquotedVariable,
        "${S3}",
        "Quote `${S3}` inside `{ }` or `[ ]`",
        Some("a: {x: \"${S3}\", y: 1}\n"),
    ),
    case(
        "a: [s3://${S3}/x, b]\n",
        SyntaxCode::UnquotedVariable,
        "${S3}",
        "`[ ]`: `\"s3://${S3}/x\"`.",
        Some("a: [\"s3://${S3}/x\", b]\n"),
    ),
    case(
        "a:\n\tx: 1\n  b: 1\n",
        SyntaxCode::TabIndentation,
        "\t",
        "Tab used for indentation. Use spaces.",
        Some("a:\n  x: 1\n  b: 1\n"),
    ),
    case(
        "a:\n  x: 1\n    y: 2\n",
        SyntaxCode::BadIndentation,
        "y",
        "indented too far: expected 2 spaces",
        Some("a:\n  x: 1\n  y: 2\n"),
    ),
    case(
        "a:\n  x:\n    p: 1\n    q: 1\n   y: 2\n    r: 1\n",
        SyntaxCode::BadIndentation,
        "y",
        "not indented far enough: expected 4 spaces",
        Some("a:\n  x:\n    p: 1\n    q: 1\n    y: 2\n    r: 1\n"),
    ),
    case(
        "a:\n  x: 1\ny: 2\n  z: 3\n",
        SyntaxCode::BadIndentation,
        "y",
        "not indented far enough: expected 2 spaces",
        Some("a:\n  x: 1\n  y: 2\n  z: 3\n"),
    ),
    case(
        "a: @x y # c\n",
        SyntaxCode::ReservedCharacter,
        "@x y",
        "A value cannot begin with `@`. Quote it: `\"@x y\"`.",
        Some("a: \"@x y\" # c\n"),
    ),
    case(
        "a: `x`\n",
        SyntaxCode::ReservedCharacter,
        "`x`",
        "Quote it",
        Some("a: \"`x`\"\n"),
    ),
    case(
        "a: %x\n",
        SyntaxCode::UnexpectedCharacter,
        "%x",
        "A value cannot begin with `%`",
        Some("a: \"%x\"\n"),
    ),
    case(
        "a: ]\n",
        SyntaxCode::UnexpectedCharacter,
        "]",
        "A value cannot begin with `]`",
        Some("a: \"]\"\n"),
    ),
    case(
        "a: [x, , y]\n",
        SyntaxCode::UnexpectedCharacter,
        ",",
        "Missing value before `,`.",
        Some("a: [x,  y]\n"),
    ),
    case(
        "a: b: c # d\n",
        SyntaxCode::NestedColon,
        ":",
        "Unexpected second `: ` on one line.",
        Some("a: \"b: c\" # d\n"),
    ),
    case(
        "a:\n  k: - b\n",
        SyntaxCode::ListOnKeyLine,
        "-",
        "A list cannot start on the line of its key",
        Some("a:\n  k:\n    - b\n"),
    ),
    case(
        "a:\n  b: 1\n  - c\n",
        SyntaxCode::ItemAmongKeys,
        "-",
        "Unexpected `-` among the keys",
        None,
    ),
    case(
        "a:\n  - b\n  c: 1\n",
        SyntaxCode::KeyAmongItems,
        "c",
        "Unexpected key `c` among list items",
        None,
    ),
    case(
        "a: \"x\" y\n",
        SyntaxCode::UnexpectedText,
        "y",
        "after the closing quote",
        None,
    ),
    case(
        "a: 'it's'\n",
        SyntaxCode::UnexpectedText,
        "s'",
        "after the closing quote",
        Some("a: \"it's\"\n"),
    ),
    case(
        "a: [1] y\n",
        SyntaxCode::UnexpectedText,
        "y",
        "after the closing bracket",
        None,
    ),
    case(
        "a: x\n  # c\n  y\n",
        SyntaxCode::UnexpectedText,
        "y",
        "the value above it is complete",
        None,
    ),
    case(
        "a: \"C:\\data\"\n",
        SyntaxCode::BadEscape,
        "\\d",
        "Unknown escape.",
        Some("a: 'C:\\data'\n"),
    ),
    case(
        "a: \"it's \\d\"\n",
        SyntaxCode::BadEscape,
        "\\d",
        "Unknown escape.",
        Some("a: \"it's \\\\d\"\n"),
    ),
    case(
        "a: |x\n",
        SyntaxCode::BadBlockScalar,
        "|x",
        "may follow `|` or `>`",
        Some("a: \"|x\"\n"),
    ),
    case(
        "a: [1]#c\n",
        SyntaxCode::CommentNeedsSpace,
        "#",
        "Missing space before `#`.",
        Some("a: [1] #c\n"),
    ),
    case(
        "a: \"x\"#c\n",
        SyntaxCode::CommentNeedsSpace,
        "#",
        "Missing space before `#`.",
        Some("a: \"x\" #c\n"),
    ),
    case(
        "a: *none\nb: &none 1\n",
        SyntaxCode::UndefinedAlias,
        "*none",
        "Undefined alias `*none`",
        None,
    ),
    case(
        "a: & x\n",
        SyntaxCode::BadAnchor,
        "&",
        "Missing name after",
        None,
    ),
    case(
        "a: !e!x y\n",
        SyntaxCode::BadTag,
        "!e!x",
        "Unknown tag",
        None,
    ),
    case(
        "%YAML 1.2\n%YAML 1.2\n---\na: 1\n",
        SyntaxCode::BadDirective,
        "%YAML",
        "Invalid directive.",
        None,
    ),
    case(
        "a: 1\n... x\n",
        SyntaxCode::BadDocumentMarker,
        "x",
        "Unexpected text after `...`.",
        None,
    ),
    case(
        "a: x\u{7}y\n",
        SyntaxCode::ControlCharacter,
        "x\u{7}y",
        "U+0007",
        None,
    ),
];

fn apply(text: &str, error: &SyntaxError) -> Option<String> {
    let fix = error.fix.as_ref()?;
    let mut fixed = text.to_string();
    for edit in fix.edits.iter().rev() {
        fixed.replace_range(
            usize::from(edit.range.start())..usize::from(edit.range.end()),
            &edit.insert,
        );
    }
    Some(fixed)
}

#[test]
fn each_kind_has_its_code_token_message_and_fix() {
    for case in CASES {
        let document = Document::parse(case.text);
        let errors = document.errors();
        let [error] = errors.as_slice() else {
            panic!("{:?}: {errors:#?}", case.text)
        };
        assert_eq!(error.code, case.code, "{:?}: {}", case.text, error.message);
        assert_eq!(document.slice(error.range), case.token, "{:?}", case.text);
        assert!(
            error.message.contains(case.message),
            "{:?}: {}",
            case.text,
            error.message
        );
        assert_eq!(
            apply(case.text, error).as_deref(),
            case.fixed,
            "{:?}",
            case.text
        );
        if let Some(fixed) = case.fixed {
            assert_eq!(Document::parse(fixed).errors(), [], "{fixed:?}");
        }
    }
}

#[test]
fn every_code_is_seen() {
    let mut seen: BTreeSet<SyntaxCode> = CASES.iter().map(|case| case.code).collect();
    let long = format!("{}: 1\n", "k".repeat(2000));
    let deep = format!("a: {}", "[".repeat(1000));
    let limits = Limits {
        bytes: 10,
        ..Limits::default()
    };
    for document in [
        Document::parse(&long),
        Document::parse(&deep),
        Document::parse_with("a: 1\nb: 2\nc: 3\n", limits),
        Document::parse("<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> x\n"),
    ] {
        seen.extend(document.errors().iter().map(|error| error.code));
    }
    let missing: Vec<_> = SyntaxCode::ALL
        .iter()
        .filter(|code| !seen.contains(code))
        .collect();
    // What is left is for violations of the grammar that have no name of their own.
    assert_eq!(missing, [&SyntaxCode::Other]);
}

#[test]
fn codes_are_unique_and_kebab_case() {
    let texts: BTreeSet<&str> = SyntaxCode::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(texts.len(), SyntaxCode::ALL.len());
    assert!(texts.iter().all(|text| {
        text.bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
    }));
}

#[test]
fn a_merge_conflict_is_three_errors_and_both_sides_stay() {
    let text = "a:\n<<<<<<< HEAD\n  b: 1\n=======\n  b: 2\n>>>>>>> feature\n  c: 3\n";
    let document = Document::parse(text);
    let errors = document.errors();
    let tokens: Vec<_> = errors
        .iter()
        .map(|error| document.slice(error.range).into_owned())
        .collect();
    assert_eq!(tokens, ["<<<<<<< HEAD", "=======", ">>>>>>> feature"]);
    assert!(
        errors
            .iter()
            .all(|error| error.code == SyntaxCode::MergeConflict)
    );
    let (range, _) = errors[2]
        .related
        .as_ref()
        .expect("the end of a conflict tells where it begins");
    assert_eq!(document.slice(*range), "<<<<<<< HEAD");
    let a = document.root().get("a").expect("the key is there").value();
    let keys: Vec<_> = a
        .entries()
        .map(|entry| entry.key_text().into_owned())
        .collect();
    assert_eq!(keys, ["b", "b", "c"]);
}

#[test]
fn an_error_stays_in_its_place() {
    let document = Document::parse("a:\n  x: @\n  y:\n    z: 1\nb:\n  c: 2\n");
    let root = document.root();
    let a = root.get("a").expect("a is there");
    assert!(a.value().has_errors());
    assert!(a.value().get("x").expect("x is there").value().has_errors());
    assert!(!a.value().get("y").expect("y is there").value().has_errors());
    assert!(!root.get("b").expect("b is there").value().has_errors());
}

/// Each variable is an error of its own, and the fix of either quotes the value as a whole.
#[test]
fn one_value_with_two_variables_is_quoted_as_a_whole() {
    let text = "a: {x: ${A}${B}-c, y: 1}\n";
    let errors = Document::parse(text).errors();
    let tokens: Vec<&str> = errors.iter().map(|error| &text[error.range]).collect();
    assert_eq!(tokens, ["${A}", "${B}"]);
    for error in &errors {
        assert_eq!(error.code, SyntaxCode::UnquotedVariable);
        assert_eq!(
            apply(text, error).as_deref(),
            Some("a: {x: \"${A}${B}-c\", y: 1}\n")
        );
    }
}
