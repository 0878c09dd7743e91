//! Formatting: white space only. Nothing is reordered, re-quoted or wrapped, comments stay where they are aligned, and what
//! is not understood is left alone.

mod blanks;
mod layout;
mod lines;
mod on_type;

use nexflow_syntax::{Document, TextEdit, TextRange, TextSize};

use crate::{Snapshot, edit, edit::applied};
use lines::Lines;
pub use on_type::format_on_type;

/// Style of formatting; the defaults are those of the specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormatOptions {
    /// Columns per level.
    pub indent: usize,
    /// Most blank lines in a row.
    pub blank_lines: usize,
}

impl Default for FormatOptions {
    fn default() -> Self {
        FormatOptions {
            indent: 2,
            blank_lines: 2,
        }
    }
}

/// The smallest edits that format a document, or the lines that `range` touches. Empty when all is well already.
pub fn format(
    snapshot: &Snapshot,
    range: Option<TextRange>,
    options: FormatOptions,
) -> Vec<TextEdit> {
    let document = &snapshot.document;
    let options = match range {
        // A part of a document is indented as the rest of it.
        Some(_) => FormatOptions {
            indent: edit::own_step(document).unwrap_or(options.indent),
            ..options
        },
        None => options,
    };
    let mut current = document.clone();
    // A column that only a neighbour justifies goes when the neighbour moves, so that one round may uncover the next.
    for _ in 0..ROUNDS {
        let edits = round(&current, options);
        if edits.is_empty() || !keeps_meaning(&current, &edits) {
            break;
        }
        current = applied(&current, &edits);
    }
    let mut edits = blanks::difference(&document.rope().to_string(), &current.rope().to_string());
    if let Some(range) = range {
        let lines = whole_lines(document, range);
        edits.retain(|edit| lines.contains_range(edit.range));
        if !keeps_meaning(document, &edits) {
            // What is at the beginning of a line goes with its neighbours; the rest stands for itself.
            edits.retain(|edit| !begins_line(document, edit.range));
        }
        if !keeps_meaning(document, &edits) {
            return Vec::new();
        }
    }
    edits
}

/// The lines that a range touches, without the break behind the last one.
fn whole_lines(document: &Document, range: TextRange) -> TextRange {
    let rope = document.rope();
    let line = |at: TextSize| rope.byte_to_line(usize::from(at).min(rope.len_bytes()));
    let last = line(range.end()) + 1;
    let start = rope.line_to_byte(line(range.start()));
    let end = match last < rope.len_lines() {
        true => rope.line_to_byte(last) - 1,
        false => rope.len_bytes(),
    };
    let size = |at: usize| TextSize::new(u32::try_from(at).unwrap_or(u32::MAX));
    TextRange::new(size(start), size(end.max(start)))
}

/// Whether nothing but blanks stands in front of a range on its line.
fn begins_line(document: &Document, range: TextRange) -> bool {
    let rope = document.rope();
    let at = usize::from(range.start()).min(rope.len_bytes());
    let start = rope.line_to_byte(rope.byte_to_line(at));
    rope.byte_slice(start..at).chars().all(char::is_whitespace)
}

/// Each round takes away blanks that the one before has left, so that few are needed.
const ROUNDS: usize = 16;

/// What the text at hand calls for.
fn round(document: &Document, options: FormatOptions) -> Vec<TextEdit> {
    let text = document.rope().to_string();
    let mut lines = Lines::new(&text);
    layout::lay_out(document, &text, &mut lines, options);
    lines.edits(&text, options)
}

/// Whether the document means the same after the edits: the last fence before a user's file.
pub fn keeps_meaning(document: &Document, edits: &[TextEdit]) -> bool {
    if edits.is_empty() {
        return true;
    }
    let mut ordered = edits.to_vec();
    // Applied from the end, each edit leaves the offsets of those before it alone.
    ordered.sort_by_key(|edit| std::cmp::Reverse(edit.range.start()));
    let after = document.apply_all(&ordered);
    same_meaning(document, &after)
}

/// Whether two documents mean the same: same documents, keys, values, tags, anchors; and the same number of syntax errors.
pub fn same_meaning(before: &Document, after: &Document) -> bool {
    let (a, b) = (before.roots(), after.roots());
    let mut open: Vec<_> = a.iter().copied().zip(b.iter().copied()).collect();
    if a.len() != b.len() || before.errors().len() != after.errors().len() {
        return false;
    }
    while let Some((a, b)) = open.pop() {
        let names = |node: nexflow_syntax::Node<'_>| {
            (
                node.anchor().map(|(name, _)| name.to_owned()),
                node.tag().map(|(name, _)| name.to_owned()),
                node.alias().map(str::to_owned),
            )
        };
        if a.kind() != b.kind() || a.value() != b.value() || names(a) != names(b) {
            return false;
        }
        let entries: (Vec<_>, Vec<_>) = (a.entries().collect(), b.entries().collect());
        let items: (Vec<_>, Vec<_>) = (a.items().collect(), b.items().collect());
        if entries.0.len() != entries.1.len() || items.0.len() != items.1.len() {
            return false;
        }
        for (a, b) in entries.0.into_iter().zip(entries.1) {
            open.push((a.key(), b.key()));
            open.push((a.value(), b.value()));
        }
        open.extend(items.0.into_iter().zip(items.1));
    }
    true
}
