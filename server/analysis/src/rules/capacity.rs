//! Whether a job fits: key groups to grow into, buffers between tasks, workers that scaling adds, partitions to read.

use nexflow_catalog::Severity;

use super::{
    Check, EntryContext, document, entry,
    process_memory::size,
    processes::{given, processes, statements},
    shared::{in_production, placed_deployments, shown},
};
use crate::{document_context::DocumentContext, merged::MergedValue, sink::DiagnosticSink};

pub const CHECKS: &[Check] = &[
    document("max-parallelism-below-scaling", below_scaling),
    document("max-parallelism-no-room", no_room),
    entry("resources", "network-buffers-few", network_buffers_few),
    document("process-wider-than-sources", wider_than_sources),
    document("native-mode-ignores-replicas", native_replicas),
    document("scaling-without-followers", scaling_without_followers),
    entry("checkpoints", "checkpoints-back-to-back", back_to_back),
];

/// The number of key groups that Flink chooses at the first start of a job this wide.
fn default_key_groups(parallelism: i64) -> i64 {
    let wanted = parallelism.saturating_add(parallelism / 2);
    let power = u64::try_from(wanted).map_or(128, u64::next_power_of_two);
    i64::try_from(power).unwrap_or(i64::MAX).clamp(128, 32_768)
}

fn below_scaling(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    if !cx.checks_absence() {
        return;
    }
    for (name, process) in processes(cx) {
        let most = given(cx, &process, "parallelism.max");
        let start = given(cx, &process, "parallelism.initial");
        if given(cx, &process, "max_parallelism").is_present() || process.has_errors() {
            continue;
        }
        let (Some(widest), Some(initial)) = (most.int(), start.int()) else {
            continue;
        };
        let groups = default_key_groups(initial);
        if widest > groups {
            sink.report("max-parallelism-below-scaling", &most).missing(["max_parallelism"])
                .related(&start, format!("starts {initial} wide"))
                .emit(format!(
                    "`{name}` cannot scale to {widest}: without `max_parallelism` Flink fixes {groups} key groups at the first start."
                ));
        }
    }
}

fn no_room(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    if !in_production(cx) || !cx.checks_absence() {
        return;
    }
    let stateful = ["state_backends", "checkpoints"]
        .iter()
        .any(|section| !cx.entries(section).is_empty());
    for (name, process) in processes(cx) {
        let width = given(cx, &process, "parallelism");
        let most = given(cx, &process, "max_parallelism");
        let Some(wide) = width.int().filter(|_| !process.has_errors()) else {
            continue;
        };
        if most.int() == Some(wide) && wide > 1 {
            sink.report("max-parallelism-no-room", &most)
                .related(&width, "the parallelism")
                .emit(format!(
                    "`max_parallelism` equals the parallelism of `{name}`, so the job can never be scaled up without losing its state."
                ));
        } else if most.is_missing() && stateful && process.get("_group").is_missing() {
            let groups = default_key_groups(wide);
            sink.report("max-parallelism-no-room", &width).missing(["max_parallelism"])
                .related(&cx.environment, "the environment is `production`")
                .emit(format!(
                    "`max_parallelism` of `{name}` is unset; Flink fixes {groups} at the first start, and raising it later loses the state."
                ));
        }
    }
}

/// What a segment of network memory takes when nothing is said, and the exclusive buffers of a channel.
const SEGMENT: u64 = 32 << 10;
const EXCLUSIVE: i64 = 2;

fn network_buffers_few(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    for process in statements(at) {
        let memory = process.get("memory.network");
        let width = process.get("parallelism");
        let segment = process.get("network.memory_segment_size");
        let exclusive = process.get("network.exclusive_buffers_per_channel");
        let other = process.get("network.buffers_per_channel");
        let wide = width.int().or_else(|| width.mapping().get("initial").int());
        let known = |val: &MergedValue<'_>, default: u64| {
            if val.is_missing() {
                Some(default)
            } else {
                val.bytes()
            }
        };
        let each = [exclusive, other].into_iter().find(MergedValue::is_present);
        let each = each.map_or(Some(EXCLUSIVE), |val| val.int());
        let (Some(bytes), Some(wide), Some(segment), Some(each)) =
            (memory.bytes(), wide, known(&segment, SEGMENT), each)
        else {
            continue;
        };
        if segment == 0 || wide < 1 || memory.number().is_some() {
            continue;
        }
        // One exchange of all with all: a gate with a channel from each task, and a partition to each.
        let needed = each
            .saturating_mul(wide)
            .saturating_add(1)
            .saturating_add(wide);
        let needed_bytes = needed.unsigned_abs().saturating_mul(segment);
        if bytes < needed_bytes {
            let given = shown(&memory);
            sink.report("network-buffers-few", &memory)
                .related(&width, format!("{wide} wide"))
                .emit(format!(
                    "Network memory of {given} is too small: a single shuffle {wide} wide needs {needed} buffers ({}).",
                    size(needed_bytes)
                ));
        }
    }
}

