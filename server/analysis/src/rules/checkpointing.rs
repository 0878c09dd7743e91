//! When and how checkpoints are taken: interval, pause, timeout, concurrency, alignment.

use super::{Check, EntryContext, absence::shown, document, entry};
use crate::{
    FlinkVersion, document_context::DocumentContext, merged::MergedValue, sink::DiagnosticSink,
};

pub const CHECKS: &[Check] = &[
    entry(
        "checkpoints",
        "checkpoint-interval-minimum",
        interval_minimum,
    ),
    entry(
        "checkpoints",
        "checkpoint-interval-very-short",
        interval_very_short,
    ),
    entry("checkpoints", "checkpoint-timeout-minimum", timeout_minimum),
    entry(
        "checkpoints",
        "max-concurrent-minimum",
        max_concurrent_minimum,
    ),
    entry(
        "checkpoints",
        "max-concurrent-with-min-pause",
        max_concurrent_with_min_pause,
    ),
    entry(
        "checkpoints",
        "min-pause-exceeds-interval",
        min_pause_exceeds_interval,
    ),
    entry("checkpoints", "interval-given-twice", interval_given_twice),
    entry(
        "checkpoints",
        "unaligned-max-concurrent",
        unaligned_max_concurrent,
    ),
    entry(
        "checkpoints",
        "unaligned-needs-exactly-once",
        unaligned_needs_exactly_once,
    ),
    entry(
        "checkpoints",
        "alignment-without-exactly-once",
        alignment_without_exactly_once,
    ),
    entry(
        "checkpoints",
        "aligned-timeout-ignored",
        aligned_timeout_ignored,
    ),
    entry(
        "checkpoints",
        "alignment-timeout-not-below-timeout",
        alignment_timeout_not_below_timeout,
    ),
    document("changelog-max-concurrent", changelog_max_concurrent),
];

/// Flink throws below this many milliseconds, for the interval and for the timeout.
const MINIMUM: f64 = 10.0;

/// Where Flink's default for the timeout of a checkpoint counts, in milliseconds.
pub const DEFAULT_TIMEOUT: f64 = 600_000.0;

/// The two places where the schedule may stand: the documented one, and the older one directly under the entry.
fn both_places<'a>(at: &EntryContext<'_, 'a>, name: &str) -> (MergedValue<'a>, MergedValue<'a>) {
    (
        at.mapping.get("checkpoint").mapping().child(name),
        at.mapping.child(name),
    )
}

/// The one that counts. Where both are written and differ nobody knows which does, and `interval-given-twice` says so.
fn effective<'a>(at: &EntryContext<'_, 'a>, name: &str) -> Option<MergedValue<'a>> {
    let (nested, direct) = both_places(at, name);
    match (nested.is_present(), direct.is_present()) {
        (true, true) => (nested.millis()? == direct.millis()?).then_some(nested),
        (true, false) => Some(nested),
        (false, true) => Some(direct),
        (false, false) => None,
    }
}

/// Zero does not switch checkpoints off either.
fn interval_minimum(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let (nested, direct) = both_places(at, "interval");
    for interval in [nested, direct] {
        if interval.millis().is_some_and(|millis| millis < MINIMUM) {
            let every = shown(&interval);
            sink.report("checkpoint-interval-minimum", &interval)
                .emit(format!(
                    "`interval` must be at least `10ms`, not `{every}`; the job will not start."
                ));
        }
    }
}

/// The number of requests grows with every checkpoint, and a remote store charges and limits them.
fn interval_very_short(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let kind = at.mapping.get("type");
    if !kind.is_any(&["s3", "gcs", "azure_blob", "hdfs"]) {
        return;
    }
    let (nested, direct) = both_places(at, "interval");
    for interval in [nested, direct] {
        if interval
            .millis()
            .is_some_and(|millis| (MINIMUM..1_000.0).contains(&millis))
        {
            let (every, store) = (shown(&interval), shown(&kind));
            sink.report("checkpoint-interval-very-short", &interval)
                .related(&kind, format!("the store is `{store}`"))
                .emit(format!(
                    "Checkpoints every {every} write at least one object per stateful subtask to `{store}`."
                ));
        }
    }
}

