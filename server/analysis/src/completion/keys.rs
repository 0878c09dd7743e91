//! Keys that fit at a place, and whole entries where a section takes names.

use std::collections::HashSet;

use nexflow_catalog::{Dialect, Field, RequiredWhen, SchemaNode};
use nexflow_syntax::{NodeKind, TextRange};

use super::{
    CompletionContext, context_values, derived_texts,
    key_forms::{after_key, has_keys, is_discriminator},
    nested_fields, observed_values, snippets,
};
use crate::{
    About, CompletionItem, CompletionKind,
    document_context::{ENVIRONMENT, EXTENDS},
    merged::Applies,
    processes::own_kinds,
    symbols::{Symbol, symbols},
    value_stats,
};

/// The keys that can be typed in the mapping of the site, those already there left out.
pub(super) fn at(
    context: &CompletionContext<'_>,
    replace: TextRange,
    has_colon: bool,
) -> Vec<CompletionItem> {
    let mapping = &context.mapping;
    let present: HashSet<String> = mapping
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
    let used = mapping
        .schema
        .and_then(|schema| {
            schema
                .children
                .iter()
                .find_map(|(_, child)| child.fields.first())
        })
        .and_then(|id| nexflow_catalog::field(*id).path.rsplit_once('.'))
        .map(|(above, _)| above)
        // The sections stand in the order of the documents until somebody begins to type one.
        .or_else(|| (mapping.depth == 0 && !context.typed(replace).is_empty()).then_some(""))
        .map(|above| {
            let decides = mapping.schema.and_then(value_stats::discriminator);
            let like = decides.and_then(|key| mapping.child(key).text());
            observed_values::keys(context.snapshot, context.others, above, like.as_deref())
        })
        .unwrap_or_default();
    let mut items = Vec::new();
    let is_empty = mapping.depth == 0 && present.is_empty();
    for (order, (name, schema)) in mapping.fitting_keys().into_iter().enumerate() {
        if present.contains(name) {
            continue;
        }
        let val = mapping.child(name);
        let field = match val.applies() {
            Applies::Field(field) => Some(field),
            _ => val.fields().next(),
        };
        // What only the other dialect has belongs to other documents.
        let is_other = field.is_some_and(|field| field.toolchain)
            && mapping.dialect != Dialect::Toolchain
            && !val.fields().any(|field| !field.toolchain);
        if is_other {
            continue;
        }
        let mut item = key(context, name, schema, field, order, replace, has_colon);
        if mapping.depth == 0
            && let Some(place) = HEADER.iter().position(|key| *key == name)
        {
            // Behind a whole document.
            item.sort = format!("01{place:03}");
        }
        if item.sort.starts_with('5')
            && let Some(place) = used.iter().position(|key| key == name)
        {
            item.sort = format!("4{place:04}");
        }
        items.push(item);
    }
    if !has_colon {
        let mut whole = snippets::entries(context, replace);
        if mapping.depth == 0 {
            // A document begins with one; inside of it another one makes no sense.
            whole.retain(|_| is_empty);
            for item in &mut whole {
                item.sort.insert_str(0, "0000");
            }
        }
        items.extend(whole);
        items.extend(nested_fields::fields(context, replace));
    }
    items.extend(chosen(context, &present, replace, has_colon));
    items.extend(of_regions(context, &present, replace, has_colon));
    items.extend(of_document(context, &present, replace, has_colon));
    items
}

/// Regions, where a block may be one of a region: those that the document speaks of elsewhere, then all that there are.
fn of_regions(
    context: &CompletionContext<'_>,
    present: &HashSet<String>,
    replace: TextRange,
    has_colon: bool,
) -> Vec<CompletionItem> {
    let region = context.mapping.schema.and_then(SchemaNode::region_child);
    let typed = context.typed(replace);
    let (Some(_), true) = (region, typed.chars().count() >= BEGUN) else {
        return Vec::new();
    };
    let known = observed_values::keys_in_document(context.snapshot, &typed);
    let regions: Vec<&str> = nexflow_catalog::aws_regions().collect();
    let written = known.iter().map(String::as_str);
    let written = written.filter(|key| regions.contains(key));
    let written = written.map(|key| (key, "used in this document"));
    let all = regions.iter().map(|region| (*region, "AWS region"));
    let after = match has_colon {
        true => String::new(),
        false => after_key(
            Some(nexflow_catalog::Kind::Object),
            context.flow,
            context.column,
            context.step,
        ),
    };
    let mut seen: HashSet<&str> = present.iter().map(String::as_str).collect();
    written
        .chain(all)
        .filter(|(region, _)| region.starts_with(&typed) && seen.insert(region))
        .enumerate()
        .map(|(order, (region, detail))| CompletionItem {
            label: region.to_owned(),
            detail: detail.to_owned(),
            about: About::Nothing,
            kind: CompletionKind::Name,
            replace,
            insert: format!("{region}{after}"),
            snippet: false,
            plain: format!("{region}{after}"),
            filter: region.to_owned(),
            sort: format!("6{order:04}"),
            preselect: false,
            deprecated: false,
            ends_in_flow: false,
            retrigger: !has_colon && !context.flow,
        })
        .collect()
}

