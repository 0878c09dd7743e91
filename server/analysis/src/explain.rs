//! The long text about a rule or a field: what the reference says of it.

use nexflow_catalog::{self as catalog, Field, docs};
use nexflow_syntax::{CursorContext, TextSize};

use crate::{
    Snapshot,
    locate::{self, Located},
    merged::{Applies, MergedValue},
};

/// A text with its title.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The rule's id or the field's path.
    pub title: String,
    /// The text, as Markdown.
    pub markdown: String,
}

/// About a rule.
pub fn explain_rule(id: &str) -> Option<Explanation> {
    let rule = catalog::rule(id)?;
    Some(Explanation {
        title: rule.id.to_owned(),
        markdown: docs::rule_page(rule),
    })
}

/// About the field whose key or value is at `offset`. Where it depends on a type that is not known, about all that it can be.
pub fn explain_at(snapshot: &Snapshot, offset: TextSize) -> Option<Explanation> {
    if matches!(
        snapshot.document.cursor(offset).place,
        CursorContext::Comment { .. }
    ) {
        return None;
    }
    let node = snapshot.document.node_at(offset)?;
    let (Located::Key { val, .. } | Located::Value { val, .. }) = locate::node(snapshot, node)?;
    let fields = fields(&val);
    let title = fields.first()?.path.to_owned();
    Some(Explanation {
        markdown: docs::field_page(&fields),
        title,
    })
}

fn fields(val: &MergedValue<'_>) -> Vec<&'static Field> {
    match val.applies() {
        Applies::Field(field) | Applies::Other { field, .. } => vec![field],
        Applies::Unknown => val.fields().collect(),
        Applies::Name => val
            .schema
            .into_iter()
            .flat_map(|node| node.fields())
            .collect(),
    }
}
