//! Entries of `secrets`: what each provider needs to find the value, and settings around it.

use super::{
    Check, EntryContext, document, entry,
    shared::{
        absent_list, did_you_mean, in_production, lacks, listed, near_name, offer_name, shown, them,
    },
};
use crate::{
    Tag,
    document_context::DocumentContext,
    merged::{MergedMapping, MergedValue},
    sink::DiagnosticSink,
};
use nexflow_catalog::Severity;

pub const CHECKS: &[Check] = &[
    document("secret-provider-missing", provider_missing),
    entry("secrets", "secret-required-field", required_field),
    entry("secrets", "vault-path-missing", vault_path_missing),
    entry("secrets", "vault-path-template", vault_path_template),
    entry("secrets", "aws-secret-region-missing", aws_region_missing),
    document("group-unknown", group_unknown),
    entry("secrets", "secret-env-in-production", env_in_production),
    entry("secrets", "secret-auth-incomplete", auth_incomplete),
    entry("secrets", "on-missing-default", on_missing_default),
    entry("secrets", "rotation-slower-cache", rotation_slower_cache),
    entry("secrets", "secret-env-variable-form", variable_form),
];

/// True for the entries of `secrets` that are secrets themselves.
fn is_secret(name: &str) -> bool {
    !name.starts_with('_')
}

/// What an entry says about secrets: itself, or for `_groups` each group.
fn statements<'a>(at: &EntryContext<'_, 'a>) -> Vec<MergedMapping<'a>> {
    match at.name.as_ref() {
        "_groups" => at
            .mapping
            .entries()
            .into_iter()
            .map(|(_, group)| group.mapping())
            .collect(),
        name if is_secret(name) => vec![at.mapping.clone()],
        _ => Vec::new(),
    }
}

fn provider_missing(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let secrets = cx.root.get("secrets").mapping();
    if !cx.checks_absence() || secrets.get("_config.default_provider").is_present() {
        return;
    }
    for (name, secret) in cx.entries("secrets").iter() {
        let mapping = secret.mapping();
        let provider = mapping.get("provider");
        if is_secret(name)
            && !mapping.is_missing()
            && !mapping.has_errors()
            && provider.is_missing()
            && mapping.get("_group").is_missing()
        {
            sink.report_missing("secret-provider-missing", &provider)
                .missing(["provider"])
                .emit(format!(
                    "Missing `provider` in secret `{name}`; no default provider is set."
                ));
        }
    }
}

/// What a provider needs. Each item is a list of alternatives.
fn needs(provider: &str) -> &'static [&'static [&'static str]] {
    match provider {
        "aws_secrets_manager" => &[&["secret_id"]],
        "aws_parameter_store" => &[&["name"]],
        "kubernetes" => &[&["namespace"], &["secret_name"]],
        "azure_key_vault" => &[&["vault_url"], &["secret_name"]],
        "gcp_secret_manager" => &[&["project"], &["secret"]],
        "env" => &[&["variable", "variables"]],
        _ => &[],
    }
}

fn required_field(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let provider = at.mapping.get("provider");
    if !is_secret(&at.name) || at.mapping.get("_group").is_present() {
        return;
    }
    let Some(kind) = provider.text() else { return };
    // A fragment may show a secret of the environment by its provider alone, so that others can refer to it.
    if kind == "env" && !at.cx.whole {
        return;
    }
    let missing: Vec<&str> = needs(&kind)
        .iter()
        .filter(|any| any.iter().all(|field| lacks(at, field)))
        .map(|any| any[0])
        .collect();
    if missing.is_empty() {
        return;
    }
    let (name, fields) = (&at.name, listed(missing.iter().copied()));
    let them = them(&missing);
    sink.report("secret-required-field", &provider)
        .missing(missing)
        .emit(format!(
            "Missing {fields} in secret `{name}`; provider `{kind}` requires {them}."
        ));
}

fn vault_path_missing(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let provider = at.mapping.get("provider");
    if is_secret(&at.name)
        && provider.is("vault")
        && at.mapping.get("_group").is_missing()
        && lacks(at, "path")
        && lacks(at, "path_template")
    {
        let name = &at.name;
        sink.report("vault-path-missing", &provider)
            .missing(["path"])
            .emit(format!("Missing `path` in Vault secret `{name}`."));
    }
}

fn vault_path_template(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    for mapping in statements(at) {
        let template = mapping.get("path_template");
        let regional = mapping.get("regional");
        let Some(text) = template.text() else {
            continue;
        };
        if !text.contains("{region}") {
            sink.report("vault-path-template", &template).emit(format!(
                "`{text}` has no `{{region}}`, so every region reads the same secret."
            ));
        } else if regional.is_false()
            || regional.is_missing() && at.cx.checks_absence() && mapping.get("_group").is_missing()
        {
            sink.report("vault-path-template", &template)
                .related(&regional, "`regional` is false")
                .emit("`path_template` is ignored without `regional: true`.");
        }
    }
}

fn aws_region_missing(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let provider = at.mapping.get("provider");
    if is_secret(&at.name)
        && provider.is_any(&["aws_secrets_manager", "aws_parameter_store"])
        && at.mapping.get("_group").is_missing()
        && !at.mapping.get("regional").is_true()
        && lacks(at, "region")
    {
        let name = &at.name;
        sink.report("aws-secret-region-missing", &provider)
            .missing(["region"])
            .emit(format!("Missing `region` in secret `{name}`."));
    }
}

