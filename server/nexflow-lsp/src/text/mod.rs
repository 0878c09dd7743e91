//! Texts and the positions of the protocol in them; the only place where positions are counted.

pub(crate) mod line_index;
pub(crate) mod visible;

use nexflow_syntax::{TextRange, TextSize};
use ropey::Rope;
use tower_lsp_server::ls_types::{Position, PositionEncodingKind, Range};

/// What a column counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// Bytes.
    Utf8,
    /// UTF-16 code units, which every client knows.
    #[default]
    Utf16,
    /// Characters.
    Utf32,
}

impl Encoding {
    /// The protocol's word for it.
    pub(crate) fn kind(self) -> PositionEncodingKind {
        match self {
            Encoding::Utf8 => PositionEncodingKind::UTF8,
            Encoding::Utf16 => PositionEncodingKind::UTF16,
            Encoding::Utf32 => PositionEncodingKind::UTF32,
        }
    }

    /// How many columns a text of one line takes.
    pub(crate) fn length(self, text: &str) -> usize {
        match self {
            Encoding::Utf8 => text.len(),
            Encoding::Utf16 => text.encode_utf16().count(),
            Encoding::Utf32 => text.chars().count(),
        }
    }
}

/// The byte offset of a position. Positions outside the text are moved to its nearest place: a column behind the end of its
/// line to that end, a line behind the last one to the end of the text, the middle of a character to its beginning.
pub(crate) fn offset(text: &Rope, position: Position, encoding: Encoding) -> TextSize {
    let line = position.line as usize;
    if line >= text.len_lines() {
        return size(text.len_bytes());
    }
    let column = position.character as usize;
    let start = text.line_to_char(line);
    let end = line_end(text, line);
    let target = match encoding {
        Encoding::Utf8 => {
            let byte = (text.char_to_byte(start) + column).min(text.char_to_byte(end));
            text.byte_to_char(byte)
        }
        Encoding::Utf16 => {
            let unit = (text.char_to_utf16_cu(start) + column).min(text.char_to_utf16_cu(end));
            text.utf16_cu_to_char(unit)
        }
        Encoding::Utf32 => (start + column).min(end),
    };
    size(text.char_to_byte(target))
}

/// The position of a byte offset; offsets behind the text count as its end.
pub(crate) fn position(text: &Rope, offset: TextSize, encoding: Encoding) -> Position {
    let byte = usize::from(offset).min(text.len_bytes());
    let character = text.byte_to_char(byte);
    let line = text.char_to_line(character);
    let start = text.line_to_char(line);
    let column = match encoding {
        Encoding::Utf8 => text.char_to_byte(character) - text.char_to_byte(start),
        Encoding::Utf16 => text.char_to_utf16_cu(character) - text.char_to_utf16_cu(start),
        Encoding::Utf32 => character - start,
    };
    Position::new(line as u32, column as u32)
}

/// The character offset of the end of a line, in front of its line break.
fn line_end(text: &Rope, line: usize) -> usize {
    let mut end = if line + 1 < text.len_lines() {
        text.line_to_char(line + 1)
    } else {
        text.len_chars()
    };
    let start = text.line_to_char(line);
    if line + 1 < text.len_lines() {
        if end > start && text.char(end - 1) == '\n' {
            end -= 1;
        }
        if end > start && text.char(end - 1) == '\r' {
            end -= 1;
        }
    }
    end
}

/// The range of the protocol as byte offsets; `None` when it ends before it begins or begins behind the text, which a client
/// that has the same text would not send.
pub(crate) fn edit_range(text: &Rope, range: Range, encoding: Encoding) -> Option<TextRange> {
    let before = (range.end.line, range.end.character) < (range.start.line, range.start.character);
    if before || range.start.line as usize > text.len_lines() {
        return None;
    }
    let (start, end) = (
        offset(text, range.start, encoding),
        offset(text, range.end, encoding),
    );
    Some(TextRange::new(start, end.max(start)))
}

