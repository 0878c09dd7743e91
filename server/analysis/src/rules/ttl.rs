//! How long state lives in a backend, and how what has expired is removed.

use super::{
    Check, EntryCx,
    backends::{BACKENDS, is_given},
    document, entry,
};
use crate::{
    cx::Cx,
    sink::Sink,
    view::{Val, View},
};

pub const CHECKS: &[Check] = &[
    entry(
        BACKENDS,
        FILTER_NEEDS_ROCKSDB,
        compaction_filter_needs_rocksdb,
    ),
    document(FILTER_NEEDS_ROCKSDB, compaction_filter_over_named_base),
    entry(
        BACKENDS,
        "compaction-cleanup-filter-off",
        compaction_cleanup_filter_off,
    ),
    entry(
        BACKENDS,
        "incremental-cleanup-on-rocksdb",
        incremental_cleanup_on_rocksdb,
    ),
    entry(
        BACKENDS,
        "full-cleanup-with-incremental-checkpoints",
        full_cleanup_with_incremental_checkpoints,
    ),
    entry(
        BACKENDS,
        "ttl-disabled-with-settings",
        ttl_disabled_with_settings,
    ),
    entry(BACKENDS, "ttl-not-positive", ttl_not_positive),
    entry(
        BACKENDS,
        "default-ttl-below-run-interval",
        default_ttl_below_run_interval,
    ),
    entry(
        BACKENDS,
        "state-ttl-below-run-interval",
        state_ttl_below_run_interval,
    ),
    entry(BACKENDS, "cleanup-batch-size", cleanup_batch_size),
];

const FILTER_NEEDS_ROCKSDB: &str = "compaction-filter-needs-rocksdb";

fn compaction_filter_needs_rocksdb(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let (of, base) = (at.view.get("type"), at.view.get("base_backend"));
    if of.is_any(&["hashmap", "external"]) {
        filter_without_compaction(&at.view, &of, sink);
    } else if of.is("changelog") && base.is("hashmap") {
        filter_without_compaction(&at.view, &base, sink);
    }
}

/// The same where a changelog wraps another entry of the document.
fn compaction_filter_over_named_base(cx: &Cx<'_>, sink: &mut Sink) {
    let backends = cx.root.get(BACKENDS).view();
    for (_, backend) in backends.entries() {
        let view = backend.view();
        let base = view.get("base_backend");
        if !view.get("type").is("changelog") || base.is_any(&["rocksdb", "hashmap"]) {
            continue;
        }
        let Some(name) = base.text() else { continue };
        let of = backends.child(&name).view().get("type");
        if of.is_any(&["hashmap", "external"]) {
            filter_without_compaction(&view, &of, sink);
        }
    }
}

/// Reports what relies on RocksDB's compaction in a backend where `because` names another store.
fn filter_without_compaction(view: &View<'_>, because: &Val<'_>, sink: &mut Sink) {
    let store = because.text().unwrap_or_default();
    let filter = view.get("ttl.compaction_filter");
    if filter.is_true() {
        sink.at_key(FILTER_NEEDS_ROCKSDB, &filter)
            .with(because, format!("the store is `{store}`"))
            .say(format!(
                "`compaction_filter` removes nothing from a `{store}` backend, because only RocksDB compacts: expired entries stay"
            ));
    }
    let strategy = view.get("ttl.cleanup.strategy");
    if strategy.is("rocksdb_compaction") {
        let report = sink
            .at(FILTER_NEEDS_ROCKSDB, &strategy)
            .with(because, format!("the store is `{store}`"));
        let report = if store == "hashmap" {
            report.replace(
                "Clean up with `incremental`, which works on the heap",
                "incremental",
            )
        } else {
            report
        };
        report.say(format!(
            "`rocksdb_compaction` removes nothing from a `{store}` backend, because only RocksDB compacts: expired entries stay"
        ));
    }
}

fn compaction_cleanup_filter_off(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let filter = at.view.get("ttl.compaction_filter");
    let strategy = at.view.get("ttl.cleanup.strategy");
    // On another store neither the filter nor the strategy works, which is what is said there.
    if filter.is_false()
        && strategy.is("rocksdb_compaction")
        && !at.view.get("type").is_any(&["hashmap", "external"])
    {
        sink.at("compaction-cleanup-filter-off", &filter)
            .with(&strategy, "the cleanup relies on the filter")
            .say(
                "with `compaction_filter: false` the cleanup strategy `rocksdb_compaction` removes nothing, because the filter is \
                 what does the work",
            );
    }
}

fn incremental_cleanup_on_rocksdb(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let (of, strategy) = (at.view.get("type"), at.view.get("ttl.cleanup.strategy"));
    if of.is("rocksdb") && strategy.is("incremental") {
        sink.at("incremental-cleanup-on-rocksdb", &strategy)
            .with(&of, "the type is `rocksdb`")
            .say(
                "the cleanup strategy `incremental` does nothing on RocksDB: Flink has it for state on the heap only, and expired \
                 entries go when RocksDB compacts",
            );
    }
}

