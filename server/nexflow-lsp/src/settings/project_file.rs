//! `nexflow.toml`: what it says, with the place of everything that it says.

use std::{collections::HashMap, ops::Range};

use nexflow_analysis::{House, HouseRule};
use serde_json::Value;
use toml::de::{DeTable, DeValue};

use super::{
    MAX_PROBLEMS, Options, Override, PROJECT_SETTINGS, SETTINGS, snake_case, unknown_rules,
};

/// Most overrides, and most patterns of one.
const MAX_OVERRIDES: usize = 100;
/// Longest pattern of a path.
const MAX_GLOB: usize = 200;
/// Keys whose place is remembered.
const MAX_PLACES: usize = 20_000;
/// The settings that may be other ones for some of the documents.
pub const BY_PLACE: [&str; 4] = ["flinkVersion", "dialect", "rules", "assumeVariables"];

/// Something wrong, with the bytes that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where it is.
    pub range: Range<usize>,
    /// What is wrong.
    pub message: String,
}

/// What one file says.
#[derive(Debug, Default)]
pub struct ProjectFile {
    /// Its settings.
    pub options: Options,
    /// What is wrong in it.
    pub problems: Vec<Problem>,
    /// The table `[infra]` as it is written.
    pub infra: Value,
    places: Places,
}

/// Where keys stand.
#[derive(Debug, Default)]
struct Places(HashMap<Vec<String>, Range<usize>>);

impl Places {
    fn of(text: &str) -> Places {
        let mut places = Places::default();
        if let Ok(table) = DeTable::parse(text) {
            places.add(table.get_ref(), &mut Vec::new());
        }
        places
    }

    fn add(&mut self, table: &DeTable<'_>, path: &mut Vec<String>) {
        for (key, value) in table {
            if self.0.len() >= MAX_PLACES {
                return;
            }
            path.push(key.get_ref().to_string());
            self.0.insert(path.clone(), key.span());
            self.below(value.get_ref(), path);
            path.pop();
        }
    }

    fn below(&mut self, value: &DeValue<'_>, path: &mut Vec<String>) {
        match value {
            DeValue::Table(table) => self.add(table, path),
            DeValue::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    if self.0.len() >= MAX_PLACES {
                        return;
                    }
                    path.push(at.to_string());
                    self.0.insert(path.clone(), item.span());
                    self.below(item.get_ref(), path);
                    path.pop();
                }
            }
            _ => {}
        }
    }

    /// Where a path below `[infra]` stands, or the furthest part of it that there is.
    fn of_path(&self, path: &[&str]) -> Range<usize> {
        let mut whole = vec!["infra".to_owned()];
        whole.extend(path.iter().map(|step| (*step).to_owned()));
        while !whole.is_empty() {
            if let Some(range) = self.0.get(&whole) {
                return range.clone();
            }
            whole.pop();
        }
        0..0
    }
}

impl Options {
    /// Reads `nexflow.toml` by itself; problems come with their zero-based line.
    pub fn from_project_file(text: &str) -> (Options, Vec<(u32, String)>) {
        let file = ProjectFile::read(text, "");
        let unknown = file.unknown_rules(&file.options.house);
        let problems = file.problems.iter().chain(&unknown);
        let problems = problems.map(|one| (line_of(text, one.range.start), one.message.clone()));
        let problems = problems.collect();
        (file.options, problems)
    }
}

