//! Comments that suppress all that is found in a document, each where it hides nothing but that.
//!
//! Behind a value a comment is about its line only, so that is where it is written when the line has room for one; otherwise above the
//! nearest entry. Every comment is tried on a copy: it has to suppress its diagnostics and to change neither what the document means
//! nor how it is formatted.

use std::collections::BTreeMap;

use nexflow_catalog::ids;
use nexflow_syntax::{Document, Parent, SyntaxCode, TextEdit, TextSize};

use crate::{
    Diagnostic, Snapshot, baseline, check,
    directive::{Directive, IGNORE, MARK},
    edit,
    format::{FormatOptions, format, same_meaning},
};

/// More lines than these are not tried one by one.
const MOST_LINES: usize = 2_000;

/// Comments for what is found, and how much of it no comment can suppress.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Suppressions {
    /// What is written.
    pub edits: Vec<TextEdit>,
    /// Diagnostics that stay.
    pub left: usize,
}

/// The comments that suppress the diagnostics of the rules that are `wanted`. `reason` stands behind the new ones.
pub fn suppress_all(
    snapshot: &Snapshot,
    wanted: &dyn Fn(&str) -> bool,
    reason: Option<&str>,
) -> Suppressions {
    let mut found = check::diagnostics(snapshot);
    baseline::mark(snapshot, &mut found);
    let mut lines: BTreeMap<usize, Vec<&Diagnostic>> = BTreeMap::new();
    let rope = snapshot.document.rope();
    let wanted = found
        .iter()
        .filter(|one| is_suppressible(one) && wanted(one.code));
    for diagnostic in wanted {
        let at = usize::from(diagnostic.range.start()).min(rope.len_bytes());
        lines
            .entry(rope.byte_to_line(at))
            .or_default()
            .push(diagnostic);
    }
    let trial = Trial {
        snapshot,
        before: found.len(),
        is_formatted: format(snapshot, None, FormatOptions::default()).is_empty(),
    };
    let mut taken: BTreeMap<TextSize, TextEdit> = BTreeMap::new();
    let mut left = 0;
    for (tried, (line, found)) in lines.iter().enumerate() {
        let mut rules: Vec<&str> = found.iter().map(|one| one.code).collect();
        rules.sort_unstable();
        rules.dedup();
        let candidates = candidates(&snapshot.document, *line, found, &rules, reason);
        let edit = candidates
            .into_iter()
            .filter(|_| tried < MOST_LINES)
            .find(|edit| {
                !taken.contains_key(&edit.range.start())
                    && trial.accepts(std::slice::from_ref(edit), found)
            });
        match edit {
            Some(edit) => drop(taken.insert(edit.range.start(), edit)),
            None => left += found.len(),
        }
    }
    let edits: Vec<TextEdit> = taken.into_values().collect();
    let all: Vec<&Diagnostic> = lines.into_values().flatten().collect();
    if trial.keeps(&edits) {
        Suppressions { edits, left }
    } else {
        Suppressions {
            edits: Vec::new(),
            left: all.len(),
        }
    }
}

fn is_suppressible(diagnostic: &Diagnostic) -> bool {
    let about_comments = [ids::SUPPRESSION_UNUSED, ids::SUPPRESSION_UNKNOWN_RULE];
    !diagnostic.recorded
        && !about_comments.contains(&diagnostic.code)
        && !SyntaxCode::ALL
            .iter()
            .any(|code| code.as_str() == diagnostic.code)
}

struct Trial<'s> {
    snapshot: &'s Snapshot,
    before: usize,
    is_formatted: bool,
}

impl Trial<'_> {
    /// Whether edits take away these diagnostics and nothing else.
    fn accepts(&self, edits: &[TextEdit], wanted: &[&Diagnostic]) -> bool {
        let after = self.after(edits);
        if !same_meaning(&self.snapshot.document, &after.document) || !self.stays_formatted(&after)
        {
            return false;
        }
        check::diagnostics(&after).len() + wanted.len() == self.before
    }

    /// Whether all edits together leave meaning and format as they are.
    fn keeps(&self, edits: &[TextEdit]) -> bool {
        let after = self.after(edits);
        same_meaning(&self.snapshot.document, &after.document) && self.stays_formatted(&after)
    }

    fn after(&self, edits: &[TextEdit]) -> Snapshot {
        let document = edit::applied(&self.snapshot.document, edits);
        Snapshot::new(document, self.snapshot.context.clone())
    }

    fn stays_formatted(&self, after: &Snapshot) -> bool {
        !self.is_formatted || format(after, None, FormatOptions::default()).is_empty()
    }
}

