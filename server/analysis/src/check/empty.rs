//! Keys and list items without a value.

use nexflow_catalog::{Field, Kind, Severity, ids};
use nexflow_syntax::{Entry, Node, NodeKind, TextRange, TextSize};

use crate::{
    known_values::KnownValues,
    merged::{Applies, MergedValue},
    sink::DiagnosticSink,
};

/// Checks the value of an entry that the catalog knows. Where a value is required the check for missing fields says so.
pub(super) fn entry(entry: Entry<'_>, val: &MergedValue<'_>, sink: &mut DiagnosticSink) {
    if entry.value().kind() == NodeKind::Alias || !val.is_empty() {
        return;
    }
    let name = entry.key_text();
    let field = match val.applies() {
        Applies::Field(field) => Some(field),
        _ => None,
    };
    // A key alone is right where nothing is a value like others.
    if val.kind() == NodeKind::Null && field.is_some_and(|field| field.has_kind(Kind::Null)) {
        return;
    }
    let inherits = val.inherits_value();
    let is_text = val.kind() == NodeKind::Scalar;
    let (severity, message) = match field {
        _ if inherits => (
            Severity::Warning,
            format!("`{name}` is empty, which removes the inherited value."),
        ),
        Some(field) if is_text && field.default().is_some() => (
            Severity::Warning,
            format!("`{name}` is empty, which replaces the default."),
        ),
        Some(field) if reaches_flink(field) => {
            (Severity::Warning, format!("`{name}` has no value."))
        }
        _ => (Severity::Hint, format!("`{name}` has no value.")),
    };
    sink.report(ids::EMPTY_VALUE, &entry.key().range())
        .severity(severity)
        .emit(message);
}

/// Checks an item of a list.
pub(super) fn item<'a>(values: KnownValues<'a>, item: Node<'a>, sink: &mut DiagnosticSink) {
    let range = match item.kind() {
        // Its dash is all that there is of it.
        NodeKind::Null => {
            let end = item.range().start();
            let dash = end.checked_sub(TextSize::of('-')).unwrap_or(end);
            TextRange::new(dash, end)
        }
        NodeKind::Scalar if values.is_empty(item) => item.range(),
        _ => return,
    };
    let mut report = sink
        .report(ids::EMPTY_VALUE, &range)
        .severity(Severity::Warning);
    for line in values.given_by(item) {
        report = report.with_line(line);
    }
    report.emit("Empty list item.");
}

/// Whether a value is handed on to Flink or to a product behind it.
fn reaches_flink(field: &Field) -> bool {
    field.flink_key.is_some() || field.maps_to.is_some()
}
