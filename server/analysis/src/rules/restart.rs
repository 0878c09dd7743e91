//! Restart strategies: what each of Flink's three reads, and when one of them never gives up.

use nexflow_syntax::NodeKind;

use super::{
    Check, EntryCx,
    absence::{shown, shown_millis},
    entry,
};
use crate::{FlinkVersion, sink::Sink, view::Val};

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

fn field<'a>(at: &EntryCx<'_, 'a>, name: &str) -> Val<'a> {
    at.view.get(RESTART).view().child(name)
}

/// The strategy, where it is the given one.
fn strategy<'a>(at: &EntryCx<'_, 'a>, name: &str) -> Option<Val<'a>> {
    let strategy = field(at, "strategy");
    strategy.is(name).then_some(strategy)
}

fn strategy_missing(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    if at.view.get(RESTART).kind() != NodeKind::Mapping {
        return;
    }
    if let Some(place) = at.lacks("recovery.restart.strategy") {
        sink.missing("restart-strategy-missing", &place).say(
            "`restart` has no `strategy`: its other fields belong to `fixed_delay`, `failure_rate` or `exponential_delay`, and nothing says to which",
        );
    }
}

fn field_not_for_strategy(at: &EntryCx<'_, '_>, sink: &mut Sink) {
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
        sink.at_key("restart-field-not-for-strategy", &val)
            .with(&strategy, format!("the strategy is `{name}`"))
            .say(format!(
                "`{other}` has no effect with `strategy: {name}`: only {readers} read it"
            ));
    }
}

/// Flink's defaults, in milliseconds.
const DEFAULT_INITIAL: f64 = 1_000.0;

fn default_max(version: FlinkVersion) -> f64 {
    match version {
        FlinkVersion::V1_17 => 300_000.0,
        FlinkVersion::V1_20 | FlinkVersion::V2_2 => 60_000.0,
    }
}

fn version_name(version: FlinkVersion) -> &'static str {
    match version {
        FlinkVersion::V1_17 => "1.17",
        FlinkVersion::V1_20 => "1.20",
        FlinkVersion::V2_2 => "2.2",
    }
}

fn max_below_initial(at: &EntryCx<'_, '_>, sink: &mut Sink) {
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
    let words = |val: &Val<'_>, millis: f64| {
        if val.is_present() {
            shown(val).into_owned()
        } else {
            format!(
                "{} (the default of Flink {})",
                shown_millis(millis),
                version_name(version)
            )
        }
    };
    let (first, last) = (words(&initial, first), words(&max, last));
    let message = format!(
        "`max_delay` of {last} is below `initial_delay` of {first}, so Flink throws and the job does not start"
    );
    if max.is_present() {
        sink.at("restart-max-below-initial", &max)
            .with(&initial, format!("the first wait is {first}"))
            .say(message);
    } else {
        sink.at("restart-max-below-initial", &initial).say(message);
    }
}

fn multiplier(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let factor = field(at, "backoff_multiplier");
    if strategy(at, EXPONENTIAL).is_some() && factor.number().is_some_and(|factor| factor <= 1.0) {
        let number = shown(&factor);
        sink.at("restart-multiplier", &factor).say(format!(
            "`backoff_multiplier` must be above 1: Flink refuses {number} and the job does not start"
        ));
    }
}

fn initial_zero(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let initial = field(at, "initial_delay");
    if strategy(at, EXPONENTIAL).is_some() && initial.millis().is_some_and(|millis| millis < 1.0) {
        let text = shown(&initial);
        sink.at("restart-initial-zero", &initial).say(format!(
            "`initial_delay` must be 1ms at least: Flink refuses {text} and the job does not start"
        ));
    }
}

fn attempts(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let attempts = field(at, "max_attempts");
    let Some(number) = attempts.int() else { return };
    for (name, least) in [(EXPONENTIAL, 1), (FIXED, 0)] {
        if let Some(strategy) = strategy(at, name)
            && number < least
        {
            let none = if name == EXPONENTIAL && number == 0 {
                "; for no restart at all take `strategy: fixed_delay`"
            } else {
                ""
            };
            sink.at("restart-attempts", &attempts)
                .with(&strategy, format!("the strategy is `{name}`"))
                .say(format!(
                    "with `{name}` Flink wants `max_attempts` of {least} at least and refuses {number}{none}"
                ));
        }
    }
}

fn jitter(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let factor = field(at, "jitter_factor");
    if strategy(at, EXPONENTIAL).is_some()
        && factor
            .number()
            .is_some_and(|factor| !(0.0..=1.0).contains(&factor))
    {
        let number = shown(&factor);
        sink.at("restart-jitter", &factor).say(format!(
            "`jitter_factor` is a fraction from 0 to 1: Flink refuses {number} and the job does not start"
        ));
    }
}

fn failure_rate_values(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    if strategy(at, RATE).is_none() {
        return;
    }
    let failures = field(at, "max_failures_per_interval");
    if failures.int().is_some_and(|number| number < 1) {
        let number = shown(&failures);
        sink.at("restart-failure-rate-values", &failures).say(format!(
            "`max_failures_per_interval` must be 1 at least: Flink refuses {number} and the job does not start"
        ));
    }
    let interval = field(at, "failure_rate_interval");
    if interval.millis().is_some_and(|millis| millis <= 0.0) {
        let text = shown(&interval);
        sink.at("restart-failure-rate-values", &interval).say(format!(
            "`failure_rate_interval` must be longer than nothing: Flink refuses {text} and the job does not start"
        ));
    }
}

/// Flink's defaults for the failure rate: one failure in a minute, a second apart.
const DEFAULT_FAILURES: i64 = 1;
const DEFAULT_RATE_INTERVAL: f64 = 60_000.0;
const DEFAULT_DELAY: f64 = 1_000.0;

/// Flink gives up when one failure more than allowed falls into the interval; failures are at least the delay apart.
fn failure_rate_never_reached(at: &EntryCx<'_, '_>, sink: &mut Sink) {
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
    let Some(first) = values.iter().position(Val::is_present) else {
        return;
    };
    let mut report = sink
        .at("restart-failure-rate-never-reached", &values[first])
        .with(&strategy, "the strategy is `failure_rate`");
    for other in &values[first + 1..] {
        report = report.with(other, format!("it allows {}", shown(other)));
    }
    let (delay, interval) = (shown_millis(delay), shown_millis(interval));
    report.say(format!(
        "failures are at least {delay} apart, so more than {failures} of them never fall within {interval}: the job restarts for ever"
    ));
}

fn reset_below_max(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let (reset, max) = (field(at, "reset_backoff_threshold"), field(at, "max_delay"));
    if strategy(at, EXPONENTIAL).is_none() {
        return;
    }
    if let (Some(quiet), Some(longest)) = (reset.millis(), max.millis())
        && quiet < longest
    {
        let (quiet, longest) = (shown(&reset), shown(&max));
        sink.at("restart-reset-below-max", &reset)
            .with(&max, format!("the longest wait is {longest}"))
            .say(format!(
                "after {quiet} without a failure the wait begins anew, before it can grow to its limit of {longest}"
            ));
    }
}
