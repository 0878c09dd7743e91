//! Secrets and their keys: after `secret://`, and as whole values of fields that are secret.

use nexflow_catalog::value::template::{SECRET, is_secret_name};
use nexflow_syntax::{Segment, TextRange, TextSize};

use super::{CompletionContext, context_values};
use crate::{
    About, CompletionItem, CompletionKind, Snapshot,
    merged::MergedMapping,
    symbols::{Symbol, secrets, symbols},
};

/// A secret that the document or one that it extends has.
struct KnownSecret {
    name: String,
    keys: Vec<String>,
}

fn known(snapshot: &Snapshot) -> Vec<KnownSecret> {
    let Some(block) = secrets().map(|field| field.path) else {
        return Vec::new();
    };
    let mut found: Vec<KnownSecret> = MergedMapping::root(snapshot)
        .get(block)
        .mapping()
        .entries()
        .into_iter()
        // Names with a leading underscore are settings of the section.
        .filter(|(name, _)| is_secret_name(name) && !name.starts_with('_'))
        .map(|(name, _)| KnownSecret {
            name: name.into_owned(),
            keys: Vec::new(),
        })
        .collect();
    let bases = snapshot.context.bases.iter().map(|base| &base.document);
    for document in std::iter::once(&snapshot.document).chain(bases) {
        for one in symbols(document).filter(|one| one.is_definition) {
            if let Symbol::SecretKey { entry, part, .. } = one.symbol
                && let Some(secret) = found.iter_mut().find(|secret| secret.name == entry)
                && !secret.keys.contains(&part)
            {
                secret.keys.push(part);
            }
        }
    }
    found
}

/// How little a target has to do with the place where it would stand: its key is called like the field, its secret like the entry or
/// like what the entry is of.
fn distance(context: &CompletionContext<'_>, key: Option<&str>, target: &str) -> usize {
    let (name, part) = target.split_once('/').unwrap_or((target, ""));
    let words = |text: &str| -> Vec<String> {
        text.split(['_', '-', '.', '/'])
            .map(str::to_owned)
            .collect()
    };
    let shared = |a: &[String], b: &[String]| a.iter().filter(|word| b.contains(word)).count();
    let key = key.map(words).unwrap_or_default();
    let mut around: Vec<String> = context_values::types_around(context);
    around.extend(context.path.iter().flat_map(|segment| match segment {
        Segment::Key(key) => words(key),
        Segment::Item(_) => Vec::new(),
    }));
    let around: Vec<String> = around.iter().flat_map(|text| words(text)).collect();
    let same = 4 * shared(&words(part), &key);
    let near = 2 * shared(&words(name), &around) + shared(&words(name), &key);
    usize::MAX - same - near
}

/// Names and keys behind `secret://`; `None` where the value is no reference to a secret.
pub(super) fn inside(
    context: &CompletionContext<'_>,
    replace: TextRange,
    field: Option<&str>,
) -> Option<Vec<CompletionItem>> {
    let typed = context.typed(replace);
    let quote = typed.len() - typed.trim_start_matches(['"', '\'']).len();
    let reference = typed[quote..].strip_prefix(SECRET)?;
    if reference.contains(['?', '\\', '\n']) {
        return Some(Vec::new());
    }
    let begin = replace.start() + TextSize::of(&typed[..quote]) + TextSize::of(SECRET);
    let own = context.entry_of(secrets().map(|field| field.path));
    let mut known = known(context.snapshot);
    known.retain(|secret| Some(&secret.name) != own.as_ref());
    let mut items = Vec::new();
    let mut push = |label: String, from: TextSize, detail: &str| {
        let order = items.len();
        items.push(item(
            label.clone(),
            label,
            TextRange::new(from, context.end_of_word(replace)),
            detail,
            order,
        ));
    };
    match reference.split_once('/') {
        Some((name, _)) => {
            let from = begin + TextSize::of(name) + TextSize::of('/');
            let secret = known.iter().find(|secret| secret.name == name);
            for key in secret.into_iter().flat_map(|secret| &secret.keys) {
                push(key.clone(), from, "a key of the secret");
            }
        }
        None => {
            let mut targets: Vec<(String, &str)> = Vec::new();
            for secret in &known {
                for key in &secret.keys {
                    targets.push((format!("{}/{key}", secret.name), "a key of a secret"));
                }
                if secret.keys.len() < 2 {
                    targets.push((secret.name.clone(), "a secret"));
                }
            }
            targets.sort_by_key(|(target, _)| distance(context, field, target));
            for (target, detail) in targets {
                push(target, begin, detail);
            }
        }
    }
    Some(items)
}

/// References to all secrets that are known, for a field that takes one.
pub(super) fn whole(
    context: &CompletionContext<'_>,
    replace: TextRange,
    field: Option<&str>,
) -> Vec<CompletionItem> {
    let typed = context.typed(replace);
    let quote = typed.chars().next().filter(|c| matches!(c, '"' | '\''));
    let mut items = Vec::new();
    let own = context.entry_of(secrets().map(|field| field.path));
    let known = known(context.snapshot).into_iter();
    let mut targets: Vec<String> = Vec::new();
    for secret in known.filter(|secret| Some(&secret.name) != own.as_ref()) {
        let keys = secret.keys.iter();
        targets.extend(keys.map(|key| format!("{}/{key}", secret.name)));
        if secret.keys.len() < 2 {
            targets.push(secret.name);
        }
    }
    targets.sort_by_key(|target| distance(context, field, target));
    for target in targets {
        let target = format!("{SECRET}{target}");
        let text = match quote {
            Some(quote) => format!("{quote}{target}{quote}"),
            None => target.clone(),
        };
        let insert = if context.after_colon && quote.is_none() {
            format!(" {text}")
        } else {
            text.clone()
        };
        let order = items.len();
        let mut item = item(target, insert, replace, "a secret", order);
        item.filter = text;
        items.push(item);
    }
    items
}

fn item(
    label: String,
    insert: String,
    replace: TextRange,
    detail: &str,
    order: usize,
) -> CompletionItem {
    CompletionItem {
        filter: label.clone(),
        label,
        detail: detail.to_owned(),
        about: About::Nothing,
        kind: CompletionKind::Name,
        replace,
        plain: insert.clone(),
        insert,
        snippet: false,
        sort: format!("6{order:04}"),
        preselect: false,
        deprecated: false,
        ends_in_flow: false,
        retrigger: false,
    }
}
