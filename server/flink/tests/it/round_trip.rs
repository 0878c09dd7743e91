//! A configuration that becomes a document becomes the same configuration again, and nothing disappears.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
};

use nexflow_analysis::{FormatOptions, format};
use nexflow_catalog::flink_options as flink;
use nexflow_flink::{
    FlinkVersion,
    import::{Configuration, Format, Imported, Names, Setting, import, read},
};

use crate::{
    every_field::{document, minimal},
    support::{self, options, snapshot},
};

/// The options of a document, values in Flink's smallest units.
fn rendered(text: &str, version: FlinkVersion) -> BTreeMap<String, String> {
    let snapshot = snapshot(text, &[], HashMap::new());
    assert!(!snapshot.document.has_errors(), "{text}");
    options(&snapshot, version)
        .rows()
        .filter(|row| row.client.is_none())
        .map(|row| (row.option.to_string(), row.value.clone()))
        .collect()
}

/// Bytes, nanoseconds, plain words: by a reading of its own.
fn meaning(key: &str, value: &str) -> String {
    let is_span = flink::options().iter().any(|option| {
        option.kind == flink::OptionKind::Duration
            && (option.key == key || option.older.contains(&key))
    });
    let mut value = value.trim().to_lowercase();
    if is_span {
        if value == "pt1m30s" {
            value = "90 s".to_owned();
        }
        if value.bytes().all(|byte| byte.is_ascii_digit()) {
            value.push_str("ms");
        }
        if value.ends_with('m') {
            value.push_str("in");
        }
    }
    let digits: String = value.chars().take_while(char::is_ascii_digit).collect();
    let unit = value[digits.len()..].trim();
    let Ok(number) = digits.parse::<u128>() else {
        return match value.parse::<f64>() {
            Ok(number) => number.to_string(),
            Err(_) => value.trim_end_matches('/').replace([';', ' '], ","),
        };
    };
    match unit {
        "ms" => (number * 1_000_000).to_string() + "ns",
        "s" | "sec" => (number * 1_000_000_000).to_string() + "ns",
        "min" => (number * 60_000_000_000).to_string() + "ns",
        "h" => (number * 3_600_000_000_000).to_string() + "ns",
        "d" => (number * 86_400_000_000_000).to_string() + "ns",
        "kb" | "k" => (number << 10).to_string(),
        "mb" | "m" => (number << 20).to_string(),
        "gb" | "g" => (number << 30).to_string(),
        "b" | "bytes" => number.to_string(),
        "" => value
            .parse::<f64>()
            .map_or(value.clone(), |number| number.to_string()),
        _ => value,
    }
}

fn is_credential(key: &str) -> bool {
    ["access-key", "secret-key", "account.key", "password"]
        .iter()
        .any(|word| key.contains(word))
}

