//! HDFS: blocks, copies, and the Kerberos login.

use super::{Check, EntryContext, absence::shown, entry};
use crate::{merged::MergedValue, sink::DiagnosticSink};

pub const CHECKS: &[Check] = &[
    entry("checkpoints", "hdfs-block-size", block_size),
    entry("checkpoints", "hdfs-replication-range", replication_range),
    entry("checkpoints", "hdfs-replication-one", replication_one),
    entry("checkpoints", "kerberos-incomplete", kerberos_incomplete),
    entry("checkpoints", "kerberos-host-placeholder", host_placeholder),
];

/// HDFS checks each piece of this many bytes by itself; a cluster may be set up otherwise.
const CHUNK: u64 = 512;
/// The NameNode's smallest block, unless it is set up otherwise.
const SMALLEST_BLOCK: u64 = 1 << 20;

fn block_size(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let block = at.mapping.get("hdfs.block_size");
    let Some(bytes) = block.bytes() else { return };
    let text = shown(&block);
    if bytes < SMALLEST_BLOCK {
        sink.report("hdfs-block-size", &block)
            .emit(format!("HDFS block size must be at least 1mb, not {text}."));
    } else if bytes % CHUNK != 0 {
        sink.report("hdfs-block-size", &block).emit(format!(
            "HDFS block size must be a multiple of 512 bytes, which {text} is not."
        ));
    }
}

/// The number of copies, in its own place and in the older one directly under the entry (which in a region block means
/// something else).
fn replications<'a>(at: &EntryContext<'_, 'a>) -> impl Iterator<Item = (MergedValue<'a>, i64)> {
    let direct = at
        .mapping
        .get("type")
        .is("hdfs")
        .then(|| at.mapping.child("replication"));
    [Some(at.mapping.get("hdfs.replication")), direct]
        .into_iter()
        .flatten()
        .filter_map(|val| val.int().map(|copies| (val, copies)))
}

fn replication_range(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    for (replication, copies) in replications(at) {
        if !(1..=512).contains(&copies) {
            sink.report("hdfs-replication-range", &replication)
                .emit(format!("HDFS replication must be 1 to 512, not {copies}."));
        }
    }
}

fn replication_one(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let environment = &at.cx.environment;
    if !environment.is_known() || at.cx.in_environment(&["development", "base", "test"]) {
        return;
    }
    for (replication, copies) in replications(at) {
        if copies == 1 {
            let name = shown(environment);
            sink.report("hdfs-replication-one", &replication)
                .related(environment, format!("the environment is `{name}`"))
                .emit("With a single copy, one lost disk loses the checkpoint.");
        }
    }
}

fn kerberos_incomplete(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let enabled = at.mapping.get("kerberos.enabled");
    if enabled.is_present() && !enabled.is_true() {
        return;
    }
    let fields = ["principal", "keytab"];
    let lacking: Vec<_> = fields
        .iter()
        .filter_map(|name| Some((*name, at.lacks(&format!("kerberos.{name}"))?)))
        .collect();
    match lacking.as_slice() {
        [(name, place)] => {
            let other = if *name == fields[0] {
                fields[1]
            } else {
                fields[0]
            };
            let written = at.mapping.get(&format!("kerberos.{other}"));
            sink.report_missing("kerberos-incomplete", place)
                .missing([*name])
                .related(&written, format!("`{other}` alone"))
                .emit(format!(
                    "`{other}` without `{name}`: Flink requires both or neither and will not start."
                ));
        }
        [(_, place), _] if enabled.is_true() => sink
            .report_missing("kerberos-incomplete", place)
            .missing(fields)
            .related(&enabled, "Kerberos is on")
            .emit("Missing `principal` and `keytab`: Kerberos is enabled."),
        _ => {}
    }
}

fn host_placeholder(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let principal = at.mapping.get("kerberos.principal");
    if principal.text().is_some_and(|text| text.contains("_HOST")) {
        sink.report("kerberos-host-placeholder", &principal)
            .emit("`_HOST` is not substituted by Flink's login.");
    }
}
