//! Kafka topics: names, addresses, security, schema registries, topics for bad records.

use nexflow_catalog::Severity;

use super::{
    Check, EntryCx,
    address::Address,
    document, entry,
    parts::{in_production, lacks, same, shown},
};
use crate::{Tag, cx::Cx, sink::Sink, view::Val};

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

/// The older dialect knows Kafka only and says no type.
fn is_kafka(at: &EntryCx<'_, '_>) -> bool {
    let kind = at.view.get("type");
    kind.is("kafka") || kind.is_missing() && at.cx.toolchain
}

/// Kafka's own limit, which leaves room for the suffix of a partition's folder.
const LONGEST_TOPIC: usize = 249;

fn topic_name(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    if !is_kafka(at) {
        return;
    }
    let topics = [
        at.view.get("topic"),
        at.view.get("error_handling.deserialization.dlq_topic"),
    ];
    for topic in &topics {
        let Some(name) = topic.text().filter(|name| !name.is_empty()) else {
            continue;
        };
        let wrong = name
            .chars()
            .find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')));
        let problem = if let Some(wrong) = wrong {
            format!("`{wrong}` is not allowed in it, only letters, digits, `.`, `_` and `-`")
        } else if matches!(name.as_ref(), "." | "..") {
            format!("`{name}` means a folder")
        } else if name.len() > LONGEST_TOPIC {
            format!(
                "it has {} characters and {LONGEST_TOPIC} are the most",
                name.len()
            )
        } else {
            continue;
        };
        sink.at("kafka-topic-name", topic)
            .say(format!("Kafka takes no such topic name: {problem}"));
    }
}

fn brokers_form(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    if is_kafka(at) {
        brokers(&at.view.get("brokers"), sink);
    }
}

fn toolchain_brokers_form(cx: &Cx<'_>, sink: &mut Sink) {
    brokers(&cx.root.get("kafka.brokers"), sink);
}

fn brokers(val: &Val<'_>, sink: &mut Sink) {
    let Some(text) = val.text().filter(|text| !text.is_empty()) else {
        return;
    };
    let problem = text.split(',').map(str::trim).find_map(|item| {
        if item.is_empty() {
            return Some("one item of the list is empty".to_owned());
        }
        let address = Address::parse(item);
        if let Some(scheme) = address.scheme {
            return Some(format!("`{scheme}://` does not belong there"));
        }
        let port = address
            .hosts
            .iter()
            .all(|host| !host.host.is_empty() && host.has_port());
        (!port || !address.path.is_empty()).then(|| format!("`{item}` has no port"))
    });
    if let Some(problem) = problem {
        sink.at("kafka-brokers-form", val).say(format!(
            "`brokers` is a list `host:port,host:port`: {problem}"
        ));
    }
}

fn replication_one(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let replication = at.view.get("replication");
    if in_production(at.cx) && replication.int() == Some(1) {
        sink.at("replication-one-in-production", &replication)
            .with(&at.cx.environment, "the environment is `production`")
            .say("with one replica the records of a partition are lost when its broker is");
    }
}

const PROTOCOL: &str = "security.protocol";

fn sasl_incomplete(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let properties = at.view.get("properties").view();
    let (protocol, mechanism) = (
        properties.child(PROTOCOL),
        properties.child("sasl.mechanism"),
    );
    if protocol.is_any(&["SASL_SSL", "SASL_PLAINTEXT"]) {
        if mechanism.is_missing() && at.cx.judges_absence() && !at.view.has_errors() {
            let chosen = shown(&protocol);
            sink.at("sasl-incomplete", &protocol).say(format!(
                "`{chosen}` needs a `sasl.mechanism`: without one Kafka takes `GSSAPI`, which is hardly meant"
            ));
        }
    } else if protocol.is_any(&["PLAINTEXT", "SSL"]) && mechanism.is_present() {
        let chosen = shown(&protocol);
        sink.at_key("sasl-incomplete", &mechanism)
            .severity(Severity::Warning)
            .tag(Tag::Unnecessary)
            .with(&protocol, format!("`{PROTOCOL}` is `{chosen}`"))
            .say(format!(
                "`sasl.mechanism` has no effect with `{chosen}`: clients log in by SASL with `SASL_SSL` or `SASL_PLAINTEXT` only"
            ));
    }
}

