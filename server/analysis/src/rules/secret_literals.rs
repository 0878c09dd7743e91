//! Credentials written into the document.

use nexflow_catalog::{Field, Kind, Secret};

use super::{
    Check, EntryContext,
    address::Address,
    document, entry,
    shared::{Scalar, each_scalar},
};
use crate::{document_context::DocumentContext, merged::MergedMapping, sink::DiagnosticSink};

pub const CHECKS: &[Check] = &[
    entry("streams", "secret-literal", in_entry),
    entry("lookups", "secret-literal", in_entry),
    entry("dead_letters", "secret-literal", in_entry),
    entry("completions", "secret-literal", in_entry),
    entry("secrets", "secret-literal", in_entry),
    entry("persistence", "secret-literal", in_entry),
    document("secret-literal", in_sections),
    entry(
        "streams",
        "secret-literal-development",
        in_development_entry,
    ),
    entry(
        "lookups",
        "secret-literal-development",
        in_development_entry,
    ),
    entry(
        "dead_letters",
        "secret-literal-development",
        in_development_entry,
    ),
    entry(
        "completions",
        "secret-literal-development",
        in_development_entry,
    ),
    entry(
        "secrets",
        "secret-literal-development",
        in_development_entry,
    ),
    entry(
        "persistence",
        "secret-literal-development",
        in_development_entry,
    ),
    document("secret-literal-development", in_development_sections),
];

/// Sections without entries of their own that may hold credentials.
const SECTIONS: [&str; 5] = ["kafka", "mongodb", "calendar", "monitoring", "deployment"];

/// Environments in which a literal is tolerable.
const TOLERANT: [&str; 3] = ["development", "test", "local"];

/// True where a literal is an error; `None` where the environment is not known.
fn is_strict(cx: &DocumentContext<'_>) -> Option<bool> {
    match cx.environment.text() {
        Some(name) => Some(!TOLERANT.contains(&name.as_ref())),
        // Without the line it is no development document, unless a base that is not known says so.
        None if cx.environment.is_missing() && cx.complete => Some(true),
        None => None,
    }
}

fn in_entry(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    if at.region.is_none() && is_strict(at.cx) == Some(true) {
        literals(&at.mapping, &mut |scalar| strict(at.cx, scalar, sink));
    }
}

fn in_sections(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    if is_strict(cx) == Some(true) {
        for section in SECTIONS {
            literals(&cx.root.get(section).mapping(), &mut |scalar| {
                strict(cx, scalar, sink)
            });
        }
    }
}

fn in_development_entry(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    if at.region.is_none() && is_strict(at.cx) == Some(false) {
        literals(&at.mapping, &mut |scalar| tolerant(scalar, sink));
    }
}

fn in_development_sections(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    if is_strict(cx) == Some(false) {
        for section in SECTIONS {
            literals(&cx.root.get(section).mapping(), &mut |scalar| {
                tolerant(scalar, sink)
            });
        }
    }
}

fn strict(cx: &DocumentContext<'_>, scalar: &Scalar<'_, '_>, sink: &mut DiagnosticSink) {
    let key = scalar.key;
    // The toolchain does not resolve the other form.
    let reference = if cx.toolchain {
        "`${VARIABLE}`"
    } else {
        "`${VARIABLE}` or `secret://name/key`"
    };
    sink.report("secret-literal", scalar).emit(format!(
        "`{key}` holds a credential in plain text. Don't commit credentials; use {reference}."
    ));
}

fn tolerant(scalar: &Scalar<'_, '_>, sink: &mut DiagnosticSink) {
    let key = scalar.key;
    sink.report("secret-literal-development", scalar)
        .emit(format!(
            "Credential in plain text in `{key}`; acceptable only for local containers."
        ));
}

/// Visits every scalar that is a credential in clear.
fn literals<'a>(mapping: &MergedMapping<'a>, visit: &mut dyn FnMut(&Scalar<'_, 'a>)) {
    each_scalar(mapping, &mut |scalar| {
        let (Some(field), Some(text)) = (scalar.field, &scalar.text) else {
            return;
        };
        if is_credential(scalar, field, text) {
            visit(scalar);
        }
    });
}

fn is_credential(scalar: &Scalar<'_, '_>, field: &Field, text: &str) -> bool {
    match field.secret {
        Secret::No => false,
        _ if text.is_empty() => false,
        // A stand-in for when the real value is missing is checked by rules of its own.
        Secret::Yes => !matches!(scalar.key, "default" | "default_value"),
        Secret::Partly(_) if field.has_kind(Kind::Uri) => Address::parse(text).has_password(),
        Secret::Partly(_) if scalar.around == "properties" => {
            scalar.key.ends_with("password")
                || scalar.key.ends_with("sasl.jaas.config") && text.contains("password=")
        }
        Secret::Partly(_) => false,
    }
}
