//! What the sources of settings say, and what holds of it.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use nexflow_analysis::{FlinkVersion, FormatOptions, HintOptions, House};
use nexflow_catalog::{Dialect, Severity, value::suggest};
use serde_json::Value;

use super::{DIAGNOSTICS, DOCUMENT_SIZE, SETTINGS, WORKSPACE_DOCUMENTS};

/// Settings as one source says them; what it does not say is `None` or empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options {
    /// See the table.
    pub flink_version: Option<FlinkVersion>,
    /// See the table; `Some(None)` is `auto`.
    pub dialect: Option<Option<Dialect>>,
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
    pub baseline: Option<String>,
    /// See the table.
    pub extends: Option<String>,
    /// See the table; later ones win.
    pub overrides: Vec<Override>,
    /// See the table.
    pub house: House,
    /// See the table.
    pub hints: Option<HintOptions>,
    /// See the table.
    pub code_lens: Option<bool>,
    /// See [`SETTINGS`].
    pub process_files: Option<bool>,
    /// See the table; empty is off.
    pub compare_with: Option<String>,
    /// See the table.
    pub indent_size: Option<usize>,
    /// See the table.
    pub max_diagnostics: Option<usize>,
    /// See the table.
    pub max_document_size: Option<usize>,
    /// See the table.
    pub max_workspace_documents: Option<usize>,
}

/// Settings for some of the documents of a project.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Override {
    /// Documents by patterns as in `.gitignore`, relative to the project; empty: all.
    pub paths: Vec<String>,
    /// Documents by their environment; empty: all.
    pub environments: Vec<String>,
    /// The settings.
    pub options: Options,
    /// As it is written.
    pub written: Value,
    /// The file that it stands in.
    pub file: String,
    /// The zero-based line of each key, `rules.<id>` among them.
    pub lines: HashMap<String, u32>,
}

/// What an editor says.
#[derive(Debug, Default)]
pub struct EditorOptions {
    /// What was understood.
    pub options: Options,
    /// What was not, in words.
    pub problems: Vec<String>,
    /// Keys that were read under their former name, directly below `nexflow`.
    pub former: Vec<&'static str>,
}

/// Reads the keys of the table, those under their former names where the present ones say nothing.
fn read_keys(settings: &Value, former: &Value) -> EditorOptions {
    let mut read = EditorOptions::default();
    let given = |settings: &Value, key: &str| {
        let value = settings.get(key).filter(|value| !value.is_null());
        value.cloned()
    };
    for setting in SETTINGS {
        let present = given(settings, setting.key);
        let earlier = given(former, setting.key);
        // VS Code sends the defaults of all keys that it knows beside those that somebody wrote under their former names.
        let silent = |value: &Value| *value == (setting.schema)()["default"];
        let use_earlier = earlier.is_some() && present.as_ref().is_none_or(silent);
        if use_earlier {
            read.former.push(setting.key);
        }
        let Some(value) = (if use_earlier { earlier } else { present }) else {
            continue;
        };
        if let Err(problem) = (setting.apply)(&mut read.options, &value) {
            let problem = format!("setting `nexflow.infra.{}`: {problem}", setting.key);
            read.problems.push(problem);
        }
    }
    for (_, problem) in unknown_rules(&read.options, &House::default()) {
        let problem = format!("setting `nexflow.infra.rules`: {problem}");
        read.problems.push(problem);
    }
    read
}

impl Options {
    /// Reads the settings that a client gives with `initialize`: the keys themselves, or the objects around them.
    pub fn from_initialize(value: &Value) -> EditorOptions {
        match value
            .get("nexflow")
            .or_else(|| value.get("infra").map(|_| value))
        {
            Some(section) => Options::from_section(section),
            None => read_keys(value, &Value::Null),
        }
    }

    /// Reads an editor's settings: the object below `nexflow`, or one that has `nexflow` in it. What cannot be understood is
    /// left out and said in words. Keys that are not in the table belong to the editor's side or to the toolchain's extension
    /// and are passed over.
    pub fn from_section(value: &Value) -> EditorOptions {
        let section = value.get("nexflow").unwrap_or(value);
        read_keys(section.get("infra").unwrap_or(&Value::Null), section)
    }

