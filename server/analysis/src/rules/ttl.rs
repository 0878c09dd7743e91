//! How long state lives in a backend, and how what has expired is removed.

use nexflow_catalog::Severity;

use super::{
    Check, EntryContext,
    backends::{BACKENDS, is_given},
    document, entry,
};
use crate::{
    document_context::DocumentContext,
    merged::{MergedMapping, MergedValue},
    sink::DiagnosticSink,
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

fn compaction_filter_needs_rocksdb(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let (of, base) = (at.mapping.get("type"), at.mapping.get("base_backend"));
    if of.is_any(&["hashmap", "external"]) {
        filter_without_compaction(&at.mapping, &of, sink);
    } else if of.is("changelog") && base.is("hashmap") {
        filter_without_compaction(&at.mapping, &base, sink);
    }
}

/// The same where a changelog wraps another entry of the document.
fn compaction_filter_over_named_base(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let backends = cx.root.get(BACKENDS).mapping();
    for (_, backend) in backends.entries() {
        let mapping = backend.mapping();
        let base = mapping.get("base_backend");
        if !mapping.get("type").is("changelog") || base.is_any(&["rocksdb", "hashmap"]) {
            continue;
        }
        let Some(name) = base.text() else { continue };
        let of = backends.child(&name).mapping().get("type");
        if of.is_any(&["hashmap", "external"]) {
            filter_without_compaction(&mapping, &of, sink);
        }
    }
}

/// Reports what relies on RocksDB's compaction in a backend where `because` names another store.
fn filter_without_compaction(
    mapping: &MergedMapping<'_>,
    because: &MergedValue<'_>,
    sink: &mut DiagnosticSink,
) {
    let store = because.text().unwrap_or_default();
    let filter = mapping.get("ttl.compaction_filter");
    if filter.is_true() {
        sink.report_key(FILTER_NEEDS_ROCKSDB, &filter)
            .related(because, format!("the store is `{store}`"))
            .emit(format!(
                "`compaction_filter` is ignored: a `{store}` backend does not compact, so expired entries stay."
            ));
    }
    let strategy = mapping.get("ttl.cleanup.strategy");
    if strategy.is("rocksdb_compaction") {
        let report = sink
            .report(FILTER_NEEDS_ROCKSDB, &strategy)
            .related(because, format!("the store is `{store}`"));
        let report = if store == "hashmap" {
            report.replace(
                "Set `strategy` to `incremental`, which works on the heap",
                "incremental",
            )
        } else {
            report
        };
        report.emit(format!(
            "`rocksdb_compaction` is ignored: a `{store}` backend does not compact, so expired entries stay."
        ));
    }
}

fn compaction_cleanup_filter_off(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let filter = at.mapping.get("ttl.compaction_filter");
    let strategy = at.mapping.get("ttl.cleanup.strategy");
    // On another store neither the filter nor the strategy works, which is what is said there.
    if filter.is_false()
        && strategy.is("rocksdb_compaction")
        && !at.mapping.get("type").is_any(&["hashmap", "external"])
    {
        sink.report("compaction-cleanup-filter-off", &filter)
            .related(&strategy, "the cleanup relies on the filter")
            .emit("`rocksdb_compaction` removes nothing with `compaction_filter: false`.");
    }
}

fn incremental_cleanup_on_rocksdb(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let (of, strategy) = (
        at.mapping.get("type"),
        at.mapping.get("ttl.cleanup.strategy"),
    );
    if of.is("rocksdb") && strategy.is("incremental") {
        sink.report("incremental-cleanup-on-rocksdb", &strategy)
            .related(&of, "the type is `rocksdb`")
            .emit(
                "Cleanup strategy `incremental` is ignored on RocksDB. Use `rocksdb_compaction`.",
            );
    }
}

fn full_cleanup_with_incremental_checkpoints(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let strategy = at.mapping.get("ttl.cleanup.strategy");
    let incremental = at.mapping.get("incremental");
    let filter = at.mapping.get("ttl.compaction_filter");
    // The filter of RocksDB's compaction removes what has expired, whatever the strategy; it is on unless it is switched off.
    if at.mapping.get("type").is("rocksdb")
        && incremental.is_true()
        && strategy.is("full")
        && !filter.is_true()
        && !filter.is_unknown()
    {
        let report = sink
            .report("full-cleanup-with-incremental-checkpoints", &strategy)
            .related(&incremental, "checkpoints are incremental");
        if filter.is_false() {
            report
                .severity(Severity::Warning)
                .related(&filter, "compaction removes nothing either")
                .emit("Expired entries are never removed: incremental RocksDB checkpoints write no full snapshot, and the compaction filter is off.");
        } else {
            report.emit("`full` is ignored with incremental RocksDB checkpoints; the compaction filter removes expired entries.");
        }
    }
}

fn ttl_disabled_with_settings(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let enabled = at.mapping.get("ttl.enabled");
    if !enabled.is_false() {
        return;
    }
    let filter = at.mapping.get("ttl.compaction_filter");
    let mut settings: Vec<(&str, MergedValue<'_>)> = [
        ("default_ttl", at.mapping.get("ttl.default_ttl")),
        ("cleanup", at.mapping.get("ttl.cleanup")),
        ("state_ttls", at.mapping.get("state_ttls")),
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
    let mut report = sink.report("ttl-disabled-with-settings", &enabled);
    for (name, val) in &settings {
        report = report.related(val, format!("`{name}` has no effect"));
    }
    report.emit(format!(
        "TTL is disabled, so {} {verb} no effect and state is kept forever.",
        listed(&names)
    ));
}

fn ttl_not_positive(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let mut lifetimes = vec![
        (
            "`default_ttl`".to_owned(),
            at.mapping.get("ttl.default_ttl"),
            "ttl",
        ),
        (
            "`redis.ttl`".to_owned(),
            at.mapping.get("redis.ttl"),
            "redis",
        ),
    ];
    for (state, val) in at.mapping.get("state_ttls").mapping().entries() {
        lifetimes.push((format!("The TTL of state `{state}`"), val, "ttl"));
    }
    for (what, val, kind) in lifetimes {
        if !val.millis().is_some_and(|millis| millis <= 0.0) {
            continue;
        }
        let written = val.text().unwrap_or_default();
        let consequence = if kind == "redis" {
            "a key cannot expire immediately"
        } else {
            "Flink will not start with it"
        };
        sink.report("ttl-not-positive", &val).emit(format!(
            "{what} is {written}, but {consequence}. Remove the field to keep state forever."
        ));
    }
}

fn default_ttl_below_run_interval(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let lifetime = at.mapping.get("ttl.default_ttl");
    let interval = at.mapping.get("ttl.cleanup.run_interval");
    // At Flink's own default nobody has asked for anything unusual.
    if lives_shorter(&lifetime, &interval)
        && interval
            .millis()
            .is_none_or(|every| every < DEFAULT_PERIODIC_COMPACTION)
    {
        let (ttl, every) = (
            lifetime.text().unwrap_or_default(),
            interval.text().unwrap_or_default(),
        );
        sink.report("default-ttl-below-run-interval", &lifetime)
            .related(&interval, format!("cleanup runs every {every}"))
            .emit(format!(
                "State expires after {ttl}, but periodic compaction runs every {every}; in files that are not compacted earlier it takes space until then."
            ));
    }
}

fn state_ttl_below_run_interval(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let interval = at.mapping.get("ttl.cleanup.run_interval");
    for (state, lifetime) in at.mapping.get("state_ttls").mapping().entries() {
        if !lives_shorter(&lifetime, &interval) {
            continue;
        }
        let (ttl, every) = (
            lifetime.text().unwrap_or_default(),
            interval.text().unwrap_or_default(),
        );
        sink.report("state-ttl-below-run-interval", &lifetime)
            .related(&interval, format!("cleanup runs every {every}"))
            .emit(format!(
                "Values of `{state}` expire after {ttl} but take space until cleanup runs, every {every}."
            ));
    }
}

/// Flink's default for the time after which RocksDB compacts a file again, 30 days, in milliseconds.
const DEFAULT_PERIODIC_COMPACTION: f64 = 30.0 * 86_400_000.0;

/// A lifetime of zero is another rule's matter.
fn lives_shorter(lifetime: &MergedValue<'_>, interval: &MergedValue<'_>) -> bool {
    match (lifetime.millis(), interval.millis()) {
        (Some(ttl), Some(every)) => ttl > 0.0 && ttl < every,
        _ => false,
    }
}

fn cleanup_batch_size(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let size = at.mapping.get("ttl.cleanup.delete_batch_size");
    if let Some(number) = size.int()
        && number < 1
    {
        sink.report("cleanup-batch-size", &size).emit(format!(
            "`delete_batch_size` must be at least 1, not {number}."
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
