//! `nexflow-lsp diff`: what a change of documents does to running jobs.

mod sides;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use nexflow_catalog::{FlinkVersion, changes::Class};
use nexflow_flink::change::{DocumentChanges, output as plan};
use tower_lsp_server::ls_types as lsp;

use super::{
    input,
    output::{self, say},
    render::version,
    report,
};
use crate::lsp::changes;

/// Show what a change to documents does to running jobs
///
/// OLD and NEW are two files, two folders, or git revisions; without NEW, OLD is compared with the files on disk. Every
/// document that a change reaches is compared as it is in effect: merged with what it extends, variables and defaults
/// counted. Exit code: 0 without differences, 2 with differences, 3 when one of them is denied, 1 when something could not
/// be compared.
#[derive(Args)]
#[command(after_help = "Examples:
  nexflow-lsp diff old.infra new.infra
  nexflow-lsp diff HEAD                                 what is not committed yet
  nexflow-lsp diff HEAD~1 HEAD -- production/
  nexflow-lsp diff origin/main...HEAD --format markdown what a pull request does
  nexflow-lsp diff --staged --deny savepoint-only       as a hook before a commit")]
pub(crate) struct Diff {
    /// File, folder or git revision; `A..B` and `A...B` are two revisions [default with --staged: HEAD]
    #[arg(value_name = "OLD", required_unless_present = "staged")]
    old: Option<String>,

    /// File, folder or git revision [default: the files on disk]
    #[arg(value_name = "NEW", conflicts_with = "staged")]
    new: Option<String>,

    /// Only documents at or below these paths
    #[arg(value_name = "PATH", last = true)]
    paths: Vec<PathBuf>,

    /// Compare with what is staged for the next commit
    #[arg(long)]
    staged: bool,

    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Classes of change that are denied: safe-but, cluster-restart, unknown, savepoint-only, state-lost or fails. Each stands for
    /// itself and everything more severe
    #[arg(long, value_name = "CLASS", value_parser = class, value_delimiter = ',')]
    deny: Vec<Class>,

    /// Flink version after the change, such as 1.20 [default: that of the image, else of the project]
    #[arg(long, value_name = "VERSION", value_parser = version)]
    flink_version: Option<FlinkVersion>,

    /// Flink version before the change [default: that of the image, else of --flink-version or the project]
    #[arg(long, value_name = "VERSION", value_parser = version)]
    from_flink_version: Option<FlinkVersion>,

    /// Additional env file (NAME=value). It overrides `.env`; the shell overrides both. May be repeated
    #[arg(long, value_name = "FILE", conflicts_with = "no_env")]
    env_file: Vec<PathBuf>,

    /// Ignore the shell environment
    #[arg(long)]
    no_env: bool,
}

/// Output format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people at a terminal
    Text,
    /// For a comment on a pull request
    Markdown,
    /// One JSON object
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub Actions
    Github,
}

fn class(word: &str) -> Result<Class, String> {
    Class::of_word(word).ok_or_else(|| {
        let words: Vec<_> = Class::ALL.iter().map(|class| class.word()).collect();
        format!("known classes are {}", words.join(", "))
    })
}

/// The changes of a document with what reports at lines need.
pub(super) struct Compared {
    /// The changes.
    pub(super) plan: DocumentChanges,
    /// As diagnostics of the new document.
    pub(super) found: Vec<lsp::Diagnostic>,
    /// What could not be read in either state, so that it is not compared.
    pub(super) note: Option<String>,
}

const FAILED: i32 = 1;
const DIFFERENT: i32 = 2;
const DENIED: i32 = 3;

/// Runs the command; the exit code of the process.
pub(crate) fn run(arguments: &Diff) -> i32 {
    let outside = match input::outside(arguments.no_env, &arguments.env_file) {
        Ok(outside) => outside,
        Err((path, reason)) => {
            output::say_of(&path, &reason);
            return FAILED;
        }
    };
    let sides = match sides::Sides::of(arguments, &outside) {
        Ok(sides) => sides,
        Err(reason) => {
            say(format_args!("nexflow-lsp diff: {reason}"));
            return FAILED;
        }
    };
    let (mut compared, unusable) = sides.compare();
    for document in &compared {
        if let Some(note) = &document.note {
            output::say_of(
                &PathBuf::from(&document.plan.name),
                &format!("{note} before and after the change: compared without it"),
            );
        }
    }
    compared.retain(|document| !document.plan.changes.is_empty());
    let printed = print(arguments.format, &compared, &unusable);
    // The other formats end with what could not be compared, and say it themselves.
    if !matches!(arguments.format, Format::Sarif | Format::Github) {
        for (path, reason) in &unusable {
            output::say_of(path, reason);
        }
    }
    if printed != 0 || !unusable.is_empty() {
        return FAILED;
    }
    let least = arguments.deny.iter().min();
    let mut changes = compared.iter().flat_map(|document| &document.plan.changes);
    let is_denied = |class: Class| least.is_some_and(|least| class >= *least);
    if changes.clone().any(|change| is_denied(change.class())) {
        return DENIED;
    }
    match changes.next() {
        Some(_) => DIFFERENT,
        None => 0,
    }
}

fn print(format: Format, compared: &[Compared], unusable: &[input::Unusable]) -> i32 {
    let documents: Vec<DocumentChanges> = compared
        .iter()
        .map(|document| document.plan.clone())
        .collect();
    match format {
        Format::Text if documents.is_empty() => output::print("No differences.\n"),
        Format::Text => {
            let all = documents.iter().flat_map(|document| &document.changes);
            let summary = plan::counts(all);
            output::print(&crate::text::visible::visible(&format!(
                "{}\n{summary}\n",
                plan::text(&documents)
            )))
        }
        Format::Markdown => {
            output::print(&crate::text::visible::visible(&plan::markdown(&documents)))
        }
        Format::Json => output::print_json(&plan::json(&documents)),
        Format::Sarif | Format::Github => {
            let format = match format {
                Format::Sarif => report::Format::Sarif,
                _ => report::Format::Github,
            };
            let current = std::env::current_dir().unwrap_or_default();
            let mut report =
                report::Report::begin(format, lsp::DiagnosticSeverity::WARNING, &current, false);
            for document in compared {
                let path = PathBuf::from(&document.plan.name);
                report.add_found(&path, &document.plan.uri, &document.found);
            }
            report.end(unusable)
        }
    }
}
