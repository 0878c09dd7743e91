//! Kafka topics: names, addresses, security, schema registries, topics for bad records.

use nexflow_catalog::Severity;

use super::{
    Check, EntryContext,
    address::Address,
    document, entry,
    shared::{in_production, lacks, same, shown},
};
use crate::{
    Tag,
    document_context::DocumentContext,
    merged::{MergedMapping, MergedValue},
    sink::DiagnosticSink,
};

pub const CHECKS: &[Check] = &[
    entry("streams", "kafka-topic-name", topic_name),
    entry("dead_letters", "kafka-topic-name", topic_name),
    entry("completions", "kafka-topic-name", topic_name),
    entry("streams", "kafka-brokers-form", brokers_form),
    entry("dead_letters", "kafka-brokers-form", brokers_form),
    entry("completions", "kafka-brokers-form", brokers_form),
    document("kafka-brokers-form", toolchain_brokers_form),
    entry("streams", "replication-one-in-production", replication_one),
    entry(
        "completions",
        "replication-one-in-production",
        replication_one,
    ),
    entry("streams", "sasl-incomplete", sasl_incomplete),
    entry("dead_letters", "sasl-incomplete", sasl_incomplete),
    entry("streams", "plaintext-in-production", plaintext),
    entry("dead_letters", "plaintext-in-production", plaintext),
    document("plaintext-in-production", toolchain_plaintext),
    entry("streams", "dlq-topic-missing", dlq_topic_missing),
    entry("streams", "dlq-topic-is-own", dlq_topic_is_own),
    document("dlq-topic-is-own", dead_letter_topic_is_read),
    entry("streams", "registry-missing", registry_missing),
    entry("completions", "registry-missing", registry_missing),
    document("source-exceeds-partitions", source_exceeds_partitions),
];

/// The toolchain's dialect knows Kafka only and says no type.
fn is_kafka(at: &EntryContext<'_, '_>) -> bool {
    let kind = at.mapping.get("type");
    kind.is("kafka") || kind.is_missing() && at.cx.toolchain
}

/// Kafka's own limit, which leaves room for the suffix of a partition's folder.
const LONGEST_TOPIC: usize = 249;

fn topic_name(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    if !is_kafka(at) {
        return;
    }
    let topics = [
        at.mapping.get("topic"),
        at.mapping.get("error_handling.deserialization.dlq_topic"),
    ];
    for topic in &topics {
        let Some(name) = topic.text().filter(|name| !name.is_empty()) else {
            continue;
        };
        let wrong = name
            .chars()
            .find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')));
        let problem = if let Some(wrong) = wrong {
            let found = match wrong {
                ' ' => "it contains a space".to_owned(),
                wrong => format!("`{wrong}` is not allowed"),
            };
            format!("{found}. Use letters, digits, `.`, `_` and `-`")
        } else if matches!(name.as_ref(), "." | "..") {
            format!("`{name}` means a folder")
        } else if name.len() > LONGEST_TOPIC {
            format!(
                "it has {} characters, and {LONGEST_TOPIC} is the maximum",
                name.len()
            )
        } else {
            continue;
        };
        sink.report("kafka-topic-name", topic)
            .advises(wrong.is_some())
            .emit(format!("Invalid topic name: {problem}."));
    }
}

fn brokers_form(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    if is_kafka(at) {
        brokers(&at.mapping.get("brokers"), sink);
    }
}

fn toolchain_brokers_form(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    brokers(&cx.root.get("kafka.brokers"), sink);
}

fn brokers(val: &MergedValue<'_>, sink: &mut DiagnosticSink) {
    let Some(text) = val.text().filter(|text| !text.is_empty()) else {
        return;
    };
    let problem = text.split(',').map(str::trim).find_map(|item| {
        if item.is_empty() {
            return Some("one item of the list is empty".to_owned());
        }
        let address = Address::parse(item);
        let port = address
            .hosts
            .iter()
            .all(|host| !host.host.is_empty() && host.has_port());
        (!port || !address.path.is_empty()).then(|| format!("broker `{item}` has no port"))
    });
    if let Some(problem) = problem {
        let report = sink.report("kafka-brokers-form", val);
        let report = match with_ports(val, &text) {
            Some(right) => report.replace(format!("Change to `{right}`"), right),
            None => report,
        };
        report.advises(true).emit(format!(
            "Invalid broker list: {problem}. Expected a comma-separated list of `host:port`."
        ));
        return;
    }
    // Kafka's clients pass over it; what counts is `security.protocol`.
    let scheme = text
        .split(',')
        .find_map(|item| Address::parse(item.trim()).scheme.map(str::to_owned));
    if let Some(scheme) = scheme {
        sink.report("kafka-brokers-form", val)
            .severity(Severity::Hint)
            .emit(format!(
                "Kafka clients ignore `{scheme}://` in `brokers`; `security.protocol` selects the protocol."
            ));
    }
}

