//! The options as a table.

use std::borrow::Cow;

use nexflow_catalog::FlinkVersion;

use super::{Text, pad, push_origin};
use crate::{
    effective::Effective,
    pairing::SelectionError,
    rows::{Disagreement, Group, Row},
    secrets::HIDDEN,
    selection::Selection,
    translate::translate_each,
};

/// Columns are no wider than this; longer values push what follows.
const WIDEST: usize = 64;

/// The rows of each group, and the fields that become no option.
///
/// # Errors
/// Says what is asked for and is not there.
pub fn table(
    effective: &Effective<'_>,
    selection: &Selection,
    version: FlinkVersion,
    with_defaults: bool,
    explain: bool,
) -> Result<(Text, Vec<Disagreement>), SelectionError> {
    let add = |text: &mut Text, group: Group| {
        if text.line_count() > 0 {
            text.push("", None);
        }
        let title = group.pairing.title();
        text.heading(&format!("# Flink {}: {title}", version.name()));
        rows(&group, explain, text);
    };
    let (texts, disagreements) = translate_each(effective, selection, version, with_defaults, add)?;
    let mut text = Text::default();
    for (number, some) in texts.into_iter().enumerate() {
        if number > 0 {
            text.push("", None);
        }
        text.append(some);
    }
    for disagreement in &disagreements {
        let values: Vec<String> = disagreement
            .values
            .iter()
            .map(|(value, field, _)| format!("{value} ({field})"))
            .collect();
        text.push("", None);
        text.push(
            &format!(
                "# `{}` has one value for all jobs of a cluster, and entries disagree: {}",
                disagreement.option,
                values.join(", ")
            ),
            disagreement.values[0].2.as_ref(),
        );
    }
    Ok((text, disagreements))
}

fn rows(group: &Group, explain: bool, text: &mut Text) {
    let widest = |of: &dyn Fn(&Row) -> usize| {
        let widths = group.rows.iter().map(of);
        widths.max().unwrap_or(0).min(WIDEST)
    };
    let options = widest(&width_of_name);
    let values = widest(&|row| width(&shown(row)));
    for row in &group.rows {
        let line = text.unfinished();
        push_name(row, line);
        pad(options.saturating_sub(width_of_name(row)) + 2, line);
        push(&shown(row), values, line);
        line.push_str("  ");
        push(row.scope.word(), 14, line);
        line.push_str("  ");
        for (number, origin) in row.origins.iter().enumerate() {
            line.push_str(if number > 0 { "; " } else { "" });
            push_origin(origin, line);
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
        text.end_trimmed_line(row.origins.first());
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
                &format!("  overrules {}: {value}{rule}", overruled.field),
                overruled.origins.first(),
            );
        }
        if explain {
            for field in &row.fields {
                text.push(&format!("  from {field}"), row.origins.first());
            }
            for note in row.notes {
                text.push(&format!("  # {note}"), None);
            }
        }
    }
    if group.without.is_empty() {
        return;
    }
    text.push("", None);
    text.heading("# Without an option");
    let fields = group
        .without
        .iter()
        .map(|without| without.field.len())
        .max()
        .unwrap_or(0)
        .min(WIDEST);
    for without in &group.without {
        let line = text.unfinished();
        push(&without.field, fields, line);
        line.push_str("  ");
        push(without.realised_by.word(), 10, line);
        if !without.why.is_empty() {
            line.push_str("  ");
            line.push_str(&without.why);
        }
        text.end_trimmed_line(Some(&without.origin));
    }
}

/// The option, for a property of a client with the client before it.
fn push_name(row: &Row, line: &mut String) {
    if let Some(client) = &row.client {
        line.push_str(client);
        line.push_str(": ");
    }
    line.push_str(&row.option);
}

fn width_of_name(row: &Row) -> usize {
    let client = row.client.as_ref().map(|client| width(client) + 2);
    client.unwrap_or(0) + width(&row.option)
}

/// The number of signs.
fn width(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        text.chars().count()
    }
}

/// A text in a column.
fn push(text: &str, columns: usize, line: &mut String) {
    line.push_str(text);
    pad(columns.saturating_sub(width(text)), line);
}

fn shown(row: &Row) -> Cow<'_, str> {
    match memchr::memchr2(b'\n', b'\r', row.value.as_bytes()).is_some() {
        true => Cow::Owned(row.value.replace(['\n', '\r'], " ")),
        false => Cow::Borrowed(&row.value),
    }
}
