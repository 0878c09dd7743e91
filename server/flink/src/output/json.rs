//! The options as JSON.

use serde_json::{Map, Value, json};

use crate::{
    effective::Origin,
    pairing::Pairing,
    rows::{Group, Overruled, Rendering, Row, Without},
};

/// `{"flinkVersion", "rows", "without", "disagreements"}`. Rows of several pairings say which one they belong to.
#[must_use]
pub fn json(rendering: &Rendering) -> Value {
    let is_one = rendering.groups.len() <= 1;
    let mut rows = Vec::new();
    let mut without = Vec::new();
    for group in &rendering.groups {
        let pairing = pairing(&group.pairing);
        let with_pairing = |mut value: Value| {
            if !is_one && let Some(object) = value.as_object_mut() {
                object.insert("of".to_owned(), Value::Object(pairing.clone()));
            }
            value
        };
        rows.extend(group.rows.iter().map(|found| with_pairing(row(found))));
        without.extend(
            group
                .without
                .iter()
                .map(|found| with_pairing(without_option(found))),
        );
    }
    let disagreements: Vec<Value> = rendering
        .disagreements
        .iter()
        .map(|disagreement| {
            let values: Vec<Value> = disagreement
                .values
                .iter()
                .map(|(value, field, at)| {
                    json!({"value": value, "field": field, "origin": at.as_ref().map(origin)})
                })
                .collect();
            json!({"option": disagreement.option, "values": values})
        })
        .collect();
    let mut answer = Map::new();
    answer.insert("flinkVersion".to_owned(), json!(rendering.version.name()));
    if let [Group { pairing: only, .. }] = rendering.groups.as_slice() {
        answer.extend(pairing(only));
    }
    answer.insert("rows".to_owned(), Value::Array(rows));
    answer.insert("without".to_owned(), Value::Array(without));
    answer.insert("disagreements".to_owned(), Value::Array(disagreements));
    Value::Object(answer)
}

fn pairing(pairing: &Pairing) -> Map<String, Value> {
    let parts = [
        ("process", &pairing.process),
        ("backend", &pairing.backend),
        ("checkpoint", &pairing.checkpoint),
    ];
    parts
        .into_iter()
        .filter_map(|(key, name)| Some((key.to_owned(), json!(name.as_ref()?))))
        .collect()
}

fn row(row: &Row) -> Value {
    let mut value = json!({
        "option": row.option,
        "value": row.value,
        "scope": row.scope.word(),
        "realisedBy": row.by.word(),
        "fields": row.fields,
        "origins": row.origins.iter().map(origin).collect::<Vec<_>>(),
        "overruled": row.overruled.iter().map(overruled).collect::<Vec<_>>(),
    });
    if let Some(object) = value.as_object_mut() {
        if !row.unresolved.is_empty() {
            object.insert("unresolved".to_owned(), json!(row.unresolved));
        }
        if row.is_secret {
            object.insert("secret".to_owned(), json!(true));
        }
        if row.is_ignored {
            object.insert("ignored".to_owned(), json!(true));
        }
        if let Some(rule) = row.rule {
            object.insert("rule".to_owned(), json!(rule));
        }
        if let Some(client) = &row.client {
            object.insert("client".to_owned(), json!(client));
        }
    }
    value
}

fn overruled(overruled: &Overruled) -> Value {
    let mut value = json!({
        "field": overruled.field,
        "value": overruled.value,
        "origins": overruled.origins.iter().map(origin).collect::<Vec<_>>(),
    });
    if let (Some(rule), Some(object)) = (overruled.rule, value.as_object_mut()) {
        object.insert("rule".to_owned(), json!(rule));
    }
    value
}

fn without_option(without: &Without) -> Value {
    let mut value = json!({
        "field": without.field,
        "realisedBy": without.realised_by.word(),
        "origin": origin(&without.origin),
    });
    if let Some(object) = value.as_object_mut()
        && !without.why.is_empty()
    {
        object.insert("why".to_owned(), json!(without.why));
    }
    value
}

/// `{"uri", "line", "via"}`; lines count from 1.
#[must_use]
pub fn origin(origin: &Origin) -> Value {
    let mut value = json!({
        "uri": origin.uri.as_deref(),
        "line": origin.line,
        "via": origin.via.word(),
    });
    if let (Some(variable), Some(object)) = (&origin.variable, value.as_object_mut()) {
        object.insert("variable".to_owned(), json!(variable));
    }
    value
}
