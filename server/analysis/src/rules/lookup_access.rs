//! How lookups keep answers, connections and credentials.

use super::{
    Check, EntryCx, entry,
    parts::{lacks, same, shown},
};
use crate::{Tag, sink::Sink};

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

fn pool_order(at: &EntryCx<'_, '_>, sink: &mut Sink) {
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
        let low = at.view.get(least);
        if !at.view.get("type").is(kind) || low.is_missing() {
            continue;
        }
        let high = most
            .iter()
            .map(|path| at.view.get(path))
            .find(crate::view::Val::is_present);
        // To MongoDB a largest size of 0 means that there is none.
        if let Some(high) = high
            && let (Some(from), Some(to)) = (low.int(), high.int())
            && from > to
            && !(kind == "mongodb" && to == 0)
        {
            let name = least.rsplit('.').next().unwrap_or(least);
            sink.at("pool-order", &low)
                .with(&high, format!("the pool holds {to} at most"))
                .say(format!(
                    "`{name}` keeps {from} connections open, and the pool may hold {to} at most"
                ));
        }
    }
}

fn pool_lifetime_order(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let (idle, life) = (
        at.view.get("pool.idle_timeout"),
        at.view.get("pool.max_lifetime"),
    );
    // 0 means "never" for both.
    if let (Some(wait), Some(end)) = (idle.millis(), life.millis())
        && wait >= end
        && end > 0.0
    {
        let (wait, end) = (shown(&idle), shown(&life));
        sink.at("pool-lifetime-order", &idle)
            .with(&life, format!("connections live for {end}"))
            .say(format!(
                "connections live for {end} at most, so none is ever closed for being idle for {wait}"
            ));
    }
}

/// The caches that an entry has: the block itself and its two levels.
const CACHES: [&str; 3] = ["cache", "cache.l1", "cache.l2"];

/// True when a switched-on cache lacks a setting that neither it nor the block around it has.
fn cache_lacks(at: &EntryCx<'_, '_>, cache: &str, setting: &str) -> bool {
    let levels = ["cache.l1", "cache.l2"];
    let has_levels = levels.iter().any(|level| at.view.get(level).is_present());
    at.view.get(&format!("{cache}.enabled")).is_true()
        && lacks(at, &format!("{cache}.{setting}"))
        // With levels the settings are theirs; a level takes what the block says for both.
        && if cache == "cache" { !has_levels } else { lacks(at, &format!("cache.{setting}")) }
}

fn cache_without_ttl(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    for cache in CACHES {
        if cache_lacks(at, cache, "ttl") {
            let name = cache.rsplit('.').next().unwrap_or(cache);
            sink.at("cache-without-ttl", &at.view.get(&format!("{cache}.enabled")))
                .say(format!(
                    "`{name}` has no `ttl`: say how old an answer may be (5m is documented for MongoDB alone)"
                ));
        }
    }
}

fn cache_without_limit(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    for cache in CACHES {
        if cache_lacks(at, cache, "max_size") {
            let name = cache.rsplit('.').next().unwrap_or(cache);
            sink.at_key("cache-without-limit", &at.view.get(cache)).say(format!(
                "`{name}` has no `max_size`, so it grows with the number of keys until the heap is full"
            ));
        }
    }
}

fn cache_disabled(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let cache = at.view.get("cache");
    let settings = cache.view().entries();
    if settings.iter().all(|(key, _)| key == "enabled") {
        return;
    }
    let enabled = at.view.get("cache.enabled");
    let has_levels = ["l1", "l2"]
        .iter()
        .any(|level| settings.iter().any(|(key, _)| key == level));
    if enabled.is_false() {
        sink.at_key("cache-disabled-with-settings", &cache)
            .tag(Tag::Unnecessary)
            .with(&enabled, "`enabled` is false")
            .say("the cache is switched off, so its other settings have no effect");
    } else if !has_levels && lacks(at, "cache.enabled") {
        sink.at_key("cache-disabled-with-settings", &cache)
            .tag(Tag::Unnecessary)
            .say("a cache is off unless `enabled: true` stands in it, so its settings have no effect");
    }
}

fn cache_levels(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let cache = at.view.get("cache").view();
    let off = ["l1.enabled", "l2.enabled"]
        .iter()
        .any(|path| cache.get(path).is_false());
    if !off {
        let (lower, upper) = (cache.get("l1.ttl"), cache.get("l2.ttl"));
        if let (Some(young), Some(old)) = (lower.millis(), upper.millis())
            && young > old
        {
            let (young, old) = (shown(&lower), shown(&upper));
            sink.at("cache-levels-order", &lower)
                .with(&upper, format!("`l2` keeps answers for {old}"))
                .say(format!(
                    "`l1` keeps answers for {young} and `l2` for {old}: the lower level would give older answers than the upper one"
                ));
        }
        let (lower, upper) = (cache.get("l1.max_size"), cache.get("l2.max_size"));
        if let (Some(small), Some(large)) = (lower.int(), upper.int())
            && small > large
        {
            sink.at("cache-levels-order", &lower)
                .with(&upper, format!("`l2` holds {large}"))
                .say(format!(
                    "`l1` holds {small} answers and `l2` {large}: the lower level would be larger than the upper one"
                ));
        }
    }
    let (warm, limit) = (cache.get("warm_limit"), cache.get("max_size"));
    if let (Some(loaded), Some(room)) = (warm.int(), limit.int())
        && loaded > room
    {
        sink.at("cache-levels-order", &warm)
            .with(&limit, format!("the cache holds {room}"))
            .say(format!(
                "warming loads {loaded} answers into a cache that holds {room}, so it pushes out what it has just loaded"
            ));
    }
}

fn async_timeout(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let (operator, client) = (
        at.view.get("async.timeout"),
        at.view.get("connection.socket_timeout"),
    );
    if at.view.get("async.enabled").is_false() {
        return;
    }
    if let (Some(gives_up), Some(waits)) = (operator.millis(), client.millis())
        && gives_up < waits
    {
        let (gives_up, waits) = (shown(&operator), shown(&client));
        sink.at("async-timeout-short", &operator)
            .with(&client, format!("the client waits for {waits}"))
            .say(format!(
                "the operator gives up after {gives_up}, before the client does after {waits}, so the client's own error and its retries are never seen"
            ));
    }
}

fn credential_fallback(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let enabled = at.view.get("auth.fallback_enabled");
    if !enabled.is_true() {
        return;
    }
    let (first, second) = (at.view.get("auth.primary"), at.view.get("auth.secondary"));
    if lacks(at, "auth.secondary") {
        sink.at("credential-fallback-incomplete", &enabled)
            .say("`fallback_enabled` goes on with `secondary` when `primary` is refused, and there is no `secondary`");
    } else if same(&first, &second) == Some(true) {
        sink.at("credential-fallback-incomplete", &second)
            .with(&first, "the same credential")
            .say("`primary` and `secondary` are the same credential, so there is nothing to fall back to");
    }
}
