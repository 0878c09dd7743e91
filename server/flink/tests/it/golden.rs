//! What documents become, held against options that a separate program in Python has worked out from the research on Flink
//! (`golden.json`: for 1.17, 1.20 and 2.x; what holds between them the jars have told). The provider of managed identities of Azure is
//! the one of FLINK-32122, under the name that it has in Flink's plugin.

use std::collections::BTreeMap;

use nexflow_flink::{Effective, FlinkVersion, Inputs, Selection, translate};
use serde_json::Value;

/// The column of the golden file for a version.
fn column(version: FlinkVersion) -> &'static str {
    match version {
        FlinkVersion::V1_17 | FlinkVersion::V1_18 | FlinkVersion::V1_19 => "1.17",
        FlinkVersion::V1_20 => "1.20",
        _ => "2.x",
    }
}

/// Options that 1.19 has already, under the names of 1.20.
const NEW_IN_1_19: [&str; 2] = [
    "state.backend.rocksdb.compression.per.level",
    "restart-strategy.exponential-delay.attempts-before-reset-backoff",
];

/// A path without the entry, which may be the one that another entry wraps.
fn below_entry(path: &str) -> &str {
    path.splitn(3, '.').nth(2).unwrap_or(path)
}

#[test]
fn documents_become_what_the_research_says() {
    let golden: Value = serde_json::from_str(include_str!("golden.json")).expect("JSON");
    let given: Vec<(&str, &str)> = golden["variables"]
        .as_object()
        .expect("variables")
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str().expect("text")))
        .collect();
    let documents = golden["documents"].as_object().expect("documents");
    assert!(documents.len() > 50);
    let mut compared = 0;
    let mut wrong = String::new();
    for (path, pairs) in documents {
        let snapshot = crate::support::file(
            &crate::support::repository().join(path),
            crate::support::variables(&given),
        );
        let effective = Effective::new(Inputs {
            snapshot: &snapshot,
            uri: path,
            region: None,
        });
        for pair in pairs.as_array().expect("pairs") {
            let name = |key: &str| pair[key].as_str().map(str::to_owned);
            let (backend, checkpoint) = (name("backend"), name("checkpoint"));
            for version in FlinkVersion::ALL {
                let rendering = translate(&effective, &Selection::default(), version, false)
                    .expect("nothing is selected");
                let group = rendering
                    .groups
                    .iter()
                    .find(|group| {
                        group.pairing.backend == backend && group.pairing.checkpoint == checkpoint
                    })
                    .unwrap_or_else(|| panic!("{path}: {pair:#}"));
                let is_own = |field: &String| {
                    field.starts_with("state_backends.") || field.starts_with("checkpoints.")
                };
                let ours: BTreeMap<&str, String> = group
                    .rows
                    .iter()
                    .filter(|row| row.fields.iter().any(is_own))
                    .map(|row| {
                        let value = if row.is_secret {
                            "<secret>"
                        } else {
                            &row.value
                        };
                        (&*row.option, value.to_owned())
                    })
                    .collect();
                let mut theirs: BTreeMap<&str, String> = pair["options"][column(version)]
                    .as_object()
                    .expect("options")
                    .iter()
                    .map(|(option, value)| {
                        (option.as_str(), value.as_str().expect("text").to_owned())
                    })
                    .collect();
                if version == FlinkVersion::V1_19 {
                    for option in NEW_IN_1_19 {
                        if let Some(value) = pair["options"]["1.20"][option].as_str() {
                            theirs.insert(option, value.to_owned());
                        }
                    }
                }
                compared += theirs.len();
                if ours != theirs {
                    wrong.push_str(&format!(
                        "{path} {backend:?} {checkpoint:?} {}:\n  ours   {ours:?}\n  theirs {theirs:?}\n",
                        version.name()
                    ));
                }
                let listed: BTreeMap<&str, &str> = group
                    .without
                    .iter()
                    .filter(|without| is_own(&without.field))
                    .map(|without| (below_entry(&without.field), without.realised_by.word()))
                    .collect();
                let expected = pair["without"][column(version)].as_array().expect("a list");
                for entry in expected {
                    let field = entry[0].as_str().expect("a path");
                    let is_new = version == FlinkVersion::V1_19
                        && group.rows.iter().any(|row| {
                            row.fields
                                .iter()
                                .any(|known| below_entry(known) == below_entry(field))
                        });
                    let by = entry[1].as_str().expect("a word");
                    if !is_new
                        && !listed.contains_key(below_entry(field))
                        && by != "see base_backend"
                        && by != "unknown"
                    {
                        wrong.push_str(&format!(
                            "{path} {}: {field} is not listed\n",
                            version.name()
                        ));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", &wrong[..wrong.len().min(6000)]);
    assert!(compared > 1000, "{compared}");
}
