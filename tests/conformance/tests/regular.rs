//! Lines of which most are regular: what is read without the parser reads as the parser reads it.
//!
//! The document as one fragment always goes through the parser, and the same document in fragments does not where it is regular.

use nexflow_conformance::dump::dump;
use nexflow_syntax::{Document, Limits};
use proptest::{collection::vec, prelude::*, sample::select};

const HEADS: &[&str] = &[
    "key:", "key:", "key: ", "a.b-c/d:", "_x:", "9:", "- ", "- key:", "- - ", "-", "", "? ",
    "key :", "\"q\":", "é:",
];

const VALUES: &[&str] = &[
    "",
    "",
    "",
    " word",
    " word",
    " two words",
    " a:b",
    " a: b",
    " a:",
    " a#b",
    " #",
    " # about",
    "#",
    " word # about ",
    " word  ",
    " 'quoted'",
    " 'it''s'",
    " \"quoted\"",
    " \"es\\\"caped\"",
    " \"tab\\tbed\"",
    " \"open",
    " \"a\" b",
    " 'a'#b",
    " ${VAR:-x}",
    " -1",
    " -",
    " - x",
    " --- x",
    " /path",
    " .5",
    " ~",
    " (x)",
    " [a, b]",
    " [a, b,]",
    " []",
    " [ a , 'b' , \"c\" ] # about",
    " {a: b, c: [d, {e: f}]}",
    " {a: b",
    " {a, b}",
    " {a:b}",
    " [a: b]",
    " [a b]",
    " [${A}]",
    " {a: b} c",
    " [[a], [[b]]]",
    " |",
    " >-",
    " &a x",
    " *a",
    " !t x",
    " %x",
    " @x",
    " `x`",
    " é",
    " \u{85}",
    " \u{feff}x",
    " x\u{1f980}",
    " \t",
    "\tx",
    " a\u{7}b",
    " ,x",
    " ]",
    " =",
    " ;",
    " +1",
    " $x",
];

const BREAKS: &[&str] = &[
    "\n",
    "\n",
    "\n",
    "\n",
    "\r\n",
    "\n\n",
    "\n   \n",
    "\n# note\n",
    "\n     # note\n",
    "\r",
];

fn line() -> impl Strategy<Value = String> {
    let regular = (
        0usize..5,
        select(&HEADS[..8]),
        select(&VALUES[..10]),
        select(&BREAKS[..7]),
    )
        .prop_map(|(column, head, value, end)| {
            format!("{}{head}{value}{end}", "  ".repeat(column))
        });
    let any = (0usize..7, select(HEADS), select(VALUES), select(BREAKS))
        .prop_map(|(column, head, value, end)| format!("{}{head}{value}{end}", " ".repeat(column)));
    prop_oneof![5 => regular, 1 => any]
}

/// Lines that stand where their neighbours let them: each at most one step deeper than the one before it.
fn tidy() -> impl Strategy<Value = String> {
    let line = (
        0usize..4,
        any::<bool>(),
        0usize..8,
        select(VALUES),
        select(BREAKS),
    );
    vec(line, 1..14).prop_map(|lines| {
        let mut out = String::from("section:\n  first:\n");
        let mut column: usize = 2;
        let mut bare = true;
        for (number, (up, item, kind, value, end)) in lines.into_iter().enumerate() {
            column = if bare {
                column + 2
            } else {
                column.saturating_sub(up * 2).max(2)
            };
            let value = match kind {
                0..=2 => "",
                3..=5 => " word",
                _ => value,
            };
            let dash = if item && bare { "- " } else { "" };
            out.push_str(&format!(
                "{}{dash}key_{number}:{value}{end}",
                " ".repeat(column)
            ));
            bare = value.is_empty();
            if bare && !dash.is_empty() {
                column += 2;
            }
        }
        out
    })
}

fn check(text: &str) -> Result<(), TestCaseError> {
    let document = Document::parse(text);
    let whole = Document::parse_as_one_fragment(text, Limits::default());
    if whole.errors().is_empty() {
        prop_assert_eq!(dump(&whole), dump(&document));
    } else {
        prop_assert!(
            !document.errors().is_empty(),
            "hidden: {:?}",
            whole.errors()
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, ..ProptestConfig::default() })]

    #[test]
    fn any_lines(lines in vec(line(), 1..12)) {
        check(&lines.concat())?;
        check(&format!("top: 1\nsection:\n  first:\n{}", lines.concat()))?;
    }

    #[test]
    fn tidy_lines(text in tidy()) {
        check(&text)?;
    }

    /// A limit that the parser keeps is kept.
    #[test]
    fn shallow_limits(text in tidy(), depth in 1usize..6) {
        let limits = Limits { depth, ..Limits::default() };
        let document = Document::parse_with(&text, limits);
        let whole = Document::parse_as_one_fragment(&text, limits);
        if document.errors().is_empty() && whole.errors().is_empty() {
            prop_assert_eq!(dump(&whole), dump(&document));
        }
    }
}

/// One line per sort of value, so that a failure names it.
#[test]
fn every_value() {
    for head in HEADS {
        for value in VALUES {
            for end in [
                "",
                "\n",
                "\r\n",
                "\n  next: x\n",
                "\n    deeper: x\n",
                "\n    - item\n",
                "\n    word\n",
            ] {
                let text = format!("section:\n  {head}{value}{end}");
                if let Err(error) = check(&text) {
                    panic!("{text:?}: {error}");
                }
            }
        }
    }
}