fn timeout_minimum(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let timeout = at.mapping.get("checkpoint.timeout");
    if timeout.millis().is_some_and(|millis| millis < MINIMUM) {
        let text = shown(&timeout);
        sink.report("checkpoint-timeout-minimum", &timeout)
            .emit(format!(
                "`timeout` must be at least `10ms`, not `{text}`; the job will not start."
            ));
    }
}

fn max_concurrent_minimum(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let concurrent = at.mapping.get("checkpoint.max_concurrent");
    if concurrent.int().is_some_and(|number| number < 1) {
        let number = shown(&concurrent);
        sink.report("max-concurrent-minimum", &concurrent)
            .emit(format!(
                "`max_concurrent` must be at least 1, not {number}; the job will not start."
            ));
    }
}

/// A pause between the end of one checkpoint and the start of the next leaves no room for two at a time.
fn max_concurrent_with_min_pause(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let concurrent = at.mapping.get("checkpoint.max_concurrent");
    let Some(pause) = effective(at, "min_pause") else {
        return;
    };
    if concurrent.int().is_some_and(|number| number > 1)
        && pause.millis().is_some_and(|millis| millis > 0.0)
    {
        let (number, wait) = (shown(&concurrent), shown(&pause));
        sink.report("max-concurrent-with-min-pause", &concurrent)
            .related(&pause, format!("the pause is {wait}"))
            .emit(format!(
                "`max_concurrent: {number}` is ignored: `min_pause: {wait}` allows one checkpoint at a time."
            ));
    }
}

/// Flink does not start a checkpoint before the pause is over, so the pause becomes the interval.
fn min_pause_exceeds_interval(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let (Some(interval), Some(pause)) = (effective(at, "interval"), effective(at, "min_pause"))
    else {
        return;
    };
    if let (Some(every), Some(wait)) = (interval.millis(), pause.millis())
        && wait > every
    {
        let (every, wait) = (shown(&interval), shown(&pause));
        sink.report("min-pause-exceeds-interval", &pause)
            .related(&interval, format!("the interval is {every}"))
            .emit(format!(
                "`min_pause` ({wait}) is longer than `interval` ({every}); Flink raises the interval to it."
            ));
    }
}

/// Two places for one value, and no document says which one wins.
fn interval_given_twice(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    for name in ["interval", "min_pause"] {
        let (nested, direct) = both_places(at, name);
        if !nested.is_present() || !direct.is_present() {
            continue;
        }
        let differ = match (nested.millis(), direct.millis()) {
            (Some(inner), Some(outer)) if inner != outer => {
                format!(" ({} here, {} there)", shown(&direct), shown(&nested))
            }
            _ => String::new(),
        };
        sink.report_key("interval-given-twice", &direct)
            .related(&nested, format!("the other `{name}`"))
            .emit(format!(
                "`{name}` is set here and under `checkpoint`{differ}; keep the one under `checkpoint`."
            ));
    }
}

fn unaligned_max_concurrent(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let alignment = at.mapping.get("checkpoint.alignment.type");
    let concurrent = at.mapping.get("checkpoint.max_concurrent");
    if alignment.is("unaligned") && concurrent.int().is_some_and(|number| number > 1) {
        let number = shown(&concurrent);
        sink.report("unaligned-max-concurrent", &concurrent)
            .related(&alignment, "checkpoints are unaligned")
            .emit(format!(
                "Unaligned checkpoints require `max_concurrent: 1`, not {number}; the job will not start."
            ));
    }
}

