//! State in a shared service: Redis or Ignite.

use nexflow_catalog::value::{
    template::{SegmentKind, Template},
    uri::Uri,
};

use super::{
    Check, EntryCx,
    backends::{BACKENDS, is_given, may_be},
    entry,
};
use crate::{
    sink::Sink,
    view::{Val, View},
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

fn external_without_store(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let of = at.view.get("type");
    let (redis, ignite) = (at.view.get("redis"), at.view.get("ignite"));
    if of.is("external")
        && redis.is_missing()
        && ignite.is_missing()
        && at.cx.judges_absence()
        && !at.view.has_errors()
    {
        sink.missing("external-without-store", &redis)
            .with(&of, "the type is `external`")
            .say(format!(
                "backend `{}` is `external` but has neither `redis` nor `ignite`, so there is nothing to connect to",
                at.name
            ));
    }
}

fn external_two_stores(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let (redis, ignite) = (at.view.get("redis"), at.view.get("ignite"));
    if !at.view.get("type").is("external") || !is_given(&redis) || !is_given(&ignite) {
        return;
    }
    // The one that the document itself has, and of two the later one.
    let starts = |val: &Val<'_>| val.key_range().map(|range| range.start());
    let (here, other, other_name) = if starts(&ignite) >= starts(&redis) {
        (&ignite, &redis, "redis")
    } else {
        (&redis, &ignite, "ignite")
    };
    sink.at_key("external-two-stores", here)
        .with(other, format!("`{other_name}` is the other store"))
        .say("`redis` and `ignite` are alternatives, and no field says which of the two holds the state; keep one of them");
}

fn external_store_incomplete(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    if !may_be(at, EXTERNAL) || !at.cx.judges_absence() {
        return;
    }
    incomplete(&at.view, "redis", &["uri"], sink);
    incomplete(&at.view, "ignite", &["config_path", "cache_name"], sink);
}

/// Reports what the client of a store cannot do without.
fn incomplete(view: &View<'_>, store: &str, needed: &[&str], sink: &mut Sink) {
    let block = view.get(store);
    let fields = block.view();
    if block.is_missing() || fields.has_errors() {
        return;
    }
    let lacking: Vec<String> = needed
        .iter()
        .filter(|name| !is_given(&fields.child(name)))
        .map(|name| format!("`{name}`"))
        .collect();
    if lacking.is_empty() {
        return;
    }
    sink.at_key("external-store-incomplete", &block)
        .say(format!(
            "`{store}` lacks {}, so its client cannot start",
            lacking.join(" and ")
        ));
}

fn redis_uri_scheme(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let uri = at.view.get("redis.uri");
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
        Some((scheme, _)) if !scheme.is_empty() => format!("`{scheme}://` is no address of Redis"),
        _ => "the address of Redis has no scheme".to_owned(),
    };
    sink.at("redis-uri-scheme", &uri).say(format!(
        "{found}, and its clients cannot connect: write `redis://host:port/database`, or `rediss://` for TLS"
    ));
}

fn redis_cluster_database(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let (uri, cluster) = (at.view.get("redis.uri"), at.view.get("redis.cluster_mode"));
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
        sink.at("redis-cluster-database", &uri)
            .with(&cluster, "it is a cluster")
            .say(format!(
                "the address selects database {database}, but a Redis Cluster has database 0 only, so the connection fails"
            ));
    }
}

/// A password between `:` and `@` that stands in the document, be it as the default of a variable.
fn redis_literal_password(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let uri = at.view.get("redis.uri");
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
    sink.at("redis-literal-password", &uri).say(
        "the address holds a password in plain text, which everyone who can read the repository can read; take the whole address from a \
         variable such as `${REDIS_STATE_URI}`",
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
