//! Restart strategies: what each of Flink's three reads, and when one of them never gives up.

use nexflow_syntax::NodeKind;

use super::{
    Check, EntryContext,
    absence::{shown, shown_millis},
    entry,
};
use crate::{FlinkVersion, merged::MergedValue, sink::DiagnosticSink};

pub const CHECKS: &[Check] = &[
    entry("checkpoints", "restart-strategy-missing", strategy_missing),
    entry(
        "checkpoints",
        "restart-field-not-for-strategy",
        field_not_for_strategy,
    ),
    entry(
        "checkpoints",
        "restart-max-below-initial",
        max_below_initial,
    ),
    entry("checkpoints", "restart-multiplier", multiplier),
    entry("checkpoints", "restart-initial-zero", initial_zero),
    entry("checkpoints", "restart-attempts", attempts),
    entry("checkpoints", "restart-jitter", jitter),
    entry(
        "checkpoints",
        "restart-failure-rate-values",
        failure_rate_values,
    ),
    entry(
        "checkpoints",
        "restart-failure-rate-never-reached",
        failure_rate_never_reached,
    ),
    entry("checkpoints", "restart-reset-below-max", reset_below_max),
];

const RESTART: &str = "recovery.restart";
const EXPONENTIAL: &str = "exponential_delay";
const FIXED: &str = "fixed_delay";
const RATE: &str = "failure_rate";

/// Which strategies read a field.
const READ_BY: [(&str, &[&str]); 9] = [
    ("initial_delay", &[EXPONENTIAL]),
    ("max_delay", &[EXPONENTIAL]),
    ("backoff_multiplier", &[EXPONENTIAL]),
    ("jitter_factor", &[EXPONENTIAL]),
    ("reset_backoff_threshold", &[EXPONENTIAL]),
    ("delay", &[FIXED, RATE]),
    ("max_failures_per_interval", &[RATE]),
    ("failure_rate_interval", &[RATE]),
    ("max_attempts", &[FIXED, EXPONENTIAL]),
];

fn field<'a>(at: &EntryContext<'_, 'a>, name: &str) -> MergedValue<'a> {
    at.mapping.get(RESTART).mapping().child(name)
}

/// The strategy, where it is the given one.
fn strategy<'a>(at: &EntryContext<'_, 'a>, name: &str) -> Option<MergedValue<'a>> {
    let strategy = field(at, "strategy");
    strategy.is(name).then_some(strategy)
}

fn strategy_missing(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    if at.mapping.get(RESTART).kind() != NodeKind::Mapping {
        return;
    }
    if let Some(place) = at.lacks("recovery.restart.strategy") {
        sink.report_missing("restart-strategy-missing", &place).missing(["strategy"]).emit(
            "Missing `strategy` in `restart` (`fixed_delay`, `failure_rate` or `exponential_delay`).",
        );
    }
}

fn field_not_for_strategy(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let strategy = field(at, "strategy");
    let Some(name) = strategy.text() else { return };
    if ![EXPONENTIAL, FIXED, RATE].contains(&&*name) {
        return;
    }
    for (other, readers) in READ_BY {
        let val = field(at, other);
        if val.is_missing() || readers.contains(&&*name) {
            continue;
        }
        let readers = readers
            .iter()
            .map(|reader| format!("`{reader}`"))
            .collect::<Vec<_>>()
            .join(" and ");
        sink.report_key("restart-field-not-for-strategy", &val)
            .related(&strategy, format!("the strategy is `{name}`"))
            .emit(format!(
                "`{other}` is ignored with `strategy: {name}`; it applies to {readers}."
            ));
    }
}

/// Flink's defaults, in milliseconds.
const DEFAULT_INITIAL: f64 = 1_000.0;

fn default_max(version: FlinkVersion) -> f64 {
    if version < FlinkVersion::V1_19 {
        300_000.0
    } else {
        60_000.0
    }
}

fn max_below_initial(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    if strategy(at, EXPONENTIAL).is_none() {
        return;
    }
    let version = at.cx.flink();
    let (initial, max) = (field(at, "initial_delay"), field(at, "max_delay"));
    let (Some(first), Some(last)) = (
        at.millis_or("recovery.restart.initial_delay", DEFAULT_INITIAL),
        at.millis_or("recovery.restart.max_delay", default_max(version)),
    ) else {
        return;
    };
    if last >= first {
        return;
    }
    let words = |val: &MergedValue<'_>, millis: f64| {
        if val.is_present() {
            shown(val).into_owned()
        } else {
            format!(
                "{} (the default of Flink {})",
                shown_millis(millis),
                version
            )
        }
    };
    let (first, last) = (words(&initial, first), words(&max, last));
    let message =
        format!("`max_delay` ({last}) is below `initial_delay` ({first}); the job will not start.");
    if max.is_present() {
        sink.report("restart-max-below-initial", &max)
            .related(&initial, format!("the initial backoff is {first}"))
            .emit(message);
    } else {
        sink.report("restart-max-below-initial", &initial)
            .emit(message);
    }
}

