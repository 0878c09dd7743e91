//! Documents as platform teams write them open without an error and without a warning, and give the hints that are known.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::Arc,
};

use nexflow_analysis::{BaseDocument, Context, Diagnostic, Settings, Snapshot, diagnostics};
use nexflow_catalog::{Severity, node};
use nexflow_syntax::{Document, Node};

/// The folder of the documents.
fn folder() -> PathBuf {
    PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/corpus/documents"
    ))
}

/// Every document with its name.
fn documents() -> BTreeMap<String, String> {
    std::fs::read_dir(folder())
        .expect("the documents are there")
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "infra"))
        .map(|path| {
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            let text = std::fs::read_to_string(&path).expect("a document can be read");
            (name.into_owned(), text)
        })
        .collect()
}

/// What a mapping says under one key.
fn text(of: Node<'_>, key: &str) -> Option<String> {
    Some(of.get(key)?.value().value()?.into_owned())
}

/// A document with the ones that it extends.
fn snapshot(name: &str, all: &BTreeMap<String, String>) -> Snapshot {
    let document = Document::parse(&all[name]);
    let mut bases = Vec::new();
    let mut next = text(document.root(), "extends");
    while let Some(file) = next {
        let base = file.strip_suffix(".infra").expect("a file of the folder");
        let document = Document::parse(&all[base]);
        next = text(document.root(), "extends");
        bases.push(BaseDocument {
            uri: format!("file:///documents/{file}"),
            document,
        });
    }
    Snapshot::new(
        document,
        Context {
            settings: Arc::new(Settings {
                assume_variables: true,
                ..Settings::default()
            }),
            variables: Arc::new(std::collections::HashMap::new()),
            bases,
            base_problem: None,
            processes: None,
        },
    )
}

fn show(text: &str, found: &[Diagnostic]) -> String {
    found
        .iter()
        .map(|diagnostic| {
            format!(
                "    {:?} {} at `{}`: {}\n",
                diagnostic.severity, diagnostic.code, &text[diagnostic.range], diagnostic.message
            )
        })
        .collect()
}

#[test]
fn documents_of_practice_open_with_nothing_but_the_known_hints() {
    let all = documents();
    assert!(all.len() >= 40, "{} documents", all.len());
    let hints = std::fs::read_to_string(folder().join("hints.yaml")).expect("the hints are there");
    let mut hints: BTreeMap<String, BTreeSet<String>> =
        serde_saphyr::from_str(&hints).expect("the list of hints is sound");
    let mut failures = String::new();
    for (name, text) in &all {
        let found = diagnostics(&snapshot(name, &all));
        let expected = hints.remove(name).unwrap_or_default();
        let given: BTreeSet<String> = found
            .iter()
            .map(|diagnostic| diagnostic.code.to_owned())
            .collect();
        let severe = found
            .iter()
            .any(|diagnostic| diagnostic.severity != Severity::Hint);
        if severe || given != expected {
            failures += &format!("{name}: expected {expected:?}\n{}", show(text, &found));
        }
    }
    assert!(hints.is_empty(), "no such documents: {hints:?}");
    assert!(failures.is_empty(), "{failures}");
}

/// The fields that decide about what an entry is.
const DECISIVE: [&str; 13] = [
    "streams.<name>.type",
    "lookups.<name>.type",
    "dead_letters.<name>.type",
    "completions.<name>.type",
    "secrets.<name>.provider",
    "deployment.type",
    "deployment.ci_cd.type",
    "deployment.strategy.type",
    "monitoring.metrics.type",
    "monitoring.tracing.type",
    "regions.<name>.role",
    "checkpoints.<name>.type",
    "environment",
];

/// The values that a document has at a path; `<name>` stands for any key.
fn values_at(of: Node<'_>, path: &[&str], found: &mut BTreeSet<String>) {
    let Some((first, rest)) = path.split_first() else {
        found.extend(of.value().map(|text| text.into_owned()));
        return;
    };
    for entry in of.resolved_entries() {
        if (first.starts_with('<') || entry.key_text() == *first)
            && let Some(value) = entry.value().resolve()
        {
            values_at(value, rest, found);
        }
    }
}

#[test]
fn every_type_of_everything_has_a_document() {
    let all = documents();
    let mut lacking = Vec::new();
    for path in DECISIVE {
        let segments: Vec<_> = path.split('.').collect();
        let mut found = BTreeSet::new();
        for text in all.values() {
            let document = Document::parse(text);
            values_at(document.root(), &segments, &mut found);
        }
        let place = node(path).unwrap_or_else(|| panic!("the catalog has no {path}"));
        for value in place.fields().flat_map(|field| field.values) {
            if !found.contains(value.value) {
                lacking.push(format!("{path}: {}", value.value));
            }
        }
    }
    assert!(lacking.is_empty(), "no document has {lacking:?}");
}

/// An edit must not change what is said about the lines that it does not touch.
#[test]
fn a_blank_line_at_the_end_changes_nothing() {
    let all = documents();
    for (name, text) in &all {
        let before = snapshot(name, &all);
        let first = diagnostics(&before);
        let end = nexflow_syntax::TextSize::of(text.as_str());
        let document = before.document.apply(&nexflow_syntax::TextEdit {
            range: nexflow_syntax::TextRange::empty(end),
            insert: "\n".to_owned(),
        });
        let after = Snapshot::new(document, before.context.clone());
        assert_eq!(first, diagnostics(&after), "{name}");
    }
}
