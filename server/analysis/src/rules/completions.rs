//! Confirmations that a transaction has been written.

use super::{
    Check, EntryContext, document, entry,
    shared::{did_you_mean, exactly_once, lacks, near_name, offer_name, shown},
};
use crate::{document_context::DocumentContext, merged::MergedValue, sink::DiagnosticSink};

pub const CHECKS: &[Check] = &[
    document("completion-target-unknown", target_unknown),
    entry(
        "streams",
        "completion-weak-confirmation",
        weak_write_concern,
    ),
    document("completion-weak-confirmation", early_trigger),
    document("completion-timeout-short", timeout_short),
    entry("completions", "completion-key-field", key_field),
];

fn target_unknown(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let completions = cx.entries("completions");
    // A fragment with streams alone leaves the completions to another file.
    if !cx.checks_absence()
        || !cx.whole && completions.is_empty()
        || cx.root.get("completions").mapping().has_errors()
    {
        return;
    }
    let known: Vec<String> = completions
        .iter()
        .map(|(name, _)| name.to_string())
        .collect();
    for (_, stream) in cx.entries("streams").iter() {
        let target = stream.mapping().get("completion.target");
        let Some(name) = target.text().filter(|name| !name.is_empty()) else {
            continue;
        };
        if known.iter().any(|known| *known == name) {
            continue;
        }
        let near = near_name(&name, &known);
        let report = sink.report("completion-target-unknown", &target);
        offer_name(report, target.range(), near).emit(format!(
            "Unknown completion `{name}`.{}",
            did_you_mean(near)
        ));
    }
}

fn weak_write_concern(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let concern = at.mapping.get("completion.write_concern");
    if at.mapping.get("completion.enabled").is_true() && concern.is_any(&["0", "1"]) {
        let value = shown(&concern);
        sink.report("completion-weak-confirmation", &concern)
            .emit(format!(
                "With `write_concern: {value}`, a confirmed write may still be rolled back."
            ));
    }
}

fn early_trigger(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let Some(mode) = exactly_once(cx) else { return };
    for (_, completion) in cx.entries("completions").iter() {
        let trigger = completion.mapping().get("callback.trigger");
        if trigger.is_any(&["after_flush", "after_ack"]) {
            let value = shown(&trigger);
            sink.report("completion-weak-confirmation", &trigger)
                .related(&mode, "checkpoints promise `exactly_once`")
                .emit(format!(
                    "`{value}` confirms before the transaction is committed; a confirmed write may be rolled back."
                ));
        }
    }
}

/// The shortest interval of all checkpoints with the field that gives it; `None` when one of them is not known.
fn shortest_interval<'a>(cx: &DocumentContext<'a>) -> Option<(f64, MergedValue<'a>)> {
    let mut shortest: Option<(f64, MergedValue<'a>)> = None;
    for (_, checkpoint) in cx.entries("checkpoints").iter() {
        let mapping = checkpoint.mapping();
        let inner = mapping.get("checkpoint.interval");
        let interval = if inner.is_present() {
            inner
        } else {
            mapping.get("interval")
        };
        let millis = interval.millis()?;
        if shortest.as_ref().is_none_or(|(least, _)| millis < *least) {
            shortest = Some((millis, interval));
        }
    }
    shortest
}

fn timeout_short(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let completions = cx.entries("completions");
    if completions.is_empty() {
        return;
    }
    let Some((every, interval)) = shortest_interval(cx) else {
        return;
    };
    for (_, completion) in completions.iter() {
        let mapping = completion.mapping();
        let trigger = mapping.get("callback.trigger");
        let timeout = mapping.get("callback.timeout");
        if (trigger.is("after_commit") || trigger.is_missing() && cx.complete)
            && let Some(limit) = timeout.millis()
            && limit <= every
        {
            let (limit, every) = (shown(&timeout), shown(&interval));
            sink.report("completion-timeout-short", &timeout)
                .related(&interval, format!("a checkpoint is taken every {every}"))
                .emit(format!(
                    "The commit comes with the checkpoint every {every}; confirmations time out after {limit}."
                ));
        }
    }
}

fn key_field(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    if lacks(at, "producer.key_field") && !at.mapping.is_missing() {
        let name = &at.name;
        sink.report("completion-key-field", &at.mapping)
            .missing(["producer.key_field"])
            .emit(format!(
                "Missing `producer.key_field` in `{name}`; consumers must read all partitions."
            ));
    }
}
