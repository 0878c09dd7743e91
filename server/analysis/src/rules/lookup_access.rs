//! How lookups keep answers, connections and credentials.

use super::{
    Check, EntryContext, entry,
    shared::{lacks, same, shown},
};
use crate::{Tag, sink::DiagnosticSink};

pub const CHECKS: &[Check] = &[
    entry("lookups", "pool-order", pool_order),
    entry("lookups", "pool-lifetime-order", pool_lifetime_order),
    entry("lookups", "cache-without-ttl", cache_without_ttl),
    entry("lookups", "cache-without-limit", cache_without_limit),
    entry("lookups", "cache-disabled-with-settings", cache_disabled),
    entry("lookups", "cache-levels-order", cache_levels),
    entry("lookups", "async-timeout-short", async_timeout),
    entry(
        "lookups",
        "credential-fallback-incomplete",
        credential_fallback,
    ),
];

fn pool_order(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    for (kind, least, most) in [
        (
            "mongodb",
            "connection.min_pool_size",
            &["connection.max_pool_size", "max_pool_size"][..],
        ),
        (
            "redis",
            "connection.min_idle",
            &["connection.pool_size"][..],
        ),
        (
            "postgresql",
            "pool.min_idle",
            &["pool.size", "pool_size"][..],
        ),
    ] {
        let low = at.mapping.get(least);
        if !at.mapping.get("type").is(kind) || low.is_missing() {
            continue;
        }
        let high = most
            .iter()
            .map(|path| at.mapping.get(path))
            .find(crate::merged::MergedValue::is_present);
        // To MongoDB a largest size of 0 means that there is none.
        if let Some(high) = high
            && let (Some(from), Some(to)) = (low.int(), high.int())
            && from > to
            && !(kind == "mongodb" && to == 0)
        {
            let name = least.rsplit('.').next().unwrap_or(least);
            sink.report("pool-order", &low)
                .related(&high, format!("the pool holds {to} at most"))
                .emit(format!(
                    "`{name}` keeps {from} connections open, but the pool holds at most {to}."
                ));
        }
    }
}

fn pool_lifetime_order(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let (idle, life) = (
        at.mapping.get("pool.idle_timeout"),
        at.mapping.get("pool.max_lifetime"),
    );
    // 0 means "never" for both.
    if let (Some(wait), Some(end)) = (idle.millis(), life.millis())
        && wait >= end
        && end > 0.0
    {
        let (wait, end) = (shown(&idle), shown(&life));
        sink.report("pool-lifetime-order", &idle)
            .related(&life, format!("connections live for {end}"))
            .emit(format!(
                "Connections live for at most {end}, so the idle timeout of {wait} is never reached."
            ));
    }
}

/// The caches that an entry has: the block itself and its two levels.
const CACHES: [&str; 3] = ["cache", "cache.l1", "cache.l2"];

/// True when a switched-on cache lacks a setting that neither it nor the block around it has.
fn cache_lacks(at: &EntryContext<'_, '_>, cache: &str, setting: &str) -> bool {
    let levels = ["cache.l1", "cache.l2"];
    let has_levels = levels
        .iter()
        .any(|level| at.mapping.get(level).is_present());
    at.mapping.get(&format!("{cache}.enabled")).is_true()
        && lacks(at, &format!("{cache}.{setting}"))
        // With levels the settings are theirs; a level takes what the block says for both.
        && if cache == "cache" { !has_levels } else { lacks(at, &format!("cache.{setting}")) }
}

fn cache_without_ttl(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    for cache in CACHES {
        if cache_lacks(at, cache, "ttl") {
            let name = cache.rsplit('.').next().unwrap_or(cache);
            sink.report(
                "cache-without-ttl",
                &at.mapping.get(&format!("{cache}.enabled")),
            )
            .missing(["ttl"])
            .emit(format!("Missing `ttl` in `{name}`."));
        }
    }
}

