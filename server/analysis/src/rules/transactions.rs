//! Kafka's transactions, with which Flink writes exactly once, against the checkpoints that commit them.

use nexflow_catalog::Severity;

use super::{
    Check, document,
    parts::{exactly_once, is_literal, shown, with_regions},
};
use crate::{
    cx::Cx,
    sink::Sink,
    view::{Val, View},
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
fn writers<'a>(cx: &Cx<'a>, visit: &mut dyn FnMut(&View<'a>)) {
    for (_, stream) in cx.entries("streams").iter() {
        for (_, view) in with_regions(&stream.view()) {
            if !view.get("direction").is("source") {
                visit(&view);
            }
        }
    }
}

/// The timeouts of all streams that may be written to, in milliseconds, each once.
fn timeouts<'a>(cx: &Cx<'a>) -> Vec<(f64, Val<'a>)> {
    let mut found: Vec<(f64, Val<'a>)> = Vec::new();
    writers(cx, &mut |stream| {
        let timeout = stream.get("properties").view().child(TIMEOUT);
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
    place: Val<'a>,
    lifetime: f64,
}

fn shortest<'a>(cx: &Cx<'a>) -> Option<Shortest<'a>> {
    let mut least: Option<Shortest<'a>> = None;
    for (_, checkpoint) in cx.entries("checkpoints").iter() {
        let view = checkpoint.view();
        if view.get("checkpoint.mode").is("at_least_once") {
            continue;
        }
        let inner = view.get("checkpoint.interval");
        let place = if inner.is_present() {
            inner
        } else {
            view.get("interval")
        };
        let interval = place.millis()?;
        let timeout = view.get("checkpoint.timeout");
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

fn timeout_short(cx: &Cx<'_>, sink: &mut Sink) {
    let Some(mode) = exactly_once(cx) else { return };
    let Some(least) = shortest(cx) else { return };
    let every = shown(&least.place);
    for (millis, timeout) in timeouts(cx) {
        let report = |sink: &mut Sink, severity, words: String| {
            sink.at("transaction-timeout-short", &timeout)
                .severity(severity)
                .with(&mode, "checkpoints promise `exactly_once`")
                .with(&least.place, format!("a checkpoint is taken every {every}"))
                .say(words);
        };
        if millis <= least.interval {
            report(
                sink,
                Severity::Warning,
                format!(
                    "Kafka aborts a transaction after {millis} ms, and Flink commits it with the next checkpoint, {every} later: what was written \
                     is lost"
                ),
            );
        } else if millis < least.lifetime {
            report(
                sink,
                Severity::Hint,
                format!(
                    "a transaction lives from one checkpoint to the end of the next, which may take up to {} ms (interval and timeout of the \
                     checkpoint); Kafka aborts it after {millis} ms, and what was written is lost then",
                    least.lifetime
                ),
            );
        }
    }
}

/// What a broker allows by itself, in milliseconds.
const BROKER_LIMIT: f64 = 900_000.0;

fn timeout_long(cx: &Cx<'_>, sink: &mut Sink) {
    let Some(mode) = exactly_once(cx) else { return };
    for (millis, timeout) in timeouts(cx) {
        if millis > BROKER_LIMIT {
            sink.at("transaction-timeout-long", &timeout)
                .with(&mode, "checkpoints promise `exactly_once`")
                .say(format!(
                    "{millis} ms is more than the 15 minutes (900000) that a broker allows unless its `transaction.max.timeout.ms` is raised; it \
                     refuses the producer otherwise"
                ));
        }
    }
}

fn idempotence_off(cx: &Cx<'_>, sink: &mut Sink) {
    let Some(mode) = exactly_once(cx) else { return };
    let mut seen = Vec::new();
    writers(cx, &mut |stream| {
        let off = stream.get("producer.idempotence");
        if !off.is_false() || seen.contains(&off.range()) {
            return;
        }
        seen.push(off.range());
        let report = sink
            .at("idempotence-off-with-exactly-once", &off)
            .with(&mode, "checkpoints promise `exactly_once`");
        // With weak acknowledgements an idempotent producer would not start.
        let weak = stream.get("producer.acks").is_any(&["0", "1"]);
        let report = if is_literal(&off) && !weak {
            report.replace("Change to `true`", "true")
        } else {
            report
        };
        report.say(
            "Flink writes exactly once in transactions, and a producer in a transaction must be idempotent: with `false` the stream is written at \
             least once, and records may come twice",
        );
    });
}