fn multiplier(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let factor = field(at, "backoff_multiplier");
    if strategy(at, EXPONENTIAL).is_some() && factor.number().is_some_and(|factor| factor <= 1.0) {
        let number = shown(&factor);
        sink.report("restart-multiplier", &factor).emit(format!(
            "`backoff_multiplier` must be above 1, not {number}; the job will not start."
        ));
    }
}

fn initial_zero(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let initial = field(at, "initial_delay");
    if strategy(at, EXPONENTIAL).is_some() && initial.millis().is_some_and(|millis| millis < 1.0) {
        let text = shown(&initial);
        sink.report("restart-initial-zero", &initial).emit(format!(
            "`initial_delay` must be at least `1ms`, not {text}; the job will not start."
        ));
    }
}

fn attempts(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let attempts = field(at, "max_attempts");
    let Some(number) = attempts.int() else { return };
    for (name, least) in [(EXPONENTIAL, 1), (FIXED, 0)] {
        if let Some(strategy) = strategy(at, name)
            && number < least
        {
            let none = if name == EXPONENTIAL && number == 0 {
                "; `fixed_delay` with 0 means no restart"
            } else {
                ""
            };
            sink.report("restart-attempts", &attempts)
                .related(&strategy, format!("the strategy is `{name}`"))
                .emit(format!(
                    "`max_attempts` must be at least {least} with `{name}`, not {number}{none}."
                ));
        }
    }
}

fn jitter(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let factor = field(at, "jitter_factor");
    if strategy(at, EXPONENTIAL).is_some()
        && factor
            .number()
            .is_some_and(|factor| !(0.0..=1.0).contains(&factor))
    {
        let number = shown(&factor);
        sink.report("restart-jitter", &factor).emit(format!(
            "`jitter_factor` must be from 0 to 1, not {number}; the job will not start."
        ));
    }
}

fn failure_rate_values(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    if strategy(at, RATE).is_none() {
        return;
    }
    let failures = field(at, "max_failures_per_interval");
    if failures.int().is_some_and(|number| number < 1) {
        let number = shown(&failures);
        sink.report("restart-failure-rate-values", &failures).emit(format!(
            "`max_failures_per_interval` must be at least 1, not {number}; the job will not start."
        ));
    }
    let interval = field(at, "failure_rate_interval");
    if interval.millis().is_some_and(|millis| millis <= 0.0) {
        let text = shown(&interval);
        sink.report("restart-failure-rate-values", &interval).emit(format!(
            "`failure_rate_interval` must be greater than zero, not {text}; the job will not start."
        ));
    }
}

/// Flink's defaults for the failure rate: one failure in a minute, a second apart.
const DEFAULT_FAILURES: i64 = 1;
const DEFAULT_RATE_INTERVAL: f64 = 60_000.0;
const DEFAULT_DELAY: f64 = 1_000.0;

/// Flink gives up when one failure more than allowed falls into the interval; failures are at least the delay apart.
fn failure_rate_never_reached(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let Some(strategy) = strategy(at, RATE) else {
        return;
    };
    let (Some(failures), Some(interval), Some(delay)) = (
        at.int_or(
            "recovery.restart.max_failures_per_interval",
            DEFAULT_FAILURES,
        ),
        at.millis_or(
            "recovery.restart.failure_rate_interval",
            DEFAULT_RATE_INTERVAL,
        ),
        at.millis_or("recovery.restart.delay", DEFAULT_DELAY),
    ) else {
        return;
    };
    #[expect(
        clippy::cast_precision_loss,
        reason = "a number of failures is far below 2^52"
    )]
    let span = delay * failures as f64;
    if failures < 1 || interval <= 0.0 || span <= interval {
        return;
    }
    let values = [
        "delay",
        "max_failures_per_interval",
        "failure_rate_interval",
    ]
    .map(|name| field(at, name));
    // With the defaults the rate can be reached, so one of the three is written.
    let Some(first) = values.iter().position(MergedValue::is_present) else {
        return;
    };
    let mut report = sink
        .report("restart-failure-rate-never-reached", &values[first])
        .related(&strategy, "the strategy is `failure_rate`");
    for other in &values[first + 1..] {
        report = report.related(other, format!("it allows {}", shown(other)));
    }
    let (delay, interval) = (shown_millis(delay), shown_millis(interval));
    report.emit(format!(
        "Failures are at least {delay} apart, so {interval} never has more than {failures}: the job restarts forever."
    ));
}

fn reset_below_max(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let (reset, max) = (field(at, "reset_backoff_threshold"), field(at, "max_delay"));
    if strategy(at, EXPONENTIAL).is_none() {
        return;
    }
    if let (Some(quiet), Some(longest)) = (reset.millis(), max.millis())
        && quiet < longest
    {
        let (quiet, longest) = (shown(&reset), shown(&max));
        sink.report("restart-reset-below-max", &reset)
            .related(&max, format!("the maximum backoff is {longest}"))
            .emit(format!(
                "`reset_backoff_threshold` ({quiet}) is below the maximum backoff ({longest}), which is never reached."
            ));
    }
}
