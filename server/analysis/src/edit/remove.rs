//! Taking an entry away.

use nexflow_syntax::{Document, Entry, Node, Parent, TextEdit, TextRange, TextSize};

use super::{
    checked,
    text::{SourceText, deepest_last, end_of, end_of_node, keeps_line_ends, start_of},
};

/// Sections and the entries in them are things of their own: they stay, as `{}`, when their last field goes.
const KEPT_DEPTH: usize = 2;

/// Removes an entry with its own trailing comment. A block that would be left empty goes as well, unless it is a section or an
/// entry of one, or an item of a list, which become `{}`.
pub fn remove_entry(document: &Document, entry: Entry<'_>) -> Option<Vec<TextEdit>> {
    let text = SourceText::of(document);
    let mut entry = entry;
    loop {
        let mapping = entry.mapping();
        if mapping.entries().nth(1).is_some() {
            break;
        }
        match mapping.parent() {
            Some(Parent::Value(outer))
                if outer.key().path().len() > KEPT_DEPTH && mapping.anchor().is_none() =>
            {
                entry = outer
            }
            _ => return checked(document, empty(&text, entry)?),
        }
    }
    let edits = if entry.mapping().is_flow() {
        from_flow(&text, entry)?
    } else {
        vec![TextEdit::delete(from_block(&text, entry)?)]
    };
    checked(document, edits)
}

/// Removes the only entry of a mapping, which becomes `{}`, or nothing at the root.
pub fn empty(text: &SourceText<'_>, entry: Entry<'_>) -> Option<Vec<TextEdit>> {
    let mapping = entry.mapping();
    if mapping.is_flow() {
        let range = mapping.range();
        return text
            .starts_with(range.start(), '{')
            .then(|| vec![TextEdit::replace(range, "{}")]);
    }
    match mapping.parent() {
        None => Some(vec![TextEdit::delete(from_block(text, entry)?)]),
        Some(Parent::Value(outer)) => {
            let mut at = text.behind_colon(outer)?;
            for (_, range) in mapping.anchor().into_iter().chain(mapping.tag()) {
                at = at.max(range.end());
            }
            Some(vec![
                TextEdit::insert(at, " {}"),
                TextEdit::delete(from_block(text, entry)?),
            ])
        }
        Some(Parent::Item(..)) => Some(vec![TextEdit::replace(
            TextRange::new(start_of(entry), end_of(entry)),
            "{}",
        )]),
        Some(Parent::Key(_)) => None,
    }
}

/// The lines of an entry of a block mapping.
fn from_block(text: &SourceText<'_>, entry: Entry<'_>) -> Option<TextRange> {
    let (start, end) = (start_of(entry), end_of(entry));
    if !text.ends_line(end) {
        return None;
    }
    if text.begins_line(start) {
        let from = text.line_start(start);
        let mut to = text.next_line(text.behind_entry(entry));
        to = text.behind_inner_comments(to, text.column(start));
        // Empty lines behind the entry must not become a part of a block scalar above it.
        let swallows = above(entry).is_some_and(|above| {
            keeps_line_ends(deepest_last(above))
                && text
                    .slice(text.behind_entry(above), from)
                    .is_some_and(|between| between.trim().is_empty())
        });
        while swallows && to < text.end() && text.is_blank_line(to) {
            to = text.next_line(to);
        }
        // Blank lines set blocks apart: of those before and behind the entry one side is enough.
        let bare_above = from == TextSize::new(0) || text.is_blank_line(from - TextSize::new(1));
        if bare_above && to < text.end() && text.is_blank_line(to) {
            to = text.next_line(to);
        }
        return Some(TextRange::new(from, to));
    }
    // The first entry of a list item stands behind the dash: the next one takes its place.
    if !text
        .before(start)
        .bytes()
        .all(|byte| matches!(byte, b' ' | b'-'))
    {
        return None;
    }
    let next = entry.mapping().entries().nth(1)?;
    let between = text.slice(end, start_of(next))?;
    if between.trim().is_empty() {
        return Some(TextRange::new(start, start_of(next)));
    }
    let dash = start - TextSize::of(trailing_blanks(text.before(start)));
    Some(TextRange::new(dash, text.line_end(end)))
}

