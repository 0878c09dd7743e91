//! Variables: after `${`, and as whole values.

use nexflow_syntax::{TextRange, VariableAt};

use super::Site;
use crate::{CompletionItem, CompletionKind, Snapshot, VariableOrigin};

/// Names for the inside of `${…}`.
pub(super) fn inside(snapshot: &Snapshot, at: VariableAt) -> Vec<CompletionItem> {
    if at.in_default {
        return Vec::new();
    }
    let close = if at.closed { "" } else { "}" };
    names(snapshot)
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
    names(site.snapshot)
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
    for unit in snapshot.document.units() {
        names.extend(
            crate::references::references(unit)
                .variables
                .iter()
                .map(|variable| variable.name.clone()),
        );
    }
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
        documentation: String::new(),
        kind: CompletionKind::Variable,
        replace,
        plain: insert.clone(),
        insert,
        snippet: false,
        filter,
        sort: format!("7{order:04}"),
        preselect: false,
        deprecated: false,
        retrigger: false,
    }
}
