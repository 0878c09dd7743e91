//! Where jobs run: platform, namespace, images, sizes, ports, access.

use rustc_hash::FxHashMap;

use nexflow_catalog::Severity;
use nexflow_syntax::{Node, NodeKind, TextRange};

use super::{
    Check, EntryContext, document, entry,
    shared::{deployments, in_production, is_null, lacks_in, shown},
};
use crate::{
    document_context::DocumentContext,
    merged::{MergedMapping, MergedValue},
    sink::DiagnosticSink,
};

pub const CHECKS: &[Check] = &[
    document("deployment-type-missing", type_missing),
    document("namespace-form", namespace_form),
    entry("secrets", "namespace-form", secret_namespace_form),
    document("replicas-outside-scaling", replicas_outside_scaling),
    document("port-collision", port_collision),
    document("ingress-incomplete", ingress_incomplete),
    document("service-exposed", service_exposed),
    document("yarn-per-job-removed", yarn_per_job),
    document("image-tag-moving", image_tag_moving),
    document("compose-in-production", compose_in_production),
];

fn type_missing(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let deployment = cx.root.get("deployment");
    if cx.whole
        && deployment.kind() == NodeKind::Mapping
        && lacks_in(cx, &cx.root, "deployment.type")
    {
        sink.report_key("deployment-type-missing", &deployment).missing(["type"])
            .emit("Missing `type` in `deployment` (`kubernetes`, `yarn`, `standalone` or `docker_compose`).");
    }
}

