//! What every stream, lookup, dead letter and completion needs, and addresses in general.

use nexflow_catalog::{Kind, Severity};

use super::{
    Check, EntryCx,
    address::Address,
    document, entry,
    parts::{Scalar, each_scalar, in_production, is_literal, lacks, listed, shown},
};
use crate::{cx::Cx, sink::Sink, view::Val};

pub const CHECKS: &[Check] = &[
    entry("streams", "binding-type-missing", type_missing),
    entry("lookups", "binding-type-missing", type_missing),
    entry("dead_letters", "binding-type-missing", type_missing),
    entry("completions", "binding-type-missing", type_missing),
    entry("streams", "binding-required-field", required_field),
    entry("lookups", "binding-required-field", required_field),
    entry("dead_letters", "binding-required-field", required_field),
    entry("completions", "binding-required-field", required_field),
    entry("streams", "local-address-in-production", local_address),
    entry("lookups", "local-address-in-production", local_address),
    entry("dead_letters", "local-address-in-production", local_address),
    entry("completions", "local-address-in-production", local_address),
    entry("secrets", "local-address-in-production", local_address),
    document("local-address-in-production", local_endpoint),
    entry("streams", "backoff-order", connectivity_backoff),
    entry("completions", "backoff-order", callback_backoff),
    entry("secrets", "backoff-order", secret_backoff),
    entry("streams", "tls-scheme-disagrees", stream_tls_scheme),
    entry("lookups", "tls-scheme-disagrees", lookup_tls_scheme),
    entry("streams", "insecure-tls-in-production", insecure_tls),
    entry("lookups", "insecure-tls-in-production", insecure_tls),
];

fn type_missing(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let kind = at.view.get("type");
    if at.region.is_none()
        && at.cx.whole
        && !at.cx.toolchain
        && !at.view.is_missing()
        && lacks(at, "type")
    {
        let name = &at.name;
        let values: Vec<&str> = kind
            .fields()
            .flat_map(|field| field.values)
            .map(|value| value.value)
            .collect();
        let choice = if values.is_empty() {
            String::new()
        } else {
            format!(": {}", listed(values))
        };
        sink.at("binding-type-missing", &at.view).say(format!(
            "`{name}` has no `type`, which decides about everything else in it{choice}"
        ));
    }
}

/// What a binding needs, by section and type. Each item is a list of alternatives.
fn needs(section: &str, kind: &str) -> &'static [&'static [&'static str]] {
    match (section, kind) {
        (_, "kafka") => &[&["topic"], &["brokers"]],
        (_, "kinesis") => &[&["stream"], &["region"]],
        (_, "pulsar") => &[&["topic"], &["service_url"]],
        // A dead letter of this type has no fields that say where it is.
        ("dead_letters", "mongodb") => &[],
        (_, "mongodb_sink" | "mongodb") => &[&["uri"], &["database"], &["collection"]],
        (_, "redis") => &[&["uri", "cluster.nodes", "sentinel", "primary"]],
        (_, "postgresql") => &[&["jdbc_url"]],
        (_, "cassandra") => &[&["contact_points"], &["keyspace"], &["table"]],
        (_, "elasticsearch") => &[&["hosts"], &["index"]],
        (_, "s3") => &[&["bucket"]],
        _ => &[],
    }
}

fn required_field(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    if at.region.is_some()
        || !at.cx.whole
        || at.view.get("regional").is_present() && !at.view.get("regional").is_false()
        || at.view.get("global").is_present()
    {
        return;
    }
    let kind = at.view.get("type");
    let Some(text) = kind.text() else { return };
    let missing: Vec<&str> = needs(at.section, &text)
        .iter()
        .filter(|any| any.iter().all(|field| lacks(at, field)))
        .map(|any| any[0])
        .collect();
    if missing.is_empty() {
        return;
    }
    let (name, fields) = (&at.name, listed(missing));
    // What the document takes over as it is may be left to another stage on purpose.
    let Some(place) = at.view.anchor() else {
        return;
    };
    sink.at("binding-required-field", &place)
        .with(&kind, format!("it is of type `{text}`"))
        .say(format!(
            "`{name}` lacks {fields}, which the type `{text}` needs"
        ));
}

/// Lists of hosts that are no URLs.
const HOST_FIELDS: [&str; 4] = ["brokers", "contact_points", "nodes", "quorum"];

fn local(scalar: &Scalar<'_, '_>, cx: &Cx<'_>, sink: &mut Sink) {
    let is_address = HOST_FIELDS.contains(&scalar.key)
        || scalar.field.is_some_and(|field| field.has_kind(Kind::Uri));
    let Some(text) = scalar.text.as_ref().filter(|_| is_address) else {
        return;
    };
    if Address::parse(text).is_local() {
        let key = scalar.key;
        sink.at("local-address-in-production", scalar)
            .with(&cx.environment, "the environment is `production`")
            .say(format!(
                "`{key}` leads to the machine that runs the job itself; in production each worker would look for it on its own host"
            ));
    }
}

