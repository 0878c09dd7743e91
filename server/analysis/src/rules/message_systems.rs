//! Kinesis and Pulsar.

use super::{
    Check, EntryCx,
    address::Address,
    entry,
    parts::{absent_list, lacks, listed, shown},
};
use crate::{Tag, sink::Sink};

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

fn fan_out_consumer_name(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let kind = at.view.get("consumer.type");
    if kind.is("enhanced_fan_out") && lacks(at, "consumer.consumer_name") {
        sink.at("fan-out-consumer-name", &kind).say(
            "`enhanced_fan_out` registers the consumer under `consumer_name`, and there is none",
        );
    }
}

fn timestamp_missing(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let position = at.view.get("consumer.starting_position");
    if position.is("AT_TIMESTAMP") {
        sink.at("kinesis-timestamp-missing", &position).say(
            "`AT_TIMESTAMP` needs a time, for which L5 has no field: use `TRIM_HORIZON` or `LATEST`",
        );
    }
}

/// Fields that each way of getting credentials needs.
const CREDENTIALS: [(&str, &[&str]); 3] = [
    ("assume_role", &["role_arn"]),
    ("static", &["access_key_id", "secret_access_key"]),
    ("profile", &["profile"]),
];

fn credentials_incomplete(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let kind = at.view.get("credentials.type");
    for (way, fields) in CREDENTIALS {
        if !kind.is(way) {
            continue;
        }
        let missing = absent_list(at, "credentials", fields);
        if !missing.is_empty() {
            let missing = listed(missing);
            sink.at("aws-credentials-incomplete", &kind)
                .say(format!("credentials of type `{way}` need {missing}"));
        }
    }
}

fn key_without_encryption(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let (key, encryption) = (at.view.get("kms_key_id"), at.view.get("encryption"));
    if key.is_present() && (encryption.is_false() || lacks(at, "encryption")) {
        sink.at_key("kinesis-key-without-encryption", &key)
            .tag(Tag::Unnecessary)
            .with(&encryption, "`encryption` is false")
            .say("`kms_key_id` counts only together with `encryption: true`, so the key is not used and records are stored in clear");
    }
}

fn pulsar_address_form(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    if !at.view.get("type").is("pulsar") {
        return;
    }
    for (field, schemes, needed) in [
        ("service_url", &["pulsar", "pulsar+ssl"][..], true),
        ("admin_url", &["http", "https"][..], true),
        ("topic", &["persistent", "non-persistent"][..], false),
    ] {
        let val = at.view.get(field);
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
        let found = match scheme {
            Some(scheme) => format!(", not with `{scheme}://`"),
            None => String::new(),
        };
        let wanted = schemes
            .iter()
            .map(|scheme| format!("`{scheme}://`"))
            .collect::<Vec<_>>()
            .join(" or ");
        sink.at("pulsar-address-form", &val).say(format!(
            "`{field}` must begin with {wanted}{found}: the client refuses anything else"
        ));
    }
}

fn pulsar_dead_letter_type(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let policy = at.view.get("consumer.dead_letter_policy");
    let kind = at.view.get("consumer.subscription_type");
    if policy.is_present() && kind.is_any(&["Exclusive", "Failover"]) {
        let chosen = shown(&kind);
        sink.at_key("pulsar-dead-letter-type", &policy)
            .tag(Tag::Unnecessary)
            .with(&kind, format!("the subscription is `{chosen}`"))
            .say(format!(
                "Pulsar applies `dead_letter_policy` to `Shared` and `Key_Shared` subscriptions only; with `{chosen}` it has no effect"
            ));
    }
}
