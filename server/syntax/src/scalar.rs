//! From an offset in a scalar's value back to the text.

use std::borrow::Cow;

use text_size::TextSize;

use crate::ScalarStyle;

/// Where the bytes of a scalar's value stand in the text.
pub struct SourceMap<'d> {
    start: u32,
    within: Within<'d>,
}

enum Within<'d> {
    /// The value is what is written behind the quote.
    Same {
        quote: usize,
        length: usize,
    },
    Walk(Walk<'d>),
}

impl<'d> SourceMap<'d> {
    /// A scalar whose value is what is written, behind a quote of so many bytes.
    pub(crate) fn same(start: u32, quote: usize, length: usize) -> SourceMap<'d> {
        SourceMap {
            start,
            within: Within::Same { quote, length },
        }
    }

    pub(crate) fn walk(
        start: u32,
        source: &'d str,
        style: ScalarStyle,
        value: Cow<'d, str>,
    ) -> SourceMap<'d> {
        SourceMap {
            start,
            within: Within::Walk(Walk::new(source, style, value)),
        }
    }

    /// The absolute offset in the text that a byte offset of the value comes from.
    pub fn offset(&mut self, value_offset: usize) -> TextSize {
        let within = match &mut self.within {
            Within::Same { quote, length } => (value_offset + *quote).min(*length),
            Within::Walk(walk) => walk.offset(value_offset),
        };
        (self.start + within as u32).into()
    }
}

/// Where the bytes of a scalar's value stand in its source: as it is written, with its quotes or its `|` header.
///
/// Value and source are walked side by side: what is the same in both advances both, an escape advances the source by its length, and
/// where the source has blanks and line breaks that folding took away they are passed over. A walk goes on where the last one ended,
/// for a scalar may hold thousands of references.
struct Walk<'s> {
    source: &'s str,
    style: ScalarStyle,
    value: Cow<'s, str>,
    /// The indentation that a block scalar's lines have in the source alone.
    indent: usize,
    /// Where the quotes or the source end.
    end: usize,
    at: usize,
    position: usize,
    line_start: bool,
}

impl<'s> Walk<'s> {
    fn new(source: &'s str, style: ScalarStyle, value: Cow<'s, str>) -> Walk<'s> {
        let is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        let body = body(source, style);
        let indent = match is_block {
            true => block_indent(source, body, &value),
            false => 0,
        };
        let end = match style {
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted if source.len() > 1 => {
                source.len() - 1
            }
            _ => source.len(),
        };
        Walk {
            source,
            style,
            value,
            indent,
            end,
            at: body,
            position: 0,
            line_start: is_block,
        }
    }

    /// The offset in the source of the byte `offset` of the value.
    fn offset(&mut self, offset: usize) -> usize {
        let target = offset.min(self.value.len());
        let is_block = matches!(self.style, ScalarStyle::Literal | ScalarStyle::Folded);
        if target < self.position {
            (self.at, self.position) = (body(self.source, self.style), 0);
            self.line_start = is_block;
        }
        let (source, end) = (self.source, self.end);
        let bytes = source.as_bytes();
        while self.position < self.value.len() && self.at < end {
            if self.line_start {
                let mut skipped = 0;
                while skipped < self.indent && self.at < end && bytes[self.at] == b' ' {
                    self.at += 1;
                    skipped += 1;
                }
                self.line_start = false;
            }
            let wanted = self.value.as_bytes()[self.position];
            let length = char_length(wanted);
            match self.style {
                ScalarStyle::DoubleQuoted if bytes[self.at] == b'\\' => {
                    let escape = escape_length(source, self.at);
                    if matches!(bytes.get(self.at + 1), Some(b'\n' | b'\r')) {
                        self.at = skip_fold(bytes, self.at + 1, end);
                        continue;
                    }
                    if self.position + length > target {
                        return self.at;
                    }
                    self.at += escape;
                    self.position += length;
                    continue;
                }
                ScalarStyle::SingleQuoted if bytes[self.at] == b'\'' => {
                    if self.position + length > target {
                        return self.at;
                    }
                    self.at += 2;
                    self.position += 1;
                    continue;
                }
                _ => {}
            }
            if !is_block && matches!(bytes[self.at], b' ' | b'\t' | b'\n' | b'\r') {
                let fold = skip_fold(bytes, self.at, end);
                let breaks = crate::line::count_breaks(&source[self.at..fold]);
                if breaks > 0 {
                    // One break is read as a space, more as one break less.
                    let read = if breaks == 1 { 1 } else { breaks as usize - 1 };
                    if self.position + read > target {
                        return self.at;
                    }
                    self.position += read;
                    self.at = fold;
                    continue;
                }
            }
            if is_block && matches!(bytes[self.at], b'\n' | b'\r') {
                let width = if bytes[self.at] == b'\r' && bytes.get(self.at + 1) == Some(&b'\n') {
                    2
                } else {
                    1
                };
                if wanted == b'\n' || wanted == b' ' {
                    if self.position + 1 > target {
                        return self.at;
                    }
                    self.position += 1;
                }
                self.at += width;
                self.line_start = true;
                continue;
            }
            if self.position + length > target {
                return self.at;
            }
            self.at += char_length(bytes[self.at]);
            self.position += length;
        }
        self.at.min(source.len())
    }
}

/// Where the text of a scalar begins in its source.
fn body(source: &str, style: ScalarStyle) -> usize {
    match style {
        ScalarStyle::Plain => 0,
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => 1,
        ScalarStyle::Literal | ScalarStyle::Folded => {
            let line = source.find(['\n', '\r']).unwrap_or(source.len());
            let rest = &source[line..];
            line + if rest.starts_with("\r\n") {
                2
            } else {
                usize::from(!rest.is_empty())
            }
        }
    }
}

/// The indentation of a block scalar's body: the source's first line with content against the value's.
fn block_indent(source: &str, body: usize, value: &str) -> usize {
    let spaces = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let written = source[body..].lines().find(|line| !line.trim().is_empty());
    let read = value.lines().find(|line| !line.trim().is_empty());
    match (written, read) {
        (Some(written), Some(read)) => spaces(written).saturating_sub(spaces(read)),
        _ => 0,
    }
}

fn char_length(first: u8) -> usize {
    match first {
        0..=0x7f => 1,
        0x80..=0xdf => 2,
        0xe0..=0xef => 3,
        _ => 4,
    }
}

fn escape_length(source: &str, at: usize) -> usize {
    let bytes = source.as_bytes();
    match bytes.get(at + 1) {
        Some(b'x') => 4,
        Some(b'u') => {
            // A character outside the first plane may be written as two halves.
            let high = source
                .get(at + 2..at + 6)
                .and_then(|digits| u32::from_str_radix(digits, 16).ok());
            let halves =
                matches!(high, Some(0xd800..=0xdbff)) && source[at..].get(6..8) == Some("\\u");
            if halves { 12 } else { 6 }
        }
        Some(b'U') => 10,
        Some(byte) => 1 + char_length(*byte),
        None => 1,
    }
}

fn skip_fold(bytes: &[u8], mut at: usize, end: usize) -> usize {
    while at < end && matches!(bytes[at], b' ' | b'\t' | b'\n' | b'\r') {
        at += 1;
    }
    at
}
