//! `nexflow-lsp explain`: what the reference says of a rule, a field or a change.

use clap::Args;
use nexflow_catalog::{self as catalog, Field, docs, value::suggest};

use crate::cli::{
    house, markdown,
    output::{self, say},
    pager,
    tables::TableFormat,
    terminal::Terminal,
};

/// Explain a rule, a field or a change
#[derive(Args)]
#[command(after_help = "Examples:
  nexflow-lsp explain env-unresolved
  nexflow-lsp explain checkpoints.main.checkpoint.interval
  nexflow-lsp explain write_buffer_size
  nexflow-lsp explain timers-rocksdb-to-heap")]
pub(crate) struct Explain {
    /// ID of a rule or change, or path of a field (the last parts are enough)
    #[arg(value_name = "RULE|FIELD")]
    about: String,

    /// Output format
    #[arg(long, value_enum, default_value_t = TableFormat::Text)]
    format: TableFormat,
}

/// Runs the command; the exit code of the process.
pub(crate) fn run(arguments: &Explain) -> i32 {
    let about = arguments.about.trim();
    let (title, markdown) = match (catalog::rule(about), catalog::changes::change(about)) {
        (Some(rule), _) => (rule.id.to_owned(), docs::rule_page(rule)),
        (None, Some(change)) => (change.id.to_owned(), docs::change_page(change)),
        (None, None) => match (house_page(about), fields(about).as_slice()) {
            (Some(page), _) => (about.to_owned(), page),
            (None, []) => return unknown(about),
            (None, found) => page(about, found),
        },
    };
    match (arguments.format, Terminal::of_stdout()) {
        (TableFormat::Text, Some(terminal)) => {
            pager::print(terminal, &markdown::render(&markdown, terminal))
        }
        (TableFormat::Text, None) => output::print(&format!("{}\n", markdown.trim_end())),
        (TableFormat::Json, _) => {
            let answer = serde_json::json!({"title": title, "markdown": markdown});
            output::print_json(&answer)
        }
    }
}

/// The page of a house rule of the project around the current folder.
fn house_page(id: &str) -> Option<String> {
    Some(house::project().options.house.rule(id)?.page())
}

/// The fields that a path means: as the catalog has it, as it stands in a document, or by its last parts.
fn fields(about: &str) -> Vec<&'static Field> {
    let exact: Vec<_> = catalog::fields()
        .iter()
        .filter(|f| f.path == about)
        .collect();
    if !exact.is_empty() {
        return exact;
    }
    let node = about.split('.').try_fold(catalog::root(), |node, segment| {
        let name = segment.split('[').next().unwrap_or(segment);
        let region = || node.region_child().map(|(_, region)| region);
        let mut next = node.child(name).or_else(region)?;
        for _ in 0..segment.matches('[').count() {
            next = next.item_child()?;
        }
        Some(next)
    });
    if let Some(node) = node
        && node.fields().next().is_some()
    {
        return node.fields().collect();
    }
    let end = format!(".{about}");
    catalog::fields()
        .iter()
        .filter(|field| field.path.ends_with(&end))
        .collect()
}

/// The page of the field that is meant, with its title; a list to choose from where that is not clear.
fn page(about: &str, fields: &[&'static Field]) -> (String, String) {
    // Who does not write the whole path means what may still be used, in the documented dialect.
    let usual = |field: &&&Field| field.deprecated.is_none() && !field.toolchain;
    let mut paths: Vec<&str> = fields
        .iter()
        .filter(usual)
        .map(|field| field.path)
        .collect();
    if paths.is_empty() {
        paths = fields.iter().map(|field| field.path).collect();
    }
    paths.sort_unstable();
    paths.dedup();
    if let [path] = paths[..] {
        let fields: Vec<_> = fields.iter().copied().filter(|f| f.path == path).collect();
        return (path.to_owned(), docs::field_page(&fields));
    }
    let mut text = format!(
        "# `{about}`\n\nSeveral fields have this name. Explain one of them by its path:\n\n"
    );
    for path in paths {
        text.push_str(&format!("- `{path}`\n"));
    }
    (about.to_owned(), text)
}

fn unknown(about: &str) -> i32 {
    let rules = catalog::rules().iter().map(|rule| rule.id);
    let changes = catalog::changes::changes().iter().map(|change| change.id);
    let fields = catalog::fields()
        .iter()
        .flat_map(|field| [field.path, field.name]);
    let mut near = suggest::nearest(about, rules.chain(changes).chain(fields));
    near.dedup();
    say(format_args!("No rule or field named `{about}`."));
    let near: Vec<_> = near.iter().map(|name| format!("`{name}`")).collect();
    match near.as_slice() {
        [] => say(format_args!(
            "Run `nexflow-lsp rules` or `nexflow-lsp fields` to list all."
        )),
        [most @ .., last] if !most.is_empty() => {
            say(format_args!("Did you mean {} or {last}?", most.join(", ")));
        }
        near => say(format_args!("Did you mean {}?", near.concat())),
    }
    2
}
