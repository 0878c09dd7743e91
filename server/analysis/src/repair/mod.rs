//! Repairs of lines that are no YAML.
//!
//! A line may have been meant in several ways. All texts that are one slip away are read and checked. Where exactly one of them
//! makes sense, and it keeps the path of every other key and all comments, that one is the repair. Otherwise somebody has to
//! choose.

mod slips;

use slips::Slip;
use std::{cell::LazyCell, collections::BTreeMap};

use nexflow_catalog::{Applicability, ids};
use nexflow_syntax::{
    Document, Node, NodeKind, Parent, ScalarStyle, SyntaxCode, TextEdit, TextRange, TextSize,
};

use crate::{
    Diagnostic, Fix, FormatOptions, Snapshot,
    check::diagnostics,
    edit::{self, applied},
    format::format,
    meaning,
};

/// So many errors of one document are looked at.
const MOST_ERRORS: usize = 8;

/// An error over more lines has more readings than can be tried.
const MOST_LINES: usize = 8;

/// So many bytes are read again for one document. In a long section with many errors every reading costs much, and hardly one of them
/// leaves nothing wrong.
const MOST_READ: usize = 8 << 20;

/// A longer line is not written by hand.
const LONGEST_LINE: usize = 400;

/// Lines below an entry among which the next one is looked for.
const LONGEST_BLOCK: usize = 400;

/// Lines above and below a place whose indentation is taken for one that the document uses.
const NEIGHBOURS: usize = 40;

/// Adds the one repair that there is to those of the errors among `found` that are about how a line is written. A guess that reads
/// the text otherwise goes.
pub(crate) fn add(snapshot: &Snapshot, found: &mut [Diagnostic]) {
    let document = &snapshot.document;
    if let Some(fix) = tabs_everywhere(document) {
        let tabs =
            |diagnostic: &&mut Diagnostic| diagnostic.code == SyntaxCode::TabIndentation.as_str();
        if let Some(diagnostic) = found.iter_mut().find(tabs) {
            diagnostic.fixes = vec![fix];
            return;
        }
    }
    // A repair leaves nothing wrong in its section, so that one slip explains all errors there, and they share their readings.
    let mut repairs: Vec<(TextRange, Option<Fix>)> = Vec::new();
    let mut left = MOST_READ;
    let of_form = LazyCell::new(|| -> Vec<TextRange> {
        let errors = document.errors().into_iter();
        errors
            .filter(|error| is_of_form(error.code.as_str()))
            .map(|error| error.range)
            .collect()
    });
    let errors = found
        .iter_mut()
        .filter(|diagnostic| scope(diagnostic.code).is_some());
    for diagnostic in errors.take(MOST_ERRORS) {
        let Some(scope) = scope(diagnostic.code) else {
            continue;
        };
        let section = section_around(document, line_at(document, diagnostic.range.start()));
        let known = repairs
            .iter()
            .find(|(range, _)| *range == section && scope == Scope::Anything);
        let fix = match known {
            Some((_, fix)) => fix.clone(),
            None if scope == Scope::Value => {
                only_reading(snapshot, &[diagnostic.range], scope, &mut left)
            }
            None => {
                let together: Vec<TextRange> = of_form
                    .iter()
                    .filter(|range| section.contains_inclusive(range.start()))
                    .take(MOST_ERRORS)
                    .copied()
                    .collect();
                let fix = only_reading(snapshot, &together, scope, &mut left);
                repairs.push((section, fix.clone()));
                fix
            }
        };
        let Some(mut fix) = fix else { continue };
        let text = |edits: &[TextEdit]| applied(document, edits).rope().to_string();
        let right = text(&fix.edits);
        let guess = diagnostic
            .fixes
            .drain(..)
            .find(|guess| text(&guess.edits) == right);
        if let Some(guess) = guess {
            fix.title = guess.title;
        }
        diagnostic.fixes.push(fix);
    }
}

