//! Pod templates: what Kubernetes would refuse or never schedule.

use nexflow_catalog::Applicability;
use nexflow_syntax::NodeKind;

use super::{
    Check,
    deployment::{mappings_under, says_something},
    document,
    shared::{deployments, did_you_mean, is_plain_bool, is_plain_number, near_name, offer_name},
};
use crate::{Fix, document_context::DocumentContext, sink::DiagnosticSink};
use nexflow_syntax::TextEdit;

pub const CHECKS: &[Check] = &[
    document("label-not-text", label_not_text),
    document("toleration-exists-value", toleration_value),
    document("node-selector-list", node_selector_list),
    document("anti-affinity-per-zone", anti_affinity_per_zone),
    document("run-as-root", run_as_root),
    document("volume-unknown", volume_unknown),
];

/// Only what the document itself has is walked: a base reports its own.
fn label_not_text(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let Some(own) = cx.root.get("deployment").mapping().own() else {
        return;
    };
    let keys = ["labels", "annotations", "node_selector", "match_labels"];
    mappings_under(own, &keys, 0, &mut |group, mapping| {
        for entry in mapping.entries() {
            let value = entry.value();
            if !is_plain_number(value) && !is_plain_bool(value) {
                continue;
            }
            let (range, written, key) =
                (value.range(), value.source().into_owned(), entry.key_text());
            sink.report("label-not-text", &range)
                .fix(|| {
                    Some(Fix {
                        title: "Put the value in quotes".to_owned(),
                        edits: vec![TextEdit {
                            range,
                            insert: format!("'{written}'"),
                        }],
                        preferred: true,
                        applicability: Applicability::Safe,
                    })
                })
                .emit(format!(
                    "`{group}` takes text only: quote {written}, as in `{key}: '{written}'`."
                ));
        }
    });
}

fn toleration_value(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    for deployment in deployments(cx) {
        for place in ["pod_template.tolerations", "pod_template.spec.tolerations"] {
            for toleration in deployment.get(place).items() {
                let mapping = toleration.mapping();
                let (operator, value) = (mapping.get("operator"), mapping.get("value"));
                if operator.is("Exists") && says_something(&value) {
                    sink.report("toleration-exists-value", &value)
                        .related(&operator, "the operator is `Exists`")
                        .emit("`value` is not allowed with `Exists`; Kubernetes rejects the pod.");
                }
            }
        }
    }
}

fn node_selector_list(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let Some(own) = cx.root.get("deployment").mapping().own() else {
        return;
    };
    mappings_under(own, &["node_selector"], 0, &mut |_, mapping| {
        for entry in mapping.entries() {
            let value = entry.value();
            let text = cx.values().text(value, false);
            if let Some(text) = text.filter(|text| text.contains(',')) {
                sink.report("node-selector-list", &value.range())
                    .emit(format!(
                        "`{text}` matches no node: labels cannot contain commas."
                    ));
            }
        }
    });
}

/// As many zones as a region usually has.
const ZONES: i64 = 3;

fn anti_affinity_per_zone(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    for deployment in deployments(cx) {
        let replicas = deployment.get("task_manager.replicas");
        let Some(count) = replicas.int().filter(|count| *count > ZONES) else {
            continue;
        };
        let required = deployment.get("pod_template.spec.affinity.pod_anti_affinity.required");
        for term in required.items() {
            let key = term.mapping().get("topology_key");
            if key
                .text()
                .is_some_and(|text| text == "zone" || text.ends_with("/zone"))
            {
                sink.report("anti-affinity-per-zone", &key)
                    .related(&replicas, format!("{count} workers"))
                    .emit(format!(
                        "Only one of {count} workers fits into each zone; the others stay pending."
                    ));
            }
        }
    }
}

fn run_as_root(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    for deployment in deployments(cx) {
        let context = deployment
            .get("pod_template.spec.security_context")
            .mapping();
        let (user, forbidden) = (context.get("run_as_user"), context.get("run_as_non_root"));
        if user.int() == Some(0) && forbidden.is_true() {
            sink.report("run-as-root", &user)
                .related(&forbidden, "`run_as_non_root` is true")
                .emit("User 0 is root, which `run_as_non_root` forbids; the pod will not start.");
        }
    }
}

fn volume_unknown(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    if !cx.checks_absence() {
        return;
    }
    for deployment in deployments(cx) {
        let spec = deployment.get("pod_template.spec").mapping();
        let volumes = spec.get("volumes");
        if spec.has_errors() || volumes.is_present() && volumes.kind() != NodeKind::Sequence {
            continue;
        }
        let names: Option<Vec<String>> = volumes
            .items()
            .iter()
            .map(|volume| {
                volume
                    .mapping()
                    .get("name")
                    .text()
                    .map(|name| name.into_owned())
            })
            .collect();
        // A volume whose name is not known may be any.
        let Some(known) = names else { continue };
        for mount in spec.get("volume_mounts").items() {
            let name = mount.mapping().get("name");
            let Some(text) = name.text() else { continue };
            if known.iter().any(|volume| *volume == text) {
                continue;
            }
            let near = near_name(&text, &known);
            let report = sink
                .report("volume-unknown", &name)
                .related(&volumes, "the volumes");
            offer_name(report, name.range(), near)
                .emit(format!("Unknown volume `{text}`.{}", did_you_mean(near)));
        }
    }
}
