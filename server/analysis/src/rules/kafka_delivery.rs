//! What Kafka guarantees to have kept: acknowledgements, idempotence, transactions, buffers.

use super::{
    Check, EntryCx, document, entry,
    parts::{exactly_once, in_production, is_literal, shown},
};
use crate::{
    cx::Cx,
    sink::Sink,
    view::{Val, View},
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

fn is_weak(acks: &Val<'_>) -> bool {
    acks.is_any(&["0", "1"])
}

fn idempotence_needs_acks(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let idempotence = at.view.get("producer.idempotence");
    if !idempotence.is_true() {
        return;
    }
    let acks = at.view.get("producer.acks");
    if is_weak(&acks) {
        let value = shown(&acks);
        let report = sink
            .at("idempotence-needs-acks", &acks)
            .with(&idempotence, "`idempotence` is true");
        let report = if is_literal(&acks) {
            report.replace("Change to `all`", "all")
        } else {
            report
        };
        report.say(format!(
            "`idempotence` needs `acks: all`; with `{value}` the producer refuses to start"
        ));
    }
    let retries = at.view.get("producer.retries");
    if retries.int() == Some(0) {
        sink.at("idempotence-needs-acks", &retries)
            .with(&idempotence, "`idempotence` is true")
            .say("`idempotence` needs at least one retry; with 0 the producer refuses to start");
    }
}

/// Every producer that writes before all replicas have a record, where the producer's own settings do not contradict each
/// other: `idempotence-needs-acks` says that.
fn weak_producers(cx: &Cx<'_>, visit: &mut dyn FnMut(&View<'_>, &Val<'_>)) {
    for section in ["streams", "completions"] {
        for (_, binding) in cx.entries(section).iter() {
            let view = binding.view();
            let acks = view.get("producer.acks");
            if is_weak(&acks) && !view.get("producer.idempotence").is_true() {
                visit(&view, &acks);
            }
            for (_, block) in view.region_blocks() {
                let acks = block.get("producer.acks");
                let merged = block.over(&view);
                if is_weak(&acks) && !merged.get("producer.idempotence").is_true() {
                    visit(&merged, &acks);
                }
            }
        }
    }
}

/// Of the three rules about weak acknowledgements the gravest speaks: this one, then `weak-acks-in-production`, then
/// `acks-drops-idempotence`.
fn acks_with_exactly_once(cx: &Cx<'_>, sink: &mut Sink) {
    let Some(mode) = exactly_once(cx) else { return };
    weak_producers(cx, &mut |_, acks| {
        let value = shown(acks);
        sink.at("acks-with-exactly-once", acks)
            .with(&mode, "checkpoints promise `exactly_once`")
            .say(format!(
                "with `acks: {value}` output can be lost although the state counts it exactly once; Flink writes exactly once in transactions, which need `all`"
            ));
    });
}

fn weak_acks_in_production(cx: &Cx<'_>, sink: &mut Sink) {
    if !in_production(cx) || exactly_once(cx).is_some() {
        return;
    }
    weak_producers(cx, &mut |_, acks| {
        let value = shown(acks);
        sink.at("weak-acks-in-production", acks)
            .with(&cx.environment, "the environment is `production`")
            .say(format!(
                "with `acks: {value}` records that were taken for written are lost when a broker fails"
            ));
    });
}

fn acks_drops_idempotence(cx: &Cx<'_>, sink: &mut Sink) {
    if !cx.complete || in_production(cx) || exactly_once(cx).is_some() {
        return;
    }
    weak_producers(cx, &mut |view, acks| {
        if view.get("producer.idempotence").is_present() {
            return;
        }
        let value = shown(acks);
        sink.at("acks-drops-idempotence", acks).say(format!(
            "with `acks: {value}` the default `idempotence: true` cannot hold, and Kafka's client switches it off without a word; say `idempotence: false` if that is meant"
        ));
    });
}

fn uncommitted_with_exactly_once(cx: &Cx<'_>, sink: &mut Sink) {
    let Some(mode) = exactly_once(cx) else { return };
    for (_, stream) in cx.entries("streams").iter() {
        let view = stream.view();
        let mut levels = vec![view.get("consumer.isolation_level")];
        let blocks = view.region_blocks();
        levels.extend(
            blocks
                .iter()
                .map(|(_, block)| block.get("consumer.isolation_level")),
        );
        for level in levels.iter().filter(|level| level.is("read_uncommitted")) {
            let report = sink
                .at("uncommitted-with-exactly-once", level)
                .with(&mode, "checkpoints promise `exactly_once`");
            let report = if is_literal(level) {
                report.replace("Change to `read_committed`", "read_committed")
            } else {
                report
            };
            report.say("with `read_uncommitted` records of aborted transactions are processed as well, so the result is not exactly once behind a transactional writer");
        }
    }
}

/// Kafka's default of `buffer.memory`.
const BUFFER_MEMORY: i64 = 33_554_432;

fn batch_exceeds_buffer(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let batch = at.view.get("producer.batch_size");
    let buffer = at.view.get("producer.buffer_memory");
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
        sink.at("batch-exceeds-buffer", &batch)
            .with(&buffer, format!("`buffer_memory` is {room}"))
            .say(format!(
                "a batch of {size} bytes does not fit into `buffer_memory` ({room} bytes{given}), so none can be allocated"
            ));
    }
}