#[test]
fn every_option_with_a_field_comes_back_in_every_version() {
    let mut tried = 0;
    let mut wrong = String::new();
    for translation in flink::translations() {
        let Some(field) = nexflow_catalog::fields()
            .iter()
            .find(|field| field.path == translation.field && field.example.is_some())
        else {
            continue;
        };
        if translation.client.is_some() || !translation.import {
            continue;
        }
        let text = document(&minimal(
            field,
            field.example.unwrap_or_default(),
            Some(translation),
        ));
        for version in FlinkVersion::ALL {
            let given = rendered(&text, version);
            if given.is_empty() {
                continue;
            }
            tried += 1;
            let configuration = Configuration {
                settings: given
                    .iter()
                    .enumerate()
                    .map(|(line, (key, value))| Setting {
                        key: key.clone(),
                        value: value.clone(),
                        line,
                        hidden: nexflow_flink::import::Hidden::default(),
                    })
                    .collect(),
                ..Configuration::default()
            };
            let imported = import(&configuration, version, &Names::default());
            let back = rendered(&imported.text, version);
            if !imported.without_field.is_empty() {
                wrong.push_str(&format!(
                    "{} {version}: {:?}\n",
                    translation.field, imported.without_field
                ));
            }
            for (key, value) in &given {
                let same = back
                    .get(key)
                    .is_some_and(|back| meaning(key, back) == meaning(key, value));
                if !same && !is_credential(key) {
                    wrong.push_str(&format!(
                        "{} {version}: {key}: {value} became {:?}\n{}\n",
                        translation.field,
                        back.get(key),
                        imported.text
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", &wrong[..wrong.len().min(8000)]);
    assert!(tried > 600, "{tried}");
}

/// The version for which a file is written, by its first line.
fn version_of(text: &str) -> FlinkVersion {
    let line = text.lines().next().unwrap_or_default();
    let version = line.rsplit(' ').next().unwrap_or_default();
    version.parse().expect("the first line ends with a version")
}

#[test]
fn realistic_configurations_come_back() {
    let folder = support::repository().join("server/flink/tests/configurations");
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("configurations")
        .map(|file| file.expect("an entry").path())
        .collect();
    files.sort();
    assert!(files.len() >= 20, "{}", files.len());
    let mut wrong = String::new();
    let (mut fields, mut comments) = (0, 0);
    for path in &files {
        let text = fs::read_to_string(path).expect("a configuration");
        let name = path.file_name().expect("a name").to_string_lossy();
        let version = version_of(&text);
        let configuration = read(&text, Format::of(&name, &text));
        assert!(
            configuration.problems.is_empty(),
            "{name}: {:?}",
            configuration.problems
        );
        assert!(!configuration.settings.is_empty(), "{name}");
        let imported = import(&configuration, version, &Names::default());
        nothing_disappears(&name, &configuration, &imported, version, &mut wrong);
        comments += imported.without_field.len();
        fields += configuration.settings.len()
            - imported
                .without_field
                .len()
                .min(configuration.settings.len());
        let snapshot = snapshot(&imported.text, &[], HashMap::new());
        assert!(
            !snapshot.document.has_errors(),
            "{name}:\n{}",
            imported.text
        );
        let edits = format(&snapshot, None, FormatOptions::default());
        assert!(edits.is_empty(), "{name}: not formatted\n{}", imported.text);
    }
    assert!(wrong.is_empty(), "{}", &wrong[..wrong.len().min(8000)]);
    assert!(fields > 150, "{fields} fields, {comments} comments");
}

fn nothing_disappears(
    name: &str,
    configuration: &Configuration,
    imported: &Imported,
    version: FlinkVersion,
    wrong: &mut String,
) {
    let back = rendered(&imported.text, version);
    for setting in &configuration.settings {
        if imported
            .without_field
            .iter()
            .any(|(known, _)| known.key == setting.key && known.line == setting.line)
        {
            if !imported.text.contains(&format!("#   {}: ", setting.key)) {
                wrong.push_str(&format!("{name}: {} is no comment\n", setting.key));
            }
            continue;
        }
        // Under its own name, or that of the version.
        let candidates = flink::options()
            .iter()
            .filter(|option| {
                option.key == setting.key
                    || option.older.contains(&setting.key.as_str())
                    || flink::options()
                        .iter()
                        .any(|later| later.key == setting.key && later.older.contains(&option.key))
            })
            .map(|option| option.key)
            .chain([setting.key.as_str()]);
        let mut found = false;
        for key in candidates {
            if let Some(value) = back.get(key) {
                found |= meaning(key, value) == meaning(key, &setting.value) || is_credential(key);
            }
        }
        if !found {
            wrong.push_str(&format!(
                "{name}: {}: {} has disappeared\n{}\n{back:?}\n",
                setting.key, setting.value, imported.text
            ));
        }
        if is_credential(&setting.key)
            && !setting.value.starts_with("${")
            && imported.text.contains(&setting.value)
        {
            wrong.push_str(&format!("{name}: {} is in the document\n", setting.key));
        }
    }
}

#[test]
fn credentials_become_references() {
    let text = "state.checkpoints.dir: s3://b/p\ns3.access-key: AKIAIOSFODNN7EXAMPLE\ns3.secret-key: c4n4ry\nsecurity.ssl.internal.keystore-password: c4n4ry\n";
    let configuration = read(text, Format::Lines);
    let imported = import(&configuration, FlinkVersion::V1_17, &Names::default());
    assert!(!imported.text.contains("c4n4ry"), "{}", imported.text);
    assert!(!imported.text.contains("AKIA"), "{}", imported.text);
    assert!(
        imported.text.contains("secret_key: ${S3_SECRET_KEY}"),
        "{}",
        imported.text
    );
    assert_eq!(
        imported.secrets,
        [
            "S3_ACCESS_KEY",
            "S3_SECRET_KEY",
            "SECURITY_SSL_INTERNAL_KEYSTORE_PASSWORD"
        ]
    );
}

#[test]
fn both_old_files_and_new_ones_are_read() {
    let lines = read("a.b: c # d\n# e\nx: y: z\na.b: last\n", Format::Lines);
    let pairs = |configuration: &Configuration| -> Vec<(String, String)> {
        configuration
            .settings
            .iter()
            .map(|setting| (setting.key.clone(), setting.value.clone()))
            .collect()
    };
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(pairs(&lines), [pair("x", "y: z"), pair("a.b", "last")]);
    let nested = read("a:\n  b: 'c # d'\n  l: [x, y]\nf.g: 1\n", Format::Yaml);
    assert_eq!(
        pairs(&nested),
        [pair("a.b", "c # d"), pair("a.l", "x;y"), pair("f.g", "1")]
    );
}
