//! What rules of several subjects need: the parts of a document that they look at, and values compared as they will be used.

use std::borrow::Cow;

use nexflow_catalog::{Applicability, Field, value::suggest::nearest};
use nexflow_syntax::{Node, NodeKind, ScalarStyle, TextEdit, TextRange};

use super::EntryContext;
use crate::{
    Fix,
    document_context::DocumentContext,
    merged::{MergedMapping, MergedValue},
    sink::{DiagnosticBuilder, Reportable},
};

/// True for a document that is known to describe live traffic.
pub(super) fn in_production(cx: &DocumentContext<'_>) -> bool {
    cx.in_environment(&["production"])
}

/// A value for a message: with defaults of references filled in where they are known, else as written.
pub(super) fn shown(val: &MergedValue<'_>) -> String {
    val.text()
        .or_else(|| val.raw())
        .unwrap_or_default()
        .into_owned()
}

/// Words in backticks, with commas.
pub(super) fn listed<'w>(words: impl IntoIterator<Item = &'w str>) -> String {
    words
        .into_iter()
        .map(|word| format!("`{word}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// What a sentence calls so many fields that it has listed.
pub(super) fn them(fields: &[&str]) -> &'static str {
    match fields.len() {
        1 => "it",
        _ => "them",
    }
}

/// Whether two values are the same: by their text where both are known, also where both are the same reference.
pub(super) fn same(one: &MergedValue<'_>, other: &MergedValue<'_>) -> Option<bool> {
    if one.kind() != NodeKind::Scalar || other.kind() != NodeKind::Scalar {
        return None;
    }
    if one.raw() == other.raw() {
        return Some(true);
    }
    Some(one.text()? == other.text()?)
}

/// True when a field that an entry needs is really absent: from the merged entry, and from its region blocks.
pub(super) fn lacks(at: &EntryContext<'_, '_>, path: &str) -> bool {
    lacks_in(at.cx, &at.mapping, path)
        && (at.region.is_some()
            || !at
                .mapping
                .region_blocks()
                .iter()
                .any(|(_, block)| block.get(path).is_present()))
}

/// True when a field is really absent from a merged mapping, which has no syntax error that could hide it.
pub(super) fn lacks_in(cx: &DocumentContext<'_>, mapping: &MergedMapping<'_>, path: &str) -> bool {
    if !cx.checks_absence() || mapping.has_errors() {
        return false;
    }
    let mut mapping = mapping.clone();
    for key in path.split('.') {
        let val = mapping.child(key);
        match val.kind() {
            _ if val.is_missing() => return true,
            NodeKind::Mapping => mapping = val.mapping(),
            _ if val.is_empty() => return true,
            // Something is there, even though it may be of a wrong kind or not typed yet.
            _ => return false,
        }
    }
    false
}

/// Which of several fields of a block the entry really lacks.
pub(super) fn absent_list<'f>(
    at: &EntryContext<'_, '_>,
    block: &str,
    fields: &[&'f str],
) -> Vec<&'f str> {
    fields
        .iter()
        .copied()
        .filter(|field| lacks(at, &format!("{block}.{field}")))
        .collect()
}

/// The first checkpoint that promises exactly-once processing: its `mode`.
pub(super) fn exactly_once<'a>(cx: &DocumentContext<'a>) -> Option<MergedValue<'a>> {
    cx.entries("checkpoints")
        .iter()
        .map(|(_, checkpoint)| checkpoint.mapping().get("checkpoint.mode"))
        .find(|mode| mode.is("exactly_once"))
}

/// A mapping and each of its region blocks laid over it, with the region's name.
pub(super) fn with_regions<'a>(
    mapping: &MergedMapping<'a>,
) -> Vec<(Option<Cow<'a, str>>, MergedMapping<'a>)> {
    let mut all = vec![(None, mapping.clone())];
    for (region, block) in mapping.region_blocks() {
        all.push((Some(region), block.over(mapping)));
    }
    all
}

/// The deployment, and what it is in each region; nothing when the document has none.
pub(super) fn deployments<'a>(cx: &DocumentContext<'a>) -> Vec<MergedMapping<'a>> {
    let deployment = cx.root.get("deployment");
    if deployment.kind() != NodeKind::Mapping {
        return Vec::new();
    }
    with_regions(&deployment.mapping())
        .into_iter()
        .map(|(_, mapping)| mapping)
        .collect()
}

/// The deployment in every place where it runs, with the region: a deployment that has blocks for regions runs there only.
pub(super) fn placed_deployments<'a>(
    cx: &DocumentContext<'a>,
) -> Vec<(Option<Cow<'a, str>>, MergedMapping<'a>)> {
    let deployment = cx.root.get("deployment");
    if deployment.kind() != NodeKind::Mapping {
        return Vec::new();
    }
    let mut places = with_regions(&deployment.mapping());
    if places.len() > 1 {
        places.remove(0);
    }
    places
}

/// Of several values that a diagnostic could be reported at, the first that the checked block itself has: for a region block a
/// value inside it, otherwise the first one that is the document's own.
pub(super) fn reported_at<'v, 'a>(
    at: &EntryContext<'_, 'a>,
    candidates: &[&'v MergedValue<'a>],
) -> &'v MergedValue<'a> {
    let inside = at
        .region
        .as_ref()
        .and_then(|(_, block)| block.own())
        .map(Node::range);
    candidates
        .iter()
        .find(|val| {
            val.is_own()
                && inside.is_none_or(|block| {
                    val.range().is_some_and(|range| block.contains_range(range))
                })
        })
        .unwrap_or(&candidates[0])
}

