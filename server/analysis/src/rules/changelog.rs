//! The changelog backend: what it wraps, and where its log is kept for how long.

use std::{borrow::Cow, cell::OnceCell};

use nexflow_catalog::{
    Severity,
    value::{suggest::nearest, uri::Uri},
};

use super::{
    Check, EntryContext,
    backends::{BACKENDS, is_given, may_be},
    document, entry,
};
use crate::{
    FlinkVersion, Tag, document_context::DocumentContext, merged::MergedValue, sink::DiagnosticSink,
};

pub const CHECKS: &[Check] = &[
    entry(BACKENDS, "changelog-without-base", changelog_without_base),
    document("changelog-bad-base", changelog_bad_base),
    entry(
        BACKENDS,
        "changelog-without-storage",
        changelog_without_storage,
    ),
    entry(BACKENDS, "changelog-local-storage", changelog_local_storage),
    entry(
        BACKENDS,
        "changelog-retention-too-short",
        changelog_retention_too_short,
    ),
    entry(
        BACKENDS,
        "changelog-materialize-off",
        changelog_materialize_off,
    ),
];

const CHANGELOG: &[&str] = &["changelog"];
/// The types that a changelog can wrap.
const BASES: [&str; 2] = ["rocksdb", "hashmap"];
/// Flink's time between materialisations when nothing says otherwise, in milliseconds.
const DEFAULT_INTERVAL: f64 = 600_000.0;

fn changelog_without_base(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let (of, base) = (at.mapping.get("type"), at.mapping.get("base_backend"));
    if of.is("changelog") && !is_given(&base) && at.cx.checks_absence() && !at.mapping.has_errors()
    {
        sink.report_missing("changelog-without-base", &base)
            .related(&of, "the type is `changelog`")
            .emit(format!(
                "Missing `base_backend` in changelog backend `{}` (`rocksdb` or `hashmap`).",
                at.name
            ));
    }
}

/// Of thousands of unknown names so many are compared with all known ones.
const MOST_SUGGESTIONS: usize = 100;

fn changelog_bad_base(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let backends = cx.root.get(BACKENDS).mapping();
    let entries = backends.entries();
    let stores = OnceCell::new();
    let is_broken = backends.has_errors();
    let mut suggestions = MOST_SUGGESTIONS;
    for (_, backend) in &entries {
        let mapping = backend.mapping();
        let base = mapping.get("base_backend");
        let Some(name) = base.text() else { continue };
        // Under any other type the field is ignored as a whole.
        if !mapping.get("type").is("changelog") || BASES.contains(&&*name) || !is_given(&base) {
            continue;
        }
        let of = backends.child(&name).mapping().get("type");
        if let Some(store) = of.text() {
            if !BASES.contains(&&*store) {
                sink.report("changelog-bad-base", &base)
                    .related(&of, format!("backend `{name}` is `{store}`"))
                    .emit(format!(
                        "A changelog cannot wrap backend `{name}` of type `{store}`; use `rocksdb` or `hashmap`."
                    ));
            }
            continue;
        }
        // An entry whose type is not known, or one that another document gives, may be right.
        let is_type = matches!(&*name, "changelog" | "external");
        if backends.child(&name).entry().is_some() || !is_type && !cx.checks_absence() || is_broken
        {
            continue;
        }
        let report = sink.report("changelog-bad-base", &base);
        if is_type {
            report.emit(format!(
                "A changelog cannot wrap `{name}`; use `rocksdb`, `hashmap` or a backend of such a type."
            ));
            continue;
        }
        let stores = stores.get_or_init(|| {
            let is_store = |(_, other): &&(Cow<'_, str>, MergedValue<'_>)| {
                other.mapping().get("type").is_any(&BASES)
            };
            let names = entries.iter().filter(is_store).map(|(name, _)| &**name);
            BASES.into_iter().chain(names).collect::<Vec<_>>()
        });
        let near = match suggestions {
            0 => None,
            _ => nearest(&name, stores.iter().copied()).first().copied(),
        };
        suggestions = suggestions.saturating_sub(1);
        let hint = near.map_or(String::new(), |near| format!(" Did you mean `{near}`?"));
        let report = match near {
            Some(near) => report.replace(format!("Change to `{near}`"), near),
            None => report,
        };
        report.emit(format!(
            "Unknown base backend `{name}`. Use `rocksdb`, `hashmap` or a backend defined here.{hint}"
        ));
    }
}

fn changelog_without_storage(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let of = at.mapping.get("type");
    let storage = at.mapping.get("changelog.storage");
    if of.is("changelog")
        && !is_given(&storage)
        && at.cx.checks_absence()
        && !at.mapping.has_errors()
    {
        sink.report_missing("changelog-without-storage", &storage).missing(["changelog.storage"])
            .related(&of, "the type is `changelog`")
            .emit(
                "Missing `changelog.storage`: Flink would keep the log in memory and lose it with the process.",
            );
    }
}

fn changelog_local_storage(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let storage = at.mapping.get("changelog.storage");
    let local = storage
        .text()
        .is_some_and(|text| Uri::parse(&text).has_scheme(&["file"]));
    if local && may_be(at, CHANGELOG) {
        sink.report("changelog-local-storage", &storage)
            .emit("The changelog is on a local disk and is lost with the node.");
    }
}

fn changelog_retention_too_short(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let retention = at.mapping.get("changelog.retention");
    let interval = at.mapping.get("changelog.periodic_materialize.interval");
    let (every, text) = if is_given(&interval) {
        (interval.millis(), interval.text().unwrap_or_default())
    } else if at.cx.checks_absence() && !at.mapping.has_errors() {
        (Some(DEFAULT_INTERVAL), "10m, the default".into())
    } else {
        return;
    };
    if let (Some(kept), Some(every)) = (retention.millis(), every)
        && kept <= every
        && may_be(at, CHANGELOG)
    {
        let kept = retention.text().unwrap_or_default();
        sink.report("changelog-retention-too-short", &retention)
            .related(&interval, "the time between two materializations")
            .emit(format!(
                "The changelog is kept for {kept} but materialized every {text}, so checkpoints can become unreadable."
            ));
    }
}

fn changelog_materialize_off(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let enabled = at.mapping.get("changelog.periodic_materialize.enabled");
    if !enabled.is_false() || !may_be(at, CHANGELOG) {
        return;
    }
    let report = sink.report("changelog-materialize-off", &enabled);
    // What a version does not have cannot do harm there.
    if at.cx.flink() < FlinkVersion::V1_18 {
        report
            .severity(Severity::Hint)
            .tag(Tag::Unnecessary)
            .emit("`periodic_materialize.enabled` is ignored: Flink 1.17 always materializes.");
        return;
    }
    report.emit(
        "Without periodic materialization the changelog is never truncated; log size and recovery time keep growing.",
    );
}
