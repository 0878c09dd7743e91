//! Putting an entry in.

use nexflow_syntax::{Document, Entry, Node, NodeKind, Parent, ScalarStyle, TextEdit, TextSize};

use super::{
    Value, checked,
    text::{SourceText, deepest_last, end_of, keeps_line_ends, start_of},
    value::quoted_key,
};

/// Puts `key: value` behind the last entry of a mapping, in its style and with its indentation. The place of a missing mapping
/// (`key:` without a value, `key: null`, an empty document) becomes one.
pub fn insert_field(
    document: &Document,
    mapping: Node<'_>,
    key: &str,
    value: &Value,
) -> Option<Vec<TextEdit>> {
    let text = SourceText::of(document);
    let step = SourceText::step(document);
    let edits = with_writer(document, &text, mapping, key, &|indent, flow| {
        if flow {
            format!("{}: {}", quoted_key(key, true), value.flow())
        } else {
            value.block_entry(key, indent, step, text.eol())
        }
    })?;
    checked(document, edits)
}

/// Puts a value at a path of keys from the root, with the mappings on the way that are missing.
pub fn insert_at(document: &Document, path: &[&str], value: &Value) -> Option<Vec<TextEdit>> {
    insert_below(document, document.root(), path, value)
}

/// The same at a path below a node of the document.
pub fn insert_below(
    document: &Document,
    node: Node<'_>,
    path: &[&str],
    value: &Value,
) -> Option<Vec<TextEdit>> {
    let (node, rest) = deepest_below(node, path)?;
    let (first, inner) = rest.split_first()?;
    let value = inner
        .iter()
        .rev()
        .fold(value.clone(), |value, key| Value::field(*key, value));
    insert_field(document, node, first, &value)
}