fn unaligned_needs_exactly_once(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let alignment = at.mapping.get("checkpoint.alignment.type");
    let mode = at.mapping.get("checkpoint.mode");
    if alignment.is("unaligned") && mode.is("at_least_once") {
        let version = at.cx.flink();
        let how = if version < FlinkVersion::V2_0 {
            format!("Flink {version} turns it off and logs a warning")
        } else {
            format!("Flink {version} silently turns it off")
        };
        sink.report("unaligned-needs-exactly-once", &alignment)
            .related(&mode, "the mode is `at_least_once`")
            .emit(format!(
                "`unaligned` requires `mode: exactly_once`; with `at_least_once` {how}."
            ));
    }
}

/// Barriers that do not wait for each other cannot be aligned.
fn alignment_without_exactly_once(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let mode = at.mapping.get("checkpoint.mode");
    let alignment = at.mapping.get("checkpoint.alignment");
    let block = alignment.mapping();
    if mode.is("at_least_once")
        && (block.get("type").is("aligned") || block.get("timeout").is_present())
    {
        sink.report_key("alignment-without-exactly-once", &alignment)
            .related(&mode, "the mode is `at_least_once`")
            .emit(
                "`alignment` is ignored with `mode: at_least_once`, which never aligns barriers.",
            );
    }
}

/// Flink reads this timeout as the moment of switching over to unaligned.
fn aligned_timeout_ignored(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let timeout = at.mapping.get("checkpoint.alignment.timeout");
    let kind = at.mapping.get("checkpoint.alignment.type");
    if timeout.is_present()
        && (kind.is("aligned") || at.lacks("checkpoint.alignment.type").is_some())
    {
        sink.report("aligned-timeout-ignored", &timeout)
            .related(&kind, "checkpoints are aligned")
            .emit(
                "`alignment.timeout` is ignored: checkpoints are aligned. Use `checkpoint.timeout` to limit them.",
            );
    }
}

fn alignment_timeout_not_below_timeout(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let switch = at.mapping.get("checkpoint.alignment.timeout");
    let timeout = at.mapping.get("checkpoint.timeout");
    if !at.mapping.get("checkpoint.alignment.type").is("unaligned") {
        return;
    }
    if let (Some(after), Some(limit)) = (
        switch.millis(),
        at.millis_or("checkpoint.timeout", DEFAULT_TIMEOUT),
    ) && after >= limit
    {
        let after = shown(&switch);
        let limit = timeout_words(&timeout);
        sink.report("alignment-timeout-not-below-timeout", &switch)
            .related(&timeout, "the checkpoint is aborted after this time")
            .emit(format!(
                "`alignment.timeout` ({after}) is never reached: checkpoints are aborted after {limit}."
            ));
    }
}

/// The timeout of a checkpoint as a message shows it.
pub fn timeout_words(timeout: &MergedValue<'_>) -> String {
    if timeout.is_present() {
        format!("the `checkpoint.timeout` of {}", shown(timeout))
    } else {
        "Flink's default `checkpoint.timeout` of 10m".to_owned()
    }
}

/// The changelog backend takes one checkpoint at a time, and any process may be bound to it.
fn changelog_max_concurrent(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let backends = cx.root.get("state_backends").mapping().entries();
    let changelog = backends.iter().find_map(|(name, backend)| {
        let kind = backend.mapping().get("type");
        kind.is("changelog").then_some((name, kind))
    });
    let Some((name, kind)) = changelog else {
        return;
    };
    for (_, checkpoint) in cx.root.get("checkpoints").mapping().entries() {
        let concurrent = checkpoint.mapping().get("checkpoint.max_concurrent");
        if concurrent.int().is_some_and(|number| number > 1) {
            let number = shown(&concurrent);
            sink.report("changelog-max-concurrent", &concurrent)
                .related(&kind, format!("`{name}` is a changelog backend"))
                .emit(format!(
                    "Changelog backend `{name}` supports one checkpoint at a time, not `max_concurrent: {number}`."
                ));
        }
    }
}
