//! Redis: cluster, sentinel, key patterns, data types.

use super::{
    Check, EntryContext,
    address::Address,
    entry,
    shared::{is_literal, shown},
};
use crate::{Tag, merged::MergedValue, sink::DiagnosticSink};

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
fn cluster<'a>(at: &EntryContext<'_, 'a>) -> Option<MergedValue<'a>> {
    ["cluster.enabled", "cluster_mode"]
        .into_iter()
        .map(|path| at.mapping.get(path))
        .find(MergedValue::is_true)
}

fn is_redis(at: &EntryContext<'_, '_>) -> bool {
    at.mapping.get("type").is("redis")
}

fn cluster_database(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    if !is_redis(at) {
        return;
    }
    let Some(cluster) = cluster(at) else { return };
    let database = at.mapping.get("database");
    let uri = at.mapping.get("uri");
    let text = uri.text();
    let in_path = text
        .as_deref()
        .map(Address::parse)
        .and_then(|address| address.path.strip_prefix('/')?.parse::<u32>().ok());
    for (place, number) in [(&database, database.int()), (&uri, in_path.map(i64::from))] {
        if let Some(number) = number.filter(|number| *number != 0) {
            let report = sink
                .report("lookup-redis-cluster-database", place)
                .related(&cluster, "it goes to a cluster");
            let report = if std::ptr::eq(place, &database) && is_literal(place) {
                report.replace("Change to 0", "0")
            } else {
                report
            };
            report.emit(format!(
                "A Redis Cluster has database 0 only, not {number}."
            ));
        }
    }
}

fn cluster_and_sentinel(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let sentinel = at.mapping.get("sentinel");
    if let Some(cluster) = cluster(at).filter(|_| sentinel.is_present()) {
        sink.report_key("redis-cluster-and-sentinel", &sentinel)
            .related(&cluster, "it goes to a cluster")
            .emit("Sentinel and Redis Cluster exclude each other.");
    }
}

fn pattern_constant(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    if !is_redis(at) {
        return;
    }
    for path in ["lookup.key_pattern", "key_pattern"] {
        let pattern = at.mapping.get(path);
        let Some(text) = pattern.text() else { continue };
        match fields(&text) {
            Some(0) => sink
                .report("redis-pattern-constant", &pattern)
                .emit(format!(
                    "`{text}` has no `{{field}}`, so every event reads the same key."
                )),
            None => sink
                .report("redis-pattern-constant", &pattern)
                .emit(format!("Unbalanced braces in `{text}`.")),
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

fn type_fields(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    if !is_redis(at) {
        return;
    }
    let lookup = at.mapping.get("lookup").mapping();
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
                    sink.report_key("redis-type-fields", &val)
                        .tag(Tag::Unnecessary)
                        .related(&kind, format!("the type is `{chosen}`"))
                        .emit(format!(
                            "`{field}` is ignored: it applies to `{wanted}`, but this is `{chosen}`."
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
        sink.report("redis-type-fields", &least)
            .related(&most, format!("`max_score` is {to}"))
            .emit(format!(
                "`min_score` ({from}) is above `max_score` ({to}), so the result is always empty."
            ));
    }
}

/// A score as Redis reads it: `(` in front excludes the bound, `-inf` and `+inf` are no bounds.
fn score(val: &MergedValue<'_>) -> Option<f64> {
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