/// Keys that the document has elsewhere, where the catalog says nothing about the keys of a block.
fn of_document(
    context: &CompletionContext<'_>,
    present: &HashSet<String>,
    replace: TextRange,
    has_colon: bool,
) -> Vec<CompletionItem> {
    let schema = context.mapping.schema;
    let is_known =
        schema.is_some_and(|schema| !schema.is_free_form() || schema.named_child().is_some());
    let typed = context.typed(replace);
    if is_known || typed.chars().count() < BEGUN {
        return Vec::new();
    }
    let after = if has_colon { "" } else { ": " };
    observed_values::keys_in_document(context.snapshot, &typed)
        .into_iter()
        .filter(|key| !present.contains(key))
        .enumerate()
        .map(|(order, key)| CompletionItem {
            detail: "used in this document".to_owned(),
            about: About::Nothing,
            kind: CompletionKind::Field,
            replace,
            insert: format!("{key}{after}"),
            snippet: false,
            plain: format!("{key}{after}"),
            filter: key.clone(),
            label: key,
            sort: format!("8{order:04}"),
            preselect: false,
            deprecated: false,
            ends_in_flow: false,
            retrigger: false,
        })
        .collect()
}

/// Names for an entry where the author chooses: what other documents call it (environments share the names of their entries), the
/// tuning profiles of the place, the environment itself, and the catalog's example.
fn chosen(
    context: &CompletionContext<'_>,
    present: &HashSet<String>,
    replace: TextRange,
    has_colon: bool,
) -> Vec<CompletionItem> {
    let Some((_, child)) = context.mapping.schema.and_then(SchemaNode::named_child) else {
        return Vec::new();
    };
    // A process of the documented dialect is no key of the toolchain's.
    if !child.is_of(context.mapping.dialect) {
        return Vec::new();
    }
    let Some(field) = child.fields.first().map(|id| nexflow_catalog::field(*id)) else {
        return Vec::new();
    };
    let after = if has_colon {
        String::new()
    } else {
        after_key(
            field.kinds.first().copied(),
            context.flow,
            context.column,
            context.step,
        )
    };
    let above = field.path.rsplit_once('.').map_or("", |(above, _)| above);
    let typed = context.typed(replace);
    let is_begun = typed.chars().count() >= BEGUN;
    let elsewhere = observed_values::keys(context.snapshot, context.others, above, None);
    // What a product calls its options, it calls so in every block of them.
    let namesakes = match is_begun {
        true => observed_values::keys_of_namesakes(context.snapshot, context.others, above),
        false => Vec::new(),
    };
    let elsewhere = elsewhere
        .into_iter()
        .chain(namesakes)
        .map(|name| (name, "used in other documents"));
    let in_processes = used_by_processes(context, above);
    let profiles = nexflow_catalog::profiles()
        .iter()
        .filter(|profile| profile.place == field.path)
        .map(|profile| (profile.name.to_owned(), profile.description));
    let suggested = context_values::names(context, field, child)
        .into_iter()
        .map(|name| (name, "generated name"));
    let example = field.example_key.map(|name| (name.to_owned(), "example"));
    let mut seen: HashSet<String> = present.clone();
    let known = elsewhere.map(|(name, detail)| (name, detail, 2));
    let in_processes = in_processes.into_iter();
    let in_processes = in_processes.map(|name| (name, "used by a process, not bound yet", 1));
    let referred = referred(context, above).into_iter();
    let referred = referred.map(|name| (name, "referred to, not defined yet", 1));
    let known = in_processes.chain(referred).chain(known);
    let most = match context.typed(replace).is_empty() {
        true => INVENTED,
        false => usize::MAX,
    };
    // Some entries are named after the environment that they are for: whoever begins to type such a name means it.
    let environments = (context.mapping.depth == 1 && most > INVENTED)
        .then(context_values::environments)
        .into_iter()
        .flatten()
        .map(|name| (name.to_owned(), "environment"));
    let invented = example.into_iter().chain(suggested).take(most);
    let invented = invented.chain(environments);
    let own_lines = match is_begun {
        true => derived_texts::of_own_lines(context, &typed),
        false => Vec::new(),
    };
    // What others call an entry that says the same.
    let known = known.map(|(name, detail, rank)| {
        let rank = if own_lines.contains(&name) { 1 } else { rank };
        (name, detail, rank)
    });
    let mut derived: Vec<(String, &str, u8)> = Vec::new();
    if is_begun {
        let (own, types) = context_values::types(context, child);
        let mut add = |names: Vec<String>, detail, rank| {
            derived.extend(names.into_iter().map(|name| (name, detail, rank)));
        };
        add(own_lines.clone(), "used in this entry", 3);
        let like = derived_texts::names_like_siblings(context, own.as_deref(), &types, &typed);
        add(like, "like its siblings", 4);
        let words = observed_values::words_in_document(context.snapshot, &typed);
        add(words, "used in this document", 8);
        let parts = derived_texts::parts_as_names(context, &typed);
        add(parts, "used in this document", 8);
    }
    let invented = profiles
        .chain(invented)
        .map(|(name, detail)| (name, detail, 7));
    known
        .chain(invented)
        .chain(derived)
        // What is being typed is a key of the document already.
        .filter(|(name, ..)| *name != typed && seen.insert(name.clone()))
        // A field of the other dialect makes the document one of it.
        .filter(|(name, ..)| {
            let schema = context.mapping.schema;
            schema.is_none_or(|schema| schema.literal_child(name).is_none())
        })
        .enumerate()
        .map(|(order, (name, detail, rank))| CompletionItem {
            detail: detail.to_owned(),
            about: About::Nothing,
            kind: CompletionKind::Name,
            replace,
            insert: format!("{name}{after}"),
            snippet: false,
            plain: format!("{name}{after}"),
            filter: name.clone(),
            label: name,
            sort: format!("{rank}{order:04}"),
            preselect: false,
            deprecated: false,
            ends_in_flow: false,
            retrigger: !has_colon && !context.flow,
        })
        .collect()
}

