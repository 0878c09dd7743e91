//! Addresses: paths of file systems, schemes that Flink knows, places that two entries share.

use nexflow_catalog::value::uri::Uri;

use super::{
    Check, EntryCx,
    absence::{nothing_at, shown},
    document, entry,
    paths::{authority, segments},
};
use crate::{
    cx::Cx,
    sink::Sink,
    view::{Val, View},
};

pub const CHECKS: &[Check] = &[
    entry("checkpoints", "path-scheme-mismatch", path_scheme_mismatch),
    entry("checkpoints", "path-scheme-missing", path_scheme_missing),
    entry("checkpoints", "file-uri-two-slashes", file_uri_two_slashes),
    entry(
        "state_backends",
        "file-uri-two-slashes",
        file_uri_two_slashes,
    ),
    entry("checkpoints", "checkpoint-root-directory", root_directory),
    entry(
        "checkpoints",
        "uri-scheme-unsupported",
        uri_scheme_unsupported,
    ),
    entry(
        "state_backends",
        "uri-scheme-unsupported",
        uri_scheme_unsupported,
    ),
    document("checkpoint-location-shared", location_shared),
];

/// The address of a checkpoint on a file system, with the store's type and the schemes that fit it.
fn file_system_path<'a>(
    at: &EntryCx<'_, 'a>,
) -> Option<(Val<'a>, Val<'a>, &'static [&'static str])> {
    let kind = at.view.get("type");
    let schemes: &[&str] = match kind.text()?.as_ref() {
        "hdfs" => &["hdfs", "viewfs", "webhdfs", "swebhdfs"],
        "filesystem" => &["file"],
        _ => return None,
    };
    Some((kind, at.view.get("path"), schemes))
}

fn path_scheme_mismatch(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let Some((kind, path, schemes)) = file_system_path(at) else {
        return;
    };
    let Some(text) = path.text() else { return };
    let uri = Uri::parse(&text);
    if let Some(scheme) = uri.scheme()
        && !uri.has_scheme(schemes)
    {
        let store = shown(&kind);
        let wanted = schemes
            .iter()
            .map(|scheme| format!("`{scheme}:`"))
            .collect::<Vec<_>>()
            .join(", ");
        sink.at("path-scheme-mismatch", &path)
            .with(&kind, format!("the store is `{store}`"))
            .say(format!(
                "`type: {store}` and an address with `{scheme}:` name two different stores; a path of `{store}` begins with {wanted}"
            ));
    }
}

fn path_scheme_missing(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let Some((kind, path, schemes)) = file_system_path(at) else {
        return;
    };
    let Some(text) = path.text().filter(|text| !text.is_empty()) else {
        return;
    };
    if Uri::parse(&text).scheme().is_some() {
        return;
    }
    let store = shown(&kind);
    let example = if text.starts_with('/') {
        format!("{}://{text}", schemes[0])
    } else {
        format!("{}:///{}", schemes[0], text.trim_start_matches("./"))
    };
    let report = sink
        .at("path-scheme-missing", &path)
        .with(&kind, format!("the store is `{store}`"));
    // Where a relative path should begin only its author knows; `hdfs:///` means the default name node.
    let report = if text.starts_with('/')
        && !text.starts_with("//")
        && path.raw().as_deref() == Some(&*text)
    {
        report.replace(format!("Change to `{example}`"), example.clone())
    } else {
        report
    };
    report.say(format!(
        "Flink refuses a checkpoint directory without a scheme: write `{example}` instead of `{text}`"
    ));
}

/// The addresses that rules about file URIs and schemes look at. Only those that the entry's section knows can be present.
const ADDRESSES: [&str; 4] = [
    "path",
    "savepoint.directory",
    "recovery.from_savepoint.path",
    "changelog.storage",
];

fn addresses<'a>(at: &EntryCx<'_, 'a>) -> impl Iterator<Item = (&'static str, Val<'a>)> {
    ADDRESSES.into_iter().map(|path| (path, at.view.get(path)))
}

fn file_uri_two_slashes(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    for (_, address) in addresses(at) {
        let Some(text) = address.text() else { continue };
        let uri = Uri::parse(&text);
        let Some(host) = authority(&uri).filter(|_| uri.has_scheme(&["file"])) else {
            continue;
        };
        let right = match host {
            "localhost" => format!("file://{}", uri.path()),
            _ => format!("file:///{host}{}", uri.path()),
        };
        let report = sink.at("file-uri-two-slashes", &address);
        let report = if address.raw().as_deref() == Some(&*text) {
            report.replace(format!("Change to `{right}`"), right.clone())
        } else {
            report
        };
        report.say(format!(
            "Flink takes `{host}` for the name of a host and refuses the address; a local file has three slashes: `{right}`"
        ));
    }
}

