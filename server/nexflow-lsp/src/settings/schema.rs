//! JSON Schemas of the settings, for editors and for `nexflow.toml`.

use nexflow_analysis::{HOUSE_KEYS, HOUSE_WHEN_KEYS, HouseKey};
use nexflow_catalog::docs;
use serde_json::{Map, Value, json};

use super::{BY_PLACE, PROJECT_SETTINGS, SETTINGS, snake_case};

/// The settings as the manifest of an editor extension wants them (`contributes.configuration.properties`).
pub fn manifest() -> Value {
    let mut properties = Map::new();
    for setting in SETTINGS {
        let mut schema = (setting.schema)();
        schema["markdownDescription"] = Value::String(setting.description.into());
        schema["scope"] = "resource".into();
        properties.insert(format!("nexflow.infra.{}", setting.key), schema);
    }
    Value::Object(properties)
}

/// The JSON Schema of `nexflow.toml`. Other programs have tables of their own in it.
pub fn project_schema() -> Value {
    let mut properties = Map::new();
    let of_project = SETTINGS.iter().filter(|setting| setting.in_project_file);
    for setting in of_project.chain(PROJECT_SETTINGS) {
        let mut schema = (setting.schema)();
        schema["description"] = setting.description.into();
        // House rules have ids of their own.
        for pointer in ["", "/items/properties/rules"] {
            let rules = schema.pointer_mut(pointer).and_then(Value::as_object_mut);
            if let Some(names) = rules.and_then(|rules| rules.get_mut("propertyNames")) {
                *names = json!({});
            }
        }
        properties.insert(snake_case(setting.key), schema);
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "nexflow.toml",
        "type": "object",
        "properties": {
            "infra": {"type": "object", "properties": properties, "additionalProperties": false},
        },
    })
}

/// The schema of `[[infra.overrides]]`.
pub(super) fn overrides_schema() -> Value {
    let names = json!({"type": ["string", "array"], "items": {"type": "string"}});
    let mut properties = Map::new();
    properties.insert("paths".into(), names.clone());
    properties.insert("environment".into(), names);
    for setting in SETTINGS
        .iter()
        .filter(|setting| BY_PLACE.contains(&setting.key))
    {
        let mut schema = (setting.schema)();
        schema["description"] = setting.description.into();
        properties.insert(snake_case(setting.key), schema);
    }
    json!({
        "type": "array",
        "default": [],
        "items": {"type": "object", "properties": properties, "additionalProperties": false},
    })
}

/// The schema of `[[infra.assert]]`.
pub(super) fn assert_schema() -> Value {
    let properties = |keys: &[HouseKey]| -> Map<String, Value> {
        let each = keys.iter().map(|key| {
            let mut schema = match key.kind {
                "text-or-texts" => {
                    json!({"type": ["string", "array"], "items": {"type": "string"}})
                }
                "number-or-text" => json!({"type": ["string", "number"]}),
                "array" => json!({"type": "array"}),
                kind => json!({"type": kind}),
            };
            schema["description"] = key.doc.into();
            (key.name.to_owned(), schema)
        });
        each.collect()
    };
    let mut rule = properties(HOUSE_KEYS);
    rule["severity"]["enum"] = json!(["error", "warning", "hint"]);
    rule["when"]["properties"] = Value::Object(properties(HOUSE_WHEN_KEYS));
    json!({
        "type": "array",
        "default": [],
        "items": {
            "type": "object",
            "properties": rule,
            "required": ["id", "path"],
            "additionalProperties": false,
        },
    })
}

/// Rule ids with their titles, so that an editor completes and checks them.
pub(super) fn rules_schema() -> Value {
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
            "errorMessage": "Unknown rule ID.",
        },
        "additionalProperties": {"type": "string", "enum": ["error", "warning", "hint", "off"]},
    })
}