    /// What this source and a weaker one say together.
    pub fn over(self, weaker: &Options) -> Options {
        let mut rules = weaker.rules.clone();
        rules.extend(self.rules);
        let mut variables = weaker.variables.clone();
        variables.extend(self.variables);
        let mut house = weaker.house.clone();
        for rule in self.house.rules() {
            house.add(rule.clone());
        }
        Options {
            flink_version: self.flink_version.or(weaker.flink_version),
            dialect: self.dialect.or(weaker.dialect),
            rules,
            env_files: self.env_files.or_else(|| weaker.env_files.clone()),
            variables,
            assume_variables: self.assume_variables.or(weaker.assume_variables),
            // An editor hides values in folders that nobody has vouched for; a file of such a folder has no say in it.
            hide_values: match (self.hide_values, weaker.hide_values) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (own, other) => own.or(other),
            },
            baseline: self.baseline.or_else(|| weaker.baseline.clone()),
            extends: self.extends,
            overrides: weaker
                .overrides
                .iter()
                .cloned()
                .chain(self.overrides)
                .collect(),
            house,
            hints: self.hints.or(weaker.hints),
            code_lens: self.code_lens.or(weaker.code_lens),
            process_files: self.process_files.or(weaker.process_files),
            compare_with: self.compare_with.or_else(|| weaker.compare_with.clone()),
            indent_size: self.indent_size.or(weaker.indent_size),
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
            dialect: self.dialect.flatten(),
            rules: self
                .rules
                .iter()
                .map(|(rule, severity)| (rule.clone(), *severity))
                .collect(),
            assume_variables: self.assume_variables.unwrap_or(false),
            hide_values: self.hide_values.unwrap_or(false),
            house: Arc::new(self.house.clone()),
            ..nexflow_analysis::Settings::default()
        })
    }

    /// Which inlay hints are shown.
    pub fn hints(&self) -> HintOptions {
        self.hints.unwrap_or_default()
    }

    /// Whether process files are served.
    pub fn process_files(&self) -> bool {
        self.process_files.unwrap_or(false)
    }

    /// Whether names have a line above them that says who uses them.
    pub fn code_lens(&self) -> bool {
        self.code_lens.unwrap_or(false)
    }

    /// The git revision that open documents are compared with.
    pub fn compare_with(&self) -> Option<&str> {
        self.compare_with
            .as_deref()
            .filter(|revision| !revision.is_empty())
    }

    /// How documents are formatted, in editors and by `fmt`.
    pub fn format(&self) -> FormatOptions {
        let style = FormatOptions::default();
        FormatOptions {
            indent: self.indent_size.unwrap_or(style.indent),
            ..style
        }
    }

    /// Most findings reported per document.
    pub fn max_diagnostics(&self) -> usize {
        self.max_diagnostics.unwrap_or(DIAGNOSTICS.default)
    }

    /// Most documents of the workspace folders that are looked at while they are closed.
    pub fn max_workspace_documents(&self) -> usize {
        self.max_workspace_documents
            .unwrap_or(WORKSPACE_DOCUMENTS.default)
    }

    /// Largest document that is analysed.
    pub fn max_document_size(&self) -> usize {
        self.max_document_size.unwrap_or(DOCUMENT_SIZE.default)
    }
}

