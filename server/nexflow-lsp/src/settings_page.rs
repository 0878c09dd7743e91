//! The page of all settings, from the table that editors and `nexflow.toml` are read by.

use serde_json::Value;

use crate::settings::{PROJECT_SETTINGS, SETTINGS, Setting, snake_case};

/// The settings as Markdown.
pub(crate) fn page() -> String {
    let mut page = String::from(
        "# Settings\n\n\
         Generated from the table in `server/nexflow-lsp/src/settings.rs`; do not edit.\n\n\
         Project settings in `nexflow.toml` (table `[infra]`, snake_case) apply to editors and the command line alike and take \
         precedence over the settings of an editor (below `nexflow.infra`, camelCase). An editor sends them as \
         `initializationOptions` or when the server asks for its configuration. Keys directly below `nexflow`, \
         their former place, are still read.\n",
    );
    for setting in SETTINGS {
        page.push_str(&section(setting, false));
    }
    for setting in PROJECT_SETTINGS {
        page.push_str(&section(setting, true));
    }
    page
}

fn section(setting: &Setting, in_project_only: bool) -> String {
    let schema = (setting.schema)();
    let project = if in_project_only {
        format!(
            "`{}` in `[infra]`, and nowhere else",
            snake_case(setting.key)
        )
    } else if setting.in_project_file {
        format!("`{}` in `[infra]`", snake_case(setting.key))
    } else {
        "editors only".to_owned()
    };
    format!(
        "\n## `{}`\n\n{}\n\n- Type: {}\n- Default: `{}`\n- Project file: {project}\n",
        setting.key,
        setting.description,
        kind(&schema),
        schema["default"],
    )
}

/// The type that a JSON Schema describes, for people.
fn kind(schema: &Value) -> String {
    let choices = |values: &Value| {
        let values = values.as_array()?;
        let values: Vec<_> = values.iter().map(|value| format!("`{value}`")).collect();
        Some(values.join(", "))
    };
    let name = schema["type"].as_str().unwrap_or("any");
    if let Some(choices) = choices(&schema["enum"]) {
        return format!("one of {choices}");
    }
    match name {
        "array" => match choices(&schema["items"]["enum"]) {
            Some(choices) => format!("list of {choices}"),
            None => format!("list of {}s", kind(&schema["items"])),
        },
        "object" => format!("object of {}", kind(&schema["additionalProperties"])),
        other => match (schema["minimum"].as_u64(), schema["maximum"].as_u64()) {
            (Some(least), Some(most)) => format!("{other}, from {least} to {most}"),
            (Some(least), None) => format!("{other}, at least {least}"),
            _ => other.to_owned(),
        },
    }
}
