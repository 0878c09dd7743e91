//! Where jobs run: platform, namespace, images, sizes, ports, access.

use rustc_hash::FxHashMap;

use nexflow_syntax::{Node, NodeKind, TextRange};

use super::{
    Check, EntryCx, document, entry,
    parts::{deployments, in_production, is_null, lacks_in, shown},
};
use crate::{
    cx::Cx,
    sink::Sink,
    view::{Val, View},
};

pub const CHECKS: &[Check] = &[
    document("deployment-type-missing", type_missing),
    document("namespace-form", namespace_form),
    entry("secrets", "namespace-form", secret_namespace_form),
    document("replicas-outside-scaling", replicas_outside_scaling),
    document("port-collision", port_collision),
    document("ingress-incomplete", ingress_incomplete),
    document("service-exposed", service_exposed),
    document("image-tag-moving", image_tag_moving),
    document("compose-in-production", compose_in_production),
];

fn type_missing(cx: &Cx<'_>, sink: &mut Sink) {
    let deployment = cx.root.get("deployment");
    if cx.whole
        && deployment.kind() == NodeKind::Mapping
        && lacks_in(cx, &cx.root, "deployment.type")
    {
        sink.at_key("deployment-type-missing", &deployment)
            .say("`deployment` has no `type`, which decides about everything else in it: `kubernetes`, `yarn`, `standalone` or `docker_compose`");
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

fn namespace(val: &Val<'_>, sink: &mut Sink) {
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
    sink.at("namespace-form", val).say(format!(
        "Kubernetes refuses the namespace `{name}`: it takes lower-case letters, digits and inner hyphens, 63 at most{proposal}"
    ));
}

fn namespace_form(cx: &Cx<'_>, sink: &mut Sink) {
    for deployment in deployments(cx) {
        if deployment.get("type").is("kubernetes") {
            namespace(&deployment.get("namespace"), sink);
        }
    }
}

fn secret_namespace_form(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    if at.view.get("provider").is("kubernetes") {
        namespace(&at.view.get("namespace"), sink);
    }
}

fn replicas_outside_scaling(cx: &Cx<'_>, sink: &mut Sink) {
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
        sink.at("replicas-outside-scaling", &replicas)
            .with(bound, format!("`{name}` is {number}"))
            .say(format!(
                "{count} replicas are {side} `{name}` of {number}, so the first scaling step changes them at once"
            ));
    }
}

fn port_collision(cx: &Cx<'_>, sink: &mut Sink) {
    for deployment in deployments(cx) {
        let service = deployment.get("service").view();
        let mut seen: Vec<(i64, &str, Val<'_>)> = Vec::new();
        for name in ["rest_port", "blob_port", "query_port"] {
            let port = service.get(name);
            let Some(number) = port.int() else { continue };
            if let Some((_, first, place)) = seen.iter().find(|(other, _, _)| *other == number) {
                sink.at("port-collision", &port)
                    .with(place, format!("`{first}`"))
                    .say(format!("`{name}` and `{first}` are both {number}, and the second process cannot bind"));
            }
            seen.push((number, name, port));
        }
        standalone_ports(&deployment, sink);
        compose_ports(&deployment, sink);
    }
}

fn standalone_ports<'a>(deployment: &View<'a>, sink: &mut Sink) {
    let cluster = deployment.get("cluster").view();
    let manager = cluster.get("job_manager").view();
    let mut seen: FxHashMap<(String, i64), (String, Val<'a>)> = FxHashMap::default();
    let mut bind = |host: &Val<'a>, port: Val<'a>, who: String| {
        let (Some(host), Some(number)) = (host.text(), port.int()) else {
            return;
        };
        let key = (host.to_lowercase(), number);
        match seen.get(&key) {
            Some((first, place)) => sink
                .at("port-collision", &port)
                .with(place, first.clone())
                .say(format!(
                    "on `{host}` port {number} is taken by {first}, so {who} cannot bind"
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
        let view = worker.view();
        bind(
            &view.get("host"),
            view.get("port"),
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

fn compose_ports(deployment: &View<'_>, sink: &mut Sink) {
    let compose = deployment.get("compose").view();
    let mut services = compose.get("services").view().entries();
    services.extend(
        compose
            .entries()
            .into_iter()
            .filter(|(name, _)| name != "services"),
    );
    let mut seen: FxHashMap<Published, (String, Option<TextRange>)> = FxHashMap::default();
    for (name, service) in services {
        for port in service.view().get("ports").items() {
            let Some(text) = port.text() else { continue };
            let Some(key) = published(&text) else {
                continue;
            };
            let number = key.port;
            match seen.get(&key) {
                Some((first, place)) => {
                    let report = sink.at("port-collision", &port);
                    let report = match place {
                        Some(place) => report.with(place, format!("`{first}` publishes it")),
                        None => report,
                    };
                    report.say(format!(
                        "port {number} of the host is published twice, by `{first}` and by `{name}`, and the second container cannot bind"
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

fn ingress_incomplete(cx: &Cx<'_>, sink: &mut Sink) {
    for deployment in deployments(cx) {
        let ingress = deployment.get("ingress").view();
        let (enabled, encrypted) = (ingress.get("enabled"), ingress.get("tls.enabled"));
        if enabled.is_true() && lacks_in(cx, &ingress, "host") {
            sink.at("ingress-incomplete", &enabled)
                .say("an ingress that is switched on needs the `host` under which it is reached");
        }
        if !enabled.is_false() && encrypted.is_true() && lacks_in(cx, &ingress, "tls.secret_name") {
            sink.at("ingress-incomplete", &encrypted)
                .say("TLS needs the `secret_name` under which Kubernetes keeps the certificate");
        }
    }
}

fn service_exposed(cx: &Cx<'_>, sink: &mut Sink) {
    if !in_production(cx) {
        return;
    }
    for deployment in deployments(cx) {
        let kind = deployment.get("service.type");
        if kind.is_any(&["LoadBalancer", "NodePort"]) {
            let chosen = shown(&kind);
            sink.at("service-exposed", &kind)
                .with(&cx.environment, "the environment is `production`")
                .say(format!(
                    "`{chosen}` opens Flink's REST API to others, and it has no login: whoever reaches it can run code"
                ));
        }
    }
}

/// True when an image's name says itself which version it is.
fn names_version(repository: &str) -> bool {
    let last = repository.rsplit('/').next().unwrap_or(repository);
    repository.contains('@') || last.contains(':')
}

fn image_tag_moving(cx: &Cx<'_>, sink: &mut Sink) {
    if !in_production(cx) {
        return;
    }
    for deployment in deployments(cx) {
        let image = deployment.get("image");
        let (tag, repository) = (image.view().get("tag"), image.view().get("repository"));
        if image.kind() != NodeKind::Mapping {
            continue;
        }
        if tag.is("latest") {
            sink.at("image-tag-moving", &tag)
                .with(&cx.environment, "the environment is `production`")
                .say("`latest` moves, so the next pod may run another version than its neighbours: name one");
        } else if lacks_in(cx, &image.view(), "tag")
            && !repository.is_unknown()
            && !repository.text().is_some_and(|name| names_version(&name))
        {
            sink.at_key("image-tag-moving", &image)
                .with(&cx.environment, "the environment is `production`")
                .say("without a `tag` the image is `latest`, which moves, so the next pod may run another version: name one");
        }
    }
}

fn compose_in_production(cx: &Cx<'_>, sink: &mut Sink) {
    let kind = cx.root.get("deployment.type");
    if cx.in_environment(&["production", "staging"]) && kind.is("docker_compose") {
        let environment = shown(&cx.environment);
        sink.at("compose-in-production", &kind)
            .with(&cx.environment, format!("the environment is `{environment}`"))
            .say("Docker Compose starts nothing again on another machine and does not scale: it is meant for development");
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
pub(super) fn says_something(val: &Val<'_>) -> bool {
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
