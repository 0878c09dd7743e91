//! `nexflow-lsp doctor`: what a report of a problem needs. Values of variables never stand in it.

use std::{
    env,
    fmt::Write as _,
    path::{Path, PathBuf},
};

use clap::Args;
use serde_json::{Value, json};

use super::{report, tables::TableFormat};
use crate::{
    VERSION,
    workspace::{Configuration, Folder, Workspace, project, walk},
};

/// Show what the server finds here: version, project, environment, editors. For reports of problems
#[derive(Args)]
pub struct Doctor {
    /// Folder to look at
    #[arg(default_value = ".")]
    folder: PathBuf,

    /// How it is printed
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
pub fn run(arguments: &Doctor) -> i32 {
    let folder = match arguments.folder.canonicalize() {
        Ok(folder) if folder.is_dir() => folder,
        Ok(_) => return unusable(&arguments.folder, "it is no folder"),
        Err(error) => return unusable(&arguments.folder, &error.kind().to_string()),
    };
    let found = examine(&folder);
    match arguments.format {
        TableFormat::Json => report::print(&format!("{found:#}\n")),
        TableFormat::Text => {
            let mut out = String::new();
            write_text(&found, 0, &mut out);
            report::print(&out)
        }
    }
}

fn unusable(folder: &Path, reason: &str) -> i32 {
    eprintln!("{}: {reason}", folder.display());
    2
}

fn examine(folder: &Path) -> Value {
    let shell = project::shell_variables();
    let top = project::top_without_workspace(folder);
    let configuration = Configuration {
        folders: vec![Folder {
            path: top.clone(),
            options: None,
        }],
        ..Configuration::default()
    };
    let shell_count = shell.len();
    let workspace = Workspace::new(shell, configuration);
    let project = workspace.project(Some(&folder.join("document.infra")));
    let (documents, refused) = walk::documents_or_problems(folder, std::iter::empty());
    let files: Vec<Value> = project
        .files
        .iter()
        .map(|file| json!({"path": file, "found": file.exists()}))
        .collect();
    let problems: Vec<String> = project
        .problems
        .iter()
        .map(|one| format!("{}:{}: {}", one.path.display(), one.line + 1, one.message))
        .chain(refused.iter().map(ToString::to_string))
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
    json!({
        "version": VERSION,
        "program": env::current_exe().ok(),
        "system": format!("{} {}", env::consts::OS, env::consts::ARCH),
        "catalog": {
            "fields": nexflow_catalog::fields().len(),
            "rules": nexflow_catalog::rules().len(),
        },
        "folder": folder,
        "top": top,
        "project": {
            "root": project.root,
            "files": files,
            "problems": problems,
            "flinkVersion": format!("{:?}", settings.flink_version).trim_start_matches('V').replace('_', "."),
            "rules": rules,
            "assumeVariables": settings.assume_variables,
        },
        "variables": {
            "shell": shell_count,
            "all": project.variables.names().len(),
        },
        "documents": documents.len(),
        "environment": environment(),
        "editors": editors(),
    })
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
        Some(json!({"program": path, "setup": hint}))
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
        Value::String(text) => text.clone(),
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
