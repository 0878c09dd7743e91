//! `# nexflow: ignore[rule-id, other] reason`: findings that the author of a document has judged already.
//!
//! Behind a value the comment is about its line; on a line of its own about the entry (or list item) below it, with all that
//! is in it. `ignore-file[…]` is about the whole document, wherever it stands.

use std::ops::Range;

use nexflow_catalog::{Needs, Severity, ids, value::suggest::nearest};
use nexflow_syntax::{Document, Parent, Run, TextEdit, TextRange, TextSize, Unit};
use rustc_hash::FxHashMap;

use crate::{Diagnostic, Fix, Snapshot, Tag, cx::Cx};

/// What makes a comment one of ours.
pub(crate) const MARK: &str = "nexflow:";
/// About a line or an entry.
pub(crate) const IGNORE: &str = "ignore";
/// About the whole document.
pub(crate) const IGNORE_FILE: &str = "ignore-file";

/// A comment that suppresses rules. Its ranges are bytes of the comment's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Directive {
    /// It is about the whole document.
    pub whole_file: bool,
    /// Where the word stands.
    pub word: Range<usize>,
    /// Between the brackets; `None` when there are none. An open end reaches to the end of the comment.
    pub list: Option<Range<usize>>,
}

impl Directive {
    /// Reads a comment, which begins with `#`; `None` for one that is about something else.
    pub fn parse(comment: &str) -> Option<Directive> {
        let skip = |at: usize| at + comment[at..].len() - comment[at..].trim_start().len();
        let mark = skip(comment.find(|c| c != '#')?);
        let word = skip(mark + comment[mark..].strip_prefix(MARK).map(|_| MARK.len())?);
        let length = comment[word..]
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_')
            .unwrap_or(comment.len() - word);
        let whole_file = match &comment[word..word + length] {
            IGNORE => false,
            IGNORE_FILE => true,
            _ => return None,
        };
        let open = skip(word + length);
        let list = comment[open..].starts_with('[').then(|| {
            let start = open + 1;
            start
                ..comment[start..]
                    .find(']')
                    .map_or(comment.len(), |end| start + end)
        });
        Some(Directive {
            whole_file,
            word: word..word + length,
            list,
        })
    }

    /// The ids in the brackets, each with its place.
    pub fn rules<'c>(
        &self,
        comment: &'c str,
    ) -> impl Iterator<Item = (&'c str, Range<usize>)> + use<'c> {
        let list = self.list.clone().unwrap_or_default();
        let mut at = list.start;
        comment[list].split(',').filter_map(move |part| {
            let start = at + part.len() - part.trim_start().len();
            at += part.len() + 1;
            let id = part.trim();
            (!id.is_empty()).then_some((id, start..start + id.len()))
        })
    }
}

/// The directives of one unit.
struct Directives(Vec<(TextRange, bool, Directive)>);

fn directives<'d>(unit: Unit<'d>) -> &'d Directives {
    unit.memo(|unit| {
        let start = unit.range().start();
        let found = unit.comments().filter_map(|comment| {
            let directive = Directive::parse(comment.text)?;
            Some((comment.range - start, comment.own_line, directive))
        });
        Directives(found.collect())
    })
}

/// Reads the directives of a unit, for those who ask for them later.
pub(super) fn look(unit: Unit<'_>) {
    directives(unit);
}

/// Whether a unit of a run has directives.
struct Any(bool);

/// The units that have directives, in the order of the text.
fn with_directives(document: &Document) -> impl Iterator<Item = Unit<'_>> {
    let has = |unit: &Unit<'_>| !directives(*unit).0.is_empty();
    document
        .runs()
        .filter(move |run| run.memo(|run| Any(run.units().any(|unit| has(&unit)))).0)
        .flat_map(Run::units)
        .filter(has)
}

/// True when a comment of the document suppresses anything, so that all findings are needed to judge it.
pub(super) fn any(snapshot: &Snapshot) -> bool {
    with_directives(&snapshot.document).next().is_some()
}

