//! How a key is written, with what stands below it.

use nexflow_catalog::{Field, Kind, SchemaNode};

/// What follows a key at a column: a blank before a scalar, a line that is deeper by a step before a mapping, a dash before a list.
pub(super) fn after_key(kind: Option<Kind>, flow: bool, column: usize, step: usize) -> String {
    let deeper = " ".repeat(column + step);
    match kind {
        Some(Kind::Object | Kind::Map) if !flow => format!(":\n{deeper}"),
        Some(Kind::List) if !flow => format!(":\n{deeper}- "),
        _ => ": ".to_owned(),
    }
}

/// True for the field by whose value others apply or not.
pub(super) fn is_discriminator(field: &Field) -> bool {
    nexflow_catalog::fields()
        .iter()
        .any(|other| other.discriminator == Some(field.path))
}

/// True for a place below which keys stand.
pub(super) fn has_keys(schema: &'static SchemaNode) -> bool {
    schema.named_child().is_some() || schema.all_children().next().is_some()
}
