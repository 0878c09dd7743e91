//! `nexflow-lsp graph`: which documents extend which, and which of their entries refine others.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::{Args, ValueEnum};
use nexflow_analysis::{Symbol, redacted_text, symbols};
use nexflow_syntax::Document;
use serde_json::{Value, json};

use crate::{
    cli::{
        graph_processes::Picture,
        input::{Input, InputArgs, Source},
        output,
        report::slashed,
    },
    settings::Options,
    text::visible,
    workspace::{Workspace, paths, project::Outside},
};

/// Show which documents extend which
#[derive(Args)]
#[command(after_help = "Examples:
  nexflow-lsp graph                          for a page in Markdown
  nexflow-lsp graph --entries --format dot | dot -Tsvg > graph.svg
  nexflow-lsp graph --processes              streams, lookups and stores of the processes
  nexflow-lsp graph --format json")]
pub(crate) struct Graph {
    #[command(flatten)]
    which: InputArgs,

    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Mermaid)]
    format: Format,

    /// Show the entries that a document overrides (always included in JSON)
    #[arg(long)]
    entries: bool,

    /// Show what the processes (`.proc`) of the project receive, emit and use instead
    #[arg(long, conflicts_with = "entries")]
    processes: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A flowchart of Mermaid
    Mermaid,
    /// Graphviz
    Dot,
    /// JSON
    Json,
}

/// One document.
struct Node {
    environment: Option<String>,
    base: Option<String>,
    /// The entries that a base has as well.
    refines: Vec<String>,
}

/// Names that are shown at an edge.
const SHOWN: usize = 6;

/// Runs the command; the exit code of the process.
pub(crate) fn run(arguments: &Graph) -> i32 {
    let mut input = Input::collect(&arguments.which);
    let unusable = std::mem::take(&mut input.unusable);
    let workspace = Arc::new(input.workspace(Options::default(), Outside::default()));
    let mut code = 0;
    for (path, reason) in &unusable {
        output::say_of(path, reason);
        code = 2;
    }
    if arguments.processes {
        return print_processes(&input, &workspace, arguments.format).max(code);
    }
    let mut nodes: BTreeMap<String, Node> = BTreeMap::new();
    for source in &input.sources {
        let document = match input.open(&workspace, source) {
            Ok(document) => document,
            Err(reason) => {
                output::say_of(source.path(), &reason);
                code = 2;
                continue;
            }
        };
        let snapshot = document.snapshot();
        let bases = &snapshot.context.bases;
        let name_of = |uri: &str| {
            let path = uri.parse().ok().and_then(|uri| paths::of_uri(&uri))?;
            let below = path.strip_prefix(&input.current).unwrap_or(&path);
            Some(slashed(below))
        };
        let base = bases.first().and_then(|base| name_of(&base.uri));
        let inherited: Vec<Symbol> = bases
            .iter()
            .flat_map(|base| entries(&base.document))
            .collect();
        let refines = entries(&document.document)
            .into_iter()
            .filter(|symbol| inherited.contains(symbol))
            .filter_map(|symbol| match symbol {
                Symbol::Entry { block, name } => Some(redacted_text(&format!("{block}.{name}"))),
                _ => None,
            })
            .collect();
        let status = nexflow_analysis::status(snapshot);
        let name = match document.path.as_deref() {
            Some(path) => slashed(path.strip_prefix(&input.current).unwrap_or(path)),
            None => slashed(source.path()),
        };
        for base in bases {
            // A base need not be among the documents that were asked for.
            let status = Node {
                environment: None,
                base: None,
                refines: Vec::new(),
            };
            if let Some(name) = name_of(&base.uri) {
                nodes.entry(name).or_insert(status);
            }
        }
        nodes.insert(
            name,
            Node {
                environment: status.environment,
                base,
                refines,
            },
        );
    }
    let text = match arguments.format {
        Format::Mermaid => mermaid(&nodes, arguments.entries),
        Format::Dot => dot(&nodes, arguments.entries),
        Format::Json => return output::print_json(&as_json(&nodes)).max(code),
    };
    output::print(&text).max(code)
}

