//! The dialect that the toolchain reads: what its parser refuses, and what it passes over.

use nexflow_catalog::{
    Dialect, Field, Kind, SchemaNode,
    value::{
        number::{Plain, plain, yaml11_bool},
        yaml11::{Yaml11, read_otherwise},
    },
};
use nexflow_syntax::{Node, NodeKind, ScalarStyle, TextRange, TextSize};

use super::{Check, document, shared::listed};
use crate::{
    document_context::DocumentContext,
    merged::{MergedMapping, MergedValue},
    sink::DiagnosticSink,
    template_refs::template_refs,
};

pub const CHECKS: &[Check] = &[
    document("toolchain-cluster-missing", cluster_missing),
    document("toolchain-empty-block", empty_block),
    document("toolchain-secret-reference", secret_reference),
    document("toolchain-unknown-tag", unknown_tag),
    document("toolchain-yaml11-scalar", yaml11_scalar),
    document("other-dialect", other_dialect),
];

/// Sections whose entries are used with a cluster that stands beside them, with what the parser says without it.
const CLUSTERS: [(&str, &str, &str); 2] = [
    (
        "streams",
        "kafka",
        "Streams defined but no Kafka configuration provided",
    ),
    (
        "persistence",
        "mongodb",
        "Persistence defined but no MongoDB configuration provided",
    ),
];

fn cluster_missing(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    if !cx.complete {
        return;
    }
    if !cx.toolchain {
        undecided_streams(cx, sink);
        return;
    }
    for (user, cluster, reason) in CLUSTERS {
        let section = cx.root.get(user);
        // A section without entries needs nothing.
        if !section.mapping().entries().is_empty() && cx.root.get(cluster).is_missing() {
            sink.report_key("toolchain-cluster-missing", &section)
                .emit(format!(
                    "Missing top-level `{cluster}`. The toolchain refuses the document: \"{reason}\"."
                ));
        }
    }
}

/// Streams that have a topic and nothing else that only one dialect has, in a document without a header: the documented dialect
/// wants a type, the toolchain's a cluster.
fn undecided_streams(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    if cx.whole || cx.root.entries().len() != 1 {
        return;
    }
    let section = cx.root.get("streams");
    let streams = section.mapping().entries();
    let is_undecided = |stream: &MergedValue<'_>| {
        let mapping = stream.mapping();
        mapping.get("topic").is_present()
            && !mapping.has_errors()
            && mapping.entries().iter().all(|(key, _)| {
                let place = mapping.schema.and_then(|schema| schema.literal_child(key));
                place.is_some_and(|place| place.is_of(Dialect::Toolchain))
            })
    };
    if !streams.is_empty() && streams.iter().all(|(_, stream)| is_undecided(stream)) {
        sink.report_key("toolchain-cluster-missing", &section)
            .severity(nexflow_catalog::Severity::Warning)
            .emit(
                "These streams have neither a `type` nor a top-level `kafka`. Add one of them: `type: kafka` in the documented \
                 dialect, `kafka` in the toolchain's.",
            );
    }
}

/// A block without content is `None` for the parser, which asks it for its keys.
fn empty_block(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    if !cx.toolchain {
        return;
    }
    if cx.complete && cx.root.entries().is_empty() {
        let start = TextRange::empty(TextSize::new(0));
        sink.report("toolchain-empty-block", &start).emit(
            "The document is empty. The toolchain stops with \"Empty configuration file\". Add a section such as `kafka`.",
        );
    }
    empty_below(&cx.root, 0, sink);
}

fn empty_below(mapping: &MergedMapping<'_>, depth: usize, sink: &mut DiagnosticSink) {
    for (key, val) in mapping.entries() {
        let Some(place) = mapping.place(&key).filter(|place| is_block(place)) else {
            continue;
        };
        let begun = val.entry().is_some_and(|entry| entry.has_colon());
        if val.is_own() && begun && val.kind() == NodeKind::Null {
            sink.report_key("toolchain-empty-block", &val).emit(format!(
                "`{key}` is empty. The toolchain stops with \"'NoneType' object has no attribute 'get'\". Give it a field or remove it."
            ));
        } else if val.kind() == NodeKind::Mapping && depth < 3 && has_blocks(place) {
            empty_below(&val.mapping(), depth + 1, sink);
        }
    }
}

