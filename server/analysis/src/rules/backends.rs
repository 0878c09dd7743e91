//! Which backend an entry of `state_backends` is, and what that means for its snapshots.

use nexflow_catalog::value::number;
use nexflow_syntax::NodeKind;

use super::{Check, EntryContext, document, entry};
use crate::{
    FlinkVersion, Tag,
    document_context::DocumentContext,
    merged::{MergedMapping, MergedValue},
    sink::DiagnosticSink,
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
/// is reported as such and not checked any further.
pub(super) fn may_be(at: &EntryContext<'_, '_>, types: &[&str]) -> bool {
    let of = at.mapping.get("type");
    !of.is_known() || of.is_any(types)
}

/// True when a value is really written: neither absent, nor empty, nor null.
pub(super) fn is_given(val: &MergedValue<'_>) -> bool {
    match val.kind() {
        NodeKind::Null => false,
        NodeKind::Scalar => val
            .text()
            .is_none_or(|text| number::plain(&text) != number::Plain::Null),
        _ => true,
    }
}

fn backend_type_missing(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let of = at.mapping.get("type");
    if is_given(&of) || !at.cx.checks_absence() || at.mapping.has_errors() {
        return;
    }
    sink.report_missing("backend-type-missing", &of).missing(["type"]).emit(format!(
        "Missing `type` in state backend `{}` (`rocksdb`, `hashmap`, `external` or `changelog`).",
        at.name
    ));
}

fn hashmap_in_production(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let of = at.mapping.get("type");
    if of.is("hashmap") && at.cx.in_environment(&["production"]) {
        sink.report("hashmap-in-production", &of)
            .related(&at.cx.environment, "the environment is `production`")
            .emit(
                "`hashmap` keeps all state on the heap and writes it in full at every checkpoint.",
            );
    }
}

fn incremental_on_another_type(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let (of, incremental) = (at.mapping.get("type"), at.mapping.get("incremental"));
    if !incremental.is_true() || !of.is_any(&FULL_ONLY) {
        return;
    }
    let of_text = of.text().unwrap_or_default();
    sink.report_key(INCREMENTAL_NEEDS_ROCKSDB, &incremental)
        .related(&of, format!("the type is `{of_text}`"))
        .tag(Tag::Unnecessary)
        .emit(format!(
            "`incremental: true` is ignored: a `{of_text}` backend writes full snapshots."
        ));
}

/// `checkpoint.incremental` where no backend of the document can honour it.
fn incremental_without_rocksdb(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    // A base that is not known, or the documents that build upon this one, may bring a backend that can.
    if !cx.checks_absence() {
        return;
    }
    let backends = cx.root.get(BACKENDS).mapping();
    if backends.has_errors() {
        return;
    }
    let types: Vec<_> = backends
        .entries()
        .into_iter()
        .map(|(_, backend)| backend.mapping().get("type"))
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
            .report(INCREMENTAL_NEEDS_ROCKSDB, &incremental)
            .tag(Tag::Unnecessary);
        for of in &types {
            report = report.related(of, format!("a `{}` backend", of.text().unwrap_or_default()));
        }
        report.emit(format!(
            "`incremental: true` is ignored: {all} {kind}, which writes full snapshots."
        ));
    });
}

/// Two fields for one option of Flink.
fn incremental_disagrees(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let section = cx.root.get(BACKENDS).mapping();
    let backends = section.entries();
    each_checkpoint(cx, |name, checkpoint| {
        let of_checkpoint = checkpoint.get("checkpoint.incremental");
        let Some(wanted) = of_checkpoint.bool() else {
            return;
        };
        let same_name = backends.iter().find(|(backend, _)| backend == name);
        // Another backend may come from a document that is not known.
        let only_one = match backends.as_slice() {
            [one] if cx.checks_absence() => Some(one),
            _ => None,
        };
        let Some((backend, entry)) = same_name.or(only_one) else {
            return;
        };
        let of_backend = entry.mapping().get("incremental");
        let Some(had) = of_backend.bool() else { return };
        if had == wanted {
            return;
        }
        let wins = match cx.flink() {
            FlinkVersion::V1_17 => "Flink 1.17 has this one option only".to_owned(),
            version => format!(
                "where both reach Flink {} the value of the checkpoint wins",
                version
            ),
        };
        sink.report("incremental-disagrees", &of_checkpoint)
            .related(&of_backend, format!("backend `{backend}` says `{had}`"))
            .emit(format!(
                "`incremental` is `{wanted}` here but `{had}` in backend `{backend}`; both set one Flink option ({wins})."
            ));
    });
}

/// The entries of `checkpoints`, and the region blocks that speak for themselves.
fn each_checkpoint<'a>(cx: &DocumentContext<'a>, mut check: impl FnMut(&str, &MergedMapping<'a>)) {
    for (name, checkpoint) in cx.root.get("checkpoints").mapping().entries() {
        let mapping = checkpoint.mapping();
        check(&name, &mapping);
        for (_, block) in mapping.region_blocks() {
            check(&name, &block);
        }
    }
}

fn async_snapshots_off(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let snapshots = at.mapping.get("async_snapshots");
    if !snapshots.is_false() {
        return;
    }
    let version = at.cx.flink();
    let since = if version >= FlinkVersion::V2_0 {
        "and no longer has the option"
    } else {
        "and its option is deprecated"
    };
    sink.report_key("async-snapshots-off", &snapshots)
        .tag(Tag::Unnecessary)
        .emit(format!(
            "`async_snapshots: false` is ignored: Flink {} always snapshots asynchronously, {since}.",
            version
        ));
}

fn gc_threshold_range(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let threshold = at.mapping.get("memory.gc_threshold");
    let Some(number) = threshold.number() else {
        return;
    };
    if !may_be(at, &["hashmap"]) || number > 0.0 && number <= 1.0 {
        return;
    }
    let report = sink.report("gc-threshold-range", &threshold);
    let written = threshold.text().unwrap_or_default();
    // A percentage is the usual slip.
    if number > 1.0 && number <= 100.0 {
        let fraction = format!("{}", number / 100.0);
        report
            .replace(format!("Change to `{fraction}`"), &*fraction)
            .advises(true)
            .emit(format!(
                "`gc_threshold` is a fraction of the heap: write {written} percent as `{fraction}`."
            ));
    } else {
        report.emit(format!(
            "`gc_threshold` must be above 0 and at most 1, not {written}."
        ));
    }
}