/// Draws the processes of the projects that the documents belong to.
fn print_processes(input: &Input, workspace: &Workspace, format: Format) -> i32 {
    let files = input.sources.iter().filter_map(Source::file);
    let files = files.map(|path| paths::normalized(&input.current.join(path)));
    let roots: BTreeSet<PathBuf> = files
        .filter_map(|path| workspace.project(Some(&path)).root.clone())
        .collect();
    let mut picture = Picture::default();
    for root in roots {
        if let Some(processes) = workspace.processes(&root) {
            picture.add(&processes);
        }
    }
    match format {
        Format::Mermaid => output::print(&picture.mermaid()),
        Format::Dot => output::print(&picture.dot()),
        Format::Json => output::print_json(&picture.json()),
    }
}

/// The entries that a document defines.
fn entries(document: &Document) -> Vec<Symbol> {
    let defined = symbols(document).filter(|one| one.is_definition);
    let entries = defined.map(|one| one.symbol);
    entries
        .filter(|symbol| matches!(symbol, Symbol::Entry { .. }))
        .collect()
}

/// The nodes by number, as text in a diagram, and the edges with what stands at them.
type Edges<'n> = Vec<(usize, usize, Vec<&'n str>)>;

fn edges<'n>(nodes: &'n BTreeMap<String, Node>, with_entries: bool) -> Edges<'n> {
    let number = |name: &str| nodes.keys().position(|known| known == name);
    let each = nodes.values().enumerate().filter_map(|(at, node)| {
        let base = number(node.base.as_deref()?)?;
        let names = node
            .refines
            .iter()
            .map(String::as_str)
            .filter(|_| with_entries);
        Some((at, base, names.collect()))
    });
    each.collect()
}

fn label(name: &str, node: &Node) -> String {
    let name = visible::name(Path::new(name));
    match &node.environment {
        Some(environment) => format!("{name}\n{}", visible::one_line(environment)),
        None => name,
    }
}

fn shown(names: &[&str]) -> Vec<String> {
    let mut shown: Vec<String> = names
        .iter()
        .take(SHOWN)
        .map(|name| visible::one_line(name))
        .collect();
    if names.len() > SHOWN {
        shown.push(format!("{} more", names.len() - SHOWN));
    }
    shown
}

fn mermaid(nodes: &BTreeMap<String, Node>, with_entries: bool) -> String {
    let mut out = String::from("flowchart BT\n");
    for (at, (name, node)) in nodes.iter().enumerate() {
        let lines: Vec<String> = label(name, node).lines().map(for_mermaid).collect();
        let _ = writeln!(out, "  n{at}[\"{}\"]", lines.join("<br/>"));
    }
    for (from, to, names) in edges(nodes, with_entries) {
        let names: Vec<String> = shown(&names).iter().map(|name| for_mermaid(name)).collect();
        let _ = match names.is_empty() {
            true => writeln!(out, "  n{from} --> n{to}"),
            false => writeln!(out, "  n{from} -->|\"{}\"| n{to}", names.join("<br/>")),
        };
    }
    out
}

/// Text within quotes, every sign of which stands for itself.
fn for_mermaid(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_alphanumeric() || matches!(c, ' ' | '.' | '/' | '-' | '_' | '$' | '{' | '}') {
            out.push(c);
        } else {
            let _ = write!(out, "#{};", u32::from(c));
        }
    }
    out
}

fn dot(nodes: &BTreeMap<String, Node>, with_entries: bool) -> String {
    let mut out = String::from("digraph {\n  rankdir=BT;\n  node [shape=box];\n");
    for (at, (name, node)) in nodes.iter().enumerate() {
        let _ = writeln!(out, "  n{at} [label=\"{}\"];", for_dot(&label(name, node)));
    }
    for (from, to, names) in edges(nodes, with_entries) {
        let names = shown(&names).join("\n");
        let _ = match names.is_empty() {
            true => writeln!(out, "  n{from} -> n{to};"),
            false => writeln!(out, "  n{from} -> n{to} [label=\"{}\"];", for_dot(&names)),
        };
    }
    out.push_str("}\n");
    out
}

fn for_dot(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

fn as_json(nodes: &BTreeMap<String, Node>) -> Value {
    let each = nodes.iter().map(|(name, node)| {
        json!({
            "path": name,
            "environment": node.environment,
            "extends": node.base,
            "refines": node.refines,
        })
    });
    json!({"version": 1, "documents": each.collect::<Value>()})
}