fn in_clear(protocol: &Val<'_>, cx: &Cx<'_>, sink: &mut Sink) {
    let what = if protocol.is("PLAINTEXT") {
        "records travel"
    } else if protocol.is("SASL_PLAINTEXT") {
        "records and passwords travel"
    } else {
        return;
    };
    let chosen = shown(protocol);
    sink.at("plaintext-in-production", protocol)
        .with(&cx.environment, "the environment is `production`")
        .say(format!("with `{chosen}` {what} in clear"));
}

fn plaintext(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    if in_production(at.cx) {
        let properties = at.view.get("properties").view();
        in_clear(&properties.child(PROTOCOL), at.cx, sink);
    }
}

fn toolchain_plaintext(cx: &Cx<'_>, sink: &mut Sink) {
    if in_production(cx) {
        in_clear(&cx.root.get("kafka.security_protocol"), cx, sink);
        let properties = cx.root.get("kafka.properties").view();
        in_clear(&properties.child(PROTOCOL), cx, sink);
    }
}

fn dlq_topic_missing(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let action = at.view.get("error_handling.deserialization.action");
    if at.cx.whole && action.is("dlq") && lacks(at, "error_handling.deserialization.dlq_topic") {
        sink.at("dlq-topic-missing", &action)
            .say("`action: dlq` sends bad records to `dlq_topic`, and there is none");
    }
}

fn dlq_topic_is_own(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let topic = at.view.get("topic");
    let bad = at.view.get("error_handling.deserialization.dlq_topic");
    if same(&bad, &topic) == Some(true) {
        let name = shown(&bad);
        sink.at("dlq-topic-is-own", &bad)
            .with(&topic, "the stream's own topic")
            .say(format!(
                "bad records would go back to `{name}`, from which they came, for ever"
            ));
    }
}

/// The dead letters' topic is read again as a stream. The same references count as the same values.
fn dead_letter_topic_is_read(cx: &Cx<'_>, sink: &mut Sink) {
    let letters = cx.entries("dead_letters");
    if letters.is_empty() {
        return;
    }
    let mut streams = rustc_hash::FxHashMap::default();
    for (name, stream) in cx.entries("streams").iter() {
        let view = stream.view();
        let (topic, brokers) = (view.get("topic"), view.get("brokers"));
        if view.get("type").is("kafka")
            && let (Some(topic_text), Some(_)) = (topic.raw(), brokers.raw())
        {
            streams
                .entry(topic.text().unwrap_or(topic_text))
                .or_insert((name.clone(), topic, brokers));
        }
    }
    for (letter, dead) in letters.iter() {
        let view = dead.view();
        let (topic, brokers) = (view.get("topic"), view.get("brokers"));
        if !view.get("type").is("kafka") {
            continue;
        }
        let Some(key) = topic.text().or_else(|| topic.raw()) else {
            continue;
        };
        let Some((name, read, at)) = streams.get(&key) else {
            continue;
        };
        if same(at, &brokers) == Some(true) {
            sink.at("dlq-topic-is-own", &topic)
                .severity(Severity::Warning)
                .with(read, format!("the stream `{name}`"))
                .say(format!(
                    "the dead letters of `{letter}` go to the topic of the stream `{name}`, which would read them back as records"
                ));
        }
    }
}

fn registry_missing(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let format = at.view.get("serialization.value_format");
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
        sink.at("registry-missing", &format).say(format!(
            "`{chosen}` records are read with schemas from a registry, and no address of one is given: set `{place}`"
        ));
    }
}

fn source_exceeds_partitions(cx: &Cx<'_>, sink: &mut Sink) {
    let streams = cx.root.get("streams").view();
    if streams.is_missing() {
        return;
    }
    for (_, process) in cx.entries("resources").iter() {
        for (operator, settings) in process.view().get("operators").view().entries() {
            let Some(stream) = operator.strip_prefix("source_") else {
                continue;
            };
            let parallelism = settings.view().get("parallelism");
            let partitions = streams.child(stream).view().get("partitions");
            if let (Some(readers), Some(parts)) = (parallelism.int(), partitions.int())
                && readers > parts
            {
                sink.at("source-exceeds-partitions", &parallelism)
                    .with(&partitions, format!("`{stream}` has {parts} partitions"))
                    .say(format!(
                        "`{stream}` has {parts} partitions, so {} of the {readers} readers stay idle and may hold back watermarks",
                        readers - parts
                    ));
            }
        }
    }
}
