//! What a user can set: one table for the editor's settings, `nexflow.toml` and the documentation.
//!
//! The editor's keys are camelCase below `nexflow`, those of `nexflow.toml` snake_case in the table `[infra]`. What the
//! project file says holds over what an editor says, so that everyone who works on a project sees the same findings.

use std::{collections::BTreeMap, sync::Arc};

use nexflow_analysis::{FlinkVersion, HintOptions};
use nexflow_catalog::{Severity, docs};
use serde_json::{Map, Value, json};

/// One setting, for documentation, for the manifest of an editor extension, and for checking what was written.
pub struct Setting {
    /// The key below `nexflow` in an editor.
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
        schema: || json!({"type": "string", "enum": ["1.17", "1.20", "2.2"], "default": "2.2"}),
        apply: |options, value| {
            options.flink_version = Some(flink_version(value)?);
            Ok(())
        },
    },
    Setting {
        key: "rules",
        description: "Severity of single rules by their id: error, warning, hint, or off.",
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
                options.rules.insert(rule.clone(), severity);
            }
            Ok(())
        },
    },
    Setting {
        key: "envFiles",
        description: "More files with variables, beside `.env`, relative to the project root. Later ones win.",
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
        description: "Fixed values of variables; they win over the shell and all env files.",
        in_project_file: true,
        schema: || json!({"type": "object", "default": {}, "additionalProperties": {"type": "string"}}),
        apply: |options, value| {
            for (name, value) in object(value)? {
                let value = match value {
                    Value::String(text) => text.clone(),
                    Value::Number(_) | Value::Bool(_) => value.to_string(),
                    _ => {
                        return Err(format!(
                            "the value of `{name}` must be a text, a number, true or false"
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
        description: "Count every variable as resolved, as in a pipeline that does not have the real environment.",
        in_project_file: true,
        schema: || json!({"type": "boolean", "default": false}),
        apply: |options, value| {
            options.assume_variables = Some(boolean(value)?);
            Ok(())
        },
    },
    Setting {
        key: "hideVariableValues",
        description: "Never show values of variables in hovers and hints, not even those that are no secrets. \
             Once one source of settings asks for it, no other can take it back.",
        in_project_file: true,
        schema: || json!({"type": "boolean", "default": false}),
        apply: |options, value| {
            options.hide_values = Some(boolean(value)?);
            Ok(())
        },
    },
    Setting {
        key: "inlayHints",
        description: "Remarks inside the text: exact `amounts` of sizes and durations, values of `variables`, what is \
             `inherited` from base documents, `defaults` of important fields that are absent.",
        in_project_file: false,
        schema: || json!({"type": "array", "uniqueItems": true, "items": {"type": "string", "enum": HINTS}, "default": HINTS}),
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
        description: "A line above each name that says how often it is referred to, and which documents refine it.",
        in_project_file: false,
        schema: || json!({"type": "boolean", "default": false}),
        apply: |options, value| {
            options.code_lens = Some(boolean(value)?);
            Ok(())
        },
    },
    Setting {
        key: "maxDiagnostics",
        description: "Most findings reported per document; the most severe come first.",
        in_project_file: true,
        schema: || json!({"type": "integer", "minimum": 1, "default": DEFAULT_MAX_DIAGNOSTICS}),
        apply: |options, value| {
            options.max_diagnostics = Some(positive(value)?);
            Ok(())
        },
    },
    Setting {
        key: "maxDocumentSize",
        description: "Largest document in bytes that is analysed.",
        in_project_file: true,
        schema: || json!({"type": "integer", "minimum": 1, "default": DEFAULT_MAX_DOCUMENT_SIZE}),
        apply: |options, value| {
            options.max_document_size = Some(positive(value)?);
            Ok(())
        },
    },
    Setting {
        key: "maxWorkspaceDocuments",
        description: "Most documents of the workspace folders that are looked at while they are closed, for references, symbols \
             and findings of the workspace. Open documents and what they extend are always read.",
        in_project_file: false,
        schema: || json!({"type": "integer", "minimum": 1, "default": DEFAULT_MAX_WORKSPACE_DOCUMENTS}),
        apply: |options, value| {
            options.max_workspace_documents = Some(positive(value)?);
            Ok(())
        },
    },
];

/// The kinds of remarks inside the text.
const HINTS: [&str; 4] = ["amounts", "variables", "inherited", "defaults"];

/// As many as VS Code keeps of one file; more cost time at every keystroke, and nobody sees them.
const DEFAULT_MAX_DIAGNOSTICS: usize = 1_000;
const DEFAULT_MAX_DOCUMENT_SIZE: usize = 16 << 20;
/// They take a second to read and some 30 MB to remember.
const DEFAULT_MAX_WORKSPACE_DOCUMENTS: usize = 20_000;

/// Settings as one source says them; what it does not say is `None` or empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options {
    /// See the table.
    pub flink_version: Option<FlinkVersion>,
    /// See the table.
    pub rules: BTreeMap<String, Option<Severity>>,
    /// See the table.
    pub env_files: Option<Vec<String>>,
    /// See the table.
    pub variables: BTreeMap<String, String>,
    /// See the table.
    pub assume_variables: Option<bool>,
    /// See the table.
    pub hide_values: Option<bool>,
    /// See the table.
    pub hints: Option<HintOptions>,
    /// See the table.
    pub code_lens: Option<bool>,
    /// See the table.
    pub max_diagnostics: Option<usize>,
    /// See the table.
    pub max_document_size: Option<usize>,
    /// See the table.
    pub max_workspace_documents: Option<usize>,
}

impl Options {
    /// Reads an editor's settings: the object below `nexflow`, or one that has `nexflow` in it. What cannot be understood is
    /// left out and said in words. Keys that are not in the table belong to the editor's side and are passed over.
    pub fn from_editor(value: &Value) -> (Options, Vec<String>) {
        let mut options = Options::default();
        let mut problems = Vec::new();
        let Some(settings) = value.get("nexflow").unwrap_or(value).as_object() else {
            return (options, problems);
        };
        for setting in SETTINGS {
            match settings.get(setting.key) {
                None | Some(Value::Null) => {}
                Some(value) => {
                    if let Err(problem) = (setting.apply)(&mut options, value) {
                        problems.push(format!("setting `nexflow.{}`: {problem}", setting.key));
                    }
                }
            }
        }
        (options, problems)
    }

    /// Reads `nexflow.toml`; problems come with their zero-based line.
    pub fn from_project_file(text: &str) -> (Options, Vec<(u32, String)>) {
        let mut options = Options::default();
        let mut problems = Vec::new();
        let line_of = |offset: usize| text[..offset].matches('\n').count() as u32;
        let table: toml::Table = match text.parse() {
            Ok(table) => table,
            Err(error) => {
                let error: toml::de::Error = error;
                let line = error
                    .span()
                    .map_or(0, |span| line_of(span.start.min(text.len())));
                return (options, vec![(line, error.message().to_string())]);
            }
        };
        let Some(infra) = table.get("infra") else {
            return (options, problems);
        };
        let Some(infra) = infra.as_table() else {
            return (options, vec![(0, "`infra` must be a table".into())]);
        };
        for (key, value) in infra {
            let line = key_line(text, key);
            let Some(setting) = SETTINGS
                .iter()
                .find(|s| s.in_project_file && snake_case(s.key) == *key)
            else {
                problems.push((line, format!("`{key}` is no setting of `[infra]`")));
                continue;
            };
            let value = serde_json::to_value(value).unwrap_or(Value::Null);
            if let Err(problem) = (setting.apply)(&mut options, &value) {
                problems.push((line, format!("`{key}`: {problem}")));
            }
        }
        (options, problems)
    }

    /// What this source and a weaker one say together.
    pub fn over(self, weaker: &Options) -> Options {
        let mut rules = weaker.rules.clone();
        rules.extend(self.rules);
        let mut variables = weaker.variables.clone();
        variables.extend(self.variables);
        Options {
            flink_version: self.flink_version.or(weaker.flink_version),
            rules,
            env_files: self.env_files.or_else(|| weaker.env_files.clone()),
            variables,
            assume_variables: self.assume_variables.or(weaker.assume_variables),
            // An editor hides values in folders that nobody has vouched for; a file of such a folder has no say in it.
            hide_values: match (self.hide_values, weaker.hide_values) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (own, other) => own.or(other),
            },
            hints: self.hints.or(weaker.hints),
            code_lens: self.code_lens.or(weaker.code_lens),
            max_diagnostics: self.max_diagnostics.or(weaker.max_diagnostics),
            max_document_size: self.max_document_size.or(weaker.max_document_size),
            max_workspace_documents: self
                .max_workspace_documents
                .or(weaker.max_workspace_documents),
        }
    }

    /// The part that the analysis takes.
    pub fn analysis(&self) -> Arc<nexflow_analysis::Settings> {
        Arc::new(nexflow_analysis::Settings {
            flink_version: self.flink_version.unwrap_or_default(),
            rules: self
                .rules
                .iter()
                .map(|(rule, severity)| (rule.clone(), *severity))
                .collect(),
            assume_variables: self.assume_variables.unwrap_or(false),
            hide_values: self.hide_values.unwrap_or(false),
        })
    }

    /// Which remarks are shown inside the text.
    pub fn hints(&self) -> HintOptions {
        self.hints.unwrap_or_default()
    }

    /// Whether names have a line above them that says who uses them.
    pub fn code_lens(&self) -> bool {
        self.code_lens.unwrap_or(false)
    }

    /// Most findings reported per document.
    pub fn max_diagnostics(&self) -> usize {
        self.max_diagnostics.unwrap_or(DEFAULT_MAX_DIAGNOSTICS)
    }

    /// Most documents of the workspace folders that are looked at while they are closed.
    pub fn max_workspace_documents(&self) -> usize {
        self.max_workspace_documents
            .unwrap_or(DEFAULT_MAX_WORKSPACE_DOCUMENTS)
    }

    /// Largest document that is analysed.
    pub fn max_document_size(&self) -> usize {
        self.max_document_size.unwrap_or(DEFAULT_MAX_DOCUMENT_SIZE)
    }
}

/// The settings as the manifest of an editor extension wants them (`contributes.configuration.properties`).
pub fn manifest() -> Value {
    let mut properties = Map::new();
    for setting in SETTINGS {
        let mut schema = (setting.schema)();
        schema["markdownDescription"] = Value::String(setting.description.into());
        schema["scope"] = "resource".into();
        properties.insert(format!("nexflow.{}", setting.key), schema);
    }
    Value::Object(properties)
}

/// Rule ids with their titles, so that an editor completes and checks them.
fn rules_schema() -> Value {
    let rules = nexflow_catalog::rules();
    let ids: Vec<_> = rules.iter().map(|rule| rule.id).collect();
    let titles: Vec<_> = rules
        .iter()
        .map(|rule| format!("{} ({})", rule.title, docs::severity(rule.severity)))
        .collect();
    json!({
        "type": "object",
        "default": {},
        "propertyNames": {
            "enum": ids,
            "enumDescriptions": titles,
            // An editor would list all of them otherwise.
            "errorMessage": "There is no rule with this id.",
        },
        "additionalProperties": {"type": "string", "enum": ["error", "warning", "hint", "off"]},
    })
}

fn flink_version(value: &Value) -> Result<FlinkVersion, String> {
    let text = value
        .as_str()
        .map(String::from)
        .unwrap_or_else(|| value.to_string());
    match text.as_str() {
        "1.17" => Ok(FlinkVersion::V1_17),
        "1.20" => Ok(FlinkVersion::V1_20),
        "2.2" => Ok(FlinkVersion::V2_2),
        _ => Err(format!("`{text}` is not known; 1.17, 1.20 and 2.2 are")),
    }
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

fn positive(value: &Value) -> Result<usize, String> {
    value
        .as_u64()
        .and_then(|number| usize::try_from(number).ok())
        .filter(|number| *number > 0)
        .ok_or_else(|| "must be a whole number above 0".into())
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

/// The line on which a key of `[infra]` is written, for a message; the first line when it is written in an unusual way.
fn key_line(text: &str, key: &str) -> u32 {
    let written = |line: &str| {
        let line = line.trim_start();
        let line = line
            .strip_prefix("[infra.")
            .or_else(|| line.strip_prefix("infra."))
            .unwrap_or(line);
        line.strip_prefix(key)
            .is_some_and(|rest| rest.trim_start().starts_with(['=', ']', '.']))
    };
    text.lines().position(written).unwrap_or(0) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_is_accepted_by_its_own_setting() {
        for setting in SETTINGS {
            let default = (setting.schema)()["default"].clone();
            assert!(!default.is_null(), "{}", setting.key);
            assert_eq!(
                (setting.apply)(&mut Options::default(), &default),
                Ok(()),
                "{}",
                setting.key
            );
        }
    }

    #[test]
    fn editors_send_the_section_or_what_is_around_it() {
        let inner =
            json!({"flinkVersion": "1.20", "rules": {"x": "off"}, "trace": {"server": "off"}});
        let (options, problems) = Options::from_editor(&inner);
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!(options.flink_version, Some(FlinkVersion::V1_20));
        assert_eq!(options.rules["x"], None);
        assert_eq!(Options::from_editor(&json!({"nexflow": inner})).0, options);
    }

    #[test]
    fn wrong_settings_are_named_and_the_others_hold() {
        let (options, problems) = Options::from_editor(
            &json!({"flinkVersion": "9", "hideVariableValues": true, "maxDiagnostics": 0}),
        );
        assert_eq!(options.hide_values, Some(true));
        assert_eq!(
            problems,
            [
                "setting `nexflow.flinkVersion`: `9` is not known; 1.17, 1.20 and 2.2 are",
                "setting `nexflow.maxDiagnostics`: must be a whole number above 0"
            ]
        );
    }

    #[test]
    fn the_project_file_says_the_same_in_its_own_words() {
        let text = "[infra]\nflink_version = \"1.17\"\nenv_files = [\"a.env\"]\n[infra.rules]\nx = \"hint\"\n";
        let (options, problems) = Options::from_project_file(text);
        assert_eq!(problems, []);
        assert_eq!(options.flink_version, Some(FlinkVersion::V1_17));
        assert_eq!(options.env_files, Some(vec!["a.env".to_string()]));
        assert_eq!(options.rules["x"], Some(Severity::Hint));
    }

    #[test]
    fn mistakes_in_the_project_file_have_their_line() {
        let lines = |text: &str| {
            Options::from_project_file(text)
                .1
                .into_iter()
                .map(|(line, _)| line)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            lines("[infra]\nhide_variable_values = true\nflink = 1\n"),
            [2]
        );
        assert_eq!(lines("\n[infra.rules]\nx = \"loud\"\n"), [1]);
        assert_eq!(lines("[infra]\n\nx = = 1\n"), [2]);
        assert_eq!(lines("[other]\nx = 1\n"), Vec::<u32>::new());
    }

    #[test]
    fn nobody_shows_values_that_the_editor_hides_for_good() {
        let (editor, _) = Options::from_editor(&json!({"hideVariableValues": true}));
        let (settings, _) = Options::from_editor(&json!({"hideVariableValues": false}));
        let (project, _) = Options::from_project_file("[infra]\nhide_variable_values = false\n");
        assert!(project.over(&settings.over(&editor)).analysis().hide_values);
    }

    #[test]
    fn the_project_holds_over_the_editor() {
        let project = Options {
            max_diagnostics: Some(1),
            hide_values: Some(false),
            ..Default::default()
        };
        let editor = Options {
            max_diagnostics: Some(2),
            hide_values: Some(true),
            assume_variables: Some(true),
            ..Default::default()
        };
        let both = project.over(&editor);
        assert_eq!(
            (
                both.max_diagnostics,
                both.hide_values,
                both.assume_variables
            ),
            (Some(1), Some(true), Some(true))
        );
    }
}