/// The ids of rules that comments of a document name, each with its place.
pub(crate) fn named(snapshot: &Snapshot) -> Vec<(TextRange, String)> {
    let mut found = Vec::new();
    for unit in with_directives(&snapshot.document) {
        let start = unit.range().start();
        for (range, _, directive) in &directives(unit).0 {
            let named = directive.rules(&unit.text()[*range]);
            found.extend(named.map(|(id, at)| (within(*range + start, at), id.to_owned())));
        }
    }
    found
}

/// One rule in a comment.
struct Entry<'t> {
    id: &'t str,
    /// Where the id stands.
    at: TextRange,
    /// What it is about; `None`: nothing is there.
    covers: Option<TextRange>,
    used: bool,
}

/// Takes out what comments of the document suppress, and adds what is to say about the comments.
pub(super) fn apply(cx: &Cx<'_>, found: &mut Vec<Diagnostic>, want_fixes: bool) {
    let snapshot = cx.snapshot;
    if !any(snapshot) {
        return;
    }
    let mut about_comments = Vec::new();
    let mut comments: Vec<(TextRange, Vec<Entry<'_>>)> = Vec::new();
    for unit in with_directives(&snapshot.document) {
        let start = unit.range().start();
        for (range, own_line, directive) in &directives(unit).0 {
            let comment = *range + start;
            let text = &unit.text()[*range];
            let covers = covered(snapshot, comment, *own_line, directive);
            let entries: Vec<_> = directive
                .rules(text)
                .map(|(id, at)| Entry {
                    id,
                    at: within(comment, at),
                    covers,
                    used: false,
                })
                .collect();
            if entries.is_empty() {
                about_comments.push(finding(
                    ids::SUPPRESSION_UNKNOWN_RULE,
                    within(comment, directive.word.clone()),
                    format!(
                        "this suppresses nothing: name the rules, as in `{MARK} {}[rule-id]`",
                        &text[directive.word.clone()]
                    ),
                    None,
                ));
            }
            comments.push((comment, entries));
        }
    }
    let by_rule = ByRule::of(&comments);
    found.retain(|finding| !by_rule.suppressed(&mut comments, finding));
    for (comment, entries) in &comments {
        judge(cx, *comment, entries, want_fixes, &mut about_comments);
    }
    about_comments.retain(|finding| !by_rule.suppressed(&mut comments, finding));
    found.append(&mut about_comments);
}

/// The entries of comments by what they are about, so that a finding is not held against each of them.
struct ByRule<'t>(FxHashMap<&'t str, Vec<Covers>>);

/// What an entry covers. Those of a rule stand in the order in which they begin.
struct Covers {
    range: TextRange,
    /// The furthest end of those up to here.
    furthest: TextSize,
    /// The comment, and the entry in it.
    place: (usize, usize),
}

