//! What a user can set: one table for the editor's settings, `nexflow.toml` and the documentation.
//!
//! The editor's keys are camelCase below `nexflow.infra`, those of `nexflow.toml` snake_case in the table `[infra]`. What the
//! project file says holds over what an editor says, so that everyone who works on a project sees the same findings.
//! The keys were directly below `nexflow` once, where the extension of the Nexflow toolchain has its own; they are still read.

pub mod assist;
mod limit;
mod options;
mod project_file;
mod schema;

use nexflow_analysis::{FlinkVersion, FormatOptions, HintOptions};
use nexflow_catalog::{Dialect, Severity};
use serde_json::{Map, Value, json};

pub use self::{
    limit::{DIAGNOSTICS, DOCUMENT_SIZE, Limit, WORKSPACE_DOCUMENTS},
    options::{EditorOptions, Options, Override},
    project_file::{BY_PLACE, Problem, ProjectFile, line_of},
    schema::{manifest, project_schema},
};
use self::{
    options::unknown_rules,
    schema::{assert_schema, overrides_schema, rules_schema},
};

/// One setting, for documentation, for the manifest of an editor extension, and for checking what was written.
pub struct Setting {
    /// The key below `nexflow.infra` in an editor.
    pub key: &'static str,
    /// What it does, in a sentence or two.
    pub description: &'static str,
    /// Whether `nexflow.toml` may say it (below `[infra]`, in snake_case).
    pub in_project_file: bool,
    /// JSON Schema of the value, default included.
    pub schema: fn() -> Value,
    apply: fn(&mut Options, &Value) -> Result<(), String>,
}