fn cache_without_limit(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    for cache in CACHES {
        if cache_lacks(at, cache, "max_size") {
            let name = cache.rsplit('.').next().unwrap_or(cache);
            sink.report_key("cache-without-limit", &at.mapping.get(cache))
                .missing(["max_size"])
                .emit(format!(
                    "Missing `max_size` in `{name}`: the cache grows until the heap is full."
                ));
        }
    }
}

fn cache_disabled(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let cache = at.mapping.get("cache");
    let settings = cache.mapping().entries();
    if settings.iter().all(|(key, _)| key == "enabled") {
        return;
    }
    let enabled = at.mapping.get("cache.enabled");
    let has_levels = ["l1", "l2"]
        .iter()
        .any(|level| settings.iter().any(|(key, _)| key == level));
    if enabled.is_false() {
        sink.report_key("cache-disabled-with-settings", &cache)
            .tag(Tag::Unnecessary)
            .related(&enabled, "`enabled` is false")
            .emit("The cache is disabled, so its other settings are ignored.");
    } else if !has_levels && lacks(at, "cache.enabled") {
        sink.report_key("cache-disabled-with-settings", &cache)
            .tag(Tag::Unnecessary)
            .emit("Missing `enabled: true`: the cache is disabled and its settings are ignored.");
    }
}

fn cache_levels(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let cache = at.mapping.get("cache").mapping();
    let off = ["l1.enabled", "l2.enabled"]
        .iter()
        .any(|path| cache.get(path).is_false());
    if !off {
        let (lower, upper) = (cache.get("l1.ttl"), cache.get("l2.ttl"));
        if let (Some(young), Some(old)) = (lower.millis(), upper.millis())
            && young > old
        {
            let (young, old) = (shown(&lower), shown(&upper));
            sink.report("cache-levels-order", &lower)
                .related(&upper, format!("`l2` keeps answers for {old}"))
                .emit(format!(
                    "`l1` keeps values for {young}, longer than `l2` ({old})."
                ));
        }
        let (lower, upper) = (cache.get("l1.max_size"), cache.get("l2.max_size"));
        if let (Some(small), Some(large)) = (lower.int(), upper.int())
            && small > large
        {
            sink.report("cache-levels-order", &lower)
                .related(&upper, format!("`l2` holds {large}"))
                .emit(format!(
                    "`l1` holds {small} values, more than `l2` ({large})."
                ));
        }
    }
    let (warm, limit) = (cache.get("warm_limit"), cache.get("max_size"));
    if let (Some(loaded), Some(room)) = (warm.int(), limit.int())
        && loaded > room
    {
        sink.report("cache-levels-order", &warm)
            .related(&limit, format!("the cache holds {room}"))
            .emit(format!(
                "Warming loads {loaded} values into a cache that holds {room}."
            ));
    }
}

fn async_timeout(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let (operator, client) = (
        at.mapping.get("async.timeout"),
        at.mapping.get("connection.socket_timeout"),
    );
    if at.mapping.get("async.enabled").is_false() {
        return;
    }
    if let (Some(gives_up), Some(waits)) = (operator.millis(), client.millis())
        && gives_up < waits
    {
        let (gives_up, waits) = (shown(&operator), shown(&client));
        sink.report("async-timeout-short", &operator)
            .related(&client, format!("the client waits for {waits}"))
            .emit(format!(
                "The operator gives up after {gives_up}, before the client does ({waits})."
            ));
    }
}

fn credential_fallback(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let enabled = at.mapping.get("auth.fallback_enabled");
    if !enabled.is_true() {
        return;
    }
    let (first, second) = (
        at.mapping.get("auth.primary"),
        at.mapping.get("auth.secondary"),
    );
    if lacks(at, "auth.secondary") {
        sink.report("credential-fallback-incomplete", &enabled)
            .missing(["secondary"])
            .emit("Missing `secondary`: `fallback_enabled` falls back to it.");
    } else if same(&first, &second) == Some(true) {
        sink.report("credential-fallback-incomplete", &second)
            .related(&first, "the same credential")
            .emit("`primary` and `secondary` are the same credential.");
    }
}
