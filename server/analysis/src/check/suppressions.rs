//! `# nexflow: ignore[rule-id, other] reason`: diagnostics that the author of a document has checked already.
//!
//! Behind a value the comment is about its line; on a line of its own about the entry (or list item) below it, with all that
//! is in it. `ignore-file[…]` is about the whole document, wherever it stands.

use std::ops::Range;

use nexflow_catalog::{Applicability, Needs, Severity, ids, value::suggest::nearest};
use nexflow_syntax::{Document, Fragment, Parent, TextEdit, TextRange, TextSize};
use rustc_hash::FxHashMap;

use crate::{
    Diagnostic, Fix, Snapshot, Tag,
    directive::{Directive, MARK, looks_like_id},
    document_context::DocumentContext,
};

/// The directives of one fragment.
struct Directives(Vec<(TextRange, bool, Directive)>);

fn directives<'d>(fragment: Fragment<'d>) -> &'d Directives {
    fragment.memo(|fragment| {
        let start = fragment.range().start();
        let found = fragment.comments().filter_map(|comment| {
            let directive = Directive::parse(comment.text)?;
            Some((comment.range - start, comment.own_line, directive))
        });
        Directives(found.collect())
    })
}

/// Reads the directives of a fragment, for those who ask for them later.
pub(super) fn look(fragment: Fragment<'_>) {
    directives(fragment);
}

/// The fragments that have directives, in the order of the text.
fn with_directives(document: &Document) -> impl Iterator<Item = Fragment<'_>> {
    document
        .fragments()
        .filter(|fragment| !directives(*fragment).0.is_empty())
}

/// True when a comment of the document suppresses anything, so that all diagnostics are needed to check it.
pub(super) fn any(snapshot: &Snapshot) -> bool {
    with_directives(&snapshot.document).next().is_some()
}

/// Whether a comment of the document suppresses a rule at a place. For what is found by others than the analysis.
#[must_use]
pub fn suppresses(snapshot: &Snapshot, id: &str, at: TextSize) -> bool {
    let mut below = Below::default();
    with_directives(&snapshot.document).any(|fragment| {
        let start = fragment.range().start();
        directives(fragment)
            .0
            .iter()
            .any(|(range, own_line, directive)| {
                let names = directive
                    .rules(&fragment.text()[*range])
                    .any(|(named, _)| named == id);
                names
                    && below
                        .covered(snapshot, *range + start, *own_line, directive)
                        .is_some_and(|covers| covers.contains_inclusive(at))
            })
    })
}

/// The ids of rules that comments of a document name, each with its place.
pub(crate) fn named(snapshot: &Snapshot) -> Vec<(TextRange, String)> {
    let mut found = Vec::new();
    for fragment in with_directives(&snapshot.document) {
        let start = fragment.range().start();
        for (range, _, directive) in &directives(fragment).0 {
            let named = directive.rules(&fragment.text()[*range]);
            found.extend(named.map(|(id, at)| (within(*range + start, at), id.to_owned())));
        }
    }
    found
}

/// One rule in a comment.
struct SuppressedRule<'t> {
    id: &'t str,
    /// Where the id stands.
    at: TextRange,
    /// What it is about; `None`: nothing is there.
    covers: Option<TextRange>,
    used: bool,
}

