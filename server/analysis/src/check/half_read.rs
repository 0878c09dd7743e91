//! What stands where the text is no YAML is half read: nothing but the syntax error is said about it.

use nexflow_catalog::Needs;
use nexflow_syntax::{Document, Parent, SyntaxCode, SyntaxError, TextRange, TextSize};

use crate::Diagnostic;

/// Takes out the findings at places that a syntax error makes uncertain, and those that rest on such a place.
pub(super) fn silence(document: &Document, errors: &[SyntaxError], found: &mut Vec<Diagnostic>) {
    if errors.is_empty() || found.is_empty() {
        return;
    }
    let mut places: Vec<TextRange> = errors
        .iter()
        .map(|error| uncertain(document, error))
        .collect();
    places.sort_by_key(|place| place.start());
    // One place may lie inside another: each is told how far those before it reach.
    let mut reach = TextSize::new(0);
    for place in &mut places {
        reach = reach.max(place.end());
        *place = TextRange::new(place.start(), reach);
    }
    let uncertain = |range: TextRange| {
        let before = places.partition_point(|place| place.start() <= range.end());
        before
            .checked_sub(1)
            .is_some_and(|last| places[last].end() >= range.start())
    };
    found.retain(|finding| {
        // What a document as a whole lacks is reported at some token of it.
        let of_file =
            nexflow_catalog::rule(finding.code).is_some_and(|rule| rule.needs == Needs::File);
        of_file
            || !uncertain(finding.range)
                && !finding
                    .related
                    .iter()
                    .any(|related| related.file.is_none() && uncertain(related.range))
    });
}

/// What cannot be told while there is this error: its lines, where it is about a value those without the key; of a merge conflict
/// everything between the markers; of a line that is too deep the lines below it that have lost their parent.
fn uncertain(document: &Document, error: &SyntaxError) -> TextRange {
    let text = document.rope();
    let first = line_of(document, error.range.start());
    let last = line_of(document, error.range.end());
    let lines = match (&error.related, error.code) {
        (Some((opened, _)), SyntaxCode::MergeConflict) => (line_of(document, opened.start()), last),
        (_, SyntaxCode::BadIndentation) => around(document, first, last),
        _ => (first, last),
    };
    let start = match in_value(document, error) {
        Some(behind_key) => usize::from(behind_key),
        None => text.line_to_byte(lines.0),
    };
    let end = text.line_to_byte((lines.1 + 1).min(text.len_lines()));
    // The break at the end of the last line belongs to it, the first letter of the next line does not.
    let end = if end > start && end < text.len_bytes() {
        end - 1
    } else {
        end
    };
    TextRange::new(offset(start), offset(end))
}

/// Where the value begins in which the error lies, when the key before it is certain.
fn in_value(document: &Document, error: &SyntaxError) -> Option<TextSize> {
    let of_place = [
        SyntaxCode::BadIndentation,
        SyntaxCode::ItemAmongKeys,
        SyntaxCode::KeyAmongItems,
        SyntaxCode::MergeConflict,
        SyntaxCode::MissingColon,
        SyntaxCode::MissingSpaceAfterColon,
        SyntaxCode::TabIndentation,
    ];
    if of_place.contains(&error.code) {
        return None;
    }
    let text = document.rope();
    let line = line_of(document, error.range.start());
    let mark = |c: &char| c.is_whitespace() || *c == '-';
    let before: usize = text
        .line(line)
        .chars()
        .take_while(mark)
        .map(char::len_utf8)
        .sum();
    let node = document.node_at(offset(text.line_to_byte(line) + before))?;
    let Parent::Key(entry) = node.parent()? else {
        return None;
    };
    // `key:{a` reads as one word.
    if entry.key_text().contains(':') {
        return None;
    }
    let end = entry.key().range().end();
    (entry.has_colon() && end < error.range.start()).then(|| end + TextSize::new(1))
}

/// The lines that are deeper than the one above the wrong line which it stands under.
fn around(document: &Document, first: usize, last: usize) -> (usize, usize) {
    let Some(depth) = indentation(document, first) else {
        return (first, last);
    };
    let above = (0..first)
        .rev()
        .filter_map(|line| indentation(document, line))
        .find(|above| *above < depth);
    let Some(above) = above else {
        return (first, last);
    };
    let below = (last + 1..document.rope().len_lines())
        .take_while(|line| indentation(document, *line).is_none_or(|depth| depth > above))
        .last();
    (first, below.unwrap_or(last))
}

/// How deep a line is; `None` for one that holds no more than a comment.
fn indentation(document: &Document, line: usize) -> Option<usize> {
    let line = document.rope().line(line);
    let depth = line.chars().take_while(|c| *c == ' ').count();
    let content = line.chars().find(|c| !c.is_whitespace())?;
    (content != '#').then_some(depth)
}

fn line_of(document: &Document, at: TextSize) -> usize {
    let text = document.rope();
    text.byte_to_line(usize::from(at).min(text.len_bytes()))
}

fn offset(at: usize) -> TextSize {
    TextSize::new(u32::try_from(at).unwrap_or(u32::MAX))
}
