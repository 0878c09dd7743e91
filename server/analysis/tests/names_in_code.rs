//! What L5 is stands in the catalog. A name of a field or section in Rust outside the predicates of rules would be a second place
//! that has to be kept true, so there is none: only the header's own fields, and words that mean something else where they stand.

#![allow(
    clippy::unwrap_used,
    reason = "a test fails by panicking; the lint's exception covers functions marked as tests only"
)]

use std::{collections::BTreeSet, fs, path::Path};

/// The fields of the header that the analysis itself works with, and the one file that names them.
const HEADER: [&str; 3] = ["environment", "extends", "version"];
const HEADER_FILE: &str = "analysis/src/document_context.rs";

/// Words of JSON Schema, LSP, SARIF, of fragments, of messages and of this program's own settings and reports that a field happens to be called,
/// too. None of them is a section.
const WORDS: [&str; 41] = [
    "address",
    "checkpoint",
    "cluster",
    "completion",
    "count",
    "default",
    "description",
    "direction",
    "duration",
    "environment",
    "extends",
    "field",
    "flink",
    "hint",
    "level",
    "max",
    "message",
    "method",
    "min",
    "name",
    "namespace",
    "native",
    "options",
    "path",
    "project",
    "properties",
    "region",
    "required",
    "resource",
    "secret",
    "severity",
    "size",
    "tags",
    "type",
    "uri",
    "url",
    "value",
    "variable",
    "variables",
    "version",
    "when",
];

fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if path.file_name().unwrap() != "rules" || path.parent().unwrap().ends_with("build") {
                sources(&path, found);
            }
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push((
                path.to_str().unwrap().replace('\\', "/"),
                fs::read_to_string(&path).unwrap(),
            ));
        }
    }
}

/// The texts in quotes, line by line; comments and fragment tests are left out.
fn literals(source: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, line) in source.lines().enumerate() {
        if line.contains("#[cfg(test)]") {
            break;
        }
        if line.trim_start().starts_with("//") {
            continue;
        }
        let mut rest = line;
        while let Some((_, behind)) = rest.split_once('"') {
            let Some((text, after)) = behind.split_once('"') else {
                break;
            };
            found.push((number + 1, text.to_owned()));
            rest = after;
        }
    }
    found
}

#[test]
fn no_code_outside_rules_names_a_field() {
    let mut names = BTreeSet::new();
    let mut sections = BTreeSet::new();
    for field in nexflow_catalog::fields() {
        let mut segments = field.path.split('.').map(|part| part.replace("[]", ""));
        sections.extend(segments.next());
        names.extend(segments.filter(|part| !part.starts_with('<')));
    }
    for word in HEADER.iter().chain(["description"].iter()) {
        assert!(sections.remove(*word), "{word} is a field of the header");
        names.insert((*word).to_owned());
    }
    let server = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    for crate_source in [
        "syntax/src",
        "catalog/src",
        "analysis/src",
        "nexflow-lsp/src",
    ] {
        sources(&server.join(crate_source), &mut files);
    }
    assert!(files.len() > 150, "the sources are not where they were");
    let mut wrong = Vec::new();
    let mut used = BTreeSet::new();
    for (file, source) in &files {
        for (line, text) in literals(source) {
            let is_path = text.contains('.')
                && text.split('.').all(|part| {
                    names.contains(part) || sections.contains(part) || part.starts_with('<')
                });
            if HEADER.contains(&text.as_str()) && file.ends_with(HEADER_FILE) {
                continue;
            }
            // What realises a field that has no Flink option, as the mapping puts it.
            if text == "deployment" && file.ends_with("catalog/src/flink_options.rs") {
                continue;
            }
            if sections.contains(&text) || is_path {
                wrong.push(format!("{file}:{line}: {text}"));
            } else if names.contains(&text) {
                if WORDS.contains(&text.as_str()) {
                    used.insert(text);
                } else {
                    wrong.push(format!("{file}:{line}: {text}"));
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "fields are named in code:\n{}",
        wrong.join("\n")
    );
    let unused: Vec<_> = WORDS.iter().filter(|word| !used.contains(**word)).collect();
    assert!(
        unused.is_empty(),
        "words that nothing needs any more: {unused:?}"
    );
}
