//! Variables: after `${`, and as whole values.

use nexflow_catalog::Field;
use nexflow_syntax::{Cursor, CursorContext, Segment, TextRange, TextSize, VariableAt};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{CompletionContext, context_values, observed_values};
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
    let fields = fields_at(context, cursor);
    by_relevance(&mut names, &words(context, cursor), context, &fields);
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

/// What the catalog has for the value that the cursor is in.
fn fields_at(context: &CompletionContext<'_>, cursor: &Cursor<'_>) -> Vec<&'static Field> {
    match &cursor.place {
        CursorContext::Value { entry, .. } => {
            context.mapping.child(&entry.key_text()).fields().collect()
        }
        CursorContext::Item { .. } => match &context.list {
            Some(list) => list.as_item().fields().collect(),
            None => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// What stands between the braces of references at the same place in other entries and documents, the most frequent first.
fn written_here(
    context: &CompletionContext<'_>,
    at: VariableAt,
    cursor: &Cursor<'_>,
) -> Vec<String> {
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
    for field in fields_at(context, cursor) {
        value_stats::values_of(document, field, &mut |text, times| {
            count(text, HERE * times)
        });
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
pub(super) fn whole(
    context: &CompletionContext<'_>,
    replace: TextRange,
    fields: &[&'static Field],
) -> Vec<CompletionItem> {
    let quote = context
        .typed(replace)
        .chars()
        .next()
        .filter(|c| matches!(c, '"' | '\''));
    let mut names = names(context.snapshot);
    let words = words(context, &context.snapshot.document.cursor(context.offset));
    by_relevance(&mut names, &words, context, fields);
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

/// The words of the keys that lead to the cursor, the innermost key first, and of the types of the blocks around it.
fn words(context: &CompletionContext<'_>, cursor: &Cursor<'_>) -> Vec<Vec<String>> {
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
    let mut words: Vec<Vec<String>> = key
        .into_iter()
        .chain(above)
        .map(|key| words_of(&key))
        .collect();
    // Whatever the entry is called, it is about what its type says.
    let types = context_values::types_around(context);
    let types = types.iter().flat_map(|text| words_of(text)).collect();
    words.insert(words.len().min(1), types);
    words
}

fn words_of(key: &str) -> Vec<String> {
    key.to_ascii_uppercase()
        .split(['_', '-', '.'])
        .map(str::to_owned)
        .collect()
}

/// Variables that are named after the place come first: `REDIS_URI` below `redis` at `uri`. Of equals those that stand in this field
/// elsewhere, and those that the document uses.
fn by_relevance(
    names: &mut [String],
    words: &[Vec<String>],
    context: &CompletionContext<'_>,
    fields: &[&'static Field],
) {
    let document = &context.snapshot.document;
    let mut used: FxHashMap<String, usize> = FxHashMap::default();
    let mut count = |text: &str, weight: usize| {
        for piece in text.split("${").skip(1) {
            let name = piece.split(['}', ':']).next().unwrap_or_default();
            let known = used.entry(name.to_owned()).or_default();
            *known = (*known).max(weight);
        }
    };
    for field in fields {
        context
            .others
            .values(field, &mut |text, _| count(text, HERE));
        value_stats::values_of(document, field, &mut |text, _| count(text, HERE + OWN));
    }
    let own: FxHashSet<&str> = document
        .fragments()
        .flat_map(|fragment| &template_refs::template_refs(fragment).variables)
        .map(|variable| &*variable.name)
        .collect();
    names.sort_by_cached_key(|name| {
        let is_own = usize::from(own.contains(name.as_str())) * OWN;
        let used = used.get(name).copied().unwrap_or_default();
        let relevance = 2 * relevance(name, words) + used + is_own;
        (std::cmp::Reverse(relevance), name.clone())
    });
}

/// What it says for a variable that it stands in the same field elsewhere, and that the document has it.
const HERE: usize = 3;
const OWN: usize = 2;

/// The relevance of a name that has a word of the key itself.
const NAMED: usize = 4;

fn relevance(name: &str, words: &[Vec<String>]) -> usize {
    let parts: Vec<&str> = name.split('_').collect();
    let weighted = words.iter().zip((1..=4).rev()).map(|(words, weight)| {
        let is_shared = |word: &&String| parts.iter().any(|part| is_short_for(part, word));
        weight * words.iter().filter(is_shared).count()
    });
    weighted.sum()
}

/// Whether a word of a variable's name stands for a word of a key: `USER` for `USERNAME`, `MONGO` for `MONGODB`, `PG` for
/// `POSTGRESQL`.
fn is_short_for(part: &str, word: &str) -> bool {
    const SHORT: usize = 3;
    let singular = |text: &'_ str| text.len() - usize::from(text.ends_with('S'));
    if part[..singular(part)] == word[..singular(word)] {
        return true;
    }
    if part.len() >= SHORT {
        return word.starts_with(part);
    }
    let mut rest = word.chars();
    part.len() + 1 == SHORT
        && word.len() > 2 * SHORT
        && part.chars().next() == word.chars().next()
        && part.chars().all(|c| rest.any(|other| other == c))
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
