//! When and how checkpoints are taken: interval, pause, timeout, concurrency, alignment.

use super::{Check, EntryCx, absence::shown, document, entry};
use crate::{FlinkVersion, cx::Cx, sink::Sink, view::Val};

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
fn both_places<'a>(at: &EntryCx<'_, 'a>, name: &str) -> (Val<'a>, Val<'a>) {
    (
        at.view.get("checkpoint").view().child(name),
        at.view.child(name),
    )
}

/// The one that counts. Where both are written and differ nobody knows which does, and `interval-given-twice` says so.
fn effective<'a>(at: &EntryCx<'_, 'a>, name: &str) -> Option<Val<'a>> {
    let (nested, direct) = both_places(at, name);
    match (nested.is_present(), direct.is_present()) {
        (true, true) => (nested.millis()? == direct.millis()?).then_some(nested),
        (true, false) => Some(nested),
        (false, true) => Some(direct),
        (false, false) => None,
    }
}

/// Zero does not switch checkpoints off either.
fn interval_minimum(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let (nested, direct) = both_places(at, "interval");
    for interval in [nested, direct] {
        if interval.millis().is_some_and(|millis| millis < MINIMUM) {
            let every = shown(&interval);
            sink.at("checkpoint-interval-minimum", &interval).say(format!(
                "Flink refuses an `interval` below 10ms, so the job with `{every}` does not start; to take no checkpoints leave the field out"
            ));
        }
    }
}

/// The number of requests grows with every checkpoint, and a remote store charges and limits them.
fn interval_very_short(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let kind = at.view.get("type");
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
            sink.at("checkpoint-interval-very-short", &interval)
                .with(&kind, format!("the store is `{store}`"))
                .say(format!(
                    "every {every} each stateful subtask writes at least one object to `{store}`: the cost of requests and the store's rate limits will dominate"
                ));
        }
    }
}

fn timeout_minimum(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let timeout = at.view.get("checkpoint.timeout");
    if timeout.millis().is_some_and(|millis| millis < MINIMUM) {
        let text = shown(&timeout);
        sink.at("checkpoint-timeout-minimum", &timeout).say(format!(
            "Flink refuses a checkpoint `timeout` below 10ms, so the job with `{text}` does not start"
        ));
    }
}

fn max_concurrent_minimum(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let concurrent = at.view.get("checkpoint.max_concurrent");
    if concurrent.int().is_some_and(|number| number < 1) {
        let number = shown(&concurrent);
        sink.at("max-concurrent-minimum", &concurrent).say(format!(
            "`max_concurrent` must be 1 at least: Flink refuses `{number}` and the job does not start"
        ));
    }
}

/// A pause between the end of one checkpoint and the start of the next leaves no room for two at a time.
fn max_concurrent_with_min_pause(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let concurrent = at.view.get("checkpoint.max_concurrent");
    let Some(pause) = effective(at, "min_pause") else {
        return;
    };
    if concurrent.int().is_some_and(|number| number > 1)
        && pause.millis().is_some_and(|millis| millis > 0.0)
    {
        let (number, wait) = (shown(&concurrent), shown(&pause));
        sink.at("max-concurrent-with-min-pause", &concurrent)
            .with(&pause, format!("the pause is {wait}"))
            .say(format!(
                "`max_concurrent: {number}` has no effect beside `min_pause: {wait}`: a pause between checkpoints means that only one runs at a time"
            ));
    }
}

/// Flink does not start a checkpoint before the pause is over, so the pause becomes the interval.
fn min_pause_exceeds_interval(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let (Some(interval), Some(pause)) = (effective(at, "interval"), effective(at, "min_pause"))
    else {
        return;
    };
    if let (Some(every), Some(wait)) = (interval.millis(), pause.millis())
        && wait > every
    {
        let (every, wait) = (shown(&interval), shown(&pause));
        sink.at("min-pause-exceeds-interval", &pause)
            .with(&interval, format!("the interval is {every}"))
            .say(format!(
                "`min_pause` of {wait} is longer than the `interval` of {every}: Flink raises the interval to the pause, so {every} never holds"
            ));
    }
}

/// Two places for one value, and no document says which one wins.
fn interval_given_twice(at: &EntryCx<'_, '_>, sink: &mut Sink) {
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
        sink.at_key("interval-given-twice", &direct)
            .with(&nested, format!("the other `{name}`"))
            .say(format!(
                "`{name}` stands here and under `checkpoint`{differ}, and nothing says which of the two counts; keep the one under `checkpoint`"
            ));
    }
}

