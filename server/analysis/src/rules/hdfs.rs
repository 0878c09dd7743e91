//! HDFS: blocks, copies, and the Kerberos login.

use super::{Check, EntryCx, absence::shown, entry};
use crate::{sink::Sink, view::Val};

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

fn block_size(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let block = at.view.get("hdfs.block_size");
    let Some(bytes) = block.bytes() else { return };
    let text = shown(&block);
    if bytes < SMALLEST_BLOCK {
        sink.at("hdfs-block-size", &block).say(format!(
            "a block of HDFS has 1mb at least by default, and the NameNode refuses {text}"
        ));
    } else if bytes % CHUNK != 0 {
        sink.at("hdfs-block-size", &block).say(format!(
            "a block of HDFS is a multiple of 512 bytes by default (the piece that one checksum covers), and {text} is none"
        ));
    }
}

/// The number of copies, in its own place and in the older one directly under the entry (which in a region block means
/// something else).
fn replications<'a>(at: &EntryCx<'_, 'a>) -> impl Iterator<Item = (Val<'a>, i64)> {
    let direct = at
        .view
        .get("type")
        .is("hdfs")
        .then(|| at.view.child("replication"));
    [Some(at.view.get("hdfs.replication")), direct]
        .into_iter()
        .flatten()
        .filter_map(|val| val.int().map(|copies| (val, copies)))
}

fn replication_range(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    for (replication, copies) in replications(at) {
        if !(1..=512).contains(&copies) {
            sink.at("hdfs-replication-range", &replication).say(format!(
                "HDFS keeps 1 to 512 copies of a block by default and refuses {copies}"
            ));
        }
    }
}

fn replication_one(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let environment = &at.cx.environment;
    if !environment.is_known() || at.cx.in_environment(&["development", "base", "test"]) {
        return;
    }
    for (replication, copies) in replications(at) {
        if copies == 1 {
            let name = shown(environment);
            sink.at("hdfs-replication-one", &replication)
                .with(environment, format!("the environment is `{name}`"))
                .say("with one copy of each block a single lost disk loses the checkpoint; the default of HDFS is 3");
        }
    }
}

fn kerberos_incomplete(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let enabled = at.view.get("kerberos.enabled");
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
            let written = at.view.get(&format!("kerberos.{other}"));
            sink.missing("kerberos-incomplete", place)
                .with(&written, format!("`{other}` alone"))
                .say(format!(
                    "`{other}` stands without `{name}`: Flink wants both or neither and stops at start"
                ));
        }
        [(_, place), _] if enabled.is_true() => sink
            .missing("kerberos-incomplete", place)
            .with(&enabled, "Kerberos is on")
            .say("Kerberos is on, but neither `principal` nor `keytab` says who logs in"),
        _ => {}
    }
}

fn host_placeholder(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let principal = at.view.get("kerberos.principal");
    if principal.text().is_some_and(|text| text.contains("_HOST")) {
        sink.at("kerberos-host-placeholder", &principal).say(
            "Hadoop replaces `_HOST` for its own services, Flink's login does not: it works only where the deployment replaces it",
        );
    }
}
