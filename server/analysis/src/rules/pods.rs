//! Pod templates: what Kubernetes would refuse or never schedule.

use nexflow_syntax::NodeKind;

use super::{
    Check,
    deployment::{mappings_under, says_something},
    document,
    parts::{deployments, did_you_mean, is_plain_bool, is_plain_number, near_name, offer_name},
};
use crate::{Fix, cx::Cx, sink::Sink};
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
fn label_not_text(cx: &Cx<'_>, sink: &mut Sink) {
    let Some(own) = cx.root.get("deployment").view().own() else {
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
            sink.at("label-not-text", &range)
                .fix(|| {
                    Some(Fix {
                        title: "Put the value in quotes".to_owned(),
                        edits: vec![TextEdit {
                            range,
                            insert: format!("'{written}'"),
                        }],
                        preferred: true,
                        safe: true,
                    })
                })
                .say(format!(
                    "Kubernetes takes text in `{group}` only, and {written} without quotes is none: write `{key}: '{written}'`"
                ));
        }
    });
}

fn toleration_value(cx: &Cx<'_>, sink: &mut Sink) {
    for deployment in deployments(cx) {
        for place in ["pod_template.tolerations", "pod_template.spec.tolerations"] {
            for toleration in deployment.get(place).items() {
                let view = toleration.view();
                let (operator, value) = (view.get("operator"), view.get("value"));
                if operator.is("Exists") && says_something(&value) {
                    sink.at("toleration-exists-value", &value)
                        .with(&operator, "the operator is `Exists`")
                        .say("`Exists` looks at the key alone, and Kubernetes refuses a `value` beside it");
                }
            }
        }
    }
}

fn node_selector_list(cx: &Cx<'_>, sink: &mut Sink) {
    let Some(own) = cx.root.get("deployment").view().own() else {
        return;
    };
    mappings_under(own, &["node_selector"], 0, &mut |_, mapping| {
        for entry in mapping.entries() {
            let value = entry.value();
            let text = crate::view::known_text(value);
            if let Some(text) = text.filter(|text| text.contains(',')) {
                sink.at("node-selector-list", &value.range()).say(format!(
                    "`{text}` is compared as a whole, and no label may contain a comma, so no node matches; several values need a node affinity"
                ));
            }
        }
    });
}

/// As many zones as a region usually has.
const ZONES: i64 = 3;

fn anti_affinity_per_zone(cx: &Cx<'_>, sink: &mut Sink) {
    for deployment in deployments(cx) {
        let replicas = deployment.get("task_manager.replicas");
        let Some(count) = replicas.int().filter(|count| *count > ZONES) else {
            continue;
        };
        let required = deployment.get("pod_template.spec.affinity.pod_anti_affinity.required");
        for term in required.items() {
            let key = term.view().get("topology_key");
            if key
                .text()
                .is_some_and(|text| text == "zone" || text.ends_with("/zone"))
            {
                sink.at("anti-affinity-per-zone", &key)
                    .with(&replicas, format!("{count} workers"))
                    .say(format!(
                        "one worker fits into each zone, and there are {count}: the others stay pending; spread over `kubernetes.io/hostname`, or make it `preferred`"
                    ));
            }
        }
    }
}

fn run_as_root(cx: &Cx<'_>, sink: &mut Sink) {
    for deployment in deployments(cx) {
        let context = deployment.get("pod_template.spec.security_context").view();
        let (user, forbidden) = (context.get("run_as_user"), context.get("run_as_non_root"));
        if user.int() == Some(0) && forbidden.is_true() {
            sink.at("run-as-root", &user)
                .with(&forbidden, "`run_as_non_root` is true")
                .say("user 0 is root, and `run_as_non_root` forbids it: the pod is refused");
        }
    }
}

fn volume_unknown(cx: &Cx<'_>, sink: &mut Sink) {
    if !cx.judges_absence() {
        return;
    }
    for deployment in deployments(cx) {
        let spec = deployment.get("pod_template.spec").view();
        let volumes = spec.get("volumes");
        if spec.has_errors() || volumes.is_present() && volumes.kind() != NodeKind::Sequence {
            continue;
        }
        let names: Option<Vec<String>> = volumes
            .items()
            .iter()
            .map(|volume| {
                volume
                    .view()
                    .get("name")
                    .text()
                    .map(|name| name.into_owned())
            })
            .collect();
        // A volume whose name is not known may be any.
        let Some(known) = names else { continue };
        for mount in spec.get("volume_mounts").items() {
            let name = mount.view().get("name");
            let Some(text) = name.text() else { continue };
            if known.iter().any(|volume| *volume == text) {
                continue;
            }
            let near = near_name(&text, &known);
            let report = sink
                .at("volume-unknown", &name)
                .with(&volumes, "the volumes");
            offer_name(report, name.range(), near).say(format!(
                "the pod has no volume `{text}`, so Kubernetes refuses it{}",
                did_you_mean(near)
            ));
        }
    }
}
