//! Documents with a credential in them, in every way that somebody may write one, broken ways included.

use std::fmt::Write as _;
use std::sync::LazyLock;

use nexflow_catalog::{Field, Kind, Secret, field, fields, node};

use super::example;

/// Ways to write a credential: `K` is the key, `V` the credential; each line is indented as the key is.
pub static WAYS: LazyLock<Vec<String>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../../tests/corpus/secret_ways.json"))
        .expect("a list of texts")
});

/// Credentials that look like one, like a word and like a name.
pub const CANARIES: [&str; 3] = ["Hunter2CANARY", "hunterzweicanary", "hunt-er.2_CANARY"];

/// A document that holds a credential.
pub struct Case {
    /// The field, and how it is written.
    pub what: String,
    /// The document.
    pub text: String,
    /// The credential.
    pub canary: &'static str,
}

/// Every field that holds credentials, in every type, in every way.
pub fn secret_fields() -> Vec<Case> {
    let mut cases = Vec::new();
    for of in secrets() {
        for kind in types(of) {
            for (at, way) in WAYS.iter().enumerate() {
                cases.push(of_field(of, kind, way, at));
            }
        }
    }
    cases
}

/// Every field that is partly a credential, in the ways in which it is one.
pub fn partly_secret_fields() -> Vec<Case> {
    let mut cases = Vec::new();
    for of in partly() {
        for kind in types(of) {
            for (at, way) in WAYS.iter().enumerate() {
                // A host is not secret, nor is the path of one, nor are the keys of a map.
                let is_map = of.has_kind(Kind::Map) || of.has_kind(Kind::Object);
                let in_map = ["{", "?", "V:", "a: V", "b: V"];
                let in_address = ["//V", "://A", "://a/b"];
                if is_map && in_map.iter().any(|part| way.contains(part))
                    || in_address.iter().any(|part| way.contains(part))
                {
                    continue;
                }
                cases.push(of_field(of, kind, way, at));
            }
        }
    }
    cases
}

fn of_field(of: &Field, kind: Option<&str>, way: &str, at: usize) -> Case {
    let canary = CANARIES[at % CANARIES.len()];
    Case {
        what: format!("{} {kind:?} {way:?}", of.path),
        text: written(of, kind, way, canary),
        canary,
    }
}

/// Keys that the catalog does not know and that are called like a credential.
pub fn secret_names() -> Vec<Case> {
    let mut cases = Vec::new();
    for key in [
        "password",
        "sas_token",
        "db_pass",
        "apiKey",
        "client-secret",
        "jwt",
        "connection_string",
        "private_key",
    ] {
        for (at, way) in WAYS.iter().enumerate() {
            let canary = CANARIES[at % CANARIES.len()];
            let filled = way
                .replace('V', "\u{1}")
                .replace('K', key)
                .replace('\u{1}', canary);
            for (head, indent) in [
                ("", ""),
                ("x-own:\n", "  "),
                ("checkpoints:\n  a:\n    type: s3\n", "    "),
                ("streams:\n  a:\n    type: kafka\n    own:\n", "      "),
            ] {
                let mut text = format!("version: \"1.0\"\nenvironment: staging\n{head}");
                for line in filled.split('\n') {
                    let _ = writeln!(text, "{indent}{line}");
                }
                let what = format!("{key} below {head:?} {way:?}");
                cases.push(Case { what, text, canary });
            }
        }
    }
    cases
}

