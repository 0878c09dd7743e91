//! Filters, background work and timers of a RocksDB backend.

use super::{
    Check, EntryContext,
    backends::{BACKENDS, is_given, may_be},
    entry,
};
use crate::{FlinkVersion, Tag, sink::DiagnosticSink};

pub const CHECKS: &[Check] = &[
    entry(
        BACKENDS,
        "background-limits-deprecated",
        background_limits_deprecated,
    ),
    entry(
        BACKENDS,
        "block-based-filter-deprecated",
        block_based_filter_deprecated,
    ),
    entry(
        BACKENDS,
        "block-based-without-bits",
        block_based_without_bits,
    ),
    entry(BACKENDS, "bloom-bits-range", bloom_bits_range),
    entry(BACKENDS, "heap-timers-async", heap_timers_async),
    entry(BACKENDS, "heap-timers", heap_timers),
];

const ROCKSDB: &[&str] = &["rocksdb"];

/// The RocksDB inside a version of Flink.
fn rocksdb_in(version: FlinkVersion) -> &'static str {
    if version < FlinkVersion::V2_0 {
        "6.20"
    } else {
        "8.10"
    }
}

fn background_limits_deprecated(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    if !may_be(at, ROCKSDB) {
        return;
    }
    for name in ["max_background_compactions", "max_background_flushes"] {
        let limit = at.mapping.child("options").mapping().child(name);
        if is_given(&limit) {
            sink.report_key("background-limits-deprecated", &limit)
                .tag(Tag::Deprecated)
                .emit(format!(
                    "`{name}` is deprecated in RocksDB; Flink sets `state.backend.rocksdb.thread.num` instead."
                ));
        }
    }
}

fn block_based_filter_deprecated(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let block_based = at.mapping.get("options.bloom_filter_block_based");
    // Without a filter it has no effect at all, which is the graver diagnostic about the same key.
    if !block_based.is_true() || !may_be(at, ROCKSDB) || shapes_no_filter(at) {
        return;
    }
    let version = at.cx.flink();
    let consequence = if version >= FlinkVersion::V2_0 {
        "always builds full filters"
    } else {
        "still supports it, but RocksDB 7 removed it"
    };
    sink.report_key("block-based-filter-deprecated", &block_based)
        .tag(Tag::Deprecated)
        .emit(format!(
            "`bloom_filter_block_based` is deprecated: RocksDB {} in Flink {} {consequence}.",
            rocksdb_in(version),
            version
        ));
}

/// True when it is certain that nothing asks for a filter.
fn shapes_no_filter(at: &EntryContext<'_, '_>) -> bool {
    at.cx.checks_absence()
        && !at.mapping.has_errors()
        && !is_given(&at.mapping.get("options.bloom_filter_bits_per_key"))
}

fn block_based_without_bits(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let block_based = at.mapping.get("options.bloom_filter_block_based");
    if is_given(&block_based) && may_be(at, ROCKSDB) && shapes_no_filter(at) {
        sink.report_key("block-based-without-bits", &block_based)
            .tag(Tag::Unnecessary)
            .emit("`bloom_filter_block_based` is ignored without `bloom_filter_bits_per_key`.");
    }
}

fn bloom_bits_range(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let bits = at.mapping.get("options.bloom_filter_bits_per_key");
    let Some(number) = bits.number() else { return };
    if (1.0..=32.0).contains(&number) || !may_be(at, ROCKSDB) {
        return;
    }
    let version = at.cx.flink();
    let (rocksdb, flink) = (rocksdb_in(version), version);
    let consequence = if number > 32.0 {
        "above about 16 bits the filter hardly improves".to_owned()
    } else if version < FlinkVersion::V2_0 {
        format!("RocksDB {rocksdb} in Flink {flink} builds no useful filter below one bit")
    } else if number < 0.5 {
        format!("RocksDB {rocksdb} in Flink {flink} builds no filter below half a bit")
    } else {
        format!("RocksDB {rocksdb} in Flink {flink} rounds it up to 1")
    };
    let written = bits.text().unwrap_or_default();
    sink.report("bloom-bits-range", &bits).emit(format!(
        "`bloom_filter_bits_per_key` is {written}: {consequence}. Use 8 to 16."
    ));
}

fn heap_timers_async(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let timers = at.mapping.get("timer_service.type");
    let asynchronous = at.mapping.get("timer_service.async");
    if timers.is("heap") && asynchronous.is_true() && may_be(at, ROCKSDB) {
        sink.report("heap-timers-async", &asynchronous)
            .related(&timers, "timers are kept on the heap")
            .emit("`async` is ignored: Flink snapshots timers on the heap synchronously.");
    }
}

fn heap_timers(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let timers = at.mapping.get("timer_service.type");
    let asynchronous = at.mapping.get("timer_service.async");
    // What is not known may be true, and then the graver diagnostic counts.
    if !timers.is("heap")
        || asynchronous.is_true()
        || asynchronous.is_unknown()
        || !at.mapping.get("type").is("rocksdb")
    {
        return;
    }
    let incremental = at.mapping.get("incremental");
    let full = if incremental.is_true() {
        " (in full, although checkpoints are incremental)"
    } else {
        ""
    };
    let report = sink.report("heap-timers", &timers);
    let report = if incremental.is_true() {
        report.related(&incremental, "checkpoints are incremental")
    } else {
        report
    };
    report.emit(format!(
        "Timers on the heap are written synchronously at each checkpoint{full} and must fit into the heap."
    ));
}