fn local_address(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    if at.region.is_none() && in_production(at.cx) {
        each_scalar(&at.view, &mut |scalar| local(scalar, at.cx, sink));
    }
}

fn local_endpoint(cx: &Cx<'_>, sink: &mut Sink) {
    if in_production(cx) {
        for section in ["monitoring", "kafka", "mongodb", "calendar"] {
            each_scalar(&cx.root.get(section).view(), &mut |scalar| {
                local(scalar, cx, sink)
            });
        }
    }
}

fn first_above_longest(at: &EntryCx<'_, '_>, first: &str, longest: &str, sink: &mut Sink) {
    let (first, longest) = (at.view.get(first), at.view.get(longest));
    if let (Some(begin), Some(end)) = (first.millis(), longest.millis())
        && begin > end
    {
        let (begin, end) = (shown(&first), shown(&longest));
        sink.at("backoff-order", &first)
            .with(&longest, format!("the longest pause is {end}"))
            .say(format!(
                "the first pause of {begin} would be longer than the longest one, {end}"
            ));
    }
}

fn connectivity_backoff(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let block = "error_handling.connectivity";
    first_above_longest(
        at,
        &format!("{block}.initial_backoff"),
        &format!("{block}.max_backoff"),
        sink,
    );
    let (fail, longest) = (
        at.view.get(&format!("{block}.fail_after")),
        at.view.get(&format!("{block}.max_backoff")),
    );
    if let (Some(limit), Some(pause)) = (fail.millis(), longest.millis())
        && limit < pause
    {
        let (limit, pause) = (shown(&fail), shown(&longest));
        sink.at("backoff-order", &fail)
            .severity(Severity::Warning)
            .with(&longest, format!("the longest pause is {pause}"))
            .say(format!(
                "`fail_after` gives up after {limit}, before the longest pause of {pause} can be over"
            ));
    }
}

fn callback_backoff(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    first_above_longest(
        at,
        "callback.retry.initial_delay",
        "callback.retry.max_delay",
        sink,
    );
}

fn secret_backoff(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    if at.name == "_groups" {
        return;
    }
    first_above_longest(at, "retry.initial_delay", "retry.max_delay", sink);
}

fn tls_scheme(text: &str) -> Option<bool> {
    match Address::parse(text).scheme? {
        "pulsar+ssl" | "rediss" | "https" => Some(true),
        "pulsar" | "redis" | "http" => Some(false),
        _ => None,
    }
}

fn disagree(
    address: Option<&str>,
    place: &impl crate::sink::Place,
    enabled: &Val<'_>,
    sink: &mut Sink,
) -> bool {
    let (Some(address), Some(wanted)) = (address, enabled.bool()) else {
        return false;
    };
    let Some(encrypted) = tls_scheme(address) else {
        return false;
    };
    if encrypted == wanted {
        return false;
    }
    let scheme = Address::parse(address).scheme.unwrap_or_default();
    let (is, says) = if encrypted {
        ("encrypted", "false")
    } else {
        ("in clear", "true")
    };
    sink.at("tls-scheme-disagrees", place)
        .with(enabled, format!("`enabled` is {says}"))
        .say(format!(
            "`{scheme}://` means a connection {is}, while `enabled: {says}` says the opposite: one of the two is wrong"
        ));
    true
}

fn stream_tls_scheme(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let url = at.view.get("service_url");
    disagree(
        url.text().as_deref(),
        &url,
        &at.view.get("tls.enabled"),
        sink,
    );
}

fn lookup_tls_scheme(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let uri = at.view.get("uri");
    disagree(
        uri.text().as_deref(),
        &uri,
        &at.view.get("tls.enabled"),
        sink,
    );
    let enabled = at.view.get("ssl.enabled");
    for host in at.view.get("hosts").items() {
        if disagree(host.text().as_deref(), &host, &enabled, sink) {
            break;
        }
    }
}

fn insecure_tls(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    if !in_production(at.cx) {
        return;
    }
    for (path, bad, good) in [
        ("tls.allow_insecure", true, "false"),
        ("tls.allow_invalid_certificates", true, "false"),
        ("ssl.verify_hostname", false, "true"),
    ] {
        let val = at.view.get(path);
        if val.bool() != Some(bad) {
            continue;
        }
        let report = sink
            .at("insecure-tls-in-production", &val)
            .with(&at.cx.environment, "the environment is `production`");
        let report = if is_literal(&val) {
            report.replace(format!("Change to `{good}`"), good)
        } else {
            report
        };
        let name = path.rsplit('.').next().unwrap_or(path);
        report.say(format!(
            "with `{name}: {bad}` the other side is not checked, so anybody in between can read and change the traffic"
        ));
    }
}
