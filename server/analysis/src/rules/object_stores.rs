//! Options of S3 and of stores that speak its protocol: parts of uploads, the endpoint.

use nexflow_catalog::{Severity, value::uri::Uri};

use super::{Check, EntryContext, absence::shown, entry, paths::authority};
use crate::{merged::MergedValue, sink::DiagnosticSink};

pub const CHECKS: &[Check] = &[
    entry("checkpoints", "multipart-part-size", part_size),
    entry("checkpoints", "multipart-threshold", threshold),
    entry(
        "checkpoints",
        "multipart-threshold-below-part",
        threshold_below_part,
    ),
    entry("checkpoints", "endpoint-needs-path-style", needs_path_style),
    entry("checkpoints", "endpoint-plain-http", plain_http),
];

const PART: &str = "s3.multipart_upload_part_size";
const THRESHOLD: &str = "s3.multipart_upload_threshold";
const SMALLEST: u64 = 5 << 20;
const LARGEST: u64 = 5 << 30;

/// The size in bytes when it is outside what S3 takes.
fn outside(size: &MergedValue<'_>) -> Option<u64> {
    size.bytes()
        .filter(|bytes| !(SMALLEST..=LARGEST).contains(bytes))
}

fn part_size(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let part = at.mapping.get(PART);
    let Some(bytes) = outside(&part) else { return };
    let text = shown(&part);
    let report = sink.report("multipart-part-size", &part);
    if bytes < SMALLEST {
        report.severity(Severity::Hint).emit(format!(
            "Parts have at least 5mb; Hadoop raises {text} to that with a line in the log."
        ));
    } else {
        report.emit(format!(
            "Parts have at most 5gb; S3 refuses parts of {text}."
        ));
    }
}

fn threshold(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let threshold = at.mapping.get(THRESHOLD);
    let Some(bytes) = outside(&threshold) else {
        return;
    };
    let text = shown(&threshold);
    let report = sink.report("multipart-threshold", &threshold);
    if bytes > LARGEST {
        report.emit(format!(
            "One PUT carries at most 5gb, so objects between that and {text} cannot be written."
        ));
    } else {
        report.severity(Severity::Hint).emit(format!(
            "No upload is split below 5mb; Hadoop raises {text} to that."
        ));
    }
}

fn threshold_below_part(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let (threshold, part) = (at.mapping.get(THRESHOLD), at.mapping.get(PART));
    if outside(&threshold).is_some() {
        return;
    }
    if let (Some(from), Some(size)) = (threshold.bytes(), part.bytes())
        && from < size
    {
        let (from, size) = (shown(&threshold), shown(&part));
        sink.report("multipart-threshold-below-part", &threshold)
            .related(&part, format!("a part has {size}"))
            .emit(format!(
                "Objects between {from} and {size} need three requests instead of one."
            ));
    }
}

/// The host of an endpoint, which may be written without a scheme.
fn host(endpoint: &str) -> String {
    let uri = Uri::parse(endpoint);
    let authority = authority(&uri)
        .or_else(|| endpoint.split('/').next())
        .unwrap_or_default();
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    host.split(':').next().unwrap_or_default().to_lowercase()
}

fn is_aws(host: &str) -> bool {
    ["amazonaws.com", "amazonaws.com.cn"].iter().any(|domain| {
        host.strip_suffix(domain)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

fn needs_path_style(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let endpoint = at.mapping.get("s3.endpoint");
    let Some(host) = endpoint
        .text()
        .map(|text| host(&text))
        .filter(|host| !host.is_empty())
    else {
        return;
    };
    if is_aws(&host) || !at.is_off("s3.path_style_access") {
        return;
    }
    let style = at.mapping.get("s3.path_style_access");
    let message = format!(
        "Missing `path_style_access: true`: many S3-compatible stores do not serve `bucket.{host}` (`{host}`)."
    );
    if style.is_present() {
        sink.report("endpoint-needs-path-style", &style)
            .related(&endpoint, format!("the endpoint is `{host}`"))
            .emit(message);
    } else {
        sink.report("endpoint-needs-path-style", &endpoint)
            .emit(message);
    }
}

fn plain_http(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let endpoint = at.mapping.get("s3.endpoint");
    if !at.cx.in_environment(&["production"]) {
        return;
    }
    if endpoint
        .text()
        .is_some_and(|text| Uri::parse(&text).has_scheme(&["http"]))
    {
        sink.report("endpoint-plain-http", &endpoint)
            .related(&at.cx.environment, "the environment is `production`")
            .emit("`http:` sends state and signatures unencrypted, and S3 refuses KMS objects.");
    }
}
