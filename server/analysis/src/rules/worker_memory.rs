//! The memory of workers against what the state keeps in it, and against the pods that hold them.

use super::{
    Check,
    backends::BACKENDS,
    document,
    process_memory::{share, size},
    processes::{RunningProcess, all_placed, given, slots_per_worker},
    shared::{placed_deployments, shown},
};
use crate::{
    document_context::DocumentContext,
    merged::{MergedMapping, MergedValue},
    sink::DiagnosticSink,
};

pub const CHECKS: &[Check] = &[
    document("state-memory-exceeds-task", state_exceeds_task),
    document("rocksdb-without-managed-memory", no_managed_memory),
    document("write-buffers-exceed-managed", buffers_exceed_managed),
    document("managed-memory-unused", managed_unused),
    document("worker-below-task-memory", worker_below_tasks),
];

/// The largest amount that any process has, with its place; `None` when one of them is not known.
fn largest<'a, 'p>(
    cx: &DocumentContext<'a>,
    placed: &'p [RunningProcess<'a>],
    amount: impl Fn(&DocumentContext<'a>, &MergedMapping<'a>) -> Option<(u64, MergedValue<'a>)>,
) -> Option<(u64, MergedValue<'a>, &'p RunningProcess<'a>)> {
    let mut most: Option<(u64, MergedValue<'a>, &RunningProcess<'a>)> = None;
    for process in placed {
        let (bytes, val) = amount(cx, &process.mapping)?;
        if most.as_ref().is_none_or(|(known, _, _)| bytes > *known) {
            most = Some((bytes, val, process));
        }
    }
    most
}

fn task_memory<'a>(
    cx: &DocumentContext<'a>,
    process: &MergedMapping<'a>,
) -> Option<(u64, MergedValue<'a>)> {
    let val = given(cx, process, "task_memory");
    Some((val.bytes()?, val))
}

/// Which process uses which backend is not said here, so only what no process can hold is certain.
fn state_exceeds_task(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let backends = cx.entries(BACKENDS);
    if backends.is_empty() {
        return;
    }
    let Some(placed) = all_placed(cx) else { return };
    let Some((most, memory, process)) = largest(cx, &placed, task_memory) else {
        return;
    };
    for (_, backend) in backends.iter() {
        let mapping = backend.mapping();
        let (of, field, what) = if mapping.get("type").is("rocksdb") {
            ("rocksdb", "per_slot", "RocksDB takes it outside the JVM")
        } else {
            ("hashmap", "max_heap_size", "the state is on the heap")
        };
        let need = mapping.get(&format!("memory.{field}"));
        if let Some(bytes) = need.bytes().filter(|bytes| *bytes >= most)
            && mapping.get("type").is(of)
        {
            let name = &process.name;
            sink.report("state-memory-exceeds-task", &need)
                .related(&memory, format!("`{name}` has {}", size(most)))
                .emit(format!(
                    "`{field}` is {}, but no process has more than {} per slot (`task_memory` of `{name}`): {what}.",
                    size(bytes),
                    size(most)
                ));
        }
    }
}

/// The fields that give a process its managed memory, the short one and the long one.
const MANAGED: [&str; 2] = ["managed_memory", "memory.managed"];

/// What a process says about its managed memory, in one or both of the two ways.
fn managed<'a>(cx: &DocumentContext<'a>, process: &MergedMapping<'a>) -> Vec<MergedValue<'a>> {
    MANAGED
        .iter()
        .map(|path| given(cx, process, path))
        .filter(MergedValue::is_present)
        .collect()
}

/// True for a size or share that is known to be nothing.
fn is_nothing(val: &MergedValue<'_>) -> bool {
    val.bytes() == Some(0) || share(val).is_some_and(|percent| percent <= 0.0)
}

/// A RocksDB backend that takes its memory from Flink's managed memory: the field that says so, where one is written.
fn is_managed(mapping: &MergedMapping<'_>) -> bool {
    let managed = mapping.get("memory.managed");
    mapping.get("type").is("rocksdb")
        && mapping.get("memory.per_slot").is_missing()
        && !mapping.has_errors()
        && (managed.is_missing() || managed.is_true())
}

fn no_managed_memory(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let backends = cx.entries(BACKENDS);
    if backends.is_empty() {
        return;
    }
    let Some(placed) = all_placed(cx) else { return };
    let mut nothing = None;
    for process in &placed {
        let says = managed(cx, &process.mapping);
        if says.is_empty() || !says.iter().all(is_nothing) {
            return;
        }
        nothing = nothing.or_else(|| says.into_iter().next());
    }
    let Some(nothing) = nothing else { return };
    for (name, backend) in backends.iter() {
        let mapping = backend.mapping();
        if !is_managed(&mapping) {
            continue;
        }
        let written = mapping.get("memory.managed");
        let place = if written.is_present() {
            written
        } else {
            mapping.get("type")
        };
        sink.report("rocksdb-without-managed-memory", &place)
            .related(&nothing, "no managed memory")
            .emit(format!(
                "`{name}` uses Flink's managed memory, but every process sets it to 0."
            ));
    }
}

