//! The JSON Schema (2020-12) of L5, derived from the catalog, for editors and checkers without this server.
//!
//! A schema sees one value at a time and knows only right and wrong. It therefore says what may stand where (keys, kinds,
//! values, bounds, fields by type) and leaves the rest to the server: what must be there (a base document, a region's entry or
//! an overlay may give it), what several fields mean together, and everything that is worth a warning or a hint only.

mod scalar;

use std::collections::BTreeMap;

use nexflow_catalog::{self as catalog, Field, Kind, SchemaNode};
use serde_json::{Map, Value, json};

/// The dialect that the schema is written in.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The schema of a whole document.
pub(crate) fn schema() -> Value {
    let mut builder = Builder::default();
    let root = builder.object(catalog::root());
    let mut schema = json!({
        "$schema": DIALECT,
        "title": "Nexflow L5 infrastructure document",
        "description": "Streams, state backends, checkpoints, deployment and all else that a Nexflow pipeline runs on (*.infra).",
    });
    if let (Value::Object(schema), Value::Object(root)) = (&mut schema, root) {
        schema.extend(root);
    }
    builder
        .definitions
        .insert(scalar::REFERENCE.into(), scalar::reference());
    schema["$defs"] = Value::Object(builder.definitions);
    schema
}

/// Collects the definitions of blocks, each once: region blocks and groups take the fields of other blocks.
#[derive(Default)]
struct Builder {
    definitions: Map<String, Value>,
}

impl Builder {
    /// What may stand at a place: one of the kinds of one of its fields.
    fn value(&mut self, node: &'static SchemaNode, fields: &[&'static Field]) -> Value {
        let mut kinds: Vec<Value> = Vec::new();
        let mut add = |kind: Value| {
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        };
        for field in fields {
            let mut scalar = false;
            for kind in field.kinds {
                match kind {
                    Kind::Object | Kind::Map => add(self.block(node)),
                    Kind::List => add(self.list(node, field)),
                    _ => {
                        scalar = true;
                        scalar::kind(field, *kind).into_iter().for_each(&mut add);
                    }
                }
            }
            if scalar && !field.has_kind(Kind::Any) {
                add(json!({"$ref": format!("#/$defs/{}", scalar::REFERENCE)}));
            }
        }
        if fields.is_empty() {
            add(self.block(node));
        }
        // Where anything is right, nothing else needs to be said.
        if kinds.contains(&json!({})) {
            return json!({});
        }
        match kinds.len() {
            1 => kinds.remove(0),
            _ => json!({"anyOf": kinds}),
        }
    }

    /// A place with the words about its field.
    fn property(&mut self, node: &'static SchemaNode) -> Value {
        let fields: Vec<&'static Field> = node.fields().collect();
        let mut value = self.value(node, &fields);
        let Some(first) = fields.first() else {
            return value;
        };
        value["description"] = first.doc.into();
        if let Some(default) = first.default().and_then(catalog::Default::literal)
            && !fields
                .iter()
                .any(|field| field.default().map(|one| one.value) != Some(default))
        {
            value["default"] = scalar::typed(default);
        }
        if fields.iter().all(|field| field.deprecated.is_some()) {
            value["deprecated"] = true.into();
        }
        value
    }

    /// A reference to the definition of a block, which is made when it is first needed.
    fn block(&mut self, node: &'static SchemaNode) -> Value {
        let name = definition_name(node.path);
        if !self.definitions.contains_key(&name) {
            // A block may contain itself: the name is taken before its content is known.
            self.definitions.insert(name.clone(), Value::Null);
            let object = self.object(node);
            self.definitions.insert(name.clone(), object);
        }
        json!({"$ref": format!("#/$defs/{name}")})
    }

    fn object(&mut self, node: &'static SchemaNode) -> Value {
        // A key without anything behind it is a block in which nothing is set.
        let mut object = json!({"type": ["object", "null"]});
        let mut children: Vec<_> = node.all_children().collect();
        children.sort_unstable_by_key(|(name, _)| *name);
        if !children.is_empty() {
            let properties = children
                .iter()
                .map(|(name, child)| ((*name).to_owned(), self.property(child)));
            object["properties"] = Value::Object(properties.collect());
        }
        let named = node.named_child().map(|(_, child)| self.property(child));
        if node.is_free_form() {
            // Any key is right, but what stands behind one may be known.
            if let Some(named) = named {
                object["additionalProperties"] = named;
            }
            return object;
        }
        let region = node
            .region_child()
            .map(|(by, child)| (by, self.property(child)));
        match (named, region) {
            (Some(named), None) => object["additionalProperties"] = named,
            (named, Some((declared_by, region))) => {
                let known: Map<String, Value> = children
                    .iter()
                    .map(|(name, _)| ((*name).to_owned(), true.into()))
                    .collect();
                object["if"] = json!({"properties": {declared_by: {"const": true}}, "required": [declared_by]});
                object["then"] = json!({"properties": known, "additionalProperties": region});
                object["else"] = json!({"properties": known, "additionalProperties": named.unwrap_or(false.into())});
            }
            (None, None) => object["additionalProperties"] = false.into(),
        }
        let by_type = self.by_type(node);
        if !by_type.is_empty() {
            object["allOf"] = by_type.into();
        }
        object
    }

    fn list(&mut self, node: &'static SchemaNode, field: &Field) -> Value {
        let mut list = json!({"type": "array"});
        if let Some(item) = node.item_child() {
            // An item that is nothing is no item.
            list["items"] = json!({"allOf": [self.property(item)], "not": {"type": "null"}});
        }
        if let Some(least) = field.range().min_items {
            list["minItems"] = least.into();
        }
        if field.range().unique {
            list["uniqueItems"] = true.into();
        }
        list
    }

    /// For each value of a field that decides (`type`, `provider` …): what the places below are then.
    fn by_type(&mut self, block: &'static SchemaNode) -> Vec<Value> {
        // By the field that decides and its value, the constraints of places below the block.
        let mut cases: BTreeMap<(&'static str, &'static str), Value> = BTreeMap::new();
        for (discriminator, path, node) in places_by_type(block) {
            // The toolchain's dialect has no types: where one is set the document is in the other dialect.
            let fields: Vec<&'static Field> = node.fields().filter(|of| !of.toolchain).collect();
            if fields.iter().any(|field| field.applies_to.is_empty()) {
                continue;
            }
            for value in values_of(block, discriminator) {
                let fitting: Vec<_> = fields
                    .iter()
                    .copied()
                    .filter(|field| field.applies(value))
                    .collect();
                if fitting.len() == fields.len() {
                    continue;
                }
                let constraint = match fitting.as_slice() {
                    [] => Value::Bool(false),
                    fitting => self.value(node, fitting),
                };
                let case = cases
                    .entry((discriminator, value))
                    .or_insert_with(|| json!({}));
                constrain(case, &path, constraint);
            }
        }
        let case = |((discriminator, value), then): ((&str, &str), Value)| {
            json!({
                "if": {"properties": {discriminator: {"const": value}}, "required": [discriminator]},
                "then": then,
            })
        };
        cases.into_iter().map(case).collect()
    }
}

