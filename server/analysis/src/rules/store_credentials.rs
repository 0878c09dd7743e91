//! How the stores of checkpoints are opened: ways of authentication, roles, keys.

use super::{Check, EntryCx, absence::shown, entry};
use crate::sink::Sink;
use nexflow_syntax::NodeKind;

pub const CHECKS: &[Check] = &[
    entry("checkpoints", "literal-secret", literal_secret),
    entry(
        "checkpoints",
        "auth-type-not-for-store",
        auth_type_not_for_store,
    ),
    entry("checkpoints", "s3-static-without-keys", static_without_keys),
    entry("checkpoints", "s3-keys-ignored", keys_ignored),
    entry(
        "checkpoints",
        "assume-role-without-arn",
        assume_role_without_arn,
    ),
    entry("checkpoints", "role-arn-ignored", role_arn_ignored),
    entry("checkpoints", "role-arn-malformed", role_arn_malformed),
    entry(
        "checkpoints",
        "role-arn-account-length",
        role_arn_account_length,
    ),
    entry(
        "checkpoints",
        "gcs-service-account-without-key",
        service_account_without_key,
    ),
    entry("checkpoints", "gcs-key-ignored", gcs_key_ignored),
    entry(
        "checkpoints",
        "azure-key-with-managed-identity",
        key_with_managed_identity,
    ),
    entry(
        "checkpoints",
        "azure-account-missing",
        azure_account_missing,
    ),
    entry(
        "checkpoints",
        "azure-without-credentials",
        azure_without_credentials,
    ),
];

/// The value itself is never said: messages go to logs and screens.
fn literal_secret(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    for (path, variable) in [
        ("auth.secret_key", "AWS_SECRET_KEY"),
        ("azure.account_key", "AZURE_STORAGE_KEY"),
    ] {
        let secret = at.view.get(path);
        if secret.text().is_some_and(|text| !text.is_empty()) {
            let by_default = secret.raw().is_some_and(|raw| raw.contains("${"));
            let what = if by_default {
                "the default of this reference holds"
            } else {
                "this is"
            };
            sink.at("literal-secret", &secret).say(format!(
                "{what} a secret in plain text, and L5 documents live in version control: write a reference such as `${{{variable}}}` or `secret://…`"
            ));
        }
    }
    let key = at.view.get("auth.access_key");
    if key.text().is_some_and(|text| is_aws_access_key(&text)) {
        sink.at("literal-secret", &key).say(
            "this is an access key of AWS in plain text, and L5 documents live in version control: write a reference such as `${AWS_ACCESS_KEY}` or `secret://…`",
        );
    }
}

/// `AKIA` (a user's) or `ASIA` (a session's) with sixteen more capitals and digits.
fn is_aws_access_key(text: &str) -> bool {
    text.len() == 20
        && (text.starts_with("AKIA") || text.starts_with("ASIA"))
        && text
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

fn auth_type_not_for_store(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let (kind, way) = (at.view.get("type"), at.view.get("auth.type"));
    let Some(way_of) = way.text().and_then(|way| store_of(&way)) else {
        return;
    };
    if !kind.is_any(&["s3", "gcs", "hdfs", "azure_blob", "filesystem"]) || kind.is(way_of) {
        return;
    }
    let (store, way_name) = (shown(&kind), shown(&way));
    let ways = match store.as_ref() {
        "s3" => "; `s3` knows `instance_profile`, `static` and `assume_role`",
        "gcs" => "; `gcs` knows `service_account` and `workload_identity`",
        _ => "",
    };
    sink.at("auth-type-not-for-store", &way)
        .with(&kind, format!("the store is `{store}`"))
        .say(format!(
            "`{way_name}` is a way into `{way_of}` and means nothing to `{store}`{ways}"
        ));
}

fn store_of(way: &str) -> Option<&'static str> {
    match way {
        "instance_profile" | "static" | "assume_role" => Some("s3"),
        "service_account" | "workload_identity" => Some("gcs"),
        _ => None,
    }
}

/// True unless the entry is known to be of another type.
fn may_be(at: &EntryCx<'_, '_>, store: &str) -> bool {
    at.view.get("type").text().is_none_or(|kind| kind == store)
}

fn static_without_keys(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let way = at.view.get("auth.type");
    // Beside an instance profile the keys are not used at all; an unknown way may be that one.
    if !may_be(at, "s3") || way.is("instance_profile") || way.is_unknown() {
        return;
    }
    let keys = ["access_key", "secret_key"];
    for (missing, other) in [(keys[0], keys[1]), (keys[1], keys[0])] {
        let Some(place) = at.lacks(&format!("auth.{missing}")) else {
            continue;
        };
        let other_key = at.view.get(&format!("auth.{other}"));
        if other_key.is_present() {
            sink.missing("s3-static-without-keys", &place)
                .with(&other_key, format!("`{other}` alone"))
                .say(format!(
                    "`{other}` stands without `{missing}`, and S3 needs both"
                ));
        } else if way.is("static") && missing == keys[0] {
            sink.missing("s3-static-without-keys", &place)
                .with(&way, "the way in is `static`")
                .say("`type: static` needs `access_key` and `secret_key`, and neither is given");
        }
    }
}

