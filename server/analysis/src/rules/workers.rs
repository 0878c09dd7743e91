//! How many workers a deployment starts, against what the processes need.

use nexflow_catalog::Severity;

use super::{
    Check, document,
    processes::{RunningProcess, all_placed, given, slots_per_worker},
    shared::{listed, placed_deployments},
};
use crate::{
    document_context::DocumentContext,
    merged::{MergedMapping, MergedValue},
    sink::DiagnosticSink,
};

pub const CHECKS: &[Check] = &[
    document("workers-below-parallelism", below_parallelism),
    document("workers-idle", idle),
    document("worker-count-differs", count_differs),
    document("metrics-port-taken", metrics_port_taken),
];

/// How wide a process runs at its start, operators with a number of their own included.
fn width<'a>(
    cx: &DocumentContext<'a>,
    process: &MergedMapping<'a>,
) -> Option<(i64, MergedValue<'a>)> {
    let whole = given(cx, process, "parallelism");
    let start = if whole.int().is_some() {
        whole
    } else {
        whole.mapping().get("initial")
    };
    let mut widest = start.int().map(|wide| (wide, start));
    for (_, operator) in given(cx, process, "operators").mapping().entries() {
        let own = operator.mapping().get("parallelism");
        if let Some(wide) = own.int()
            && widest.as_ref().is_none_or(|(known, _)| wide > *known)
        {
            widest = Some((wide, own));
        }
    }
    widest
}

/// The most slots that a deployment ever has.
struct Capacity<'a> {
    slots: i64,
    /// The field that bounds it.
    bound: MergedValue<'a>,
    /// How the number comes about, in words.
    how: String,
    /// Whether Flink's default stands for the slots of a worker.
    assumed: bool,
}

/// True when the document certainly says nothing about the slots of a worker.
fn has_no_slots(cx: &DocumentContext<'_>) -> bool {
    let managers = cx.root.get("resources._task_managers").mapping();
    cx.checks_absence()
        && !managers.has_errors()
        && managers.get("slots_per_manager").is_missing()
        && managers.get("auto_size").is_missing()
}

fn capacity<'a>(cx: &DocumentContext<'a>, deployment: &MergedMapping<'a>) -> Option<Capacity<'a>> {
    let kind = deployment.get("type");
    if kind.is("standalone") {
        return standalone(deployment);
    }
    let bound = if kind.is("kubernetes") {
        fixed_replicas(deployment).or_else(|| {
            let scaling = deployment.get("scaling").mapping();
            (!is_native(deployment) && scaling.get("max_replicas").is_present())
                .then(|| scaling.get("max_replicas"))
        })?
    } else if kind.is("yarn") && deployment.get("resource.dynamic.enabled").is_true() {
        deployment.get("resource.dynamic.max_containers")
    } else {
        return None;
    };
    let workers = bound.int()?;
    let (each, assumed) = match slots_per_worker(cx) {
        Some((each, _)) => (each, false),
        // The cluster's own configuration may say more than the document.
        None if has_no_slots(cx) => (1, true),
        None => return None,
    };
    let by_default = if assumed { " by default" } else { "" };
    Some(Capacity {
        slots: workers.saturating_mul(each),
        how: format!(
            "{workers} workers with {}{by_default}",
            plural(each, "slot")
        ),
        assumed,
        bound,
    })
}

fn plural(number: i64, word: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{number} {word}{s}")
}

/// With Kubernetes as its resource manager Flink starts as many pods as it needs. Unknown counts as that.
fn is_native(deployment: &MergedMapping<'_>) -> bool {
    let mode = deployment.get("mode");
    mode.is_present() && !mode.is("application")
}

/// The number of pods, where nothing changes it.
fn fixed_replicas<'a>(deployment: &MergedMapping<'a>) -> Option<MergedValue<'a>> {
    let replicas = deployment.get("task_manager.replicas");
    (deployment.get("scaling").is_missing() && !is_native(deployment) && replicas.is_present())
        .then_some(replicas)
}

/// The slots of a cluster that is listed machine by machine.
fn standalone<'a>(deployment: &MergedMapping<'a>) -> Option<Capacity<'a>> {
    let bound = deployment.get("cluster.task_managers");
    let workers = bound.items();
    let mut sum: i64 = 0;
    for worker in &workers {
        let slots = worker.mapping().get("slots");
        let own = if slots.is_missing() { 1 } else { slots.int()? };
        sum = sum.saturating_add(own);
    }
    (!workers.is_empty()).then(|| Capacity {
        slots: sum,
        how: format!("{} workers", workers.len()),
        assumed: false,
        bound,
    })
}

