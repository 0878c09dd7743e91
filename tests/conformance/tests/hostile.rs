//! Anything at all as a document: the answer is a tree and an error, never a panic, an overflow or a wait without end.

use nexflow_syntax::{Document, Limits, SyntaxCode, TextEdit, TextRange};

/// Reads the text on a thread with a small stack, so that recursion over the input would show.
fn read(text: String) -> Document {
    std::thread::Builder::new()
        .stack_size(1024 * 1024)
        .spawn(move || {
            let document = Document::parse(&text);
            // An edit at the end goes through the outline and the recovery once more, and drops the old tree.
            let edited = document.apply(&TextEdit::insert(document.len(), "\n"));
            drop(edited);
            for offset in [0, text.len() / 2, text.len()] {
                let cursor = document.cursor((offset as u32).into());
                assert!(cursor.offset <= document.len());
            }
            document
        })
        .expect("a thread starts")
        .join()
        .expect("reading does not panic")
}

fn codes(document: &Document) -> Vec<SyntaxCode> {
    document.errors().iter().map(|error| error.code).collect()
}

#[test]
fn nesting_ends_in_an_error() {
    for text in [
        "[".repeat(100_000),
        "{a: ".repeat(100_000),
        "- ".repeat(100_000),
        "? ".repeat(100_000),
        format!("a: {}", "[".repeat(100_000)),
        format!("a:\n  b: {}{}", "[".repeat(100_000), "]".repeat(100_000)),
        format!("a:\n  {}x", "- ".repeat(100_000)),
    ] {
        let document = read(text);
        assert!(!codes(&document).is_empty());
    }
    let mut lines = String::new();
    for depth in 0..2_000 {
        lines.push_str(&" ".repeat(depth));
        lines.push_str("a:\n");
    }
    let document = read(lines);
    assert!(
        codes(&document).contains(&SyntaxCode::TooDeep),
        "{:?}",
        codes(&document)
    );
}

#[test]
fn nesting_up_to_the_limit_is_read() {
    let depth = Limits::default().depth - 1;
    let text = format!("a: {}{}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(codes(&Document::parse(&text)), []);
}

#[test]
fn a_text_beyond_the_limit_is_one_error() {
    let text = "key: value\n".repeat(5_000_000);
    let document = read(text);
    assert_eq!(codes(&document), [SyntaxCode::TooLarge]);
    assert_eq!(usize::from(document.len()), 55_000_000);
    let small = document.apply(&TextEdit::delete(TextRange::new(11.into(), document.len())));
    assert_eq!(codes(&small), []);
    assert_eq!(
        small
            .root()
            .get("key")
            .map(|entry| entry.value().source().into_owned())
            .as_deref(),
        Some("value")
    );
}

#[test]
fn long_lines_are_read() {
    let long = "x".repeat(10_000_000);
    assert_eq!(codes(&read(format!("key: {long}\nother: 1\n"))), []);
    assert_eq!(
        codes(&read(format!("key: \"{long}\nother: 1\n"))),
        [SyntaxCode::UnclosedQuote]
    );
    assert!(!codes(&read(format!("{long}: 1\nother: 1\n"))).is_empty());
    assert!(
        !codes(&read(format!(
            "key: [{}\nother: 1\n",
            "a, ".repeat(3_000_000)
        )))
        .is_empty()
    );
    assert_eq!(codes(&read(format!("# {long}\nother: 1\n"))), []);
    assert_eq!(
        codes(&read(format!("key:{}1\n", " ".repeat(10_000_000)))),
        []
    );
}

#[test]
fn many_broken_lines_are_read() {
    for line in [
        "a\n",
        "a: @\n",
        "  a: \"\n",
        "- \n a\n",
        "\ta: 1\n",
        "}\n",
        "a: [\n",
        "a: b: c\n",
        "a:b\n",
        "? a\n",
        "<<<<<<< HEAD\n",
    ] {
        let document = read(line.repeat(20_000));
        assert!(document.fragment_count() > 0);
    }
    let mut steps = String::new();
    for number in 0..20_000 {
        steps.push_str(&" ".repeat(number % 50));
        steps.push_str("a: 1\n");
    }
    assert!(!codes(&read(steps)).is_empty());
}

#[test]
fn binary_is_read() {
    let mut bytes: Vec<u8> = Vec::new();
    let mut random = nexflow_conformance::corpus::Random(1);
    for _ in 0..200_000 {
        bytes.push(random.number() as u8);
    }
    let document = read(String::from_utf8_lossy(&bytes).into_owned());
    assert!(!codes(&document).is_empty());
    assert!(!codes(&read("\0".repeat(1_000_000))).is_empty());
}

#[test]
fn alias_bombs_are_bounded() {
    let mut text = String::from("a0: &a0 {x: 1}\n");
    for level in 1..40 {
        let below = level - 1;
        text.push_str(&format!("a{level}: &a{level}\n  <<: [*a{below}, *a{below}, *a{below}]\n  k{level}: [*a{below}, *a{below}]\n"));
    }
    let document = Document::parse(&text);
    assert_eq!(codes(&document), []);
    let last = document
        .root()
        .get("a39")
        .expect("the last key is there")
        .value();
    assert_eq!(last.resolved_entries().len(), 40);
    assert!(last.get_resolved("x").is_some());
}

#[test]
fn cycles_of_merges_end() {
    let document = Document::parse(
        "a: &a\n  <<: *b\n  x: 1\nb: &b\n  <<: *a\n  y: 2\nc: &c\n  <<: *c\n  d: *c\n",
    );
    // `*b` stands before `&b`, `*c` inside `&c`.
    assert_eq!(codes(&document), [SyntaxCode::UndefinedAlias]);
    for key in ["a", "b", "c"] {
        let entries = document
            .root()
            .get(key)
            .expect("the key is there")
            .value()
            .resolved_entries();
        assert!(!entries.is_empty());
    }
}
