//! Whether the cursor stands inside a text over several lines, in which nothing is offered.

use nexflow_syntax::{Document, NodeKind, TextSize};

/// True on the later lines of a text over several lines: a block text, a quoted or a plain one.
pub(super) fn contains(document: &Document, offset: TextSize) -> bool {
    let rope = document.rope();
    let at = usize::from(offset).min(rope.len_bytes());
    let line = rope.byte_to_line(at);
    let text = rope.line(line).to_string();
    let column = at - rope.line_to_byte(line);
    let written = text.trim_end_matches(['\r', '\n']);
    if let Some(node) = document.node_at(offset)
        && node.kind() == NodeKind::Scalar
        && rope.byte_to_line(usize::from(node.range().start())) < line
        && node.source().starts_with(['"', '\'', '|', '>'])
    {
        return true;
    }
    // Only where a line begins.
    if !written
        .get(..column)
        .is_some_and(|before| before.trim().is_empty())
    {
        return false;
    }
    let mut above = (0..line).rev().map(|line| rope.line(line).to_string());
    above
        .find_map(|text| {
            let text = text.trim_end();
            let content = text.trim_start_matches(' ');
            let depth = text.len() - content.len();
            if content.is_empty() || content.starts_with('#') || depth >= column {
                return None;
            }
            Some(begins_block_text(content) || has_plain_value(content))
        })
        .unwrap_or(false)
}

/// A line that ends in the head of a block text.
fn begins_block_text(line: &str) -> bool {
    let line = without_comment(line);
    let Some(at) = line.rfind(['|', '>']) else {
        return false;
    };
    let (before, head) = line.split_at(at);
    let before = before.trim_end();
    head[1..]
        .chars()
        .all(|c| matches!(c, '+' | '-') || c.is_ascii_digit())
        && (before.ends_with([':', '-'])
            || before
                .rsplit(' ')
                .next()
                .is_some_and(|word| word.starts_with(['!', '&'])))
}

/// A line whose key has a plain value on it, which goes on in deeper lines.
fn has_plain_value(line: &str) -> bool {
    let line = without_comment(line).trim_start_matches("- ");
    let Some((key, value)) = line.split_once(": ") else {
        return false;
    };
    let value = value.trim();
    let is_property = |word: &str| word.starts_with(['&', '!']);
    !key.is_empty()
        && !value.is_empty()
        && !value.starts_with(['{', '[', '"', '\'', '|', '>', '*'])
        && !value.split(' ').all(is_property)
}

fn without_comment(line: &str) -> &str {
    line.split_once(" #")
        .map_or(line, |(line, _)| line)
        .trim_end()
}
