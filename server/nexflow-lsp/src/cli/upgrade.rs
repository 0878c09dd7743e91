//! `nexflow-lsp upgrade`: what another version of Flink changes for documents.

use std::{collections::BTreeMap, fmt::Write as _, path::Path, sync::Arc};

use clap::Args;
use nexflow_analysis::Diagnostic;
use nexflow_catalog::{FlinkVersion, Severity, docs, flink_options};
use nexflow_flink::{Effective, Group, Inputs, Rendering, Row, Selection, Via, translate};
use serde_json::{Value, json};

use crate::{
    cli::{
        input::{self, Input, InputArgs, Source},
        output,
        tables::TableFormat,
    },
    settings::Options,
    text::{self, Encoding, visible},
    workspace::{Workspace, document::DocumentSnapshot},
};

/// Show what changes for documents with another Flink version
///
/// Problems that appear or go away, options that are renamed, gone, new or deprecated, and defaults that differ and that a
/// document leaves as they are. Nothing is written. Exit code: 0 when the newer version finds no error that the older one does not,
/// 1 when it does, 2 when a document cannot be read.
#[derive(Args)]
#[command(after_help = "Examples:
  nexflow-lsp upgrade --from 1.20 --to 2.3                 all documents below the current folder
  nexflow-lsp upgrade --from 1.20 production.infra         to the newest version
  nexflow-lsp upgrade --from 1.20 --to 2.3 --format json")]
pub(crate) struct Upgrade {
    #[command(flatten)]
    which: InputArgs,

    /// Current Flink version, such as 1.20 [default: that of the project]
    #[arg(long, value_name = "VERSION", value_parser = super::render::version)]
    from: Option<FlinkVersion>,

    /// New Flink version [default: the newest]
    #[arg(long, value_name = "VERSION", value_parser = super::render::version)]
    to: Option<FlinkVersion>,

    /// Output format
    #[arg(long, value_enum, default_value_t = TableFormat::Text)]
    format: TableFormat,

    /// Additional env file (NAME=value). It overrides `.env`; the shell overrides both. May be repeated
    #[arg(long, value_name = "FILE", conflicts_with = "no_env")]
    env_file: Vec<std::path::PathBuf>,

    /// Treat all variables as defined; ignore the shell environment
    #[arg(long)]
    no_env: bool,
}

/// What happens to one option of a job.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    Renamed {
        from: String,
        to: String,
    },
    Gone {
        option: String,
        value: String,
    },
    New {
        option: String,
        value: String,
    },
    Value {
        option: String,
        from: String,
        to: String,
    },
    Default {
        option: String,
        from: String,
        to: String,
    },
    Deprecated {
        option: String,
    },
}

impl Change {
    fn kind(&self) -> &'static str {
        match self {
            Change::Renamed { .. } => "renamed",
            Change::Gone { .. } => "gone",
            Change::New { .. } => "new",
            Change::Value { .. } => "value",
            Change::Default { .. } => "default",
            Change::Deprecated { .. } => "deprecated",
        }
    }

    fn words(&self, to: FlinkVersion) -> String {
        match self {
            Change::Renamed { from, to } => format!("`{from}` is now `{to}`"),
            Change::Gone { option, value } => {
                format!("Flink {to} has no `{option}` any more, so `{value}` has no effect")
            }
            Change::New { option, value } => format!("Flink {to} reads `{option}: {value}`"),
            Change::Value { option, from, to } => format!("`{option}` is `{to}`, not `{from}`"),
            Change::Default { option, from, to } => {
                format!("the default of `{option}` is `{to}`, not `{from}`")
            }
            Change::Deprecated { option } => format!("Flink {to} deprecates `{option}`"),
        }
    }

    fn as_json(&self, fields: &[String]) -> Value {
        let mut value = match self {
            Change::Renamed { from, to } => json!({"option": from, "to": to}),
            Change::Gone { option, value } | Change::New { option, value } => {
                json!({"option": option, "value": value})
            }
            Change::Value { option, from, to } | Change::Default { option, from, to } => {
                json!({"option": option, "from": from, "to": to})
            }
            Change::Deprecated { option } => json!({"option": option}),
        };
        value["change"] = self.kind().into();
        value["fields"] = json!(fields);
        value
    }
}

/// Changes with the fields that they come from, each once however many jobs have it.
type Changes = BTreeMap<Change, Vec<String>>;