/// All settings.
pub const SETTINGS: &[Setting] = &[
    Setting {
        key: "flinkVersion",
        description: "The Flink version that the documents are deployed to; some rules depend on it.",
        in_project_file: true,
        schema: || {
            let names: Vec<_> = FlinkVersion::ALL
                .iter()
                .map(|version| version.name())
                .collect();
            json!({"type": "string", "enum": names, "default": FlinkVersion::default().name()})
        },
        apply: |options, value| {
            options.flink_version = Some(flink_version(value)?);
            Ok(())
        },
    },
    Setting {
        key: "dialect",
        description: "The dialect of L5: `documented` (the specification's), or `toolchain` (what the parser of the Nexflow \
             toolchain reads). `auto` tells it by each document's sections.",
        in_project_file: true,
        schema: || json!({"type": "string", "enum": ["auto", "documented", "toolchain"], "default": "auto"}),
        apply: |options, value| {
            options.dialect = Some(match value.as_str() {
                Some("auto") => None,
                Some("documented") => Some(Dialect::Documented),
                Some("toolchain") => Some(Dialect::Toolchain),
                _ => return Err("must be auto, documented or toolchain".into()),
            });
            Ok(())
        },
    },
    Setting {
        key: "rules",
        description: "Severities by rule ID: `error`, `warning`, `hint` or `off`.",
        in_project_file: true,
        schema: rules_schema,
        apply: |options, value| {
            for (rule, value) in object(value)? {
                let severity = match value.as_str() {
                    Some("error") => Some(Severity::Error),
                    Some("warning") => Some(Severity::Warning),
                    Some("hint") => Some(Severity::Hint),
                    Some("off") => None,
                    _ => {
                        return Err(format!(
                            "the severity of `{rule}` must be error, warning, hint or off"
                        ));
                    }
                };
                // A rule that was renamed is still known by its former id.
                let id = nexflow_catalog::rule(rule).map_or(rule.as_str(), |rule| rule.id);
                options.rules.insert(id.to_owned(), severity);
            }
            Ok(())
        },
    },
    Setting {
        key: "envFiles",
        description: "Env files to read after `.env`, relative to the project root. Later files win.",
        in_project_file: true,
        schema: || json!({"type": "array", "items": {"type": "string"}, "default": []}),
        apply: |options, value| {
            let files = value.as_array().ok_or("must be a list of file names")?;
            let files = files.iter().map(|file| {
                file.as_str()
                    .map(String::from)
                    .ok_or("must be a list of file names")
            });
            options.env_files = Some(files.collect::<Result<_, _>>()?);
            Ok(())
        },
    },
    Setting {
        key: "variables",
        description: "Fixed values of variables. They win over the shell and all env files.",
        in_project_file: true,
        schema: || json!({"type": "object", "default": {}, "additionalProperties": {"type": "string"}}),
        apply: |options, value| {
            for (name, value) in object(value)? {
                let value = match value {
                    Value::String(text) => text.clone(),
                    Value::Number(_) | Value::Bool(_) => value.to_string(),
                    _ => {
                        return Err(format!(
                            "the value of `{name}` must be a string, a number or a boolean"
                        ));
                    }
                };
                options.variables.insert(name.clone(), value);
            }
            Ok(())
        },
    },
    Setting {
        key: "assumeVariables",
        description: "Treat all variables as defined, for example in CI.",
        in_project_file: true,
        schema: || json!({"type": "boolean", "default": false}),
        apply: |options, value| {
            options.assume_variables = Some(boolean(value)?);
            Ok(())
        },
    },
    Setting {
        key: "hideVariableValues",
        description: "Hide the values of all variables in hovers and hints. \
             If any settings source enables this, the others cannot disable it.",
        in_project_file: true,
        schema: || json!({"type": "boolean", "default": false}),
        apply: |options, value| {
            options.hide_values = Some(boolean(value)?);
            Ok(())
        },
    },
    Setting {
        key: "inlayHints",
        description: "Inlay hints to show: exact `amounts` of sizes and durations, values of `variables`, values \
             `inherited` from base documents, `defaults` of important fields that are absent.",
        in_project_file: false,
        schema: || json!({"type": "array", "uniqueItems": true, "items": {"type": "string", "enum": HINTS}, "default": shown_hints(HintOptions::default())}),
        apply: |options, value| {
            let kinds = value.as_array().ok_or("must be a list")?;
            if let Some(unknown) = kinds
                .iter()
                .find(|kind| !HINTS.iter().any(|known| *kind == known))
            {
                return Err(format!("{unknown} is not known; {} are", HINTS.join(", ")));
            }
            let has = |kind: &str| kinds.iter().any(|given| given == kind);
            options.hints = Some(HintOptions {
                amounts: has(HINTS[0]),
                variables: has(HINTS[1]),
                inherited: has(HINTS[2]),
                defaults: has(HINTS[3]),
            });
            Ok(())
        },
    },
    Setting {
        key: "codeLens",
        description: "Show reference and override counts above each name.",
        in_project_file: false,
        schema: || json!({"type": "boolean", "default": false}),
        apply: |options, value| {
            options.code_lens = Some(boolean(value)?);
            Ok(())
        },
    },
    Setting {
        key: "processFiles",
        description: "Offer definition, references, hover, highlights and rename in `.proc` files as well, beside the server of the \
             Nexflow toolchain.",
        in_project_file: false,
        schema: || json!({"type": "boolean", "default": false}),
        apply: |options, value| {
            options.process_files = Some(boolean(value)?);
            Ok(())
        },
    },
    Setting {
        key: "compareWith",
        description: "Git revision that open documents are compared with, such as `HEAD` or `origin/main`: what has changed since is marked with what it does to running jobs. Empty turns it off; so does a workspace that is not trusted.",
        in_project_file: false,
        schema: || json!({"type": "string", "default": ""}),
        apply: |options, value| {
            let revision = value.as_str().ok_or("must be a string")?.trim();
            options.compare_with = Some(revision.to_owned());
            Ok(())
        },
    },
    Setting {
        key: "indentSize",
        description: "Columns per level of indentation, for formatting in the editor and for `nexflow-lsp fmt`.",
        in_project_file: true,
        schema: || json!({"type": "integer", "minimum": LEAST_INDENT, "maximum": MOST_INDENT, "default": FormatOptions::default().indent}),
        apply: |options, value| {
            let size = value.as_u64().and_then(|size| usize::try_from(size).ok());
            let size = size.filter(|size| (LEAST_INDENT..=MOST_INDENT).contains(size));
            options.indent_size = Some(size.ok_or_else(|| {
                format!("must be an integer from {LEAST_INDENT} to {MOST_INDENT}")
            })?);
            Ok(())
        },
    },
    Setting {
        key: "maxDiagnostics",
        description: "Maximum number of diagnostics per document. The most severe come first.",
        in_project_file: true,
        schema: || DIAGNOSTICS.schema(),
        apply: |options, value| DIAGNOSTICS.set(&mut options.max_diagnostics, value),
    },
    Setting {
        key: "maxDocumentSize",
        description: "Maximum size of a document in bytes.",
        in_project_file: true,
        schema: || DOCUMENT_SIZE.schema(),
        apply: |options, value| DOCUMENT_SIZE.set(&mut options.max_document_size, value),
    },
    Setting {
        key: "maxWorkspaceDocuments",
        description: "Maximum number of closed documents to index for references, symbols and workspace diagnostics. \
             Open documents and their bases are always read.",
        in_project_file: false,
        schema: || WORKSPACE_DOCUMENTS.schema(),
        apply: |options, value| {
            WORKSPACE_DOCUMENTS.set(&mut options.max_workspace_documents, value)
        },
    },
];