/// The most managed memory that a slot of the process can have. A share counts of the whole `task_memory`, which is more than
/// Flink takes it of.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "sizes of memory are far below 2^53 bytes, and shares are not negative"
)]
fn managed_bytes<'a>(
    cx: &DocumentContext<'a>,
    process: &MergedMapping<'a>,
) -> Option<(u64, MergedValue<'a>)> {
    let mut most: Option<(u64, MergedValue<'a>)> = None;
    for val in managed(cx, process) {
        let bytes = match share(&val) {
            Some(percent) if percent <= 100.0 && !is_plain_size(&val) => {
                let (all, _) = task_memory(cx, process)?;
                (all as f64 * percent / 100.0).ceil() as u64
            }
            _ => val.bytes()?,
        };
        if most.as_ref().is_none_or(|(known, _)| bytes > *known) {
            most = Some((bytes, val));
        }
    }
    most
}

/// A bare number above 1 is a number of bytes and no fraction.
fn is_plain_size(val: &MergedValue<'_>) -> bool {
    val.number().is_some_and(|number| number > 1.0)
}

/// What counts where nothing is written.
const WRITE_BUFFER: u64 = 64 << 20;
const BUFFERS: i64 = 2;

fn buffers_exceed_managed(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let backends = cx.entries(BACKENDS);
    if backends.is_empty() {
        return;
    }
    let Some(placed) = all_placed(cx) else { return };
    let Some((most, memory, process)) = largest(cx, &placed, managed_bytes) else {
        return;
    };
    // Nothing at all is another rule's matter.
    if most == 0 {
        return;
    }
    for (_, backend) in backends.iter() {
        let mapping = backend.mapping();
        if !is_managed(&mapping) {
            continue;
        }
        let buffer = mapping.get("options.write_buffer_size");
        let option = mapping.get("options.max_write_buffer_number");
        let count = if option.is_present() {
            option
        } else {
            mapping.get("memory.write_buffer_count")
        };
        let one = if buffer.is_missing() {
            Some(WRITE_BUFFER)
        } else {
            buffer.bytes()
        };
        let number = if count.is_missing() {
            Some(BUFFERS)
        } else {
            count.int()
        };
        let (Some(one), Some(number)) = (one, number) else {
            continue;
        };
        let all = one.saturating_mul(u64::try_from(number).unwrap_or(0));
        let place = if buffer.is_present() { &buffer } else { &count };
        if all <= most || place.is_missing() {
            continue;
        }
        let name = &process.name;
        sink.report("write-buffers-exceed-managed", place)
            .related(&memory, format!("`{name}` has {} for a slot", size(most)))
            .emit(format!(
                "{number} write buffers of {} ({} per state) exceed the managed memory of a slot ({} in `{name}`); they are flushed before they are full.",
                size(one),
                size(all),
                size(most)
            ));
    }
}

fn managed_unused(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let backends = cx.entries(BACKENDS);
    let all_heap = backends
        .iter()
        .all(|(_, backend)| backend.mapping().get("type").is("hashmap"));
    if backends.is_empty() || !all_heap {
        return;
    }
    let Some(placed) = all_placed(cx) else { return };
    let kind = backends[0].1.mapping().get("type");
    let mut seen = Vec::new();
    for process in &placed {
        for val in managed(cx, &process.mapping) {
            let known = val.bytes().is_some() || share(&val).is_some();
            // What a group or the defaults say is said once for all that take it.
            if !known || is_nothing(&val) || seen.contains(&val.range()) {
                continue;
            }
            seen.push(val.range());
            let amount = shown(&val);
            sink.report("managed-memory-unused", &val)
                .related(&kind, "state is on the heap")
                .emit(format!(
                    "Unused managed memory of {amount}: all state is on the heap (`hashmap`)."
                ));
        }
    }
}

/// The fields that bound the memory of one worker, by the type of the deployment.
const WORKERS: [(&str, &str, &str); 2] = [
    ("kubernetes", "task_manager.resources.memory", "A pod"),
    ("yarn", "container.memory", "A container"),
];

fn worker_below_tasks(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let Some(placed) = all_placed(cx) else { return };
    // The size of the whole process, where it is given, decides instead of the slots'.
    if cx
        .root
        .get("resources._task_managers.memory.total")
        .is_present()
    {
        return;
    }
    // A worker has one slot at least.
    let slots = slots_per_worker(cx);
    let each = slots.as_ref().map_or(1, |(each, _)| *each);
    for (region, deployment) in placed_deployments(cx) {
        let Some((_, path, what)) = WORKERS
            .iter()
            .find(|(of, _, _)| deployment.get("type").is(of))
        else {
            continue;
        };
        let room = deployment.get(path);
        let Some(bytes) = room.bytes() else { continue };
        let needs = placed
            .iter()
            .filter(|process| process.runs_in(region.as_deref()))
            .filter_map(|process| {
                let (bytes, val) = task_memory(cx, &process.mapping)?;
                Some((bytes.saturating_mul(each.unsigned_abs()), val, process))
            })
            .max_by_key(|(bytes, _, _)| *bytes);
        if let Some((need, memory, process)) = needs
            && need > bytes
        {
            let name = &process.name;
            let least = if slots.is_some() { "" } else { "at least " };
            let times = if each == 1 {
                String::new()
            } else {
                format!(" ({each} slots of {})", shown(&memory))
            };
            let mut report = sink
                .report("worker-below-task-memory", &room)
                .related(&memory, format!("`task_memory` of `{name}`"));
            if let Some((each, slots)) = &slots {
                report = report.related(slots, format!("{each} slots in each worker"));
            }
            report.emit(format!(
                "{what} has {}, but a worker of `{name}` needs {least}{}{times}.",
                shown(&room),
                size(need)
            ));
        }
    }
}
