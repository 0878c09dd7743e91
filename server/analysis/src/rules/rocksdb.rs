//! Filters, background work and timers of a RocksDB backend.

use super::{
    Check, EntryCx,
    backends::{BACKENDS, is_given, may_be, version_text},
    entry,
};
use crate::{FlinkVersion, Tag, sink::Sink};

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
    match version {
        FlinkVersion::V1_17 | FlinkVersion::V1_20 => "6.20",
        FlinkVersion::V2_2 => "8.10",
    }
}

fn background_limits_deprecated(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    if !may_be(at, ROCKSDB) {
        return;
    }
    for name in ["max_background_compactions", "max_background_flushes"] {
        let limit = at.view.child("options").view().child(name);
        if is_given(&limit) {
            sink.at_key("background-limits-deprecated", &limit)
                .tag(Tag::Deprecated)
                .say(format!(
                    "RocksDB no longer supports `{name}`: one number of background threads serves flushes and compactions alike, which \
                     Flink sets with `state.backend.rocksdb.thread.num`"
                ));
        }
    }
}

fn block_based_filter_deprecated(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let block_based = at.view.get("options.bloom_filter_block_based");
    // Without a filter it has no effect at all, which is the graver finding about the same key.
    if !block_based.is_true() || !may_be(at, ROCKSDB) || shapes_no_filter(at) {
        return;
    }
    let version = at.cx.flink();
    let consequence = match version {
        FlinkVersion::V2_2 => "dropped this filter format and builds full filters",
        _ => "still builds it, though it is the slower format, and RocksDB 7 dropped it",
    };
    sink.at_key("block-based-filter-deprecated", &block_based)
        .tag(Tag::Deprecated)
        .say(format!(
            "`bloom_filter_block_based` is obsolete: RocksDB {} in Flink {} {consequence}",
            rocksdb_in(version),
            version_text(version)
        ));
}

/// True when it is certain that nothing asks for a filter.
fn shapes_no_filter(at: &EntryCx<'_, '_>) -> bool {
    at.cx.judges_absence()
        && !at.view.has_errors()
        && !is_given(&at.view.get("options.bloom_filter_bits_per_key"))
}

fn block_based_without_bits(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let block_based = at.view.get("options.bloom_filter_block_based");
    if is_given(&block_based) && may_be(at, ROCKSDB) && shapes_no_filter(at) {
        sink.at_key("block-based-without-bits", &block_based)
            .tag(Tag::Unnecessary)
            .say(
                "`bloom_filter_block_based` has no effect: it shapes a Bloom filter, and without `bloom_filter_bits_per_key` there is none",
            );
    }
}

fn bloom_bits_range(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let bits = at.view.get("options.bloom_filter_bits_per_key");
    let Some(number) = bits.number() else { return };
    if (1.0..=32.0).contains(&number) || !may_be(at, ROCKSDB) {
        return;
    }
    let version = at.cx.flink();
    let (rocksdb, flink) = (rocksdb_in(version), version_text(version));
    let consequence = if number > 32.0 {
        "beyond about 16 bits the filter hardly gets better and takes room in the cache".to_owned()
    } else if version < FlinkVersion::V2_2 {
        format!(
            "RocksDB {rocksdb} in Flink {flink} cannot build a useful filter from less than one bit"
        )
    } else if number < 0.5 {
        format!(
            "RocksDB {rocksdb} in Flink {flink} builds no filter at all from less than half a bit"
        )
    } else {
        format!("RocksDB {rocksdb} in Flink {flink} rounds it up to 1")
    };
    let written = bits.text().unwrap_or_default();
    sink.at("bloom-bits-range", &bits).say(format!(
        "`bloom_filter_bits_per_key` is {written}: {consequence}; 8 to 16 is useful, and 10 is usual"
    ));
}

fn heap_timers_async(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let timers = at.view.get("timer_service.type");
    let asynchronous = at.view.get("timer_service.async");
    if timers.is("heap") && asynchronous.is_true() && may_be(at, ROCKSDB) {
        sink.at("heap-timers-async", &asynchronous)
            .with(&timers, "timers are kept on the heap")
            .say(
                "timers on the heap cannot be snapshotted asynchronously: Flink writes all of them in the synchronous phase of each \
                 checkpoint, whatever `async` says",
            );
    }
}

fn heap_timers(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let timers = at.view.get("timer_service.type");
    let asynchronous = at.view.get("timer_service.async");
    // What is not known may be true, and then the graver finding counts.
    if !timers.is("heap")
        || asynchronous.is_true()
        || asynchronous.is_unknown()
        || !at.view.get("type").is("rocksdb")
    {
        return;
    }
    let incremental = at.view.get("incremental");
    let full = if incremental.is_true() {
        ", in full although checkpoints are incremental"
    } else {
        ""
    };
    let report = sink.at("heap-timers", &timers);
    let report = if incremental.is_true() {
        report.with(&incremental, "checkpoints are incremental")
    } else {
        report
    };
    report.say(format!(
        "timers on the heap are written in the synchronous phase of each checkpoint{full}, and all of them must fit the heap: right for \
         few timers only"
    ));
}
