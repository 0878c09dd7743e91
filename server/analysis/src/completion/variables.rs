//! Variables: after `${`, and as whole values.

use nexflow_syntax::{Cursor, CursorContext, Segment, TextRange, TextSize, VariableAt};
use rustc_hash::FxHashSet;

use super::{CompletionContext, observed_values};
use crate::{
    About, CompletionItem, CompletionKind, Snapshot, VariableOrigin, template_refs, value_stats,
};

/// Names for the inside of `${…}`.
pub(super) fn inside(
    context: &CompletionContext<'_>,
    at: VariableAt,
    cursor: &Cursor<'_>,
) -> Vec<CompletionItem> {
    let snapshot = context.snapshot;
    // Nothing is substituted in keys.
    if matches!(
        cursor.place,
        CursorContext::Key { .. } | CursorContext::Blank
    ) {
        return Vec::new();
    }
    let close = if at.closed { "" } else { "}" };
    let typed = cursor.offset.clamp(at.name.start(), at.name.end());
    let typed = snapshot
        .document
        .slice(TextRange::new(at.name.start(), typed));
    let mut names = names(snapshot);
    if typed.len() >= LETTERS {
        let of_shell = snapshot.context.variables.names().into_iter();
        names.extend(of_shell.filter(|name| name.starts_with(&*typed)));
        names.sort_unstable();
        names.dedup();
    }
    by_relevance(&mut names, &words(cursor));
    let known = names.clone();
    let mut written = written_here(context, at, cursor);
    // A default that others give belongs to the reference, unless something stands behind the name already.
    written.retain(|written| {
        let (name, default) = parts(written);
        known.iter().any(|known| known == name) && (default.is_none() || !at.closed)
    });
    names.retain(|name| !written.contains(name));
    written
        .into_iter()
        .chain(names)
        .enumerate()
        .map(|(order, written)| {
            let mut item = item(
                snapshot,
                parts(&written).0,
                at.name,
                format!("{written}{close}"),
                written.clone(),
                order,
            );
            item.label = written;
            item
        })
        .collect()
}

/// The name of a reference and its default.
fn parts(written: &str) -> (&str, Option<&str>) {
    match written.split_once(":-") {
        Some((name, default)) => (name, Some(default)),
        None => (written, None),
    }
}

/// What stands between the braces of references at the same place in other entries and documents, the most frequent first.
fn written_here(
    context: &CompletionContext<'_>,
    at: VariableAt,
    cursor: &Cursor<'_>,
) -> Vec<String> {
    let val = match &cursor.place {
        CursorContext::Value { entry, .. } => context.mapping.child(&entry.key_text()),
        CursorContext::Item { .. } => match &context.list {
            Some(list) => list.as_item(),
            None => return Vec::new(),
        },
        _ => return Vec::new(),
    };
    let document = &context.snapshot.document;
    let typed = document.slice(at.name).into_owned();
    let mut counts: Vec<(String, usize)> = Vec::new();
    let mut count = |text: &str, times: usize| {
        for piece in text.split("${").skip(1) {
            let Some((inside, _)) = piece.split_once('}') else {
                continue;
            };
            match counts.iter_mut().find(|(known, _)| known == inside) {
                Some((_, known)) => *known += times,
                None => counts.push((inside.to_owned(), times)),
            }
        }
    };
    for field in val.fields() {
        value_stats::values_of(document, field, &mut count);
        context.others.values(field, &mut count);
    }
    counts.retain(|(inside, _)| *inside != typed);
    // In a list the one after the last comes first.
    if let (CursorContext::Item { index, .. }, Some(list)) = (&cursor.place, &context.list)
        && let Some(before) = index.checked_sub(1)
        && let Some(last) = list.node().and_then(|list| list.items().nth(before))
        && let Some(inside) = last.value().as_deref().and_then(|text| {
            let (inside, _) = text.strip_prefix("${")?.split_once('}')?;
            Some(inside.to_owned())
        })
    {
        counts.retain(|(written, _)| *written != inside);
        let next = observed_values::successors(&inside);
        counts.extend(next.into_iter().map(|next| (next, usize::MAX)));
    }
    counts.sort_by(|(a, x), (b, y)| y.cmp(x).then_with(|| a.cmp(b)));
    counts.into_iter().map(|(inside, _)| inside).collect()
}

/// Variables of the shell, which are many, are offered once so many letters are typed.
const LETTERS: usize = 2;