/// Settings that only `nexflow.toml` has: what they say is part of the project.
pub const PROJECT_SETTINGS: &[Setting] = &[
    Setting {
        key: "baseline",
        description: "File with recorded diagnostics, relative to the project root. They are shown as hints and do not fail \
             `check`. `check --update-baseline` writes it.",
        in_project_file: true,
        schema: || json!({"type": "string", "default": ""}),
        apply: |options, value| {
            let name = value.as_str().ok_or("must be a file name")?;
            options.baseline = Some(name.to_owned()).filter(|name| !name.is_empty());
            Ok(())
        },
    },
    Setting {
        key: "extends",
        description: "A file of the same form whose settings hold where this one says nothing, relative to this one. It must be \
             inside the workspace. `env_files` and `baseline` are not taken over.",
        in_project_file: true,
        schema: || json!({"type": "string", "default": ""}),
        apply: |options, value| {
            let name = value.as_str().ok_or("must be a file name")?;
            options.extends = Some(name.to_owned()).filter(|name| !name.is_empty());
            Ok(())
        },
    },
    Setting {
        key: "overrides",
        description: "Other settings for some documents, each as `[[infra.overrides]]` with `paths` (patterns as in \
             `.gitignore`, relative to the project), `environment`, or both. Later ones win.",
        in_project_file: true,
        schema: overrides_schema,
        // They are read with their places.
        apply: |_, _| Ok(()),
    },
    Setting {
        key: "assert",
        description: "House rules, each as `[[infra.assert]]`; see [house-rules.md](house-rules.md).",
        in_project_file: true,
        schema: assert_schema,
        // They are read with their places.
        apply: |_, _| Ok(()),
    },
];

/// The kinds of hints that are shown, by their names.
fn shown_hints(options: HintOptions) -> Vec<&'static str> {
    let shown = [
        options.amounts,
        options.variables,
        options.inherited,
        options.defaults,
    ];
    let kinds = HINTS.into_iter().zip(shown);
    kinds
        .filter_map(|(kind, shown)| shown.then_some(kind))
        .collect()
}

/// The kinds of hints inside the text.
const HINTS: [&str; 4] = ["amounts", "variables", "inherited", "defaults"];

/// Fewer columns than a dash and its blank take cannot hold a list.
const LEAST_INDENT: usize = 2;
const MOST_INDENT: usize = 8;

/// Mistakes in a project file that are said one by one.
const MAX_PROBLEMS: usize = 100;

fn flink_version(value: &Value) -> Result<FlinkVersion, String> {
    let text = value
        .as_str()
        .map(String::from)
        .unwrap_or_else(|| value.to_string());
    text.parse().map_err(|_| {
        format!(
            "Unknown Flink version `{text}`. Use one of {}.",
            FlinkVersion::names()
        )
    })
}

fn object(value: &Value) -> Result<&Map<String, Value>, String> {
    value
        .as_object()
        .ok_or_else(|| "must be a table of names and values".into())
}

fn boolean(value: &Value) -> Result<bool, String> {
    value
        .as_bool()
        .ok_or_else(|| "must be true or false".into())
}

/// `flinkVersion` as `flink_version`.
pub fn snake_case(key: &str) -> String {
    let mut out = String::new();
    for c in key.chars() {
        if c.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}
