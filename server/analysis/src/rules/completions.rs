//! Confirmations that a transaction has been written.

use super::{
    Check, EntryCx, document, entry,
    parts::{did_you_mean, exactly_once, lacks, near_name, offer_name, shown},
};
use crate::{cx::Cx, sink::Sink, view::Val};

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

fn target_unknown(cx: &Cx<'_>, sink: &mut Sink) {
    let completions = cx.entries("completions");
    // A fragment with streams alone leaves the completions to another file.
    if !cx.judges_absence()
        || !cx.whole && completions.is_empty()
        || cx.root.get("completions").view().has_errors()
    {
        return;
    }
    let known: Vec<String> = completions
        .iter()
        .map(|(name, _)| name.to_string())
        .collect();
    for (_, stream) in cx.entries("streams").iter() {
        let target = stream.view().get("completion.target");
        let Some(name) = target.text().filter(|name| !name.is_empty()) else {
            continue;
        };
        if known.iter().any(|known| *known == name) {
            continue;
        }
        let near = near_name(&name, &known);
        let report = sink.at("completion-target-unknown", &target);
        offer_name(report, target.range(), near).say(format!(
            "there is no `{name}` in `completions`, so the confirmation has no topic to go to{}",
            did_you_mean(near)
        ));
    }
}

fn weak_write_concern(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let concern = at.view.get("completion.write_concern");
    if at.view.get("completion.enabled").is_true() && concern.is_any(&["0", "1"]) {
        let value = shown(&concern);
        sink.at("completion-weak-confirmation", &concern).say(format!(
            "with `write_concern: {value}` a write is confirmed that may still be rolled back; `majority` survives a failover"
        ));
    }
}

fn early_trigger(cx: &Cx<'_>, sink: &mut Sink) {
    let Some(mode) = exactly_once(cx) else { return };
    for (_, completion) in cx.entries("completions").iter() {
        let trigger = completion.view().get("callback.trigger");
        if trigger.is_any(&["after_flush", "after_ack"]) {
            let value = shown(&trigger);
            sink.at("completion-weak-confirmation", &trigger)
                .with(&mode, "checkpoints promise `exactly_once`")
                .say(format!(
                    "`{value}` confirms before the transaction is committed with the checkpoint, so what is confirmed may be rolled back; use `after_commit`"
                ));
        }
    }
}

/// The shortest interval of all checkpoints with the field that gives it; `None` when one of them is not known.
fn shortest_interval<'a>(cx: &Cx<'a>) -> Option<(f64, Val<'a>)> {
    let mut shortest: Option<(f64, Val<'a>)> = None;
    for (_, checkpoint) in cx.entries("checkpoints").iter() {
        let view = checkpoint.view();
        let inner = view.get("checkpoint.interval");
        let interval = if inner.is_present() {
            inner
        } else {
            view.get("interval")
        };
        let millis = interval.millis()?;
        if shortest.as_ref().is_none_or(|(least, _)| millis < *least) {
            shortest = Some((millis, interval));
        }
    }
    shortest
}

fn timeout_short(cx: &Cx<'_>, sink: &mut Sink) {
    let completions = cx.entries("completions");
    if completions.is_empty() {
        return;
    }
    let Some((every, interval)) = shortest_interval(cx) else {
        return;
    };
    for (_, completion) in completions.iter() {
        let view = completion.view();
        let trigger = view.get("callback.trigger");
        let timeout = view.get("callback.timeout");
        if (trigger.is("after_commit") || trigger.is_missing() && cx.complete)
            && let Some(limit) = timeout.millis()
            && limit <= every
        {
            let (limit, every) = (shown(&timeout), shown(&interval));
            sink.at("completion-timeout-short", &timeout)
                .with(&interval, format!("a checkpoint is taken every {every}"))
                .say(format!(
                    "the commit comes with the checkpoint, every {every}, so confirmations would time out after {limit} before it"
                ));
        }
    }
}

fn key_field(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    if lacks(at, "producer.key_field") && !at.view.is_missing() {
        let name = &at.name;
        sink.at("completion-key-field", &at.view).say(format!(
            "`{name}` has no `producer.key_field`; without a key, whoever waits for an answer must read all partitions"
        ));
    }
}