/// Takes out what comments of the document suppress, and adds what is to say about the comments.
pub(super) fn apply(cx: &DocumentContext<'_>, found: &mut Vec<Diagnostic>, want_fixes: bool) {
    let snapshot = cx.snapshot;
    let commented: Vec<_> = with_directives(&snapshot.document).collect();
    if commented.is_empty() {
        return;
    }
    let mut about_comments = Vec::new();
    let mut comments: Vec<(TextRange, Vec<SuppressedRule<'_>>)> = Vec::new();
    let mut below = Below::default();
    for fragment in commented {
        let start = fragment.range().start();
        for (range, own_line, directive) in &directives(fragment).0 {
            let comment = *range + start;
            let text = &fragment.text()[*range];
            let covers = below.covered(snapshot, comment, *own_line, directive);
            let entries: Vec<_> = directive
                .rules(text)
                .map(|(id, at)| SuppressedRule {
                    id,
                    at: within(comment, at),
                    covers,
                    used: false,
                })
                .collect();
            if entries.is_empty() {
                about_comments.push(diagnostic(
                    ids::SUPPRESSION_UNKNOWN_RULE,
                    within(comment, directive.word.clone()),
                    format!(
                        "Missing rule IDs. Write `{MARK} {}[rule-id]`.",
                        &text[directive.word.clone()]
                    ),
                    None,
                ));
            }
            comments.push((comment, entries));
        }
    }
    let mut by_rule = ByRule::of(&comments);
    found.retain(|diagnostic| !by_rule.suppressed(&mut comments, diagnostic));
    for (comment, entries) in &comments {
        check(cx, *comment, entries, want_fixes, &mut about_comments);
    }
    about_comments.retain(|diagnostic| !by_rule.suppressed(&mut comments, diagnostic));
    found.append(&mut about_comments);
}

/// The entries of comments by what they are about, so that a diagnostic is not held against each of them.
struct ByRule<'t>(FxHashMap<&'t str, Vec<Covers>>);

/// What an entry covers. Those of a rule stand in the order in which they begin.
struct Covers {
    range: TextRange,
    /// The furthest end of those up to here.
    furthest: TextSize,
    /// The comments, and the entry in each.
    places: Vec<(usize, usize)>,
    /// Whether they are known to be of use.
    used: bool,
}

