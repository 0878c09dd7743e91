//! Which checkpoints are kept, and what becomes of them when a job is cancelled.

use super::{Check, EntryCx, absence::shown, entry};
use crate::sink::Sink;

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

fn minimum(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let kept = at.view.get("retention.max_checkpoints");
    if kept.int().is_some_and(|number| number < 1) {
        let number = shown(&kept);
        sink.at("retention-minimum", &kept).say(format!(
            "Flink cannot keep `{number}` checkpoints: it writes a line to the log and keeps 1"
        ));
    }
}

/// One option of Flink stands behind both, and `externalized` decides.
fn lost_on_cancel(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let (cleanup, externalized) = (at.view.get(CLEANUP), at.view.get(EXTERNALIZED));
    if cleanup.is("retain") && externalized.is("delete") {
        sink.at("retention-lost-on-cancel", &externalized)
            .with(&cleanup, "this asks to keep the checkpoint")
            .say(
                "`externalized: delete` overrules `cleanup_on_cancel: retain`: the checkpoint that should be kept is removed when the job is cancelled",
            );
    }
}

fn cleanup_overruled(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let (cleanup, externalized) = (at.view.get(CLEANUP), at.view.get(EXTERNALIZED));
    if cleanup.is("delete") && externalized.is_any(&["retain", "retain_on_cancellation"]) {
        let kept = shown(&externalized);
        sink.at("retention-cleanup-overruled", &cleanup)
            .with(&externalized, format!("`externalized` is `{kept}`"))
            .say(format!(
                "`cleanup_on_cancel: delete` has no effect beside `externalized: {kept}`: the checkpoint stays after a cancel and has to be removed by hand"
            ));
    }
}

fn not_retained_in_production(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let (cleanup, externalized) = (at.view.get(CLEANUP), at.view.get(EXTERNALIZED));
    let retained_otherwise = !cleanup.is("delete") && at.absent(CLEANUP).is_none();
    if !at.cx.in_environment(&["production"])
        || at.absent("type").is_some()
        || !at.view.get("type").is_present()
        || retained_otherwise
    {
        return;
    }
    let name = &at.name;
    let message = format!(
        "the checkpoints of `{name}` are removed when its job is cancelled, so a cancel by mistake loses the state; set `externalized: retain_on_cancellation`"
    );
    let environment = &at.cx.environment;
    if externalized.is("delete") {
        sink.at("production-checkpoint-not-retained", &externalized)
            .with(environment, "the environment is `production`")
            .say(message);
    } else if let Some(place) = at.lacks(EXTERNALIZED) {
        sink.missing("production-checkpoint-not-retained", &place)
            .with(environment, "the environment is `production`")
            .say(message);
    }
}
