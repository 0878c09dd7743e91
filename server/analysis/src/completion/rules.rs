//! Inside `# nexflow: ignore[…]`: the ids of rules, and the comment itself where it is begun.

use nexflow_catalog::{Rule, Severity};
use nexflow_syntax::{TextRange, TextSize};

use crate::{
    About, CompletionItem, CompletionKind, Snapshot,
    check::{diagnostics, suppressions::covered},
    directive::{Directive, IGNORE, IGNORE_FILE, MARK},
};

/// What can be typed in a comment.
pub(super) fn in_comment(
    snapshot: &Snapshot,
    comment: TextRange,
    offset: TextSize,
) -> Vec<CompletionItem> {
    let text = snapshot.document.slice(comment);
    let Some(cursor) = offset.checked_sub(comment.start()).map(usize::from) else {
        return Vec::new();
    };
    let Some(directive) = Directive::parse(&text) else {
        return begun(&text, comment, cursor);
    };
    let Some(list) = directive.list.clone() else {
        return begun(&text, comment, cursor);
    };
    if !(list.start..=list.end).contains(&cursor) {
        return Vec::new();
    }
    let before = &text[list.start..cursor];
    let start = cursor - before.rsplit([',', ' ', '[']).next().map_or(0, str::len);
    let is_id = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let rest = &text[cursor..list.end];
    let end = cursor + rest.find(|c| !is_id(c)).unwrap_or(rest.len());
    let at =
        |offset: usize| comment.start() + TextSize::new(u32::try_from(offset).unwrap_or(u32::MAX));
    let replace = TextRange::new(at(start), at(end));
    let others: Vec<_> = directive
        .rules(&text)
        .filter(|(_, at)| at.end < start || at.start > end)
        .map(|(id, _)| id)
        .collect();
    let own_line = is_own_line(snapshot, comment);
    let place = covered(snapshot, comment, own_line, &directive);
    let found: Vec<_> = diagnostics(snapshot)
        .into_iter()
        .filter(|diagnostic| {
            place.is_some_and(|place| place.contains_inclusive(diagnostic.range.start()))
        })
        .map(|diagnostic| diagnostic.code)
        .collect();
    nexflow_catalog::rules()
        .iter()
        .filter(|rule| !others.contains(&rule.id))
        .map(|rule| item(rule, replace, found.contains(&rule.id)))
        .chain(of_house(snapshot, replace, &others, &found))
        .collect()
}

/// The rules of the project's own.
fn of_house<'s>(
    snapshot: &'s Snapshot,
    replace: TextRange,
    others: &'s [&'s str],
    found: &'s [&'s str],
) -> impl Iterator<Item = CompletionItem> + use<'s> {
    let rules = snapshot.context.settings.house.rules().iter();
    rules
        .filter(|rule| !others.contains(&rule.id))
        .map(move |rule| {
            let found = found.contains(&rule.id);
            let title = rule.title();
            CompletionItem {
                about: About::Text(rule.page()),
                ..named(rule.id, rule.severity, &title, replace, found)
            }
        })
}

fn is_own_line(snapshot: &Snapshot, comment: TextRange) -> bool {
    let rope = snapshot.document.rope();
    let start = usize::from(comment.start());
    let line = rope.line_to_byte(rope.byte_to_line(start));
    rope.byte_slice(line..start)
        .chars()
        .all(char::is_whitespace)
}

fn item(rule: &Rule, replace: TextRange, found: bool) -> CompletionItem {
    CompletionItem {
        about: About::Rule(rule.id.to_owned()),
        ..named(rule.id, rule.severity, rule.title, replace, found)
    }
}

fn named(
    id: &str,
    severity: Severity,
    title: &str,
    replace: TextRange,
    found: bool,
) -> CompletionItem {
    let severity = match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hint => "hint",
    };
    CompletionItem {
        label: id.to_owned(),
        detail: format!("{severity}: {title}"),
        about: About::Nothing,
        kind: CompletionKind::Rule,
        replace,
        insert: id.to_owned(),
        snippet: false,
        plain: id.to_owned(),
        filter: id.to_owned(),
        // What is found at this place is what one wants to suppress.
        sort: format!("{}{}", if found { 0 } else { 1 }, id),
        preselect: found,
        deprecated: false,
        ends_in_flow: false,
        retrigger: false,
    }
}

/// The comment as a whole, while its first words are being typed.
fn begun(text: &str, comment: TextRange, cursor: usize) -> Vec<CompletionItem> {
    let typed = text[..cursor].trim_start_matches('#').trim_start();
    if typed.is_empty() || !text[cursor..].trim().is_empty() {
        return Vec::new();
    }
    let start =
        comment.start() + TextSize::new(u32::try_from(cursor - typed.len()).unwrap_or(u32::MAX));
    let replace = TextRange::new(start, comment.end());
    [
        (
            IGNORE,
            "Suppresses rules for this line; on a line of its own, for the entry below.",
        ),
        (IGNORE_FILE, "Suppresses rules for the whole document."),
    ]
    .into_iter()
    .filter(|(word, _)| format!("{MARK} {word}").starts_with(typed))
    .map(|(word, documentation)| CompletionItem {
        label: format!("{MARK} {word}[…]"),
        detail: "suppress rules".to_owned(),
        about: About::Text(documentation.to_owned()),
        kind: CompletionKind::Snippet,
        replace,
        insert: format!("{MARK} {word}[$1] ${{2:reason}}"),
        snippet: true,
        plain: format!("{MARK} {word}["),
        filter: format!("{MARK} {word}"),
        sort: word.to_owned(),
        preselect: false,
        deprecated: false,
        ends_in_flow: false,
        retrigger: true,
    })
    .collect()
}