/// What is said of one document.
struct Report<'a> {
    source: &'a Source,
    document: DocumentSnapshot,
    from: FlinkVersion,
    to: FlinkVersion,
    appear: Vec<Diagnostic>,
    go: Vec<Diagnostic>,
    changes: Changes,
}

/// Runs the command; the exit code of the process.
pub(crate) fn run(arguments: &Upgrade) -> i32 {
    let outside = match input::outside(arguments.no_env, &arguments.env_file) {
        Ok(outside) => outside,
        Err((path, reason)) => {
            output::say_of(&path, &reason);
            return 2;
        }
    };
    let options = Options {
        assume_variables: arguments.no_env.then_some(true),
        ..Options::default()
    };
    let input = Input::collect(&arguments.which);
    let workspace = Arc::new(input.workspace(options, outside));
    let mut unusable = false;
    for (path, reason) in &input.unusable {
        output::say_of(path, reason);
        unusable = true;
    }
    let mut worse = false;
    for source in &input.sources {
        let report = match report(arguments, &input, &workspace, source) {
            Ok(report) => report,
            Err(reason) => {
                output::say_of(source.path(), &reason);
                unusable = true;
                continue;
            }
        };
        worse |= report
            .appear
            .iter()
            .any(|found| found.severity == Severity::Error);
        let text = match arguments.format {
            TableFormat::Text => report.as_text(),
            TableFormat::Json => visible::json(&format!("{}\n", report.as_json())).into_owned(),
        };
        let code = output::print(&text);
        if code != 0 {
            return code;
        }
    }
    match (unusable, worse) {
        (true, _) => 2,
        (false, worse) => i32::from(worse),
    }
}

fn report<'a>(
    arguments: &Upgrade,
    input: &Input,
    workspace: &Arc<Workspace>,
    source: &'a Source,
) -> Result<Report<'a>, String> {
    let document = input.open(workspace, source)?;
    let from = arguments
        .from
        .unwrap_or(document.snapshot().context.settings.flink_version);
    let to = arguments.to.unwrap_or_default();
    if from >= to {
        return Err(format!("`--to` must be newer than Flink {from}"));
    }
    let document = document.for_versions(&[from, to]);
    let about = |version: FlinkVersion| {
        let found = document.diagnostics().iter();
        found
            .filter(move |found| found.versions == [version])
            .cloned()
            .collect::<Vec<_>>()
    };
    let (mut go, mut appear) = (about(from), about(to));
    // The same finding in the words of another version is none that appears.
    let alike = |one: &Diagnostic, other: &Diagnostic| {
        (one.code, one.severity, one.range) == (other.code, other.severity, other.range)
    };
    let before = go.clone();
    go.retain(|one| !appear.iter().any(|other| alike(one, other)));
    appear.retain(|one| !before.iter().any(|other| alike(one, other)));
    let changes = changes(&document, from, to);
    Ok(Report {
        source,
        document,
        from,
        to,
        appear,
        go,
        changes,
    })
}

/// What becomes of the options. A document with errors of syntax has none that could be trusted.
fn changes(document: &DocumentSnapshot, from: FlinkVersion, to: FlinkVersion) -> Changes {
    let mut changes = Changes::new();
    let snapshot = document.snapshot();
    if document.document.has_errors() || snapshot.context.base_problem.is_some() {
        return changes;
    }
    let uri = document.uri.to_string();
    let effective = Effective::new(Inputs {
        snapshot,
        uri: &uri,
        region: None,
    });
    let rendered = |version| translate(&effective, &Selection::default(), version, true);
    if let (Ok(before), Ok(after)) = (rendered(from), rendered(to)) {
        compare(&before, &after, &mut changes);
    }
    changes
}

fn compare(before: &Rendering, after: &Rendering, changes: &mut Changes) {
    for (old, new) in before.groups.iter().zip(&after.groups) {
        compare_jobs(old, new, after.version, changes);
    }
}

