//! Bytes become a tree: with the default limits and with narrow ones.

use nexflow_conformance::dump::dump;
use nexflow_syntax::{Document, Limits, Node, TextRange};

use crate::script;

/// Reads the bytes as a document.
///
/// # Panics
///
/// When a position is outside the text or in the middle of a character, fragments do not make up the text, or a walk over the tree
/// contradicts itself.
pub fn run(bytes: &[u8]) {
    let text = script::text(bytes, 64 << 10);
    check(&text, Limits::default());
    let narrow = Limits {
        bytes: text.len().max(1) - usize::from(script::fingerprint(&text).is_multiple_of(4)),
        depth: 4,
        expansion: 16,
    };
    check(&text, narrow);
}

fn check(text: &str, limits: Limits) {
    let document = Document::parse_with(text, limits);
    let fragments: String = document
        .fragments()
        .map(|fragment| fragment.text().to_owned())
        .collect();
    assert_eq!(fragments, text, "units make up the text");
    let mut open: Vec<Node<'_>> = document.roots();
    let mut count = 0;
    while let Some(node) = open.pop() {
        count += 1;
        assert!(
            count <= 16 * text.len() + 16,
            "more nodes than a text of this length can have"
        );
        within(text, node.range());
        for named in [node.anchor(), node.tag()].into_iter().flatten() {
            within(text, named.1);
        }
        for entry in node.entries() {
            within(text, entry.range());
            within(text, entry.key().range());
            open.push(entry.key());
            open.push(entry.value());
        }
        open.extend(node.items());
    }
    for error in document.errors() {
        within(text, error.range);
        assert!(!error.message.is_empty());
        error
            .related
            .iter()
            .for_each(|(range, _)| within(text, *range));
        for edit in error.fix.iter().flat_map(|fix| &fix.edits) {
            within(text, edit.range);
        }
    }
    for comment in document.comments() {
        within(text, comment.range);
        assert_eq!(&text[comment.range], comment.text);
    }
    let again = Document::parse_with(text, limits);
    assert_eq!(
        dump(&again),
        dump(&document),
        "the same text reads the same"
    );
}

/// A range lies inside the text, at characters.
///
/// # Panics
///
/// When it does not.
pub fn within(text: &str, range: TextRange) {
    let found = text.get(usize::from(range.start())..usize::from(range.end()));
    assert!(
        found.is_some(),
        "{range:?} in a text of {} bytes",
        text.len()
    );
}
