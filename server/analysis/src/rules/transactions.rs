//! Kafka's transactions, with which Flink writes exactly once, against the checkpoints that commit them.

use nexflow_catalog::Severity;

use super::{
    Check, document,
    shared::{exactly_once, is_literal, shown, with_regions},
};
use crate::{
    document_context::DocumentContext,
    merged::{MergedMapping, MergedValue},
    sink::DiagnosticSink,
};

pub const CHECKS: &[Check] = &[
    document("transaction-timeout-short", timeout_short),
    document("transaction-timeout-long", timeout_long),
    document("idempotence-off-with-exactly-once", idempotence_off),
];

/// Kafka's own name of the timeout, which has no field in L5.
const TIMEOUT: &str = "transaction.timeout.ms";

/// What a checkpoint may take when nothing is said, in milliseconds.
const CHECKPOINT_TIMEOUT: f64 = 600_000.0;

/// Every stream, and each of its region blocks, that may be written to.
fn writers<'a>(cx: &DocumentContext<'a>, visit: &mut dyn FnMut(&MergedMapping<'a>)) {
    for (_, stream) in cx.entries("streams").iter() {
        for (_, mapping) in with_regions(&stream.mapping()) {
            if !mapping.get("direction").is("source") {
                visit(&mapping);
            }
        }
    }
}

/// The timeouts of all streams that may be written to, in milliseconds, each once.
fn timeouts<'a>(cx: &DocumentContext<'a>) -> Vec<(f64, MergedValue<'a>)> {
    let mut found: Vec<(f64, MergedValue<'a>)> = Vec::new();
    writers(cx, &mut |stream| {
        let timeout = stream.get("properties").mapping().child(TIMEOUT);
        let known = found
            .iter()
            .any(|(_, known)| known.range() == timeout.range());
        if let Some(millis) = timeout.number()
            && !known
        {
            found.push((millis, timeout));
        }
    });
    found
}

/// Of the checkpoints that promise to count once: the shortest interval, and the shortest time that interval and checkpoint may
/// take together. `None` when one of them is not known.
struct Shortest<'a> {
    interval: f64,
    place: MergedValue<'a>,
    lifetime: f64,
}

fn shortest<'a>(cx: &DocumentContext<'a>) -> Option<Shortest<'a>> {
    let mut least: Option<Shortest<'a>> = None;
    for (_, checkpoint) in cx.entries("checkpoints").iter() {
        let mapping = checkpoint.mapping();
        if mapping.get("checkpoint.mode").is("at_least_once") {
            continue;
        }
        let inner = mapping.get("checkpoint.interval");
        let place = if inner.is_present() {
            inner
        } else {
            mapping.get("interval")
        };
        let interval = place.millis()?;
        let timeout = mapping.get("checkpoint.timeout");
        let limit = if timeout.is_missing() {
            CHECKPOINT_TIMEOUT
        } else {
            timeout.millis()?
        };
        let lifetime = interval + limit;
        match &mut least {
            Some(known) => {
                known.lifetime = known.lifetime.min(lifetime);
                if interval < known.interval {
                    (known.interval, known.place) = (interval, place);
                }
            }
            None => {
                least = Some(Shortest {
                    interval,
                    place,
                    lifetime,
                });
            }
        }
    }
    least
}

fn timeout_short(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let Some(mode) = exactly_once(cx) else { return };
    let Some(least) = shortest(cx) else { return };
    let every = shown(&least.place);
    for (millis, timeout) in timeouts(cx) {
        let report = |sink: &mut DiagnosticSink, severity, words: String| {
            sink.report("transaction-timeout-short", &timeout)
                .severity(severity)
                .related(&mode, "checkpoints promise `exactly_once`")
                .related(&least.place, format!("a checkpoint is taken every {every}"))
                .emit(words);
        };
        if millis <= least.interval {
            report(
                sink,
                Severity::Warning,
                format!(
                    "Kafka aborts transactions after {millis} ms, before Flink commits them ({every}); records are lost."
                ),
            );
        } else if millis < least.lifetime {
            report(
                sink,
                Severity::Hint,
                format!(
                    "A transaction can last {} ms (checkpoint interval plus timeout), but Kafka aborts it after {millis} ms.",
                    least.lifetime
                ),
            );
        }
    }
}

/// What a broker allows by itself, in milliseconds.
const BROKER_LIMIT: f64 = 900_000.0;

fn timeout_long(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let Some(mode) = exactly_once(cx) else { return };
    for (millis, timeout) in timeouts(cx) {
        if millis > BROKER_LIMIT {
            sink.report("transaction-timeout-long", &timeout)
                .related(&mode, "checkpoints promise `exactly_once`")
                .emit(format!(
                    "{millis} ms exceeds the 900000 ms that brokers allow by default (`transaction.max.timeout.ms`)."
                ));
        }
    }
}

fn idempotence_off(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let Some(mode) = exactly_once(cx) else { return };
    let mut seen = Vec::new();
    writers(cx, &mut |stream| {
        let off = stream.get("producer.idempotence");
        if !off.is_false() || seen.contains(&off.range()) {
            return;
        }
        seen.push(off.range());
        let report = sink
            .report("idempotence-off-with-exactly-once", &off)
            .related(&mode, "checkpoints promise `exactly_once`");
        // With weak acknowledgements an idempotent producer would not start.
        let weak = stream.get("producer.acks").is_any(&["0", "1"]);
        let report = if is_literal(&off) && !weak {
            report.replace("Change to `true`", "true")
        } else {
            report
        };
        report.emit(
            "Transactions require an idempotent producer; with `false`, records may be written twice.",
        );
    });
}