/// The part of a text that a question is about. One that ends before it begins is the same part, said the other way round.
pub(crate) fn text_range(text: &Rope, range: Range, encoding: Encoding) -> TextRange {
    let (start, end) = (
        offset(text, range.start, encoding),
        offset(text, range.end, encoding),
    );
    TextRange::new(start.min(end), start.max(end))
}

/// A byte range as a range of the protocol.
pub(crate) fn range(text: &Rope, range: TextRange, encoding: Encoding) -> Range {
    Range::new(
        position(text, range.start(), encoding),
        position(text, range.end(), encoding),
    )
}

/// Offsets of texts beyond 4 GiB do not occur: the size limit of documents is far below.
fn size(bytes: usize) -> TextSize {
    TextSize::new(u32::try_from(bytes).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `é` is 2 bytes and 1 unit, `😀` 4 bytes and 2 units.
    const TEXT: &str = "aé😀b\r\nx\n\nlast";

    #[test]
    fn columns_count_what_was_agreed() {
        let text = Rope::from_str(TEXT);
        for (encoding, column) in [
            (Encoding::Utf8, 7),
            (Encoding::Utf16, 4),
            (Encoding::Utf32, 3),
        ] {
            let b = TextSize::new(7);
            assert_eq!(position(&text, b, encoding), Position::new(0, column));
            assert_eq!(offset(&text, Position::new(0, column), encoding), b);
        }
    }

    #[test]
    fn every_offset_survives_the_round_trip() {
        let text = Rope::from_str(TEXT);
        for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
            for (byte, _) in TEXT.char_indices().chain([(TEXT.len(), ' ')]) {
                // The place between CR and LF is no place of its own.
                if TEXT.as_bytes().get(byte) == Some(&b'\n')
                    && byte > 0
                    && TEXT.as_bytes()[byte - 1] == b'\r'
                {
                    continue;
                }
                let there = position(&text, size(byte), encoding);
                assert_eq!(
                    offset(&text, there, encoding),
                    size(byte),
                    "{encoding:?} {byte}"
                );
            }
        }
    }

    #[test]
    fn positions_outside_the_text_are_clamped() {
        let text = Rope::from_str(TEXT);
        for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
            assert_eq!(
                offset(&text, Position::new(0, 99), encoding),
                TextSize::new(8)
            );
            assert_eq!(
                offset(&text, Position::new(2, 5), encoding),
                TextSize::new(12)
            );
            assert_eq!(
                offset(&text, Position::new(3, u32::MAX), encoding),
                size(TEXT.len())
            );
            assert_eq!(
                offset(&text, Position::new(u32::MAX, 0), encoding),
                size(TEXT.len())
            );
        }
        // The middle of a surrogate pair and of a byte sequence.
        assert_eq!(
            offset(&text, Position::new(0, 3), Encoding::Utf16),
            TextSize::new(3)
        );
        assert_eq!(
            offset(&text, Position::new(0, 5), Encoding::Utf8),
            TextSize::new(3)
        );
    }

    #[test]
    fn only_the_line_breaks_of_the_protocol_count() {
        let text = Rope::from_str("a\u{2028}b\u{85}c\u{b}d\re");
        assert_eq!(text.len_lines(), 2);
    }

    #[test]
    fn ranges_that_no_client_with_the_same_text_sends_are_refused() {
        let text = Rope::from_str("a\nb");
        let at = |line, column| Position::new(line, column);
        assert_eq!(
            edit_range(&text, Range::new(at(1, 0), at(0, 0)), Encoding::Utf16),
            None
        );
        assert_eq!(
            edit_range(&text, Range::new(at(9, 0), at(9, 1)), Encoding::Utf16),
            None
        );
        let all = edit_range(
            &text,
            Range::new(at(0, 0), at(u32::MAX, 0)),
            Encoding::Utf16,
        );
        assert_eq!(all, Some(TextRange::up_to(TextSize::new(3))));
    }
}