/// The list with the port of the field's example behind each name that has none.
fn with_ports(val: &MergedValue<'_>, text: &str) -> Option<String> {
    let example = val.fields().find_map(|field| field.example)?;
    let port = example.rsplit(':').next()?;
    let complete = |item: &str| {
        let address = Address::parse(item);
        match address.hosts.as_slice() {
            // A scheme is a slip of its own.
            [host]
                if !host.host.is_empty() && address.path.is_empty() && address.scheme.is_none() =>
            {
                Some(match host.has_port() || item.ends_with(':') {
                    true => item.to_owned(),
                    false => format!("{item}:{port}"),
                })
            }
            _ => None,
        }
    };
    let items: Vec<String> = text
        .split(',')
        .map(|item| complete(item.trim()))
        .collect::<Option<_>>()?;
    let right = items.join(",");
    (right != text && !right.ends_with(':') && !right.contains(":,")).then_some(right)
}

fn replication_one(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let replication = at.mapping.get("replication");
    if in_production(at.cx) && replication.int() == Some(1) {
        sink.report("replication-one-in-production", &replication)
            .related(&at.cx.environment, "the environment is `production`")
            .emit("With a single replica, losing a broker loses records.");
    }
}

const PROTOCOL: &str = "security.protocol";

fn sasl_incomplete(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let properties = at.mapping.get("properties").mapping();
    let (protocol, mechanism) = (
        properties.child(PROTOCOL),
        properties.child("sasl.mechanism"),
    );
    if protocol.is_any(&["SASL_SSL", "SASL_PLAINTEXT"]) {
        if mechanism.is_missing() && at.cx.checks_absence() && !at.mapping.has_errors() {
            mechanism_missing(&properties, &protocol, sink);
        }
    } else if protocol.is_any(&["PLAINTEXT", "SSL"]) && mechanism.is_present() {
        let chosen = shown(&protocol);
        sink.report_key("sasl-incomplete", &mechanism)
            .severity(Severity::Warning)
            .tag(Tag::Unnecessary)
            .related(&protocol, format!("`{PROTOCOL}` is `{chosen}`"))
            .emit(format!(
                "`sasl.mechanism` is ignored with `{chosen}`: only `SASL_SSL` and `SASL_PLAINTEXT` log in by SASL."
            ));
    }
}

/// The login modules that belong to another mechanism than Kerberos, Kafka's default, with that mechanism.
const MODULES: [(&str, &str); 3] = [
    ("PlainLoginModule", "PLAIN"),
    ("ScramLoginModule", "SCRAM-SHA-512"),
    ("OAuthBearerLoginModule", "OAUTHBEARER"),
];

/// Kerberos needs no `sasl.mechanism`. A login module of another mechanism contradicts it.
fn mechanism_missing(
    properties: &MergedMapping<'_>,
    protocol: &MergedValue<'_>,
    sink: &mut DiagnosticSink,
) {
    let login = properties.child("sasl.jaas.config");
    let written = login.raw().unwrap_or_default();
    if let Some((module, mechanism)) = MODULES.iter().find(|(module, _)| written.contains(module)) {
        sink.report("sasl-incomplete", protocol)
            .related(&login, format!("a login by `{module}`"))
            .advises(true)
            .emit(format!(
                "Missing `sasl.mechanism`. Kafka defaults to `GSSAPI`, which does not work with `{module}`; set it to `{mechanism}`."
            ));
        return;
    }
    let kerberos = written.contains("Krb5LoginModule")
        || properties
            .entries()
            .iter()
            .any(|(key, _)| key.starts_with("sasl.kerberos."));
    if !kerberos {
        sink.report("sasl-incomplete", protocol)
            .severity(Severity::Hint)
            .advises(true)
            .emit(
                "`sasl.mechanism` is unset, so Kafka uses `GSSAPI` (Kerberos). Set it if you log in otherwise.",
            );
    }
}

fn in_clear(protocol: &MergedValue<'_>, cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let what = if protocol.is("PLAINTEXT") {
        "records travel"
    } else if protocol.is("SASL_PLAINTEXT") {
        "records and passwords are sent"
    } else {
        return;
    };
    let chosen = shown(protocol);
    // A service mesh may encrypt what the client does not.
    let severity = if protocol.is("PLAINTEXT") || has_mesh(cx) {
        Severity::Hint
    } else {
        Severity::Warning
    };
    sink.report("plaintext-in-production", protocol)
        .severity(severity)
        .related(&cx.environment, "the environment is `production`")
        .emit(format!(
            "With `{chosen}`, {what} unencrypted unless the network encrypts them."
        ));
}

/// Signs of a service mesh, which stand in the names of annotations and labels.
const MESHES: [&str; 3] = ["istio.io", "linkerd.io", "consul.hashicorp.com"];

