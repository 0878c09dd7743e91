//! Savepoints: where they are written, and what a job does with the state that it finds.

use nexflow_catalog::value::uri::Uri;
use nexflow_syntax::NodeKind;

use super::{
    Check, EntryCx,
    absence::shown,
    entry,
    paths::{authority, is_below},
};
use crate::sink::Sink;

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

fn local_with_remote(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let kind = at.view.get("type");
    if !kind.is_any(&["s3", "gcs", "hdfs", "azure_blob"]) {
        return;
    }
    for path in ["savepoint.directory", "recovery.from_savepoint.path"] {
        let address = at.view.get(path);
        if address
            .text()
            .is_some_and(|text| Uri::parse(&text).has_scheme(&["file"]))
        {
            let store = shown(&kind);
            sink.at("savepoint-local-with-remote-checkpoints", &address)
                .with(&kind, format!("checkpoints go to `{store}`"))
                .say(format!(
                    "a `file:` address is another disk on every node, so the pieces of a savepoint are scattered; keep savepoints in a shared store, as the checkpoints in `{store}` are"
                ));
        }
    }
}

/// Flink never deletes a savepoint, but those who tidy up checkpoints do.
fn inside_checkpoints(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let directory = at.view.get("savepoint.directory");
    let (Some(target), Some(kind)) = (directory.text(), at.view.get("type").text()) else {
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
    let value = at.view.get(place);
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
        let prefix = match at.view.get("prefix").text() {
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
        sink.at("savepoint-inside-checkpoints", &directory)
            .with(&value, "checkpoints are kept here")
            .say(
                "savepoints lie among the checkpoints here: a cleanup by hand or by a lifecycle rule takes them along, while Flink itself never deletes them",
            );
    }
}

/// A container belongs to an account, which stands in the address behind an `@`.
fn same_account(at: &EntryCx<'_, '_>, target: &Uri<'_>) -> bool {
    let Some((_, host)) = authority(target).and_then(|name| name.split_once('@')) else {
        return true;
    };
    let account = at.view.get("azure.account_name");
    account
        .text()
        .is_some_and(|account| host.split('.').next() == Some(&*account))
}

fn path_missing(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    if at.view.get("recovery.from_savepoint").kind() != NodeKind::Mapping {
        return;
    }
    if let Some(place) = at.lacks("recovery.from_savepoint.path") {
        sink.missing("from-savepoint-path-missing", &place)
            .say("`from_savepoint` has no `path`, so there is nothing to start from");
    }
}

fn skip_corrupted(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let skip = at.view.get("recovery.state.skip_corrupted");
    if skip.is_true() {
        sink.at("skip-corrupted", &skip).say(
            "`skip_corrupted` loses state without an error, and Flink has no option that it could become",
        );
    }
}

const ALLOW_STATE: &str = "recovery.state.allow_non_restored";
const ALLOW_SAVEPOINT: &str = "recovery.from_savepoint.allow_non_restored";

/// One option of Flink stands behind both.
fn allow_conflict(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let (state, savepoint) = (at.view.get(ALLOW_STATE), at.view.get(ALLOW_SAVEPOINT));
    if let (Some(first), Some(second)) = (state.bool(), savepoint.bool())
        && first != second
    {
        sink.at("allow-non-restored-conflict", &savepoint)
            .with(&state, format!("`recovery.state` says {first}"))
            .say(format!(
                "`allow_non_restored` is {second} here and {first} under `recovery.state`, but both set the same option of Flink"
            ));
    }
}

fn allow_on(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let (state, savepoint) = (at.view.get(ALLOW_STATE), at.view.get(ALLOW_SAVEPOINT));
    // Where the two contradict each other, the token of the second one says so already.
    let contradicts = state.is_false();
    for (allow, silent) in [(state, false), (savepoint, contradicts)] {
        if allow.is_true() && !silent {
            sink.at("allow-non-restored-on", &allow).say(
                "`allow_non_restored` is meant for the one start after an operator was removed; left on, an operator whose uid changed silently begins with empty state",
            );
        }
    }
}
