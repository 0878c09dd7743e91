//! State in a shared service: Redis or Ignite.

use nexflow_catalog::value::{
    template::{SegmentKind, Template},
    uri::Uri,
};

use super::{
    Check, EntryContext,
    backends::{BACKENDS, is_given, may_be},
    entry,
    shared::listed,
};
use crate::{
    merged::{MergedMapping, MergedValue},
    sink::DiagnosticSink,
};

pub const CHECKS: &[Check] = &[
    entry(BACKENDS, "external-without-store", external_without_store),
    entry(BACKENDS, "external-two-stores", external_two_stores),
    entry(
        BACKENDS,
        "external-store-incomplete",
        external_store_incomplete,
    ),
    entry(BACKENDS, "redis-uri-scheme", redis_uri_scheme),
    entry(BACKENDS, "redis-cluster-database", redis_cluster_database),
    entry(BACKENDS, "redis-literal-password", redis_literal_password),
];

const EXTERNAL: &[&str] = &["external"];
const SCHEMES: &[&str] = &["redis", "rediss"];

fn external_without_store(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let of = at.mapping.get("type");
    let (redis, ignite) = (at.mapping.get("redis"), at.mapping.get("ignite"));
    if of.is("external")
        && redis.is_missing()
        && ignite.is_missing()
        && at.cx.checks_absence()
        && !at.mapping.has_errors()
    {
        sink.report_missing("external-without-store", &redis)
            .related(&of, "the type is `external`")
            .emit(format!(
                "Missing store in external backend `{}`: add `redis` or `ignite`.",
                at.name
            ));
    }
}

fn external_two_stores(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let (redis, ignite) = (at.mapping.get("redis"), at.mapping.get("ignite"));
    if !at.mapping.get("type").is("external") || !is_given(&redis) || !is_given(&ignite) {
        return;
    }
    // The one that the document itself has, and of two the later one.
    let starts = |val: &MergedValue<'_>| val.key_range().map(|range| range.start());
    let (here, other, other_name) = if starts(&ignite) >= starts(&redis) {
        (&ignite, &redis, "redis")
    } else {
        (&redis, &ignite, "ignite")
    };
    sink.report_key("external-two-stores", here)
        .related(other, format!("`{other_name}` is the other store"))
        .emit("`redis` and `ignite` are alternatives; keep one of them.");
}

fn external_store_incomplete(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    if !may_be(at, EXTERNAL) || !at.cx.checks_absence() {
        return;
    }
    incomplete(&at.mapping, "redis", &["uri"], sink);
    incomplete(&at.mapping, "ignite", &["config_path", "cache_name"], sink);
}

/// Reports what the client of a store cannot do without.
fn incomplete(
    mapping: &MergedMapping<'_>,
    store: &str,
    needed: &[&str],
    sink: &mut DiagnosticSink,
) {
    let block = mapping.get(store);
    let fields = block.mapping();
    if block.is_missing() || fields.has_errors() {
        return;
    }
    let lacking: Vec<&str> = needed
        .iter()
        .copied()
        .filter(|name| !is_given(&fields.child(name)))
        .collect();
    if lacking.is_empty() {
        return;
    }
    let names = listed(lacking.iter().copied());
    sink.report_key("external-store-incomplete", &block)
        .missing(lacking)
        .emit(format!("Missing fields in `{store}`: {names}."));
}

fn redis_uri_scheme(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let uri = at.mapping.get("redis.uri");
    let Some(text) = uri.text() else { return };
    let parsed = Uri::parse(&text);
    if text.is_empty()
        || !may_be(at, EXTERNAL)
        || parsed.authority().is_some() && parsed.has_scheme(SCHEMES)
    {
        return;
    }
    // `host:6379` looks like a scheme to a parser, but only what is followed by slashes was meant as one.
    let found = match text.split_once("://") {
        Some((scheme, _)) if !scheme.is_empty() => {
            format!("Invalid Redis URI scheme `{scheme}://`")
        }
        _ => "Missing scheme in the Redis address".to_owned(),
    };
    sink.report("redis-uri-scheme", &uri)
        .emit(format!("{found}. Use `redis://` or `rediss://`."));
}

fn redis_cluster_database(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let (uri, cluster) = (
        at.mapping.get("redis.uri"),
        at.mapping.get("redis.cluster_mode"),
    );
    let Some(text) = uri.text() else { return };
    if !cluster.is_true() || !may_be(at, EXTERNAL) {
        return;
    }
    let parsed = Uri::parse(&text);
    if !parsed.has_scheme(SCHEMES) {
        return;
    }
    let in_path = parsed
        .path()
        .trim_start_matches('/')
        .split('/')
        .next()
        .unwrap_or_default();
    let in_query = parsed
        .options()
        .find(|(name, _)| matches!(*name, "db" | "database"))
        .map(|(_, value)| value);
    let selected = [Some(in_path), in_query]
        .into_iter()
        .flatten()
        .find_map(|text| text.parse::<u64>().ok().filter(|database| *database != 0));
    if let Some(database) = selected {
        sink.report("redis-cluster-database", &uri)
            .related(&cluster, "it is a cluster")
            .emit(format!(
                "The address selects database {database}, but a Redis Cluster has database 0 only."
            ));
    }
}

/// A password between `:` and `@` that stands in the document, be it as the default of a variable.
fn redis_literal_password(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let uri = at.mapping.get("redis.uri");
    let Some(raw) = uri.raw() else { return };
    let Some(text) = literal_parts(&raw) else {
        return;
    };
    let parsed = Uri::parse(&text);
    let Some(password) = parsed.password_span() else {
        return;
    };
    // What comes from a variable is no secret of this document.
    if text[password].contains(UNKNOWN) {
        return;
    }
    sink.report("redis-literal-password", &uri).emit(
        "Password in plain text in the address. Don't commit credentials; use `${REDIS_STATE_URI}`.",
    );
}

/// Stands for text that is not known; no address contains it.
const UNKNOWN: char = '\u{0}';

/// The text with defaults in their place and [`UNKNOWN`] for variables that have none; `None` for a secret reference or where
/// a reference is malformed.
fn literal_parts(raw: &str) -> Option<String> {
    let template = Template::parse(raw);
    if template.secret.is_some() {
        return None;
    }
    let mut text = String::with_capacity(raw.len());
    for segment in &template.segments {
        match &segment.kind {
            SegmentKind::Text => text.push_str(&raw[segment.span.clone()]),
            SegmentKind::Variable {
                default: Some(default),
                ..
            } => text.push_str(&raw[default.clone()]),
            SegmentKind::Variable { default: None, .. } => text.push(UNKNOWN),
            SegmentKind::Malformed(_) => return None,
        }
    }
    Some(text)
}
