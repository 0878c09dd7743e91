//! Variables: after `${`, and as whole values.

use nexflow_syntax::{Cursor, Place, Segment, TextRange, VariableAt};
use rustc_hash::FxHashSet;

use super::Site;
use crate::{About, CompletionItem, CompletionKind, Snapshot, VariableOrigin, references};

/// Names for the inside of `${…}`.
pub(super) fn inside(
    snapshot: &Snapshot,
    at: VariableAt,
    cursor: &Cursor<'_>,
) -> Vec<CompletionItem> {
    let close = if at.closed { "" } else { "}" };
    let mut names = names(snapshot);
    by_relevance(&mut names, &words(cursor));
    names
        .into_iter()
        .enumerate()
        .map(|(order, name)| {
            item(
                snapshot,
                &name,
                at.name,
                format!("{name}{close}"),
                name.clone(),
                order,
            )
        })
        .collect()
}

/// `${NAME}` for every variable that an env file or the settings define, and those that the document uses elsewhere.
pub(super) fn whole(site: &Site<'_>, replace: TextRange) -> Vec<CompletionItem> {
    let quote = site
        .typed(replace)
        .chars()
        .next()
        .filter(|c| matches!(c, '"' | '\''));
    let mut names = names(site.snapshot);
    by_relevance(
        &mut names,
        &words(&site.snapshot.document.cursor(site.offset)),
    );
    names
        .into_iter()
        .enumerate()
        .map(|(order, name)| {
            let text = match quote {
                Some(quote) => format!("{quote}${{{name}}}{quote}"),
                // A brace inside a flow collection would end it.
                None if site.flow => format!("\"${{{name}}}\""),
                None => format!("${{{name}}}"),
            };
            let insert = if site.after_colon && quote.is_none() {
                format!(" {text}")
            } else {
                text.clone()
            };
            let mut item = item(site.snapshot, &name, replace, insert, text, order);
            item.label = format!("${{{name}}}");
            item
        })
        .collect()
}

/// The words of the keys that lead to the cursor, the innermost key first.
fn words(cursor: &Cursor<'_>) -> Vec<Vec<String>> {
    let key = match &cursor.place {
        Place::Key { entry, .. } | Place::Value { entry, .. } => {
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
    names.sort_by_cached_key(|name| {
        let parts: Vec<&str> = name.split('_').collect();
        let score: usize = words
            .iter()
            .zip((1..=4).rev())
            .map(|(words, weight)| {
                let shared = words
                    .iter()
                    .filter(|word| parts.contains(&word.as_str()))
                    .count();
                weight * shared
            })
            .sum();
        (std::cmp::Reverse(score), name.clone())
    });
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
        .runs()
        .flat_map(|run| &*references::names(run).used)
        .map(|name| &**name)
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
        Some(VariableOrigin::Settings) => "settings".to_owned(),
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
