//! Metrics, tracing, logs, alerts.

use nexflow_syntax::NodeKind;

use super::{
    Check, document,
    parts::{deployments, in_production, lacks_in, listed, shown, with_regions},
};
use crate::{
    cx::Cx,
    sink::{Place, Sink},
    view::Item,
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

fn port_annotation(cx: &Cx<'_>, sink: &mut Sink) {
    let port = cx.root.get("monitoring.metrics.port");
    let Some(number) = port.int() else { return };
    for deployment in deployments(cx) {
        for place in [
            "pod_template.metadata.annotations",
            "pod_template.annotations",
        ] {
            let annotation = deployment.get(place).view().child("prometheus.io/port");
            let Some(text) = annotation.text() else {
                continue;
            };
            if text
                .trim()
                .parse::<i64>()
                .is_ok_and(|annotated| annotated != number)
            {
                sink.at("metrics-port-annotation", &annotation)
                    .with(&port, format!("metrics are served on port {number}"))
                    .say(format!(
                        "the annotation sends Prometheus to port {text}, and the metrics are on {number}"
                    ));
            }
        }
    }
}

fn debug_in_production(cx: &Cx<'_>, sink: &mut Sink) {
    let level = cx.root.get("monitoring.logging.level");
    if in_production(cx) && level.is("DEBUG") {
        sink.at("debug-in-production", &level)
            .with(&cx.environment, "the environment is `production`")
            .say("`DEBUG` costs throughput and writes the contents of records into the logs; `INFO` is usual in production");
    }
}

/// Above this share of events tracing is felt.
const HEAVY: f64 = 0.1;

fn tracing_heavy(cx: &Cx<'_>, sink: &mut Sink) {
    if !in_production(cx) {
        return;
    }
    for (_, tracing) in with_regions(&cx.root.get("monitoring.tracing").view()) {
        let rate = tracing.get("sampling_rate");
        if let Some(share) = rate.number().filter(|share| *share > HEAVY) {
            sink.at("tracing-heavy", &rate)
                .with(&cx.environment, "the environment is `production`")
                .say(format!(
                    "{}% of the events are traced, and each of them costs memory and network in every operator; 0.01 is usual in production",
                    (share * 1e4).round() / 100.0
                ));
        }
    }
}

fn log_output_endpoint(cx: &Cx<'_>, sink: &mut Sink) {
    for output in cx.root.get("monitoring.logging.outputs").items() {
        let view = output.view();
        let kind = view.get("type");
        if kind.is_any(&["elasticsearch", "loki"])
            && view.get("endpoint").is_missing()
            && !view.has_errors()
        {
            let chosen = shown(&kind);
            sink.at("log-output-endpoint", &kind).say(format!(
                "logs go to `{chosen}` at an `endpoint`, and there is none"
            ));
        }
    }
}

fn alerts<'a>(cx: &Cx<'a>) -> Vec<Item<'a>> {
    cx.root
        .get("monitoring.alerts")
        .items()
        .into_iter()
        .filter(|alert| alert.node.kind() == NodeKind::Mapping)
        .collect()
}

fn alert_incomplete(cx: &Cx<'_>, sink: &mut Sink) {
    for alert in alerts(cx) {
        let view = alert.view();
        if view.has_errors() || !alert.is_own() {
            continue;
        }
        let missing: Vec<&str> = ["name", "condition", "severity"]
            .into_iter()
            .filter(|field| view.get(field).is_missing())
            .collect();
        if missing.is_empty() {
            continue;
        }
        // The whole item would paint several lines; its name says which one is meant.
        let name = view.get("name");
        let place = name
            .place()
            .filter(|_| name.is_own())
            .or_else(|| Some(alert.node.entries().next()?.key().range()))
            .or(alert.range());
        let Some(place) = place else { continue };
        let missing = listed(missing);
        sink.at("alert-incomplete", &place).say(format!(
            "this alert lacks {missing}, which every alert must have"
        ));
    }
}

fn alert_name_twice(cx: &Cx<'_>, sink: &mut Sink) {
    let mut seen = rustc_hash::FxHashMap::default();
    for alert in alerts(cx) {
        let name = alert.view().get("name");
        let Some(text) = name.text() else { continue };
        match seen.get(&text) {
            None => {
                seen.insert(text, name);
            }
            Some(first) => sink
                .at("alert-name-twice", &name)
                .with(first, "the first one")
                .say(format!(
                    "two alerts have the name `{text}`, and one of them overwrites or hides the other"
                )),
        }
    }
}

fn alert_unheard(cx: &Cx<'_>, sink: &mut Sink) {
    if !cx.whole || !cx.judges_absence() {
        return;
    }
    for alert in alerts(cx) {
        let view = alert.view();
        let severity = view.get("severity");
        let channels = view.get("channels");
        let empty = channels.kind() == NodeKind::Sequence && channels.items().is_empty();
        if severity.is("critical") && (empty || lacks_in(cx, &view, "channels")) {
            sink.at("alert-unheard", &severity)
                .say("a `critical` alert without `channels` is told to nobody");
        }
    }
}