fn full_cleanup_with_incremental_checkpoints(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let strategy = at.view.get("ttl.cleanup.strategy");
    let incremental = at.view.get("incremental");
    if at.view.get("type").is("rocksdb") && incremental.is_true() && strategy.is("full") {
        sink.at("full-cleanup-with-incremental-checkpoints", &strategy)
            .with(&incremental, "checkpoints are incremental")
            .say(
                "the cleanup strategy `full` works while a full snapshot is written, and incremental RocksDB checkpoints write \
                 none: expired entries stay",
            );
    }
}

fn ttl_disabled_with_settings(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let enabled = at.view.get("ttl.enabled");
    if !enabled.is_false() {
        return;
    }
    let filter = at.view.get("ttl.compaction_filter");
    let mut settings: Vec<(&str, Val<'_>)> = [
        ("default_ttl", at.view.get("ttl.default_ttl")),
        ("cleanup", at.view.get("ttl.cleanup")),
        ("state_ttls", at.view.get("state_ttls")),
    ]
    .into_iter()
    .filter(|(_, val)| is_given(val))
    .collect();
    if filter.is_true() {
        settings.push(("compaction_filter", filter));
    }
    // An overlay that switches off what its base has set up means just that.
    settings.retain(|(_, val)| val.layer() <= enabled.layer());
    if settings.is_empty() {
        return;
    }
    let names: Vec<String> = settings
        .iter()
        .map(|(name, _)| format!("`{name}`"))
        .collect();
    let verb = if names.len() == 1 { "has" } else { "have" };
    let mut report = sink.at("ttl-disabled-with-settings", &enabled);
    for (name, val) in &settings {
        report = report.with(val, format!("`{name}` has no effect"));
    }
    report.say(format!(
        "`enabled: false` switches expiry off, so {} {verb} no effect and state is kept for ever",
        listed(&names)
    ));
}

fn ttl_not_positive(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let mut lifetimes = vec![
        (
            "`default_ttl`".to_owned(),
            at.view.get("ttl.default_ttl"),
            "ttl",
        ),
        ("`redis.ttl`".to_owned(), at.view.get("redis.ttl"), "redis"),
    ];
    for (state, val) in at.view.get("state_ttls").view().entries() {
        lifetimes.push((format!("the lifetime of state `{state}`"), val, "ttl"));
    }
    for (what, val, kind) in lifetimes {
        if !val.millis().is_some_and(|millis| millis <= 0.0) {
            continue;
        }
        let written = val.text().unwrap_or_default();
        let consequence = if kind == "redis" {
            "a key cannot expire after no time"
        } else {
            "Flink refuses to start with it"
        };
        sink.at("ttl-not-positive", &val).say(format!(
            "{what} is {written}, and {consequence}; leave the field out to keep state for ever"
        ));
    }
}

fn default_ttl_below_run_interval(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let lifetime = at.view.get("ttl.default_ttl");
    let interval = at.view.get("ttl.cleanup.run_interval");
    if lives_shorter(&lifetime, &interval) {
        let (ttl, every) = (
            lifetime.text().unwrap_or_default(),
            interval.text().unwrap_or_default(),
        );
        sink.at("default-ttl-below-run-interval", &lifetime)
            .with(&interval, format!("cleanup runs every {every}"))
            .say(format!(
                "state expires after {ttl} but cleanup runs only every {every}, so dead entries pile up to a multiple of the live ones"
            ));
    }
}

fn state_ttl_below_run_interval(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let interval = at.view.get("ttl.cleanup.run_interval");
    for (state, lifetime) in at.view.get("state_ttls").view().entries() {
        if !lives_shorter(&lifetime, &interval) {
            continue;
        }
        let (ttl, every) = (
            lifetime.text().unwrap_or_default(),
            interval.text().unwrap_or_default(),
        );
        sink.at("state-ttl-below-run-interval", &lifetime)
            .with(&interval, format!("cleanup runs every {every}"))
            .say(format!(
                "values of `{state}` expire after {ttl} but cleanup runs only every {every}: they are never returned, yet take space until then"
            ));
    }
}

/// A lifetime of zero is another rule's matter.
fn lives_shorter(lifetime: &Val<'_>, interval: &Val<'_>) -> bool {
    match (lifetime.millis(), interval.millis()) {
        (Some(ttl), Some(every)) => ttl > 0.0 && ttl < every,
        _ => false,
    }
}

fn cleanup_batch_size(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let size = at.view.get("ttl.cleanup.delete_batch_size");
    if let Some(number) = size.int()
        && number < 1
    {
        sink.at("cleanup-batch-size", &size).say(format!(
            "`delete_batch_size` is {number}: a cleanup step must handle at least one entry, or it never comes to an end"
        ));
    }
}

/// `a`, `b` and `c`.
fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [front @ .., last] => format!("{} and {last}", front.join(", ")),
    }
}