/// Blanks for the tabs of a document that is indented with tabs and nothing else: one tab is one level there.
fn tabs_everywhere(document: &Document) -> Option<Fix> {
    let text = document.text();
    if !text.contains("\n\t") {
        return None;
    }
    let mut edits = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        let tabs = line.bytes().take_while(|byte| *byte == b'\t').count();
        if tabs < indent && !line.trim().is_empty() {
            return None;
        }
        if tabs > 0 {
            let size = |at: usize| TextSize::new(u32::try_from(at).unwrap_or(u32::MAX));
            let range = TextRange::new(size(start), size(start + tabs));
            edits.push(TextEdit::replace(range, "  ".repeat(tabs)));
        }
        start += line.len();
    }
    applied(document, &edits).errors().is_empty().then(|| Fix {
        title: "Indent the document with spaces".to_owned(),
        edits,
        preferred: true,
        applicability: Applicability::Safe,
    })
}

/// What may be wrong with a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// The text is no YAML.
    Anything,
    /// It is YAML, but a quote, or the blank before a comment, got lost, and with it the value.
    Value,
}

fn scope(code: &str) -> Option<Scope> {
    const VALUES: &[&str] = &[
        ids::DURATION_MALFORMED,
        ids::ENUM_UNKNOWN_VALUE,
        ids::SIZE_MALFORMED,
        ids::WRONG_KIND,
    ];
    match code {
        code if is_of_form(code) => Some(Scope::Anything),
        code if VALUES.contains(&code) => Some(Scope::Value),
        _ => None,
    }
}

/// Whether an error is about how something is written, and not about a name or a limit.
fn is_of_form(code: &str) -> bool {
    use SyntaxCode as Code;
    let others = [
        Code::MergeConflict,
        Code::UndefinedAlias,
        Code::BadAnchor,
        Code::BadTag,
        Code::BadDirective,
        Code::BadDocumentMarker,
        Code::TooDeep,
        Code::TooLarge,
        Code::KeyTooLong,
    ];
    let known = |code: &SyntaxCode| !others.contains(code);
    SyntaxCode::ALL
        .iter()
        .filter(|code| known(code))
        .any(|known| known.as_str() == code)
}

/// A text that may have been meant.
struct Candidate {
    edit: TextEdit,
    slip: Slip,
    title: String,
    snapshot: Snapshot,
    found: Vec<Diagnostic>,
}

/// The repair of the only reading that makes sense; none either when `left` bytes do not suffice to know.
fn only_reading(
    snapshot: &Snapshot,
    errors: &[TextRange],
    scope: Scope,
    left: &mut usize,
) -> Option<Fix> {
    let candidates = sensible(snapshot, errors, scope, left);
    let meaning = meaning::written(&candidates.first()?.snapshot.document);
    let same = |one: &Candidate| meaning::written(&one.snapshot.document) == meaning;
    if !candidates.iter().all(same) {
        return None;
    }
    // Of texts that mean the same the one that is written as the formatter writes it, and of these the one that lacked something:
    // more often too little is typed than too much.
    let mut ranked: Vec<((usize, Slip), &Candidate)> = candidates
        .iter()
        .map(|one| {
            let edits = format(&one.snapshot, None, FormatOptions::default()).len();
            ((edits, one.slip), one)
        })
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    let (least, best) = ranked.first()?;
    let is_tie = ranked.get(1).is_some_and(|(rank, _)| rank == least);
    if is_tie || !is_harmless(snapshot, &diagnostics(snapshot), best) {
        return None;
    }
    Some(Fix {
        title: best.title.clone(),
        edits: vec![best.edit.clone()],
        preferred: true,
        applicability: Applicability::Safe,
    })
}

