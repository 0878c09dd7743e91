//! Edits of a text.

use ropey::Rope;
use text_size::{TextRange, TextSize};

/// Replacement of a range of the text (byte offsets) by `insert`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextEdit {
    /// What is replaced; empty for an insertion.
    pub range: TextRange,
    /// What stands there afterwards.
    pub insert: String,
}

impl TextEdit {
    /// An edit that replaces `range` by `insert`.
    pub fn replace(range: TextRange, insert: impl Into<String>) -> TextEdit {
        TextEdit {
            range,
            insert: insert.into(),
        }
    }

    /// An edit that puts `text` at `offset`.
    pub fn insert(offset: TextSize, text: impl Into<String>) -> TextEdit {
        TextEdit {
            range: TextRange::empty(offset),
            insert: text.into(),
        }
    }

    /// An edit that removes `range`.
    pub fn delete(range: TextRange) -> TextEdit {
        TextEdit {
            range,
            insert: String::new(),
        }
    }
}

/// Applies `edit` to `rope` and returns the bytes that it replaced as `(start, end)`, clamped to the text and widened to
/// character borders.
pub(crate) fn apply(rope: &mut Rope, edit: &TextEdit) -> (usize, usize) {
    let len = rope.len_bytes();
    let start = usize::from(edit.range.start()).min(len);
    let end = usize::from(edit.range.end()).min(len);
    let first = rope.byte_to_char(start);
    let mut last = rope.byte_to_char(end);
    if rope.char_to_byte(last) < end {
        last += 1;
    }
    let (start, end) = (rope.char_to_byte(first), rope.char_to_byte(last));
    if first < last {
        rope.remove(first..last);
    }
    if !edit.insert.is_empty() {
        rope.insert(first, &edit.insert);
    }
    (start, end)
}
