//! What Flink does with the settings of Kafka and Kinesis streams: transactions, groups, offsets, properties of its own.

use super::{
    Check, EntryContext, document, entry,
    shared::{exactly_once, in_production, lacks_in, same, shown, with_regions},
};
use crate::{document_context::DocumentContext, merged::MergedMapping, sink::DiagnosticSink};

pub const CHECKS: &[Check] = &[
    document("transaction-timeout-missing", timeout_missing),
    entry("streams", "property-set-by-flink", property_set_by_flink),
    document("group-shared", group_shared),
    document("isolation-level-missing", isolation_level_missing),
    entry("streams", "replication-two-with-all", replication_two),
    entry("streams", "latest-in-production", latest_in_production),
    document("retention-below-savepoints", retention_below_savepoints),
];

fn timeout_missing(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let Some(mode) = exactly_once(cx) else { return };
    if !cx.checks_absence() {
        return;
    }
    for (name, stream) in cx.entries("streams").iter() {
        let mapping = stream.mapping();
        let direction = mapping.get("direction");
        let properties = mapping.get("properties");
        // A stream that does not say that it is written may be read only.
        if !mapping.get("type").is("kafka")
            || !direction.is("sink")
            || properties.is_unknown()
            || mapping.has_errors()
            || is_weak(&mapping)
            || properties
                .mapping()
                .child("transaction.timeout.ms")
                .is_present()
        {
            continue;
        }
        sink.report("transaction-timeout-missing", &direction)
            .related(&mode, "checkpoints promise `exactly_once`")
            .emit(format!(
                "An exactly-once sink for `{name}` asks for transactions of 1 hour, but brokers allow 15 minutes. Set `transaction.timeout.ms`."
            ));
    }
}

/// A stream that cannot be written in transactions.
fn is_weak(mapping: &MergedMapping<'_>) -> bool {
    mapping.get("producer.acks").is_any(&["0", "1"])
        || mapping.get("producer.idempotence").is_false()
}

/// Properties that the builders of Flink's source and sink set, with what they do about them.
const OWNED: [(&str, &str); 6] = [
    (
        "auto.offset.reset",
        "is overridden by the start offsets of the source. Use `consumer.auto_offset_reset`",
    ),
    (
        "enable.auto.commit",
        "is not needed: Flink commits offsets with its checkpoints. Remove it",
    ),
    (
        "key.deserializer",
        "is overridden: Flink reads bytes and decodes them itself. Remove it",
    ),
    (
        "key.serializer",
        "is overridden: Flink encodes records itself. Remove it",
    ),
    (
        "value.deserializer",
        "is overridden: Flink reads bytes and decodes them itself. Remove it",
    ),
    (
        "value.serializer",
        "is overridden: Flink encodes records itself. Remove it",
    ),
];

fn property_set_by_flink(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    if !at.mapping.get("type").is("kafka") {
        return;
    }
    let properties = at.mapping.get("properties").mapping();
    for (name, what) in OWNED {
        let property = properties.child(name);
        if property.is_present() {
            sink.report_key("property-set-by-flink", &property)
                .tag(crate::Tag::Unnecessary)
                .emit(format!("`{name}` {what}."));
        }
    }
    let id = properties.child("transactional.id");
    if id.is_present() {
        sink.report_key("property-set-by-flink", &id).emit(
            "`transactional.id` is set by Flink for each writer; one id for all would make writers fence each other. Remove it.",
        );
    }
}

