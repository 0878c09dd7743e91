//! No credential in any output.

use std::collections::HashMap;

use nexflow_catalog::{Field, Kind, Secret};
use nexflow_flink::FlinkVersion;

use crate::support::{outputs, snapshot, variables};

const CANARY: &str = "c4n4ry";

/// A document with the field at its place, and the value that decides whether it applies.
fn document(field: &Field, value: &str) -> String {
    let mut text = String::new();
    let segments: Vec<&str> = field.path.split('.').collect();
    let mut column = 0;
    let mut decided: Vec<String> = Vec::new();
    if let Some(path) = field.discriminator
        && let Some(kind) = field.applies_to.first()
    {
        decided = path.split('.').map(str::to_owned).collect();
        decided.push((*kind).to_owned());
    }
    for (depth, segment) in segments.iter().enumerate() {
        let lists = segment.matches("[]").count();
        let key = segment.trim_end_matches("[]");
        let key = match key {
            "<region>" => "eu",
            "<key>" => "ssl.key.password",
            key if key.starts_with('<') => "main",
            key => key,
        };
        text.push_str(&format!("{:column$}{key}:", ""));
        column += 2;
        if depth + 1 == segments.len() && lists == 0 {
            text.push_str(&format!(" {value}\n"));
            return text;
        }
        text.push('\n');
        // The discriminator stands in the block that it decides about.
        if decided.len() == depth + 3
            && decided[..=depth].iter().zip(&segments).all(|(a, b)| a == b)
        {
            text.push_str(&format!(
                "{:column$}{}: {}\n",
                "",
                decided[depth + 1],
                decided[depth + 2]
            ));
        }
        for _ in 0..lists {
            text.push_str(&format!("{:column$}-\n", ""));
            column += 2;
        }
    }
    text.push_str(&format!("{:column$}{value}\n", ""));
    text
}

#[test]
fn credentials_in_clear_are_never_printed() {
    let mut fields = 0;
    for field in nexflow_catalog::fields() {
        let value = match field.secret {
            Secret::No => continue,
            Secret::Yes => CANARY.to_owned(),
            Secret::Partly(_) if field.has_kind(Kind::Map) || field.has_kind(Kind::Object) => {
                format!("{{ssl.key.password: {CANARY}}}")
            }
            Secret::Partly(_) if field.has_kind(Kind::Uri) => {
                format!("mongodb://user:{CANARY}@host/db")
            }
            Secret::Partly(_) if field.path.ends_with("[]") => format!("DB_PASSWORD={CANARY}"),
            Secret::Partly(_) if field.name.starts_with('<') => CANARY.to_owned(),
            Secret::Partly(_) => continue,
        };
        fields += 1;
        let text = document(field, &value);
        let snapshot = snapshot(&text, &[], HashMap::new());
        assert!(!snapshot.document.has_errors(), "{}:\n{text}", field.path);
        for version in [FlinkVersion::V1_17, FlinkVersion::V2_3] {
            for output in outputs(&snapshot, version) {
                assert!(
                    !output.contains(CANARY),
                    "{}:\n{text}\n{output}",
                    field.path
                );
            }
        }
    }
    assert!(fields > 20, "{fields}");
}

#[test]
fn credentials_in_texts_and_variables_are_never_printed() {
    let text = format!(
        "checkpoints:
  a:
    type: s3
    bucket: b
    s3:
      endpoint: https://user:{CANARY}@store.example
    auth:
      type: static
      access_key: ${{ACCESS:-{CANARY}}}
      secret_key: ${{AWS_SECRET_KEY}}
    savepoint:
      directory: ${{SAVEPOINTS}}
state_backends:
  a:
    type: external
    redis:
      uri: redis://:{CANARY}@host:6379
resources:
  p:
    jvm:
      options:
        - -Djavax.net.ssl.trustStorePassword={CANARY}
streams:
  s:
    type: kafka
    properties:
      sasl.jaas.config: 'x required username=\"u\" password=\"{CANARY}\";'
      my.token: {CANARY}
anything:
  api_token: {CANARY}
  nested: [{{password: {CANARY}}}, 'MY_SECRET={CANARY}']
"
    );
    let uri = format!("s3://k:{CANARY}@bucket/p");
    let given = variables(&[
        ("AWS_SECRET_KEY", CANARY),
        ("ACCESS", CANARY),
        ("SAVEPOINTS", &uri),
    ]);
    let snapshot = snapshot(&text, &[], given);
    assert!(!snapshot.document.has_errors());
    for version in FlinkVersion::ALL {
        for output in outputs(&snapshot, version) {
            assert!(!output.contains(CANARY), "{output}");
        }
    }
}

