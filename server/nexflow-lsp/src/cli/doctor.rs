//! `nexflow-lsp doctor`: what a report of a problem needs. Values of variables never stand in it.

use std::{
    env,
    fmt::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;
use serde_json::{Value, json};

use crate::{
    VERSION,
    cli::{origins, output, tables::TableFormat},
    text::visible,
    workspace::{
        Configuration, Folder, Workspace, paths,
        project::{self, Outside},
        walk,
    },
};

/// Show version, project, environment and editors, for bug reports
#[derive(Args)]
pub(crate) struct Doctor {
    /// Folder, or a document to also see its settings and where each comes from
    #[arg(default_value = ".", value_name = "FOLDER|FILE")]
    folder: PathBuf,

    /// Output format
    #[arg(long, value_enum, default_value_t = TableFormat::Text)]
    format: TableFormat,
}

/// Editors that can run the server: the program, and where its settings are described.
const EDITORS: &[(&str, &str)] = &[
    ("code", "the Nexflow extension finds the server by itself"),
    (
        "nvim",
        "vim.lsp.enable('nexflow') with the configuration of editors/neovim",
    ),
    ("hx", "languages.toml as in editors/helix"),
    ("emacs", "eglot or lsp-mode as in editors/emacs"),
];

/// Runs the command; the exit code of the process.
pub(crate) fn run(arguments: &Doctor) -> i32 {
    let folder = match paths::real(&arguments.folder) {
        Ok(folder) => folder,
        Err(error) => return unusable(&arguments.folder, &error.kind().to_string()),
    };
    let found = if folder.is_dir() {
        examine(&folder, None)
    } else {
        examine(folder.parent().unwrap_or(&folder), Some(&folder))
    };
    match arguments.format {
        TableFormat::Json => output::print_json(&found),
        TableFormat::Text => {
            let mut out = String::new();
            write_text(&found, 0, &mut out);
            output::print(&out)
        }
    }
}

fn unusable(folder: &Path, reason: &str) -> i32 {
    output::say_of(folder, reason);
    2
}

fn examine(folder: &Path, document: Option<&Path>) -> Value {
    let outside = Outside::of_process();
    let top = project::top_without_workspace(folder);
    let configuration = Configuration {
        folders: vec![Folder {
            path: top.clone(),
            options: None,
        }],
        ..Configuration::default()
    };
    let shell_count = outside.shell.len();
    let workspace = Arc::new(Workspace::new(outside, configuration));
    let project = workspace.project(Some(&folder.join("document.infra")));
    let roots = workspace.roots(folder);
    let walked = walk::walk(&[folder.to_path_buf()], &roots, usize::MAX);
    let refused = walked.problems.iter().chain(&walked.unused);
    let files: Vec<Value> = project
        .files
        .iter()
        .map(|file| json!({"path": text(file), "found": roots.resolve(file).is_ok_and(|real| real.exists())}))
        .collect();
    let problems: Vec<String> = project
        .problems
        .iter()
        .map(|one| format!("{}:{}: {}", one.path.display(), one.line + 1, one.message))
        .chain(refused.map(|(path, why)| format!("{}: {why}", path.display())))
        .collect();
    let rules: serde_json::Map<String, Value> = project
        .options
        .rules
        .iter()
        .map(|(rule, severity)| {
            let word = severity.map_or("off", nexflow_catalog::docs::severity);
            (rule.clone(), word.into())
        })
        .collect();
    let settings = &project.settings;
    let mut found = json!({
        "version": VERSION,
        "program": env::current_exe().ok().map(text),
        "system": format!("{} {}", env::consts::OS, env::consts::ARCH),
        "catalog": {
            "fields": nexflow_catalog::fields().len(),
            "rules": nexflow_catalog::rules().len(),
        },
        "folder": text(folder),
        "top": text(&top),
        "project": {
            "root": project.root.as_ref().map(text),
            "files": files,
            "problems": problems,
            "flinkVersion": settings.flink_version.name(),
            "rules": rules,
            "assumeVariables": settings.assume_variables,
        },
        "variables": {
            "shell": shell_count,
            "all": project.variables.names().len(),
        },
        "documents": walked.documents.len(),
        "environment": environment(),
        "editors": editors(),
    });
    if let Some(document) = document {
        found["document"] = origins::of_document(&workspace, document);
    }
    found
}

/// A path as text: JSON has no other.
fn text(path: impl AsRef<Path>) -> String {
    path.as_ref().to_string_lossy().into_owned()
}

/// The variables that change what the program does.
fn environment() -> Value {
    let names = [
        "NEXFLOW_LOG",
        "RUST_LOG",
        "NO_COLOR",
        "LANG",
        "LC_ALL",
        "TERM",
    ];
    let set = names
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), env::var(name).ok()?.into())));
    Value::Object(set.collect())
}

/// The editors on the path, with how they find the server.
fn editors() -> Value {
    let folders: Vec<PathBuf> = env::var_os("PATH")
        .map(|path| env::split_paths(&path).collect())
        .unwrap_or_default();
    let found = |program: &str| {
        let names = [
            program.to_owned(),
            format!("{program}.exe"),
            format!("{program}.cmd"),
        ];
        folders
            .iter()
            .flat_map(|folder| names.iter().map(move |name| folder.join(name)))
            .find(|path| path.is_file())
    };
    let own = |(program, hint): &(&str, &str)| {
        let path = found(program)?;
        Some(json!({"program": text(path), "setup": hint}))
    };
    EDITORS.iter().filter_map(own).collect()
}

/// The findings as indented lines.
fn write_text(value: &Value, indent: usize, out: &mut String) {
    let Value::Object(fields) = value else { return };
    let pad = " ".repeat(indent);
    for (name, value) in fields {
        match value {
            Value::Object(inner) if inner.is_empty() => {
                let _ = writeln!(out, "{pad}{name}: none");
            }
            Value::Object(_) => {
                let _ = writeln!(out, "{pad}{name}:");
                write_text(value, indent + 2, out);
            }
            Value::Array(items) if items.is_empty() => {
                let _ = writeln!(out, "{pad}{name}: none");
            }
            Value::Array(items) => {
                let _ = writeln!(out, "{pad}{name}:");
                for item in items {
                    let _ = writeln!(out, "{pad}  {}", line(item));
                }
            }
            _ => {
                let _ = writeln!(out, "{pad}{name}: {}", line(value));
            }
        }
    }
}

fn line(value: &Value) -> String {
    match value {
        Value::String(text) => visible::one_line(text),
        Value::Null => "none".into(),
        Value::Object(fields) => {
            let parts = fields.values().map(|value| match value {
                Value::Bool(found) => if *found { "(found)" } else { "(not there)" }.to_owned(),
                other => line(other),
            });
            let mut parts: Vec<String> = parts.collect();
            parts.sort_by_key(|part| part.starts_with('('));
            parts.join(" ")
        }
        other => other.to_string(),
    }
}
