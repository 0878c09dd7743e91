//! Good values that depend on what stands around a place: the type and the name of the entry, the environment.

use nexflow_catalog::{Field, SchemaNode};
use nexflow_syntax::{Document, Segment};

use super::{CompletionContext, key_forms::is_discriminator};
use crate::{document_context::ENVIRONMENT, merged::MergedMapping, value_stats};

/// The names that an entry of a block can well have.
pub(super) fn names(
    context: &CompletionContext<'_>,
    field: &Field,
    child: &'static SchemaNode,
) -> Vec<String> {
    let (_, types) = types(context, child);
    filled(field, &ContextValues::of(context, types))
}

/// The type of the entry whose name is being typed, as it is written, and the types that it can have.
pub(super) fn types(
    context: &CompletionContext<'_>,
    child: &'static SchemaNode,
) -> (Option<String>, Vec<&'static str>) {
    let types = child
        .children
        .iter()
        .filter_map(|(name, schema)| Some((name, schema.fields().find(|f| is_discriminator(f))?)))
        .next();
    let Some((key, decides)) = types else {
        return (None, Vec::new());
    };
    // While a key is typed its entry may be there already, with its type.
    let written = context
        .typed_entry()
        .and_then(|entry| entry.value().get(key)?.value().value());
    let types = match written.as_deref().and_then(|text| decides.value(text)) {
        Some(value) => vec![value.value],
        None => decides.values.iter().map(|value| value.value).collect(),
    };
    (written.map(|text| text.into_owned()), types)
}

/// What the blocks around the cursor are of: their types, providers, strategies, the innermost last.
pub(super) fn types_around(context: &CompletionContext<'_>) -> Vec<String> {
    let mut schema = Some(nexflow_catalog::root());
    let mut node = Some(context.snapshot.document.root());
    let mut found = Vec::new();
    for segment in &context.path {
        (schema, node) = match segment {
            Segment::Key(key) => (
                schema.and_then(|schema| schema.child(key)),
                node.and_then(|node| Some(node.get(key)?.value())),
            ),
            Segment::Item(index) => (
                schema.and_then(SchemaNode::item_child),
                node.and_then(|node| node.items().nth(*index)),
            ),
        };
        let decides = schema.and_then(value_stats::discriminator);
        if let (Some(key), Some(node)) = (decides, node)
            && let Some(text) = node.get(key).and_then(|entry| entry.value().value())
        {
            found.push(text.into_owned());
        }
    }
    found
}

/// The values that a field can well have: by its patterns, and by the examples of the blocks around it.
pub(super) fn values(context: &CompletionContext<'_>, field: &Field) -> Vec<String> {
    let mut found = filled(field, &ContextValues::of(context, Vec::new()));
    let segments: Vec<&str> = field.path.split('.').collect();
    for depth in (1..segments.len()).rev() {
        let (above, below) = segments.split_at(depth);
        let blocks = nexflow_catalog::node(&above.join("."))
            .into_iter()
            .flat_map(|node| node.fields())
            .filter_map(|block| block.example);
        found.extend(blocks.filter_map(|example| part(example, below)));
    }
    found
}

/// The text at a path of an example; where the author chooses a key the example's first one is taken.
fn part(example: &str, path: &[&str]) -> Option<String> {
    // Most examples are far from having such a part.
    let last = path.last()?;
    if last.ends_with("[]") || !example.contains(*last) {
        return None;
    }
    let document = Document::parse(example);
    let mut node = document.root();
    for segment in path {
        let entry = match segment.starts_with('<') {
            true => node.entries().next()?,
            false => node.get(segment)?,
        };
        node = entry.value();
    }
    let text = node.value()?;
    (!text.contains(['$', '\n'])).then(|| text.into_owned())
}

struct ContextValues {
    types: Vec<&'static str>,
    entry: Option<String>,
    environments: Vec<String>,
}

impl ContextValues {
    fn of(context: &CompletionContext<'_>, types: Vec<&'static str>) -> ContextValues {
        let written = MergedMapping::root(context.snapshot)
            .get(ENVIRONMENT)
            .text();
        let environments = match written {
            Some(environment) => vec![environment.into_owned()],
            None => environments().map(str::to_owned).collect(),
        };
        ContextValues {
            types,
            entry: entry_name(context),
            environments,
        }
    }
}

/// The environments that the catalog knows.
pub(super) fn environments() -> impl Iterator<Item = &'static str> {
    nexflow_catalog::node(ENVIRONMENT)
        .into_iter()
        .flat_map(|node| node.fields)
        .flat_map(|id| nexflow_catalog::field(*id).values)
        .map(|value| value.value)
}

/// The name of the entry around the cursor, without the word that says which section it is in.
fn entry_name(context: &CompletionContext<'_>) -> Option<String> {
    let [Segment::Key(section), Segment::Key(name), ..] = context.path.as_slice() else {
        return None;
    };
    let bare = section
        .split('_')
        .find_map(|word| name.strip_suffix(word)?.strip_suffix(['_', '-']));
    Some(bare.unwrap_or(name).replace('_', "-"))
}

/// The patterns of a field with everything put in; those that something is missing for are left out.
fn filled(field: &Field, around: &ContextValues) -> Vec<String> {
    let mut out = Vec::new();
    for pattern in field.suggest {
        let mut texts = vec![(*pattern).to_owned()];
        let first_words = around
            .types
            .iter()
            .filter_map(|of| of.split('_').next())
            .map(str::to_owned)
            .collect();
        let parts: [(&str, Vec<String>); 3] = [
            ("{type}", first_words),
            ("{entry}", around.entry.iter().cloned().collect()),
            ("{environment}", around.environments.clone()),
        ];
        for (name, values) in &parts {
            if pattern.contains(name) {
                texts = texts
                    .iter()
                    .flat_map(|text| values.iter().map(move |value| text.replace(name, value)))
                    .collect();
            }
        }
        out.extend(texts);
    }
    out
}