/// Where a comment about diagnostics on a line may stand, the narrowest place first.
fn candidates(
    document: &Document,
    line: usize,
    found: &[&Diagnostic],
    rules: &[&str],
    reason: Option<&str>,
) -> Vec<TextEdit> {
    let mut edits = Vec::new();
    edits.extend(behind(document, line, rules, reason));
    let mut above_lines = vec![line];
    if let Some(first) = found.first()
        && let Some(mut node) = document.node_at(first.range.start())
    {
        while let Some(Parent::Key(entry) | Parent::Value(entry)) = node.parent() {
            let at = usize::from(entry.key().range().start());
            above_lines.push(document.rope().byte_to_line(at));
            node = entry.mapping();
            if above_lines.len() == 3 {
                break;
            }
        }
    }
    above_lines.dedup();
    edits.extend(
        above_lines
            .into_iter()
            .map(|line| above(document, line, rules, reason)),
    );
    edits
}

/// At the end of a line, or in the list of rules of the comment that is there already.
fn behind(
    document: &Document,
    line: usize,
    rules: &[&str],
    reason: Option<&str>,
) -> Option<TextEdit> {
    let start = document.rope().line_to_byte(line);
    let text = document.rope().line(line).to_string();
    let comment = document.comments().find(|comment| {
        let at = usize::from(comment.range.start());
        at >= start && at < start + text.len()
    });
    if let Some(comment) = comment {
        return extended(comment.range.start(), comment.text, rules);
    }
    let text = text.trim_end();
    Some(TextEdit::insert(
        offset(start + text.len()),
        format!(" {}", directive(rules, reason)),
    ))
}

/// More rules in a comment that suppresses some already.
fn extended(at: TextSize, comment: &str, rules: &[&str]) -> Option<TextEdit> {
    let read = Directive::parse(comment).filter(|read| !read.whole_file)?;
    let list = read.list.clone()?;
    comment[list.end..].starts_with(']').then_some(())?;
    let known: Vec<&str> = read.rules(comment).map(|(id, _)| id).collect();
    let new: Vec<&str> = rules
        .iter()
        .copied()
        .filter(|rule| !known.contains(rule))
        .collect();
    if new.is_empty() {
        return None;
    }
    let comma = if known.is_empty() { "" } else { ", " };
    let end = at + offset(list.end);
    Some(TextEdit::insert(end, format!("{comma}{}", new.join(", "))))
}

/// On a line of its own above a line, or in the comment that stands there.
fn above(document: &Document, line: usize, rules: &[&str], reason: Option<&str>) -> TextEdit {
    let rope = document.rope();
    let start = rope.line_to_byte(line);
    if line > 0 {
        let before = rope.line_to_byte(line - 1);
        let own = document.comments().find(|comment| {
            let at = usize::from(comment.range.start());
            comment.own_line && at >= before && at < start
        });
        if let Some(edit) = own.and_then(|own| extended(own.range.start(), own.text, rules)) {
            return edit;
        }
    }
    let text = rope.line(line).to_string();
    let indent: String = text.chars().take_while(|c| *c == ' ').collect();
    // A byte order mark stays what the file begins with.
    let mark = if text.starts_with('\u{feff}') {
        '\u{feff}'.len_utf8()
    } else {
        0
    };
    let eol = edit::line_ending(document);
    TextEdit::insert(
        offset(start + mark),
        format!("{indent}{}{eol}", directive(rules, reason)),
    )
}

fn directive(rules: &[&str], reason: Option<&str>) -> String {
    let reason = reason.map_or(String::new(), |reason| format!(" {reason}"));
    format!("# {MARK} {IGNORE}[{}]{reason}", rules.join(", "))
}

fn offset(at: usize) -> TextSize {
    TextSize::new(u32::try_from(at).unwrap_or(u32::MAX))
}
