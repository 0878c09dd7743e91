//! `nexflow-lsp check`: the judgement of the editor in the terminal.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::{Args, ValueEnum};
use nexflow_analysis::Diagnostic;
use nexflow_catalog::Severity;
use rayon::prelude::*;

use super::{default_paths, report};
use crate::{
    lsp::{client_features::ClientFeatures, convert::Encoding},
    server::{documents::OpenDocument, publish},
    settings::Options,
    workspace::{
        Configuration, Folder, Workspace, paths,
        project::{self, FileProblem},
        walk,
    },
};

/// Check documents and report what is wrong with them
///
/// Exit code: 0 when no error was found, 1 when one was, 2 when something could not be checked.
#[derive(Args)]
#[command(after_help = "Examples:
  nexflow-lsp check                     all documents below the current folder
  nexflow-lsp check prod.infra          one document
  nexflow-lsp check --format short env/ one line for each finding")]
pub struct Check {
    /// Documents and folders [default: the current folder]
    paths: Vec<PathBuf>,

    /// How findings are printed
    #[arg(long, value_enum, default_value_t = Format::Pretty)]
    format: Format,

    /// Count every variable as resolved
    #[arg(long)]
    no_env: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// With the text around each finding
    Pretty,
    /// One line each: path:line:column: severity[code] message
    Short,
    /// One JSON object for each document, with findings as in the Language Server Protocol
    Json,
}

/// One document and what was found in it.
pub struct Checked {
    /// As it was named or found.
    pub path: PathBuf,
    /// The document, or why it could not be read.
    pub outcome: Result<OpenDocument, String>,
}

/// Runs the command; the exit code of the process.
pub fn run(arguments: &Check) -> i32 {
    let mut unusable: Vec<(PathBuf, String)> = Vec::new();
    let found = collect(&default_paths(&arguments.paths), &mut unusable);
    let current = std::env::current_dir().unwrap_or_default();
    let workspace = Arc::new(workspace(arguments, &current, &found));
    let checked: Vec<Checked> = found
        .into_par_iter()
        .map(|path| check(&workspace, &current, path))
        .collect();

    let mut out = String::new();
    let (mut errors, mut others) = (0, 0);
    let mut problems: Vec<FileProblem> = Vec::new();
    for one in &checked {
        match &one.outcome {
            Ok(document) => {
                let diagnostics = document.diagnostics();
                let severe = diagnostics
                    .iter()
                    .filter(|found| found.severity == Severity::Error)
                    .count();
                errors += severe;
                others += diagnostics.len() - severe;
                print_document(arguments.format, &one.path, document, diagnostics, &mut out);
                for problem in &workspace.project(document.path.as_deref()).problems {
                    if !problems.contains(problem) {
                        problems.push(problem.clone());
                    }
                }
            }
            Err(message) => unusable.push((one.path.clone(), message.clone())),
        }
    }
    let code = report::print(&out);
    for problem in problems {
        let path = problem.path.strip_prefix(&current).unwrap_or(&problem.path);
        eprintln!(
            "{}:{}: {}",
            path.display(),
            problem.line + 1,
            problem.message
        );
    }
    for (path, message) in &unusable {
        eprintln!("{}: {message}", path.display());
    }
    let count =
        |number: usize, one: &str| format!("{number} {one}{}", if number == 1 { "" } else { "s" });
    let documents = count(
        checked.len() - unusable.len().min(checked.len()),
        "document",
    );
    if arguments.format == Format::Pretty {
        eprintln!(
            "{documents} checked: {}, {}",
            count(errors, "error"),
            count(others, "other finding")
        );
    }
    match (code, unusable.is_empty(), errors) {
        (0, true, 0) => 0,
        (0, true, _) => 1,
        _ => 2,
    }
}

/// The documents that the paths mean, in a stable order, each once.
fn collect(given: &[PathBuf], unusable: &mut Vec<(PathBuf, String)>) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in given {
        if path.is_dir() {
            let mut below = walk::documents(path, std::iter::empty());
            below.sort_unstable();
            found.extend(below.into_iter().map(|path| match path.strip_prefix(".") {
                Ok(short) => short.to_path_buf(),
                Err(_) => path,
            }));
        } else if path.exists() {
            found.push(path.clone());
        } else {
            unusable.push((path.clone(), "no such file or folder".into()));
        }
    }
    let mut seen = std::collections::HashSet::new();
    found.retain(|path| seen.insert(path.clone()));
    found
}

/// Documents may reach as far up as their version control, or else to the folder in which the command runs.
fn workspace(arguments: &Check, current: &Path, found: &[PathBuf]) -> Workspace {
    let options = Options {
        assume_variables: arguments.no_env.then_some(true),
        ..Options::default()
    };
    let mut folders: Vec<Folder> = Vec::new();
    for path in found {
        let absolute = paths::normalized(&current.join(path));
        let folder = absolute.parent().unwrap_or(&absolute);
        let controlled = project::top_without_workspace(folder);
        let top = if controlled == folder && folder.starts_with(current) {
            current.to_path_buf()
        } else {
            controlled
        };
        if !folders.iter().any(|known| known.path == top) {
            folders.push(Folder {
                path: top,
                options: None,
            });
        }
    }
    let shell = if arguments.no_env {
        HashMap::new()
    } else {
        project::shell_variables()
    };
    Workspace::new(shell, Configuration { folders, options })
}

fn check(workspace: &Arc<Workspace>, current: &Path, path: PathBuf) -> Checked {
    let absolute = paths::normalized(&current.join(&path));
    let outcome = OpenDocument::from_disk(workspace, &absolute, Encoding::Utf16);
    if let Ok(document) = &outcome {
        // The work is done here, on all cores; printing only reads.
        document.diagnostics();
    }
    Checked { path, outcome }
}

fn print_document(
    format: Format,
    path: &Path,
    document: &OpenDocument,
    found: &[Diagnostic],
    out: &mut String,
) {
    match format {
        Format::Pretty => report::pretty(path, document, found, out),
        Format::Short => report::short(path, document, found, out),
        Format::Json => {
            let features = ClientFeatures {
                related_information: true,
                code_description: true,
                ..ClientFeatures::default()
            };
            let diagnostics = publish::diagnostics(document, &features);
            let uri = document.uri.as_str();
            let line = serde_json::json!({"path": path, "uri": uri, "diagnostics": diagnostics});
            out.push_str(&line.to_string());
            out.push('\n');
        }
    }
}