/// The entry before this one.
fn above(entry: Entry<'_>) -> Option<Entry<'_>> {
    entry
        .mapping()
        .entries()
        .take_while(|other| *other != entry)
        .last()
}

fn trailing_blanks(line: &str) -> &str {
    &line[line.trim_end_matches(' ').len()..]
}

/// One of several entries of a flow mapping, with its comma.
fn from_flow(text: &SourceText<'_>, entry: Entry<'_>) -> Option<Vec<TextEdit>> {
    let mapping = entry.mapping();
    if !text.starts_with(mapping.range().start(), '{') {
        return None;
    }
    let index = mapping.entries().position(|other| other == entry)?;
    let spans: Vec<_> = mapping
        .entries()
        .map(|entry| (start_of(entry), end_of(entry)))
        .collect();
    out_of_flow(text, &spans, index)
}

/// Removes an item of a list with its own trailing comment. A list that would be left empty goes as [`remove_entry`] says.
pub fn remove_item(document: &Document, list: Node<'_>, index: usize) -> Option<Vec<TextEdit>> {
    let text = SourceText::of(document);
    let items: Vec<Node<'_>> = list.items().collect();
    let item = *items.get(index)?;
    if items.len() == 1 {
        let Some(Parent::Value(entry)) = list.parent() else {
            return None;
        };
        return remove_entry(document, entry);
    }
    let span = |item: &Node<'_>| {
        let properties = item.anchor().into_iter().chain(item.tag());
        let start = properties
            .map(|(_, range)| range.start())
            .fold(item.range().start(), TextSize::min);
        (start, end_of_node(*item))
    };
    if list.is_flow() {
        let spans: Vec<_> = items.iter().map(span).collect();
        return checked(document, out_of_flow(&text, &spans, index)?);
    }
    let (start, end) = span(&item);
    let before = text.before(start).trim_end_matches(' ');
    if !text.ends_line(end) || before.trim_start_matches(' ') != "-" {
        return None;
    }
    let column = before.chars().count() - 1;
    let below = text.next_line(text.behind_node(item, end));
    let to = text.behind_inner_comments(below, column);
    checked(
        document,
        vec![TextEdit::delete(TextRange::new(text.line_start(start), to))],
    )
}

/// One of several parts of a flow collection, with its comma.
fn out_of_flow(
    text: &SourceText<'_>,
    spans: &[(TextSize, TextSize)],
    index: usize,
) -> Option<Vec<TextEdit>> {
    let (start, end) = *spans.get(index)?;
    let comma = Some(text.skip_trivia(end)).filter(|at| text.starts_with(*at, ','));
    let behind = comma.map_or(end, |at| at + TextSize::of(','));
    let previous = index.checked_sub(1).map(|index| spans[index].1);
    let comma_before = previous
        .map(|end| text.skip_trivia(end))
        .filter(|at| text.starts_with(*at, ','));
    let one_line = text.line_end(end) >= behind;
    if text.begins_line(start) && one_line && text.ends_line(behind) {
        let lines = TextEdit::delete(TextRange::new(
            text.line_start(start),
            text.next_line(behind),
        ));
        return Some(match (comma, comma_before) {
            (None, Some(at)) => vec![
                TextEdit::delete(TextRange::at(at, TextSize::of(','))),
                lines,
            ],
            _ => vec![lines],
        });
    }
    if let Some((next, _)) = spans.get(index + 1).copied() {
        let plain = text.slice(behind, next)?.trim_matches(' ').is_empty() && one_line;
        let to = if plain { next } else { behind };
        return Some(vec![TextEdit::delete(TextRange::new(start, to))]);
    }
    let (previous, comma_before) = (previous?, comma_before?);
    let between = text.slice(previous, start)?;
    if between.trim_matches([' ', ',', '\r', '\n']).is_empty() {
        return Some(vec![TextEdit::delete(TextRange::new(previous, end))]);
    }
    Some(vec![
        TextEdit::delete(TextRange::at(comma_before, TextSize::of(','))),
        TextEdit::delete(TextRange::new(start, behind)),
    ])
}