/// The rules with a severity that do not exist, each with what to say of it.
pub(super) fn unknown_rules(options: &Options, house: &House) -> Vec<(String, String)> {
    // More than these are no slips, and looking for what was meant takes time.
    const MOST_SUGGESTIONS: usize = 100;
    let ids = || nexflow_catalog::rules().iter().map(|rule| rule.id);
    let ids = || ids().chain(house.rules().iter().map(|rule| rule.id));
    let changes = nexflow_catalog::changes::changes()
        .iter()
        .map(|change| change.id);
    let former = nexflow_catalog::rules().iter().flat_map(|rule| rule.former);
    let known: HashSet<&str> = ids().chain(changes).chain(former.copied()).collect();
    let unknown = options
        .rules
        .keys()
        .filter(|rule| !known.contains(rule.as_str()));
    unknown
        .enumerate()
        .map(|(at, rule)| {
            let candidates = ids().filter(|_| at < MOST_SUGGESTIONS);
            let near = suggest::nearest(rule, candidates).first().copied();
            let near = near.map_or(String::new(), |near| format!(" Did you mean `{near}`?"));
            (rule.clone(), format!("Unknown rule `{rule}`.{near}"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::settings::{MAX_PROBLEMS, PROJECT_SETTINGS};

    #[test]
    fn every_default_is_accepted_by_its_own_setting() {
        for setting in SETTINGS.iter().chain(PROJECT_SETTINGS) {
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
        let inner = json!({"flinkVersion": "1.20", "rules": {"env-unresolved": "off"}});
        let section =
            json!({"infra": inner, "server": {"path": "python3"}, "trace": {"server": "off"}});
        let read = Options::from_section(&section);
        assert_eq!(read.problems, Vec::<String>::new());
        assert_eq!(read.former, Vec::<&str>::new());
        assert_eq!(read.options.flink_version, Some(FlinkVersion::V1_20));
        assert_eq!(read.options.rules["env-unresolved"], None);
        let around = json!({"nexflow": section});
        for again in [
            Options::from_section(&around),
            Options::from_initialize(&around),
            Options::from_initialize(&section),
            Options::from_initialize(&inner),
        ] {
            assert_eq!(
                (again.options, again.former),
                (read.options.clone(), vec![])
            );
        }
    }

    #[test]
    fn keys_under_their_former_names_are_read_where_the_present_ones_say_nothing() {
        let read = Options::from_section(&json!({
            "flinkVersion": "1.17",
            "codeLens": true,
            "maxDiagnostics": 5,
            "infra": {"flinkVersion": FlinkVersion::default().name(), "maxDiagnostics": 7},
        }));
        assert_eq!(read.former, ["flinkVersion", "codeLens"]);
        // The default of a key that nobody has written is no answer.
        assert_eq!(read.options.flink_version, Some(FlinkVersion::V1_17));
        assert_eq!(read.options.code_lens, Some(true));
        assert_eq!(read.options.max_diagnostics, Some(7));
    }

    #[test]
    fn wrong_settings_are_named_and_the_others_hold() {
        let read = Options::from_initialize(
            &json!({"flinkVersion": "9", "hideVariableValues": true, "maxDiagnostics": 0}),
        );
        assert_eq!(read.options.hide_values, Some(true));
        assert_eq!(
            read.problems,
            [
                "setting `nexflow.infra.flinkVersion`: Unknown Flink version `9`. Use one of 1.17, 1.18, 1.19, \
                 1.20, 2.0, 2.1, 2.2 and 2.3.",
                "setting `nexflow.infra.maxDiagnostics`: must be an integer above 0"
            ]
        );
    }

    #[test]
    fn the_project_file_says_the_same_in_its_own_words() {
        let text = "[infra]\nflink_version = \"1.17\"\nenv_files = [\"a.env\"]\n[infra.rules]\nenv-unresolved = \"hint\"\n";
        let (options, problems) = Options::from_project_file(text);
        assert_eq!(problems, []);
        assert_eq!(options.flink_version, Some(FlinkVersion::V1_17));
        assert_eq!(options.env_files, Some(vec!["a.env".to_string()]));
        assert_eq!(options.rules["env-unresolved"], Some(Severity::Hint));
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
    fn no_limit_can_be_taken_away() {
        let limits = |options: &Options| (options.max_document_size(), options.max_diagnostics());
        let most = (DOCUMENT_SIZE.most, DIAGNOSTICS.most);
        let text = "[infra]\nmax_document_size = 9000000000000\nmax_diagnostics = 9000000000\n";
        let (project, problems) = Options::from_project_file(text);
        assert_eq!(limits(&project), most);
        let lines: std::collections::BTreeSet<u32> = problems.iter().map(|one| one.0).collect();
        assert_eq!(lines, [1, 2].into());
        let limited = json!({"maxDocumentSize": u64::MAX, "maxDiagnostics": u64::MAX});
        let editor = Options::from_initialize(&limited);
        assert_eq!((limits(&editor.options), editor.problems.len()), (most, 2));
        let keys: String = (0..5_000).map(|n| format!("k{n} = 1\n")).collect();
        let (_, problems) = Options::from_project_file(&format!("[infra]\n{keys}"));
        assert_eq!(problems.len(), MAX_PROBLEMS);
    }

    #[test]
    fn nobody_shows_values_that_the_editor_hides_for_good() {
        let editor = Options::from_initialize(&json!({"hideVariableValues": true})).options;
        let settings = Options::from_initialize(&json!({"hideVariableValues": false})).options;
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
