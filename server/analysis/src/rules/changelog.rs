//! The changelog backend: what it wraps, and where its log is kept for how long.

use nexflow_catalog::value::{suggest::nearest, uri::Uri};

use super::{
    Check, EntryCx,
    backends::{BACKENDS, is_given, may_be},
    document, entry,
};
use crate::{FlinkVersion, cx::Cx, sink::Sink};

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

fn changelog_without_base(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let (of, base) = (at.view.get("type"), at.view.get("base_backend"));
    if of.is("changelog") && !is_given(&base) && at.cx.judges_absence() && !at.view.has_errors() {
        sink.missing("changelog-without-base", &base)
            .with(&of, "the type is `changelog`")
            .say(format!(
                "backend `{}` is `changelog` but has no `base_backend`: a changelog only wraps another store, `rocksdb` or `hashmap`",
                at.name
            ));
    }
}

fn changelog_bad_base(cx: &Cx<'_>, sink: &mut Sink) {
    let backends = cx.root.get(BACKENDS).view();
    let entries = backends.entries();
    for (_, backend) in &entries {
        let view = backend.view();
        let base = view.get("base_backend");
        let Some(name) = base.text() else { continue };
        // Under any other type the field is ignored as a whole.
        if !view.get("type").is("changelog") || BASES.contains(&&*name) || !is_given(&base) {
            continue;
        }
        let of = backends.child(&name).view().get("type");
        if let Some(store) = of.text() {
            if !BASES.contains(&&*store) {
                sink.at("changelog-bad-base", &base)
                    .with(&of, format!("backend `{name}` is `{store}`"))
                    .say(format!(
                        "a changelog cannot wrap backend `{name}`, which is `{store}`: it needs a `rocksdb` or a `hashmap` one"
                    ));
            }
            continue;
        }
        // An entry whose type is not known, or one that another document gives, may be right.
        let is_type = matches!(&*name, "changelog" | "external");
        if entries.iter().any(|(known, _)| *known == name)
            || !is_type && !cx.judges_absence()
            || backends.has_errors()
        {
            continue;
        }
        let report = sink.at("changelog-bad-base", &base);
        if is_type {
            report.say(format!(
                "a changelog cannot wrap `{name}`: `base_backend` is `rocksdb`, `hashmap`, or a backend of such a type"
            ));
            continue;
        }
        let names = entries
            .iter()
            .filter(|(_, other)| other.view().get("type").is_any(&BASES))
            .map(|(name, _)| &**name);
        let near = nearest(&name, BASES.into_iter().chain(names))
            .first()
            .copied();
        let hint = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        let report = match near {
            Some(near) => report.replace(format!("Change to `{near}`"), near),
            None => report,
        };
        report.say(format!(
            "`{name}` is neither `rocksdb` nor `hashmap` nor a backend of this document, so the changelog has nothing to wrap{hint}"
        ));
    }
}

fn changelog_without_storage(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let of = at.view.get("type");
    let storage = at.view.get("changelog.storage");
    if of.is("changelog") && !is_given(&storage) && at.cx.judges_absence() && !at.view.has_errors()
    {
        sink.missing("changelog-without-storage", &storage)
            .with(&of, "the type is `changelog`")
            .say(
                "without `changelog.storage` Flink keeps the log in memory, which is for tests: it is lost with the process, and recovery \
                 needs it",
            );
    }
}

fn changelog_local_storage(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let storage = at.view.get("changelog.storage");
    let local = storage
        .text()
        .is_some_and(|text| Uri::parse(&text).has_scheme(&["file"]));
    if local && may_be(at, CHANGELOG) {
        sink.at("changelog-local-storage", &storage).say(
            "the log is on a local disk and is lost with the node, though recovery needs it; keep it on a store that outlives the node, \
             such as `s3://` or `hdfs://`",
        );
    }
}

fn changelog_retention_too_short(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let retention = at.view.get("changelog.retention");
    let interval = at.view.get("changelog.periodic_materialize.interval");
    let (every, text) = if is_given(&interval) {
        (interval.millis(), interval.text().unwrap_or_default())
    } else if at.cx.judges_absence() && !at.view.has_errors() {
        (Some(DEFAULT_INTERVAL), "10m, the default".into())
    } else {
        return;
    };
    if let (Some(kept), Some(every)) = (retention.millis(), every)
        && kept <= every
        && may_be(at, CHANGELOG)
    {
        let kept = retention.text().unwrap_or_default();
        sink.at("changelog-retention-too-short", &retention)
            .with(&interval, "the time between two materialisations")
            .say(format!(
                "the log is kept for {kept} and materialised every {text}: until then it is the only copy of the newest changes, so the last \
                 checkpoint can become unreadable"
            ));
    }
}

fn changelog_materialize_off(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let enabled = at.view.get("changelog.periodic_materialize.enabled");
    if !enabled.is_false() || !may_be(at, CHANGELOG) {
        return;
    }
    let report = sink.at("changelog-materialize-off", &enabled);
    let version = match at.cx.flink() {
        FlinkVersion::V1_17 => " (Flink 1.17 has no such switch and materialises anyway)",
        _ => "",
    };
    report
        .say(format!(
            "without periodic materialisation the log is never truncated: its size and the time of a recovery grow for as long as the job \
             runs{version}"
        ));
}
