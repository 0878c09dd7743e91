//! Settings that can be said in two ways and are said in both.

use super::{
    Check, EntryContext, entry,
    shared::{same, shown},
};
use crate::sink::DiagnosticSink;

pub const CHECKS: &[Check] = &[
    entry("streams", "given-twice", registry_given_twice),
    entry("lookups", "given-twice", lookup_given_twice),
    entry("resources", "given-twice", memory_given_twice),
    entry("streams", "kafka-setting-twice", kafka_setting_twice),
    entry("dead_letters", "kafka-setting-twice", kafka_setting_twice),
    entry("resources", "network-synonyms", network_synonyms),
];

fn twice(at: &EntryContext<'_, '_>, short: &str, long: &str, sink: &mut DiagnosticSink) {
    let (one, other) = (at.mapping.get(short), at.mapping.get(long));
    if one.is_missing() || other.is_missing() {
        return;
    }
    let (one_value, other_value) = (shown(&one), shown(&other));
    sink.report("given-twice", &one)
        .related(&other, format!("`{long}` is `{other_value}`"))
        .emit(format!(
            "`{short}` (`{one_value}`) and `{long}` (`{other_value}`) set the same thing; keep one."
        ));
}

fn lookup_given_twice(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    for (short, long) in [
        ("read_preference", "read.preference"),
        ("max_pool_size", "connection.max_pool_size"),
        ("key_pattern", "lookup.key_pattern"),
        ("cluster_mode", "cluster.enabled"),
        ("pool_size", "pool.size"),
    ] {
        twice(at, short, long, sink);
    }
}

fn memory_given_twice(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    if at.cx.toolchain
        || matches!(
            at.name.as_ref(),
            "_task_managers" | "_job_manager" | "_quotas"
        )
    {
        return;
    }
    for (short, long) in [
        ("managed_memory", "memory.managed"),
        ("network_memory", "memory.network"),
    ] {
        twice(at, short, long, sink);
    }
}

/// Both places are documented, and the same registry in both is harmless.
fn registry_given_twice(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let (one, other) = (
        at.mapping.get("schema_registry.url"),
        at.mapping.get("serialization.avro.schema_registry_url"),
    );
    if same(&one, &other) == Some(false) {
        twice(
            at,
            "schema_registry.url",
            "serialization.avro.schema_registry_url",
            sink,
        );
    }
}

/// Kafka options for which L5 has fields of its own.
const KAFKA_FIELDS: [(&str, &str); 12] = [
    ("bootstrap.servers", "brokers"),
    ("group.id", "consumer.group_id"),
    ("auto.offset.reset", "consumer.auto_offset_reset"),
    ("max.poll.records", "consumer.max_poll_records"),
    ("isolation.level", "consumer.isolation_level"),
    ("acks", "producer.acks"),
    ("retries", "producer.retries"),
    ("batch.size", "producer.batch_size"),
    ("linger.ms", "producer.linger_ms"),
    ("compression.type", "producer.compression"),
    ("enable.idempotence", "producer.idempotence"),
    ("buffer.memory", "producer.buffer_memory"),
];

fn kafka_setting_twice(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let properties = at.mapping.get("properties").mapping();
    if properties.is_missing() {
        return;
    }
    for (option, path) in KAFKA_FIELDS {
        let (property, field) = (properties.child(option), at.mapping.get(path));
        if property.is_missing() || field.is_missing() {
            continue;
        }
        let value = shown(&field);
        sink.report_key("kafka-setting-twice", &property)
            .related(&field, format!("`{path}` is `{value}`"))
            .emit(format!(
                "Property `{option}` repeats `{path}`; keep `{path}`."
            ));
    }
}

fn network_synonyms(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    for (one, other, option) in [
        (
            "buffers_per_channel",
            "exclusive_buffers_per_channel",
            "taskmanager.network.memory.buffers-per-channel",
        ),
        (
            "buffer_size",
            "memory_segment_size",
            "taskmanager.memory.segment-size",
        ),
    ] {
        let (first, second) = (
            at.mapping.get(&format!("network.{one}")),
            at.mapping.get(&format!("network.{other}")),
        );
        let differ = match (first.bytes(), second.bytes()) {
            (Some(first), Some(second)) => first != second,
            _ => same(&first, &second) == Some(false),
        };
        if differ {
            let (first_value, second_value) = (shown(&first), shown(&second));
            sink.report("network-synonyms", &first)
                .related(&second, format!("`{other}` is {second_value}"))
                .emit(format!(
                    "`{one}` ({first_value}) and `{other}` ({second_value}) are the same Flink option `{option}`."
                ));
        }
    }
}
