//! The depth of a line that was just begun.

use nexflow_syntax::{NodeKind, TextEdit, TextRange, TextSize};

use super::FormatOptions;
use crate::{Snapshot, edit, locate};

/// The edit that gives the blank line at `offset` the depth at which writing goes on: deeper below a key without a value and
/// below a dash, else as the line above. A document that has blocks goes on as they are indented. Nothing for a line that has text, or inside a block scalar.
pub fn format_on_type(
    snapshot: &Snapshot,
    offset: TextSize,
    options: FormatOptions,
) -> Vec<TextEdit> {
    let rope = snapshot.document.rope();
    let at = usize::from(offset).min(rope.len_bytes());
    let line = rope.byte_to_line(at);
    let text = rope.line(line).to_string();
    let blanks = text.trim_end_matches(['\n', '\r']);
    if !blanks.trim().is_empty() {
        return Vec::new();
    }
    let Some(above) = (0..line)
        .rev()
        .find(|above| !rope.line(*above).to_string().trim().is_empty())
    else {
        return Vec::new();
    };
    let start = rope.line_to_byte(line);
    let options = FormatOptions {
        indent: edit::own_step(&snapshot.document).unwrap_or(options.indent),
        ..options
    };
    let Some(wanted) = depth_below(snapshot, above, options) else {
        return Vec::new();
    };
    if blanks.len() == wanted && !blanks.contains('\t') {
        return Vec::new();
    }
    let size = |at: usize| TextSize::new(u32::try_from(at).unwrap_or(u32::MAX));
    vec![TextEdit {
        range: TextRange::new(size(start), size(start + blanks.len())),
        insert: " ".repeat(wanted),
    }]
}

/// Whether a line ends in the head of a block text that leaves the depth open.
fn begins_block_text(line: &str) -> bool {
    let line = line.split(" #").next().unwrap_or(line).trim_end();
    let head = line.rsplit(' ').next().unwrap_or(line);
    let is_head = head
        .strip_prefix(['|', '>'])
        .is_some_and(|marks| marks.chars().all(|c| matches!(c, '+' | '-')));
    let before = line[..line.len() - head.len()].trim_end();
    is_head && (before.is_empty() || before.ends_with(':'))
}

fn depth_below(snapshot: &Snapshot, line: usize, options: FormatOptions) -> Option<usize> {
    let document = &snapshot.document;
    let rope = document.rope();
    let text = rope.line(line).to_string();
    let start = rope.line_to_byte(line);
    let content = text.trim_start();
    let indent = text.len() - content.len();
    if content.starts_with('#') {
        return Some(indent);
    }
    // Dashes in front of a key are part of its depth: what follows stands below the key.
    let mut column = indent;
    let mut dash = None;
    let mut rest = content;
    while let Some(after) = rest.strip_prefix("- ") {
        dash = Some(column);
        let inner = after.trim_start();
        column += rest.len() - inner.len();
        rest = inner;
    }
    if rest.trim_end() == "-" {
        return Some(column + options.indent);
    }
    if begins_block_text(rest) {
        // The text must be deeper than the key or the dash that it belongs to.
        let owner = if rest.contains(": ") {
            column
        } else {
            dash.unwrap_or(indent)
        };
        return Some(owner + options.indent);
    }
    let offset = TextSize::new(u32::try_from(start + column).ok()?);
    let node = document.node_at(offset)?;
    // Inside text over several lines depth is content.
    let is_text = node.kind() == NodeKind::Scalar
        && usize::from(node.range().start()) < start
        && !matches!(node.parent(), Some(nexflow_syntax::Parent::Key(_)));
    if is_text {
        return None;
    }
    let nexflow_syntax::Parent::Key(entry) = node.parent()? else {
        // Below a plain item the next item begins.
        return Some(dash.unwrap_or(column));
    };
    match entry.value().kind() {
        NodeKind::Null => {
            // A field that takes a scalar only has nothing below it.
            let takes_block = match locate::node(snapshot, node) {
                Some(locate::Located::Key { val, .. }) => {
                    val.fields().next().is_none()
                        || val.fields().any(|field| {
                            use nexflow_catalog::Kind;
                            [Kind::Object, Kind::Map, Kind::List, Kind::Any]
                                .iter()
                                .any(|kind| field.has_kind(*kind))
                        })
                }
                _ => true,
            };
            Some(if takes_block {
                column + options.indent
            } else {
                column
            })
        }
        // Inside a block scalar depth is content.
        NodeKind::Scalar
            if matches!(
                entry.value().style(),
                Some(nexflow_syntax::ScalarStyle::Literal | nexflow_syntax::ScalarStyle::Folded)
            ) =>
        {
            None
        }
        NodeKind::Mapping | NodeKind::Sequence if !entry.value().is_flow() => {
            Some(column + options.indent)
        }
        _ => Some(column),
    }
}
