//! Savepoints: where they are written, and what a job does with the state that it finds.

use nexflow_catalog::{Severity, value::uri::Uri};
use nexflow_syntax::NodeKind;

use super::{
    Check, EntryContext,
    absence::shown,
    entry,
    paths::{authority, is_below, is_temporary},
};
use crate::sink::DiagnosticSink;

pub const CHECKS: &[Check] = &[
    entry(
        "checkpoints",
        "savepoint-local-with-remote-checkpoints",
        local_with_remote,
    ),
    entry(
        "checkpoints",
        "savepoint-inside-checkpoints",
        inside_checkpoints,
    ),
    entry("checkpoints", "from-savepoint-path-missing", path_missing),
    entry("checkpoints", "skip-corrupted", skip_corrupted),
    entry("checkpoints", "allow-non-restored-conflict", allow_conflict),
    entry("checkpoints", "allow-non-restored-on", allow_on),
];

fn local_with_remote(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let kind = at.mapping.get("type");
    if !kind.is_any(&["s3", "gcs", "hdfs", "azure_blob"]) {
        return;
    }
    for path in ["savepoint.directory", "recovery.from_savepoint.path"] {
        let address = at.mapping.get(path);
        let Some(text) = address.text() else { continue };
        let uri = Uri::parse(&text);
        if uri.has_scheme(&["file"]) {
            let store = shown(&kind);
            let report = sink
                .report("savepoint-local-with-remote-checkpoints", &address)
                .related(&kind, format!("checkpoints go to `{store}`"));
            if is_temporary(uri.path()) {
                report.severity(Severity::Warning).emit(format!(
                    "`{}` is a temporary directory of each machine; the parts of a savepoint end up on different machines.",
                    uri.path()
                ));
            } else {
                report.emit(
                    "A `file:` address works for savepoints only if every worker mounts the same volume there.",
                );
            }
        }
    }
}

/// Flink does not delete a savepoint on its own, but those who tidy up checkpoints do.
fn inside_checkpoints(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let directory = at.mapping.get("savepoint.directory");
    let (Some(target), Some(kind)) = (directory.text(), at.mapping.get("type").text()) else {
        return;
    };
    let target = Uri::parse(&target);
    let (schemes, place): (&[&str], _) = match kind.as_ref() {
        "s3" => (&["s3", "s3a", "s3p", "s3n"], "bucket"),
        "gcs" => (&["gs"], "bucket"),
        "azure_blob" => (&["abfs", "abfss", "wasb", "wasbs"], "container"),
        "hdfs" => (&["hdfs", "viewfs", "webhdfs", "swebhdfs"], "path"),
        "filesystem" => (&["file"], "path"),
        _ => return,
    };
    let value = at.mapping.get(place);
    let Some(own) = value.text() else { return };
    if !target.has_scheme(schemes) {
        return;
    }
    let inside = if place == "path" {
        let own = Uri::parse(&own);
        own.scheme()
            .is_some_and(|scheme| target.has_scheme(&[scheme]))
            && authority(&own) == authority(&target)
            && is_below(target.path(), own.path())
    } else {
        let prefix = match at.mapping.get("prefix").text() {
            Some(prefix) => prefix.into_owned(),
            None if at.absent("prefix").is_some() => String::new(),
            None => return,
        };
        let holder = authority(&target).map(|name| {
            name.split_once('@')
                .map_or(name, |(container, _)| container)
        });
        holder == Some(&*own) && same_account(at, &target) && is_below(target.path(), &prefix)
    };
    if inside {
        sink.report("savepoint-inside-checkpoints", &directory)
            .related(&value, "checkpoints are kept here")
            .emit(
                "Savepoints share the checkpoints' location; a cleanup by hand or by a lifecycle rule deletes them too.",
            );
    }
}

/// A container belongs to an account, which stands in the address behind an `@`.
fn same_account(at: &EntryContext<'_, '_>, target: &Uri<'_>) -> bool {
    let Some((_, host)) = authority(target).and_then(|name| name.split_once('@')) else {
        return true;
    };
    let account = at.mapping.get("azure.account_name");
    account
        .text()
        .is_some_and(|account| host.split('.').next() == Some(&*account))
}

fn path_missing(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    if at.mapping.get("recovery.from_savepoint").kind() != NodeKind::Mapping {
        return;
    }
    if let Some(place) = at.lacks("recovery.from_savepoint.path") {
        sink.report_missing("from-savepoint-path-missing", &place)
            .missing(["path"])
            .emit("Missing `path` in `from_savepoint`.");
    }
}

fn skip_corrupted(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let skip = at.mapping.get("recovery.state.skip_corrupted");
    if skip.is_true() {
        sink.report("skip-corrupted", &skip)
            .emit("`skip_corrupted` silently loses state, and Flink has no option for it.");
    }
}

const ALLOW_STATE: &str = "recovery.state.allow_non_restored";
const ALLOW_SAVEPOINT: &str = "recovery.from_savepoint.allow_non_restored";

/// One option of Flink stands behind both.
fn allow_conflict(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let (state, savepoint) = (at.mapping.get(ALLOW_STATE), at.mapping.get(ALLOW_SAVEPOINT));
    if let (Some(first), Some(second)) = (state.bool(), savepoint.bool())
        && first != second
    {
        sink.report("allow-non-restored-conflict", &savepoint)
            .related(&state, format!("`recovery.state` says {first}"))
            .emit(format!(
                "`allow_non_restored` is {second} here but {first} under `recovery.state`; both set one Flink option."
            ));
    }
}

fn allow_on(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let (state, savepoint) = (at.mapping.get(ALLOW_STATE), at.mapping.get(ALLOW_SAVEPOINT));
    // Where the two contradict each other, the token of the second one says so already.
    let contradicts = state.is_false();
    for (allow, silent) in [(state, false), (savepoint, contradicts)] {
        if allow.is_true() && !silent {
            sink.report("allow-non-restored-on", &allow).emit(
                "`allow_non_restored` left on lets an operator whose uid changed start with empty state.",
            );
        }
    }
}