/// `${NAME}` for every variable that an env file or the settings define, and those that the document uses elsewhere.
pub(super) fn whole(context: &CompletionContext<'_>, replace: TextRange) -> Vec<CompletionItem> {
    let quote = context
        .typed(replace)
        .chars()
        .next()
        .filter(|c| matches!(c, '"' | '\''));
    let mut names = names(context.snapshot);
    let words = words(&context.snapshot.document.cursor(context.offset));
    by_relevance(&mut names, &words);
    // Behind other text a reference goes where its `$` stands.
    let typed = context.typed(replace);
    let begun = typed.rfind('$').filter(|at| *at > 0 && quote.is_none());
    let replace = match begun.and_then(|at| u32::try_from(at).ok()) {
        Some(at) => TextRange::new(replace.start() + TextSize::new(at), replace.end()),
        None => replace,
    };
    names
        .into_iter()
        .enumerate()
        .map(|(order, name)| {
            let text = match quote {
                Some(quote) => format!("{quote}${{{name}}}{quote}"),
                // A brace inside a flow collection would end it.
                None if context.flow && begun.is_none() => format!("\"${{{name}}}\""),
                None => format!("${{{name}}}"),
            };
            let insert = if context.after_colon && quote.is_none() && begun.is_none() {
                format!(" {text}")
            } else {
                text.clone()
            };
            let mut item = item(context.snapshot, &name, replace, insert, text, order);
            // One that is named after the place and has a value is better than anything made up.
            let is_set = context.snapshot.context.variables.get(&name).is_some();
            if is_set && relevance(&name, &words) >= NAMED {
                item.sort = format!("0{order:04}");
            }
            item.label = format!("${{{name}}}");
            item
        })
        .collect()
}

/// The words of the keys that lead to the cursor, the innermost key first.
fn words(cursor: &Cursor<'_>) -> Vec<Vec<String>> {
    let key = match &cursor.place {
        CursorContext::Key { entry, .. } | CursorContext::Value { entry, .. } => {
            Some(entry.key_text().into_owned())
        }
        _ => None,
    };
    let above = cursor
        .parent
        .iter()
        .rev()
        .filter_map(|segment| match segment {
            Segment::Key(key) => Some(key.to_string()),
            Segment::Item(_) => None,
        });
    key.into_iter()
        .chain(above)
        .map(|key| {
            key.to_ascii_uppercase()
                .split(['_', '-'])
                .map(str::to_owned)
                .collect()
        })
        .collect()
}

/// Variables that are named after the place come first: `REDIS_URI` below `redis` at `uri`.
fn by_relevance(names: &mut [String], words: &[Vec<String>]) {
    names.sort_by_cached_key(|name| (std::cmp::Reverse(relevance(name, words)), name.clone()));
}

/// The relevance of a name that has a word of the key itself.
const NAMED: usize = 4;

fn relevance(name: &str, words: &[Vec<String>]) -> usize {
    let parts: Vec<&str> = name.split('_').collect();
    let weighted = words.iter().zip((1..=4).rev()).map(|(words, weight)| {
        let is_shared = |word: &&String| parts.contains(&word.as_str());
        weight * words.iter().filter(is_shared).count()
    });
    weighted.sum()
}

/// Names worth offering: those that the project defines or uses. The whole environment of the process would bury them.
fn names(snapshot: &Snapshot) -> Vec<String> {
    let variables = &snapshot.context.variables;
    let mut names: Vec<String> = variables
        .names()
        .into_iter()
        .filter(|name| {
            !matches!(
                variables.get(name).map(|variable| variable.origin),
                Some(VariableOrigin::Shell) | None
            )
        })
        .collect();
    let used: FxHashSet<&str> = snapshot
        .document
        .fragments()
        .flat_map(|fragment| &template_refs::template_refs(fragment).variables)
        .map(|variable| &*variable.name)
        .collect();
    names.extend(used.into_iter().map(str::to_owned));
    names.sort_unstable();
    names.dedup();
    names
}

fn item(
    snapshot: &Snapshot,
    name: &str,
    replace: TextRange,
    insert: String,
    filter: String,
    order: usize,
) -> CompletionItem {
    let detail = match snapshot
        .context
        .variables
        .get(name)
        .map(|variable| variable.origin)
    {
        Some(VariableOrigin::EnvFile { uri, .. }) => {
            uri.rsplit('/').next().unwrap_or_default().to_owned()
        }
        Some(VariableOrigin::Settings | VariableOrigin::ProjectFile { .. }) => {
            "settings".to_owned()
        }
        Some(VariableOrigin::Shell) => "environment".to_owned(),
        None => "not set".to_owned(),
    };
    CompletionItem {
        label: name.to_owned(),
        detail,
        about: About::Nothing,
        kind: CompletionKind::Variable,
        replace,
        plain: insert.clone(),
        insert,
        snippet: false,
        filter,
        sort: format!("7{order:04}"),
        preselect: false,
        deprecated: false,
        ends_in_flow: false,
        retrigger: false,
    }
}