/// A block whose keys the parser asks for. What is handed on as it is may be empty.
fn is_block(place: &'static SchemaNode) -> bool {
    let asked = |kind: Kind| matches!(kind, Kind::Object | Kind::Map);
    place.is_of(Dialect::Toolchain)
        && !place.is_free_form()
        && place
            .fields()
            .any(|field| field.kinds.iter().copied().any(asked))
}

fn has_blocks(place: &'static SchemaNode) -> bool {
    place
        .all_children()
        .map(|(_, child)| child)
        .chain(place.named_child().map(|(_, child)| child))
        .any(is_block)
}

/// The toolchain has no secrets: the text of such a reference goes into the generated code.
fn secret_reference(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    if !cx.toolchain {
        return;
    }
    for fragment in cx.snapshot.document.fragments() {
        let start = fragment.range().start();
        for secret in &template_refs(fragment).secrets {
            sink.report("toolchain-secret-reference", &(secret.range + start))
                .emit(
                    "The toolchain does not resolve `secret://` and takes it as text. Use `${VARIABLE}`.",
                );
        }
    }
}

/// What `yaml.safe_load` makes nodes of.
const KNOWN_TAGS: [&str; 12] = [
    "binary",
    "bool",
    "float",
    "int",
    "map",
    "null",
    "omap",
    "pairs",
    "seq",
    "set",
    "str",
    "timestamp",
];

/// The toolchain reads documents with `yaml.safe_load`, which stops at a tag that it has no constructor for.
fn unknown_tag(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    if !cx.toolchain {
        return;
    }
    for fragment in cx.snapshot.document.fragments() {
        // Hardly any document has a tag.
        if !fragment.text().contains('!') {
            continue;
        }
        for node in (0..fragment.node_count()).filter_map(|index| fragment.node(index)) {
            let (Some((tag, range)), Some(uri)) = (node.tag(), node.tag_uri()) else {
                continue;
            };
            let name = uri.strip_prefix("tag:yaml.org,2002:");
            if tag == "!" || name.is_some_and(|name| KNOWN_TAGS.contains(&name)) {
                continue;
            }
            sink.report("toolchain-unknown-tag", &range).emit(format!(
                "Unknown tag `{tag}`. The toolchain stops with \"could not determine a constructor for the tag\"."
            ));
        }
    }
}

/// PyYAML reads YAML 1.1, where some words, digits and dates are something else.
fn yaml11_scalar(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    if cx.toolchain {
        yaml11_below(&cx.root, 0, sink);
    }
}

/// Deeper mappings are nobody's.
const DEEPEST: usize = 8;

fn yaml11_below(mapping: &MergedMapping<'_>, depth: usize, sink: &mut DiagnosticSink) {
    for (key, val) in mapping.entries() {
        let place = mapping.place(&key);
        let (Some(entry), true) = (val.entry(), val.is_own()) else {
            continue;
        };
        if place.is_some_and(|place| !place.is_of(Dialect::Toolchain)) {
            continue;
        }
        yaml11_node(entry.key(), None, sink);
        let field = val.field();
        let value = entry.value();
        match value.kind() {
            NodeKind::Scalar => yaml11_node(value, field, sink),
            NodeKind::Sequence => {
                for item in value.items().filter(|item| item.kind() == NodeKind::Scalar) {
                    yaml11_node(item, None, sink);
                }
            }
            NodeKind::Mapping if depth < DEEPEST => yaml11_below(&val.mapping(), depth + 1, sink),
            NodeKind::Mapping | NodeKind::Null | NodeKind::Alias => {}
        }
    }
}

