//! Anchors behind `*`.

use nexflow_syntax::{Document, Node, NodeKind, TextRange, TextSize};

use crate::{About, CompletionItem, CompletionKind, Snapshot};

/// The anchors that an alias at the cursor can name; `None` where none is being typed.
pub(super) fn at(snapshot: &Snapshot, offset: TextSize) -> Option<Vec<CompletionItem>> {
    let document = &snapshot.document;
    let before = line_before(document, offset);
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let word = before.len() - before.trim_end_matches(is_name).len();
    let star = before[..before.len() - word].strip_suffix('*')?;
    let opens = star
        .chars()
        .next_back()
        .is_none_or(|c| c.is_whitespace() || matches!(c, '[' | '{' | ',' | ':'));
    let in_text = star.matches(['"', '\'']).count() % 2 == 1 || star.contains(" #");
    if !opens || in_text {
        return None;
    }
    let start = offset - TextSize::new(u32::try_from(word).unwrap_or_default());
    let rest: String = document
        .slice(TextRange::new(offset, document.len()))
        .chars()
        .take_while(|c| is_name(*c))
        .collect();
    let replace = TextRange::new(start, offset + TextSize::of(&*rest));
    let merges = star.trim_start().trim_start_matches("- ").starts_with("<<");
    let mut items: Vec<CompletionItem> = Vec::new();
    for fragment in document
        .fragments()
        .filter(|fragment| fragment.has_anchors())
    {
        for index in 0..fragment.node_count() {
            let Some(node) = fragment.node(index) else {
                continue;
            };
            let Some((name, range)) = node.anchor() else {
                continue;
            };
            // A block cannot stand inside itself.
            let is_around =
                node.kind() != NodeKind::Scalar && node.range().contains_inclusive(offset);
            // Merged are blocks.
            let fits = !merges || node.kind() == NodeKind::Mapping;
            if fits
                && range.start() < offset
                && !is_around
                && items.iter().all(|item| item.label != name)
            {
                items.push(item(name, node, replace));
            }
        }
    }
    let count = items.len();
    for (order, item) in items.iter_mut().enumerate() {
        // The nearest one first.
        item.sort = format!("0{:04}", count - order);
    }
    Some(items)
}

fn item(name: &str, node: Node<'_>, replace: TextRange) -> CompletionItem {
    let detail = match node.kind() {
        NodeKind::Mapping => "block",
        NodeKind::Sequence => "list",
        _ => "value",
    };
    CompletionItem {
        label: name.to_owned(),
        detail: detail.to_owned(),
        about: About::Nothing,
        kind: CompletionKind::Value,
        replace,
        insert: name.to_owned(),
        snippet: false,
        plain: name.to_owned(),
        filter: name.to_owned(),
        sort: String::new(),
        preselect: false,
        deprecated: false,
        ends_in_flow: false,
        retrigger: false,
    }
}

/// The line of an offset up to it.
pub(super) fn line_before(document: &Document, offset: TextSize) -> String {
    let rope = document.rope();
    let at = usize::from(offset).min(rope.len_bytes());
    let start = rope.line_to_byte(rope.byte_to_line(at));
    rope.byte_slice(start..at).to_string()
}
