//! Which store holds the checkpoints, where in it, and whether that suits the environment.

use nexflow_catalog::value::uri::Uri;

use super::{
    Check, EntryContext,
    absence::shown,
    entry,
    paths::{authority, is_below},
};
use crate::sink::DiagnosticSink;

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

fn type_missing(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let Some(kind) = at.lacks("type") else { return };
    let field = LOCATION_FIELDS
        .iter()
        .map(|name| (name, at.mapping.child(name)))
        .find(|(_, val)| val.is_present());
    if let Some((field, val)) = field {
        let name = &at.name;
        sink.report_missing("checkpoint-type-missing", &kind)
            .missing(["type"])
            .related(&val, format!("`{field}` belongs to a store"))
            .emit(format!(
                "Missing `type` in `{name}`; it decides which store `{field}` describes."
            ));
    }
}

fn location_missing(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let kind = at.mapping.get("type");
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
        sink.report_missing("checkpoint-location-missing", &place)
            .missing([field])
            .related(&kind, format!("the store is `{text}`"))
            .emit(format!(
                "Missing location in checkpoint `{name}`: type `{text}` needs `{field}`."
            ));
    }
}

/// Directories that a reboot empties.
const TEMPORARY: [&str; 3] = ["/tmp", "/var/tmp", "/dev/shm"];

fn temporary_directory(at: &EntryContext<'_, '_>) -> Option<&'static str> {
    let path = at.mapping.get("path").text()?;
    let uri = Uri::parse(&path);
    if !at.mapping.get("type").is("filesystem")
        || !uri.has_scheme(&["file"])
        || authority(&uri).is_some()
    {
        return None;
    }
    TEMPORARY
        .into_iter()
        .find(|directory| is_below(uri.path(), directory))
}

fn tmp_path_in_production(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    if !at.cx.in_environment(&["production", "staging"]) {
        return;
    }
    if let Some(directory) = temporary_directory(at) {
        let environment = shown(&at.cx.environment);
        sink.report("tmp-path-in-production", &at.mapping.get("path"))
            .related(&at.cx.environment, format!("the environment is `{environment}`"))
            .emit(format!(
                "`{directory}` is temporary and private to one node; `{environment}` needs shared storage."
            ));
    }
}

fn filesystem_in_production(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let kind = at.mapping.get("type");
    if at.cx.in_environment(&["production"])
        && kind.is("filesystem")
        && temporary_directory(at).is_none()
    {
        sink.report("filesystem-in-production", &kind)
            .related(&at.cx.environment, "the environment is `production`")
            .emit("`filesystem` needs a mount that all nodes share (NFS, CephFS) in production.");
    }
}

/// In an object store a slash is part of the key: an empty name between two of them makes another place.
fn prefix_leading_slash(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let prefix = at.mapping.get("prefix");
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
    let report = sink.report("prefix-leading-slash", &prefix);
    let report = if tidy.is_empty() || prefix.raw().as_deref() != Some(&*text) {
        report
    } else {
        report.replace(format!("Change to `{tidy}`"), tidy.clone())
    };
    report.emit(format!(
        "`prefix` {what}. Flink writes to `{tidy}`; other tools take `{text}` for another place."
    ));
}