fn yaml11_node(node: Node<'_>, field: Option<&Field>, sink: &mut DiagnosticSink) {
    if node.style() != Some(ScalarStyle::Plain) || node.tag().is_some() {
        return;
    }
    let Some(text) = node.value() else {
        return;
    };
    let Some(read) = read_otherwise(&text) else {
        return;
    };
    let takes = |kind| field.is_some_and(|field| field.has_kind(kind));
    // Where a boolean or a word of a list is wanted, the value itself is reported.
    if yaml11_bool(&text).is_some() && (takes(Kind::Bool) || takes(Kind::Enum)) {
        return;
    }
    let becomes = match read {
        Yaml11::Bool(value) => format!("the boolean `{value}`"),
        Yaml11::Number(Some(number)) => format!("the number {number}"),
        Yaml11::Number(None) => "a number".to_owned(),
        Yaml11::Date => "a date".to_owned(),
        Yaml11::Text => "text".to_owned(),
    };
    let meant = match plain(&text) {
        Plain::Int(Some(number)) => Some(number.to_string()),
        _ => None,
    };
    let report = sink.report("toolchain-yaml11-scalar", &node.range());
    let problem = format!("The toolchain reads `{text}` as {becomes}, as YAML 1.1 has it.");
    match meant {
        Some(number) if !takes(Kind::String) => report
            .replace(format!("Write {number}"), number.as_str())
            .advises(true)
            .emit(format!("{problem} Write `{number}`.")),
        _ => report
            .replace("Put it in quotes", format!("'{text}'"))
            .emit(format!("{problem} Put it in quotes.")),
    }
}

/// A key that the document's dialect does not have, with the way to it.
struct Ignored {
    path: String,
    key: TextRange,
    /// Key and value.
    range: TextRange,
}

/// What the document itself says in the other dialect.
fn ignored(cx: &DocumentContext<'_>) -> Vec<Ignored> {
    let mut found = Vec::new();
    for (key, val) in cx.root.entries() {
        let Some(place) = cx.root.place(&key) else {
            continue;
        };
        if note(cx, &key, &val, place, &mut found) {
            continue;
        }
        // The streams and resources of both dialects stand under the same key.
        let section = val.mapping();
        for (name, entry) in section.entries() {
            let Some(place) = section.place(&name) else {
                continue;
            };
            let path = format!("{key}.{name}");
            // A scalar in place of a name is a slip, which is reported as such.
            let scalar = entry.kind() == NodeKind::Scalar
                && section
                    .schema
                    .is_some_and(|schema| schema.literal_child(&name).is_none());
            if scalar || note(cx, &path, &entry, place, &mut found) {
                continue;
            }
            let mapping = entry.mapping();
            for (field, val) in mapping.entries() {
                if let Some(place) = mapping.place(&field) {
                    note(cx, &format!("{path}.{field}"), &val, place, &mut found);
                }
            }
        }
    }
    found
}

/// Notes a key of the other dialect; true when it is one.
fn note(
    cx: &DocumentContext<'_>,
    path: &str,
    val: &MergedValue<'_>,
    place: &'static SchemaNode,
    found: &mut Vec<Ignored>,
) -> bool {
    if place.is_of(cx.root.dialect) || path == "description" {
        return false;
    }
    if let (Some(key), Some(entry)) = (val.key_range(), val.entry())
        && entry.has_colon()
    {
        found.push(Ignored {
            path: path.to_owned(),
            key,
            range: entry.range(),
        });
    }
    true
}

/// Whether the document may have keys of the other dialect at all: the documented one is told by their absence, unless it is set.
fn may_mix(cx: &DocumentContext<'_>) -> bool {
    cx.toolchain || cx.snapshot.context.settings.dialect.is_some()
}

/// Where the other dialect is written. What is ignored is not checked.
pub(crate) fn ignored_ranges(cx: &DocumentContext<'_>) -> Vec<TextRange> {
    if !may_mix(cx) {
        return Vec::new();
    }
    ignored(cx).into_iter().map(|key| key.range).collect()
}

/// More names make a message that nobody reads.
const NAMED: usize = 3;

fn other_dialect(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    if !may_mix(cx) {
        return;
    }
    let found = ignored(cx);
    let Some(first) = found.first() else { return };
    let mut names = listed(found.iter().take(NAMED).map(|key| key.path.as_str()));
    if found.len() > NAMED {
        names.push_str(&format!(" and {} more", found.len() - NAMED));
    }
    let mut report = sink.report("other-dialect", &first.key);
    for key in found.iter().skip(1).take(20) {
        report = report.related(&key.key, "ignored as well");
    }
    report.emit(if cx.toolchain {
        format!("The toolchain ignores {names}: it reads its own dialect only.")
    } else {
        format!(
            "{names} belong to the toolchain's dialect, and this document is in the documented one."
        )
    });
}
