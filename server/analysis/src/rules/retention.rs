//! Which checkpoints are kept, and what becomes of them when a job is cancelled.

use super::{Check, EntryContext, absence::shown, entry};
use crate::sink::DiagnosticSink;

pub const CHECKS: &[Check] = &[
    entry("checkpoints", "retention-minimum", minimum),
    entry("checkpoints", "retention-lost-on-cancel", lost_on_cancel),
    entry(
        "checkpoints",
        "retention-cleanup-overruled",
        cleanup_overruled,
    ),
    entry(
        "checkpoints",
        "production-checkpoint-not-retained",
        not_retained_in_production,
    ),
];

const CLEANUP: &str = "retention.cleanup_on_cancel";
const EXTERNALIZED: &str = "retention.externalized";

/// Two names of one thing.
pub(super) const DELETED: [&str; 2] = ["delete", "delete_on_cancellation"];

fn minimum(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let kept = at.mapping.get("retention.max_checkpoints");
    if kept.int().is_some_and(|number| number < 1) {
        let number = shown(&kept);
        sink.report("retention-minimum", &kept).emit(format!(
            "`max_checkpoints` must be at least 1, not {number}; Flink logs a warning and keeps 1."
        ));
    }
}

/// One option of Flink stands behind both, and `externalized` decides.
fn lost_on_cancel(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let (cleanup, externalized) = (at.mapping.get(CLEANUP), at.mapping.get(EXTERNALIZED));
    if cleanup.is("retain") && externalized.is_any(&DELETED) {
        let deleted = shown(&externalized);
        sink.report("retention-lost-on-cancel", &externalized)
            .related(&cleanup, "this asks to keep the checkpoint")
            .emit(format!(
                "`externalized: {deleted}` overrides `cleanup_on_cancel: retain`; cancelling the job deletes the checkpoint."
            ));
    }
}

fn cleanup_overruled(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let (cleanup, externalized) = (at.mapping.get(CLEANUP), at.mapping.get(EXTERNALIZED));
    if cleanup.is("delete") && externalized.is_any(&["retain", "retain_on_cancellation"]) {
        let kept = shown(&externalized);
        sink.report("retention-cleanup-overruled", &cleanup)
            .related(&externalized, format!("`externalized` is `{kept}`"))
            .emit(format!(
                "`cleanup_on_cancel: delete` is ignored: `externalized: {kept}` keeps the checkpoint."
            ));
    }
}

fn not_retained_in_production(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let (cleanup, externalized) = (at.mapping.get(CLEANUP), at.mapping.get(EXTERNALIZED));
    let retained_otherwise = !cleanup.is("delete") && at.absent(CLEANUP).is_none();
    if !at.cx.in_environment(&["production"])
        || at.absent("type").is_some()
        || !at.mapping.get("type").is_present()
        || retained_otherwise
    {
        return;
    }
    let name = &at.name;
    let message = format!(
        "Flink deletes the checkpoints of `{name}` when its job is cancelled or fails. Set `externalized: retain_on_cancellation`."
    );
    let environment = &at.cx.environment;
    if externalized.is_any(&DELETED) {
        sink.report("production-checkpoint-not-retained", &externalized)
            .related(environment, "the environment is `production`")
            .emit(message);
    } else if let Some(place) = at.lacks(EXTERNALIZED) {
        sink.report_missing("production-checkpoint-not-retained", &place)
            .related(environment, "the environment is `production`")
            .emit(message);
    }
}