impl<'t> ByRule<'t> {
    fn of(comments: &[(TextRange, Vec<SuppressedRule<'t>>)]) -> ByRule<'t> {
        let mut by_rule: FxHashMap<&str, Vec<Covers>> = FxHashMap::default();
        for (at, (_, entries)) in comments.iter().enumerate() {
            for (number, entry) in entries.iter().enumerate() {
                let Some(range) = entry.covers else { continue };
                // A rule that was renamed is still known by its former id.
                let id = nexflow_catalog::rule(entry.id).map_or(entry.id, |rule| rule.id);
                by_rule.entry(id).or_default().push(Covers {
                    range,
                    furthest: range.end(),
                    places: vec![(at, number)],
                    used: false,
                });
            }
        }
        for covers in by_rule.values_mut() {
            covers.sort_by_key(|covers| (covers.range.start(), covers.range.end()));
            // Comments about the same thing are one, or each diagnostic would be held against all of them.
            covers.dedup_by(|next, one| {
                let same = next.range == one.range;
                if same {
                    one.places.append(&mut next.places);
                }
                same
            });
            let mut furthest = TextSize::new(0);
            for covers in covers {
                furthest = furthest.max(covers.range.end());
                covers.furthest = furthest;
            }
        }
        ByRule(by_rule)
    }

    /// A comment is about diagnostics that begin in what it covers.
    fn suppressed(
        &mut self,
        comments: &mut [(TextRange, Vec<SuppressedRule<'_>>)],
        diagnostic: &Diagnostic,
    ) -> bool {
        let Some(covers) = self.0.get_mut(diagnostic.code) else {
            return false;
        };
        let at = diagnostic.range.start();
        let before = covers.partition_point(|covers| covers.range.start() <= at);
        let mut hit = false;
        for covers in covers[..before].iter_mut().rev() {
            if covers.furthest < at {
                break;
            }
            if covers.range.contains_inclusive(at) {
                hit = true;
                if !std::mem::replace(&mut covers.used, true) {
                    for (comment, entry) in &covers.places {
                        comments[*comment].1[*entry].used = true;
                    }
                }
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
    Below::default().covered(snapshot, comment, own_line, directive)
}

/// What stands below the last comment that was asked about. Thousands of comments may stand above one entry.
#[derive(Default)]
struct Below {
    /// From the line behind the comment to the one that was found.
    lines: Range<usize>,
    covers: Option<TextRange>,
}

impl Below {
    fn covered(
        &mut self,
        snapshot: &Snapshot,
        comment: TextRange,
        own_line: bool,
        directive: &Directive,
    ) -> Option<TextRange> {
        let document = &snapshot.document;
        if directive.whole_file {
            return Some(TextRange::up_to(document.len()));
        }
        let line = document.rope().byte_to_line(comment.start().into());
        if !own_line {
            return Some(line_range(snapshot, line));
        }
        let from = line + 1;
        if !self.lines.contains(&from) {
            let found = first_with_content(snapshot, from);
            let end = found.as_ref().map_or(usize::MAX, |(line, _)| line + 1);
            self.lines = from..end;
            self.covers = found.map(|(line, text)| begins_on(snapshot, line, &text));
        }
        self.covers
    }
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

/// The first line, at or after this one, that holds more than comments.
fn first_with_content(snapshot: &Snapshot, from: usize) -> Option<(usize, String)> {
    let rope = snapshot.document.rope();
    let mut lines = (from..rope.len_lines()).map(|line| (line, rope.line(line).to_string()));
    lines.find(|(_, text)| {
        let content = text.trim_start();
        !content.is_empty() && !content.starts_with('#')
    })
}

/// The entry or list item that begins on a line.
fn begins_on(snapshot: &Snapshot, line: usize, text: &str) -> TextRange {
    let document = &snapshot.document;
    let rope = document.rope();
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
    covered.cover(whole_line)
}

/// Says what is wrong with the rules of one comment.
fn check(
    cx: &DocumentContext<'_>,
    comment: TextRange,
    entries: &[SuppressedRule<'_>],
    want_fixes: bool,
    out: &mut Vec<Diagnostic>,
) {
    let alone = entries.len() == 1;
    for entry in entries {
        let house = &cx.snapshot.context.settings.house;
        let of_house = house.rule(entry.id).map(|rule| (rule.id, Needs::File));
        let of_catalog = || nexflow_catalog::rule(entry.id).map(|rule| (rule.id, rule.needs));
        // What changes do is found by comparing, so that nobody can tell here whether it is.
        if nexflow_catalog::changes::change(entry.id).is_some() {
            continue;
        }
        let Some((rule, needs)) = of_house.or_else(of_catalog) else {
            let ids = nexflow_catalog::rules().iter().map(|rule| rule.id);
            let ids = ids.chain(house.rules().iter().map(|rule| rule.id));
            let near = nearest(entry.id, ids).first().copied();
            let meant = near
                .map(|near| format!(" Did you mean `{near}`?"))
                .unwrap_or_default();
            let fix = near.filter(|_| want_fixes).map(|near| Fix {
                title: format!("Change to `{near}`"),
                edits: vec![TextEdit {
                    range: entry.at,
                    insert: near.to_owned(),
                }],
                preferred: true,
                applicability: Applicability::Unsafe,
            });
            out.push(diagnostic(
                ids::SUPPRESSION_UNKNOWN_RULE,
                entry.at,
                // What does not look like an id may be anything, a credential as well.
                match near.is_some() || looks_like_id(entry.id) {
                    true => format!("Unknown rule `{}`.{meant}", entry.id),
                    false => "Unknown rule.".to_owned(),
                },
                fix,
            ));
            continue;
        };
        if entry.used || !can_tell(cx, rule, needs) {
            continue;
        }
        let id = entry.id;
        let place = match entry.covers {
            Some(_) => "the rule reports nothing here",
            None => "no entry follows this comment",
        };
        let fix = (want_fixes && alone).then(|| removal(cx.snapshot, comment));
        let range = if alone { comment } else { entry.at };
        let mut unused = diagnostic(
            ids::SUPPRESSION_UNUSED,
            range,
            format!("Unused suppression of `{id}`: {place}."),
            fix,
        );
        unused.tag = Some(Tag::Unnecessary);
        out.push(unused);
    }
}

/// Whether silence means that the rule has nothing to find: not while the text is broken or a base is not known, and not for
/// what depends on the machine.
fn can_tell(cx: &DocumentContext<'_>, id: &str, needs: Needs) -> bool {
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
        applicability: Applicability::Unsafe,
    }
}

fn diagnostic(
    code: &'static str,
    range: TextRange,
    message: String,
    fix: Option<Fix>,
) -> Diagnostic {
    Diagnostic {
        code,
        severity: nexflow_catalog::rule(code).map_or(Severity::Hint, |rule| rule.severity),
        range,
        message,
        related: Vec::new(),
        tag: None,
        missing: Vec::new(),
        advises: false,
        versions: Vec::new(),
        absent: None,
        recorded: false,
        fixes: fix.into_iter().collect(),
    }
}
