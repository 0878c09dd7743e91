//! `grammars/keywords.json`: the words of L5 that grammars colour.

use std::collections::{BTreeMap, BTreeSet};

use nexflow_catalog::{
    self as catalog, Kind, SchemaNode,
    value::{Grammar, duration, size},
};
use serde_json::json;

use crate::derived::Derived;

/// The file and its text.
pub fn derive() -> Derived {
    let mut header = BTreeSet::new();
    let mut sections = BTreeSet::new();
    let mut named = BTreeSet::new();
    for (key, node) in catalog::root().all_children() {
        let is = |kind: Kind| node.fields().any(|field| field.kinds.contains(&kind));
        if node.named_child().is_some() {
            named.insert(key);
        }
        if is(Kind::Object) || is(Kind::Map) || is(Kind::List) || has_children(node) {
            sections.insert(key);
        } else {
            header.insert(key);
        }
    }
    let words = json!({
        "header": header,
        "sections": sections,
        "namedSections": named,
        "enums": enums(),
        "sizeUnits": units(|text| size::parse(text).is_ok_and(|size| size.grammar == Grammar::Nexflow)),
        "durationUnits": units(|text| duration::parse(text).is_ok_and(|duration| duration.grammar == Grammar::Nexflow)),
    });
    Derived {
        path: "grammars/keywords.json".into(),
        text: format!("{words:#}\n"),
    }
}

fn has_children(node: &'static SchemaNode) -> bool {
    node.named_child().is_some() || node.all_children().next().is_some()
}

/// The values of every field that has some, by the field's name: a grammar cannot see more of the path.
fn enums() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let mut enums: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for field in catalog::fields() {
        // A name that the user chooses is no keyword.
        if field.values.is_empty() || field.name.starts_with('<') {
            continue;
        }
        let values = field.values.iter().map(|value| value.value);
        enums
            .entry(field.name.trim_end_matches("[]"))
            .or_default()
            .extend(values);
    }
    enums
}

/// The lower-case units with which a number is a value: the parser is asked, so that nothing is written twice.
fn units(is_value: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let letters = || 'a'..='z';
    let one = letters().map(String::from);
    let two = letters().flat_map(|first| letters().map(move |second| format!("{first}{second}")));
    one.chain(two)
        .filter(|unit| is_value(&format!("1{unit}")))
        .collect()
}