impl ProjectFile {
    /// Reads the text of a file. `uri` is its address, for what refers to it.
    pub fn read(text: &str, uri: &str) -> ProjectFile {
        let mut file = ProjectFile::default();
        let table: toml::Table = match text.parse() {
            Ok(table) => table,
            Err(error) => {
                let error: toml::de::Error = error;
                let range = error.span().unwrap_or(0..0);
                let message = error.message().to_owned();
                file.problems.push(Problem { range, message });
                return file;
            }
        };
        let Some(infra) = table.get("infra") else {
            return file;
        };
        file.places = Places::of(text);
        file.infra = serde_json::to_value(infra).unwrap_or(Value::Null);
        let infra = file.infra.clone();
        let Some(infra) = infra.as_object() else {
            file.say(&[], "`infra` must be a table");
            return file;
        };
        let mut keys: Vec<_> = infra.iter().collect();
        keys.sort_by_key(|(key, _)| file.places.of_path(&[key]).start);
        for (key, value) in keys {
            if file.problems.len() >= MAX_PROBLEMS {
                file.problems.truncate(MAX_PROBLEMS);
                let last = &mut file.problems[MAX_PROBLEMS - 1];
                last.message += "; there may be more";
                break;
            }
            match key.as_str() {
                "overrides" => file.read_overrides(value, text, uri),
                "assert" => file.read_rules(value, text, uri),
                _ => file.read_setting(key, value),
            }
        }
        file
    }

    fn say(&mut self, path: &[&str], message: impl Into<String>) {
        let range = self.places.of_path(path);
        let message = message.into();
        self.problems.push(Problem { range, message });
    }

    fn read_setting(&mut self, key: &str, value: &Value) {
        let mut settings = SETTINGS.iter().chain(PROJECT_SETTINGS);
        let Some(setting) = settings.find(|s| s.in_project_file && snake_case(s.key) == *key)
        else {
            return self.say(&[key], format!("unknown setting `{key}` in `[infra]`"));
        };
        if let Err(problem) = (setting.apply)(&mut self.options, value) {
            self.say(&[key], format!("`{key}`: {problem}"));
        }
    }

    fn read_overrides(&mut self, value: &Value, text: &str, uri: &str) {
        let Some(all) = value.as_array().filter(|all| all.len() <= MAX_OVERRIDES) else {
            return self.say(
                &["overrides"],
                format!(
                    "`overrides` must be at most {MAX_OVERRIDES} tables, each `[[infra.overrides]]`"
                ),
            );
        };
        let index = LineIndex::new(text);
        for (at, written) in all.iter().enumerate() {
            let at = at.to_string();
            let Some(table) = written.as_object() else {
                self.say(&["overrides", &at], "an override must be a table");
                continue;
            };
            let mut one = Override {
                written: written.clone(),
                file: uri.to_owned(),
                ..Override::default()
            };
            for (key, value) in table {
                let path = ["overrides", &at, key.as_str()];
                one.lines
                    .insert(key.clone(), index.line_of(self.places.of_path(&path).start));
                for rule in value.as_object().into_iter().flat_map(|rules| rules.keys()) {
                    let place = self.places.of_path(&["overrides", &at, key, rule]);
                    one.lines
                        .insert(format!("{key}.{rule}"), index.line_of(place.start));
                }
                let setting = SETTINGS.iter().find(|setting| {
                    BY_PLACE.contains(&setting.key) && snake_case(setting.key) == *key
                });
                let applied = match (key.as_str(), setting) {
                    ("paths", _) => names(value, MAX_GLOB).map(|paths| one.paths = paths),
                    ("environment", _) => {
                        names(value, MAX_GLOB).map(|names| one.environments = names)
                    }
                    (_, Some(setting)) => (setting.apply)(&mut one.options, value),
                    _ => Err(format!(
                        "is no setting of an override; `paths`, `environment`, {} are",
                        BY_PLACE
                            .map(|key| format!("`{}`", snake_case(key)))
                            .join(", ")
                    )),
                };
                if let Err(problem) = applied {
                    self.say(&path, format!("`{key}`: {problem}"));
                }
            }
            if one.paths.is_empty() && one.environments.is_empty() {
                self.say(
                    &["overrides", &at],
                    "an override needs `paths` or `environment`",
                );
                continue;
            }
            self.options.overrides.push(one);
        }
    }

