//! The JobManager: high availability, its web page; and lower bounds above upper ones wherever they stand.

use super::{
    Check, EntryContext, document, entry,
    paths::is_temporary,
    processes::statements,
    shared::{deployments, in_production, is_literal, lacks_in, shown},
};
use nexflow_catalog::{Severity, value::uri::Uri};

use crate::{
    document_context::DocumentContext,
    merged::{MergedMapping, MergedValue},
    sink::DiagnosticSink,
};

pub const CHECKS: &[Check] = &[
    document("ha-incomplete", ha_incomplete),
    document("ha-storage-local", ha_storage_local),
    document("web-submit-in-production", web_submit),
    entry("resources", "limits-order", process_limits),
    document("limits-order", deployment_limits),
    document("standby-without-ha", standby_without_ha),
];

fn quorum_missing(
    cx: &DocumentContext<'_>,
    mapping: &MergedMapping<'_>,
    kind: &MergedValue<'_>,
    path: &str,
    sink: &mut DiagnosticSink,
) {
    if kind.is("zookeeper") && lacks_in(cx, mapping, path) {
        sink.report("ha-incomplete", kind)
            .missing([path])
            .emit(format!(
                "Missing `{path}`: ZooKeeper high availability needs it."
            ));
    }
}

fn ha_incomplete(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let manager = cx.root.get("resources._job_manager.ha").mapping();
    quorum_missing(cx, &manager, &manager.get("type"), "zookeeper_quorum", sink);
    for deployment in deployments(cx) {
        let ha = deployment.get("ha").mapping();
        if ha.get("enabled").is_false() {
            continue;
        }
        let kind = ha.get("type");
        quorum_missing(cx, &ha, &kind, "zookeeper.quorum", sink);
        let platform = deployment.get("type");
        if kind.is("kubernetes") && platform.is("standalone") {
            sink.report("ha-incomplete", &kind)
                .related(&platform, "the deployment is `standalone`")
                .emit("High availability of type `kubernetes` needs a Kubernetes deployment, not `standalone`.");
        }
    }
}

fn ha_storage_local(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
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
            let uri = Uri::parse(&text);
            let path = if has_scheme { uri.path() } else { &text };
            let report = sink.report("ha-storage-local", &storage);
            if is_temporary(path) {
                report.severity(Severity::Warning).emit(format!(
                    "`{path}` is a temporary directory of one machine; a JobManager that takes over elsewhere cannot read it."
                ));
            } else {
                report.emit(format!(
                    "`{text}` works for high availability only if every JobManager mounts the same volume there."
                ));
            }
        }
    }
}

fn web_submit(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let submit = cx.root.get("resources._job_manager.web.submit_enable");
    if in_production(cx) && submit.is_true() {
        let report = sink
            .report("web-submit-in-production", &submit)
            .related(&cx.environment, "the environment is `production`");
        let report = if is_literal(&submit) {
            report.replace("Change to `false`", "false")
        } else {
            report
        };
        report.emit(
            "With `submit_enable`, anyone who can reach Flink's REST API can upload and run jobs.",
        );
    }
}

/// Reports a lower bound above its upper bound.
fn ordered(mapping: &MergedMapping<'_>, low: &str, high: &str, sink: &mut DiagnosticSink) -> bool {
    let (least, most) = (mapping.get(low), mapping.get(high));
    let amount = |val: &MergedValue<'_>| {
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
    sink.report("limits-order", &least)
        .related(&most, format!("`{high}` is {to}"))
        .emit(format!("`{low}` ({from}) is above `{high}` ({to})."));
    true
}

fn process_limits(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
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

fn deployment_limits(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
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
fn standby_without_ha(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let deployment = cx.root.get("deployment").mapping();
    let replicas = deployment.get("job_manager.replicas");
    let enabled = deployment.get("ha.enabled");
    let Some(count) = replicas.int().filter(|count| *count > 1) else {
        return;
    };
    if cx.whole
        && cx.checks_absence()
        && !deployment.has_errors()
        && (enabled.is_false() || enabled.is_missing())
        && cx.root.get("resources._job_manager.ha").is_missing()
    {
        sink.report("standby-without-ha", &replicas)
            .related(&enabled, "`ha.enabled` is false")
            .emit(format!(
                "{count} JobManagers need high availability (`ha.enabled: true`) to elect a leader."
            ));
    }
}