fn below_parallelism(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let Some(placed) = all_placed(cx) else { return };
    for (region, deployment) in placed_deployments(cx) {
        let Some(has) = capacity(cx, &deployment) else {
            continue;
        };
        let widest = placed
            .iter()
            .filter(|process| process.runs_in(region.as_deref()))
            .filter_map(|process| Some((width(cx, &process.mapping)?, process)))
            .max_by_key(|((wide, _), _)| *wide);
        if let Some(((wide, place), process)) = widest
            && has.slots < wide
        {
            let name = &process.name;
            let report = sink
                .report("workers-below-parallelism", &has.bound)
                .related(&place, format!("`{name}` runs {wide} wide"));
            let report = if has.assumed {
                report.severity(Severity::Hint)
            } else {
                report
            };
            report.emit(format!(
                "{} make {}, but `{name}` needs {wide}; the job fails when `slot.request.timeout` (5m) is over.",
                has.how,
                plural(has.slots, "slot")
            ));
        }
    }
}

/// Settings with which a process takes other numbers of slots than its parallelism says.
const OTHER_SLOTS: [&str; 4] = [
    "auto_scale",
    "slot_sharing",
    "slot_sharing_group",
    "co_location",
];

fn idle(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let Some(placed) = all_placed(cx) else { return };
    for (region, deployment) in placed_deployments(cx) {
        let Some(replicas) = fixed_replicas(&deployment) else {
            continue;
        };
        let (Some(workers), Some((each, _))) = (replicas.int(), slots_per_worker(cx)) else {
            continue;
        };
        let here: Vec<&RunningProcess<'_>> = placed
            .iter()
            .filter(|process| process.runs_in(region.as_deref()))
            .collect();
        let Some(needed) = slots_needed(cx, &here) else {
            continue;
        };
        let total = workers.saturating_mul(each);
        let enough = needed.div_euclid(each) + i64::from(needed.rem_euclid(each) > 0);
        if needed > 0 && total >= needed.saturating_mul(2) && workers > enough + 1 {
            let names = listed(here.iter().map(|process| process.name.as_ref()));
            sink.report("workers-idle", &replicas).emit(format!(
                "{workers} workers with {} make {total}, but {names} use {needed}: {enough} workers are enough.",
                plural(each, "slot")
            ));
        }
    }
}

/// The slots that all processes take together; `None` when one of them may take others than its parallelism says.
fn slots_needed<'a>(cx: &DocumentContext<'a>, here: &[&RunningProcess<'a>]) -> Option<i64> {
    let mut needed: i64 = 0;
    for process in here {
        if OTHER_SLOTS
            .iter()
            .any(|path| given(cx, &process.mapping, path).is_present())
        {
            return None;
        }
        let whole = given(cx, &process.mapping, "parallelism");
        whole.int()?;
        let (wide, _) = width(cx, &process.mapping)?;
        needed = needed.saturating_add(wide);
    }
    Some(needed)
}

fn count_differs(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let managers = cx.root.get("resources._task_managers").mapping();
    let count = managers.get("count");
    let Some(workers) = count.int() else { return };
    for (_, deployment) in placed_deployments(cx) {
        let Some(replicas) = fixed_replicas(&deployment) else {
            continue;
        };
        if let Some(pods) = replicas.int().filter(|pods| *pods != workers) {
            sink.report("worker-count-differs", &replicas)
                .related(&count, format!("`count` is {workers}"))
                .emit(format!(
                    "The deployment starts {pods} workers, but `_task_managers.count` is {workers}."
                ));
        }
    }
}

/// The ports of the JobManager's own that stand beside the one for its metrics.
const PORTS: [&str; 3] = ["rest_port", "blob_port", "query_port"];

fn metrics_port_taken(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let metrics = cx.root.get("monitoring.metrics").mapping();
    let port = metrics.get("port");
    let Some(number) = port.int() else { return };
    if !metrics.get("type").is("prometheus") {
        return;
    }
    for (_, deployment) in placed_deployments(cx) {
        for name in PORTS {
            let other = deployment.get(&format!("service.{name}"));
            if other.int() == Some(number) {
                sink.report("metrics-port-taken", &port)
                    .related(&other, format!("`{name}` is {number}"))
                    .emit(format!(
                        "Port {number} is both the metrics port and `{name}` of the JobManager; the reporter cannot bind."
                    ));
                break;
            }
        }
    }
}
