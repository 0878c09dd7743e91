//! Edits of a document that keep what they do not concern: comments, indentation, quotes, block and flow style.
//!
//! Every function answers with edits in terms of the text at hand, in its order and without overlaps, or with `None` where the
//! edit cannot be made without doubt: it would break the syntax, the key is a complex one, an alias elsewhere needs an anchor
//! that would go.

mod attached_comments;
mod insert;
mod lists;
mod relocate;
mod remove;
mod text;
mod value;

use nexflow_syntax::{Document, Entry, Node, NodeKind, Parent, ScalarStyle, TextEdit, TextRange};

pub use attached_comments::{
    AttachedComments, Comments, copy_entry, remove_last, remove_with_comments,
};
pub use insert::{insert_at, insert_below, insert_field};
pub use lists::merge_list;
pub use relocate::{combined, move_entry};
pub use remove::{remove_entry, remove_item};
pub use value::{Value, quoted, reads_as_text};

use text::{SourceText, end_of};

/// The document after edits that do not overlap, in whatever order.
pub fn applied(document: &Document, edits: &[TextEdit]) -> Document {
    let mut ordered = edits.to_vec();
    // From the end, each edit leaves the offsets of those before it alone.
    ordered.sort_by_key(|edit| std::cmp::Reverse((edit.range.start(), edit.range.end())));
    document.apply_all(&ordered)
}

/// The line ending that a document uses.
pub fn line_ending(document: &Document) -> &'static str {
    SourceText::of(document).eol()
}

/// Columns per level, as a document itself indents.
pub fn step(document: &Document) -> usize {
    SourceText::step(document)
}

/// By how many columns a document indents its blocks, when it has one.
pub fn own_step(document: &Document) -> Option<usize> {
    SourceText::own_step(document)
}

/// The edits, unless they leave the document with more syntax errors than it had.
fn checked(document: &Document, edits: Vec<TextEdit>) -> Option<Vec<TextEdit>> {
    let after = applied(document, &edits);
    (after.errors().len() <= document.errors().len()).then_some(edits)
}

/// Replaces the value of an entry. Text keeps the quotes that stood there.
pub fn replace_value(
    document: &Document,
    entry: Entry<'_>,
    value: &Value,
) -> Option<Vec<TextEdit>> {
    let text = SourceText::of(document);
    let node = entry.value();
    let in_flow = entry.mapping().is_flow();
    let written = match value {
        Value::Text(words) => quoted(words, in_flow, node.style()),
        other => other.flow(),
    };
    let edit = match node.kind() {
        NodeKind::Null => {
            let colon = text.behind_colon(entry)?;
            // `key: &anchor` has its value behind the anchor.
            let at = end_of(entry).max(colon);
            TextEdit::insert(at, format!(" {written}"))
        }
        NodeKind::Mapping | NodeKind::Sequence if !node.is_flow() => {
            let colon = text.behind_colon(entry)?;
            let from = node.tag().map_or(colon, |(_, tag)| tag.end());
            let from = node
                .anchor()
                .map_or(from, |(_, anchor)| anchor.end().max(from));
            TextEdit::replace(TextRange::new(from, end_of(entry)), format!(" {written}"))
        }
        _ => TextEdit::replace(node.range(), written),
    };
    checked(document, vec![edit])
}

/// Gives an entry another key, quoted as the old one was.
pub fn rename_key(document: &Document, entry: Entry<'_>, key: &str) -> Option<Vec<TextEdit>> {
    let old = entry.key();
    let style = old.style().filter(|style| {
        matches!(
            style,
            ScalarStyle::Plain | ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted
        )
    })?;
    if entry.mapping().get(key).is_some() {
        return None;
    }
    let written = quoted(key, entry.mapping().is_flow(), Some(style));
    checked(document, vec![TextEdit::replace(old.range(), written)])
}

/// True when the node, or something around it, has an anchor that an alias refers to: an edit inside is an edit in several
/// places.
pub fn is_shared(document: &Document, node: Node<'_>) -> bool {
    let mut anchors = Vec::new();
    let mut at = Some(node);
    while let Some(node) = at {
        anchors.extend(node.anchor().map(|(name, _)| name.to_owned()));
        at = match node.parent() {
            Some(Parent::Value(entry) | Parent::Key(entry)) => Some(entry.mapping()),
            Some(Parent::Item(sequence, _)) => Some(sequence),
            None => None,
        };
    }
    !anchors.is_empty()
        && document
            .roots()
            .into_iter()
            .any(|root| has_alias(root, &anchors))
}

fn has_alias(node: Node<'_>, names: &[String]) -> bool {
    node.alias()
        .is_some_and(|alias| names.iter().any(|name| name == alias))
        || node
            .entries()
            .any(|entry| has_alias(entry.key(), names) || has_alias(entry.value(), names))
        || node.items().any(|item| has_alias(item, names))
}

/// The entry at a path of keys, when there is one and no alias on the way.
pub fn entry_at<'d>(root: Node<'d>, path: &[&str]) -> Option<Entry<'d>> {
    let (last, front) = path.split_last()?;
    let mut node = root;
    for key in front {
        node = node.get(key)?.value();
    }
    node.get(last)
}
