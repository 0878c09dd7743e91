//! The text of a fragment becomes a tree.
//!
//! [Regular](crate::regular) text is read directly, anything else is parsed as a whole, and only what does not parse is
//! [recovered](crate::recover).

use std::borrow::Cow;

use crate::{
    builder::TreeBuilder,
    error::{RawError, SyntaxCode},
    limits::Limits,
    line::Lines,
    outline::{self, Shape},
    parse::{self, Expect},
    recover::Recovery,
    regular,
    tree::{NodeKind, SPLIT, Tree},
};

/// Reads the text of a fragment. The builder is empty before and after; it is given so that many fragments need one.
pub(crate) fn read(builder: &mut TreeBuilder, text: &str, shape: Shape, limits: &Limits) -> Tree {
    let mut is_regular = false;
    match shape {
        Shape::Whole => {
            let masked = mask_conflicts(text, builder);
            if let Err(failure) = parse::parse(builder, &masked, 0, Expect::Stream, limits.depth) {
                Recovery::new(builder, &masked, limits).documents(failure);
            }
            if builder.roots.is_empty() {
                let at = if text.starts_with('\u{feff}') { 3 } else { 0 };
                builder.add(NodeKind::Null, at, at);
            }
        }
        Shape::Top { column } | Shape::Head { column } | Shape::Nested { column } => {
            builder.open(NodeKind::Mapping, 0, 0);
            is_regular = regular::read(builder, text, limits.depth);
            if is_regular {
                debug_assert!(
                    reads_the_same(builder, text, limits),
                    "the parser reads this in another way: {text:?}"
                );
            } else {
                let masked = mask_conflicts(text, builder);
                let parsed = parse::parse(builder, &masked, 0, Expect::Entries, limits.depth);
                if let Err(failure) = parsed {
                    Recovery::new(builder, &masked, limits).entries(column, failure);
                }
            }
            split(builder, shape);
            builder.close(None);
        }
    }
    Tree {
        may_merge: !is_regular && text.contains("<<"),
        ..builder.finish()
    }
}

/// Whether the parser makes of `text` what `builder` holds.
fn reads_the_same(builder: &TreeBuilder, text: &str, limits: &Limits) -> bool {
    let mut parsed = TreeBuilder::default();
    parsed.open(NodeKind::Mapping, 0, 0);
    let read = parse::parse(&mut parsed, text, 0, Expect::Entries, limits.depth);
    // The parser gives the comments in the order in which it comes to them.
    parsed.comments.sort_by_key(|comment| comment.start);
    parsed.comments.dedup_by_key(|comment| comment.start);
    read.is_ok()
        && parsed.nodes == builder.nodes
        && parsed.values.is_empty()
        && parsed.anchors.is_empty()
        && parsed.tags.is_empty()
        && parsed.aliases.is_empty()
        && parsed.comments == builder.comments
}

/// Marks the empty value of a section's head as the mapping that it is.
fn split(builder: &mut TreeBuilder, shape: Shape) {
    if !matches!(shape, Shape::Head { .. }) {
        return;
    }
    let Some(value) = builder.last_child() else {
        return;
    };
    let node = &mut builder.nodes[value as usize];
    if node.kind == NodeKind::Null {
        node.kind = NodeKind::Mapping;
        node.flags |= SPLIT;
    }
}

/// The text without the lines of merge conflict markers, each of which is an error.
fn mask_conflicts<'t>(text: &'t str, builder: &mut TreeBuilder) -> Cow<'t, str> {
    if !["<<<<<<<", ">>>>>>>", "=======", "|||||||"]
        .iter()
        .any(|mark| text.contains(mark))
    {
        return Cow::Borrowed(text);
    }
    let mut masked: Option<Vec<u8>> = None;
    for line in Lines::new(text, 0) {
        let content = &text[line.content..line.end];
        if line.column != 0 || !outline::is_conflict_marker(content) {
            continue;
        }
        let bytes = masked.get_or_insert_with(|| text.as_bytes().to_vec());
        bytes[line.content..line.end].fill(b' ');
        builder.error(RawError::new(
            SyntaxCode::MergeConflict,
            line.content,
            line.end,
            "Unresolved merge conflict. Keep one side and remove the markers.",
        ));
    }
    match masked.map(String::from_utf8) {
        Some(Ok(masked)) => Cow::Owned(masked),
        _ => Cow::Borrowed(text),
    }
}
