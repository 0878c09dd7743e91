//! The lines that say what a document is: `version`, `environment`, `extends`.

use nexflow_catalog::value::suggest::nearest;

use super::{
    Check, document,
    parts::{did_you_mean, is_literal, is_plain_number},
};
use crate::{
    BaseProblem,
    cx::{Cx, is_begun},
    sink::Sink,
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
fn header_missing(cx: &Cx<'_>, sink: &mut Sink) {
    let (version, environment) = (cx.root.get("version"), cx.root.get("environment"));
    let missing: &[&str] = match (version.is_missing(), environment.is_missing()) {
        (true, true) => &["version", "environment"],
        (true, false) => &["version"],
        (false, true) => &["environment"],
        (false, false) => return,
    };
    if !cx.complete || missing.len() == 2 && is_piece(cx) {
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
    let names = super::parts::listed(missing.iter().copied());
    sink.at("header-missing", &range).say(format!(
        "the document lacks {names}: tools choose a document by its `environment` and read it by its `version`"
    ));
}

/// State and checkpoints alone, without any header, are how the specification shows them: a piece of a document.
fn is_piece(cx: &Cx<'_>) -> bool {
    cx.root
        .entries()
        .iter()
        .all(|(section, _)| matches!(section.as_ref(), "state_backends" | "checkpoints"))
}

/// YAML reads `1.0` as a number, and a number forgets how it was written.
fn version_not_text(cx: &Cx<'_>, sink: &mut Sink) {
    let version = cx.root.get("version");
    let Some(node) = version.node().filter(|node| is_plain_number(*node)) else {
        return;
    };
    let written = node.source();
    sink.at("version-not-text", &version)
        .rewrite("Put the version in quotes", format!("'{written}'"))
        .say(format!(
            "`version` is text, and {written} without quotes is a number, so that 1.10 would become 1.1: write `'{written}'`"
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

fn environment_unknown(cx: &Cx<'_>, sink: &mut Sink) {
    let environment = &cx.environment;
    let (Some(text), Some(field)) = (environment.text(), environment.field()) else {
        return;
    };
    if text.is_empty() || field.value(&text).is_some() {
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
    let report = sink.at("environment-unknown", environment);
    let report = match near {
        Some(near) if is_literal(environment) => {
            report.replace(format!("Change to `{near}`"), near)
        }
        _ => report,
    };
    report.say(format!(
        "`{text}` is no environment that tools know{}",
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

fn extends_form(cx: &Cx<'_>, sink: &mut Sink) {
    let extends = cx.root.get("extends");
    if let Some(name) = extends.text().filter(|_| extends.is_own())
        && !is_file_name(&name)
    {
        sink.at("extends-form", &extends).say(format!(
            "`extends` names a file beside this one, in lower case and with the ending `.infra`, such as `base.infra`; `{name}` is no such name"
        ));
    }
}

/// The name in `extends` when it has the right form; otherwise its form is what must be mended first.
fn followed<'a>(cx: &Cx<'a>) -> Option<(crate::view::Val<'a>, String)> {
    let extends = cx.root.get("extends");
    let name = extends.text().filter(|_| extends.is_own())?.into_owned();
    is_file_name(&name).then_some((extends, name))
}

fn extends_missing(cx: &Cx<'_>, sink: &mut Sink) {
    let Some((extends, name)) = followed(cx) else {
        return;
    };
    match &cx.snapshot.context.base_problem {
        Some(BaseProblem::Missing { path }) if path.ends_with(&name) => {
            sink.at("extends-missing", &extends).say(format!(
                "there is no `{name}` beside this document, so nothing can be inherited from it"
            ));
        }
        Some(BaseProblem::Missing { path }) => sink.at("extends-missing", &extends).say(format!(
            "`{name}` leads to `{path}`, which does not exist, so nothing can be inherited from there"
        )),
        Some(BaseProblem::Refused { reason }) => sink.at("extends-missing", &extends).say(format!(
            "`{name}` cannot be read, so nothing can be inherited from it: {reason}"
        )),
        _ => {}
    }
}

fn extends_cycle(cx: &Cx<'_>, sink: &mut Sink) {
    let Some((extends, name)) = followed(cx) else {
        return;
    };
    let Some(BaseProblem::Cycle { through }) = &cx.snapshot.context.base_problem else {
        return;
    };
    let way = if through.len() > 1 {
        format!(
            " (through {})",
            super::parts::listed(through.iter().map(String::as_str))
        )
    } else {
        String::new()
    };
    sink.at("extends-cycle", &extends).say(format!(
        "`{name}` leads back to this document{way}, so there is no order in which they could be merged"
    ));
}
