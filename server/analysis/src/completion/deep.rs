//! Fields of blocks that the document does not have yet: `part_size` offers `s3.multipart_upload_part_size` and writes both lines, or
//! both braces.

use nexflow_catalog::Field;
use nexflow_syntax::TextRange;

use super::{Site, keys};
use crate::{
    About, CompletionItem, CompletionKind, hover,
    view::{Applies, View},
};

/// How many blocks are begun at once, at most.
const DEPTH: usize = 3;

/// The fields below the blocks that the mapping of the site can have and has not.
pub(super) fn fields(site: &Site<'_>, replace: TextRange) -> Vec<CompletionItem> {
    let mut items = Vec::new();
    // At the top everything is below something.
    if site.view.depth == 0 {
        return items;
    }
    for (name, schema) in site.view.fitting_keys() {
        let val = site.view.child(name);
        // What only a base has can be refined here.
        if !val.is_own() && keys::has_keys(schema) {
            below(site, &val.view(), &mut vec![name], replace, &mut items);
        }
    }
    items
}

fn below(
    site: &Site<'_>,
    view: &View<'_>,
    path: &mut Vec<&'static str>,
    replace: TextRange,
    items: &mut Vec<CompletionItem>,
) {
    for (name, schema) in view.fitting_keys() {
        let val = view.child(name);
        path.push(name);
        if keys::has_keys(schema) {
            if path.len() < DEPTH {
                below(site, &val.view(), path, replace, items);
            }
        } else if let Applies::Field(field) = val.applies()
            && field.deprecated.is_none()
        {
            items.push(item(site, path, field, replace, items.len()));
        }
        path.pop();
    }
}

fn item(
    site: &Site<'_>,
    path: &[&'static str],
    field: &'static Field,
    replace: TextRange,
    order: usize,
) -> CompletionItem {
    let (last, blocks) = path.split_last().unwrap_or((&"", &[]));
    let kind = field.kinds.first().copied();
    let (insert, plain) = if site.flow {
        let open: String = blocks.iter().map(|block| format!("{block}: {{")).collect();
        let close = "}".repeat(blocks.len());
        (
            format!("{open}{last}: $0{close}"),
            format!("{open}{last}: {close}"),
        )
    } else {
        let mut text = String::new();
        let mut column = site.column;
        for block in blocks {
            column += keys::INDENT;
            text.push_str(&format!("{block}:\n{:column$}", ""));
        }
        text.push_str(last);
        text.push_str(&keys::after_key(kind, false, column));
        (text.clone(), text)
    };
    let label = path.join(".");
    CompletionItem {
        detail: field
            .kinds
            .first()
            .map_or(String::new(), |kind| hover::kind_word(*kind).to_owned()),
        // There are many of these: the first words must do.
        about: About::Brief(field.id.0),
        kind: CompletionKind::Field,
        replace,
        plain,
        insert,
        // Between the braces, where there are any.
        snippet: site.flow,
        // The field's own name comes first, for it is what one types; editors that match beginnings only find it then.
        filter: format!("{last} {label}"),
        label,
        sort: format!("7{order:04}"),
        preselect: false,
        deprecated: false,
        ends_in_flow: false,
        retrigger: true,
    }
}