fn keys_ignored(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let way = at.view.get("auth.type");
    if !way.is("instance_profile") {
        return;
    }
    for name in ["access_key", "secret_key"] {
        let key = at.view.get("auth").view().child(name);
        if key.is_present() {
            sink.at("s3-keys-ignored", &key)
                .with(&way, "the way in is `instance_profile`")
                .say(format!(
                    "`{name}` is not used with `instance_profile` and only spreads a credential"
                ));
        }
    }
}

fn assume_role_without_arn(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let way = at.view.get("auth.type");
    if !way.is("assume_role") || !may_be(at, "s3") {
        return;
    }
    if let Some(place) = at.lacks("auth.role_arn") {
        sink.missing("assume-role-without-arn", &place)
            .with(&way, "the way in is `assume_role`")
            .say("`assume_role` needs `role_arn`: nothing says which role to assume");
    }
}

fn role_arn_ignored(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let (way, arn) = (at.view.get("auth.type"), at.view.get("auth.role_arn"));
    if arn.is_present() && way.is_any(&["instance_profile", "static"]) {
        let name = shown(&way);
        sink.at("role-arn-ignored", &arn)
            .with(&way, format!("the way in is `{name}`"))
            .say(format!(
                "`role_arn` has no effect with `type: {name}`: only `assume_role` uses it"
            ));
    }
}

/// The account of a well-formed ARN of a role.
fn role_account(arn: &str) -> Option<&str> {
    let parts: Vec<_> = arn.splitn(6, ':').collect();
    let ["arn", partition, "iam", "", account, role] = parts.as_slice() else {
        return None;
    };
    let partition_sound = partition.strip_prefix("aws").is_some_and(|rest| {
        rest.bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
    });
    let account_sound = !account.is_empty() && account.bytes().all(|byte| byte.is_ascii_digit());
    let role_sound = role
        .strip_prefix("role/")
        .is_some_and(|name| !name.is_empty());
    (partition_sound && account_sound && role_sound).then_some(*account)
}

fn role_arn_malformed(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let arn = at.view.get("auth.role_arn");
    let Some(text) = arn.text().filter(|text| role_account(text).is_none()) else {
        return;
    };
    let slip = if text.contains(":instance-profile/") {
        ": this names an instance profile"
    } else if text.contains(":user/") {
        ": this names a user"
    } else if text.starts_with("arn:") && text.contains(":iam:") && !text.contains(":iam::") {
        ": a colon is missing, for the region stays empty"
    } else {
        ""
    };
    sink.at("role-arn-malformed", &arn).say(format!(
        "`{text}` is not the ARN of a role{slip}; one looks like `arn:aws:iam::123456789012:role/name`"
    ));
}

fn role_arn_account_length(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let arn = at.view.get("auth.role_arn");
    let Some(text) = arn.text() else { return };
    if let Some(account) = role_account(&text).filter(|account| account.len() != 12) {
        let digits = account.len();
        sink.at("role-arn-account-length", &arn).say(format!(
            "an account of AWS has 12 digits, and `{account}` has {digits}"
        ));
    }
}

fn service_account_without_key(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let way = at.view.get("auth.type");
    if !way.is("service_account") || !may_be(at, "gcs") {
        return;
    }
    if let Some(place) = at.lacks("auth.key_file") {
        sink.missing("gcs-service-account-without-key", &place)
            .with(&way, "the way in is `service_account`")
            .say(
                "without `key_file` a service account works only where `GOOGLE_APPLICATION_CREDENTIALS` is set for every process",
            );
    }
}

fn gcs_key_ignored(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let (way, key) = (at.view.get("auth.type"), at.view.get("auth.key_file"));
    if key.is_present() && way.is("workload_identity") {
        sink.at("gcs-key-ignored", &key)
            .with(&way, "the way in is `workload_identity`")
            .say("`key_file` is not used with `workload_identity`: the pod's identity counts, and the file is a long-lived credential that nobody needs");
    }
}

fn key_with_managed_identity(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let (way, key) = (
        at.view.get("azure.auth_type"),
        at.view.get("azure.account_key"),
    );
    if key.is_present() && way.is("managed_identity") {
        sink.at("azure-key-with-managed-identity", &key)
            .with(&way, "the way in is `managed_identity`")
            .say("`account_key` is not used with `managed_identity`, and it opens the whole storage account to whoever reads it");
    }
}

fn azure_account_missing(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let kind = at.view.get("type");
    if !kind.is("azure_blob") {
        return;
    }
    if let Some(place) = at.lacks("azure.account_name") {
        let name = &at.name;
        sink.missing("azure-account-missing", &place)
            .with(&kind, "the store is `azure_blob`")
            .say(format!(
                "`{name}` has no `azure.account_name`, which is part of the store's host name"
            ));
    }
}

fn azure_without_credentials(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let azure = at.view.get("azure");
    if azure.kind() != NodeKind::Mapping || !may_be(at, "azure_blob") {
        return;
    }
    if at.lacks("azure.account_key").is_some() && at.lacks("azure.auth_type").is_some() {
        sink.at_key("azure-without-credentials", &azure).say(
            "`azure` has neither `account_key` nor `auth_type`: this works only where the cluster's Hadoop configuration or the environment brings the credentials",
        );
    }
}