/// A label of the domain name system, as Kubernetes takes it.
fn is_dns_label(name: &str) -> bool {
    name.len() <= 63
        && !name.starts_with('-')
        && !name.ends_with('-')
        && !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn namespace(val: &MergedValue<'_>, sink: &mut DiagnosticSink) {
    let Some(name) = val.text().filter(|name| !name.is_empty()) else {
        return;
    };
    if is_dns_label(&name) {
        return;
    }
    let near: String = name
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    let near = near.trim_matches('-');
    let proposal = if is_dns_label(near) {
        format!(", such as `{near}`")
    } else {
        String::new()
    };
    sink.report("namespace-form", val).emit(format!(
        "Invalid namespace `{name}`: use up to 63 lower-case letters, digits and inner hyphens{proposal}."
    ));
}

fn namespace_form(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    for deployment in deployments(cx) {
        if deployment.get("type").is("kubernetes") {
            namespace(&deployment.get("namespace"), sink);
        }
    }
}

fn secret_namespace_form(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    if at.mapping.get("provider").is("kubernetes") {
        namespace(&at.mapping.get("namespace"), sink);
    }
}

fn replicas_outside_scaling(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    for deployment in deployments(cx) {
        let replicas = deployment.get("task_manager.replicas");
        let (least, most) = (
            deployment.get("scaling.min_replicas"),
            deployment.get("scaling.max_replicas"),
        );
        let Some(count) = replicas.int() else {
            continue;
        };
        let (bound, name, number) = match (least.int(), most.int()) {
            // Bounds in the wrong order are another matter.
            (Some(from), Some(to)) if from > to => continue,
            (Some(from), _) if count < from => (&least, "min_replicas", from),
            (_, Some(to)) if count > to => (&most, "max_replicas", to),
            _ => continue,
        };
        let side = if name == "min_replicas" {
            "below"
        } else {
            "above"
        };
        sink.report("replicas-outside-scaling", &replicas)
            .related(bound, format!("`{name}` is {number}"))
            .emit(format!(
                "{count} replicas are {side} `{name}` of {number}; the first scaling step changes them."
            ));
    }
}

fn port_collision(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    for deployment in deployments(cx) {
        let service = deployment.get("service").mapping();
        let mut seen: Vec<(i64, &str, MergedValue<'_>)> = Vec::new();
        for name in ["rest_port", "blob_port", "query_port"] {
            let port = service.get(name);
            let Some(number) = port.int() else { continue };
            if let Some((_, first, place)) = seen.iter().find(|(other, _, _)| *other == number) {
                sink.report("port-collision", &port)
                    .related(place, format!("`{first}`"))
                    .emit(format!(
                        "`{name}` and `{first}` both use port {number}; the second cannot bind."
                    ));
            }
            seen.push((number, name, port));
        }
        standalone_ports(&deployment, sink);
        compose_ports(&deployment, sink);
    }
}

fn standalone_ports<'a>(deployment: &MergedMapping<'a>, sink: &mut DiagnosticSink) {
    let cluster = deployment.get("cluster").mapping();
    let manager = cluster.get("job_manager").mapping();
    let mut seen: FxHashMap<(String, i64), (String, MergedValue<'a>)> = FxHashMap::default();
    let mut bind = |host: &MergedValue<'a>, port: MergedValue<'a>, who: String| {
        let (Some(host), Some(number)) = (host.text(), port.int()) else {
            return;
        };
        let key = (host.to_lowercase(), number);
        match seen.get(&key) {
            Some((first, place)) => sink
                .report("port-collision", &port)
                .related(place, first.clone())
                .emit(format!(
                    "On `{host}`, port {number} is used by {first}; {who} cannot bind."
                )),
            None => {
                seen.insert(key, (who, port));
            }
        }
    };
    let host = manager.get("host");
    bind(&host, manager.get("port"), "the JobManager".to_owned());
    bind(
        &host,
        manager.get("web_port"),
        "the JobManager's web page".to_owned(),
    );
    for (number, worker) in cluster.get("task_managers").items().iter().enumerate() {
        let mapping = worker.mapping();
        bind(
            &mapping.get("host"),
            mapping.get("port"),
            format!("worker {}", number + 1),
        );
    }
}

/// A published port of a container.
#[derive(PartialEq, Eq, Hash, Debug)]
struct Published {
    port: u16,
    protocol: String,
}

/// Reads `8081:8081`, `127.0.0.1:8081:8081/udp` and the like; a single number is published on a port of Docker's choice.
fn published(text: &str) -> Option<Published> {
    let (ports, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
    let (host, _container) = ports.rsplit_once(':')?;
    let port = host.rsplit(':').next()?;
    Some(Published {
        port: port.trim().parse().ok()?,
        protocol: protocol.to_lowercase(),
    })
}

fn compose_ports(deployment: &MergedMapping<'_>, sink: &mut DiagnosticSink) {
    let compose = deployment.get("compose").mapping();
    let mut services = compose.get("services").mapping().entries();
    services.extend(
        compose
            .entries()
            .into_iter()
            .filter(|(name, _)| name != "services"),
    );
    let mut seen: FxHashMap<Published, (String, Option<TextRange>)> = FxHashMap::default();
    for (name, service) in services {
        for port in service.mapping().get("ports").items() {
            let Some(text) = port.text() else { continue };
            let Some(key) = published(&text) else {
                continue;
            };
            let number = key.port;
            match seen.get(&key) {
                Some((first, place)) => {
                    let report = sink.report("port-collision", &port);
                    let report = match place {
                        Some(place) => report.related(place, format!("`{first}` publishes it")),
                        None => report,
                    };
                    report.emit(format!(
                        "Host port {number} is published by both `{first}` and `{name}`; the second cannot bind."
                    ));
                }
                None => {
                    let place = port.range().filter(|_| port.is_own());
                    seen.insert(key, (name.to_string(), place));
                }
            }
        }
    }
}

fn ingress_incomplete(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    for deployment in deployments(cx) {
        let ingress = deployment.get("ingress").mapping();
        let (enabled, encrypted) = (ingress.get("enabled"), ingress.get("tls.enabled"));
        if enabled.is_true() && lacks_in(cx, &ingress, "host") {
            sink.report("ingress-incomplete", &enabled)
                .missing(["host"])
                .emit("Missing `host` in the ingress.");
        }
        if !enabled.is_false() && encrypted.is_true() && lacks_in(cx, &ingress, "tls.secret_name") {
            sink.report("ingress-incomplete", &encrypted)
                .missing(["secret_name"])
                .emit("Missing `secret_name` of the TLS certificate.");
        }
    }
}

fn yarn_per_job(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    for deployment in deployments(cx) {
        let mode = deployment.get("mode");
        if deployment.get("type").is("yarn") && mode.is("per_job") {
            let version = cx.flink();
            sink.report("yarn-per-job-removed", &mode).emit(format!(
                "Flink {version} has no per-job mode. Use `application`."
            ));
        }
    }
}

fn service_exposed(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    if !in_production(cx) {
        return;
    }
    for deployment in deployments(cx) {
        let kind = deployment.get("service.type");
        if kind.is_any(&["LoadBalancer", "NodePort"]) {
            let chosen = shown(&kind);
            // A load balancer may be an internal one, which nothing here shows.
            let severity = if kind.is("LoadBalancer") {
                Severity::Hint
            } else {
                Severity::Warning
            };
            sink.report("service-exposed", &kind)
                .severity(severity)
                .related(&cx.environment, "the environment is `production`")
                .emit(format!(
                    "`{chosen}` exposes Flink's REST API, which has no login, to everyone who can reach the load balancer or node."
                ));
        }
    }
}

/// True when an image's name says itself which version it is.
fn names_version(repository: &str) -> bool {
    let last = repository.rsplit('/').next().unwrap_or(repository);
    repository.contains('@') || last.contains(':')
}

fn image_tag_moving(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    if !in_production(cx) {
        return;
    }
    for deployment in deployments(cx) {
        let image = deployment.get("image");
        let (tag, repository) = (
            image.mapping().get("tag"),
            image.mapping().get("repository"),
        );
        if image.kind() != NodeKind::Mapping {
            continue;
        }
        if tag.is("latest") {
            sink.report("image-tag-moving", &tag)
                .related(&cx.environment, "the environment is `production`")
                .emit("Tag `latest` is not pinned; pods may run different versions.");
        } else if lacks_in(cx, &image.mapping(), "tag")
            && !repository.is_unknown()
            && !repository.text().is_some_and(|name| names_version(&name))
        {
            sink.report_key("image-tag-moving", &image)
                .missing(["tag"])
                .related(&cx.environment, "the environment is `production`")
                .emit(
                    "Missing `tag`: `latest` is not pinned, and pods may run different versions.",
                );
        }
    }
}

fn compose_in_production(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let kind = cx.root.get("deployment.type");
    if cx.in_environment(&["production", "staging"]) && kind.is("docker_compose") {
        let environment = shown(&cx.environment);
        sink.report("compose-in-production", &kind)
            .related(
                &cx.environment,
                format!("the environment is `{environment}`"),
            )
            .emit("Docker Compose neither fails over to another machine nor scales.");
    }
}

/// Every mapping below a node that stands under one of these keys, wherever it is.
pub(super) fn mappings_under<'a>(
    node: Node<'a>,
    keys: &[&str],
    depth: usize,
    visit: &mut dyn FnMut(&str, Node<'a>),
) {
    if depth > 24 {
        return;
    }
    match node.kind() {
        NodeKind::Mapping => {
            for entry in node.entries() {
                let key = entry.key_text();
                let value = entry.value();
                if value.kind() == NodeKind::Mapping && keys.contains(&key.as_ref()) {
                    visit(&key, value);
                }
                mappings_under(value, keys, depth + 1, visit);
            }
        }
        NodeKind::Sequence => {
            for item in node.items() {
                mappings_under(item, keys, depth + 1, visit);
            }
        }
        NodeKind::Scalar | NodeKind::Alias | NodeKind::Null => {}
    }
}

/// True when a value of a pod's settings is there and says something.
pub(super) fn says_something(val: &MergedValue<'_>) -> bool {
    val.is_present() && !is_null(val) && val.text().is_none_or(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{is_dns_label, names_version, published};

    #[test]
    fn published_ports() {
        let port = |text| published(text).map(|found| (found.port, found.protocol));
        assert_eq!(port("8081:8081"), Some((8081, "tcp".to_owned())));
        assert_eq!(
            port("127.0.0.1:9000:80/udp"),
            Some((9000, "udp".to_owned()))
        );
        assert_eq!(port("8081"), None);
        assert_eq!(port("9000-9005:9000-9005"), None);
    }

    #[test]
    fn names_of_namespaces_and_images() {
        assert!(is_dns_label("credit-card"));
        assert!(!is_dns_label("Credit_Card"));
        assert!(!is_dns_label(&"a".repeat(64)));
        assert!(!is_dns_label("-a"));
        assert!(names_version("registry:5000/flink:1.20"));
        assert!(names_version("flink@sha256:abc"));
        assert!(!names_version("registry:5000/flink"));
    }
}
