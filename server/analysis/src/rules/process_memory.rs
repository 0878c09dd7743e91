//! The memory of processes and workers: shares, parts, network buffers, the JVM.

use super::{
    Check, EntryContext, document, entry,
    processes::{processes, statements},
    shared::{reported_at, shown},
};
use crate::{
    document_context::DocumentContext,
    merged::{MergedMapping, MergedValue},
    sink::DiagnosticSink,
};

pub const CHECKS: &[Check] = &[
    entry("resources", "memory-shares-over-100", shares_over_100),
    entry("resources", "memory-shares-full", shares_full),
    entry("resources", "memory-parts-exceed-total", parts_exceed_total),
    entry("resources", "network-memory-order", network_order),
    document("task-memory-small", task_memory_small),
    entry("resources", "jvm-option-reserved", jvm_option_reserved),
    entry("resources", "segment-size", segment_size),
    entry("resources", "limits-exceeded", limits_exceeded),
];

/// A share of the memory in percent: `40%` or `0.4`.
pub(super) fn share(val: &MergedValue<'_>) -> Option<f64> {
    let text = val.text()?;
    match text.strip_suffix('%') {
        Some(percent) => percent.trim().parse().ok(),
        None => val.number().map(|fraction| fraction * 100.0),
    }
    .filter(|percent: &f64| percent.is_finite() && *percent >= 0.0)
}

/// What is known of the shares.
struct Shares<'a> {
    /// Sum in percent of those that are known.
    sum: f64,
    /// Whether all that are given are known shares (sizes are none).
    all: bool,
    /// The ones that are known.
    parts: Vec<(&'static str, MergedValue<'a>)>,
}

fn shares<'a>(process: &MergedMapping<'a>) -> Shares<'a> {
    let mut found = Shares {
        sum: 0.0,
        all: true,
        parts: Vec::new(),
    };
    for name in ["heap", "managed", "network"] {
        let val = process.get(&format!("memory.{name}"));
        match share(&val) {
            Some(percent) => {
                found.sum += percent;
                found.parts.push((name, val));
            }
            None => found.all &= val.is_missing(),
        }
    }
    found
}

/// Fractions do not add up exactly in binary.
const ROUNDING: f64 = 1e-6;

fn shares_over_100(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    for process in statements(at) {
        let found = shares(&process);
        if found.sum > 100.0 + ROUNDING {
            complain("memory-shares-over-100", &process, &found, sink);
        }
    }
}

fn shares_full(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    for process in statements(at) {
        let found = shares(&process);
        if found.all && (found.sum - 100.0).abs() <= ROUNDING {
            complain("memory-shares-full", &process, &found, sink);
        }
    }
}

fn complain(
    code: &'static str,
    process: &MergedMapping<'_>,
    found: &Shares<'_>,
    sink: &mut DiagnosticSink,
) {
    let memory = process.get("memory");
    let sum = (found.sum * 1e4).round() / 1e4;
    let mut report = sink.report_key(code, &memory);
    for (name, part) in &found.parts {
        report = report.related(part, format!("`{name}` is {}", shown(part)));
    }
    report.emit(if code == "memory-shares-full" {
        "The shares take 100% of the memory and leave no room for metaspace and JVM overhead."
            .to_owned()
    } else {
        format!("The memory shares add up to {sum}%; Flink will not start.")
    });
}

/// Sizes for messages.
pub(super) fn size(bytes: u64) -> String {
    nexflow_catalog::value::size::format(bytes)
}

/// The sum of those parts that are known sizes; `None` when there is none.
fn sum<'a>(parts: impl IntoIterator<Item = MergedValue<'a>>) -> Option<(u64, usize)> {
    let known: Vec<u64> = parts.into_iter().filter_map(|part| part.bytes()).collect();
    let sum = known
        .iter()
        .fold(0u64, |sum, part| sum.saturating_add(*part));
    (!known.is_empty()).then_some((sum, known.len()))
}

fn parts_exceed_total(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    for process in statements(at) {
        let either = |long: &str, short: &str| {
            let long = process.get(long);
            if long.is_present() {
                long
            } else {
                process.get(short)
            }
        };
        let parts = [
            process.get("memory.heap"),
            either("memory.managed", "managed_memory"),
            either("memory.network", "network_memory"),
            process.get("memory.framework_heap"),
            process.get("memory.framework_off_heap"),
            process.get("memory.task_off_heap"),
        ];
        let total = process.get("task_memory");
        if let (Some((parts_sum, _)), Some(whole)) = (sum(parts.clone()), total.bytes())
            && parts_sum > whole
        {
            let mut candidates = vec![&total];
            candidates.extend(parts.iter().filter(|part| part.bytes().is_some()));
            let place = reported_at(at, &candidates);
            let mut report = sink.report("memory-parts-exceed-total", place);
            for candidate in candidates {
                if !std::ptr::eq(candidate, place) {
                    report = report.related(candidate, shown(candidate));
                }
            }
            report.emit(format!(
                "The memory parts add up to {}, more than `task_memory` ({}); Flink will not start.",
                size(parts_sum),
                size(whole)
            ));
        }
    }
    if at.name == "_task_managers" {
        let parts = [
            "flink.heap",
            "flink.managed",
            "flink.network",
            "flink.framework",
            "flink.task_off_heap",
            "jvm_metaspace",
            "jvm_overhead",
        ]
        .map(|part| at.mapping.get(&format!("memory.{part}")));
        let total = at.mapping.get("memory.total");
        if let (Some((parts_sum, _)), Some(whole)) = (sum(parts.clone()), total.bytes())
            && parts_sum > whole
        {
            let mut report = sink.report("memory-parts-exceed-total", &total);
            for part in parts.iter().filter(|part| part.bytes().is_some()) {
                report = report.related(part, shown(part));
            }
            report.emit(format!(
                "The memory parts add up to {}, more than `total` ({}); Flink will not start.",
                size(parts_sum),
                size(whole)
            ));
        }
    }
}

