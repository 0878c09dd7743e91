//! Encryption of checkpoints in S3.

use super::{Check, EntryContext, absence::shown, entry};
use crate::sink::DiagnosticSink;

pub const CHECKS: &[Check] = &[
    entry("checkpoints", "sse-kms-without-key", kms_without_key),
    entry("checkpoints", "kms-key-ignored", key_ignored),
    entry("checkpoints", "kms-key-form", key_form),
];

fn kms_without_key(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let kind = at.mapping.get("encryption.type");
    if !kind.is("sse_kms") {
        return;
    }
    if let Some(place) = at.lacks("encryption.kms_key_id") {
        sink.report_missing("sse-kms-without-key", &place).missing(["kms_key_id"])
            .related(&kind, "the encryption is `sse_kms`")
            .emit(
                "Missing `kms_key_id`: S3 uses the AWS managed key, which other accounts cannot use.",
            );
    }
}

fn key_ignored(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let (kind, key) = (
        at.mapping.get("encryption.type"),
        at.mapping.get("encryption.kms_key_id"),
    );
    if key.is_present() && kind.is_any(&["sse_s3", "none"]) {
        let name = shown(&kind);
        sink.report("kms-key-ignored", &key)
            .related(&kind, format!("the encryption is `{name}`"))
            .emit(format!(
                "`kms_key_id` is ignored with `type: {name}`; only `sse_kms` uses it."
            ));
    }
}

fn key_form(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let key = at.mapping.get("encryption.kms_key_id");
    if let Some(text) = key.text().filter(|text| !is_kms_key(text)) {
        sink.report("kms-key-form", &key).emit(format!(
            "Invalid KMS key `{text}`. Use a key ID, `alias/<name>` or an ARN."
        ));
    }
}

fn is_kms_key(text: &str) -> bool {
    let hex = |part: &str, length: usize| {
        part.len() == length && part.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    let uuid = |text: &str| {
        let parts: Vec<_> = text.split('-').collect();
        parts.len() == 5
            && parts
                .iter()
                .zip([8, 4, 4, 4, 12])
                .all(|(part, length)| hex(part, length))
    };
    let multi_region = text.strip_prefix("mrk-").is_some_and(|id| hex(id, 32));
    let alias = |text: &str| {
        text.strip_prefix("alias/")
            .is_some_and(|name| !name.is_empty())
    };
    uuid(text) || multi_region || alias(text) || is_kms_arn(text, alias)
}

fn is_kms_arn(text: &str, alias: impl Fn(&str) -> bool) -> bool {
    let parts: Vec<_> = text.splitn(6, ':').collect();
    let ["arn", partition, "kms", region, account, resource] = parts.as_slice() else {
        return false;
    };
    partition.starts_with("aws")
        && !region.is_empty()
        && !account.is_empty()
        && (alias(resource)
            || resource
                .strip_prefix("key/")
                .is_some_and(|id| !id.is_empty()))
}
