//! `nexflow-lsp rules` and `nexflow-lsp fields`: what the catalog holds, as tables.

use std::io::{self, IsTerminal};

use clap::{Args, ValueEnum};
use nexflow_catalog::{self as catalog, Field, Rule, Secret, docs};
use serde_json::{Value, json};

use super::report;
use crate::lsp::convert;

/// How a table is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TableFormat {
    /// For people
    Text,
    /// For programs
    Json,
}

/// List all rules
#[derive(Args)]
pub struct Rules {
    /// How the list is printed
    #[arg(long, value_enum, default_value_t = TableFormat::Text)]
    format: TableFormat,
}

/// List all fields
#[derive(Args)]
#[command(after_help = "Examples:
  nexflow-lsp fields                  all fields
  nexflow-lsp fields checkpoints      those of a section or block
  nexflow-lsp fields --format json")]
pub struct Fields {
    /// Only fields whose path begins so
    below: Option<String>,

    /// How the list is printed
    #[arg(long, value_enum, default_value_t = TableFormat::Text)]
    format: TableFormat,
}

/// Runs `rules`; the exit code of the process.
pub fn rules(arguments: &Rules) -> i32 {
    let rules = catalog::rules();
    match arguments.format {
        TableFormat::Json => print_json(rules.iter().map(rule_as_json).collect()),
        TableFormat::Text => {
            let row = |rule: &Rule| {
                vec![
                    rule.id.to_owned(),
                    docs::severity(rule.severity).to_owned(),
                    rule.subject.to_owned(),
                    rule.title.to_owned(),
                ]
            };
            let rows = rules.iter().map(row).collect();
            print_table(&["RULE", "SEVERITY", "SUBJECT", "WHAT IT FINDS"], rows)
        }
    }
}

/// Runs `fields`; the exit code of the process.
pub fn fields(arguments: &Fields) -> i32 {
    let below = arguments.below.as_deref().unwrap_or_default();
    let is_below = |field: &&Field| {
        let rest = field.path.strip_prefix(below);
        below.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    let fields: Vec<&Field> = catalog::fields().iter().filter(is_below).collect();
    if fields.is_empty() {
        eprintln!("There is no field below `{below}`; `nexflow-lsp fields` lists all.");
        return 2;
    }
    match arguments.format {
        TableFormat::Json => print_json(fields.into_iter().map(field_as_json).collect()),
        TableFormat::Text => {
            let row = |field: &Field| {
                let kinds: Vec<_> = field.kinds.iter().map(|kind| kind.word()).collect();
                let default = field.default().map_or("", |default| default.value);
                vec![
                    field.path.to_owned(),
                    kinds.join("|"),
                    field.applies_to.join(","),
                    default.to_owned(),
                ]
            };
            let rows = fields.into_iter().map(row).collect();
            print_table(&["FIELD", "KIND", "FOR", "DEFAULT"], rows)
        }
    }
}

fn print_json(rows: Vec<Value>) -> i32 {
    report::print(&format!("{:#}\n", Value::Array(rows)))
}

/// Columns as wide as their widest cell; the last one is cut at the width of the terminal.
fn print_table(head: &[&str], mut rows: Vec<Vec<String>>) -> i32 {
    rows.insert(0, head.iter().map(|cell| (*cell).to_owned()).collect());
    let length = |cell: &String| cell.chars().count();
    let width = |column: usize| {
        rows.iter()
            .map(|row| length(&row[column]))
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let limit = io::stdout()
        .is_terminal()
        .then(|| std::env::var("COLUMNS").ok()?.parse::<usize>().ok())
        .flatten();
    let mut out = String::new();
    for row in &rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', width - length(cell) + 2));
        }
        let line: String = match limit {
            Some(limit) => line.trim_end().chars().take(limit).collect(),
            None => line.trim_end().to_owned(),
        };
        out.push_str(&line);
        out.push('\n');
    }
    report::print(&out)
}

fn rule_as_json(rule: &Rule) -> Value {
    json!({
        "id": rule.id,
        "severity": docs::severity(rule.severity),
        "subject": rule.subject,
        "title": rule.title,
        "summary": rule.summary,
        "why": rule.why,
        "help": rule.help,
        "fixable": !rule.fixes.is_empty(),
        "url": convert::rule_page(rule.id).map(|page| page.to_string()),
    })
}

fn field_as_json(field: &Field) -> Value {
    let kinds: Vec<_> = field.kinds.iter().map(|kind| kind.word()).collect();
    let values: Vec<_> = field
        .values
        .iter()
        .map(|one| json!({"value": one.value, "meaning": one.meaning}))
        .collect();
    let defaults: Vec<_> = field
        .defaults
        .iter()
        .map(|one| json!({"by": one.by, "value": one.value}))
        .collect();
    json!({
        "path": field.path,
        "kinds": kinds,
        "appliesTo": field.applies_to,
        "discriminator": field.discriminator,
        "values": values,
        "open": field.open,
        "required": field.required.text,
        "defaults": defaults,
        "doc": field.doc,
        "example": field.example,
        "flinkKey": field.flink_key,
        "secret": !matches!(field.secret, Secret::No),
        "deprecated": field.deprecated.map(|deprecated| deprecated.text),
    })
}