/// A place below a block that the block's own type decides on: the field that decides, the keys that lead there, the place.
type PlaceByType = (&'static str, Vec<&'static str>, &'static SchemaNode);

fn places_by_type(block: &'static SchemaNode) -> Vec<PlaceByType> {
    let mut found = Vec::new();
    let mut open: Vec<(Vec<&'static str>, &'static SchemaNode)> = block
        .children
        .iter()
        .map(|(name, node)| (vec![*name], *node))
        .collect();
    while let Some((path, node)) = open.pop() {
        let decided_here = node.fields().find(|field| {
            usize::from(field.discriminator_up) == path.len() && field.discriminator.is_some()
        });
        if let Some(field) = decided_here
            && let Some(name) = field.discriminator.and_then(|path| path.rsplit('.').next())
        {
            found.push((name, path.clone(), node));
        }
        let below = |(name, child): &(&'static str, &'static SchemaNode)| {
            (path.iter().copied().chain([*name]).collect(), *child)
        };
        open.extend(node.children.iter().map(below));
        if let Some(item) = node.item {
            open.push((path.iter().copied().chain([ITEM]).collect(), item));
        }
    }
    found
}

/// The values that a field which decides can have.
fn values_of(block: &'static SchemaNode, discriminator: &str) -> Vec<&'static str> {
    let Some(node) = block.literal_child(discriminator) else {
        return Vec::new();
    };
    let mut values: Vec<&'static str> = node
        .fields()
        .flat_map(|field| field.values.iter().map(|value| value.value))
        .collect();
    values.sort_unstable();
    values.dedup();
    values
}

/// The step from a list to its items.
const ITEM: &str = "[]";

/// Adds what must hold at a place to what must hold at the block around it.
fn constrain(schema: &mut Value, path: &[&str], constraint: Value) {
    let Some((first, rest)) = path.split_first() else {
        match (&mut *schema, constraint) {
            (Value::Object(old), Value::Object(new)) if !old.is_empty() => old.extend(new),
            (schema, constraint) => *schema = constraint,
        }
        return;
    };
    // What must not stand there at all needs no further words.
    if *schema == Value::Bool(false) {
        return;
    }
    let next = match *first {
        ITEM => &mut schema["items"],
        name => &mut schema["properties"][name],
    };
    if next.is_null() {
        *next = json!({});
    }
    constrain(next, rest, constraint);
}

/// The name of a block's definition: its path, in characters that need no escape in a JSON pointer or in a URI.
fn definition_name(path: &str) -> String {
    path.replace('<', "(")
        .replace('>', ")")
        .replace("[]", "(item)")
}
