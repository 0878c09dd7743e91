//! The same key twice in one mapping.

use std::cell::Cell;

use nexflow_catalog::{Applicability, ids};
use nexflow_syntax::{Entry, Node};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::{Fix, document_context::DocumentContext, edit, sink::DiagnosticSink};

/// Below so many keys comparing each with each is faster than hashing.
const FEW: usize = 12;

/// Removing one of thousands of copies is worked out for so many of them: each takes as long as reading them all, and nobody chooses
/// among more.
const MOST_FIXES: usize = 64;

/// Reports keys of a mapping that an earlier key of the same mapping repeats, as far as one fragment can tell.
pub(super) fn in_mapping(mapping: Node<'_>, sink: &mut DiagnosticSink) {
    let fixes = Cell::new(MOST_FIXES);
    let mut seen: Vec<Entry<'_>> = Vec::new();
    let mut index = FxHashMap::default();
    for entry in mapping.entries() {
        if entry.key().fragment().index() != mapping.fragment().index() {
            continue;
        }
        let key = entry.key_text();
        // Several merge keys in one mapping are used in practice and harmless.
        if key == "<<" {
            continue;
        }
        let first = if seen.len() < FEW {
            seen.iter().find(|other| other.is_named(&key)).copied()
        } else {
            if index.is_empty() {
                index.extend(seen.iter().rev().map(|entry| (entry.key_text(), *entry)));
            }
            index.get(&key).copied()
        };
        match first {
            Some(first) => report(first, entry, &fixes, sink),
            None => {
                seen.push(entry);
                if !index.is_empty() {
                    index.insert(key, entry);
                }
            }
        }
    }
}

/// Reports keys that stand twice in a mapping whose entries are fragments of their own.
pub(super) fn across_fragments(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let fixes = Cell::new(MOST_FIXES);
    let mut seen: FxHashMap<(&[Box<str>], std::borrow::Cow<'_, str>), Entry<'_>> =
        FxHashMap::default();
    for fragment in cx.snapshot.document.fragments() {
        for entry in fragment.root().entries() {
            let key = entry.key_text();
            if key == "<<" || entry.key().fragment().index() != fragment.index() {
                continue;
            }
            // A key that its own fragment repeats is reported by both; the same diagnostic counts once.
            match seen.entry((fragment.path(), key)) {
                std::collections::hash_map::Entry::Occupied(first) => {
                    if first.get().key().fragment().index() != fragment.index() {
                        report(*first.get(), entry, &fixes, sink);
                    }
                }
                std::collections::hash_map::Entry::Vacant(place) => {
                    place.insert(entry);
                }
            }
        }
    }
}

/// The removal of an exact copy. What stands in the copy alone, such as a comment, is not removed unasked.
fn without_copy(first: Entry<'_>, second: Entry<'_>) -> Option<Fix> {
    let document = second.key().fragment().document();
    if first.value().source() != second.value().source() || second.value().has_errors() {
        return None;
    }
    let edits = edit::remove_entry(document, second)?;
    let has_comment = document.comments().any(|comment| {
        edits
            .iter()
            .any(|edit| edit.range.contains_range(comment.range))
    });
    let whole = |entry: Entry<'_>| {
        let line = document
            .rope()
            .byte_to_line(entry.key().range().start().into());
        let end = document.rope().byte_to_line(entry.range().end().into());
        let lines = (line..=end).map(|line| document.rope().line(line).to_string());
        lines.collect::<String>()
    };
    if has_comment && whole(first) != whole(second) {
        return None;
    }
    // Several at once are rather the entries of a block whose own key stands too deep.
    let mut keys = FxHashSet::default();
    let entries = second.mapping().entries();
    let repeated = entries.filter(|entry| !keys.insert(entry.key_text()));
    let applicability = match repeated.take(2).count() {
        2 => Applicability::Unsafe,
        _ => Applicability::Safe,
    };
    Some(Fix {
        title: format!("Remove this `{}`", second.key_text()),
        edits,
        preferred: true,
        applicability,
    })
}

fn report(first: Entry<'_>, second: Entry<'_>, fixes: &Cell<usize>, sink: &mut DiagnosticSink) {
    // Asked only where a fix is wanted.
    let fix = || {
        fixes.set(fixes.get().checked_sub(1)?);
        without_copy(first, second)
    };
    let key = second.key_text();
    sink.report(ids::DUPLICATE_KEY, &second.key().range())
        .related(&first.key().range(), format!("the first `{key}`"))
        .fix(fix)
        .emit(format!(
            "Duplicate key `{key}`. Most parsers silently keep only the last one."
        ));
}