    fn read_rules(&mut self, value: &Value, text: &str, uri: &str) {
        let most = nexflow_analysis::MAX_HOUSE_RULES;
        let Some(all) = value.as_array().filter(|all| all.len() <= most) else {
            return self.say(
                &["assert"],
                format!("`assert` must be at most {most} tables, each `[[infra.assert]]`"),
            );
        };
        for (at, written) in all.iter().enumerate() {
            let at = at.to_string();
            let mut wrong = Vec::new();
            let rule = HouseRule::read(written, &mut |one| wrong.push(one));
            for (path, message) in wrong {
                let path: Vec<&str> = ["assert", &at]
                    .into_iter()
                    .chain(path.iter().map(String::as_str))
                    .collect();
                self.say(&path, message);
            }
            let Some(mut rule) = rule else { continue };
            if self.options.house.rule(rule.id).is_some() {
                self.say(
                    &["assert", &at, "id"],
                    format!("Duplicate house rule `{}`.", rule.id),
                );
                continue;
            }
            let place = self.places.of_path(&["assert", &at, "id"]);
            rule.origin = Some((uri.to_owned(), line_of(text, place.start)));
            self.options.house.add(rule);
        }
    }

    /// What is wrong with the rules whose severities are set, given all house rules that there are.
    pub fn unknown_rules(&self, house: &House) -> Vec<Problem> {
        let mut problems: Vec<Problem> = unknown_rules(&self.options, house)
            .into_iter()
            .map(|(rule, message)| Problem {
                range: self.places.of_path(&["rules", &rule]),
                message,
            })
            .collect();
        for (at, one) in self.options.overrides.iter().enumerate() {
            for (rule, message) in unknown_rules(&one.options, house) {
                let range = self
                    .places
                    .of_path(&["overrides", &at.to_string(), "rules", &rule]);
                problems.push(Problem { range, message });
            }
        }
        problems.truncate(MAX_PROBLEMS);
        problems
    }

    /// The zero-based line of a key below `[infra]`.
    pub fn line(&self, text: &str, path: &[&str]) -> u32 {
        line_of(text, self.places.of_path(path).start)
    }

    /// The zero-based lines of all keys of `[infra]`, and of what stands below `rules` and `variables`.
    pub fn lines(&self, text: &str) -> HashMap<String, u32> {
        let index = LineIndex::new(text);
        let mut lines = HashMap::new();
        for (path, range) in &self.places.0 {
            if let [infra, rest @ ..] = path.as_slice()
                && infra == "infra"
                && matches!(rest.len(), 1 | 2)
            {
                lines.insert(rest.join("."), index.line_of(range.start));
            }
        }
        lines
    }
}

/// Where the lines of a text end, for who asks for the lines of many places.
struct LineIndex(Vec<usize>);

impl LineIndex {
    fn new(text: &str) -> LineIndex {
        LineIndex(memchr::memchr_iter(b'\n', text.as_bytes()).collect())
    }

    /// The zero-based line of a byte.
    fn line_of(&self, offset: usize) -> u32 {
        u32::try_from(self.0.partition_point(|end| *end < offset)).unwrap_or(u32::MAX)
    }
}

/// One name or several.
fn names(value: &Value, longest: usize) -> Result<Vec<String>, String> {
    let wrong = || "must be a string, or a list of strings".to_owned();
    let all = match value {
        Value::String(_) => std::slice::from_ref(value),
        Value::Array(all) if all.len() <= MAX_OVERRIDES => all.as_slice(),
        _ => return Err(wrong()),
    };
    let texts = all.iter().map(|one| {
        let text = one
            .as_str()
            .filter(|text| !text.is_empty() && text.len() <= longest);
        text.map(str::to_owned).ok_or_else(wrong)
    });
    texts.collect()
}

/// The zero-based line of a byte.
pub fn line_of(text: &str, offset: usize) -> u32 {
    let before = &text.as_bytes()[..offset.min(text.len())];
    u32::try_from(before.iter().filter(|byte| **byte == b'\n').count()).unwrap_or(u32::MAX)
}
