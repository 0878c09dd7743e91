//! Addresses: paths of file systems, schemes that Flink knows, places that two entries share.

use nexflow_catalog::{
    Severity,
    value::{suggest::nearest, uri::Uri},
};

use super::{
    Check, EntryContext,
    absence::{nothing_at, shown},
    document, entry,
    paths::{authority, segments},
};
use crate::{
    document_context::DocumentContext,
    merged::{MergedMapping, MergedValue},
    sink::DiagnosticSink,
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
    at: &EntryContext<'_, 'a>,
) -> Option<(MergedValue<'a>, MergedValue<'a>, &'static [&'static str])> {
    let kind = at.mapping.get("type");
    let schemes: &[&str] = match kind.text()?.as_ref() {
        "hdfs" => &HADOOP,
        "filesystem" => &["file"],
        _ => return None,
    };
    Some((kind, at.mapping.get("path"), schemes))
}

/// Schemes of Hadoop itself, then those of stores that Hadoop reaches with a library of theirs. Flink asks Hadoop about every scheme
/// that it does not know.
const HADOOP: [&str; 19] = [
    "hdfs", "viewfs", "webhdfs", "swebhdfs", "har", "maprfs", "alluxio", "ofs", "o3fs", "jfs",
    "cosn", "cos", "obs", "oss", "tos", "bos", "ks3", "gfs", "lakefs",
];

/// Schemes of the stores that have a type of their own.
const OF_OTHER_TYPES: [&str; 13] = [
    "s3", "s3a", "s3n", "s3p", "gs", "gcs", "abfs", "abfss", "wasb", "wasbs", "file", "http",
    "https",
];

fn path_scheme_mismatch(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let Some((kind, path, schemes)) = file_system_path(at) else {
        return;
    };
    let Some(text) = path.text() else { return };
    let uri = Uri::parse(&text);
    let Some(scheme) = uri.scheme().filter(|_| !uri.has_scheme(schemes)) else {
        return;
    };
    let store = shown(&kind);
    let lower = scheme.to_ascii_lowercase();
    // A scheme that nobody knows may be that of a library for Hadoop; one letter off is a slip.
    let near = (&*store == "hdfs")
        .then(|| {
            nearest(&lower, HADOOP[..4].iter().copied())
                .first()
                .copied()
        })
        .flatten();
    if &*store == "hdfs" && !uri.has_scheme(&OF_OTHER_TYPES) && near.is_none() {
        return;
    }
    let wanted = match (&*store, near) {
        (_, Some(near)) => format!("Did you mean `{near}:`?"),
        ("hdfs", None) => "Use a path such as `hdfs:///checkpoints`, or change `type`.".to_owned(),
        _ => "Use a path such as `file:///checkpoints`, or change `type`.".to_owned(),
    };
    sink.report("path-scheme-mismatch", &path)
        .related(&kind, format!("the store is `{store}`"))
        .emit(format!(
            "`{scheme}:` is not an address of `type: {store}`. {wanted}"
        ));
}

fn path_scheme_missing(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
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
        .report("path-scheme-missing", &path)
        .related(&kind, format!("the store is `{store}`"));
    // Where a relative path should begin only its author knows; `hdfs:///` means the default name node.
    let report = if text.starts_with('/')
        && !text.starts_with("//")
        && path.raw().as_deref() == Some(&*text)
    {
        report.replace(format!("Change to `{example}`"), example.clone())
    } else {
        report
    };
    report.emit(format!(
        "Missing scheme in `{text}`: Flink needs one, as in `{example}`."
    ));
}

/// The addresses that rules about file URIs and schemes look at. Only those that the entry's section knows can be present.
const ADDRESSES: [&str; 4] = [
    "path",
    "savepoint.directory",
    "recovery.from_savepoint.path",
    "changelog.storage",
];

