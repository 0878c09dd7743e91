//! The JobManager: high availability, its web page; and lower bounds above upper ones wherever they stand.

use super::{
    Check, EntryCx, document, entry,
    parts::{deployments, in_production, is_literal, lacks_in, shown},
    processes::statements,
};
use crate::{
    cx::Cx,
    sink::Sink,
    view::{Val, View},
};

pub const CHECKS: &[Check] = &[
    document("ha-incomplete", ha_incomplete),
    document("ha-storage-local", ha_storage_local),
    document("web-submit-in-production", web_submit),
    entry("resources", "limits-order", process_limits),
    document("limits-order", deployment_limits),
    document("standby-without-ha", standby_without_ha),
];

fn quorum_missing(cx: &Cx<'_>, view: &View<'_>, kind: &Val<'_>, path: &str, sink: &mut Sink) {
    if kind.is("zookeeper") && lacks_in(cx, view, path) {
        sink.at("ha-incomplete", kind).say(format!(
            "high availability by `zookeeper` needs `{path}`, without which Flink cannot find the service"
        ));
    }
}

fn ha_incomplete(cx: &Cx<'_>, sink: &mut Sink) {
    let manager = cx.root.get("resources._job_manager.ha").view();
    quorum_missing(cx, &manager, &manager.get("type"), "zookeeper_quorum", sink);
    for deployment in deployments(cx) {
        let ha = deployment.get("ha").view();
        if ha.get("enabled").is_false() {
            continue;
        }
        let kind = ha.get("type");
        quorum_missing(cx, &ha, &kind, "zookeeper.quorum", sink);
        let platform = deployment.get("type");
        if kind.is("kubernetes") && platform.is("standalone") {
            sink.at("ha-incomplete", &kind)
                .with(&platform, "the deployment is `standalone`")
                .say("high availability by `kubernetes` needs the Kubernetes API, which a `standalone` deployment does not have: use `zookeeper`");
        }
    }
}

fn ha_storage_local(cx: &Cx<'_>, sink: &mut Sink) {
    let mut places = vec![cx.root.get("resources._job_manager.ha.storage_dir")];
    places.extend(
        deployments(cx)
            .iter()
            .map(|deployment| deployment.get("ha.storage_dir")),
    );
    for storage in places {
        let Some(text) = storage.text().filter(|text| !text.is_empty()) else {
            continue;
        };
        let has_scheme = text.split_once(':').is_some_and(|(scheme, _)| {
            scheme.len() > 1
                && scheme
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
        });
        if !has_scheme || text.starts_with("file:") {
            sink.at("ha-storage-local", &storage).say(format!(
                "`{text}` is a place on one machine, and the JobManager that takes over on another one cannot read it"
            ));
        }
    }
}

fn web_submit(cx: &Cx<'_>, sink: &mut Sink) {
    let submit = cx.root.get("resources._job_manager.web.submit_enable");
    if in_production(cx) && submit.is_true() {
        let report = sink
            .at("web-submit-in-production", &submit)
            .with(&cx.environment, "the environment is `production`");
        let report = if is_literal(&submit) {
            report.replace("Change to `false`", "false")
        } else {
            report
        };
        report.say(
            "with `submit_enable` whoever reaches Flink's web page can run code in the cluster",
        );
    }
}

/// Reports a lower bound above its upper bound.
fn ordered(view: &View<'_>, low: &str, high: &str, sink: &mut Sink) -> bool {
    let (least, most) = (view.get(low), view.get(high));
    let amount = |val: &Val<'_>| {
        val.number()
            .or_else(|| val.bytes().map(|bytes| bytes as f64))
            .or_else(|| val.millis())
    };
    let (Some(from), Some(to)) = (amount(&least), amount(&most)) else {
        return false;
    };
    if from <= to {
        return false;
    }
    let (from, to) = (shown(&least), shown(&most));
    sink.at("limits-order", &least)
        .with(&most, format!("`{high}` is {to}"))
        .say(format!(
            "`{low}` is {from}, which is above `{high}` of {to}"
        ));
    true
}

fn process_limits(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    for process in statements(at) {
        for (low, high) in [
            ("jvm.metaspace", "jvm.metaspace_max"),
            ("kubernetes.cpu.request", "kubernetes.cpu.limit"),
            ("sla.throughput.min", "sla.throughput.target"),
            (
                "backpressure.buffer_debloat.min_buffers",
                "backpressure.buffer_debloat.max_buffers",
            ),
        ] {
            ordered(&process, low, high, sink);
        }
        if !ordered(&process, "sla.latency.p50", "sla.latency.p99", sink) {
            ordered(&process, "sla.latency.p50", "sla.latency.max", sink);
        }
        ordered(&process, "sla.latency.p99", "sla.latency.max", sink);
    }
}

fn deployment_limits(cx: &Cx<'_>, sink: &mut Sink) {
    for deployment in deployments(cx) {
        for (low, high) in [
            ("scaling.min_replicas", "scaling.max_replicas"),
            (
                "resource.dynamic.min_containers",
                "resource.dynamic.max_containers",
            ),
        ] {
            ordered(&deployment, low, high, sink);
        }
    }
}

/// Per-region blocks apart: what they say about standby is another mechanism.
fn standby_without_ha(cx: &Cx<'_>, sink: &mut Sink) {
    let deployment = cx.root.get("deployment").view();
    let replicas = deployment.get("job_manager.replicas");
    let enabled = deployment.get("ha.enabled");
    let Some(count) = replicas.int().filter(|count| *count > 1) else {
        return;
    };
    if cx.whole
        && cx.judges_absence()
        && !deployment.has_errors()
        && (enabled.is_false() || enabled.is_missing())
        && cx.root.get("resources._job_manager.ha").is_missing()
    {
        sink.at("standby-without-ha", &replicas)
            .with(&enabled, "`ha.enabled` is false")
            .say(format!(
                "{count} JobManagers need to agree on who leads, and high availability is not switched on (`ha.enabled: true`)"
            ));
    }
}
