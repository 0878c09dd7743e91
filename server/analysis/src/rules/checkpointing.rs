//! When and how checkpoints are taken: interval, pause, concurrency, alignment.

use super::{Check, EntryCx, entry};
use crate::sink::Sink;

pub const CHECKS: &[Check] = &[entry(
    "checkpoints",
    "min-pause-exceeds-interval",
    min_pause_exceeds_interval,
)];

/// Flink does not start a checkpoint before the pause is over, so the pause becomes the interval.
fn min_pause_exceeds_interval(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let interval = at.view.get("checkpoint.interval");
    let pause = at.view.get("checkpoint.min_pause");
    if let (Some(every), Some(wait)) = (interval.millis(), pause.millis())
        && wait > every
    {
        let (every, wait) = (interval.text().unwrap_or_default(), pause.text().unwrap_or_default());
        sink.at("min-pause-exceeds-interval", &pause)
            .with(&interval, format!("the interval is {every}"))
            .say(format!(
                "`min_pause` of {wait} is longer than the interval of {every}, so checkpoints are {wait} apart at least and the interval never counts"
            ));
    }
}
