//! Which store holds the checkpoints, where in it, and whether that suits the environment.

use nexflow_catalog::value::uri::Uri;

use super::{
    Check, EntryCx,
    absence::shown,
    entry,
    paths::{authority, is_below},
};
use crate::sink::Sink;

pub const CHECKS: &[Check] = &[
    entry("checkpoints", "checkpoint-type-missing", type_missing),
    entry(
        "checkpoints",
        "checkpoint-location-missing",
        location_missing,
    ),
    entry(
        "checkpoints",
        "tmp-path-in-production",
        tmp_path_in_production,
    ),
    entry(
        "checkpoints",
        "filesystem-in-production",
        filesystem_in_production,
    ),
    entry("checkpoints", "prefix-leading-slash", prefix_leading_slash),
];

/// Fields that say something about one kind of store. An entry with none of them describes behaviour only and needs no type.
const LOCATION_FIELDS: [&str; 12] = [
    "bucket",
    "container",
    "path",
    "prefix",
    "region",
    "s3",
    "hdfs",
    "gcs",
    "azure",
    "auth",
    "encryption",
    "kerberos",
];

fn type_missing(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let Some(kind) = at.lacks("type") else { return };
    let field = LOCATION_FIELDS
        .iter()
        .map(|name| (name, at.view.child(name)))
        .find(|(_, val)| val.is_present());
    if let Some((field, val)) = field {
        let name = &at.name;
        sink.missing("checkpoint-type-missing", &kind)
            .with(&val, format!("`{field}` belongs to a store"))
            .say(format!(
                "`{name}` has no `type`, so nobody knows which store its `{field}` means"
            ));
    }
}

fn location_missing(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let kind = at.view.get("type");
    let Some(text) = kind.text() else { return };
    let field = match text.as_ref() {
        "s3" | "gcs" => "bucket",
        "hdfs" | "filesystem" => "path",
        "azure_blob" => "container",
        _ => return,
    };
    // Region blocks bring the buckets of a regional entry.
    if field == "bucket" && !at.is_off("regional") {
        return;
    }
    if let Some(place) = at.lacks(field) {
        let name = &at.name;
        sink.missing("checkpoint-location-missing", &place)
            .with(&kind, format!("the store is `{text}`"))
            .say(format!(
                "`{name}` is of type `{text}` but has no `{field}`: without a place Flink keeps checkpoints on the JobManager's heap, where they end with the process"
            ));
    }
}

/// Directories that a reboot empties.
const TEMPORARY: [&str; 3] = ["/tmp", "/var/tmp", "/dev/shm"];

fn temporary_directory(at: &EntryCx<'_, '_>) -> Option<&'static str> {
    let path = at.view.get("path").text()?;
    let uri = Uri::parse(&path);
    if !at.view.get("type").is("filesystem")
        || !uri.has_scheme(&["file"])
        || authority(&uri).is_some()
    {
        return None;
    }
    TEMPORARY
        .into_iter()
        .find(|directory| is_below(uri.path(), directory))
}

fn tmp_path_in_production(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    if !at.cx.in_environment(&["production", "staging"]) {
        return;
    }
    if let Some(directory) = temporary_directory(at) {
        let environment = shown(&at.cx.environment);
        sink.at("tmp-path-in-production", &at.view.get("path"))
            .with(&at.cx.environment, format!("the environment is `{environment}`"))
            .say(format!(
                "`{directory}` is emptied on reboot and belongs to one node alone: in `{environment}` a checkpoint there cannot be restored elsewhere"
            ));
    }
}

fn filesystem_in_production(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let kind = at.view.get("type");
    if at.cx.in_environment(&["production"])
        && kind.is("filesystem")
        && temporary_directory(at).is_none()
    {
        sink.at("filesystem-in-production", &kind)
            .with(&at.cx.environment, "the environment is `production`")
            .say(
                "`filesystem` suits production only when the path is a mount that all nodes share (NFS, CephFS); any other is lost with its node",
            );
    }
}

/// In an object store a slash is part of the key: an empty name between two of them makes another place.
fn prefix_leading_slash(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let prefix = at.view.get("prefix");
    let Some(text) = prefix.text() else { return };
    if !text.starts_with('/') && !text.contains("//") {
        return;
    }
    let mut tidy = text
        .split('/')
        .filter(|name| !name.is_empty())
        .collect::<Vec<_>>()
        .join("/");
    if text.ends_with('/') && !tidy.is_empty() {
        tidy.push('/');
    }
    let what = if text.starts_with('/') {
        "begins with a slash"
    } else {
        "has an empty name between two slashes"
    };
    let report = sink.at("prefix-leading-slash", &prefix);
    let report = if tidy.is_empty() || prefix.raw().as_deref() != Some(&*text) {
        report
    } else {
        report.replace(format!("Change to `{tidy}`"), tidy.clone())
    };
    report.say(format!(
        "`prefix` {what}; object stores keep that as part of the key, so `{text}` is another place than `{tidy}`"
    ));
}
