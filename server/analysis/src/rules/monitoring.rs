//! Metrics, tracing, logs, alerts.

use nexflow_syntax::NodeKind;

use super::{
    Check, document,
    shared::{deployments, in_production, lacks_in, listed, shown, with_regions},
};
use crate::{
    document_context::DocumentContext,
    merged::MergedItem,
    sink::{DiagnosticSink, Reportable},
};

pub const CHECKS: &[Check] = &[
    document("metrics-port-annotation", port_annotation),
    document("debug-in-production", debug_in_production),
    document("tracing-heavy", tracing_heavy),
    document("log-output-endpoint", log_output_endpoint),
    document("alert-incomplete", alert_incomplete),
    document("alert-name-twice", alert_name_twice),
    document("alert-unheard", alert_unheard),
];

fn port_annotation(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let port = cx.root.get("monitoring.metrics.port");
    let Some(number) = port.int() else { return };
    for deployment in deployments(cx) {
        for place in [
            "pod_template.metadata.annotations",
            "pod_template.annotations",
        ] {
            let annotation = deployment.get(place).mapping().child("prometheus.io/port");
            let Some(text) = annotation.text() else {
                continue;
            };
            if text
                .trim()
                .parse::<i64>()
                .is_ok_and(|annotated| annotated != number)
            {
                sink.report("metrics-port-annotation", &annotation)
                    .related(&port, format!("metrics are served on port {number}"))
                    .emit(format!(
                        "The annotation sends Prometheus to port {text}, but metrics are on {number}."
                    ));
            }
        }
    }
}

fn debug_in_production(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let level = cx.root.get("monitoring.logging.level");
    if in_production(cx) && level.is("DEBUG") {
        sink.report("debug-in-production", &level)
            .related(&cx.environment, "the environment is `production`")
            .emit("`DEBUG` costs throughput and writes record contents into the logs.");
    }
}

/// Above this share of events tracing is felt.
const HEAVY: f64 = 0.1;

fn tracing_heavy(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    if !in_production(cx) {
        return;
    }
    for (_, tracing) in with_regions(&cx.root.get("monitoring.tracing").mapping()) {
        let rate = tracing.get("sampling_rate");
        if let Some(share) = rate.number().filter(|share| *share > HEAVY) {
            sink.report("tracing-heavy", &rate)
                .related(&cx.environment, "the environment is `production`")
                .emit(format!(
                    "{}% of events are traced; each costs memory and network in every operator.",
                    (share * 1e4).round() / 100.0
                ));
        }
    }
}

fn log_output_endpoint(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    for output in cx.root.get("monitoring.logging.outputs").items() {
        let mapping = output.mapping();
        let kind = mapping.get("type");
        if kind.is_any(&["elasticsearch", "loki"])
            && mapping.get("endpoint").is_missing()
            && !mapping.has_errors()
        {
            let chosen = shown(&kind);
            sink.report("log-output-endpoint", &kind)
                .missing(["endpoint"])
                .emit(format!("Missing `endpoint` for log output `{chosen}`."));
        }
    }
}

fn alerts<'a>(cx: &DocumentContext<'a>) -> Vec<MergedItem<'a>> {
    cx.root
        .get("monitoring.alerts")
        .items()
        .into_iter()
        .filter(|alert| alert.node.kind() == NodeKind::Mapping)
        .collect()
}

fn alert_incomplete(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    for alert in alerts(cx) {
        let mapping = alert.mapping();
        if mapping.has_errors() || !alert.is_own() {
            continue;
        }
        let missing: Vec<&str> = ["name", "condition", "severity"]
            .into_iter()
            .filter(|field| mapping.get(field).is_missing())
            .collect();
        if missing.is_empty() {
            continue;
        }
        // The whole item would paint several lines; its name says which one is meant.
        let name = mapping.get("name");
        let place = name
            .report_range()
            .filter(|_| name.is_own())
            .or_else(|| Some(alert.node.entries().next()?.key().range()))
            .or(alert.range());
        let Some(place) = place else { continue };
        let names = listed(missing.iter().copied());
        sink.report("alert-incomplete", &place)
            .missing(missing)
            .emit(format!("Missing {names} in this alert."));
    }
}

fn alert_name_twice(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let mut seen = rustc_hash::FxHashMap::default();
    for alert in alerts(cx) {
        let name = alert.mapping().get("name");
        let Some(text) = name.text() else { continue };
        match seen.get(&text) {
            None => {
                seen.insert(text, name);
            }
            Some(first) => sink
                .report("alert-name-twice", &name)
                .related(first, "the first one")
                .emit(format!("Duplicate alert name `{text}`.")),
        }
    }
}

fn alert_unheard(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    if !cx.whole || !cx.checks_absence() {
        return;
    }
    for alert in alerts(cx) {
        let mapping = alert.mapping();
        let severity = mapping.get("severity");
        let channels = mapping.get("channels");
        let empty = channels.kind() == NodeKind::Sequence && channels.items().is_empty();
        if severity.is("critical") && (empty || lacks_in(cx, &mapping, "channels")) {
            sink.report("alert-unheard", &severity)
                .missing(["channels"])
                .emit("Critical alert has no `channels`; nobody will be notified.");
        }
    }
}