fn root_directory(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let Some((_, path, schemes)) = file_system_path(at) else {
        return;
    };
    let Some(text) = path.text() else { return };
    let uri = Uri::parse(&text);
    let host_of_file = uri.has_scheme(&["file"]) && authority(&uri).is_some();
    if uri.has_scheme(schemes) && !host_of_file && segments(uri.path()).next().is_none() {
        sink.at("checkpoint-root-directory", &path).say(format!(
            "`{text}` is the root of its file system, which Flink refuses as a checkpoint directory; name a directory below it"
        ));
    }
}

/// The schemes for which Flink has a file system.
const SUPPORTED: [&str; 13] = [
    "s3", "s3a", "s3p", "gs", "hdfs", "viewfs", "webhdfs", "abfs", "abfss", "wasb", "wasbs", "oss",
    "file",
];

fn uri_scheme_unsupported(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    // The path of a store is judged by the store's type.
    for (field, address) in addresses(at).filter(|(field, _)| *field != "path") {
        let Some(text) = address.text().filter(|text| !text.is_empty()) else {
            continue;
        };
        let uri = Uri::parse(&text);
        if uri.has_scheme(&SUPPORTED) {
            continue;
        }
        let report = sink.at("uri-scheme-unsupported", &address);
        let Some(scheme) = uri.scheme() else {
            report.say(format!(
                "`{field}` needs an address with a scheme, such as `s3://`, `gs://`, `hdfs://` or `abfss://`; `{text}` has none"
            ));
            continue;
        };
        let meant = meant_scheme(scheme);
        let report = match (meant, address.raw()) {
            // What stands behind the scheme of Azure is another thing than what stands behind `abfss:`.
            (Some(meant @ ("gs" | "s3" | "hdfs")), Some(raw)) if *raw == *text => {
                let right = format!("{meant}{}", &text[scheme.len()..]);
                report.replace(format!("Change to `{right}`"), right)
            }
            _ => report,
        };
        let hint = meant
            .map(|meant| format!("; it should probably be `{meant}:`"))
            .unwrap_or_default();
        report.say(format!("Flink has no file system for `{scheme}:`{hint}"));
    }
}

/// What is usually meant by a scheme that Flink does not know.
fn meant_scheme(scheme: &str) -> Option<&'static str> {
    Some(match scheme.to_ascii_lowercase().as_str() {
        "gcs" | "gcp" | "google" => "gs",
        "azure" | "az" | "azblob" | "adl" | "adls" | "blob" | "azure_blob" => "abfss",
        "s3n" | "aws" => "s3",
        "dfs" => "hdfs",
        _ => return None,
    })
}

/// Where an entry keeps its checkpoints, in terms that can be compared; and the value that says so.
fn location<'a>(entry: &View<'a>, complete: bool) -> Option<(Vec<String>, Val<'a>)> {
    let kind = entry.get("type").text()?.into_owned();
    // What is certainly not written compares as empty; what is not known compares with nothing.
    let known = |path: &str| match entry.get(path).text() {
        Some(text) => Some(segments(&text).collect::<Vec<_>>().join("/")),
        None => (complete && nothing_at(entry, path).is_some()).then(String::new),
    };
    // A name may come from anywhere: the same words mean the same place.
    let written = |path: &str| match entry.get(path).raw() {
        Some(text) => Some(text.into_owned()),
        None => (complete && nothing_at(entry, path).is_some()).then(String::new),
    };
    let (place, parts) = match kind.as_str() {
        "s3" => ("bucket", vec![known("prefix")?, written("s3.endpoint")?]),
        "gcs" => ("bucket", vec![known("prefix")?]),
        "azure_blob" => (
            "container",
            vec![known("prefix")?, written("azure.account_name")?],
        ),
        "hdfs" | "filesystem" => ("path", vec![]),
        _ => return None,
    };
    let value = entry.get(place);
    let main = value.text()?;
    let main = if place == "path" {
        let uri = Uri::parse(&main);
        let names: Vec<_> = segments(uri.path()).collect();
        format!(
            "{}://{}/{}",
            uri.scheme().unwrap_or_default(),
            authority(&uri).unwrap_or_default(),
            names.join("/")
        )
    } else {
        main.into_owned()
    };
    let mut location = vec![kind, main];
    location.extend(parts);
    Some((location, value))
}

fn location_shared(cx: &Cx<'_>, sink: &mut Sink) {
    let mut seen: rustc_hash::FxHashMap<Vec<String>, (String, Val<'_>)> =
        rustc_hash::FxHashMap::default();
    for (name, entry) in cx.root.get("checkpoints").view().entries() {
        let Some((location, value)) = location(&entry.view(), cx.complete) else {
            continue;
        };
        let Some((first, other)) = seen.get(&location) else {
            seen.insert(location, (name.into_owned(), value));
            continue;
        };
        sink.at("checkpoint-location-shared", &value)
            .with(other, format!("`{first}` writes here"))
            .say(format!(
                "`{name}` writes to the same place as `{first}`: Flink keeps the jobs apart, but nobody can tell which checkpoints belong to which process"
            ));
    }
}
