//! Items that go from one list into another.

use nexflow_syntax::{Document, Entry, Node, NodeKind, TextEdit};

use super::{
    Value, applied, checked, combined, is_shared, remove_entry, replace_value,
    text::{SourceText, end_of_node},
};

/// Adds the items of the list `from` to the list `to` where that lacks them, and takes `from` away.
pub fn merge_list(document: &Document, from: Entry<'_>, to: Entry<'_>) -> Option<Vec<TextEdit>> {
    let (source, target) = (from.value(), to.value());
    let is_list = |node: Node<'_>| node.kind() == NodeKind::Sequence && !is_shared(document, node);
    if !is_list(source) || !is_list(target) {
        return None;
    }
    let known: Vec<Value> = target.items().map(Value::of).collect::<Option<_>>()?;
    let mut added: Vec<Value> = Vec::new();
    for item in source.items() {
        let value = Value::of(item)?;
        let same = |other: Node<'_>| item.value().is_some() && other.value() == item.value();
        if !known.contains(&value) && !added.contains(&value) && !target.items().any(same) {
            added.push(value);
        }
    }
    let grown = if added.is_empty() {
        Vec::new()
    } else if target.items().next().is_none() {
        replace_value(document, to, &Value::List(added))?
    } else {
        behind_last(document, target, &added)?
    };
    let after = applied(document, &grown);
    // The list that goes is found again by its path, for what was added may stand in front of it.
    let path: Vec<String> = from
        .key()
        .path()
        .into_iter()
        .map(|segment| match segment {
            nexflow_syntax::Segment::Key(key) => Some(String::from(key)),
            nexflow_syntax::Segment::Item(_) => None,
        })
        .collect::<Option<_>>()?;
    let names: Vec<&str> = path.iter().map(String::as_str).collect();
    let removed = remove_entry(&after, super::entry_at(after.root(), &names)?)?;
    checked(document, combined(document, &[grown, removed]))
}

/// Items behind the last one of a list, written as it is.
fn behind_last(document: &Document, list: Node<'_>, items: &[Value]) -> Option<Vec<TextEdit>> {
    let text = SourceText::of(document);
    let last = list.items().last()?;
    let end = end_of_node(last);
    if list.is_flow() {
        let written: String = items
            .iter()
            .map(|item| format!(", {}", item.flow()))
            .collect();
        return Some(vec![TextEdit::insert(end, written)]);
    }
    let start = last.range().start();
    let before = text.before(start);
    let dash = before.find('-')?;
    if !before[..dash].trim().is_empty() {
        return None;
    }
    let written: String = items
        .iter()
        .map(|item| format!("{}{:dash$}- {}", text.eol(), "", item.item()))
        .collect();
    Some(vec![TextEdit::insert(text.behind_node(last, end), written)])
}