/// The texts one slip away that can be read and say nothing senseless; none when `left` bytes do not suffice to read them all.
fn sensible(
    snapshot: &Snapshot,
    errors: &[TextRange],
    scope: Scope,
    left: &mut usize,
) -> Vec<Candidate> {
    let document = &snapshot.document;
    let Some(mut window) = Window::around_all(document, errors) else {
        return Vec::new();
    };
    let Some(error) = errors.first() else {
        return Vec::new();
    };
    if scope == Scope::Value {
        let line = line_at(document, error.start());
        let text = document.slice(line_range(document, line));
        // Without any of these nothing can have been lost.
        let has_mark = text.contains(['"', '\'', '#']);
        window.lines.retain(|(other, _)| has_mark && *other == line);
    }
    let mut found: Vec<Candidate> = Vec::new();
    let section = section_around(document, line_at(document, error.start()));
    for (line, only_indentation) in window.lines.iter().copied() {
        let range = line_range(document, line);
        let text = document.slice(range).into_owned();
        if text.len() > LONGEST_LINE {
            return Vec::new();
        }
        let columns = columns_around(document, line);
        let readings = match only_indentation {
            true => slips::indented(&text, &columns),
            false => {
                let is_in_flow = errors
                    .iter()
                    .any(|error| is_in_flow(document, *error, &text));
                slips::readings(&text, &columns, is_in_flow)
            }
        };
        let is_meant =
            |reading: &slips::Reading| scope == Scope::Anything || reading.slip == Slip::LostMark;
        for reading in readings.into_iter().filter(is_meant) {
            let Some(rest) = left.checked_sub(usize::from(section.len())) else {
                return Vec::new();
            };
            *left = rest;
            let edit = smallest(range.start(), &text, &reading.line);
            let after = applied(document, std::slice::from_ref(&edit));
            if has_errors_near(&after, line)
                || window.is_run_together(&after)
                || has_bare_key(after.fragment_at(range.start()).root())
                || has_stray_quote(&after, range.start(), reading.line.len())
            {
                continue;
            }
            let snapshot = Snapshot::new(after, snapshot.context.clone());
            let diagnostics = diagnostics(&snapshot);
            if !diagnostics.iter().any(is_senseless) {
                found.push(Candidate {
                    edit,
                    slip: reading.slip,
                    title: reading.title,
                    snapshot,
                    found: diagnostics,
                });
            }
        }
    }
    found
}

/// The lines where the slip may be.
struct Window {
    /// With each line whether only its indentation may be wrong.
    lines: Vec<(usize, bool)>,
}

impl Window {
    /// The lines around several errors that one slip is to explain; nothing where each goes over too many.
    fn around_all(document: &Document, errors: &[TextRange]) -> Option<Window> {
        let mut all: Vec<(usize, bool)> = Vec::new();
        let windows = errors
            .iter()
            .filter_map(|error| Window::around(document, *error));
        for window in windows {
            for (line, only_indentation) in window.lines {
                match all.iter_mut().find(|(known, _)| *known == line) {
                    Some((_, known)) => *known &= only_indentation,
                    None => all.push((line, only_indentation)),
                }
            }
        }
        (!all.is_empty()).then_some(Window { lines: all })
    }

    /// The lines of an error, the ones with content before and after, and the ones above that its indentation depends on.
    fn around(document: &Document, error: TextRange) -> Option<Window> {
        let rope = document.rope();
        let first = line_at(document, error.start());
        let last = line_at(document, error.end());
        if last - first > MOST_LINES {
            return None;
        }
        let text = |line: usize| rope.line(line).to_string();
        let has_content = |line: &usize| {
            let text = text(*line);
            let text = text.trim();
            !text.is_empty() && !text.starts_with('#')
        };
        let indent = |line: usize| {
            let text = text(line);
            text.len() - text.trim_start_matches(' ').len()
        };
        let above: Vec<usize> = (first.saturating_sub(NEIGHBOURS)..first)
            .rev()
            .filter(has_content)
            .collect();
        let below = (last + 1..rope.len_lines().min(last + NEIGHBOURS)).find(has_content);
        let mut lines: Vec<(usize, bool)> = (first..=last)
            .chain(below)
            .chain(above.first().copied())
            .filter(has_content)
            .map(|line| (line, false))
            .collect();
        // Up to the line that all of them belong to.
        for line in above.iter().skip(1).copied() {
            lines.push((line, true));
            if indent(line) < indent(first) {
                break;
            }
        }
        // Where an entry below stands between this one and the one that both belong to, its indentation may be the wrong one.
        let belongs_to = above.iter().map(|line| indent(*line));
        let belongs_to = belongs_to.filter(|width| *width < indent(first)).max();
        let next = (last + 1..rope.len_lines().min(last + LONGEST_BLOCK))
            .filter(has_content)
            .find(|line| indent(*line) < indent(first));
        if let (Some(parent), Some(next)) = (belongs_to, next)
            && indent(next) > parent
            && lines.iter().all(|(line, _)| *line != next)
        {
            lines.push((next, true));
        }
        Some(Window { lines })
    }

