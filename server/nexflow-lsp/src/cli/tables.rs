//! `nexflow-lsp rules` and `nexflow-lsp fields`: what the catalog holds, as tables.

use anstyle::{AnsiColor, Style};
use clap::{Args, ValueEnum};
use nexflow_analysis::HouseRule;
use nexflow_catalog::{self as catalog, Field, Rule, Secret, docs};
use serde_json::{Value, json};

use crate::{
    cli::{
        house,
        markdown::columns,
        output::{self, say},
        pager,
        terminal::Terminal,
    },
    lsp::to_proto,
    text::visible,
};

/// Narrower terminals have no room for all columns of a table.
const ALL_COLUMNS: usize = 110;

/// How a table is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TableFormat {
    /// For people
    Text,
    /// For programs
    Json,
}

/// List rules, including those of the project
#[derive(Args)]
#[command(after_help = "Examples:
  nexflow-lsp rules                   all rules
  nexflow-lsp rules kafka             rules about Kafka
  nexflow-lsp rules --format json")]
pub(crate) struct Rules {
    /// Only rules with this text in their ID, subject, severity or title
    filter: Option<String>,

    /// Run the examples of the house rules in nexflow.toml (`valid` and `invalid`)
    #[arg(long)]
    test: bool,

    /// Output format
    #[arg(long, value_enum, default_value_t = TableFormat::Text)]
    format: TableFormat,
}

/// List fields
#[derive(Args)]
#[command(after_help = "Examples:
  nexflow-lsp fields                  all fields
  nexflow-lsp fields checkpoints      fields of a section or block
  nexflow-lsp fields bloom            fields with this text in their path
  nexflow-lsp fields --format json")]
pub(crate) struct Fields {
    /// Only fields under this path, or with this text in their path
    filter: Option<String>,

    /// Output format
    #[arg(long, value_enum, default_value_t = TableFormat::Text)]
    format: TableFormat,
}

/// Runs `rules`; the exit code of the process.
pub(crate) fn rules(arguments: &Rules) -> i32 {
    let project = house::project();
    if arguments.test {
        return house::test(&project);
    }
    let filter = arguments
        .filter
        .as_deref()
        .unwrap_or_default()
        .to_lowercase();
    let has = |texts: &[&str]| {
        let mut texts = texts.iter();
        texts.any(|text| text.to_lowercase().contains(&filter))
    };
    let rules: Vec<&Rule> = catalog::rules()
        .iter()
        .filter(|rule| {
            has(&[
                rule.id,
                rule.subject,
                docs::severity(rule.severity),
                rule.title,
            ])
        })
        .collect();
    let house: Vec<&HouseRule> = project
        .options
        .house
        .rules()
        .iter()
        .filter(|rule| {
            has(&[
                rule.id,
                "house",
                docs::severity(rule.severity),
                &rule.title(),
            ])
        })
        .collect();
    if rules.is_empty() && house.is_empty() {
        say(format_args!(
            "No rule matches `{filter}`. Run `nexflow-lsp rules` to list all."
        ));
        return 2;
    }
    match arguments.format {
        TableFormat::Json => {
            let house = house.into_iter().map(house::as_json);
            print_json(rules.into_iter().map(rule_as_json).chain(house).collect())
        }
        TableFormat::Text => {
            let row = |id: &str, severity, subject: &str, title: String| {
                let severity = docs::severity(severity).to_owned();
                vec![id.to_owned(), severity, subject.to_owned(), title]
            };
            let of_catalog =
                |rule: &&Rule| row(rule.id, rule.severity, rule.subject, rule.title.to_owned());
            let of_house = |rule: &&HouseRule| {
                row(
                    rule.id,
                    rule.severity,
                    "house",
                    visible::one_line(&rule.title()),
                )
            };
            let rows = rules.iter().map(of_catalog);
            let rows = rows.chain(house.iter().map(of_house)).collect();
            print_table(&["RULE", "SEVERITY", "SUBJECT", "WHAT IT FINDS"], 2, rows)
        }
    }
}

/// Runs `fields`; the exit code of the process.
pub(crate) fn fields(arguments: &Fields) -> i32 {
    let filter = arguments.filter.as_deref().unwrap_or_default();
    let is_below = |field: &&Field| {
        let rest = field.path.strip_prefix(filter);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    let all = catalog::fields().iter();
    let mut fields: Vec<&Field> = all.clone().filter(is_below).collect();
    if fields.is_empty() {
        fields = all.filter(|field| field.path.contains(filter)).collect();
    }
    if fields.is_empty() {
        say(format_args!(
            "No field matches `{filter}`. Run `nexflow-lsp fields` to list all."
        ));
        return 2;
    }
    match arguments.format {
        TableFormat::Json => print_json(fields.into_iter().map(field_as_json).collect()),
        TableFormat::Text => {
            let row = |field: &Field| {
                let kinds = field.kinds.iter().map(|kind| kind.name());
                let first = kinds.clone().next().unwrap_or_default();
                let more = if kinds.clone().any(|name| name != first) {
                    "|…"
                } else {
                    ""
                };
                let default = field.default().and_then(catalog::Default::literal);
                vec![
                    field.path.to_owned(),
                    format!("{first}{more}"),
                    default.unwrap_or_default().to_owned(),
                    field.applies_to.join(", "),
                ]
            };
            let rows = fields.into_iter().map(row).collect();
            print_table(&["FIELD", "KIND", "DEFAULT", "FOR"], 3, rows)
        }
    }
}

fn print_json(rows: Vec<Value>) -> i32 {
    output::print_json(&Value::Array(rows))
}

/// Prints a table. A terminal that has no room for all columns does without the one at `optional`.
fn print_table(head: &[&str], optional: usize, mut rows: Vec<Vec<String>>) -> i32 {
    rows.insert(0, head.iter().map(|cell| (*cell).to_owned()).collect());
    let Some(terminal) = Terminal::of_stdout() else {
        return output::print(&columns(&rows, usize::MAX));
    };
    pager::print(terminal, &table(&rows, optional, terminal))
}

/// The table as a terminal shows it: the head in bold, the first column in the way of names.
fn table(rows: &[Vec<String>], optional: usize, terminal: Terminal) -> String {
    let mut rows = rows.to_vec();
    if terminal.width < ALL_COLUMNS {
        for row in &mut rows {
            row.remove(optional);
        }
    }
    let bold = terminal.style(Style::new().bold());
    let colour = terminal.style(AnsiColor::Cyan.on_default());
    for (at, row) in rows.iter_mut().enumerate() {
        if at == 0 {
            for cell in row {
                *cell = format!("{bold}{cell}{bold:#}");
            }
        } else if let Some(name) = row.first_mut() {
            *name = format!("{colour}{name}{colour:#}");
        }
    }
    columns(&rows, terminal.width)
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
        "url": to_proto::rule_page(rule.id).map(|page| page.to_string()),
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
