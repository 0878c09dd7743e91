//! Which backend an entry of `state_backends` is, and what that means for its snapshots.

use nexflow_catalog::value::number;
use nexflow_syntax::NodeKind;

use super::{Check, EntryCx, document, entry};
use crate::{
    FlinkVersion, Tag,
    cx::Cx,
    sink::Sink,
    view::{Val, View},
};

pub const CHECKS: &[Check] = &[
    entry(BACKENDS, "backend-type-missing", backend_type_missing),
    entry(BACKENDS, "hashmap-in-production", hashmap_in_production),
    entry(
        BACKENDS,
        INCREMENTAL_NEEDS_ROCKSDB,
        incremental_on_another_type,
    ),
    document(INCREMENTAL_NEEDS_ROCKSDB, incremental_without_rocksdb),
    document("incremental-disagrees", incremental_disagrees),
    entry(BACKENDS, "async-snapshots-off", async_snapshots_off),
    entry(BACKENDS, "gc-threshold-range", gc_threshold_range),
];

/// The section that these rules are about.
pub(super) const BACKENDS: &str = "state_backends";

const INCREMENTAL_NEEDS_ROCKSDB: &str = "incremental-needs-rocksdb";

/// The types that write full snapshots only.
const FULL_ONLY: [&str; 2] = ["hashmap", "external"];

/// True unless the backend is known to be of a type that has no use for the fields in question: what is ignored as a whole
/// is reported as such and not judged any further.
pub(super) fn may_be(at: &EntryCx<'_, '_>, types: &[&str]) -> bool {
    let of = at.view.get("type");
    !of.is_known() || of.is_any(types)
}

/// True when a value is really written: neither absent, nor empty, nor null.
pub(super) fn is_given(val: &Val<'_>) -> bool {
    match val.kind() {
        NodeKind::Null => false,
        NodeKind::Scalar => val
            .text()
            .is_none_or(|text| number::plain(&text) != number::Plain::Null),
        _ => true,
    }
}

fn backend_type_missing(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let of = at.view.get("type");
    if is_given(&of) || !at.cx.judges_absence() || at.view.has_errors() {
        return;
    }
    sink.missing("backend-type-missing", &of).say(format!(
        "backend `{}` has no `type`, so nobody can tell which store is meant: `rocksdb`, `hashmap`, `external` or `changelog`",
        at.name
    ));
}

fn hashmap_in_production(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let of = at.view.get("type");
    if of.is("hashmap") && at.cx.in_environment(&["production"]) {
        sink.at("hashmap-in-production", &of)
            .with(&at.cx.environment, "the environment is `production`")
            .say(
                "a `hashmap` backend in production keeps all state on the TaskManager's heap and writes it in full at every \
                 checkpoint, which is fine for small state only",
            );
    }
}

fn incremental_on_another_type(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let (of, incremental) = (at.view.get("type"), at.view.get("incremental"));
    if !incremental.is_true() || !of.is_any(&FULL_ONLY) {
        return;
    }
    let of_text = of.text().unwrap_or_default();
    sink.at_key(INCREMENTAL_NEEDS_ROCKSDB, &incremental)
        .with(&of, format!("the type is `{of_text}`"))
        .tag(Tag::Unnecessary)
        .say(format!(
            "`incremental: true` has no effect on a `{of_text}` backend, which writes a full snapshot at every checkpoint; only \
             `rocksdb` can upload what changed"
        ));
}

/// `checkpoint.incremental` where no backend of the document can honour it.
fn incremental_without_rocksdb(cx: &Cx<'_>, sink: &mut Sink) {
    // A base that is not known, or the documents that build upon this one, may bring a backend that can.
    if !cx.judges_absence() {
        return;
    }
    let backends = cx.root.get(BACKENDS).view();
    if backends.has_errors() {
        return;
    }
    let types: Vec<_> = backends
        .entries()
        .into_iter()
        .map(|(_, backend)| backend.view().get("type"))
        .collect();
    if types.is_empty() || !types.iter().all(|of| of.is_any(&FULL_ONLY)) {
        return;
    }
    let all = if types.len() == 1 {
        "the only backend is"
    } else {
        "every backend is"
    };
    let first = types[0].text().unwrap_or_default();
    let kind = if types.iter().all(|of| of.is(&first)) {
        format!("`{first}`")
    } else {
        "`hashmap` or `external`".to_owned()
    };
    each_checkpoint(cx, |_, checkpoint| {
        let incremental = checkpoint.get("checkpoint.incremental");
        if !incremental.is_true() {
            return;
        }
        let mut report = sink
            .at(INCREMENTAL_NEEDS_ROCKSDB, &incremental)
            .tag(Tag::Unnecessary);
        for of in &types {
            report = report.with(of, format!("a `{}` backend", of.text().unwrap_or_default()));
        }
        report.say(format!(
            "`incremental: true` has no effect because {all} {kind}, which writes a full snapshot at every checkpoint"
        ));
    });
}

