//! The way back: a configuration of Flink becomes a document.
//!
//! What comes out is rendered again and compared. An option that would not come back as it was is no field but a comment, so
//! that nothing is changed and nothing disappears.

mod place;
mod read;
mod respell;
mod write;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use nexflow_analysis::{Context, Settings, Snapshot};
use nexflow_catalog::{FlinkVersion, flink_options as flink};
use nexflow_syntax::Document;

pub use read::{Configuration, Format, Hidden, Setting, read};

use crate::{
    effective::{Effective, Inputs},
    selection::Selection,
    translate::translate,
};

/// What a configuration becomes.
#[derive(Clone, Debug)]
pub struct Imported {
    /// The document, formatted.
    pub text: String,
    /// The settings that no field says, with the reason; the document has them as comments.
    pub without_field: Vec<(Setting, String)>,
    /// Variables to which credentials were moved; their values are nowhere in the document.
    pub secrets: Vec<String>,
}

/// What the entries of the document are called.
#[derive(Clone, Debug)]
pub struct Names {
    /// The entries of `state_backends` and `checkpoints`.
    pub entry: String,
    /// The process.
    pub process: String,
    /// `environment`.
    pub environment: String,
}

impl Default for Names {
    fn default() -> Names {
        Names {
            entry: "default".to_owned(),
            process: "main".to_owned(),
            environment: "production".to_owned(),
        }
    }
}

/// Turns a configuration into a document.
#[must_use]
pub fn import(configuration: &Configuration, version: FlinkVersion, names: &Names) -> Imported {
    let mut refused: BTreeMap<String, String> = BTreeMap::new();
    loop {
        let draft = place::draft(configuration, version, names, &refused);
        let text = write::document(&draft, names);
        let wrong = differences(&draft, &text, version);
        // Each round refuses an option more, so this ends.
        let before = refused.len();
        for (key, reason) in wrong {
            refused.entry(key).or_insert(reason);
        }
        if refused.len() == before {
            return Imported {
                text: text + &write::comments(&draft, version),
                without_field: draft.without,
                secrets: draft.secrets.into_iter().collect(),
            };
        }
    }
}

/// The settings of a draft that its document would not give back, with the reason.
fn differences(
    draft: &place::Draft,
    text: &str,
    version: FlinkVersion,
) -> BTreeMap<String, String> {
    let snapshot = Snapshot::new(
        Document::parse(text),
        Context {
            settings: std::sync::Arc::new(Settings::default()),
            variables: std::sync::Arc::new(HashMap::new()),
            bases: Vec::new(),
            base_problem: None,
            processes: None,
        },
    );
    let effective = Effective::new(Inputs {
        snapshot: &snapshot,
        uri: "",
        region: None,
    });
    let mut wrong = BTreeMap::new();
    let Ok(rendering) = translate(&effective, &Selection::default(), version, false) else {
        return wrong;
    };
    let rows: BTreeMap<&str, &crate::Row> = rendering
        .rows()
        .filter(|row| row.client.is_none())
        .map(|row| (&*row.option, row))
        .collect();
    for placed in &draft.placed {
        let Some(row) = rows.get(placed.option.as_str()) else {
            wrong.insert(
                placed.setting.key.clone(),
                "it has no field in this combination".to_owned(),
            );
            continue;
        };
        let is_same = placed.is_secret
            || respell::canonical(&row.option, &row.value, version)
                == respell::canonical(&row.option, &placed.setting.value, version);
        if !is_same {
            let reason = format!("a field would make it `{}`", row.value);
            wrong.insert(placed.setting.key.clone(), reason);
        }
    }
    // What comes along must be what Flink does anyway.
    let given: BTreeSet<&str> = draft
        .placed
        .iter()
        .map(|placed| placed.option.as_str())
        .collect();
    for (option, row) in rows {
        let default = flink::option(option, version).and_then(|known| known.default);
        let is_default = default.is_some_and(|default| {
            respell::canonical(option, default, version)
                == respell::canonical(option, &row.value, version)
        });
        if given.contains(option) || is_default {
            continue;
        }
        let cause = draft
            .placed
            .iter()
            .find(|placed| row.fields.iter().any(|field| placed.fields.contains(field)));
        if let Some(cause) = cause {
            let reason = format!("a field would set `{option}` as well");
            wrong.insert(cause.setting.key.clone(), reason);
        }
    }
    wrong
}