fn has_mesh(cx: &DocumentContext<'_>) -> bool {
    fn below(mapping: &MergedMapping<'_>, depth: usize) -> bool {
        depth < 8
            && mapping.entries().iter().any(|(key, val)| {
                MESHES.iter().any(|mesh| key.contains(mesh)) || below(&val.mapping(), depth + 1)
            })
    }
    below(&cx.root.get("deployment").mapping(), 0)
}

fn plaintext(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    if in_production(at.cx) {
        let properties = at.mapping.get("properties").mapping();
        in_clear(&properties.child(PROTOCOL), at.cx, sink);
    }
}

fn toolchain_plaintext(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    if in_production(cx) {
        in_clear(&cx.root.get("kafka.security_protocol"), cx, sink);
        let properties = cx.root.get("kafka.properties").mapping();
        in_clear(&properties.child(PROTOCOL), cx, sink);
    }
}

fn dlq_topic_missing(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let action = at.mapping.get("error_handling.deserialization.action");
    if at.cx.whole && action.is("dlq") && lacks(at, "error_handling.deserialization.dlq_topic") {
        sink.report("dlq-topic-missing", &action)
            .missing(["dlq_topic"])
            .emit("Missing `dlq_topic`: `action: dlq` sends bad records there.");
    }
}

fn dlq_topic_is_own(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let topic = at.mapping.get("topic");
    let bad = at.mapping.get("error_handling.deserialization.dlq_topic");
    if same(&bad, &topic) == Some(true) {
        let name = shown(&bad);
        sink.report("dlq-topic-is-own", &bad)
            .related(&topic, "the stream's own topic")
            .emit(format!(
                "Bad records would return to their own topic `{name}` forever."
            ));
    }
}

/// The dead letters' topic is read again as a stream. The same references count as the same values.
fn dead_letter_topic_is_read(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let letters = cx.entries("dead_letters");
    if letters.is_empty() {
        return;
    }
    let mut streams = rustc_hash::FxHashMap::default();
    for (name, stream) in cx.entries("streams").iter() {
        let mapping = stream.mapping();
        let (topic, brokers) = (mapping.get("topic"), mapping.get("brokers"));
        if mapping.get("type").is("kafka")
            && let (Some(topic_text), Some(_)) = (topic.raw(), brokers.raw())
        {
            streams
                .entry(topic.text().unwrap_or(topic_text))
                .or_insert((name.clone(), topic, brokers));
        }
    }
    for (letter, dead) in letters.iter() {
        let mapping = dead.mapping();
        let (topic, brokers) = (mapping.get("topic"), mapping.get("brokers"));
        if !mapping.get("type").is("kafka") {
            continue;
        }
        let Some(key) = topic.text().or_else(|| topic.raw()) else {
            continue;
        };
        let Some((name, read, at)) = streams.get(&key) else {
            continue;
        };
        if same(at, &brokers) == Some(true) {
            sink.report("dlq-topic-is-own", &topic)
                .severity(Severity::Warning)
                .related(read, format!("the stream `{name}`"))
                .emit(format!(
                    "Dead letters of `{letter}` go to the topic of stream `{name}`, which reads them back."
                ));
        }
    }
}

fn registry_missing(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let format = at.mapping.get("serialization.value_format");
    let places = [
        "schema_registry.url",
        "serialization.avro.schema_registry_url",
        "serialization.schema_registry_url",
    ];
    if at.cx.whole
        && format.is_any(&["avro", "protobuf"])
        && places.iter().all(|path| lacks(at, path))
    {
        let (chosen, place) = (
            shown(&format),
            if at.section == "completions" {
                places[2]
            } else {
                places[0]
            },
        );
        sink.report("registry-missing", &format)
            .missing([place])
            .emit(format!(
                "Missing `{place}`: format `{chosen}` needs a schema registry."
            ));
    }
}

fn source_exceeds_partitions(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let streams = cx.root.get("streams").mapping();
    if streams.is_missing() {
        return;
    }
    for (_, process) in cx.entries("resources").iter() {
        for (operator, settings) in process.mapping().get("operators").mapping().entries() {
            let Some(stream) = operator.strip_prefix("source_") else {
                continue;
            };
            let parallelism = settings.mapping().get("parallelism");
            let partitions = streams.child(stream).mapping().get("partitions");
            if let (Some(readers), Some(parts)) = (parallelism.int(), partitions.int())
                && readers > parts
            {
                sink.report("source-exceeds-partitions", &parallelism)
                    .related(&partitions, format!("`{stream}` has {parts} partitions"))
                    .emit(format!(
                        "`{stream}` has {parts} partitions, so {} of {readers} readers stay idle.",
                        readers - parts
                    ));
            }
        }
    }
}
