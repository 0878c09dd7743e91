//! Positions of the protocol, whose columns count UTF-16 code units.

use nexflow_syntax::{TextRange, TextSize};
use ropey::Rope;
use serde_json::{Value, json};

/// The byte offset of a position. One outside of the text is moved to its nearest place.
pub(crate) fn offset(text: &Rope, position: &Value) -> TextSize {
    let number = |name: &str| position[name].as_u64().unwrap_or(0) as usize;
    let line = number("line");
    if line >= text.len_lines() {
        return size(text.len_bytes());
    }
    let start = text.line_to_char(line);
    let mut end = match line + 1 < text.len_lines() {
        true => text.line_to_char(line + 1),
        false => text.len_chars(),
    };
    for line_break in ['\n', '\r'] {
        if line + 1 < text.len_lines() && end > start && text.char(end - 1) == line_break {
            end -= 1;
        }
    }
    let unit = text
        .char_to_utf16_cu(start)
        .saturating_add(number("character"));
    let character = text.utf16_cu_to_char(unit.min(text.char_to_utf16_cu(end)));
    size(text.char_to_byte(character))
}

/// Bytes that a range of the protocol means.
pub(crate) fn text_range(text: &Rope, range: &Value) -> TextRange {
    let (start, end) = (offset(text, &range["start"]), offset(text, &range["end"]));
    TextRange::new(start.min(end), start.max(end))
}

/// A line and a column, as numbers.
pub(crate) fn line_and_column(text: &Rope, at: TextSize) -> (usize, usize) {
    let character = text.byte_to_char(usize::from(at).min(text.len_bytes()));
    let line = text.char_to_line(character);
    let start = text.char_to_utf16_cu(text.line_to_char(line));
    (line, text.char_to_utf16_cu(character) - start)
}

/// The range of the protocol for bytes of a text.
pub(crate) fn range(text: &Rope, range: TextRange) -> Value {
    let place = |at| {
        let (line, character) = line_and_column(text, at);
        json!({"line": line, "character": character})
    };
    json!({"start": place(range.start()), "end": place(range.end())})
}

fn size(bytes: usize) -> TextSize {
    TextSize::new(u32::try_from(bytes).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_utf_16() {
        let text = Rope::from_str("a: 🦀x\r\nb");
        let at = |line: u32, character: u32| {
            u32::from(offset(
                &text,
                &json!({"line": line, "character": character}),
            ))
        };
        assert_eq!((at(0, 3), at(0, 5), at(0, 99)), (3, 7, 8));
        assert_eq!((at(1, 1), at(9, 0)), (11, 11));
        assert_eq!(line_and_column(&text, 7.into()), (0, 5));
        assert_eq!(line_and_column(&text, 10.into()), (1, 0));
    }
}