/// Values that hold a credential, and keys that may have them.
const TELLING: [(&str, &str); 9] = [
    (
        "env.java.opts.taskmanager",
        "-Djavax.net.ssl.keyStorePassword=c4n4ry -Xmx1g",
    ),
    ("state.checkpoints.dir", "s3://key:c4n4ry@bucket/p"),
    (
        "high-availability.storageDir",
        "https://user:c4n4ry@store/ha",
    ),
    ("s3.endpoint", "https://user:c4n4ry@store:9000"),
    (
        "my.jdbc.url",
        "jdbc:postgresql://h/db?user=u&password=c4n4ry",
    ),
    ("containerized.master.env.DB_PASSWORD", "c4n4ry"),
    (
        "fs.azure.account.key.account.blob.core.windows.net",
        "c4n4ry",
    ),
    ("metrics.reporter.x.apikey", "c4n4ry"),
    (
        "flink.kafka.sasl.jaas.config",
        "x required username=\"u\" password=\"c4n4ry\";",
    ),
];

#[test]
fn credentials_of_a_configuration_are_never_printed() {
    use nexflow_catalog::{flink_options, secret_names};
    use nexflow_flink::import::{Format, Names, import, read};
    let sounding = flink_options::options()
        .iter()
        .flat_map(|option| std::iter::once(&option.key).chain(option.older))
        // The names of secrets of Kubernetes are none, nor are paths of files.
        .filter(|key| !key.ends_with("-secrets") && !key.ends_with("keytab"))
        .filter(|key| {
            let last = key.rsplit('.').next().unwrap_or(key);
            secret_names::is_secret(&last.replace('-', "_"))
        })
        .map(|key| (*key, CANARY));
    let all: Vec<(&str, &str)> = sounding.chain(TELLING).collect();
    assert!(all.len() > 20, "{}", all.len());
    let mut shown = Vec::new();
    for (key, value) in all {
        let quoted = value.replace('\'', "''");
        let nested = format!("{}: '{quoted}'", key.replacen('.', ":\n  ", 1));
        let resource = format!(
            "kind: FlinkDeployment\nmetadata: {{name: x}}\nspec:\n  flinkVersion: v1_20\n  flinkConfiguration:\n    {key}: '{quoted}'\n  podTemplate: {{spec: {{containers: [{{name: x, env: [{{name: A_PASSWORD, value: {CANARY}}}]}}]}}}}\n"
        );
        let texts = [
            (
                format!("{key}: {value}\nstate.backend.type: rocksdb\n"),
                Format::Lines,
            ),
            (format!("{key}: '{quoted}'\n"), Format::Yaml),
            (nested, Format::Yaml),
            (resource, Format::Yaml),
        ];
        for (text, format) in texts {
            let configuration = read(&text, format);
            for version in [FlinkVersion::V1_17, FlinkVersion::V1_20, FlinkVersion::V2_3] {
                let imported = import(&configuration, version, &Names::default());
                let mut said = vec![imported.text.clone(), imported.secrets.join(" ")];
                said.extend(configuration.problems.iter().map(|(_, text)| text.clone()));
                said.extend(imported.without_field.iter().map(|(_, why)| why.clone()));
                let snapshot = snapshot(&imported.text, &[], HashMap::new());
                said.extend(outputs(&snapshot, version));
                for said in said.into_iter().filter(|said| said.contains(CANARY)) {
                    shown.push(format!("{key} in\n{text}\n{said}"));
                }
            }
        }
    }
    assert!(shown.is_empty(), "{}", shown.join("\n---\n"));
}
