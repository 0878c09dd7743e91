//! Moving an entry to another place.

use nexflow_syntax::{Document, Entry, Node, Segment, TextEdit, TextRange, TextSize};

use super::{
    Value, applied, checked, entry_at,
    insert::{deepest, with_writer},
    insert_at,
    remove::remove_entry,
    text::{SourceText, deepest_last, end_of, keeps_line_ends},
    value::quoted_key,
};

/// Moves an entry to a path of keys from the root, where nothing stands yet. Mappings that are missing on the way are made; the
/// entry takes its comments along where block goes to block.
pub fn move_entry(document: &Document, entry: Entry<'_>, to: &[&str]) -> Option<Vec<TextEdit>> {
    let from: Vec<Segment> = entry.key().path();
    let inserted = insertion(document, entry, document, to, &[])?;
    let between = applied(document, &inserted);
    let moved = entry_by(between.root(), &from)?;
    let removed = remove_entry(&between, moved)?;
    let edits = checked(document, composed(document, &between, &inserted, &removed))?;
    // A block scalar that keeps the empty lines behind it would take in those of its new place.
    let last = deepest_last(entry);
    if keeps_line_ends(last) {
        let after = applied(document, &edits);
        let there = deepest_last(entry_at(after.root(), to)?);
        return (there.value() == last.value()).then_some(edits);
    }
    Some(edits)
}

/// Puts a copy of an entry of `source` to a path of keys of `target`, below comments of its own. The comments inside of the entry
/// and behind it come along.
pub fn insertion(
    source: &Document,
    entry: Entry<'_>,
    target: &Document,
    to: &[&str],
    above: &[&str],
) -> Option<Vec<TextEdit>> {
    let text = SourceText::of(source);
    let there = SourceText::of(target);
    let (node, rest) = deepest(target, to)?;
    let (first, inner) = rest.split_first()?;
    let end = end_with_comments(&text, entry);
    if entry.mapping().is_flow() || node.is_flow() {
        let behind = if entry.mapping().is_flow() {
            end_of(entry)
        } else {
            end
        };
        let whole = TextRange::new(entry.range().start(), behind.max(entry.range().end()));
        let has_comment = source
            .comments()
            .any(|comment| whole.contains_range(comment.range));
        if has_comment || !above.is_empty() {
            return None;
        }
        return insert_at(target, to, &Value::of(entry.value())?);
    }
    let step = SourceText::step(target);
    let colon = text.behind_colon(entry)?;
    let copied = text.slice(colon, end.max(colon))?;
    let old = text.column(entry.key().range().start());
    let last = inner.last().unwrap_or(first);
    let edits = with_writer(target, &there, node, first, &|indent, _| {
        let mut written = String::new();
        let mut column = indent;
        for key in rest.iter().take(rest.len() - 1) {
            column += step;
            written.push_str(&format!(
                "{}:{}{:column$}",
                quoted_key(key, false),
                there.eol(),
                ""
            ));
        }
        for comment in above {
            written.push_str(&format!("{comment}{}{:column$}", there.eol(), ""));
        }
        written.push_str(&format!("{}:", quoted_key(last, false)));
        written.push_str(&shifted(copied, old, column, there.eol()));
        written
    })?;
    checked(target, edits)
}

/// The end of an entry's content in a block, with the comment behind it and those below that stand further in.
fn end_with_comments(text: &SourceText<'_>, entry: Entry<'_>) -> TextSize {
    if !text.ends_line(end_of(entry)) {
        return end_of(entry);
    }
    let end = text.behind_entry(entry);
    let below = text.next_line(end);
    let comments = text.behind_inner_comments(below, text.column(entry.key().range().start()));
    if comments > below {
        text.line_end(comments - TextSize::new(1)).max(end)
    } else {
        end
    }
}

/// Text whose lines behind the first stood relative to column `old` and shall stand relative to `new`.
fn shifted(source: &str, old: usize, new: usize, eol: &str) -> String {
    let mut lines = source.split('\n').map(|line| line.trim_end_matches('\r'));
    let mut text = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        text.push_str(eol);
        let inside = line.trim_start_matches(' ');
        if !inside.is_empty() {
            let column = (line.len() - inside.len() + new).saturating_sub(old);
            text.push_str(&format!("{:column$}{inside}", ""));
        }
    }
    text
}

/// Edits that are made one after the other, each on what the ones before it left, as edits of the document.
pub fn combined(document: &Document, steps: &[Vec<TextEdit>]) -> Vec<TextEdit> {
    let mut all: Vec<TextEdit> = Vec::new();
    let mut current = document.clone();
    for edits in steps {
        all = composed(document, &current, &all, edits);
        current = applied(&current, edits);
    }
    all
}

fn entry_by<'d>(root: Node<'d>, path: &[Segment]) -> Option<Entry<'d>> {
    let (Segment::Key(last), front) = path.split_last()? else {
        return None;
    };
    let mut node = root;
    for segment in front {
        node = match segment {
            Segment::Key(key) => node.get(key)?.value(),
            Segment::Item(index) => node.items().nth(*index)?,
        };
    }
    node.get(last)
}

/// `first`, then `second` in terms of what `first` left, as edits of the document: the edits themselves where they stand apart,
/// else one edit over all that differs.
fn composed(
    document: &Document,
    between: &Document,
    first: &[TextEdit],
    second: &[TextEdit],
) -> Vec<TextEdit> {
    let back = |edit: &TextEdit| {
        let mut shift = 0_i64;
        for earlier in first {
            let start = i64::from(u32::from(earlier.range.start())) + shift;
            let end = start + earlier.insert.len() as i64;
            let (from, to) = (
                i64::from(u32::from(edit.range.start())),
                i64::from(u32::from(edit.range.end())),
            );
            if to < start {
                break;
            }
            if from <= end {
                return None;
            }
            shift += earlier.insert.len() as i64 - i64::from(u32::from(earlier.range.len()));
        }
        let moved = |offset: TextSize| {
            u32::try_from(i64::from(u32::from(offset)) - shift)
                .ok()
                .map(TextSize::new)
        };
        Some(TextEdit {
            range: TextRange::new(moved(edit.range.start())?, moved(edit.range.end())?),
            insert: edit.insert.clone(),
        })
    };
    if let Some(moved) = second.iter().map(back).collect::<Option<Vec<_>>>() {
        let mut edits = [first.to_vec(), moved].concat();
        edits.sort_by_key(|edit| edit.range.start());
        return edits;
    }
    let after = applied(between, second);
    vec![difference(document.text(), after.text())]
}

/// The one edit that makes `new` out of `old`.
fn difference(old: &str, new: &str) -> TextEdit {
    let same = |(a, b): &(char, char)| a == b;
    let front: usize = old
        .chars()
        .zip(new.chars())
        .take_while(same)
        .map(|(a, _)| a.len_utf8())
        .sum();
    let (old_rest, new_rest) = (&old[front..], &new[front..]);
    let back: usize = old_rest
        .chars()
        .rev()
        .zip(new_rest.chars().rev())
        .take_while(same)
        .map(|(a, _)| a.len_utf8())
        .sum();
    let size = |offset: usize| TextSize::try_from(offset).unwrap_or_default();
    TextEdit::replace(
        TextRange::new(size(front), size(old.len() - back)),
        &new_rest[..new_rest.len() - back],
    )
}