fn group_shared(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let streams = cx.entries("streams");
    let mut seen: Vec<(&str, MergedMapping<'_>)> = Vec::new();
    for (name, stream) in streams.iter().take(200) {
        let mapping = stream.mapping();
        if !mapping.get("type").is("kafka") || mapping.get("direction").is("sink") {
            continue;
        }
        let (group, topic) = (mapping.get("consumer.group_id"), mapping.get("topic"));
        let (brokers, equal) = (mapping.get("brokers"), |one: &_, other: &_| {
            same(one, other) == Some(true)
        });
        let first = seen.iter().find(|(_, known)| {
            equal(&known.get("consumer.group_id"), &group)
                && equal(&known.get("topic"), &topic)
                && equal(&known.get("brokers"), &brokers)
        });
        if let Some((other, known)) = first {
            let id = shown(&group);
            sink.report("group-shared", &group)
                .related(&known.get("consumer.group_id"), format!("the group of `{other}`"))
                .emit(format!(
                    "`{name}` and `{other}` read one topic in group `{id}`; each overwrites the other's committed offsets."
                ));
        } else {
            seen.push((name, mapping));
        }
    }
}

fn isolation_level_missing(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let Some(mode) = exactly_once(cx) else { return };
    if !in_production(cx) || !cx.checks_absence() {
        return;
    }
    for (_, stream) in cx.entries("streams").iter() {
        let mapping = stream.mapping();
        let consumer = mapping.get("consumer");
        if mapping.get("type").is("kafka")
            && mapping.get("direction").is("source")
            && consumer.is_present()
            && lacks_in(cx, &mapping, "consumer.isolation_level")
            && mapping
                .get("properties")
                .mapping()
                .child("isolation.level")
                .is_missing()
        {
            sink.report_key("isolation-level-missing", &consumer).missing(["isolation_level"])
                .related(&mode, "checkpoints promise `exactly_once`")
                .emit("`isolation_level` is unset, so Kafka also delivers aborted transactions. Set `read_committed` if the topic is written in transactions.");
        }
    }
}

fn replication_two(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let (replication, acks) = (
        at.mapping.get("replication"),
        at.mapping.get("producer.acks"),
    );
    if in_production(at.cx) && replication.int() == Some(2) && acks.is_any(&["all", "-1"]) {
        sink.report("replication-two-with-all", &replication)
            .related(&acks, "every copy has to acknowledge")
            .emit("With 2 replicas and `acks: all`, the loss of one broker either stops writing or leaves a single copy. Use 3.");
    }
}

fn latest_in_production(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let reset = at.mapping.get("consumer.auto_offset_reset");
    if in_production(at.cx)
        && at.mapping.get("type").is("kafka")
        && !at.mapping.get("direction").is("sink")
        && reset.is("latest")
    {
        sink.report("latest-in-production", &reset)
            .related(&at.cx.environment, "the environment is `production`")
            .emit("With `latest`, a job that starts without a savepoint skips everything written before it starts.");
    }
}

const HOUR: f64 = 3_600_000.0;

fn retention_below_savepoints(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let periodic = cx.root.get("deployment.savepoint.periodic").mapping();
    let interval = periodic.get("interval");
    if periodic.get("enabled").is_false() {
        return;
    }
    let Some(every) = interval.millis() else {
        return;
    };
    for (name, stream) in cx.entries("streams").iter() {
        for (_, mapping) in with_regions(&stream.mapping()) {
            let kind = mapping.get("type");
            let (value, kept) = if kind.is("kinesis") {
                let hours = mapping.get("retention_hours");
                let kept = hours.number().map(|hours| hours * HOUR);
                (hours, kept)
            } else if kind.is("kafka") {
                let millis = mapping.get("retention_ms");
                let kept = millis.number().filter(|millis| *millis >= 0.0);
                (millis, kept)
            } else {
                continue;
            };
            if kept.is_some_and(|kept| kept < every) && !mapping.get("direction").is("sink") {
                let (kept, every) = (shown(&value), shown(&interval));
                sink.report("retention-below-savepoints", &value)
                    .related(&interval, format!("a savepoint every {every}"))
                    .emit(format!(
                        "`{name}` keeps records for less time ({kept}) than passes between savepoints ({every}); resuming from one can leave a gap."
                    ));
            }
        }
    }
}
