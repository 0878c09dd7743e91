//! How the stores of checkpoints are opened: ways of authentication, roles, keys.

use super::{Check, EntryContext, absence::shown, entry};
use crate::sink::DiagnosticSink;
use nexflow_syntax::NodeKind;

pub const CHECKS: &[Check] = &[
    entry("checkpoints", "secret-literal", literal_secret),
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
fn literal_secret(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    for (path, variable) in [
        ("auth.secret_key", "AWS_SECRET_KEY"),
        ("azure.account_key", "AZURE_STORAGE_KEY"),
    ] {
        let secret = at.mapping.get(path);
        if secret.text().is_some_and(|text| !text.is_empty()) {
            let by_default = secret.raw().is_some_and(|raw| raw.contains("${"));
            let what = if by_default {
                "Secret in plain text in the default of this reference"
            } else {
                "Secret in plain text"
            };
            sink.report("secret-literal", &secret).emit(format!(
                "{what}. Don't commit credentials; use `${{{variable}}}` or `secret://…`."
            ));
        }
    }
    let key = at.mapping.get("auth.access_key");
    if key.text().is_some_and(|text| is_aws_access_key(&text)) {
        sink.report("secret-literal", &key).emit(
            "AWS access key in plain text. Don't commit credentials; use `${AWS_ACCESS_KEY}` or `secret://…`.",
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

fn auth_type_not_for_store(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let (kind, way) = (at.mapping.get("type"), at.mapping.get("auth.type"));
    let Some(way_of) = way.text().and_then(|way| store_of(&way)) else {
        return;
    };
    if !kind.is_any(&["s3", "gcs", "hdfs", "azure_blob", "filesystem"]) || kind.is(way_of) {
        return;
    }
    let (store, way_name) = (shown(&kind), shown(&way));
    let ways = match store.as_ref() {
        "s3" => "; use `instance_profile`, `static` or `assume_role`",
        "gcs" => "; use `service_account` or `workload_identity`",
        _ => "",
    };
    sink.report("auth-type-not-for-store", &way)
        .related(&kind, format!("the store is `{store}`"))
        .emit(format!(
            "`{way_name}` applies to `{way_of}`, not to `{store}`{ways}."
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
fn may_be(at: &EntryContext<'_, '_>, store: &str) -> bool {
    at.mapping
        .get("type")
        .text()
        .is_none_or(|kind| kind == store)
}

fn static_without_keys(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let way = at.mapping.get("auth.type");
    // Beside an instance profile the keys are not used at all; an unknown way may be that one.
    if !may_be(at, "s3") || way.is("instance_profile") || way.is_unknown() {
        return;
    }
    let keys = ["access_key", "secret_key"];
    for (missing, other) in [(keys[0], keys[1]), (keys[1], keys[0])] {
        let Some(place) = at.lacks(&format!("auth.{missing}")) else {
            continue;
        };
        let other_key = at.mapping.get(&format!("auth.{other}"));
        if other_key.is_present() {
            sink.report_missing("s3-static-without-keys", &place)
                .missing([missing])
                .related(&other_key, format!("`{other}` alone"))
                .emit(format!(
                    "Missing `{missing}`: S3 needs it together with `{other}`."
                ));
        } else if way.is("static") && missing == keys[0] {
            sink.report_missing("s3-static-without-keys", &place)
                .missing(keys)
                .related(&way, "the type is `static`")
                .emit("Missing `access_key` and `secret_key`: `type: static` needs both.");
        }
    }
}

fn keys_ignored(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let way = at.mapping.get("auth.type");
    if !way.is("instance_profile") {
        return;
    }
    for name in ["access_key", "secret_key"] {
        let key = at.mapping.get("auth").mapping().child(name);
        if key.is_present() {
            sink.report("s3-keys-ignored", &key)
                .related(&way, "the type is `instance_profile`")
                .emit(format!(
                    "`{name}` is ignored with `instance_profile` and only spreads a credential."
                ));
        }
    }
}

fn assume_role_without_arn(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let way = at.mapping.get("auth.type");
    if !way.is("assume_role") || !may_be(at, "s3") {
        return;
    }
    if let Some(place) = at.lacks("auth.role_arn") {
        sink.report_missing("assume-role-without-arn", &place)
            .missing(["role_arn"])
            .related(&way, "the type is `assume_role`")
            .emit("Missing `role_arn`: `assume_role` needs it.");
    }
}

fn role_arn_ignored(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let (way, arn) = (at.mapping.get("auth.type"), at.mapping.get("auth.role_arn"));
    if arn.is_present() && way.is_any(&["instance_profile", "static"]) {
        let name = shown(&way);
        sink.report("role-arn-ignored", &arn)
            .related(&way, format!("the type is `{name}`"))
            .emit(format!(
                "`role_arn` is ignored with `type: {name}`; only `assume_role` uses it."
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

fn role_arn_malformed(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let arn = at.mapping.get("auth.role_arn");
    let Some(text) = arn.text().filter(|text| role_account(text).is_none()) else {
        return;
    };
    let slip = if text.contains(":instance-profile/") {
        " (it names an instance profile)"
    } else if text.contains(":user/") {
        " (it names a user)"
    } else if text.starts_with("arn:") && text.contains(":iam:") && !text.contains(":iam::") {
        " (a colon is missing; the region is empty)"
    } else {
        ""
    };
    sink.report("role-arn-malformed", &arn).emit(format!(
        "Invalid role ARN `{text}`{slip}. Expected `arn:aws:iam::123456789012:role/name`."
    ));
}

fn role_arn_account_length(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let arn = at.mapping.get("auth.role_arn");
    let Some(text) = arn.text() else { return };
    if let Some(account) = role_account(&text).filter(|account| account.len() != 12) {
        let digits = account.len();
        sink.report("role-arn-account-length", &arn).emit(format!(
            "AWS account IDs have 12 digits; `{account}` has {digits}."
        ));
    }
}

fn service_account_without_key(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let way = at.mapping.get("auth.type");
    if !way.is("service_account") || !may_be(at, "gcs") {
        return;
    }
    if let Some(place) = at.lacks("auth.key_file") {
        sink.report_missing("gcs-service-account-without-key", &place)
            .missing(["key_file"])
            .related(&way, "the type is `service_account`")
            .emit("Missing `key_file`: every process then needs `GOOGLE_APPLICATION_CREDENTIALS`.");
    }
}

fn gcs_key_ignored(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let (way, key) = (at.mapping.get("auth.type"), at.mapping.get("auth.key_file"));
    if key.is_present() && way.is("workload_identity") {
        sink.report("gcs-key-ignored", &key)
            .related(&way, "the type is `workload_identity`")
            .emit("`key_file` is ignored with `workload_identity` and only spreads a credential.");
    }
}

fn key_with_managed_identity(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let (way, key) = (
        at.mapping.get("azure.auth_type"),
        at.mapping.get("azure.account_key"),
    );
    if key.is_present() && way.is("managed_identity") {
        sink.report("azure-key-with-managed-identity", &key)
            .related(&way, "the type is `managed_identity`")
            .emit("`account_key` is ignored with `managed_identity` and opens the whole storage account.");
    }
}

fn azure_account_missing(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let kind = at.mapping.get("type");
    if !kind.is("azure_blob") {
        return;
    }
    if let Some(place) = at.lacks("azure.account_name") {
        let name = &at.name;
        sink.report_missing("azure-account-missing", &place)
            .missing(["azure.account_name"])
            .related(&kind, "the store is `azure_blob`")
            .emit(format!("Missing `azure.account_name` in `{name}`."));
    }
}

fn azure_without_credentials(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let azure = at.mapping.get("azure");
    if azure.kind() != NodeKind::Mapping || !may_be(at, "azure_blob") {
        return;
    }
    if at.lacks("azure.account_key").is_some() && at.lacks("azure.auth_type").is_some() {
        sink.report_key("azure-without-credentials", &azure).emit(
            "Missing `account_key` or `auth_type`: the cluster then has to bring the credentials.",
        );
    }
}
