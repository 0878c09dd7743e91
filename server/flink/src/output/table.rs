//! The options as a table.

use std::borrow::Cow;

use super::{Text, pad, push_origin};
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
    let widest = |of: &dyn Fn(&Row) -> usize| {
        let widths = group.rows.iter().map(of);
        widths.max().unwrap_or(0).min(WIDEST)
    };
    let options = widest(&width_of_name);
    let values = widest(&|row| width(&shown(row)));
    for row in &group.rows {
        let mut line = String::with_capacity(options + values + row.origins.len() * 40 + 24);
        push_name(row, &mut line);
        pad(options.saturating_sub(width_of_name(row)) + 2, &mut line);
        push(&shown(row), values, &mut line);
        line.push_str("  ");
        push(row.scope.word(), 14, &mut line);
        line.push_str("  ");
        for (number, origin) in row.origins.iter().enumerate() {
            line.push_str(if number > 0 { "; " } else { "" });
            push_origin(origin, &mut line);
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
        let mut line = String::with_capacity(fields + without.why.len() + 16);
        push(&without.field, fields, &mut line);
        line.push_str("  ");
        push(without.realised_by.word(), 10, &mut line);
        if !without.why.is_empty() {
            line.push_str("  ");
            line.push_str(&without.why);
        }
        line.truncate(line.trim_end().len());
        text.push(line, Some(&without.origin));
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
