//! What Kafka guarantees to have kept: acknowledgements, idempotence, transactions, buffers.

use super::{
    Check, EntryContext, document, entry,
    shared::{exactly_once, in_production, is_literal, shown},
};
use crate::{
    document_context::DocumentContext,
    merged::{MergedMapping, MergedValue},
    sink::DiagnosticSink,
};

pub const CHECKS: &[Check] = &[
    entry("streams", "idempotence-needs-acks", idempotence_needs_acks),
    entry(
        "completions",
        "idempotence-needs-acks",
        idempotence_needs_acks,
    ),
    document("acks-with-exactly-once", acks_with_exactly_once),
    document("weak-acks-in-production", weak_acks_in_production),
    document("acks-drops-idempotence", acks_drops_idempotence),
    document(
        "uncommitted-with-exactly-once",
        uncommitted_with_exactly_once,
    ),
    entry("streams", "batch-exceeds-buffer", batch_exceeds_buffer),
];

fn is_weak(acks: &MergedValue<'_>) -> bool {
    acks.is_any(&["0", "1"])
}

fn idempotence_needs_acks(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let idempotence = at.mapping.get("producer.idempotence");
    if !idempotence.is_true() {
        return;
    }
    let acks = at.mapping.get("producer.acks");
    if is_weak(&acks) {
        let value = shown(&acks);
        let report = sink
            .report("idempotence-needs-acks", &acks)
            .related(&idempotence, "`idempotence` is true");
        let report = if is_literal(&acks) {
            report.replace("Change to `all`", "all")
        } else {
            report
        };
        report.emit(format!(
            "`idempotence` requires `acks: all`, not `{value}`; the producer will not start."
        ));
    }
    let retries = at.mapping.get("producer.retries");
    if retries.int() == Some(0) {
        sink.report("idempotence-needs-acks", &retries)
            .related(&idempotence, "`idempotence` is true")
            .emit("`idempotence` requires at least one retry; the producer will not start.");
    }
}

/// Every producer that writes before all replicas have a record, where the producer's own settings do not contradict each
/// other: `idempotence-needs-acks` says that.
fn weak_producers(
    cx: &DocumentContext<'_>,
    visit: &mut dyn FnMut(&MergedMapping<'_>, &MergedValue<'_>),
) {
    for section in ["streams", "completions"] {
        for (_, binding) in cx.entries(section).iter() {
            let mapping = binding.mapping();
            let acks = mapping.get("producer.acks");
            if is_weak(&acks) && !mapping.get("producer.idempotence").is_true() {
                visit(&mapping, &acks);
            }
            for (_, block) in mapping.region_blocks() {
                let acks = block.get("producer.acks");
                let merged = block.over(&mapping);
                if is_weak(&acks) && !merged.get("producer.idempotence").is_true() {
                    visit(&merged, &acks);
                }
            }
        }
    }
}

/// Of the three rules about weak acknowledgements the most_severe speaks: this one, then `weak-acks-in-production`, then
/// `acks-drops-idempotence`.
fn acks_with_exactly_once(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let Some(mode) = exactly_once(cx) else { return };
    weak_producers(cx, &mut |_, acks| {
        let value = shown(acks);
        sink.report("acks-with-exactly-once", acks)
            .related(&mode, "checkpoints promise `exactly_once`")
            .emit(format!(
                "With `acks: {value}`, this stream cannot be written exactly once; a sink with that guarantee needs `all`."
            ));
    });
}

fn weak_acks_in_production(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    if !in_production(cx) || exactly_once(cx).is_some() {
        return;
    }
    weak_producers(cx, &mut |_, acks| {
        let value = shown(acks);
        sink.report("weak-acks-in-production", acks)
            .related(&cx.environment, "the environment is `production`")
            .emit(format!(
                "With `acks: {value}`, acknowledged records can be lost when a broker fails."
            ));
    });
}

fn acks_drops_idempotence(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    if !cx.complete || in_production(cx) || exactly_once(cx).is_some() {
        return;
    }
    weak_producers(cx, &mut |mapping, acks| {
        if mapping.get("producer.idempotence").is_present() {
            return;
        }
        let value = shown(acks);
        sink.report("acks-drops-idempotence", acks).emit(format!(
            "`acks: {value}` turns idempotence off silently; set `idempotence: false` if that is intended."
        ));
    });
}

fn uncommitted_with_exactly_once(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let Some(mode) = exactly_once(cx) else { return };
    for (_, stream) in cx.entries("streams").iter() {
        let mapping = stream.mapping();
        let mut levels = vec![mapping.get("consumer.isolation_level")];
        let blocks = mapping.region_blocks();
        levels.extend(
            blocks
                .iter()
                .map(|(_, block)| block.get("consumer.isolation_level")),
        );
        for level in levels.iter().filter(|level| level.is("read_uncommitted")) {
            let report = sink
                .report("uncommitted-with-exactly-once", level)
                .related(&mode, "checkpoints promise `exactly_once`");
            let report = if is_literal(level) {
                report.replace("Change to `read_committed`", "read_committed")
            } else {
                report
            };
            report.emit("`read_uncommitted` also reads aborted transactions, so results are not exactly-once if the topic is written in transactions.");
        }
    }
}

/// Kafka's default of `buffer.memory`.
const BUFFER_MEMORY: i64 = 33_554_432;

fn batch_exceeds_buffer(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let batch = at.mapping.get("producer.batch_size");
    let buffer = at.mapping.get("producer.buffer_memory");
    let room = if buffer.is_missing() {
        at.cx.complete.then_some(BUFFER_MEMORY)
    } else {
        buffer.int()
    };
    if let (Some(size), Some(room)) = (batch.int(), room)
        && size > room
    {
        let given = if buffer.is_missing() {
            ", the default"
        } else {
            ""
        };
        sink.report("batch-exceeds-buffer", &batch)
            .missing(["buffer_memory"])
            .related(&buffer, format!("`buffer_memory` is {room}"))
            .emit(format!(
                "A batch of {size} bytes does not fit into `buffer_memory` ({room} bytes{given})."
            ));
    }
}
