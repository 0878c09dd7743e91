//! Alerts about how long checkpoints take.

use super::{
    Check, EntryCx,
    absence::shown,
    checkpointing::{DEFAULT_TIMEOUT, timeout_words},
    entry,
};
use crate::sink::Sink;

pub const CHECKS: &[Check] = &[
    entry("checkpoints", "alert-order", alert_order),
    entry("checkpoints", "alert-above-timeout", alert_above_timeout),
];

const WARNING: &str = "monitoring.alerts.checkpoint_duration_warning";
const CRITICAL: &str = "monitoring.alerts.checkpoint_duration_critical";

fn alert_order(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let (warning, critical) = (at.view.get(WARNING), at.view.get(CRITICAL));
    if let (Some(first), Some(second)) = (warning.millis(), critical.millis())
        && first >= second
    {
        let (first, second) = (shown(&warning), shown(&critical));
        sink.at("alert-order", &warning)
            .with(
                &critical,
                format!("the critical alert comes after {second}"),
            )
            .say(format!(
                "the warning after {first} can never come before the critical alert after {second}"
            ));
    }
}

/// A checkpoint that reaches its timeout is aborted and counts as failed; none that completes has lasted longer.
fn alert_above_timeout(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let timeout = at.view.get("checkpoint.timeout");
    for path in [WARNING, CRITICAL] {
        let alert = at.view.get(path);
        if let (Some(after), Some(limit)) = (
            alert.millis(),
            at.millis_or("checkpoint.timeout", DEFAULT_TIMEOUT),
        ) && after > limit
        {
            let after = shown(&alert);
            let limit = timeout_words(&timeout);
            sink.at("alert-above-timeout", &alert)
                .with(&timeout, "checkpoints are aborted after this time")
                .say(format!(
                    "no completed checkpoint lasts {after}: it is aborted at {limit}, so this alert never comes; alert on failed checkpoints instead"
                ));
        }
    }
}
