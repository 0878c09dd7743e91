//! How many workers a deployment starts, against what the processes need.

use super::{
    Check, document,
    parts::{listed, placed_deployments},
    processes::{Placed, all_placed, given, slots_per_worker},
};
use crate::{
    cx::Cx,
    sink::Sink,
    view::{Val, View},
};

pub const CHECKS: &[Check] = &[
    document("workers-below-parallelism", below_parallelism),
    document("workers-idle", idle),
    document("worker-count-differs", count_differs),
    document("metrics-port-taken", metrics_port_taken),
];

/// How wide a process runs at its start, operators with a number of their own included.
fn width<'a>(cx: &Cx<'a>, process: &View<'a>) -> Option<(i64, Val<'a>)> {
    let whole = given(cx, process, "parallelism");
    let start = if whole.int().is_some() {
        whole
    } else {
        whole.view().get("initial")
    };
    let mut widest = start.int().map(|wide| (wide, start));
    for (_, operator) in given(cx, process, "operators").view().entries() {
        let own = operator.view().get("parallelism");
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
    bound: Val<'a>,
    /// How the number comes about, in words.
    how: String,
}

fn capacity<'a>(cx: &Cx<'a>, deployment: &View<'a>) -> Option<Capacity<'a>> {
    let kind = deployment.get("type");
    if kind.is("standalone") {
        return standalone(deployment);
    }
    let bound = if kind.is("kubernetes") {
        fixed_replicas(deployment).or_else(|| {
            let scaling = deployment.get("scaling").view();
            (!is_native(deployment) && scaling.get("max_replicas").is_present())
                .then(|| scaling.get("max_replicas"))
        })?
    } else if kind.is("yarn") && deployment.get("resource.dynamic.enabled").is_true() {
        deployment.get("resource.dynamic.max_containers")
    } else {
        return None;
    };
    let workers = bound.int()?;
    let (each, _) = slots_per_worker(cx)?;
    Some(Capacity {
        slots: workers.saturating_mul(each),
        how: format!("{workers} workers with {}", plural(each, "slot")),
        bound,
    })
}

fn plural(number: i64, word: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{number} {word}{s}")
}

/// With Kubernetes as its resource manager Flink starts as many pods as it needs. Unknown counts as that.
fn is_native(deployment: &View<'_>) -> bool {
    let mode = deployment.get("mode");
    mode.is_present() && !mode.is("application")
}

/// The number of pods, where nothing changes it.
fn fixed_replicas<'a>(deployment: &View<'a>) -> Option<Val<'a>> {
    let replicas = deployment.get("task_manager.replicas");
    (deployment.get("scaling").is_missing() && !is_native(deployment) && replicas.is_present())
        .then_some(replicas)
}

/// The slots of a cluster that is listed machine by machine.
fn standalone<'a>(deployment: &View<'a>) -> Option<Capacity<'a>> {
    let bound = deployment.get("cluster.task_managers");
    let workers = bound.items();
    let mut sum: i64 = 0;
    for worker in &workers {
        let slots = worker.view().get("slots");
        let own = if slots.is_missing() { 1 } else { slots.int()? };
        sum = sum.saturating_add(own);
    }
    (!workers.is_empty()).then(|| Capacity {
        slots: sum,
        how: format!("the slots of {} workers", workers.len()),
        bound,
    })
}

fn below_parallelism(cx: &Cx<'_>, sink: &mut Sink) {
    let Some(placed) = all_placed(cx) else { return };
    for (region, deployment) in placed_deployments(cx) {
        let Some(has) = capacity(cx, &deployment) else {
            continue;
        };
        let widest = placed
            .iter()
            .filter(|process| process.runs_in(region.as_deref()))
            .filter_map(|process| Some((width(cx, &process.view)?, process)))
            .max_by_key(|((wide, _), _)| *wide);
        if let Some(((wide, place), process)) = widest
            && has.slots < wide
        {
            let name = &process.name;
            sink.at("workers-below-parallelism", &has.bound)
                .with(&place, format!("`{name}` runs {wide} wide"))
                .say(format!(
                    "{} make {}, and `{name}` needs {wide}: the job waits for slots until it gives up",
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

fn idle(cx: &Cx<'_>, sink: &mut Sink) {
    let Some(placed) = all_placed(cx) else { return };
    for (region, deployment) in placed_deployments(cx) {
        let Some(replicas) = fixed_replicas(&deployment) else {
            continue;
        };
        let (Some(workers), Some((each, _))) = (replicas.int(), slots_per_worker(cx)) else {
            continue;
        };
        let here: Vec<&Placed<'_>> = placed
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
            sink.at("workers-idle", &replicas).say(format!(
                "{workers} workers with {} make {total}, and {names} take {needed}: {enough} workers are enough, the others stand idle",
                plural(each, "slot")
            ));
        }
    }
}

/// The slots that all processes take together; `None` when one of them may take others than its parallelism says.
fn slots_needed<'a>(cx: &Cx<'a>, here: &[&Placed<'a>]) -> Option<i64> {
    let mut needed: i64 = 0;
    for process in here {
        if OTHER_SLOTS
            .iter()
            .any(|path| given(cx, &process.view, path).is_present())
        {
            return None;
        }
        let whole = given(cx, &process.view, "parallelism");
        whole.int()?;
        let (wide, _) = width(cx, &process.view)?;
        needed = needed.saturating_add(wide);
    }
    Some(needed)
}

fn count_differs(cx: &Cx<'_>, sink: &mut Sink) {
    let managers = cx.root.get("resources._task_managers").view();
    let count = managers.get("count");
    let Some(workers) = count.int() else { return };
    for (_, deployment) in placed_deployments(cx) {
        let Some(replicas) = fixed_replicas(&deployment) else {
            continue;
        };
        if let Some(pods) = replicas.int().filter(|pods| *pods != workers) {
            sink.at("worker-count-differs", &replicas)
                .with(&count, format!("`count` is {workers}"))
                .say(format!(
                    "the deployment starts {pods} workers, and `_task_managers.count` says {workers}: two statements of one number"
                ));
        }
    }
}

/// The ports of the JobManager's own that stand beside the one for its metrics.
const PORTS: [&str; 3] = ["rest_port", "blob_port", "query_port"];

fn metrics_port_taken(cx: &Cx<'_>, sink: &mut Sink) {
    let metrics = cx.root.get("monitoring.metrics").view();
    let port = metrics.get("port");
    let Some(number) = port.int() else { return };
    if !metrics.get("type").is("prometheus") {
        return;
    }
    for (_, deployment) in placed_deployments(cx) {
        for name in PORTS {
            let other = deployment.get(&format!("service.{name}"));
            if other.int() == Some(number) {
                sink.at("metrics-port-taken", &port)
                    .with(&other, format!("`{name}` is {number}"))
                    .say(format!(
                        "the JobManager offers its metrics at port {number}, which is its `{name}` as well: the reporter cannot bind, and there \
                         are no metrics of it"
                    ));
                break;
            }
        }
    }
}