impl<'t> ByRule<'t> {
    fn of(comments: &[(TextRange, Vec<Entry<'t>>)]) -> ByRule<'t> {
        let mut by_rule: FxHashMap<&str, Vec<Covers>> = FxHashMap::default();
        for (at, (_, entries)) in comments.iter().enumerate() {
            for (number, entry) in entries.iter().enumerate() {
                let Some(range) = entry.covers else { continue };
                by_rule.entry(entry.id).or_default().push(Covers {
                    range,
                    furthest: range.end(),
                    place: (at, number),
                });
            }
        }
        for covers in by_rule.values_mut() {
            covers.sort_by_key(|covers| covers.range.start());
            let mut furthest = TextSize::new(0);
            for covers in covers {
                furthest = furthest.max(covers.range.end());
                covers.furthest = furthest;
            }
        }
        ByRule(by_rule)
    }

    /// A comment is about findings that begin in what it covers.
    fn suppressed(
        &self,
        comments: &mut [(TextRange, Vec<Entry<'_>>)],
        finding: &Diagnostic,
    ) -> bool {
        let Some(covers) = self.0.get(finding.code) else {
            return false;
        };
        let at = finding.range.start();
        let before = covers.partition_point(|covers| covers.range.start() <= at);
        let mut hit = false;
        for covers in covers[..before].iter().rev() {
            if covers.furthest < at {
                break;
            }
            if covers.range.contains_inclusive(at) {
                let (comment, entry) = covers.place;
                comments[comment].1[entry].used = true;
                hit = true;
            }
        }
        hit
    }
}

fn within(comment: TextRange, part: Range<usize>) -> TextRange {
    let at =
        |offset: usize| comment.start() + TextSize::new(u32::try_from(offset).unwrap_or(u32::MAX));
    TextRange::new(at(part.start), at(part.end))
}

/// What a suppressing comment is about.
pub(crate) fn covered(
    snapshot: &Snapshot,
    comment: TextRange,
    own_line: bool,
    directive: &Directive,
) -> Option<TextRange> {
    let document = &snapshot.document;
    if directive.whole_file {
        return Some(TextRange::up_to(document.len()));
    }
    let rope = document.rope();
    let line = rope.byte_to_line(comment.start().into());
    if own_line {
        return below(snapshot, line + 1);
    }
    Some(line_range(snapshot, line))
}

/// A line without its break.
fn line_range(snapshot: &Snapshot, line: usize) -> TextRange {
    let rope = snapshot.document.rope();
    let start = rope.line_to_byte(line);
    let text = rope.line(line).to_string();
    range(start..start + text.trim_end_matches(['\r', '\n']).len())
}

fn range(bytes: Range<usize>) -> TextRange {
    within(TextRange::empty(TextSize::new(0)), bytes)
}

/// The entry or list item that begins on the first line, at or after this one, that holds more than comments.
fn below(snapshot: &Snapshot, from: usize) -> Option<TextRange> {
    let document = &snapshot.document;
    let rope = document.rope();
    let lines = (from..rope.len_lines()).map(|line| (line, rope.line(line).to_string()));
    let (line, text) = lines.into_iter().find(|(_, text)| {
        let content = text.trim_start();
        !content.is_empty() && !content.starts_with('#')
    })?;
    let start = rope.line_to_byte(line);
    // The dashes of list items stand before what the items are.
    let content = text.trim_start_matches(|c: char| c.is_whitespace() || c == '-');
    let content = if text.trim_start().starts_with("--") {
        text.trim_start()
    } else {
        content
    };
    let at = range(start..start + text.len() - content.len()).end();
    let whole_line = line_range(snapshot, line);
    let node = document
        .node_at(at)
        .filter(|node| node.range().start() >= whole_line.start());
    let covered = match node.and_then(|node| node.parent()) {
        Some(Parent::Key(entry) | Parent::Value(entry))
            if entry.key().range().start() >= whole_line.start() =>
        {
            // The first entry of a list item begins the item.
            let mapping = entry.mapping();
            let begins = mapping.range().start() == entry.key().range().start();
            match mapping.parent() {
                Some(Parent::Item(..)) if begins => mapping.range(),
                _ => entry.range(),
            }
        }
        Some(Parent::Item(..)) => node.map_or(whole_line, |node| node.range()),
        _ => whole_line,
    };
    Some(covered.cover(whole_line))
}

/// Says what is wrong with the rules of one comment.
fn judge(
    cx: &Cx<'_>,
    comment: TextRange,
    entries: &[Entry<'_>],
    want_fixes: bool,
    out: &mut Vec<Diagnostic>,
) {
    let alone = entries.len() == 1;
    for entry in entries {
        let Some(rule) = nexflow_catalog::rule(entry.id) else {
            let near = nearest(
                entry.id,
                nexflow_catalog::rules().iter().map(|rule| rule.id),
            )
            .first()
            .copied();
            let meant = near
                .map(|near| format!("; did you mean `{near}`?"))
                .unwrap_or_default();
            let fix = near.filter(|_| want_fixes).map(|near| Fix {
                title: format!("Change to `{near}`"),
                edits: vec![TextEdit {
                    range: entry.at,
                    insert: near.to_owned(),
                }],
                preferred: true,
                safe: false,
            });
            out.push(finding(
                ids::SUPPRESSION_UNKNOWN_RULE,
                entry.at,
                format!("there is no rule `{}`{meant}", entry.id),
                fix,
            ));
            continue;
        };
        if entry.used || !can_tell(cx, rule.id, rule.needs) {
            continue;
        }
        let id = entry.id;
        let place = match entry.covers {
            Some(_) => "finds nothing there",
            None => "is suppressed for the entry below, but there is none",
        };
        let fix = (want_fixes && alone).then(|| removal(cx.snapshot, comment));
        let range = if alone { comment } else { entry.at };
        let mut unused = finding(
            ids::SUPPRESSION_UNUSED,
            range,
            format!("`{id}` {place}; the comment would hide a finding that comes later"),
            fix,
        );
        unused.tag = Some(Tag::Unnecessary);
        out.push(unused);
    }
}

/// Whether silence means that the rule has nothing to find: not while the text is broken or a base is not known, and not for
/// what depends on the machine.
fn can_tell(cx: &Cx<'_>, id: &str, needs: Needs) -> bool {
    cx.complete
        && needs != Needs::Project
        && ![ids::SUPPRESSION_UNUSED, ids::SUPPRESSION_UNKNOWN_RULE].contains(&id)
        && cx.snapshot.document.errors().is_empty()
}

/// Takes a comment away, with the blanks before it; with its line when nothing else stands there.
fn removal(snapshot: &Snapshot, comment: TextRange) -> Fix {
    let rope = snapshot.document.rope();
    let (start, end) = (usize::from(comment.start()), usize::from(comment.end()));
    let line = rope.byte_to_line(start);
    let line_start = rope.line_to_byte(line);
    let before = rope.byte_slice(line_start..start).to_string();
    let kept = before.trim_end().len();
    let (from, to) = if kept == 0 {
        let next = rope.line_to_byte((line + 1).min(rope.len_lines()));
        (line_start, next.max(end))
    } else {
        (line_start + kept, end)
    };
    Fix {
        title: "Remove the comment".to_owned(),
        edits: vec![TextEdit {
            range: range(from..to),
            insert: String::new(),
        }],
        preferred: true,
        safe: true,
    }
}

fn finding(code: &'static str, range: TextRange, message: String, fix: Option<Fix>) -> Diagnostic {
    Diagnostic {
        code,
        severity: nexflow_catalog::rule(code).map_or(Severity::Hint, |rule| rule.severity),
        range,
        message,
        related: Vec::new(),
        tag: None,
        fixes: fix.into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::Directive;

    fn read(comment: &str) -> Option<(bool, Vec<&str>)> {
        let directive = Directive::parse(comment)?;
        for (id, at) in directive.rules(comment) {
            assert_eq!(&comment[at], id);
        }
        Some((
            directive.whole_file,
            directive.rules(comment).map(|(id, _)| id).collect(),
        ))
    }

    #[test]
    fn ids_stand_in_brackets_and_a_reason_behind_them() {
        assert_eq!(
            read("# nexflow: ignore[a-b] because"),
            Some((false, vec!["a-b"]))
        );
        assert_eq!(
            read("#nexflow:ignore[a , b,c]"),
            Some((false, vec!["a", "b", "c"]))
        );
        assert_eq!(
            read("## nexflow: ignore-file [a,]"),
            Some((true, vec!["a"]))
        );
        assert_eq!(
            read("# nexflow: ignore[a, b"),
            Some((false, vec!["a", "b"]))
        );
        assert_eq!(read("# nexflow: ignore everything"), Some((false, vec![])));
    }

    #[test]
    fn other_comments_are_none_of_ours() {
        for comment in [
            "#",
            "# ignore[a]",
            "# nexflow is great",
            "# nexflow: ignored[a]",
            "# nexflow:",
            "# see nexflow: ignore[a]",
        ] {
            assert_eq!(read(comment), None, "{comment}");
        }
    }
}