/// Two fields for one option of Flink.
fn incremental_disagrees(cx: &Cx<'_>, sink: &mut Sink) {
    let section = cx.root.get(BACKENDS).view();
    let backends = section.entries();
    each_checkpoint(cx, |name, checkpoint| {
        let of_checkpoint = checkpoint.get("checkpoint.incremental");
        let Some(wanted) = of_checkpoint.bool() else {
            return;
        };
        let same_name = backends.iter().find(|(backend, _)| backend == name);
        // Another backend may come from a document that is not known.
        let only_one = match backends.as_slice() {
            [one] if cx.judges_absence() => Some(one),
            _ => None,
        };
        let Some((backend, entry)) = same_name.or(only_one) else {
            return;
        };
        let of_backend = entry.view().get("incremental");
        let Some(had) = of_backend.bool() else { return };
        if had == wanted {
            return;
        }
        let wins = match cx.flink() {
            FlinkVersion::V1_17 => "Flink 1.17 has this one option only".to_owned(),
            version => format!(
                "where both reach Flink {} the value of the checkpoint wins",
                version_text(version)
            ),
        };
        sink.at("incremental-disagrees", &of_checkpoint)
            .with(&of_backend, format!("backend `{backend}` says `{had}`"))
            .say(format!(
                "`incremental` is `{wanted}` here and `{had}` in backend `{backend}`, though both set the same option of Flink; {wins}"
            ));
    });
}

/// The entries of `checkpoints`, and the region blocks that speak for themselves.
fn each_checkpoint<'a>(cx: &Cx<'a>, mut judge: impl FnMut(&str, &View<'a>)) {
    for (name, checkpoint) in cx.root.get("checkpoints").view().entries() {
        let view = checkpoint.view();
        judge(&name, &view);
        for (_, block) in view.region_blocks() {
            judge(&name, &block);
        }
    }
}

fn async_snapshots_off(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let snapshots = at.view.get("async_snapshots");
    if !snapshots.is_false() {
        return;
    }
    let version = at.cx.flink();
    let since = match version {
        FlinkVersion::V2_2 => "and Flink 2.2 has no such option any more",
        _ => "and the option behind it is deprecated",
    };
    sink.at_key("async-snapshots-off", &snapshots)
        .tag(Tag::Unnecessary)
        .say(format!(
            "`async_snapshots: false` has no effect: Flink {} takes every snapshot asynchronously, {since}",
            version_text(version)
        ));
}

fn gc_threshold_range(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let threshold = at.view.get("memory.gc_threshold");
    let Some(number) = threshold.number() else {
        return;
    };
    if !may_be(at, &["hashmap"]) || number > 0.0 && number <= 1.0 {
        return;
    }
    let report = sink.at("gc-threshold-range", &threshold);
    let written = threshold.text().unwrap_or_default();
    // A percentage is the usual slip.
    if number > 1.0 && number <= 100.0 {
        let fraction = format!("{}", number / 100.0);
        report.replace(format!("Change to `{fraction}`"), &*fraction).say(format!(
            "`gc_threshold` is a fraction of the heap, above 0 and at most 1: {written} percent is written `{fraction}`"
        ));
    } else {
        report.say(format!(
            "`gc_threshold` is a fraction of the heap, above 0 and at most 1, and {written} is outside"
        ));
    }
}

/// A version of Flink as people write it.
pub(super) fn version_text(version: FlinkVersion) -> &'static str {
    match version {
        FlinkVersion::V1_17 => "1.17",
        FlinkVersion::V1_20 => "1.20",
        FlinkVersion::V2_2 => "2.2",
    }
}