fn group_unknown(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    if !cx.complete || cx.is_base {
        return;
    }
    for section in ["secrets", "resources"] {
        let groups = cx.root.get(section).mapping().get("_groups");
        if groups.mapping().has_errors() {
            continue;
        }
        let known: Vec<String> = groups
            .mapping()
            .entries()
            .into_iter()
            .map(|(name, _)| name.into_owned())
            .collect();
        for (_, entry) in cx.entries(section).iter() {
            let group = entry.mapping().get("_group");
            let Some(name) = group.text() else { continue };
            if known.iter().any(|group| *group == name) {
                continue;
            }
            let near = near_name(&name, &known);
            let report = sink
                .report("group-unknown", &group)
                .related(&groups, "the groups");
            offer_name(report, group.range(), near).emit(format!(
                "Unknown group `{name}` in `{section}._groups`.{}",
                did_you_mean(near)
            ));
        }
    }
}

fn env_in_production(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    if !in_production(at.cx) {
        return;
    }
    for mapping in statements(at) {
        let (provider, default) = (mapping.get("provider"), mapping.get("default"));
        if provider.is("env") {
            sink.report("secret-env-in-production", &provider)
                .related(&at.cx.environment, "the environment is `production`")
                .severity(Severity::Hint)
                .emit("Environment variables show up in process listings and crash reports. Fill them from a secret store, such as a Kubernetes secret.");
        } else if default.is_present() {
            sink.report_key("secret-env-in-production", &default)
                .related(&at.cx.environment, "the environment is `production`")
                .emit("With a `default`, nobody notices that the real value is missing.");
        }
    }
}

/// Fields that a way of logging in needs: the field that chooses it, its value, what it needs.
const LOGINS: [(&str, &str, &[&str]); 5] = [
    ("auth.method", "kubernetes", &["role"]),
    ("auth.method", "approle", &["role_id", "secret_id"]),
    ("auth.type", "assume_role", &["role_arn"]),
    (
        "auth.type",
        "service_principal",
        &["tenant_id", "client_id", "client_secret"],
    ),
    ("auth.type", "service_account", &["key_file"]),
];

fn auth_incomplete(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    if !is_secret(&at.name) || at.mapping.get("_group").is_present() {
        return;
    }
    for (path, value, fields) in LOGINS {
        let chosen = at.mapping.get(path);
        if !chosen.is(value) {
            continue;
        }
        let missing = absent_list(at, "auth", fields);
        if !missing.is_empty() {
            let names = listed(missing.iter().copied());
            let them = them(&missing);
            sink.report("secret-auth-incomplete", &chosen)
                .missing(missing)
                .emit(format!(
                    "Missing {names} in `auth`; method `{value}` requires {them}."
                ));
        }
    }
}

fn on_missing_default(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    for mapping in statements(at) {
        let action = mapping.get("on_missing.action");
        let value = mapping.get("on_missing.default_value");
        if action.is("default") {
            if value.is_missing()
                && at.cx.checks_absence()
                && !mapping.has_errors()
                && mapping.get("_group").is_missing()
            {
                sink.report("on-missing-default", &action)
                    .emit("Missing `default_value`: `action: default` needs it.");
            }
        } else if let Some(other) = action.text()
            && value.is_present()
        {
            sink.report_key("on-missing-default", &value)
                .severity(Severity::Warning)
                .tag(Tag::Unnecessary)
                .related(&action, format!("the action is `{other}`"))
                .emit(format!(
                    "`default_value` is ignored: only `action: default` uses it, not `{other}`."
                ));
        }
    }
}

fn rotation_slower_cache(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    for mapping in statements(at) {
        let (refresh, ttl) = (
            mapping.get("rotation.refresh_interval"),
            mapping.get("cache.ttl"),
        );
        if mapping.get("cache.enabled").is_false()
            || mapping.get("rotation.auto_refresh").is_false()
        {
            continue;
        }
        if let (Some(every), Some(kept)) = (refresh.millis(), ttl.millis())
            && every < kept
        {
            let (every, kept) = (shown(&refresh), shown(&ttl));
            sink.report("rotation-slower-cache", &refresh)
                .related(&ttl, format!("the cache keeps the value for {kept}"))
                .emit(format!(
                    "The cache keeps the value for {kept}, longer than the refresh interval ({every})."
                ));
        }
    }
}

fn variable_form(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    for mapping in statements(at) {
        variable(&mapping.get("variable"), sink);
        variable(&mapping.get("fallback.variable"), sink);
        for (_, value) in mapping.get("variables").mapping().entries() {
            variable(&value, sink);
        }
    }
}

/// Here the name itself is wanted, so the raw text is checked, not what a reference stands for.
fn variable(val: &MergedValue<'_>, sink: &mut DiagnosticSink) {
    let Some(raw) = val.raw().filter(|raw| raw.contains(['$', '{', '-'])) else {
        return;
    };
    let inner = raw
        .strip_prefix("${")
        .and_then(|rest| rest.strip_suffix('}'))
        .filter(|name| {
            !name.is_empty()
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        });
    let report = sink.report("secret-env-variable-form", val);
    match inner {
        Some(name) => report
            .replace(format!("Change to `{name}`"), name)
            .emit(format!(
                "Write the name of the variable, `{name}`, not a reference to it."
            )),
        None => report.emit(format!(
            "Invalid variable name `{raw}`: use letters, digits and `_`."
        )),
    }
}
