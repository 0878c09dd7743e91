//! Entries of `secrets`: what each provider needs to find the value, and settings around it.

use super::{
    Check, EntryCx, document, entry,
    parts::{
        absent_list, did_you_mean, in_production, lacks, listed, near_name, offer_name, shown,
    },
};
use crate::{
    Tag,
    cx::Cx,
    sink::Sink,
    view::{Val, View},
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
fn statements<'a>(at: &EntryCx<'_, 'a>) -> Vec<View<'a>> {
    match at.name.as_ref() {
        "_groups" => at
            .view
            .entries()
            .into_iter()
            .map(|(_, group)| group.view())
            .collect(),
        name if is_secret(name) => vec![at.view.clone()],
        _ => Vec::new(),
    }
}

fn provider_missing(cx: &Cx<'_>, sink: &mut Sink) {
    let secrets = cx.root.get("secrets").view();
    if !cx.judges_absence() || secrets.get("_config.default_provider").is_present() {
        return;
    }
    for (name, secret) in cx.entries("secrets").iter() {
        let view = secret.view();
        let provider = view.get("provider");
        if is_secret(name)
            && !view.is_missing()
            && !view.has_errors()
            && provider.is_missing()
            && view.get("_group").is_missing()
        {
            sink.missing("secret-provider-missing", &provider).say(format!(
                "the secret `{name}` has no `provider`, no `_group` gives it one, and there is no `_config.default_provider`"
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

fn required_field(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let provider = at.view.get("provider");
    if !is_secret(&at.name) || at.view.get("_group").is_present() {
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
    let (name, fields) = (&at.name, listed(missing));
    sink.at("secret-required-field", &provider).say(format!(
        "the secret `{name}` lacks {fields}, without which `{kind}` cannot find it"
    ));
}

fn vault_path_missing(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let provider = at.view.get("provider");
    if is_secret(&at.name)
        && provider.is("vault")
        && at.view.get("_group").is_missing()
        && lacks(at, "path")
        && lacks(at, "path_template")
    {
        let name = &at.name;
        sink.at("vault-path-missing", &provider).say(format!(
            "the secret `{name}` says nothing about its `path` in Vault"
        ));
    }
}

fn vault_path_template(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    for view in statements(at) {
        let template = view.get("path_template");
        let regional = view.get("regional");
        let Some(text) = template.text() else {
            continue;
        };
        if !text.contains("{region}") {
            sink.at("vault-path-template", &template).say(format!(
                "`{text}` has no `{{region}}`, so every region would read the same secret"
            ));
        } else if regional.is_false()
            || regional.is_missing() && at.cx.judges_absence() && view.get("_group").is_missing()
        {
            sink.at("vault-path-template", &template)
                .with(&regional, "`regional` is false")
                .say("`path_template` counts only together with `regional: true`, so it is not used here");
        }
    }
}

fn aws_region_missing(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let provider = at.view.get("provider");
    if is_secret(&at.name)
        && provider.is_any(&["aws_secrets_manager", "aws_parameter_store"])
        && at.view.get("_group").is_missing()
        && !at.view.get("regional").is_true()
        && lacks(at, "region")
    {
        let name = &at.name;
        sink.at("aws-secret-region-missing", &provider).say(format!(
            "the secret `{name}` has no `region`, so it is found only where the environment names the right one"
        ));
    }
}

fn group_unknown(cx: &Cx<'_>, sink: &mut Sink) {
    if !cx.complete || cx.is_base {
        return;
    }
    for section in ["secrets", "resources"] {
        let groups = cx.root.get(section).view().get("_groups");
        if groups.view().has_errors() {
            continue;
        }
        let known: Vec<String> = groups
            .view()
            .entries()
            .into_iter()
            .map(|(name, _)| name.into_owned())
            .collect();
        for (_, entry) in cx.entries(section).iter() {
            let group = entry.view().get("_group");
            let Some(name) = group.text() else { continue };
            if known.iter().any(|group| *group == name) {
                continue;
            }
            let near = near_name(&name, &known);
            let report = sink.at("group-unknown", &group).with(&groups, "the groups");
            offer_name(report, group.range(), near).say(format!(
                "there is no group `{name}` in `{section}._groups`, so what it should give is missing{}",
                did_you_mean(near)
            ));
        }
    }
}

fn env_in_production(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    if !in_production(at.cx) {
        return;
    }
    for view in statements(at) {
        let (provider, default) = (view.get("provider"), view.get("default"));
        if provider.is("env") {
            sink.at("secret-env-in-production", &provider)
                .with(&at.cx.environment, "the environment is `production`")
                .say("environment variables show up in process listings and crash reports; in production a secret belongs in a store such as `vault`");
        } else if default.is_present() {
            sink.at_key("secret-env-in-production", &default)
                .with(&at.cx.environment, "the environment is `production`")
                .say(
                    "with a `default` nobody notices in production that the real value is missing",
                );
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

fn auth_incomplete(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    if !is_secret(&at.name) || at.view.get("_group").is_present() {
        return;
    }
    for (path, value, fields) in LOGINS {
        let chosen = at.view.get(path);
        if !chosen.is(value) {
            continue;
        }
        let missing = absent_list(at, "auth", fields);
        if !missing.is_empty() {
            let missing = listed(missing);
            sink.at("secret-auth-incomplete", &chosen).say(format!(
                "logging in by `{value}` needs {missing} in `auth`, so this login cannot succeed"
            ));
        }
    }
}

fn on_missing_default(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    for view in statements(at) {
        let action = view.get("on_missing.action");
        let value = view.get("on_missing.default_value");
        if action.is("default") {
            if value.is_missing()
                && at.cx.judges_absence()
                && !view.has_errors()
                && view.get("_group").is_missing()
            {
                sink.at("on-missing-default", &action)
                    .say("`action: default` goes on with `default_value`, and there is none");
            }
        } else if let Some(other) = action.text()
            && value.is_present()
        {
            sink.at_key("on-missing-default", &value)
                .severity(Severity::Warning)
                .tag(Tag::Unnecessary)
                .with(&action, format!("the action is `{other}`"))
                .say(format!(
                    "`default_value` is used by `action: default` only; with `{other}` it has no effect"
                ));
        }
    }
}

fn rotation_slower_cache(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    for view in statements(at) {
        let (refresh, ttl) = (view.get("rotation.refresh_interval"), view.get("cache.ttl"));
        if view.get("cache.enabled").is_false() || view.get("rotation.auto_refresh").is_false() {
            continue;
        }
        if let (Some(every), Some(kept)) = (refresh.millis(), ttl.millis())
            && every < kept
        {
            let (every, kept) = (shown(&refresh), shown(&ttl));
            sink.at("rotation-slower-cache", &refresh)
                .with(&ttl, format!("the cache keeps the value for {kept}"))
                .say(format!(
                    "the refresh every {every} reads a value that the cache keeps for {kept}, so a rotated secret is seen after {kept} only"
                ));
        }
    }
}

fn variable_form(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    for view in statements(at) {
        variable(&view.get("variable"), sink);
        variable(&view.get("fallback.variable"), sink);
        for (_, value) in view.get("variables").view().entries() {
            variable(&value, sink);
        }
    }
}

/// Here the name itself is wanted, so the raw text is judged, not what a reference stands for.
fn variable(val: &Val<'_>, sink: &mut Sink) {
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
    let report = sink.at("secret-env-variable-form", val);
    match inner {
        Some(name) => report
            .replace(format!("Change to `{name}`"), name)
            .say(format!(
                "the name of the variable is wanted here, not a reference to it: write `{name}`"
            )),
        None => report.say(format!(
            "`{raw}` is no name of an environment variable: letters, digits and `_` only, without `$` and braces"
        )),
    }
}
