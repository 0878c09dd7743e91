//! `nexflow-lsp explain`: what the reference says of a rule or a field.

use clap::Args;
use nexflow_catalog::{self as catalog, Field, docs, value::suggest};

use super::{report, tables::TableFormat};

/// Explain a rule or a field
#[derive(Args)]
#[command(after_help = "Examples:
  nexflow-lsp explain env-unresolved
  nexflow-lsp explain checkpoints.main.checkpoint.interval
  nexflow-lsp explain write_buffer_size")]
pub struct Explain {
    /// Id of a rule, path of a field (with names of your own or with `<name>`), or the last parts of such a path
    #[arg(value_name = "RULE|FIELD")]
    about: String,

    /// How it is printed
    #[arg(long, value_enum, default_value_t = TableFormat::Text)]
    format: TableFormat,
}

/// Runs the command; the exit code of the process.
pub fn run(arguments: &Explain) -> i32 {
    let about = arguments.about.trim();
    let (title, markdown) = match catalog::rule(about) {
        Some(rule) => (rule.id.to_owned(), docs::rule_page(rule)),
        None => match fields(about).as_slice() {
            [] => return unknown(about),
            found => (found[0].path.to_owned(), page(found)),
        },
    };
    match arguments.format {
        TableFormat::Text => report::print(&format!("{}\n", markdown.trim_end())),
        TableFormat::Json => {
            let answer = serde_json::json!({"title": title, "markdown": markdown});
            report::print(&format!("{answer:#}\n"))
        }
    }
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

fn page(fields: &[&'static Field]) -> String {
    let mut out = String::new();
    for field in fields {
        out.push_str(&format!("# `{}`\n\n", field.path));
        if !field.applies_to.is_empty() {
            let types: Vec<_> = field
                .applies_to
                .iter()
                .map(|name| format!("`{name}`"))
                .collect();
            out.push_str(&format!("*For {}.*\n\n", types.join(", ")));
        }
        out.push_str(&docs::field_body(field));
        out.push('\n');
    }
    out
}

fn unknown(about: &str) -> i32 {
    let rules = catalog::rules().iter().map(|rule| rule.id);
    let fields = catalog::fields()
        .iter()
        .flat_map(|field| [field.path, field.name]);
    let mut near = suggest::nearest(about, rules.chain(fields));
    near.dedup();
    eprintln!("There is no rule and no field `{about}`.");
    if !near.is_empty() {
        eprintln!("Did you mean {}?", near.join(", "));
    }
    eprintln!("`nexflow-lsp rules` and `nexflow-lsp fields` list all.");
    2
}
