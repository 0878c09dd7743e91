//! Alerts about how long checkpoints take.

use super::{
    Check, EntryContext,
    absence::shown,
    checkpointing::{DEFAULT_TIMEOUT, timeout_words},
    entry,
};
use crate::sink::DiagnosticSink;

pub const CHECKS: &[Check] = &[
    entry("checkpoints", "alert-order", alert_order),
    entry("checkpoints", "alert-above-timeout", alert_above_timeout),
];

const WARNING: &str = "monitoring.alerts.checkpoint_duration_warning";
const CRITICAL: &str = "monitoring.alerts.checkpoint_duration_critical";

fn alert_order(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let (warning, critical) = (at.mapping.get(WARNING), at.mapping.get(CRITICAL));
    if let (Some(first), Some(second)) = (warning.millis(), critical.millis())
        && first >= second
    {
        let (first, second) = (shown(&warning), shown(&critical));
        sink.report("alert-order", &warning)
            .related(
                &critical,
                format!("the critical alert comes after {second}"),
            )
            .emit(format!(
                "The warning threshold ({first}) must be below the critical one ({second})."
            ));
    }
}

/// A checkpoint that reaches its timeout is aborted and counts as failed; none that completes has lasted longer.
fn alert_above_timeout(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let timeout = at.mapping.get("checkpoint.timeout");
    for path in [WARNING, CRITICAL] {
        let alert = at.mapping.get(path);
        if let (Some(after), Some(limit)) = (
            alert.millis(),
            at.millis_or("checkpoint.timeout", DEFAULT_TIMEOUT),
        ) && after > limit
        {
            let after = shown(&alert);
            let limit = timeout_words(&timeout);
            sink.report("alert-above-timeout", &alert)
                .related(&timeout, "checkpoints are aborted after this time")
                .emit(format!(
                    "This alert never fires: checkpoints are aborted at {limit}, before {after}."
                ));
        }
    }
}
