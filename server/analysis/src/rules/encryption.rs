//! Encryption of checkpoints in S3.

use super::{Check, EntryCx, absence::shown, entry};
use crate::sink::Sink;

pub const CHECKS: &[Check] = &[
    entry("checkpoints", "sse-kms-without-key", kms_without_key),
    entry("checkpoints", "kms-key-ignored", key_ignored),
    entry("checkpoints", "kms-key-form", key_form),
];

fn kms_without_key(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let kind = at.view.get("encryption.type");
    if !kind.is("sse_kms") {
        return;
    }
    if let Some(place) = at.lacks("encryption.kms_key_id") {
        sink.missing("sse-kms-without-key", &place)
            .with(&kind, "the encryption is `sse_kms`")
            .say(
                "without `kms_key_id` S3 takes the key that AWS manages (`aws/s3`): its policy cannot be changed and other accounts cannot use it",
            );
    }
}

fn key_ignored(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let (kind, key) = (
        at.view.get("encryption.type"),
        at.view.get("encryption.kms_key_id"),
    );
    if key.is_present() && kind.is_any(&["sse_s3", "none"]) {
        let name = shown(&kind);
        sink.at("kms-key-ignored", &key)
            .with(&kind, format!("the encryption is `{name}`"))
            .say(format!(
                "`kms_key_id` has no effect with `type: {name}`; perhaps `sse_kms` is meant"
            ));
    }
}

fn key_form(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let key = at.view.get("encryption.kms_key_id");
    if let Some(text) = key.text().filter(|text| !is_kms_key(text)) {
        sink.at("kms-key-form", &key).say(format!(
            "`{text}` is no key of KMS: S3 takes the id of a key (a UUID, or `mrk-…`), `alias/name`, or the ARN of one of them"
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
