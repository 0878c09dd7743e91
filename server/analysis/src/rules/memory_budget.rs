//! The memory of a worker process as Flink divides it: what is left for its parts once the JVM has its own.

use super::{
    Check, document,
    process_memory::share,
    processes::{given, processes},
    shared::shown,
};
use crate::{
    FlinkVersion,
    document_context::DocumentContext,
    merged::{MergedMapping, MergedValue},
    sink::DiagnosticSink,
};

pub const CHECKS: &[Check] = &[document("memory-leaves-no-room", leaves_no_room)];

const MIB: u64 = 1 << 20;

/// Flink's defaults.
const METASPACE: u64 = 256 * MIB;
const FRAMEWORK: u64 = 128 * MIB;
const OVERHEAD: (u64, u64) = (192 * MIB, 1024 * MIB);
const MANAGED: f64 = 40.0;
const NETWORK: f64 = 10.0;
const NETWORK_LEAST: u64 = 64 * MIB;
/// The most that is derived for the network before 1.18, which has no bound of its own.
const NETWORK_MOST: u64 = 1024 * MIB;

/// The value of a field in bytes: the default where it is missing, nothing where it is not known.
fn or_default(val: &MergedValue<'_>, default: u64) -> Option<u64> {
    if val.is_missing() {
        Some(default)
    } else {
        val.bytes()
    }
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "sizes of memory are far below 2^53 bytes, and shares are not negative"
)]
fn percent_of(bytes: u64, percent: f64) -> u64 {
    (bytes as f64 * percent / 100.0) as u64
}

/// A size, or a share of `whole`.
fn part(val: &MergedValue<'_>, whole: u64, default: u64) -> Option<u64> {
    if val.is_missing() {
        return Some(default);
    }
    match share(val) {
        Some(percent) if percent <= 100.0 && val.number().is_none_or(|number| number <= 1.0) => {
            Some(percent_of(whole, percent))
        }
        _ => val.bytes(),
    }
}

/// What the parts of a process need, and what there is for them.
struct Budget {
    needed: u64,
    available: u64,
}

/// The sizes that are written add up to more than the process, which another rule says.
fn parts_exceed(process: &MergedMapping<'_>, total: u64) -> bool {
    let parts = [
        "heap",
        "managed",
        "network",
        "framework_heap",
        "framework_off_heap",
        "task_off_heap",
    ];
    let written = |name: &&str| process.get(&format!("memory.{name}")).bytes();
    let short = |name: &str| {
        let long = process.get(&format!("memory.{name}"));
        let short = process.get(&format!("{name}_memory"));
        short.bytes().filter(|_| long.is_missing())
    };
    let sum: u64 = parts
        .iter()
        .filter_map(written)
        .chain(["managed", "network"].into_iter().filter_map(short))
        .sum();
    sum > total
}

/// The way of Flink's own derivation from the size of the process. `None` where a part is not known.
fn budget<'a>(cx: &DocumentContext<'a>, process: &MergedMapping<'a>, total: u64) -> Option<Budget> {
    let field = |path: &str| given(cx, process, path);
    let either = |long: &str, short: &str| {
        let long = field(long);
        if long.is_present() {
            long
        } else {
            field(short)
        }
    };
    let metaspace = or_default(&field("jvm.metaspace"), METASPACE)?;
    let overhead = percent_of(total, 10.0).clamp(OVERHEAD.0, OVERHEAD.1);
    let available = total.saturating_sub(metaspace).saturating_sub(overhead);
    let managed = part(
        &either("memory.managed", "managed_memory"),
        available,
        percent_of(available, MANAGED),
    )?;
    let mut needed = or_default(&field("memory.framework_heap"), FRAMEWORK)?
        .saturating_add(or_default(&field("memory.framework_off_heap"), FRAMEWORK)?)
        .saturating_add(or_default(&field("memory.task_off_heap"), 0)?)
        .saturating_add(managed);
    let heap = field("memory.heap");
    if heap.is_present() {
        // The network gets what is left.
        if share(&heap).is_some() && heap.number().is_none_or(|number| number <= 1.0) {
            return None;
        }
        needed = needed.saturating_add(heap.bytes()?);
    } else {
        let least = or_default(&field("memory.network_min"), NETWORK_LEAST)?;
        let most = if cx.flink() < FlinkVersion::V1_18 {
            NETWORK_MOST
        } else {
            u64::MAX
        };
        let most = or_default(&field("memory.network_max"), most)?;
        let derived = percent_of(available, NETWORK)
            .max(least)
            .min(most.max(least));
        needed = needed.saturating_add(part(
            &either("memory.network", "network_memory"),
            available,
            derived,
        )?);
    }
    Some(Budget { needed, available })
}

fn leaves_no_room(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    if !cx.checks_absence() {
        return;
    }
    let slots = cx.root.get("resources._task_managers.slots_per_manager");
    // With several slots `task_memory` is not the size of the process.
    if !(slots.is_missing() || slots.int() == Some(1)) {
        return;
    }
    for (name, process) in processes(cx) {
        let total = given(cx, &process, "task_memory");
        let memory = given(cx, &process, "memory");
        let short = given(cx, &process, "managed_memory");
        // Without a word about the parts `task-memory-small` is the rule.
        if process.has_errors() || memory.is_missing() && short.is_missing() {
            continue;
        }
        let Some(bytes) = total.bytes() else { continue };
        if parts_exceed(&process, bytes) {
            continue;
        }
        let Some(budget) = budget(cx, &process, bytes) else {
            continue;
        };
        if budget.needed <= budget.available {
            continue;
        }
        let written = shown(&total);
        let place = if memory.is_present() { &memory } else { &short };
        sink.report("memory-leaves-no-room", &total)
            .related(place, "the parts")
            .emit(format!(
                "`task_memory` of {written} is too small for `{name}`: its parts need {}mb, and {}mb are left after metaspace and JVM overhead. Flink refuses to start.",
                budget.needed.div_ceil(MIB),
                budget.available / MIB
            ));
    }
}