fn compare_jobs(before: &Group, after: &Group, version: FlinkVersion, changes: &mut Changes) {
    let find = |group: &'_ Group, row: &Row| {
        let same = |other: &&Row| other.option == row.option && other.client == row.client;
        group.rows.iter().find(same).cloned()
    };
    let mut note = |change: Change, row: &Row| {
        let fields = changes.entry(change).or_default();
        fields.extend(row.fields.iter().cloned());
        fields.sort();
        fields.dedup();
    };
    let is_default = |row: &Row| row.origins.iter().all(|origin| origin.via == Via::Default);
    // Options that others are called now.
    let mut heirs: Vec<(&Option<String>, &str)> = Vec::new();
    for row in &before.rows {
        match find(after, row) {
            Some(other) if other.value == row.value => {}
            Some(other) if is_default(row) && is_default(&other) => {
                let change = Change::Default {
                    option: row.option.to_string(),
                    from: row.value.clone(),
                    to: other.value.clone(),
                };
                note(change, row);
            }
            Some(other) => {
                let change = Change::Value {
                    option: row.option.to_string(),
                    from: row.value.clone(),
                    to: other.value.clone(),
                };
                note(change, row);
            }
            None if is_default(row) => {}
            None => {
                // The option that the same fields become now, and became none before.
                let heir = after.rows.iter().find(|other| {
                    other.fields == row.fields
                        && other.value == row.value
                        && other.client == row.client
                        && find(before, other).is_none()
                        && !heirs.contains(&(&other.client, &*other.option))
                });
                heirs.extend(heir.map(|other| (&other.client, &*other.option)));
                let change = match heir {
                    Some(other) => Change::Renamed {
                        from: row.option.to_string(),
                        to: other.option.to_string(),
                    },
                    None => Change::Gone {
                        option: row.option.to_string(),
                        value: row.value.clone(),
                    },
                };
                note(change, row);
            }
        }
    }
    for row in &after.rows {
        let is_heir = heirs.contains(&(&row.client, &*row.option));
        if find(before, row).is_none() && !is_default(row) && !is_heir {
            let change = Change::New {
                option: row.option.to_string(),
                value: row.value.clone(),
            };
            note(change, row);
        }
        let deprecated =
            |version| flink_options::option(&row.option, version).is_some_and(|one| one.deprecated);
        if deprecated(version) && !is_default(row) {
            let change = Change::Deprecated {
                option: row.option.to_string(),
            };
            note(change, row);
        }
    }
}

impl Report<'_> {
    fn is_empty(&self) -> bool {
        self.appear.is_empty() && self.go.is_empty() && self.changes.is_empty()
    }

    fn as_text(&self) -> String {
        let mut out = String::new();
        let name = visible::name(self.source.path());
        let (from, to) = (self.from, self.to);
        if self.is_empty() {
            let _ = writeln!(out, "{name}: nothing changes from Flink {from} to {to}.");
            return out;
        }
        let _ = writeln!(out, "{name}: Flink {from} to {to}");
        for (found, head) in [(&self.appear, "New"), (&self.go, "Gone")] {
            for found in found {
                let (line, column) = self.place(found);
                let severity = docs::severity(found.severity);
                let message = visible::one_line(&found.message);
                let _ = writeln!(
                    out,
                    "  {head} at {line}:{column}: {severity}[{}] {message}",
                    found.code
                );
            }
        }
        for (change, fields) in &self.changes {
            let words = visible::one_line(&change.words(to));
            let fields: Vec<_> = fields
                .iter()
                .map(|field| visible::one_line(field))
                .collect();
            let of = match fields.as_slice() {
                [] => String::new(),
                fields => format!(" ({})", fields.join(", ")),
            };
            let _ = writeln!(out, "  Option: {words}{of}");
        }
        out
    }

    fn as_json(&self) -> Value {
        let findings = |found: &[Diagnostic]| -> Vec<Value> {
            let one = |found: &Diagnostic| {
                let (line, column) = self.place(found);
                json!({
                    "line": line,
                    "column": column,
                    "severity": docs::severity(found.severity),
                    "rule": found.code,
                    "message": found.message,
                })
            };
            found.iter().map(one).collect()
        };
        let options = self.changes.iter();
        let options = options.map(|(change, fields)| change.as_json(fields));
        json!({
            "path": path(self.source.path()),
            "from": self.from.name(),
            "to": self.to.name(),
            "appear": findings(&self.appear),
            "disappear": findings(&self.go),
            "options": options.collect::<Vec<_>>(),
        })
    }

    /// The line and the column of a finding, from 1, in characters.
    fn place(&self, found: &Diagnostic) -> (u32, u32) {
        let rope = self.document.document.rope();
        let start = text::position(rope, found.range.start(), Encoding::Utf32);
        (start.line + 1, start.character + 1)
    }
}

fn path(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