fn unaligned_max_concurrent(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let alignment = at.view.get("checkpoint.alignment.type");
    let concurrent = at.view.get("checkpoint.max_concurrent");
    if alignment.is("unaligned") && concurrent.int().is_some_and(|number| number > 1) {
        let number = shown(&concurrent);
        sink.at("unaligned-max-concurrent", &concurrent)
            .with(&alignment, "checkpoints are unaligned")
            .say(format!(
                "unaligned checkpoints run one at a time: with `max_concurrent: {number}` Flink throws and the job does not start"
            ));
    }
}

fn unaligned_needs_exactly_once(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let alignment = at.view.get("checkpoint.alignment.type");
    let mode = at.view.get("checkpoint.mode");
    if alignment.is("unaligned") && mode.is("at_least_once") {
        let how = match at.cx.flink() {
            FlinkVersion::V1_17 => "Flink 1.17 switches it off with a line in the log",
            FlinkVersion::V1_20 => "Flink 1.20 switches it off with a line in the log",
            FlinkVersion::V2_2 => "Flink 2.2 switches it off without a word",
        };
        sink.at("unaligned-needs-exactly-once", &alignment)
            .with(&mode, "the mode is `at_least_once`")
            .say(format!(
                "`unaligned` works with `mode: exactly_once` only; with `at_least_once` {how}"
            ));
    }
}

/// Barriers that do not wait for each other cannot be aligned.
fn alignment_without_exactly_once(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let mode = at.view.get("checkpoint.mode");
    let alignment = at.view.get("checkpoint.alignment");
    let block = alignment.view();
    if mode.is("at_least_once")
        && (block.get("type").is("aligned") || block.get("timeout").is_present())
    {
        sink.at_key("alignment-without-exactly-once", &alignment)
            .with(&mode, "the mode is `at_least_once`")
            .say("`alignment` has no effect with `mode: at_least_once`: such checkpoints never wait for barriers to align");
    }
}

/// Flink reads this timeout as the moment of switching over to unaligned.
fn aligned_timeout_ignored(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let timeout = at.view.get("checkpoint.alignment.timeout");
    let kind = at.view.get("checkpoint.alignment.type");
    if timeout.is_present()
        && (kind.is("aligned") || at.lacks("checkpoint.alignment.type").is_some())
    {
        sink.at("aligned-timeout-ignored", &timeout)
            .with(&kind, "checkpoints are aligned")
            .say(
                "`alignment.timeout` has no effect on aligned checkpoints: Flink reads it as the moment to switch over to unaligned ones; to limit a checkpoint use `checkpoint.timeout`",
            );
    }
}

fn alignment_timeout_not_below_timeout(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let switch = at.view.get("checkpoint.alignment.timeout");
    let timeout = at.view.get("checkpoint.timeout");
    if !at.view.get("checkpoint.alignment.type").is("unaligned") {
        return;
    }
    if let (Some(after), Some(limit)) = (
        switch.millis(),
        at.millis_or("checkpoint.timeout", DEFAULT_TIMEOUT),
    ) && after >= limit
    {
        let after = shown(&switch);
        let limit = timeout_words(&timeout);
        sink.at("alignment-timeout-not-below-timeout", &switch)
            .with(&timeout, "the checkpoint is given up after this time")
            .say(format!(
                "a checkpoint would switch to unaligned after {after}, but it is given up after {limit} already, so it never does"
            ));
    }
}

/// The timeout of a checkpoint as a message shows it.
pub fn timeout_words(timeout: &Val<'_>) -> String {
    if timeout.is_present() {
        format!("the `checkpoint.timeout` of {}", shown(timeout))
    } else {
        "Flink's default `checkpoint.timeout` of 10m".to_owned()
    }
}

/// The changelog backend takes one checkpoint at a time, and any process may be bound to it.
fn changelog_max_concurrent(cx: &Cx<'_>, sink: &mut Sink) {
    let backends = cx.root.get("state_backends").view().entries();
    let changelog = backends.iter().find_map(|(name, backend)| {
        let kind = backend.view().get("type");
        kind.is("changelog").then_some((name, kind))
    });
    let Some((name, kind)) = changelog else {
        return;
    };
    for (_, checkpoint) in cx.root.get("checkpoints").view().entries() {
        let concurrent = checkpoint.view().get("checkpoint.max_concurrent");
        if concurrent.int().is_some_and(|number| number > 1) {
            let number = shown(&concurrent);
            sink.at("changelog-max-concurrent", &concurrent)
                .with(&kind, format!("`{name}` is a changelog backend"))
                .say(format!(
                    "the changelog backend `{name}` takes one checkpoint at a time, so `max_concurrent: {number}` cannot be used with it"
                ));
        }
    }
}