    /// Whether one of the lines only goes on with a plain text above it: nobody writes a setting so.
    fn is_run_together(&self, after: &Document) -> bool {
        let lines = self
            .lines
            .iter()
            .filter(|(_, only_indentation)| !only_indentation);
        lines.map(|(line, _)| line_range(after, *line)).any(|line| {
            let text = after.slice(line);
            let indent = text.len() - text.trim_start_matches([' ', '\t']).len();
            let at = line.start() + TextSize::new(u32::try_from(indent).unwrap_or(u32::MAX));
            after.node_at(at).is_some_and(|node| {
                node.kind() == NodeKind::Scalar
                    && node.style() == Some(ScalarStyle::Plain)
                    && node.range().start() < line.start()
                    && node.range().end() > at
            })
        })
    }
}

/// Whether anything is wrong in the section around a line: one slip explains all errors there.
fn has_errors_near(after: &Document, line: usize) -> bool {
    let section = section_around(after, line);
    after.has_errors()
        && after
            .errors()
            .iter()
            .any(|error| section.contains_inclusive(error.range.start()))
}

fn line_at(document: &Document, at: TextSize) -> usize {
    let rope = document.rope();
    rope.byte_to_line(usize::from(at).min(rope.len_bytes()))
}

/// From the key at the left margin above a line to the end of the next one below it.
fn section_around(document: &Document, line: usize) -> TextRange {
    let rope = document.rope();
    let is_top = |line: &usize| {
        let first = rope.line(*line).get_char(0);
        first.is_some_and(|c| !c.is_whitespace() && !matches!(c, '#' | '-'))
    };
    let first = (0..line).rev().find(is_top).unwrap_or_default();
    let last = (line + 1..rope.len_lines()).find(is_top);
    let start = line_range(document, first).start();
    let end = last.map_or(document.len(), |line| line_range(document, line).end());
    TextRange::new(start, end)
}

/// Whether a key or a value is none that the catalog knows: a reading that says such a thing was not meant.
fn is_senseless(diagnostic: &Diagnostic) -> bool {
    const SIGNS: &[&str] = &[
        ids::DUPLICATE_KEY,
        ids::DURATION_MALFORMED,
        ids::DURATION_UNIT_MISSING,
        ids::ENUM_UNKNOWN_VALUE,
        ids::FIELD_NOT_FOR_TYPE,
        ids::FIELD_UNKNOWN,
        ids::REQUIRED_FIELD_MISSING,
        ids::SECTION_UNKNOWN,
        ids::SIZE_MALFORMED,
        ids::VALUE_OUT_OF_RANGE,
        ids::WRONG_KIND,
        "environment-unknown",
        "header-missing",
        "version-not-text",
    ];
    SIGNS.contains(&diagnostic.code)
}

/// A line without its ending.
fn line_range(document: &Document, line: usize) -> TextRange {
    let rope = document.rope();
    let start = rope.line_to_byte(line);
    let text = rope.line(line).to_string();
    let mark = if line == 0 && text.starts_with('\u{feff}') {
        '\u{feff}'.len_utf8()
    } else {
        0
    };
    let end = start + text.trim_end_matches(['\n', '\r']).len();
    let size = |at: usize| TextSize::new(u32::try_from(at).unwrap_or(u32::MAX));
    TextRange::new(size(start + mark), size(end))
}

/// The columns at which lines near this one begin, and one level deeper than the line above.
fn columns_around(document: &Document, line: usize) -> Vec<usize> {
    let rope = document.rope();
    let step = edit::step(document);
    let last = rope.len_lines().min(line + NEIGHBOURS);
    let mut columns = vec![0];
    for other in line.saturating_sub(NEIGHBOURS)..last {
        let text = rope.line(other).to_string();
        let body = text.trim_start_matches(' ');
        if other == line || body.trim().is_empty() || body.starts_with(['#', '\t']) {
            continue;
        }
        let column = text.len() - body.len();
        // The items of a list may stand at the column of its key, and what belongs to an item behind its dash.
        columns.extend([column, column + step, column + 2]);
    }
    columns.sort_unstable();
    columns.dedup();
    columns
}

fn is_in_flow(document: &Document, error: TextRange, line: &str) -> bool {
    line.contains(['[', '{'])
        || document.node_at(error.start()).is_some_and(|node| {
            let around = match node.parent() {
                Some(Parent::Key(entry) | Parent::Value(entry)) => entry.mapping().is_flow(),
                Some(Parent::Item(list, _)) => list.is_flow(),
                None => false,
            };
            around || node.is_flow()
        })
}

