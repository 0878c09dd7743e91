//! From an offset in a scalar's value back to the text.

use crate::ScalarStyle;

/// The offset in `source` (a scalar as written, with its quotes or its `|` header) of the byte `offset` of `value`.
///
/// Value and source are walked side by side: what is the same in both advances both, an escape advances the source by
/// its length, and where the source has blanks and line breaks that folding took away they are passed over.
pub(crate) fn source_offset(source: &str, style: ScalarStyle, value: &str, offset: usize) -> usize {
    let bytes = source.as_bytes();
    let mut at = match style {
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
    };
    let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
    let indent = if block {
        block_indent(source, at, value)
    } else {
        0
    };
    let end = match style {
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted if source.len() > 1 => {
            source.len() - 1
        }
        _ => source.len(),
    };
    let mut line_start = block;
    let mut position = 0;
    let target = offset.min(value.len());
    while position < value.len() && at < end {
        if line_start {
            let mut skipped = 0;
            while skipped < indent && at < end && bytes[at] == b' ' {
                at += 1;
                skipped += 1;
            }
            line_start = false;
        }
        let wanted = value.as_bytes()[position];
        let length = char_length(wanted);
        match style {
            ScalarStyle::DoubleQuoted if bytes[at] == b'\\' => {
                let escape = escape_length(source, at);
                if matches!(bytes.get(at + 1), Some(b'\n' | b'\r')) {
                    at = skip_fold(bytes, at + 1, end);
                    continue;
                }
                if position + length > target {
                    return at;
                }
                at += escape;
                position += length;
                continue;
            }
            ScalarStyle::SingleQuoted if bytes[at] == b'\'' => {
                if position + length > target {
                    return at;
                }
                at += 2;
                position += 1;
                continue;
            }
            _ => {}
        }
        if !block && matches!(bytes[at], b' ' | b'\t' | b'\n' | b'\r') {
            let fold = skip_fold(bytes, at, end);
            let breaks = crate::line::count_breaks(&source[at..fold]);
            if breaks > 0 {
                // One break is read as a space, more as one break less.
                let read = if breaks == 1 { 1 } else { breaks as usize - 1 };
                if position + read > target {
                    return at;
                }
                position += read;
                at = fold;
                continue;
            }
        }
        if block && matches!(bytes[at], b'\n' | b'\r') {
            let width = if bytes[at] == b'\r' && bytes.get(at + 1) == Some(&b'\n') {
                2
            } else {
                1
            };
            if wanted == b'\n' || wanted == b' ' {
                if position + 1 > target {
                    return at;
                }
                position += 1;
            }
            at += width;
            line_start = true;
            continue;
        }
        if position + length > target {
            return at;
        }
        at += char_length(bytes[at]);
        position += length;
    }
    at.min(source.len())
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
