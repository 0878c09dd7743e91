//! Which settings hold for one document, and where each of them comes from.

use std::{collections::HashMap, path::Path, sync::Arc};

use serde_json::{Map, Value, json};

use crate::{
    settings::{SETTINGS, snake_case},
    text::Encoding,
    workspace::{Workspace, document::DocumentSnapshot, project::Project},
};

/// The settings of a document with their origins.
pub(super) fn of_document(workspace: &Arc<Workspace>, path: &Path) -> Value {
    let project = workspace.project(Some(path));
    let document = match DocumentSnapshot::from_disk(workspace, path, Encoding::Utf16) {
        Ok(document) => document,
        Err(why) => return json!({"path": path.to_string_lossy(), "problem": why}),
    };
    let environment = nexflow_analysis::environment(document.snapshot());
    let mut settings = Origins::default();
    for setting in SETTINGS.iter().filter(|setting| setting.in_project_file) {
        let key = snake_case(setting.key);
        if !matches!(key.as_str(), "rules" | "variables") {
            let default = (setting.schema)()["default"].clone();
            settings.set(&key, &default, "default".to_owned());
        }
    }
    for source in &project.sources {
        let file = source.path.to_string_lossy();
        for (key, value) in source.infra.as_object().into_iter().flatten() {
            if !matches!(key.as_str(), "overrides" | "assert" | "extends") {
                settings.add(key, value, &file, &source.lines);
            }
        }
    }
    for at in project
        .by_place
        .matching(Some(path), &|| environment.clone())
    {
        let Some(one) = project.options.overrides.get(at) else {
            continue;
        };
        for (key, value) in one.written.as_object().into_iter().flatten() {
            if !matches!(key.as_str(), "paths" | "environment") {
                settings.add(key, value, &one.file, &one.lines);
            }
        }
    }
    json!({
        "path": path.to_string_lossy(),
        "environment": environment,
        "settings": settings.0,
        "houseRules": house_rules(&project),
    })
}

fn house_rules(project: &Project) -> Value {
    let each = project.options.house.rules().iter().map(|rule| {
        let origin = rule.origin.as_ref();
        let origin = origin.map(|(uri, line)| format!("{uri}:{}", line + 1));
        (rule.id.to_owned(), origin.into())
    });
    Value::Object(each.collect())
}

/// The last value of each setting.
#[derive(Default)]
struct Origins(Map<String, Value>);

impl Origins {
    fn set(&mut self, key: &str, value: &Value, from: String) {
        let value = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        self.0
            .insert(key.to_owned(), format!("{value} ({from})").into());
    }

    /// What one file says about a setting. Of variables it is only said that they are set.
    fn add(&mut self, key: &str, value: &Value, file: &str, lines: &HashMap<String, u32>) {
        let from = |key: &str| {
            let line = lines.get(key).map_or(1, |line| line + 1);
            format!("{file}:{line}")
        };
        match (key, value) {
            ("rules" | "variables", Value::Object(all)) => {
                for (name, value) in all {
                    let whole = format!("{key}.{name}");
                    let shown = if key == "variables" {
                        &Value::Null
                    } else {
                        value
                    };
                    let shown = if shown.is_null() {
                        &Value::String("set".into())
                    } else {
                        shown
                    };
                    self.set(&whole, shown, from(&whole));
                }
            }
            _ => self.set(key, value, from(key)),
        }
    }
}
