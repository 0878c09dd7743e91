//! What stands where the text is no YAML is half read: nothing but the syntax error is said about it.

use std::cell::LazyCell;

use nexflow_catalog::{Needs, ids};
use nexflow_syntax::{Document, SyntaxCode, SyntaxError, TextRange, TextSize};

use crate::Diagnostic;

/// Takes out the diagnostics at places that a syntax error makes uncertain, and those that rest on such a place.
pub(super) fn drop_near_syntax_errors(
    document: &Document,
    errors: &[SyntaxError],
    found: &mut Vec<Diagnostic>,
) {
    if errors.is_empty() || found.is_empty() {
        return;
    }
    let depths = LazyCell::new(|| Depths::of(document));
    let mut places: Vec<TextRange> = errors
        .iter()
        .map(|error| uncertain(document, &depths, error))
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
    found.retain(|diagnostic| {
        // What a document as a whole lacks is reported at some token of it.
        let of_file =
            nexflow_catalog::rule(diagnostic.code).is_some_and(|rule| rule.needs == Needs::File);
        let is_near = || {
            let range = diagnostic.range;
            uncertain(range)
                || is_about_absence(diagnostic.code) && uncertain(with_next_line(document, range))
                || diagnostic
                    .related
                    .iter()
                    .any(|related| related.file.is_none() && uncertain(related.range))
        };
        of_file || !is_near()
    });
}

/// A value that is missing may stand in the line below, which could not be read.
fn is_about_absence(code: &str) -> bool {
    [ids::EMPTY_VALUE, ids::REQUIRED_FIELD_EMPTY].contains(&code)
}

/// The range with the line after it.
fn with_next_line(document: &Document, range: TextRange) -> TextRange {
    let text = document.rope();
    let next = line_of(document, range.end()) + 2;
    let end = text.line_to_byte(next.min(text.len_lines()));
    TextRange::new(range.start(), range.end().max(offset(end)))
}

/// What cannot be told while there is this error: its lines, where it is about a value those without the key; of a merge conflict
/// everything between the markers; of a line that is too deep the lines below it that have lost their parent.
fn uncertain(
    document: &Document,
    depths: &LazyCell<Depths, impl FnOnce() -> Depths>,
    error: &SyntaxError,
) -> TextRange {
    let text = document.rope();
    let first = line_of(document, error.range.start());
    let last = line_of(document, error.range.end());
    let lines = match (&error.related, error.code) {
        (Some((opened, _)), SyntaxCode::MergeConflict) => (line_of(document, opened.start()), last),
        (_, SyntaxCode::BadIndentation) => depths.around(first, last),
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
    let entry = node.entry_with_colon()?;
    // `key:{a` reads as one word.
    if entry.key_text().contains(':') {
        return None;
    }
    let end = entry.key().range().end();
    (end < error.range.start()).then(|| end + TextSize::new(1))
}

/// How deep the lines of a document are. A line that is wrong may make thousands below it wrong, each of which asks.
struct Depths {
    /// The lines that hold more than a comment.
    lines: Vec<Depth>,
    /// Number of lines of the document.
    count: usize,
}

struct Depth {
    line: usize,
    depth: usize,
    /// How deep the nearest line above is that is less deep.
    above: Option<usize>,
    /// Which of these lines is the next one that is less deep; beyond all when none is.
    next: usize,
}

impl Depths {
    fn of(document: &Document) -> Depths {
        let rope = document.rope();
        let mut lines: Vec<Depth> = Vec::new();
        // Those for which no line has come yet that is less deep; each is at least as deep as the one before it.
        let mut open: Vec<usize> = Vec::new();
        for (line, text) in rope.lines().enumerate() {
            let depth = text.chars().take_while(|c| *c == ' ').count();
            if matches!(text.chars().find(|c| !c.is_whitespace()), None | Some('#')) {
                continue;
            }
            let at = lines.len();
            while let Some(last) = open.pop_if(|last| lines[*last].depth > depth) {
                lines[last].next = at;
            }
            let above = open.last().and_then(|last| {
                let last = &lines[*last];
                match last.depth == depth {
                    true => last.above,
                    false => Some(last.depth),
                }
            });
            lines.push(Depth {
                line,
                depth,
                above,
                next: usize::MAX,
            });
            open.push(at);
        }
        Depths {
            lines,
            count: rope.len_lines(),
        }
    }

    /// The lines that are deeper than the one above the wrong lines which these stand under.
    fn around(&self, first: usize, last: usize) -> (usize, usize) {
        let at = self.lines.binary_search_by_key(&first, |depth| depth.line);
        let Some(above) = at.ok().and_then(|at| self.lines[at].above) else {
            return (first, last);
        };
        let mut below = self.lines.partition_point(|depth| depth.line <= last);
        while let Some(depth) = self.lines.get(below)
            && depth.depth > above
        {
            below = depth.next;
        }
        let end = self.lines.get(below).map_or(self.count, |depth| depth.line);
        (first, last.max(end - 1))
    }
}

fn line_of(document: &Document, at: TextSize) -> usize {
    let text = document.rope();
    text.byte_to_line(usize::from(at).min(text.len_bytes()))
}

fn offset(at: usize) -> TextSize {
    TextSize::new(u32::try_from(at).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn depth(text: &str, line: usize) -> Option<usize> {
        let line = text.lines().nth(line)?;
        let content = line.trim_start();
        let counts = !content.is_empty() && !content.starts_with('#');
        counts.then(|| line.len() - line.trim_start_matches(' ').len())
    }

    /// Line by line, as the rule is told.
    fn one_by_one(text: &str, first: usize, last: usize) -> (usize, usize) {
        let above = depth(text, first).and_then(|own| {
            let mut above = (0..first).rev().filter_map(|line| depth(text, line));
            above.find(|above| *above < own)
        });
        let Some(above) = above else {
            return (first, last);
        };
        let count = Document::parse(text).rope().len_lines();
        let below = (last + 1..count)
            .take_while(|line| depth(text, *line).is_none_or(|depth| depth > above))
            .last();
        (first, below.unwrap_or(last))
    }

    #[test]
    fn lines_around_are_found_as_line_by_line() {
        const LINES: [&str; 6] = ["a: 1", "  b: 2", "    c", "", "  # d", "   e:"];
        for choice in 0..LINES.len().pow(5) {
            let text: String = (0..5)
                .map(|at| LINES[choice / LINES.len().pow(at) % LINES.len()].to_owned() + "\n")
                .collect();
            let depths = Depths::of(&Document::parse(&text));
            for first in 0..5 {
                for last in first..5 {
                    assert_eq!(
                        depths.around(first, last),
                        one_by_one(&text, first, last),
                        "{text:?} {first} {last}"
                    );
                }
            }
        }
    }
}