/// The mapping (or the empty place for one) furthest down a path, and the keys that are missing from there.
pub fn deepest<'d, 'p>(
    document: &'d Document,
    path: &'p [&'p str],
) -> Option<(Node<'d>, &'p [&'p str])> {
    deepest_below(document.root(), path)
}

fn deepest_below<'d, 'p>(
    mut node: Node<'d>,
    path: &'p [&'p str],
) -> Option<(Node<'d>, &'p [&'p str])> {
    let mut rest = path;
    while let [key, inner @ ..] = rest {
        let Some(entry) = node.get(key) else { break };
        node = entry.value();
        rest = inner;
    }
    // What is there already is not overwritten.
    (!rest.is_empty()).then_some((node, rest))
}

/// Puts an entry, which `write` gives for an indentation (or for a flow mapping), into a mapping.
pub fn with_writer(
    document: &Document,
    text: &SourceText<'_>,
    mapping: Node<'_>,
    key: &str,
    write: &dyn Fn(usize, bool) -> String,
) -> Option<Vec<TextEdit>> {
    match mapping.kind() {
        NodeKind::Mapping if mapping.get(key).is_some() => None,
        NodeKind::Mapping if mapping.is_flow() => into_flow(text, mapping, write),
        NodeKind::Mapping => into_block(text, mapping, write),
        NodeKind::Null => into_nothing(document, text, mapping, write),
        NodeKind::Scalar if is_null(mapping) => into_nothing(document, text, mapping, write),
        _ => None,
    }
}

fn is_null(node: Node<'_>) -> bool {
    node.style() == Some(ScalarStyle::Plain)
        && node
            .value()
            .is_some_and(|text| matches!(&*text, "~" | "null" | "Null" | "NULL"))
}

fn into_block(
    text: &SourceText<'_>,
    mapping: Node<'_>,
    write: &dyn Fn(usize, bool) -> String,
) -> Option<Vec<TextEdit>> {
    let (first, last) = (mapping.entries().next()?, mapping.entries().last()?);
    let indent = text.column(start_of(first));
    // `? key` has a column of its own that is not the mapping's.
    if text.before(start_of(first)).contains('?') || !text.ends_line(end_of(last)) {
        return None;
    }
    let behind = text.behind_entry(last);
    let below = text.next_line(behind);
    let comments = text.behind_inner_comments(below, indent);
    let at = if comments > below {
        line_end_before(text, comments)
    } else {
        behind
    };
    let written = write(indent, false);
    // Blocks that stand apart from each other go on doing so, unless the empty line would be a part of what is above.
    let is_apart = written.contains('\n')
        && stands_apart(text, mapping)
        && !keeps_line_ends(deepest_last(last));
    let gap = if is_apart { text.eol() } else { "" };
    Some(vec![TextEdit::insert(
        at,
        format!("{gap}{}{:indent$}{written}", text.eol(), ""),
    )])
}

/// Whether each block of a mapping behind the first entry has an empty line above it, and there is one.
fn stands_apart(text: &SourceText<'_>, mapping: Node<'_>) -> bool {
    let mut blocks = mapping
        .entries()
        .skip(1)
        .filter(|entry| {
            let value = entry.value();
            matches!(value.kind(), NodeKind::Mapping | NodeKind::Sequence) && !value.is_flow()
        })
        .map(|entry| {
            let mut line = text.line_start(start_of(entry));
            while line > TextSize::new(0) {
                line = text.line_start(line - TextSize::new(1));
                let content = text.line(line).trim_start();
                if !content.starts_with('#') {
                    return content.is_empty();
                }
            }
            false
        })
        .peekable();
    blocks.peek().is_some() && blocks.all(|apart| apart)
}

/// The end of the content of the line that ends at `offset`, which is the beginning of a line or the end of the text.
fn line_end_before(text: &SourceText<'_>, offset: TextSize) -> TextSize {
    let before = text.slice(TextSize::new(0), offset).unwrap_or_default();
    let content = before.strip_suffix('\n').unwrap_or(before);
    TextSize::of(content.strip_suffix('\r').unwrap_or(content))
}

fn into_flow(
    text: &SourceText<'_>,
    mapping: Node<'_>,
    write: &dyn Fn(usize, bool) -> String,
) -> Option<Vec<TextEdit>> {
    let range = mapping.range();
    if !text.starts_with(range.start(), '{') {
        return None;
    }
    let open = range.start() + TextSize::of('{');
    let entry = write(0, true);
    let Some(last) = mapping.entries().last() else {
        return Some(vec![TextEdit::insert(open, entry)]);
    };
    let end = end_of(last);
    let comma = Some(text.skip_trivia(end)).filter(|at| text.starts_with(*at, ','));
    let behind = comma.map_or(end, |at| at + TextSize::of(','));
    let own_lines =
        text.begins_line(start_of(last)) && text.line_end(end) >= behind && text.ends_line(behind);
    if !own_lines {
        return Some(vec![TextEdit::insert(end, format!(", {entry}"))]);
    }
    let indent = text.column(start_of(last));
    let line = text.line_end(behind);
    let new_line = format!("{}{:indent$}{entry}", text.eol(), "");
    Some(match comma {
        Some(_) => vec![TextEdit::insert(line, format!("{new_line},"))],
        None if line == end => vec![TextEdit::insert(end, format!(",{new_line}"))],
        None => vec![TextEdit::insert(end, ","), TextEdit::insert(line, new_line)],
    })
}

fn into_nothing(
    document: &Document,
    text: &SourceText<'_>,
    node: Node<'_>,
    write: &dyn Fn(usize, bool) -> String,
) -> Option<Vec<TextEdit>> {
    let Some(parent) = node.parent() else {
        if node.kind() != NodeKind::Null {
            return None;
        }
        let whole = text.as_str();
        let before = if whole.is_empty() || whole.ends_with('\n') {
            ""
        } else {
            text.eol()
        };
        return Some(vec![TextEdit::insert(
            text.end(),
            format!("{before}{}{}", write(0, false), text.eol()),
        )]);
    };
    let Parent::Value(entry) = parent else {
        return None;
    };
    let colon = text.behind_colon(entry)?;
    if entry.mapping().is_flow() {
        let written = format!("{{{}}}", write(0, true));
        return Some(vec![match node.kind() {
            NodeKind::Null => TextEdit::insert(end_of(entry).max(colon), format!(" {written}")),
            _ => TextEdit::replace(node.range(), written),
        }]);
    }
    block_below(document, text, entry, node, write)
}

/// The first line of a block below `key:`.
fn block_below(
    document: &Document,
    text: &SourceText<'_>,
    entry: Entry<'_>,
    node: Node<'_>,
    write: &dyn Fn(usize, bool) -> String,
) -> Option<Vec<TextEdit>> {
    let end = end_of(entry).max(text.behind_colon(entry)?);
    if !text.ends_line(end) {
        return None;
    }
    let indent = text.column(start_of(entry)) + SourceText::step(document);
    let line = format!("{}{:indent$}{}", text.eol(), "", write(indent, false));
    let at = text.line_end(end);
    if node.kind() == NodeKind::Null {
        return Some(vec![TextEdit::insert(at, line)]);
    }
    // `key: null  # comment`: the word goes, with the blank before it.
    let mut from = node.range().start();
    while text.before(from).ends_with(' ') {
        from -= TextSize::of(' ');
    }
    let word = TextEdit::delete(nexflow_syntax::TextRange::new(from, node.range().end()));
    if at == end {
        return Some(vec![TextEdit::replace(word.range, line)]);
    }
    Some(vec![word, TextEdit::insert(at, line)])
}
