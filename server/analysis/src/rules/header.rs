//! The lines that say what a document is: `version`, `environment`, `extends`.

use nexflow_catalog::{Severity, value::suggest::nearest};

use super::{
    Check, document,
    shared::{did_you_mean, is_literal, is_plain_number},
};
use crate::{
    BaseProblem,
    document_context::{DocumentContext, is_begun},
    sink::DiagnosticSink,
};

pub const CHECKS: &[Check] = &[
    document("header-missing", header_missing),
    document("version-not-text", version_not_text),
    document("environment-unknown", environment_unknown),
    document("extends-form", extends_form),
    document("extends-missing", extends_missing),
    document("extends-cycle", extends_cycle),
];

/// Both lines are wanted; a document that has only one of them forgot the other.
fn header_missing(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let (version, environment) = (cx.root.get("version"), cx.root.get("environment"));
    let missing: &[&str] = match (version.is_missing(), environment.is_missing()) {
        (true, true) => &["version", "environment"],
        (true, false) => &["version"],
        (false, true) => &["environment"],
        (false, false) => return,
    };
    // The toolchain has defaults for both.
    if cx.toolchain || !cx.complete || missing.len() == 2 && is_piece(cx) {
        return;
    }
    let root = cx.snapshot.document.root();
    let Some(first) = root.entries().next() else {
        return;
    };
    if missing.iter().any(|key| is_begun(root, key)) {
        return;
    }
    let present = if version.is_own() {
        &version
    } else {
        &environment
    };
    let range = present.key_range().unwrap_or(first.key().range());
    let names = super::shared::listed(missing.iter().copied());
    sink.report("header-missing", &range).missing(missing.iter().copied()).absent(missing[0]).emit(format!(
        "Missing {names}. Nexflow reads a document by its `version` and selects it by its `environment`."
    ));
}

/// State and checkpoints alone, without any header, are how the specification shows them: a piece of a document.
fn is_piece(cx: &DocumentContext<'_>) -> bool {
    cx.root
        .entries()
        .iter()
        .all(|(section, _)| matches!(section.as_ref(), "state_backends" | "checkpoints"))
}

/// YAML reads `1.0` as a number, and a number forgets how it was written.
fn version_not_text(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let version = cx.root.get("version");
    let Some(node) = version.node().filter(|node| is_plain_number(*node)) else {
        return;
    };
    let source = node.source();
    let is_whole = source.bytes().all(|byte| byte.is_ascii_digit());
    let written = format!("{source}{}", if is_whole { ".0" } else { "" });
    // The toolchain makes text of it.
    let severity = if cx.toolchain {
        Severity::Hint
    } else {
        Severity::Error
    };
    sink.report("version-not-text", &version)
        .severity(severity)
        .rewrite("Put the version in quotes", format!("'{written}'"))
        .emit(format!(
            "Quote the version: `'{written}'`. Unquoted, YAML reads it as a number and 1.10 becomes 1.1."
        ));
}

/// Usual short forms of environments.
const SLIPS: [(&str, &str); 7] = [
    ("prod", "production"),
    ("live", "production"),
    ("dev", "development"),
    ("stage", "staging"),
    ("stg", "staging"),
    ("testing", "test"),
    ("tst", "test"),
];

fn environment_unknown(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let environment = &cx.environment;
    let (Some(text), Some(field)) = (environment.text(), environment.field()) else {
        return;
    };
    // The toolchain takes any name.
    if cx.toolchain || text.is_empty() || field.value(&text).is_some() {
        return;
    }
    let lower = text.to_lowercase();
    let near = SLIPS
        .iter()
        .find(|(slip, _)| *slip == lower)
        .map(|(_, right)| *right)
        .or_else(|| {
            nearest(&text, field.values.iter().map(|value| value.value))
                .first()
                .copied()
        });
    let report = sink.report("environment-unknown", environment);
    let report = match near {
        Some(near) if is_literal(environment) => {
            report.replace(format!("Change to `{near}`"), near)
        }
        _ => report,
    };
    report.advises(near.is_some()).emit(format!(
        "Unknown environment `{text}`.{}",
        did_you_mean(near)
    ));
}

/// The schema's pattern: lower-case letters, digits, `_` and `-`, not beginning with a digit or `-`, then `.infra`.
fn is_file_name(name: &str) -> bool {
    let Some(stem) = name.strip_suffix(".infra") else {
        return false;
    };
    let mut letters = stem.bytes();
    letters
        .next()
        .is_some_and(|first| first.is_ascii_lowercase() || first == b'_')
        && letters.all(|next| {
            next.is_ascii_lowercase() || next.is_ascii_digit() || matches!(next, b'_' | b'-')
        })
}

fn extends_form(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let extends = cx.root.get("extends");
    // A base is found before anything is substituted.
    let name = extends
        .raw()
        .filter(|name| name.contains('$'))
        .or_else(|| extends.text());
    if let Some(name) = name.filter(|_| extends.is_own())
        && !is_file_name(&name)
    {
        sink.report("extends-form", &extends).emit(format!(
            "Invalid file name `{name}` in `extends`: use a lower-case name such as `base.infra`."
        ));
    }
}

/// The name in `extends` when it has the right form; otherwise its form is what must be fixed first.
fn followed<'a>(cx: &DocumentContext<'a>) -> Option<(crate::merged::MergedValue<'a>, String)> {
    let extends = cx.root.get("extends");
    let name = extends.raw().filter(|_| extends.is_own())?.into_owned();
    is_file_name(&name).then_some((extends, name))
}

fn extends_missing(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let Some((extends, name)) = followed(cx) else {
        return;
    };
    match &cx.snapshot.context.base_problem {
        Some(BaseProblem::Missing { path, near }) if path.ends_with(&name) => {
            let report = sink.report("extends-missing", &extends);
            let report = match near {
                Some(near) => report.replace(format!("Change to `{near}`"), near.as_str()),
                None => report,
            };
            report.advises(near.is_some()).emit(format!(
                "Base document `{name}` does not exist.{}",
                did_you_mean(near.as_deref())
            ));
        }
        Some(BaseProblem::Missing { path, .. }) => sink
            .report("extends-missing", &extends)
            .emit(format!("Base document `{name}` does not exist (`{path}`).")),
        Some(BaseProblem::Refused { reason }) => sink
            .report("extends-missing", &extends)
            .emit(format!("Base document `{name}` cannot be read: {reason}.")),
        _ => {}
    }
}

fn extends_cycle(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let Some((extends, name)) = followed(cx) else {
        return;
    };
    let Some(BaseProblem::Cycle { through }) = &cx.snapshot.context.base_problem else {
        return;
    };
    let way = if through.len() > 1 {
        format!(
            " (through {})",
            super::shared::listed(through.iter().map(String::as_str))
        )
    } else {
        String::new()
    };
    sink.report("extends-cycle", &extends).emit(format!(
        "`{name}` extends this document again{way}; the documents cannot be merged."
    ));
}