fn addresses<'a>(
    at: &EntryContext<'_, 'a>,
) -> impl Iterator<Item = (&'static str, MergedValue<'a>)> {
    ADDRESSES
        .into_iter()
        .map(|path| (path, at.mapping.get(path)))
}

fn file_uri_two_slashes(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
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
        let report = sink.report("file-uri-two-slashes", &address);
        let report = if address.raw().as_deref() == Some(&*text) {
            report.replace(format!("Change to `{right}`"), right.clone())
        } else {
            report
        };
        report.emit(format!(
            "Flink reads `{host}` as a host name; a local file has three slashes: `{right}`."
        ));
    }
}

fn root_directory(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let Some((_, path, schemes)) = file_system_path(at) else {
        return;
    };
    let Some(text) = path.text() else { return };
    let uri = Uri::parse(&text);
    let host_of_file = uri.has_scheme(&["file"]) && authority(&uri).is_some();
    if uri.has_scheme(schemes) && !host_of_file && segments(uri.path()).next().is_none() {
        sink.report("checkpoint-root-directory", &path).emit(format!(
            "`{text}` is the root of a file system, which Flink rejects as checkpoint directory."
        ));
    }
}

/// The schemes for which Flink has a file system or a plugin of its own.
const SUPPORTED: [&str; 10] = [
    "s3", "s3a", "s3p", "gs", "abfs", "abfss", "wasb", "wasbs", "oss", "file",
];

fn uri_scheme_unsupported(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    // The path of a store is checked by the store's type.
    for (field, address) in addresses(at).filter(|(field, _)| *field != "path") {
        let Some(text) = address.text().filter(|text| !text.is_empty()) else {
            continue;
        };
        let uri = Uri::parse(&text);
        if uri.has_scheme(&SUPPORTED) || uri.has_scheme(&HADOOP) {
            continue;
        }
        let report = sink.report("uri-scheme-unsupported", &address);
        let Some(scheme) = uri.scheme() else {
            report.emit(format!(
                "`{text}` has no scheme. `{field}` needs an address such as `s3://`, `gs://`, `hdfs://` or `abfss://`."
            ));
            continue;
        };
        let meant = meant_scheme(scheme);
        // Hadoop can read from a web server but not write to it.
        let web = uri.has_scheme(&["http", "https"]);
        let report = if meant.is_some() || web {
            report
        } else {
            report.severity(Severity::Hint)
        };
        let report = match (meant, address.raw()) {
            // What stands behind the scheme of Azure is another thing than what stands behind `abfss:`.
            (Some(meant @ ("gs" | "s3" | "hdfs")), Some(raw)) if *raw == *text => {
                let right = format!("{meant}{}", &text[scheme.len()..]);
                report.replace(format!("Change to `{right}`"), right)
            }
            _ => report,
        };
        report.advises(meant.is_some()).emit(match meant {
            Some(meant) => {
                format!("Flink has no file system for `{scheme}:`. Did you mean `{meant}:`?")
            }
            None if web => format!("Flink cannot write to `{scheme}:` addresses."),
            None => format!(
                "Flink has no file system for `{scheme}:` itself; it needs a Hadoop file system for this scheme on the classpath."
            ),
        });
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
fn location<'a>(
    entry: &MergedMapping<'a>,
    complete: bool,
) -> Option<(Vec<String>, MergedValue<'a>)> {
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

fn location_shared(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let mut seen: rustc_hash::FxHashMap<Vec<String>, (String, MergedValue<'_>)> =
        rustc_hash::FxHashMap::default();
    for (name, entry) in cx.root.get("checkpoints").mapping().entries() {
        let Some((location, value)) = location(&entry.mapping(), cx.complete) else {
            continue;
        };
        let Some((first, other)) = seen.get(&location) else {
            seen.insert(location, (name.into_owned(), value));
            continue;
        };
        sink.report("checkpoint-location-shared", &value)
            .related(other, format!("`{first}` writes here"))
            .emit(format!(
                "`{name}` writes to the same location as `{first}`."
            ));
    }
}