/// True for a value that is written as a number or a boolean, without quotes and without references.
pub(super) fn is_plain_number(node: Node<'_>) -> bool {
    use nexflow_catalog::value::number::{Plain, plain};
    node.style() == Some(ScalarStyle::Plain)
        && node.tag().is_none()
        && node
            .value()
            .is_some_and(|text| matches!(plain(&text), Plain::Int(_) | Plain::Float(_)))
}

/// True for `true` and `false` without quotes.
pub(super) fn is_plain_bool(node: Node<'_>) -> bool {
    use nexflow_catalog::value::number::{Plain, plain};
    node.style() == Some(ScalarStyle::Plain)
        && node.tag().is_none()
        && node
            .value()
            .is_some_and(|text| matches!(plain(&text), Plain::Bool(_)))
}

/// True for a value that is written as `null`, or as nothing at all.
pub(super) fn is_null(val: &MergedValue<'_>) -> bool {
    val.entry().is_some()
        && match val.node() {
            None => false,
            Some(node) if node.kind() == NodeKind::Null => true,
            Some(node) => {
                node.style() == Some(ScalarStyle::Plain)
                    && node.value().is_some_and(|text| {
                        matches!(text.as_ref(), "null" | "Null" | "NULL" | "~" | "")
                    })
            }
        }
}

/// True when the value stands in the text as it counts, so that replacing the token takes no reference away.
pub(super) fn is_literal(val: &MergedValue<'_>) -> bool {
    val.raw().is_some() && val.raw() == val.text()
}

/// The name among `known` that a person most likely meant.
pub(super) fn near_name<'k>(word: &str, known: &'k [String]) -> Option<&'k str> {
    nearest(word, known.iter().map(String::as_str))
        .first()
        .copied()
}

/// The end of a message about an unknown name.
pub(super) fn did_you_mean(near: Option<&str>) -> String {
    near.map(|near| format!(" Did you mean `{near}`?"))
        .unwrap_or_default()
}

/// Offers the nearest name in place of the reported token; a person must look whether it is the right one.
pub(super) fn offer_name<'s>(
    report: DiagnosticBuilder<'s>,
    range: Option<TextRange>,
    near: Option<&str>,
) -> DiagnosticBuilder<'s> {
    let (Some(range), Some(near)) = (range, near) else {
        return report;
    };
    let near = near.to_owned();
    report.advises(true).fix(move || {
        Some(Fix {
            title: format!("Change to `{near}`"),
            edits: vec![TextEdit {
                range,
                insert: near,
            }],
            preferred: true,
            applicability: Applicability::Unsafe,
        })
    })
}

/// A scalar somewhere below a mapping.
pub(super) struct Scalar<'v, 'a> {
    /// The key that leads to it; of a list's item the list's key.
    pub key: &'v str,
    /// The key of the mapping around it.
    pub around: &'v str,
    /// What the catalog says about it, where that is certain.
    pub field: Option<&'static Field>,
    /// Its text, where it is known.
    pub text: Option<Cow<'a, str>>,
    /// Where it is reported.
    range: Option<TextRange>,
    /// Whether the document itself has it.
    own: bool,
}

impl Reportable for Scalar<'_, '_> {
    fn report_range(&self) -> Option<TextRange> {
        self.range
    }
    fn own(&self) -> bool {
        self.own
    }
}

/// More scalars than any entry has; aliases could otherwise multiply them without end.
const SCALARS: usize = 20_000;

/// Visits every scalar below a mapping, region blocks and list items included.
pub(super) fn each_scalar<'a>(mapping: &MergedMapping<'a>, visit: &mut dyn FnMut(&Scalar<'_, 'a>)) {
    let mut left = SCALARS;
    below(mapping, "", 0, &mut left, visit);
}

fn below<'a>(
    mapping: &MergedMapping<'a>,
    around: &str,
    depth: usize,
    left: &mut usize,
    visit: &mut dyn FnMut(&Scalar<'_, 'a>),
) {
    if depth > 24 {
        return;
    }
    for (key, val) in mapping.entries() {
        if *left == 0 {
            return;
        }
        *left -= 1;
        match val.kind() {
            NodeKind::Scalar => visit(&Scalar {
                key: &key,
                around,
                field: val.field(),
                text: val.text(),
                range: val.range(),
                own: val.is_own(),
            }),
            NodeKind::Mapping => below(&val.mapping(), &key, depth + 1, left, visit),
            NodeKind::Sequence => {
                let item_field = val.as_item().field();
                for item in val.items() {
                    if *left == 0 {
                        return;
                    }
                    *left -= 1;
                    match item.node.kind() {
                        NodeKind::Scalar => visit(&Scalar {
                            key: &key,
                            around,
                            field: item_field,
                            text: item.text(),
                            range: item.range(),
                            own: item.is_own(),
                        }),
                        NodeKind::Mapping => below(&item.mapping(), &key, depth + 1, left, visit),
                        _ => {}
                    }
                }
            }
            NodeKind::Alias | NodeKind::Null => {}
        }
    }
}
