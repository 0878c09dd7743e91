//! Fields of blocks that the document does not have yet: `part_size` offers `s3.multipart_upload_part_size` and writes both lines, or
//! both braces.

use nexflow_catalog::Field;
use nexflow_syntax::TextRange;

use super::{CompletionContext, key_forms};
use crate::{
    About, CompletionItem, CompletionKind,
    merged::{Applies, MergedMapping},
};

/// How many blocks are begun at once, at most.
const DEPTH: usize = 3;

/// The fields below the blocks that the mapping of the site can have and has not.
pub(super) fn fields(context: &CompletionContext<'_>, replace: TextRange) -> Vec<CompletionItem> {
    let mut items = Vec::new();
    // At the top everything is below something; and nobody jumps who has not begun to say where to.
    let typed = context.typed(replace);
    if context.mapping.depth == 0 || typed.is_empty() {
        return items;
    }
    for (name, schema) in context.mapping.fitting_keys() {
        let val = context.mapping.child(name);
        // What only a base has can be refined here.
        if !val.is_own() && key_forms::has_keys(schema) {
            below(
                context,
                &val.mapping(),
                &mut vec![name],
                replace,
                &mut items,
            );
        }
    }
    items
}

fn below(
    context: &CompletionContext<'_>,
    mapping: &MergedMapping<'_>,
    path: &mut Vec<&'static str>,
    replace: TextRange,
    items: &mut Vec<CompletionItem>,
) {
    for (name, schema) in mapping.fitting_keys() {
        let val = mapping.child(name);
        path.push(name);
        if key_forms::has_keys(schema) {
            if path.len() < DEPTH {
                below(context, &val.mapping(), path, replace, items);
            }
        } else if let Applies::Field(field) = val.applies()
            && field.deprecated.is_none()
            && begins_with(path, &context.typed(replace))
        {
            items.push(item(context, path, field, replace, items.len()));
        }
        path.pop();
    }
}

/// Whether what is typed begins the last key of a path, a word of it, or the path.
fn begins_with(path: &[&str], typed: &str) -> bool {
    let last = path.last().copied().unwrap_or_default();
    let mut words = last.match_indices('_').map(|(at, _)| &last[at + 1..]);
    last.starts_with(typed)
        || path.join(".").starts_with(typed)
        || words.any(|word| word.starts_with(typed))
}

fn item(
    context: &CompletionContext<'_>,
    path: &[&'static str],
    field: &'static Field,
    replace: TextRange,
    order: usize,
) -> CompletionItem {
    let (last, blocks) = path.split_last().unwrap_or((&"", &[]));
    let kind = field.kinds.first().copied();
    let (insert, plain) = if context.flow {
        let open: String = blocks.iter().map(|block| format!("{block}: {{")).collect();
        let close = "}".repeat(blocks.len());
        (
            format!("{open}{last}: $0{close}"),
            format!("{open}{last}: {close}"),
        )
    } else {
        let mut text = String::new();
        let mut column = context.column;
        for block in blocks {
            column += context.step;
            text.push_str(&format!("{block}:\n{:column$}", ""));
        }
        text.push_str(last);
        text.push_str(&key_forms::after_key(kind, false, column, context.step));
        (text.clone(), text)
    };
    let label = path.join(".");
    CompletionItem {
        detail: field
            .kinds
            .first()
            .map_or(String::new(), |kind| kind.name().to_owned()),
        // There are many of these: the first words must do.
        about: About::Brief(field.id.0),
        kind: CompletionKind::Field,
        replace,
        plain,
        insert,
        // Between the braces, where there are any.
        snippet: context.flow,
        // The field's own name comes first, for it is what one types; editors that match beginnings only find it then.
        filter: format!("{last} {label}"),
        label,
        sort: format!("9{order:04}"),
        preselect: false,
        deprecated: false,
        ends_in_flow: false,
        retrigger: true,
    }
}
