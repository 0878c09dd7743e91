//! The options as a table.

use std::borrow::Cow;

use super::{Text, origin_text};
use crate::{
    parallel,
    secrets::HIDDEN,
    translate::{Group, Rendering, Row},
};

/// Columns are no wider than this; longer values push what follows.
const WIDEST: usize = 64;

/// The rows of each group, and the fields that become no option.
#[must_use]
pub fn table(rendering: &Rendering, explain: bool) -> Text {
    let lines = parallel::pieces(rendering.groups.len(), |piece| {
        let mut text = Text::default();
        for index in piece {
            let group = &rendering.groups[index];
            if index > 0 {
                text.push(String::new(), None);
            }
            text.heading(format!(
                "# Flink {}: {}",
                rendering.version.name(),
                group.pairing.title()
            ));
            rows(group, explain, &mut text);
        }
        text.lines
    });
    let mut text = Text {
        lines,
        problems: Vec::new(),
    };
    for disagreement in &rendering.disagreements {
        let values: Vec<String> = disagreement
            .values
            .iter()
            .map(|(value, field, _)| format!("{value} ({field})"))
            .collect();
        text.push(String::new(), None);
        text.push(
            format!(
                "# `{}` has one value for all jobs of a cluster, and entries disagree: {}",
                disagreement.option,
                values.join(", ")
            ),
            disagreement.values[0].2.as_ref(),
        );
    }
    text
}

fn rows(group: &Group, explain: bool, text: &mut Text) {
    let width =
        |of: &dyn Fn(&Row) -> usize| group.rows.iter().map(of).max().unwrap_or(0).min(WIDEST);
    let options = width(&|row| name(row).len());
    let values = width(&|row| shown(row).chars().count());
    for row in &group.rows {
        let value = shown(row);
        let pad = values.saturating_sub(value.chars().count());
        let mut line = format!(
            "{:options$}  {value}{:pad$}  {:14}  ",
            name(row),
            "",
            row.scope.word()
        );
        for (number, origin) in row.origins.iter().enumerate() {
            line.push_str(if number > 0 { "; " } else { "" });
            line.push_str(&origin_text(origin));
        }
        if !row.unresolved.is_empty() {
            line.push_str(&format!("  (not set: {})", row.unresolved.join(", ")));
        }
        if row.is_ignored {
            line.push_str("  (ignored by Flink");
            if let Some(rule) = row.rule {
                line.push_str(&format!(": {rule}"));
            }
            line.push(')');
        }
        line.truncate(line.trim_end().len());
        text.push(line, row.origins.first());
        for overruled in &row.overruled {
            let value = if row.is_secret {
                HIDDEN
            } else {
                &overruled.value
            };
            let rule = overruled
                .rule
                .map(|rule| format!(" ({rule})"))
                .unwrap_or_default();
            text.push(
                format!("  overrules {}: {value}{rule}", overruled.field),
                overruled.origins.first(),
            );
        }
        if explain {
            for field in &row.fields {
                text.push(format!("  from {field}"), row.origins.first());
            }
            for note in row.notes {
                text.push(format!("  # {note}"), None);
            }
        }
    }
    if group.without.is_empty() {
        return;
    }
    text.push(String::new(), None);
    text.heading("# Without an option".to_owned());
    let fields = group
        .without
        .iter()
        .map(|without| without.field.len())
        .max()
        .unwrap_or(0)
        .min(WIDEST);
    for without in &group.without {
        let mut line = format!(
            "{:fields$}  {:10}",
            without.field,
            without.realised_by.word()
        );
        if !without.why.is_empty() {
            line.push_str("  ");
            line.push_str(&without.why);
        }
        line.truncate(line.trim_end().len());
        text.push(line, Some(&without.origin));
    }
}

fn name(row: &Row) -> Cow<'_, str> {
    match &row.client {
        Some(client) => Cow::Owned(format!("{client}: {}", row.option)),
        None => Cow::Borrowed(&row.option),
    }
}

fn shown(row: &Row) -> Cow<'_, str> {
    match row.value.contains(['\n', '\r']) {
        true => Cow::Owned(row.value.replace(['\n', '\r'], " ")),
        false => Cow::Borrowed(&row.value),
    }
}
