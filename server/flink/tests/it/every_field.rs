//! Every field of the two specified sections becomes a row or is listed, and every option is one that its version has.

use std::collections::HashMap;

use nexflow_catalog::{
    Field, FlinkVersion, Kind,
    flink_options::{self as flink, ABSENT, BACKEND, Translation},
};
use nexflow_flink::{Effective, Inputs, Rendering};

use crate::support::{self, options, snapshot};

/// A document in flow style out of paths with their values.
pub fn document(fields: &[(String, String)]) -> String {
    #[derive(Default)]
    struct Tree(Vec<(String, Tree)>, Option<String>);
    impl Tree {
        fn write(&self) -> String {
            match &self.1 {
                Some(value) => value.clone(),
                None => {
                    let all: Vec<_> = self
                        .0
                        .iter()
                        .map(|(key, below)| format!("{key}: {}", below.write()))
                        .collect();
                    format!("{{{}}}", all.join(", "))
                }
            }
        }
    }
    let mut root = Tree::default();
    for (path, value) in fields {
        let mut at = &mut root;
        for key in path.split('.') {
            let place = match at.0.iter().position(|(known, _)| known == key) {
                Some(place) => place,
                None => {
                    at.0.push((key.to_owned(), Tree::default()));
                    at.0.len() - 1
                }
            };
            at = &mut at.0[place].1;
        }
        at.1 = Some(value.clone());
    }
    root.write()
}

fn entry_of(path: &str) -> &str {
    match path.find('>') {
        Some(end) => &path[..=end],
        None => path.split('.').next().unwrap_or(path),
    }
}

pub fn named(path: &str) -> String {
    path.split('.')
        .map(|segment| match segment {
            segment if segment.starts_with('<') => "main",
            segment => segment.trim_end_matches("[]"),
        })
        .collect::<Vec<_>>()
        .join(".")
}

/// The smallest document in which the field becomes what the translation says.
pub fn minimal(
    field: &Field,
    value: &str,
    translation: Option<&Translation>,
) -> Vec<(String, String)> {
    let entry = entry_of(field.path);
    let value = if value.contains("${") && !value.starts_with(['{', '[', '\'', '"']) {
        format!("'{value}'")
    } else {
        value.to_owned()
    };
    let mut fields = vec![(named(field.path), value)];
    let mut add = |path: String, value: &str| {
        if !fields.iter().any(|(known, _)| *known == path) {
            fields.push((path, value.to_owned()));
        }
    };
    if let (Some(decides), Some(kind)) = (field.discriminator, field.applies_to.first()) {
        add(named(decides), kind);
    }
    if let Some(translation) = translation {
        for condition in translation.when.first().copied().unwrap_or_default() {
            let path = match condition.field {
                BACKEND => format!("{entry}.type"),
                field => format!("{entry}.{field}"),
            };
            if let Some(value) = condition.values.iter().find(|value| **value != ABSENT) {
                add(named(&path), value);
            }
        }
        if translation.field.ends_with("azure.account_key") {
            add("checkpoints.main.azure.account_name".to_owned(), "account");
        }
        if translation.field.contains(".changelog.") {
            add("state_backends.main.base_backend".to_owned(), "rocksdb");
        }
    }
    if field.path == "state_backends.<name>.base_backend" {
        add("state_backends.main.type".to_owned(), "changelog");
    }
    fields
}

fn is_leaf(field: &Field) -> bool {
    !field
        .kinds
        .iter()
        .all(|kind| matches!(kind, Kind::Object | Kind::Map))
}

fn says(rendering: &Rendering, path: &str) -> bool {
    let own = |known: &String| known == path;
    rendering.rows().any(|row| {
        row.fields.iter().any(own) || row.overruled.iter().any(|overruled| own(&overruled.field))
    }) || rendering
        .groups
        .iter()
        .flat_map(|group| &group.without)
        .any(|without| without.field == path)
}

#[test]
fn every_field_is_a_row_or_is_listed() {
    let mut seen = 0;
    for field in nexflow_catalog::fields() {
        let section = field.path.split('.').next().unwrap_or_default();
        if !matches!(section, "state_backends" | "checkpoints")
            || !is_leaf(field)
            || field.toolchain
            || field.path.ends_with("[]")
            || field.path.contains("<region>")
        {
            continue;
        }
        let value = field.example.unwrap_or("true").to_owned();
        let translations: Vec<_> = flink::translations()
            .iter()
            .filter(|translation| translation.field == field.path)
            .collect();
        for version in FlinkVersion::ALL {
            let text = document(&minimal(field, &value, translations.first().copied()));
            let snapshot = snapshot(&text, &[], HashMap::new());
            assert!(!snapshot.document.has_errors(), "{text}");
            let rendering = options(&snapshot, version);
            assert!(
                says(&rendering, &named(field.path)),
                "{} in {version}:\n{text}\n{rendering:#?}",
                field.path
            );
            seen += 1;
        }
    }
    assert!(seen > 700, "{seen}");
}

#[test]
fn every_option_is_one_that_its_version_has() {
    let mut rows = 0;
    let mut check = |rendering: &Rendering, name: &str| {
        for row in rendering.rows().filter(|row| row.client.is_none()) {
            rows += 1;
            let known = flink::option(&row.option, rendering.version);
            assert!(
                known.is_some() || flink::is_passed_on(&row.option),
                "{name}: Flink {} has no {}",
                rendering.version,
                row.option
            );
        }
    };
    for path in support::documents() {
        let snapshot = support::file(&path, HashMap::new());
        for version in FlinkVersion::ALL {
            check(&options(&snapshot, version), &path.display().to_string());
        }
    }
    for translation in flink::translations() {
        let Some(field) = nexflow_catalog::fields()
            .iter()
            .find(|field| field.path == translation.field && field.example.is_some())
        else {
            continue;
        };
        let text = document(&minimal(
            field,
            field.example.unwrap_or_default(),
            Some(translation),
        ));
        let snapshot = snapshot(&text, &[], HashMap::new());
        let effective = Effective::new(Inputs {
            snapshot: &snapshot,
            uri: "",
            region: None,
        });
        for version in FlinkVersion::ALL {
            let rendering = nexflow_flink::translate(
                &effective,
                &nexflow_flink::Selection::default(),
                version,
                true,
            )
            .expect("rows");
            check(&rendering, translation.field);
        }
    }
    assert!(rows > 5000, "{rows}");
}