/// The edit of the characters that differ.
fn smallest(start: TextSize, old: &str, new: &str) -> TextEdit {
    let front: usize = old
        .chars()
        .zip(new.chars())
        .take_while(|(a, b)| a == b)
        .map(|(c, _)| c.len_utf8())
        .sum();
    let back: usize = old[front..]
        .chars()
        .rev()
        .zip(new[front..].chars().rev())
        .take_while(|(a, b)| a == b)
        .map(|(c, _)| c.len_utf8())
        .sum();
    let size = |at: usize| TextSize::new(u32::try_from(at).unwrap_or(u32::MAX));
    let range = TextRange::new(start + size(front), start + size(old.len() - back));
    TextEdit::replace(range, &new[front..new.len() - back])
}

/// Whether a mapping in braces has a key without a colon: YAML takes it, and means nothing by it.
fn has_bare_key(node: Node<'_>) -> bool {
    node.entries()
        .any(|entry| !entry.has_colon() || has_bare_key(entry.value()))
        || node.items().any(has_bare_key)
}

/// Whether a quote stands inside a plain scalar of the line: it is half of a pair.
fn has_stray_quote(after: &Document, line: TextSize, length: usize) -> bool {
    let end = line + TextSize::new(u32::try_from(length).unwrap_or(u32::MAX));
    let range = TextRange::new(line, end);
    let text = after.slice(range);
    text.char_indices()
        .filter(|(_, c)| matches!(c, '"' | '\''))
        .any(|(at, _)| {
            let at = line + TextSize::new(u32::try_from(at).unwrap_or(u32::MAX));
            let node = after.node_at(at);
            node.is_some_and(|node| {
                node.kind() == NodeKind::Scalar
                    && node.style() == Some(ScalarStyle::Plain)
                    && node.range().contains(at)
            })
        })
}

/// Whether nothing comes up, no key of another line is elsewhere, and no comment is lost.
fn is_harmless(snapshot: &Snapshot, before: &[Diagnostic], best: &Candidate) -> bool {
    let counts = |found: &[Diagnostic]| {
        let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
        for diagnostic in found {
            *counts.entry(diagnostic.code).or_default() += 1;
        }
        counts
    };
    let (old, new) = (counts(before), counts(&best.found));
    let adds_nothing = new
        .iter()
        .all(|(code, count)| old.get(code).is_some_and(|most| count <= most));
    let (document, after) = (&snapshot.document, &best.snapshot.document);
    let line = line_at(document, best.edit.range.start());
    let comments = |document: &Document| {
        let mut found: Vec<String> = document
            .comments()
            .map(|comment| document.slice(comment.range).into_owned())
            .collect();
        found.sort();
        found
    };
    let kept = comments(after);
    adds_nothing
        && comments(document)
            .iter()
            .all(|comment| kept.contains(comment))
        && keeps_paths(document, after, line)
}

/// Whether the keys of all other lines stay where they are. Where one line misleads the reader about others, they are where they
/// would be without that line.
fn keeps_paths(document: &Document, after: &Document, line: usize) -> bool {
    let now = paths(after, line);
    if paths(document, line) == now {
        return true;
    }
    let blank = TextEdit::replace(line_range(document, line), "");
    let without = applied(document, &[blank]);
    without.errors().is_empty() && paths(&without, line) == now
}

/// The keys of all lines but one, with the keys above them.
fn paths(document: &Document, but: usize) -> Vec<(usize, String)> {
    fn walk(node: Node<'_>, above: &str, but: usize, found: &mut Vec<(usize, String)>) {
        for entry in node.entries() {
            let key = entry.key();
            let path = format!("{above}/{}", entry.key_text());
            let line = key
                .fragment()
                .document()
                .rope()
                .byte_to_line(key.range().start().into());
            if line != but {
                found.push((line, path.clone()));
            }
            walk(entry.value(), &path, but, found);
        }
        for item in node.items() {
            walk(item, &format!("{above}/-"), but, found);
        }
    }
    let mut found = Vec::new();
    for root in document.roots() {
        walk(root, "", but, &mut found);
    }
    found.sort();
    found
}
