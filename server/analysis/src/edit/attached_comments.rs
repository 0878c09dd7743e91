//! Entries with the comments that belong to them: what goes along when an entry leaves for another document.

use nexflow_syntax::{Comment, Document, Entry, TextEdit, TextRange, TextSize};

use super::{
    applied, checked, entry_at,
    relocate::insertion,
    remove::{empty, remove_entry},
    text::{SourceText, start_of},
};

/// The comments of an entry: on the lines right above it in its column, behind its value, and inside of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttachedComments {
    /// The entry's text with them.
    pub range: TextRange,
    /// The comments as they are written, in their order.
    pub comments: Vec<String>,
    /// How many of them stand above the entry.
    pub above: usize,
}

/// A document's text and comments, for questions about many of its entries.
pub struct Comments<'d> {
    text: SourceText<'d>,
    all: Vec<Comment<'d>>,
}

impl<'d> Comments<'d> {
    /// Those of a document.
    pub fn of(document: &'d Document) -> Comments<'d> {
        Comments {
            text: SourceText::of(document),
            all: document.comments().collect(),
        }
    }

    /// An entry of the document with its comments.
    pub fn attached(&self, entry: Entry<'_>) -> AttachedComments {
        with_comments(&self.text, &self.all, entry)
    }

    fn lines_above(&self, entry: Entry<'_>, found: &AttachedComments) -> TextRange {
        TextRange::new(found.range.start(), self.text.line_start(start_of(entry)))
    }
}

fn with_comments(text: &SourceText<'_>, all: &[Comment<'_>], entry: Entry<'_>) -> AttachedComments {
    let start = start_of(entry);
    let column = text.column(start);
    let begins_line = text.begins_line(start);
    let mut from = if begins_line {
        text.line_start(start)
    } else {
        start
    };
    let mut above = 0;
    while begins_line && from > TextSize::new(0) {
        let line = text.line_start(from - TextSize::new(1));
        let first = all.partition_point(|comment| comment.range.start() < line);
        let is_comment = all.get(first).is_some_and(|comment| {
            comment.own_line
                && comment.range.start() < from
                && text.column(comment.range.start()) == column
        });
        if !is_comment {
            break;
        }
        from = line;
        above += 1;
    }
    let behind = text.behind_entry(entry);
    let to = if entry.mapping().is_flow() {
        super::end_of(entry)
    } else {
        text.behind_inner_comments(text.next_line(behind), column)
            .max(behind)
    };
    let range = TextRange::new(from, to);
    let first = all.partition_point(|comment| comment.range.start() < range.start());
    let inside = all[first..]
        .iter()
        .take_while(|comment| comment.range.end() <= range.end());
    AttachedComments {
        range,
        comments: inside.map(|comment| comment.text.to_owned()).collect(),
        above,
    }
}

/// Puts a copy of an entry of `source` with its comments to a path of keys of `target`, where nothing stands yet. Between a block
/// and braces only what has no comments is copied.
pub fn copy_entry(
    source: &Document,
    entry: Entry<'_>,
    target: &Document,
    to: &[&str],
) -> Option<Vec<TextEdit>> {
    let attached = Comments::of(source).attached(entry);
    let above: Vec<&str> = attached.comments[..attached.above]
        .iter()
        .map(String::as_str)
        .collect();
    insertion(source, entry, target, to, &above)
}

/// Removes the entry at a path of keys with all comments that belong to it. The mapping around it must have others.
pub fn remove_with_comments(document: &Document, path: &[&str]) -> Option<Document> {
    let entry = entry_at(document.root(), path)?;
    let comments = Comments::of(document);
    let found = comments.attached(entry);
    let mut bare = document.clone();
    if found.above > 0 {
        let lines = comments.lines_above(entry, &found);
        bare = applied(document, &checked(document, vec![TextEdit::delete(lines)])?);
    }
    let edits = remove_entry(&bare, entry_at(bare.root(), path)?)?;
    Some(applied(&bare, &edits))
}

/// Removes the only entry of a mapping, at a path of keys, and leaves `{}`.
pub fn remove_last(document: &Document, path: &[&str]) -> Option<Document> {
    let entry = entry_at(document.root(), path)?;
    if entry.mapping().entries().count() != 1 {
        return None;
    }
    let comments = Comments::of(document);
    let found = comments.attached(entry);
    let mut edits = empty(&comments.text, entry)?;
    if found.above > 0 {
        edits.push(TextEdit::delete(comments.lines_above(entry, &found)));
    }
    let edits = checked(document, edits)?;
    Some(applied(document, &edits))
}
