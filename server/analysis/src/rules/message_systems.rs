//! Kinesis and Pulsar.

use nexflow_catalog::value::list;

use super::{
    Check, EntryContext,
    address::Address,
    entry,
    shared::{absent_list, lacks, listed, shown, them},
};
use crate::{Tag, sink::DiagnosticSink};

pub const CHECKS: &[Check] = &[
    entry("streams", "fan-out-consumer-name", fan_out_consumer_name),
    entry("streams", "kinesis-timestamp-missing", timestamp_missing),
    entry(
        "streams",
        "aws-credentials-incomplete",
        credentials_incomplete,
    ),
    entry(
        "streams",
        "kinesis-key-without-encryption",
        key_without_encryption,
    ),
    entry("streams", "pulsar-address-form", pulsar_address_form),
    entry(
        "streams",
        "pulsar-dead-letter-type",
        pulsar_dead_letter_type,
    ),
];

fn fan_out_consumer_name(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let kind = at.mapping.get("consumer.type");
    if kind.is("enhanced_fan_out") && lacks(at, "consumer.consumer_name") {
        sink.report("fan-out-consumer-name", &kind)
            .missing(["consumer_name"])
            .emit("Missing `consumer_name`: `enhanced_fan_out` registers the consumer under it.");
    }
}

fn timestamp_missing(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let position = at.mapping.get("consumer.starting_position");
    if position.is("AT_TIMESTAMP") {
        sink.report("kinesis-timestamp-missing", &position)
            .emit("`AT_TIMESTAMP` needs a timestamp, and L5 has no field for it.");
    }
}

/// Fields that each way of getting credentials needs.
const CREDENTIALS: [(&str, &[&str]); 3] = [
    ("assume_role", &["role_arn"]),
    ("static", &["access_key_id", "secret_access_key"]),
    ("profile", &["profile"]),
];

fn credentials_incomplete(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let kind = at.mapping.get("credentials.type");
    for (way, fields) in CREDENTIALS {
        if !kind.is(way) {
            continue;
        }
        let missing = absent_list(at, "credentials", fields);
        if !missing.is_empty() {
            let names = listed(missing.iter().copied());
            let them = them(&missing);
            sink.report("aws-credentials-incomplete", &kind)
                .missing(missing)
                .emit(format!(
                    "Missing {names}: credentials of type `{way}` need {them}."
                ));
        }
    }
}

fn key_without_encryption(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let (key, encryption) = (at.mapping.get("kms_key_id"), at.mapping.get("encryption"));
    if key.is_present() && (encryption.is_false() || lacks(at, "encryption")) {
        sink.report_key("kinesis-key-without-encryption", &key)
            .tag(Tag::Unnecessary)
            .related(&encryption, "`encryption` is false")
            .emit("`kms_key_id` is ignored without `encryption: true`; records are stored unencrypted.");
    }
}

fn pulsar_address_form(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    if !at.mapping.get("type").is("pulsar") {
        return;
    }
    for (field, schemes, needed) in [
        ("service_url", &["pulsar", "pulsar+ssl"][..], true),
        ("admin_url", &["http", "https"][..], true),
        ("topic", &["persistent", "non-persistent"][..], false),
    ] {
        let val = at.mapping.get(field);
        let Some(text) = val.text().filter(|text| !text.is_empty()) else {
            continue;
        };
        let scheme = Address::parse(&text).scheme;
        let right = match scheme {
            Some(scheme) => schemes.contains(&scheme),
            None => !needed,
        };
        if right {
            continue;
        }
        let wanted: Vec<_> = schemes
            .iter()
            .map(|scheme| format!("{scheme}://"))
            .collect();
        let wanted = list(&wanted.iter().map(String::as_str).collect::<Vec<_>>());
        sink.report("pulsar-address-form", &val).emit(match scheme {
            Some(scheme) => {
                format!("Invalid URI scheme `{scheme}://` in `{field}`. Use {wanted}.")
            }
            None => format!("Missing URI scheme in `{field}`. Use {wanted}."),
        });
    }
}

fn pulsar_dead_letter_type(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let policy = at.mapping.get("consumer.dead_letter_policy");
    let kind = at.mapping.get("consumer.subscription_type");
    if policy.is_present() && kind.is_any(&["Exclusive", "Failover"]) {
        let chosen = shown(&kind);
        sink.report_key("pulsar-dead-letter-type", &policy)
            .tag(Tag::Unnecessary)
            .related(&kind, format!("the subscription is `{chosen}`"))
            .emit(format!(
                "`dead_letter_policy` is ignored: `{chosen}` subscriptions do not support it."
            ));
    }
}