fn network_order(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    for process in statements(at) {
        let (least, most) = (
            process.get("memory.network_min"),
            process.get("memory.network_max"),
        );
        let (from, to) = (least.bytes(), most.bytes());
        if let (Some(from), Some(to)) = (from, to)
            && from > to
        {
            sink.report("network-memory-order", &least)
                .related(&most, format!("`network_max` is {}", size(to)))
                .emit(format!(
                    "`network_min` ({}) is above `network_max` ({}); Flink will not start.",
                    size(from),
                    size(to)
                ));
            continue;
        }
        let network = process.get("memory.network");
        let Some(given) = network.bytes() else {
            continue;
        };
        if let Some(from) = from.filter(|from| given < *from) {
            sink.report("network-memory-order", &network)
                .related(&least, format!("`network_min` is {}", size(from)))
                .emit(format!(
                    "`network` ({}) is below `network_min` ({}).",
                    size(given),
                    size(from)
                ));
        } else if let Some(to) = to.filter(|to| given > *to) {
            sink.report("network-memory-order", &network)
                .related(&most, format!("`network_max` is {}", size(to)))
                .emit(format!(
                    "`network` ({}) is above `network_max` ({}).",
                    size(given),
                    size(to)
                ));
        }
    }
}

const GIB: u64 = 1 << 30;

fn task_memory_small(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    if cx.toolchain {
        return;
    }
    let slots = cx.root.get("resources._task_managers.slots_per_manager");
    let single = if slots.is_missing() {
        cx.complete
    } else {
        slots.int() == Some(1)
    };
    if !single {
        return;
    }
    let resources = cx.root.get("resources").mapping();
    let mut all: Vec<MergedMapping<'_>> = processes(cx)
        .into_iter()
        .map(|(_, process)| process)
        .collect();
    all.push(resources.get("_defaults").mapping());
    all.extend(
        resources
            .get("_groups")
            .mapping()
            .entries()
            .into_iter()
            .map(|(_, group)| group.mapping()),
    );
    for process in all {
        let mut places = vec![process.get("task_memory")];
        let blocks = process.region_blocks();
        places.extend(blocks.iter().map(|(_, block)| block.get("task_memory")));
        for memory in places {
            if let Some(bytes) = memory.bytes().filter(|bytes| *bytes < GIB) {
                sink.report("task-memory-small", &memory).emit(format!(
                    "{} is little for a worker: by default Flink rejects 728mb or less.",
                    size(bytes)
                ));
            }
        }
    }
}

/// JVM options that Flink writes itself, with where to say them instead.
const RESERVED: [(&str, &str); 4] = [
    ("-Xmx", "`memory.heap`"),
    ("-Xms", "`memory.heap`"),
    (
        "-XX:MaxDirectMemorySize",
        "`memory.task_off_heap` and `memory.network`",
    ),
    ("-XX:MaxMetaspaceSize", "`jvm.metaspace_max`"),
];

fn jvm_option_reserved(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    for process in statements(at) {
        for option in process.get("jvm.options").items() {
            let Some(text) = option.text() else { continue };
            for (reserved, instead) in RESERVED {
                if text
                    .split_whitespace()
                    .any(|word| word.starts_with(reserved))
                {
                    sink.report("jvm-option-reserved", &option).emit(format!(
                        "Flink sets `{reserved}` from its memory model; use {instead}."
                    ));
                }
            }
        }
    }
}

fn segment_size(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    for process in statements(at) {
        for name in ["buffer_size", "memory_segment_size"] {
            let val = process.get(&format!("network.{name}"));
            let Some(bytes) = val.bytes() else { continue };
            if bytes >= 4096 && bytes.is_power_of_two() {
                continue;
            }
            let near = bytes.max(4096).next_power_of_two();
            let (below, above) = (near / 2, near);
            let choice = if below >= 4096 {
                format!("{} or {}", size(below), size(above))
            } else {
                size(4096)
            };
            sink.report("segment-size", &val).emit(format!(
                "`{name}` must be a power of two, at least 4kb, such as {choice}, not {}.",
                shown(&val)
            ));
        }
    }
}

fn limits_exceeded(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    for process in statements(at) {
        for (field, bound) in [
            ("parallelism", "max_parallelism"),
            ("parallelism.initial", "max_parallelism"),
            ("parallelism.max", "max_parallelism"),
            ("task_memory", "max_task_memory"),
            ("task_cpu", "max_task_cpu"),
        ] {
            let (value, limit) = (process.get(field), process.get(&format!("limits.{bound}")));
            let above = match (value.bytes(), limit.bytes()) {
                (Some(value), Some(limit)) => value > limit,
                _ => {
                    matches!((value.number(), limit.number()), (Some(value), Some(limit)) if value > limit)
                }
            };
            if above {
                let (given, most) = (shown(&value), shown(&limit));
                let place = reported_at(at, &[&value, &limit]);
                let other = if std::ptr::eq(place, &value) {
                    &limit
                } else {
                    &value
                };
                sink.report("limits-exceeded", place)
                    .related(other, "the other one")
                    .emit(format!(
                        "`{field}` ({given}) exceeds `limits.{bound}` ({most})."
                    ));
            }
        }
    }
}