fn wider_than_sources(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    if !cx.checks_absence() {
        return;
    }
    let streams = cx.entries("streams");
    let mut most: Option<(i64, MergedValue<'_>)> = None;
    for (_, stream) in streams.iter() {
        let mapping = stream.mapping();
        if mapping.get("direction").is("sink") {
            continue;
        }
        // A source whose width is not known may be wide enough.
        let partitions = mapping.get("partitions");
        let (true, Some(number)) = (mapping.get("direction").is("source"), partitions.int()) else {
            return;
        };
        if most.as_ref().is_none_or(|(known, _)| number > *known) {
            most = Some((number, partitions));
        }
    }
    let Some((number, partitions)) = most else {
        return;
    };
    for (name, process) in processes(cx) {
        let width = given(cx, &process, "parallelism");
        if given(cx, &process, "operators").is_present() {
            continue;
        }
        if let Some(wide) = width.int().filter(|wide| *wide > number) {
            sink.report("process-wider-than-sources", &width)
                .related(&partitions, format!("{number} partitions"))
                .emit(format!(
                    "`{name}` runs {wide} wide, but no source has more than {number} partitions; idle readers can hold back watermarks."
                ));
        }
    }
}

fn native_replicas(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    for (_, deployment) in placed_deployments(cx) {
        let mode = deployment.get("mode");
        if !deployment.get("type").is("kubernetes") || !mode.is("native") {
            continue;
        }
        let fixed = [
            "task_manager.replicas",
            "scaling.min_replicas",
            "scaling.max_replicas",
        ];
        let given = fixed
            .iter()
            .map(|path| (path, deployment.get(path)))
            .find(|(_, val)| val.is_present());
        if let Some((path, val)) = given {
            sink.report_key("native-mode-ignores-replicas", &val)
                .related(&mode, "Flink asks Kubernetes for pods itself")
                .emit(format!(
                    "`{path}` is ignored with `mode: native`: Flink starts as many workers as the jobs need."
                ));
        }
    }
}

fn scaling_without_followers(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    if !cx.checks_absence() {
        return;
    }
    for (_, deployment) in placed_deployments(cx) {
        let scaling = deployment.get("scaling");
        let most = scaling.mapping().get("max_replicas");
        if !deployment.get("type").is("kubernetes")
            || deployment.get("mode").is("native")
            || most.int().is_none_or(|number| number <= 1)
        {
            continue;
        }
        let all = processes(cx);
        let all_fixed = all.iter().all(|(_, process)| {
            given(cx, process, "parallelism").int().is_some()
                && given(cx, process, "auto_scale").is_missing()
        });
        if !all.is_empty() && all_fixed {
            sink.report_key("scaling-without-followers", &scaling)
                .severity(Severity::Hint)
                .emit("All processes have a fixed parallelism, so pods that scaling adds get no work.");
        }
    }
}

/// A checkpoint that takes this many times its interval leaves no time between two.
const RATIO: f64 = 30.0;

fn back_to_back(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    if !at.cx.in_environment(&["production"]) {
        return;
    }
    let inner = at.mapping.get("checkpoint.interval");
    let interval = if inner.is_present() {
        inner
    } else {
        at.mapping.get("interval")
    };
    let no_pause = at.lacks("checkpoint.min_pause").is_some() && at.lacks("min_pause").is_some();
    let timeout = at.millis_or("checkpoint.timeout", super::checkpointing::DEFAULT_TIMEOUT);
    if let (Some(every), Some(limit), true) = (interval.millis(), timeout, no_pause)
        && every > 0.0
        && limit >= every * RATIO
    {
        let words = super::checkpointing::timeout_words(&at.mapping.get("checkpoint.timeout"));
        sink.report("checkpoints-back-to-back", &interval).emit(format!(
            "Checkpoints every {} with {words} and no `min_pause`: slow checkpoints follow each other without a break.",
            shown(&interval)
        ));
    }
}
