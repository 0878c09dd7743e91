//! What every stream, lookup, dead letter and completion needs, and addresses in general.

use nexflow_catalog::{Kind, Severity};

use super::{
    Check, EntryContext,
    address::Address,
    document, entry,
    shared::{Scalar, each_scalar, in_production, is_literal, lacks, listed, shown, them},
};
use crate::{document_context::DocumentContext, merged::MergedValue, sink::DiagnosticSink};

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

fn type_missing(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let kind = at.mapping.get("type");
    if at.region.is_none()
        && at.cx.whole
        && !at.cx.toolchain
        && !at.mapping.is_missing()
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
        sink.report("binding-type-missing", &at.mapping)
            .missing(["type"])
            .emit(format!("Missing `type` in `{name}`{choice}."));
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

fn required_field(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    // The toolchain ignores the type, and whatever goes with it.
    if at.region.is_some()
        || !at.cx.whole
        || at.cx.toolchain
        || at.mapping.get("regional").is_present() && !at.mapping.get("regional").is_false()
        || at.mapping.get("global").is_present()
    {
        return;
    }
    let kind = at.mapping.get("type");
    let Some(text) = kind.text() else { return };
    let missing: Vec<&str> = needs(at.section, &text)
        .iter()
        .filter(|any| any.iter().all(|field| lacks(at, field)))
        .map(|any| any[0])
        .collect();
    if missing.is_empty() {
        return;
    }
    let (name, fields) = (&at.name, listed(missing.iter().copied()));
    let them = them(&missing);
    // What the document takes over as it is may be left to another stage on purpose.
    let Some(place) = at.mapping.anchor() else {
        return;
    };
    sink.report("binding-required-field", &place)
        .missing(missing)
        .related(&kind, format!("it is of type `{text}`"))
        .emit(format!(
            "Missing {fields} in `{name}`; type `{text}` requires {them}."
        ));
}

/// Lists of hosts that are no URLs.
const HOST_FIELDS: [&str; 4] = ["brokers", "contact_points", "nodes", "quorum"];

fn local(
    scalar: &Scalar<'_, '_>,
    cx: &DocumentContext<'_>,
    beside: bool,
    sink: &mut DiagnosticSink,
) {
    let is_address = HOST_FIELDS.contains(&scalar.key)
        || scalar.field.is_some_and(|field| field.has_kind(Kind::Uri));
    let Some(text) = scalar.text.as_ref().filter(|_| is_address) else {
        return;
    };
    if Address::parse(text).is_local() {
        let key = scalar.key;
        let report = sink.report("local-address-in-production", scalar);
        // A collector of traces or metrics often runs beside each worker.
        let report = if beside {
            report.severity(Severity::Hint)
        } else {
            report
        };
        report
            .related(&cx.environment, "the environment is `production`")
            .emit(format!(
                "`{key}` points to localhost, so each worker looks for the service on its own host."
            ));
    }
}

fn local_address(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    if at.region.is_none() && in_production(at.cx) {
        each_scalar(&at.mapping, &mut |scalar| local(scalar, at.cx, false, sink));
    }
}

fn local_endpoint(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    if in_production(cx) {
        for section in ["monitoring", "kafka", "mongodb", "calendar"] {
            each_scalar(&cx.root.get(section).mapping(), &mut |scalar| {
                local(scalar, cx, section == "monitoring", sink)
            });
        }
    }
}

fn first_above_longest(
    at: &EntryContext<'_, '_>,
    first: &str,
    longest: &str,
    sink: &mut DiagnosticSink,
) {
    let (first, longest) = (at.mapping.get(first), at.mapping.get(longest));
    if let (Some(begin), Some(end)) = (first.millis(), longest.millis())
        && begin > end
    {
        let (begin, end) = (shown(&first), shown(&longest));
        sink.report("backoff-order", &first)
            .related(&longest, format!("the longest pause is {end}"))
            .emit(format!(
                "The initial backoff of {begin} is longer than the maximum of {end}."
            ));
    }
}

fn connectivity_backoff(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let block = "error_handling.connectivity";
    first_above_longest(
        at,
        &format!("{block}.initial_backoff"),
        &format!("{block}.max_backoff"),
        sink,
    );
    let (fail, longest) = (
        at.mapping.get(&format!("{block}.fail_after")),
        at.mapping.get(&format!("{block}.max_backoff")),
    );
    if let (Some(limit), Some(pause)) = (fail.millis(), longest.millis())
        && limit < pause
    {
        let (limit, pause) = (shown(&fail), shown(&longest));
        sink.report("backoff-order", &fail)
            .severity(Severity::Warning)
            .related(&longest, format!("the longest pause is {pause}"))
            .emit(format!(
                "`fail_after` ({limit}) is shorter than the maximum backoff ({pause})."
            ));
    }
}

fn callback_backoff(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    first_above_longest(
        at,
        "callback.retry.initial_delay",
        "callback.retry.max_delay",
        sink,
    );
}

fn secret_backoff(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
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
    place: &impl crate::sink::Reportable,
    enabled: &MergedValue<'_>,
    sink: &mut DiagnosticSink,
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
    sink.report("tls-scheme-disagrees", place)
        .related(enabled, format!("`enabled` is {says}"))
        .emit(format!(
            "`{scheme}://` means a connection {is}, but `enabled` is `{says}`."
        ));
    true
}

fn stream_tls_scheme(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let url = at.mapping.get("service_url");
    disagree(
        url.text().as_deref(),
        &url,
        &at.mapping.get("tls.enabled"),
        sink,
    );
}

fn lookup_tls_scheme(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let uri = at.mapping.get("uri");
    disagree(
        uri.text().as_deref(),
        &uri,
        &at.mapping.get("tls.enabled"),
        sink,
    );
    let enabled = at.mapping.get("ssl.enabled");
    for host in at.mapping.get("hosts").items() {
        if disagree(host.text().as_deref(), &host, &enabled, sink) {
            break;
        }
    }
}

fn insecure_tls(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    if !in_production(at.cx) {
        return;
    }
    for (path, bad, good) in [
        ("tls.allow_insecure", true, "false"),
        ("tls.allow_invalid_certificates", true, "false"),
        ("ssl.verify_hostname", false, "true"),
    ] {
        let val = at.mapping.get(path);
        if val.bool() != Some(bad) {
            continue;
        }
        let report = sink
            .report("insecure-tls-in-production", &val)
            .related(&at.cx.environment, "the environment is `production`");
        let report = if is_literal(&val) {
            report.replace(format!("Change to `{good}`"), good)
        } else {
            report
        };
        let name = path.rsplit('.').next().unwrap_or(path);
        report.emit(format!(
            "`{name}: {bad}` disables certificate checks and allows man-in-the-middle attacks."
        ));
    }
}
