//! A document and edits of it, read from any bytes: what the fuzzer runs, and what its findings are kept as.

use nexflow_syntax::{Document, Limits, TextEdit, TextRange};

use crate::dump::{dump, dump_with_units};

/// Pieces of text that a fuzzer would take long to find.
const PIECES: &[&str] = &[
    "\n",
    "\r\n",
    "  ",
    "    ",
    "key: value\n",
    "section:\n  first: 1\n  second:\n    deep: x\n",
    "- item\n",
    ": ",
    "- ",
    "\"",
    "'",
    "[",
    "]",
    "{",
    "}",
    "|\n",
    ">-\n",
    "&a ",
    "*a",
    "<<: *a\n",
    "!!str ",
    "---\n",
    "...\n",
    "%YAML 1.2\n",
    "${VAR}",
    "\t",
    "# comment\n",
    "<<<<<<< HEAD\n",
    "=======\n",
    "\u{feff}",
    "\u{1f980}",
    "word",
];

/// Reads `bytes` as a text and edits, separated by the byte 0xFF, and applies them.
///
/// # Panics
///
/// When the edited document is not the one that its text gives, or an answer is out of bounds.
pub fn replay(bytes: &[u8]) {
    let mut parts = bytes.split(|byte| *byte == 0xff);
    let text = String::from_utf8_lossy(parts.next().unwrap_or_default()).into_owned();
    let mut document = Document::parse(&text);
    check(&document);
    for part in parts.take(16) {
        let [at, remove, rest @ ..] = part else {
            continue;
        };
        let length = usize::from(document.len());
        let start = usize::from(*at) * (length + 1) / 256;
        let insert = match rest {
            [piece, 0xfe] => PIECES[usize::from(*piece) % PIECES.len()].to_string(),
            other => String::from_utf8_lossy(other).into_owned(),
        };
        let range = TextRange::new(
            (start as u32).into(),
            (start as u32 + u32::from(*remove % 32)).into(),
        );
        document = document.apply(&TextEdit::replace(range, insert));
        check(&document);
    }
}

fn check(document: &Document) {
    let text = document.rope().to_string();
    let fresh = Document::parse(&text);
    assert_eq!(
        dump_with_units(&fresh),
        dump_with_units(document),
        "edited differs from fresh"
    );
    // What YAML accepts as a whole, fragments accept, with the same tree.
    let whole = Document::parse_as_one_fragment(&text, Limits::default());
    if whole.errors().is_empty() {
        assert_eq!(dump(&whole), dump(document), "units differ from the whole");
    } else {
        assert!(
            !document.errors().is_empty(),
            "units hide an error: {:?}",
            whole.errors()
        );
    }
    for (offset, _) in text.char_indices().chain([(text.len(), ' ')]) {
        let cursor = document.cursor((offset as u32).into());
        if let Some(container) = cursor.container {
            assert_eq!(container.path(), cursor.parent);
        }
    }
}
