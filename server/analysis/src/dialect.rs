//! In which dialect a document is written.

use nexflow_catalog::{Dialect, SchemaNode};
use nexflow_syntax::Node;

/// The toolchain's dialect shows itself by a key that only it has, at the top or directly below a section.
pub(crate) fn dialect(root: Node<'_>) -> Dialect {
    let only_toolchain = |schema: &'static SchemaNode| {
        let mut fields = schema.fields().peekable();
        fields.peek().is_some() && fields.all(|field| field.toolchain)
    };
    for section in root.entries() {
        let Some(schema) = nexflow_catalog::root().literal_child(&section.key_text()) else {
            continue;
        };
        if only_toolchain(schema) {
            return Dialect::Toolchain;
        }
        // Sections whose literal keys are all of the current dialect need no look at their entries.
        if !schema
            .all_children()
            .any(|(_, child)| only_toolchain(child))
        {
            continue;
        }
        let found = section.value().entries().any(|entry| {
            schema
                .literal_child(&entry.key_text())
                .is_some_and(only_toolchain)
        });
        if found {
            return Dialect::Toolchain;
        }
    }
    Dialect::Documented
}
