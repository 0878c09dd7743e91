//! Redis: cluster, sentinel, key patterns, data types.

use super::{
    Check, EntryCx,
    address::Address,
    entry,
    parts::{is_literal, shown},
};
use crate::{Tag, sink::Sink, view::Val};

pub const CHECKS: &[Check] = &[
    entry("lookups", "lookup-redis-cluster-database", cluster_database),
    entry(
        "lookups",
        "redis-cluster-and-sentinel",
        cluster_and_sentinel,
    ),
    entry("lookups", "redis-pattern-constant", pattern_constant),
    entry("lookups", "redis-type-fields", type_fields),
];

/// What says that the lookup goes to a cluster.
fn cluster<'a>(at: &EntryCx<'_, 'a>) -> Option<Val<'a>> {
    ["cluster.enabled", "cluster_mode"]
        .into_iter()
        .map(|path| at.view.get(path))
        .find(Val::is_true)
}

fn is_redis(at: &EntryCx<'_, '_>) -> bool {
    at.view.get("type").is("redis")
}

fn cluster_database(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    if !is_redis(at) {
        return;
    }
    let Some(cluster) = cluster(at) else { return };
    let database = at.view.get("database");
    let uri = at.view.get("uri");
    let text = uri.text();
    let in_path = text
        .as_deref()
        .map(Address::parse)
        .and_then(|address| address.path.strip_prefix('/')?.parse::<u32>().ok());
    for (place, number) in [(&database, database.int()), (&uri, in_path.map(i64::from))] {
        if let Some(number) = number.filter(|number| *number != 0) {
            let report = sink
                .at("lookup-redis-cluster-database", place)
                .with(&cluster, "it goes to a cluster");
            let report = if std::ptr::eq(place, &database) && is_literal(place) {
                report.replace("Change to 0", "0")
            } else {
                report
            };
            report.say(format!(
                "a Redis Cluster has database 0 only and refuses to select {number}"
            ));
        }
    }
}

fn cluster_and_sentinel(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let sentinel = at.view.get("sentinel");
    if let Some(cluster) = cluster(at).filter(|_| sentinel.is_present()) {
        sink.at_key("redis-cluster-and-sentinel", &sentinel)
            .with(&cluster, "it goes to a cluster")
            .say("Sentinel watches a single primary and its replicas, a cluster watches itself: the two exclude each other");
    }
}

fn pattern_constant(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    if !is_redis(at) {
        return;
    }
    for path in ["lookup.key_pattern", "key_pattern"] {
        let pattern = at.view.get(path);
        let Some(text) = pattern.text() else { continue };
        match fields(&text) {
            Some(0) => sink.at("redis-pattern-constant", &pattern).say(format!(
                "`{text}` has no `{{field}}`, so every event would read the same key"
            )),
            None => sink.at("redis-pattern-constant", &pattern).say(format!(
                "the braces of `{text}` do not match, so it names no field of the event"
            )),
            Some(_) => {}
        }
    }
}

/// How many fields a pattern names; `None` when its braces do not match.
fn fields(pattern: &str) -> Option<usize> {
    let mut count = 0;
    let mut open: Option<usize> = None;
    for (at, letter) in pattern.char_indices() {
        match (letter, open) {
            ('{', None) => open = Some(at),
            ('}', Some(from)) => {
                count += usize::from(!pattern[from + 1..at].trim().is_empty());
                open = None;
            }
            ('{', Some(_)) | ('}', None) => return None,
            _ => {}
        }
    }
    open.is_none().then_some(count)
}

fn type_fields(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    if !is_redis(at) {
        return;
    }
    let lookup = at.view.get("lookup").view();
    let kind = lookup.get("type");
    if let Some(chosen) = kind.text() {
        for (wanted, fields) in [
            ("hash", &["hash_field", "fetch_all"][..]),
            (
                "zset",
                &["range_type", "min_score", "max_score", "limit"][..],
            ),
        ] {
            if chosen == wanted || !kind.fields().any(|field| field.value(&chosen).is_some()) {
                continue;
            }
            for field in fields {
                let val = lookup.get(field);
                if val.is_present() {
                    sink.at_key("redis-type-fields", &val)
                        .tag(Tag::Unnecessary)
                        .with(&kind, format!("the type is `{chosen}`"))
                        .say(format!(
                            "`{field}` counts for the type `{wanted}` only; with `{chosen}` it has no effect"
                        ));
                }
            }
        }
    }
    let (least, most) = (lookup.get("min_score"), lookup.get("max_score"));
    if let (Some(from), Some(to)) = (score(&least), score(&most))
        && from > to
    {
        let (from, to) = (shown(&least), shown(&most));
        sink.at("redis-type-fields", &least)
            .with(&most, format!("`max_score` is {to}"))
            .say(format!(
                "no score is both at least {from} and at most {to}, so the result is always empty"
            ));
    }
}

/// A score as Redis reads it: `(` in front excludes the bound, `-inf` and `+inf` are no bounds.
fn score(val: &Val<'_>) -> Option<f64> {
    let text = val.text()?;
    let number: f64 = text.trim().trim_start_matches('(').parse().ok()?;
    (!number.is_nan()).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::fields;

    #[test]
    fn a_pattern_names_fields_between_matching_braces() {
        assert_eq!(fields("customer:{card_id}"), Some(1));
        assert_eq!(fields("{a}:{b}"), Some(2));
        assert_eq!(fields("customer"), Some(0));
        assert_eq!(fields("customer:{}"), Some(0));
        assert_eq!(fields("customer:{card_id"), None);
        assert_eq!(fields("customer:card_id}"), None);
    }
}
