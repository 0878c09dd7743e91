//! Keys that fit at a place, and whole entries where a section takes names.

use std::collections::HashSet;

use nexflow_catalog::{Field, Kind, RequiredWhen, SchemaNode};
use nexflow_syntax::{NodeKind, TextRange};

use super::{Site, around, deep, elsewhere, snippets};
use crate::{
    About, CompletionItem, CompletionKind,
    cx::ENVIRONMENT,
    habits, hover,
    view::{Applies, View},
};

/// Width of one level of nesting.
pub(super) const INDENT: usize = 2;

/// The keys that can be typed in the mapping of the site, those already there left out.
pub(super) fn at(site: &Site<'_>, replace: TextRange, has_colon: bool) -> Vec<CompletionItem> {
    let view = &site.view;
    let present: HashSet<String> = view
        .own()
        .filter(|own| own.kind() == NodeKind::Mapping)
        .map(|own| {
            own.entries()
                .filter(|entry| entry.key().range() != replace && entry.has_colon())
                .map(|entry| entry.key_text().into_owned())
                .collect()
        })
        .unwrap_or_default();
    // Of the optional fields those that other documents use at this place come before those that nobody uses.
    let used = view
        .schema
        .and_then(|schema| {
            schema
                .children
                .iter()
                .find_map(|(_, child)| child.fields.first())
        })
        .and_then(|id| nexflow_catalog::field(*id).path.rsplit_once('.'))
        .map(|(above, _)| {
            let decides = view.schema.and_then(habits::discriminator);
            let like = decides.and_then(|key| view.child(key).text());
            elsewhere::keys(site.others, above, like.as_deref())
        })
        .unwrap_or_default();
    let mut items = Vec::new();
    for (order, (name, schema)) in view.fitting_keys().into_iter().enumerate() {
        if present.contains(name) {
            continue;
        }
        let val = view.child(name);
        let field = match val.applies() {
            Applies::Field(field) => Some(field),
            _ => val.fields().next(),
        };
        let mut item = key(site, name, schema, field, order, replace, has_colon);
        if item.sort.starts_with('5')
            && let Some(place) = used.iter().position(|key| key == name)
        {
            item.sort = format!("4{place:04}");
        }
        items.push(item);
    }
    if !has_colon {
        items.extend(snippets::entries(site, replace));
        items.extend(deep::fields(site, replace));
    }
    items.extend(chosen(site, &present, replace, has_colon));
    items
}

/// Names for an entry where the author chooses: what other documents call it (environments share the names of their entries), the
/// tuning profiles of the place, the environment itself, and the catalog's example.
fn chosen(
    site: &Site<'_>,
    present: &HashSet<String>,
    replace: TextRange,
    has_colon: bool,
) -> Vec<CompletionItem> {
    let Some((_, child)) = site.view.schema.and_then(SchemaNode::named_child) else {
        return Vec::new();
    };
    let Some(field) = child.fields.first().map(|id| nexflow_catalog::field(*id)) else {
        return Vec::new();
    };
    let after = if has_colon {
        String::new()
    } else {
        after_key(field.kinds.first().copied(), site.flow, site.column)
    };
    let above = field.path.rsplit_once('.').map_or("", |(above, _)| above);
    let elsewhere = elsewhere::keys(site.others, above, None)
        .into_iter()
        .map(|name| (name, "used in other documents"));
    let profiles = nexflow_catalog::profiles()
        .iter()
        .filter(|profile| profile.place == field.path)
        .map(|profile| (profile.name.to_owned(), profile.description));
    let environment = (site.view.depth == 1)
        .then(|| View::root(site.snapshot).get(ENVIRONMENT).text())
        .flatten()
        .map(|name| (name.into_owned(), "the environment"));
    // Entries are often named after the environment that they are for.
    let environments = (site.view.depth == 1)
        .then(around::environments)
        .into_iter()
        .flatten()
        .map(|name| (name.to_owned(), "an environment"));
    let suggested = around::names(site, field, child)
        .into_iter()
        .map(|name| (name, "after its type"));
    let example = field
        .example_key
        .map(|name| (name.to_owned(), "an example"));
    let mut seen: HashSet<String> = present.clone();
    elsewhere
        .chain(profiles)
        .chain(environment)
        .chain(environments)
        .chain(example)
        .chain(suggested)
        .filter(|(name, _)| seen.insert(name.clone()))
        .enumerate()
        .map(|(order, (name, detail))| CompletionItem {
            detail: detail.to_owned(),
            about: About::Nothing,
            kind: CompletionKind::Name,
            replace,
            insert: format!("{name}{after}"),
            snippet: false,
            plain: format!("{name}{after}"),
            filter: name.clone(),
            label: name,
            sort: format!("5{order:04}"),
            preselect: false,
            deprecated: false,
            ends_in_flow: false,
            retrigger: !has_colon && !site.flow,
        })
        .collect()
}

fn key(
    site: &Site<'_>,
    name: &str,
    schema: &'static SchemaNode,
    field: Option<&'static Field>,
    order: usize,
    replace: TextRange,
    has_colon: bool,
) -> CompletionItem {
    let kind = field.and_then(|field| field.kinds.first()).copied();
    let after = if has_colon {
        String::new()
    } else {
        after_key(kind, site.flow, site.column)
    };
    let inherited = site.view.child(name);
    let rank = match field {
        Some(field) if is_discriminator(field) => 0,
        Some(field) if field.required.when == RequiredWhen::Always => 1,
        Some(field) if field.deprecated.is_some() => 8,
        Some(field) if field.toolchain => 9,
        // What only some types have is the less likely while nobody knows the type.
        Some(field) if site.view.takes(field).is_none() => 6,
        _ => 5,
    };
    let mut detail = field.map_or(String::new(), |field| {
        field
            .kinds
            .iter()
            .map(|kind| hover::kind_word(*kind))
            .collect::<Vec<_>>()
            .join(" or ")
    });
    if let Some(default) = field.and_then(|field| field.defaults.first()) {
        detail.push_str(&format!(", default {}", default.value));
    }
    if inherited.is_present() && !inherited.is_own() {
        detail.push_str(", inherited");
    }
    let top = site.view.depth == 0 && has_keys(schema);
    CompletionItem {
        label: name.to_owned(),
        detail,
        about: field.map_or(About::Nothing, |field| About::field(field.id)),
        kind: if top {
            CompletionKind::Section
        } else {
            CompletionKind::Field
        },
        replace,
        insert: format!("{name}{after}"),
        snippet: false,
        plain: format!("{name}{after}"),
        filter: name.to_owned(),
        sort: format!("{rank}{order:04}"),
        preselect: false,
        deprecated: field.is_some_and(|field| field.deprecated.is_some()),
        ends_in_flow: false,
        retrigger: !has_colon && !site.flow,
    }
}

/// What follows a key: a blank before a scalar, a deeper line before a mapping, a dash before a list.
pub(super) fn after_key(kind: Option<Kind>, flow: bool, column: usize) -> String {
    let deeper = " ".repeat(column + INDENT);
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
