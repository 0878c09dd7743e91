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

/// What an edit replaced: offsets in the text before it (`old_end`) and after it (`new_end`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TouchedRange {
    pub start: usize,
    pub old_end: usize,
    pub new_end: usize,
}

/// The smallest range that holds all of several edits.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Touched {
    range: Option<TouchedRange>,
}

impl Touched {
    /// Adds an edit that is in terms of the text which the ones before it left.
    pub fn add(&mut self, edit: TouchedRange) {
        let Some(range) = &mut self.range else {
            self.range = Some(edit);
            return;
        };
        // What of the edit lies behind the range reaches further into the old text by as much.
        let beyond = edit.old_end.saturating_sub(range.new_end);
        range.old_end += beyond;
        range.new_end = range.new_end + beyond + edit.new_end - edit.old_end;
        range.start = range.start.min(edit.start);
    }

    pub fn range(&self) -> Option<TouchedRange> {
        self.range
    }
}

/// Applies `edit` to `rope`; its range is clamped to the text and widened to character borders.
pub(crate) fn apply(rope: &mut Rope, edit: &TextEdit) -> TouchedRange {
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
    TouchedRange {
        start,
        old_end: end,
        new_end: start + edit.insert.len(),
    }
}
