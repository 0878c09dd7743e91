//! Options of S3 and of stores that speak its protocol: parts of uploads, the endpoint.

use nexflow_catalog::value::uri::Uri;

use super::{Check, EntryCx, absence::shown, entry, paths::authority};
use crate::{sink::Sink, view::Val};

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
fn outside(size: &Val<'_>) -> Option<u64> {
    size.bytes()
        .filter(|bytes| !(SMALLEST..=LARGEST).contains(bytes))
}

fn part_size(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let part = at.view.get(PART);
    let Some(bytes) = outside(&part) else { return };
    let text = shown(&part);
    let consequence = if bytes < SMALLEST {
        "Hadoop raises it to 5mb with a line in the log"
    } else {
        "S3 refuses such parts"
    };
    sink.at("multipart-part-size", &part).say(format!(
        "parts of an upload have 5mb to 5gb, and {text} is outside: {consequence}"
    ));
}

fn threshold(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let threshold = at.view.get(THRESHOLD);
    let Some(bytes) = outside(&threshold) else {
        return;
    };
    let text = shown(&threshold);
    sink.at("multipart-threshold", &threshold)
        .say(if bytes > LARGEST {
            format!(
                "one PUT carries 5gb at most, so objects between that and {text} cannot be written"
            )
        } else {
            format!("no upload is split below 5mb: Hadoop raises {text} to that")
        });
}

fn threshold_below_part(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let (threshold, part) = (at.view.get(THRESHOLD), at.view.get(PART));
    if outside(&threshold).is_some() {
        return;
    }
    if let (Some(from), Some(size)) = (threshold.bytes(), part.bytes())
        && from < size
    {
        let (from, size) = (shown(&threshold), shown(&part));
        sink.at("multipart-threshold-below-part", &threshold)
            .with(&part, format!("a part has {size}"))
            .say(format!(
                "objects between {from} and {size} become uploads of a single part: three requests instead of one"
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

fn needs_path_style(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let endpoint = at.view.get("s3.endpoint");
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
    let style = at.view.get("s3.path_style_access");
    let message = format!(
        "`{host}` is not AWS: MinIO and many other stores do not answer to `bucket.{host}`, so they need `path_style_access: true`"
    );
    if style.is_present() {
        sink.at("endpoint-needs-path-style", &style)
            .with(&endpoint, format!("the endpoint is `{host}`"))
            .say(message);
    } else {
        sink.at("endpoint-needs-path-style", &endpoint).say(message);
    }
}

fn plain_http(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let endpoint = at.view.get("s3.endpoint");
    if !at.cx.in_environment(&["production"]) {
        return;
    }
    if endpoint
        .text()
        .is_some_and(|text| Uri::parse(&text).has_scheme(&["http"]))
    {
        sink.at("endpoint-plain-http", &endpoint)
            .with(&at.cx.environment, "the environment is `production`")
            .say("over `http:` state and signatures travel unencrypted, and S3 refuses objects that are encrypted with KMS; use `https:`");
    }
}