/// Values that look like a credential, in fields that hold none.
pub fn secret_looks() -> Vec<Case> {
    let values = [
        "https://u:§@h/p",
        "redis://:§@h:6379",
        "jdbc:postgresql://h/d?user=u&password=§",
        "AccountName=a;AccountKey=§;x=y",
        "https://a/b?sv=1&sig=§",
        "'Authorization: Bearer §1'",
        "ghp_aaaaaaaaaaaa§",
        "u:§@broker:9092",
        "'{\"password\": \"§\"}'",
        "org.x.PlainLoginModule required username=\"u\" password=\"§\";",
        "${DB_PASS:-§}",
        "${API_KEY:§}",
        "a,https://u:§@h/p",
        "|\n        -----BEGIN PRIVATE KEY-----\n        §\n        -----END PRIVATE KEY-----",
    ];
    let places = [
        "checkpoints:\n  a:\n    type: s3\n    bucket: #\n",
        "checkpoints:\n  a:\n    type: s3\n    s3:\n      endpoint: #\n",
        "streams:\n  a:\n    type: kafka\n    brokers: #\n",
        "streams:\n  a:\n    type: kafka\n    properties:\n      x.y: #\n",
        "lookups:\n  a:\n    type: #\n",
        "lookups:\n  a:\n    type: postgresql\n    auth: #\n",
        "own: #\n",
        "own:\n  - #\n",
        "deployment:\n  mode: #\n",
        "streams:\n  a:\n    type: kafka\n    parallelism: #\n",
        "resources:\n  a: #\n",
        "extends: #\n",
    ];
    let mut cases = Vec::new();
    for canary in CANARIES {
        for value in values {
            for place in places {
                let text = place.replace('#', &value.replace('§', canary));
                cases.push(Case {
                    what: format!("{value} in {place:?}"),
                    text: format!("version: \"1.0\"\nenvironment: staging\n{text}"),
                    canary,
                });
            }
        }
    }
    cases
}

/// The fields that hold credentials. What is only partly one is tried with ways in which it is one by its look or its name.
pub fn secrets() -> impl Iterator<Item = &'static Field> {
    fields()
        .iter()
        .filter(|of| of.secret == Secret::Yes && !of.name.starts_with('<'))
}

/// The fields that are partly a credential.
pub fn partly() -> impl Iterator<Item = &'static Field> {
    fields()
        .iter()
        .filter(|of| matches!(of.secret, Secret::Partly(_)) && !of.name.starts_with('<'))
}

/// A document with a field written in one of the ways.
fn written(of: &Field, kind: Option<&str>, way: &str, canary: &str) -> String {
    let example = example(of, "HOLE");
    let mut text = example.text.clone();
    let key = text[example.key].to_owned();
    let start = text[..usize::from(example.key.start())]
        .rfind('\n')
        .map_or(0, |at| at + 1);
    let indent = text[start..usize::from(example.key.start())].to_owned();
    // The items of these lists are `NAME=value`.
    let filled = match way.strip_prefix("K: ") {
        Some(value) if key == "HOLE" => {
            format!(
                "PASSWORD={}",
                value.replace('K', "PASSWORD").replace('V', canary)
            )
        }
        None if key == "HOLE" => canary.to_owned(),
        _ => way
            .replace('V', "\u{1}")
            .replace('K', &key)
            .replace('\u{1}', canary),
    };
    let deeper = " ".repeat(indent.chars().count());
    let mut lines = String::new();
    for (at, line) in filled.split('\n').enumerate() {
        let front = if at == 0 { &indent } else { &deeper };
        let _ = writeln!(lines, "{front}{line}");
    }
    let end = usize::from(example.hole.end()) + 1;
    text.replace_range(start..end, &lines);
    if let (Some(kind), Some(first)) = (kind, of.applies_to.first()) {
        text = text.replacen(&format!("type: {first}\n"), &format!("type: {kind}\n"), 1);
    }
    format!("version: \"1.0\"\nenvironment: staging\n{text}")
}

/// The values of the discriminator of a field: its own types, and one that it does not belong to.
fn types(of: &Field) -> Vec<Option<&'static str>> {
    let Some(path) = of.discriminator else {
        return vec![None];
    };
    let mut all: Vec<&'static str> = of.applies_to.to_vec();
    for id in node(path).expect("a discriminator is a field").fields {
        let other = field(*id).values.iter().map(|value| value.value);
        all.extend(other.filter(|value| !of.applies_to.contains(value)).take(1));
    }
    all.into_iter().map(Some).collect()
}