/// What the project's processes use and the merged document does not have.
fn used_by_processes(context: &CompletionContext<'_>, block: &str) -> Vec<String> {
    let Some(processes) = &context.snapshot.context.processes else {
        return Vec::new();
    };
    let toolchain = context.mapping.dialect == Dialect::Toolchain;
    let names = processes.names_of(&own_kinds(block, toolchain)).into_iter();
    names
        .filter(|name| !context.mapping.child(name).is_present())
        .map(str::to_owned)
        .collect()
}

/// What values of the document refer to and the merged document does not have.
fn referred(context: &CompletionContext<'_>, above: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for reference in symbols(&context.snapshot.document) {
        if let Symbol::Entry { block, name } = reference.symbol
            && block == above
            && !reference.is_definition
            && !names.contains(&name)
            && !context.mapping.child(&name).is_present()
        {
            names.push(name);
        }
    }
    names
}

/// What stands at other places is offered once so many letters are typed.
const BEGUN: usize = 2;

/// Names that nobody uses yet are offered in this number as long as nothing is typed.
const INVENTED: usize = 3;

/// The header in its order, before all sections.
const HEADER: [&str; 4] = ["version", ENVIRONMENT, EXTENDS, "description"];

fn key(
    context: &CompletionContext<'_>,
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
        after_key(kind, context.flow, context.column, context.step)
    };
    let inherited = context.mapping.child(name);
    let rank = match field {
        Some(field) if is_discriminator(field) => 0,
        Some(field) if is_required(context, field) => 1,
        Some(field) if field.deprecated.is_some() => 8,
        Some(field) if field.toolchain && context.mapping.dialect == Dialect::Toolchain => 2,
        Some(field) if field.toolchain => 9,
        // What only some types have is the less likely while nobody knows the type.
        Some(field) if context.mapping.takes(field).is_none() => 6,
        _ => 5,
    };
    let mut detail = field.map_or(String::new(), |field| {
        field
            .kinds
            .iter()
            .map(|kind| kind.name())
            .next()
            .unwrap_or_default()
            .to_owned()
    });
    if field.is_some_and(|field| is_required(context, field)) {
        detail.push_str(", required");
    }
    if let Some(default) = field.and_then(|field| field.default())
        && let Some(default) = default.literal()
    {
        detail.push_str(&format!(", default {default}"));
    }
    if inherited.is_present() && !inherited.is_own() {
        detail.push_str(", inherited");
    }
    let top = context.mapping.depth == 0 && has_keys(schema);
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
        retrigger: !has_colon && !context.flow,
    }
}

/// Whether a field must be there, as far as the block says.
fn is_required(context: &CompletionContext<'_>, field: &Field) -> bool {
    match field.required.when {
        RequiredWhen::Always => true,
        RequiredWhen::FieldIs { field, values } => context.mapping.get(field).is_any(values),
        // A rule knows more about it.
        RequiredWhen::Never => {
            field.required.text.is_some() && context.mapping.takes(field) == Some(true)
        }
    }
}
