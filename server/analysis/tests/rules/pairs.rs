//! A second failing and a second passing document for each rule, written from its reason. In the failing one the tokens that
//! must be reported are marked.

use std::collections::BTreeSet;

use nexflow_analysis::{BaseProblem, FlinkVersion, predicates};
use nexflow_catalog::Severity;
use serde::Deserialize;

use crate::support::{Case, complain, show, unmark};

/// One pair. Several may be about the same rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pair {
    /// The rule.
    id: String,
    /// The document that breaks it; each token that is reported stands between `«` and `»`.
    pub fail: String,
    /// The same with that put right.
    pass: String,
    /// Documents that both extend, the nearest first.
    #[serde(default)]
    bases: Vec<String>,
    /// A document in the chain of `extends` that does not exist.
    missing: Option<String>,
    /// Documents through which the chain leads back; not for the passing document, as little as `missing`.
    #[serde(default)]
    cycle: Vec<String>,
    /// `1.17` or `1.20` for rules that depend on it.
    flink: Option<String>,
    /// A process of the project.
    #[serde(default)]
    process: String,
    /// Other rules above a hint that the failing document cannot help breaking.
    #[serde(default)]
    also: Vec<String>,
}

/// The files of pairs, one per subject.
const FILES: &[(&str, &str)] = &[
    ("checkpoint_places", include_str!("checkpoint_places.yaml")),
    (
        "checkpoint_schedule",
        include_str!("checkpoint_schedule.yaml"),
    ),
    (
        "checkpoint_recovery",
        include_str!("checkpoint_recovery.yaml"),
    ),
    ("checkpoint_stores", include_str!("checkpoint_stores.yaml")),
    ("header", include_str!("header.yaml")),
    ("secrets", include_str!("secrets.yaml")),
    ("streams", include_str!("streams.yaml")),
    ("completions", include_str!("completions.yaml")),
    ("lookups", include_str!("lookups.yaml")),
    ("resources", include_str!("resources.yaml")),
    ("monitoring", include_str!("monitoring.yaml")),
    ("deployment", include_str!("deployment.yaml")),
    ("regions", include_str!("regions.yaml")),
    ("workers", include_str!("workers.yaml")),
    ("processes", include_str!("processes.yaml")),
    ("toolchain", include_str!("toolchain.yaml")),
    ("other_extends", include_str!("other_extends.yaml")),
    ("production", include_str!("production.yaml")),
    (
        "checkpoint_extends",
        include_str!("checkpoint_extends.yaml"),
    ),
    ("backend_types", include_str!("backend_types.yaml")),
    ("backend_memory", include_str!("backend_memory.yaml")),
    ("backend_ttl", include_str!("backend_ttl.yaml")),
    ("backend_stores", include_str!("backend_stores.yaml")),
    ("backend_extends", include_str!("backend_extends.yaml")),
];

pub fn pairs() -> Vec<(&'static str, Pair)> {
    FILES
        .iter()
        .flat_map(|(file, text)| {
            let pairs: Vec<Pair> =
                serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("{file}: {error}"));
            pairs.into_iter().map(move |pair| (*file, pair))
        })
        .collect()
}

/// Why the base of the failing document is not known.
pub fn problem(pair: &Pair) -> Option<BaseProblem> {
    match &pair.missing {
        Some(path) => Some(BaseProblem::Missing {
            path: path.clone(),
            near: None,
        }),
        None if pair.cycle.is_empty() => None,
        None => Some(BaseProblem::Cycle {
            through: pair.cycle.clone(),
        }),
    }
}

pub fn case<'t>(pair: &'t Pair, text: &'t str) -> Case<'t> {
    Case {
        bases: pair.bases.iter().map(String::as_str).collect(),
        flink: match pair.flink.as_deref() {
            Some(name) => name.parse().expect("a version of Flink"),
            _ => FlinkVersion::default(),
        },
        process: &pair.process,
        ..Case::new(text)
    }
}

#[test]
fn the_second_failing_document_is_reported_at_the_marked_tokens() {
    let mut failures = Vec::new();
    for (file, pair) in pairs() {
        let (text, expected) = unmark(&pair.fail);
        assert!(
            !expected.is_empty(),
            "{file}: {}: nothing is marked",
            pair.id
        );
        let case = Case {
            base_problem: problem(&pair),
            ..case(&pair, &text)
        };
        let found = case.diagnostics();
        let reported: Vec<_> = found
            .iter()
            .filter(|diagnostic| diagnostic.code == pair.id)
            .map(|diagnostic| diagnostic.range)
            .collect();
        let also: BTreeSet<_> = found
            .iter()
            .filter(|diagnostic| {
                diagnostic.code != pair.id && diagnostic.severity != Severity::Hint
            })
            .map(|diagnostic| diagnostic.code.to_owned())
            .collect();
        if reported != expected || also != pair.also.iter().cloned().collect() {
            failures.push(format!(
                "{file}: {}:\n{}\n{}",
                pair.id,
                pair.fail,
                show(&text, &found)
            ));
        }
    }
    complain("second failing documents", &failures);
}

#[test]
fn the_second_passing_document_gives_nothing_above_a_hint() {
    let mut failures = Vec::new();
    for (file, pair) in pairs() {
        let found = case(&pair, &pair.pass).diagnostics();
        let bad = found
            .iter()
            .any(|diagnostic| diagnostic.code == pair.id || diagnostic.severity != Severity::Hint);
        if bad {
            failures.push(format!(
                "{file}: {}:\n{}\n{}",
                pair.id,
                pair.pass,
                show(&pair.pass, &found)
            ));
        }
    }
    complain("second passing documents", &failures);
}

#[test]
fn every_predicate_has_a_second_pair() {
    let have: BTreeSet<_> = pairs().into_iter().map(|(_, pair)| pair.id).collect();
    let lacking: BTreeSet<_> = predicates()
        .map(|(id, _)| id)
        .filter(|id| !have.contains(*id))
        .collect();
    assert!(lacking.is_empty(), "no second pair for {lacking:?}");
}
